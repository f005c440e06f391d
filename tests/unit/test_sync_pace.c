/* In which order and in what batches the engine empties the outbox, by what the link bears. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/store_internal.h"
#include "net/sync_internal.h"
#include "net/sync_pace.h"
#include "tests/unit/engine_fixture.h"
#include "tests/unit/fault_vfs.h"

/* Answers every operation of the push under way, the first as `first` says, `took` ms after it
 * left, and steps. */
static void settle_first(struct bench *bench, int64_t took, const char *first)
{
    const char *outcome = first;
    char body[BENCH_BODY_SIZE] = "{\"outcomes\":[";
    const char *comma = "";

    for (const char *at = bench->lanes[SYNC_LANE_WORK].body;
         (at = strstr(at, "{\"id\":\"")) != NULL; at++) {
        size_t length = strlen(body);

        (void)snprintf(body + length, sizeof body - length,
                       "%s{\"id\":\"%.36s\",\"outcome\":\"%s\",\"rev\":1}", comma, at + 7, outcome);
        comma = ",";
        outcome = "applied";
    }
    (void)strcat(body, "]}");
    bench->steady += took;
    bench_answer(bench, SYNC_LANE_WORK, 200, body);
    (void)sync_engine_step(bench->engine);
    /* Whatever is answered is on the disk before anything else is done but to send what is ready.
     */
    assert_true(!bench->engine->store->unsynced || bench->engine->next_batch != NULL);
}

static void settle_all(struct bench *bench, int64_t took)
{
    settle_first(bench, took, "applied");
}

static void queue_notes(struct bench *bench, int count)
{
    struct id case_id = store_fixture_id(&bench->store);

    for (int made = 0; made < count; made++)
        (void)store_fixture_note(&bench->store, &case_id,
                                 "moved to Rimouski, keeps the post box in the city till spring");
    sync_engine_ring(bench->engine);
    (void)sync_engine_step(bench->engine);
}

/* Online over a quick link, with notes of which a batch takes a few. */
static void queue_on_a_quick_link(struct bench *bench, int count)
{
    bench->received = 5000;
    bench_get_online(bench);
    bench->engine->batch_pace.maximum = bench->engine->batch_pace.limit = 4000;
    queue_notes(bench, count);
}

static void a_slow_link_gets_small_batches_and_a_quick_one_large_ones(void **state)
{
    struct bench *bench = bench_new(false);
    size_t first, slow;

    (void)state;
    bench_get_online(bench);
    queue_notes(bench, 150);
    first = bench_appends_sent(bench);
    assert_in_range(first, 20, 60);
    settle_all(bench, 40000);
    slow = bench_appends_sent(bench);
    assert_in_range(slow, 1, first / 4);
    settle_all(bench, 100);
    assert_true(bench_appends_sent(bench) > slow);
    settle_all(bench, 100);
    assert_true(bench_appends_sent(bench) > 2 * slow);
    bench_free(bench);
}

static void a_cut_batch_is_sent_again_in_smaller_ones(void **state)
{
    struct bench *bench = bench_new(false);
    size_t first;

    (void)state;
    bench_get_online(bench);
    queue_notes(bench, 100);
    first = bench_appends_sent(bench);
    bench_cut(bench, SYNC_LANE_WORK);
    bench->steady += 2000;
    (void)sync_engine_step(bench->engine);
    assert_in_range(bench_appends_sent(bench), 1, first / 2);
    assert_int_equal(bench_waiting(bench), 100);
    bench_free(bench);
}

static void offer_handoff(struct bench *bench)
{
    struct id id = store_fixture_id(&bench->store);
    char body[500];

    (void)snprintf(body, sizeof body,
                   "{\"from\":\"%s\",\"to_queue\":\"sample/front-line\",\"summary\":\"next\","
                   "\"offered_at\":\"2026-11-24T10:00:00Z\",\"state\":\"offered\","
                   "\"office\":\"sample/quebec\"}",
                   store_agent(bench->store.store)->text);
    assert_int_equal(
        store_fixture_apply(&bench->store, store_fixture_operation(&bench->store, OPERATION_APPEND,
                                                                   RECORD_HANDOFF, &id, body)),
        0);
}

