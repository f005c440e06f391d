/* What becomes of an operation when the server answers it, or its effect comes by the feed. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/store_internal.h"
#include "tests/unit/store_fixture.h"

static void an_accepted_change_stays_visible_until_the_feed_brings_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *operation = store_fixture_only(fixture);
    struct record *server = store_fixture_server_merge(operation, NULL);
    enum store_pending pending;
    struct record *record;

    store_fixture_settle(fixture, &operation->id, MERGE_APPLIED, 1);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, &pending);
    assert_string_equal(record_text(record, "name"), "Ann");
    assert_int_equal(pending, STORE_SETTLED);
    assert_int_equal(record->seq, 0);
    record_free(record);

    assert_int_equal(store_write_page(fixture->store, &server, 1, 10, "feed", NULL), 0);
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, &pending);
    assert_int_equal(record->seq, 10);
    assert_int_equal(store_cursor(fixture->store, NULL), 10);
    record_free(record);
    record_free(server);
}

static void the_feed_may_be_faster_than_the_answer(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *operation = store_fixture_only(fixture);
    struct record *server = store_fixture_server_merge(operation, NULL);
    struct record *record;

    assert_int_equal(store_write_page(fixture->store, &server, 1, 10, "feed", NULL), 0);
    store_fixture_settle(fixture, &operation->id, MERGE_APPLIED, 1);
    store_fixture_settle(fixture, &operation->id, MERGE_APPLIED, 1); /* a repeat is passed over */
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    assert_int_equal(record->rev, 1);
    assert_int_equal(record->seq, 10);
    record_free(record);
    record_free(server);
}

static void own_changes_stand_on_top_of_others(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = store_fixture_only(fixture);
    struct record *first = store_fixture_server_merge(append, NULL);
    struct record *second;
    struct record *record;
    struct operation *other;

    store_fixture_settle(fixture, &append->id, MERGE_APPLIED, 1);
    assert_int_equal(store_write_page(fixture->store, &first, 1, 10, "feed", NULL), 0);
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          &id, "{\"phone\":\"418 555-0101\"}")),
                     0);
    assert_int_equal(store_fixture_only(fixture)->base, 1);

    other = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                    "{\"email\":\"ann@example.org\"}");
    other->device = store_fixture_id(fixture);
    second = store_fixture_server_merge(other, first);
    assert_int_equal(store_write_page(fixture->store, &second, 1, 20, "feed", NULL), 0);
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(record, "phone"), "418 555-0101");
    assert_string_equal(record_text(record, "email"), "ann@example.org");
    record_free(record);

    /* An older page that comes late changes nothing. */
    assert_int_equal(store_write_page(fixture->store, &first, 1, 20, "feed", NULL), 0);
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
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

static void assert_same_record(struct store_fixture *fixture, const struct record *expected)
{
    struct record *record = store_fixture_get(fixture, expected->type, &expected->id, NULL);
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
    struct operation *append = store_fixture_only(fixture), *change;
    struct record *first = store_fixture_server_merge(append, NULL), *second;

    settle_at(fixture->store, &append->id, 1, first->seq);
    assert_same_record(fixture, first);
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          &id, "{\"phone\":\"418 555-0101\"}")),
                     0);
    change = store_fixture_only(fixture);
    assert_int_equal(change->base, 1);
    second = store_fixture_server_merge(change, first);
    settle_at(fixture->store, &change->id, 2, second->seq);
    assert_same_record(fixture, second);
    record_free(first);
    record_free(second);
}

static void what_was_made_of_another_rev_is_not_worked_out(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = store_fixture_only(fixture);
    struct record *first = store_fixture_server_merge(append, NULL), *second, *third;
    struct operation *other = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                                      "{\"email\":\"ann@example.org\"}");
    struct operation *mine;

    settle_at(fixture->store, &append->id, 1, first->seq);
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          &id, "{\"phone\":\"418 555-0101\"}")),
                     0);
    mine = store_fixture_only(fixture);
    other->device = store_fixture_id(fixture);
    second = store_fixture_server_merge(other, first);
    third = store_fixture_server_merge(mine, second);
    settle_at(fixture->store, &mine->id, 3, third->seq);
    /* It stays on top of what is held, until the feed brings what came of both. */
    struct record *record = store_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
    assert_string_equal(record_text(record, "phone"), "418 555-0101");
    assert_string_equal(record_text(record, "email"), "");
    record_free(record);
    assert_int_equal(store_write_page(fixture->store, &third, 1, 30, "feed", NULL), 0);
    assert_same_record(fixture, third);
    record_free(first);
    record_free(second);
    record_free(third);
    operation_free(other);
}

/* A relay asked its centre about the first and decided the second alone, which made rev 2 of what
 * it had; what the centre allowed is in that by now, and is answered with no number of it. */
