/* Offers whose time passes: decided by the server, once, and where they go on to. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/handoff_clock.h"
#include "tests/unit/ledger_fixture.h"

#define MINUTE INT64_C(60000)

static struct id offer(struct ledger_fixture *f, const struct id *matter, const char *queue,
                       int64_t expires)
{
    json_t *body = fixture_handoff(f, ANNE, "sample/a", matter, NULL, NULL, queue);

    json_object_set_new(body, "expires_at", json_time(expires));
    json_object_set_new(body, "context", json_string("all that is known"));
    return fixture_make(f, ANNE, RECORD_HANDOFF, body);
}

/* What a member of the hand-off says to `who`; static. */
static const char *says(struct ledger_fixture *f, enum fixture_agent who, const struct id *handoff,
                        const char *member)
{
    static char text[200];
    json_t *document = NULL;

    assert_int_equal(fixture_read(f, who, RECORD_HANDOFF, handoff, &document), 0);
    snprintf(text, sizeof(text), "%s", json_text_or(json_object_get(document, "body"), member, ""));
    json_decref(document);
    return text;
}

static void expire_at(struct ledger_fixture *f, int64_t now, int expected)
{
    int expired;

    assert_int_equal(ledger_handoffs_expire(f->ledger, now, &expired, NULL), 0);
    assert_int_equal(expired, expected);
}

static struct id follower(const struct id *handoff)
{
    return id_from_key("handoff", handoff->text);
}

static void test_an_offer_expires_once_and_returns(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    int64_t due = f->clock_ms + 5 * MINUTE, next;
    struct id handoff = offer(f, &matter, "sample/q", due), none;

    assert_int_equal(ledger_handoff_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, due);
    expire_at(f, due - 1, 0);
    assert_string_equal(says(f, ANNE, &handoff, "state"), "offered");
    assert_true(fixture_sees(f, BEN, 0, &matter));
    expire_at(f, due, 1);
    expire_at(f, due + MINUTE, 0);
    assert_string_equal(says(f, ANNE, &handoff, "state"), "expired");
    assert_string_equal(says(f, BEN, &handoff, "state"), "expired");
    assert_false(fixture_sees(f, BEN, 0, &matter));
    none = follower(&handoff);
    assert_int_equal(fixture_read(f, ANNE, RECORD_HANDOFF, &none, NULL), ERROR_NOT_FOUND);
    assert_int_equal(ledger_handoff_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, INT64_MAX);
    /* Too late: nobody takes it any more. */
    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                                                f->actors[BEN].agent.text)),
                    MERGE_TAKEN, NULL);
}

static void test_what_is_decided_does_not_expire(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t due = f->clock_ms + MINUTE, next;
    struct id handoff = offer(f, NULL, "sample/q", due);

    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_pack("{s:s, s:s}", "state", "accepted", "taken_by",
                                                f->actors[BEN].agent.text)));
    assert_int_equal(ledger_handoff_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, INT64_MAX);
    expire_at(f, due + MINUTE, 0);
    assert_string_equal(says(f, ANNE, &handoff, "state"), "accepted");
}

/* Nobody makes beforehand what is to follow: neither the queue behind nor a supervisor would have
 * the offer. */
static void test_what_follows_is_the_servers_to_make(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t due = f->clock_ms + MINUTE;
    struct id first, other, following;

    fixture_staff(f);
    fixture_publish(f, RECORD_QUEUE, "sample/q", json_pack("{s:s}", "next_queue", "r"));
    first = offer(f, NULL, "sample/q", due);
    other = offer(f, NULL, "sample/q", due);
    following = follower(&first);
    fixture_refused(
        f, ANNE,
        fixture_operation(f, ANNE, OPERATION_APPEND, RECORD_HANDOFF, &following, 0,
                          fixture_handoff(f, ANNE, "sample/a", NULL, NULL, NULL, "sample/r")),
        MERGE_FORBIDDEN, "");
    fixture_applied(f, DENIS,
                    fixture_operation(f, DENIS, OPERATION_CLAIM, RECORD_HANDOFF, &first, 1,
                                      json_pack("{s:s, s:s, s:s}", "state", "reassigned",
                                                "reassigned_by", f->actors[DENIS].agent.text,
                                                "next_agent", f->actors[BEN].agent.text)));
    assert_string_equal(says(f, BEN, &following, "follows"), first.text);
    expire_at(f, due, 1);
    following = follower(&other);
    assert_string_equal(says(f, ANNE, &following, "follows"), other.text);
}

