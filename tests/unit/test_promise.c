/* Promises: when they end, and how they stand. Properties over made-up histories. */
#include "app/promise_state.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/message_plan.h"
#include "tests/unit/unit.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

static uint64_t seed = 20261127;

/* A number from 0 to `most` (xorshift: the same every time). */
static int64_t random_up_to(int64_t most)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)(most + 1));
}

static int64_t moment(const char *text)
{
    int64_t ms;

    assert_true(timestamp_parse(text, &ms));
    return ms;
}

static struct promise_place place_of(const char *zone, const char *rules, const char *closures)
{
    struct id id = id_from_key("x", "y");
    struct record *office = record_new(RECORD_OFFICE, &id);
    struct record *calendar = record_new(RECORD_CALENDAR, &id);
    struct promise_place place;

    json_object_set_new(office->body, "zone", json_string(zone));
    if (closures != NULL)
        json_object_set_new(office->body, "closures", json_loads(closures, 0, NULL));
    json_object_set_new(calendar->body, "rules", json_loads(rules, 0, NULL));
    place = promise_place_of(office, calendar);
    assert_non_null(place.calendar);
    assert_non_null(place.zone);
    record_free(office);
    record_free(calendar);
    return place;
}

#define QUEBEC                                                                                     \
    "[{\"month\": 6, \"day\": 24, \"observed\": \"sunday\"}, {\"month\": 12, \"day\": 25},"        \
    " {\"month\": 1, \"day\": 1}, {\"easter\": -2}, {\"easter\": 1}]"

static void expect_due(const struct promise_place *place, int64_t count, const char *unit,
                       const char *from, const char *due)
{
    char text[TIMESTAMP_SIZE];

    timestamp_format(promise_due(place, count, unit, moment(from), 0), text);
    assert_string_equal(text, due);
}

static void test_ends_with_its_last_day(void **state)
{
    struct promise_place place = place_of("America/Toronto", QUEBEC, NULL);

    (void)state;
    /* A Tuesday; the day itself is not counted, at whatever hour. */
    expect_due(&place, 1, "business-day", "2026-11-24T05:00:00.000Z", "2026-11-26T04:59:59.999Z");
    expect_due(&place, 1, "business-day", "2026-11-25T04:59:59.999Z", "2026-11-26T04:59:59.999Z");
    /* 20:00 on Tuesday there is Wednesday in Greenwich. */
    expect_due(&place, 3, "business-day", "2026-11-25T01:00:00.000Z", "2026-11-28T04:59:59.999Z");
    /* On a Friday, a Saturday, a Sunday: the Monday. */
    expect_due(&place, 1, "business-day", "2026-11-27T15:00:00.000Z", "2026-12-01T04:59:59.999Z");
    expect_due(&place, 1, "business-day", "2026-11-28T15:00:00.000Z", "2026-12-01T04:59:59.999Z");
    expect_due(&place, 1, "business-day", "2026-11-29T15:00:00.000Z", "2026-12-01T04:59:59.999Z");
    /* Over a holiday, and from one. */
    expect_due(&place, 1, "business-day", "2026-06-23T15:00:00.000Z", "2026-06-26T03:59:59.999Z");
    expect_due(&place, 1, "business-day", "2026-06-24T15:00:00.000Z", "2026-06-26T03:59:59.999Z");
    expect_due(&place, 15, "business-day", "2026-12-11T15:00:00.000Z", "2027-01-06T04:59:59.999Z");
    /* St-Jean on a Sunday: the Monday is free. */
    expect_due(&place, 1, "business-day", "2029-06-22T15:00:00.000Z", "2029-06-27T03:59:59.999Z");
    /* Other units. */
    expect_due(&place, 3, "hour", "2026-11-27T15:00:00.000Z", "2026-11-27T18:00:00.000Z");
    expect_due(&place, 2, "calendar-day", "2026-11-27T15:00:00.000Z", "2026-11-30T04:59:59.999Z");
    expect_due(&place, 2, "week", "2026-11-27T15:00:00.000Z", "2026-12-12T04:59:59.999Z");
    expect_due(&place, 1, "month", "2027-01-31T15:00:00.000Z", "2027-03-01T04:59:59.999Z");
    expect_due(&place, 13, "month", "2026-12-15T15:00:00.000Z", "2028-01-16T04:59:59.999Z");
    expect_due(&place, 1, "year", "2028-02-29T15:00:00.000Z", "2029-03-01T04:59:59.999Z");
    assert_int_equal(promise_due(&place, 1, "fortnight", 1, 0), 0);
    promise_place_clear(&place);
}

