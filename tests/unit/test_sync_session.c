/* The engine keeps its session: short tokens, the terminal's key, orders to erase. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/link_sign_in.h"
#include "app/store_key.h"
#include "net/device_proof.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/unit.h"

#define MINUTE INT64_C(60000)

static struct signature_key key;

/* An engine with a key. */
static struct bench *keyed_bench(void)
{
    static const unsigned char seed[SIGNATURE_SEED_SIZE] = {7};
    struct bench *bench = bench_new(false);

    signature_key_from_seed(&key, seed);
    bench->key = &key;
    sync_engine_free(bench->engine);
    bench_new_engine(bench, false);
    return bench;
}

/* A session of fifteen minutes with this refresh token, on the work lane. */
static void accept_short(struct bench *bench, const char *token, const char *refresh)
{
    char now[TIMESTAMP_SIZE], end[TIMESTAMP_SIZE], body[1024];

    timestamp_format(bench->wall, now);
    timestamp_format(bench->wall + 15 * MINUTE, end);
    (void)snprintf(body, sizeof body,
                   "{\"token\":\"%s\",\"expires_at\":\"%s\",\"time\":\"%s\",\"refresh_token\":"
                   "\"%s\",\"feed\":\"%s\",\"agent\":{\"type\":\"agent\",\"id\":\"%s\",\"rev\":1,"
                   "\"seq\":1,\"body\":{},\"meta\":{}}}",
                   token, end, now, refresh, FEED, store_agent(bench->store.store)->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
}

static void get_online(struct bench *bench)
{
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    accept_short(bench, "T1", "R1");
    (void)sync_engine_step(bench->engine);
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_string_equal(bench->token, "T1");
}

/* Lets time pass without anybody doing anything, and what is then due begin. */
static void pass(struct bench *bench, int64_t ms)
{
    bench->steady += ms;
    bench->wall += ms;
    (void)sync_engine_step(bench->engine);
}

/* The proof in the body of what is under way. */
static struct device_proof proof_of(const struct bench *bench, const char *member)
{
    json_t *body = json_loads(bench->lanes[SYNC_LANE_WORK].body, 0, NULL);
    struct device_proof proof;

    assert_non_null(body);
    assert_non_null(json_object_get(body, member));
    assert_int_equal(device_proof_from_json(&proof, json_object_get(body, "terminal"), NULL), 0);
    json_decref(body);
    return proof;
}

static void signs_in_with_its_key(void **state)
{
    struct bench *bench = keyed_bench();
    struct device_proof proof;
    char subject[256];

    (void)state;
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    proof = proof_of(bench, "login");
    json_t *body = json_loads(bench->lanes[SYNC_LANE_WORK].body, 0, NULL);
    (void)snprintf(subject, sizeof subject, "%s\n%s", json_text_or(body, "login", ""),
                   json_text_or(body, "device", ""));
    assert_true(device_proof_holds(&proof, DEVICE_PROOF_LOGIN, subject));
    assert_false(device_proof_holds(&proof, DEVICE_PROOF_TOKEN, subject));
    assert_memory_equal(proof.key, key.public, sizeof proof.key);
    json_decref(body);
    bench_free(bench);
}

static void renews_ahead_of_time(void **state)
{
    struct bench *bench = keyed_bench();
    char subject[DEVICE_TOKEN_SUBJECT_SIZE];

    (void)state;
    get_online(bench);
    pass(bench, 9 * MINUTE);
    assert_string_equal(bench_work(bench), "");
    /* It asks to be woken in time for it. */
    int64_t wait = sync_engine_step(bench->engine);
    assert_true(wait > 0 && wait <= MINUTE);
    pass(bench, wait);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    struct device_proof proof = proof_of(bench, "refresh_token");
    device_proof_token_subject("R1", "", subject);
    assert_true(device_proof_holds(&proof, DEVICE_PROOF_TOKEN, subject));
    accept_short(bench, "T2", "R2");
    assert_string_equal(bench->token, "T2");
    /* The long poll was not disturbed. */
    assert_non_null(strstr(bench_bell(bench), "wait=50"));
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    pass(bench, 10 * MINUTE);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"R2\""));
    bench_free(bench);
}

/* The machine slept past the token's end. */
static void a_late_renewal_needs_no_password(void **state)
{
    struct bench *bench = keyed_bench();

    (void)state;
    get_online(bench);
    bench_answer(bench, SYNC_LANE_BELL, 401, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    accept_short(bench, "T2", "R2");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench->token, "T2");
    assert_non_null(strstr(bench_bell(bench), "/v1/changes"));
    bench_free(bench);
}

/* The session began before the store was there, and the store is an older copy: it goes on under a
 * new device, once. */
