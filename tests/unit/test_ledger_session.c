/* Sessions, refresh tokens and terminals, with a clock of the test's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/ledger_order.h"
#include "tests/unit/session_fixture.h"

#define MINUTE INT64_C(60000)

static const int64_t start = SESSION_START;

/* --- refreshing ------------------------------------------------------------------------------- */

static void test_tokens_are_short_and_renewed(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    char first[LEDGER_TOKEN_SIZE];

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(terminal.login.expires_ms, start + TRUST_ACCESS_MS);
    assert_int_equal(terminal.login.refresh_expires_ms, start + LEDGER_SESSION_MS);
    snprintf(first, sizeof(first), "%s", terminal.login.token);
    assert_true(session_is_good(f, first, start + 15 * MINUTE - 1));
    assert_false(session_is_good(f, first, start + 15 * MINUTE));
    /* Past its end the access token is worth nothing, and the refresh token renews it. */
    assert_int_equal(session_refresh(f, &terminal, NULL, start + 16 * MINUTE, NULL), 0);
    assert_string_not_equal(first, terminal.login.token);
    assert_true(session_is_good(f, terminal.login.token, start + 30 * MINUTE));
    /* What was asked with the one before goes on: long polls sleep with it. */
    assert_int_equal(session_refresh(f, &terminal, NULL, start + 17 * MINUTE, NULL), 0);
    for (int i = 1; i < 40; i++)
        assert_int_equal(session_refresh(f, &terminal, NULL, start + 17 * MINUTE * i, NULL), 0);
    /* All of it ends when a sign-in does. */
    assert_int_equal(session_refresh(f, &terminal, NULL, start + LEDGER_SESSION_MS, NULL),
                     ERROR_NOT_FOUND);
    session_clear(&terminal);
}

static void test_a_lost_answer_locks_nobody_out(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct ledger_login lost, again;
    char shown[LEDGER_TOKEN_SIZE];

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    snprintf(shown, sizeof(shown), "%s", terminal.login.refresh);
    assert_int_equal(session_refresh(f, &terminal, shown, start + MINUTE, &lost), 0);
    /* Its answer was cut; and so was the next one. */
    ledger_login_clear(&lost);
    assert_int_equal(session_refresh(f, &terminal, shown, start + 2 * MINUTE, &lost), 0);
    assert_int_equal(session_refresh(f, &terminal, shown, start + 3 * MINUTE, &again), 0);
    assert_true(session_is_good(f, again.token, start + 3 * MINUTE));
    session_clear(&terminal);
    terminal.login = again;
    assert_int_equal(session_refresh(f, &terminal, NULL, start + 4 * MINUTE, NULL), 0);
    /* Once the new one was used, the old one is a stolen one. */
    assert_int_equal(session_refresh(f, &terminal, shown, start + 5 * MINUTE, NULL),
                     ERROR_NOT_FOUND);
    assert_int_equal(session_told(f, "refresh: a token that was spent"), 1);
    assert_false(session_is_good(f, terminal.login.token, start + 5 * MINUTE));
    ledger_login_clear(&lost);
    session_clear(&terminal);
}

static void test_a_first_sign_in_is_bound_by_its_renewal(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct id device = fixture_id(f), other = fixture_id(f);
    struct ledger_mark mark = {.next = "1.abc"};
    struct ledger_actor actor;
    struct device_proof proof;
    struct ledger_renewal renewal = {.proof = &proof, .holds = true, .mark = &mark};

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    terminal.device = (struct id){""};
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    for (int i = 0; i < 2; i++) {
        char shown[LEDGER_TOKEN_SIZE];

        snprintf(shown, sizeof(shown), "%s", terminal.login.refresh);
        renewal.token = shown;
        renewal.device = i == 0 ? device : other;
        device_proof_make(&proof, &terminal.key, DEVICE_PROOF_TOKEN, "", start);
        session_clear(&terminal);
        /* Once, and to no other. */
        assert_int_equal(ledger_refresh(f->ledger, &renewal, start, &terminal.login, NULL),
                         i == 0 ? 0 : ERROR_NOT_FOUND);
        if (i > 0)
            continue;
        assert_int_equal(ledger_session_find(f->ledger, terminal.login.token, start, &actor, NULL),
                         0);
        assert_string_equal(actor.device.text, device.text);
    }
    session_clear(&terminal);
}

