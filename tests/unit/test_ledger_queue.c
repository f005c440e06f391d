/* Queues at the server: who sees what waits in them, who may take it, and who no longer sees it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "tests/unit/ledger_fixture.h"

#define MINUTE INT64_C(60000)

/* Queue q asks for a skill. Anne, of office a, offers. */
static int setup(void **state)
{
    struct ledger_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    fixture_open(fixture);
    fixture_publish(fixture, RECORD_QUEUE, "sample/q", json_pack("{s:[s]}", "skills", "wills"));
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

/* Publishes an agent of queue q with these members; `name` as the fixture's. */
static void agent_is(struct ledger_fixture *f, const char *name, const char *members)
{
    char key[32], text[400];
    json_t *body;

    snprintf(key, sizeof(key), "sample/%s", name);
    snprintf(text, sizeof(text),
             "{\"login\":\"%s\",\"name\":\"%s\",\"office\":\"sample/%c\",\"queues\":[\"q\"]%s}",
             name, name, name[0], members);
    body = json_loads(text, 0, NULL);
    assert_non_null(body);
    fixture_publish(f, RECORD_AGENT, key, body);
}

/* Ben can do what q asks for, Chloe cannot. */
static void staff(struct ledger_fixture *f)
{
    agent_is(f, "ben", ",\"skills\":[\"wills:2\"],\"languages\":[\"fr\",\"en\"],\"levels\":[1,2]");
    agent_is(f, "chloe", ",\"skills\":[\"arts\"],\"languages\":[\"fr\"],\"levels\":[1,2,3]");
}

struct matter {
    struct id client, matter, contact, note;
};

static struct matter matter_make(struct ledger_fixture *f, const char *service)
{
    struct matter m;
    json_t *body;

    m.client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    body = fixture_case(f, ANNE, "sample/a");
    json_object_set_new(body, "client", json_string(m.client.text));
    if (service != NULL)
        json_object_set_new(body, "service", json_string(service));
    m.matter = fixture_make(f, ANNE, RECORD_CASE, body);
    body = json_pack("{s:s, s:s, s:s, s:o, s:s, s:s}", "channel", "phone", "office", "sample/a",
                     "agent", f->actors[ANNE].agent.text, "started_at",
                     json_time(clock_system(NULL)), "client", m.client.text, "case", m.matter.text);
    m.contact = fixture_make(f, ANNE, RECORD_CONTACT, body);
    m.note = fixture_make(f, ANNE, RECORD_NOTE,
                          fixture_note(f, ANNE, "sample/a", &m.matter, "what is known"));
    return m;
}

static json_t *offer_body(struct ledger_fixture *f, const struct matter *m, const char *members)
{
    json_t *body =
        fixture_handoff(f, ANNE, "sample/a", m != NULL ? &m->matter : NULL, NULL, NULL, "sample/q");
    json_t *more = json_loads(members, 0, NULL);

    assert_non_null(more);
    json_object_update(body, more);
    json_decref(more);
    json_object_set_new(body, "channel", json_string("phone"));
    if (m != NULL) {
        json_object_set_new(body, "client", json_string(m->client.text));
        json_object_set_new(body, "contact", json_string(m->contact.text));
    }
    return body;
}

static struct id offer(struct ledger_fixture *f, const struct matter *m, const char *members)
{
    return fixture_make(f, ANNE, RECORD_HANDOFF, offer_body(f, m, members));
}

static struct operation *decision(struct ledger_fixture *f, enum fixture_agent who,
                                  const struct id *handoff, const char *state)
{
    json_t *body = json_pack("{s:s}", "state", state);

    if (strcmp(state, "accepted") == 0)
        json_object_set_new(body, "taken_by", json_string(f->actors[who].agent.text));
    return fixture_operation(f, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, 1, body);
}

static void sees_file(struct ledger_fixture *f, enum fixture_agent who, const struct matter *m,
                      bool seen)
{
    assert_int_equal(fixture_sees(f, who, 0, &m->matter), seen);
    assert_int_equal(fixture_sees(f, who, 0, &m->contact), seen);
    assert_int_equal(fixture_sees(f, who, 0, &m->note), seen);
    assert_int_equal(fixture_sees(f, who, 0, &m->client), seen);
    assert_int_equal(fixture_read(f, who, RECORD_CASE, &m->matter, NULL), seen ? 0 : ERROR_REFUSED);
}

/* --- who sees it ------------------------------------------------------------------------------ */

static void an_offer_is_seen_by_those_who_can_take_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m;
    struct id handoff;

    staff(f);
    m = matter_make(f, NULL);
    handoff = offer(f, &m, "{}");
    assert_true(fixture_sees(f, BEN, 0, &handoff));
    sees_file(f, BEN, &m, true);
    assert_false(fixture_sees(f, CHLOE, 0, &handoff));
    sees_file(f, CHLOE, &m, false);
    fixture_refused(f, CHLOE, decision(f, CHLOE, &handoff, "accepted"), MERGE_UNFIT,
                    "skills/wills");
    /* Nor can they end it for the others. */
    fixture_refused(f, CHLOE, decision(f, CHLOE, &handoff, "declined"), MERGE_UNFIT,
                    "skills/wills");
    fixture_applied(f, BEN, decision(f, BEN, &handoff, "accepted"));
}

