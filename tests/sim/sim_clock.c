/* The server's clock on simulated time, and a count of crossed thresholds that is not the
 * server's: of the hand-offs as they stand in its database, at each moment that it looks. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"
#include "net/ledger_promise.h"
#include "tests/sim/sim_disk.h"

#define GATHER_MOST_MS 50
#define LATE_MS        1000
#define MINUTE_MS      INT64_C(60000)

/* As sim_queues.c publishes them. */
static const struct {
    const char *queue, *measure;
    bool age;
    int64_t limit, rearm; /* hand-offs, ms */
} thresholds[SIM_THRESHOLDS] = {{SIM_QUEUE, "waiting", false, 3, 1},
                                {SIM_QUEUE, "age", true, 3 * MINUTE_MS, MINUTE_MS},
                                {SIM_NEXT_QUEUE, "waiting", false, 2, 0}};

/* --- counting again --------------------------------------------------------------------------- */

struct counting {
    int64_t wall;
    int64_t waiting[SIM_THRESHOLDS];
    int64_t oldest[SIM_THRESHOLDS]; /* INT64_MAX: none */
};

static void count_from(struct counting *counting, const char *queue, int64_t from)
{
    for (int i = 0; i < SIM_THRESHOLDS && from <= counting->wall; i++)
        if (strcmp(thresholds[i].queue, queue) == 0) {
            counting->waiting[i]++;
            if (from < counting->oldest[i])
                counting->oldest[i] = from;
        }
}

static void count_one(void *context, sqlite3_stmt *row)
{
    struct counting *counting = context;
    int64_t from = 0, call = 0;

    (void)timestamp_parse(sim_column(row, 1), &from);
    if (timestamp_parse(sim_column(row, 2), &call) && call > from)
        from = call;
    count_from(counting, sim_column(row, 0), from);
}

/* A ticket: from its arrival, or from an appointment that is later, until its day is over. */
static void count_ticket(void *context, sqlite3_stmt *row)
{
    struct counting *counting = context;
    const char *office = sim_column(row, 3);
    int64_t from = 0, appointment = 0;
    int64_t over = sqlite3_column_int64(row, 4) + 86400;

    if (strcmp(office, "sample/a") == 0)
        over -= SIM_ZONE_SECONDS;
    else if (strcmp(office, "sample/c") == 0)
        over -= SIM_HALIFAX_EAST;
    (void)timestamp_parse(sim_column(row, 1), &from);
    if (timestamp_parse(sim_column(row, 2), &appointment) && appointment > from)
        from = appointment;
    if (counting->wall < over * 1000)
        count_from(counting, sim_column(row, 0), from);
}

/* What crosses by time alone crosses at its time, while the server is up. */
static void check_late(struct simulation *simulation, int which, int64_t oldest)
{
    int64_t due = oldest + thresholds[which].limit - SIM_WALL_START;
    int64_t could = due > simulation->server_up_at ? due : simulation->server_up_at;

    /* Until the relay said that it is over it was told already. */
    if (simulation->ended_at[which] > could)
        could = simulation->ended_at[which];
    /* One that came late may have been late already. */
    if (oldest == simulation->oldest[which] && due > simulation->watched_at &&
        simulation->now > could + LATE_MS)
        sim_break(simulation, "the %s of %s was crossed %" PRId64 " ms before the server saw it",
                  thresholds[which].measure, thresholds[which].queue, simulation->now - could);
}

