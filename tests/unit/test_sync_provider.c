/* The engine signs in at the organisation's identity provider. */
#include <stdio.h>
#include <string.h>

#include "app/clock.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_when_it_was_told_to),
        cmocka_unit_test(tells_how_it_ended),
        cmocka_unit_test(expires_and_is_given_up),
        cmocka_unit_test(a_held_sign_in_asks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
