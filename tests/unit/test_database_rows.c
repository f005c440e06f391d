/* Rows that wait to be written, and what else the connection does meanwhile. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/database_rows.h"

enum { PUT, MARK, COUNT, SUM, PUT_MARK, STATEMENTS };

static const struct database_statement statements[STATEMENTS] = {
    [PUT] = {"put", "INSERT INTO word (number, text, size, bytes) VALUES (?1, ?2, ?3, ?4)"},
    [MARK] = {"mark", "SELECT text, size, bytes FROM word WHERE number = ?1"},
    [COUNT] = {"count", "SELECT count(*) FROM word"},
    [SUM] = {"sum", "SELECT sum(number * mark) FROM marked"},
    [PUT_MARK] = {"put-mark", "INSERT INTO marked (number, mark) VALUES (?1, ?2) "
                              "ON CONFLICT (number) DO UPDATE SET mark = excluded.mark"},
};

static const struct database_schema schema = {
    .what = "list",
    .application_id = 0x47535457, /* "GSTW" */
    .version = 1,
    .create = "CREATE TABLE word (number INTEGER PRIMARY KEY, text TEXT, size INTEGER, bytes BLOB);"
              "CREATE TABLE marked (number INTEGER PRIMARY KEY, mark INTEGER NOT NULL);",
    .statements = statements,
    .statement_count = STATEMENTS};

static struct database *open_list(const char *path)
{
    struct error error = ERROR_INIT;
    struct database *database = NULL;

    if (database_open(&database, path, DATABASE_CREATE, &schema, &error) != 0)
        fail_msg("%s", error.message);
    return database;
}

static char path[64];

static int setup(void **state)
{
    strcpy(path, "/tmp/guichet-rows-XXXXXX");
    close(mkstemp(path));
    *state = open_list(path);
    return 0;
}

static int teardown(void **state)
{
    char command[256];

    database_close(*state);
    snprintf(command, sizeof(command), "rm -f %s %s-wal %s-shm", path, path, path);
    return system(command);
}

static int put(struct database *database, int64_t number)
{
    struct database_row *row = database_row(database, PUT, NULL);
    char text[32];

    assert_non_null(row);
    snprintf(text, sizeof(text), "word %d", (int)number);
    database_row_integer(row, 1, number);
    database_row_text(row, 2, text);
    if (number % 2 == 0)
        database_row_integer(row, 3, -number);
    if (number % 3 == 0)
        database_row_blob(row, 4, text, 3);
    return database_row_add(row, NULL);
}

static int64_t value_of(struct database *database, int which)
{
    sqlite3_stmt *statement = database_statement(database, (size_t)which, NULL);
    int64_t value;

    assert_int_equal(database_step(database, statement, NULL), 1);
    value = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return value;
}

static void assert_word(struct database *database, int64_t number)
{
    sqlite3_stmt *statement = database_statement(database, MARK, NULL);
    char text[32];

    snprintf(text, sizeof(text), "word %d", (int)number);
    sqlite3_bind_int64(statement, 1, number);
    assert_int_equal(database_step(database, statement, NULL), 1);
    assert_string_equal(database_text(statement, 0), text);
    assert_int_equal(sqlite3_column_type(statement, 1),
                     number % 2 == 0 ? SQLITE_INTEGER : SQLITE_NULL);
    assert_int_equal(sqlite3_column_int64(statement, 1), number % 2 == 0 ? -number : 0);
    assert_int_equal(sqlite3_column_type(statement, 2),
                     number % 3 == 0 ? SQLITE_BLOB : SQLITE_NULL);
    assert_int_equal(sqlite3_column_bytes(statement, 2), number % 3 == 0 ? 3 : 0);
    sqlite3_reset(statement);
}

static void each_statement_finds_what_was_inserted(void **state)
{
    int64_t number = 0;

    for (int more = 1; more < 50; more++) {
        int64_t before = number;

        assert_int_equal(database_begin(*state, NULL), 0);
        for (int i = 0; i < more; i++)
            assert_int_equal(put(*state, ++number), 0);
        assert_int_equal(value_of(*state, COUNT), number);
        while (before < number)
            assert_word(*state, ++before);
        assert_int_equal(database_commit(*state, NULL), 0);
    }
}

