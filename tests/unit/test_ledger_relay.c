/* A relay's ledger and the centre's: what is given, what is carried, and that both say the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/relay_fixture.h"

#define MINUTE INT64_C(60000)

static struct id offer(struct relay_fixture *f, enum fixture_agent who, const char *agent,
                       const char *queue)
{
    struct id id = fixture_id(&f->centre);

    relay_applied(
        f, who,
        relay_append(f, who, RECORD_HANDOFF, &id,
                     fixture_handoff(&f->centre, who, "sample/a", NULL, agent, NULL, queue)),
        LEDGER_APPLIED);
    return id;
}

/* --- up and down ------------------------------------------------------------------------------ */

static void test_work_of_the_office_arrives_once(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = relay_make_client(f, ANNE), note = fixture_id(&f->centre);
    json_t *document;

    relay_applied(f, CHLOE,
                  relay_append(f, CHLOE, RECORD_NOTE, &note,
                               fixture_note(&f->centre, CHLOE, "sample/a", NULL, "seen")),
                  LEDGER_APPLIED);
    assert_int_equal(relay_waiting(f), 2);
    /* The answer is lost, the relay is killed: the same is carried again. */
    assert_int_equal(relay_push(f, 10, false), 2);
    relay_fixture_restart(f);
    assert_int_equal(relay_waiting(f), 2);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    document = centre_document(f, RECORD_CLIENT, &client);
    assert_int_equal(json_integer_or(document, "rev", 0), 1);
    assert_string_equal(
        json_text_or(json_object_get(json_object_get(document, "meta"), "created"), "agent", ""),
        f->centre.actors[ANNE].agent.text);
    json_decref(document);
    assert_string_equal(centre_says(f, RECORD_NOTE, &note, "text"), "seen");
    assert_relay_agrees(f, RECORD_CLIENT, &client);
    /* Nothing changed for the office by its coming back. */
    document = relay_document(f, RECORD_CLIENT, &client);
    assert_int_equal(json_integer_or(document, "rev", 0), 1);
    json_decref(document);
}

