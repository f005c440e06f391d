/* The engine alone: the test is its clock and its network, store and link are the real ones. */

#include <stdio.h>
#include <string.h>

#include "app/link_sign_in.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/unit.h"

#define CLIENT                                                                                     \
    "{\"type\":\"client\",\"id\":\"019b7000-0000-7000-8000-00000000c11e\",\"rev\":1,\"seq\":9,"    \
    "\"body\":{\"name\":\"Tremblay\"},\"meta\":{}}"

/* --- trouble ------------------------------------------------------------------------------------
 */

static void the_back_off_doubles_up_to_a_minute(void **state)
{
    struct bench *bench = bench_new(false);
    int64_t expected = 500;

    (void)state;
    bench_sign_in(bench);
    for (int round = 0; round < 10; round++) {
        (void)sync_engine_step(bench->engine);
        assert_string_equal(bench_work(bench), "POST /v1/login");
        bench_cut(bench, SYNC_LANE_WORK);
        int64_t wait = sync_engine_step(bench->engine);
        assert_int_equal(wait, expected);
        assert_int_equal(bench_status(bench).state, LINK_OFFLINE);
        assert_false(bench_status(bench).failing);
        assert_string_equal(bench_status(bench).message, "the wire was cut");
        assert_int_equal(bench_status(bench).retry_ms, bench->wall + wait);
        assert_int_equal(link_sign_in_state(bench->link, NULL, NULL), SIGN_IN_OFFLINE);
        expected = expected * 2 > 30000 ? 30000 : expected * 2;
        bench->steady += wait;
    }
    bench_free(bench);
}

static void the_agents_action_hurries_but_once_a_second(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_cut(bench, SYNC_LANE_BELL);
    for (int round = 0; round < 6; round++) {
        bench->steady += sync_engine_step(bench->engine);
        (void)sync_engine_step(bench->engine);
        bench_cut(bench, SYNC_LANE_BELL);
    }
    assert_true(sync_engine_step(bench->engine) > 20000);
    bench->steady += 200;
    sync_engine_ring(bench->engine);
    assert_int_equal(sync_engine_step(bench->engine), 800);
    bench->steady += 800;
    (void)sync_engine_step(bench->engine);
    /* A probe asks for an answer at once, not for the next news. */
    assert_non_null(strstr(bench_bell(bench), "wait=0"));
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "wait=50"));
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void retry_after_is_obeyed_whatever_the_agent_does(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer_with(bench, SYNC_LANE_WORK, 503, "{\"title\":\"Starting\"}", 120000);
    assert_int_equal(sync_engine_step(bench->engine), 120000);
    int begun = bench->begun;
    bench->steady += 60000;
    bench_write_note(bench, "b");
    assert_int_equal(sync_engine_step(bench->engine), 60000);
    assert_int_equal(bench->begun, begun);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_free(bench);
}

static void a_link_that_comes_back_brings_all_back(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_cut(bench, SYNC_LANE_WORK);
    bench_cut(bench, SYNC_LANE_BELL);
    for (int round = 0; round < 5; round++) {
        int64_t wait = sync_engine_step(bench->engine);
        bench->steady += wait;
        (void)sync_engine_step(bench->engine);
        if (bench_work(bench)[0] != '\0')
            bench_cut(bench, SYNC_LANE_WORK);
    }
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_free(bench);
}

/* Our own disk is full: said as such, and tried again until there is room. */
static void a_full_disk_loses_nothing(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    fault_vfs_arm(FAULT_FULL, 1);
    bench_answer_push(bench, "\"outcome\":\"applied\",\"rev\":1,\"seq\":9");
    bench_answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    int64_t wait = sync_engine_step(bench->engine);
    assert_int_equal(bench_status(bench).state, LINK_FAULT);
    assert_non_null(strstr(bench_status(bench).message, "full"));
    assert_int_equal(bench_status(bench).retry_ms, bench->wall + wait);
    bench->steady += wait;
    (void)sync_engine_step(bench->engine); /* still full */
    assert_int_equal(bench_status(bench).state, LINK_FAULT);
    fault_vfs_arm(FAULT_NONE, 0);
    assert_int_equal(store_cursor(bench->store.store, NULL), 0);
    assert_int_equal(bench_waiting(bench), 1);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    bench_answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_answer_push(bench, "\"outcome\":\"repeated\",\"rev\":1,\"seq\":9");
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    assert_int_equal(store_cursor(bench->store.store, NULL), 9);
    assert_int_equal(bench_waiting(bench), 0);
    bench_free(bench);
}

