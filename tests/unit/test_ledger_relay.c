/* A relay's ledger and the centre's: what is given, what is carried, and that both say the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/relay_fixture.h"

#define MINUTE INT64_C(60000)

static int setup(void **state)
{
    struct relay_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    relay_fixture_open(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    relay_fixture_close(*state);
    free(*state);
    return 0;
}

static struct operation *make(struct relay_fixture *f, enum fixture_agent who,
                              enum record_type type, const struct id *id, json_t *body)
{
    return fixture_operation(&f->centre, who, OPERATION_APPEND, type, id, 0, body);
}

static struct operation *set(struct relay_fixture *f, enum fixture_agent who, const struct id *id,
                             int64_t base, const char *path, const char *value)
{
    return fixture_operation(&f->centre, who, OPERATION_FIELDS, RECORD_CLIENT, id, base,
                             json_pack("{s:s}", path, value));
}

static struct operation *take(struct relay_fixture *f, enum fixture_agent who,
                              const struct id *handoff, int64_t base)
{
    return fixture_operation(
        &f->centre, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, base,
        json_pack("{s:s, s:s}", "state", "accepted", "taken_by", f->centre.actors[who].agent.text));
}

static struct id make_client(struct relay_fixture *f, enum fixture_agent who)
{
    struct id id = fixture_id(&f->centre);

    assert_int_equal(relay_applied(f, who,
                                   make(f, who, RECORD_CLIENT, &id, fixture_client("sample/a")),
                                   LEDGER_APPLIED),
                     1);
    return id;
}

static struct id offer(struct relay_fixture *f, enum fixture_agent who, const char *agent,
                       const char *queue)
{
    struct id id = fixture_id(&f->centre);

    relay_applied(f, who,
                  make(f, who, RECORD_HANDOFF, &id,
                       fixture_handoff(&f->centre, who, "sample/a", NULL, agent, NULL, queue)),
                  LEDGER_APPLIED);
    return id;
}

/* Takes the numbers out of a document, so that two databases can be compared. */
static json_t *without_numbers(json_t *document)
{
    json_t *meta = json_object_get(document, "meta");
    const char *path;
    json_t *stamp;
    size_t index;

    json_object_del(document, "rev");
    json_object_del(document, "seq");
    json_object_del(json_object_get(meta, "claim"), "rev");
    json_object_foreach(json_object_get(meta, "stamps"), path, stamp)
    {
        json_object_del(stamp, "rev");
    }
    json_array_foreach(json_object_get(meta, "conflicts"), index, stamp)
    {
        json_object_del(stamp, "rev");
    }
    return document;
}

static void assert_both_say_the_same(struct relay_fixture *f, enum record_type type,
                                     const struct id *id)
{
    json_t *here = without_numbers(relay_document(f, type, id));
    json_t *there = without_numbers(centre_document(f, type, id));

    if (!json_equal(here, there)) {
        char *left = json_dumps(here, JSON_SORT_KEYS), *right = json_dumps(there, JSON_SORT_KEYS);

        print_error("relay  %s\ncentre %s\n", left, right);
        free(left);
        free(right);
    }
    assert_true(json_equal(here, there));
    json_decref(here);
    json_decref(there);
}

/* --- up and down ------------------------------------------------------------------------------ */

