/*
 * The store when the process dies, or the disk fails, at every single change to its files in turn.
 *
 * A script of the agent's work runs in a child; after each step that the store acknowledged, the
 * child notes it in a pipe. It is killed at change 1, 2, 3 ... until a run ends by itself. After
 * each death the parent opens the file and asks that everything acknowledged is there once, that
 * the step under way is there whole or not at all, and that work goes on.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/json.h"
#include "app/store.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_fixture.h"

#define STEPS 6

/* Ids fixed before the fork, so that the parent knows what to look for. */
struct script {
    struct id client;
    struct id case_id;
    struct id notes[2];
    struct operation *append; /* of the client, as sent */
};

static struct operation *append_note(struct store_fixture *fixture, const struct script *script,
                                     int number)
{
    char body[400];

    snprintf(body, sizeof(body),
             "{\"case\":\"%s\",\"channel\":\"phone\",\"kind\":\"contact\",\"text\":\"note %d\","
             "\"author\":\"%s\",\"office\":\"a/b\",\"at\":\"2026-11-24T10:00:00Z\"}",
             script->case_id.text, number, store_agent(fixture->store)->text);
    return store_fixture_operation(fixture, OPERATION_APPEND, RECORD_NOTE, &script->notes[number],
                                   body);
}

/* One step of the work; 0 when the store acknowledged it. */
static int run_step(struct store_fixture *fixture, struct script *script, int step)
{
    struct store_outcome outcome = {.operation = script->append->id, .rev = 1};
    struct operation *pair[2];
    struct record *server;
    json_t *state;
    int code;

    switch (step) {
    case 0:
        return store_apply(fixture->store, &script->append, 1, NULL, NULL);
    case 1: /* two notes in one transaction */
        pair[0] = append_note(fixture, script, 0);
        pair[1] = append_note(fixture, script, 1);
        code = store_apply(fixture->store, pair, 2, NULL, NULL);
        operation_free(pair[0]);
        operation_free(pair[1]);
        return code;
    case 2:
        return store_outbox_settle(fixture->store, &outcome, 1, NULL);
    case 3:
        server = store_fixture_server_merge(script->append, NULL);
        code = store_write_page(fixture->store, &server, 1, 10, "feed", NULL);
        record_free(server);
        return code;
    case 4:
        state = json_string("half-typed");
        code = store_state_put(fixture->store, "screens", state, NULL);
        json_decref(state);
        return code;
    default:
        return store_fixture_apply(
            fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                             &script->client, "{\"phone\":\"418 555-0102\"}"));
    }
}

static bool has(struct store_fixture *fixture, enum record_type type, const struct id *id)
{
    struct record *record;
    int code = store_get(fixture->store, type, id, &record, NULL, NULL);

    record_free(record);
    assert_true(code == 0 || code == ERROR_NOT_FOUND);
    return code == 0;
}

static int64_t waiting(struct store_fixture *fixture)
{
    return store_outbox_count(fixture->store, NULL);
}

static void check_notes(struct store_fixture *fixture, const struct script *script, int done)
{
    bool first = has(fixture, RECORD_NOTE, &script->notes[0]);
    bool second = has(fixture, RECORD_NOTE, &script->notes[1]);

    assert_int_equal(first, second);
    if (done > 1)
        assert_true(first);
}

/* What must hold when `done` steps were acknowledged and the next may have been under way. */
static void check(struct store_fixture *fixture, const struct script *script, int done)
{
    struct record *client = NULL;
    json_t *state = NULL;
    int64_t count = waiting(fixture);
    int64_t expected = 0;

    check_notes(fixture, script, done);
    if (has(fixture, RECORD_CLIENT, &script->client)) {
        assert_int_equal(
            store_get(fixture->store, RECORD_CLIENT, &script->client, &client, NULL, NULL), 0);
        assert_string_equal(record_text(client, "name"), "Ann");
    } else {
        assert_int_equal(done, 0);
    }
    if (done > 3)
        assert_int_equal(store_cursor(fixture->store, NULL), 10);
    if (store_cursor(fixture->store, NULL) == 10)
        assert_int_equal(client->rev - (record_text(client, "phone")[0] != '\0'), 1);
    assert_int_equal(store_state_get(fixture->store, "screens", &state, NULL), 0);
    if (done > 4)
        assert_string_equal(json_string_value(state), "half-typed");
    if (done > 5)
        assert_string_equal(record_text(client, "phone"), "418 555-0102");
    /* Every operation still waiting once: the append until it was settled, then the notes, then
     * the change of phone. */
    expected += client != NULL && done < 2;
    expected += 2 * has(fixture, RECORD_NOTE, &script->notes[0]);
    expected += client != NULL && record_text(client, "phone")[0] != '\0';
    if (done == 2) /* the settling was under way */
        assert_in_range(count, expected, expected + 1);
    else
        assert_int_equal(count, expected);
    json_decref(state);
    record_free(client);
}