/* By what the hand-off itself, its service, and the service of its case ask for: also when the
 * terminal that made it leaves that out. */
static void all_that_is_asked_for_counts(void **state)
{
    static const struct {
        const char *members, *service, *field;
        bool taken;
    } cases[] = {
        {"{\"language\":\"en-CA\",\"level\":2,\"skills\":[\"wills:2\"]}", NULL, NULL, true},
        {"{\"language\":\"es\"}", NULL, "language/es", false},
        {"{\"level\":3}", NULL, "level/3", false},
        {"{\"skills\":[\"wills:3\"]}", NULL, "skills/wills:3", false},
        {"{\"service\":\"sample/pilot\"}", NULL, "skills/flying", false},
        {"{}", "sample/pilot", "skills/flying", false},
        {"{}", "sample/secret", "level/3", false},
        {"{}", "sample/plain", NULL, true},
    };
    struct ledger_fixture *f = *state;

    staff(f);
    fixture_publish(f, RECORD_SERVICE, "sample/pilot", json_pack("{s:[s]}", "skills", "flying"));
    fixture_publish(f, RECORD_SERVICE, "sample/secret", json_pack("{s:i}", "level", 3));
    fixture_publish(f, RECORD_SERVICE, "sample/plain", json_pack("{s:i}", "level", 1));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct matter m = matter_make(f, cases[i].service);
        struct id handoff = offer(f, &m, cases[i].members);

        assert_int_equal(fixture_sees(f, BEN, 0, &handoff), cases[i].taken);
        sees_file(f, BEN, &m, cases[i].taken);
        if (cases[i].taken)
            fixture_applied(f, BEN, decision(f, BEN, &handoff, "accepted"));
        else
            fixture_refused(f, BEN, decision(f, BEN, &handoff, "accepted"), MERGE_UNFIT,
                            cases[i].field);
    }
}

/* A contact without a case has a service too. */
static void what_the_contact_is_about_counts(void **state)
{
    struct ledger_fixture *f = *state;
    struct id contact, handoff;
    json_t *body;

    staff(f);
    fixture_publish(f, RECORD_SERVICE, "sample/pilot", json_pack("{s:[s]}", "skills", "flying"));
    contact = fixture_make(f, ANNE, RECORD_CONTACT,
                           json_pack("{s:s, s:s, s:s, s:o, s:s}", "channel", "phone", "office",
                                     "sample/a", "agent", f->actors[ANNE].agent.text, "started_at",
                                     json_time(clock_system(NULL)), "service", "sample/pilot"));
    body = offer_body(f, NULL, "{}");
    json_object_set_new(body, "contact", json_string(contact.text));
    handoff = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    assert_false(fixture_sees(f, BEN, 0, &handoff));
    fixture_refused(f, BEN, decision(f, BEN, &handoff, "accepted"), MERGE_UNFIT, "skills/flying");
}

