/* Hand-offs kept open between walks: what is shown is always what the rows say, whoever wrote them,
 * and nothing of them stays in memory when the keeping ends. */
#define _GNU_SOURCE /* memmem */
#include "tests/unit/unit.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store_fixture.h"

#define SECRET "Zéphirine Beauséjour"
#define COUNT  3

/* --- memory that is given back with what was said in it ----------------------------------------
 */

static size_t spilled;

static void *take(size_t size)
{
    return malloc(size);
}

static void give_back(void *memory)
{
    if (memory != NULL &&
        memmem(memory, malloc_usable_size(memory), SECRET, sizeof(SECRET) - 1) != NULL)
        spilled++;
    free(memory);
}

/* --- the store ---------------------------------------------------------------------------------
 */

struct world {
    struct store_fixture *fixture;
    struct store *server; /* another connection: what comes from there */
    struct id handoffs[COUNT];
    int64_t cursor;
};

static void send(struct world *world, const struct id *id, int64_t rev, const char *state)
{
    struct record *record = record_new(RECORD_HANDOFF, id);

    assert_non_null(record);
    record->rev = rev;
    record->seq = 7; /* the same each time: what is sealed is what counts */
    world->cursor++;
    json_object_set_new(record->body, "from", json_string(store_agent(world->server)->text));
    json_object_set_new(record->body, "state", json_string(state));
    json_object_set_new(record->body, "summary", json_string(SECRET " has moved"));
    assert_int_equal(store_write_page(world->server, &record, 1, world->cursor, "feed", NULL), 0);
    record_free(record);
}

static struct world begin(struct store_fixture *fixture)
{
    struct world world = {.fixture = fixture};

    assert_int_equal(store_open(&world.server, fixture->path, fixture->key, NULL), 0);
    for (size_t i = 0; i < COUNT; i++) {
        world.handoffs[i] = store_fixture_id(fixture);
        send(&world, &world.handoffs[i], 1, "offered");
    }
    store_keep(fixture->store, true);
    return world;
}

/* --- walks -------------------------------------------------------------------------------------
 */

struct seen {
    struct world *world;            /* where each visit withdraws what it visits; NULL: none does */
    const struct record *at[COUNT]; /* borrowed: good for comparing alone */
    char states[COUNT][16];
    json_t **bodies; /* each taken hold of, unless NULL */
    size_t count;
};

static void withdraw(struct world *world, const struct id *id)
{
    struct operation *claim = store_fixture_operation(
        world->fixture, OPERATION_CLAIM, RECORD_HANDOFF, id, "{\"state\":\"withdrawn\"}");

    assert_int_equal(store_apply(world->fixture->store, &claim, 1, NULL, NULL), 0);
    operation_free(claim);
}

static int see(void *context, const struct record *record, enum store_pending pending)
{
    const struct store_query query = {.type = RECORD_HANDOFF};
    struct seen *seen = context, inner = {0};

    (void)pending;
    assert_true(seen->count < COUNT);
    if (seen->bodies != NULL)
        seen->bodies[seen->count] = json_incref(record->body);
    seen->at[seen->count] = record;
    snprintf(seen->states[seen->count++], sizeof(seen->states[0]), "%s",
             record_text(record, "state"));
    if (seen->world != NULL) {
        withdraw(seen->world, &record->id);
        assert_int_equal(store_each(seen->world->fixture->store, &query, see, &inner, NULL), 0);
        assert_string_equal(record_text(record, "summary"), SECRET " has moved");
    }
    return 0;
}

static struct seen walk(struct store_fixture *fixture)
{
    const struct store_query query = {.type = RECORD_HANDOFF};
    struct seen seen = {0};

    assert_int_equal(store_each(fixture->store, &query, see, &seen, NULL), 0);
    return seen;
}

static void what_did_not_change_is_opened_once(void **state)
{
    struct world world = begin(*state);
    struct seen first = walk(world.fixture), second = walk(world.fixture);

    assert_int_equal(first.count, COUNT);
    assert_memory_equal(first.at, second.at, sizeof(first.at));
    store_close(world.server);
}

