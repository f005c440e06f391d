/* Whether a service can be had now; moved services; how fresh a record is. */
#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/availability.h"
#include "app/clock.h"
#include "app/freshness.h"
#include "app/succession.h"

struct fixture {
    char folder[64], path[96];
    struct catalogue *catalogue;
};

#define WEEK                                                                                       \
    "\"hours\": {\"mon\": [\"09:00-17:00\"], \"tue\": [\"09:00-17:00\"],"                          \
    " \"wed\": [\"09:00-17:00\"]}, \"calendar\": \"c\", \"zone\": \"America/Toronto\""
#define OFFICE(hours, latitude)                                                                    \
    "{" hours ", \"latitude\": " latitude ", \"longitude\": -71.0, \"services\": "
#define SERVICE(channels)   "{\"channels\": [" channels "]}"
#define CHANNEL(name, rest) "{\"channel\": \"" name "\", \"available\": " rest "}"

static const struct {
    enum record_type type;
    const char *key, *body;
} records[] = {
    {RECORD_CALENDAR, "s/c", "{\"holidays\": [{\"date\": \"2026-06-24\"}]}"},
    {RECORD_OFFICE, "s/own", OFFICE(WEEK, "46.0") "[\"a\"]}"},
    {RECORD_OFFICE, "s/near", OFFICE(WEEK, "46.5") "[\"b\"]}"},
    {RECORD_OFFICE, "s/far",
     "{\"hours\": {\"mon\": [\"08:00-20:00\"]}, \"zone\": \"America/Toronto\","
     " \"latitude\": 48.0, \"longitude\": -71.0, \"services\": [\"b\"]}"},
    {RECORD_SERVICE, "s/a",
     SERVICE(CHANNEL("counter", "true") "," CHANNEL("web", "true") "," CHANNEL(
         "phone",
         "true, \"schedule\": {" WEEK
         "}") "," CHANNEL("sms",
                          "true") "," CHANNEL("fax",
                                              "false") "," CHANNEL("mail",
                                                                   "null") "," CHANNEL("chat",
                                                                                       "true, "
                                                                                       "\"schedule"
                                                                                       "\": "
                                                                                       "{\"hours\":"
                                                                                       " {\"mon\": "
                                                                                       "[\"late\"]}"
                                                                                       "}"))},
    {RECORD_SERVICE, "s/b", SERVICE(CHANNEL("counter", "true"))},
    {RECORD_SERVICE, "s/nowhere", SERVICE(CHANNEL("counter", "true"))},
    {RECORD_SERVICE, "s/ended", "{\"ended\": true, \"channels\": [" CHANNEL("web", "true") "]}"},
    {RECORD_SERVICE, "s/old", "{\"moved_to\": \"older\"}"},
    {RECORD_SERVICE, "s/older", "{\"moved_to\": \"s/a\"}"},
    {RECORD_SERVICE, "s/loose", "{\"moved_to\": \"gone\"}"},
    {RECORD_SERVICE, "s/ring-1", "{\"moved_to\": \"ring-2\"}"},
    {RECORD_SERVICE, "s/ring-2", "{\"moved_to\": \"ring-3\"}"},
    {RECORD_SERVICE, "s/ring-3", "{\"moved_to\": \"ring-1\"}"},
    {RECORD_SERVICE, "s/self", "{\"moved_to\": \"self\"}"},
};

