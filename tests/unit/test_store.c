#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/store.h"
#include "tests/unit/store_fixture.h"

static struct operation *kept; /* a copy of the last operation seen in the outbox */

static int keep_operation(void *context, const struct outbox_entry *entry)
{
    json_t *document = operation_to_json(entry->operation);

    operation_free(kept);
    assert_int_equal(operation_from_json(&kept, document, NULL), 0);
    json_decref(document);
    if (context != NULL)
        *(int *)context = entry->attempts;
    return 0;
}

/* The one waiting operation, to be freed by teardown of the next call. */
static struct operation *only_operation(struct store *store)
{
    assert_int_equal(store_outbox_count(store, NULL), 1);
    assert_int_equal(store_outbox_each(store, 10, keep_operation, NULL, NULL), 0);
    return kept;
}

static struct record *get(struct store *store, enum record_type type, const struct id *id,
                          enum store_pending *pending)
{
    struct record *record;

    assert_int_equal(store_get(store, type, id, &record, pending, NULL), 0);
    return record;
}

static void what_is_applied_is_there_after_reopening(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Zoé");
    enum store_pending pending;
    struct record *record;

    store_fixture_reopen(fixture);
    record = get(fixture->store, RECORD_CLIENT, &id, &pending);
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

static void settle(struct store *store, const struct id *operation, enum merge_refusal refusal,
                   int64_t rev)
{
    struct store_outcome outcome = {.operation = *operation, .refusal = refusal, .rev = rev};

    assert_int_equal(store_outbox_settle(store, &outcome, 1, NULL), 0);
}

static void an_accepted_change_stays_visible_until_the_feed_brings_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *operation = only_operation(fixture->store);
    struct record *server = store_fixture_server_merge(operation, NULL);
    enum store_pending pending;
    struct record *record;

    settle(fixture->store, &operation->id, MERGE_APPLIED, 1);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
    record = get(fixture->store, RECORD_CLIENT, &id, &pending);
    assert_string_equal(record_text(record, "name"), "Ann");
    assert_int_equal(pending, STORE_SETTLED);
    assert_int_equal(record->seq, 0);
    record_free(record);

    assert_int_equal(store_write_page(fixture->store, &server, 1, 10, "feed", NULL), 0);
    record = get(fixture->store, RECORD_CLIENT, &id, &pending);
    assert_int_equal(record->seq, 10);
    assert_int_equal(store_cursor(fixture->store, NULL), 10);
    record_free(record);
    record_free(server);
}

static void the_feed_may_be_faster_than_the_answer(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *operation = only_operation(fixture->store);
    struct record *server = store_fixture_server_merge(operation, NULL);
    struct record *record;

    assert_int_equal(store_write_page(fixture->store, &server, 1, 10, "feed", NULL), 0);
    settle(fixture->store, &operation->id, MERGE_APPLIED, 1);
    settle(fixture->store, &operation->id, MERGE_APPLIED, 1); /* a repeat is passed over */
    record = get(fixture->store, RECORD_CLIENT, &id, NULL);
    assert_int_equal(record->rev, 1);
    assert_int_equal(record->seq, 10);
    record_free(record);
    record_free(server);
}

static void own_changes_stand_on_top_of_others(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = only_operation(fixture->store);
    struct record *first = store_fixture_server_merge(append, NULL);
    struct record *second;
    struct record *record;
    struct operation *other;

    settle(fixture->store, &append->id, MERGE_APPLIED, 1);
    assert_int_equal(store_write_page(fixture->store, &first, 1, 10, "feed", NULL), 0);
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          &id, "{\"phone\":\"418 555-0101\"}")),
                     0);
    assert_int_equal(only_operation(fixture->store)->base, 1);

    other = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                    "{\"email\":\"ann@example.org\"}");
    other->device = store_fixture_id(fixture);
    second = store_fixture_server_merge(other, first);
    assert_int_equal(store_write_page(fixture->store, &second, 1, 20, "feed", NULL), 0);
    record = get(fixture->store, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(record, "phone"), "418 555-0101");
    assert_string_equal(record_text(record, "email"), "ann@example.org");
    record_free(record);

    /* An older page that comes late changes nothing. */
    assert_int_equal(store_write_page(fixture->store, &first, 1, 20, "feed", NULL), 0);
    record = get(fixture->store, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(record, "email"), "ann@example.org");
    record_free(record);
    record_free(first);
    record_free(second);
    operation_free(other);
}

/* Settles with the seq too, as a server does. */
static void settle_at(struct store *store, const struct id *operation, int64_t rev, int64_t seq)
{
    struct store_outcome outcome = {.operation = *operation, .rev = rev, .seq = seq};

    assert_int_equal(store_outbox_settle(store, &outcome, 1, NULL), 0);
}

