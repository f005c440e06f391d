/* Who decides at a relay, and what it shows meanwhile: claims in which others have part wait for
 * the centre, and what the office did stays on top of what the centre gives. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger.h"
#include "net/ledger_announce.h"
#include "tests/unit/relay_fixture.h"

#define MINUTE INT64_C(60000)

static struct operation *claim(struct relay_fixture *f, enum fixture_agent who,
                               const struct id *handoff, int64_t base, json_t *body)
{
    return fixture_operation(&f->centre, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, base, body);
}

static struct operation *take(struct relay_fixture *f, enum fixture_agent who,
                              const struct id *handoff, int64_t base)
{
    return claim(
        f, who, handoff, base,
        json_pack("{s:s, s:s}", "state", "accepted", "taken_by", f->centre.actors[who].agent.text));
}

static struct operation *set(struct relay_fixture *f, enum fixture_agent who, const struct id *id,
                             int64_t base, const char *path, const char *value)
{
    return fixture_operation(&f->centre, who, OPERATION_FIELDS, RECORD_CLIENT, id, base,
                             json_pack("{s:s}", path, value));
}

/* Made at the relay. */
static struct id make(struct relay_fixture *f, enum fixture_agent who, enum record_type type,
                      json_t *body)
{
    struct id id = fixture_id(&f->centre);

    relay_applied(f, who, fixture_operation(&f->centre, who, OPERATION_APPEND, type, &id, 0, body),
                  LEDGER_APPLIED);
    return id;
}

static struct id offer(struct relay_fixture *f, enum fixture_agent who, const char *agent,
                       const char *queue)
{
    return make(f, who, RECORD_HANDOFF,
                fixture_handoff(&f->centre, who, "sample/a", NULL, agent, NULL, queue));
}

/* Denis is moved to the office and works at the centre itself. */
static void denis_comes(struct relay_fixture *f)
{
    fixture_publish_agent(&f->centre, DENIS, "a", "");
    relay_pull(f);
}

/* --- what it announces ------------------------------------------------------------------------ */

/* Whether it is told to who reads this scope. */
struct heard {
    const char *scope;
    bool told;
};

static void hear(void *context, const struct ledger_announcement *found)
{
    struct heard *heard = context;

    heard->told = scope_set_has(&found->scopes, heard->scope);
}

/* Whether an offer by Anne at the relay would be told to who reads this scope. */
static bool is_announced(struct relay_fixture *f, const struct id *matter, const char *scope)
{
    const struct id id = fixture_id(&f->centre);
    struct ledger_actor actor = f->centre.actors[ANNE];
    struct heard heard = {.scope = scope};
    struct scope_set desk = {0};
    struct operation *operation =
        relay_append(f, ANNE, RECORD_HANDOFF, &id,
                     fixture_handoff(&f->centre, ANNE, "sample/a", matter,
                                     f->centre.actors[CHLOE].agent.text, NULL, NULL));

    assert_int_equal(ledger_desk_read(f->relay, &actor.agent, &desk, &actor.may, NULL), 0);
    assert_in_range(ledger_announce(f->relay, &actor, &desk, operation, false, f->centre.clock_ms,
                                    hear, &heard, NULL),
                    0, 1);
    scope_set_free(&desk);
    operation_free(operation);
    return heard.told;
}

static void test_the_relay_announces_within_the_office(void **state)
{
    struct relay_fixture *f = *state;
    struct id known = make(f, ANNE, RECORD_CASE, fixture_case(&f->centre, ANNE, "sample/a"));
    struct id unknown = fixture_id(&f->centre);
    char scope[64];

    snprintf(scope, sizeof(scope), "agent:%s", f->centre.actors[CHLOE].agent.text);
    assert_true(is_announced(f, &known, scope));
    assert_false(is_announced(f, &known, "office:sample/a"));
    assert_false(is_announced(f, &unknown, scope));
}

/* --- who decides ------------------------------------------------------------------------------ */

/* Neither an offer for an agent elsewhere, nor one to a queue that others serve too, nor what
 * another office offers to an agent of this one is decided here. */
