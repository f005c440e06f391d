/*
 * The store when memory runs out, at every single allocation in turn. Once the one allocation
 * fails, once all from then on. Each failure is told, and what was acknowledged is there; with
 * --enable-sanitizers nothing leaks either.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/fault_memory.h"
#include "tests/unit/store_calls.h"
#include "tests/unit/store_script.h"

/* The day with allocation `at` failing; true when there were fewer. */
static bool fail_at(long at, bool lasting)
{
    struct store_fixture fixture;
    struct store_script script;
    int done = 0, code;
    bool whole;

    store_script_begin(&fixture, &script);
    store_close(fixture.store);
    script.enter = fault_memory_enter;
    script.leave = fault_memory_leave;
    fault_memory_arm(at, lasting);
    fault_memory_enter();
    code = store_open(&fixture.store, fixture.path, fixture.key, &script.error);
    fault_memory_leave();
    if (code != 0)
        assert_null(fixture.store);
    while (code == 0 && done < STORE_STEPS &&
           (code = store_script_step(&fixture, &script, done)) == 0)
        done++;
    if (code != 0 && code != ERROR_MEMORY && code != ERROR_STORAGE)
        fail_msg("allocation %ld: step %d: %d: %s", at, done, code, script.error.message);
    whole = fault_memory_count() < at;
    fault_memory_arm(0, false);
    if (fixture.store != NULL) {
        assert_int_equal(store_catch_up(fixture.store, NULL), 0);
        store_script_check(&fixture, &script, done);
    } else {
        assert_int_equal(store_open(&fixture.store, fixture.path, fixture.key, NULL), 0);
    }
    store_fixture_reopen(&fixture);
    store_script_check(&fixture, &script, done);
    store_fixture_client(&fixture, "Next");
    store_script_end(&fixture, &script);
    return whole;
}

static void every_allocation(long step, bool last)
{
    long at = 1;

    while (!fail_at(at, last))
        at += step;
    print_message("of %ld allocations every %ld. failed%s\n", at - 1, step,
                  last ? ", and all after it" : "");
    assert_true(at > 500);
}

static void one_allocation_that_fails_is_told_and_loses_nothing(void **state)
{
    (void)state;
    every_allocation(1, false);
}

static void no_memory_at_all_is_told_and_loses_nothing(void **state)
{
    (void)state;
    every_allocation(3, true);
}

/* One call with allocation `at` failing: it says so and has changed nothing, or does without. False
 * when there were fewer. */
static bool call_without(const struct store_call *call, struct store_calls *calls,
                         const char *before, long at, bool lasting, int *code)
{
    char *after;
    bool more;

    fault_memory_arm(at, lasting);
    fault_memory_enter();
    *code = call->make(calls);
    fault_memory_leave();
    more = fault_memory_count() >= at;
    fault_memory_arm(0, false);
    if (*code != 0 && *code != ERROR_MEMORY && *code != ERROR_STORAGE)
        fail_msg("%s: allocation %ld: %d: %s", call->name, at, *code, calls->error.message);
    after = store_calls_describe(calls);
    if ((*code != 0 && !call->in_steps) || call->reads)
        assert_string_equal(after, before);
    else if (*code == 0 && !call->in_steps && strcmp(after, before) == 0)
        fail_msg("%s did nothing", call->name);
    if (call->whole)
        store_calls_check(calls);
    free(after);
    return more;
}

/* Each of its allocations in turn, or each third and all after it, at the same store until the call
 * goes well there. */
static long call_with_each_missing(const struct store_call *call, bool last)
{
    long at = 1, step = last ? 3 : 1;
    bool more = true;

    while (more) {
        struct store_calls calls;
        char *before;
        int code = ERROR_MEMORY;

        store_calls_begin(&calls);
        before = store_calls_describe(&calls);
        while (more && code != 0) {
            more = call_without(call, &calls, before, at, last, &code);
            at += step;
        }
        store_calls_reopen(&calls);
        if (call->whole)
            store_calls_check(&calls);
        free(before);
        store_calls_end(&calls);
    }
    return (at - 1) / step - 1;
}

static void each_call_without_memory_changes_nothing(void **state)
{
    long failed = 0;

    (void)state;
    for (size_t i = 0; i < store_calls_count; i++)
        for (int last = 0; last < 2; last++) {
            long fewer = call_with_each_missing(&store_calls[i], last == 1);

            if (fewer == 0)
                fail_msg("%s needed no memory", store_calls[i].name);
            failed += fewer;
        }
    print_message("%ld failures in %zu calls\n", failed, store_calls_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_allocation_that_fails_is_told_and_loses_nothing),
        cmocka_unit_test(no_memory_at_all_is_told_and_loses_nothing),
        cmocka_unit_test(each_call_without_memory_changes_nothing),
    };

    fault_memory_hook_sqlite();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
