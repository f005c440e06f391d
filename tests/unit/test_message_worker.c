/* Messages to clients are handed over once, and tried again when they must be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "tests/unit/message_fixture.h"

/* --- sending ---------------------------------------------------------------------------------- */

static void test_sends_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker = message_start(f, true);
    struct id id = message_queued(f, "email");
    json_t *body = message_wait_for(f, &id, "state", "sent");

    assert_int_equal(json_integer_or(body, "attempts", 0), 1);
    assert_non_null(json_object_get(body, "sent_at"));
    assert_null(json_object_get(body, "next_attempt_at"));
    assert_string_equal(json_text_or(body, "message_id", ""), message_email.names[0]);
    json_decref(body);
    message_worker_stop(worker);
    assert_int_equal(message_email.calls, 1);
    assert_int_equal(message_sms.calls, 0);
}

static void test_tries_again_then_bounces(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker;
    struct id id;
    json_t *body;

    message_email.fates[0] = message_email.fates[1] = MESSAGE_LATER;
    message_email.fates[2] = MESSAGE_BOUNCED;
    message_email.fates[3] = MESSAGE_SENT;
    message_email.fate_count = 4;
    worker = message_start(f, true);
    id = message_queued(f, "email");
    body = message_wait_for(f, &id, "state", "bounced");
    assert_int_equal(json_integer_or(body, "attempts", 0), 3);
    assert_string_equal(json_text_or(body, "reason", ""), "550 no such user");
    json_decref(body);
    /* The same message, to whoever reads it. */
    assert_string_equal(message_email.names[0], message_email.names[2]);
    /* The agent has it sent again. */
    message_claim(f, RECORD_MESSAGE, &id, "state", "queued");
    json_decref(message_wait_for(f, &id, "state", "sent"));
    message_worker_stop(worker);
    assert_int_equal(message_email.calls, 4);
}

static void test_killed_while_handing_over(void **state)
{
    struct ledger_fixture *f = *state;
    const struct timespec pause = {0, 5000000};
    struct message_worker *worker;
    struct id id;
    json_t *body;

    message_email.cancelled = true;
    worker = message_start(f, true);
    id = message_queued(f, "email");
    while (message_calls(&message_email) == 0)
        nanosleep(&pause, NULL);
    message_worker_stop(worker);
    body = message_body(f, RECORD_MESSAGE, &id);
    /* It was noted before it was handed over. */
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    assert_true(json_integer_or(body, "attempts", 0) >= 1);
    json_decref(body);
    fixture_reopen(f);
    message_email.cancelled = false;
    worker = message_start(f, true);
    json_decref(message_wait_for(f, &id, "state", "sent"));
    message_worker_stop(worker);
    assert_string_equal(message_email.names[0], message_email.names[message_email.calls - 1]);
}

/* Nobody knows whether the other side had it: it goes again under the same name, and the case says
 * that it may have come twice. What was not handed over goes without a word. */
static void killed_at(struct ledger_fixture *f, bool steps, const char *waiting, const char *sent)
{
    const struct timespec pause = {0, 5000000};
    struct message_worker *worker;
    struct id id;
    json_t *body;
    int calls;

    message_email.cancelled = true;
    message_email.steps = steps;
    worker = message_start(f, true);
    id = message_queued(f, "email");
    while (message_calls(&message_email) == 0)
        nanosleep(&pause, NULL);
    message_worker_stop(worker);
    body = message_body(f, RECORD_MESSAGE, &id);
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    assert_string_equal(json_text_or(body, "reason", ""), waiting);
    json_decref(body);
    fixture_reopen(f);
    /* The second try is put off: what is not known stays so. */
    calls = message_calls(&message_email);
    message_email.cancelled = false;
    message_email.fates[0] = message_email.fates[calls] = MESSAGE_LATER;
    for (int i = 0; i < calls; i++)
        message_email.fates[i] = MESSAGE_LATER;
    message_email.fates[calls + 1] = MESSAGE_SENT;
    message_email.fate_count = calls + 2;
    worker = message_start(f, true);
    body = message_wait_for(f, &id, "state", "sent");
    message_worker_stop(worker);
    assert_string_equal(json_text_or(body, "reason", ""), sent);
    json_decref(body);
    assert_string_equal(message_email.names[0],
                        message_email.names[message_calls(&message_email) - 1]);
}

static void test_what_may_have_arrived_is_said(void **state)
{
    killed_at(*state, true, MESSAGE_ANSWER_UNKNOWN, MESSAGE_MAYBE_TWICE);
}

static void test_what_was_not_handed_over_goes_without_a_word(void **state)
{
    killed_at(*state, false, "", "");
}