static void test_a_spent_token_ends_all_of_it(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    char shown[LEDGER_TOKEN_SIZE], access[LEDGER_TOKEN_SIZE];

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    snprintf(shown, sizeof(shown), "%s", terminal.login.refresh);
    for (int i = 1; i <= 2; i++)
        assert_int_equal(session_refresh(f, &terminal, NULL, start + i * MINUTE, NULL), 0);
    snprintf(access, sizeof(access), "%s", terminal.login.token);
    assert_int_equal(session_refresh(f, &terminal, shown, start + 3 * MINUTE, NULL),
                     ERROR_NOT_FOUND);
    assert_false(session_is_good(f, access, start + 3 * MINUTE));
    assert_int_equal(session_refresh(f, &terminal, NULL, start + 3 * MINUTE, NULL),
                     ERROR_NOT_FOUND);
    assert_int_equal(session_told(f, "refresh: a token that was spent"), 1);
    /* Another sign-in of the agent is another affair. */
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start + 4 * MINUTE), 0);
    assert_true(session_is_good(f, terminal.login.token, start + 4 * MINUTE));
    session_clear(&terminal);
}

static void test_a_token_is_worth_nothing_without_its_key(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal, thief;
    char stolen[LEDGER_TOKEN_SIZE];

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    session_terminal_make(f, &thief);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    snprintf(stolen, sizeof(stolen), "%s", terminal.login.refresh);
    assert_int_equal(session_refresh(f, &thief, stolen, start + MINUTE, NULL), ERROR_NOT_FOUND);
    assert_int_equal(session_told(f, "refresh: without the terminal's key"), 1);
    assert_false(session_is_good(f, terminal.login.token, start + MINUTE));
    session_clear(&terminal);
}

static void test_a_request_is_taken_once(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct ledger_login result;
    struct device_proof proof;
    char subject[DEVICE_TOKEN_SUBJECT_SIZE], shown[LEDGER_TOKEN_SIZE];

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    snprintf(shown, sizeof(shown), "%s", terminal.login.refresh);
    device_proof_token_subject(shown, "", subject);
    device_proof_make(&proof, &terminal.key, DEVICE_PROOF_TOKEN, subject, start);
    assert_int_equal(
        ledger_refresh(f->ledger,
                       &(struct ledger_renewal){.token = shown, .proof = &proof, .holds = true},
                       start, &result, NULL),
        0);
    session_clear(&terminal);
    terminal.login = result;
    /* Whoever recorded it gets nothing, and the agent is none the worse. */
    assert_int_equal(
        ledger_refresh(f->ledger,
                       &(struct ledger_renewal){.token = shown, .proof = &proof, .holds = true},
                       start, &result, NULL),
        ERROR_CONFLICT);
    assert_int_equal(result.barrier, LEDGER_BARRIER_REPLAYED);
    assert_int_equal(session_refresh(f, &terminal, NULL, start + MINUTE, NULL), 0);
    session_clear(&terminal);
}

/* --- clocks ----------------------------------------------------------------------------------- */