static void what_is_seen_follows_the_skills(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m;
    struct id handoff, later;
    int64_t since;

    staff(f);
    m = matter_make(f, NULL);
    handoff = offer(f, &m, "{}");
    json_decref(fixture_desk(f, CHLOE, 0, 1000, &since));
    /* Learnt: what waits comes to a terminal that has read past it. */
    agent_is(f, "chloe", ",\"skills\":[\"wills\"]");
    assert_true(fixture_sees(f, CHLOE, since, &handoff));
    assert_true(fixture_sees(f, CHLOE, since, &m.matter));
    /* And no longer. */
    agent_is(f, "chloe", ",\"skills\":[]");
    assert_false(fixture_sees(f, CHLOE, 0, &handoff));
    sees_file(f, CHLOE, &m, false);
    later = offer(f, &m, "{}");
    assert_false(fixture_sees(f, CHLOE, 0, &later));
    fixture_refused(f, CHLOE, decision(f, CHLOE, &handoff, "accepted"), MERGE_UNFIT, NULL);
}

/* A supervisor sees the whole queue, to re-assign; but takes only what they can do. */
static void a_supervisor_sees_the_whole_queue(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m;
    struct id handoff;

    staff(f);
    agent_is(f, "denis", ",\"role\":\"supervisor\"");
    m = matter_make(f, NULL);
    handoff = offer(f, &m, "{}");
    assert_true(fixture_sees(f, DENIS, 0, &handoff));
    fixture_refused(f, DENIS, decision(f, DENIS, &handoff, "accepted"), MERGE_UNFIT,
                    "skills/wills");
    fixture_applied(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s, s:s, s:s}", "state", "reassigned",
                                                "reassigned_by", f->actors[DENIS].agent.text,
                                                "next_agent", f->actors[BEN].agent.text)));
    sees_file(f, BEN, &m, true);
}

/* Colleagues of the sender hold the office's work; they cannot take it for all that. */
static void who_sees_it_for_another_reason_cannot_take_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m;
    struct id handoff;

    staff(f);
    fixture_publish(f, RECORD_AGENT, "sample/chloe",
                    json_pack("{s:s, s:s, s:s, s:[s]}", "login", "chloe", "name", "chloe", "office",
                              "sample/a", "queues", "q"));
    fixture_publish(f, RECORD_AGENT, "sample/denis",
                    json_pack("{s:s, s:s, s:s, s:[], s:[s]}", "login", "denis", "name", "denis",
                              "office", "sample/a", "queues", "skills", "wills"));
    m = matter_make(f, NULL);
    handoff = offer(f, &m, "{}");
    assert_true(fixture_sees(f, CHLOE, 0, &handoff));
    fixture_refused(f, CHLOE, decision(f, CHLOE, &handoff, "accepted"), MERGE_UNFIT,
                    "skills/wills");
    fixture_refused(f, DENIS, decision(f, DENIS, &handoff, "accepted"), MERGE_ACTOR, "state");
}

/* --- how the queue hears of it ---------------------------------------------------------------- */

static void hear(void *context, const struct ledger_changed *changed)
{
    struct scope_set *heard = context;

    assert_int_equal(scope_set_add_all(heard, &changed->scopes, NULL), 0);
    assert_int_equal(scope_set_add_all(heard, &changed->others, NULL), 0);
}

/* Whoever waits cannot wait for a scope that does not exist yet: the queue itself rings. */
static void the_first_of_its_kind_rings_for_the_queue(void **state)
{
    struct ledger_fixture *f = *state;
    struct scope_set heard = {0};
    uint64_t people;

    staff(f);
    ledger_listen(f->ledger, hear, &heard);
    people = ledger_people(f->ledger);
    offer(f, NULL, "{}");
    /* Who goes by the scopes that they had finds them anew. */
    assert_true(ledger_people(f->ledger) > people);
    people = ledger_people(f->ledger);
    assert_true(scope_set_has(&heard, "queue:sample/q"));
    assert_true(scope_set_has(&heard, "queue:sample/q\t0 * wills"));
    scope_set_free(&heard);
    offer(f, NULL, "{}");
    assert_int_equal(ledger_people(f->ledger), people);
    assert_false(scope_set_has(&heard, "queue:sample/q"));
    assert_true(scope_set_has(&heard, "queue:sample/q\t0 * wills"));
    ledger_listen(f->ledger, NULL, NULL);
    scope_set_free(&heard);
}

