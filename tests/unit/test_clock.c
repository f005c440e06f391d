#include "tests/unit/unit.h"

#include <string.h>

#include "app/clock.h"

static int64_t given_wall(void *context)
{
    return *(int64_t *)context;
}

static void moments_only_grow(void **state)
{
    int64_t wall = 1000;
    struct clock clock;
    struct moment last;

    (void)state;
    clock_init(&clock, given_wall, &wall);
    last = clock_next(&clock);
    for (int i = 0; i < 200000; i++) {
        struct moment next;

        wall += i % 7 == 0 ? 1 : (i % 11 == 0 ? -5 : 0);
        next = clock_next(&clock);
        assert_true(moment_compare(last, next) < 0);
        last = next;
    }
}

static void an_observed_moment_is_passed(void **state)
{
    int64_t wall = 1000000;
    struct clock clock;
    struct moment seen = {.ms = 1000500, .tick = 7};

    (void)state;
    clock_init(&clock, given_wall, &wall);
    assert_true(clock_observe(&clock, seen));
    assert_true(moment_compare(seen, clock_next(&clock)) < 0);
}

static void a_clock_far_ahead_is_not_followed(void **state)
{
    int64_t wall = 1000000;
    struct clock clock;
    struct moment far = {.ms = wall + CLOCK_MAXIMUM_AHEAD_MS + 1};
    struct moment near = {.ms = wall + CLOCK_MAXIMUM_AHEAD_MS};

    (void)state;
    clock_init(&clock, given_wall, &wall);
    assert_false(clock_observe(&clock, far));
    assert_int_equal(clock_next(&clock).ms, wall);
    assert_true(clock_observe(&clock, near));
}

static void ticks_run_over_into_the_next_millisecond(void **state)
{
    int64_t wall = 5;
    struct clock clock;
    struct moment full = {.ms = 5, .tick = UINT16_MAX};

    (void)state;
    clock_init(&clock, given_wall, &wall);
    clock_observe(&clock, full);
    assert_int_equal(clock_next(&clock).ms, 6);
}

static void timestamps_go_out_and_come_back(void **state)
{
    static const int64_t samples[] = {0, 1, -1, 951782400000, 1700000000123, 253402300799999};
    char text[TIMESTAMP_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        int64_t back;

        timestamp_format(samples[i], text);
        assert_true(timestamp_parse(text, &back));
        assert_int_equal(back, samples[i]);
    }
    timestamp_format(1764018185123, text);
    assert_string_equal(text, "2025-11-24T21:03:05.123Z");
}

static void times_outside_the_calendar_have_four_digits_too(void **state)
{
    static const int64_t samples[] = {INT64_MIN, -62167219200001, 253402300800000, INT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        char text[TIMESTAMP_SIZE];

        timestamp_format(samples[i], text);
        assert_int_equal(strlen(text), strlen("2025-11-24T21:03:05.123Z"));
        assert_int_equal(strspn(text, "0123456789"), 4);
    }
}

static void moments_go_out_as_text_and_come_back(void **state)
{
    static const struct moment samples[] = {
        {0}, {1764018185123, 0}, {1764018185123, 65535}, {0, 1}};
    static const char *const bad[] = {"7",
                                      "/",
                                      "/7",
                                      "2025-11-24T21:03:05.123Z",
                                      "2025-11-24T21:03:05.123Z/",
                                      "2025-11-24T21:03:05.123Z/65536",
                                      "2025-11-24T21:03:05.123Z/-1",
                                      "2025-11-24T21:03:05.123Z/1x",
                                      "2025-11-24T21:03:05.123Z/000001",
                                      "noon/1"};
    char text[MOMENT_SIZE];
    struct moment back;

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        moment_format(samples[i], text);
        assert_true(moment_parse(text, &back));
        assert_int_equal(moment_compare(samples[i], back), 0);
    }
    moment_format(samples[2], text);
    assert_string_equal(text, "2025-11-24T21:03:05.123Z/65535");
    moment_format(samples[0], text);
    assert_string_equal(text, "");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(moment_parse(bad[i], &back));
}

static void offsets_and_fractions_are_read(void **state)
{
    int64_t ms;

    (void)state;
    assert_true(timestamp_parse("2026-11-24T16:03:05-05:00", &ms));
    assert_int_equal(ms, 1795554185000 + INT64_C(0));
    assert_true(timestamp_parse("2026-11-24t21:03:05.1239z", &ms));
    assert_int_equal(ms, 1795554185123);
    assert_true(timestamp_parse("2024-02-29T00:00:00Z", &ms));
}

static void what_is_not_a_time_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "2026-11-24",
        "2026-11-24T21:03:05",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T21:60:00Z",
        "2026-11-24T21:03:05.Z",
        "2026-11-24T21:03:05.1234567890Z",
        "2026-11-24T21:03:05Zx",
        "1800-01-01T00:00:00Z",
        "2026-11-24T21:03:05+25:00",
        "２026-11-24T21:03:05Z",
    };
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(timestamp_parse(wrong[i], &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_only_grow),
        cmocka_unit_test(an_observed_moment_is_passed),
        cmocka_unit_test(a_clock_far_ahead_is_not_followed),
        cmocka_unit_test(ticks_run_over_into_the_next_millisecond),
        cmocka_unit_test(times_outside_the_calendar_have_four_digits_too),
        cmocka_unit_test(timestamps_go_out_and_come_back),
        cmocka_unit_test(moments_go_out_as_text_and_come_back),
        cmocka_unit_test(offsets_and_fractions_are_read),
        cmocka_unit_test(what_is_not_a_time_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
