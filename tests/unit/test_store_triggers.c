/* The triggers on the table of records: which there are, and what each record pays for them. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "tests/unit/store_fixture.h"

/* All of them, as text. Owned. */
static char *describe_triggers(sqlite3 *file)
{
    sqlite3_stmt *row = NULL;
    char *text;

    assert_int_equal(sqlite3_prepare_v2(file,
                                        "SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM"
                                        " sqlite_schema WHERE type = 'trigger' ORDER BY name)",
                                        -1, &row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    text = strdup((const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return text;
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
        " INSERT OR IGNORE INTO file(type, id) VALUES(new.type, new.id); END;"
        "PRAGMA user_version=11;";
    struct store_fixture *fixture = *state;
    sqlite3 *file = NULL;
    char *before, *after;

    assert_int_equal(sqlite3_open(fixture->path, &file), SQLITE_OK);
    before = describe_triggers(file);
    assert_int_equal(sqlite3_exec(file, back, NULL, NULL, NULL), SQLITE_OK);
    store_fixture_reopen(fixture);
    after = describe_triggers(file);
    assert_string_equal(after, before);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    free(before);
    free(after);
}

/* How many steps of a statement, with those of its triggers, have this name. */
static int count_steps(sqlite3 *file, const char *sql, const char *name)
{
    sqlite3_stmt *row = NULL;
    int count = 0;

    assert_int_equal(sqlite3_prepare_v2(file, sql, -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW)
        count += strcmp((const char *)sqlite3_column_text(row, 1), name) == 0;
    sqlite3_finalize(row);
    return count;
}

/* What is written for a page of the feed is written ten thousand times: nothing is begun for it but
 * what writes the row. */
static void writing_a_record_begins_no_trigger(void **state)
{
    static const char *const written[] = {
        "EXPLAIN INSERT INTO record VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        " ON CONFLICT(type, id) DO UPDATE SET case_id = excluded.case_id, seq = excluded.seq",
        "EXPLAIN UPDATE record SET base = current, base_rev = ?3, seq = ?4, current = NULL,"
        " pending = 0 WHERE type = ?1 AND id = ?2",
    };
    struct store_fixture *fixture = *state;
    sqlite3 *file = NULL;

    assert_int_equal(sqlite3_open(fixture->path, &file), SQLITE_OK);
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        assert_true(count_steps(file, written[i], "IdxInsert") > 0);
        assert_int_equal(count_steps(file, written[i], "Program"), 0);
        assert_int_equal(count_steps(file, written[i], "OpenEphemeral"), 0);
    }
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
}

#define TEST(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, store_fixture_setup, store_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(triggers_of_before_are_replaced),
        TEST(writing_a_record_begins_no_trigger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