static void assert_same_record(struct store *store, const struct record *expected)
{
    struct record *record = get(store, expected->type, &expected->id, NULL);
    json_t *here = record_to_json(record), *there = record_to_json(expected);

    assert_true(json_equal(here, there));
    json_decref(here);
    json_decref(there);
    record_free(record);
}

static void what_the_server_made_of_it_is_worked_out_here(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = only_operation(fixture->store), *change;
    struct record *first = store_fixture_server_merge(append, NULL), *second;

    settle_at(fixture->store, &append->id, 1, first->seq);
    assert_same_record(fixture->store, first);
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          &id, "{\"phone\":\"418 555-0101\"}")),
                     0);
    change = only_operation(fixture->store);
    assert_int_equal(change->base, 1);
    second = store_fixture_server_merge(change, first);
    settle_at(fixture->store, &change->id, 2, second->seq);
    assert_same_record(fixture->store, second);
    record_free(first);
    record_free(second);
}

static void what_was_made_of_another_rev_is_not_worked_out(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = only_operation(fixture->store);
    struct record *first = store_fixture_server_merge(append, NULL), *second, *third;
    struct operation *other = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                                      "{\"email\":\"ann@example.org\"}");
    struct operation *mine;

    settle_at(fixture->store, &append->id, 1, first->seq);
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          &id, "{\"phone\":\"418 555-0101\"}")),
                     0);
    mine = only_operation(fixture->store);
    other->device = store_fixture_id(fixture);
    second = store_fixture_server_merge(other, first);
    third = store_fixture_server_merge(mine, second);
    settle_at(fixture->store, &mine->id, 3, third->seq);
    /* It stays on top of what is held, until the feed brings what came of both. */
    struct record *record = get(fixture->store, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(record, "phone"), "418 555-0101");
    assert_string_equal(record_text(record, "email"), "");
    record_free(record);
    assert_int_equal(store_write_page(fixture->store, &third, 1, 30, "feed", NULL), 0);
    assert_same_record(fixture->store, third);
    record_free(first);
    record_free(second);
    record_free(third);
    operation_free(other);
}

static int see_refusal(void *context, const struct store_refusal *refusal)
{
    char *text = context;

    snprintf(text, 200, "%s %s %s", merge_refusal_name(refusal->refusal), refusal->field,
             json_text_or(refusal->operation->body, "phone", "?"));
    return 0;
}

static void a_refusal_keeps_the_text_and_undoes_the_change(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = only_operation(fixture->store);
    struct record *server = store_fixture_server_merge(append, NULL);
    struct store_outcome outcome = {.refusal = MERGE_FORBIDDEN, .field = "phone"};
    struct record *record;
    char seen[200] = "";

    settle(fixture->store, &append->id, MERGE_APPLIED, 1);
    store_write_page(fixture->store, &server, 1, 10, "feed", NULL);
    store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                         &id, "{\"phone\":\"123\"}"));
    outcome.operation = only_operation(fixture->store)->id;
    outcome.record = server;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
    record = get(fixture->store, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(record, "phone"), "");
    record_free(record);

    store_fixture_reopen(fixture);
    assert_int_equal(store_refusal_count(fixture->store, NULL), 1);
    assert_int_equal(store_refusal_each(fixture->store, see_refusal, seen, NULL), 0);
    assert_string_equal(seen, "forbidden phone 123");
    assert_int_equal(store_refusal_dismiss(fixture->store, &outcome.operation, NULL), 0);
    assert_int_equal(store_refusal_count(fixture->store, NULL), 0);
    assert_int_equal(store_refusal_dismiss(fixture->store, &outcome.operation, NULL),
                     ERROR_NOT_FOUND);
    record_free(server);
}