static void a_wrong_clock_is_told(void **state)
{
    struct bench *bench = bench_new(false);
    char now[TIMESTAMP_SIZE];
    char body[256];

    (void)state;
    bench_get_online(bench);
    assert_false(bench_status(bench).clock_wrong);
    for (int late = 1; late >= 0; late--) {
        timestamp_format(bench->wall - late * 61000, now);
        (void)snprintf(body, sizeof body,
                       "{\"feed\":\"" FEED "\",\"next\":0,\"more\":false,\"records\":[],"
                       "\"catalogue\":0,\"time\":\"%s\"}",
                       now);
        bench_answer(bench, SYNC_LANE_BELL, 200, body);
        (void)sync_engine_step(bench->engine);
        assert_int_equal(bench_status(bench).clock_wrong, late == 1);
    }
    bench_free(bench);
}

/* --- the feeds -----------------------------------------------------------------------------------
 */

static void records_arrive_with_their_cursor(void **state)
{
    struct bench *bench = bench_new(false);
    struct id id = {"019b7000-0000-7000-8000-00000000c11e"};
    struct record *record = NULL;

    (void)state;
    bench_get_online(bench);
    bench_answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=9&limit=200&wait=50"));
    assert_int_equal(store_cursor(bench->store.store, NULL), 9);
    assert_int_equal(store_get(bench->store.store, RECORD_CLIENT, &id, &record, NULL, NULL), 0);
    assert_string_equal(record_text(record, "name"), "Tremblay");
    record_free(record);
    bench_free(bench);
}

/* The server need not wait until a page is written here. */
static void the_next_page_is_asked_for_with_the_last(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_answer(bench, SYNC_LANE_BELL, 200,
                 "{\"feed\":\"" FEED "\",\"next\":9,\"more\":true,\"records\":[" CLIENT "]}");
    assert_non_null(strstr(bench_bell(bench), "since=9&"));
    assert_non_null(strstr(bench_bell(bench), "wait=0"));
    assert_int_equal(store_cursor(bench->store.store, NULL), 9);
    bench_cut(bench, SYNC_LANE_BELL);
    bench->steady += 5000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=9&"));
    bench_free(bench);
}

static void bad_pages_change_nothing(void **state)
{
    static const struct {
        const char *body;
        const char *message;
    } cases[] = {
        {"[]", "no JSON object"},
        {"{\"feed\":\"" FEED "\",\"next\":", "makes no sense"},
        {"{\"next\":9,\"more\":false,\"records\":[]}", "feed"},
        {"{\"feed\":\"" FEED "\",\"next\":-3,\"more\":false,\"records\":[]}", "since -3"},
        {"{\"feed\":\"" FEED "\",\"next\":0,\"more\":true,\"records\":[]}", "since 0"},
        {"{\"feed\":\"" FEED "\",\"next\":9,\"more\":false,\"records\":7}", "no list"},
        {"{\"feed\":\"" FEED "\",\"next\":9,\"more\":false,\"records\":[" CLIENT ",{}]}",
         "record 1"},
        {"{\"feed\":\"" FEED "\",\"next\":9,\"more\":false,\"records\":[{\"type\":\"service\","
         "\"id\":\"019b7000-0000-7000-8000-00000000c11e\",\"rev\":1,\"seq\":9,\"body\":{},"
         "\"meta\":{}}]}",
         "another scope"},
    };

    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct bench *bench = bench_new(false);
        bench_get_online(bench);
        bench_answer(bench, SYNC_LANE_BELL, 200, cases[index].body);
        (void)sync_engine_step(bench->engine);
        assert_int_equal(bench_status(bench).state, LINK_OFFLINE);
        assert_true(bench_status(bench).failing);
        if (strstr(bench_status(bench).message, cases[index].message) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", bench_status(bench).message,
                     cases[index].message);
        assert_int_equal(store_cursor(bench->store.store, NULL), 0);
        /* The work lane goes on. */
        bench_write_note(bench, "a");
        assert_string_equal(bench_work(bench), "POST /v1/operations");
        bench_free(bench);
    }
}

static void a_type_of_the_future_is_passed_over(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_answer_page(
        bench, SYNC_LANE_BELL, 9, 0,
        "{\"type\":\"hologram\",\"id\":\"019b7000-0000-7000-8000-00000000c11f\",\"rev\":1,"
        "\"seq\":8,\"body\":{},\"meta\":{}}," CLIENT);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(store_cursor(bench->store.store, NULL), 9);
    assert_int_equal(sync_engine_totals(bench->engine)->work_records, 1);
    bench_free(bench);
}