static void test_a_clock_that_jumps(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct ledger_login result;
    struct device_proof proof;
    char subject[DEVICE_TOKEN_SUBJECT_SIZE];

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    /* Back by a day: what was given lives no longer for it. */
    assert_false(session_is_good(f, terminal.login.token, start - 24 * 60 * MINUTE));
    assert_int_equal(session_refresh(f, &terminal, NULL, start - 24 * 60 * MINUTE, NULL),
                     ERROR_NOT_FOUND);
    /* By less than a minute: nobody notices. */
    assert_true(session_is_good(f, terminal.login.token, start - MINUTE));
    /* Forward past the end of all of it. */
    assert_false(session_is_good(f, terminal.login.token, start + LEDGER_SESSION_MS));
    /* A proof of another time is refused, and harms nothing. */
    device_proof_token_subject(terminal.login.refresh, "", subject);
    for (int sign = -1; sign <= 1; sign += 2) {
        device_proof_make(&proof, &terminal.key, DEVICE_PROOF_TOKEN, subject,
                          start + sign * (DEVICE_PROOF_WINDOW_MS + 1));
        assert_int_equal(ledger_refresh(f->ledger,
                                        &(struct ledger_renewal){.token = terminal.login.refresh,
                                                                 .proof = &proof,
                                                                 .holds = true},
                                        start, &result, NULL),
                         ERROR_REFUSED);
        assert_int_equal(result.barrier, LEDGER_BARRIER_CLOCK);
    }
    assert_int_equal(session_refresh(f, &terminal, NULL, start + MINUTE, NULL), 0);
    session_clear(&terminal);
}

static void test_codes_and_clocks(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    char code[LEDGER_ENROLMENT_CODE_SIZE], name[LEDGER_TERMINAL_NAME_LIMIT + 1];
    int64_t expires, retry;

    session_terminal_make(f, &terminal);
    assert_int_equal(ledger_enrolment_make(f->ledger, "c-1", 60, start, code, &expires, NULL), 0);
    assert_int_equal(expires, start + 60 * MINUTE);
    assert_int_equal(
        ledger_enrol(f->ledger,
                     &(struct ledger_enrolment){code, terminal.key.public, "::1", "request-1"},
                     expires, name, &retry, NULL),
        ERROR_NOT_FOUND);
    /* A clock set back does not make it good for longer. */
    assert_int_equal(ledger_enrolment_make(f->ledger, "c-1", 60, start, code, &expires, NULL), 0);
    assert_int_equal(
        ledger_enrol(f->ledger,
                     &(struct ledger_enrolment){code, terminal.key.public, "::1", "request-1"},
                     start - 60 * MINUTE, name, &retry, NULL),
        ERROR_NOT_FOUND);
    assert_int_equal(
        ledger_enrol(f->ledger,
                     &(struct ledger_enrolment){code, terminal.key.public, "::1", "request-1"},
                     start, name, &retry, NULL),
        0);
}

/* --- enrolment -------------------------------------------------------------------------------- */

static void test_a_code_enrols_one_terminal(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal, other;
    char code[LEDGER_ENROLMENT_CODE_SIZE], name[LEDGER_TERMINAL_NAME_LIMIT + 1], typed[32];
    int64_t expires, retry;
    size_t length = 0;

    session_terminal_make(f, &terminal);
    session_terminal_make(f, &other);
    assert_int_equal(ledger_enrolment_make(f->ledger, "Counter", 60, start, code, &expires, NULL),
                     ERROR_INVALID);
    assert_int_equal(ledger_enrolment_make(f->ledger, "counter-1", 0, start, code, &expires, NULL),
                     ERROR_INVALID);
    assert_int_equal(ledger_enrolment_make(f->ledger, "counter-1", 60, start, code, &expires, NULL),
                     0);
    assert_int_equal(strlen(code), LEDGER_ENROLMENT_CODE_SIZE - 1);
    /* As people type. */
    for (size_t i = 0; code[i] != '\0'; i++)
        if (code[i] != '-')
            typed[length++] = (char)(code[i] >= 'A' ? code[i] - 'A' + 'a' : code[i]);
    typed[length] = '\0';
    assert_int_equal(
        ledger_enrol(f->ledger,
                     &(struct ledger_enrolment){typed, terminal.key.public, "::1", "request-1"},
                     start, name, &retry, NULL),
        0);
    assert_string_equal(name, "counter-1");
    assert_int_equal(
        ledger_enrol(f->ledger,
                     &(struct ledger_enrolment){code, other.key.public, "::1", "request-1"}, start,
                     name, &retry, NULL),
        ERROR_NOT_FOUND);
    /* Its name is taken until it is ended. */
    assert_int_equal(ledger_enrolment_make(f->ledger, "counter-1", 60, start, code, &expires, NULL),
                     ERROR_CONFLICT);
    assert_int_equal(
        ledger_terminal_end(f->ledger, "counter-1", LEDGER_TERMINAL_REVOKED, start, NULL), 0);
    session_enrol(f, &other, "counter-1", start);
    assert_int_equal(session_told(f, "device enrolled: counter-1"), 2);
    assert_int_equal(session_told(f, "device revoked: counter-1"), 1);
}

