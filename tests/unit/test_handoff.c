#include "app/handoff.h"
#include "app/handoff_context.h"
#include "app/handoff_history.h"
#include "app/json.h"

#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/client.h"
#include "app/contact.h"
#include "app/note.h"
#include "tests/unit/unit.h"
#include "tests/unit/work_fixture.h"

struct scene {
    struct id client, contact, matter, handoff;
};

/* `from` opens everything, takes the case and offers it to the other one. */
static struct scene offer(struct work_fixture *fixture, const struct author *from,
                          const struct author *to, struct batch *batch)
{
    struct scene scene;
    struct contact_start start = {0};
    struct case_start opening = {0};
    struct handoff_offer offered = {.summary = "Zoé Roy, adresse", .context = "Identité vue."};
    struct record matter = {.type = RECORD_CASE, .body = json_object()};

    (void)fixture;
    assert_int_equal(
        client_new(batch, from, &(struct client_details){.name = "Zoé Roy"}, &scene.client, NULL),
        0);
    start.client = opening.client = offered.client = scene.client;
    assert_int_equal(case_open(batch, from, &opening, &scene.matter, NULL), 0);
    start.matter = offered.matter = matter.id = scene.matter;
    assert_int_equal(case_assign(batch, from, &matter, &from->agent, NULL), 0);
    assert_int_equal(contact_begin(batch, from, &start, &scene.contact, NULL), 0);
    offered.contact = scene.contact;
    offered.target.agent = to->agent;
    assert_int_equal(handoff_offer(batch, from, &offered, &scene.handoff, NULL), 0);
    json_decref(matter.body);
    return scene;
}

static struct scene receive(struct work_fixture *fixture)
{
    struct batch batch = {0};
    struct scene scene = offer(fixture, &fixture->visitor, &fixture->author, &batch);

    work_fixture_visit(fixture, &batch);
    return scene;
}

static void follow(struct work_fixture *fixture, size_t operations)
{
    struct batch batch = {0};

    assert_int_equal(handoff_follow(&batch, &fixture->author, fixture->store.store, NULL), 0);
    assert_int_equal(batch.count, operations);
    if (operations > 0)
        work_fixture_apply(fixture, &batch);
}

