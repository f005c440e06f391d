/* Time zones, beside the C library's own reading of the same files. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/zone.h"

#define HOUR 3600
#define DAY  (24 * HOUR)

static struct zone *open_zone(const char *name)
{
    struct zone *zone = NULL;
    struct error error = ERROR_INIT;

    assert_int_equal(zone_open(&zone, name, &error), 0);
    return zone;
}

/* Every two days and a bit of 160 years, so that the rules after the file's last transition are
 * met as well as all before it. */
static void test_agrees_with_the_c_library(void **state)
{
    static const char *const names[] = {"America/Toronto",  "America/Halifax", "America/St_Johns",
                                        "America/Regina",   "America/Iqaluit", "Europe/Dublin",
                                        "Australia/Hobart", "America/Nuuk",    "Africa/Cairo",
                                        "Asia/Kathmandu",   "Pacific/Chatham", "UTC",
                                        "America/Asuncion"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *zone = open_zone(names[i]);
        size_t asked = 0;

        setenv("TZ", names[i], 1);
        tzset();
        for (int64_t at = -70 * 365 * (int64_t)DAY; at < 90 * 365 * (int64_t)DAY;
             at += 2 * DAY + 5 * HOUR + 7) {
            time_t moment = (time_t)at;
            struct tm local;

            assert_non_null(localtime_r(&moment, &local));
            if (zone_offset(zone, at) != local.tm_gmtoff)
                fail_msg("%s at %lld: %lld, not %ld", names[i], (long long)at,
                         (long long)zone_offset(zone, at), local.tm_gmtoff);
            asked++;
        }
        assert_true(asked > 20000);
        zone_free(zone);
    }
    unsetenv("TZ");
    tzset();
}

/* To the second, in 2026 (from the file) and in 2060 (from its footer). */
static void test_changes_to_the_second(void **state)
{
    struct zone *zone = open_zone("America/Toronto");

    (void)state;
    assert_int_equal(zone_offset(zone, 1772953199), -5 * HOUR); /* 2026-03-08 01:59:59 */
    assert_int_equal(zone_offset(zone, 1772953200), -4 * HOUR); /* 03:00 */
    assert_int_equal(zone_offset(zone, 1793512799), -4 * HOUR); /* 2026-11-01 01:59:59 */
    assert_int_equal(zone_offset(zone, 1793512800), -5 * HOUR); /* 01:00 again */
    assert_int_equal(zone_offset(zone, 2846473199), -5 * HOUR); /* 2060-03-14 01:59:59 */
    assert_int_equal(zone_offset(zone, 2846473200), -4 * HOUR);
    zone_free(zone);
}

static void test_finds_the_moment_of_a_clock_reading(void **state)
{
    struct zone *zone = open_zone("America/Toronto");
    const int64_t spring = 1772953200 - 5 * HOUR; /* reads 02:00, which is skipped */
    const int64_t autumn = 1793512800 - 5 * HOUR; /* reads 01:00, shown twice */

    (void)state;
    assert_int_equal(zone_moment(zone, spring - 1), 1772953199);
    assert_int_equal(zone_moment(zone, spring), 1772953200);
    assert_int_equal(zone_moment(zone, spring + HOUR), 1772953200);
    assert_int_equal(zone_moment(zone, spring + HOUR / 2), 1772953200 + HOUR / 2);
    assert_int_equal(zone_moment(zone, autumn), 1793512800 - HOUR);
    assert_int_equal(zone_moment(zone, autumn + HOUR), 1793512800 + HOUR);
    /* There and back, every 10 minutes of a year that is not near a change. */
    for (int64_t at = 1767225600; at < 1767225600 + 365 * (int64_t)DAY; at += 600)
        if (llabs(at - 1793512800) > 2 * HOUR)
            assert_int_equal(zone_moment(zone, at + zone_offset(zone, at)), at);
    zone_free(zone);
}

static void test_refuses_other_names(void **state)
{
    static const char *const bad[] = {
        "", "/etc/passwd", "../passwd", "America/../../etc/passwd", "Am\033erica", "a b"};
    struct zone *zone = NULL;
    struct error error = ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(zone_open(&zone, bad[i], &error), ERROR_INVALID);
        assert_null(zone);
    }
    assert_int_equal(zone_open(&zone, "America/Nowhere", &error), ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "America/Nowhere"));
    assert_int_equal(zone_open(&zone, "zone1970.tab", &error), ERROR_INVALID);
    /* A folder. */
    assert_true(zone_open(&zone, "America", &error) < 0);
}

/* Every byte changed, and every shorter length, of a real file: refused or read, never more. */
static void test_survives_broken_files(void **state)
{
    static unsigned char bytes[128 * 1024];
    FILE *file = fopen("/usr/share/zoneinfo/America/Halifax", "rb");
    struct error error = ERROR_INIT;
    size_t size, refused = 0;
    struct zone *zone;

    (void)state;
    assert_non_null(file);
    size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    assert_true(size > 1000);
    for (size_t length = 0; length < size; length++) {
        assert_int_equal(zone_read(&zone, bytes, length, "cut", &error), ERROR_INVALID);
        assert_null(zone);
    }
    for (size_t i = 0; i < size; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            bytes[i] ^= (unsigned char)(1 << bit);
            if (zone_read(&zone, bytes, size, "bent", &error) != 0)
                refused++;
            else
                zone_offset(zone, 4000000000);
            zone_free(zone);
            bytes[i] ^= (unsigned char)(1 << bit);
        }
    }
    assert_true(refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_the_c_library),
        cmocka_unit_test(test_changes_to_the_second),
        cmocka_unit_test(test_finds_the_moment_of_a_clock_reading),
        cmocka_unit_test(test_refuses_other_names),
        cmocka_unit_test(test_survives_broken_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