static void test_an_answer_is_known(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker;
    json_t *body;
    struct id id;

    message_email.steps = true;
    message_email.fates[0] = MESSAGE_LATER;
    message_email.fates[1] = MESSAGE_SENT;
    message_email.fate_count = 2;
    worker = message_start(f, true);
    id = message_queued(f, "email");
    body = message_wait_for(f, &id, "state", "sent");
    message_worker_stop(worker);
    assert_string_equal(json_text_or(body, "reason", ""), "");
    json_decref(body);
}

static void test_nobody_carries(void **state)
{
    struct ledger_fixture *f = *state;
    struct message_worker *worker = message_start(f, false);
    struct id id = message_queued(f, "sms"), letter = message_queued(f, "mail");
    json_t *body = message_wait_for(f, &id, "reason", MESSAGE_NOT_CONNECTED);

    json_decref(body);
    message_worker_stop(worker);
    worker = message_start(f, true);
    json_decref(message_wait_for(f, &id, "state", "sent"));
    message_worker_stop(worker);
    assert_int_equal(message_sms.calls, 1);
    body = message_body(f, RECORD_MESSAGE, &letter);
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    json_decref(body);
}

static void test_taken_back(void **state)
{
    struct ledger_fixture *f = *state;
    struct id id = message_queued(f, "email"), other = message_queued(f, "email");
    struct message_worker *worker;

    message_claim(f, RECORD_MESSAGE, &id, "state", "withdrawn");
    worker = message_start(f, true);
    json_decref(message_wait_for(f, &other, "state", "sent"));
    message_worker_stop(worker);
    assert_int_equal(message_email.calls, 1);
}

static void move(struct ledger_fixture *f, const struct id *id, int64_t send_ms)
{
    json_t *document = NULL;
    int64_t rev;

    assert_int_equal(fixture_read(f, BEN, RECORD_MESSAGE, id, &document), 0);
    rev = json_integer_or(document, "rev", 0);
    json_decref(document);
    fixture_applied(f, BEN,
                    fixture_operation(
                        f, BEN, OPERATION_CLAIM, RECORD_MESSAGE, id, rev,
                        json_pack("{s:s, s:o}", "state", "queued", "send_at", json_time(send_ms))));
}

/* One that is planned waits for its day, also when that day was moved, while the others go. */
static void test_leaves_on_its_day(void **state)
{
    struct ledger_fixture *f = *state;
    int64_t now_ms = clock_system(NULL), left_ms;
    struct id later = message_queued(f, "email"), sooner = message_queued(f, "email"), other;
    struct message_worker *worker;
    json_t *body;

    move(f, &later, now_ms + INT64_C(3600000));
    move(f, &sooner, now_ms + INT64_C(3600000));
    worker = message_start(f, true);
    other = message_queued(f, "email");
    json_decref(message_wait_for(f, &other, "state", "sent"));
    assert_int_equal(message_email.calls, 1);
    now_ms = clock_system(NULL);
    move(f, &sooner, now_ms + 300);
    body = message_wait_for(f, &sooner, "state", "sent");
    assert_true(timestamp_parse(json_text_or(body, "sent_at", ""), &left_ms));
    assert_true(left_ms >= now_ms + 300);
    json_decref(body);
    body = message_body(f, RECORD_MESSAGE, &later);
    assert_string_equal(json_text_or(body, "state", ""), "queued");
    json_decref(body);
    message_worker_stop(worker);
    assert_int_equal(message_email.calls, 2);
}

static void test_refused_by_the_client(void **state)
{
    struct ledger_fixture *f = *state;
    json_t *client = fixture_client("sample/b"), *body;
    struct message_worker *worker;
    struct id client_id, id;

    json_object_set_new(client, "email", json_string("zoe@example.ca"));
    json_object_set_new(client, "channel_consent", json_pack("{s:b}", "email", 0));
    client_id = fixture_make(f, BEN, RECORD_CLIENT, client);
    id = fixture_make(f, BEN, RECORD_MESSAGE,
                      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "channel", "email",
                                "direction", "out", "text", "B", "office", "sample/b", "at",
                                "2026-11-24T12:00:00.000Z", "state", "queued", "author",
                                f->actors[BEN].agent.text, "client", client_id.text));
    worker = message_start(f, true);
    body = message_wait_for(f, &id, "state", "bounced");
    assert_non_null(strstr(json_text_or(body, "reason", ""), "wants no messages"));
    json_decref(body);
    message_worker_stop(worker);
    assert_int_equal(message_email.calls, 0);
}

/* --- telling ---------------------------------------------------------------------------------- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sends_once, message_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_tries_again_then_bounces, message_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_killed_while_handing_over, message_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_may_have_arrived_is_said, message_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_what_was_not_handed_over_goes_without_a_word,
                                        message_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_an_answer_is_known, message_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_nobody_carries, message_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_taken_back, message_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_leaves_on_its_day, message_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_refused_by_the_client, message_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
