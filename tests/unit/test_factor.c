#define _GNU_SOURCE /* memmem */
/* One-time codes: the vectors of RFC 6238 and RFC 4226, setting up, replays, clocks, recovery. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/ledger_order.h"
#include "net/otp.h"
#include "tests/unit/session_fixture.h"

static const int64_t start = SESSION_START;

static void test_the_vectors(void **state)
{
    static const struct {
        uint64_t seconds;
        const char *code;
    } times[] = {
        {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
        {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"},
    };
    static const char *const counters[] = {"755224", "287082", "359152", "969429", "338314",
                                           "254676", "287922", "162583", "399871", "520489"};
    static const unsigned char secret[] = "12345678901234567890";
    char code[9];

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        assert_true(otp_code(secret, 20, times[i].seconds / 30, 8, code));
        assert_string_equal(code, times[i].code);
    }
    for (uint64_t i = 0; i < 10; i++) {
        assert_true(otp_code(secret, 20, i, 6, code));
        assert_string_equal(code, counters[i]);
    }
}

static void test_a_secret_as_text(void **state)
{
    char text[OTP_TEXT_SIZE], uri[512], small[20];

    (void)state;
    otp_text((const unsigned char *)"12345678901234567890", text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_true(
        otp_uri((const unsigned char *)"12345678901234567890", "j doe&x=é", uri, sizeof(uri)));
    assert_string_equal(uri, "otpauth://totp/Guichet:j%20doe%26x%3D%C3%A9?secret="
                             "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_false(
        otp_uri((const unsigned char *)"12345678901234567890", "eve", small, sizeof(small)));
}

static void test_a_step_early_or_late(void **state)
{
    static const unsigned char secret[OTP_SECRET_SIZE] = "abcdefghijklmnopqrs";
    int64_t step = start / OTP_STEP_MS;
    char code[9];

    (void)state;
    for (int64_t off = -2; off <= 2; off++) {
        assert_true(otp_code(secret, sizeof(secret), (uint64_t)(step + off), 6, code));
        assert_int_equal(otp_match(secret, code, start, 0),
                         off >= -1 && off <= 1 ? step + off : -1);
    }
    assert_true(otp_code(secret, sizeof(secret), (uint64_t)step, 6, code));
    assert_int_equal(otp_match(secret, code, start, step), -1);
    assert_int_equal(otp_match(secret, code, start, step - 1), step);
    assert_int_equal(otp_match(secret, "12345", start, 0), -1);
    assert_int_equal(otp_match(secret, "12345a", start, 0), -1);
    assert_int_equal(otp_match(secret, "", start, 0), -1);
}

/* --- in the ledger ---------------------------------------------------------------------------- */

static const unsigned char key[TRUST_FACTOR_KEY_SIZE] = {1, 2, 3};

static void require_codes(struct ledger_fixture *f)
{
    struct trust_rules rules = TRUST_RULES_PRESET;

    rules.factor_roles = "administrator,supervisor";
    rules.factor_key = key;
    ledger_rules_set(f->ledger, &rules);
}

static int sign_in(struct ledger_fixture *f, const char *code, int64_t now,
                   struct ledger_login *result)
{
    struct ledger_sign_in asked = {.login = "eve", .password = SESSION_PASSWORD, .code = code};

    return ledger_sign_in(f->ledger, &asked, now, result, NULL);
}

/* The secret in an otpauth address. */
static void secret_of(const char *uri, unsigned char secret[OTP_SECRET_SIZE])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const char *at = strstr(uri, "secret=");
    unsigned bits = 0, held = 0;
    size_t length = 0;

    assert_non_null(at);
    for (at += 7; *at != '\0'; at++) {
        bits = (bits << 5 | (unsigned)(strchr(letters, *at) - letters)) & 0xFFF;
        held += 5;
        if (held >= 8) {
            held -= 8;
            secret[length++] = (unsigned char)(bits >> held & 0xFF);
        }
    }
    assert_int_equal(length, OTP_SECRET_SIZE);
}

