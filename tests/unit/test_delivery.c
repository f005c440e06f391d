/* Deliveries to a real agency over HTTPS: what it gets, what becomes of each kind of answer, and
 * that it gets each filing once, whatever breaks. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "tests/unit/delivery_fixture.h"

static int setup(void **state)
{
    struct delivery_fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    delivery_fixture_open(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    delivery_fixture_close(*state);
    free(*state);
    return 0;
}

/* Waits for a state and forgets the body. */
static void reaches(struct delivery_fixture *f, const struct id *submission, const char *name,
                    const char *state, const char *member, const char *text)
{
    json_decref(delivery_wait(f, submission, name, state, member, text));
}

/* The receipt that the agency gives. */
static const char *receipt_of(const struct id *submission, const char *name)
{
    static char receipt[64];
    struct id id = delivery_id(submission, name);

    snprintf(receipt, sizeof(receipt), "%s-%s", name, id.text + ID_TEXT_LENGTH - 6);
    return receipt;
}

static void expect_texts(const json_t *body, const char *member, const char *text)
{
    assert_string_equal(json_text_or(body, member, ""), text);
}

/* --- what is sent ----------------------------------------------------------------------------- */

static void test_each_agency_gets_its_part(void **state)
{
    static const char *const names[] = {"saaq", "ramq", "without", NULL};
    struct delivery_fixture *f = *state;
    struct id submission, delivery;
    json_t *body, *answers;

    agencies_write(f, names, "");
    sender_start(f);
    submission = filing_make(f, names);
    delivery = delivery_id(&submission, "ramq");
    reaches(f, &submission, "saaq", "acknowledged", "receipt", receipt_of(&submission, "saaq"));
    body = delivery_wait(f, &submission, "ramq", "acknowledged", NULL, NULL);
    assert_int_equal(json_integer_or(body, "attempts", 0), 1);
    assert_string_not_equal(json_text_or(body, "decided_at", ""), "");
    expect_texts(body, "next_attempt_at", "");
    json_decref(body);
    reaches(f, &submission, "without", "withheld", "cause", DELIVERY_NO_CONSENT);
    assert_int_equal(agency_count(f, "saaq", "POST", false), 1);
    assert_int_equal(agency_count(f, "ramq", "POST", true), 1);
    assert_int_equal(agency_count(f, "without", "POST", false), 0);
    body = agency_body(f, "ramq");
    expect_texts(body, "delivery", delivery.text);
    expect_texts(body, "submission", submission.text);
    expect_texts(body, "agency", "ramq");
    expect_texts(body, "form", "sample/move");
    expect_texts(body, "submitted_at", "2026-11-26T15:00:00.000Z");
    assert_int_equal(json_integer_or(body, "form_version", 0), 3);
    assert_int_equal(json_object_size(body), 7);
    answers = json_pack("{s:s, s:s}", "street", "1 rue des Érables", "ramq", "for ramq");
    assert_true(json_equal(json_object_get(body, "answers"), answers));
    json_decref(answers);
    json_decref(body);
}

/* --- refusals --------------------------------------------------------------------------------- */

static void test_refused_and_sent_again(void **state)
{
    static const char *const names[] = {"saaq", "rude", NULL};
    struct delivery_fixture *f = *state;
    struct id submission, id;
    json_t *body;

    agencies_write(f, names, "");
    agency_order(f, "saaq", "refuse No such licence");
    agency_order(f, "rude", "hostile");
    sender_start(f);
    submission = filing_make(f, names);
    body = delivery_wait(f, &submission, "saaq", "refused", "reason", "No such licence");
    expect_texts(body, "cause", DELIVERY_REFUSED);
    json_decref(body);
    body = delivery_wait(f, &submission, "rude", "refused", NULL, NULL);
    assert_non_null(strstr(json_text_or(body, "reason", ""), "licence"));
    for (const char *at = json_text_or(body, "reason", ""); *at != '\0'; at++)
        assert_true((unsigned char)*at >= ' ');
    json_decref(body);
    /* An agent has it sent again, and the agency counts one filing. */
    agency_order(f, "saaq", "ok");
    id = delivery_id(&submission, "saaq");
    fixture_applied(&f->ledger, ANNE,
                    fixture_operation(&f->ledger, ANNE, OPERATION_CLAIM, RECORD_DELIVERY, &id, 2,
                                      json_pack("{s:s}", "state", "waiting")));
    body = delivery_wait(f, &submission, "saaq", "acknowledged", NULL, NULL);
    expect_texts(body, "reason", "");
    expect_texts(body, "cause", "");
    json_decref(body);
    assert_int_equal(agency_count(f, "saaq", "POST", false), 2);
    assert_int_equal(agency_count(f, "saaq", "POST", true), 1);
}

/* --- trouble ---------------------------------------------------------------------------------- */

