/* The log of the ledger's database: who commits carries it into the file only where nobody else
 * does, or where it has grown too long. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "net/ledger_bell.h"
#include "net/ledger_log.h"
#include "net/ledger_sqlite.h"
#include "net/log_clock.h"
#include "tests/unit/ledger_fixture.h"

/* More than 4000 pages and fewer than 5000. */
#define LONG_TEXT (17L * 1024 * 1024)

static void count(void *context)
{
    ++*(int *)context;
}

/* Commits one property that fills the log. */
static void fill_log(struct ledger_fixture *fixture, char letter)
{
    char *text = malloc(LONG_TEXT + 1);
    sqlite3_stmt *statement;

    assert_non_null(text);
    memset(text, letter, LONG_TEXT);
    text[LONG_TEXT] = '\0';
    assert_int_equal(ledger_begin(fixture->ledger, NULL), 0);
    statement = database_statement(fixture->ledger->writer, LEDGER_PROPERTY_PUT, NULL);
    database_bind_text(statement, 1, "long");
    database_bind_text(statement, 2, text);
    assert_int_equal(database_run(fixture->ledger->writer, statement, NULL), 0);
    assert_int_equal(ledger_commit(fixture->ledger, NULL), 0);
    free(text);
}

static bool is_carried(const struct ledger_fixture *fixture)
{
    struct stat status;

    assert_int_equal(stat(fixture->path, &status), 0);
    return status.st_size > LONG_TEXT;
}

static void test_who_commits_carries_it_where_nobody_listens(void **state)
{
    struct ledger_fixture *f = *state;

    assert_false(is_carried(f));
    fill_log(f, 'a');
    assert_true(is_carried(f));
}

static void test_who_listens_is_told_and_carries_it(void **state)
{
    struct ledger_fixture *f = *state;
    int rung = 0;

    ledger_bell_listen(f->ledger, LEDGER_BELL_LOG, count, &rung);
    fixture_publish(f, RECORD_OFFICE, "x", NULL);
    assert_int_equal(rung, 0);
    fill_log(f, 'a');
    assert_int_equal(rung, 1);
    assert_false(is_carried(f));
    fixture_publish(f, RECORD_OFFICE, "y", NULL);
    assert_int_equal(rung, 1);
    assert_int_equal(ledger_log_carry(f->ledger, NULL), 0);
    assert_true(is_carried(f));
    /* The log begins anew, and what is told of it. */
    fixture_publish(f, RECORD_OFFICE, "z", NULL);
    fill_log(f, 'b');
    assert_int_equal(rung, 2);
    ledger_bell_listen(f->ledger, LEDGER_BELL_LOG, NULL, NULL);
}

static void test_it_does_not_grow_without_end_where_who_listens_does_nothing(void **state)
{
    struct ledger_fixture *f = *state;
    int rung = 0;

    ledger_bell_listen(f->ledger, LEDGER_BELL_LOG, count, &rung);
    for (char letter = 'a'; letter < 'd'; letter++)
        fill_log(f, letter);
    assert_false(is_carried(f));
    fill_log(f, 'd');
    assert_true(is_carried(f));
    ledger_bell_listen(f->ledger, LEDGER_BELL_LOG, NULL, NULL);
}

static void test_it_waits_for_a_quiet_moment_but_not_for_long(void **state)
{
    struct ledger_fixture *f = *state;
    int rung = 0, seen = 0;

    ledger_bell_listen(f->ledger, LEDGER_BELL_LOG, count, &rung);
    fill_log(f, 'a');
    assert_false(ledger_log_rests(f->ledger, &seen));
    fixture_publish(f, RECORD_OFFICE, "x", NULL);
    assert_false(ledger_log_rests(f->ledger, &seen));
    assert_true(ledger_log_rests(f->ledger, &seen));
    fill_log(f, 'b');
    assert_true(ledger_log_rests(f->ledger, &seen));
    ledger_bell_listen(f->ledger, LEDGER_BELL_LOG, NULL, NULL);
}

static void tell_nobody(void *context, const char *line)
{
    (void)context;
    fail_msg("%s", line);
}

static void test_a_clock_carries_it(void **state)
{
    struct ledger_fixture *f = *state;
    const struct log_clock_options options = {.log = tell_nobody};
    struct log_clock *clock;

    assert_int_equal(log_clock_start(&clock, &options, f->ledger, NULL), 0);
    fill_log(f, 'a');
    for (int turn = 0; turn < 6000 && !is_carried(f); turn++)
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    log_clock_stop(clock);
    assert_true(is_carried(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_who_commits_carries_it_where_nobody_listens,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_who_listens_is_told_and_carries_it, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(
            test_it_does_not_grow_without_end_where_who_listens_does_nothing, fixture_setup,
            fixture_teardown),
        cmocka_unit_test_setup_teardown(test_it_waits_for_a_quiet_moment_but_not_for_long,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_clock_carries_it, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