/* q goes on to r, r back to q: each is tried once, then the sender has it again. */
static void test_an_unanswered_offer_goes_on(void **state)
{
    struct ledger_fixture *f = *state;
    struct id matter = fixture_make(f, ANNE, RECORD_CASE, fixture_case(f, ANNE, "sample/a"));
    int64_t due = f->clock_ms + 5 * MINUTE, next;
    struct id first, second, third;

    fixture_publish(f, RECORD_QUEUE, "sample/q", json_pack("{s:s}", "next_queue", "r"));
    fixture_publish(f, RECORD_QUEUE, "sample/r",
                    json_pack("{s:s, s:i}", "next_queue", "sample/q", "offer_minutes", 20));
    fixture_publish_agent(f, DENIS, "d", "r");
    first = offer(f, &matter, "sample/q", due);
    second = follower(&first);
    third = follower(&second);
    assert_false(fixture_sees(f, DENIS, 0, &matter));
    expire_at(f, due, 1);
    assert_string_equal(says(f, ANNE, &first, "state"), "expired");
    assert_string_equal(says(f, ANNE, &second, "state"), "offered");
    assert_string_equal(says(f, ANNE, &second, "follows"), first.text);
    assert_string_equal(says(f, DENIS, &second, "to_queue"), "sample/r");
    assert_string_equal(says(f, DENIS, &second, "context"), "all that is known");
    assert_string_equal(says(f, DENIS, &second, "from"), f->actors[ANNE].agent.text);
    assert_true(fixture_sees(f, DENIS, 0, &matter));
    assert_false(fixture_sees(f, BEN, 0, &matter));
    assert_int_equal(ledger_handoff_next(f->ledger, &next, NULL), 0);
    assert_int_equal(next, due + 20 * MINUTE);
    expire_at(f, due + 20 * MINUTE, 1);
    assert_string_equal(says(f, ANNE, &second, "state"), "expired");
    assert_int_equal(fixture_read(f, ANNE, RECORD_HANDOFF, &third, NULL), ERROR_NOT_FOUND);
    assert_false(fixture_sees(f, DENIS, 0, &matter));
}

/* An escalation to an office is answered by its supervisors, and by nobody else there. */
static void test_an_escalation_is_for_supervisors(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *body = fixture_handoff(f, ANNE, "sample/a", NULL, NULL, "sample/b", NULL);
    json_t *agent = json_pack("{s:s, s:s, s:s, s:s}", "login", "ben", "name", "ben", "office",
                              "sample/b", "role", "supervisor");
    struct id handoff;

    json_object_set_new(body, "kind", json_string("escalation"));
    handoff = fixture_make(f, ANNE, RECORD_HANDOFF, body);
    body = json_pack("{s:s, s:s}", "state", "accepted", "taken_by", f->actors[BEN].agent.text);
    fixture_refused(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1,
                                      json_deep_copy(body)),
                    MERGE_ACTOR, "state");
    fixture_publish(f, RECORD_AGENT, "sample/ben", agent);
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_HANDOFF, &handoff, 1, body));
}

static void say(void *context, const char *line)
{
    (void)context;
    print_message("%s\n", line);
}

/* Those whose time passed while no server ran, and those that are made while it runs. */
static void test_the_clock_expires_by_itself(void **state)
{
    struct ledger_fixture *f = *state;
    const struct handoff_clock_options options = {.log = say};
    struct id before = offer(f, NULL, "sample/q", clock_system(NULL) - MINUTE), after;
    struct handoff_clock *clock;

    assert_int_equal(handoff_clock_start(&clock, &options, f->ledger, NULL), 0);
    after = offer(f, NULL, "sample/q", clock_system(NULL) + 300);
    for (int i = 0; i < 3000 && (strcmp(says(f, ANNE, &before, "state"), "expired") != 0 ||
                                 strcmp(says(f, ANNE, &after, "state"), "expired") != 0);
         i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_string_equal(says(f, ANNE, &before, "state"), "expired");
    assert_string_equal(says(f, ANNE, &after, "state"), "expired");
    handoff_clock_stop(clock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_offer_expires_once_and_returns, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_decided_does_not_expire, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_follows_is_the_servers_to_make, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_unanswered_offer_goes_on, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_escalation_is_for_supervisors, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_the_clock_expires_by_itself, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