static void test_an_office_that_is_closed(void **state)
{
    struct promise_place place = place_of(
        "America/Toronto", QUEBEC, "[{\"from\": \"2026-11-26\", \"until\": \"2026-11-27\"}]");

    (void)state;
    expect_due(&place, 2, "business-day", "2026-11-24T15:00:00.000Z", "2026-12-01T04:59:59.999Z");
    promise_place_clear(&place);
}

/* The same moment in three zones: midnight comes when it comes there, also after a change. One
 * whose law does not change its clocks. */
static void test_zones_and_changes_of_clocks(void **state)
{
    struct promise_place halifax = place_of("America/Halifax", QUEBEC, NULL);
    struct promise_place pitcairn = place_of("Pacific/Pitcairn", QUEBEC, NULL);
    struct promise_place johns = place_of("America/St_Johns", QUEBEC, NULL);

    (void)state;
    expect_due(&halifax, 1, "business-day", "2026-11-24T03:30:00.000Z", "2026-11-25T03:59:59.999Z");
    expect_due(&johns, 1, "business-day", "2026-11-24T03:30:00.000Z", "2026-11-26T03:29:59.999Z");
    expect_due(&pitcairn, 1, "business-day", "2026-11-24T03:30:00.000Z",
               "2026-11-25T07:59:59.999Z");
    /* Over the first Sunday of November and the second one of March. */
    expect_due(&halifax, 1, "business-day", "2026-10-30T15:00:00.000Z", "2026-11-03T03:59:59.999Z");
    expect_due(&halifax, 1, "business-day", "2027-03-12T15:00:00.000Z", "2027-03-16T02:59:59.999Z");
    expect_due(&halifax, 1, "calendar-day", "2026-10-31T15:00:00.000Z", "2026-11-02T03:59:59.999Z");
    promise_place_clear(&halifax);
    promise_place_clear(&pitcairn);
    promise_place_clear(&johns);
}

/* --- properties ------------------------------------------------------------------------------ */

static const char *const zones[] = {"America/Toronto",    "America/Halifax", "America/Vancouver",
                                    "America/St_Johns",   "Africa/Cairo",    "Asia/Tehran",
                                    "Australia/Lord_Howe"};
#define ZONES (sizeof(zones) / sizeof(zones[0]))

static int64_t random_moment(void)
{
    return moment("2024-01-01T00:00:00.000Z") + random_up_to(6 * 365 * DAY_MS);
}

/* What passes in two parts passes in one; nothing runs backwards; a business day has 24 hours, also
 * where the clocks change on one (Cairo's do on a Friday). */
static void test_business_time_is_additive(void **state)
{
    (void)state;
    for (size_t z = 0; z < ZONES; z++) {
        struct promise_place place = place_of(zones[z], QUEBEC, NULL);

        for (int i = 0; i < 400; i++) {
            int64_t a = random_moment(), b = a + random_up_to(40 * DAY_MS);
            int64_t c = b + random_up_to(40 * DAY_MS);
            int64_t whole = promise_business_ms(&place, a, c);
            struct calendar_day first = promise_day(&place, a), last = promise_day(&place, c);
            int days = calendar_business_days_between(place.calendar, &first, &last);

            assert_int_equal(whole,
                             promise_business_ms(&place, a, b) + promise_business_ms(&place, b, c));
            assert_true(whole >= 0);
            assert_true(whole <= (days + 1) * DAY_MS && whole >= (days - 1) * DAY_MS);
            assert_int_equal(promise_business_ms(&place, c, a), 0);
        }
        promise_place_clear(&place);
    }
}

