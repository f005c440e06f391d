/* A supervisor gives a hand-off to somebody else: who may, what follows, and who sees it then. */

#include "app/json.h"
#include "tests/unit/ledger_fixture.h"

static struct id offer(struct ledger_fixture *f)
{
    return fixture_make(f, ANNE, RECORD_HANDOFF,
                        fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/q"));
}

static struct operation *reassignment(struct ledger_fixture *f, enum fixture_agent who,
                                      const struct id *handoff, int64_t base, const char *member,
                                      const char *to)
{
    return fixture_operation(f, who, OPERATION_CLAIM, RECORD_HANDOFF, handoff, base,
                             json_pack("{s:s, s:s, s:s, s:o}", "state", "reassigned",
                                       "reassigned_by", f->actors[who].agent.text, member, to,
                                       "decided_at", json_time(f->clock_ms)));
}

static void test_only_a_supervisor_reassigns(void **state)
{
    struct ledger_fixture *f = *state;
    const char *ben = f->actors[BEN].agent.text;
    struct id handoff, following;

    fixture_staff(f);
    handoff = offer(f);
    following = id_from_key("handoff", handoff.text);
    fixture_refused(f, CHLOE, reassignment(f, CHLOE, &handoff, 1, "next_agent", ben), MERGE_ACTOR,
                    "state");
    fixture_refused(f, ANNE, reassignment(f, ANNE, &handoff, 1, "next_agent", ben), MERGE_ACTOR,
                    "state");
    fixture_refused(f, DENIS, reassignment(f, DENIS, &handoff, 1, "next_queue", "sample/none"),
                    MERGE_MISSING, "next_queue");
    fixture_refused(f, DENIS, reassignment(f, DENIS, &handoff, 1, "next_queue", "sample/q"),
                    MERGE_VALUE, "next_queue");
    assert_int_equal(fixture_read(f, ANNE, RECORD_HANDOFF, &following, NULL), ERROR_NOT_FOUND);
    fixture_applied(f, DENIS, reassignment(f, DENIS, &handoff, 1, "next_agent", ben));
    fixture_says(f, ANNE, &handoff, "state", "reassigned");
    fixture_says(f, BEN, &following, "state", "offered");
    fixture_says(f, BEN, &following, "to_agent", ben);
    fixture_says(f, BEN, &following, "from", f->actors[ANNE].agent.text);
    fixture_says(f, BEN, &following, "follows", handoff.text);
    fixture_says(f, BEN, &following, "reassigned_by", f->actors[DENIS].agent.text);
    /* Whoever had it before is too late. */
    fixture_refused(f, CHLOE,
                    fixture_operation(f, CHLOE, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                                                f->actors[CHLOE].agent.text)),
                    MERGE_TAKEN, NULL);
    fixture_decide(f, BEN, &following, 1, "accepted", f->clock_ms);
}

/* What was taken over goes on from whoever has it; the file goes with it. */
static void test_what_was_accepted_is_reassigned(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    json_t *body = fixture_handoff(f, ANNE, "sample/a", &matter, NULL, NULL, "sample/q");
    struct id handoff, following;

    fixture_staff(f);
    handoff = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    following = id_from_key("handoff", handoff.text);
    fixture_decide(f, CHLOE, &handoff, 1, "accepted", f->clock_ms);
    fixture_applied(f, DENIS, reassignment(f, DENIS, &handoff, 2, "next_queue", "sample/r"));
    fixture_says(f, CHLOE, &handoff, "state", "reassigned");
    fixture_says(f, CHLOE, &handoff, "taken_by", f->actors[CHLOE].agent.text);
    fixture_says(f, BEN, &following, "from", f->actors[CHLOE].agent.text);
    fixture_says(f, BEN, &following, "to_queue", "sample/r");
    assert_true(fixture_sees(f, BEN, 0, &matter));
    assert_false(fixture_sees(f, CHLOE, 0, &matter));
}

static void test_a_supervisor_takes_it(void **state)
{
    struct ledger_fixture *f = *state;
    const char *denis = f->actors[DENIS].agent.text;
    struct id handoff, following;

    fixture_staff(f);
    handoff = offer(f);
    following = id_from_key("handoff", handoff.text);
    fixture_applied(f, DENIS, reassignment(f, DENIS, &handoff, 1, "next_agent", denis));
    fixture_says(f, DENIS, &following, "state", "accepted");
    fixture_says(f, DENIS, &following, "taken_by", denis);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_only_a_supervisor_reassigns),
        TEST(test_what_was_accepted_is_reassigned),
        TEST(test_a_supervisor_takes_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