/* Who waits where, by this database. */
static void count_at(const char *path, int64_t wall, struct counting *counting)
{
    *counting = (struct counting){.wall = wall};
    for (int i = 0; i < SIM_THRESHOLDS; i++)
        counting->oldest[i] = INT64_MAX;
    sim_query_at(
        path,
        "SELECT json_extract(document, '$.body.to_queue'), json_extract(document, "
        "'$.body.offered_at'), json_extract(document, '$.body.call_from') FROM record WHERE "
        "type = 'handoff' AND instr(document, '\"offered\"') > 0 AND json_extract(document, "
        "'$.body.state') = 'offered'",
        NULL, count_one, counting);
    sim_query_at(path,
                 "SELECT json_extract(document, '$.body.queue'), json_extract(document, "
                 "'$.body.arrived_at'), json_extract(document, '$.body.appointment_at'), "
                 "json_extract(document, '$.body.office'), strftime('%s', json_extract(document, "
                 "'$.body.day')) FROM record WHERE type = 'ticket' AND json_extract(document, "
                 "'$.body.state') = 'waiting'",
                 NULL, count_ticket, counting);
}

static int64_t value_of(const struct counting *counting, int i)
{
    if (!thresholds[i].age)
        return counting->waiting[i];
    return counting->oldest[i] == INT64_MAX ? 0 : counting->wall - counting->oldest[i];
}

static void count_again(struct simulation *simulation)
{
    struct counting counting;

    count_at(simulation->ledger_path, sim_wall(simulation), &counting);
    for (int i = 0; i < SIM_THRESHOLDS; i++) {
        struct sim_threshold *threshold = &simulation->thresholds[i];
        int64_t value = value_of(&counting, i);

        if (!threshold->crossed && value >= thresholds[i].limit) {
            if (thresholds[i].age)
                check_late(simulation, i, counting.oldest[i]);
            threshold->crossed = true;
            threshold->number++;
            simulation->totals.crossings++;
        } else if (threshold->crossed && value <= thresholds[i].rearm) {
            threshold->crossed = false;
        }
        simulation->oldest[i] = counting.oldest[i];
    }
}

/* --- what the server has told ----------------------------------------------------------------- */

static void read_alert(void *context, sqlite3_stmt *row)
{
    struct sim_threshold *told = context;

    for (int i = 0; i < SIM_THRESHOLDS; i++)
        if (strcmp(thresholds[i].queue, sim_column(row, 0)) == 0 &&
            strcmp(thresholds[i].measure, sim_column(row, 1)) == 0) {
            told[i].number++;
            told[i].crossed |= strcmp(sim_column(row, 2), "raised") == 0;
        }
}

static void read_last_alert(void *context, sqlite3_stmt *row)
{
    struct sim_threshold *told = context;

    for (int i = 0; i < SIM_THRESHOLDS; i++)
        if (strcmp(thresholds[i].queue, sim_column(row, 0)) == 0 &&
            strcmp(thresholds[i].measure, sim_column(row, 1)) == 0)
            told[i].crossed = strcmp(sim_column(row, 2), "raised") == 0;
}

static void each_alert(const char *path, struct sim_threshold *told,
                       void (*one)(void *context, sqlite3_stmt *row))
{
    sim_query_at(
        path,
        "SELECT json_extract(document, '$.body.queue'), json_extract(document, "
        "'$.body.measure'), json_extract(document, '$.body.state') FROM record WHERE type = "
        "'alert' ORDER BY json_extract(document, '$.body.crossing')",
        NULL, one, told);
}

static void read_alerts(const char *path, struct sim_threshold *told)
{
    memset(told, 0, SIM_THRESHOLDS * sizeof *told);
    each_alert(path, told, read_alert);
}

static bool same(const struct sim_threshold *one, const struct sim_threshold *other)
{
    for (int i = 0; i < SIM_THRESHOLDS; i++)
        if (one[i].number != other[i].number || one[i].crossed != other[i].crossed)
            return false;
    return true;
}

static void check_alerts(struct simulation *simulation)
{
    struct sim_threshold told[SIM_THRESHOLDS];

    read_alerts(simulation->ledger_path, told);
    for (int i = 0; i < SIM_THRESHOLDS; i++)
        if (told[i].number != simulation->thresholds[i].number ||
            told[i].crossed != simulation->thresholds[i].crossed)
            sim_break(simulation,
                      "the %s of %s crossed its limit %" PRId64 " times and %s; alerts: %" PRId64
                      ", and %s",
                      thresholds[i].measure, thresholds[i].queue, simulation->thresholds[i].number,
                      simulation->thresholds[i].crossed ? "is past it" : "is not past it",
                      told[i].number, told[i].crossed ? "one is raised" : "none is raised");
}