static void test_the_office_is_given_what_it_may_see(void **state)
{
    struct relay_fixture *f = *state;
    struct id ours = fixture_make(&f->centre, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id matter =
        fixture_make(&f->centre, BEN, RECORD_CASE, fixture_case(&f->centre, BEN, "sample/b"));
    struct id handoff =
        fixture_make(&f->centre, BEN, RECORD_HANDOFF,
                     fixture_handoff(&f->centre, BEN, "sample/b", &matter,
                                     f->centre.actors[CHLOE].agent.text, NULL, NULL));
    struct scope_set chloe = {0}, anne = {0};
    char *document = NULL;

    relay_pull(f);
    assert_int_equal(ledger_desk_scopes(f->relay, &f->centre.actors[CHLOE].agent, &chloe, NULL), 0);
    assert_int_equal(ledger_desk_scopes(f->relay, &f->centre.actors[ANNE].agent, &anne, NULL), 0);
    assert_int_equal(ledger_record_read(f->relay, &chloe, RECORD_CLIENT, &ours, &document, NULL),
                     0);
    free(document);
    assert_int_equal(
        ledger_record_read(f->relay, &chloe, RECORD_HANDOFF, &handoff, &document, NULL), 0);
    free(document);
    /* The matter comes with it, to her alone. */
    assert_int_equal(ledger_record_read(f->relay, &chloe, RECORD_CASE, &matter, &document, NULL),
                     0);
    free(document);
    assert_int_equal(ledger_record_read(f->relay, &anne, RECORD_CASE, &matter, &document, NULL),
                     ERROR_REFUSED);
    scope_set_free(&chloe);
    scope_set_free(&anne);
}

static void test_a_stranger_s_work_is_not_carried(void **state)
{
    struct relay_fixture *f = *state;
    struct id id = fixture_id(&f->centre);
    struct ledger_carried carried = {
        .operation = relay_append(f, BEN, RECORD_CLIENT, &id, fixture_client("sample/b"))};
    struct ledger_outcome outcome;

    assert_int_equal(
        ledger_relay_apply(f->centre.ledger, &f->account, &carried, 1, 1, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_int_equal(outcome.refusal, MERGE_FORBIDDEN);
    ledger_outcome_clear(&outcome);
    operation_free(carried.operation);
}

static void test_a_token_is_of_one_relay_until_it_ends(void **state)
{
    struct relay_fixture *f = *state;
    struct ledger_relay found;
    struct ledger_actor actor;
    int ended;

    assert_int_equal(ledger_relay_find(f->centre.ledger, f->token, &found, NULL), 0);
    assert_true(id_equal(&found.id, &f->account.id));
    assert_string_equal(found.office, "sample/a");
    assert_int_equal(ledger_session_find(f->centre.ledger, f->token, 1, &actor, NULL),
                     ERROR_NOT_FOUND);
    assert_int_equal(ledger_relay_end(f->centre.ledger, "sample/a", 1, &ended, NULL), 0);
    assert_int_equal(ended, 1);
    assert_int_equal(ledger_relay_find(f->centre.ledger, f->token, &found, NULL), ERROR_NOT_FOUND);
    assert_int_equal(ledger_relay_add(f->centre.ledger, "sample/none", 1, &found, f->token, NULL),
                     ERROR_NOT_FOUND);
}

/* --- what was seen ---------------------------------------------------------------------------- */

static size_t conflicts_at_the_centre(struct relay_fixture *f, const struct id *client)
{
    json_t *document = centre_document(f, RECORD_CLIENT, client);
    size_t count = json_array_size(json_object_get(json_object_get(document, "meta"), "conflicts"));

    json_decref(document);
    return count;
}

/* Chloe saw what Anne wrote, and neither what Denis did meanwhile: each exactly. */
static void test_what_was_seen_here_was_seen_there(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = relay_make_client(f, ANNE);
    int64_t rev;

    relay_denis_comes(f);
    relay_settle(f);
    fixture_applied(&f->centre, DENIS, relay_fields(f, DENIS, &client, 1, "name", "Denis's"));
    rev = relay_applied(f, ANNE, relay_fields(f, ANNE, &client, 1, "phone", "1"), LEDGER_APPLIED);
    rev =
        relay_applied(f, CHLOE, relay_fields(f, CHLOE, &client, rev, "phone", "2"), LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(conflicts_at_the_centre(f, &client), 0);
    assert_string_equal(centre_says(f, RECORD_CLIENT, &client, "phone"), "2");
    assert_relay_agrees(f, RECORD_CLIENT, &client);
    /* She has not seen his name yet, whatever rev that is by now. */
    relay_applied(f, CHLOE, relay_fields(f, CHLOE, &client, rev, "name", "Chloe's"),
                  LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(conflicts_at_the_centre(f, &client), 1);
    assert_relay_agrees(f, RECORD_CLIENT, &client);
}

/* What comes from the centre makes nobody forget what they saw here before. */
static void test_what_was_seen_stays_seen(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = relay_make_client(f, ANNE);
    struct ledger_outcome outcome;
    int64_t rev;

    relay_denis_comes(f);
    rev = relay_applied(f, ANNE, relay_fields(f, ANNE, &client, 1, "phone", "1"), LEDGER_APPLIED);
    relay_settle(f);
    fixture_applied(&f->centre, DENIS, relay_fields(f, DENIS, &client, 2, "name", "Denis's"));
    relay_pull(f);
    relay_apply(f, CHLOE, relay_fields(f, CHLOE, &client, rev, "phone", "2"), &outcome);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    assert_false(outcome.conflict);
    ledger_outcome_clear(&outcome);
    relay_apply(f, CHLOE, relay_fields(f, CHLOE, &client, rev, "name", "Chloe's"), &outcome);
    assert_true(outcome.conflict);
    ledger_outcome_clear(&outcome);
    relay_settle(f);
    assert_relay_agrees(f, RECORD_CLIENT, &client);
}

/* Their claims on one case follow one another, whatever else came between at the centre. */
static void test_claims_of_the_office_follow_one_another(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    int64_t rev;

    relay_denis_comes(f);
    relay_applied(
        f, ANNE,
        relay_append(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
        LEDGER_APPLIED);
    relay_settle(f);
    rev = relay_applied(f, ANNE,
                        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter,
                                          1, json_pack("{s:s}", "status", "in-progress")),
                        LEDGER_APPLIED);
    relay_applied(
        f, CHLOE,
        fixture_operation(&f->centre, CHLOE, OPERATION_CLAIM, RECORD_CASE, &matter, rev,
                          json_pack("{s:s}", "assignee", f->centre.actors[CHLOE].agent.text)),
        LEDGER_APPLIED);
    relay_settle(f);
    assert_string_equal(centre_says(f, RECORD_CASE, &matter, "status"), "in-progress");
    assert_string_equal(centre_says(f, RECORD_CASE, &matter, "assignee"),
                        f->centre.actors[CHLOE].agent.text);
    assert_relay_agrees(f, RECORD_CASE, &matter);
}

static json_t *told(struct relay_fixture *f, enum fixture_agent who, int64_t since)
{
    json_t *list;

    assert_int_equal(ledger_told_read(f->relay, &f->centre.actors[who].agent, since, &list, NULL),
                     0);
    return list;
}

/* Another claim came first at the centre: the record is the centre's, and the agent is told. */
static void test_a_refusal_comes_back(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    json_t *list;

    relay_denis_comes(f);
    relay_applied(
        f, ANNE,
        relay_append(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
        LEDGER_APPLIED);
    relay_settle(f);
    fixture_applied(&f->centre, DENIS,
                    fixture_operation(&f->centre, DENIS, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                      json_pack("{s:s}", "status", "in-progress")));
    relay_applied(f, CHLOE,
                  fixture_operation(&f->centre, CHLOE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                    json_pack("{s:s}", "status", "information-missing")),
                  LEDGER_APPLIED);
    assert_int_equal(relay_push(f, 10, true), 1);
    assert_string_equal(relay_says(f, RECORD_CASE, &matter, "status"), "in-progress");
    relay_settle(f);
    assert_relay_agrees(f, RECORD_CASE, &matter);
    list = told(f, CHLOE, 0);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_text_or(json_array_get(list, 0), "reason", ""), "taken");
    assert_string_equal(
        json_text_or(json_object_get(json_object_get(json_array_get(list, 0), "operation"), "body"),
                     "status", ""),
        "information-missing");
    json_decref(list);
    list = told(f, CHLOE, 1);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    list = told(f, ANNE, 0);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

/* --- who decides ------------------------------------------------------------------------------ */

static void test_a_handoff_within_the_office_has_one_winner(void **state)
{
    struct relay_fixture *f = *state;
    struct id handoff = offer(f, ANNE, NULL, "sample/w");
    struct ledger_outcome outcome;

    fixture_publish_agent(&f->centre, DENIS, "a", "sample/w");
    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/w");
    relay_pull(f);
    relay_applied(f, CHLOE, relay_take(f, CHLOE, &handoff, 1), LEDGER_APPLIED);
    relay_apply(f, DENIS, relay_take(f, DENIS, &handoff, 1), &outcome);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_string_equal(json_text_or(json_object_get(outcome.record, "body"), "taken_by", ""),
                        f->centre.actors[CHLOE].agent.text);
    ledger_outcome_clear(&outcome);
    relay_settle(f);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &handoff, "taken_by"),
                        f->centre.actors[CHLOE].agent.text);
}

/* Queue q is served elsewhere too: the claim is not decided here, and what else there is goes on.
 */
static void test_a_claim_from_a_central_queue_waits_for_the_centre(void **state)
{
    struct relay_fixture *f = *state;
    struct id first =
        fixture_make(&f->centre, DENIS, RECORD_HANDOFF,
                     fixture_handoff(&f->centre, DENIS, "sample/d", NULL, NULL, NULL, "sample/q"));
    struct id second =
        fixture_make(&f->centre, DENIS, RECORD_HANDOFF,
                     fixture_handoff(&f->centre, DENIS, "sample/d", NULL, NULL, NULL, "sample/q"));
    struct operation *won = relay_take(f, CHLOE, &first, 1),
                     *lost = relay_take(f, CHLOE, &second, 1);
    struct ledger_outcome outcomes[2];
    struct operation *both[] = {won, lost};

    relay_pull(f);
    assert_int_equal(ledger_apply(f->relay, &f->centre.actors[CHLOE], both, 2, 1, outcomes, NULL),
                     0);
    assert_int_equal(outcomes[0].kind, LEDGER_LATER);
    assert_int_equal(outcomes[1].kind, LEDGER_LATER);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "state"), "offered");
    relay_make_client(f, CHLOE);
    /* Meanwhile Ben takes the second. */
    fixture_applied(&f->centre, BEN, relay_take(f, BEN, &second, 1));
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "taken_by"),
                        f->centre.actors[CHLOE].agent.text);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &second, "taken_by"),
                        f->centre.actors[BEN].agent.text);
    /* Asked again, the terminal is told what became of each. */
    assert_int_equal(ledger_apply(f->relay, &f->centre.actors[CHLOE], both, 2, 1, outcomes, NULL),
                     0);
    assert_int_equal(outcomes[0].kind, LEDGER_REPEATED);
    assert_int_equal(outcomes[1].kind, LEDGER_REFUSED);
    assert_int_equal(outcomes[1].refusal, MERGE_TAKEN);
    assert_string_equal(json_text_or(json_object_get(outcomes[1].record, "body"), "taken_by", ""),
                        f->centre.actors[BEN].agent.text);
    ledger_outcome_clear(&outcomes[0]);
    ledger_outcome_clear(&outcomes[1]);
    operation_free(won);
    operation_free(lost);
}

