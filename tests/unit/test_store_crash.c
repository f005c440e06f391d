#define _GNU_SOURCE /* unshare */
/*
 * The store when the process dies, or the disk fails, at every single change to its files in turn.
 *
 * A script of the agent's work runs in a child; after each step that the store acknowledged, the
 * child notes it in a pipe. It is killed at change 1, 2, 3 ... until a run ends by itself. After
 * each death the parent opens the file and asks that everything acknowledged is there once, that
 * the step under way is there whole or not at all, and that work goes on.
 */
#include "tests/unit/unit.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/journal.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_calls.h"
#include "tests/unit/store_script.h"

/* Each takes several times as long under the sanitizer, and the plain suite runs them all: by how
 * many seeds the power fails, and how many changes later a call dies the next time. */
#ifdef __SANITIZE_ADDRESS__
#define POWER_SEEDS 3
#define DEATH_STEP  3
#else
#define POWER_SEEDS 6
#define DEATH_STEP  1
#endif

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
    for (unsigned seed = 0; seed < POWER_SEEDS; seed++) {
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

/* --- each call ---------------------------------------------------------------------------------
 */

/* One call with the disk failing from change `at` on: it has changed nothing when it says so, until
 * there is room. False when there were fewer. */
static bool call_on_bad_disk(const struct store_call *call, struct store_calls *calls,
                             const char *before, enum fault_kind kind, long at, int *code)
{
    char *after;
    bool failed;

    fault_vfs_arm(kind, at);
    *code = call->make(calls);
    failed = fault_vfs_count() >= at;
    fault_vfs_arm(FAULT_NONE, 0);
    if (*code != 0 && *code != ERROR_STORAGE)
        fail_msg("%s: change %ld: %d: %s", call->name, at, *code, calls->error.message);
    after = store_calls_describe(calls);
    if ((*code != 0 && !call->in_steps) || call->reads)
        assert_string_equal(after, before);
    else if (*code == 0 && !call->in_steps && strcmp(after, before) == 0)
        fail_msg("%s did nothing", call->name);
    if (call->whole)
        store_calls_check(calls);
    free(after);
    return failed;
}

/* Each of its changes in turn, at the same store until the call goes well there. */
static long call_with_each_failing(const struct store_call *call, enum fault_kind kind)
{
    bool more = true;
    long at = 1;

    while (more) {
        struct store_calls calls;
        char *before;
        int code = ERROR_STORAGE;

        store_calls_begin(&calls);
        before = store_calls_describe(&calls);
        while (more && code != 0)
            more = call_on_bad_disk(call, &calls, before, kind, at++, &code);
        store_calls_reopen(&calls);
        if (call->whole)
            store_calls_check(&calls);
        free(before);
        store_calls_end(&calls);
    }
    return at - 2;
}

static void each_call_on_a_bad_disk_changes_nothing(void **state)
{
    static const enum fault_kind kinds[] = {FAULT_FULL, FAULT_ERROR, FAULT_READ_ONLY};
    long failed = 0;

    (void)state;
    for (size_t i = 0; i < store_calls_count; i++)
        for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
            long fewer = call_with_each_failing(&store_calls[i], kinds[kind]);

            if (fewer == 0 && !store_calls[i].reads)
                fail_msg("%s writes nothing", store_calls[i].name);
            failed += fewer;
        }
    print_message("%ld failures in %zu calls\n", failed, store_calls_count);
}

/* In the child, and then no more. */
static void call_and_end(struct store_calls *calls, const struct store_call *call,
                         enum fault_kind kind, long at)
{
    struct store_fixture *fixture = &calls->fixture;

    if (store_open(&fixture->store, fixture->path, fixture->key, NULL) != 0)
        _exit(3);
    fault_vfs_arm(kind, at);
    _exit(call->make(calls) != 0 ? 4 : 0);
}

/* Dies at the changes that the call makes, one by one: it is then as if it had not begun, or as if
 * all of it was done; and it goes well when it is made again. */
static long call_and_die(const struct store_call *call, enum fault_kind kind)
{
    int status = FAULT_EXIT << 8;
    long at, died = -1;

    for (at = 1; WEXITSTATUS(status) == FAULT_EXIT; at += DEATH_STEP, died++) {
        struct store_calls calls;
        char *before, *after;
        pid_t child;

        store_calls_begin(&calls);
        before = store_calls_describe(&calls);
        store_close(calls.fixture.store);
        calls.fixture.store = NULL;
        fault_vfs_lose((unsigned)(died + 2) % 3);
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
            call_and_end(&calls, call, kind, at);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != FAULT_EXIT))
            fail_msg("%s: change %ld: status %d", call->name, at, status);
        store_calls_reopen(&calls);
        if (call->whole)
            store_calls_check(&calls);
        after = store_calls_describe(&calls);
        if (call->reads)
            assert_string_equal(after, before);
        /* Not done: then it can be. What was done is not always there to be done again. */
        if (strcmp(after, before) == 0 && call->make(&calls) != 0)
            fail_msg("%s: after change %ld: %s", call->name, at, calls.error.message);
        free(before);
        free(after);
        store_fixture_client(&calls.fixture, "Next");
        store_calls_end(&calls);
    }
    return died;
}

