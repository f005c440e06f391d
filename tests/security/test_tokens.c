/* Attacks on sign-in, tokens and terminals, over HTTP on a real server. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/device_proof.h"
#include "net/ledger_session.h"
#include "net/ledger_terminal.h"
#include "tests/unit/server_fixture.h"

#define MINUTE INT64_C(60000)

static void make_key(struct signature_key *key)
{
    unsigned char seed[SIGNATURE_SEED_SIZE];

    randombytes_buf(seed, sizeof(seed));
    signature_key_from_seed(key, seed);
}

/* A body (reference taken over) with a proof of this key, for this purpose and subject. Owned. */
static char *signed_body(json_t *body, const struct signature_key *key, const char *purpose,
                         const char *subject, int64_t at_ms)
{
    struct device_proof proof;
    char *text;

    device_proof_make(&proof, key, purpose, subject, at_ms);
    json_object_set_new(body, "terminal", device_proof_to_json(&proof));
    text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    assert_non_null(text);
    return text;
}

static char *login_body(const struct signature_key *key, const char *password, int64_t at_ms)
{
    return signed_body(json_pack("{s:s, s:s}", "login", "anne2", "password", password), key,
                       DEVICE_PROOF_LOGIN, "anne2\n", at_ms);
}

static char *token_body(const struct signature_key *key, const char *refresh, int64_t at_ms)
{
    char subject[DEVICE_TOKEN_SUBJECT_SIZE];

    device_proof_token_subject(refresh, "", subject);
    return signed_body(json_pack("{s:s}", "refresh_token", refresh), key, DEVICE_PROOF_TOKEN,
                       subject, at_ms);
}

/* Asks with a body, which is freed; the JSON of 200, or the problem expected. */
static json_t *ask(struct server_fixture *f, const char *path, char *body)
{
    struct call call = {.path = path, .body = body};
    json_t *json = server_json(f, &call);

    free(body);
    return json;
}

static void refused(struct server_fixture *f, const char *path, char *body, long status,
                    const char *code)
{
    struct call call = {.path = path, .body = body};

    server_expect_problem(f, &call, status, code);
    free(body);
}

static void expect_token(struct server_fixture *f, const char *token, long status, const char *code)
{
    struct call call = {.path = "/v1/changes?since=0", .token = token};

    if (status == 200)
        json_decref(server_json(f, &call));
    else
        server_expect_problem(f, &call, status, code);
}

static int64_t now(void)
{
    return clock_system(NULL);
}

/* --- replayed, reordered, stolen -------------------------------------------------------------- */

static void test_a_recorded_request_gives_nothing(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key;
    json_t *session, *renewed;
    char *recorded;

    make_key(&key);
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    recorded = token_body(&key, json_text_or(session, "refresh_token", ""), now());
    renewed = ask(f, "/v1/token", strdup(recorded));
    for (int i = 0; i < 5; i++)
        refused(f, "/v1/token", strdup(recorded), 409, "replayed");
    /* The owner is none the worse. */
    expect_token(f, json_text_or(renewed, "token", ""), 200, NULL);
    json_decref(
        ask(f, "/v1/token", token_body(&key, json_text_or(renewed, "refresh_token", ""), now())));
    /* And long after. */
    refused(f, "/v1/token", recorded, 409, "replayed");
    json_decref(session);
    json_decref(renewed);
}

static void test_a_stolen_token_is_worth_nothing_without_the_key(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key, thief;
    json_t *session;
    const char *refresh;

    make_key(&key);
    make_key(&thief);
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    refresh = json_text_or(session, "refresh_token", "");
    refused(f, "/v1/token", token_body(&thief, refresh, now()), 401, "unauthorized");
    /* It was stolen: all that followed from that sign-in is over. */
    expect_token(f, json_text_or(session, "token", ""), 401, "unauthorized");
    refused(f, "/v1/token", token_body(&key, refresh, now()), 401, "unauthorized");
    json_decref(session);
}