static void test_what_another_office_has_part_in_waits_for_the_centre(void **state)
{
    struct relay_fixture *f = *state;
    struct id inward =
        fixture_make(&f->centre, DENIS, RECORD_HANDOFF,
                     fixture_handoff(&f->centre, DENIS, "sample/d", NULL,
                                     f->centre.actors[CHLOE].agent.text, NULL, NULL));
    struct id outward = offer(f, ANNE, f->centre.actors[BEN].agent.text, NULL);
    struct id central = offer(f, ANNE, NULL, "sample/q");
    struct operation *back =
        fixture_operation(&f->centre, ANNE, OPERATION_CLAIM, RECORD_HANDOFF, &outward, 1,
                          json_pack("{s:s}", "state", "withdrawn"));

    relay_settle(f);
    relay_applied(f, CHLOE, take(f, CHLOE, &inward, 1), LEDGER_LATER);
    relay_applied(f, CHLOE, take(f, CHLOE, &central, 1), LEDGER_LATER);
    relay_applied(f, ANNE, back, LEDGER_LATER);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &inward, "state"), "offered");
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &outward, "state"), "offered");
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &inward, "state"), "accepted");
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &outward, "state"), "withdrawn");
}

/* Queue w is the office's own; what waited there too long was opened to q, which Ben serves
 * elsewhere: he may have it by now. */
static void test_what_is_open_to_others_too_waits_for_the_centre(void **state)
{
    struct relay_fixture *f = *state;
    struct id handoff = offer(f, ANNE, NULL, "sample/w");
    struct ledger_watch watch;
    struct ledger_outcome outcome;

    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/w");
    relay_settle(f);
    fixture_publish(&f->centre, RECORD_QUEUE, "sample/w",
                    json_pack("{s:s, s:[{s:s, s:i, s:i, s:s}]}", "next_queue", "q", "thresholds",
                              "measure", "waiting", "limit", 1, "rearm", 0, "action", "open"));
    assert_int_equal(
        ledger_queues_watch(f->centre.ledger, f->centre.clock_ms + MINUTE, &watch, NULL), 0);
    assert_int_equal(watch.crossed, 1);
    relay_pull(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &handoff, "also_queue"), "sample/q");
    relay_applied(f, CHLOE, take(f, CHLOE, &handoff, 2), LEDGER_LATER);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &handoff, "state"), "offered");
    fixture_applied(&f->centre, BEN, take(f, BEN, &handoff, 2));
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &handoff, "taken_by"),
                        f->centre.actors[BEN].agent.text);
    relay_apply(f, CHLOE, take(f, CHLOE, &handoff, 2), &outcome);
    assert_int_not_equal(outcome.kind, LEDGER_APPLIED);
    ledger_outcome_clear(&outcome);
}

/* Chloe alone serves w, by what was read of the catalogue. */
static void test_who_serves_a_queue_is_not_known_before_the_whole_catalogue(void **state)
{
    struct relay_fixture *f = *state;
    struct id early, late;

    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/w");
    relay_settle(f);
    f->place.catalogue_whole = false;
    assert_int_equal(ledger_relay_give(f->relay, NULL, &f->place, f->centre.clock_ms, NULL), 0);
    early = offer(f, ANNE, NULL, "sample/w");
    relay_applied(f, CHLOE, take(f, CHLOE, &early, 1), LEDGER_LATER);
    relay_settle(f);
    late = offer(f, ANNE, NULL, "sample/w");
    relay_applied(f, CHLOE, take(f, CHLOE, &late, 1), LEDGER_APPLIED);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &late, "state"), "accepted");
}

/* What follows from a supervisor's word is made at the centre. */
static void test_a_re_assignment_is_the_centre_s(void **state)
{
    struct relay_fixture *f = *state;
    struct id handoff, again;

    fixture_publish_agent(&f->centre, DENIS, "a", "sample/w");
    fixture_publish(&f->centre, RECORD_AGENT, "sample/chloe",
                    json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "login", "chloe", "name", "chloe",
                              "office", "sample/a", "role", "supervisor", "queues", "sample/w"));
    relay_pull(f);
    handoff = offer(f, ANNE, NULL, "sample/w");
    relay_applied(f, CHLOE,
                  claim(f, CHLOE, &handoff, 1,
                        json_pack("{s:s, s:s, s:s}", "state", "reassigned", "reassigned_by",
                                  f->centre.actors[CHLOE].agent.text, "next_agent",
                                  f->centre.actors[DENIS].agent.text)),
                  LEDGER_LATER);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &handoff, "state"), "offered");
    relay_settle(f);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &handoff, "state"), "reassigned");
    again = id_from_key("handoff", handoff.text);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &again, "to_agent"),
                        f->centre.actors[DENIS].agent.text);
}