static void test_guessing_codes_costs_time(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    char code[LEDGER_ENROLMENT_CODE_SIZE], name[LEDGER_TERMINAL_NAME_LIMIT + 1], guess[32];
    int64_t expires, retry = 0;
    int tried = 0;

    session_terminal_make(f, &terminal);
    assert_int_equal(ledger_enrolment_make(f->ledger, "c-1", 60, start, code, &expires, NULL), 0);
    for (;; tried++) {
        snprintf(guess, sizeof(guess), "AAAA-AAAA-%04d", tried);
        /* One network, whatever address of it. */
        snprintf(name, sizeof(name), "2001:db8::%d", tried + 1);
        if (ledger_enrol(f->ledger,
                         &(struct ledger_enrolment){guess, terminal.key.public, name, "request-1"},
                         start, name, &retry, NULL) != ERROR_NOT_FOUND)
            break;
    }
    assert_int_equal(tried, 5);
    assert_true(retry >= 2000);
    fixture_reopen(f);
    assert_int_equal(ledger_enrol(f->ledger,
                                  &(struct ledger_enrolment){code, terminal.key.public,
                                                             "2001:db8::99", "request-1"},
                                  start, name, &retry, NULL),
                     ERROR_BUSY);
    /* Once a wait, and what came meanwhile when the ledger is closed. */
    assert_int_equal(session_told(f, "device code: held off"), 2);
    assert_int_equal(ledger_enrol(f->ledger,
                                  &(struct ledger_enrolment){code, terminal.key.public,
                                                             "2001:db8::98", "request-1"},
                                  start, name, &retry, NULL),
                     ERROR_BUSY);
    assert_int_equal(session_told(f, "device code: held off"), 2);
    fixture_reopen(f);
    assert_int_equal(session_told(f, "device code: held off"), 3);
    assert_int_equal(session_told_by(f, "device code", "request-1"), 7);
    /* Elsewhere it is good. */
    assert_int_equal(ledger_enrol(f->ledger,
                                  &(struct ledger_enrolment){code, terminal.key.public, "192.0.2.7",
                                                             "request-1"},
                                  start, name, &retry, NULL),
                     0);
}

static void test_enrolment_may_be_required(void **state)
{
    struct ledger_fixture *f = *state;
    struct trust_rules rules = TRUST_RULES_PRESET;
    struct session_terminal terminal;
    struct ledger_login login;
    struct id none = {""};

    rules.enrolment_required = true;
    session_agent(f, "eve");
    session_agent_as(f, "screen", "display");
    session_terminal_make(f, &terminal);
    ledger_rules_set(f->ledger, &rules);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), ERROR_REFUSED);
    assert_int_equal(terminal.login.barrier, LEDGER_BARRIER_UNKNOWN);
    /* Those of before there were keys neither. */
    assert_int_equal(
        ledger_login(f->ledger, "eve", SESSION_PASSWORD, &none, NULL, start, &login, NULL),
        ERROR_REFUSED);
    assert_int_equal(login.barrier, LEDGER_BARRIER_UNKNOWN);
    /* A public screen reads numbers alone. */
    assert_int_equal(
        ledger_login(f->ledger, "screen", SESSION_PASSWORD, &none, NULL, start, &login, NULL), 0);
    ledger_login_clear(&login);
    session_enrol(f, &terminal, "counter-1", start);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(session_refresh(f, &terminal, NULL, start + MINUTE, NULL), 0);
    session_clear(&terminal);
}