static void a_refused_claim_shows_the_winner(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    char body[700];
    struct operation *offer, *accept;
    struct record *offered, *taken;
    struct record *record;
    enum store_pending pending;

    snprintf(
        body, sizeof(body),
        "{\"from\":\"%s\",\"to_queue\":\"sample/general\",\"office\":\"a/b\",\"summary\":\"x\","
        "\"offered_at\":\"2026-11-24T10:00:00Z\",\"state\":\"offered\"}",
        store_fixture_id(fixture).text);
    offer = store_fixture_operation(fixture, OPERATION_APPEND, RECORD_HANDOFF, &id, body);
    offer->agent = offer->device = store_fixture_id(fixture);
    offered = store_fixture_server_merge(offer, NULL);
    store_write_page(fixture->store, &offered, 1, 10, "feed", NULL);

    snprintf(body, sizeof(body), "{\"state\":\"accepted\",\"taken_by\":\"%s\"}",
             store_agent(fixture->store)->text);
    assert_int_equal(
        store_fixture_apply(
            fixture, store_fixture_operation(fixture, OPERATION_CLAIM, RECORD_HANDOFF, &id, body)),
        0);
    record = get(fixture->store, RECORD_HANDOFF, &id, &pending);
    assert_int_equal(pending, STORE_CLAIMING);
    record_free(record);

    accept = store_fixture_operation(fixture, OPERATION_CLAIM, RECORD_HANDOFF, &id, "{}");
    accept->agent = accept->device = store_fixture_id(fixture);
    accept->base = 1;
    json_object_set_new(accept->body, "state", json_string("accepted"));
    json_object_set_new(accept->body, "taken_by", json_string(accept->agent.text));
    taken = store_fixture_server_merge(accept, offered);
    {
        struct store_outcome outcome = {.operation = only_operation(fixture->store)->id,
                                        .refusal = MERGE_TAKEN,
                                        .record = taken};

        assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    }
    record = get(fixture->store, RECORD_HANDOFF, &id, &pending);
    assert_string_equal(record_text(record, "taken_by"), accept->agent.text);
    assert_int_equal(pending, STORE_SETTLED);
    record_free(record);
    record_free(offered);
    record_free(taken);
    operation_free(offer);
    operation_free(accept);
}

struct claims {
    struct operation *operations[2]; /* owned */
    size_t count;
};

static int keep_claim(void *context, const struct outbox_entry *entry)
{
    struct claims *claims = context;
    json_t *document = operation_to_json(entry->operation);

    assert_in_range(claims->count, 0, 1);
    assert_int_equal(operation_from_json(&claims->operations[claims->count++], document, NULL), 0);
    json_decref(document);
    return 0;
}

/* The server's, whatever of its own the terminal has put on top meanwhile. */
static void a_claim_tells_under_which_one_it_was_made(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_id(fixture);
    struct operation *made, *claim;
    struct record *fresh, *claimed;
    struct claims claims = {.count = 0};
    char body[300];

    snprintf(body, sizeof(body),
             "{\"reference\":\"C-0000-0000\",\"office\":\"a/b\",\"opened_by\":\"%s\","
             "\"opened_at\":\"2026-11-24T10:00:00Z\",\"status\":\"received\"}",
             store_agent(fixture->store)->text);
    made = store_fixture_operation(fixture, OPERATION_APPEND, RECORD_CASE, &id, body);
    claim = store_fixture_operation(fixture, OPERATION_CLAIM, RECORD_CASE, &id,
                                    "{\"status\":\"in-progress\"}");

    claim->device = store_fixture_id(fixture);
    claim->base = 1;
    claim->moment = (struct moment){.ms = 1764018185123, .tick = 7};
    fresh = store_fixture_server_merge(made, NULL);
    assert_int_equal(merge_claimed(fresh).ms, 0);
    claimed = store_fixture_server_merge(claim, fresh);
    store_write_page(fixture->store, &claimed, 1, 10, "feed", NULL);
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            store_fixture_apply(fixture,
                                store_fixture_operation(fixture, OPERATION_CLAIM, RECORD_CASE, &id,
                                                        i == 0 ? "{\"status\":\"closed\"}"
                                                               : "{\"status\":\"in-progress\"}")),
            0);
    assert_int_equal(store_outbox_each(fixture->store, SIZE_MAX, keep_claim, &claims, NULL), 0);
    assert_int_equal(claims.count, 2);
    for (size_t i = 0; i < claims.count; i++) {
        assert_true(claims.operations[i]->tells_claimed);
        assert_int_equal(moment_compare(claims.operations[i]->claimed, claim->moment), 0);
        operation_free(claims.operations[i]);
    }
    record_free(fresh);
    record_free(claimed);
    operation_free(made);
    operation_free(claim);
}

/* The record that comes with a refusal holds what was accepted before: that is not applied again,
 * neither now nor when the feed brings the same. */
static void a_record_with_a_refusal_holds_what_was_accepted(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = only_operation(fixture->store);
    struct record *first = store_fixture_server_merge(append, NULL);
    struct operation *change;
    struct record *second, *record;
    enum store_pending pending;

    settle(fixture->store, &append->id, MERGE_APPLIED, 1);
    store_write_page(fixture->store, &first, 1, 10, "feed", NULL);
    change = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                     "{\"phone\":\"123\"}");
    assert_int_equal(store_apply(fixture->store, &change, 1, NULL, NULL), 0);
    second = store_fixture_server_merge(change, first);
    settle(fixture->store, &change->id, MERGE_APPLIED, 2);
    store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                         &id, "{\"email\":\"a@b.ca\"}"));
    {
        struct store_outcome outcome = {.operation = only_operation(fixture->store)->id,
                                        .refusal = MERGE_FORBIDDEN,
                                        .record = second};

        assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    }
    for (int again = 0; again < 2; again++) {
        record = get(fixture->store, RECORD_CLIENT, &id, &pending);
        assert_int_equal(record->rev, 2);
        assert_int_equal(pending, STORE_SETTLED);
        assert_string_equal(record_text(record, "phone"), "123");
        assert_string_equal(record_text(record, "email"), "");
        record_free(record);
        store_write_page(fixture->store, &second, 1, 20, "feed", NULL);
    }
    operation_free(change);
    record_free(first);
    record_free(second);
}