/* --- what it shows ---------------------------------------------------------------------------- */

/* Not carried yet, it stands on what the centre gives; who saw it there contradicts nobody. */
static void test_what_the_office_did_stays_on_top(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    json_t *document;
    int64_t rev;

    denis_comes(f);
    relay_settle(f);
    rev = relay_applied(f, ANNE, set(f, ANNE, &client, 1, "phone", "1"), LEDGER_APPLIED);
    relay_applied(f, CHLOE, set(f, CHLOE, &client, rev, "phone", "2"), LEDGER_APPLIED);
    fixture_applied(&f->centre, DENIS, set(f, DENIS, &client, 1, "name", "Denis's"));
    relay_pull(f);
    assert_int_equal(relay_waiting(f), 2);
    assert_string_equal(relay_says(f, RECORD_CLIENT, &client, "name"), "Denis's");
    assert_string_equal(relay_says(f, RECORD_CLIENT, &client, "phone"), "2");
    document = relay_document(f, RECORD_CLIENT, &client);
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(document, "meta"), "conflicts")), 0);
    json_decref(document);
}

/* What another wrote at the centre meanwhile is in conflict with it: its agent is told. */
static void test_a_conflict_that_only_the_centre_saw_is_told(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    json_t *list;

    denis_comes(f);
    relay_settle(f);
    fixture_applied(&f->centre, DENIS, set(f, DENIS, &client, 1, "phone", "3"));
    relay_applied(f, ANNE, set(f, ANNE, &client, 1, "phone", "1"), LEDGER_APPLIED);
    assert_int_equal(relay_push(f, 10, true), 1);
    assert_int_equal(ledger_told_read(f->relay, &f->centre.actors[ANNE].agent, 0, &list, NULL), 0);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_text_or(json_array_get(list, 0), "field", ""), "phone");
    json_decref(list);
    assert_int_equal(ledger_told_read(f->relay, &f->centre.actors[CHLOE].agent, 0, &list, NULL), 0);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

/* The centre is an older copy of itself: what it had accepted waits again, and means the same. */
static void test_a_centre_that_begins_anew_is_told_again(void **state)
{
    struct relay_fixture *f = *state;
    struct id client = make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct ledger_place anew;

    relay_applied(f, ANNE, set(f, ANNE, &client, 1, "phone", "1"), LEDGER_APPLIED);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    anew = f->place;
    anew.desk = anew.catalogue = 0;
    anew.desk_epoch[0] = anew.catalogue_epoch[0] = anew.scopes[0] = '\0';
    assert_int_equal(ledger_relay_begin_anew(f->relay, &anew, NULL), 0);
    f->place = anew;
    assert_int_equal(relay_waiting(f), 2);
    assert_string_equal(relay_says(f, RECORD_CLIENT, &client, "phone"), "1");
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    assert_string_equal(centre_says(f, RECORD_CLIENT, &client, "phone"), "1");
}

#define WITH(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, relay_fixture_setup, relay_fixture_teardown)

/* --- what was asked, and is out of sight by now ------------------------------------------------
 */

/* Ben's case, which Chloe sees while he offers it to her, and her claim of it, asked for. */
struct asked {
    struct id matter, handoff, operation;
    struct moment moment; /* of the operation */
};

static struct operation *claim_case(struct relay_fixture *f, const struct asked *asked)
{
    struct operation *operation =
        claim(f, CHLOE, &asked->matter, 1, json_pack("{s:s}", "status", "in-progress"));

    operation->type = RECORD_CASE;
    if (!id_is_empty(&asked->operation)) {
        operation->id = asked->operation;
        operation->moment = asked->moment;
    }
    return operation;
}

static struct asked ask(struct relay_fixture *f)
{
    struct asked asked = {.matter = fixture_make(&f->centre, BEN, RECORD_CASE,
                                                 fixture_case(&f->centre, BEN, "sample/b"))};
    struct operation *operation;