/* A visitor may write, and walk again: what it was given stays as it was. */
static void what_is_visited_stays_while_it_is_visited(void **state)
{
    struct world world = begin(*state);
    const struct store_query query = {.type = RECORD_HANDOFF};
    struct seen seen = {.world = &world};

    walk(world.fixture);
    assert_int_equal(store_each(world.fixture->store, &query, see, &seen, NULL), 0);
    seen = walk(world.fixture);
    for (size_t i = 0; i < COUNT; i++)
        assert_string_equal(seen.states[i], "withdrawn");
    store_close(world.server);
}

static void what_another_connection_writes_is_seen(void **state)
{
    struct world world = begin(*state);
    struct seen first = walk(world.fixture), second;

    send(&world, &world.handoffs[1], 2, "expired");
    second = walk(world.fixture);
    assert_string_equal(first.states[1], "offered");
    assert_string_equal(second.states[1], "expired");
    assert_ptr_equal(first.at[0], second.at[0]);
    assert_ptr_equal(first.at[2], second.at[2]);
    store_close(world.server);
}

/* Done here and not answered yet, then answered: what is shown is as without keeping. */
static void what_is_done_here_is_seen_and_settled(void **state)
{
    struct world world = begin(*state);
    struct store_fixture *fixture = world.fixture;
    struct operation *claim = store_fixture_operation(
        fixture, OPERATION_CLAIM, RECORD_HANDOFF, &world.handoffs[0], "{\"state\":\"withdrawn\"}");
    struct store_outcome outcome = {.operation = claim->id, .rev = 2, .seq = 90};
    const struct store_query query = {.type = RECORD_HANDOFF};
    struct seen seen, plain = {0};

    walk(fixture);
    assert_int_equal(store_apply(fixture->store, &claim, 1, NULL, NULL), 0);
    seen = walk(fixture);
    assert_string_equal(seen.states[0], "withdrawn");
    assert_int_equal(store_outbox_settle(world.server, &outcome, 1, NULL), 0);
    seen = walk(fixture);
    assert_int_equal(store_each(world.server, &query, see, &plain, NULL), 0);
    assert_memory_equal(seen.states, plain.states, sizeof(seen.states));
    operation_free(claim);
    store_close(world.server);
}

static void what_is_gone_is_dropped_by_the_next_walk(void **state)
{
    struct world world = begin(*state);
    struct store_gone gone = {.type = RECORD_HANDOFF, .id = world.handoffs[2]};
    const struct store_place place = {
        .cursor = 50, .feed = "feed", .epoch = "", .gone = &gone, .gone_count = 1};
    const struct store_query query = {.type = RECORD_HANDOFF};
    json_t *bodies[COUNT];
    struct seen seen = {.bodies = bodies};

    assert_int_equal(store_each(world.fixture->store, &query, see, &seen, NULL), 0);
    assert_int_equal(store_write_page_at(world.server, NULL, 0, &place, NULL), 0);
    assert_int_equal(walk(world.fixture).count, COUNT - 1);
    assert_int_equal(bodies[0]->refcount, 2);
    assert_int_equal(bodies[2]->refcount, 1);
    for (size_t i = 0; i < COUNT; i++)
        json_decref(bodies[i]);
    store_close(world.server);
}

static void nothing_is_left_in_memory_when_keeping_ends(void **state)
{
    struct world world = begin(*state);
    struct seen first = walk(world.fixture);

    spilled = 0;
    store_keep(world.fixture->store, false);
    assert_int_equal(spilled, 0);
    assert_int_equal(walk(world.fixture).count, first.count);
    assert_true(spilled > 0); /* it would have been noticed */
    store_close(world.server);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_did_not_change_is_opened_once),
        TEST(what_is_visited_stays_while_it_is_visited),
        TEST(what_another_connection_writes_is_seen),
        TEST(what_is_done_here_is_seen_and_settled),
        TEST(what_is_gone_is_dropped_by_the_next_walk),
        TEST(nothing_is_left_in_memory_when_keeping_ends),
    };

    json_set_alloc_funcs(take, give_back);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
