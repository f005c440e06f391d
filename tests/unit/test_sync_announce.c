/* What goes ahead of the records, in the engine: it leaves while the store is being written, and is
 * taken in without the store; no failure of it is anybody's trouble. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include <sqlite3.h>

#include "app/announcement.h"
#include "app/json.h"
#include "net/sync_internal.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/unit.h"

#define OFFER "019b7000-0000-7000-8000-0000000000f1"

static void announce(struct bench *bench, const char *summary)
{
    struct operation *offer;
    struct id id;

    assert_true(id_parse(&id, OFFER));
    offer = operation_new(OPERATION_APPEND, RECORD_HANDOFF, &id);
    json_object_set_new(offer->body, "summary", json_string(summary));
    json_object_set_new(offer->body, "context", json_string("all that is known"));
    json_object_set_new(
        offer->body, "facts",
        json_pack("[{s:s}, {s:s, s:s}]", "fact", "mood", "fact", "summary", "need", summary));
    (void)announced_put(link_announced(bench->link), offer);
    operation_free(offer);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
}

static void answer_bell(struct bench *bench, const char *members)
{
    char body[2000];

    snprintf(body, sizeof(body),
             "{\"feed\":\"" FEED "\",\"next\":0,\"more\":false,\"records\":[],\"catalogue\":0,%s}",
             members);
    bench_answer(bench, SYNC_LANE_BELL, 200, body);
    (void)sync_engine_step(bench->engine);
    (void)sync_engine_step(bench->engine);
}

/* The summary of what arrives; static, "" for nothing. */
static const char *arriving(struct bench *bench, int64_t later_ms)
{
    static char summary[80];
    int64_t until;
    struct record *handoff =
        announced_newest(link_announced(bench->link), bench->steady + later_ms, &until);

    snprintf(summary, sizeof(summary), "%s",
             handoff != NULL ? record_text(handoff, "summary") : "");
    record_free(handoff);
    return summary;
}

/* --- what leaves ------------------------------------------------------------------------------ */

