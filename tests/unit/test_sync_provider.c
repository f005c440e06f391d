/* The engine signs in at the organisation's identity provider. */
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/link_sign_in.h"
#include "app/store_internal.h"
#include "app/store_provider.h"
#include "net/device_proof.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/unit.h"

static const struct id no_device;

static void begin(struct bench *bench)
{
    link_provider_ask(bench->link, &no_device);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login/provider");
}

static void show(struct bench *bench, int64_t life_ms)
{
    char end[TIMESTAMP_SIZE], body[512];

    timestamp_format(bench->wall + life_ms, end);
    (void)snprintf(body, sizeof body,
                   "{\"handle\":\"h-1\",\"user_code\":\"WDJB\",\"url\":\"https://id.example\","
                   "\"expires_at\":\"%s\",\"interval_ms\":5000}",
                   end);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
}

static void pass(struct bench *bench, int64_t ms)
{
    bench->steady += ms;
    bench->wall += ms;
    (void)sync_engine_step(bench->engine);
}

static enum sign_in_state state_of(struct bench *bench)
{
    return link_sign_in_state(bench->link, NULL, NULL);
}

static void asks_when_it_was_told_to(void **state)
{
    struct bench *bench = bench_new(false);
    struct link_place place;

    (void)state;
    begin(bench);
    assert_false(link_provider_place(bench->link, &place));
    show(bench, 600000);
    assert_true(link_provider_place(bench->link, &place));
    assert_string_equal(place.user_code, "WDJB");
    assert_int_equal(state_of(bench), SIGN_IN_ELSEWHERE);
    assert_int_equal(sync_engine_step(bench->engine), 5000);
    assert_string_equal(bench_work(bench), "");
    pass(bench, 5000);
    assert_string_equal(bench_work(bench), "POST /v1/login/provider/session");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"handle\":\"h-1\""));
    bench_answer(bench, SYNC_LANE_WORK, 202, "{\"wait_ms\":9000}");
    assert_int_equal(sync_engine_step(bench->engine), 9000);
    /* The provider is away for a while: that ends nothing. */
    pass(bench, 9000);
    bench_answer_with(bench, SYNC_LANE_WORK, 503, "", 10000);
    assert_int_equal(state_of(bench), SIGN_IN_ELSEWHERE);
    pass(bench, 10000);
    bench_accept_login(bench, FEED);
    assert_int_equal(state_of(bench), SIGN_IN_ACCEPTED);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void tells_how_it_ended(void **state)
{
    static const struct {
        bool begun;
        int status;
        const char *code;
        enum sign_in_state state;
    } rows[] = {
        {true, 403, "sign-in-refused", SIGN_IN_REFUSED},
        {true, 404, "not-found", SIGN_IN_EXPIRED},
        {true, 403, "device-revoked", SIGN_IN_BARRED},
        {true, 403, "device-unknown", SIGN_IN_ENROL},
        {false, 404, "not-found", SIGN_IN_NOWHERE},
        {false, 503, "busy", SIGN_IN_AWAY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench *bench = bench_new(false);
        char body[128];

        begin(bench);
        if (rows[i].begun) {
            show(bench, 600000);
            pass(bench, 5000);
        }
        (void)snprintf(body, sizeof body, "{\"code\":\"%s\",\"title\":\"no\"}", rows[i].code);
        bench_answer(bench, SYNC_LANE_WORK, rows[i].status, body);
        assert_int_equal(state_of(bench), rows[i].state);
        pass(bench, 600000);
        assert_string_equal(bench_work(bench), "");
        bench_free(bench);
    }
}

static void expires_and_is_given_up(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    begin(bench);
    bench_cut(bench, SYNC_LANE_WORK);
    assert_int_equal(state_of(bench), SIGN_IN_OFFLINE);
    pass(bench, 600000);
    assert_string_equal(bench_work(bench), "");
    begin(bench);
    show(bench, 4000);
    pass(bench, 5000);
    assert_int_equal(state_of(bench), SIGN_IN_EXPIRED);
    assert_string_equal(bench_work(bench), "");
    begin(bench);
    show(bench, 600000);
    link_sign_out(bench->link);
    sync_engine_ring(bench->engine);
    pass(bench, 600000);
    assert_string_equal(bench_work(bench), "");
    bench_free(bench);
}

/* What opens the store is no password: it never leaves. */
static void a_held_sign_in_asks_nothing(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    link_provider_hold(bench->link, "marie", store_device(bench->store.store));
    bench_give_store(bench);
    sync_engine_ring(bench->engine);
    pass(bench, 1000);
    assert_string_equal(bench_work(bench), "");
    assert_int_equal(bench_status(bench).state, LINK_ELSEWHERE);
    pass(bench, 600000);
    assert_string_equal(bench_work(bench), "");
    /* Nor after a session has ended that cannot be renewed. */
    begin(bench);
    show(bench, 600000);
    pass(bench, 5000);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"next_mark\""));
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_answer(bench, SYNC_LANE_BELL, 401, "");
    pass(bench, 600000);
    assert_string_equal(bench_work(bench), "");
    assert_int_equal(bench_status(bench).state, LINK_ELSEWHERE);
    bench_free(bench);
}