/* After a look that failed: all of it was done, or nothing. A server that was restored knows what
 * it knew at the time of the copy, and counts on from there. */
static void settle_doubt(struct simulation *simulation)
{
    struct sim_threshold told[SIM_THRESHOLDS];

    if (!simulation->thresholds_unsure && !simulation->thresholds_unknown)
        return;
    read_alerts(simulation->ledger_path, told);
    if (!simulation->thresholds_unknown && !same(told, simulation->thresholds) &&
        !same(told, simulation->thresholds_before))
        sim_break(simulation, "a look at the thresholds that failed was done in part");
    memcpy(simulation->thresholds, told, sizeof told);
    simulation->thresholds_unsure = simulation->thresholds_unknown = false;
}

static void spoil(struct simulation *simulation, const char *path, const char *query)
{
    sqlite3 *database = NULL;

    if ((sqlite3_open(path, &database) != SQLITE_OK ||
         sqlite3_exec(database, query, NULL, NULL, NULL) != SQLITE_OK) &&
        !sim_disk_is_dead(simulation->ledger_disk) && !sim_disk_is_dead(simulation->relay.disk))
        abort();
    sqlite3_close(database);
}

/* --- a relay ---------------------------------------------------------------------------------- */

/* All who serve it are of the office behind the relay. */
static bool is_inside(const struct simulation *simulation, const char *queue)
{
    bool served = false;

    for (int i = 0; i < simulation->terminal_count; i++) {
        if (!sim_agent_serves(&simulation->terminals[i], queue))
            continue;
        served = true;
        if (!sim_is_of_relay(simulation, i))
            return false;
    }
    return served;
}

static void see_row(void *context, sqlite3_stmt *row)
{
    (void)row;
    *(bool *)context = true;
}

/* One that was cut off before it had read the whole catalogue knows of no queue, nor of its limits
 * (seed 10102287), or of nobody who serves it (seed 20200806), or not of all (seed 10032910). That
 * it does in the end is seen by sim_check_relay. */
static bool relay_knows(const struct simulation *simulation)
{
    bool knows = false;

    sim_query_at(simulation->relay.path,
                 "SELECT 1 FROM property WHERE name = 'relay-catalogue-whole' AND value = 1", NULL,
                 see_row, &knows);
    return knows;
}

/* One of before, that a restored centre shows as raised again, is the centre's to end (seed
 * 20201287). */
static void read_relay_alerts(const struct simulation *simulation, struct sim_threshold *told)
{
    read_alerts(simulation->relay.path, told);
    if (simulation->totals.faults[SIM_SERVER_RESTORED] > 0)
        each_alert(simulation->relay.path, told, read_last_alert);
}

/* Each crossing that there is by the relay's own records is told once, and none other. */
static void check_relay_alerts(struct simulation *simulation, const struct sim_threshold *before,
                               const struct counting *counting)
{
    struct sim_threshold told[SIM_THRESHOLDS];

    read_relay_alerts(simulation, told);
    for (int i = 0; i < SIM_THRESHOLDS; i++) {
        bool inside = is_inside(simulation, thresholds[i].queue) && relay_knows(simulation);
        int64_t value = value_of(counting, i);
        bool crossed = !inside             ? before[i].crossed
                       : before[i].crossed ? value > thresholds[i].rearm
                                           : value >= thresholds[i].limit;
        int64_t number = before[i].number + (crossed && !before[i].crossed);

        simulation->totals.crossings += number - before[i].number;
        if (told[i].number != number || told[i].crossed != crossed)
            sim_break(simulation,
                      "at the relay the %s of %s was crossed %" PRId64 " times and %s; alerts: "
                      "%" PRId64 ", and %s",
                      thresholds[i].measure, thresholds[i].queue, number, crossed ? "is" : "is not",
                      told[i].number, told[i].crossed ? "one is raised" : "none is raised");
    }
}