static void an_older_store_is_bound_under_a_new_device(void **state)
{
    struct bench *bench = keyed_bench();
    static const struct id none = {""};
    struct id before = *store_device(bench->store.store);
    struct id now;

    (void)state;
    assert_int_equal(link_sign_in(bench->link, "marie", "secret", &none, NULL), 0);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    accept_short(bench, "T1", "R1");
    (void)sync_engine_step(bench->engine);
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, before.text));
    bench_answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"device-behind\"}");
    pass(bench, 0);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    json_t *body = json_loads(bench->lanes[SYNC_LANE_WORK].body, 0, NULL);
    assert_true(id_parse(&now, json_text_or(body, "device", "")));
    assert_false(id_equal(&before, &now));
    json_decref(body);
    accept_short(bench, "T2", "R2");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench->token, "T2");
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void a_lost_answer_is_asked_for_again(void **state)
{
    struct bench *bench = keyed_bench();

    (void)state;
    get_online(bench);
    pass(bench, 10 * MINUTE);
    struct device_proof first = proof_of(bench, "refresh_token");
    bench_cut(bench, SYNC_LANE_WORK);
    pass(bench, 2 * MINUTE);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    struct device_proof second = proof_of(bench, "refresh_token");
    assert_string_not_equal(first.nonce, second.nonce);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"R1\""));
    accept_short(bench, "T2", "R2");
    assert_string_equal(bench->token, "T2");
    bench_free(bench);
}

static void what_cannot_be_renewed_is_signed_in_anew(void **state)
{
    struct bench *bench = keyed_bench();

    (void)state;
    get_online(bench);
    pass(bench, 10 * MINUTE);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    bench_answer(bench, SYNC_LANE_WORK, 401, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_free(bench);
}

/* A clock that is wrong is set right by the server's, once. */
static void a_wrong_clock_signs_with_the_servers_time(void **state)
{
    struct bench *bench = keyed_bench();
    char problem[256], server[TIMESTAMP_SIZE];

    (void)state;
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    timestamp_format(bench->wall + 3 * 60 * MINUTE, server);
    (void)snprintf(problem, sizeof problem, "{\"code\":\"clock\",\"time\":\"%s\"}", server);
    bench_answer(bench, SYNC_LANE_WORK, 409, problem);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    struct device_proof proof = proof_of(bench, "login");
    assert_true(proof.at_ms >= bench->wall + 3 * 60 * MINUTE - 1000);
    /* One that says so again is not asked in a circle. */
    bench_answer(bench, SYNC_LANE_WORK, 409, problem);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_int_equal(bench_status(bench).state, LINK_OFFLINE);
    bench_free(bench);
}

static void an_order_to_erase_reaches_the_screen(void **state)
{
    static const char problem[] = "{\"code\":\"device-wipe\"}";
    struct bench *bench = keyed_bench();

    (void)state;
    get_online(bench);
    assert_false(link_wipe_get(bench->link));
    /* Something between here and the server is not obeyed. */
    bench_answer(bench, SYNC_LANE_BELL, 403, "{\"code\":\"forbidden\"}");
    assert_false(link_wipe_get(bench->link));
    pass(bench, 2 * MINUTE);
    bench_answer(bench, SYNC_LANE_BELL, 403, problem);
    assert_true(link_wipe_get(bench->link));
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_string_equal(bench_bell(bench), "");
    bench_free(bench);
}

static void a_terminal_is_enrolled_by_a_code(void **state)
{
    struct bench *bench = keyed_bench();
    struct errand_request request = {.kind = ERRAND_ENROL, .secret = "AAAA-\"BBB"};
    char message[ERROR_MESSAGE_SIZE];

    (void)state;
    bench_sign_in(bench);
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 403, "{\"code\":\"device-unknown\"}");
    assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_ENROL);
    link_errand_ask(bench->link, &request);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/devices");
    struct device_proof proof = proof_of(bench, "code");
    assert_true(device_proof_holds(&proof, DEVICE_PROOF_ENROL, "AAAA-\"BBB"));
    bench_answer(bench, SYNC_LANE_WORK, 403, "{\"code\":\"wrong-code\",\"detail\":\"no\"}");
    assert_int_equal(errand_state(link_errand(bench->link), ERRAND_ENROL, message), ERRAND_REFUSED);
    assert_string_equal(message, "wrong-code");
    link_errand_ask(bench->link, &request);
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"name\":\"c-1\"}");
    assert_int_equal(errand_state(link_errand(bench->link), ERRAND_ENROL, NULL), ERRAND_DONE);
    /* Who waits for it goes on by itself. */
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_free(bench);
}

