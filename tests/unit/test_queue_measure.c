/* What queues are measured by, and when a threshold is crossed: by hand, and against looking at
 * every moment. */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/queue_measure.h"
#include "tests/unit/unit.h"

#define MINUTE INT64_C(60000)

static struct queue_threshold threshold_of(const char *text)
{
    struct queue_threshold list[QUEUE_THRESHOLDS_LIMIT];
    json_t *body =
        json_pack("{s:s, s:[o]}", "next_queue", "other", "thresholds", json_loads(text, 0, NULL));
    struct error error = ERROR_INIT;
    size_t count;

    if (queue_thresholds_read(body, list, &count, &error) != 0)
        fail_msg("%s: %s", text, error.message);
    assert_int_equal(count, 1);
    json_decref(body);
    return list[0];
}

static void test_thresholds_are_read(void **state)
{
    struct queue_threshold read =
        threshold_of("{\"measure\": \"age\", \"limit\": 10, \"action\": \"open\"}");

    (void)state;
    assert_int_equal(read.measure, QUEUE_AGE);
    assert_int_equal(read.action, QUEUE_OPEN);
    assert_int_equal(read.limit, 10 * MINUTE);
    assert_int_equal(read.rearm, 8 * MINUTE);
    read = threshold_of("{\"measure\": \"waiting\", \"limit\": 1, \"action\": \"notify\"}");
    assert_int_equal(read.rearm, 0);
    read = threshold_of("{\"measure\": \"answered-within\", \"limit\": 80, \"minutes\": 5, "
                        "\"window\": 30, \"least\": 3, \"action\": \"call-back\"}");
    assert_int_equal(read.rearm, 85);
    assert_int_equal(read.within_ms, 5 * MINUTE);
    assert_int_equal(read.window_ms, 30 * MINUTE);
    assert_int_equal(read.least, 3);
    read = threshold_of("{\"measure\": \"abandonment\", \"limit\": 20, \"action\": \"notify\"}");
    assert_int_equal(read.window_ms, QUEUE_WINDOW_MINUTES * MINUTE);
    assert_int_equal(read.least, QUEUE_LEAST);
}

static void test_wrong_ones_are_named(void **state)
{
    static const struct {
        const char *list, *fault;
    } wrong[] = {
        {"[{\"measure\": \"mood\", \"limit\": 1, \"action\": \"notify\"}]", "thresholds/0/measure"},
        {"[{\"measure\": \"age\", \"limit\": 1, \"action\": \"shout\"}]", "thresholds/0/action"},
        {"[{\"measure\": \"age\", \"limit\": 0, \"action\": \"notify\"}]", "thresholds/0/limit"},
        {"[{\"measure\": \"age\", \"limit\": \"5\", \"action\": \"notify\"}]",
         "thresholds/0/limit"},
        {"[{\"measure\": \"age\", \"limit\": 5, \"rearm\": 5, \"action\": \"notify\"}]",
         "thresholds/0/rearm"},
        {"[{\"measure\": \"age\", \"limit\": 5, \"minutes\": 5, \"action\": \"notify\"}]",
         "thresholds/0/minutes"},
        {"[{\"measure\": \"age\", \"limit\": 5, \"window\": 5, \"action\": \"notify\"}]",
         "thresholds/0/window"},
        {"[{\"measure\": \"answered-within\", \"limit\": 80, \"action\": \"notify\"}]",
         "thresholds/0/minutes"},
        {"[{\"measure\": \"answered-within\", \"limit\": 80, \"rearm\": 70, \"minutes\": 5, "
         "\"action\": \"notify\"}]",
         "thresholds/0/rearm"},
        {"[{\"measure\": \"abandonment\", \"limit\": 101, \"action\": \"notify\"}]",
         "thresholds/0/limit"},
        {"[{\"measure\": \"age\", \"limit\": 5, \"action\": \"open\"}]", "no next_queue"},
        {"[{\"measure\": \"age\", \"limit\": 5, \"action\": \"notify\"}, "
         "{\"measure\": \"age\", \"limit\": 5, \"action\": \"notify\"}]",
         "thresholds/1/measure"},
    };
    struct queue_threshold list[QUEUE_THRESHOLDS_LIMIT];
    size_t count;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_t *body = json_pack("{s:o}", "thresholds", json_loads(wrong[i].list, 0, NULL));
        struct error error = ERROR_INIT;

        assert_int_equal(queue_thresholds_read(body, list, &count, &error), ERROR_INVALID);
        if (strstr(error.message, wrong[i].fault) == NULL)
            fail_msg("%s: %s", wrong[i].list, error.message);
        json_decref(body);
    }
}

static int64_t value_at(const char *text, const struct queue_wait *waits, size_t count,
                        int64_t now_ms)
{
    struct queue_threshold threshold = threshold_of(text);
    struct queue_value value = queue_measure(&threshold, waits, count, now_ms);

    return value.known ? value.value : -1;
}

