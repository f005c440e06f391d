/* What may be chosen as a password, and changing one. */
#include "net/password_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/seal.h"
#include "net/ledger_session_internal.h"
#include "tests/unit/session_fixture.h"

static const int64_t start = SESSION_START;

static enum password_flaw judged(const char *password, const char *list)
{
    const struct password_rule rule = {.least = PASSWORD_LEAST, .list = list};
    enum password_flaw flaw;
    struct error error = ERROR_INIT;

    if (password_judge(&rule, password, "mtremblay", "Marie Tremblay", &flaw, &error) != 0)
        fail_msg("%s", error.message);
    return flaw;
}

static void test_what_anybody_tries_is_refused(void **state)
{
    static const char *const common[] = {
        "password1234",  "Password1234!",   "P@ssw0rd2026!!", "motdepasse2026", "MotDePasse!123",
        "azertyuiop12",  "qwertyuiop[]",    "123456789012",   "987654321098",   "aaaaaaaaaaaaa",
        "abcabcabcabc",  "121212121212",    "Bienvenue2026!", "quebec-canada1", "Hiver2026!!!!",
        "canadiens2026", "guichet-guichet", "letmeinletmein", "4dm1n1str4t0r!",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
        if (judged(common[i], NULL) != PASSWORD_COMMON)
            fail_msg("%s is taken", common[i]);
}

/* What a server keeps costs more to try than what a terminal does, which opens it many times a day.
 */
static void test_a_server_hashes_stronger(void **state)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char hash[crypto_pwhash_STRBYTES];
    struct seal_key *key;

    (void)state;
    assert_int_equal(seal_start(NULL), 0);
    key = seal_key_new();
    assert_non_null(key);
    assert_int_equal(seal_key_wrap(key, "correct horse", wrapped, NULL), 0);
    seal_key_free(key);
    /* libsodium's interactive limits: passes, and the power of two of the memory. */
    assert_int_equal(wrapped[4], crypto_pwhash_OPSLIMIT_INTERACTIVE);
    assert_int_equal((size_t)1 << wrapped[5], crypto_pwhash_MEMLIMIT_INTERACTIVE);
    assert_int_equal(ledger_password_hash("correct horse", hash, NULL), 0);
    assert_non_null(strstr(hash, "$argon2id$v=19$m=65536,t=4,p=1$"));
}

static void test_no_rules_of_composition(void **state)
{
    static const char *const fine[] = {
        "correct horse battery staple",
        "a good password",
        "une phrase à moi",
        "xkqzjvbwplmt",
        "éèàùçôîêâäëï",
        "    un deux    trois",
        "rivière du loup en mai",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
        if (judged(fine[i], NULL) != PASSWORD_FINE)
            fail_msg("%s is not taken: %s", fine[i], password_flaw_name(judged(fine[i], NULL)));
    /* Characters, not bytes. */
    assert_int_equal(judged("éèàùçôîêâäë", NULL), PASSWORD_SHORT);
    assert_int_equal(judged("", NULL), PASSWORD_SHORT);
    assert_int_equal(judged("mtremblay2026", NULL), PASSWORD_OWN);
    assert_int_equal(judged("Marie Tremblay!", NULL), PASSWORD_OWN);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_the_organisations_list(void **state)
{
    char path[] = "/tmp/guichet-list-XXXXXX";
    int file = mkstemp(path);
    enum password_flaw flaw;
    const struct password_rule missing = {.least = 12, .list = "/nowhere"};

    (void)state;
    assert_true(file >= 0);
    write_file(path, "trois petits chats\r\nun mot de la maison\n");
    assert_int_equal(judged("Trois Petits Chats", path), PASSWORD_COMMON);
    assert_int_equal(judged("un mot de la maison", path), PASSWORD_COMMON);
    assert_int_equal(judged("un mot de la mais", path), PASSWORD_FINE);
    /* SHA-1 of "trois petits chats" (with a count, as breach lists have it), or its beginning. */
    write_file(path, "0000000000000000000000000000000000000000:9\n"
                     "071547014A7D4A950B7D55C4D529C2454AB87F75:12\n");
    flaw = judged("trois petits chats", path);
    assert_int_equal(flaw, PASSWORD_COMMON);
    write_file(path, "0000000000:3\n071547014a7d\n");
    assert_int_equal(judged("trois petits chats", path), PASSWORD_COMMON);
    assert_int_equal(judged("quatre petits chats", path), PASSWORD_FINE);
    assert_int_equal(password_judge(&missing, "quatre petits chats", NULL, NULL, &flaw, NULL),
                     ERROR_NOT_FOUND);
    remove(path);
}

/* --- changing --------------------------------------------------------------------------------- */

#define FRESH "une autre phrase longue"

static int change(struct ledger_fixture *f, const char *password, const char *fresh, int64_t now,
                  struct ledger_login *result)
{
    const struct ledger_sign_in asked = {
        .login = "eve", .password = password, .address = "192.0.2.9"};

    return ledger_password_change(f->ledger, &asked, fresh, now, result, NULL);
}

static void test_a_change_ends_all_sessions(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct ledger_login result;

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(change(f, "wrong", FRESH, start, &result), ERROR_REFUSED);
    assert_int_equal(result.barrier, LEDGER_BARRIER_WRONG);
    assert_int_equal(change(f, SESSION_PASSWORD, "short", start, &result), ERROR_INVALID);
    assert_int_equal(result.barrier, LEDGER_BARRIER_WEAK);
    assert_int_equal(result.flaw, PASSWORD_SHORT);
    assert_int_equal(change(f, SESSION_PASSWORD, SESSION_PASSWORD, start + 10000, &result),
                     ERROR_INVALID);
    assert_int_equal(result.flaw, PASSWORD_SAME);
    assert_true(session_is_good(f, terminal.login.token, start));
    assert_int_equal(change(f, SESSION_PASSWORD, FRESH, start + 60000, &result), 0);
    assert_false(session_is_good(f, terminal.login.token, start + 60000));
    assert_int_equal(session_refresh(f, &terminal, NULL, start + 60000, NULL), ERROR_NOT_FOUND);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start + 60000),
                     ERROR_REFUSED);
    assert_int_equal(session_sign_in(f, &terminal, "eve", FRESH, start + 60000), 0);
    assert_int_equal(session_told(f, "password changed"), 1);
    session_clear(&terminal);
}

