/* Rolls of ticket numbers behind a relay: of all who take the same one, one has it, whoever was
 * asked first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/ticket_roll.h"
#include "tests/unit/relay_fixture.h"

#define DAY "2027-01-15"

static struct operation *roll_on(struct relay_fixture *f, enum fixture_agent who, const char *day,
                                 int64_t number)
{
    struct id id = ticket_roll_id("sample/a", day, number);

    return relay_append(f, who, RECORD_ROLL, &id,
                        json_pack("{s:s, s:s, s:I}", "office", "sample/a", "day", day, "number",
                                  (json_int_t)number));
}

static struct operation *roll(struct relay_fixture *f, enum fixture_agent who, int64_t number)
{
    return roll_on(f, who, DAY, number);
}

/* At the centre itself, by a terminal of the office. */
static void assert_is_of_the_relay(struct relay_fixture *f, enum fixture_agent who,
                                   struct operation *operation)
{
    struct ledger_outcome outcome;

    fixture_apply(&f->centre, who, operation, &outcome);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_int_equal(outcome.refusal, MERGE_FORBIDDEN);
    assert_string_equal(outcome.field, TICKET_ROLL_REFUSED);
    ledger_outcome_clear(&outcome);
}

static struct operation *ticket(struct relay_fixture *f, enum fixture_agent who, const char *number)
{
    struct id id = ticket_id("sample/a", DAY, number);

    return relay_append(f, who, RECORD_TICKET, &id,
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "office", "sample/a",
                                  "day", DAY, "number", number, "state", "waiting", "queue",
                                  "sample/w", "arrived_at", json_time(INT64_C(1800000000000)),
                                  "issued_by", f->centre.actors[who].agent.text));
}

/* As a relay that has just been made, or made again on another disk. */
static void has_read_little(struct relay_fixture *f)
{
    f->place.whole = false;
    assert_int_equal(ledger_relay_give(f->relay, NULL, &f->place, 0, NULL), 0);
}

/* Whose roll it is, "" when the database has none. */
static const char *holder(json_t *document)
{
    static char agent[ID_TEXT_LENGTH + 1];
    const json_t *created = json_object_get(json_object_get(document, "meta"), "created");

    (void)snprintf(agent, sizeof agent, "%s", json_text_or(created, "agent", ""));
    json_decref(document);
    return agent;
}

static void assert_holder(struct relay_fixture *f, int64_t number, enum fixture_agent who)
{
    struct id id = ticket_roll_id("sample/a", DAY, number);

    assert_string_equal(holder(centre_document(f, RECORD_ROLL, &id)),
                        f->centre.actors[who].agent.text);
    assert_string_equal(holder(relay_document(f, RECORD_ROLL, &id)),
                        f->centre.actors[who].agent.text);
}

static void test_cut_off_a_roll_and_its_tickets_are_given_here(void **state)
{
    struct relay_fixture *f = *state;
    struct ledger_outcome outcome;

    relay_applied(f, ANNE, roll(f, ANNE, 1), LEDGER_APPLIED);
    relay_applied(f, ANNE, ticket(f, ANNE, "A1"), LEDGER_APPLIED);
    relay_apply(f, CHLOE, roll(f, CHLOE, 1), &outcome);
    assert_int_equal(outcome.kind, LEDGER_REFUSED);
    assert_int_equal(outcome.refusal, MERGE_EXISTS);
    ledger_outcome_clear(&outcome);
    relay_settle(f);
    assert_holder(f, 1, ANNE);
}

/* The centre may have given it to somebody before there was this relay. */
static void test_before_it_knows_what_was_given_the_relay_asks(void **state)
{
    struct relay_fixture *f = *state;

    int ended;

    assert_int_equal(ledger_relay_end(f->centre.ledger, "sample/a", 0, &ended, NULL), 0);
    fixture_applied(&f->centre, ANNE, roll(f, ANNE, 1));
    assert_int_equal(ledger_relay_add(f->centre.ledger, "sample/a", 1, &f->account, f->token, NULL),
                     0);
    has_read_little(f);
    relay_fixture_restart(f);
    relay_applied(f, CHLOE, roll(f, CHLOE, 1), LEDGER_LATER);
    /* Who has a roll goes on giving its numbers. */
    relay_applied(f, ANNE, ticket(f, ANNE, "A1"), LEDGER_APPLIED);
    relay_settle(f);
    relay_fixture_restart(f);
    assert_holder(f, 1, ANNE);
    relay_applied(f, CHLOE, roll(f, CHLOE, 2), LEDGER_APPLIED);
}