/* The screen is about to write the offer, and has the store's lock. */
static void it_leaves_while_the_store_is_written(void **state)
{
    struct bench *bench = bench_new(false);
    sqlite3 *writer;

    (void)state;
    bench_get_online(bench);
    bench_write_note(bench, "under way");
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_int_equal(sqlite3_open(bench->store.path, &writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(writer, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    announce(bench, "lost card");
    assert_string_equal(bench->lanes[SYNC_LANE_AHEAD].line, "POST /v1/announcements");
    assert_string_equal(bench->lanes[SYNC_LANE_AHEAD].body,
                        "{\"id\":\"" OFFER "\",\"body\":{\"summary\":\"lost "
                        "card\",\"facts\":[{\"fact\":\"summary\",\"need\":\"lost card\"}]}}");
    sqlite3_close(writer);
    bench_answer(bench, SYNC_LANE_AHEAD, 204, "");
    (void)sync_engine_step(bench->engine);
    assert_false(bench->lanes[SYNC_LANE_AHEAD].open);
    bench_free(bench);
}

/* Whoever carries it on has the processors for a moment; what waits here is not forgotten. */
static void the_rest_waits_a_moment(void **state)
{
    struct bench *bench = bench_new(false);
    struct id matter = store_fixture_id(&bench->store);
    int64_t wait;

    (void)state;
    bench_get_online(bench);
    (void)store_fixture_note(&bench->store, &matter, "after it");
    announce(bench, "lost card");
    assert_true(bench->lanes[SYNC_LANE_AHEAD].open);
    assert_false(bench->lanes[SYNC_LANE_WORK].open);
    bench_answer(bench, SYNC_LANE_AHEAD, 204, "");
    wait = sync_engine_step(bench->engine);
    assert_true(wait > 0 && wait < 10);
    assert_false(bench->lanes[SYNC_LANE_WORK].open);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_free(bench);
}

/* The screen rings before it has made the offer: nothing else is begun that would keep this thread,
 * and what waits is not forgotten when no offer follows. */
static void what_is_expected_finds_it_awake(void **state)
{
    struct bench *bench = bench_new(false);
    struct id matter = store_fixture_id(&bench->store);
    int64_t wait;

    (void)state;
    bench_get_online(bench);
    (void)store_fixture_note(&bench->store, &matter, "after it");
    for (int put = 1; put >= 0; put--) {
        assert_true(announced_say(link_announced(bench->link), ANNOUNCED_EXPECTED));
        sync_engine_ring(bench->engine);
        wait = sync_engine_step(bench->engine);
        assert_true(wait > 0 && wait < 10);
        assert_false(bench->lanes[SYNC_LANE_WORK].open);
        if (put) {
            announce(bench, "lost card");
            assert_true(bench->lanes[SYNC_LANE_AHEAD].open);
            assert_int_equal(announced_said(link_announced(bench->link)), ANNOUNCED_UNSAID);
            bench_answer(bench, SYNC_LANE_AHEAD, 204, "");
            (void)sync_engine_step(bench->engine);
        }
    }
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_free(bench);
}

/* What was done with a way out. */
struct way {
    bool open;
    char done[400];
};

static void note(struct way *way, const char *what)
{
    size_t used = strlen(way->done);

    snprintf(way->done + used, sizeof(way->done) - used, "%s%s", used > 0 ? " " : "", what);
}

static bool way_begin(void *context)
{
    note(context, "begin");
    return ((struct way *)context)->open;
}

static bool way_end(void *context, const char *body)
{
    note(context, body);
    return ((struct way *)context)->open;
}

static void way_cut(void *context)
{
    note(context, "cut");
}

#define LEFT                                                                                       \
    "{\"id\":\"" OFFER "\",\"body\":{\"summary\":\"lost "                                          \
    "card\",\"facts\":[{\"fact\":\"summary\",\"need\":\"lost card\"}]}}"

/* The head goes while the offer is being made, the body behind it, and the sync thread sleeps; when
 * no line is open, all goes the usual way. */
static void it_leaves_by_a_line_that_is_open(void **state)
{
    struct bench *bench = bench_new(false);
    struct way way = {.open = true};
    struct announced *announced;

    (void)state;
    bench_get_online(bench);
    announced = link_announced(bench->link);
    announced_way_set(announced, &(struct announced_way){way_begin, way_end, way_cut, &way});
    assert_false(announced_say(announced, ANNOUNCED_EXPECTED));
    assert_int_equal(announced_said(announced), ANNOUNCED_UNSAID);
    assert_string_equal(way.done, "begin");
    announce(bench, "lost card");
    assert_string_equal(way.done, "begin " LEFT);
    assert_false(announced_waits(announced));
    assert_false(bench->lanes[SYNC_LANE_AHEAD].open);
    way.open = false;
    assert_true(announced_say(announced, ANNOUNCED_EXPECTED));
    announce(bench, "lost card");
    assert_true(bench->lanes[SYNC_LANE_AHEAD].open);
    bench_free(bench);
}

static void what_is_expected_and_does_not_come_is_cut(void **state)
{
    struct announced *announced = announced_new();
    struct way way = {.open = true};

    (void)state;
    assert_non_null(announced);
    announced_way_set(announced, &(struct announced_way){way_begin, way_end, way_cut, &way});
    assert_false(announced_say(announced, ANNOUNCED_EXPECTED));
    assert_false(announced_say(announced, ANNOUNCED_DROPPED));
    assert_string_equal(way.done, "begin cut");
    announced_way_set(announced, NULL);
    assert_true(announced_say(announced, ANNOUNCED_EXPECTED));
    assert_false(announced_say(announced, ANNOUNCED_DROPPED));
    assert_int_equal(announced_said(announced), ANNOUNCED_UNSAID);
    assert_string_equal(way.done, "begin cut");
    announced_free(announced);
}

/* It is open where one may come, and for no longer than the session: nothing is sent for whom that
 * has ended. */
static void the_line_is_open_within_a_session(void **state)
{
    struct bench *bench = bench_new(false);
    struct announced *announced;

    (void)state;
    bench_get_online(bench);
    announced = link_announced(bench->link);
    bench->line[0] = '\0';
    assert_true(announced_say(announced, ANNOUNCED_POSSIBLE));
    assert_true(sync_engine_step(bench->engine) != 2);
    assert_string_equal(bench->line, "open");
    link_sign_out(bench->link);
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench->line, "open close"));
    bench->line[0] = '\0';
    (void)announced_say(announced, ANNOUNCED_POSSIBLE);
    (void)sync_engine_step(bench->engine);
    assert_null(strstr(bench->line, "open"));
    bench_free(bench);
}

static void an_old_server_is_asked_once(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    announce(bench, "one");
    bench_answer(bench, SYNC_LANE_AHEAD, 404, "{\"code\":\"not-found\"}");
    announce(bench, "two");
    assert_false(bench->lanes[SYNC_LANE_AHEAD].open);
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench_free(bench);
}

static void nobody_tries_again(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    announce(bench, "one");
    bench_cut(bench, SYNC_LANE_AHEAD);
    (void)sync_engine_step(bench->engine);
    assert_int_equal(bench_status(bench).state, LINK_ONLINE);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_false(bench->lanes[SYNC_LANE_AHEAD].open);
    announce(bench, "two");
    assert_true(bench->lanes[SYNC_LANE_AHEAD].open);
    bench_free(bench);
}

static void nothing_leaves_without_a_session(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_give_store(bench);
    announce(bench, "early");
    assert_false(bench->lanes[SYNC_LANE_AHEAD].open);
    /* Whoever signs in next does not send what the one before was about to. */
    link_sign_out(bench->link);
    assert_false(announced_waits(link_announced(bench->link)));
    bench_free(bench);
}

/* --- what comes ------------------------------------------------------------------------------- */

static void what_comes_is_for_the_screen_alone(void **state)
{
    struct bench *bench = bench_new(false);
    struct record *record = NULL;
    struct id id;

    (void)state;
    assert_true(id_parse(&id, OFFER));
    bench_get_online(bench);
    assert_non_null(strstr(bench_bell(bench), "&announced=0"));
    link_screen_clear(bench->link);
    answer_bell(
        bench,
        "\"announcements\":[{\"id\":\"" OFFER
        "\",\"body\":{\"summary\":\"lost card\",\"facts\":[{\"fact\":\"summary\",\"need\":\"lost "
        "card\"}]}}],\"announced\":41");
    assert_string_equal(arriving(bench, 0), "lost card");
    assert_string_equal(arriving(bench, ANNOUNCED_MS - 1), "lost card");
    assert_string_equal(arriving(bench, ANNOUNCED_MS), "");
    assert_int_equal(store_get(bench->store.store, RECORD_HANDOFF, &id, &record, NULL, NULL),
                     ERROR_NOT_FOUND);
    assert_int_equal(bench_waiting(bench), 0);
    assert_non_null(strstr(bench_bell(bench), "wait=50"));
    assert_non_null(strstr(bench_bell(bench), "&announced=41"));
    announced_drop(link_announced(bench->link), &id);
    assert_string_equal(arriving(bench, 0), "");
    bench_free(bench);
}

/* The bell is held again once the screen was rung, and has had a moment. */
static void the_bell_is_held_again(void **state)
{
    struct bench *bench = bench_new(false);
    int64_t wait;

    (void)state;
    bench_get_online(bench);
    bench_answer(bench, SYNC_LANE_BELL, 200,
                 "{\"feed\":\"" FEED "\",\"next\":0,\"more\":false,\"records\":[],\"catalogue\":0,"
                 "\"announcements\":[{\"id\":\"" OFFER "\",\"body\":{\"summary\":\"x\"}}],"
                 "\"announced\":41}");
    wait = sync_engine_step(bench->engine);
    assert_string_equal(arriving(bench, 0), "x");
    assert_true(wait > 0 && wait < 10);
    assert_false(bench->lanes[SYNC_LANE_BELL].open);
    (void)sync_engine_step(bench->engine);
    assert_true(bench->lanes[SYNC_LANE_BELL].open);
    bench_free(bench);
}

/* How often the screen was rung since it was asked last. */
static int rings(struct bench *bench)
{
    eventfd_t count = 0;

    (void)eventfd_read(link_screen_fd(bench->link), &count);
    return (int)count;
}

/* The transport says that a reply is here, before it gives it. */
static void come(struct bench *bench, const char *body)
{
    const struct sent *bell = &bench->lanes[SYNC_LANE_BELL];

    assert_true(bell->open);
    assert_non_null(bell->came);
    bell->came(bell->came_context, body, strlen(body));
}

/* The screen is rung before it is read, so that it is awake by then, and again when it has not
 * waited. It is not told a second time when the reply is read. */
static void it_is_taken_before_the_reply_is_read(void **state)
{
    static const char reply[] =
        "{\"feed\":\"" FEED "\",\"next\":0,\"more\":false,\"records\":[],\"catalogue\":0,"
        "\"announcements\":[{\"id\":\"" OFFER "\",\"body\":{\"summary\":\"x\"}}],"
        "\"announced\":41}";
    struct bench *bench = bench_new(false);
    struct announced *announced = link_announced(bench->link);
    uint64_t version;
    struct id id;

    (void)state;
    assert_true(id_parse(&id, OFFER));
    bench_get_online(bench);
    (void)rings(bench);
    come(bench, reply);
    assert_int_equal(rings(bench), 1);
    assert_string_equal(arriving(bench, 0), "x");
    version = announced_version(announced);
    bench_answer(bench, SYNC_LANE_BELL, 200, reply);
    assert_int_equal(announced_version(announced), version);
    assert_true(sync_engine_step(bench->engine) < 10);
    (void)sync_engine_step(bench->engine);
    assert_non_null(strstr(bench_bell(bench), "&announced=41"));
    /* The next one is told when its reply is read, where that is all there is. */
    announced_drop(announced, &id);
    bench_answer(bench, SYNC_LANE_BELL, 200, reply);
    assert_string_equal(arriving(bench, 0), "x");
    bench_free(bench);
}

static void what_comes_of_another_feed_is_not_taken(void **state)
{
    struct bench *bench = bench_new(false);
    static char reply[SYNC_ANNOUNCED_BYTES + 1000];

    (void)state;
    bench_get_online(bench);
    come(bench, "{\"feed\":\"another\",\"announcements\":[{\"id\":\"" OFFER
                "\",\"body\":{\"summary\":\"x\"}}],\"announced\":41}");
    assert_string_equal(arriving(bench, 0), "");
    come(bench, "{\"announcements\":[");
    (void)rings(bench);
    /* What is long is read when it is read. */
    snprintf(reply, sizeof(reply),
             "{\"feed\":\"" FEED "\",\"announcements\":[{\"id\":\"" OFFER
             "\",\"body\":{\"summary\":\"x\"}}],\"announced\":41,\"long\":\"%0*d\"}",
             SYNC_ANNOUNCED_BYTES, 7);
    come(bench, reply);
    come(bench, "{\"feed\":\"" FEED "\",\"records\":[]}");
    assert_int_equal(rings(bench), 0);
    assert_string_equal(arriving(bench, 0), "");
    assert_false(announced_soon_over(link_announced(bench->link)));
    bench_free(bench);
}

static void the_screen_waits_no_longer_than_a_moment(void **state)
{
    struct announced *announced = announced_new();

    (void)state;
    assert_non_null(announced);
    announced_await(announced);
    assert_false(announced_soon_over(announced));
    announced_soon(announced);
    assert_true(announced_soon_over(announced));
    /* It has not waited to the end: it is to be rung. */
    announced_soon(announced);
    announced_await(announced);
    assert_false(announced_soon_over(announced));
    announced_free(announced);
}

static void the_newest_is_told_first(void **state)
{
    struct bench *bench = bench_new(false);
    char members[200];
    struct id id;

    (void)state;
    bench_get_online(bench);
    for (int i = 1; i <= 12; i++) {
        snprintf(members, sizeof(members),
                 "\"announcements\":[{\"id\":\"019b7000-0000-7000-8000-0000000000%02d\","
                 "\"body\":{\"summary\":\"%d\"}}],\"announced\":%d",
                 i, i, i);
        answer_bell(bench, members);
    }
    assert_string_equal(arriving(bench, 0), "12");
    assert_true(id_parse(&id, "019b7000-0000-7000-8000-000000000012"));
    announced_drop(link_announced(bench->link), &id);
    assert_string_equal(arriving(bench, 0), "11");
    bench_free(bench);
}

static void what_makes_no_sense_is_passed_over(void **state)
{
    static const char *const members[] = {
        "\"announcements\":7,\"announced\":\"x\"",
        "\"announcements\":[7,null,{},{\"id\":\"x\",\"body\":{}},{\"id\":\"" OFFER "\"},"
        "{\"id\":\"" OFFER "\",\"body\":[]}],\"announced\":-4",
    };
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        answer_bell(bench, members[i]);
        assert_string_equal(arriving(bench, 0), "");
        assert_int_equal(bench_status(bench).state, LINK_ONLINE);
        assert_non_null(strstr(bench_bell(bench), "&announced=0"));
    }
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_leaves_while_the_store_is_written),
        cmocka_unit_test(the_rest_waits_a_moment),
        cmocka_unit_test(what_is_expected_finds_it_awake),
        cmocka_unit_test(it_leaves_by_a_line_that_is_open),
        cmocka_unit_test(what_is_expected_and_does_not_come_is_cut),
        cmocka_unit_test(the_line_is_open_within_a_session),
        cmocka_unit_test(an_old_server_is_asked_once),
        cmocka_unit_test(nobody_tries_again),
        cmocka_unit_test(nothing_leaves_without_a_session),
        cmocka_unit_test(what_comes_is_for_the_screen_alone),
        cmocka_unit_test(the_bell_is_held_again),
        cmocka_unit_test(it_is_taken_before_the_reply_is_read),
        cmocka_unit_test(what_comes_of_another_feed_is_not_taken),
        cmocka_unit_test(the_screen_waits_no_longer_than_a_moment),
        cmocka_unit_test(the_newest_is_told_first),
        cmocka_unit_test(what_makes_no_sense_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
