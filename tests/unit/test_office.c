/* Offices: hours, holidays, zones, what they do, which is nearest. */
#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/office.h"

struct fixture {
    char folder[64], path[96];
    struct catalogue *catalogue;
    struct record *records[32];
    size_t count;
};

static void add(struct fixture *fixture, enum record_type type, const char *key, const char *body)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);

    json_decref(record->body);
    record->body = json_loads(body, 0, NULL);
    if (record->body == NULL)
        fail_msg("%s: not JSON", key);
    json_object_set_new(record->body, "key", json_string(key));
    record->rev = record->seq = 1;
    fixture->records[fixture->count++] = record;
}

static void write_all(struct fixture *fixture)
{
    struct error error = ERROR_INIT;

    assert_int_equal(catalogue_write_page(fixture->catalogue, fixture->records, fixture->count, 1,
                                          "feed", &error),
                     0);
}

#define WEEK(hours)                                                                                \
    "\"hours\": {\"mon\": [" hours "], \"tue\": [" hours "], \"wed\": [" hours "],"                \
    " \"thu\": [" hours "], \"fri\": [" hours "]}"

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    strcpy(fixture->folder, "/tmp/guichet-office-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/catalogue.db", fixture->folder);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, true, NULL), 0);
    add(fixture, RECORD_CALENDAR, "s/holidays",
        "{\"holidays\": [{\"date\": \"2026-06-24\", \"title\": {\"fr\": \"Fête nationale\"}},"
        " {\"date\": \"2026-06-27\", \"title\": {\"fr\": \"Un samedi\"}},"
        " {\"date\": \"2026-07-01\", \"title\": {\"fr\": \"Fête du Canada\"}},"
        " {\"date\": \"2026-12-25\", \"title\": {\"fr\": \"Noël\"}}]}");
    add(fixture, RECORD_OFFICE, "s/quebec",
        "{" WEEK(
            "\"08:30-12:00\", \"13:00-16:30\"") ", \"calendar\": \"holidays\","
                                                " \"zone\": \"America/Toronto\", \"latitude\": "
                                                "46.8131, \"longitude\": -71.2236,"
                                                " \"postal_code\": \"G1R 4P5\"}");
    add(fixture, RECORD_OFFICE, "s/iles",
        "{" WEEK("\"09:00-17:00\"") ", \"calendar\": \"holidays\", \"zone\": \"America/Halifax\","
                                    " \"latitude\": 47.38, \"longitude\": -61.86, \"postal_code\": "
                                    "\"G4T 1B3\","
                                    " \"services\": [\"licence\"]}");
    add(fixture, RECORD_OFFICE, "s/montreal",
        "{\"hours\": {\"mon\": [\"00:00-24:00\"], \"tue\": [\"00:00-09:00\"]},"
        " \"calendar\": \"nowhere\", \"zone\": \"America/Toronto\","
        " \"latitude\": 45.5019, \"longitude\": -73.5674, \"postal_code\": \"H3B 2G2\"}");
    add(fixture, RECORD_OFFICE, "s/closed-down",
        "{\"ended\": true, \"latitude\": 46.81, \"longitude\": -71.22, \"zone\": \"UTC\"}");
    add(fixture, RECORD_OFFICE, "s/somewhere", "{\"zone\": \"America/Toronto\"}");
    add(fixture, RECORD_OFFICE, "other/far",
        "{\"latitude\": 60.0, \"longitude\": -135.0, \"zone\": \"UTC\"}");
    add(fixture, RECORD_SERVICE, "s/licence",
        "{\"channels\": [{\"channel\": \"counter\", \"available\": true}]}");
    add(fixture, RECORD_SERVICE, "s/permit",
        "{\"channels\": [{\"channel\": \"counter\", \"available\": null}],"
        " \"offices\": [\"montreal\", \"iles\"]}");
    add(fixture, RECORD_SERVICE, "s/online",
        "{\"channels\": [{\"channel\": \"web\", \"available\": true},"
        " {\"channel\": \"counter\", \"available\": false}]}");
    add(fixture, RECORD_SERVICE, "s/gone",
        "{\"ended\": true, \"channels\": [{\"channel\": \"counter\", \"available\": true}]}");
    add(fixture, RECORD_SERVICE, "federal/export",
        "{\"channels\": [{\"channel\": \"counter\", \"available\": true}]}");
    write_all(fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < fixture->count; i++)
        record_free(fixture->records[i]);
    catalogue_close(fixture->catalogue);
    assert_int_equal(remove_folder(fixture->folder), 0);
    free(fixture);
    return 0;
}

