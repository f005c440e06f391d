/* Who may see what: feeds, pages, hand-offs and what they open. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_announce.h"
#include "net/ledger_sqlite.h"
#include "tests/unit/ledger_fixture.h"

#define NOTE_BYTES_FOR_TEST (60 * 1024)

static void test_an_office_keeps_to_itself(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct id note =
        fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", &matter, "private"));

    assert_true(fixture_sees(f, ANNE, 0, &matter));
    assert_true(fixture_sees(f, ANNE, 0, &note));
    for (enum fixture_agent who = BEN; who <= DENIS; who++) {
        assert_false(fixture_sees(f, who, 0, &matter));
        assert_int_equal(fixture_read(f, who, RECORD_CASE, &matter, NULL), ERROR_REFUSED);
        /* Nor do they reach it by naming it. */
        fixture_refused(f, who,
                        fixture_operation(f, who, OPERATION_APPEND, RECORD_NOTE,
                                          &f->actors[0].agent, 0,
                                          fixture_note(f, who, "sample/a", &matter, "peek")),
                        MERGE_FORBIDDEN, NULL);
    }
    /* Agents are of the catalogue: everybody's. */
    assert_int_equal(fixture_read(f, DENIS, RECORD_AGENT, &f->actors[ANNE].agent, NULL), 0);
    assert_int_equal(fixture_read(f, DENIS, RECORD_CASE, &note, NULL), ERROR_NOT_FOUND);
}

static void test_pages_follow_the_order(void **state)
{
    struct ledger_fixture *f = *state;
    struct id ids[25];
    int64_t since = 0, next, last;
    size_t seen = 0;

    for (size_t i = 0; i < 25; i++)
        ids[i] =
            fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", NULL, "a note"));
    for (;;) {
        json_t *page = fixture_desk(f, ANNE, since, 10, &next);
        size_t count = json_array_size(page);

        for (size_t i = 0; i < count; i++)
            assert_string_equal(json_text_or(json_array_get(page, i), "id", ""), ids[seen++].text);
        json_decref(page);
        if (count == 0)
            break;
        assert_true(next > since);
        since = next;
    }
    assert_int_equal(seen, 25);
    /* A changed record comes once more, at the end; an untouched one does not. */
    last = since;
    fixture_publish_agent(f, ANNE, "a", "");
    assert_true(fixture_sees(f, ANNE, 0, &ids[3]));
    assert_false(fixture_sees(f, ANNE, last, &ids[3]));
}

static void test_a_changed_record_comes_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct id first = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    struct id second = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    json_t *page;

    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CLIENT, &first, 1,
                                      json_pack("{s:s}", "phone", "1")));
    page = fixture_desk(f, ANNE, 0, 100, NULL);
    assert_int_equal(json_array_size(page), 2);
    assert_string_equal(json_text_or(json_array_get(page, 0), "id", ""), second.text);
    assert_string_equal(json_text_or(json_array_get(page, 1), "id", ""), first.text);
    assert_int_equal(json_integer_or(json_array_get(page, 1), "rev", 0), 2);
    json_decref(page);
}

/* A case with client, contact and note in office a. */
struct matter {
    struct id client, contact, matter, note;
};

static struct matter matter_make(struct ledger_fixture *f)
{
    struct matter made;
    json_t *body;

    made.client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    made.matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    body = json_pack("{s:s, s:s, s:s, s:o, s:s}", "channel", "counter", "office", "sample/a",
                     "agent", f->actors[ANNE].agent.text, "started_at", json_time(f->clock_ms),
                     "client", made.client.text);
    made.contact = fixture_make(f, ANNE, RECORD_CONTACT, body);
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CONTACT, &made.contact, 1,
                                      json_pack("{s:s}", "case", made.matter.text)));
    made.note = fixture_make(f, ANNE, RECORD_NOTE,
                             fixture_note(f, ANNE, "sample/a", &made.matter, "context"));
    return made;
}

