/* What becomes of mail: a thread is one case, machines are not listened to, reports are noted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/intake.h"
#include "net/ledger_email.h"
#include "tests/unit/email_fixture.h"

static struct email_fixture fixture;

static int setup(void **state)
{
    (void)state;
    email_fixture_open(&fixture, 5);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    email_fixture_close(&fixture);
    return 0;
}

static enum email_taken take_file(const char *name, char reason[EMAIL_TAKEN_REASON_SIZE])
{
    struct text_buffer bytes = {0};
    enum email_taken taken;

    email_fixture_read(name, &bytes);
    taken = email_fixture_take(&fixture, bytes.bytes, bytes.length, reason);
    text_buffer_free(&bytes);
    return taken;
}

static void expect_taken(const char *name)
{
    char reason[EMAIL_TAKEN_REASON_SIZE];

    if (take_file(name, reason) != EMAIL_TAKEN)
        fail_msg("%s: %s", name, reason);
}

static void expect_text(const char *text, enum email_taken expected, const char *why)
{
    char reason[EMAIL_TAKEN_REASON_SIZE];

    assert_int_equal(email_fixture_take(&fixture, text, strlen(text), reason), expected);
    assert_string_equal(reason, why);
}

/* Ben's records of a type. New. */
static json_t *records(const char *type)
{
    json_t *page = fixture_desk(&fixture.ledger, BEN, 0, 1000, NULL), *found = json_array();
    const json_t *document;
    size_t i;

    json_array_foreach(page, i, document)
    {
        if (strcmp(json_text_or(document, "type", ""), type) == 0)
            json_array_append(found, json_object_get(document, "body"));
    }
    json_decref(page);
    return found;
}

static size_t count(const char *type)
{
    json_t *found = records(type);
    size_t number = json_array_size(found);

    json_decref(found);
    return number;
}

static void expect_refused(const char *const *reasons)
{
    struct error error = ERROR_INIT;
    json_t *list;
    size_t i = 0;

    assert_int_equal(ledger_intake_refused(fixture.ledger.ledger, 100, &list, &error), 0);
    for (; reasons[i] != NULL; i++)
        assert_string_equal(json_text_or(json_array_get(list, i), "reason", ""), reasons[i]);
    assert_int_equal(json_array_size(list), i);
    json_decref(list);
}

static void a_thread_is_one_case(void **state)
{
    const json_t *message;
    json_t *messages;
    char reason[EMAIL_TAKEN_REASON_SIZE];
    size_t i, replies = 0, attachments = 0;

    (void)state;
    expect_taken("1-question.eml");
    expect_taken("2-relance.eml");
    expect_taken("3-english.eml");
    expect_taken("4-out-of-office.eml");
    expect_taken("5-documents.eml");
    assert_int_equal(take_file("2-relance.eml", reason), EMAIL_REPEATED);
    assert_int_equal(count("case"), 1);
    messages = records("message");
    assert_int_equal(json_array_size(messages), 5);
    json_array_foreach(messages, i, message)
    {
        const json_t *remarks = json_object_get(message, "remarks"), *remark;
        size_t k;

        assert_string_equal(json_text_or(message, "direction", ""), "in");
        attachments += json_array_size(json_object_get(message, "attachments"));
        json_array_foreach(remarks, k, remark)
        {
            replies += strcmp(json_string_value(remark), INTAKE_AUTO_REPLY) == 0;
        }
    }
    assert_int_equal(replies, 1);
    assert_int_equal(attachments, 3);
    json_decref(messages);
    expect_refused((const char *const[]){NULL});
}

static void the_client_is_who_wrote(void **state)
{
    json_t *clients;

    (void)state;
    expect_taken("1-question.eml");
    clients = records("client");
    assert_int_equal(json_array_size(clients), 1);
    assert_string_equal(json_text_or(json_array_get(clients, 0), "name", ""), "Zoé Gagnon");
    assert_string_equal(json_text_or(json_array_get(clients, 0), "email", ""),
                        "zoe.gagnon@example.ca");
    json_decref(clients);
}

static void a_scan_without_a_word_is_taken(void **state)
{
    json_t *messages;

    (void)state;
    expect_text("From: scan@example.ca\r\nSubject: Numérisation\r\nContent-Type: application/pdf; "
                "name=scan.pdf\r\n\r\n%PDF-1.4",
                EMAIL_TAKEN, "");
    expect_text("From: b@example.ca\r\n\r\n", EMAIL_TAKEN, "");
    messages = records("message");
    assert_int_equal(json_array_size(messages), 2);
    assert_int_equal(json_array_size(json_object_get(json_array_get(messages, 0), "attachments")),
                     1);
    json_decref(messages);
}

static void what_cannot_be_read_changes_nothing_but_the_list(void **state)
{
    char reason[EMAIL_TAKEN_REASON_SIZE];

    (void)state;
    assert_int_equal(take_file("malformed.eml", reason), EMAIL_REFUSED);
    assert_string_equal(reason, "it says no sender");
    assert_int_equal(take_file("malformed.eml", reason), EMAIL_REFUSED);
    expect_refused((const char *const[]){"it says no sender", NULL});
    assert_int_equal(count("case"), 0);
    assert_int_equal(count("message"), 0);
}