/* A case that an offer opens to another office is not the relay's to decide about any more. */
static void test_what_is_shared_is_the_centre_s(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre), handoff = fixture_id(&f->centre);

    relay_applied(
        f, ANNE,
        relay_append(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
        LEDGER_APPLIED);
    relay_settle(f);
    relay_applied(f, ANNE,
                  relay_append(f, ANNE, RECORD_HANDOFF, &handoff,
                               fixture_handoff(&f->centre, ANNE, "sample/a", &matter, NULL,
                                               "sample/b", NULL)),
                  LEDGER_APPLIED);
    relay_applied(f, ANNE,
                  fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                    json_pack("{s:s}", "status", "in-progress")),
                  LEDGER_LATER);
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_CASE, &matter, "status"), "in-progress");
    /* Nor while all is read anew, until the centre says otherwise. */
    f->place.desk = f->place.catalogue = 0;
    assert_int_equal(ledger_relay_begin_anew(f->relay, &f->place, NULL), 0);
    relay_applied(f, ANNE,
                  fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 2,
                                    json_pack("{s:s}", "status", "approved")),
                  LEDGER_LATER);
}

/* The relay lost its disk: what its terminals still hold, and the centre has, is not done twice. */
static void test_a_new_relay_asks_about_what_is_older_than_it(void **state)
{
    struct relay_fixture *f = *state;
    const struct ledger_centre centre = {.url = "http://127.0.0.1:1", .token = "x"};
    struct id client = fixture_id(&f->centre);
    struct operation *made =
        relay_append(f, ANNE, RECORD_CLIENT, &client, fixture_client("sample/a"));
    struct operation *again;
    json_t *document = operation_to_json(made);
    struct ledger_outcome outcome;

    assert_int_equal(operation_from_json(&again, document, NULL), 0);
    json_decref(document);
    relay_applied(f, ANNE, made, LEDGER_APPLIED);
    relay_settle(f);
    ledger_close(f->relay);
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(ledger_create(f->path, NULL), 0);
    assert_int_equal(ledger_open(&f->relay, f->path, NULL), 0);
    assert_int_equal(ledger_become_relay(f->relay, &centre, clock_system(NULL) + MINUTE, NULL), 0);
    f->place = (struct ledger_place){.office = "sample/a"};
    assert_int_equal(ledger_relay_give(f->relay, NULL, &f->place, 1, NULL), 0);
    /* Before anything was read. */
    relay_pull(f);
    relay_apply(f, ANNE, again, &outcome);
    assert_int_equal(outcome.kind, LEDGER_REPEATED);
    ledger_outcome_clear(&outcome);
    assert_int_equal(relay_waiting(f), 0);
    /* The centre may know it or not: it is asked. */
    relay_applied(f, ANNE, relay_fields(f, ANNE, &client, 1, "phone", "1"), LEDGER_LATER);
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_CLIENT, &client, "phone"), "1");
}