static void test_a_handoff_opens_its_matter(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id handoff, later;
    int64_t since;
    json_t *body;

    json_decref(fixture_desk(f, BEN, 0, 100, &since));
    assert_false(fixture_sees(f, BEN, 0, &m.matter));
    body = fixture_handoff(f, ANNE, "sample/a", &m.matter, f->actors[BEN].agent.text, NULL, NULL);
    json_object_set_new(body, "client", json_string(m.client.text));
    json_object_set_new(body, "contact", json_string(m.contact.text));
    handoff = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    /* All of it comes past Ben's cursor; nothing of it to Chloe. */
    assert_true(fixture_sees(f, BEN, since, &handoff));
    assert_true(fixture_sees(f, BEN, since, &m.matter));
    assert_true(fixture_sees(f, BEN, since, &m.client));
    assert_true(fixture_sees(f, BEN, since, &m.contact));
    assert_true(fixture_sees(f, BEN, since, &m.note));
    assert_int_equal(fixture_read(f, BEN, RECORD_NOTE, &m.note, NULL), 0);
    assert_false(fixture_sees(f, CHLOE, 0, &m.matter));
    /* What is written to the case later, on either side, both see. */
    json_decref(fixture_desk(f, BEN, 0, 100, &since));
    later = fixture_make(f, ANNE, RECORD_NOTE,
                         fixture_note(f, ANNE, "sample/a", &m.matter, "one thing more"));
    assert_true(fixture_sees(f, BEN, since, &later));
    json_decref(fixture_desk(f, ANNE, 0, 100, &since));
    later =
        fixture_make(f, BEN, RECORD_NOTE, fixture_note(f, BEN, "sample/b", &m.matter, "thank you"));
    assert_true(fixture_sees(f, ANNE, since, &later));
    assert_false(fixture_sees(f, CHLOE, 0, &later));
}

/* What is read once for a batch is read again where the batch itself has changed it. */
static void test_within_a_batch_a_case_is_as_it_stands_by_then(void **state)
{
    enum { BEFORE, MATTER, HANDOFF, AFTER, COUNT };
    static const enum record_type types[COUNT] = {RECORD_NOTE, RECORD_CASE, RECORD_HANDOFF,
                                                  RECORD_NOTE};
    struct ledger_fixture *f = *state;
    struct ledger_outcome outcomes[COUNT];
    struct operation *operations[COUNT];
    struct id ids[COUNT];
    json_t *bodies[COUNT];
    int64_t since;

    for (int i = 0; i < COUNT; i++)
        ids[i] = fixture_id(f);
    bodies[BEFORE] = fixture_note(f, ANNE, "sample/a", &ids[MATTER], "there is none yet");
    bodies[MATTER] = fixture_case(f, ANNE, "sample/a");
    bodies[HANDOFF] =
        fixture_handoff(f, ANNE, "sample/a", &ids[MATTER], f->actors[BEN].agent.text, NULL, NULL);
    bodies[AFTER] = fixture_note(f, ANNE, "sample/a", &ids[MATTER], "also for whom it goes to");
    for (int i = 0; i < COUNT; i++)
        operations[i] =
            fixture_operation(f, ANNE, OPERATION_APPEND, types[i], &ids[i], 0, bodies[i]);
    json_decref(fixture_desk(f, BEN, 0, 100, &since));
    assert_int_equal(
        ledger_apply(f->ledger, &f->actors[ANNE], operations, COUNT, f->clock_ms, outcomes, NULL),
        0);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(outcomes[i].kind, LEDGER_APPLIED);
        assert_true(fixture_sees(f, BEN, since, &ids[i]));
        ledger_outcome_clear(&outcomes[i]);
        operation_free(operations[i]);
    }
}

/* A note on the contact, from before it had a case. */
static json_t *contact_note(struct ledger_fixture *f, enum fixture_agent who, const char *office,
                            const struct matter *m)
{
    json_t *body = fixture_note(f, who, office, &m->matter, "before there was a case");

    json_object_del(body, "case");
    json_object_set_new(body, "contact", json_string(m->contact.text));
    return body;
}