/* --- ending ----------------------------------------------------------------------------------- */

static void test_a_revoked_terminal_is_served_no_more(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal, other;
    uint64_t people;

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    session_terminal_make(f, &other);
    session_enrol(f, &terminal, "c-1", start);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(session_sign_in(f, &other, "eve", SESSION_PASSWORD, start), 0);
    people = ledger_people(f->ledger);
    assert_int_equal(ledger_terminal_end(f->ledger, "c-1", LEDGER_TERMINAL_REVOKED, start, NULL),
                     0);
    assert_true(ledger_people(f->ledger) != people);
    assert_false(session_is_good(f, terminal.login.token, start));
    assert_int_equal(session_refresh(f, &terminal, NULL, start, NULL), ERROR_REFUSED);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), ERROR_REFUSED);
    assert_int_equal(terminal.login.barrier, LEDGER_BARRIER_REVOKED);
    assert_true(session_is_good(f, other.login.token, start));
    assert_int_equal(ledger_terminal_end(f->ledger, "c-2", LEDGER_TERMINAL_REVOKED, start, NULL),
                     ERROR_NOT_FOUND);
    session_clear(&other);
}

static void test_a_wiped_terminal_is_told(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct ledger_actor actor;
    struct ledger_login got;
    json_t *list;

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    session_enrol(f, &terminal, "c-1", start);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(ledger_terminal_end(f->ledger, "c-1", LEDGER_TERMINAL_WIPED, start, NULL), 0);
    assert_int_equal(
        ledger_session_find(f->ledger, terminal.login.token, start + MINUTE, &actor, NULL),
        ERROR_CANCELLED);
    assert_true(actor.wiped);
    assert_true(id_is_empty(&actor.agent));
    assert_memory_equal(actor.key, terminal.key.public, DEVICE_KEY_SIZE);
    assert_int_equal(session_refresh(f, &terminal, NULL, start + MINUTE, &got), ERROR_REFUSED);
    assert_int_equal(got.barrier, LEDGER_BARRIER_WIPED);
    /* With any password: it is the terminal that is told. */
    assert_int_equal(session_sign_in(f, &terminal, "nobody", "wrong", start), ERROR_REFUSED);
    assert_int_equal(terminal.login.barrier, LEDGER_BARRIER_WIPED);
    assert_int_equal(ledger_terminal_told(f->ledger, terminal.key.public, start + MINUTE, NULL), 0);
    assert_int_equal(ledger_terminal_told(f->ledger, terminal.key.public, start + MINUTE, NULL), 0);
    assert_int_equal(session_told(f, "device told to erase itself"), 1);
    assert_int_equal(ledger_terminals(f->ledger, &list, NULL), 0);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "state")),
                        "wiped");
    assert_non_null(json_object_get(json_array_get(list, 0), "told_at"));
    json_decref(list);
}

static void test_signing_out_ends_all_that_followed(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    json_t *order = json_pack("{s:s, s:s}", "order", "agent-sign-out", "login", "EVE"), *answer;

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(ledger_session_end(f->ledger, terminal.login.token, NULL, start, NULL), 0);
    assert_int_equal(session_refresh(f, &terminal, NULL, start, NULL), ERROR_NOT_FOUND);
    assert_int_equal(session_told(f, "logout"), 1);
    /* By an administrator. */
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(ledger_order(f->ledger, order, start, &answer, NULL), 0);
    json_decref(answer);
    assert_false(session_is_good(f, terminal.login.token, start));
    assert_int_equal(session_refresh(f, &terminal, NULL, start, NULL), ERROR_NOT_FOUND);
    json_decref(order);
    session_clear(&terminal);
}

/* --- lockout ---------------------------------------------------------------------------------- */