    asked.handoff = fixture_make(&f->centre, BEN, RECORD_HANDOFF,
                                 fixture_handoff(&f->centre, BEN, "sample/b", &asked.matter,
                                                 f->centre.actors[CHLOE].agent.text, NULL, NULL));
    relay_pull(f);
    operation = claim_case(f, &asked);
    asked.operation = operation->id;
    asked.moment = operation->moment;
    relay_applied(f, CHLOE, operation, LEDGER_LATER);
    return asked;
}

static void take_back(struct relay_fixture *f, const struct asked *asked)
{
    fixture_applied(&f->centre, BEN,
                    claim(f, BEN, &asked->handoff, 1, json_pack("{s:s}", "state", "withdrawn")));
    relay_pull(f);
}

/* The centre's word counts, and comes: nothing waits for ever behind it. */
static void test_what_was_asked_is_the_centre_s_to_refuse(void **state)
{
    struct relay_fixture *f = *state;
    struct asked asked = ask(f);
    struct ledger_outcome outcome;

    take_back(f, &asked);
    relay_applied(f, CHLOE, claim_case(f, &asked), LEDGER_LATER);
    relay_settle(f);
    assert_int_equal(relay_waiting(f), 0);
    relay_apply(f, CHLOE, claim_case(f, &asked), &outcome);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_int_equal(outcome.refusal, MERGE_FORBIDDEN);
    ledger_outcome_clear(&outcome);
}

/* What it has allowed is told, though the record does not come to the office any more. */
static void test_what_was_asked_and_allowed_is_told(void **state)
{
    struct relay_fixture *f = *state;
    struct asked asked = ask(f);
    struct ledger_outcome outcome;

    assert_int_equal(relay_push(f, 10, true), 1);
    take_back(f, &asked);
    relay_apply(f, CHLOE, claim_case(f, &asked), &outcome);
    assert_int_equal(outcome.kind, LEDGER_APPLIED);
    assert_true(outcome.seq < 0);
    ledger_outcome_clear(&outcome);
    relay_applied(f, CHLOE, claim_case(f, &asked), LEDGER_REPEATED);
    relay_settle(f);
    assert_string_equal(centre_says(f, RECORD_CASE, &asked.matter, "status"), "in-progress");
}

/* When the record has come it is answered with a number of its own: that of the record as it is
 * here by then says neither what the operation made of it, nor that its agent may still see it. */
static void test_what_was_asked_and_allowed_has_a_number_of_its_own(void **state)
{
    struct relay_fixture *f = *state;
    struct asked asked = ask(f);
    struct ledger_outcome outcome;
    json_t *document;
    char shown[LEDGER_SHOWN_LIMIT];

    assert_int_equal(relay_push(f, 10, true), 1);
    relay_pull(f);
    relay_apply(f, CHLOE, claim_case(f, &asked), &outcome);
    assert_int_equal(outcome.kind, LEDGER_REPEATED);
    assert_int_equal(outcome.rev, 2);
    assert_true(outcome.seq < 0);
    document = relay_document(f, RECORD_CASE, &asked.matter);
    assert_true(-outcome.seq > json_integer_or(document, "seq", 0));
    json_decref(document);
    /* By that its terminal knows this relay, should it be restored. */
    assert_int_equal(ledger_shown_last(f->relay, &outcome, 1, shown, NULL), 0);
    assert_int_equal(strtoll(shown, NULL, 10), -outcome.seq);
    assert_int_equal(ledger_shown_check(f->relay, shown, NULL), 0);
    ledger_outcome_clear(&outcome);
}

/* Who asked sees it no longer, as somebody else of the office still does, and it was changed since:
 * what tells their terminal that it is to go is not from before the answer. */
static void test_what_was_asked_and_allowed_says_nothing_of_who_sees_it(void **state)
{
    struct relay_fixture *f = *state;
    struct asked asked = ask(f);
    struct scope_set scopes = {0};
    struct ledger_outcome outcome;
    struct ledger_page page;
    struct operation *change;

    assert_int_equal(relay_push(f, 10, true), 1);
    fixture_make(&f->centre, BEN, RECORD_HANDOFF,
                 fixture_handoff(&f->centre, BEN, "sample/b", &asked.matter,
                                 f->centre.actors[ANNE].agent.text, NULL, NULL));
    fixture_applied(&f->centre, BEN,
                    claim(f, BEN, &asked.handoff, 1, json_pack("{s:s}", "state", "withdrawn")));
    change = claim(f, BEN, &asked.matter, 2, json_pack("{s:s}", "status", "approved"));
    change->type = RECORD_CASE;
    fixture_applied(&f->centre, BEN, change);
    relay_pull(f);
    assert_int_equal(ledger_desk_scopes(f->relay, &f->centre.actors[CHLOE].agent, &scopes, NULL),
                     0);
    assert_int_equal(ledger_changes(f->relay, &scopes, 0, 1000, NULL, &page, NULL), 0);
    assert_non_null(strstr(page.gone, asked.matter.text));
    relay_apply(f, CHLOE, claim_case(f, &asked), &outcome);
    assert_int_equal(outcome.kind, LEDGER_REPEATED);
    assert_true(outcome.seq <= page.next);
    ledger_outcome_clear(&outcome);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
}

