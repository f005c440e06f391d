#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/store.h"
#include "tests/unit/store_fixture.h"

static int see_attempts(void *context, const struct outbox_entry *entry)
{
    *(int *)context = entry->attempts;
    return 0;
}

static void what_is_applied_is_there_after_reopening(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Zoé");
    enum store_pending pending;
    struct record *record;

    store_fixture_reopen(fixture);
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, &pending);
    assert_string_equal(record_text(record, "name"), "Zoé");
    assert_int_equal(pending, STORE_WAITING);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 1);
    record_free(record);
}

static void a_refused_batch_leaves_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct id first = store_fixture_id(fixture), second = store_fixture_id(fixture);
    struct operation *operations[2] = {
        store_fixture_operation(fixture, OPERATION_APPEND, RECORD_CLIENT, &first,
                                "{\"kind\":\"person\",\"office\":\"a/b\"}"),
        store_fixture_operation(fixture, OPERATION_APPEND, RECORD_CLIENT, &second,
                                "{\"kind\":\"cat\",\"office\":\"a/b\"}"),
    };
    enum merge_refusal refusal;
    struct error error = ERROR_INIT;
    struct record *record;

    assert_int_equal(store_apply(fixture->store, operations, 2, &refusal, &error), ERROR_REFUSED);
    assert_int_equal(refusal, MERGE_VALUE);
    assert_non_null(strstr(error.message, "kind"));
    assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
    assert_int_equal(store_get(fixture->store, RECORD_CLIENT, &first, &record, NULL, &error),
                     ERROR_NOT_FOUND);
    operation_free(operations[0]);
    operation_free(operations[1]);
}

static void only_unsent_operations_are_withdrawn(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct id operation = store_fixture_only(fixture)->id;
    struct record *record;
    int attempts = 0;

    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), 0);
    assert_int_equal(store_get(fixture->store, RECORD_CLIENT, &id, &record, NULL, NULL),
                     ERROR_NOT_FOUND);
    store_fixture_client(fixture, "Bob");
    operation = store_fixture_only(fixture)->id;
    assert_int_equal(store_outbox_attempted(fixture->store, &operation, 1, "link cut", NULL), 0);
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), ERROR_CONFLICT);
    assert_int_equal(store_outbox_each(fixture->store, 1, see_attempts, &attempts, NULL), 0);
    assert_int_equal(attempts, 1);
}

/* Saving it says so, and whoever sends it has nothing to note before. */
static void what_leaves_at_once_is_not_withdrawn(void **state)
{
    struct store_fixture *fixture = *state;
    struct id operation;

    store_sends_set(fixture->store, true);
    store_fixture_client(fixture, "Ann");
    operation = store_fixture_only(fixture)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), ERROR_CONFLICT);
    store_fixture_reopen(fixture);
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), ERROR_CONFLICT);
    store_fixture_settle(fixture, &operation, MERGE_APPLIED, 1);
    store_fixture_client(fixture, "Bob");
    operation = store_fixture_only(fixture)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), 0);
}

/* What was read to be sent and taken back before it was marked: the batch is not sent as it is, and
 * nothing of it counts as sent. */
static void what_was_taken_back_is_not_sent(void **state)
{
    struct store_fixture *fixture = *state;
    struct id gone, waiting;

    store_fixture_client(fixture, "Ann");
    gone = store_fixture_only(fixture)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &gone, NULL), 0);
    store_fixture_client(fixture, "Bob");
    waiting = store_fixture_only(fixture)->id;
    assert_int_equal(store_fixture_sending(fixture, &waiting, &gone, NULL), ERROR_NOT_FOUND);
    assert_int_equal(store_fixture_sending(fixture, &waiting, NULL, NULL), 0);
    assert_int_equal(store_fixture_sending(fixture, &waiting, NULL, NULL), 0);
    assert_int_equal(store_outbox_withdraw(fixture->store, &waiting, NULL), ERROR_CONFLICT);
}

/* The same, and the other of the batch may still be taken back. */
static void an_unsent_batch_may_be_taken_back(void **state)
{
    struct store_fixture *fixture = *state;
    struct id gone, waiting;

    store_fixture_client(fixture, "Ann");
    gone = store_fixture_only(fixture)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &gone, NULL), 0);
    store_fixture_client(fixture, "Bob");
    waiting = store_fixture_only(fixture)->id;
    assert_int_equal(store_fixture_sending(fixture, &waiting, &gone, NULL), ERROR_NOT_FOUND);
    assert_int_equal(store_outbox_withdraw(fixture->store, &waiting, NULL), 0);
}

static int collect(void *context, const struct record *record, enum store_pending pending)
{
    char *seen = context;

    (void)pending;
    strcat(seen, record_text(record, record->type == RECORD_NOTE ? "text" : "name"));
    strcat(seen, ";");
    return 0;
}

struct nested {
    struct store *store;
    char seen[64];
    int depth;
};

static int collect_all(void *context, const struct record *record, enum store_pending pending)
{
    const struct store_query query = {.type = RECORD_CLIENT};
    struct nested *nested = context;

    (void)collect(nested->seen, record, pending);
    if (nested->depth++ < 2)
        assert_int_equal(store_each(nested->store, &query, collect_all, nested, NULL), 0);
    nested->depth--;
    return 0;
}

