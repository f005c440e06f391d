/* How the engine fetches files that are not here, and what it notes of those that do not come. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/store_file.h"
#include "tests/unit/engine_fixture.h"

#define UNREASONED "{\"title\":\"A reason is needed\",\"code\":\"purpose-needed\"}"

static struct id want_case(struct bench *bench)
{
    struct id matter = store_fixture_id(&bench->store);

    assert_int_equal(
        store_file_want(bench->store.store, RECORD_CASE, &matter, true, bench->wall, NULL), 0);
    /* A page that brings something has it look for what is wanted. */
    bench_answer_page(bench, SYNC_LANE_BELL, 1, 0, "");
    (void)sync_engine_step(bench->engine);
    return matter;
}

static bool is_wanted(struct bench *bench)
{
    enum record_type type;
    struct id id;
    int code = store_file_wanted(bench->store.store, &type, &id, NULL);

    assert_true(code >= 0);
    return code > 0;
}

static void assert_asks_for(struct bench *bench, const struct id *matter)
{
    assert_non_null(strstr(bench_work(bench), "GET /v1/files/case/"));
    assert_non_null(strstr(bench_work(bench), matter->text));
}

static void what_nobody_said_a_reason_for_stays_away(void **state)
{
    struct bench *bench = bench_new(false);
    struct id matter;

    (void)state;
    bench_get_online(bench);
    matter = want_case(bench);
    assert_asks_for(bench, &matter);
    bench_answer(bench, SYNC_LANE_WORK, 422, UNREASONED);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_false(is_wanted(bench));
    bench_free(bench);
}

/* The reason may be among what could not be sent. */
static void what_was_not_sent_yet_is_asked_for_again(void **state)
{
    struct bench *bench = bench_new(false);
    struct id matter;

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "a");
    matter = want_case(bench);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_answer(bench, SYNC_LANE_WORK, 503, "{\"title\":\"Busy\",\"code\":\"busy\"}");
    (void)sync_engine_step(bench->engine);
    assert_asks_for(bench, &matter);
    bench_answer(bench, SYNC_LANE_WORK, 422, UNREASONED);
    bench->steady += sync_engine_step(bench->engine);
    assert_true(is_wanted(bench));
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_answer_push(bench, "\"outcome\":\"applied\",\"rev\":1,\"seq\":7");
    (void)sync_engine_step(bench->engine);
    assert_asks_for(bench, &matter);
    bench_free(bench);
}

/* Since when closed cases must have rested is noted as each page says it, and never falls. */
static void what_is_not_given_is_noted(void **state)
{
    static const struct {
        const char *told;
        int64_t noted;
    } pages[] = {{"5000", 5000}, {"7000", 7000}, {"6000", 7000}, {"\"x\"", 7000}};
    const struct store_policy for_good = {.keep_ms = 0};
    struct bench *bench = bench_new(false);
    int64_t old, until;
    char body[256];

    (void)state;
    bench_get_online(bench);
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        (void)snprintf(body, sizeof(body),
                       "{\"feed\":\"" FEED "\",\"next\":%zu,\"more\":false,\"records\":[],"
                       "\"catalogue\":0,\"old\":%s}",
                       i + 1, pages[i].told);
        bench_answer(bench, SYNC_LANE_BELL, 200, body);
        (void)sync_engine_step(bench->engine);
        assert_int_equal(
            store_old(bench->store.store, &for_good, bench->wall, 0, &old, &until, NULL), 0);
        assert_int_equal(old, pages[i].noted);
    }
    bench_free(bench);
}

static void expect_progress(struct bench *bench, const struct id *matter, int64_t done, int64_t all)
{
    struct link_file file;

    assert_true(link_file_get(bench->link, RECORD_CASE, matter, &file));
    assert_int_equal(file.done, done);
    assert_int_equal(file.all, all);
}

/* A page of one note of the case; `left` "" as of a server that does not say it. */
static void answer_part(struct bench *bench, const struct id *matter, int next, bool more,
                        const char *left)
{
    struct id note = store_fixture_id(&bench->store);
    char body[512];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED
                   "\",\"next\":%d,\"more\":%s%s,\"records\":[{\"type\":\"note\","
                   "\"id\":\"%s\",\"rev\":1,\"seq\":1,\"body\":{\"case\":\"%s\"},\"meta\":{}}]}",
                   next, more ? "true" : "false", left, note.text, matter->text);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
}

/* How much of how much is here is told, and where the link is cut it goes on behind that, in
 * smaller pages. */
static void a_file_that_comes_is_counted(void **state)
{
    struct bench *bench = bench_new(false);
    struct link_file file;
    struct id matter;

    (void)state;
    bench_get_online(bench);
    matter = want_case(bench);
    expect_progress(bench, &matter, 0, 0);
    assert_non_null(strstr(bench_work(bench), "&after=0&limit=50"));
    bench->steady += 4000;
    answer_part(bench, &matter, 7, true, ",\"left\":2");
    expect_progress(bench, &matter, 1, 3);
    assert_non_null(strstr(bench_work(bench), "&after=7&limit=50"));
    bench_cut(bench, SYNC_LANE_WORK);
    expect_progress(bench, &matter, 1, 3);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_work(bench), "&after=7&limit=12"));
    answer_part(bench, &matter, 8, true, ",\"left\":1");
    expect_progress(bench, &matter, 2, 3);
    answer_part(bench, &matter, 9, false, ",\"left\":0");
    assert_false(link_file_get(bench->link, RECORD_CASE, &matter, &file));
    assert_false(is_wanted(bench));
    bench_free(bench);
}

/* A server of before does not say how many are left. */
static void what_is_not_counted_is_told_so_far(void **state)
{
    struct bench *bench = bench_new(false);
    struct id matter;

    (void)state;
    bench_get_online(bench);
    matter = want_case(bench);
    answer_part(bench, &matter, 7, true, "");
    expect_progress(bench, &matter, 1, 0);
    bench_free(bench);
}

/* Whoever asks again after giving up gets all of it, from the first. */
static void what_was_given_up_begins_anew(void **state)
{
    struct bench *bench = bench_new(false);
    struct link_file file;
    struct id matter;

    (void)state;
    bench_get_online(bench);
    matter = want_case(bench);
    assert_int_equal(store_file_want(bench->store.store, RECORD_CASE, &matter, false, 0, NULL), 0);
    answer_part(bench, &matter, 7, true, ",\"left\":2");
    assert_string_equal(bench_work(bench), "");
    assert_false(link_file_get(bench->link, RECORD_CASE, &matter, &file));
    assert_int_equal(store_file_want(bench->store.store, RECORD_CASE, &matter, true, 1, NULL), 0);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_asks_for(bench, &matter);
    assert_non_null(strstr(bench_work(bench), "&after=0&"));
    expect_progress(bench, &matter, 0, 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_said_a_reason_for_stays_away),
        cmocka_unit_test(what_was_not_sent_yet_is_asked_for_again),
        cmocka_unit_test(what_is_not_given_is_noted),
        cmocka_unit_test(a_file_that_comes_is_counted),
        cmocka_unit_test(what_is_not_counted_is_told_so_far),
        cmocka_unit_test(what_was_given_up_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
