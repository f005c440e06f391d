/* Files of older, newer and other kinds, as database_open meets them. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/database.h"

#define APPLICATION 0x47535454 /* "GSTT" */

static const char first_tables[] = "CREATE TABLE word(text TEXT PRIMARY KEY);"
                                   "INSERT INTO word VALUES('kept');";

static const char *const upgrades[] = {
    "ALTER TABLE word ADD COLUMN weight INTEGER NOT NULL DEFAULT 1;",
    "CREATE TABLE place(name TEXT); UPDATE word SET weight = weight + 1;",
};

static const char *const broken_upgrades[] = {
    "ALTER TABLE word ADD COLUMN weight INTEGER NOT NULL DEFAULT 1;",
    "UPDATE nowhere SET weight = 2;",
};

static const struct database_schema first = {
    .what = "list", .application_id = APPLICATION, .version = 1, .create = first_tables};
static const struct database_schema third = {.what = "list",
                                             .application_id = APPLICATION,
                                             .version = 3,
                                             .create = "",
                                             .upgrades = upgrades};
static const struct database_schema broken = {.what = "list",
                                              .application_id = APPLICATION,
                                              .version = 3,
                                              .create = "",
                                              .upgrades = broken_upgrades};

static char path[64];

static void assert_number(struct database *database, const char *sql, int64_t expected)
{
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_prepare_v2(database_handle(database), sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int64(statement, 0), expected);
    sqlite3_finalize(statement);
}

static struct database *open_as(const struct database_schema *schema)
{
    struct error error = ERROR_INIT;
    struct database *database = NULL;

    if (database_open(&database, path, DATABASE_CREATE, schema, &error) != 0)
        fail_msg("%s", error.message);
    return database;
}

static void assert_refused(const struct database_schema *schema, const char *saying)
{
    struct error error = ERROR_INIT;
    struct database *database = NULL;

    assert_int_equal(database_open(&database, path, DATABASE_OPEN, schema, &error), ERROR_STORAGE);
    assert_null(database);
    assert_non_null(strstr(error.message, saying));
}

static void an_older_file_is_brought_up_step_by_step(void **state)
{
    struct database *database;

    (void)state;
    database_close(open_as(&first));
    for (int opened = 0; opened < 2; opened++) {
        database = open_as(&third);
        assert_number(database, "SELECT weight FROM word WHERE text = 'kept'", 2);
        assert_number(database, "SELECT count(*) FROM place", 0);
        assert_number(database, "PRAGMA user_version", 3);
        database_close(database);
    }
    assert_refused(&first, "is of version 3; this program knows up to version 1");
}

static void an_upgrade_that_fails_leaves_the_file_as_it_was(void **state)
{
    struct database *database;

    (void)state;
    database_close(open_as(&first));
    assert_refused(&broken, "nowhere");
    database = open_as(&first);
    assert_number(database, "SELECT count(*) FROM pragma_table_info('word')", 1);
    assert_number(database, "PRAGMA user_version", 1);
    database_close(database);
}

static void a_file_of_no_version_is_refused(void **state)
{
    struct database *database = open_as(&first);
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(database_script(database, "PRAGMA user_version=-1", &error), 0);
    database_close(database);
    assert_refused(&third, "version -1");
}

static void a_file_that_is_being_written_opens_all_the_same(void **state)
{
    struct database *writer = open_as(&first), *reader;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(database_begin(writer, &error), 0);
    assert_int_equal(database_script(writer, "UPDATE word SET text = 'changed'", &error), 0);
    reader = open_as(&first);
    assert_number(reader, "SELECT count(*) FROM word WHERE text = 'kept'", 1);
    assert_int_equal(database_commit(writer, &error), 0);
    assert_number(reader, "SELECT count(*) FROM word WHERE text = 'changed'", 1);
    database_close(reader);
    database_close(writer);
}

static void a_statement_beside_a_partial_index_is_prepared_once(void **state)
{
    static const char *const texts[] = {"kept", "other", "kept", "more"};
    sqlite3_stmt *statement = NULL;
    struct database *database;

    (void)state;
    database = open_as(&first);
    assert_int_equal(sqlite3_exec(database_handle(database),
                                  "CREATE TABLE thing(id TEXT PRIMARY KEY, type TEXT);"
                                  "CREATE INDEX thing_of_type ON thing(type) WHERE type = 'other'",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database_handle(database),
                                        "SELECT 1 FROM thing JOIN word ON text = id "
                                        "WHERE id = ?1 AND type = ?2",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sqlite3_bind_text(statement, 1, "id", -1, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, texts[i], -1, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
        sqlite3_reset(statement);
    }
    assert_int_equal(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0), 0);
    sqlite3_finalize(statement);
    database_close(database);
}

/* A statement left in its row would hold back the log for as long as the connection lives. */
static void whether_there_is_a_row_leaves_no_statement_open(void **state)
{
    static const struct database_statement find[] = {
        {"word.find", "SELECT 1 FROM word WHERE text = ?1"}};
    struct database_schema found = first;
    struct database *database;
    sqlite3_stmt *statement;

    (void)state;
    found.statements = find;
    found.statement_count = 1;
    database = open_as(&found);
    statement = database_statement(database, 0, NULL);
    database_bind_text(statement, 1, "kept");
    assert_int_equal(database_has_row(database, statement, NULL), 1);
    assert_false(sqlite3_stmt_busy(statement));
    statement = database_statement(database, 0, NULL);
    database_bind_text(statement, 1, "lost");
    assert_int_equal(database_has_row(database, statement, NULL), 0);
    database_close(database);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(path, "/tmp/guichet-database-XXXXXX");
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        return -1;
    close(descriptor);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};

    (void)state;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char name[80];

        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_older_file_is_brought_up_step_by_step, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_upgrade_that_fails_leaves_the_file_as_it_was, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_no_version_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_statement_beside_a_partial_index_is_prepared_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whether_there_is_a_row_leaves_no_statement_open, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_being_written_opens_all_the_same, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