static void code_at(const unsigned char secret[OTP_SECRET_SIZE], int64_t now, char code[9])
{
    assert_true(otp_code(secret, OTP_SECRET_SIZE, (uint64_t)(now / OTP_STEP_MS), 6, code));
}

/* Sets codes up for "eve"; the recovery codes. */
static void set_up(struct ledger_fixture *f, unsigned char secret[OTP_SECRET_SIZE],
                   char recovery[LEDGER_WORDS_SIZE])
{
    struct ledger_login result;
    char code[9];

    assert_int_equal(sign_in(f, NULL, start, &result), ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_SETUP);
    secret_of(result.words, secret);
    code_at(secret, start, code);
    assert_int_equal(sign_in(f, code, start, &result), 0);
    snprintf(recovery, LEDGER_WORDS_SIZE, "%s", result.words);
    ledger_login_clear(&result);
}

static void test_asked_for_by_role(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;

    session_agent_as(f, "eve", "administrator");
    session_agent(f, "bob");
    require_codes(f);
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "bob", SESSION_PASSWORD, start), 0);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), ERROR_REFUSED);
    assert_int_equal(terminal.login.barrier, LEDGER_BARRIER_SETUP);
    assert_string_equal(terminal.login.token, "");
    /* Nobody learns it without the password. */
    assert_int_equal(session_sign_in(f, &terminal, "eve", "wrong", start), ERROR_REFUSED);
    assert_int_equal(terminal.login.barrier, LEDGER_BARRIER_WRONG);
    assert_string_equal(terminal.login.words, "");
}

static void test_a_code_is_taken_once(void **state)
{
    struct ledger_fixture *f = *state;
    unsigned char secret[OTP_SECRET_SIZE];
    char recovery[LEDGER_WORDS_SIZE], code[9];
    struct ledger_login result;
    int64_t now = start + 600000;

    session_agent_as(f, "eve", "administrator");
    require_codes(f);
    set_up(f, secret, recovery);
    assert_int_equal(sign_in(f, "", now, &result), ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_CODE);
    code_at(secret, now, code);
    assert_int_equal(sign_in(f, code, now, &result), 0);
    assert_string_equal(result.words, "");
    ledger_login_clear(&result);
    /* Over the shoulder, or from a log. */
    assert_int_equal(sign_in(f, code, now + 1000, &result), ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_CODE_WRONG);
    assert_int_equal(session_told(f, "sign-in: one-time code"), 1);
    /* A clock set back does not bring it back either. */
    code_at(secret, now - 300000, code);
    assert_int_equal(sign_in(f, code, now - 300000, &result), ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_CODE_WRONG);
}

static void test_guessing_a_code_costs_time(void **state)
{
    struct ledger_fixture *f = *state;
    unsigned char secret[OTP_SECRET_SIZE];
    char recovery[LEDGER_WORDS_SIZE], code[9];
    struct ledger_login result;
    int64_t now = start + 600000;

    session_agent_as(f, "eve", "administrator");
    require_codes(f);
    set_up(f, secret, recovery);
    /* The right password, asked for in between, does not forget the wrong codes. */
    assert_int_equal(sign_in(f, "000000", now, &result), ERROR_REFUSED);
    assert_int_equal(sign_in(f, "", now, &result), ERROR_REFUSED);
    assert_int_equal(sign_in(f, "000001", now, &result), ERROR_REFUSED);
    code_at(secret, now, code);
    assert_int_equal(sign_in(f, code, now, &result), ERROR_BUSY);
}

static void test_recovery_codes(void **state)
{
    struct ledger_fixture *f = *state;
    unsigned char secret[OTP_SECRET_SIZE];
    char recovery[LEDGER_WORDS_SIZE], first[16];
    struct ledger_login result;
    int64_t now = start + 600000;

    session_agent_as(f, "eve", "administrator");
    require_codes(f);
    set_up(f, secret, recovery);
    assert_int_equal(strlen(recovery), 8 * 10 - 1);
    snprintf(first, sizeof(first), "%.9s", recovery);
    assert_int_equal(sign_in(f, first, now, &result), 0);
    ledger_login_clear(&result);
    assert_int_equal(session_told(f, "a recovery code was used"), 1);
    assert_int_equal(sign_in(f, first, now + 60000, &result), ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_CODE_WRONG);
}