static void each_call_that_dies_leaves_a_store_that_goes_on(void **state)
{
    long died = 0;

    (void)state;
    for (size_t i = 0; i < store_calls_count; i++) {
        died += call_and_die(&store_calls[i], FAULT_DIE);
        died += call_and_die(&store_calls[i], FAULT_POWER);
    }
    print_message("died %ld times in %zu calls\n", died, store_calls_count);
    assert_true(died > 100);
}

/* --- the journal, synced behind the saving -----------------------------------------------------
 */

static bool commits_fail;

static int refuse_commit(void *context)
{
    (void)context;
    return commits_fail;
}

static int hook_connection(sqlite3 *handle, char **message, const sqlite3_api_routines *api)
{
    (void)message;
    (void)api;
    sqlite3_commit_hook(handle, refuse_commit, NULL);
    return SQLITE_OK;
}

/* In the child: one saving, into a store that takes it or not, and a power cut that takes all that
 * is not synced. */
static void save_and_lose_power(struct store_fixture *fixture, struct store_script *script,
                                bool store_fails)
{
    store_close(fixture->store);
    sqlite3_auto_extension((void (*)(void))hook_connection);
    fault_vfs_arm(FAULT_POWER, LONG_MAX);
    fault_vfs_lose(0);
    if (store_open(&fixture->store, fixture->path, fixture->key, NULL) != 0)
        _exit(3);
    commits_fail = store_fails;
    if (store_script_step(fixture, script, 0) != 0)
        _exit(4);
    commits_fail = false;
    if (store_stranded(fixture->store) != store_fails)
        _exit(5);
    if (!store_fails)
        store_journal_settle(fixture->store);
    fault_vfs_arm(FAULT_POWER, 1);
    store_script_step(fixture, script, 4);
    _exit(6);
}

static int count_made(void *context, const struct journal_entry *entry, struct error *error)
{
    (void)error;
    *(size_t *)context += entry->kind == JOURNAL_MADE;
    return 0;
}

static void expect_in_journal(bool store_fails)
{
    struct store_fixture fixture;
    struct store_script script;
    struct journal *journal;
    size_t made = 0;
    const struct journal_visitor visitor = {count_made, NULL, &made};
    pid_t child;
    int status;

    store_script_begin(&fixture, &script);
    store_close(fixture.store);
    fixture.store = NULL;
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        save_and_lose_power(&fixture, &script, store_fails);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), FAULT_EXIT);
    assert_int_equal(journal_open(&journal, fixture.path, NULL), 0);
    assert_int_equal(journal_read(journal, 0, &visitor, NULL), 0);
    assert_int_equal(made, 1);
    journal_close(journal);
    store_fixture_reopen(&fixture);
    store_script_check(&fixture, &script, 1);
    store_script_end(&fixture, &script);
}

static void what_was_saved_outlives_the_power_in_the_journal_alone(void **state)
{
    (void)state;
    expect_in_journal(false);
}

static void what_only_the_journal_took_outlives_the_power(void **state)
{
    (void)state;
    expect_in_journal(true);
}

/* --- answers that are on the disk later ---------------------------------------------------------
 */

static int keep_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

enum after_settling { NOTHING, MARK_THE_NEXT, SYNC };

/* In the child: an answer is settled, then what is said, and the power is cut. */
static void settle_and_lose_power(struct store_fixture *fixture, struct store_script *script,
                                  enum after_settling after)
{
    struct store_outcome outcome = {.operation = script->append->id, .rev = 1, .seq = 1};