/* Asked later it ends no earlier, and so it does when more is promised, or its time stood longer.
 */
static void test_ends_are_monotonic(void **state)
{
    static const char *const units[] = {"business-day", "calendar-day", "week", "hour", "month"};

    (void)state;
    for (size_t z = 0; z < ZONES; z++) {
        struct promise_place place = place_of(zones[z], QUEBEC, NULL);

        for (int i = 0; i < 200; i++) {
            const char *unit = units[i % 5];
            int64_t from = random_moment(), count = 1 + random_up_to(20);
            int64_t due = promise_due(&place, count, unit, from, 0);
            int64_t stood = random_up_to(5 * DAY_MS);

            assert_true(due > from);
            assert_true(promise_due(&place, count, unit, from + random_up_to(3 * DAY_MS), 0) >=
                        due);
            assert_true(promise_due(&place, count, unit, from + random_up_to(3 * DAY_MS), stood) >=
                        promise_due(&place, count, unit, from, stood));
            assert_true(promise_due(&place, count + 1, unit, from, 0) > due);
            assert_true(promise_due(&place, count, unit, from, stood) >= due);
            assert_true(promise_due(&place, count, unit, from, stood + DAY_MS) >
                        promise_due(&place, count, unit, from, stood));
        }
        promise_place_clear(&place);
    }
}

static struct promise promise_from(int64_t started, int64_t count)
{
    struct promise promise = {.started_ms = started};

    promise.terms = (struct promise_terms){.kind = "guarantee", .count = count, .refund = true};
    strcpy(promise.terms.unit, "business-day");
    return promise;
}

/* However many pauses there were: the end is that of their sum, and no other. */
static void test_pauses_add_up(void **state)
{
    (void)state;
    for (size_t z = 0; z < ZONES; z++) {
        struct promise_place place = place_of(zones[z], QUEBEC, NULL);

        for (int i = 0; i < 100; i++) {
            struct promise promise = promise_from(random_moment(), 15);
            int64_t at = promise.started_ms, stood = 0;
            struct promise_standing standing;

            for (int64_t pauses = random_up_to(12); pauses > 0; pauses--) {
                int64_t from = at + random_up_to(12 * HOUR_MS);
                int64_t to = from + random_up_to(pauses % 2 == 0 ? 20 * DAY_MS : HOUR_MS);

                promise_add(&promise, from, PROMISE_PAUSED);
                promise_add(&promise, to, PROMISE_RUNNING);
                stood += promise_business_ms(&place, from, to);
                at = to;
            }
            promise_stand(&promise, &place, at, &standing);
            assert_int_equal(standing.state, PROMISE_RUNNING);
            assert_int_equal(standing.due_ms,
                             promise_due(&place, 15, "business-day", promise.started_ms, stood));
        }
        promise_place_clear(&place);
    }
}