/* --- after one has accepted ------------------------------------------------------------------- */

static void the_others_no_longer_see_the_file(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m, other;
    struct id handoff, note, beside;
    json_t *document = NULL;

    staff(f);
    agent_is(f, "chloe", ",\"skills\":[\"wills\"]");
    m = matter_make(f, NULL);
    other = matter_make(f, NULL);
    handoff = offer(f, &m, "{}");
    beside = offer(f, &other, "{}");
    sees_file(f, CHLOE, &m, true);
    fixture_applied(f, BEN, decision(f, BEN, &handoff, "accepted"));
    sees_file(f, BEN, &m, true);
    sees_file(f, ANNE, &m, true);
    sees_file(f, CHLOE, &m, false);
    sees_file(f, CHLOE, &other, true);
    /* But who has it. */
    assert_int_equal(fixture_read(f, CHLOE, RECORD_HANDOFF, &handoff, &document), 0);
    assert_string_equal(json_text_or(json_object_get(document, "body"), "taken_by", ""),
                        f->actors[BEN].agent.text);
    json_decref(document);
    fixture_refused(f, CHLOE, decision(f, CHLOE, &handoff, "accepted"), MERGE_TAKEN, NULL);
    /* Nor what comes later; the one who accepted goes on seeing it. */
    note =
        fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", &m.matter, "later"));
    assert_false(fixture_sees(f, CHLOE, 0, &note));
    assert_true(fixture_sees(f, BEN, 0, &note));
    note = fixture_make(f, BEN, RECORD_NOTE, fixture_note(f, BEN, "sample/b", &m.matter, "mine"));
    assert_false(fixture_sees(f, CHLOE, 0, &note));
    /* An offer beside it opens only its own. */
    fixture_applied(f, ANNE, decision(f, ANNE, &beside, "withdrawn"));
    sees_file(f, CHLOE, &other, false);
    sees_file(f, BEN, &m, true);
    sees_file(f, BEN, &other, false);
}

/* The same case, offered to the queue again: open again, until somebody takes that. */
static void a_second_offer_opens_it_again(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m;
    struct id first, second;

    staff(f);
    agent_is(f, "chloe", ",\"skills\":[\"wills\"]");
    m = matter_make(f, NULL);
    first = offer(f, &m, "{}");
    fixture_applied(f, BEN, decision(f, BEN, &first, "accepted"));
    second = offer(f, &m, "{}");
    sees_file(f, CHLOE, &m, true);
    fixture_applied(f, CHLOE, decision(f, CHLOE, &second, "accepted"));
    sees_file(f, CHLOE, &m, true);
    sees_file(f, BEN, &m, true);
}

/* --- capacity --------------------------------------------------------------------------------- */

static void nobody_takes_more_than_they_can(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m[3];
    struct id handoff[3];

    agent_is(f, "ben", ",\"skills\":[\"wills\"],\"capacity\":{\"phone\":1}");
    for (int i = 0; i < 3; i++) {
        m[i] = matter_make(f, NULL);
        handoff[i] = offer(f, &m[i], "{}");
    }
    fixture_applied(f, BEN, decision(f, BEN, &handoff[0], "accepted"));
    fixture_refused(f, BEN, decision(f, BEN, &handoff[1], "accepted"), MERGE_FULL, "capacity/1");
    /* Once the contact is his, it is still one. */
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_FIELDS, RECORD_CONTACT, &m[0].contact, 1,
                                      json_pack("{s:s}", "agent", f->actors[BEN].agent.text)));
    fixture_refused(f, BEN, decision(f, BEN, &handoff[1], "accepted"), MERGE_FULL, "capacity/1");
    fixture_applied(
        f, BEN,
        fixture_operation(f, BEN, OPERATION_FIELDS, RECORD_CONTACT, &m[0].contact, 2,
                          json_pack("{s:o}", "ended_at", json_time(clock_system(NULL)))));
    fixture_applied(f, BEN, decision(f, BEN, &handoff[1], "accepted"));
    /* A decline frees nothing and needs no room. */
    fixture_applied(f, BEN, decision(f, BEN, &handoff[2], "declined"));
}

