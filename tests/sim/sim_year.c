/*
 * A year of many terminals: agents who work on some days and go home, links that drop, crashes and
 * power cuts at the rate of a bad year, an office behind a relay, and a centre that is restored
 * twice from the copy of the night before. Each Saturday all that is broken is mended, everybody
 * comes to rest, and the invariants of a seed are checked.
 *
 * What differs from a seed besides: a long poll waits half an hour, for a year of long polls of 50
 * s is nothing but those; nobody draws tickets, lets go of files, or moves.
 */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim_disk.h"

#define HOUR_MS      INT64_C(3600000)
#define DAY_MS       (24 * HOUR_MS)
#define MORNING_MS   (8 * HOUR_MS)
#define EVENING_MS   (17 * HOUR_MS)
#define LATER_MS     HOUR_MS        /* who comes or goes later than that, at most by this */
#define ACT_MOST_MS  (32 * HOUR_MS) /* between two acts of an agent who is there */
#define PRESENT_OF   4              /* days, an agent works on three */
#define GOES_OF      10             /* evenings, a terminal is switched off on seven */
#define REST_MS      (20 * 60000)   /* longer than any offer stands, and its next one */
#define REST_MOST    24             /* times that, until all is quiet */
#define WAIT_STRETCH 288            /* of the 50 s of a long poll */

/* --- who works when
   --------------------------------------------------------------------------- */

static int64_t midnight(int64_t now)
{
    int64_t wall = SIM_WALL_START + now;

    return now - wall % DAY_MS;
}

/* 1970 began on a Thursday. */
static int weekday(int64_t now)
{
    return (int)(((SIM_WALL_START + now) / DAY_MS + 4) % 7);
}

static bool is_working_day(int64_t now)
{
    return weekday(now) >= 1 && weekday(now) <= 5;
}

void sim_year_plan(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;
    int64_t day = midnight(simulation->now);

    do {
        day += DAY_MS;
    } while (!is_working_day(day) || sim_random(simulation, PRESENT_OF) == 0);
    terminal->day_at = day + MORNING_MS + (int64_t)sim_random(simulation, LATER_MS);
    terminal->leave_at = day + EVENING_MS + (int64_t)sim_random(simulation, LATER_MS);
    if (!terminal->running)
        terminal->start_at = terminal->day_at;
}

int64_t sim_year_act_at(const struct sim_terminal *terminal, int64_t at)
{
    if (terminal->simulation->year == NULL)
        return at;
    if (at < terminal->day_at)
        at = terminal->day_at +
             (int64_t)sim_random(terminal->simulation,
                                 (uint64_t)(terminal->leave_at - terminal->day_at));
    return at < terminal->leave_at ? at : terminal->leave_at;
}

bool sim_year_leaves(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;

    if (simulation->now < terminal->leave_at)
        return false;
    if (sim_random(simulation, GOES_OF) < 7)
        sim_terminal_stop(terminal, SIM_QUITS);
    /* Somebody looks at its clock now and then. */
    if (sim_random(simulation, 20) == 0)
        terminal->clock_offset = 0;
    sim_year_plan(terminal);
    terminal->act_at = sim_year_act_at(terminal, simulation->now);
    return true;
}

/* --- the weather of a year -------------------------------------------------------------------- */

/* Of 1,000 messages, batches, or (from a partition on) looks that come every ten minutes. */
static void choose_weather(struct simulation *simulation)
{
    static const int chances[SIM_FAULT_COUNT] = {
        [SIM_LOST_REQUEST] = 10,  [SIM_LOST_REPLY] = 10,    [SIM_DELAYED] = 10,
        [SIM_DUPLICATED] = 10,    [SIM_CUT] = 10,           [SIM_TRUNCATED] = 5,
        [SIM_PARTITION] = 60,     [SIM_BUSY] = 5,           [SIM_SESSION_ENDED] = 5,
        [SIM_TERMINAL_CRASH] = 2, [SIM_SERVER_RESTART] = 3, [SIM_CLOCK_JUMP] = 3,
        [SIM_POWER_CUT] = 10,     [SIM_DISK_DIES] = 5,      [SIM_DISK_FULL] = 3,
        [SIM_SERVER_POWER] = 2,   [SIM_SERVER_DISK] = 1,    [SIM_RELAY_CUT] = 15,
        [SIM_RELAY_CRASH] = 3,    [SIM_RELAY_POWER] = 1};

    memcpy(simulation->chance, chances, sizeof chances);
    simulation->act_most_ms = ACT_MOST_MS;
    simulation->cut_most_ms = 6 * HOUR_MS;
    simulation->terminal_count = simulation->year->terminals;
}