static void test_secrets_are_sealed(void **state)
{
    static const unsigned char other[TRUST_FACTOR_KEY_SIZE] = {9};
    struct ledger_fixture *f = *state;
    unsigned char secret[OTP_SECRET_SIZE];
    char recovery[LEDGER_WORDS_SIZE], code[9];
    struct trust_rules rules = TRUST_RULES_PRESET;
    struct ledger_login result;
    char bytes[65536];
    size_t length;
    FILE *file;

    session_agent_as(f, "eve", "administrator");
    require_codes(f);
    set_up(f, secret, recovery);
    for (int part = 0; part < 2; part++) {
        char path[128];
        char *window = bytes;

        snprintf(path, sizeof(path), "%s%s", f->path, part == 0 ? "" : "-wal");
        file = fopen(path, "r");
        if (file == NULL)
            continue;
        /* Pieces that overlap. */
        memset(bytes, 0, sizeof(bytes));
        while ((length = fread(window + OTP_SECRET_SIZE, 1, sizeof(bytes) - OTP_SECRET_SIZE,
                               file)) > 0) {
            assert_null(memmem(bytes, length + OTP_SECRET_SIZE, secret, OTP_SECRET_SIZE));
            assert_null(memmem(bytes, length + OTP_SECRET_SIZE, recovery, 9));
            memmove(bytes, bytes + length, OTP_SECRET_SIZE);
        }
        fclose(file);
    }
    rules.factor_key = other;
    ledger_rules_set(f->ledger, &rules);
    code_at(secret, start + 600000, code);
    assert_int_equal(sign_in(f, code, start + 600000, &result), ERROR_INTERNAL);
}

static void test_an_administrator_resets_them(void **state)
{
    struct ledger_fixture *f = *state;
    unsigned char secret[OTP_SECRET_SIZE], again[OTP_SECRET_SIZE];
    char recovery[LEDGER_WORDS_SIZE];
    struct ledger_login result;
    json_t *order = json_pack("{s:s, s:s}", "order", "agent-codes", "login", "eve"), *answer;

    session_agent_as(f, "eve", "administrator");
    require_codes(f);
    set_up(f, secret, recovery);
    assert_int_equal(ledger_order(f->ledger, order, start, &answer, NULL), 0);
    assert_true(json_is_true(json_object_get(answer, "had")));
    assert_int_equal(sign_in(f, "", start + 600000, &result), ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_SETUP);
    secret_of(result.words, again);
    assert_memory_not_equal(secret, again, sizeof(secret));
    json_decref(answer);
    json_decref(order);
}

static void test_a_change_of_password_asks_for_the_code(void **state)
{
    struct ledger_fixture *f = *state;
    unsigned char secret[OTP_SECRET_SIZE];
    char recovery[LEDGER_WORDS_SIZE], code[9];
    struct ledger_sign_in asked = {.login = "eve", .password = SESSION_PASSWORD};
    struct ledger_login result;
    int64_t now = start + 600000;

    session_agent_as(f, "eve", "administrator");
    require_codes(f);
    set_up(f, secret, recovery);
    assert_int_equal(
        ledger_password_change(f->ledger, &asked, "une autre phrase longue", now, &result, NULL),
        ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_CODE);
    code_at(secret, now, code);
    asked.code = code;
    assert_int_equal(
        ledger_password_change(f->ledger, &asked, "une autre phrase longue", now, &result, NULL),
        0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_vectors),
        cmocka_unit_test(test_a_secret_as_text),
        cmocka_unit_test(test_a_step_early_or_late),
        TEST(test_asked_for_by_role),
        TEST(test_a_code_is_taken_once),
        TEST(test_guessing_a_code_costs_time),
        TEST(test_recovery_codes),
        TEST(test_secrets_are_sealed),
        TEST(test_an_administrator_resets_them),
        TEST(test_a_change_of_password_asks_for_the_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