static const struct record *find(struct fixture *fixture, const char *key)
{
    for (size_t i = 0; i < fixture->count; i++)
        if (strcmp(record_text(fixture->records[i], "key"), key) == 0)
            return fixture->records[i];
    fail_msg("no %s", key);
    return NULL;
}

static int64_t moment(const char *text)
{
    int64_t ms;

    if (!timestamp_parse(text, &ms))
        fail_msg("\"%s\" is no time", text);
    return ms;
}

/* `until` NULL: not within the horizon. */
static void expect_state(struct fixture *fixture, const char *key, const char *at, bool open,
                         const char *until)
{
    const struct record *office = find(fixture, key);
    struct schedule *schedule = NULL;
    struct schedule_state found;
    struct error error = ERROR_INIT;

    assert_int_equal(schedule_new(&schedule, fixture->catalogue, office, office->body, &error), 0);
    schedule_state_at(schedule, moment(at), &found);
    if (found.open != open || found.until_ms != (until == NULL ? 0 : moment(until))) {
        char text[TIMESTAMP_SIZE];

        timestamp_format(found.until_ms, text);
        fail_msg("%s at %s: %s until %s", key, at, found.open ? "open" : "closed", text);
    }
    assert_int_equal(office_open_at(fixture->catalogue, office, moment(at)),
                     open ? OFFICE_OPEN : OFFICE_CLOSED);
    schedule_free(schedule);
}

static void test_spans_of_a_day(void **state)
{
    struct fixture *fixture = *state;

    /* Monday 15 June 2026. */
    expect_state(fixture, "s/quebec", "2026-06-15T08:29:59-04:00", false,
                 "2026-06-15T08:30:00-04:00");
    expect_state(fixture, "s/quebec", "2026-06-15T08:30:00-04:00", true,
                 "2026-06-15T12:00:00-04:00");
    expect_state(fixture, "s/quebec", "2026-06-15T11:59:59-04:00", true,
                 "2026-06-15T12:00:00-04:00");
    expect_state(fixture, "s/quebec", "2026-06-15T12:00:00-04:00", false,
                 "2026-06-15T13:00:00-04:00");
    expect_state(fixture, "s/quebec", "2026-06-15T13:00:00-04:00", true,
                 "2026-06-15T16:30:00-04:00");
    expect_state(fixture, "s/quebec", "2026-06-15T16:30:00-04:00", false,
                 "2026-06-16T08:30:00-04:00");
    /* Over a weekend. */
    expect_state(fixture, "s/quebec", "2026-06-19T20:00:00-04:00", false,
                 "2026-06-22T08:30:00-04:00");
}

static void test_holidays(void **state)
{
    struct fixture *fixture = *state;
    const struct record *office = find(fixture, "s/quebec");
    struct schedule_closure closures[4];
    struct schedule *schedule = NULL;
    struct schedule_state found;

    /* Wednesday 24 June. */
    expect_state(fixture, "s/quebec", "2026-06-24T10:00:00-04:00", false,
                 "2026-06-25T08:30:00-04:00");
    assert_int_equal(schedule_new(&schedule, fixture->catalogue, office, office->body, NULL), 0);
    schedule_state_at(schedule, moment("2026-06-24T10:00:00-04:00"), &found);
    assert_true(found.holiday);
    schedule_state_at(schedule, moment("2026-06-25T10:00:00-04:00"), &found);
    assert_false(found.holiday);
    /* The Saturday is no closure: it would not be open anyway. */
    assert_int_equal(schedule_closures(schedule, moment("2026-06-24T10:00:00-04:00"), closures, 4),
                     3);
    assert_string_equal(json_localised(closures[0].title, "fr"), "Fête nationale");
    assert_int_equal(closures[1].day.month, 7);
    assert_int_equal(closures[2].day.day, 25);
    assert_int_equal(schedule_closures(schedule, moment("2026-06-25T10:00:00-04:00"), closures, 1),
                     1);
    assert_int_equal(closures[0].day.month, 7);
    assert_true(schedule_knows_holidays(schedule, moment("2026-12-25T10:00:00-05:00")));
    assert_false(schedule_knows_holidays(schedule, moment("2026-12-26T10:00:00-05:00")));
    schedule_free(schedule);
}