#define COUNT (sizeof records / sizeof records[0])

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct record *page[COUNT];

    assert_non_null(fixture);
    strcpy(fixture->folder, "/tmp/guichet-availability-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/catalogue.db", fixture->folder);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, true, NULL), 0);
    for (size_t i = 0; i < COUNT; i++) {
        struct id id = id_from_key(record_type_name(records[i].type), records[i].key);

        page[i] = record_new(records[i].type, &id);
        json_decref(page[i]->body);
        page[i]->body = json_loads(records[i].body, 0, NULL);
        if (page[i]->body == NULL)
            fail_msg("%s: not JSON", records[i].key);
        json_object_set_new(page[i]->body, "key", json_string(records[i].key));
        page[i]->rev = page[i]->seq = 1;
    }
    assert_int_equal(catalogue_write_page(fixture->catalogue, page, COUNT, 1, "feed", NULL), 0);
    for (size_t i = 0; i < COUNT; i++)
        record_free(page[i]);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    catalogue_close(fixture->catalogue);
    assert_int_equal(remove_folder(fixture->folder), 0);
    free(fixture);
    return 0;
}

static struct record *get(struct fixture *fixture, enum record_type type, const char *key)
{
    struct record *record = NULL;

    assert_int_equal(catalogue_get_by_key(fixture->catalogue, type, key, &record, NULL), 0);
    return record;
}

static int64_t moment(const char *text)
{
    int64_t ms;

    if (!timestamp_parse(text, &ms))
        fail_msg("\"%s\" is no time", text);
    return ms;
}

/* `until` and `elsewhere` NULL: none. */
static void expect(struct fixture *fixture, const char *service, size_t index, const char *at,
                   enum availability_kind kind, const char *until, const char *elsewhere)
{
    struct record *record = get(fixture, RECORD_SERVICE, service);
    struct record *own = get(fixture, RECORD_OFFICE, "s/own");
    struct office_query query = {.service = record};
    struct office_list offices;
    struct availability found;
    struct place place;

    assert_true(office_place(own, &place));
    query.from = &place;
    assert_int_equal(office_list_read(&offices, fixture->catalogue, &query, NULL), 0);
    availability_read(&found, fixture->catalogue, record, index, own, &offices, moment(at));
    if (found.kind != kind)
        fail_msg("%s %zu at %s: %d, not %d", service, index, at, found.kind, kind);
    if (until != NULL)
        assert_true(found.state.until_ms == moment(until));
    if (elsewhere == NULL)
        assert_null(found.office);
    else
        assert_string_equal(record_text(found.office, "key"), elsewhere);
    availability_free(&found);
    office_list_free(&offices);
    record_free(record);
    record_free(own);
}

/* Monday 15 June 2026, and Wednesday 24 June, a holiday. */
static void test_each_channel(void **state)
{
    struct fixture *fixture = *state;
    const char *open = "2026-06-15T10:00:00-04:00", *late = "2026-06-15T18:00:00-04:00";
    const char *holiday = "2026-06-24T10:00:00-04:00";

    expect(fixture, "s/a", 0, open, AVAILABILITY_OPEN, "2026-06-15T17:00:00-04:00", NULL);
    expect(fixture, "s/a", 0, late, AVAILABILITY_CLOSED, "2026-06-16T09:00:00-04:00", NULL);
    expect(fixture, "s/a", 0, holiday, AVAILABILITY_CLOSED, "2026-06-29T09:00:00-04:00", NULL);
    expect(fixture, "s/a", 1, holiday, AVAILABILITY_ALWAYS, NULL, NULL);
    expect(fixture, "s/a", 2, open, AVAILABILITY_OPEN, "2026-06-15T17:00:00-04:00", NULL);
    expect(fixture, "s/a", 2, holiday, AVAILABILITY_CLOSED, "2026-06-29T09:00:00-04:00", NULL);
    expect(fixture, "s/a", 3, open, AVAILABILITY_UNKNOWN, NULL, NULL);
    expect(fixture, "s/a", 4, open, AVAILABILITY_NOT_OFFERED, NULL, NULL);
    expect(fixture, "s/a", 5, open, AVAILABILITY_UNKNOWN, NULL, NULL);
    expect(fixture, "s/a", 6, open, AVAILABILITY_UNKNOWN, NULL, NULL);
    expect(fixture, "s/a", 7, open, AVAILABILITY_UNKNOWN, NULL, NULL);
    expect(fixture, "s/ended", 0, open, AVAILABILITY_NOT_OFFERED, NULL, NULL);
}

