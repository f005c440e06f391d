/* A long case is read piece by piece: in the same order as all at once, and its summary is made of
 * the few records that bear on it, wherever they stand. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/case_file.h"
#include "app/json.h"
#include "app/store_internal.h"
#include "tests/unit/store_fixture.h"
#include "tests/unit/store_former.h"

#define ENTRIES 500

static struct id matter;

static struct record *make(enum record_type type, int64_t ms, json_t *body)
{
    struct id_generator ids = {0};
    struct id id = id_generate(&ids, ms);
    struct record *record = record_new(type, &id);

    json_object_update_new(record->body, body);
    record->rev = 1;
    return record;
}

static void give(struct store_fixture *fixture, struct record *record)
{
    static int64_t seq = 10;
    struct error error = ERROR_INIT;

    record->seq = ++seq;
    if (store_write_page(fixture->store, &record, 1, seq, "server", &error) != 0)
        fail_msg("%s", error.message);
    record_free(record);
}

/* Notes and messages, minute by minute; every seventh came later than what it tells of, some much
 * later. */
static void fill(struct store_fixture *fixture, size_t count)
{
    const int64_t begun = INT64_C(1790000000000);

    for (size_t i = 0; i < count; i++) {
        int64_t ms = begun + (int64_t)i * 60000;
        int64_t told = i % 7 == 0 ? ms - (int64_t)(i * 7919 % 100) * 60000 : ms;
        bool message = i % 3 == 0;

        give(fixture,
             make(message ? RECORD_MESSAGE : RECORD_NOTE, ms,
                  json_pack("{s:s, s:s, s:s, s:s, s:o}", "case", matter.text, "channel", "email",
                            "state", "read", "text", "something", "at", json_time(told))));
    }
}

static int take_case(void *context, const struct record *record, enum store_pending pending)
{
    (void)context;
    (void)pending;
    matter = record->id;
    return 0;
}

static void begin(struct store_fixture *fixture)
{
    const struct store_query query = {.type = RECORD_CASE};
    struct record *record = make(RECORD_CASE, INT64_C(1790000000000),
                                 json_pack("{s:s, s:s, s:s}", "reference", "C-1", "office",
                                           "t/north", "status", "received"));

    give(fixture, record);
    assert_int_equal(store_each(fixture->store, &query, take_case, NULL, NULL), 0);
}

static void read_file(struct store_fixture *fixture, struct case_file *file)
{
    struct error error = ERROR_INIT;

    if (case_file_read(file, fixture->store, &matter, &error) != 0)
        fail_msg("%s", error.message);
}

static void piece_by_piece_in_the_order_of_the_whole(void **state)
{
    struct store_fixture *fixture = *state;
    struct case_file whole, part;
    size_t least = SIZE_MAX;

    begin(fixture);
    fill(fixture, ENTRIES);
    read_file(fixture, &whole);
    assert_int_equal(case_file_more(&whole, fixture->store, SIZE_MAX, NULL), 0);
    assert_true(whole.whole);
    assert_int_equal(whole.count, ENTRIES);
    for (size_t i = 1; i < whole.count; i++)
        assert_true(whole.entries[i - 1].at_ms >= whole.entries[i].at_ms);
    read_file(fixture, &part);
    assert_false(part.whole);
    assert_true(part.count > 0 && part.count < ENTRIES / 2);
    for (size_t wanted = 1; !part.whole; wanted += 23) {
        assert_int_equal(case_file_more(&part, fixture->store, wanted, NULL), 0);
        assert_true(part.count >= wanted || part.whole);
        least = part.held < least ? part.held : least;
        assert_int_equal(part.total, ENTRIES);
        for (size_t i = 0; i < part.count; i++)
            assert_string_equal(part.entries[i].record->id.text, whole.entries[i].record->id.text);
    }
    assert_int_equal(part.count, ENTRIES);
    assert_int_equal(least, 0);
    case_file_free(&part);
    case_file_free(&whole);
}

/* What the summary tells stands at the very beginning of a long file. */
static void make_old_facts(struct store_fixture *fixture)
{
    const int64_t old = INT64_C(1780000000000);

    give(fixture, make(RECORD_CONTACT, old,
                       json_pack("{s:s, s:s, s:s, s:o}", "case", matter.text, "channel", "counter",
                                 "identity", "verified", "started_at", json_time(old))));
    give(fixture, make(RECORD_CONTACT, old + 1000,
                       json_pack("{s:s, s:s, s:s, s:o}", "case", matter.text, "channel", "phone",
                                 "identity", "basic", "started_at", json_time(old + 1000))));
    give(fixture, make(RECORD_MESSAGE, old,
                       json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "case", matter.text, "channel",
                                 "email", "direction", "in", "state", "received", "text", "hello",
                                 "at", json_time(old))));
    give(fixture,
         make(RECORD_NOTE, old,
              json_pack("{s:s, s:s, s:s, s:o, s:o}", "case", matter.text, "channel", "phone",
                        "text", "call", "at", json_time(old), "due_at", json_time(old))));
    give(fixture, make(RECORD_TASK, old,
                       json_pack("{s:s, s:s, s:s, s:o}", "case", matter.text, "kind", "other",
                                 "state", "open", "at", json_time(old))));
    give(fixture, make(RECORD_SUBMISSION, old,
                       json_pack("{s:s, s:s, s:s, s:o}", "case", matter.text, "form", "t/form",
                                 "status", "draft", "started_at", json_time(old))));
    give(fixture, make(RECORD_PROMISE, old,
                       json_pack("{s:s, s:s, s:o, s:o}", "case", matter.text, "state", "running",
                                 "started_at", json_time(old), "due_at", json_time(old))));
}