static void accept(struct work_fixture *fixture, const struct id *id)
{
    struct record *handoff = work_fixture_get(fixture, RECORD_HANDOFF, id, NULL);
    struct batch batch = {0};

    assert_int_equal(handoff_accept(&batch, &fixture->author, handoff, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(handoff);
}

static bool holds(struct work_fixture *fixture, const struct id *contact, const struct id *agent)
{
    struct record *record = work_fixture_get(fixture, RECORD_CONTACT, contact, NULL);
    bool held = handoff_holds_contact(fixture->store.store, record, agent);

    record_free(record);
    return held;
}

static void an_acceptance_is_pending_then_carries_contact_and_case_over(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = receive(fixture);
    enum store_pending pending;
    struct record *record;

    assert_false(holds(fixture, &scene.contact, &fixture->author.agent));
    assert_true(holds(fixture, &scene.contact, &fixture->visitor.agent));
    accept(fixture, &scene.handoff);
    record = work_fixture_get(fixture, RECORD_HANDOFF, &scene.handoff, &pending);
    assert_int_equal(pending, STORE_CLAIMING);
    record_free(record);
    follow(fixture, 0);
    assert_true(holds(fixture, &scene.contact, &fixture->author.agent));
    work_fixture_sync(fixture);
    follow(fixture, 2);
    follow(fixture, 0);
    assert_true(holds(fixture, &scene.contact, &fixture->author.agent));
    assert_false(holds(fixture, &scene.contact, &fixture->visitor.agent));
    work_fixture_sync(fixture);
    follow(fixture, 0);
    record = work_fixture_get(fixture, RECORD_CONTACT, &scene.contact, NULL);
    assert_string_equal(record_text(record, "agent"), fixture->author.agent.text);
    record_free(record);
    record = work_fixture_get(fixture, RECORD_CASE, &scene.matter, NULL);
    assert_string_equal(record_text(record, "assignee"), fixture->author.agent.text);
    record_free(record);
}

/* The visitor takes a hand-off of other work to a queue. */
static void pass_something_else_on(struct work_fixture *fixture)
{
    struct handoff_offer other = {.summary = "autre",
                                  .contact = store_fixture_id(&fixture->store),
                                  .matter = store_fixture_id(&fixture->store),
                                  .target = {.queue = "sample/general"}};
    struct batch batch = {0};
    struct record *record;
    struct id id;

    assert_int_equal(handoff_offer(&batch, &fixture->author, &other, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    record = work_fixture_get(fixture, RECORD_HANDOFF, &id, NULL);
    assert_int_equal(handoff_accept(&batch, &fixture->visitor, record, NULL), 0);
    record_free(record);
    work_fixture_visit(fixture, &batch);
}

static void what_was_passed_on_is_not_taken_back(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = receive(fixture);
    struct batch batch = {0};
    struct record *record;
    struct handoff_offer back = {.summary = "retour",
                                 .contact = scene.contact,
                                 .matter = scene.matter,
                                 .target = {.agent = fixture->visitor.agent}};
    struct id id;

    accept(fixture, &scene.handoff);
    work_fixture_sync(fixture);
    follow(fixture, 2);
    assert_int_equal(handoff_offer(&batch, &fixture->author, &back, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    work_fixture_sync(fixture);
    record = work_fixture_get(fixture, RECORD_HANDOFF, &id, NULL);
    assert_int_equal(handoff_accept(&batch, &fixture->visitor, record, NULL), 0);
    record_free(record);
    work_fixture_visit(fixture, &batch);
    record = work_fixture_get(fixture, RECORD_CONTACT, &scene.contact, NULL);
    assert_int_equal(
        contact_set(&batch, &fixture->visitor, record, "agent", fixture->visitor.agent.text, NULL),
        0);
    record_free(record);
    work_fixture_visit(fixture, &batch);
    follow(fixture, 0);
    /* Nor after a busy week. */
    for (int i = 0; i < 40; i++)
        pass_something_else_on(fixture);
    follow(fixture, 0);
}

static void one_hand_off_has_one_winner(void **state)
{
    struct work_fixture *fixture = *state;
    struct batch batch = {0};
    struct author third = fixture->visitor;
    struct handoff_offer to_queue = {.summary = "file", .target = {.queue = "sample/general"}};
    struct record *handoff;
    struct id id;

    third.agent = store_fixture_id(&fixture->store);
    third.device = store_fixture_id(&fixture->store);
    assert_int_equal(handoff_offer(&batch, &fixture->visitor, &to_queue, &id, NULL), 0);
    work_fixture_visit(fixture, &batch);
    accept(fixture, &id);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &id, NULL);
    json_object_set_new(handoff->body, "state", json_string("offered"));
    handoff->rev = 1;
    assert_int_equal(handoff_accept(&batch, &third, handoff, NULL), 0);
    record_free(handoff);
    work_fixture_visit(fixture, &batch);
    work_fixture_sync(fixture);
    assert_int_equal(store_refusal_count(fixture->store.store, NULL), 1);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &id, NULL);
    assert_string_equal(record_text(handoff, "taken_by"), third.agent.text);
    assert_int_equal(handoff_accept(&batch, &fixture->author, handoff, NULL), ERROR_CONFLICT);
    record_free(handoff);
    follow(fixture, 0);
}

static void offers_without_sense_are_refused(void **state)
{
    struct work_fixture *fixture = *state;
    const struct handoff_offer wrong[] = {
        {.summary = "a"},
        {.summary = "", .target = {.queue = "q"}},
        {.summary = "a", .target = {.queue = "q", .office = "o"}},
        {.summary = "a", .target = {.agent = fixture->author.agent}},
    };
    struct batch batch = {0};
    struct id id;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(handoff_offer(&batch, &fixture->author, &wrong[i], &id, NULL),
                         ERROR_INVALID);
    assert_int_equal(batch.count, 0);
}

static void each_part_is_played_by_its_own(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = receive(fixture);
    struct record *handoff = work_fixture_get(fixture, RECORD_HANDOFF, &scene.handoff, NULL);
    struct batch batch = {0};

    assert_int_equal(handoff_withdraw(&batch, &fixture->author, handoff, NULL), ERROR_REFUSED);
    assert_int_equal(handoff_accept(&batch, &fixture->visitor, handoff, NULL), ERROR_REFUSED);
    assert_int_equal(handoff_decline(&batch, &fixture->author, handoff, "  ", NULL), ERROR_INVALID);
    assert_int_equal(handoff_decline(&batch, &fixture->author, handoff, "en pause", NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(handoff);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &scene.handoff, NULL);
    assert_string_equal(record_text(handoff, "reason"), "en pause");
    assert_int_equal(handoff_withdraw(&batch, &fixture->visitor, handoff, NULL), ERROR_CONFLICT);
    record_free(handoff);
}

static void a_sender_withdraws(void **state)
{
    struct work_fixture *fixture = *state;
    struct batch batch = {0};
    struct handoff_offer offers[2] = {
        {.summary = "a", .target = {.queue = "q"}},
        {.summary = "b",
         .target = {.queue = "q"},
         .expires_ms = author_now(&fixture->author) - 1000},
    };
    struct record *handoff;
    struct id ids[2];

    for (int i = 0; i < 2; i++)
        assert_int_equal(handoff_offer(&batch, &fixture->author, &offers[i], &ids[i], NULL), 0);
    work_fixture_apply(fixture, &batch);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &ids[0], NULL);
    assert_int_equal(handoff_withdraw(&batch, &fixture->author, handoff, NULL), 0);
    record_free(handoff);
    work_fixture_apply(fixture, &batch);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &ids[0], NULL);
    assert_string_equal(record_text(handoff, "state"), "withdrawn");
    assert_false(handoff_is_offered(handoff));
    record_free(handoff);
}

static void offers_reach_whom_they_are_for(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *agent = record_new(RECORD_AGENT, &fixture->author.agent);
    struct id id = store_fixture_id(&fixture->store);
    struct record *handoff = record_new(RECORD_HANDOFF, &id);
    const struct {
        const char *body;
        bool mine;
    } cases[] = {
        {"{\"to_queue\": \"s/general\"}", true}, {"{\"to_queue\": \"s/french\"}", false},
        {"{\"to_office\": \"s/quebec\"}", true}, {"{\"to_office\": \"s/hull\"}", false},
        {"{\"to_agent\": \"somebody\"}", false}, {"{}", false},
    };

    json_decref(agent->body);
    agent->body = json_loads(
        "{\"key\": \"s/marie\", \"office\": \"quebec\",\"queues\": [\"general\", \"t/other\"]}", 0,
        NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_decref(handoff->body);
        handoff->body = json_loads(cases[i].body, 0, NULL);
        assert_int_equal(handoff_is_for(handoff, agent, NULL), cases[i].mine);
    }
    json_object_set_new(handoff->body, "to_agent", json_string(agent->id.text));
    assert_true(handoff_is_for(handoff, agent, NULL));
    json_object_del(handoff->body, "to_agent");
    json_object_set_new(handoff->body, "to_queue", json_string("s/general"));
    json_object_set_new(handoff->body, "from", json_string(agent->id.text));
    assert_false(handoff_is_for(handoff, agent, NULL));
    record_free(handoff);
    record_free(agent);
}

static void a_consultation_moves_nothing(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = receive(fixture);
    struct handoff_offer ask = {.summary = "quel formulaire?",
                                .kind = HANDOFF_CONSULT,
                                .contact = scene.contact,
                                .matter = scene.matter,
                                .target = {.agent = fixture->author.agent}};
    struct handoff_messages messages;
    struct batch batch = {0};
    struct record *record;
    struct id id;
    int first;

    assert_int_equal(handoff_offer(&batch, &fixture->visitor, &ask, &id, NULL), 0);
    work_fixture_visit(fixture, &batch);
    accept(fixture, &id);
    work_fixture_sync(fixture);
    follow(fixture, 0);
    assert_false(holds(fixture, &scene.contact, &fixture->author.agent));
    /* Both write, and it stays on the file. */
    record = work_fixture_get(fixture, RECORD_HANDOFF, &id, NULL);
    assert_int_equal(handoff_message(&batch, &fixture->author, record, "le vert", NULL), 0);
    assert_int_equal(handoff_message(&batch, &fixture->author, record, " ", NULL), ERROR_INVALID);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(handoff_message(&batch, &fixture->visitor, record, "merci", NULL), 0);
    work_fixture_visit(fixture, &batch);
    assert_int_equal(handoff_messages_read(&messages, fixture->store.store, record, NULL), 0);
    assert_int_equal(messages.count, 2);
    /* By the clocks of two terminals, which are not one. */
    first = strcmp(record_text(messages.notes[0], "text"), "le vert") == 0 ? 0 : 1;
    assert_string_equal(record_text(messages.notes[first], "text"), "le vert");
    assert_string_equal(record_text(messages.notes[1 - first], "text"), "merci");
    assert_string_equal(record_text(messages.notes[0], "case"), scene.matter.text);
    handoff_messages_free(&messages);
    json_object_set_new(record->body, "state", json_string("declined"));
    assert_int_equal(handoff_message(&batch, &fixture->visitor, record, "?", NULL), ERROR_CONFLICT);
    record_free(record);
}

static void a_call_back_is_promised_on_the_file(void **state)
{
    struct work_fixture *fixture = *state;
    int64_t now = author_now(&fixture->author);
    struct id client = store_fixture_id(&fixture->store), id;
    struct handoff_offer call = {.summary = "rappeler",
                                 .kind = HANDOFF_CALL_BACK,
                                 .client = client,
                                 .target = {.queue = "q"}};
    struct batch batch = {0};

    assert_int_equal(handoff_offer(&batch, &fixture->author, &call, &id, NULL), ERROR_INVALID);
    call.call_from_ms = now + 3600000;
    call.call_to_ms = now + 7200000;
    assert_int_equal(handoff_offer(&batch, &fixture->author, &call, &id, NULL), 0);
    assert_int_equal(batch.count, 2);
    assert_string_equal(json_text_or(batch.operations[1]->body, "kind", ""), "commitment");
    assert_string_equal(json_text_or(batch.operations[1]->body, "handoff", ""), id.text);
    assert_string_equal(json_text_or(batch.operations[1]->body, "due_at", "?"),
                        json_text_or(batch.operations[0]->body, "call_to", "!"));
    work_fixture_apply(fixture, &batch);
    /* An escalation is for an office, and there for its supervisors. */
    call.kind = HANDOFF_ESCALATION;
    assert_int_equal(handoff_offer(&batch, &fixture->author, &call, &id, NULL), ERROR_INVALID);
}

static void an_escalation_is_for_supervisors(void **state)
{
    struct work_fixture *fixture = *state;
    struct record *agent = record_new(RECORD_AGENT, &fixture->author.agent);
    struct id id = store_fixture_id(&fixture->store);
    struct record *handoff = record_new(RECORD_HANDOFF, &id);

    json_object_set_new(agent->body, "key", json_string("s/luc"));
    json_object_set_new(agent->body, "office", json_string("quebec"));
    json_object_set_new(agent->body, "role", json_string("agent"));
    json_object_set_new(handoff->body, "to_office", json_string("s/quebec"));
    assert_true(handoff_is_for(handoff, agent, NULL));
    json_object_set_new(handoff->body, "kind", json_string(HANDOFF_ESCALATION));
    assert_false(handoff_is_for(handoff, agent, NULL));
    json_object_set_new(agent->body, "role", json_string("supervisor"));
    assert_true(handoff_is_for(handoff, agent, NULL));
    record_free(handoff);
    record_free(agent);
}

static void passing_on_again_and_again_is_counted(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = receive(fixture);
    struct handoff_offer again = {
        .summary = "encore", .matter = scene.matter, .target = {.queue = "q"}};
    struct handoff_tallies tallies;
    struct batch batch = {0};
    struct record *record;
    struct id id;

    for (int i = 0; i < 2; i++)
        assert_int_equal(handoff_offer(&batch, &fixture->author, &again, &id, NULL), 0);
    /* Neither a question nor what was taken back moves a case. */
    again.kind = HANDOFF_CONSULT;
    assert_int_equal(handoff_offer(&batch, &fixture->author, &again, &id, NULL), 0);
    again.kind = NULL;
    assert_int_equal(handoff_offer(&batch, &fixture->author, &again, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record = work_fixture_get(fixture, RECORD_HANDOFF, &id, NULL);
    assert_int_equal(handoff_withdraw(&batch, &fixture->author, record, NULL), 0);
    record_free(record);
    work_fixture_apply(fixture, &batch);
    assert_int_equal(handoff_tallies_read(&tallies, fixture->store.store, NULL), 0);
    assert_int_equal(tallies.count, 1);
    assert_int_equal(tallies.list[0].count, HANDOFF_PING_PONG);
    assert_string_equal(tallies.list[0].matter.text, scene.matter.text);
    handoff_tallies_free(&tallies);
}

static void waiting_ends_with_the_decision(void **state)
{
    struct id id = {0};
    struct record *handoff = record_new(RECORD_HANDOFF, &id);

    (void)state;
    json_object_set_new(handoff->body, "offered_at", json_time(1000000));
    assert_int_equal(handoff_waited_ms(handoff, 1005000), 5000);
    assert_int_equal(handoff_waited_ms(handoff, 1), 0);
    json_object_set_new(handoff->body, "decided_at", json_time(1002000));
    assert_int_equal(handoff_waited_ms(handoff, 1005000), 2000);
    assert_string_equal(handoff_kind(handoff), HANDOFF_COLD);
    record_free(handoff);
}

static void facts_hold_the_notes_of_the_contact(void **state)
{
    struct work_fixture *fixture = *state;
    struct batch batch = {0};
    struct scene scene = offer(fixture, &fixture->author, &fixture->visitor, &batch);
    struct note_draft draft = {.kind = "contact", .contact = scene.contact, .client = scene.client};
    struct handoff_facts facts;
    struct id id, none = {0};
    char text[2] = "a";

    work_fixture_apply(fixture, &batch);
    draft.text = text;
    for (; text[0] < 'h'; text[0]++) {
        assert_int_equal(note_write(&batch, &fixture->author, &draft, &id, NULL), 0);
        work_fixture_apply(fixture, &batch);
    }
    assert_int_equal(handoff_facts_read(&facts, fixture->store.store, &scene.contact, &scene.client,
                                        &scene.matter, &none, NULL),
                     0);
    assert_int_equal(facts.note_count, HANDOFF_NOTES_LIMIT);
    assert_string_equal(record_text(facts.notes[0], "text"), "c");
    assert_string_equal(record_text(facts.notes[4], "text"), "g");
    assert_non_null(facts.contact);
    assert_non_null(facts.matter);
    assert_null(facts.draft);
    handoff_facts_free(&facts);
}

/* Only what is open, only to somebody else, and to one of agent and queue. */
static void reassigning_is_a_claim(void **state)
{
    struct work_fixture *fixture = *state;
    struct scene scene = receive(fixture);
    const struct handoff_target visitor = {.agent = fixture->visitor.agent};
    const struct handoff_target own = {.agent = fixture->author.agent}, queue = {.queue = "s/q"};
    const struct handoff_target both = {.agent = visitor.agent, .queue = "s/q"}, none = {0};
    struct record *handoff = work_fixture_get(fixture, RECORD_HANDOFF, &scene.handoff, NULL);
    struct batch batch = {0};
    enum store_pending pending;

    assert_int_equal(handoff_reassign(&batch, &fixture->author, handoff, &both, NULL),
                     ERROR_INVALID);
    assert_int_equal(handoff_reassign(&batch, &fixture->author, handoff, &none, NULL),
                     ERROR_INVALID);
    assert_int_equal(handoff_reassign(&batch, &fixture->author, handoff, &own, NULL),
                     ERROR_INVALID);
    assert_int_equal(handoff_reassign(&batch, &fixture->author, handoff, &queue, NULL), 0);
    record_free(handoff);
    work_fixture_apply(fixture, &batch);
    handoff = work_fixture_get(fixture, RECORD_HANDOFF, &scene.handoff, &pending);
    assert_int_equal(pending, STORE_CLAIMING);
    assert_string_equal(record_text(handoff, "state"), "reassigned");
    assert_string_equal(record_text(handoff, "reassigned_by"), fixture->author.agent.text);
    assert_int_equal(handoff_reassign(&batch, &fixture->author, handoff, &visitor, NULL),
                     ERROR_CONFLICT);
    record_free(handoff);
}

/* What was opened to a queue is for those who serve it. */
static void what_was_opened_is_for_the_next_group(void **state)
{
    struct record handoff = {
        .type = RECORD_HANDOFF,
        .body = json_pack("{s:s, s:s, s:s}", "from", "x", "to_queue", "s/q", "state", "offered")};
    struct record agent = {.type = RECORD_AGENT,
                           .body = json_pack("{s:s, s:[s]}", "key", "s/a", "queues", "r")};

    (void)state;
    assert_false(handoff_is_for(&handoff, &agent, NULL));
    json_object_set_new(handoff.body, "also_queue", json_string("s/r"));
    assert_true(handoff_is_for(&handoff, &agent, NULL));
    json_decref(handoff.body);
    json_decref(agent.body);
}

/* The fact of this name, NULL when the list has none. */
static const json_t *fact(const json_t *list, const char *name)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (strcmp(json_text_or(item, "fact", ""), name) == 0)
            return item;
    }
    return NULL;
}

static void what_happened_goes_along_as_data(void **state)
{
    struct work_fixture *fixture = *state;
    struct batch batch = {0};
    struct scene scene = offer(fixture, &fixture->author, &fixture->visitor, &batch);
    struct note_draft draft = {.kind = "commitment",
                               .text = "We call on Friday.",
                               .matter = scene.matter,
                               .client = scene.client,
                               .due_ms = 1700000000000};
    struct handoff_facts facts;
    struct record *contact;
    struct id id, none = {0};
    const json_t *mood;
    json_t *list;

    work_fixture_apply(fixture, &batch);
    contact = work_fixture_get(fixture, RECORD_CONTACT, &scene.contact, NULL);
    assert_int_equal(contact_mood_set(&batch, &fixture->author, contact, "glad", true, NULL),
                     ERROR_INVALID);
    assert_int_equal(contact_mood_set(&batch, &fixture->author, contact, "worried", true, NULL), 0);
    assert_int_equal(contact_mood_set(&batch, &fixture->author, contact, "upset", false, NULL), 0);
    assert_int_equal(batch.count, 1);
    assert_int_equal(note_write(&batch, &fixture->author, &draft, &id, NULL), 0);
    work_fixture_apply(fixture, &batch);
    record_free(contact);
    assert_int_equal(handoff_facts_read(&facts, fixture->store.store, &scene.contact, &scene.client,
                                        &scene.matter, &none, NULL),
                     0);
    list = handoff_facts_list(&facts, "half a note");
    mood = json_object_get(fact(list, "mood"), "words");
    assert_int_equal(json_array_size(mood), 1);
    assert_string_equal(json_string_value(json_array_get(mood, 0)), "worried");
    assert_string_equal(json_text_or(fact(list, "identity"), "word", ""), "none");
    assert_string_equal(json_text_or(fact(list, "commitment"), "value", ""), "We call on Friday.");
    assert_string_equal(json_text_or(fact(list, "note-begun"), "value", ""), "half a note");
    assert_null(fact(list, "form"));
    json_decref(list);
    handoff_facts_free(&facts);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, work_fixture_setup, work_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(an_acceptance_is_pending_then_carries_contact_and_case_over),
        WITH(what_was_passed_on_is_not_taken_back),
        WITH(one_hand_off_has_one_winner),
        WITH(offers_without_sense_are_refused),
        WITH(each_part_is_played_by_its_own),
        WITH(a_sender_withdraws),
        WITH(offers_reach_whom_they_are_for),
        WITH(facts_hold_the_notes_of_the_contact),
        WITH(what_happened_goes_along_as_data),
        WITH(a_consultation_moves_nothing),
        WITH(a_call_back_is_promised_on_the_file),
        WITH(an_escalation_is_for_supervisors),
        WITH(passing_on_again_and_again_is_counted),
        WITH(waiting_ends_with_the_decision),
        WITH(reassigning_is_a_claim),
        WITH(what_was_opened_is_for_the_next_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