static void test_another_office(void **state)
{
    struct fixture *fixture = *state;

    expect(fixture, "s/b", 0, "2026-06-15T10:00:00-04:00", AVAILABILITY_OPEN,
           "2026-06-15T17:00:00-04:00", "s/near");
    /* The near one is closed, the far one not. */
    expect(fixture, "s/b", 0, "2026-06-15T18:00:00-04:00", AVAILABILITY_OPEN,
           "2026-06-15T20:00:00-04:00", "s/far");
    expect(fixture, "s/b", 0, "2026-06-15T21:00:00-04:00", AVAILABILITY_CLOSED,
           "2026-06-16T09:00:00-04:00", "s/near");
    expect(fixture, "s/nowhere", 0, "2026-06-15T10:00:00-04:00", AVAILABILITY_UNKNOWN, NULL, NULL);
}

static void expect_succession(struct fixture *fixture, const char *key, const char *last,
                              size_t moves, enum succession_end end)
{
    struct succession found;

    assert_int_equal(succession_read(&found, fixture->catalogue, key, NULL), 0);
    assert_string_equal(record_text(found.record, "key"), last);
    assert_int_equal(found.past_count, moves);
    assert_int_equal(found.end, end);
    if (moves > 0)
        assert_string_equal(record_text(found.past[0], "key"), key);
    succession_free(&found);
}

static void test_moved_services(void **state)
{
    struct fixture *fixture = *state;
    struct succession found;
    struct record *present;

    expect_succession(fixture, "s/a", "s/a", 0, SUCCESSION_WHOLE);
    expect_succession(fixture, "s/old", "s/a", 2, SUCCESSION_WHOLE);
    expect_succession(fixture, "s/loose", "s/loose", 0, SUCCESSION_LOOSE);
    expect_succession(fixture, "s/ring-1", "s/ring-3", 2, SUCCESSION_CIRCLE);
    expect_succession(fixture, "s/self", "s/self", 0, SUCCESSION_CIRCLE);
    assert_int_equal(succession_read(&found, fixture->catalogue, "s/none", NULL), ERROR_NOT_FOUND);
    present = succession_present(fixture->catalogue, RECORD_SERVICE, "s/old");
    assert_string_equal(record_text(present, "key"), "s/a");
    record_free(present);
    present = succession_present(fixture->catalogue, RECORD_OFFICE, "s/own");
    assert_string_equal(record_text(present, "key"), "s/own");
    record_free(present);
    assert_null(succession_present(fixture->catalogue, RECORD_SERVICE, "s/none"));
}

static bool stale(const char *source, const char *now, int64_t days)
{
    struct id id = id_from_key("service", "s/x");
    struct record *record = record_new(RECORD_SERVICE, &id);
    bool found;

    json_object_set_new(record->body, "source", json_loads(source, 0, NULL));
    found = freshness_is_stale(record, moment(now), days);
    record_free(record);
    return found;
}

static void test_freshness(void **state)
{
    const char *source = "{\"confirmed\": \"2026-01-01\"}";

    (void)state;
    assert_false(stale(source, "2026-01-31T23:59:59Z", 30));
    assert_true(stale(source, "2026-02-01T00:00:00Z", 30));
    assert_false(stale(source, "2036-02-01T00:00:00Z", 0));
    /* Not confirmed on any day; and confirmed tomorrow, by a clock that goes before. */
    assert_true(stale("{}", "2026-02-01T00:00:00Z", 30));
    assert_true(stale("{\"confirmed\": \"soon\"}", "2026-02-01T00:00:00Z", 30));
    assert_false(stale(source, "2025-12-31T00:00:00Z", 30));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_each_channel),
        TEST(test_another_office),
        TEST(test_moved_services),
        cmocka_unit_test(test_freshness),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