static void test_the_measures(void **state)
{
    static const char waiting[] =
        "{\"measure\": \"waiting\", \"limit\": 5, \"action\": \"notify\"}";
    static const char age[] = "{\"measure\": \"age\", \"limit\": 5, \"action\": \"notify\"}";
    static const char lost[] = "{\"measure\": \"abandonment\", \"limit\": 5, \"window\": 60, "
                               "\"least\": 2, \"action\": \"notify\"}";
    static const char within[] = "{\"measure\": \"answered-within\", \"limit\": 50, \"minutes\": "
                                 "5, \"window\": 60, \"least\": 2, \"action\": \"notify\"}";
    const struct queue_wait waits[] = {
        {10 * MINUTE, 12 * MINUTE, QUEUE_ANSWERED},
        {10 * MINUTE, 20 * MINUTE, QUEUE_ANSWERED},
        {11 * MINUTE, 13 * MINUTE, QUEUE_ABANDONED},
        {15 * MINUTE, 30 * MINUTE, QUEUE_PASSED},
        {28 * MINUTE, 0, QUEUE_STILL},
        {40 * MINUTE, 0, QUEUE_STILL},
    };

    (void)state;
    assert_int_equal(value_at(waiting, waits, 6, 30 * MINUTE), 1);
    /* A call-back waits from the time promised. */
    assert_int_equal(value_at(waiting, waits, 6, 40 * MINUTE), 2);
    assert_int_equal(value_at(age, waits, 6, 30 * MINUTE), 2 * MINUTE);
    assert_int_equal(value_at(age, waits, 4, 30 * MINUTE), 0);
    /* One of three; what was passed on was neither answered nor given up. */
    assert_int_equal(value_at(lost, waits, 6, 30 * MINUTE), 33);
    assert_int_equal(value_at(lost, waits, 6, 12 * MINUTE), -1);
    assert_int_equal(value_at(lost, waits, 6, 72 * MINUTE), 50);
    /* One of four; then one that waits too long already is not answered in time either. */
    assert_int_equal(value_at(within, waits, 6, 30 * MINUTE), 25);
    assert_int_equal(value_at(within, waits, 6, 33 * MINUTE), 25);
    assert_int_equal(value_at(within, waits, 6, 33 * MINUTE + 1), 20);
}

/* One that is offered waits, however long ago it was offered or changed. */
static void test_an_offer_waits(void **state)
{
    struct id id = id_from_key("handoff", "one");
    struct record *handoff = record_new(RECORD_HANDOFF, &id);
    const struct queue_threshold waiting = {.measure = QUEUE_WAITING};
    struct queue_wait wait;
    int64_t at;

    (void)state;
    assert_non_null(handoff);
    json_decref(handoff->body);
    handoff->body = json_pack("{s:s, s:s, s:s}", "to_queue", "sample/q", "state", "offered",
                              "offered_at", "2026-11-27T13:00:00.000Z");
    json_decref(handoff->meta);
    handoff->meta = json_pack("{s:{s:s}}", "updated", "time", "2026-11-27T13:05:00.000Z");
    assert_true(timestamp_parse("2026-11-27T13:00:00.000Z", &at));
    assert_true(queue_wait_read(handoff, &wait));
    assert_int_equal(queue_measure(&waiting, &wait, 1, at).value, 1);
    assert_int_equal(queue_measure(&waiting, &wait, 1, at + 600 * MINUTE).value, 1);
    record_free(handoff);
}

/* From the moment at which it counts no more: neither as one that waits nor as one that was late.
 */
static void test_what_lapses_counts_nowhere(void **state)
{
    const struct queue_wait waits[] = {{10 * MINUTE, 30 * MINUTE, QUEUE_STILL},
                                       {20 * MINUTE, 0, QUEUE_STILL}};
    struct queue_threshold age =
        threshold_of("{\"measure\": \"age\", \"limit\": 15, \"action\": \"notify\"}");
    struct queue_threshold within =
        threshold_of("{\"measure\": \"answered-within\", \"limit\": 50, \"minutes\": 5, "
                     "\"least\": 1, \"action\": \"notify\"}");

    (void)state;
    assert_int_equal(queue_measure(&age, waits, 2, 30 * MINUTE - 1).value, 20 * MINUTE - 1);
    assert_int_equal(queue_measure(&age, waits, 2, 30 * MINUTE).value, 10 * MINUTE);
    assert_int_equal(queue_threshold_next(&age, true, waits, 2, 26 * MINUTE), 30 * MINUTE);
    assert_int_equal(queue_threshold_next(&age, true, waits, 1, 26 * MINUTE), 30 * MINUTE);
    /* It lapses before it is old enough. */
    age.limit = 25 * MINUTE;
    assert_true(queue_threshold_next(&age, false, waits, 1, 26 * MINUTE) == INT64_MAX);
    assert_int_equal(queue_measure(&within, waits, 1, 29 * MINUTE).of, 1);
    assert_int_equal(queue_measure(&within, waits, 1, 30 * MINUTE).of, 0);
}