/* Where it stands in the batch under way, NULL when it is not in it. */
static const char *handoff_sent(struct bench *bench)
{
    return strstr(bench->lanes[SYNC_LANE_WORK].body, "\"type\":\"handoff\"");
}

static void a_handoff_leaves_before_the_notes_that_wait(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    queue_notes(bench, 150);
    offer_handoff(bench);
    settle_all(bench, 100);
    const char *note = strstr(bench->lanes[SYNC_LANE_WORK].body, "\"type\":\"note\"");
    assert_non_null(handoff_sent(bench));
    assert_non_null(note);
    assert_true(handoff_sent(bench) < note);
    bench_free(bench);
}

/* While the server works on one batch the next is read, and goes as it is. */
static void a_quick_link_has_the_next_batch_ready(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    queue_notes(bench, 300);
    settle_all(bench, 100);
    offer_handoff(bench);
    settle_all(bench, 100);
    assert_null(handoff_sent(bench));
    assert_true(bench_appends_sent(bench) > 0);
    assert_int_equal(bench_waiting(bench), 1 + bench_appends_sent(bench));
    settle_all(bench, 100);
    assert_non_null(handoff_sent(bench));
    assert_int_equal(bench_appends_sent(bench), 1);
    settle_all(bench, 100);
    assert_int_equal(bench_waiting(bench), 0);
    bench_free(bench);
}

/* The catalogue has come quickly: the first batch is no small one. */
static void a_quick_catalogue_lets_much_leave_first(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench->received = 5000;
    bench_get_online(bench);
    queue_notes(bench, 150);
    assert_int_equal(bench_appends_sent(bench), 150);
    bench_free(bench);
}

/* And the second is read while the server works on that one. */
static void what_follows_the_first_is_read_meanwhile(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench->received = 5000;
    bench_get_online(bench);
    bench->engine->batch_pace.limit = 40000;
    queue_notes(bench, 150);
    assert_in_range(bench_appends_sent(bench), 20, 120);
    offer_handoff(bench);
    settle_all(bench, 100);
    assert_null(handoff_sent(bench));
    settle_all(bench, 100);
    assert_non_null(handoff_sent(bench));
    bench_free(bench);
}

/* A slow one has not: what is urgent would wait for it. */
static void a_slow_link_has_no_batch_ready(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    bench_get_online(bench);
    queue_notes(bench, 300);
    settle_all(bench, 1000);
    offer_handoff(bench);
    settle_all(bench, 1000);
    assert_non_null(handoff_sent(bench));
    bench_free(bench);
}

/* A link that is cut lets go of what was ready: all of it goes again, each once. */
static void what_was_ready_is_read_again_after_a_cut(void **state)
{
    struct bench *bench = bench_new(false);
    size_t small;

    (void)state;
    bench_get_online(bench);
    queue_notes(bench, 400);
    settle_all(bench, 100);
    offer_handoff(bench);
    bench_cut(bench, SYNC_LANE_WORK);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_non_null(handoff_sent(bench));
    small = bench_appends_sent(bench);
    settle_all(bench, 100);
    assert_true(bench_appends_sent(bench) > 3 * small);
    for (int left = 0; left < 20 && bench_waiting(bench) > 0; left++)
        settle_all(bench, 100);
    assert_int_equal(bench_waiting(bench), 0);
    assert_int_equal(sync_engine_totals(bench->engine)->applied, 401);
    bench_free(bench);
}

struct marked {
    size_t waiting, sent;
    struct id last;
};

static int see_marked(void *context, const struct outbox_entry *entry)
{
    struct marked *marked = context;

    marked->waiting++;
    marked->sent += entry->sent ? 1 : 0;
    (void)id_parse(&marked->last, entry->id);
    return 0;
}

static struct marked count_marked(struct bench *bench)
{
    struct marked marked = {0};

    assert_int_equal(store_outbox_each(bench->store.store, SIZE_MAX, see_marked, &marked, NULL), 0);
    return marked;
}