static void the_bell_tells_of_the_catalogue(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 30, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench),
                        "GET /v1/changes?scope=catalogue&since=0&limit=200&wait=0");
    /* The next long poll waits for what is newer still. */
    assert_non_null(strstr(bench_bell(bench), "wait=50&catalogue=30"));
    bench_free(bench);
}

static void another_database_is_read_from_the_start(void **state)
{
    static const char other[] = "019b7000-0000-7000-8000-0000000fe3d2";
    struct bench *bench = bench_new(false);
    char body[512];

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    bench_answer_push(bench, "\"outcome\":\"applied\",\"rev\":1");
    bench_answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    (void)sync_engine_step(bench->engine);
    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"%s\",\"next\":9,\"more\":false,\"records\":[],\"catalogue\":0}",
                   other);
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/login");
    bench_accept_login(bench, other);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "scope=desk&since=0&"));
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
    /* The note that the former database had taken is offered to this one. */
    if (strstr(bench_work(bench), "catalogue") != NULL) {
        (void)snprintf(body, sizeof body,
                       "{\"feed\":\"%s\",\"next\":0,\"more\":false,\"records\":[]}", other);
        bench_answer(bench, SYNC_LANE_WORK, 200, body);
        (void)sync_engine_step(bench->engine);
    }
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_non_null(strstr(bench_bell(bench), "scope=desk&since=0&"));
    bench_free(bench);
}

static void presence_is_asked_when_wanted_and_kept(void **state)
{
    struct bench *bench = bench_new(false);
    json_t *presence = NULL;

    (void)state;
    bench_get_online(bench);
    link_presence_ask(bench->link);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "GET /v1/presence?away=false");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"agents\":[{\"agent\":\"x\",\"state\":\"free\"}]}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_int_equal(store_state_get(bench->store.store, "presence", &presence, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(presence, "agents")), 1);
    assert_true(json_is_string(json_object_get(presence, "heard_at")));
    json_decref(presence);
    link_away_set(bench->link, true);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "GET /v1/presence?away=true");
    /* A server that was started meanwhile has forgotten: each doorbell says so again. */
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"agents\":[]}");
    assert_null(strstr(bench_bell(bench), "away"));
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "&away=true"));
    bench_free(bench);
}

static void once_ends_when_all_is_carried(void **state)
{
    struct bench *bench = bench_new(true);
    struct error error = ERROR_INIT;
    int code = 1;

    (void)state;
    bench_sign_in(bench);
    bench_give_store(bench);
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_answer_page(bench, SYNC_LANE_BELL, 9, 0, CLIENT);
    (void)sync_engine_step(bench->engine);
    assert_false(sync_engine_ended(bench->engine, &code, &error));
    assert_string_equal(bench_work(bench), "POST /v1/logout");
    assert_string_equal(bench_bell(bench), "");
    bench_answer(bench, SYNC_LANE_WORK, 204, "");
    (void)sync_engine_step(bench->engine);
    assert_true(sync_engine_ended(bench->engine, &code, &error));
    assert_int_equal(code, 0);
    bench_free(bench);
}

/* A first sign-in on a terminal: who the agent is must be known before there can be a store. */
static void once_without_a_store_reads_the_catalogue(void **state)
{
    struct bench *bench = bench_new(true);
    int code = 1;

    (void)state;
    bench_sign_in(bench);
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_bell(bench), "");
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/logout");
    bench_cut(bench, SYNC_LANE_WORK); /* the session ends by itself */
    (void)sync_engine_step(bench->engine);
    assert_true(sync_engine_ended(bench->engine, &code, NULL));
    assert_int_equal(code, 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_back_off_doubles_up_to_a_minute),
        cmocka_unit_test(the_agents_action_hurries_but_once_a_second),
        cmocka_unit_test(retry_after_is_obeyed_whatever_the_agent_does),
        cmocka_unit_test(a_link_that_comes_back_brings_all_back),
        cmocka_unit_test(a_full_disk_loses_nothing),
        cmocka_unit_test(a_wrong_clock_is_told),
        cmocka_unit_test(records_arrive_with_their_cursor),
        cmocka_unit_test(the_next_page_is_asked_for_with_the_last),
        cmocka_unit_test(bad_pages_change_nothing),
        cmocka_unit_test(a_type_of_the_future_is_passed_over),
        cmocka_unit_test(the_bell_tells_of_the_catalogue),
        cmocka_unit_test(another_database_is_read_from_the_start),
        cmocka_unit_test(presence_is_asked_when_wanted_and_kept),
        cmocka_unit_test(once_ends_when_all_is_carried),
        cmocka_unit_test(once_without_a_store_reads_the_catalogue),
    };

    fault_vfs_register();
    return cmocka_run_group_tests_name("sync_engine", tests, NULL, NULL);
}