int sim_relay_watch(struct simulation *simulation, int64_t *next, struct error *error)
{
    struct sim_relay *relay = &simulation->relay;
    int64_t wall = sim_wall(simulation), rest = relay_board_rest(relay->board, wall);
    struct sim_threshold before[SIM_THRESHOLDS];
    struct counting counting;
    struct ledger_watch done;

    if (rest > 0) {
        *next = wall + rest < *next ? wall + rest : *next;
        return 0;
    }
    read_relay_alerts(simulation, before);
    count_at(relay->path, wall, &counting);
    int code = ledger_queues_watch(relay->ledger, wall, &done, error);
    if (code != 0)
        return code;
    check_relay_alerts(simulation, before, &counting);
    if (done.crossed + done.over > 0)
        sim_trace(simulation, "relay: %d thresholds crossed, %d over", done.crossed, done.over);
    if (simulation->plant == SIM_PLANT_RELAY_ALERT_TWICE && done.crossed > 0)
        spoil(simulation, relay->path, "UPDATE watch SET crossed = 0");
    if (done.next_ms < *next)
        *next = done.next_ms;
    return 0;
}

static void read_carried(void *context, sqlite3_stmt *row)
{
    int *which = context;

    for (int i = 0; i < SIM_THRESHOLDS; i++)
        if (strcmp(thresholds[i].queue, sim_column(row, 0)) == 0 &&
            strcmp(thresholds[i].measure, sim_column(row, 1)) == 0)
            *which = i;
}

void sim_alert_carried(struct simulation *simulation, const struct operation *operation)
{
    int which = -1;

    sim_query(simulation,
              "SELECT json_extract(document, '$.body.queue'), json_extract(document, "
              "'$.body.measure') FROM record WHERE type = 'alert' AND id = ?1",
              operation->record.text, read_carried, &which);
    if (which < 0)
        return;
    struct sim_threshold *threshold = &simulation->thresholds[which];
    bool raises = operation->kind == OPERATION_APPEND;
    if (raises && threshold->crossed)
        sim_break(simulation, "alert %s of the relay is of a crossing that was told already",
                  operation->record.text);
    if (!raises)
        simulation->ended_at[which] = simulation->now;
    threshold->number += raises;
    threshold->crossed = raises;
}

/* --- running ---------------------------------------------------------------------------------- */

static void ring(void *context)
{
    struct simulation *simulation = context;
    int64_t at = simulation->now + 1 + (int64_t)sim_random(simulation, GATHER_MOST_MS);

    if (simulation->plant == SIM_PLANT_ALERT_LATE && simulation->clock_at < INT64_MAX)
        return;
    if (at < simulation->clock_at)
        simulation->clock_at = at;
}

void sim_clock_listen(struct simulation *simulation)
{
    ledger_bell_listen(simulation->ledger, LEDGER_BELL_HANDOFFS, ring, simulation);
    ledger_bell_listen(simulation->ledger, LEDGER_BELL_WATCH, ring, simulation);
    ledger_bell_listen(simulation->ledger, LEDGER_BELL_PROMISES, ring, simulation);
}

void sim_clock_restart(struct simulation *simulation, bool restored)
{
    simulation->thresholds_unknown |= restored;
    simulation->clock_at = simulation->server_up_at;
}