/* A token that comes with the organisation's key (`member` is JSON, or nothing is said). */
static void renewed_with(struct bench *bench, const char *token, const char *refresh,
                         const char *member)
{
    char now[TIMESTAMP_SIZE], end[TIMESTAMP_SIZE], body[1024];

    timestamp_format(bench->wall, now);
    timestamp_format(bench->wall + 15 * MINUTE, end);
    (void)snprintf(body, sizeof body,
                   "{\"token\":\"%s\",\"expires_at\":\"%s\",\"time\":\"%s\",%s\"refresh_token\":"
                   "\"%s\"}",
                   token, end, now, member, refresh);
    pass(bench, 10 * MINUTE);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
}

static void count_notices(void *context, const struct store_notice *notice)
{
    (void)notice;
    ++*(int *)context;
}

static int notices(struct bench *bench)
{
    int count = 0;

    assert_int_equal(store_notice_each(bench->store.store, count_notices, &count, NULL), 0);
    return count;
}

static void the_organisations_key_comes_with_the_session(void **state)
{
    static const char one[] = "guichet-escrow-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    struct bench *bench = keyed_bench();
    struct escrow_public public_key, expected;
    char member[128];

    (void)state;
    (void)snprintf(member, sizeof member, "\"escrow_key\":\"%s\",", one);
    assert_true(escrow_public_parse(&expected, one));
    get_online(bench);
    assert_false(store_escrow_get(bench->store.store, &public_key));
    renewed_with(bench, "T2", "R2", member);
    assert_true(store_escrow_get(bench->store.store, &public_key));
    assert_memory_equal(public_key.bytes, expected.bytes, sizeof public_key.bytes);
    assert_int_equal(notices(bench), 1);
    /* Said again, or not at all, or nonsense: nothing changes. */
    renewed_with(bench, "T3", "R3", member);
    renewed_with(bench, "T4", "R4", "");
    renewed_with(bench, "T5", "R5", "\"escrow_key\":\"none of ours\",");
    assert_true(store_escrow_get(bench->store.store, &public_key));
    assert_int_equal(notices(bench), 1);
    renewed_with(bench, "T6", "R6", "\"escrow_key\":\"\",");
    assert_false(store_escrow_get(bench->store.store, &public_key));
    assert_int_equal(notices(bench), 2);
    bench_free(bench);
}

/* What the terminal's settings say counts. */
static void a_pinned_key_is_not_the_servers_to_say(void **state)
{
    struct bench *bench = keyed_bench();
    struct escrow_public public_key;

    (void)state;
    sync_engine_free(bench->engine);
    bench->escrow_pinned = true;
    bench_new_engine(bench, false);
    get_online(bench);
    renewed_with(
        bench, "T2", "R2",
        "\"escrow_key\":\"guichet-escrow-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\",");
    assert_false(store_escrow_get(bench->store.store, &public_key));
    bench_free(bench);
}

static void ask_change(struct bench *bench)
{
    const struct errand_request request = {
        .kind = ERRAND_PASSWORD, .login = "marie", .secret = "before", .fresh = "after"};

    link_errand_ask(bench->link, &request);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/password");
}

/* The change ends the session, which the long poll is told before the change is answered. */
static void a_session_that_ends_leaves_an_errand_alone(void **state)
{
    struct bench *bench = keyed_bench();

    (void)state;
    get_online(bench);
    ask_change(bench);
    int begun = bench->begun;
    bench_answer(bench, SYNC_LANE_BELL, 401, "{\"code\":\"session-ended\"}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/password");
    assert_int_equal(bench->begun, begun);
    bench_answer(bench, SYNC_LANE_WORK, 204, "");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(errand_state(link_errand(bench->link), ERRAND_PASSWORD, NULL), ERRAND_DONE);
    /* Nothing is tried with the password of before. */
    assert_string_equal(bench_work(bench), "");
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_in_with_its_key),
        cmocka_unit_test(renews_ahead_of_time),
        cmocka_unit_test(a_late_renewal_needs_no_password),
        cmocka_unit_test(an_older_store_is_bound_under_a_new_device),
        cmocka_unit_test(a_lost_answer_is_asked_for_again),
        cmocka_unit_test(what_cannot_be_renewed_is_signed_in_anew),
        cmocka_unit_test(a_wrong_clock_signs_with_the_servers_time),
        cmocka_unit_test(an_order_to_erase_reaches_the_screen),
        cmocka_unit_test(a_terminal_is_enrolled_by_a_code),
        cmocka_unit_test(the_organisations_key_comes_with_the_session),
        cmocka_unit_test(a_pinned_key_is_not_the_servers_to_say),
        cmocka_unit_test(a_session_that_ends_leaves_an_errand_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