static void test_trouble_passes(void **state)
{
    static const char *const names[] = {"fails", "cuts", "busy", NULL};
    struct delivery_fixture *f = *state;
    struct id submission;
    json_t *body;

    agencies_write(f, names, "");
    agency_order(f, "fails", "fail 2");
    agency_order(f, "cuts", "cut 2");
    agency_order(f, "busy", "busy 1 2");
    sender_start(f);
    submission = filing_make(f, names);
    body = delivery_wait(f, &submission, "fails", "acknowledged", NULL, NULL);
    assert_int_equal(json_integer_or(body, "attempts", 0), 3);
    json_decref(body);
    body = delivery_wait(f, &submission, "cuts", "acknowledged", NULL, NULL);
    json_decref(body);
    reaches(f, &submission, "busy", "acknowledged", NULL, NULL);
    /* Taken at the first attempt, though nobody heard of it: one filing. */
    assert_int_equal(agency_count(f, "cuts", "POST", true), 1);
    assert_true(agency_count(f, "cuts", "POST", false) >= 3);
    assert_int_equal(agency_count(f, "busy", "POST", false), 2);
}

static void test_bad_answers_end(void **state)
{
    static const char *const names[] = {"garbage", "large", "elsewhere", NULL};
    struct delivery_fixture *f = *state;
    struct id submission;

    agencies_write(f, names, ", \"give_up_seconds\": 2");
    agency_order(f, "garbage", "garbage");
    agency_order(f, "large", "large");
    agency_order(f, "elsewhere", "elsewhere");
    sender_start(f);
    submission = filing_make(f, names);
    for (size_t i = 0; names[i] != NULL; i++) {
        reaches(f, &submission, names[i], "refused", "cause", DELIVERY_BAD_ANSWER);
        assert_true(agency_count(f, names[i], "POST", false) >= 2);
        assert_int_equal(agency_count(f, names[i], "POST", true), 1);
    }
}

static void test_down_and_up_again(void **state)
{
    static const char *const names[] = {"saaq", NULL};
    struct delivery_fixture *f = *state;
    struct id submission;
    json_t *body;

    agencies_write(f, names, "");
    agency_end(f);
    sender_start(f);
    submission = filing_make(f, names);
    body = delivery_wait(f, &submission, "saaq", "waiting", "cause", DELIVERY_UNREACHABLE);
    assert_string_not_equal(json_text_or(body, "next_attempt_at", ""), "");
    json_decref(body);
    agency_start(f);
    reaches(f, &submission, "saaq", "acknowledged", NULL, NULL);
    assert_int_equal(agency_count(f, "saaq", "POST", true), 1);
}

/* An agency that presents another certificate than the one pinned gets nothing. */
static void test_pinned(void **state)
{
    static const char *const names[] = {"saaq", NULL};
    struct delivery_fixture *f = *state;
    struct id submission;
    char command[1024];

    snprintf(command, sizeof(command),
             "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
             "-subj /CN=agency -addext subjectAltName=IP:127.0.0.1 -keyout /dev/null "
             "-out '%s/agency.pem' 2>'%s/openssl.log'",
             f->ledger.folder, f->ledger.folder);
    assert_int_equal(system(command), 0);
    agencies_write(f, names, "");
    sender_start(f);
    submission = filing_make(f, names);
    reaches(f, &submission, "saaq", "waiting", "cause", DELIVERY_UNREACHABLE);
    assert_int_equal(agency_count(f, "saaq", "POST", false), 0);
    assert_non_null(strstr(f->log, "not trusted"));
}

/* --- later answers ---------------------------------------------------------------------------- */

static void test_asked_later(void **state)
{
    static const char *const names[] = {"later", "never", NULL};
    struct delivery_fixture *f = *state;
    struct id submission;
    json_t *body;

    agencies_write(f, names, ", \"answer_seconds\": 4");
    agency_order(f, "later", "later 2");
    agency_order(f, "never", "never");
    sender_start(f);
    submission = filing_make(f, names);
    body = delivery_wait(f, &submission, "later", "acknowledged", "receipt",
                         receipt_of(&submission, "later"));
    assert_string_not_equal(json_text_or(body, "sent_at", ""), "");
    json_decref(body);
    assert_int_equal(agency_count(f, "later", "POST", false), 1);
    assert_int_equal(agency_count(f, "later", "GET", false), 2);
    reaches(f, &submission, "never", "refused", "cause", DELIVERY_NO_ANSWER);
    assert_int_equal(agency_count(f, "never", "POST", false), 1);
}

/* --- stalling --------------------------------------------------------------------------------- */

static void test_a_stall_holds_up_nobody(void **state)
{
    static const char *const names[] = {"stalls", "saaq", NULL};
    struct delivery_fixture *f = *state;
    struct id first, second;
    struct timespec begin, done;

    agencies_write(f, names, ", \"timeout_seconds\": 600");
    agency_order(f, "stalls", "stall");
    sender_start(f);
    first = filing_make(f, names);
    agency_wait(f, "stalls", "POST", 1);
    /* The other agency, and the ledger, go on. */
    second = filing_make(f, names);
    reaches(f, &first, "saaq", "acknowledged", NULL, NULL);
    reaches(f, &second, "saaq", "acknowledged", NULL, NULL);
    reaches(f, &first, "stalls", "waiting", NULL, NULL);
    /* And so does the end, long before the time given to the agency. */
    clock_gettime(CLOCK_MONOTONIC, &begin);
    sender_stop(f);
    clock_gettime(CLOCK_MONOTONIC, &done);
    assert_true(done.tv_sec - begin.tv_sec < 300);
    reaches(f, &first, "stalls", "waiting", NULL, NULL);
}

