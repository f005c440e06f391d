#include "app/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/calendar_rule.h"
#include "app/json.h"

#define HOLIDAY_LIMIT 10000
/* No deadline is further away, so that a wrong count cannot keep a screen waiting. */
#define BUSINESS_DAYS_LIMIT 100000

struct holiday {
    int64_t number; /* of its day */
    json_t *title;  /* owned reference; may be NULL */
};

struct calendar {
    struct holiday *holidays; /* ascending */
    size_t count, room;
    struct calendar_rule *rules;
    size_t rule_count;
};

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool calendar_day_parse(const char *text, struct calendar_day *day)
{
    if (strlen(text) != 10)
        return false;
    for (size_t i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
    day->year = (int)strtol(text, NULL, 10);
    day->month = (int)strtol(text + 5, NULL, 10);
    day->day = (int)strtol(text + 8, NULL, 10);
    if (day->year < 1 || day->month < 1 || day->month > 12 || day->day < 1)
        return false;
    int last = month_days[day->month - 1] + (day->month == 2 && is_leap(day->year) ? 1 : 0);
    return day->day <= last;
}

void calendar_day_format(const struct calendar_day *day, char text[CALENDAR_DAY_SIZE])
{
    snprintf(text, CALENDAR_DAY_SIZE, "%04u-%02u-%02u", (unsigned)day->year % 10000,
             (unsigned)day->month % 100, (unsigned)day->day % 100);
}

/* Both directions count eras of 400 years that begin on 1 March, so that the leap day comes last
 * (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
int64_t calendar_day_number(const struct calendar_day *day)
{
    int64_t year = day->month <= 2 ? day->year - 1 : day->year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month = (day->month + 9) % 12;
    int64_t day_of_year = (153 * month + 2) / 5 + day->day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct calendar_day calendar_day_from_number(int64_t number)
{
    number += 719468;
    int64_t era = (number >= 0 ? number : number - 146096) / 146097;
    int64_t day_of_era = number - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct calendar_day day;
    day.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    day.month = (int)(month < 10 ? month + 3 : month - 9);
    day.year = (int)(year_of_era + era * 400 + (day.month <= 2 ? 1 : 0));
    return day;
}

static int weekday_of(int64_t number)
{
    return (int)(((number + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

int calendar_weekday(const struct calendar_day *day)
{
    return weekday_of(calendar_day_number(day));
}

static int number_compare(const void *left, const void *right)
{
    int64_t a = ((const struct holiday *)left)->number;
    int64_t b = ((const struct holiday *)right)->number;
    return (a > b) - (a < b);
}

/* --- reading --------------------------------------------------------------------------------- */

static int holiday_add(struct calendar *calendar, int64_t number, json_t *title,
                       struct error *error)
{
    if (calendar->count == HOLIDAY_LIMIT)
        return error_set(error, ERROR_INVALID, "calendar: more than %d holidays", HOLIDAY_LIMIT);
    if (calendar->count == calendar->room) {
        size_t room = calendar->room == 0 ? 32 : 2 * calendar->room;
        struct holiday *longer = realloc(calendar->holidays, room * sizeof *longer);

        if (longer == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory");
        calendar->holidays = longer;
        calendar->room = room;
    }
    calendar->holidays[calendar->count++] = (struct holiday){number, json_incref(title)};
    return 0;
}

static void holidays_sort(struct calendar *calendar)
{
    if (calendar->count > 0)
        qsort(calendar->holidays, calendar->count, sizeof *calendar->holidays, number_compare);
}

static int holidays_read(struct calendar *calendar, const json_t *holidays, struct error *error)
{
    const json_t *item;
    size_t index;
    int code = 0;

    json_array_foreach(holidays, index, item)
    {
        const char *text = json_text_or(item, "date", "");
        struct calendar_day day;

        if (!calendar_day_parse(text, &day))
            return error_set(error, ERROR_INVALID, "calendar: holiday \"%.20s\" is not a day",
                             text);
        code =
            holiday_add(calendar, calendar_day_number(&day), json_object_get(item, "title"), error);
        if (code != 0)
            return code;
    }
    holidays_sort(calendar);
    return 0;
}

static int rules_read(struct calendar *calendar, const json_t *rules, struct error *error)
{
    size_t count = json_array_size(rules);

    if (count == 0)
        return 0;
    if (count > CALENDAR_RULES_LIMIT)
        return error_set(error, ERROR_INVALID, "calendar: %zu rules, at most %d", count,
                         CALENDAR_RULES_LIMIT);
    calendar->rules = calloc(count, sizeof *calendar->rules);
    if (calendar->rules == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (; calendar->rule_count < count; calendar->rule_count++) {
        int code = calendar_rule_read(&calendar->rules[calendar->rule_count],
                                      json_array_get(rules, calendar->rule_count), error);

        if (code != 0)
            return code;
    }
    return 0;
}

int calendar_new(struct calendar **calendar, const json_t *body, struct error *error)
{
    const json_t *holidays = json_object_get(body, "holidays");
    const json_t *rules = json_object_get(body, "rules");
    struct calendar *made;
    int code;

    *calendar = NULL;
    if ((holidays != NULL && !json_is_array(holidays)) ||
        (rules != NULL && !json_is_array(rules)) || (holidays == NULL && rules == NULL))
        return error_set(error, ERROR_INVALID,
                         "calendar: neither \"holidays\" nor \"rules\" is a list");
    made = calloc(1, sizeof *made);
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = holidays_read(made, holidays, error);
    if (code == 0)
        code = rules_read(made, rules, error);
    if (code != 0) {
        calendar_free(made);
        return code;
    }
    *calendar = made;
    return 0;
}

void calendar_free(struct calendar *calendar)
{
    if (!calendar)
        return;
    for (size_t i = 0; i < calendar->count; i++)
        json_decref(calendar->holidays[i].title);
    for (size_t i = 0; i < calendar->rule_count; i++)
        calendar_rule_clear(&calendar->rules[i]);
    free(calendar->holidays);
    free(calendar->rules);
    free(calendar);
}

int calendar_close(struct calendar *calendar, const json_t *closures, struct error *error)
{
    const json_t *item;
    size_t index;
    int code = 0;

    json_array_foreach(closures, index, item)
    {
        const char *from = json_text_or(item, "from", ""),
                   *until = json_text_or(item, "until", from);
        struct calendar_day first, last;

        if (!calendar_day_parse(from, &first) || !calendar_day_parse(until, &last))
            return error_set(error, ERROR_INVALID,
                             "closures/%zu: \"%.20s\" to \"%.20s\" are no days", index, from,
                             until);
        if (calendar_day_number(&last) < calendar_day_number(&first) ||
            calendar_day_number(&last) - calendar_day_number(&first) >= CALENDAR_CLOSURE_DAYS)
            return error_set(error, ERROR_INVALID,
                             "closures/%zu: from %.20s until %.20s are not 1 to %d days", index,
                             from, until, CALENDAR_CLOSURE_DAYS);
        for (int64_t number = calendar_day_number(&first);
             code == 0 && number <= calendar_day_number(&last); number++)
            code = holiday_add(calendar, number, json_object_get(item, "title"), error);
        if (code != 0)
            return code;
    }
    holidays_sort(calendar);
    return 0;
}

/* --- asking ---------------------------------------------------------------------------------- */

static bool find(const struct calendar *calendar, int64_t number, const json_t **title)
{
    struct holiday key = {number, NULL};
    const struct holiday *found = NULL;

    if (calendar == NULL)
        return false;
    if (calendar->count > 0)
        found = bsearch(&key, calendar->holidays, calendar->count, sizeof key, number_compare);
    if (found == NULL)
        return calendar_rules_find(calendar->rules, calendar->rule_count, number, title);
    *title = found->title;
    return true;
}

static bool is_holiday_number(const struct calendar *calendar, int64_t number)
{
    const json_t *title;

    return find(calendar, number, &title);
}

bool calendar_is_holiday(const struct calendar *calendar, const struct calendar_day *day)
{
    return is_holiday_number(calendar, calendar_day_number(day));
}

const json_t *calendar_holiday_title(const struct calendar *calendar,
                                     const struct calendar_day *day)
{
    const json_t *title = NULL;

    return find(calendar, calendar_day_number(day), &title) ? title : NULL;
}

static bool is_business_number(const struct calendar *calendar, int64_t number)
{
    return weekday_of(number) <= 4 && !is_holiday_number(calendar, number);
}

bool calendar_is_business_day(const struct calendar *calendar, const struct calendar_day *day)
{
    return is_business_number(calendar, calendar_day_number(day));
}

struct calendar_day calendar_add_business_days(const struct calendar *calendar,
                                               const struct calendar_day *day, int count)
{
    int64_t number = calendar_day_number(day);
    int step = count < 0 ? -1 : 1;
    int64_t left = count < 0 ? -(int64_t)count : count;
    if (left > BUSINESS_DAYS_LIMIT)
        left = BUSINESS_DAYS_LIMIT;
    if (left == 0 && !is_business_number(calendar, number))
        left = 1;
    while (left > 0) {
        number += step;
        if (is_business_number(calendar, number))
            left--;
    }
    return calendar_day_from_number(number);
}

int calendar_business_days_between(const struct calendar *calendar, const struct calendar_day *from,
                                   const struct calendar_day *to)
{
    int64_t first = calendar_day_number(from);
    int64_t last = calendar_day_number(to);
    if (last < first)
        return -calendar_business_days_between(calendar, to, from);
    int count = 0;
    for (int64_t number = first + 1; number <= last; number++)
        if (is_business_number(calendar, number))
            count++;
    return count;
}

bool calendar_known_until(const struct calendar *calendar, struct calendar_day *day)
{
    int64_t last = INT64_MIN;

    if (calendar == NULL)
        return false;
    if (calendar->count > 0)
        last = calendar->holidays[calendar->count - 1].number;
    for (size_t i = 0; i < calendar->rule_count; i++) {
        struct calendar_day end = {calendar->rules[i].until, 12, 31};

        if (calendar_day_number(&end) > last)
            last = calendar_day_number(&end);
    }
    if (last == INT64_MIN)
        return false;
    *day = calendar_day_from_number(last);
    return true;
}
