/* The pages of a file: which history they are of, and what is told of that. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "app/store_file.h"
#include "tests/unit/engine_fixture.h"

#define MATTER "019b7000-0000-7000-8000-0000000000c1"

/* Another connection: the store's own functions let go only of what was held. */
static void let_go(struct bench *bench)
{
    sqlite3 *database;

    assert_int_equal(sqlite3_open(bench->store.path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database,
                     "INSERT OR REPLACE INTO file(type, id, needed, pinned, wanted, away) "
                     "VALUES('case', '" MATTER "', 0, 0, 0, 1)",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(database);
}

static void want(struct bench *bench)
{
    struct id id;

    assert_true(id_parse(&id, MATTER));
    assert_int_equal(store_file_want(bench->store.store, RECORD_CASE, &id, true, 1, NULL), 0);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
}

static void answer_file(struct bench *bench, int next, bool more, int head, const char *epoch)
{
    char body[256];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%d,\"more\":%s,\"records\":[],\"head\":%d,"
                   "\"epoch\":\"%s\"}",
                   next, more ? "true" : "false", head, epoch);
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
}

static void answer_feed(struct bench *bench, int next, bool more)
{
    char body[256];

    (void)snprintf(body, sizeof body,
                   "{\"feed\":\"" FEED "\",\"next\":%d,\"more\":%s,\"records\":[],\"catalogue\":0,"
                   "\"head\":109,\"epoch\":\"12345678\"%s}",
                   next, more ? "true" : "false", more ? ",\"head_epoch\":\"ab12cd34\"" : "");
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
}

static void ask_the_bell_again(struct bench *bench)
{
    bench_cut(bench, SYNC_LANE_BELL);
    bench->steady += 5000;
    (void)sync_engine_step(bench->engine);
}

/* The same of a page of the feed that is not its last. */
static void how_far_the_feed_was_read_is_told(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    answer_feed(bench, 105, true);
    assert_non_null(strstr(bench_bell(bench), "since=105&epoch=12345678&shown=109.ab12cd34&"));
    answer_feed(bench, 107, true);
    assert_non_null(strstr(bench_bell(bench), "since=107&epoch=12345678&shown=109.ab12cd34&"));
    ask_the_bell_again(bench);
    assert_non_null(strstr(bench_bell(bench), "&shown=109.ab12cd34&"));
    answer_feed(bench, 109, false);
    assert_non_null(strstr(bench_bell(bench), "since=109&"));
    assert_null(strstr(bench_bell(bench), "shown"));
    /* The last page says by its end how far it was read. */
    answer_feed(bench, 110, false);
    assert_null(strstr(bench_bell(bench), "shown"));
    bench_free(bench);
}

/* What changed past the cursor is left out of a page: whoever serves the next one, and the feed,
 * must know of it, or that record would come by neither. */
static void how_far_a_page_was_read_is_told(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    let_go(bench);
    want(bench);
    assert_non_null(strstr(bench_work(bench), "GET /v1/files/case/" MATTER "?since=0"));
    assert_null(strstr(bench_work(bench), "shown"));
    answer_file(bench, 3, true, 9, "ab12cd34");
    assert_non_null(strstr(bench_work(bench), "&shown=9.ab12cd34&after=3&"));
    answer_file(bench, 5, false, 12, "ab12cd34");
    assert_string_equal(bench_work(bench), "");
    ask_the_bell_again(bench);
    assert_non_null(strstr(bench_bell(bench), "&shown=12.ab12cd34&"));
    /* The feed is as far as the file was. */
    bench_answer_page(bench, SYNC_LANE_BELL, 12, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=12&"));
    assert_null(strstr(bench_bell(bench), "shown"));
    bench_free(bench);
}

/* The file is begun anew at a server that was restored between two of its pages. */
static void a_restored_server_is_asked_for_all_of_it(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    let_go(bench);
    want(bench);
    answer_file(bench, 3, true, 9, "ab12cd34");
    bench_answer(bench, SYNC_LANE_WORK, 409, "{\"code\":\"other-history\"}");
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "since=0"));
    assert_null(strstr(bench_bell(bench), "shown"));
    bench_answer_page(bench, SYNC_LANE_WORK, 0, 0, "");
    bench_answer_page(bench, SYNC_LANE_BELL, 4, 0, "");
    (void)sync_engine_step(bench->engine);
    let_go(bench);
    want(bench);
    assert_non_null(strstr(bench_work(bench), "/v1/files/case/" MATTER "?since=4"));
    assert_non_null(strstr(bench_work(bench), "&after=0&"));
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_far_the_feed_was_read_is_told),
        cmocka_unit_test(how_far_a_page_was_read_is_told),
        cmocka_unit_test(a_restored_server_is_asked_for_all_of_it),
    };

    return cmocka_run_group_tests_name("sync file pages", tests, NULL, NULL);
}