/* One wait for the disk does for some batches: what is to leave in them is marked at once. */
static void a_quick_link_marks_what_leaves_soon(void **state)
{
    struct bench *bench = bench_new(false);
    struct marked marked;
    size_t unsynced = 0;

    (void)state;
    queue_on_a_quick_link(bench, 150);
    marked = count_marked(bench);
    assert_int_equal(marked.waiting, 150);
    assert_true(marked.sent > 4 * bench_appends_sent(bench));
    assert_true(marked.sent < 150);
    while (bench_waiting(bench) > 0) {
        settle_all(bench, 100);
        unsynced += bench->engine->store->unsynced ? 1 : 0;
    }
    assert_true(unsynced > 4);
    assert_false(bench->engine->store->unsynced);
    assert_int_equal(sync_engine_totals(bench->engine)->applied, 150);
    assert_int_equal(sync_engine_totals(bench->engine)->repeated, 0);
    bench_free(bench);
}

/* But where there is time for it. */
static void what_is_settled_goes_to_the_disk_while_the_server_works(void **state)
{
    struct bench *bench = bench_new(false);

    (void)state;
    queue_on_a_quick_link(bench, 60);
    settle_all(bench, 100);
    assert_true(bench->engine->store->unsynced);
    sync_engine_idle(bench->engine);
    assert_false(bench->engine->store->unsynced);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_free(bench);
}

static void a_disk_that_cannot_is_told(void **state)
{
    struct bench *bench = bench_new(false);
    int64_t applied;

    (void)state;
    queue_on_a_quick_link(bench, 60);
    settle_all(bench, 100);
    applied = sync_engine_totals(bench->engine)->applied;
    fault_vfs_arm(FAULT_ERROR, 1);
    sync_engine_idle(bench->engine);
    assert_true(bench->engine->store->unsynced);
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "");
    assert_int_equal(bench_status(bench).state, LINK_FAULT);
    assert_non_null(strstr(bench_status(bench).message, "synced"));
    fault_vfs_arm(FAULT_NONE, 0);
    sync_engine_idle(bench->engine);
    assert_false(bench->engine->store->unsynced);
    bench->steady += 60000;
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    assert_int_equal(bench_waiting(bench), 60 - applied);
    while (bench_waiting(bench) > 0)
        settle_all(bench, 100);
    bench_free(bench);
}

/* What has not left in the end may be taken back, what has may not. */
static void a_cut_link_unmarks_what_has_not_left(void **state)
{
    struct bench *bench = bench_new(false);
    size_t left;

    (void)state;
    queue_on_a_quick_link(bench, 60);
    settle_all(bench, 100);
    left = bench_appends_sent(bench);
    assert_true(count_marked(bench).sent > left);
    bench_cut(bench, SYNC_LANE_WORK);
    assert_int_equal(count_marked(bench).sent, left);
    bench_free(bench);
}

/* One that the centre is yet to decide has left, though it waits. */
static void what_is_not_decided_stays_marked(void **state)
{
    struct bench *bench = bench_new(false);
    size_t marked;

    (void)state;
    queue_on_a_quick_link(bench, 60);
    marked = count_marked(bench).sent - bench_appends_sent(bench) + 1;
    settle_first(bench, 100, "later");
    bench_cut(bench, SYNC_LANE_WORK);
    assert_true(count_marked(bench).sent >= marked);
    bench_free(bench);
}

/* With the session goes what is under way, and nobody knows how far it came. */
static void what_a_session_leaves_behind_stays_marked(void **state)
{
    struct bench *bench = bench_new(false);
    size_t marked;

    (void)state;
    queue_on_a_quick_link(bench, 60);
    marked = count_marked(bench).sent;
    assert_true(marked > bench_appends_sent(bench));
    bench_answer(bench, SYNC_LANE_BELL, 401, "{}");
    (void)sync_engine_step(bench->engine);
    bench_accept_login(bench, FEED);
    (void)sync_engine_step(bench->engine);
    bench_answer_page(bench, SYNC_LANE_BELL, 0, 0, "");
    (void)sync_engine_step(bench->engine);
    assert_string_equal(bench_work(bench), "POST /v1/operations");
    bench_cut(bench, SYNC_LANE_WORK);
    assert_true(count_marked(bench).sent >= marked);
    bench_free(bench);
}