static void test_it_is_armed_again_only_when_it_came_back(void **state)
{
    struct queue_threshold up = threshold_of("{\"measure\": \"waiting\", \"limit\": 10, \"rearm\": "
                                             "6, \"action\": \"notify\"}");
    struct queue_threshold down =
        threshold_of("{\"measure\": \"answered-within\", \"limit\": 80, "
                     "\"rearm\": 90, \"minutes\": 5, \"action\": \"notify\"}");
    const int64_t rises[] = {9, 10, 9, 10, 7, 11, 6, 9, 10};
    const int64_t falls[] = {80, 79, 85, 70, 89, 90, 85, 80, 79};
    const enum queue_step steps[] = {QUEUE_STAYS,      QUEUE_CROSSES, QUEUE_STAYS,
                                     QUEUE_STAYS,      QUEUE_STAYS,   QUEUE_STAYS,
                                     QUEUE_COMES_BACK, QUEUE_STAYS,   QUEUE_CROSSES};
    const enum queue_step low[] = {QUEUE_STAYS, QUEUE_CROSSES, QUEUE_STAYS,
                                   QUEUE_STAYS, QUEUE_STAYS,   QUEUE_COMES_BACK,
                                   QUEUE_STAYS, QUEUE_STAYS,   QUEUE_CROSSES};
    bool crossed = false, below = false;

    (void)state;
    for (int i = 0; i < 9; i++) {
        const struct queue_value high = {rises[i], 0, true}, share = {falls[i], 20, true};
        enum queue_step step = queue_threshold_step(&up, crossed, &high);

        assert_int_equal(step, steps[i]);
        crossed = step == QUEUE_CROSSES || (crossed && step == QUEUE_STAYS);
        step = queue_threshold_step(&down, below, &share);
        assert_int_equal(step, low[i]);
        below = step == QUEUE_CROSSES || (below && step == QUEUE_STAYS);
    }
    assert_int_equal(queue_threshold_step(&up, true, &(struct queue_value){99, 1, false}),
                     QUEUE_COMES_BACK);
    assert_int_equal(queue_threshold_step(&up, false, &(struct queue_value){99, 1, false}),
                     QUEUE_STAYS);
}

/* Small numbers, so that much happens at one time. */
static struct queue_threshold any_threshold(void)
{
    struct queue_threshold threshold = {.measure = (enum queue_measure)(rand() % 4)};
    int64_t most = threshold.measure == QUEUE_WAITING ? 4
                   : threshold.measure == QUEUE_AGE   ? 30
                                                      : 99;

    threshold.limit = 1 + rand() % most;
    threshold.rearm = rand() % threshold.limit;
    if (threshold.measure >= QUEUE_ABANDONMENT) {
        threshold.window_ms = 1 + rand() % 40;
        threshold.least = rand() % 4;
    }
    if (threshold.measure == QUEUE_ANSWERED_WITHIN) {
        threshold.within_ms = rand() % 20;
        threshold.rearm = threshold.limit + rand() % (101 - threshold.limit);
    }
    return threshold;
}

static size_t any_waits(struct queue_wait *waits, size_t limit)
{
    size_t count = (size_t)rand() % limit;

    for (size_t i = 0; i < count; i++) {
        waits[i].from_ms = rand() % 100;
        waits[i].end = (enum queue_end)(rand() % 4);
        waits[i].to_ms = waits[i].from_ms + rand() % 50;
        if (waits[i].end == QUEUE_STILL && rand() % 2 != 0)
            waits[i].to_ms = 0;
    }
    return count;
}

/* Until the time that it names nothing crosses and nothing comes back, and then something does. */
static void test_the_next_time_is_the_first_one(void **state)
{
    struct queue_wait waits[12];
    size_t some = 0;

    (void)state;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        struct queue_threshold threshold = any_threshold();
        size_t count = any_waits(waits, 12);
        int64_t now = rand() % 100, next;
        struct queue_value value = queue_measure(&threshold, waits, count, now);
        bool crossed = rand() % 2 != 0;
        enum queue_step step = queue_threshold_step(&threshold, crossed, &value);

        if (step != QUEUE_STAYS)
            crossed = step == QUEUE_CROSSES;
        next = queue_threshold_next(&threshold, crossed, waits, count, now);
        assert_true(next > now);
        for (int64_t at = now + 1; at < 300 && at <= next; at++) {
            value = queue_measure(&threshold, waits, count, at);
            step = queue_threshold_step(&threshold, crossed, &value);
            if ((step != QUEUE_STAYS) != (at == next))
                fail_msg("round %d: measure %d, at %d, next %d", round, threshold.measure, (int)at,
                         (int)next);
        }
        some += next != INT64_MAX;
    }
    assert_true(some > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds_are_read),
        cmocka_unit_test(test_wrong_ones_are_named),
        cmocka_unit_test(test_the_measures),
        cmocka_unit_test(test_an_offer_waits),
        cmocka_unit_test(test_what_lapses_counts_nowhere),
        cmocka_unit_test(test_it_is_armed_again_only_when_it_came_back),
        cmocka_unit_test(test_the_next_time_is_the_first_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
