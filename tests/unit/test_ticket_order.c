/* The day that a ticket is of, and the order in which tickets are called. */
#include "app/ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/unit.h"

#define MINUTE INT64_C(60000)
#define START  INT64_C(1795784400000) /* 2026-11-27T13:00:00Z */
#define DAY    "2026-11-27"

/* --- days ------------------------------------------------------------------------------------ */

static int64_t moment(const char *text)
{
    int64_t ms = 0;

    assert_true(timestamp_parse(text, &ms));
    return ms;
}

static void assert_day(const char *zone_name, const char *at, const char *expected)
{
    struct zone *zone = NULL;
    char day[CALENDAR_DAY_SIZE];

    assert_int_equal(zone_open(&zone, zone_name, NULL), 0);
    ticket_day(zone, moment(at), day);
    assert_string_equal(day, expected);
    zone_free(zone);
}

static void test_a_day_is_that_of_the_offices_clocks(void **state)
{
    (void)state;
    assert_day("America/Halifax", "2026-11-27T03:59:59Z", "2026-11-26");
    assert_day("America/Halifax", "2026-11-27T04:00:00Z", "2026-11-27");
    assert_day("America/Vancouver", "2026-11-27T04:00:00Z", "2026-11-26");
    assert_day("America/St_Johns", "2026-11-27T03:30:00Z", "2026-11-27");
    /* The night of the change has 25 hours, and the one in spring 23. */
    assert_day("America/Toronto", "2026-11-01T03:59:00Z", "2026-10-31");
    assert_day("America/Toronto", "2026-11-01T06:30:00Z", "2026-11-01");
    assert_day("America/Toronto", "2026-11-02T04:59:00Z", "2026-11-01");
    assert_day("America/Toronto", "2026-11-02T05:00:00Z", "2026-11-02");
    assert_day("America/Toronto", "2026-03-09T03:59:00Z", "2026-03-08");
    assert_day("America/Toronto", "2026-03-09T04:00:00Z", "2026-03-09");
}

/* Over two years no quarter of an hour goes back a day, nor skips one, in any zone. */
static void test_days_follow_one_another(void **state)
{
    static const char *const zones[] = {"America/Toronto", "America/St_Johns", "America/Regina",
                                        "Pacific/Chatham"};

    (void)state;
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        struct zone *zone = NULL;
        char day[CALENDAR_DAY_SIZE], before[CALENDAR_DAY_SIZE], next[CALENDAR_DAY_SIZE];

        assert_int_equal(zone_open(&zone, zones[i], NULL), 0);
        ticket_day(zone, START, before);
        for (int64_t at = START; at < START + 730 * 24 * 60 * MINUTE; at += 15 * MINUTE) {
            ticket_day(zone, at, day);
            assert_true(ticket_day_add(before, 1, next));
            assert_true(strcmp(day, before) == 0 || strcmp(day, next) == 0);
            strcpy(before, day);
        }
        zone_free(zone);
    }
}

/* --- the order ------------------------------------------------------------------------------- */

static struct record *made(int64_t arrived, int64_t priority, int64_t appointment)
{
    static int count;
    char number[TICKET_NUMBER_SIZE];
    struct id id;
    struct record *ticket;

    snprintf(number, sizeof(number), "A%d", ++count);
    id = ticket_id("sample/quebec", DAY, number);
    ticket = record_new(RECORD_TICKET, &id);
    json_object_set_new(ticket->body, "number", json_string(number));
    json_object_set_new(ticket->body, "state", json_string("waiting"));
    json_object_set_new(ticket->body, "arrived_at", json_time(arrived));
    if (priority > 0)
        json_object_set_new(ticket->body, "priority", json_integer(priority));
    if (appointment > 0)
        json_object_set_new(ticket->body, "appointment_at", json_time(appointment));
    return ticket;
}

static void assert_before(struct record *first, struct record *second)
{
    assert_true(ticket_compare(first, second) < 0);
    assert_true(ticket_compare(second, first) > 0);
    record_free(first);
    record_free(second);
}

static void test_mixes_appointments_with_arrivals(void **state)
{
    (void)state;
    assert_before(made(START, 0, 0), made(START + 1, 0, 0));
    /* On time: before those who came in the half hour before it, after those who wait longer. */
    assert_before(made(START + 28 * MINUTE, 0, START + 30 * MINUTE), made(START + 1, 0, 0));
    assert_before(made(START - 1, 0, 0), made(START + 28 * MINUTE, 0, START + 30 * MINUTE));
    /* Hours too early is no advantage; too late is as without. */
    assert_before(made(START + MINUTE, 0, 0), made(START, 0, START + 180 * MINUTE));
    assert_before(made(START + 15 * MINUTE, 0, 0), made(START + 16 * MINUTE, 0, START));
    assert_before(made(START + 15 * MINUTE, 0, START), made(START, 0, 0));
    /* Priority is worth twenty minutes a step. */
    assert_before(made(START + 19 * MINUTE, 1, 0), made(START, 0, 0));
    assert_before(made(START, 0, 0), made(START + 21 * MINUTE, 1, 0));
    /* Two steps are the most, whatever is said. */
    assert_before(made(START, 0, 0), made(START + 41 * MINUTE, 9, 0));
}

static uint64_t seed = 7;

static int64_t chance(int64_t most)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((seed >> 33) % (uint64_t)most);
}

#define CROWD 400

/* Whatever comes, nobody who came without an appointment is passed by whoever comes more than
 * TICKET_ADVANTAGE_MS later; and the order is one. */
static void test_nobody_starves(void **state)
{
    struct record *crowd[CROWD];

    (void)state;
    for (int i = 0; i < CROWD; i++) {
        int64_t arrived = START + chance(480) * MINUTE;
        bool meets = chance(3) == 0;

        crowd[i] = made(arrived, chance(5) == 0 ? chance(4) : 0,
                        meets ? arrived + (chance(240) - 120) * MINUTE : 0);
    }
    for (int i = 0; i < CROWD; i++)
        for (int j = 0; j < CROWD; j++) {
            int64_t a = moment(record_text(crowd[i], "arrived_at"));
            int64_t b = moment(record_text(crowd[j], "arrived_at"));
            int order = ticket_compare(crowd[i], crowd[j]);

            assert_int_equal(order == 0, i == j);
            assert_int_equal(order<0, ticket_compare(crowd[j], crowd[i])> 0);
            if (*record_text(crowd[i], "appointment_at") == '\0' && b > a + TICKET_ADVANTAGE_MS)
                assert_true(order < 0);
            for (int k = 0; k < CROWD && order < 0; k += 37)
                if (ticket_compare(crowd[j], crowd[k]) < 0)
                    assert_true(ticket_compare(crowd[i], crowd[k]) < 0);
        }
    for (int i = 0; i < CROWD; i++)
        record_free(crowd[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_is_that_of_the_offices_clocks),
        cmocka_unit_test(test_days_follow_one_another),
        cmocka_unit_test(test_mixes_appointments_with_arrivals),
        cmocka_unit_test(test_nobody_starves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
