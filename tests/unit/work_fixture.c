#include "tests/unit/work_fixture.h"

#include "app/json.h"
#include "app/text.h"
#include "app/ticket_roll.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

int work_fixture_setup(void **state)
{
    struct work_fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    store_fixture_begin(&fixture->store);
    fixture->author = (struct author){*store_agent(fixture->store.store),
                                      *store_device(fixture->store.store),
                                      "sample/quebec",
                                      "counter",
                                      &fixture->store.clock,
                                      &fixture->store.ids};
    clock_init(&fixture->visitor_clock, clock_system, NULL);
    fixture->visitor = fixture->author;
    fixture->visitor.agent = store_fixture_id(&fixture->store);
    fixture->visitor.device = store_fixture_id(&fixture->store);
    fixture->visitor.clock = &fixture->visitor_clock;
    fixture->visitor.ids = &fixture->visitor_ids;
    *state = fixture;
    return 0;
}

int work_fixture_teardown(void **state)
{
    struct work_fixture *fixture = *state;

    for (size_t i = 0; i < fixture->server_count; i++)
        record_free(fixture->server[i]);
    store_fixture_end(&fixture->store);
    free(fixture);
    return 0;
}

void work_fixture_apply(struct work_fixture *fixture, struct batch *batch)
{
    struct error error = ERROR_INIT;

    if (store_apply(fixture->store.store, batch->operations, batch->count, NULL, &error) != 0)
        fail_msg("%s", error.message);
    batch_clear(batch);
}

static struct record **server_find(struct work_fixture *fixture, const struct operation *operation)
{
    for (size_t i = 0; i < fixture->server_count; i++)
        if (id_equal(&fixture->server[i]->id, &operation->record))
            return &fixture->server[i];
    assert_true(fixture->server_count < WORK_FIXTURE_RECORDS);
    return &fixture->server[fixture->server_count++];
}

static struct store_outcome server_apply(struct work_fixture *fixture,
                                         const struct operation *operation)
{
    struct record **record;
    struct merge_result result;
    struct store_outcome outcome = {.operation = operation->id};

    if (fixture->is_centre && operation->type == RECORD_ROLL &&
        json_integer_or(operation->body, "number", 0) <= TICKET_ROLLS_OF_RELAY) {
        outcome.refusal = MERGE_FORBIDDEN;
        text_copy(outcome.field, sizeof(outcome.field), TICKET_ROLL_REFUSED);
        return outcome;
    }
    record = server_find(fixture, operation);
    assert_int_equal(merge_apply(&result, operation, *record, NULL), 0);
    outcome.refusal = result.refusal;
    outcome.record = *record;
    if (result.refusal == MERGE_APPLIED) {
        record_free(*record);
        *record = result.record;
        result.record->seq = ++fixture->cursor;
        outcome.rev = result.record->rev;
        outcome.record = NULL;
    }
    return outcome;
}

static void feed(struct work_fixture *fixture)
{
    struct error error = ERROR_INIT;

    for (int i = 0; i < 2; i++)
        if (store_write_page(fixture->store.store, fixture->server, fixture->server_count,
                             fixture->cursor, "test", &error) != 0)
            fail_msg("%s", error.message);
}

void work_fixture_visit(struct work_fixture *fixture, struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        assert_int_equal(server_apply(fixture, batch->operations[i]).refusal, MERGE_APPLIED);
    batch_clear(batch);
    feed(fixture);
}

struct sending {
    struct work_fixture *fixture;
    struct store_outcome outcomes[WORK_FIXTURE_RECORDS];
    size_t count;
};

static int send_one(void *context, const struct outbox_entry *entry)
{
    struct sending *sending = context;

    assert_true(sending->count < WORK_FIXTURE_RECORDS);
    sending->outcomes[sending->count++] = server_apply(sending->fixture, entry->operation);
    return 0;
}

void work_fixture_sync(struct work_fixture *fixture)
{
    struct sending sending = {.fixture = fixture};
    struct error error = ERROR_INIT;

    assert_int_equal(
        store_outbox_each(fixture->store.store, WORK_FIXTURE_RECORDS, send_one, &sending, &error),
        0);
    if (store_outbox_settle(fixture->store.store, sending.outcomes, sending.count, &error) != 0)
        fail_msg("%s", error.message);
    feed(fixture);
}

struct record *work_fixture_get(struct work_fixture *fixture, enum record_type type,
                                const struct id *id, enum store_pending *pending)
{
    struct record *record;
    struct error error = ERROR_INIT;

    if (store_get(fixture->store.store, type, id, &record, pending, &error) != 0)
        fail_msg("%s", error.message);
    return record;
}
