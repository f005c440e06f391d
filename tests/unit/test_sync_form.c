/* In which form what is sent leaves: packed, binary or plain. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/text.h"
#include "tests/unit/engine_fixture.h"

/* Online at a server that said that it reads what is packed, and what is in binary form; a note is
 * under way. */
static void get_online_packing(struct bench *bench)
{
    char body[1024];

    bench_get_online(bench);
    bench_write_note(bench, "a");
    assert_false(bench->lanes[SYNC_LANE_WORK].packed);
    bench_answer(bench, SYNC_LANE_WORK, 401, "{\"code\":\"unauthorized\"}");
    (void)sync_engine_step(bench->engine);
    (void)snprintf(body, sizeof body,
                   "{\"packs\":\"g1\",\"media_types\":[\"application/"
                   "cbor\"],\"token\":\"T1\",\"expires_at\":\"2030-01-01T00:00:00Z\","
                   "\"feed\":\"" FEED "\",\"agent\":{\"type\":\"agent\",\"id\":\"%s\",\"rev\":1,"
                   "\"seq\":1,\"body\":{},\"meta\":{}}}",
                   store_agent(bench->store.store)->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_true(bench->lanes[SYNC_LANE_WORK].packed);
}

/* To a server that said so: what is large in binary form, whose text another version of it may not
 * take. */
static void what_is_large_is_binary(void **state)
{
    struct bench *bench = bench_new(false);
    struct text_buffer answer = {0};
    char text[100];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    get_online_packing(bench);
    for (int i = 0; i < 20; i++)
        bench_write_note(bench, text);
    assert_false(bench->lanes[SYNC_LANE_WORK].binary);
    bench_answer(bench, SYNC_LANE_WORK, 200, "[[1,7]]");
    (void)sync_engine_step(bench->engine);
    assert_true(bench->lanes[SYNC_LANE_WORK].binary);
    assert_false(bench->lanes[SYNC_LANE_WORK].packed);
    assert_int_equal(bench_appends_sent(bench), 20);
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, text));
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"brief\":true"));
    assert_non_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"made\":\""));
    assert_null(strstr(bench->lanes[SYNC_LANE_WORK].body, "\"agent\""));
    bench_answer(bench, SYNC_LANE_WORK, 415, "{\"code\":\"unsupported-media-type\"}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_false(bench->lanes[SYNC_LANE_WORK].binary);
    assert_int_equal(bench_appends_sent(bench), 20);
    for (int i = 0; i < 20; i++)
        text_buffer_add_format(&answer, "%s[1,%d]", i == 0 ? "{\"outcomes\":[" : ",", 8 + i);
    text_buffer_add_text(&answer, "]}");
    bench_answer(bench, SYNC_LANE_WORK, 200, answer.bytes);
    text_buffer_free(&answer);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 0);
    bench_free(bench);
}

/* A server of before says nothing of it. */
static void what_is_large_is_json_otherwise(void **state)
{
    struct bench *bench = bench_new(false);
    char text[100];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    bench_get_online(bench);
    for (int i = 0; i < 21; i++)
        bench_write_note(bench, text);
    bench_answer(bench, SYNC_LANE_WORK, 200, "[[1,7]]");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_appends_sent(bench), 20);
    assert_false(bench->lanes[SYNC_LANE_WORK].binary);
    bench_free(bench);
}

/* To a server that said so: small bodies in the coding that both have. Another version of it, put
 * in its place meanwhile, may not know it. */
static void what_is_small_is_packed(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online_packing(bench);
    assert_int_equal(bench_appends_sent(bench), 1);
    bench_answer(bench, SYNC_LANE_WORK, 200, "[[1,7]]");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 0);
    bench_write_note(bench, "b");
    assert_true(bench->lanes[SYNC_LANE_WORK].packed);
    bench_answer(bench, SYNC_LANE_WORK, 200, "[[");
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_waiting(bench), 1);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_true(bench->lanes[SYNC_LANE_WORK].packed);
    bench_answer(bench, SYNC_LANE_WORK, 415, "{\"code\":\"unsupported-encoding\"}");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_false(bench->lanes[SYNC_LANE_WORK].packed);
    assert_int_equal(bench_appends_sent(bench), 1);
    bench_free(bench);
}

/* Something in between that does not read what is packed, and answers all the same. */
static void what_is_packed_and_not_understood_goes_plain(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online_packing(bench);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"outcomes\":[]}");
    for (int failures = 1; failures < 3; failures++) {
        bench->steady += 60000;
        (void)sync_engine_step(bench->engine);
        assert_string_equal(bench_work(bench), "POST /v1/operations");
        assert_int_equal(bench->lanes[SYNC_LANE_WORK].packed, failures == 1);
        bench_answer(bench, SYNC_LANE_WORK, 200,
                     failures == 1 ? "{\"outcomes\":[]}" : "{\"outcomes\":[[1,7]]}");
    }
    assert_int_equal(bench_waiting(bench), 0);
    bench_free(bench);
}

/* A server in trouble of its own reads it as before. */
static void trouble_at_the_server_leaves_it_packed(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    get_online_packing(bench);
    for (int failures = 0; failures < 3; failures++) {
        bench_answer(bench, SYNC_LANE_WORK, 500, "{\"code\":\"internal\"}");
        bench->steady += 60000;
        (void)sync_engine_step(bench->engine);
        assert_true(bench->lanes[SYNC_LANE_WORK].packed);
    }
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_small_is_packed),
        cmocka_unit_test(what_is_large_is_binary),
        cmocka_unit_test(what_is_large_is_json_otherwise),
        cmocka_unit_test(what_is_packed_and_not_understood_goes_plain),
        cmocka_unit_test(trouble_at_the_server_leaves_it_packed),
    };

    return cmocka_run_group_tests_name("sync_form", tests, NULL, NULL);
}