static void test_work_of_the_office_arrives_once(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = make_client(f, ANNE), note = fixture_id(&f->centre);
    json_t *document;

    relay_applied(f, CHLOE,
                  make(f, CHLOE, RECORD_NOTE, &note,
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
    assert_both_say_the_same(f, RECORD_CLIENT, &client);
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
        .operation = make(f, BEN, RECORD_CLIENT, &id, fixture_client("sample/b"))};
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
    assert_int_equal(ledger_relay_end(f->centre.ledger, "sample/a", &ended, NULL), 0);
    assert_int_equal(ended, 1);
    assert_int_equal(ledger_relay_find(f->centre.ledger, f->token, &found, NULL), ERROR_NOT_FOUND);
    assert_int_equal(ledger_relay_add(f->centre.ledger, "sample/none", 1, &found, f->token, NULL),
                     ERROR_NOT_FOUND);
}

/* --- what was seen ---------------------------------------------------------------------------- */

/* Denis is moved to the office and works at the centre itself. */
static void denis_comes(struct relay_fixture *f)
{
    fixture_publish_agent(&f->centre, DENIS, "a", "");
    relay_pull(f);
}

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
    struct id client = make_client(f, ANNE);
    int64_t rev;

    denis_comes(f);
    relay_settle(f);
    fixture_applied(&f->centre, DENIS, set(f, DENIS, &client, 1, "name", "Denis's"));
    rev = relay_applied(f, ANNE, set(f, ANNE, &client, 1, "phone", "1"), LEDGER_APPLIED);
    rev = relay_applied(f, CHLOE, set(f, CHLOE, &client, rev, "phone", "2"), LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(conflicts_at_the_centre(f, &client), 0);
    assert_string_equal(centre_says(f, RECORD_CLIENT, &client, "phone"), "2");
    assert_both_say_the_same(f, RECORD_CLIENT, &client);
    /* She has not seen his name yet, whatever rev that is by now. */
    relay_applied(f, CHLOE, set(f, CHLOE, &client, rev, "name", "Chloe's"), LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(conflicts_at_the_centre(f, &client), 1);
    assert_both_say_the_same(f, RECORD_CLIENT, &client);
}

/* What comes from the centre makes nobody forget what they saw here before. */
static void test_what_was_seen_stays_seen(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = make_client(f, ANNE);
    struct ledger_outcome outcome;
    int64_t rev;

    denis_comes(f);
    rev = relay_applied(f, ANNE, set(f, ANNE, &client, 1, "phone", "1"), LEDGER_APPLIED);
    relay_settle(f);
    fixture_applied(&f->centre, DENIS, set(f, DENIS, &client, 2, "name", "Denis's"));
    relay_pull(f);
    relay_apply(f, CHLOE, set(f, CHLOE, &client, rev, "phone", "2"), &outcome);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    assert_false(outcome.conflict);
    ledger_outcome_clear(&outcome);
    relay_apply(f, CHLOE, set(f, CHLOE, &client, rev, "name", "Chloe's"), &outcome);
    assert_true(outcome.conflict);
    ledger_outcome_clear(&outcome);
    relay_settle(f);
    assert_both_say_the_same(f, RECORD_CLIENT, &client);
}

/* Their claims on one case follow one another, whatever else came between at the centre. */
static void test_claims_of_the_office_follow_one_another(void **state)
{
    struct relay_fixture *f = *state;
    struct id matter = fixture_id(&f->centre);
    int64_t rev;

    denis_comes(f);
    relay_applied(f, ANNE,
                  make(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
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
    assert_both_say_the_same(f, RECORD_CASE, &matter);
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

    denis_comes(f);
    relay_applied(f, ANNE,
                  make(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
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
    assert_both_say_the_same(f, RECORD_CASE, &matter);
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
    relay_applied(f, CHLOE, take(f, CHLOE, &handoff, 1), LEDGER_APPLIED);
    relay_apply(f, DENIS, take(f, DENIS, &handoff, 1), &outcome);
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
    struct operation *won = take(f, CHLOE, &first, 1), *lost = take(f, CHLOE, &second, 1);
    struct ledger_outcome outcomes[2];
    struct operation *both[] = {won, lost};

    relay_pull(f);
    assert_int_equal(ledger_apply(f->relay, &f->centre.actors[CHLOE], both, 2, 1, outcomes, NULL),
                     0);
    assert_int_equal(outcomes[0].kind, LEDGER_LATER);
    assert_int_equal(outcomes[1].kind, LEDGER_LATER);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &first, "state"), "offered");
    make_client(f, CHLOE);
    /* Meanwhile Ben takes the second. */
    fixture_applied(&f->centre, BEN, take(f, BEN, &second, 1));
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

    relay_applied(f, ANNE,
                  make(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
                  LEDGER_APPLIED);
    relay_settle(f);
    relay_applied(
        f, ANNE,
        make(f, ANNE, RECORD_HANDOFF, &handoff,
             fixture_handoff(&f->centre, ANNE, "sample/a", &matter, NULL, "sample/b", NULL)),
        LEDGER_APPLIED);
    relay_applied(f, ANNE,
                  fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_CASE, &matter, 1,
                                    json_pack("{s:s}", "status", "in-progress")),
                  LEDGER_LATER);
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_CASE, &matter, "status"), "in-progress");
}

/* The relay lost its disk: what its terminals still hold, and the centre has, is not done twice. */
static void test_a_new_relay_asks_about_what_is_older_than_it(void **state)
{
    struct relay_fixture *f = *state;
    const struct ledger_centre centre = {.url = "http://127.0.0.1:1", .token = "x"};
    struct id client = fixture_id(&f->centre);
    struct operation *made = make(f, ANNE, RECORD_CLIENT, &client, fixture_client("sample/a"));
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
    relay_applied(f, ANNE, set(f, ANNE, &client, 1, "phone", "1"), LEDGER_LATER);
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
    struct operation *made = make(f, ANNE, RECORD_CLIENT, &client, fixture_client("sample/a"));
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
    assert_both_say_the_same(f, RECORD_CLIENT, &client);
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
    relay_applied(f, ANNE, make(f, ANNE, RECORD_HANDOFF, &id, body), LEDGER_APPLIED);
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
    assert_both_say_the_same(f, RECORD_HANDOFF, &id);
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
    emma->body = json_pack("{s:s, s:s, s:s, s:s, s:[]}", "key", "sample/emma", "login", "Emma",
                           "name", "Emma", "office", "a", "queues");
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

/* --- anything at all -------------------------------------------------------------------------- */

#define CLIENTS 3
#define ROUNDS  400

/* What each of the three has before their eyes: a rev of each client, at relay or centre. */
struct view {
    int64_t rev[CLIENTS];
};

static void act(struct relay_fixture *f, enum fixture_agent who, const struct id *client,
                struct view *view, size_t at, unsigned chance)
{
    static const char *const paths[] = {"phone", "email", "name"};
    json_t *document = who == DENIS ? centre_document(f, RECORD_CLIENT, client)
                                    : relay_document(f, RECORD_CLIENT, client);
    char value[32];

    /* Sometimes they look first, sometimes they go by what they saw long ago. */
    if (chance % 3 == 0)
        view->rev[at] = json_integer_or(document, "rev", 0);
    json_decref(document);
    snprintf(value, sizeof(value), "%u@example.ca", chance % 7);
    f->centre.clock_ms += (int64_t)(chance % 5) - 2;
    if (who == DENIS)
        fixture_applied(&f->centre, who,
                        set(f, who, client, view->rev[at], paths[chance % 3], value));
    else
        relay_applied(f, who, set(f, who, client, view->rev[at], paths[chance % 3], value),
                      LEDGER_APPLIED);
}

/* Somebody moves the case on, by what it says here or there; another may have been first. */
static void move_on(struct relay_fixture *f, enum fixture_agent who, const struct id *matter,
                    unsigned chance)
{
    static const char *const words[] = {"in-progress", "information-missing", "in-progress"};
    json_t *document = who == DENIS ? centre_document(f, RECORD_CASE, matter)
                                    : relay_document(f, RECORD_CASE, matter);
    int64_t base = json_integer_or(document, "rev", 0) - (int64_t)(chance / 3 % 2);
    struct operation *operation =
        fixture_operation(&f->centre, who, OPERATION_CLAIM, RECORD_CASE, matter, base,
                          json_pack("{s:s}", "status", words[chance % 3]));
    struct ledger_outcome outcome;

    json_decref(document);
    if (who == DENIS)
        fixture_apply(&f->centre, who, operation, &outcome);
    else
        relay_apply(f, who, operation, &outcome);
    assert_int_not_equal(outcome.kind, LEDGER_LATER);
    ledger_outcome_clear(&outcome);
}

/* An offer within the office, and two who accept it at once: one has it, and keeps it. */
static void contend(struct relay_fixture *f, struct id *handoff, enum fixture_agent *winner)
{
    struct ledger_outcome first, second;

    *handoff = fixture_id(&f->centre);
    relay_applied(f, ANNE,
                  make(f, ANNE, RECORD_HANDOFF, handoff,
                       fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, "sample/a", NULL)),
                  LEDGER_APPLIED);
    *winner = rand() % 2 == 0 ? BEN : CHLOE;
    relay_apply(f, *winner, take(f, *winner, handoff, 1), &first);
    relay_apply(f, *winner == BEN ? CHLOE : BEN, take(f, *winner == BEN ? CHLOE : BEN, handoff, 1),
                &second);
    assert_int_equal(first.kind, LEDGER_APPLIED);
    assert_int_equal(second.kind, LEDGER_REFUSED);
    ledger_outcome_clear(&first);
    ledger_outcome_clear(&second);
}

#define OFFERS 12

static void run_seed(struct relay_fixture *f, unsigned seed)
{
    static const enum fixture_agent people[] = {ANNE, CHLOE, DENIS};
    struct view views[3] = {{{0}}};
    struct id clients[CLIENTS], handoffs[OFFERS], matter = fixture_id(&f->centre);
    enum fixture_agent winners[OFFERS];
    size_t offers = 0;

    srand(seed);
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = make_client(f, ANNE);
        for (size_t who = 0; who < 3; who++)
            views[who].rev[i] = 1;
    }
    relay_applied(f, ANNE,
                  make(f, ANNE, RECORD_CASE, &matter, fixture_case(&f->centre, ANNE, "sample/a")),
                  LEDGER_APPLIED);
    relay_settle(f);
    for (int round = 0; round < ROUNDS; round++) {
        unsigned chance = (unsigned)rand();
        size_t who = chance % 3, at = (chance / 3) % CLIENTS;

        switch ((chance / 64) % 8) {
        case 0:
            relay_pull(f);
            break;
        case 1:
            relay_push(f, 1 + chance % 4, chance % 5 != 0);
            break;
        case 2:
            move_on(f, people[who], &matter, (unsigned)rand());
            break;
        case 3:
            if (offers < OFFERS && chance % 5 == 0) {
                contend(f, &handoffs[offers], &winners[offers]);
                offers++;
            }
            break;
        default:
            act(f, people[who], &clients[at], &views[who], at, (unsigned)rand());
        }
        if (chance % 97 == 0)
            relay_fixture_restart(f);
    }
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    for (size_t i = 0; i < CLIENTS; i++)
        assert_both_say_the_same(f, RECORD_CLIENT, &clients[i]);
    assert_both_say_the_same(f, RECORD_CASE, &matter);
    assert_true(offers > 0);
    for (size_t i = 0; i < offers; i++) {
        assert_both_say_the_same(f, RECORD_HANDOFF, &handoffs[i]);
        assert_string_equal(centre_says(f, RECORD_HANDOFF, &handoffs[i], "taken_by"),
                            f->centre.actors[winners[i]].agent.text);
    }
}

static void test_whatever_happens_both_say_the_same(void **state)
{
    struct relay_fixture *f = *state;

    fixture_publish_agent(&f->centre, BEN, "a", "");
    denis_comes(f);
    for (unsigned seed = 1; seed <= 4; seed++)
        run_seed(f, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
        TEST(test_the_office_s_own_offers_expire_at_the_relay),
        TEST(test_agents_sign_in_at_the_relay),
        TEST(test_whatever_happens_both_say_the_same),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