static void test_a_handoff_opens_what_was_noted_on_its_contact(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id note = fixture_make(f, ANNE, RECORD_NOTE, contact_note(f, ANNE, "sample/a", &m));
    struct id later;
    int64_t since;
    json_t *body;

    json_decref(fixture_desk(f, BEN, 0, 100, &since));
    assert_false(fixture_sees(f, BEN, 0, &note));
    body = fixture_handoff(f, ANNE, "sample/a", &m.matter, f->actors[BEN].agent.text, NULL, NULL);
    fixture_make(f, ANNE, RECORD_HANDOFF, body);
    assert_true(fixture_sees(f, BEN, since, &m.contact));
    assert_true(fixture_sees(f, BEN, since, &note));
    later = fixture_make(f, ANNE, RECORD_NOTE, contact_note(f, ANNE, "sample/a", &m));
    assert_true(fixture_sees(f, BEN, since, &later));
    assert_false(fixture_sees(f, CHLOE, 0, &note));
    assert_int_equal(fixture_check(f), 0);
}

static void test_a_client_named_later_is_seen(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id client;

    fixture_make(
        f, ANNE, RECORD_HANDOFF,
        fixture_handoff(f, ANNE, "sample/a", &m.matter, f->actors[BEN].agent.text, NULL, NULL));
    client = fixture_make(f, ANNE, RECORD_CLIENT, fixture_client("sample/a"));
    assert_false(fixture_sees(f, BEN, 0, &client));
    fixture_applied(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_FIELDS, RECORD_CASE, &m.matter, 1,
                                      json_pack("{s:s}", "client", client.text)));
    assert_true(fixture_sees(f, BEN, 0, &client));
}

static void test_a_handoff_opens_nothing_of_others(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id id = fixture_id(f), nowhere = fixture_id(f);
    json_t *body;

    /* Denis cannot hand himself what he may not see. */
    fixture_refused(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
                                      fixture_handoff(f, DENIS, "sample/d", &m.matter,
                                                      f->actors[DENIS].agent.text, NULL, NULL)),
                    MERGE_FORBIDDEN, NULL);
    body = fixture_handoff(f, DENIS, "sample/d", NULL, f->actors[DENIS].agent.text, NULL, NULL);
    json_object_set_new(body, "client", json_string(m.client.text));
    fixture_refused(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_APPEND, RECORD_HANDOFF, &id, 0, body),
                    MERGE_FORBIDDEN, "client");
    fixture_refused(f, ANNE,
                    fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
                                      fixture_handoff(f, ANNE, "sample/a", &nowhere,
                                                      f->actors[BEN].agent.text, NULL, NULL)),
                    MERGE_MISSING, "case");
    /* Nor by a case of his own that names the client. */
    id = fixture_make(f, DENIS, RECORD_CASE, fixture_case(f, DENIS, "sample/d"));
    fixture_refused(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_FIELDS, RECORD_CASE, &id, 1,
                                      json_pack("{s:s}", "client", m.client.text)),
                    MERGE_FORBIDDEN, "client");
    assert_false(fixture_sees(f, DENIS, 0, &m.client));
}

static struct operation *accept_make(struct ledger_fixture *f, enum fixture_agent who,
                                     const struct id *handoff)
{
    return fixture_operation(
        f, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, 1,
        json_pack("{s:s, s:s}", "state", "accepted", "taken_by", f->actors[who].agent.text));
}

static void test_one_winner(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id handoff =
        fixture_make(f, ANNE, RECORD_HANDOFF,
                     fixture_handoff(f, ANNE, "sample/a", &m.matter, NULL, NULL, "sample/q"));
    struct ledger_outcome outcome;

    assert_true(fixture_sees(f, BEN, 0, &handoff));
    assert_true(fixture_sees(f, CHLOE, 0, &m.note));
    assert_false(fixture_sees(f, DENIS, 0, &handoff));
    fixture_refused(f, DENIS, accept_make(f, DENIS, &handoff), MERGE_FORBIDDEN, NULL);
    /* Anne sees it, but does not serve the queue. */
    fixture_refused(f, ANNE, accept_make(f, ANNE, &handoff), MERGE_ACTOR, "state");
    fixture_applied(f, CHLOE, accept_make(f, CHLOE, &handoff));
    fixture_apply(f, BEN, accept_make(f, BEN, &handoff), &outcome);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_string_equal(merge_refusal_name(outcome.refusal), "taken");
    /* The loser sees at once who has it. */
    assert_string_equal(json_text_or(json_object_get(outcome.record, "body"), "taken_by", ""),
                        f->actors[CHLOE].agent.text);
    ledger_outcome_clear(&outcome);
}

