/* What comes in is put before somebody. */
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/intake_fixture.h"

static void close_case(struct ledger_fixture *f, const struct id *matter, int64_t rev)
{
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_CASE, matter, rev,
                                      json_pack("{s:s}", "status", "closed")));
}

static void test_a_closed_case_comes_before_somebody(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result first = intake_opened(f, "1", "sample/birth"), result;
    struct intake_message message = web_note("2");
    struct id offer = intake_offer_of(f, &first.matter);
    json_t *remarks = json_pack("[s]", INTAKE_AUTO_REPLY);

    fixture_decide(f, BEN, &offer, 1, "accepted", f->clock_ms);
    close_case(f, &first.matter, 1);
    message.reference = first.reference;
    message.remarks = remarks;
    result = taken_in(f, &message);
    assert_string_equal(result.matter.text, first.matter.text);
    assert_int_equal(intake_offers_of(f, &first.matter), 0);
    json_decref(remarks);
    message.remarks = NULL;
    message.message_id = "3";
    result = taken_in(f, &message);
    assert_true(intake_is_remarked(f, &result, "case-closed"));
    /* It is for a person to open it again. */
    intake_says(f, RECORD_CASE, &first.matter, "status", "closed");
    assert_int_equal(intake_offers_of(f, &first.matter), 1);
    message.message_id = "4";
    taken_in(f, &message);
    assert_int_equal(intake_offers_of(f, &first.matter), 1);
    /* By the client alone, a closed case is not meant. */
    assert_string_not_equal(intake_opened(f, "5", "sample/birth").matter.text, first.matter.text);
}

static void test_what_nobody_takes_comes_back_to_the_office(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result result = intake_opened(f, "1", "sample/birth");
    struct id offer = intake_offer_of(f, &result.matter), following;

    fixture_applied(f, CHLOE,
                    fixture_operation(f, CHLOE, OPERATION_CLAIM, RECORD_HANDOFF, &offer, 1,
                                      json_pack("{s:s, s:s, s:o}", "state", "declined", "reason",
                                                "not ours", "decided_at", json_time(f->clock_ms))));
    following = intake_offer_of(f, &result.matter);
    fixture_says(f, BEN, &following, "to_office", "sample/b");
    fixture_says(f, BEN, &following, "follows", offer.text);
    fixture_decide(f, BEN, &following, 1, "accepted", f->clock_ms);
    assert_true(fixture_sees(f, BEN, 0, &result.message));
}

