/*
 * The store when the process dies, or the disk fails, at every single change to its files in turn.
 *
 * A script of the agent's work runs in a child; after each step that the store acknowledged, the
 * child notes it in a pipe. It is killed at change 1, 2, 3 ... until a run ends by itself. After
 * each death the parent opens the file and asks that everything acknowledged is there once, that
 * the step under way is there whole or not at all, and that work goes on.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_script.h"

/* In the child: the work, with the fault armed; one byte in the pipe for each step done. */
static void run_child(struct store_fixture *fixture, struct store_script *script, int pipe_end,
                      enum fault_kind kind, long at)
{
    store_close(fixture->store);
    fault_vfs_arm(kind, at);
    if (store_open(&fixture->store, fixture->path, fixture->key, NULL) != 0)
        _exit(3);
    for (int step = 0; step < STORE_STEPS; step++) {
        if (store_script_step(fixture, script, step) != 0)
            _exit(4);
        if (write(pipe_end, "x", 1) != 1)
            _exit(5);
    }
    _exit(0);
}

/* Runs the work in a child that dies at change `at`; true when it ended by itself. */
static bool die_at(enum fault_kind kind, long at)
{
    struct store_fixture fixture;
    struct store_script script;
    char acknowledged[STORE_STEPS + 1];
    ssize_t done;
    int ends[2], status;
    pid_t child;

    store_script_begin(&fixture, &script);
    script.power_cut = kind == FAULT_POWER;
    store_close(fixture.store); /* no connection crosses the fork */
    fixture.store = NULL;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_child(&fixture, &script, ends[1], kind, at);
    }
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    done = read(ends[0], acknowledged, sizeof(acknowledged));
    close(ends[0]);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_EXIT);

    store_fixture_reopen(&fixture);
    store_script_check(&fixture, &script, (int)done);
    store_fixture_client(&fixture, "Next"); /* work goes on */
    store_script_end(&fixture, &script);
    return WEXITSTATUS(status) == 0;
}

static void killed_at_every_write_nothing_acknowledged_is_lost(void **state)
{
    long at = 1;

    (void)state;
    while (!die_at(FAULT_DIE, at))
        at++;
    print_message("died at each of %ld changes to the files\n", at - 1);
    assert_true(at > 20);
}

/* The power fails: what was not synced is lost, all of it, none of it, or some by chance. */
static void without_power_at_every_write_nothing_acknowledged_is_lost(void **state)
{
    long cuts = 0;

    (void)state;
    for (unsigned seed = 0; seed < 6; seed++) {
        long at = 1;

        for (fault_vfs_lose(seed); !die_at(FAULT_POWER, at);
             fault_vfs_lose(seed + 7 * (unsigned)(seed > 1) * (unsigned)at))
            at++;
        assert_true(at > 20);
        cuts += at - 1;
    }
    print_message("lost power %ld times\n", cuts);
}

/* Runs the work with the disk failing from change `at` on; true when nothing failed. */
static bool fail_at(enum fault_kind kind, long at)
{
    struct store_fixture fixture;
    struct store_script script;
    bool whole;
    int done = 0;

    store_script_begin(&fixture, &script);
    fault_vfs_arm(kind, at);
    while (done < STORE_STEPS && store_script_step(&fixture, &script, done) == 0)
        done++;
    whole = fault_vfs_count() < at;
    fault_vfs_arm(FAULT_NONE, 0); /* room again */
    /* What was acknowledged is at the latest now in the store, if it was only in the journal. */
    assert_int_equal(store_catch_up(fixture.store, NULL), 0);
    store_script_check(&fixture, &script, done);
    store_fixture_reopen(&fixture);
    store_script_check(&fixture, &script, done);
    store_fixture_client(&fixture, "Next");
    store_script_end(&fixture, &script);
    return whole;
}

static void a_disk_full_at_every_write_is_told_and_loses_nothing(void **state)
{
    long at = 1;

    (void)state;
    while (!fail_at(FAULT_FULL, at))
        at++;
    assert_true(at > 20);
}

static void an_error_at_every_write_is_told_and_loses_nothing(void **state)
{
    long at = 1;

    (void)state;
    while (!fail_at(FAULT_ERROR, at))
        at++;
    assert_true(at > 20);
}

static void a_full_disk_is_named(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;

    (void)state;
    store_script_begin(&fixture, &script);
    fault_vfs_arm(FAULT_FULL, 1);
    assert_int_equal(store_apply(fixture.store, &script.append, 1, NULL, &error), ERROR_STORAGE);
    assert_non_null(strstr(error.message, "disk is full"));
    fault_vfs_arm(FAULT_NONE, 0);
    store_script_end(&fixture, &script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_every_write_nothing_acknowledged_is_lost),
        cmocka_unit_test(without_power_at_every_write_nothing_acknowledged_is_lost),
        cmocka_unit_test(a_disk_full_at_every_write_is_told_and_loses_nothing),
        cmocka_unit_test(an_error_at_every_write_is_told_and_loses_nothing),
        cmocka_unit_test(a_full_disk_is_named),
    };

    fault_vfs_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
