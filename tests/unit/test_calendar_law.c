/*
 * The calendars that are shipped, against every statutory holiday of six jurisdictions for seven
 * years (tests/calendar/holidays.tsv): each day of each year is a holiday in both or in neither.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/calendar.h"
#include "app/calendar_rule.h"
#include "app/json.h"
#include "tests/unit/unit.h"

#define YEARS     7
#define YEAR      2024
#define CALENDARS 6
#define DAYS      (7 * 366)

static const char *const names[CALENDARS] = {"ca", "ca-qc", "ca-on", "ca-bc", "ca-ns", "ca-nb"};

static struct calendar *calendars[CALENDARS];
/* What the table names each day; "" for a working day or a weekend. */
static char table[CALENDARS][DAYS][64];
static int rows, dates;

static int64_t first_day(void)
{
    struct calendar_day day = {YEAR, 1, 1};

    return calendar_day_number(&day);
}

static int index_of(const char *name)
{
    for (int i = 0; i < CALENDARS; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fail_msg("the table names a calendar \"%s\"", name);
    return -1;
}

static void take_row(char *line)
{
    char *field[4 + YEARS] = {0}, *rest = line;
    int calendar;

    for (int i = 0; i < 4 + YEARS; i++) {
        field[i] = strsep(&rest, "\t\n");
        assert_non_null(field[i]);
    }
    calendar = index_of(field[0]);
    assert_true(strcmp(field[3], "law") == 0 || strcmp(field[3], "observed") == 0);
    rows++;
    for (int i = 0; i < YEARS; i++) {
        struct calendar_day day;
        char *cell;

        if (strcmp(field[4 + i], "-") == 0)
            continue;
        assert_true(calendar_day_parse(field[4 + i], &day));
        assert_int_equal(day.year, YEAR + i);
        if (strcmp(field[3], "observed") == 0)
            assert_true(calendar_weekday(&day) < 5);
        cell = table[calendar][calendar_day_number(&day) - first_day()];
        assert_string_equal(cell, ""); /* no day stands in two rows */
        snprintf(cell, sizeof(table[0][0]), "%s (%s)", field[1], field[3]);
        dates++;
    }
}

static int read_all(void **state)
{
    char path[4096], line[1024];
    json_error_t where;
    json_t *sample, *record;
    size_t index;
    FILE *file;

    (void)state;
    snprintf(path, sizeof(path), "%s/tests/calendar/holidays.tsv", getenv("abs_top_srcdir"));
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL)
        if (line[0] != '#')
            take_row(line);
    fclose(file);
    snprintf(path, sizeof(path), "%s/app/sample/calendars.json", getenv("abs_top_srcdir"));
    sample = json_load_file(path, 0, &where);
    assert_non_null(sample);
    json_array_foreach(json_object_get(sample, "records"), index, record)
    {
        struct error error = ERROR_INIT;

        assert_int_equal(
            calendar_new(&calendars[index_of(json_text_or(record, "id", ""))], record, &error), 0);
    }
    json_decref(sample);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    for (int i = 0; i < CALENDARS; i++)
        calendar_free(calendars[i]);
    return 0;
}