/* Somebody with a client at the counter can still write with one by chat. */
static void a_capacity_is_of_one_channel(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f, NULL);
    struct id phone = offer(f, &m, "{}"), chat;
    json_t *body = offer_body(f, NULL, "{}");

    agent_is(f, "ben", ",\"skills\":[\"wills\"],\"capacity\":{\"phone\":1,\"chat\":1}");
    json_object_set_new(body, "channel", json_string("chat"));
    chat = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    fixture_applied(f, BEN, decision(f, BEN, &phone, "accepted"));
    fixture_applied(f, BEN, decision(f, BEN, &chat, "accepted"));
}

static void a_queue_says_how_much_for_who_does_not(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m[2];
    struct id handoff[2];

    fixture_publish(f, RECORD_QUEUE, "sample/q", json_pack("{s:i}", "capacity", 1));
    for (int i = 0; i < 2; i++) {
        m[i] = matter_make(f, NULL);
        handoff[i] = offer(f, &m[i], "{}");
    }
    fixture_applied(f, BEN, decision(f, BEN, &handoff[0], "accepted"));
    fixture_refused(f, BEN, decision(f, BEN, &handoff[1], "accepted"), MERGE_FULL, "capacity/1");
    fixture_applied(f, CHLOE, decision(f, CHLOE, &handoff[1], "accepted"));
}

/* Two offers of one file to one queue: what only the first opened goes with it, the second too. */
static void another_offer_opens_it_to_those_who_fit_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m;
    struct id plain, skilled;

    staff(f);
    fixture_publish(f, RECORD_QUEUE, "sample/q", NULL);
    m = matter_make(f, NULL);
    plain = offer(f, &m, "{}");
    skilled = offer(f, &m, "{\"skills\":[\"wills\"]}");
    sees_file(f, CHLOE, &m, true);
    fixture_applied(f, ANNE, decision(f, ANNE, &plain, "withdrawn"));
    sees_file(f, CHLOE, &m, false);
    assert_false(fixture_sees(f, CHLOE, 0, &skilled));
    sees_file(f, BEN, &m, true);
    assert_true(fixture_sees(f, BEN, 0, &skilled));
    fixture_applied(f, BEN, decision(f, BEN, &skilled, "accepted"));
}

/* The next queue sees what was opened to it also when it saw the file before, for another offer. */
static void what_is_opened_stays_when_another_offer_ends(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *threshold =
        json_pack("{s:s, s:i, s:s}", "measure", "waiting", "limit", 1, "action", "open");
    struct ledger_watch watch;
    struct id other, handoff;
    struct matter m;
    json_t *body;

    staff(f);
    fixture_publish(f, RECORD_QUEUE, "sample/r", NULL);
    fixture_publish_agent(f, DENIS, "d", "r");
    fixture_publish(f, RECORD_QUEUE, "sample/q",
                    json_pack("{s:s, s:[o]}", "next_queue", "r", "thresholds", threshold));
    agent_is(f, "denis", ",\"queues\":[\"r\"],\"skills\":[\"wills\"]");
    agent_is(f, "chloe", ",\"queues\":[\"r\"],\"skills\":[\"arts\"]");
    m = matter_make(f, NULL);
    body = offer_body(f, &m, "{}");
    json_object_set_new(body, "to_queue", json_string("sample/r"));
    other = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    handoff = offer(f, &m, "{\"skills\":[\"wills\"]}");
    assert_int_equal(ledger_queues_watch(f->ledger, f->clock_ms + MINUTE, &watch, NULL), 0);
    assert_int_equal(watch.crossed, 1);
    fixture_applied(f, ANNE, decision(f, ANNE, &other, "withdrawn"));
    assert_true(fixture_sees(f, DENIS, 0, &handoff));
    sees_file(f, DENIS, &m, true);
    assert_false(fixture_sees(f, CHLOE, 0, &handoff));
    sees_file(f, CHLOE, &m, false);
}