static void test_tokens_out_of_order(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key;
    char old[3][LEDGER_TOKEN_SIZE];
    json_t *session;

    make_key(&key);
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    for (int i = 0; i < 3; i++) {
        text_copy(old[i], sizeof(old[i]), json_text_or(session, "refresh_token", ""));
        json_decref(session);
        session = ask(f, "/v1/token", token_body(&key, old[i], now()));
    }
    /* With the key too: whoever has both is a copy of the terminal. */
    refused(f, "/v1/token", token_body(&key, old[0], now()), 401, "unauthorized");
    expect_token(f, json_text_or(session, "token", ""), 401, "unauthorized");
    refused(f, "/v1/token", token_body(&key, old[2], now()), 401, "unauthorized");
    json_decref(session);
}

/* --- forged proofs ---------------------------------------------------------------------------- */

static void test_proofs_are_good_for_one_thing(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key, other;
    struct device_proof proof;
    char subject[DEVICE_TOKEN_SUBJECT_SIZE];
    const char *refresh;
    json_t *session, *body;

    make_key(&key);
    make_key(&other);
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    refresh = json_text_or(session, "refresh_token", "");
    device_proof_token_subject(refresh, "", subject);
    /* One for a token is none for a sign-in, nor one for another login or device. */
    refused(f, "/v1/login",
            signed_body(json_pack("{s:s, s:s}", "login", "anne2", "password", FIXTURE_PASSWORD),
                        &key, DEVICE_PROOF_TOKEN, "anne2\n", now()),
            400, "bad-request");
    refused(f, "/v1/login",
            signed_body(json_pack("{s:s, s:s}", "login", "anne2", "password", FIXTURE_PASSWORD),
                        &key, DEVICE_PROOF_LOGIN, "ben2\n", now()),
            400, "bad-request");
    /* In another terminal's name. */
    device_proof_make(&proof, &other, DEVICE_PROOF_LOGIN, "anne2\n", now());
    memcpy(proof.key, key.public, sizeof(proof.key));
    body = json_pack("{s:s, s:s, s:o}", "login", "anne2", "password", FIXTURE_PASSWORD, "terminal",
                     device_proof_to_json(&proof));
    refused(f, "/v1/login", json_dumps(body, 0), 400, "bad-request");
    json_decref(body);
    /* Signed, then altered. */
    device_proof_make(&proof, &key, DEVICE_PROOF_LOGIN, "anne2\n", now() - 60 * MINUTE);
    proof.at_ms = now();
    body = json_pack("{s:s, s:s, s:o}", "login", "anne2", "password", FIXTURE_PASSWORD, "terminal",
                     device_proof_to_json(&proof));
    refused(f, "/v1/login", json_dumps(body, 0), 400, "bad-request");
    json_decref(body);
    json_decref(session);
}

static void test_clocks(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key;
    json_t *session;
    const char *refresh;

    make_key(&key);
    refused(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now() - 6 * MINUTE), 409, "clock");
    refused(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now() + 6 * MINUTE), 409, "clock");
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now() - 4 * MINUTE));
    refresh = json_text_or(session, "refresh_token", "");
    refused(f, "/v1/token", token_body(&key, refresh, now() - 6 * MINUTE), 409, "clock");
    /* A request of another time spends nothing. */
    json_decref(ask(f, "/v1/token", token_body(&key, refresh, now())));
    json_decref(session);
}

static void test_what_is_no_token(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "{\"refresh_token\": 7}",
        "{\"refresh_token\": \"x\"}",
        "{\"refresh_token\": \"x\", \"terminal\": {}}",
        "{\"refresh_token\": \"x\", \"terminal\": []}",
        "{\"refresh_token\": \"x\", \"terminal\": {\"key\": \"AAAA\", \"nonce\": \"\", \"time\": "
        "\"\", \"signature\": \"\"}}",
        "{\"refresh_token\": \"' OR 1=1 --\", \"terminal\": null}",
        "{\"refresh_token\": \"x\", \"terminal\": {\"key\": {}, \"nonce\": 1, \"time\": 2, "
        "\"signature\": []}}",
    };
    struct server_fixture *f = *state;
    struct signature_key key;
    char long_token[2048], *body;

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        refused(f, "/v1/token", strdup(bodies[i]), 400, "bad-request");
    make_key(&key);
    memset(long_token, 'A', sizeof(long_token) - 1);
    long_token[sizeof(long_token) - 1] = '\0';
    refused(f, "/v1/token", token_body(&key, long_token, now()), 400, "bad-request");
    refused(f, "/v1/token", token_body(&key, "' OR 1=1 --", now()), 401, "unauthorized");
    body = malloc(8192);
    assert_non_null(body);
    memset(body, '[', 8191);
    body[8191] = '\0';
    refused(f, "/v1/token", body, 413, "too-large");
}