/* The same moment, an hour apart on the clocks. */
static void test_zones(void **state)
{
    struct fixture *fixture = *state;

    expect_state(fixture, "s/quebec", "2026-06-15T12:15:00Z", false, "2026-06-15T12:30:00Z");
    expect_state(fixture, "s/iles", "2026-06-15T12:15:00Z", true, "2026-06-15T20:00:00Z");
    expect_state(fixture, "s/iles", "2026-06-15T20:10:00Z", false, "2026-06-16T12:00:00Z");
    expect_state(fixture, "s/quebec", "2026-06-15T20:10:00Z", true, "2026-06-15T20:30:00Z");
}

/* Clocks change on Sundays 8 March and 1 November 2026: the Friday before is reckoned by the old
 * time, the Monday after by the new. */
static void test_daylight_saving(void **state)
{
    struct fixture *fixture = *state;

    expect_state(fixture, "s/quebec", "2026-03-06T21:29:00Z", true, "2026-03-06T21:30:00Z");
    expect_state(fixture, "s/quebec", "2026-03-06T21:30:00Z", false, "2026-03-09T12:30:00Z");
    expect_state(fixture, "s/quebec", "2026-03-09T12:29:59Z", false, "2026-03-09T12:30:00Z");
    expect_state(fixture, "s/quebec", "2026-03-09T12:30:00Z", true, "2026-03-09T16:00:00Z");
    expect_state(fixture, "s/quebec", "2026-10-30T20:30:00Z", false, "2026-11-02T13:30:00Z");
    expect_state(fixture, "s/quebec", "2026-11-02T13:29:59Z", false, "2026-11-02T13:30:00Z");
    expect_state(fixture, "s/quebec", "2026-11-02T13:30:00Z", true, "2026-11-02T17:00:00Z");
}

static void test_open_over_midnight(void **state)
{
    struct fixture *fixture = *state;

    expect_state(fixture, "s/montreal", "2026-06-15T23:59:00-04:00", true,
                 "2026-06-16T09:00:00-04:00");
    expect_state(fixture, "s/montreal", "2026-06-16T09:00:00-04:00", false,
                 "2026-06-22T00:00:00-04:00");
}

static void try_hours(struct fixture *fixture, const char *body, int code)
{
    json_t *document = json_loads(body, 0, NULL);
    struct schedule *schedule = NULL;
    struct error error = ERROR_INIT;

    assert_non_null(document);
    assert_int_equal(
        schedule_new(&schedule, fixture->catalogue, find(fixture, "s/quebec"), document, &error),
        code);
    if (code == 0) {
        struct schedule_state found;

        /* Never open, or always: neither is searched for ever. */
        schedule_state_at(schedule, moment("2026-06-15T10:00:00-04:00"), &found);
        assert_int_equal(found.until_ms, 0);
    }
    schedule_free(schedule);
    json_decref(document);
}

static void test_hours_that_are_none(void **state)
{
    struct fixture *fixture = *state;
#define ZONE ", \"zone\": \"America/Toronto\"}"
#define ALL  "[\"00:00-24:00\"]"

    try_hours(fixture, "{\"zone\": \"America/Toronto\"}", ERROR_NOT_FOUND);
    try_hours(fixture, "{\"hours\": {}, \"zone\": \"Here/There\"}", ERROR_NOT_FOUND);
    try_hours(fixture, "{\"hours\": {}, \"zone\": \"../x\"}", ERROR_INVALID);
    try_hours(fixture, "{\"hours\": {\"mon\": [\"08:30\"]}" ZONE, ERROR_INVALID);
    try_hours(fixture, "{\"hours\": {\"mon\": [\"12:00-08:30\"]}" ZONE, ERROR_INVALID);
    try_hours(fixture, "{\"hours\": {\"mon\": [\"12:00-25:00\"]}" ZONE, ERROR_INVALID);
    try_hours(fixture, "{\"hours\": {\"mon\": [\"-1:00-02:00\"]}" ZONE, ERROR_INVALID);
    try_hours(fixture, "{\"hours\": {\"mon\": [7]}" ZONE, ERROR_INVALID);
    try_hours(fixture, "{\"hours\": {}" ZONE, 0);
    try_hours(fixture,
              "{\"hours\": {\"mon\": " ALL ", \"tue\": " ALL ", \"wed\": " ALL ", \"thu\": " ALL
              ", \"fri\": " ALL ", \"sat\": " ALL ", \"sun\": " ALL "}" ZONE,
              0);
    assert_int_equal(office_open_at(fixture->catalogue, find(fixture, "s/somewhere"), 0),
                     OFFICE_UNKNOWN);
}