/* --- going on --------------------------------------------------------------------------------- */

/* What goes on to the next queue keeps what it asks for and since when the client waits. */
static void it_goes_on_as_it_came(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *body, *document = NULL;
    char since[TIMESTAMP_SIZE];
    struct id handoff;
    int expired;

    fixture_publish(f, RECORD_QUEUE, "sample/r", NULL);
    fixture_publish(f, RECORD_QUEUE, "sample/q",
                    json_pack("{s:[s], s:s}", "skills", "wills", "next_queue", "r"));
    fixture_publish_agent(f, DENIS, "d", "r");
    body = offer_body(f, NULL,
                      "{\"priority\":2,\"promise_at\":\"2026-01-02T00:00:00.000Z\","
                      "\"language\":\"en\",\"level\":1,\"skills\":[\"arts\"]}");
    timestamp_format(f->clock_ms, since);
    json_object_set_new(body, "expires_at", json_time(f->clock_ms + 5 * MINUTE));
    handoff = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    assert_int_equal(ledger_handoffs_expire(f->ledger, f->clock_ms + 6 * MINUTE, &expired, NULL),
                     0);
    handoff = id_from_key("handoff", handoff.text);
    assert_false(fixture_sees(f, DENIS, 0, &handoff));
    assert_int_equal(fixture_read(f, ANNE, RECORD_HANDOFF, &handoff, &document), 0);
    body = json_object_get(document, "body");
    assert_string_equal(json_text_or(body, "waiting_since", ""), since);
    assert_int_equal(json_integer_or(body, "priority", 0), 2);
    assert_string_equal(json_text_or(body, "promise_at", ""), "2026-01-02T00:00:00.000Z");
    /* Denis serves the queue, and has not learnt what is asked for. */
    fixture_refused(f, DENIS, decision(f, DENIS, &handoff, "accepted"), MERGE_UNFIT, "skills/arts");
    json_decref(document);
    agent_is(f, "denis", ",\"skills\":[\"arts\"],\"languages\":[\"en\"],\"queues\":[\"r\"]");
    assert_true(fixture_sees(f, DENIS, 0, &handoff));
    fixture_applied(f, DENIS, decision(f, DENIS, &handoff, "accepted"));
}

static void the_highest_priority_is_a_supervisors(void **state)
{
    struct ledger_fixture *f = *state;
    struct id id = fixture_id(f);

    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
                                      offer_body(f, NULL, "{\"priority\":3}")),
                    MERGE_ACTOR, "priority");
    offer(f, NULL, "{\"priority\":2}");
    agent_is(f, "anne", ",\"role\":\"supervisor\"");
    offer(f, NULL, "{\"priority\":3}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_offer_is_seen_by_those_who_can_take_it, setup, teardown),
        cmocka_unit_test_setup_teardown(all_that_is_asked_for_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_contact_is_about_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_seen_follows_the_skills, setup, teardown),
        cmocka_unit_test_setup_teardown(a_supervisor_sees_the_whole_queue, setup, teardown),
        cmocka_unit_test_setup_teardown(who_sees_it_for_another_reason_cannot_take_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_first_of_its_kind_rings_for_the_queue, setup, teardown),
        cmocka_unit_test_setup_teardown(the_others_no_longer_see_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(a_second_offer_opens_it_again, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_takes_more_than_they_can, setup, teardown),
        cmocka_unit_test_setup_teardown(a_capacity_is_of_one_channel, setup, teardown),
        cmocka_unit_test_setup_teardown(a_queue_says_how_much_for_who_does_not, setup, teardown),
        cmocka_unit_test_setup_teardown(another_offer_opens_it_to_those_who_fit_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_opened_stays_when_another_offer_ends, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(it_goes_on_as_it_came, setup, teardown),
        cmocka_unit_test_setup_teardown(the_highest_priority_is_a_supervisors, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