static void script_begin(struct store_fixture *fixture, struct script *script)
{
    store_fixture_begin(fixture);
    script->client = store_fixture_id(fixture);
    script->case_id = store_fixture_id(fixture);
    script->notes[0] = store_fixture_id(fixture);
    script->notes[1] = store_fixture_id(fixture);
    script->append =
        store_fixture_operation(fixture, OPERATION_APPEND, RECORD_CLIENT, &script->client,
                                "{\"kind\":\"person\",\"name\":\"Ann\",\"office\":\"a/b\"}");
}

static void script_end(struct store_fixture *fixture, struct script *script)
{
    operation_free(script->append);
    store_fixture_end(fixture);
}

/* In the child: the work, with the fault armed; one byte in the pipe for each step done. */
static void run_child(struct store_fixture *fixture, struct script *script, int pipe_end, long at)
{
    store_close(fixture->store);
    fault_vfs_arm(FAULT_DIE, at);
    if (store_open(&fixture->store, fixture->path, fixture->key, NULL) != 0)
        _exit(3);
    for (int step = 0; step < STEPS; step++) {
        if (run_step(fixture, script, step) != 0)
            _exit(4);
        if (write(pipe_end, "x", 1) != 1)
            _exit(5);
    }
    _exit(0);
}

/* Runs the work in a child that dies at change `at`; true when it ended by itself. */
static bool die_at(long at)
{
    struct store_fixture fixture;
    struct script script;
    char acknowledged[STEPS + 1];
    ssize_t done;
    int ends[2], status;
    pid_t child;

    script_begin(&fixture, &script);
    store_close(fixture.store); /* no connection crosses the fork */
    fixture.store = NULL;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_child(&fixture, &script, ends[1], at);
    }
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    done = read(ends[0], acknowledged, sizeof(acknowledged));
    close(ends[0]);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_EXIT);

    store_fixture_reopen(&fixture);
    check(&fixture, &script, (int)done);
    store_fixture_client(&fixture, "Next"); /* work goes on */
    script_end(&fixture, &script);
    return WEXITSTATUS(status) == 0;
}

static void killed_at_every_write_nothing_acknowledged_is_lost(void **state)
{
    long at = 1;

    (void)state;
    while (!die_at(at))
        at++;
    print_message("died at each of %ld changes to the files\n", at - 1);
    assert_true(at > 20);
}

/* Runs the work with the disk failing from change `at` on; true when nothing failed. */
static bool fail_at(enum fault_kind kind, long at)
{
    struct store_fixture fixture;
    struct script script;
    bool whole;
    int done = 0;

    script_begin(&fixture, &script);
    fault_vfs_arm(kind, at);
    while (done < STEPS && run_step(&fixture, &script, done) == 0)
        done++;
    whole = fault_vfs_count() < at;
    fault_vfs_arm(FAULT_NONE, 0); /* room again */
    /* What was acknowledged is at the latest now in the store, if it was only in the journal. */
    assert_int_equal(store_catch_up(fixture.store, NULL), 0);
    check(&fixture, &script, done);
    store_fixture_reopen(&fixture);
    check(&fixture, &script, done);
    store_fixture_client(&fixture, "Next");
    script_end(&fixture, &script);
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
    struct script script;
    struct error error = ERROR_INIT;

    (void)state;
    script_begin(&fixture, &script);
    fault_vfs_arm(FAULT_FULL, 1);
    assert_int_equal(store_apply(fixture.store, &script.append, 1, NULL, &error), ERROR_STORAGE);
    assert_non_null(strstr(error.message, "disk is full"));
    fault_vfs_arm(FAULT_NONE, 0);
    script_end(&fixture, &script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_every_write_nothing_acknowledged_is_lost),
        cmocka_unit_test(a_disk_full_at_every_write_is_told_and_loses_nothing),
        cmocka_unit_test(an_error_at_every_write_is_told_and_loses_nothing),
        cmocka_unit_test(a_full_disk_is_named),
    };

    fault_vfs_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