static struct signature_key key;

/* The store of an agent of the provider, and a terminal with a key. */
static struct bench *provider_bench(void)
{
    static const unsigned char seed[SIGNATURE_SEED_SIZE] = {7};
    struct bench *bench = bench_new(false);

    signature_key_from_seed(&key, seed);
    bench->key = &key;
    assert_int_equal(store_provider_mark(bench->store.store, NULL), 0);
    return bench;
}

/* The terminal starts (again): login and passphrase have opened the store. */
static void start(struct bench *bench)
{
    sync_engine_free(bench->engine);
    bench_new_engine(bench, false);
    link_provider_hold(bench->link, "marie", store_device(bench->store.store));
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
}

static void accept_refreshable(struct bench *bench, const char *token, const char *refresh)
{
    char now[TIMESTAMP_SIZE], end[TIMESTAMP_SIZE], body[1024];

    timestamp_format(bench->wall, now);
    timestamp_format(bench->wall + 900000, end);
    (void)snprintf(body, sizeof body,
                   "{\"token\":\"%s\",\"expires_at\":\"%s\",\"time\":\"%s\",\"refresh_token\":"
                   "\"%s\",\"feed\":\"%s\",\"agent\":{\"type\":\"agent\",\"id\":\"%s\",\"rev\":1,"
                   "\"seq\":1,\"body\":{},\"meta\":{}}}",
                   token, end, now, refresh, FEED, store_agent(bench->store.store)->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
}

static void sign_in_there(struct bench *bench)
{
    begin(bench);
    show(bench, 600000);
    pass(bench, 5000);
    accept_refreshable(bench, "T1", "R1");
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
}

static const char *kept(struct bench *bench)
{
    static struct store_session session;

    return store_session_get(bench->store.store, &session) ? session.refresh : "";
}

static void a_session_goes_on_after_a_restart(void **state)
{
    struct bench *bench = provider_bench();

    (void)state;
    start(bench);
    assert_int_equal(bench_status(bench).state, LINK_ELSEWHERE);
    sign_in_there(bench);
    assert_string_equal(kept(bench), "R1");
    start(bench);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"R1\""));
    /* The link is away: it is tried again by itself. */
    bench_cut(bench, SYNC_LANE_WORK);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_status(bench).state, LINK_OFFLINE);
    pass(bench, 60000);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    accept_refreshable(bench, "T2", "R2");
    assert_string_equal(kept(bench), "R2");
    assert_string_equal(bench->token, "T2");
    assert_non_null(strstr(bench_work(bench), "/v1/changes"));
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

/* The account came first, the passphrase after it, and the terminal was ended right then. */
static void a_session_not_yet_bound_goes_on_as_well(void **state)
{
    struct bench *bench = provider_bench();

    (void)state;
    sync_engine_free(bench->engine);
    bench_new_engine(bench, false);
    sign_in_there(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(kept(bench), "R1");
    start(bench);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"device\""));
    accept_refreshable(bench, "T2", "R2");
    assert_string_equal(bench_work(bench), "POST /v1/token");
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"device\""));
    accept_refreshable(bench, "T3", "R3");
    assert_string_equal(kept(bench), "R3");
    assert_non_null(strstr(bench_work(bench), "/v1/changes"));
    bench_free(bench);
}

static void a_session_that_is_over_is_forgotten(void **state)
{
    struct bench *bench = provider_bench();

    (void)state;
    start(bench);
    sign_in_there(bench);
    start(bench);
    assert_string_equal(bench_work(bench), "POST /v1/token");
    bench_answer(bench, SYNC_LANE_WORK, 401, "{\"code\":\"session-ended\"}");
    pass(bench, 1000);
    assert_int_equal(bench_status(bench).state, LINK_ELSEWHERE);
    assert_string_equal(kept(bench), "");
    /* Signing out ends it at once. */
    sign_in_there(bench);
    assert_string_equal(kept(bench), "R1");
    link_sign_out(bench->link);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/logout");
    assert_string_equal(kept(bench), "");
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_when_it_was_told_to),
        cmocka_unit_test(tells_how_it_ended),
        cmocka_unit_test(expires_and_is_given_up),
        cmocka_unit_test(a_held_sign_in_asks_nothing),
        cmocka_unit_test(a_session_goes_on_after_a_restart),
        cmocka_unit_test(a_session_not_yet_bound_goes_on_as_well),
        cmocka_unit_test(a_session_that_is_over_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