static void test_what_an_office_does(void **state)
{
    static const struct {
        const char *office, *service;
        bool serves;
    } cases[] = {
        {"s/quebec", "s/licence", true},       {"s/iles", "s/licence", true},
        {"s/quebec", "s/permit", false},       {"s/montreal", "s/permit", true},
        {"s/iles", "s/permit", false}, /* names its services, this one not */
        {"s/quebec", "s/online", false},       {"s/quebec", "s/gone", false},
        {"s/closed-down", "s/licence", false}, {"s/quebec", "federal/export", false},
        {"other/far", "s/licence", false},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (office_serves(find(fixture, cases[i].office), find(fixture, cases[i].service)) !=
            cases[i].serves)
            fail_msg("%s and %s", cases[i].office, cases[i].service);
}

static void expect_order(struct fixture *fixture, const char *service, const char *postal,
                         const char *expected)
{
    struct place place;
    struct office_query query = {service == NULL ? NULL : find(fixture, service),
                                 postal == NULL ? NULL : &place};
    struct office_list list;
    char order[256] = "";

    if (postal != NULL)
        assert_true(office_postal_place(fixture->catalogue, postal, &place));
    assert_int_equal(office_list_read(&list, fixture->catalogue, &query, NULL), 0);
    for (size_t i = 0; i < list.count; i++) {
        strcat(order, i > 0 ? " " : "");
        strcat(order, record_text(list.items[i].record, "key"));
        assert_true(i == 0 || list.items[i].distance_km < 0 ||
                    list.items[i].distance_km >= list.items[i - 1].distance_km);
    }
    assert_string_equal(order, expected);
    office_list_free(&list);
}

static void test_nearest_first(void **state)
{
    struct fixture *fixture = *state;

    expect_order(fixture, NULL, "G1R 4P5", "s/quebec s/montreal s/iles other/far s/somewhere");
    expect_order(fixture, NULL, "H2X 1Y4", "s/montreal s/quebec s/iles other/far s/somewhere");
    expect_order(fixture, "s/licence", "G4X 1A1", "s/iles s/quebec s/montreal s/somewhere");
    expect_order(fixture, "s/permit", "G4X", "s/montreal");
    expect_order(fixture, "s/gone", "G4X", "");
    expect_order(fixture, NULL, NULL, "other/far s/iles s/montreal s/quebec s/somewhere");
}

static void test_where_a_postal_code_is(void **state)
{
    struct fixture *fixture = *state;
    struct place place;

    /* An office's own, one of its area, one of its district, one of the country. */
    assert_true(office_postal_place(fixture->catalogue, "G1R 4P5", &place));
    assert_true(place.within_km == 0 && place.latitude == 46.8131);
    assert_true(office_postal_place(fixture->catalogue, "G1R 2S4", &place));
    assert_true(place.within_km == 8 && place.latitude == 46.8131);
    assert_true(office_postal_place(fixture->catalogue, "G1V", &place));
    assert_true(place.within_km == 12);
    assert_true(office_postal_place(fixture->catalogue, "G0A 1A0", &place));
    assert_true(place.within_km == 600);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_spans_of_a_day),
        TEST(test_holidays),
        TEST(test_zones),
        TEST(test_daylight_saving),
        TEST(test_open_over_midnight),
        TEST(test_hours_that_are_none),
        TEST(test_what_an_office_does),
        TEST(test_nearest_first),
        TEST(test_where_a_postal_code_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