static void the_pace_follows_the_link_within_its_bounds(void **state)
{
    struct sync_pace pace = {.minimum = 4, .maximum = 2000, .limit = 50};

    (void)state;
    /* As much as takes an eighth of the longest time, where this took a sixth of that. */
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 1100, pace.limit);
    assert_int_equal(pace.limit, 312);
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 2000, pace.limit);
    assert_int_equal(pace.limit, 624);
    /* Few tell less. */
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 1500, 1);
    assert_int_equal(pace.limit, 2000);
    pace.limit = 50;
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 1500, 1);
    assert_int_equal(pace.limit, 200);
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 1000, pace.limit);
    assert_int_equal(pace.limit, 2000);
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 5000, 500);
    assert_int_equal(pace.limit, 2000);
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 51000, 500);
    assert_int_equal(pace.limit, 50);
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 901000, 50);
    assert_int_equal(pace.limit, 4);
    pace.limit = 100;
    sync_pace_cut(&pace);
    assert_int_equal(pace.limit, 25);
    sync_pace_cut(&pace);
    sync_pace_cut(&pace);
    assert_int_equal(pace.limit, 4);
}

static void what_came_tells_how_much_may_leave_first(void **state)
{
    struct sync_pace pace = {.minimum = 1024, .maximum = 512 * 1024, .limit = 16 * 1024};

    (void)state;
    sync_pace_learn(&pace, 625, 1024 * 1024);
    sync_pace_learn(&pace, 300, 300);
    assert_int_equal(pace.limit, 16 * 1024);
    assert_false(pace.quick);
    sync_pace_learn(&pace, 20, 5000);
    assert_int_equal(pace.limit, 156250);
    assert_true(pace.quick);
    sync_pace_learn(&pace, 40, 5000);
    assert_int_equal(pace.limit, 156250);
    sync_pace_learn(&pace, 0, 5000);
    assert_int_equal(pace.limit, 512 * 1024);
    /* What it bore itself counts for more. */
    pace = (struct sync_pace){.minimum = 1024, .maximum = 512 * 1024, .limit = 16 * 1024};
    sync_pace_begin(&pace, 1000);
    sync_pace_done(&pace, 5000, 16 * 1024);
    sync_pace_learn(&pace, 20, 5000);
    assert_int_equal(pace.limit, 16 * 1024);
    pace = (struct sync_pace){.minimum = 1024, .maximum = 512 * 1024, .limit = 16 * 1024};
    sync_pace_cut(&pace);
    sync_pace_learn(&pace, 20, 5000);
    assert_int_equal(pace.limit, 4 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_link_gets_small_batches_and_a_quick_one_large_ones),
        cmocka_unit_test(a_cut_batch_is_sent_again_in_smaller_ones),
        cmocka_unit_test(what_came_tells_how_much_may_leave_first),
        cmocka_unit_test(a_handoff_leaves_before_the_notes_that_wait),
        cmocka_unit_test(a_quick_link_has_the_next_batch_ready),
        cmocka_unit_test(a_quick_catalogue_lets_much_leave_first),
        cmocka_unit_test(what_follows_the_first_is_read_meanwhile),
        cmocka_unit_test(a_slow_link_has_no_batch_ready),
        cmocka_unit_test(what_was_ready_is_read_again_after_a_cut),
        cmocka_unit_test(a_quick_link_marks_what_leaves_soon),
        cmocka_unit_test(what_is_settled_goes_to_the_disk_while_the_server_works),
        cmocka_unit_test(a_disk_that_cannot_is_told),
        cmocka_unit_test(a_cut_link_unmarks_what_has_not_left),
        cmocka_unit_test(what_is_not_decided_stays_marked),
        cmocka_unit_test(what_a_session_leaves_behind_stays_marked),
        cmocka_unit_test(the_pace_follows_the_link_within_its_bounds),
    };

    fault_vfs_register();
    return cmocka_run_group_tests_name("sync_pace", tests, NULL, NULL);
}