/* A visitor walks in the same way while the walk that visits goes on. */
static void walks_are_nested(void **state)
{
    struct store_fixture *fixture = *state;
    const struct store_query query = {.type = RECORD_CLIENT};
    struct nested nested = {.store = fixture->store};

    store_fixture_client(fixture, "A");
    store_fixture_client(fixture, "B");
    for (int i = 0; i < 2; i++) {
        nested.seen[0] = '\0';
        assert_int_equal(store_each(fixture->store, &query, collect_all, &nested, NULL), 0);
        assert_string_equal(nested.seen, "A;A;A;B;B;A;B;B;A;A;B;B;A;B;");
    }
}

static void walks_are_restricted_and_ordered(void **state)
{
    struct store_fixture *fixture = *state;
    struct id case_one = store_fixture_id(fixture), case_two = store_fixture_id(fixture);
    struct store_query query = {.type = RECORD_NOTE, .case_id = case_one};
    char seen[200] = "";

    store_fixture_client(fixture, "Ann");
    store_fixture_note(fixture, &case_one, "first");
    store_fixture_note(fixture, &case_two, "other");
    store_fixture_note(fixture, &case_one, "second");
    assert_int_equal(store_each(fixture->store, &query, collect, seen, NULL), 0);
    assert_string_equal(seen, "first;second;");
    query.newest_first = true;
    seen[0] = '\0';
    store_each(fixture->store, &query, collect, seen, NULL);
    assert_string_equal(seen, "second;first;");
    query = (struct store_query){.type = RECORD_NOTE};
    seen[0] = '\0';
    store_each(fixture->store, &query, collect, seen, NULL);
    assert_string_equal(seen, "first;other;second;");
    query = (struct store_query){0};
    seen[0] = '\0';
    store_each(fixture->store, &query, collect, seen, NULL);
    assert_string_equal(seen, "Ann;first;other;second;");
    query = (struct store_query){.type = RECORD_CLIENT, .client_id = case_one};
    seen[0] = '\0';
    store_each(fixture->store, &query, collect, seen, NULL);
    assert_string_equal(seen, "");
}

static void another_feed_begins_anew_and_loses_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    const struct operation *made = store_fixture_only(fixture);
    struct id operation = made->id;
    struct record *server = store_fixture_server_merge(made, NULL);
    struct id other = store_fixture_id(fixture);
    struct record *record;
    char feed[STORE_FEED_SIZE];

    store_fixture_settle(fixture, &operation, MERGE_APPLIED, 1);
    server->id = other;
    assert_int_equal(store_feed(fixture->store, feed, NULL), 0);
    assert_string_equal(feed, "");
    assert_int_equal(store_write_page(fixture->store, &server, 1, 50, "feed-1", NULL), 0);
    assert_int_equal(store_write_page(fixture->store, &server, 1, 99, "feed-2", NULL), 0);
    assert_int_equal(store_cursor(fixture->store, NULL), 0);
    assert_int_equal(store_get(fixture->store, RECORD_CLIENT, &other, &record, NULL, NULL),
                     ERROR_NOT_FOUND);
    /* Accepted by a server that no longer knows it: offered again. */
    assert_int_equal(store_outbox_count(fixture->store, NULL), 1);
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    record_free(record);
    assert_int_equal(store_write_page(fixture->store, &server, 1, 7, "feed-2", NULL), 0);
    assert_int_equal(store_cursor(fixture->store, NULL), 7);
    assert_int_equal(store_feed(fixture->store, feed, NULL), 0);
    assert_string_equal(feed, "feed-2");
    record_free(server);
}

static void state_is_kept_and_removed(void **state)
{
    struct store_fixture *fixture = *state;
    json_t *value = json_pack("{s:s}", "text", "half-ty");
    json_t *back;

    assert_int_equal(store_state_put(fixture->store, "screens", value, NULL), 0);
    store_fixture_reopen(fixture);
    assert_int_equal(store_state_get(fixture->store, "screens", &back, NULL), 0);
    assert_true(json_equal(value, back));
    json_decref(back);
    assert_int_equal(store_state_put(fixture->store, "screens", NULL, NULL), 0);
    assert_int_equal(store_state_get(fixture->store, "screens", &back, NULL), 0);
    assert_null(back);
    json_decref(value);
}

static void moments_survive_a_restart(void **state)
{
    struct store_fixture *fixture = *state;
    struct moment latest;

    store_fixture_client(fixture, "Ann");
    latest = store_latest_moment(fixture->store);
    assert_int_equal(moment_compare(latest, fixture->clock.last), 0);
    store_fixture_reopen(fixture);
    assert_int_equal(moment_compare(store_latest_moment(fixture->store), latest), 0);
}

static void the_other_connection_is_noticed(void **state)
{
    struct store_fixture *fixture = *state;
    struct store *second;
    int64_t before = store_version(fixture->store);

    assert_int_equal(store_open(&second, fixture->path, fixture->key, NULL), 0);
    assert_int_equal(store_version(fixture->store), before);
    assert_int_equal(store_write_page(second, NULL, 0, 3, "feed", NULL), 0);
    assert_int_not_equal(store_version(fixture->store), before);
    assert_int_equal(store_cursor(fixture->store, NULL), 3);
    store_close(second);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_applied_is_there_after_reopening),
        TEST(a_refused_batch_leaves_nothing),
        TEST(only_unsent_operations_are_withdrawn),
        TEST(what_leaves_at_once_is_not_withdrawn),
        TEST(what_was_taken_back_is_not_sent),
        TEST(an_unsent_batch_may_be_taken_back),
        TEST(walks_are_nested),
        TEST(walks_are_restricted_and_ordered),
        TEST(another_feed_begins_anew_and_loses_nothing),
        TEST(state_is_kept_and_removed),
        TEST(moments_survive_a_restart),
        TEST(the_other_connection_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