/* A pause of whole business days puts the end off by as many; one of a weekend by none. */
static void test_pauses_of_whole_days(void **state)
{
    struct promise_place place = place_of("America/Toronto", QUEBEC, NULL);

    (void)state;
    for (int days = 0; days < 30; days++) {
        struct promise promise = promise_from(moment("2026-11-24T15:00:00.000Z"), 3);
        struct calendar_day day = {2026, 11, 25}, last = {2026, 11, 27};
        struct promise_standing standing;
        int64_t end;

        day = calendar_add_business_days(place.calendar, &day, days);
        end = promise_day_end(&place, &day) - 9 * HOUR_MS;
        promise_add(&promise, moment("2026-11-25T19:59:59.999Z"), PROMISE_PAUSED);
        promise_add(&promise, end, PROMISE_RUNNING);
        promise_stand(&promise, &place, end, &standing);
        if (days > 0)
            last = calendar_add_business_days(place.calendar, &last, days);
        assert_int_equal(standing.due_ms, promise_day_end(&place, &last));
    }
    struct promise promise = promise_from(moment("2026-11-26T15:00:00.000Z"), 3);
    struct promise_standing standing;

    promise_add(&promise, moment("2026-11-28T06:00:00.000Z"), PROMISE_PAUSED);
    promise_add(&promise, moment("2026-11-30T04:59:00.000Z"), PROMISE_RUNNING);
    promise_stand(&promise, &place, moment("2026-11-30T05:00:00.000Z"), &standing);
    assert_int_equal(standing.due_ms, moment("2026-12-02T04:59:59.999Z"));
    assert_int_equal(standing.days_left, 1);
    promise_place_clear(&place);
}

/* Whoever looks in between, and how often, changes nothing; and what was heard of late, in the
 * order in which it happened, ends as if it had been heard of at once. */
static void test_looking_changes_nothing(void **state)
{
    struct promise_place place = place_of("America/Halifax", QUEBEC, NULL);

    (void)state;
    for (int i = 0; i < 300; i++) {
        struct promise promise = promise_from(random_moment(), 1 + random_up_to(10));
        int64_t at = promise.started_ms, later;
        struct promise_standing seen, standing, again;
        enum promise_state before = PROMISE_RUNNING;

        for (int steps = 0; steps < 8; steps++) {
            at += random_up_to(4 * DAY_MS);
            if (random_up_to(1) == 0) {
                promise_stand(&promise, &place, at, &seen);
                /* What has ended stays ended, as time goes by. */
                promise_stand(&promise, &place, at + random_up_to(90 * DAY_MS), &again);
                if (seen.state >= PROMISE_MET) {
                    assert_int_equal(again.state, seen.state);
                    assert_int_equal(again.since_ms, seen.since_ms);
                    assert_int_equal(again.due_ms, seen.due_ms);
                }
                assert_true(again.due_ms >= seen.due_ms);
            } else {
                before = (enum promise_state)random_up_to(steps == 7 ? 2 : 1);
                promise_add(&promise, at, before);
            }
        }
        later = at + 400 * DAY_MS;
        promise_stand(&promise, &place, later, &standing);
        promise_stand(&promise, &place, later, &again);
        assert_memory_equal(&standing, &again, sizeof(standing));
        /* Nothing that runs is left when all its time is over. */
        assert_int_not_equal(standing.state, PROMISE_RUNNING);
    }
    promise_place_clear(&place);
}

/* --- states ---------------------------------------------------------------------------------- */

static void expect(const struct promise *promise, const struct promise_place *place,
                   const char *now, enum promise_state state, const char *due, int left)
{
    struct promise_standing standing;
    char text[TIMESTAMP_SIZE];

    promise_stand(promise, place, moment(now), &standing);
    timestamp_format(standing.due_ms, text);
    assert_string_equal(promise_state_word(standing.state), promise_state_word(state));
    assert_string_equal(text, due);
    assert_int_equal(standing.days_left, left);
}