static void test_a_stall_times_out(void **state)
{
    static const char *const names[] = {"stalls", NULL};
    struct delivery_fixture *f = *state;
    struct id submission;

    agencies_write(f, names, ", \"timeout_seconds\": 1");
    agency_order(f, "stalls", "stall");
    sender_start(f);
    submission = filing_make(f, names);
    reaches(f, &submission, "stalls", "waiting", "cause", DELIVERY_UNREACHABLE);
    agency_order(f, "stalls", "ok");
    reaches(f, &submission, "stalls", "acknowledged", NULL, NULL);
    assert_int_equal(agency_count(f, "stalls", "POST", true), 1);
}

/* --- kill -9 between the POST and the record ---------------------------------------------------
 */

static void test_killed_in_between(void **state)
{
    static const char *const names[] = {"saaq", NULL};
    struct delivery_fixture *f = *state;
    struct id submission = filing_make(f, names);
    pid_t child;

    agencies_write(f, names, ", \"timeout_seconds\": 600");
    agency_order(f, "saaq", "stall"); /* takes it, and nobody hears of it */
    ledger_close(f->ledger.ledger);
    child = fork();
    if (child == 0) {
        if (ledger_open(&f->ledger.ledger, f->ledger.path, NULL) != 0)
            _exit(1);
        sender_start(f);
        for (;;)
            pause();
    }
    agency_wait(f, "saaq", "POST", 1);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(ledger_open(&f->ledger.ledger, f->ledger.path, NULL), 0);
    reaches(f, &submission, "saaq", "waiting", NULL, NULL);
    agency_order(f, "saaq", "ok");
    sender_start(f);
    reaches(f, &submission, "saaq", "acknowledged", NULL, NULL);
    assert_int_equal(agency_count(f, "saaq", "POST", false), 2);
    assert_int_equal(agency_count(f, "saaq", "POST", true), 1);
}

/* --- consent withdrawn, agencies unknown -------------------------------------------------------
 */

static void test_withdrawn_before_sending(void **state)
{
    static const char *const names[] = {"saaq", NULL};
    struct delivery_fixture *f = *state;
    struct id submission = filing_make(f, names), id = delivery_id(&submission, "saaq"), other;

    fixture_applied(&f->ledger, ANNE,
                    fixture_operation(&f->ledger, ANNE, OPERATION_CLAIM, RECORD_DELIVERY, &id, 1,
                                      json_pack("{s:s}", "state", "withheld")));
    other = filing_make(f, names);
    agencies_write(f, names, "");
    sender_start(f);
    reaches(f, &other, "saaq", "acknowledged", NULL, NULL);
    reaches(f, &submission, "saaq", "withheld", NULL, NULL);
    assert_int_equal(agency_count(f, "saaq", "POST", false), 1);
}

static void test_not_connected(void **state)
{
    static const char *const known[] = {"saaq", NULL};
    static const char *const names[] = {"saaq", "ramq", NULL};
    struct delivery_fixture *f = *state;
    struct id submission;
    json_t *body;

    agencies_write(f, known, "");
    sender_start(f);
    submission = filing_make(f, names);
    reaches(f, &submission, "saaq", "acknowledged", NULL, NULL);
    reaches(f, &submission, "ramq", "waiting", "cause", DELIVERY_NOT_CONNECTED);
    sender_stop(f);
    agencies_write(f, names, "");
    sender_start(f);
    body = delivery_wait(f, &submission, "ramq", "acknowledged", NULL, NULL);
    expect_texts(body, "cause", "");
    assert_int_equal(json_integer_or(body, "attempts", 0), 1);
    json_decref(body);
}

/* Plain HTTP never leaves the machine: the server does not start with such an agency. */
static void test_plain_http_stays_at_home(void **state)
{
    struct delivery_fixture *f = *state;
    const struct delivery_options options = {.agencies = f->agencies, .key = f->key};
    struct delivery_sender *sender;
    struct error error = ERROR_INIT;
    FILE *file = fopen(f->agencies, "w");

    assert_non_null(file);
    fputs("{\"agencies\": [{\"id\": \"saaq\", \"url\": \"http://192.0.2.1/filings\"}]}", file);
    fclose(file);
    assert_int_equal(delivery_sender_start(&sender, &options, f->ledger.ledger, &error),
                     ERROR_INVALID);
    assert_non_null(strstr(error.message, "agency saaq"));
    assert_non_null(strstr(error.message, "plain HTTP"));
    assert_null(sender);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_agency_gets_its_part, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused_and_sent_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trouble_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_answers_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_down_and_up_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pinned, setup, teardown),
        cmocka_unit_test_setup_teardown(test_asked_later, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stall_holds_up_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_stall_times_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_killed_in_between, setup, teardown),
        cmocka_unit_test_setup_teardown(test_withdrawn_before_sending, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_connected, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plain_http_stays_at_home, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