/* --- terminals -------------------------------------------------------------------------------- */

static void enrol(struct server_fixture *f, const struct signature_key *key, const char *name)
{
    char code[LEDGER_ENROLMENT_CODE_SIZE];
    int64_t expires;

    assert_int_equal(ledger_enrolment_make(f->ledger.ledger, name, 60, now(), code, &expires, NULL),
                     0);
    json_decref(
        ask(f, "/v1/devices",
            signed_body(json_pack("{s:s}", "code", code), key, DEVICE_PROOF_ENROL, code, now())));
}

static void test_codes_are_not_guessed(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key;
    char code[LEDGER_ENROLMENT_CODE_SIZE], guess[32];
    int64_t expires;

    make_key(&key);
    assert_int_equal(
        ledger_enrolment_make(f->ledger.ledger, "c-1", 60, now(), code, &expires, NULL), 0);
    for (int i = 0; i < 5; i++) {
        snprintf(guess, sizeof(guess), "AAAA-AAAA-%04d", i);
        refused(
            f, "/v1/devices",
            signed_body(json_pack("{s:s}", "code", guess), &key, DEVICE_PROOF_ENROL, guess, now()),
            403, "wrong-code");
    }
    refused(f, "/v1/devices",
            signed_body(json_pack("{s:s}", "code", code), &key, DEVICE_PROOF_ENROL, code, now()),
            429, "too-many-attempts");
    /* Each stands in the trail under the id that its answer had, the last too. */
    assert_int_equal(server_trail_count(f, "what LIKE 'device code: %' AND length(request) = 16"),
                     6);
    assert_int_equal(
        server_trail_count(f, "what LIKE 'device code: held off' AND length(request) = 16"), 1);
    /* A code that is signed for is not enough: it must be this one. */
    refused(f, "/v1/devices",
            signed_body(json_pack("{s:s}", "code", code), &key, DEVICE_PROOF_ENROL, guess, now()),
            400, "bad-request");
}

struct sleeper {
    struct server_fixture *fixture;
    const char *token;
    struct answer answer;
    char path[128];
};

static void *sleep_on(void *argument)
{
    struct sleeper *sleeper = argument;
    struct call call = {.path = sleeper->path, .token = sleeper->token};

    server_call(sleeper->fixture, &call, &sleeper->answer);
    return NULL;
}

/* What sleeps in this session's name ends at once with `status` when `end` is done. */
static void expect_woken(struct server_fixture *f, const char *token,
                         void (*end)(struct server_fixture *f), long status)
{
    struct sleeper sleeper = {.fixture = f, .token = token};
    const struct timespec pause = {.tv_nsec = 300000000};
    struct call call = {.path = "/v1/changes?since=0&limit=1000", .token = token};
    json_t *page = server_json(f, &call);
    pthread_t thread;

    snprintf(sleeper.path, sizeof(sleeper.path), "/v1/changes?since=%lld&wait=30",
             (long long)json_integer_or(page, "next", 0));
    json_decref(page);
    assert_int_equal(pthread_create(&thread, NULL, sleep_on, &sleeper), 0);
    nanosleep(&pause, NULL);
    end(f);
    pthread_join(thread, NULL);
    assert_int_equal(sleeper.answer.status, status);
    assert_true(sleeper.answer.seconds < 25); /* of 30 */
    answer_clear(&sleeper.answer);
}

