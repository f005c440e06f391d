/* Business days, with the holidays of Québec in 2026 and 2027. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/calendar.h"

static struct calendar *quebec(void)
{
    static const char body[] =
        "{\"holidays\": [{\"date\": \"2026-06-24\"}, {\"date\": \"2026-07-01\"},"
        " {\"date\": \"2026-12-25\"}, {\"date\": \"2026-04-03\"}, {\"date\": \"2027-01-01\"},"
        " {\"date\": \"2026-04-06\"}, {\"date\": \"2027-12-25\"}]}";
    struct calendar *calendar = NULL;
    struct error error = ERROR_INIT;
    json_t *document = json_loads(body, 0, NULL);
    assert_int_equal(calendar_new(&calendar, document, &error), 0);
    json_decref(document);
    return calendar;
}

static struct calendar_day day_of(const char *text)
{
    struct calendar_day day;
    assert_true(calendar_day_parse(text, &day));
    return day;
}

static void expect_day(struct calendar_day day, const char *expected)
{
    char text[CALENDAR_DAY_SIZE];
    calendar_day_format(&day, text);
    assert_string_equal(text, expected);
}

static void test_reads_days(void **state)
{
    (void)state;
    struct calendar_day day;
    assert_true(calendar_day_parse("2028-02-29", &day));
    assert_false(calendar_day_parse("2026-02-29", &day));
    assert_false(calendar_day_parse("2100-02-29", &day));
    assert_true(calendar_day_parse("2000-02-29", &day));
    assert_false(calendar_day_parse("2026-13-01", &day));
    assert_false(calendar_day_parse("2026-00-01", &day));
    assert_false(calendar_day_parse("2026-04-31", &day));
    assert_false(calendar_day_parse("2026-4-1", &day));
    assert_false(calendar_day_parse("2026-04-01T", &day));
    assert_false(calendar_day_parse("", &day));
}

static void test_counts_days(void **state)
{
    (void)state;
    struct calendar_day epoch = day_of("1970-01-01");
    assert_int_equal(calendar_day_number(&epoch), 0);
    struct calendar_day known = day_of("2026-11-24");
    assert_int_equal(calendar_day_number(&known), 20781);
    assert_int_equal(calendar_weekday(&known), 1); /* a Tuesday */
    for (int64_t number = -150000; number < 150000; number += 37) {
        struct calendar_day day = calendar_day_from_number(number);
        assert_int_equal(calendar_day_number(&day), number);
        assert_int_equal(calendar_weekday(&day), (int)(((number + 3) % 7 + 7) % 7));
    }
}

static void test_knows_business_days(void **state)
{
    (void)state;
    struct calendar *calendar = quebec();
    static const struct {
        const char *day;
        bool business;
    } days[] = {
        {"2026-06-23", true}, {"2026-06-24", false}, {"2026-06-27", false}, {"2026-06-28", false},
        {"2026-06-29", true}, {"2026-12-24", true},  {"2026-12-25", false}, {"2027-12-25", false},
    };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        struct calendar_day day = day_of(days[i].day);
        assert_int_equal(calendar_is_business_day(calendar, &day), days[i].business);
    }
    struct calendar_day holiday = day_of("2026-06-24");
    assert_true(calendar_is_business_day(NULL, &holiday));
    calendar_free(calendar);
}

static void test_adds_business_days(void **state)
{
    (void)state;
    struct calendar *calendar = quebec();
    static const struct {
        const char *from;
        int count;
        const char *to;
    } sums[] = {
        {"2026-06-22", 1, "2026-06-23"},  {"2026-06-23", 1, "2026-06-25"},
        {"2026-06-19", 1, "2026-06-22"},  {"2026-06-20", 1, "2026-06-22"},
        {"2026-06-21", 1, "2026-06-22"},  {"2026-06-22", 15, "2026-07-15"},
        {"2026-12-24", 1, "2026-12-28"},  {"2026-12-31", 2, "2027-01-05"},
        {"2026-04-02", 1, "2026-04-07"},  {"2026-06-22", 0, "2026-06-22"},
        {"2026-06-24", 0, "2026-06-25"},  {"2026-06-25", -1, "2026-06-23"},
        {"2026-06-28", -1, "2026-06-26"}, {"2027-01-04", -1, "2026-12-31"},
    };
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        struct calendar_day from = day_of(sums[i].from);
        expect_day(calendar_add_business_days(calendar, &from, sums[i].count), sums[i].to);
    }
    calendar_free(calendar);
}

static void test_counts_business_days_between(void **state)
{
    (void)state;
    struct calendar *calendar = quebec();
    struct calendar_day from = day_of("2026-06-22");
    struct calendar_day to = day_of("2026-07-15");
    assert_int_equal(calendar_business_days_between(calendar, &from, &to), 15);
    assert_int_equal(calendar_business_days_between(calendar, &to, &from), -15);
    assert_int_equal(calendar_business_days_between(calendar, &from, &from), 0);
    /* Adding and counting agree. */
    for (int count = 1; count < 300; count++) {
        struct calendar_day sum = calendar_add_business_days(calendar, &from, count);
        assert_int_equal(calendar_business_days_between(calendar, &from, &sum), count);
    }
    struct calendar_day until;
    assert_true(calendar_known_until(calendar, &until));
    expect_day(until, "2027-12-25");
    calendar_free(calendar);
    assert_false(calendar_known_until(NULL, &until));
}

static void test_refuses_a_bad_calendar(void **state)
{
    (void)state;
    struct calendar *calendar;
    struct error error = ERROR_INIT;
    json_t *document = json_loads("{\"holidays\": [{\"date\": \"2026-02-30\"}]}", 0, NULL);
    assert_int_equal(calendar_new(&calendar, document, &error), ERROR_INVALID);
    assert_string_equal(error.message, "calendar: holiday \"2026-02-30\" is not a day");
    assert_null(calendar);
    json_decref(document);
    document = json_loads("{}", 0, NULL);
    assert_int_equal(calendar_new(&calendar, document, &error), ERROR_INVALID);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_days),
        cmocka_unit_test(test_counts_days),
        cmocka_unit_test(test_knows_business_days),
        cmocka_unit_test(test_adds_business_days),
        cmocka_unit_test(test_counts_business_days_between),
        cmocka_unit_test(test_refuses_a_bad_calendar),
    };
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