static void test_an_office_takes_a_handoff(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id handoff =
        fixture_make(f, ANNE, RECORD_HANDOFF,
                     fixture_handoff(f, ANNE, "sample/a", &m.matter, NULL, "sample/d", NULL));

    assert_false(fixture_sees(f, BEN, 0, &handoff));
    assert_true(fixture_sees(f, DENIS, 0, &m.note));
    fixture_applied(f, DENIS, accept_make(f, DENIS, &handoff));
}

static void end(struct ledger_fixture *f, enum fixture_agent who, const struct id *handoff,
                const char *state)
{
    fixture_applied(f, who,
                    fixture_operation(f, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, 1,
                                      json_pack("{s:s, s:s}", "state", state, "reason", "no")));
}

static struct id offer_to_queue(struct ledger_fixture *f, const struct matter *m)
{
    json_t *body = fixture_handoff(f, ANNE, "sample/a", &m->matter, NULL, NULL, "sample/q");

    json_object_set_new(body, "client", json_string(m->client.text));
    json_object_set_new(body, "contact", json_string(m->contact.text));
    return fixture_make(f, ANNE, RECORD_HANDOFF, body);
}

static void assert_opened(struct ledger_fixture *f, enum fixture_agent who, const struct matter *m,
                          bool opened)
{
    assert_int_equal(fixture_sees(f, who, 0, &m->matter), opened);
    assert_int_equal(fixture_sees(f, who, 0, &m->client), opened);
    assert_int_equal(fixture_sees(f, who, 0, &m->contact), opened);
    assert_int_equal(fixture_sees(f, who, 0, &m->note), opened);
    assert_int_equal(fixture_read(f, who, RECORD_CLIENT, &m->client, NULL),
                     opened ? 0 : ERROR_REFUSED);
}

static void test_an_ended_offer_opens_nothing_any_more(void **state)
{
    static const struct {
        enum fixture_agent who;
        const char *state;
    } ends[] = {{CHLOE, "declined"}, {ANNE, "withdrawn"}};
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct matter m = matter_make(f);
        struct id note = fixture_make(f, ANNE, RECORD_NOTE, contact_note(f, ANNE, "sample/a", &m));
        struct id handoff = offer_to_queue(f, &m), later;

        assert_opened(f, BEN, &m, true);
        assert_true(fixture_sees(f, BEN, 0, &note));
        end(f, ends[i].who, &handoff, ends[i].state);
        /* Ben and Chloe see what became of it, and nothing that it carried. */
        assert_true(fixture_sees(f, BEN, 0, &handoff));
        assert_opened(f, BEN, &m, false);
        assert_opened(f, CHLOE, &m, false);
        assert_false(fixture_sees(f, BEN, 0, &note));
        assert_opened(f, ANNE, &m, true);
        /* Nor what comes later. */
        later = fixture_make(f, ANNE, RECORD_NOTE,
                             fixture_note(f, ANNE, "sample/a", &m.matter, "later"));
        assert_false(fixture_sees(f, BEN, 0, &later));
        fixture_refused(f, BEN,
                        fixture_operation(f, BEN, OPERATION_FIELDS, RECORD_CASE, &m.matter, 1,
                                          json_pack("{s:s}", "service", "sample/x")),
                        MERGE_FORBIDDEN, NULL);
    }
}