/* Until the centre has given it back, and knew it when it was named, it is named to a centre that
 * may be an older copy: told and lost there, it would be carried to it no more. */
static void test_what_was_told_is_named_until_it_is_given(void **state)
{
    struct relay_fixture *f = *state;
    struct asked asked = ask(f);
    const struct ledger_witness other = {.made = asked.matter};
    struct ledger_witness witness;
    int64_t before = f->place.desk;

    assert_int_equal(relay_push(f, 10, true), 1);
    relay_applied(f, CHLOE, claim_case(f, &asked), LEDGER_APPLIED);
    assert_int_equal(ledger_upward_witness(f->relay, &witness, NULL), 0);
    assert_string_equal(witness.made.text, asked.operation.text);
    relay_pull(f);
    assert_string_equal(relay_says(f, RECORD_CASE, &asked.matter, "status"), "in-progress");
    assert_int_equal(ledger_upward_known(f->relay, &other, f->place.desk, NULL), 0);
    assert_int_equal(ledger_upward_known(f->relay, &witness, before, NULL), 0);
    assert_int_equal(ledger_upward_witness(f->relay, &witness, NULL), 0);
    assert_string_equal(witness.made.text, asked.operation.text);
    assert_int_equal(ledger_upward_known(f->relay, &witness, f->place.desk, NULL), 0);
    assert_int_equal(ledger_upward_witness(f->relay, &witness, NULL), 0);
    assert_string_equal(witness.made.text, "");
}

/* --- one that expires here and was decided at the centre ---------------------------------------
 */

static void test_what_the_centre_decided_goes_on_to_nobody(void **state)
{
    struct relay_fixture *f = *state;
    int64_t due = f->centre.clock_ms + 5 * MINUTE;
    json_t *body = fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, NULL, "sample/w");
    struct id id, following;
    json_t *document;
    int expired;

    fixture_publish(&f->centre, RECORD_QUEUE, "sample/w", json_pack("{s:s}", "next_queue", "q"));
    fixture_publish_agent(&f->centre, DENIS, "a", "sample/w");
    relay_pull(f);
    json_object_set_new(body, "expires_at", json_time(due));
    id = make(f, ANNE, RECORD_HANDOFF, body);
    following = id_from_key("handoff", id.text);
    relay_settle(f);
    fixture_applied(&f->centre, DENIS, take(f, DENIS, &id, 1));
    assert_int_equal(ledger_handoffs_expire(f->relay, due, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    document = relay_document(f, RECORD_HANDOFF, &following);
    assert_non_null(document);
    json_decref(document);
    relay_settle(f);
    assert_string_equal(centre_says(f, RECORD_HANDOFF, &id, "state"), "accepted");
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &id, "state"), "accepted");
    assert_null(centre_document(f, RECORD_HANDOFF, &following));
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &following, "state"), "withdrawn");
    assert_int_equal(relay_waiting(f), 0);
}

/* All that the centre shows the office now; new. */
static json_t *office_page(struct relay_fixture *f)
{
    struct scope_set scopes = {0};
    char digest[LEDGER_DIGEST_SIZE];
    struct ledger_page page;
    json_t *records;

    assert_int_equal(ledger_relay_scopes(f->centre.ledger, &f->account, &scopes, digest, NULL), 0);
    assert_int_equal(ledger_changes(f->centre.ledger, &scopes, 0, 1000, NULL, &page, NULL), 0);
    assert_int_equal(ledger_relay_page(f->centre.ledger, &scopes, &page, &records, NULL), 0);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return records;
}

/* The centre is an older copy of itself, in which nobody has taken it: it expires once more, and
 * what follows has the id of the one that the relay made and the centre never took. */