/* --- the week --------------------------------------------------------------------------------- */

static void switch_all_on(struct simulation *simulation)
{
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];

        if (!terminal->running)
            terminal->start_at = simulation->now + (int64_t)sim_random(simulation, 60000);
    }
    /* Who waits for news, or for an answer that is lost, need not wait for hours now. */
    for (size_t i = 0; i < simulation->message_count; i++)
        if (simulation->messages[i]->place != SIM_TO_SERVER)
            simulation->messages[i]->due = simulation->now + (int64_t)sim_random(simulation, 60000);
}

static void check_week(struct simulation *simulation, bool last)
{
    struct sim_totals *totals = &simulation->totals;
    struct sim_year *year = simulation->year;

    sim_heal(simulation);
    for (int i = 0; i < REST_MOST && !simulation->broken; i++) {
        switch_all_on(simulation);
        sim_run_until(simulation, simulation->now + REST_MS, false);
        if (sim_is_quiet(simulation))
            break;
    }
    /* Each check counts them from the beginning. */
    totals->refused = totals->handoffs_won = totals->promises_missed = 0;
    year->compared = last ? -1 : year->week % SIM_YEAR_COMPARED;
    if (!simulation->broken)
        sim_check(simulation);
    simulation->healed = false;
    year->week++;
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];

        if (sim_random(simulation, GOES_OF) < 7)
            sim_terminal_stop(terminal, SIM_QUITS);
        sim_year_plan(terminal);
        terminal->act_at = sim_year_act_at(terminal, simulation->now);
    }
    printf("week %d, day %" PRId64 ": %" PRId64 " steps, %" PRId64 " operations, %" PRId64
           " refused, %" PRId64 " answered again, %" PRId64 " hand-offs won: %s\n",
           year->week, simulation->now / DAY_MS, totals->steps, totals->operations, totals->refused,
           totals->repeated, totals->handoffs_won,
           simulation->broken ? simulation->finding : "all holds");
    (void)fflush(stdout);
}

/* From the copy of the night before, in the middle of the morning. */
static void restore(struct simulation *simulation, int64_t day)
{
    sim_run_until(simulation, day + 3 * HOUR_MS, false);
    sim_server_copy(simulation);
    sim_run_until(simulation, day + 11 * HOUR_MS, false);
    if (simulation->broken)
        return;
    simulation->totals.faults[SIM_SERVER_RESTORED]++;
    sim_server_restart(simulation, SIM_IS_RESTORED);
    while (simulation->changed)
        sim_server_ring(simulation);
}

/* The first working day at or past it. */
static int restore_day(int day)
{
    while (!is_working_day((int64_t)day * DAY_MS + HOUR_MS))
        day++;
    return day;
}

bool sim_year_run(struct simulation *simulation, uint64_t seed, int terminals, int days, bool trace)
{
    struct sim_year year = {.terminals = terminals,
                            .days = days,
                            .offices = (terminals + 9) / 10,
                            .wait_stretch = WAIT_STRETCH};
    const int restores[] = {restore_day(days * 6 / 10), restore_day(days * 8 / 10)};

    *simulation = (struct simulation){.trace = trace, .year = &year};
    simulation->digest = UINT64_C(0xcbf29ce484222325);
    sim_seed(simulation, seed);
    choose_weather(simulation);
    sim_begin(simulation);
    for (int day = 0; day < days && !simulation->broken; day++) {
        int64_t start = midnight((int64_t)day * DAY_MS + HOUR_MS);

        if (day == restores[0] || day == restores[1])
            restore(simulation, start);
        if (weekday(start) == 6) {
            sim_run_until(simulation, start + 12 * HOUR_MS, false);
            if (!simulation->broken)
                check_week(simulation, false);
        }
        sim_run_until(simulation, start + DAY_MS, false);
    }
    if (!simulation->broken)
        check_week(simulation, true);
    simulation->totals.simulated_ms = simulation->now;
    simulation->broken_step = simulation->broken ? simulation->broken_step : 0;
    sim_end(simulation);
    return !simulation->broken;
}
