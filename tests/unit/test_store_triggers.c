/* What each record pays for the triggers on the table of records. */
#include "tests/unit/unit.h"

#include <string.h>

#include <sqlite3.h>

#include "tests/unit/store_fixture.h"

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
        TEST(writing_a_record_begins_no_trigger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