/* True when something expired, or the server's disk died in the middle of it (code is not 0). */
static int expire(struct simulation *simulation, int64_t *next, struct error *error)
{
    int64_t wall = sim_wall(simulation);
    int expired = 0;
    int code = ledger_handoff_next(simulation->ledger, next, error);

    while (code == 0 && *next <= wall && simulation->plant != SIM_PLANT_EXPIRED_STAYS) {
        code = ledger_handoffs_expire(simulation->ledger, wall, &expired, error);
        if (code == 0) {
            simulation->totals.handoffs_expired += expired;
            sim_trace(simulation, "server: %d offers expired", expired);
            code = ledger_handoff_next(simulation->ledger, next, error);
        }
    }
    if (simulation->plant == SIM_PLANT_EXPIRED_STAYS)
        *next = INT64_MAX;
    return code;
}

/* Says of promises that they are missed; `next` becomes earlier when one is to be looked at then.
 */
static int keep(struct simulation *simulation, int64_t *next, struct error *error)
{
    int64_t wall = sim_wall(simulation), due;
    int settled = 0;
    int code = ledger_promise_next(simulation->ledger, &due, error);

    while (code == 0 && due <= wall && simulation->plant != SIM_PLANT_PROMISE_STAYS) {
        code = ledger_promises_settle(simulation->ledger, wall, &settled, error);
        sim_trace(simulation, "server: %d promises settled", settled);
        if (code == 0)
            code = ledger_promise_next(simulation->ledger, &due, error);
    }
    if (code == 0 && due < *next && simulation->plant != SIM_PLANT_PROMISE_STAYS)
        *next = due;
    return code;
}

static int watch(struct simulation *simulation, int64_t *next, struct error *error)
{
    struct ledger_watch done;

    settle_doubt(simulation);
    memcpy(simulation->thresholds_before, simulation->thresholds, sizeof simulation->thresholds);
    count_again(simulation);
    if (simulation->plant == SIM_PLANT_TICKET_UNCOUNTED)
        spoil(simulation, simulation->ledger_path,
              "DELETE FROM wait WHERE record IN (SELECT number FROM record WHERE type "
              "= 'ticket')");
    int code = ledger_queues_watch(simulation->ledger, sim_wall(simulation), &done, error);
    simulation->thresholds_unsure = code != 0;
    if (code != 0)
        return code;
    simulation->watched_at = simulation->now;
    if (done.next_ms < *next && simulation->plant != SIM_PLANT_ALERT_LATE)
        *next = done.next_ms;
    if (done.crossed + done.over > 0)
        sim_trace(simulation, "server: %d thresholds crossed, %d over", done.crossed, done.over);
    check_alerts(simulation);
    if (simulation->plant == SIM_PLANT_ALERT_TWICE && done.crossed > 0)
        spoil(simulation, simulation->ledger_path, "UPDATE watch SET crossed = 0");
    return 0;
}

void sim_clock_run(struct simulation *simulation)
{
    struct error error = ERROR_INIT;
    int64_t next = INT64_MAX, expires = INT64_MAX;

    if (simulation->now < simulation->server_up_at) {
        simulation->clock_at = simulation->server_up_at;
        return;
    }
    if (sim_strikes(simulation, SIM_SERVER_DISK))
        sim_disk_die(simulation->ledger_disk, 1 + (long)sim_random(simulation, 20));
    simulation->clock_at = INT64_MAX;
    int code = expire(simulation, &next, &error);
    if (code == 0)
        code = watch(simulation, &next, &error);
    /* An offer that was opened to the next queue may be this clock's to end now, not a relay's. */
    if (code == 0)
        code = expire(simulation, &expires, &error);
    if (expires < next)
        next = expires;
    if (code == 0)
        code = keep(simulation, &next, &error);
    if (sim_disk_is_dead(simulation->ledger_disk)) {
        sim_server_restart(simulation, SIM_LOSES_POWER);
        return;
    }
    sim_disk_die(simulation->ledger_disk, 0);
    sim_must(simulation, code, &error, "the server's clock");
    simulation->clock_at = next == INT64_MAX ? INT64_MAX : next - SIM_WALL_START;
    if (simulation->clock_at <= simulation->now)
        simulation->clock_at = simulation->now + 1;
    while (simulation->changed)
        sim_server_ring(simulation);
}