static void what_a_relay_asked_about_is_not_worked_out(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *append = store_fixture_only(fixture);
    struct record *first = store_fixture_server_merge(append, NULL), *second;
    struct store_outcome answers[] = {{.rev = 2, .seq = -30, .repeated = true},
                                      {.rev = 2, .seq = 28}};
    struct operation *later = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                                      "{\"phone\":\"418 555-0102\"}");

    settle_at(fixture->store, &append->id, 1, first->seq);
    assert_int_equal(store_fixture_apply(
                         fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                          &id, "{\"phone\":\"418 555-0101\"}")),
                     0);
    answers[0].operation = store_fixture_only(fixture)->id;
    answers[1].operation = later->id;
    later->base = 1;
    second = store_fixture_server_merge(later, first);
    second->seq = 28;
    assert_int_equal(store_operation_put(fixture->store, later, NULL), 0);
    assert_int_equal(store_outbox_settle(fixture->store, answers, 2, NULL), 0);
    assert_same_record(fixture, second);
    record_free(first);
    record_free(second);
    operation_free(later);
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
    struct operation *append = store_fixture_only(fixture);
    struct record *server = store_fixture_server_merge(append, NULL);
    struct store_outcome outcome = {.refusal = MERGE_FORBIDDEN, .field = "phone"};
    struct record *record;
    char seen[200] = "";

    store_fixture_settle(fixture, &append->id, MERGE_APPLIED, 1);
    store_write_page(fixture->store, &server, 1, 10, "feed", NULL);
    store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                         &id, "{\"phone\":\"123\"}"));
    outcome.operation = store_fixture_only(fixture)->id;
    outcome.record = server;
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_int_equal(store_outbox_count(fixture->store, NULL), 0);
    record = store_fixture_get(fixture, RECORD_CLIENT, &id, NULL);
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

/* A relay told what its centre refused, was restored to a copy from before, and answers that it
 * applied it. */
static void a_refusal_stands_when_a_conflict_is_told_of_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct id id = store_fixture_client(fixture, "Ann");
    struct operation *change;
    struct store_outcome outcome = {.rev = 3, .seq = 12, .conflict = true, .field = "name"};
    char seen[200] = "";

    store_fixture_settle(fixture, &store_fixture_only(fixture)->id, MERGE_APPLIED, 1);
    change = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                     "{\"phone\":\"123\"}");
    outcome.operation = change->id;
    assert_int_equal(store_refusal_put(fixture->store, change, MERGE_FORBIDDEN, "phone", NULL), 0);
    /* It is offered again. */
    assert_int_equal(store_operation_put(fixture->store, change, NULL), 0);
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_int_equal(store_refusal_count(fixture->store, NULL), 1);
    assert_int_equal(store_refusal_each(fixture->store, see_refusal, seen, NULL), 0);
    assert_string_equal(seen, "forbidden phone 123");
    operation_free(change);
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
    record = store_fixture_get(fixture, RECORD_HANDOFF, &id, &pending);
    assert_int_equal(pending, STORE_CLAIMING);
    record_free(record);

    accept = store_fixture_operation(fixture, OPERATION_CLAIM, RECORD_HANDOFF, &id, "{}");
    accept->agent = accept->device = store_fixture_id(fixture);
    accept->base = 1;
    json_object_set_new(accept->body, "state", json_string("accepted"));
    json_object_set_new(accept->body, "taken_by", json_string(accept->agent.text));
    taken = store_fixture_server_merge(accept, offered);
    {
        struct store_outcome outcome = {
            .operation = store_fixture_only(fixture)->id, .refusal = MERGE_TAKEN, .record = taken};

        assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    }
    record = store_fixture_get(fixture, RECORD_HANDOFF, &id, &pending);
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
    struct operation *append = store_fixture_only(fixture);
    struct record *first = store_fixture_server_merge(append, NULL);
    struct operation *change;
    struct record *second, *record;
    enum store_pending pending;

    store_fixture_settle(fixture, &append->id, MERGE_APPLIED, 1);
    store_write_page(fixture->store, &first, 1, 10, "feed", NULL);
    change = store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT, &id,
                                     "{\"phone\":\"123\"}");
    assert_int_equal(store_apply(fixture->store, &change, 1, NULL, NULL), 0);
    second = store_fixture_server_merge(change, first);
    store_fixture_settle(fixture, &change->id, MERGE_APPLIED, 2);
    store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_FIELDS, RECORD_CLIENT,
                                                         &id, "{\"email\":\"a@b.ca\"}"));
    {
        struct store_outcome outcome = {.operation = store_fixture_only(fixture)->id,
                                        .refusal = MERGE_FORBIDDEN,
                                        .record = second};

        assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    }
    for (int again = 0; again < 2; again++) {
        record = store_fixture_get(fixture, RECORD_CLIENT, &id, &pending);
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

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_accepted_change_stays_visible_until_the_feed_brings_it),
        TEST(the_feed_may_be_faster_than_the_answer),
        TEST(own_changes_stand_on_top_of_others),
        TEST(what_the_server_made_of_it_is_worked_out_here),
        TEST(what_was_made_of_another_rev_is_not_worked_out),
        TEST(what_a_relay_asked_about_is_not_worked_out),
        TEST(a_refusal_keeps_the_text_and_undoes_the_change),
        TEST(a_refusal_stands_when_a_conflict_is_told_of_it),
        TEST(a_refused_claim_shows_the_winner),
        TEST(a_claim_tells_under_which_one_it_was_made),
        TEST(a_record_with_a_refusal_holds_what_was_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
