/* Records of a page that come as their text: filed by their outline, as if they had been opened. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/unit.h"

#define CASE_ID "0190a1b2-c3d4-7e5f-8a6b-0123456789ac"
#define CLIENT  "0190a1b2-c3d4-7e5f-8a6b-0123456789ad"

/* A note or a contact as the server has it; owned. */
static char *served(const char *type, const struct id *id, int64_t rev, int64_t seq,
                    const char *more)
{
    enum { LONGEST = 512 };
    char *text = malloc(LONGEST);

    assert_non_null(text);
    assert_true(snprintf(text, LONGEST,
                         "{\"type\":\"%s\",\"id\":\"%s\",\"rev\":%lld,\"seq\":%lld,\"body\":"
                         "{\"case\":\"" CASE_ID "\",\"client\":\"" CLIENT "\"%s},\"meta\":{}}",
                         type, id->text, (long long)rev, (long long)seq, more) < LONGEST);
    return text;
}

static void page(struct store *store, const char *text, bool opened, int64_t cursor)
{
    struct record *record = record_closed(text, strlen(text));
    struct store_place place = {.cursor = cursor, .feed = "feed", .epoch = ""};
    json_t *document = NULL;

    if (opened) {
        free(record);
        assert_int_equal(json_read(&document, text, strlen(text), SIZE_MAX, "it", NULL), 0);
        assert_int_equal(record_from_json(&record, document, NULL), 0);
        json_decref(document);
    }
    assert_int_equal(store_write_page_at(store, &record, 1, &place, NULL), 0);
    record_free(record);
}

/* What stands in plain of a record's row. */
static void read_row(const struct store_fixture *fixture, const struct id *id, char *row,
                     size_t size)
{
    static const char sql[] = "SELECT type || ' ' || case_id || ' ' ||"
                              " client_id || ' ' || base_rev || ' ' || seq || ' ' || weight ||"
                              " ' ' || pending FROM record WHERE id = ?1";
    sqlite3 *handle;
    sqlite3_stmt *statement;

    assert_int_equal(sqlite3_open_v2(fixture->path, &handle, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_text(statement, 1, id->text, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_non_null(sqlite3_column_text(statement, 0));
    snprintf(row, size, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(handle);
}

static struct record *get(struct store *store, enum record_type type, const struct id *id,
                          enum store_pending *pending)
{
    struct record *record;

    assert_int_equal(store_get(store, type, id, &record, pending, NULL), 0);
    return record;
}

static void they_are_filed_as_opened_ones(void **state)
{
    static const struct {
        const char *type, *more;
        enum record_type is;
    } cases[] = {
        {"note", ",\"text\":\"she calls back\"", RECORD_NOTE},
        {"note", ",\"text\":\"soon\",\"due_at\":\"2026-12-01\"", RECORD_NOTE},
        {"contact", ",\"channel\":\"phone\",\"identity\":\"verified\"", RECORD_CONTACT},
    };
    struct store_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct id closed = store_fixture_id(fixture), opened = store_fixture_id(fixture);
        char *one = served(cases[i].type, &closed, 2, 7, cases[i].more);
        char *other = served(cases[i].type, &opened, 2, 7, cases[i].more);
        char expected[256], found[256];
        struct record *first, *second;

        page(fixture->store, one, false, 10 * (int64_t)i + 1);
        page(fixture->store, other, true, 10 * (int64_t)i + 2);
        read_row(fixture, &closed, found, sizeof(found));
        read_row(fixture, &opened, expected, sizeof(expected));
        assert_string_equal(found, expected);
        first = get(fixture->store, cases[i].is, &closed, NULL);
        second = get(fixture->store, cases[i].is, &opened, NULL);
        assert_true(json_equal(first->body, second->body));
        assert_int_equal(first->seq, 7);
        record_free(first);
        record_free(second);
        free(one);
        free(other);
    }
}

static int count_change(void *context, const struct store_change *change)
{
    int *count = context;

    *count += strcmp(change->case_id.text, CASE_ID) == 0;
    return 0;
}

static void their_cases_are_looked_at_again(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    char *text = served("note", &id, 1, 7, "");
    int64_t latest = store_change_latest(fixture->store, NULL), reached;
    int count = 0;

    page(fixture->store, text, false, 1);
    assert_int_equal(
        store_changes(fixture->store, latest, 100, count_change, &count, &reached, NULL), 0);
    assert_int_equal(count, 1);
    free(text);
}

static void own_work_stands_on_top_of_them(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    char *first = served("contact", &id, 1, 7, ",\"need\":\"first\"");
    char *second = served("contact", &id, 2, 8, ",\"need\":\"second\"");
    enum store_pending pending;
    struct record *record;

    page(fixture->store, first, false, 1);
    assert_int_equal(store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_FIELDS,
                                                                          RECORD_CONTACT, &id,
                                                                          "{\"language\":\"fr\"}")),
                     0);
    page(fixture->store, second, false, 2);
    record = get(fixture->store, RECORD_CONTACT, &id, &pending);
    assert_int_equal(pending, STORE_WAITING);
    assert_string_equal(record_text(record, "need"), "second");
    assert_string_equal(record_text(record, "language"), "fr");
    record_free(record);
    free(first);
    free(second);
}

static void an_older_one_changes_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    char *newer = served("note", &id, 2, 8, ",\"text\":\"newer\"");
    char *older = served("note", &id, 1, 7, ",\"text\":\"older\"");
    struct record *record;

    page(fixture->store, newer, false, 8);
    page(fixture->store, older, false, 9);
    record = get(fixture->store, RECORD_NOTE, &id, NULL);
    assert_string_equal(record_text(record, "text"), "newer");
    record_free(record);
    free(newer);
    free(older);
}

/* It was to leave, and is seen again. */
static void one_that_was_to_leave_stays(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    char *text = served("note", &id, 2, 8, ",\"text\":\"seen\"");
    char sql[160];
    struct record *record;
    sqlite3 *handle;

    page(fixture->store, text, false, 1);
    snprintf(sql, sizeof(sql), "INSERT INTO leaving(type, record) VALUES('note', '%s')", id.text);
    assert_int_equal(sqlite3_open(fixture->path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    page(fixture->store, text, false, 2);
    /* Whatever is answered lets go of what leaves. */
    assert_int_equal(store_outbox_settle(fixture->store, NULL, 0, NULL), 0);
    record = get(fixture->store, RECORD_NOTE, &id, NULL);
    record_free(record);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_are_filed_as_opened_ones, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(their_cases_are_looked_at_again, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(own_work_stands_on_top_of_them, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(an_older_one_changes_nothing, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(one_that_was_to_leave_stays, store_fixture_setup,
                                        store_fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