static void what_waits_is_committed_or_undone(void **state)
{
    struct database *other = open_list(path);

    assert_int_equal(database_begin(*state, NULL), 0);
    for (int64_t number = 1; number <= 20; number++)
        assert_int_equal(put(*state, number), 0);
    assert_int_equal(database_commit(*state, NULL), 0);
    assert_int_equal(value_of(other, COUNT), 20);
    assert_int_equal(database_begin(*state, NULL), 0);
    for (int64_t number = 21; number <= 40; number++)
        assert_int_equal(put(*state, number), 0);
    database_rollback(*state);
    assert_int_equal(value_of(*state, COUNT), 20);
    /* Without a transaction it does not wait. */
    assert_int_equal(put(*state, 21), 0);
    assert_int_equal(value_of(other, COUNT), 21);
    assert_int_not_equal(put(*state, 21), 0);
    assert_int_equal(put(*state, 22), 0);
    assert_int_equal(value_of(other, COUNT), 22);
    database_close(other);
}

static void a_row_that_cannot_be_written_undoes_the_transaction(void **state)
{
    sqlite3_stmt *statement;

    for (int step = 0; step < 2; step++) {
        assert_int_equal(database_begin(*state, NULL), 0);
        assert_int_equal(put(*state, 1), 0);
        assert_int_equal(put(*state, 2), 0);
        assert_int_equal(put(*state, 1), 0);
        /* Whoever does not look at what the one says is told by the others. */
        for (int times = 0; times < 2 && step == 0; times++) {
            statement = database_statement(*state, COUNT, NULL);
            assert_int_equal(database_step(*state, statement, NULL), ERROR_STORAGE);
        }
        assert_int_equal(database_commit(*state, NULL), ERROR_STORAGE);
        database_rollback(*state);
        assert_int_equal(value_of(*state, COUNT), 0);
    }
    assert_int_equal(database_begin(*state, NULL), 0);
    assert_int_equal(put(*state, 1), 0);
    assert_int_equal(database_commit(*state, NULL), 0);
    assert_int_equal(value_of(*state, COUNT), 1);
}

static void a_later_row_takes_the_place_of_one_before(void **state)
{
    assert_int_equal(database_begin(*state, NULL), 0);
    for (int64_t i = 0; i < 40; i++) {
        struct database_row *row = database_row(*state, PUT_MARK, NULL);

        assert_non_null(row);
        database_row_integer(row, 1, 1 + i % 2);
        database_row_integer(row, 2, i);
        assert_int_equal(database_row_add(row, NULL), 0);
        if (i % 5 == 0)
            assert_int_equal(put(*state, i), 0);
    }
    assert_int_equal(value_of(*state, SUM), 38 + 2 * 39);
    assert_int_equal(value_of(*state, COUNT), 8);
    assert_int_equal(database_commit(*state, NULL), 0);
}

/* A row that was begun and left leaves nothing. */
static void what_is_left_is_not_written(void **state)
{
    struct database_row *row;

    assert_int_equal(database_begin(*state, NULL), 0);
    assert_int_equal(put(*state, 1), 0);
    row = database_row(*state, PUT, NULL);
    database_row_integer(row, 1, 9);
    database_row_integer(row, 3, 9);
    assert_int_equal(put(*state, 3), 0);
    assert_int_equal(value_of(*state, COUNT), 2);
    assert_word(*state, 1);
    assert_word(*state, 3);
    assert_int_equal(database_commit(*state, NULL), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_statement_finds_what_was_inserted),
        TEST(what_waits_is_committed_or_undone),
        TEST(a_row_that_cannot_be_written_undoes_the_transaction),
        TEST(a_later_row_takes_the_place_of_one_before),
        TEST(what_is_left_is_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