static void test_the_last_queue_gives_it_to_the_office(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result result;
    struct id offer, following;
    int expired;

    fixture_publish(
        f, RECORD_QUEUE, "sample/q",
        json_pack("{s:[s], s:i, s:s}", "offices", "b", "offer_minutes", 10, "next_queue", "r"));
    fixture_publish(f, RECORD_QUEUE, "sample/r", json_pack("{s:i}", "offer_minutes", 10));
    result = intake_opened(f, "1", "sample/birth");
    offer = intake_offer_of(f, &result.matter);
    f->clock_ms += 11 * 60000;
    assert_int_equal(ledger_handoffs_expire(f->ledger, f->clock_ms, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    following = intake_offer_of(f, &result.matter);
    fixture_says(f, BEN, &following, "to_queue", "sample/r");
    fixture_says(f, BEN, &following, "follows", offer.text);
    f->clock_ms += 11 * 60000;
    assert_int_equal(ledger_handoffs_expire(f->ledger, f->clock_ms, &expired, NULL), 0);
    following = intake_offer_of(f, &result.matter);
    fixture_says(f, BEN, &following, "to_office", "sample/b");
    f->clock_ms += 100 * 60000;
    assert_int_equal(ledger_handoffs_expire(f->ledger, f->clock_ms, &expired, NULL), 0);
    assert_int_equal(expired, 0);
}

/* A case that nobody has before them: where what is written about it goes. */
static struct id unattended(struct ledger_fixture *f,
                            char reference[sizeof(((struct intake_result *)0)->reference)])
{
    struct intake_result first = intake_opened(f, "first", "sample/birth");
    struct id offer = intake_offer_of(f, &first.matter);

    fixture_decide(f, BEN, &offer, 1, "accepted", f->clock_ms);
    close_case(f, &first.matter, 1);
    memcpy(reference, first.reference, sizeof(first.reference));
    return first.matter;
}

static void test_it_goes_where_it_says_else_to_the_queue_of_the_service(void **state)
{
    static const struct {
        const char *queue, *service, *to_queue, *to_office;
    } cases[] = {
        {NULL, NULL, "sample/q", ""},
        {"sample/r", NULL, "sample/r", ""},
        {"sample/r", "sample/birth", "sample/r", ""},
        {NULL, "sample/other", "sample/r", ""},
        /* A service that no queue serves, not the case's: its office. */
        {NULL, "sample/plain", "", "sample/b"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct intake_message message = web_note("next");
        char reference[sizeof(((struct intake_result *)0)->reference)];
        struct ledger_fixture *f;
        struct id matter, offer;
        void *fresh;

        intake_setup(&fresh);
        f = fresh;
        fixture_publish(f, RECORD_QUEUE, "sample/r", json_pack("{s:[s]}", "offices", "b"));
        fixture_publish(f, RECORD_SERVICE, "sample/plain", NULL);
        fixture_publish(f, RECORD_SERVICE, "sample/other", json_pack("{s:s}", "queue", "r"));
        matter = unattended(f, reference);
        message.reference = reference;
        message.queue = cases[i].queue;
        message.service = cases[i].service;
        message.office = "sample/b";
        taken_in(f, &message);
        offer = intake_offer_of(f, &matter);
        assert_false(id_is_empty(&offer));
        fixture_says(f, BEN, &offer, "to_queue", cases[i].to_queue);
        fixture_says(f, BEN, &offer, "to_office", cases[i].to_office);
        fixture_teardown(&fresh);
    }
}

/* Who speaks the client's language is asked for where the queue has such people; else anybody. */
static void test_a_language_is_asked_for_where_it_is_spoken(void **state)
{
    static const struct {
        const char *spoken, *other, *language, *asked;
    } cases[] = {
        {"fr", "en", "fr-CA", "fr"}, {"en", "fr", "fr", "fr"}, {"en", "en", "fr", ""},
        {"fr", "en", NULL, ""},      {"fr", "en", "f", ""},
    };
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char id[16];
        struct intake_message message = web_note(id);
        struct intake_result result;
        struct id offer;

        fixture_publish(f, RECORD_QUEUE, "sample/q",
                        json_pack("{s:[s], s:[s, s]}", "offices", "b", "languages", cases[i].spoken,
                                  cases[i].other));
        snprintf(id, sizeof(id), "%zu", i);
        message.queue = "sample/q";
        message.language = cases[i].language;
        result = taken_in(f, &message);
        offer = intake_offer_of(f, &result.matter);
        fixture_says(f, BEN, &offer, "language", cases[i].asked);
    }
}

/* In a line: the subject, else how the text begins, else by which channel it came. */
static void test_an_offer_says_what_it_is_about(void **state)
{
    static char long_subject[500];
    static const struct {
        const char *subject, *text, *summary;
    } cases[] = {
        {"Un acte", "Bonjour", "Un acte"},
        {NULL, "Bonjour,\nje voudrais", "Bonjour,"},
        {NULL, "", "web"},
        {long_subject, "Bonjour", NULL},
    };
    struct ledger_fixture *f = *state;

    memset(long_subject, 'x', sizeof(long_subject) - 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char id[16];
        struct intake_message message = web_note(id);
        struct intake_result result;
        struct id offer;
        json_t *body;

        snprintf(id, sizeof(id), "%zu", i);
        message.queue = "sample/q";
        message.subject = cases[i].subject;
        message.text = cases[i].text;
        result = taken_in(f, &message);
        offer = intake_offer_of(f, &result.matter);
        body = fixture_handoff_body(f, BEN, &offer);
        if (cases[i].summary != NULL)
            assert_string_equal(json_text_or(body, "summary", ""), cases[i].summary);
        else
            assert_int_equal(strlen(json_text_or(body, "summary", "")), 200);
        json_decref(body);
    }
}

/* What an agent offered and another one declined is the agent's again: the server offers nothing.
 */
static void test_only_its_own_offers_come_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result result = intake_opened(f, "1", "sample/birth");
    struct id offer = intake_offer_of(f, &result.matter), own;

    fixture_decide(f, BEN, &offer, 1, "accepted", f->clock_ms);
    own = fixture_make(f, BEN, RECORD_HANDOFF,
                       fixture_handoff(f, BEN, "sample/b", &result.matter, NULL, NULL, "sample/q"));
    assert_int_equal(intake_offers_of(f, &result.matter), 1);
    fixture_applied(f, CHLOE,
                    fixture_operation(f, CHLOE, OPERATION_CLAIM, RECORD_HANDOFF, &own, 1,
                                      json_pack("{s:s, s:s, s:o}", "state", "declined", "reason",
                                                "not ours", "decided_at", json_time(f->clock_ms))));
    assert_int_equal(intake_offers_of(f, &result.matter), 0);
}

/* The id of what follows can be worked out beforehand: nobody else makes a hand-off under it, and
 * it comes back when it was declined. */
static void test_nobody_keeps_it_from_coming_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct intake_result result = intake_opened(f, "1", "sample/birth");
    struct id offer = intake_offer_of(f, &result.matter), next = id_from_key("handoff", offer.text);

    fixture_refused(
        f, BEN,
        fixture_operation(f, BEN, OPERATION_APPEND, RECORD_HANDOFF, &next, 0,
                          fixture_handoff(f, BEN, "sample/b", NULL, NULL, NULL, "sample/q")),
        MERGE_FORBIDDEN, NULL);
    fixture_applied(f, CHLOE,
                    fixture_operation(f, CHLOE, OPERATION_CLAIM, RECORD_HANDOFF, &offer, 1,
                                      json_pack("{s:s, s:s, s:o}", "state", "declined", "reason",
                                                "not ours", "decided_at", json_time(f->clock_ms))));
    fixture_says(f, BEN, &offer, "state", "declined");
    assert_int_equal(intake_offers_of(f, &result.matter), 1);
    fixture_says(f, BEN, &next, "state", "offered");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, intake_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_closed_case_comes_before_somebody),
        cmocka_unit_test(test_it_goes_where_it_says_else_to_the_queue_of_the_service),
        TEST(test_what_nobody_takes_comes_back_to_the_office),
        TEST(test_the_last_queue_gives_it_to_the_office),
        TEST(test_a_language_is_asked_for_where_it_is_spoken),
        TEST(test_an_offer_says_what_it_is_about),
        TEST(test_only_its_own_offers_come_back),
        TEST(test_nobody_keeps_it_from_coming_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