static void only_unsent_operations_are_withdrawn(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct id operation = only_operation(fixture->store)->id;
    struct record *record;
    int attempts = 0;

    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), 0);
    assert_int_equal(store_get(fixture->store, RECORD_CLIENT, &id, &record, NULL, NULL),
                     ERROR_NOT_FOUND);
    store_fixture_client(fixture, "Bob");
    operation = only_operation(fixture->store)->id;
    assert_int_equal(store_outbox_attempted(fixture->store, &operation, 1, "link cut", NULL), 0);
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), ERROR_CONFLICT);
    assert_int_equal(store_outbox_each(fixture->store, 1, keep_operation, &attempts, NULL), 0);
    assert_int_equal(attempts, 1);
}

/* Saving it says so, and whoever sends it has nothing to note before. */
static void what_leaves_at_once_is_not_withdrawn(void **state)
{
    struct store_fixture *fixture = *state;
    struct id operation;

    store_sends_set(fixture->store, true);
    store_fixture_client(fixture, "Ann");
    operation = only_operation(fixture->store)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), ERROR_CONFLICT);
    store_fixture_reopen(fixture);
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), ERROR_CONFLICT);
    settle(fixture->store, &operation, MERGE_APPLIED, 1);
    store_fixture_client(fixture, "Bob");
    operation = only_operation(fixture->store)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &operation, NULL), 0);
}

/* What was read to be sent and taken back before it was marked: the batch is not sent as it is, and
 * nothing of it counts as sent. */
static void what_was_taken_back_is_not_sent(void **state)
{
    struct store_fixture *fixture = *state;
    struct id ids[2];

    store_fixture_client(fixture, "Ann");
    ids[0] = only_operation(fixture->store)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &ids[0], NULL), 0);
    ids[1] = ids[0];
    store_fixture_client(fixture, "Bob");
    ids[0] = only_operation(fixture->store)->id;
    assert_int_equal(store_outbox_sending(fixture->store, ids, 2, NULL), ERROR_NOT_FOUND);
    assert_int_equal(store_outbox_sending(fixture->store, ids, 1, NULL), 0);
    assert_int_equal(store_outbox_sending(fixture->store, ids, 1, NULL), 0);
    assert_int_equal(store_outbox_withdraw(fixture->store, &ids[0], NULL), ERROR_CONFLICT);
}

/* The same, and the other of the batch may still be taken back. */
static void an_unsent_batch_may_be_taken_back(void **state)
{
    struct store_fixture *fixture = *state;
    struct id ids[2];

    store_fixture_client(fixture, "Ann");
    ids[1] = only_operation(fixture->store)->id;
    assert_int_equal(store_outbox_withdraw(fixture->store, &ids[1], NULL), 0);
    store_fixture_client(fixture, "Bob");
    ids[0] = only_operation(fixture->store)->id;
    assert_int_equal(store_outbox_sending(fixture->store, ids, 2, NULL), ERROR_NOT_FOUND);
    assert_int_equal(store_outbox_withdraw(fixture->store, &ids[0], NULL), 0);
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
    struct id operation = only_operation(fixture->store)->id;
    struct record *server = store_fixture_server_merge(kept, NULL);
    struct id other = store_fixture_id(fixture);
    struct record *record;
    char feed[STORE_FEED_SIZE];

    settle(fixture->store, &operation, MERGE_APPLIED, 1);
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
    record = get(fixture->store, RECORD_CLIENT, &id, NULL);
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
        TEST(an_accepted_change_stays_visible_until_the_feed_brings_it),
        TEST(the_feed_may_be_faster_than_the_answer),
        TEST(own_changes_stand_on_top_of_others),
        TEST(what_the_server_made_of_it_is_worked_out_here),
        TEST(what_was_made_of_another_rev_is_not_worked_out),
        TEST(a_refusal_keeps_the_text_and_undoes_the_change),
        TEST(a_refused_claim_shows_the_winner),
        TEST(a_claim_tells_under_which_one_it_was_made),
        TEST(a_record_with_a_refusal_holds_what_was_accepted),
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
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    operation_free(kept);
    return failed;
}
