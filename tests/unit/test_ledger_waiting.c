/* Since when the client of an offer waits, as the server says where its terminal cannot. */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/queue.h"
#include "tests/unit/ledger_fixture.h"

#define MINUTE INT64_C(60000)

static int setup(void **state)
{
    struct ledger_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    fixture_open(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    free(*state);
    return 0;
}

static struct id contact_make(struct ledger_fixture *f)
{
    return fixture_make(f, ANNE, RECORD_CONTACT,
                        json_pack("{s:s, s:s, s:s, s:o}", "channel", "phone", "office", "sample/a",
                                  "agent", f->actors[ANNE].agent.text, "started_at",
                                  json_time(clock_system(NULL))));
}

static void decide(struct ledger_fixture *f, enum fixture_agent who, const struct id *handoff,
                   int64_t base, const char *state)
{
    json_t *body = json_pack("{s:s}", "state", state);

    if (strcmp(state, "accepted") == 0)
        json_object_set_new(body, "taken_by", json_string(f->actors[who].agent.text));
    if (strcmp(state, "declined") == 0)
        json_object_set_new(body, "reason", json_string("lunch"));
    fixture_applied(
        f, who, fixture_operation(f, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, base, body));
}

static int64_t since_of(struct ledger_fixture *f, const struct id *handoff)
{
    json_t *document = NULL;
    struct record *record = NULL;
    int64_t since;

    assert_int_equal(fixture_read(f, BEN, RECORD_HANDOFF, handoff, &document), 0);
    assert_int_equal(record_from_json(&record, document, NULL), 0);
    since = queue_since_ms(record);
    record_free(record);
    json_decref(document);
    return since;
}

static struct id offer_at(struct ledger_fixture *f, const struct id *contact, int64_t ms)
{
    json_t *body = fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/q");

    if (contact != NULL)
        json_object_set_new(body, "contact", json_string(contact->text));
    json_object_set_new(body, "offered_at", json_time(ms));
    return fixture_make(f, ANNE, RECORD_HANDOFF, body);
}

/* A terminal's clock that is ahead by years puts nobody last: the server knows what time it is. */
static void a_clock_that_is_ahead_is_no_turn(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t before = clock_system(NULL), since;
    struct id ahead, near;

    ahead = offer_at(f, NULL, before + INT64_C(400) * 24 * 60 * MINUTE);
    since = since_of(f, &ahead);
    assert_true(since >= before && since <= clock_system(NULL));
    near = offer_at(f, NULL, before + MINUTE / 2);
    assert_int_equal(since_of(f, &near), before + MINUTE / 2);
}

/* What ended within the window is measured, whatever a terminal says that ended days from now. */
static void a_clock_that_is_ahead_lets_nobody_be_forgotten(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = clock_system(NULL), days = INT64_C(3) * 24 * 60 * MINUTE;
    struct id answered, left, ahead;
    struct ledger_watch watch;

    fixture_staff(f);
    fixture_publish(f, RECORD_QUEUE, "sample/q",
                    json_pack("{s:[{s:s, s:i, s:i, s:i, s:s}]}", "thresholds", "measure",
                              "abandonment", "limit", 30, "window", 60, "least", 2, "action",
                              "notify"));
    answered = offer_at(f, NULL, now - 10 * MINUTE);
    left = offer_at(f, NULL, now - 10 * MINUTE);
    ahead = offer_at(f, NULL, now - 10 * MINUTE);
    fixture_decide(f, CHLOE, &answered, 1, "accepted", now - 5 * MINUTE);
    fixture_decide(f, ANNE, &left, 1, "withdrawn", now - 4 * MINUTE);
    fixture_decide(f, CHLOE, &ahead, 1, "accepted", now + days);
    assert_int_equal(ledger_queues_watch(f->ledger, now, &watch, NULL), 0);
    assert_int_equal(watch.crossed, 1);
}

/* Whoever was declined waits on. */
static void what_is_offered_anew_has_waited_since_the_first(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t first_ms = clock_system(NULL) - 20 * MINUTE;
    struct id contact, other;
    struct id handoff;

    contact = contact_make(f);
    other = contact_make(f);
    handoff = offer_at(f, &contact, first_ms);
    decide(f, BEN, &handoff, 1, "declined");
    /* Of another contact it says nothing. */
    handoff = offer_at(f, &other, first_ms + 2 * MINUTE);
    assert_int_equal(since_of(f, &handoff), first_ms + 2 * MINUTE);
    /* Nor does one that was taken back; a clock that is ahead takes nothing away either. */
    handoff = offer_at(f, &contact, first_ms + 3 * MINUTE);
    assert_int_equal(since_of(f, &handoff), first_ms);
    decide(f, ANNE, &handoff, 2, "withdrawn");
    handoff = offer_at(f, &contact, first_ms + INT64_C(400) * 24 * 60 * MINUTE);
    assert_int_equal(since_of(f, &handoff), first_ms);
    /* What was accepted is over. */
    decide(f, BEN, &handoff, 2, "accepted");
    handoff = offer_at(f, &contact, first_ms + 10 * MINUTE);
    assert_int_equal(since_of(f, &handoff), first_ms + 10 * MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_clock_that_is_ahead_is_no_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_is_ahead_lets_nobody_be_forgotten, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_offered_anew_has_waited_since_the_first, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
