/* The engine signs in: with what, how often, and what is sent before it and after. */

#include <stdio.h>
#include <string.h>

#include "app/link_sign_in.h"
#include "app/merge.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/unit.h"

static void nothing_is_sent_before_sign_in(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_give_store(bench);
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(bench->begun, 0);
    assert_int_equal(bench_status(bench).state, LINK_IDLE);
    bench_free(bench);
}

static void signing_in_opens_the_bell_and_reads_both_feeds(void **state)
{
    struct bench *bench = bench_new(false);
    struct store_mark mark;
    char expected[400];

    (void)state;
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(store_mark_propose(bench->store.store, &mark, NULL), 0);
    assert_int_equal(bench_status(bench).state, LINK_CONNECTING);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    (void)snprintf(expected, sizeof expected,
                   "{\"login\":\"marie\",\"password\":\"se\\u0022cret\",\"protocol\":\"1.1\","
                   "\"device\":\"%s\",\"mark\":\"\",\"next_mark\":\"%s\"}",
                   store_device(bench->store.store)->text, mark.next);
    assert_string_equal(bench->lanes[SYNC_LANE_WORK].body, expected);
    bench_accept_login(bench, FEED);
    assert_string_equal(bench->token, "T1");
    assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_ACCEPTED);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench),
                        "GET /v1/changes?scope=catalogue&since=0&limit=50&wait=0");
    assert_string_equal(bench_bell(bench),
                        "GET /v1/changes?scope=desk&since=0&limit=50&wait=0&catalogue=0&merge=0");
    assert_true(bench_status(bench).catalogue_loading);
    bench_free(bench);
}

/* What is made in a session is known here though the feed was not read to its end, but for what a
 * store made that is here no more. */
static void what_the_session_made_need_not_come(void **state)
{
    struct bench *bench = bench_new(false);
    char unheld[40];

    (void)state;
    (void)snprintf(unheld, sizeof unheld, "&merge=%d&unheld=41", MERGE_VERSION);
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_accept_login_with(bench, FEED, "\"head\":41,");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), unheld));
    /* It is opened again. */
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "&merge=0"));
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    /* To the end: all is. */
    *strchr(unheld + 1, '&') = '\0';
    assert_non_null(strstr(bench_bell(bench), unheld));
    assert_null(strstr(bench_bell(bench), "unheld"));
    bench_free(bench);
}

/* Another session begins where the server is by then. */
static void a_session_that_ended_made_nothing_that_is_known(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_accept_login_with(bench, FEED, "\"head\":41,");
    (void)sync_engine_step(bench->engine);
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_answer(bench, SYNC_LANE_BELL, 401, "{}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_accept_login(bench, FEED); /* a server that does not say */
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "&merge=0"));
    bench_free(bench);
}

static void a_wrong_password_is_tried_once(void **state)
{
    struct bench *bench = bench_new(false);
    char message[ERROR_MESSAGE_SIZE];

    (void)state;
    bench_sign_in(bench);
    (void)sync_engine_step(bench->engine);
    bench_answer(bench, SYNC_LANE_WORK, 401,
                 "{\"title\":\"Unauthorized\",\"detail\":\"no such login\"}");
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(bench_status(bench).state, LINK_REFUSED);
    assert_int_equal(link_sign_in_state(bench->link, NULL, message), SIGN_IN_REFUSED);
    assert_string_equal(message, "sign-in: no such login (status 401)");
    sync_engine_ring(bench->engine);
    bench->steady += 3600000;
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(bench->begun, 1);
    /* Until the agent tries again. */
    bench_sign_in(bench);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_free(bench);
}

/* Whoever typed wrong passwords, here or elsewhere: this one may be right. */
static void a_login_that_is_held_is_tried_again_later(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_answer_with(bench, SYNC_LANE_WORK, 429, "{\"title\":\"Too many failed sign-ins\"}", 4000);
    assert_int_equal(sync_engine_step(bench->engine), 4000);
    assert_int_equal(bench_status(bench).state, LINK_OFFLINE);
    assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_HELD);
    bench->steady += 4000;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_accept_login(bench, FEED);
    assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_ACCEPTED);
    bench_free(bench);
}

static void an_ended_session_is_renewed_once(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_answer(bench, SYNC_LANE_BELL, 401, "{}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    /* A session that is no good from its first request on is not renewed in a circle. */
    bench_answer(bench, SYNC_LANE_BELL, 401, "{}");
    int64_t wait = sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_in_range(wait, 500, 1000);
    assert_int_equal(bench_status(bench).state, LINK_OFFLINE);
    bench->steady += wait;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_answer(bench, SYNC_LANE_WORK, 401, "{\"detail\":\"account closed\"}");
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(bench_status(bench).state, LINK_REFUSED);
    bench_free(bench);
}

static void signing_out_gives_the_session_back(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    link_sign_out(bench->link);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/logout");
    assert_string_equal(bench_bell(bench), "");
    assert_string_equal(bench->token, "");
    bench_answer(bench, SYNC_LANE_WORK, 204, "");
    assert_int_equal(sync_engine_step(bench->engine), -1);
    assert_int_equal(bench_status(bench).state, LINK_IDLE);
    bench_free(bench);
}

static void another_agents_store_is_not_sent(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_write_note(bench, "mine alone");
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_answer(
        bench, SYNC_LANE_WORK, 200,
        "{\"token\":\"T1\",\"feed\":\"" FEED "\",\"agent\":{\"type\":\"agent\",\"id\":"
        "\"019b7000-0000-7000-8000-00000000beef\",\"rev\":1,\"seq\":1,\"body\":{},\"meta\":{}}}");
    (void)sync_engine_step(bench->engine);
    assert_null(strstr(bench_work(bench), "operations"));
    assert_string_equal(bench_bell(bench), "");
    assert_int_equal(bench_status(bench).state, LINK_FAULT);
    bench_free(bench);
}

static void a_session_without_the_stores_device_is_begun_anew(void **state)
{
    struct bench *bench = bench_new(false);
    static const struct id none = {""};

    (void)state;
    bench_write_note(bench, "a");
    assert_int_equal(link_sign_in(bench->link, "marie", "secret", &none, NULL), 0);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "device"));
    bench_accept_login(bench, FEED);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/logout");
    bench_answer(bench, SYNC_LANE_WORK, 204, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    assert_non_null(
        strstr(bench->lanes[SYNC_LANE_WORK].body, store_device(bench->store.store)->text));
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_sent_before_sign_in),
        cmocka_unit_test(signing_in_opens_the_bell_and_reads_both_feeds),
        cmocka_unit_test(what_the_session_made_need_not_come),
        cmocka_unit_test(a_session_that_ended_made_nothing_that_is_known),
        cmocka_unit_test(a_wrong_password_is_tried_once),
        cmocka_unit_test(a_login_that_is_held_is_tried_again_later),
        cmocka_unit_test(an_ended_session_is_renewed_once),
        cmocka_unit_test(signing_out_gives_the_session_back),
        cmocka_unit_test(another_agents_store_is_not_sent),
        cmocka_unit_test(a_session_without_the_stores_device_is_begun_anew),
    };

    return cmocka_run_group_tests_name("sync_sign_in", tests, NULL, NULL);
}