static void machines_that_answer_nothing_are_refused(void **state)
{
    (void)state;
    expect_text("From: a@example.ca\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <x@y>\r\n\r\nx",
                EMAIL_REFUSED, "it is automatic, and answers no message of ours");
    expect_text("From: a@example.ca\r\nList-Id: <x.y>\r\n\r\nx", EMAIL_REFUSED,
                "it went to a list, and answers no message of ours");
    expect_text("From: " EMAIL_FIXTURE_ADDRESS "\r\n\r\nx", EMAIL_REFUSED,
                "it is a message of ours that came back");
    assert_int_equal(count("case"), 0);
}

static void a_sender_who_sends_too_many_is_stopped(void **state)
{
    char text[128], reason[EMAIL_TAKEN_REASON_SIZE];

    (void)state;
    for (int i = 0; i < 6; i++) {
        snprintf(text, sizeof(text), "From: %s\r\nMessage-ID: <m%d@x>\r\n\r\nx",
                 i % 2 == 0 ? "a@example.ca" : "A@Example.ca", i);
        expect_text(text, i < 5 ? EMAIL_TAKEN : EMAIL_REFUSED,
                    i < 5 ? "" : "its sender sent too many within an hour");
    }
    /* One that was taken is still known, and others are not kept up. */
    snprintf(text, sizeof(text), "From: a@example.ca\r\nMessage-ID: <m1@x>\r\n\r\nx");
    assert_int_equal(email_fixture_take(&fixture, text, strlen(text), reason), EMAIL_REPEATED);
    expect_text("From: b@example.ca\r\n\r\nx", EMAIL_TAKEN, "");
    fixture.ledger.clock_ms += INT64_C(3600) * 1000;
    expect_text("From: a@example.ca\r\nMessage-ID: <m6@x>\r\n\r\nx", EMAIL_TAKEN, "");
}

/* --- reports ---------------------------------------------------------------------------------- */

/* A message that went out, under the id that report.eml names. */
static void send_out(const char *id)
{
    struct id record;
    json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "channel", "email",
                             "direction", "out", "text", "x", "to", "zoe.gagnon@example.ca",
                             "author", fixture.ledger.actors[BEN].agent.text, "office", "sample/b",
                             "at", "2026-11-26T00:00:00.000Z", "state", "queued");

    assert_true(id_parse(&record, id));
    fixture_applied(&fixture.ledger, BEN,
                    fixture_operation(&fixture.ledger, BEN, OPERATION_APPEND, RECORD_MESSAGE,
                                      &record, 0, body));
}

static void a_report_bounces_the_message_concerned(void **state)
{
    static const char *const why = "it is a delivery report about no message of ours";
    char reason[EMAIL_TAKEN_REASON_SIZE];
    json_t *messages;

    (void)state;
    assert_int_equal(take_file("report.eml", reason), EMAIL_REFUSED);
    assert_string_equal(reason, why);
    send_out("01890000-0000-7000-8000-000000000001");
    assert_int_equal(take_file("report.eml", reason), EMAIL_REPORTED);
    messages = records("message");
    assert_int_equal(json_array_size(messages), 1);
    assert_string_equal(json_text_or(json_array_get(messages, 0), "state", ""), "bounced");
    assert_string_equal(json_text_or(json_array_get(messages, 0), "reason", ""),
                        "smtp; 550 5.1.1 <zoe.gagnon@example.ca>: user unknown");
    json_decref(messages);
    assert_int_equal(take_file("report.eml", reason), EMAIL_REPORTED);
    assert_int_equal(count("case"), 0);
}

static void how_far_a_mailbox_was_read_is_kept(void **state)
{
    const struct ledger_mailbox read = {7, 4000000000};
    struct ledger_mailbox mailbox;
    struct error error = ERROR_INIT;

    (void)state;
    assert_int_equal(ledger_mailbox_read(fixture.ledger.ledger, "a", &mailbox, &error), 0);
    assert_int_equal(mailbox.validity, 0);
    assert_int_equal(mailbox.uid, 0);
    assert_int_equal(ledger_mailbox_write(fixture.ledger.ledger, "a", &read, &error), 0);
    fixture_reopen(&fixture.ledger);
    assert_int_equal(ledger_mailbox_read(fixture.ledger.ledger, "a", &mailbox, &error), 0);
    assert_int_equal(mailbox.validity, 7);
    assert_int_equal(mailbox.uid, 4000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_thread_is_one_case, setup, teardown),
        cmocka_unit_test_setup_teardown(the_client_is_who_wrote, setup, teardown),
        cmocka_unit_test_setup_teardown(a_scan_without_a_word_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_changes_nothing_but_the_list, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(machines_that_answer_nothing_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_sender_who_sends_too_many_is_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(a_report_bounces_the_message_concerned, setup, teardown),
        cmocka_unit_test_setup_teardown(how_far_a_mailbox_was_read_is_kept, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