static void test_an_offer_goes_on_where_one_that_followed_was_lost(void **state)
{
    struct relay_fixture *f = *state;
    int64_t due = f->centre.clock_ms + 5 * MINUTE;
    json_t *body = fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, NULL, "sample/w");
    struct ledger_place place;
    struct id id, following;
    json_t *older, *document;
    int64_t lost;
    int expired;

    fixture_publish(&f->centre, RECORD_QUEUE, "sample/w", json_pack("{s:s}", "next_queue", "q"));
    fixture_publish_agent(&f->centre, DENIS, "a", "sample/w");
    relay_pull(f);
    json_object_set_new(body, "expires_at", json_time(due));
    id = make(f, ANNE, RECORD_HANDOFF, body);
    following = id_from_key("handoff", id.text);
    relay_settle(f);
    older = office_page(f);
    fixture_applied(&f->centre, DENIS, take(f, DENIS, &id, 1));
    assert_int_equal(ledger_handoffs_expire(f->relay, due, &expired, NULL), 0);
    relay_settle(f);
    document = relay_document(f, RECORD_HANDOFF, &following);
    lost = json_integer_or(document, "rev", 0);
    json_decref(document);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &following, "state"), "withdrawn");
    place = f->place;
    assert_int_equal(ledger_relay_begin_anew(f->relay, &place, NULL), 0);
    assert_int_equal(ledger_relay_give(f->relay, older, &place, due, NULL), 0);
    json_decref(older);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &id, "state"), "offered");

    assert_int_equal(ledger_handoffs_expire(f->relay, due, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    assert_string_equal(relay_says(f, RECORD_HANDOFF, &following, "state"), "offered");
    document = relay_document(f, RECORD_HANDOFF, &following);
    assert_true(json_integer_or(document, "rev", 0) > lost);
    json_decref(document);
}

/* Whose clock ends an offer changes with who could take it. */
static void test_the_clock_is_whose_office_it_is(void **state)
{
    struct relay_fixture *f = *state;
    int64_t due = f->centre.clock_ms + 5 * MINUTE, next;
    json_t *body = fixture_handoff(&f->centre, ANNE, "sample/a", NULL, NULL, NULL, "sample/w");

    fixture_publish_agent(&f->centre, CHLOE, "a", "sample/w");
    relay_pull(f);
    json_object_set_new(body, "expires_at", json_time(due));
    (void)make(f, ANNE, RECORD_HANDOFF, body);
    relay_settle(f);
    assert_int_equal(ledger_handoff_next(f->relay, &next, NULL), 0);
    assert_int_equal(next, due);
    assert_int_equal(ledger_handoff_next(f->centre.ledger, &next, NULL), 0);
    assert_true(next > due);
    /* Ben serves the queue too from now on, in another office. */
    fixture_publish_agent(&f->centre, BEN, "b", "sample/w");
    relay_pull(f);
    assert_int_equal(ledger_handoff_next(f->centre.ledger, &next, NULL), 0);
    assert_int_equal(next, due);
    assert_int_equal(ledger_handoff_next(f->relay, &next, NULL), 0);
    assert_int_equal(next, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(test_the_relay_announces_within_the_office),
        WITH(test_what_another_office_has_part_in_waits_for_the_centre),
        WITH(test_what_is_open_to_others_too_waits_for_the_centre),
        WITH(test_who_serves_a_queue_is_not_known_before_the_whole_catalogue),
        WITH(test_a_re_assignment_is_the_centre_s),
        WITH(test_what_the_office_did_stays_on_top),
        WITH(test_a_conflict_that_only_the_centre_saw_is_told),
        WITH(test_a_centre_that_begins_anew_is_told_again),
        WITH(test_what_was_asked_is_the_centre_s_to_refuse),
        WITH(test_what_was_asked_and_allowed_is_told),
        WITH(test_what_was_asked_and_allowed_has_a_number_of_its_own),
        WITH(test_what_was_asked_and_allowed_says_nothing_of_who_sees_it),
        WITH(test_what_was_told_is_named_until_it_is_given),
        WITH(test_what_the_centre_decided_goes_on_to_nobody),
        WITH(test_an_offer_goes_on_where_one_that_followed_was_lost),
        WITH(test_the_clock_is_whose_office_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
