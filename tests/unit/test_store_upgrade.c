/* A store's file of an older version is brought up: what was in it stays, and works as in a new
 * one.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "tests/unit/store_former.h"
#include "tests/unit/store_place.h"

/* What hangs on the table of records: its indexes and triggers. */
#define RECORDS "tbl_name = 'record' AND type <> 'table'"

/* What there is in the schema, as text. Owned. */
static char *describe(sqlite3 *file, const char *which)
{
    char *sql = sqlite3_mprintf("SELECT group_concat(name || ' ' || sql, char(10)) FROM"
                                " (SELECT name, sql FROM sqlite_schema WHERE %s ORDER BY name)",
                                which);
    sqlite3_stmt *row = NULL;
    char *text;

    assert_int_equal(sqlite3_prepare_v2(file, sql, -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    text = strdup((const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    sqlite3_free(sql);
    return text;
}

/* A file of before gives its room back too, and knows its files. */
static void a_file_of_before_learns(void **state)
{
    static const char back[] =
        "DROP TABLE file; DROP TABLE coming;" STORE_BACK_TO_12 "PRAGMA user_version=8;"
        "PRAGMA auto_vacuum=NONE; VACUUM;";
    struct place *place = *state;
    sqlite3 *file = NULL;
    char text[4000];
    struct id matter = place_case(place, LONG, NULL, "closed");
    int64_t before;

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < 400; i++)
        place_came(place, RECORD_NOTE, LONG,
                   json_pack("{s:s, s:s}", "case", matter.text, "text", text));
    store_close(place->fixture.store);
    assert_int_equal(sqlite3_open(place->fixture.path, &file), SQLITE_OK);
    assert_int_equal(sqlite3_exec(file, back, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    before = place_bytes(place);
    assert_int_equal(
        store_open(&place->fixture.store, place->fixture.path, place->fixture.key, NULL), 0);
    assert_int_equal(place_evict(place), 401);
    assert_true(place_bytes(place) < before / 2);
}

/* The records of a file of version 9 stood in a table without row numbers. */
static void a_table_of_before_gets_row_numbers(void **state)
{
    static const char back[] =
        "CREATE TABLE former(type TEXT NOT NULL, id TEXT NOT NULL, case_id TEXT, client_id TEXT,"
        " base_rev INTEGER NOT NULL, base BLOB, current BLOB, pending INTEGER NOT NULL,"
        " seq INTEGER NOT NULL DEFAULT 0, weight INTEGER, PRIMARY KEY(type, id)) WITHOUT ROWID;"
        "INSERT INTO former SELECT * FROM record; DROP TABLE record;"
        "ALTER TABLE former RENAME TO record; DROP TABLE coming;" STORE_BACK_TO_12
        "PRAGMA user_version=9;";
    struct place *place = *state;
    struct id matter = place_case(place, LONG, NULL, "closed"), other;
    sqlite3 *file = NULL;
    char *before, *after;

    place_came(place, RECORD_NOTE, LONG, json_pack("{s:s, s:s}", "case", matter.text, "text", "x"));
    store_close(place->fixture.store);
    assert_int_equal(sqlite3_open(place->fixture.path, &file), SQLITE_OK);
    before = describe(file, RECORDS);
    assert_int_equal(sqlite3_exec(file, back, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    assert_int_equal(
        store_open(&place->fixture.store, place->fixture.path, place->fixture.key, NULL), 0);
    assert_true(place_has(place, RECORD_CASE, &matter));
    other = place_case(place, LONG, NULL, "closed");
    assert_true(place_has(place, RECORD_CASE, &other));
    assert_int_equal(sqlite3_open(place->fixture.path, &file), SQLITE_OK);
    after = describe(file, RECORDS);
    assert_string_equal(after, before);
    assert_int_equal(sqlite3_exec(file, "SELECT rowid FROM record", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    free(before);
    free(after);
    assert_int_equal(place_evict(place), 3);
}

/* Those of version 11 wrote what the store now writes itself. */
static void triggers_of_before_are_replaced(void **state)
{
    static const char back[] =
        "CREATE TRIGGER record_inserted AFTER INSERT ON record WHEN new.type IN ('case', 'client',"
        " 'view', 'message', 'task', 'promise') BEGIN"
        " INSERT INTO change(type, id, case_id) VALUES(new.type, new.id, new.case_id); END;"
        "CREATE TRIGGER record_updated AFTER UPDATE ON record WHEN new.type IN ('case', 'client',"
        " 'view', 'message', 'task', 'promise') BEGIN"
        " INSERT INTO change(type, id, case_id) VALUES(new.type, new.id, new.case_id); END;"
        "CREATE TRIGGER record_moved AFTER UPDATE ON record WHEN old.case_id IS NOT NULL AND"
        " old.case_id IS NOT new.case_id BEGIN"
        " INSERT INTO change(type, id, case_id) VALUES(old.type, old.id, old.case_id); END;"
        "CREATE TRIGGER file_made AFTER INSERT ON record WHEN new.type IN ('case', 'client') BEGIN"
        " INSERT OR IGNORE INTO file(type, id) VALUES(new.type, new.id); END;" STORE_BACK_TO_12
        "PRAGMA user_version=11;";
    struct place *place = *state;
    sqlite3 *file = NULL;
    char *before, *after;

    assert_int_equal(sqlite3_open(place->fixture.path, &file), SQLITE_OK);
    before = describe(file, "type = 'trigger'");
    assert_int_equal(sqlite3_exec(file, back, NULL, NULL, NULL), SQLITE_OK);
    store_fixture_reopen(&place->fixture);
    after = describe(file, "type = 'trigger'");
    assert_string_equal(after, before);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    free(before);
    free(after);
}

static int count_one(void *context, const struct outbox_entry *entry)
{
    (void)entry;
    ++*(int *)context;
    return 0;
}

/* Until version 13 what the server had taken was moved to a table of its own, and what was on its
 * way was noted in its own row. */
static void what_was_sent_before_is_known(void **state)
{
    static const char back[] = STORE_BACK_TO_13 "PRAGMA user_version=13;";
    struct place *place = *state;
    struct store_fixture *fixture = &place->fixture;
    int waiting = 0;
    struct store_outcome outcome = {.rev = 1, .seq = 1};
    struct id sent;
    sqlite3 *file = NULL;
    char *before, *after;

    store_fixture_client(fixture, "Ann");
    outcome.operation = store_fixture_only(fixture)->id;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    store_fixture_client(fixture, "Bob");
    sent = store_fixture_only(fixture)->id;
    assert_int_equal(store_fixture_sending(fixture, &sent, NULL, NULL), 0);
    assert_int_equal(sqlite3_open(fixture->path, &file), SQLITE_OK);
    before = describe(file, "tbl_name IN ('operation', 'sending', 'record')");
    assert_int_equal(sqlite3_exec(file, back, NULL, NULL, NULL), SQLITE_OK);
    store_fixture_reopen(fixture);
    after = describe(file, "tbl_name IN ('operation', 'sending', 'record')");
    assert_string_equal(after, before);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    free(before);
    free(after);
    assert_int_equal(store_outbox_withdraw(fixture->store, &sent, NULL), ERROR_CONFLICT);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 1);
    assert_int_equal(store_history_lost(fixture->store, 0, NULL), 0);
    assert_int_equal(store_outbox_each(fixture->store, SIZE_MAX, count_one, &waiting, NULL), 0);
    assert_int_equal(waiting, 2);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, place_set_up, place_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_of_before_learns),
        TEST(a_table_of_before_gets_row_numbers),
        TEST(triggers_of_before_are_replaced),
        TEST(what_was_sent_before_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
