/* What the screen asks the server beside the records: sent, answered, given up. */
#include "tests/unit/unit.h"

#include <string.h>

#include "app/json.h"
#include "app/question.h"
#include "tests/unit/engine_fixture.h"

static uint64_t ask(struct bench *bench, enum question_kind kind, const char *q)
{
    json_t *body = json_pack("{s:s}", "q", q);
    uint64_t number = questions_ask(link_questions(bench->link), kind,
                                    kind == QUESTION_OPEN ? "/v1/open" : "/v1/search/client", body);

    json_decref(body);
    assert_true(number != 0);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    return number;
}

static enum question_state take(struct bench *bench, enum question_kind kind, uint64_t number,
                                struct question_answer *answer)
{
    return questions_take(link_questions(bench->link), kind, number, answer);
}

static void a_question_is_posted_and_answered(void **state)
{
    struct bench *bench = bench_new(false);
    struct question_answer answer;
    uint64_t number;

    (void)state;
    bench_get_online(bench);
    number = ask(bench, QUESTION_SEARCH, "roy");
    assert_string_equal(bench_work(bench), "POST /v1/search/client");
    assert_string_equal(bench->lanes[SYNC_LANE_WORK].body, "{\"q\":\"roy\"}");
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_WAITING);
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"hits\":[],\"more\":false}");
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_ANSWERED);
    assert_int_equal(answer.status, 200);
    assert_true(json_is_array(json_object_get(answer.document, "hits")));
    json_decref(answer.document);
    /* Once; and it is not asked again. */
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_NONE);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    bench_free(bench);
}

/* The answer to what was asked before is not taken for that to what is asked now. */
static void the_latest_question_counts(void **state)
{
    struct bench *bench = bench_new(false);
    struct question_answer answer;
    uint64_t first, second, open;

    (void)state;
    bench_get_online(bench);
    first = ask(bench, QUESTION_SEARCH, "ro");
    second = ask(bench, QUESTION_SEARCH, "roy");
    open = ask(bench, QUESTION_OPEN, "x");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"hits\":[1]}");
    assert_int_equal(take(bench, QUESTION_SEARCH, first, &answer), QUESTION_NONE);
    assert_int_equal(take(bench, QUESTION_SEARCH, second, &answer), QUESTION_WAITING);
    /* Whoever waits for a file goes first. */
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/open");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{}");
    assert_int_equal(take(bench, QUESTION_OPEN, open, &answer), QUESTION_ANSWERED);
    json_decref(answer.document);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench->lanes[SYNC_LANE_WORK].body, "{\"q\":\"roy\"}");
    bench_answer(bench, SYNC_LANE_WORK, 200, "{\"hits\":[1,2]}");
    assert_int_equal(take(bench, QUESTION_SEARCH, second, &answer), QUESTION_ANSWERED);
    assert_int_equal(json_array_size(json_object_get(answer.document, "hits")), 2);
    json_decref(answer.document);
    bench_free(bench);
}

static void a_refusal_is_told_with_its_code(void **state)
{
    struct bench *bench = bench_new(false);
    struct question_answer answer;
    uint64_t number;

    (void)state;
    bench_get_online(bench);
    number = ask(bench, QUESTION_SEARCH, "roy");
    bench_answer(bench, SYNC_LANE_WORK, 403,
                 "{\"code\":\"forbidden\",\"detail\":\"not you\",\"title\":\"no\"}");
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_ANSWERED);
    assert_int_equal(answer.status, 403);
    assert_null(answer.document);
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

/* Too many searches: everything else goes on. */
static void its_own_limit_holds_nothing_else_up(void **state)
{
    struct bench *bench = bench_new(false);
    struct question_answer answer;
    uint64_t number;

    (void)state;
    bench_get_online(bench);
    number = ask(bench, QUESTION_SEARCH, "roy");
    bench_answer_with(bench, SYNC_LANE_WORK, 429, "{}", 15000);
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_ANSWERED);
    assert_int_equal(answer.status, 429);
    assert_int_equal(answer.retry_ms, 15000);
    bench_write_note(bench, "goes on");
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

/* A cut answers it: a person waits, and may ask again. The link is as the others find it. */
static void a_cut_ends_it(void **state)
{
    struct bench *bench = bench_new(false);
    struct question_answer answer;
    uint64_t number;

    (void)state;
    bench_get_online(bench);
    number = ask(bench, QUESTION_SEARCH, "roy");
    bench_cut(bench, SYNC_LANE_WORK);
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_ANSWERED);
    assert_int_equal(answer.status, 0);
    assert_true(answer.message[0] != '\0');
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void nothing_is_asked_for_nobody(void **state)
{
    struct bench *bench = bench_new(false);
    struct question_answer answer;
    uint64_t number;

    (void)state;
    number = ask(bench, QUESTION_SEARCH, "roy");
    assert_int_equal(bench->begun, 0);
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_WAITING);
    link_sign_out(bench->link);
    assert_int_equal(take(bench, QUESTION_SEARCH, number, &answer), QUESTION_NONE);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_posted_and_answered),
        cmocka_unit_test(the_latest_question_counts),
        cmocka_unit_test(a_refusal_is_told_with_its_code),
        cmocka_unit_test(its_own_limit_holds_nothing_else_up),
        cmocka_unit_test(a_cut_ends_it),
        cmocka_unit_test(nothing_is_asked_for_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