static void test_how_it_stands(void **state)
{
    struct promise_place place = place_of("America/Toronto", QUEBEC, NULL);
    struct promise promise = promise_from(moment("2026-11-24T15:00:00.000Z"), 3), other;

    (void)state;
    expect(&promise, &place, "2026-11-24T15:00:00.000Z", PROMISE_RUNNING,
           "2026-11-28T04:59:59.999Z", 3);
    expect(&promise, &place, "2026-11-28T04:59:59.999Z", PROMISE_RUNNING,
           "2026-11-28T04:59:59.999Z", 0);
    expect(&promise, &place, "2026-11-28T05:00:00.000Z", PROMISE_MISSED, "2026-11-28T04:59:59.999Z",
           0);
    expect(&promise, &place, "2026-12-02T15:00:00.000Z", PROMISE_MISSED, "2026-11-28T04:59:59.999Z",
           -3);
    other = promise;
    assert_true(promise_add(&other, moment("2026-11-27T15:00:00.000Z"), PROMISE_MET));
    expect(&other, &place, "2026-12-24T15:00:00.000Z", PROMISE_MET, "2026-11-28T04:59:59.999Z", 0);
    /* Nothing comes after its end. */
    assert_false(promise_add(&other, moment("2026-11-28T15:00:00.000Z"), PROMISE_PAUSED));
    other = promise;
    assert_true(promise_add(&other, moment("2026-11-30T15:00:00.000Z"), PROMISE_MET));
    expect(&other, &place, "2026-12-24T15:00:00.000Z", PROMISE_MISSED, "2026-11-28T04:59:59.999Z",
           -1);
    /* While it stands, its end goes along; closed then, nothing was owed. */
    assert_true(promise_add(&promise, moment("2026-11-25T15:00:00.000Z"), PROMISE_PAUSED));
    assert_false(promise_add(&promise, moment("2026-11-25T16:00:00.000Z"), PROMISE_PAUSED));
    expect(&promise, &place, "2026-11-25T15:00:00.000Z", PROMISE_PAUSED, "2026-11-28T04:59:59.999Z",
           2);
    expect(&promise, &place, "2026-12-09T15:00:00.000Z", PROMISE_PAUSED, "2026-12-12T04:59:59.999Z",
           2);
    other = promise;
    assert_true(promise_add(&other, moment("2026-12-24T15:00:00.000Z"), PROMISE_MET));
    expect(&other, &place, "2027-02-24T15:00:00.000Z", PROMISE_VOID, "2026-12-30T04:59:59.999Z", 2);
    assert_true(promise_add(&promise, moment("2026-12-01T15:00:00.000Z"), PROMISE_RUNNING));
    expect(&promise, &place, "2026-12-01T15:00:00.000Z", PROMISE_RUNNING,
           "2026-12-04T04:59:59.999Z", 2);
    /* Clocks that disagree: nothing is before what it follows. */
    assert_true(promise_add(&promise, moment("2026-11-01T15:00:00.000Z"), PROMISE_PAUSED));
    assert_int_equal(promise.events[2].at_ms, moment("2026-12-01T15:00:00.000Z"));
    promise_place_clear(&place);
}

static void test_keeps_so_many_events(void **state)
{
    struct promise promise = promise_from(DAY_MS, 3);

    (void)state;
    for (int i = 0; i < 3 * PROMISE_EVENTS_LIMIT; i++)
        promise_add(&promise, DAY_MS + i, i % 2 == 0 ? PROMISE_PAUSED : PROMISE_RUNNING);
    /* One that runs, with room for its end. */
    assert_int_equal(promise.events[promise.count - 1].meaning, PROMISE_RUNNING);
    assert_true(promise_add(&promise, 2 * DAY_MS, PROMISE_MET));
    assert_true(promise.count <= PROMISE_EVENTS_LIMIT);
}

static void test_what_a_status_means(void **state)
{
    (void)state;
    assert_int_equal(promise_meaning("received"), PROMISE_RUNNING);
    assert_int_equal(promise_meaning("in-progress"), PROMISE_RUNNING);
    assert_int_equal(promise_meaning("information-missing"), PROMISE_PAUSED);
    assert_int_equal(promise_meaning("approved"), PROMISE_MET);
    assert_int_equal(promise_meaning("refused"), PROMISE_MET);
    assert_int_equal(promise_meaning("closed"), PROMISE_MET);
}

/* --- terms ----------------------------------------------------------------------------------- */