static void test_what_is_seen_for_another_reason_stays(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f), second = matter_make(f);
    struct id first = offer_to_queue(f, &m), other = offer_to_queue(f, &m), own, case_of_ben;
    json_t *body;

    /* Another offer of the same case to the same queue stands. */
    end(f, ANNE, &first, "withdrawn");
    assert_opened(f, BEN, &m, true);
    /* An accepted one stands for ever, for who accepted it. */
    fixture_applied(f, BEN, accept_make(f, BEN, &other));
    first = offer_to_queue(f, &m);
    end(f, ANNE, &first, "withdrawn");
    assert_opened(f, BEN, &m, true);
    assert_opened(f, CHLOE, &m, false);
    /* A client with whom the receiver has a case of their own: the case goes, the client stays. */
    body = fixture_handoff(f, ANNE, "sample/a", &second.matter, NULL, "sample/b", NULL);
    json_object_set_new(body, "client", json_string(second.client.text));
    json_object_set_new(body, "contact", json_string(second.contact.text));
    own = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    body = fixture_case(f, BEN, "sample/b");
    json_object_set_new(body, "client", json_string(second.client.text));
    case_of_ben = fixture_make(f, BEN, RECORD_CASE, body);
    end(f, ANNE, &own, "withdrawn");
    assert_false(fixture_sees(f, BEN, 0, &second.matter));
    assert_true(fixture_sees(f, BEN, 0, &second.client));
    assert_true(fixture_sees(f, BEN, 0, &case_of_ben));
}

static void test_who_came_late_loses_it_too(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id handoff = offer_to_queue(f, &m);

    assert_opened(f, DENIS, &m, false);
    fixture_publish_agent(f, DENIS, "d", "q");
    assert_opened(f, DENIS, &m, true);
    end(f, ANNE, &handoff, "withdrawn");
    assert_opened(f, DENIS, &m, false);
}

static void test_nothing_is_handed_to_nobody(void **state)
{
    static const struct {
        const char *agent, *office, *queue, *field;
    } nobody[] = {
        {"018f0000-0000-7000-8000-000000000000", NULL, NULL, "to_agent"},
        {NULL, "sample/nowhere", NULL, "to_office"},
        {NULL, NULL, "sample/none", "to_queue"},
        {NULL, NULL, "sample/ended", "to_queue"},
    };
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);

    fixture_publish(f, RECORD_QUEUE, "sample/ended", json_pack("{s:b}", "ended", 1));
    for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
        struct id id = fixture_id(f);

        fixture_refused(
            f, ANNE,
            fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
                              fixture_handoff(f, ANNE, "sample/a", &m.matter, nobody[i].agent,
                                              nobody[i].office, nobody[i].queue)),
            MERGE_MISSING, nobody[i].field);
    }
}

static void test_an_agent_who_moves(void **state)
{
    struct ledger_fixture *f = *state;
    struct matter m = matter_make(f);
    struct id own = fixture_make(f, DENIS, RECORD_CLIENT, fixture_client("sample/d"));
    struct id later;
    int64_t since;
    json_t *page;

    json_decref(fixture_desk(f, DENIS, 0, 100, &since));
    fixture_publish_agent(f, DENIS, "a", "");
    /* What stood in the office before comes past the cursor, each once; the old office's stays
     * behind. */
    assert_true(fixture_sees(f, DENIS, since, &m.note));
    assert_true(fixture_sees(f, DENIS, since, &m.matter));
    assert_false(fixture_sees(f, DENIS, since, &own));
    assert_int_equal(fixture_read(f, DENIS, RECORD_CLIENT, &own, NULL), ERROR_REFUSED);
    page = fixture_desk(f, DENIS, since, 2, &since);
    assert_int_equal(json_array_size(page), 2);
    json_decref(page);
    page = fixture_desk(f, DENIS, since, 100, &since);
    assert_int_equal(json_array_size(page), 2);
    json_decref(page);
    later =
        fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", &m.matter, "later"));
    assert_true(fixture_sees(f, DENIS, since, &later));
    /* And back again: nothing of office a any more. */
    fixture_publish_agent(f, DENIS, "d", "");
    assert_false(fixture_sees(f, DENIS, 0, &m.matter));
    assert_true(fixture_sees(f, DENIS, 0, &own));
    assert_int_equal(fixture_read(f, DENIS, RECORD_NOTE, &later, NULL), ERROR_REFUSED);
}