    store_close(fixture->store);
    fault_vfs_arm(FAULT_POWER, LONG_MAX);
    fault_vfs_lose(0);
    if (store_open(&fixture->store, fixture->path, fixture->key, NULL) != 0 ||
        store_script_step(fixture, script, 0) != 0 || store_script_step(fixture, script, 1) != 0)
        _exit(3);
    if (store_outbox_settle_soon(fixture->store, &outcome, 1, NULL) != 0 ||
        store_outbox_count(fixture->store, NULL) != 2)
        _exit(4);
    if (after == MARK_THE_NEXT) {
        struct id next;

        if (store_outbox_each(fixture->store, 1, keep_id, &next, NULL) != 0 ||
            store_fixture_sending(fixture, &next, NULL, NULL) != 0)
            _exit(5);
    }
    /* As the engine does: nothing is left to do after a mark. */
    if (after != NOTHING && store_sync(fixture->store, NULL) != 0)
        _exit(6);
    fault_vfs_arm(FAULT_POWER, 1);
    store_script_step(fixture, script, 4);
    _exit(7);
}

static void expect_waiting(enum after_settling after, int64_t waiting)
{
    struct store_fixture fixture;
    struct store_script script;
    pid_t child;
    int status;

    store_script_begin(&fixture, &script);
    store_close(fixture.store);
    fixture.store = NULL;
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        settle_and_lose_power(&fixture, &script, after);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), FAULT_EXIT);
    store_fixture_reopen(&fixture);
    assert_int_equal(store_outbox_count(fixture.store, NULL), waiting);
    store_script_end(&fixture, &script);
}

/* Without either the answer is lost, and is asked for again. */
static void an_answer_is_on_the_disk_with_the_next_mark_or_once_synced(void **state)
{
    (void)state;
    expect_waiting(NOTHING, 3);
    expect_waiting(MARK_THE_NEXT, 2);
    expect_waiting(SYNC, 2);
}

/* --- how it is told ----------------------------------------------------------------------------
 */

static void is_named(enum fault_kind kind, const char *name)
{
    struct store_fixture fixture;
    struct store_script script;
    struct error error = ERROR_INIT;

    store_script_begin(&fixture, &script);
    fault_vfs_arm(kind, 1);
    assert_int_equal(store_apply(fixture.store, &script.append, 1, NULL, &error), ERROR_STORAGE);
    assert_non_null(strstr(error.message, name));
    fault_vfs_arm(FAULT_NONE, 0);
    store_script_end(&fixture, &script);
}

static void a_full_disk_is_named(void **state)
{
    (void)state;
    is_named(FAULT_FULL, "disk is full");
}

static void a_read_only_disk_is_named(void **state)
{
    (void)state;
    is_named(FAULT_READ_ONLY, "the disk cannot be written to");
}

#define NOT_ALLOWED 77

/* In a process of its own: the store's directory becomes read-only, as a disk does that the kernel
 * no longer trusts. */
static int open_read_only(struct store_fixture *fixture)
{
    struct error error = ERROR_INIT;
    struct store *store = NULL;
    int code;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(fixture->directory, fixture->directory, NULL, MS_BIND, NULL) != 0 ||
        mount(NULL, fixture->directory, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0)
        return NOT_ALLOWED;
    code = store_open(&store, fixture->path, fixture->key, &error);
    if (code == ERROR_STORAGE && strstr(error.message, "the disk cannot be written to") != NULL)
        return 0;
    (void)fprintf(stderr, "opened: %d, %s\n", code, error.message);
    return 1;
}

static void a_store_on_a_read_only_disk_is_told_of_and_whole_afterwards(void **state)
{
    struct store_fixture fixture;
    int status = 0;

    (void)state;
    store_fixture_begin(&fixture);
    store_fixture_client(&fixture, "Before");
    store_close(fixture.store);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(open_read_only(&fixture));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(store_open(&fixture.store, fixture.path, fixture.key, NULL), 0);
    assert_int_equal(store_outbox_count(fixture.store, NULL), 1);
    store_fixture_end(&fixture);
    if (WEXITSTATUS(status) == NOT_ALLOWED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_every_write_nothing_acknowledged_is_lost),
        cmocka_unit_test(without_power_at_every_write_nothing_acknowledged_is_lost),
        cmocka_unit_test(a_disk_full_at_every_write_is_told_and_loses_nothing),
        cmocka_unit_test(an_error_at_every_write_is_told_and_loses_nothing),
        cmocka_unit_test(each_call_on_a_bad_disk_changes_nothing),
        cmocka_unit_test(each_call_that_dies_leaves_a_store_that_goes_on),
        cmocka_unit_test(a_full_disk_is_named),
        cmocka_unit_test(what_was_saved_outlives_the_power_in_the_journal_alone),
        cmocka_unit_test(what_only_the_journal_took_outlives_the_power),
        cmocka_unit_test(an_answer_is_on_the_disk_with_the_next_mark_or_once_synced),
        cmocka_unit_test(a_read_only_disk_is_named),
        cmocka_unit_test(a_store_on_a_read_only_disk_is_told_of_and_whole_afterwards),
    };

    fault_vfs_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
