/* Thresholds of queues in which people wait with a ticket. */
#include "app/clock.h"
#include "app/json.h"
#include "app/ticket.h"
#include "tests/unit/watch_fixture.h"

#define DAY "2026-11-27"

/* A ticket of Ben's office, in q. */
static struct id ticket(struct ledger_fixture *f, const char *number, int64_t at_ms)
{
    struct id id = ticket_id("sample/b", DAY, number);

    fixture_applied(
        f, BEN,
        fixture_operation(f, BEN, OPERATION_APPEND, RECORD_TICKET, &id, 0,
                          json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "office", "sample/b",
                                    "day", DAY, "number", number, "queue", "sample/q", "arrived_at",
                                    json_time(at_ms), "issued_by", f->actors[BEN].agent.text,
                                    "state", "waiting")));
    return id;
}

static void ticket_claim(struct ledger_fixture *f, const struct id *id, int64_t base, json_t *body)
{
    fixture_applied(f, BEN,
                    fixture_operation(f, BEN, OPERATION_CLAIM, RECORD_TICKET, id, base, body));
}

static json_t *called(struct ledger_fixture *f, int64_t at_ms)
{
    return json_pack("{s:s, s:s, s:s, s:o}", "state", "called", "counter", "1", "called_by",
                     f->actors[BEN].agent.text, "called_at", json_time(at_ms));
}

/* Somebody with a number waits as somebody does who was handed off. */
static void test_tickets_wait_too(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    struct id first, second;
    json_t *last = NULL;

    fixture_staff(f);
    watch_set(f, "[" WAITING_3 "]");
    first = ticket(f, "A1", now);
    second = ticket(f, "A2", now);
    watch_step(f, now, 0, 0);
    watch_offer(f, now, NULL);
    watch_step(f, now + 1, 1, 0);
    assert_int_equal(watch_alerts(f, DENIS, "raised", &last), 1);
    assert_int_equal(json_integer_or(json_object_get(last, "body"), "value", 0), 3);
    json_decref(last);
    /* Called: it waits no longer; taken back: it does again, and that is no second crossing. */
    ticket_claim(f, &first, 1, called(f, now + 2));
    watch_step(f, now + 2, 0, 0);
    ticket_claim(f, &first, 2,
                 json_pack("{s:s, s:n, s:n}", "state", "waiting", "called_by", "called_at"));
    watch_step(f, now + 3, 0, 0);
    /* In another queue it counts there. */
    fixture_publish(f, RECORD_QUEUE, "sample/r",
                    json_pack("{s:[{s:s, s:i, s:s}]}", "thresholds", "measure", "waiting", "limit",
                              1, "action", "notify"));
    ticket_claim(f, &first, 3, json_pack("{s:s, s:s}", "state", "waiting", "queue", "sample/r"));
    watch_step(f, now + 4, 1, 0);
    ticket_claim(f, &second, 1, called(f, now + 5));
    watch_step(f, now + 5, 0, 1);
    assert_int_equal(fixture_check(f), 0);
}

/* Whoever is called and does not come gave up; called again, and there, they were answered. */
static void test_a_no_show_gave_up(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    struct id id;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"abandonment\", \"limit\": 50, \"window\": 60, \"least\": 1, "
                 "\"action\": \"notify\"}]");
    id = ticket(f, "A1", now);
    ticket_claim(f, &id, 1, called(f, now + MINUTE));
    watch_step(f, now + MINUTE, 0, 0);
    ticket_claim(f, &id, 2,
                 json_pack("{s:s, s:i, s:o, s:o}", "state", "no-show", "misses", 1, "return_at",
                           json_time(now + 5 * MINUTE), "gone_at", json_time(now + 20 * MINUTE)));
    watch_step(f, now + 2 * MINUTE, 1, 0);
    ticket_claim(f, &id, 3, called(f, now + 6 * MINUTE));
    watch_step(f, now + 6 * MINUTE, 0, 1);
}

/* Nobody closed it: with the office's day it is over, which is known in advance. */
static void test_a_forgotten_ticket_is_over_with_its_day(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t arrived, midnight;

    assert_true(timestamp_parse(DAY "T20:00:00.000Z", &arrived));
    midnight = arrived + 8 * HOUR; /* in Halifax */
    fixture_staff(f);
    fixture_publish(f, RECORD_OFFICE, "sample/b", json_pack("{s:s}", "zone", "America/Halifax"));
    watch_set(f, "[{\"measure\": \"age\", \"limit\": 60, \"action\": \"notify\"}]");
    ticket(f, "A1", arrived);
    assert_int_equal(watch_next_after(f, arrived), arrived + HOUR);
    watch_step(f, arrived + HOUR, 1, 0);
    assert_int_equal(watch_next_after(f, arrived + HOUR), midnight);
    watch_step(f, midnight - 1, 0, 0);
    watch_step(f, midnight, 0, 1);
    assert_true(watch_next_after(f, midnight) == INT64_MAX);
}

/* The next group takes hand-offs, and call-backs are offered to those on a line. */
static void test_actions_are_for_offers(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now = f->clock_ms;
    json_t *before = NULL, *after = NULL;
    struct id handoff, id;

    fixture_staff(f);
    watch_set(f, "[{\"measure\": \"waiting\", \"limit\": 2, \"rearm\": 0, \"action\": \"open\"}, "
                 "{\"measure\": \"age\", \"limit\": 5, \"action\": \"call-back\"}]");
    id = ticket(f, "A1", now);
    handoff = watch_offer(f, now, NULL);
    assert_int_equal(fixture_read(f, BEN, RECORD_TICKET, &id, &before), 0);
    watch_step(f, now + 5 * MINUTE, 2, 0);
    fixture_says(f, ANNE, &handoff, "also_queue", "sample/r");
    assert_int_equal(fixture_read(f, BEN, RECORD_TICKET, &id, &after), 0);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tickets_wait_too, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_no_show_gave_up, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_a_forgotten_ticket_is_over_with_its_day, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_actions_are_for_offers, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