static void test_guessing_by_changing_costs_as_much(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_login result;

    session_agent(f, "eve");
    for (int i = 0; i < 3; i++)
        assert_int_equal(change(f, "wrong", FRESH, start, &result), ERROR_REFUSED);
    assert_int_equal(change(f, SESSION_PASSWORD, FRESH, start, &result), ERROR_BUSY);
    assert_int_equal(result.barrier, LEDGER_BARRIER_HELD);
}

/* The answer was lost, and the terminal or the HTTP library below it asks again. */
static void test_a_change_that_was_made_is_answered_again(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct ledger_login result;

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(change(f, SESSION_PASSWORD, FRESH, start, &result), 0);
    assert_int_equal(session_sign_in(f, &terminal, "eve", FRESH, start), 0);
    assert_int_equal(change(f, SESSION_PASSWORD, FRESH, start + 1000, &result), 0);
    /* Nothing happened this time. */
    assert_true(session_is_good(f, terminal.login.token, start + 1000));
    assert_int_equal(session_told(f, "password changed"), 1);
    /* Neither another one, nor later. */
    assert_int_equal(change(f, SESSION_PASSWORD, FRESH " et encore", start + 1000, &result),
                     ERROR_REFUSED);
    assert_int_equal(change(f, SESSION_PASSWORD, FRESH, start + 360000, &result), ERROR_REFUSED);
    /* One that an administrator gave is no change that was made. */
    assert_int_equal(
        ledger_password_reset(f->ledger, "Eve", "donne par la chef", true, start + 400000, NULL),
        0);
    assert_int_equal(change(f, SESSION_PASSWORD, "donne par la chef", start + 400000, &result),
                     ERROR_REFUSED);
    session_clear(&terminal);
}

static void test_a_reset_password_opens_nothing_but_a_change(void **state)
{
    struct ledger_fixture *f = *state;
    struct session_terminal terminal;
    struct ledger_login result;

    session_agent(f, "eve");
    session_terminal_make(f, &terminal);
    assert_int_equal(session_sign_in(f, &terminal, "eve", SESSION_PASSWORD, start), 0);
    assert_int_equal(ledger_password_reset(f->ledger, "Eve", "password1234", true, start, NULL),
                     ERROR_INVALID);
    assert_int_equal(
        ledger_password_reset(f->ledger, "nobody", "donne par la chef", true, start, NULL),
        ERROR_NOT_FOUND);
    assert_int_equal(
        ledger_password_reset(f->ledger, "Eve", "donne par la chef", true, start, NULL), 0);
    assert_false(session_is_good(f, terminal.login.token, start));
    assert_int_equal(session_sign_in(f, &terminal, "eve", "donne par la chef", start),
                     ERROR_REFUSED);
    assert_int_equal(terminal.login.barrier, LEDGER_BARRIER_CHANGE);
    assert_string_equal(terminal.login.token, "");
    assert_int_equal(change(f, "donne par la chef", FRESH, start, &result), 0);
    assert_int_equal(session_sign_in(f, &terminal, "eve", FRESH, start), 0);
    session_clear(&terminal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_anybody_tries_is_refused),
        cmocka_unit_test(test_a_server_hashes_stronger),
        cmocka_unit_test(test_no_rules_of_composition),
        cmocka_unit_test(test_the_organisations_list),
        TEST(test_a_change_ends_all_sessions),
        TEST(test_guessing_by_changing_costs_as_much),
        TEST(test_a_change_that_was_made_is_answered_again),
        TEST(test_a_reset_password_opens_nothing_but_a_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