static void revoke(struct server_fixture *f)
{
    assert_int_equal(
        ledger_terminal_end(f->ledger.ledger, "c-1", LEDGER_TERMINAL_REVOKED, now(), NULL), 0);
}

static void wipe(struct server_fixture *f)
{
    assert_int_equal(
        ledger_terminal_end(f->ledger.ledger, "c-1", LEDGER_TERMINAL_WIPED, now(), NULL), 0);
}

static void reset(struct server_fixture *f)
{
    assert_int_equal(ledger_password_reset(f->ledger.ledger, "anne2", "une phrase toute neuve",
                                           true, now(), NULL),
                     0);
}

static void test_revocation_wakes_what_sleeps(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key;
    json_t *session;

    make_key(&key);
    enrol(f, &key, "c-1");
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    expect_woken(f, json_text_or(session, "token", ""), revoke, 401);
    refused(f, "/v1/token", token_body(&key, json_text_or(session, "refresh_token", ""), now()),
            403, "device-revoked");
    refused(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()), 403, "device-revoked");
    json_decref(session);
}

static void test_a_new_password_wakes_what_sleeps(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key;
    json_t *session;

    make_key(&key);
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    expect_woken(f, json_text_or(session, "token", ""), reset, 401);
    /* The password that was given opens nothing but a change, and a session is no part of that. */
    refused(f, "/v1/login", login_body(&key, "une phrase toute neuve", now()), 403,
            "change-password");
    expect_token(f, json_text_or(session, "token", ""), 401, "unauthorized");
    json_decref(session);
}

static void test_a_wiped_terminal_gets_nothing_but_the_order(void **state)
{
    static const char *const paths[] = {"/v1/changes?since=0", "/v1/presence",
                                        "/v1/records/agent/019b7000-0000-7000-8000-000000000001"};
    struct server_fixture *f = *state;
    struct signature_key key;
    json_t *session;
    const char *token;
    struct call post = {.path = "/v1/operations", .body = "{\"operations\": []}"};

    make_key(&key);
    enrol(f, &key, "c-1");
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    token = json_text_or(session, "token", "");
    expect_woken(f, token, wipe, 403);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct call call = {.path = paths[i], .token = token};

        server_expect_problem(f, &call, 403, "device-wipe");
    }
    post.token = token;
    server_expect_problem(f, &post, 403, "device-wipe");
    refused(f, "/v1/token", token_body(&key, json_text_or(session, "refresh_token", ""), now()),
            403, "device-wipe");
    refused(f, "/v1/login", login_body(&key, "wrong", now()), 403, "device-wipe");
    /* Others are told nothing of it. */
    expect_token(f, f->tokens[BEN], 200, NULL);
    json_decref(session);
}

static void test_nothing_secret_is_logged(void **state)
{
    struct server_fixture *f = *state;
    struct signature_key key;
    char log[SERVER_LOG_SIZE];
    json_t *session;

    make_key(&key);
    session = ask(f, "/v1/login", login_body(&key, FIXTURE_PASSWORD, now()));
    json_decref(
        ask(f, "/v1/token", token_body(&key, json_text_or(session, "refresh_token", ""), now())));
    server_log_copy(f, log);
    assert_null(strstr(log, FIXTURE_PASSWORD));
    assert_null(strstr(log, json_text_or(session, "token", "-")));
    assert_null(strstr(log, json_text_or(session, "refresh_token", "-")));
    json_decref(session);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_recorded_request_gives_nothing),
        TEST(test_a_stolen_token_is_worth_nothing_without_the_key),
        TEST(test_tokens_out_of_order),
        TEST(test_proofs_are_good_for_one_thing),
        TEST(test_clocks),
        TEST(test_what_is_no_token),
        TEST(test_codes_are_not_guessed),
        TEST(test_revocation_wakes_what_sleeps),
        TEST(test_a_new_password_wakes_what_sleeps),
        TEST(test_a_wiped_terminal_gets_nothing_but_the_order),
        TEST(test_nothing_secret_is_logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