/* The record comes back before the answer to the one that was asked, and the terminal asks again in
 * between: what else waits goes on. */
static void test_what_was_asked_may_come_back_before_its_answer(void **state)
{
    struct relay_fixture *f = *state;
    const struct ledger_centre centre = {.url = "http://127.0.0.1:1", .token = "x"};
    struct id client = fixture_id(&f->centre);
    struct operation *made =
        relay_append(f, ANNE, RECORD_CLIENT, &client, fixture_client("sample/a"));
    struct ledger_outcome outcome;

    ledger_close(f->relay);
    assert_int_equal(unlink(f->path), 0);
    assert_int_equal(ledger_create(f->path, NULL), 0);
    assert_int_equal(ledger_open(&f->relay, f->path, NULL), 0);
    /* It is younger than the operation. */
    assert_int_equal(ledger_become_relay(f->relay, &centre, clock_system(NULL) + MINUTE, NULL), 0);
    f->place = (struct ledger_place){.office = "sample/a"};
    assert_int_equal(ledger_relay_give(f->relay, NULL, &f->place, 1, NULL), 0);
    relay_pull(f);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            ledger_apply(f->relay, &f->centre.actors[ANNE], &made, 1, 1, &outcome, NULL), 0);
        assert_int_equal(outcome.kind, i == 0 ? LEDGER_LATER : LEDGER_REPEATED);
        ledger_outcome_clear(&outcome);
        assert_int_equal(relay_push(f, 10, false), 1);
        relay_pull(f);
    }
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    relay_applied(f, ANNE, made, LEDGER_REPEATED);
    assert_relay_agrees(f, RECORD_CLIENT, &client);
}