static void test_every_day_is_as_the_law_says(void **state)
{
    struct calendar_day last = {YEAR + YEARS, 1, 1};
    int wrong = 0;

    (void)state;
    assert_int_equal(rows, 79);
    assert_int_equal(dates, 416);
    for (int i = 0; i < CALENDARS; i++)
        for (int64_t number = first_day(); number < calendar_day_number(&last); number++) {
            struct calendar_day day = calendar_day_from_number(number);
            const char *named = table[i][number - first_day()];
            bool holiday = calendar_is_holiday(calendars[i], &day);

            if (holiday == (*named != '\0') &&
                holiday == (calendar_holiday_title(calendars[i], &day) != NULL))
                continue;
            print_error("%s %04d-%02d-%02d: %s by the law, %s by the calendar\n", names[i],
                        day.year, day.month, day.day, *named != '\0' ? named : "no holiday",
                        holiday ? "a holiday" : "none");
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

/* Dates of Easter that the almanacs print, the extremes among them. */
static void test_easter(void **state)
{
    static const struct calendar_day known[] = {
        {1818, 3, 22}, {1943, 4, 25}, {1954, 4, 18}, {1981, 4, 19}, {2000, 4, 23}, {2008, 3, 23},
        {2024, 3, 31}, {2025, 4, 20}, {2026, 4, 5},  {2027, 3, 28}, {2028, 4, 16}, {2029, 4, 1},
        {2030, 4, 21}, {2038, 4, 25}, {2049, 4, 18}, {2076, 4, 19}, {2285, 3, 22},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct calendar_day day = calendar_easter(known[i].year);

        assert_int_equal(day.month, known[i].month);
        assert_int_equal(day.day, known[i].day);
    }
    /* Always a Sunday between 22 March and 25 April. */
    for (int year = 1583; year < 4100; year++) {
        struct calendar_day day = calendar_easter(year);

        assert_int_equal(calendar_weekday(&day), 6);
        assert_true(day.month == 3 ? day.day >= 22 : day.month == 4 && day.day <= 25);
    }
}

/* Whatever year: a weekday that is free in the place of another is new, and comes after it. */
static void test_substitutes_never_fall_together(void **state)
{
    (void)state;
    for (int i = 0; i < CALENDARS; i++)
        for (int year = 2019; year < 2119; year++) {
            struct calendar_day first = {year, 1, 1}, next = {year + 1, 1, 1};
            int weekend = 0, named = 0;

            for (int64_t number = calendar_day_number(&first); number < calendar_day_number(&next);
                 number++) {
                struct calendar_day day = calendar_day_from_number(number);
                const json_t *title = calendar_holiday_title(calendars[i], &day);
                const char *english = json_text_or(title, "en", "");

                named += strstr(english, "(observed)") != NULL;
                weekend += title != NULL && calendar_weekday(&day) >= (i == 1 ? 6 : 5) &&
                           (i != 1 || day.month == 6 || day.month == 7);
            }
            assert_int_equal(named, weekend);
        }
}

static bool is_free(struct calendar *calendar, const char *text)
{
    struct calendar_day day;

    assert_true(calendar_day_parse(text, &day));
    return calendar_is_holiday(calendar, &day);
}

/* A law holds from a year on, or until one. */
static void test_years_of_a_law(void **state)
{
    (void)state;
    assert_true(is_free(calendars[3], "2018-02-12")); /* Family Day in BC: the second Monday */
    assert_false(is_free(calendars[3], "2018-02-19"));
    assert_true(is_free(calendars[3], "2019-02-18")); /* the third */
    assert_false(is_free(calendars[3], "2019-02-11"));
    assert_false(is_free(calendars[3], "2022-09-30"));
    assert_true(is_free(calendars[3], "2023-09-30"));
    assert_false(is_free(calendars[5], "2017-02-20"));
    assert_true(is_free(calendars[5], "2018-02-19"));
}

static struct calendar *calendar_of(const char *text, int code)
{
    json_t *body = json_loads(text, 0, NULL);
    struct calendar *calendar;

    assert_non_null(body);
    assert_int_equal(calendar_new(&calendar, body, NULL), code);
    json_decref(body);
    return calendar;
}

static void test_the_other_rules(void **state)
{
    struct calendar *calendar =
        calendar_of("{\"rules\": [{\"month\": 2, \"day\": 29},"
                    " {\"month\": 10, \"weekday\": \"fri\", \"nth\": -1},"
                    " {\"month\": 12, \"weekday\": \"tue\", \"nth\": -1},"
                    " {\"month\": 3, \"weekday\": \"thu\", \"nth\": 5},"
                    " {\"month\": 12, \"day\": 31, \"observed\": \"weekend\"}],"
                    " \"holidays\": [{\"date\": \"2026-08-14\"}]}",
                    0);

    (void)state;
    assert_true(is_free(calendar, "2028-02-29"));
    assert_false(is_free(calendar, "2027-03-01"));
    assert_true(is_free(calendar, "2026-10-30"));
    assert_false(is_free(calendar, "2026-10-23"));
    assert_true(is_free(calendar, "2026-12-29"));
    assert_true(is_free(calendar, "2029-03-29"));
    assert_false(is_free(calendar, "2026-04-02")); /* March 2026 has four Thursdays */
    assert_true(is_free(calendar, "2026-08-14"));
    assert_true(is_free(calendar, "2028-01-03") == is_free(calendar, "2028-01-04"));
    assert_true(is_free(calendar, "2024-01-01")); /* for Sunday, 31 December 2023 */
    assert_false(is_free(calendar, "2025-01-01"));
    calendar_free(calendar);
}

static void test_refuses_rules_that_are_none(void **state)
{
    static const char *const bad[] = {
        "{\"month\": 13, \"day\": 1}",
        "{\"month\": 1}",
        "{\"day\": 1}",
        "{\"easter\": 1, \"month\": 4}",
        "{\"easter\": 101}",
        "{\"month\": 1, \"weekday\": \"mon\"}",
        "{\"month\": 1, \"nth\": 1}",
        "{\"month\": 1, \"day\": 1, \"weekday\": \"mon\"}",
        "{\"month\": 1, \"weekday\": \"monday\", \"nth\": 1}",
        "{\"month\": 1, \"weekday\": \"mon\", \"nth\": 1, \"before\": 25}",
        "{\"month\": 1, \"day\": 1, \"observed\": \"often\"}",
        "{}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[200];

        snprintf(text, sizeof(text), "{\"rules\": [%s]}", bad[i]);
        assert_null(calendar_of(text, ERROR_INVALID));
    }
    assert_null(calendar_of("{\"rules\": {}}", ERROR_INVALID));
    assert_null(calendar_of("{\"rules\": [], \"holidays\": 1}", ERROR_INVALID));
}

static void close_days(struct calendar *calendar, const char *text, int code)
{
    json_t *closures = json_loads(text, 0, NULL);

    assert_non_null(closures);
    assert_int_equal(calendar_close(calendar, closures, NULL), code);
    json_decref(closures);
}

static void test_an_office_closes(void **state)
{
    struct calendar *calendar = calendar_of("{\"rules\": [{\"month\": 7, \"day\": 1}]}", 0);
    struct calendar_day day;

    (void)state;
    close_days(calendar,
               "[{\"from\": \"2026-12-24\", \"until\": \"2027-01-02\","
               "  \"title\": {\"en\": \"Holidays\"}}, {\"from\": \"2026-11-30\"}]",
               0);
    assert_true(is_free(calendar, "2026-11-30"));
    assert_false(is_free(calendar, "2026-12-01"));
    assert_false(is_free(calendar, "2026-12-23"));
    assert_true(is_free(calendar, "2026-12-24"));
    assert_true(is_free(calendar, "2027-01-02"));
    assert_false(is_free(calendar, "2027-01-03"));
    assert_true(is_free(calendar, "2026-07-01"));
    assert_true(calendar_day_parse("2026-12-30", &day));
    assert_string_equal(json_text_or(calendar_holiday_title(calendar, &day), "en", ""), "Holidays");
    close_days(calendar, "[{\"from\": \"2026-12-24\", \"until\": \"2026-12-23\"}]", ERROR_INVALID);
    close_days(calendar, "[{\"from\": \"2026-01-01\", \"until\": \"2030-01-01\"}]", ERROR_INVALID);
    close_days(calendar, "[{\"until\": \"2026-12-23\"}]", ERROR_INVALID);
    calendar_free(calendar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_is_as_the_law_says),
        cmocka_unit_test(test_easter),
        cmocka_unit_test(test_substitutes_never_fall_together),
        cmocka_unit_test(test_years_of_a_law),
        cmocka_unit_test(test_the_other_rules),
        cmocka_unit_test(test_refuses_rules_that_are_none),
        cmocka_unit_test(test_an_office_closes),
    };

    return cmocka_run_group_tests(tests, read_all, free_all);
}