static void test_what_a_service_promises(void **state)
{
    struct id id = id_from_key("service", "s/x");
    struct record *service = record_new(RECORD_SERVICE, &id);
    struct promise_terms terms;

    (void)state;
    json_object_set_new(
        service->body, "channels",
        json_loads("[{\"channel\": \"web\", \"guarantee\": {\"count\": 15, \"unit\":"
                   " \"business-day\", \"refund\": true}}, {\"channel\": \"mail\"}]",
                   0, NULL));
    json_object_set_new(
        service->body, "standards",
        json_loads("[{\"kind\": \"timeliness\", \"count\": 30, \"unit\": \"calendar-day\"},"
                   " {\"kind\": \"timeliness\", \"count\": 2, \"unit\": \"week\","
                   "  \"channel\": \"mail\"},"
                   " {\"kind\": \"access\", \"count\": 2, \"unit\": \"minute\"},"
                   " {\"kind\": \"timeliness\", \"text\": {\"en\": \"soon\"}}]",
                   0, NULL));
    assert_true(promise_terms_of(service, "web", &terms));
    assert_string_equal(terms.kind, "guarantee");
    assert_int_equal(terms.count, 15);
    assert_true(terms.refund);
    assert_true(promise_terms_of(service, "mail", &terms));
    assert_string_equal(terms.kind, "standard");
    assert_string_equal(terms.unit, "week");
    assert_false(terms.refund);
    assert_true(promise_terms_of(service, "counter", &terms));
    assert_int_equal(terms.count, 30);
    json_object_del(service->body, "standards");
    assert_false(promise_terms_of(service, "counter", &terms));
    record_free(service);
}

/* A message that leaves before a day: business days, at nine by the clocks of the office. */
static void test_a_message_before_a_day(void **state)
{
    static const struct {
        const char *day;
        int count;
        const char *leaves;
    } cases[] = {
        {"2026-12-10", 2, "2026-12-08T13:00:00.000Z"}, /* Halifax, in winter */
        {"2026-12-07", 1, "2026-12-04T13:00:00.000Z"}, /* over a weekend */
        {"2026-12-05", 1, "2026-12-04T13:00:00.000Z"}, /* from a Saturday */
        {"2026-07-02", 1, "2026-06-30T12:00:00.000Z"}, /* over a holiday, in summer */
        {"2026-07-02", 2, "2026-06-29T12:00:00.000Z"},
        {"2026-11-02", 1, "2026-10-30T12:00:00.000Z"}, /* before the clocks change */
    };
    struct promise_place place = place_of(
        "America/Halifax", "[{\"month\":7,\"day\":1,\"title\":{\"en\":\"Canada Day\"}}]", NULL);
    struct calendar_day day;
    char text[TIMESTAMP_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(calendar_day_parse(cases[i].day, &day));
        timestamp_format(message_plan_before(&place, &day, cases[i].count), text);
        assert_string_equal(text, cases[i].leaves);
    }
    assert_true(calendar_day_parse("2026-03-08", &day));
    timestamp_format(message_plan_on(&place, &day, 14 * 60 + 30), text);
    assert_string_equal(text, "2026-03-08T17:30:00.000Z");
    promise_place_clear(&place);
    place = (struct promise_place){0};
    timestamp_format(message_plan_on(&place, &day, 0), text);
    assert_string_equal(text, "2026-03-08T00:00:00.000Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_with_its_last_day),
        cmocka_unit_test(test_an_office_that_is_closed),
        cmocka_unit_test(test_zones_and_changes_of_clocks),
        cmocka_unit_test(test_business_time_is_additive),
        cmocka_unit_test(test_ends_are_monotonic),
        cmocka_unit_test(test_pauses_add_up),
        cmocka_unit_test(test_pauses_of_whole_days),
        cmocka_unit_test(test_looking_changes_nothing),
        cmocka_unit_test(test_how_it_stands),
        cmocka_unit_test(test_keeps_so_many_events),
        cmocka_unit_test(test_what_a_status_means),
        cmocka_unit_test(test_what_a_service_promises),
        cmocka_unit_test(test_a_message_before_a_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