static void test_a_page_ends_by_bytes(void **state)
{
    struct ledger_fixture *f = *state;
    char *text = malloc(NOTE_BYTES_FOR_TEST + 1);
    struct scope_set scopes = {0};
    struct ledger_page page;
    int64_t since = 0;
    size_t seen = 0;

    assert_non_null(text);
    memset(text, 'x', NOTE_BYTES_FOR_TEST);
    text[NOTE_BYTES_FOR_TEST] = '\0';
    for (int i = 0; i < 100; i++)
        fixture_make(f, ANNE, RECORD_NOTE, fixture_note(f, ANNE, "sample/a", NULL, text));
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &scopes, NULL), 0);
    do {
        assert_int_equal(ledger_changes(f->ledger, &scopes, since, 1000, NULL, &page, NULL), 0);
        assert_true(page.length < LEDGER_PAGE_BYTES + 2 * NOTE_BYTES_FOR_TEST);
        seen += page.count;
        since = page.next;
        if (seen < 100)
            assert_true(page.more);
        ledger_page_clear(&page);
    } while (seen < 100);
    assert_int_equal(ledger_changes(f->ledger, &scopes, since, 1000, NULL, &page, NULL), 0);
    assert_int_equal(page.count, 0);
    assert_int_equal(page.next, since);
    assert_false(page.more);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    free(text);
}

static int count_reached(unsigned kind, void *count, void *statement, void *text)
{
    (void)kind;
    (void)text;
    if (strstr(sqlite3_sql(statement), "JOIN feed") != NULL)
        (*(int *)count)++;
    return 0;
}

/* What is told of what is found, and that it is told before anything is let go. */
struct heard {
    struct ledger *ledger;
    int count;  /* with the hand-off, */
    int before; /* and the snapshot there still */
};

static void hear(void *context, const struct ledger_announcement *found)
{
    struct heard *heard = context;

    heard->count += found->handoff != NULL;
    heard->before += sqlite3_get_autocommit(database_handle(heard->ledger->writer)) == 0;
}

/* Somebody waits for it: who reads the office does not have it looked up in the case, too, and what
 * was written is not read again: nobody writes just now. */
static void test_what_an_offer_names_is_reached_by_one_reading(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    struct id id = fixture_id(f);
    struct operation *offer = fixture_operation(
        f, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &id, 0,
        fixture_handoff(f, ANNE, "sample/a", &matter, f->actors[BEN].agent.text, NULL, NULL));
    struct ledger_actor anne = f->actors[ANNE];
    struct heard heard = {.ledger = f->ledger};
    struct scope_set desk = {0};
    int count = 0;

    anne.may = (permission_set)1 << PERMISSION_SERVE;
    assert_int_equal(ledger_desk_scopes(f->ledger, &f->actors[ANNE].agent, &desk, NULL), 0);
    for (int time = 0; time < 2; time++) {
        assert_int_equal(
            ledger_announce(f->ledger, &anne, &desk, offer, false, f->clock_ms, hear, &heard, NULL),
            1);
        if (time == 0)
            sqlite3_trace_v2(database_handle(f->ledger->writer), SQLITE_TRACE_STMT, count_reached,
                             &count);
    }
    sqlite3_trace_v2(database_handle(f->ledger->writer), 0, NULL, NULL);
    assert_int_equal(count, 1);
    assert_int_equal(heard.count, 2);
    assert_int_equal(heard.before, 2);
    scope_set_free(&desk);
    operation_free(offer);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_office_keeps_to_itself, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_pages_follow_the_order, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_changed_record_comes_once, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_handoff_opens_its_matter, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_within_a_batch_a_case_is_as_it_stands_by_then,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_handoff_opens_what_was_noted_on_its_contact,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_client_named_later_is_seen, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_handoff_opens_nothing_of_others, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_one_winner, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_office_takes_a_handoff, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_ended_offer_opens_nothing_any_more, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_seen_for_another_reason_stays, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_who_came_late_loses_it_too, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nothing_is_handed_to_nobody, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_agent_who_moves, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_an_offer_names_is_reached_by_one_reading,
                                        fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_page_ends_by_bytes, fixture_setup, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