/* Offers it as it is; it stays the caller's. */
static void offered(struct relay_fixture *f, enum fixture_agent who, struct operation *operation,
                    enum ledger_outcome_kind kind)
{
    struct ledger_outcome outcome;

    assert_int_equal(
        ledger_apply(f->relay, &f->centre.actors[who], &operation, 1, 1, &outcome, NULL), 0);
    assert_int_equal(outcome.kind, kind);
    ledger_outcome_clear(&outcome);
}

/* What two terminals sent before they were moved to the centre comes late, is refused by the relay
 * itself, and its answer is lost. The centre has applied one of both and has refused the other; the
 * terminals are moved back. */
static void test_what_the_relay_refused_alone_is_asked_for_who_comes_back(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter =
        fixture_make(&f->centre, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    static const enum fixture_agent agents[] = {ANNE, CHLOE};
    struct operation *operations[2];

    for (int i = 0; i < 2; i++) {
        operations[i] = fixture_operation(&f->centre, agents[i], OPERATION_CLAIM, RECORD_CASE,
                                          &matter, 1, json_pack("{s:s}", "status", "in-progress"));
        offered(f, agents[i], operations[i], LEDGER_REFUSED);
        offered(f, agents[i], operations[i], LEDGER_REFUSED);
    }
    assert_int_equal(relay_waiting(f), 0);
    for (int i = 0; i < 2; i++) {
        struct ledger_outcome outcome;

        assert_int_equal(ledger_apply(f->centre.ledger, &f->centre.actors[agents[i]],
                                      &operations[i], 1, 1, &outcome, NULL),
                         0);
        assert_int_equal(outcome.kind, i == 0 ? LEDGER_APPLIED : LEDGER_REFUSED);
        ledger_outcome_clear(&outcome);
    }
    for (int i = 0; i < 2; i++) {
        f->centre.actors[agents[i]].elsewhere = true;
        offered(f, agents[i], operations[i], LEDGER_LATER);
        offered(f, agents[i], operations[i], LEDGER_LATER);
    }
    assert_int_equal(relay_waiting(f), 2);
    relay_settle(f);
    /* The centre's word is asked for once. */
    offered(f, ANNE, operations[0], LEDGER_REPEATED);
    offered(f, CHLOE, operations[1], LEDGER_REFUSED);
    assert_int_equal(relay_waiting(f), 0);
    assert_string_equal(relay_says(f, RECORD_CASE, &matter, "status"), "in-progress");
    operation_free(operations[0]);
    operation_free(operations[1]);
}

/* --- hand-offs whose time passes -------------------------------------------------------------- */

static void test_the_office_s_own_offers_expire_at_the_relay(void **state)
{
    struct relay_fixture *f = *state;
    struct id id = fixture_id(&f->centre);
    int64_t due = f->centre.clock_ms + 5 * MINUTE, next;
    json_t *body = fixture_handoff(&f->centre, ANNE, "sample/a", NULL,
                                   f->centre.actors[CHLOE].agent.text, NULL, NULL);
    int expired;

    json_object_set_new(body, "expires_at", json_time(due));
    relay_applied(f, ANNE, relay_append(f, ANNE, RECORD_HANDOFF, &id, body), LEDGER_APPLIED);
    relay_settle(f);
    /* The centre leaves it alone. */
    assert_int_equal(ledger_handoffs_expire(f->centre.ledger, due + MINUTE, &expired, NULL), 0);
    assert_int_equal(expired, 0);
    assert_int_equal(ledger_handoff_next(f->relay, &next, NULL), 0);
    assert_int_equal(next, due);
    assert_int_equal(ledger_handoffs_expire(f->relay, due, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    relay_settle(f);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &id, "state"), "expired");
    assert_relay_agrees(f, RECORD_HANDOFF, &id);
}

/* --- passwords -------------------------------------------------------------------------------- */

static void test_agents_sign_in_at_the_relay(void **state)
{
    struct relay_fixture *f = *state;
    struct id id = id_from_key("agent", "sample/emma");
    struct id other = id_from_key("agent", "sample/hugo");
    struct record *emma = record_new(RECORD_AGENT, &id);
    struct ledger_login login;
    struct id device = {""};
    json_t *agents;

    json_decref(emma->body);
    emma->body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[]}", "key", "sample/emma", "role", "agent",
                           "login", "Emma", "name", "Emma", "office", "a", "queues");
    assert_int_equal(ledger_agent_add(f->centre.ledger, emma, "correct horse", NULL), 0);
    record_free(emma);
    /* Of another office, whatever else of theirs is called so. */
    emma = record_new(RECORD_AGENT, &other);
    json_decref(emma->body);
    emma->body = json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "key", "sample/hugo", "login", "hugo",
                           "name", "Hugo", "office", "b", "queues", "a");
    assert_int_equal(ledger_agent_add(f->centre.ledger, emma, "correct horse", NULL), 0);
    record_free(emma);
    assert_int_equal(ledger_relay_verifiers(f->centre.ledger, &f->account, &agents, NULL), 0);
    assert_int_equal(json_array_size(agents), 1);
    relay_pull(f);
    assert_int_equal(ledger_relay_admit(f->relay, agents, NULL), 0);
    json_decref(agents);
    assert_int_equal(
        ledger_login(f->relay, "emma", "correct horse", &device, NULL, 1, &login, NULL), 0);
    assert_true(id_equal(&login.agent, &id));
    free(login.document);
    assert_int_equal(ledger_login(f->relay, "emma", "wrong", &device, NULL, 1, &login, NULL),
                     ERROR_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, relay_fixture_setup, relay_fixture_teardown)
        TEST(test_work_of_the_office_arrives_once),
        TEST(test_the_office_is_given_what_it_may_see),
        TEST(test_a_stranger_s_work_is_not_carried),
        TEST(test_a_token_is_of_one_relay_until_it_ends),
        TEST(test_what_was_seen_here_was_seen_there),
        TEST(test_what_was_seen_stays_seen),
        TEST(test_claims_of_the_office_follow_one_another),
        TEST(test_a_refusal_comes_back),
        TEST(test_a_handoff_within_the_office_has_one_winner),
        TEST(test_a_claim_from_a_central_queue_waits_for_the_centre),
        TEST(test_what_is_shared_is_the_centre_s),
        TEST(test_a_new_relay_asks_about_what_is_older_than_it),
        TEST(test_what_was_asked_may_come_back_before_its_answer),
        TEST(test_what_the_relay_refused_alone_is_asked_for_who_comes_back),
        TEST(test_the_office_s_own_offers_expire_at_the_relay),
        TEST(test_agents_sign_in_at_the_relay),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