static void assert_facts(struct store_fixture *fixture)
{
    struct case_file file;

    read_file(fixture, &file);
    assert_false(file.whole);
    assert_int_equal(file.contacts.count, 1);
    assert_string_equal(record_text(file.contacts.records[0], "identity"), "verified");
    assert_int_equal(file.messages.count, 1);
    assert_int_equal(file.notes.count, 1);
    assert_int_equal(file.tasks.count, 1);
    assert_int_equal(file.submissions.count, 1);
    assert_int_equal(file.promises.count, 1);
    assert_int_equal(file.total, 200 + 7);
    case_file_free(&file);
}

static void the_summary_is_of_the_whole_file(void **state)
{
    struct store_fixture *fixture = *state;

    begin(fixture);
    fill(fixture, 200);
    make_old_facts(fixture);
    assert_facts(fixture);
}

/* A file from before the records were weighed. */
static void an_older_file_is_weighed_once(void **state)
{
    static const char back[] = STORE_BACK_TO_12
        "DROP INDEX record_weight; DROP INDEX record_since; DROP INDEX record_case;"
        "DROP INDEX record_loose; ALTER TABLE record DROP COLUMN weight; UPDATE record SET seq = 0;"
        "CREATE INDEX record_case ON record(case_id, type, id) WHERE case_id IS NOT NULL;"
        "DELETE FROM meta WHERE name = 'weighed'; DROP TABLE file; DROP TABLE "
        "coming; PRAGMA user_version = 6;";
    struct store_fixture *fixture = *state;
    sqlite3 *file = NULL;
    char *message = NULL;
    int64_t before, after;

    begin(fixture);
    fill(fixture, 200);
    make_old_facts(fixture);
    assert_int_equal(store_case_latest(fixture->store, &matter, &before, NULL), 0);
    assert_int_equal(sqlite3_open(fixture->path, &file), SQLITE_OK);
    if (sqlite3_exec(file, back, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    store_fixture_reopen(fixture);
    assert_facts(fixture);
    assert_int_equal(store_case_latest(fixture->store, &matter, &after, NULL), 0);
    assert_int_equal(after, before);
    assert_true(after > 0);
}

static int count(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(size_t *)context;
    return 0;
}

static void what_came_since_is_found_by_its_number(void **state)
{
    struct store_fixture *fixture = *state;
    size_t found = 0;
    int64_t latest;

    begin(fixture);
    fill(fixture, 100);
    assert_int_equal(store_case_latest(fixture->store, &matter, &latest, NULL), 0);
    assert_int_equal(store_case_since(fixture->store, &matter, latest, count, &found, NULL), 0);
    assert_int_equal(found, 0);
    make_old_facts(fixture);
    assert_int_equal(store_case_since(fixture->store, &matter, latest, count, &found, NULL), 0);
    assert_int_equal(found, 7);
}

#define WITH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, store_fixture_setup, store_fixture_teardown)

/* --- how it is found -------------------------------------------------------------------------- */

static int last_sql(unsigned what, void *context, void *statement, void *text)
{
    char *sql = context;

    (void)what;
    (void)text;
    snprintf(sql, 1024, "EXPLAIN QUERY PLAN %s", sqlite3_sql(statement));
    return 0;
}

static int nothing(void *context, const struct record *record, enum store_pending pending)
{
    (void)context;
    (void)record;
    (void)pending;
    return 0;
}

/* How long a file is must not matter to what is looked for in it: the plan of what is asked. */
static void what_is_asked_of_a_client_is_found_by_its_type(void **state)
{
    struct store_fixture *fixture = *state;
    sqlite3 *file = database_handle(fixture->store->database);
    struct store_query query = {.type = RECORD_DELEGATION, .client_id = store_fixture_id(fixture)};
    sqlite3_stmt *plan = NULL;

    for (int newest = 0; newest < 2; newest++) {
        char sql[1024] = "";
        const char *detail;

        query.newest_first = newest == 1;
        sqlite3_trace_v2(file, SQLITE_TRACE_STMT, last_sql, sql);
        assert_int_equal(store_each(fixture->store, &query, nothing, NULL, NULL), 0);
        sqlite3_trace_v2(file, 0, NULL, NULL);
        assert_int_equal(sqlite3_prepare_v2(file, sql, -1, &plan, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(plan), SQLITE_ROW);
        detail = (const char *)sqlite3_column_text(plan, 3);
        if (strstr(detail, "record_client (client_id=? AND type=?)") == NULL)
            fail_msg("%s", detail);
        assert_int_equal(sqlite3_step(plan), SQLITE_DONE); /* nothing is sorted */
        sqlite3_finalize(plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(piece_by_piece_in_the_order_of_the_whole),
        WITH(the_summary_is_of_the_whole_file),
        WITH(an_older_file_is_weighed_once),
        WITH(what_came_since_is_found_by_its_number),
        WITH(what_is_asked_of_a_client_is_found_by_its_type),
    };

    return cmocka_run_group_tests_name("case file", tests, NULL, NULL);
}
