/* What the engine does with its store when nobody waits for it. */
#include "tests/unit/unit.h"

#include <sqlite3.h>

#include "tests/unit/engine_fixture.h"

static sqlite3 *open_file(const struct bench *bench)
{
    sqlite3 *file = NULL;

    assert_int_equal(sqlite3_open(bench->store.path, &file), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(file, 10000), SQLITE_OK);
    return file;
}

static int count_retained(const struct bench *bench)
{
    sqlite3 *file = open_file(bench);
    sqlite3_stmt *row = NULL;
    int count;

    assert_int_equal(
        sqlite3_prepare_v2(file, "SELECT count(*) FROM operation WHERE state = 2", -1, &row, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    count = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    return count;
}

/* What is kept for a server that loses it is at most so much, once nothing is under way. */
static void too_much_of_what_was_taken_goes_when_all_is_sent(void **state)
{
    struct bench *bench = bench_new(false);
    struct store_outcome outcome = {.rev = 1, .seq = 1};
    sqlite3 *file;

    (void)state;
    store_fixture_client(&bench->store, "Ann");
    outcome.operation = store_fixture_only(&bench->store)->id;
    assert_int_equal(store_outbox_settle(bench->store.store, &outcome, 1, NULL), 0);
    file = open_file(bench);
    assert_int_equal(
        sqlite3_exec(file, "UPDATE operation SET document = zeroblob(5000000)", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
    assert_int_equal(count_retained(bench), 1);
    bench_get_online(bench);
    assert_int_equal(count_retained(bench), 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_much_of_what_was_taken_goes_when_all_is_sent),
    };

    return cmocka_run_group_tests_name("sync_quiet", tests, NULL, NULL);
}
