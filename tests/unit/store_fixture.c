#include "tests/unit/store_fixture.h"

#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void open_store(struct store_fixture *fixture)
{
    struct error error = ERROR_INIT;

    if (store_open(&fixture->store, fixture->path, fixture->key, &error) != 0)
        fail_msg("%s", error.message);
}

void store_fixture_begin(struct store_fixture *fixture)
{
    /* In memory where that can be: what is asked is the order of writes, not their speed. */
    store_fixture_begin_in(fixture, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

void store_fixture_begin_in(struct store_fixture *fixture, const char *within)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE] = {0};
    struct error error = ERROR_INIT;
    struct id agent;

    memset(fixture, 0, sizeof(*fixture));
    assert_int_equal(seal_start(&error), 0);
    snprintf(fixture->directory, sizeof(fixture->directory), "%s/guichet-store-XXXXXX", within);
    assert_non_null(mkdtemp(fixture->directory));
    snprintf(fixture->path, sizeof(fixture->path), "%s/agent.db", fixture->directory);
    fixture->key = seal_key_new();
    assert_non_null(fixture->key);
    clock_init(&fixture->clock, clock_system, NULL);
    agent = store_fixture_id(fixture);
    assert_int_equal(store_create(fixture->path, &agent, fixture->key, wrapped, &error), 0);
    open_store(fixture);
}

void store_fixture_reopen(struct store_fixture *fixture)
{
    store_close(fixture->store);
    open_store(fixture);
}

void store_fixture_end(struct store_fixture *fixture)
{
    store_close(fixture->store);
    operation_free(fixture->only);
    seal_key_free(fixture->key);
    assert_int_equal(remove_folder(fixture->directory), 0);
}

int store_fixture_setup(void **state)
{
    struct store_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    store_fixture_begin(fixture);
    *state = fixture;
    return 0;
}

int store_fixture_teardown(void **state)
{
    store_fixture_end(*state);
    free(*state);
    return 0;
}

struct id store_fixture_id(struct store_fixture *fixture)
{
    return id_generate(&fixture->ids, clock_wall_ms(&fixture->clock));
}

struct operation *store_fixture_operation(struct store_fixture *fixture, enum operation_kind kind,
                                          enum record_type type, const struct id *record,
                                          const char *body)
{
    struct operation *operation = operation_new(kind, type, record);

    assert_non_null(operation);
    operation->id = store_fixture_id(fixture);
    operation->agent = *store_agent(fixture->store);
    operation->device = *store_device(fixture->store);
    operation->moment = clock_next(&fixture->clock);
    json_decref(operation->body);
    operation->body = json_loads(body, 0, NULL);
    assert_non_null(operation->body);
    return operation;
}

int store_fixture_apply(struct store_fixture *fixture, struct operation *operation)
{
    struct error error = ERROR_INIT;
    int code = store_apply(fixture->store, &operation, 1, NULL, &error);

    operation_free(operation);
    return code;
}

struct id store_fixture_client(struct store_fixture *fixture, const char *name)
{
    struct id id = store_fixture_id(fixture);
    char body[300];

    snprintf(body, sizeof(body),
             "{\"kind\":\"person\",\"name\":\"%s\",\"office\":\"sample/quebec\"}", name);
    assert_int_equal(
        store_fixture_apply(
            fixture, store_fixture_operation(fixture, OPERATION_APPEND, RECORD_CLIENT, &id, body)),
        0);
    return id;
}

struct id store_fixture_note(struct store_fixture *fixture, const struct id *case_id,
                             const char *text)
{
    struct id id = store_fixture_id(fixture);
    char body[600];

    snprintf(body, sizeof(body),
             "{\"case\":\"%s\",\"channel\":\"phone\",\"kind\":\"contact\",\"text\":\"%s\","
             "\"author\":\"%s\",\"office\":\"sample/quebec\",\"at\":\"2026-11-24T10:00:00Z\"}",
             case_id->text, text, store_agent(fixture->store)->text);
    assert_int_equal(store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_APPEND,
                                                                          RECORD_NOTE, &id, body)),
                     0);
    return id;
}

struct record *store_fixture_server_merge(const struct operation *operation,
                                          const struct record *record)
{
    struct merge_result result;

    assert_int_equal(merge_apply(&result, operation, record, NULL), 0);
    assert_int_equal(result.refusal, MERGE_APPLIED);
    result.record->seq = result.record->rev * 10;
    return result.record;
}

static int keep_operation(void *context, const struct outbox_entry *entry)
{
    json_t *document = operation_to_json(entry->operation);

    assert_int_equal(operation_from_json(context, document, NULL), 0);
    json_decref(document);
    return 0;
}

struct operation *store_fixture_only(struct store_fixture *fixture)
{
    operation_free(fixture->only);
    fixture->only = NULL;
    assert_int_equal(store_outbox_count(fixture->store, NULL), 1);
    assert_int_equal(store_outbox_each(fixture->store, 1, keep_operation, &fixture->only, NULL), 0);
    return fixture->only;
}

struct numbered {
    const struct id *operation;
    int64_t number; /* 0: it is not there */
};

static int keep_number(void *context, const struct outbox_entry *entry)
{
    struct numbered *numbered = context;

    if (id_equal(&entry->operation->id, numbered->operation))
        numbered->number = entry->number;
    return 0;
}

int store_fixture_sending(struct store_fixture *fixture, const struct id *waiting,
                          const struct id *gone, struct error *error)
{
    struct store_ahead none = {0};
    struct numbered numbered = {.operation = waiting};
    int code = store_outbox_each(fixture->store, SIZE_MAX, keep_number, &numbered, error);
    const struct id ids[] = {*waiting, gone != NULL ? *gone : *waiting};
    const int64_t numbers[] = {numbered.number, 0};

    if (code != 0)
        return code;
    return store_outbox_sending(fixture->store, ids, numbers, gone != NULL ? 2 : 1, 0, &none,
                                error);
}

struct record *store_fixture_get(struct store_fixture *fixture, enum record_type type,
                                 const struct id *id, enum store_pending *pending)
{
    struct record *record;

    assert_int_equal(store_get(fixture->store, type, id, &record, pending, NULL), 0);
    return record;
}

void store_fixture_settle(struct store_fixture *fixture, const struct id *operation,
                          enum merge_refusal refusal, int64_t rev)
{
    struct store_outcome outcome = {.operation = *operation, .refusal = refusal, .rev = rev};

    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
}
