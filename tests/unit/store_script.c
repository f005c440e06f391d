#include "tests/unit/store_script.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"

static struct operation *append_note(struct store_fixture *fixture,
                                     const struct store_script *script, int number)
{
    char body[400];

    snprintf(body, sizeof(body),
             "{\"case\":\"%s\",\"channel\":\"phone\",\"kind\":\"contact\",\"text\":\"note %d\","
             "\"author\":\"%s\",\"office\":\"a/b\",\"at\":\"2026-11-24T10:00:00Z\"}",
             script->case_id.text, number, store_agent(fixture->store)->text);
    return store_fixture_operation(fixture, OPERATION_APPEND, RECORD_NOTE, &script->notes[number],
                                   body);
}

static void enter(const struct store_script *script)
{
    if (script->enter != NULL)
        script->enter();
}

static int leave(const struct store_script *script, int code)
{
    if (script->leave != NULL)
        script->leave();
    return code;
}

static int apply_step(struct store_fixture *fixture, struct store_script *script,
                      struct operation *const *operations, size_t count)
{
    enter(script);
    return leave(script, store_apply(fixture->store, operations, count, NULL, &script->error));
}

static int notes_step(struct store_fixture *fixture, struct store_script *script)
{
    struct operation *pair[2] = {append_note(fixture, script, 0), append_note(fixture, script, 1)};
    int code = apply_step(fixture, script, pair, 2);

    operation_free(pair[0]);
    operation_free(pair[1]);
    /* What follows a saving when nobody waits for it. */
    store_journal_settle(fixture->store);
    store_room(fixture->store);
    return code;
}

static int page_step(struct store_fixture *fixture, struct store_script *script)
{
    struct record *server = store_fixture_server_merge(script->append, NULL);
    int code;

    enter(script);
    code = leave(script, store_write_page(fixture->store, &server, 1, 10, "feed", &script->error));
    record_free(server);
    return code;
}

static int state_step(struct store_fixture *fixture, struct store_script *script)
{
    json_t *state = json_string("half-typed");
    int code;

    enter(script);
    code = leave(script, store_state_put(fixture->store, "screens", state, &script->error));
    json_decref(state);
    return code;
}

static int phone_step(struct store_fixture *fixture, struct store_script *script)
{
    struct operation *change = store_fixture_operation(
        fixture, OPERATION_FIELDS, RECORD_CLIENT, &script->client, "{\"phone\":\"418 555-0102\"}");
    int code = apply_step(fixture, script, &change, 1);

    operation_free(change);
    return code;
}

int store_script_step(struct store_fixture *fixture, struct store_script *script, int step)
{
    struct store_outcome outcome = {.operation = script->append->id, .rev = 1};

    switch (step) {
    case 0:
        return apply_step(fixture, script, &script->append, 1);
    case 1: /* two notes in one transaction */
        return notes_step(fixture, script);
    case 2:
        enter(script);
        return leave(script, store_outbox_settle(fixture->store, &outcome, 1, &script->error));
    case 3:
        return page_step(fixture, script);
    case 4:
        return state_step(fixture, script);
    default:
        return phone_step(fixture, script);
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

static void check_notes(struct store_fixture *fixture, const struct store_script *script, int done)
{
    bool first = has(fixture, RECORD_NOTE, &script->notes[0]);
    bool second = has(fixture, RECORD_NOTE, &script->notes[1]);

    assert_int_equal(first, second);
    if (done > 1)
        assert_true(first);
}

/* What must hold when `done` steps were acknowledged and the next may have been under way. */
void store_script_check(struct store_fixture *fixture, const struct store_script *script, int done)
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
    /* A page may be lost to a power cut, and is read again, until something of the agent's own is
     * written after it (store_write_page). */
    if (done > 3 && (!script->power_cut || done > 5))
        assert_int_equal(store_cursor(fixture->store, NULL), 10);
    if (store_cursor(fixture->store, NULL) == 10)
        assert_int_equal(client->rev - (record_text(client, "phone")[0] != '\0'), 1);
    assert_int_equal(store_state_get(fixture->store, "screens", &state, NULL), 0);
    /* Half-typed text may lose its last moments to a power cut (store_state_put). */
    if (done > 4 && !script->power_cut)
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

void store_script_begin(struct store_fixture *fixture, struct store_script *script)
{
    *script = (struct store_script){0};
    store_fixture_begin(fixture);
    script->client = store_fixture_id(fixture);
    script->case_id = store_fixture_id(fixture);
    script->notes[0] = store_fixture_id(fixture);
    script->notes[1] = store_fixture_id(fixture);
    script->append =
        store_fixture_operation(fixture, OPERATION_APPEND, RECORD_CLIENT, &script->client,
                                "{\"kind\":\"person\",\"name\":\"Ann\",\"office\":\"a/b\"}");
}

void store_script_end(struct store_fixture *fixture, struct store_script *script)
{
    operation_free(script->append);
    store_fixture_end(fixture);
}