/* Anne asked while the relay could not say, Chloe when it could. */
static void test_what_one_asks_the_centre_for_is_not_given_to_another(void **state)
{
    struct relay_fixture *f = *state;

    has_read_little(f);
    relay_applied(f, ANNE, roll(f, ANNE, 1), LEDGER_LATER);
    relay_applied(f, ANNE, ticket(f, ANNE, "A1"), LEDGER_APPLIED);
    relay_pull(f);
    relay_applied(f, CHLOE, roll(f, CHLOE, 1), LEDGER_LATER);
    relay_applied(f, CHLOE, roll(f, CHLOE, 2), LEDGER_APPLIED);
    relay_settle(f);
    assert_holder(f, 1, ANNE);
    assert_holder(f, 2, CHLOE);
}

/* The centre has given it, and Anne knows; the record is still on its way to the relay. */
static void test_what_the_centre_has_given_is_not_given_again_before_it_is_here(void **state)
{
    struct relay_fixture *f = *state;
    struct operation *asked, *again;

    has_read_little(f);
    asked = roll(f, ANNE, 1);
    again = roll(f, ANNE, 1);
    again->id = asked->id;
    again->moment = asked->moment;
    relay_applied(f, ANNE, asked, LEDGER_LATER);
    f->place.whole = true;
    assert_int_equal(ledger_relay_give(f->relay, NULL, &f->place, 0, NULL), 0);
    assert_int_equal(relay_push(f, 5, true), 1);
    relay_applied(f, ANNE, again, LEDGER_APPLIED);
    relay_applied(f, CHLOE, roll(f, CHLOE, 1), LEDGER_LATER);
    relay_settle(f);
    assert_holder(f, 1, ANNE);
}

/* The link is cut, and Anne works at the centre itself. */
static void test_relay_and_centre_cannot_give_the_same(void **state)
{
    struct relay_fixture *f = *state;

    relay_applied(f, CHLOE, roll(f, CHLOE, 1), LEDGER_APPLIED);
    assert_is_of_the_relay(f, ANNE, roll(f, ANNE, 1));
    assert_is_of_the_relay(f, ANNE, roll(f, ANNE, TICKET_ROLLS_OF_RELAY));
    fixture_applied(&f->centre, ANNE, roll(f, ANNE, TICKET_ROLLS_OF_RELAY + 1));
    relay_applied(f, CHLOE, roll(f, CHLOE, TICKET_ROLLS_OF_RELAY + 1), LEDGER_LATER);
    relay_applied(f, CHLOE, roll(f, CHLOE, TICKET_ROLLS_OF_RELAY), LEDGER_APPLIED);
    relay_settle(f);
    assert_holder(f, 1, CHLOE);
    assert_holder(f, TICKET_ROLLS_OF_RELAY, CHLOE);
    assert_holder(f, TICKET_ROLLS_OF_RELAY + 1, ANNE);
}

/* Chloe's terminal sends to the centre what it had made at the relay, whose link is cut. */
static void test_what_the_relay_gave_stays_given_when_its_terminal_moves(void **state)
{
    struct relay_fixture *f = *state;
    struct operation *given = roll(f, CHLOE, 1), *again = roll(f, CHLOE, 1);

    again->id = given->id;
    again->moment = given->moment;
    relay_applied(f, CHLOE, given, LEDGER_APPLIED);
    relay_applied(f, CHLOE, ticket(f, CHLOE, "A1"), LEDGER_APPLIED);
    assert_is_of_the_relay(f, CHLOE, again);
    relay_settle(f);
    assert_holder(f, 1, CHLOE);
}

/* What it had given may still be on terminals, and never have come to the centre. */
static void test_the_rolls_of_a_relay_that_has_ended_are_given_when_none_can_be_out(void **state)
{
    struct relay_fixture *f = *state;
    int ended;

    relay_applied(f, CHLOE, roll(f, CHLOE, 1), LEDGER_APPLIED);
    assert_int_equal(
        ledger_relay_end(f->centre.ledger, "sample/a", INT64_C(1800000000000), &ended, NULL), 0);
    assert_int_equal(ended, 1);
    assert_is_of_the_relay(f, ANNE, roll(f, ANNE, 1));
    assert_is_of_the_relay(f, ANNE, roll_on(f, ANNE, "2027-01-20", 1));
    fixture_applied(&f->centre, ANNE, roll(f, ANNE, TICKET_ROLLS_OF_RELAY + 1));
    fixture_applied(&f->centre, ANNE, roll_on(f, ANNE, "2027-01-21", 1));
}

int main(void)
{
#define TEST(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, relay_fixture_setup, relay_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_cut_off_a_roll_and_its_tickets_are_given_here),
        TEST(test_before_it_knows_what_was_given_the_relay_asks),
        TEST(test_what_one_asks_the_centre_for_is_not_given_to_another),
        TEST(test_what_the_centre_has_given_is_not_given_again_before_it_is_here),
        TEST(test_relay_and_centre_cannot_give_the_same),
        TEST(test_what_the_relay_gave_stays_given_when_its_terminal_moves),
        TEST(test_the_rolls_of_a_relay_that_has_ended_are_given_when_none_can_be_out),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