static int strange_sign_in(struct ledger_fixture *f, const char *login, const char *password,
                           const char *address, int64_t now)
{
    const struct ledger_sign_in asked = {.login = login, .password = password, .address = address};
    struct ledger_login result;
    int code = ledger_sign_in(f->ledger, &asked, now, &result, NULL);

    ledger_login_clear(&result);
    return code;
}

static void test_a_stranger_locks_nobody_out_of_their_terminal(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    json_t *order = json_pack("{s:s, s:s}", "order", "agent-unlock", "login", "eve"), *answer;
    char address[32];

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    session_enrol(f, &terminal, "c-1", start);
    for (int i = 0; i < 3; i++) {
        snprintf(address, sizeof(address), "198.51.100.%d", i);
        assert_int_equal(strange_sign_in(f, "eve", "wrong", address, start), ERROR_REFUSED);
    }
    assert_int_equal(strange_sign_in(f, "eve", SESSION_PASSWORD, "198.51.100.9", start),
                     ERROR_BUSY);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    /* That did not free the strangers; an administrator does. */
    assert_int_equal(strange_sign_in(f, "eve", SESSION_PASSWORD, "198.51.100.9", start),
                     ERROR_BUSY);
    assert_int_equal(ledger_order(f->ledger, order, start, &answer, NULL), 0);
    assert_int_equal(json_integer_value(json_object_get(answer, "cleared")), 1);
    json_decref(answer);
    assert_int_equal(strange_sign_in(f, "eve", SESSION_PASSWORD, "198.51.100.9", start), 0);
    /* The terminal has its own count. */
    for (int i = 0; i < 3; i++)
        assert_int_equal(session_sign_in(f, &terminal, "eve", "wrong", start), ERROR_REFUSED);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), ERROR_BUSY);
    assert_int_equal(strange_sign_in(f, "eve", SESSION_PASSWORD, "198.51.100.9", start), 0);
    json_decref(order);
    session_clear(&terminal);
}

static void test_one_address_does_not_try_every_login(void **state)
{
    struct ledger_fixture *f = *state;
    char login[24];
    int tried = 0;

    session_agent(f, "eve");
    for (; tried < 100; tried++) {
        snprintf(login, sizeof(login), "nobody%d", tried);
        if (strange_sign_in(f, login, "Password1", "198.51.100.1", start) == ERROR_BUSY)
            break;
    }
    assert_int_equal(tried, 30);
    assert_int_equal(strange_sign_in(f, "eve", SESSION_PASSWORD, "198.51.100.2", start), 0);
}

static void test_a_clock_set_back_does_not_hold_longer(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_sign_in asked = {.login = "eve", .password = "wrong"};
    struct ledger_login result;

    session_agent(f, "eve");
    for (int i = 0; i < 3; i++)
        assert_int_equal(ledger_sign_in(f->ledger, &asked, start, &result, NULL), ERROR_REFUSED);
    assert_int_equal(ledger_sign_in(f->ledger, &asked, start - 24 * 60 * MINUTE, &result, NULL),
                     ERROR_BUSY);
    assert_true(result.retry_ms <= 15 * MINUTE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_tokens_are_short_and_renewed),
        TEST(test_a_lost_answer_locks_nobody_out),
        TEST(test_a_first_sign_in_is_bound_by_its_renewal),
        TEST(test_a_spent_token_ends_all_of_it),
        TEST(test_a_token_is_worth_nothing_without_its_key),
        TEST(test_a_request_is_taken_once),
        TEST(test_a_clock_that_jumps),
        TEST(test_codes_and_clocks),
        TEST(test_a_code_enrols_one_terminal),
        TEST(test_guessing_codes_costs_time),
        TEST(test_enrolment_may_be_required),
        TEST(test_a_revoked_terminal_is_served_no_more),
        TEST(test_a_wiped_terminal_is_told),
        TEST(test_signing_out_ends_all_that_followed),
        TEST(test_a_stranger_locks_nobody_out_of_their_terminal),
        TEST(test_one_address_does_not_try_every_login),
        TEST(test_a_clock_set_back_does_not_hold_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
