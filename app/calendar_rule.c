#include "app/calendar_rule.h"

#include <string.h>

#include "app/json.h"

#define YEAR_FIRST 1
#define YEAR_LAST  9999
/* A day off in the place of another comes within so many days. */
#define OBSERVED_DAYS 10

static const char *const weekdays[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const observed_words[] = {
    [OBSERVED_NEVER] = "never", [OBSERVED_SUNDAY] = "sunday", [OBSERVED_WEEKEND] = "weekend"};

/* --- reading --------------------------------------------------------------------------------- */

/* Index of a word in a list, -1 when it is none of them. */
static int index_of(const char *word, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static int number_read(const json_t *document, const char *member, int lowest, int highest,
                       int *number, struct error *error)
{
    json_int_t value = json_integer_or(document, member, *number);

    if (json_object_get(document, member) != NULL && (value < lowest || value > highest))
        return error_set(error, ERROR_INVALID, "calendar: rule: %s is not %d to %d", member, lowest,
                         highest);
    *number = (int)value;
    return 0;
}

/* It is one of the four kinds, and no two of them at once. */
static int check_kind(const struct calendar_rule *rule, const json_t *document, struct error *error)
{
    bool easter = json_object_get(document, "easter") != NULL;
    bool weekday = json_object_get(document, "weekday") != NULL;
    int kinds = easter + (rule->day != 0) + (rule->nth != 0) + (rule->before != 0);

    if (kinds != 1 || easter == (rule->month != 0) ||
        weekday != (rule->nth != 0 || rule->before != 0))
        return error_set(error, ERROR_INVALID,
                         "calendar: rule: neither a date, a weekday of a month nor from Easter");
    return 0;
}

int calendar_rule_read(struct calendar_rule *rule, const json_t *document, struct error *error)
{
    const struct {
        const char *member;
        int lowest, highest;
        int *number;
    } numbers[] = {
        {"month", 1, 12, &rule->month},
        {"day", 1, 31, &rule->day},
        {"nth", -1, 5, &rule->nth},
        {"before", 2, 31, &rule->before},
        {"easter", -100, 100, &rule->easter},
        {"from", YEAR_FIRST, YEAR_LAST, &rule->from},
        {"until", YEAR_FIRST, YEAR_LAST, &rule->until},
    };
    const char *observed = json_text_or(document, "observed", "never");
    int code = 0, word = index_of(observed, observed_words, 3);

    *rule = (struct calendar_rule){.from = YEAR_FIRST, .until = YEAR_LAST};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && code == 0; i++)
        code = number_read(document, numbers[i].member, numbers[i].lowest, numbers[i].highest,
                           numbers[i].number, error);
    if (code == 0)
        code = check_kind(rule, document, error);
    if (code != 0)
        return code;
    rule->weekday = index_of(json_text_or(document, "weekday", weekdays[0]), weekdays, 7);
    if (rule->weekday < 0)
        return error_set(error, ERROR_INVALID, "calendar: rule: weekday is none");
    if (word < 0)
        return error_set(error, ERROR_INVALID,
                         "calendar: rule: observed is neither never, sunday nor weekend");
    rule->observed = (enum calendar_observed)word;
    rule->title = json_incref(json_object_get(document, "title"));
    rule->observed_title = json_incref(json_object_get(document, "observed_title"));
    return 0;
}

void calendar_rule_clear(struct calendar_rule *rule)
{
    json_decref(rule->title);
    json_decref(rule->observed_title);
    *rule = (struct calendar_rule){0};
}

/* --- one year -------------------------------------------------------------------------------- */

/* The anonymous Gregorian computus, as J. Meeus gives it (Astronomical Algorithms, chapter 8). */
struct calendar_day calendar_easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
    int sum = h + l - 7 * m + 114;

    return (struct calendar_day){year, sum / 31, sum % 31 + 1};
}

static int weekday_of(int64_t number)
{
    struct calendar_day day = calendar_day_from_number(number);

    return calendar_weekday(&day);
}

/* The day of the rule in a year; false when there is none (29 February, a fifth Monday). */
static bool day_in(const struct calendar_rule *rule, int year, int64_t *number)
{
    struct calendar_day day = {year, rule->month, 1}, back;

    if (year < rule->from || year > rule->until || year < YEAR_FIRST || year > YEAR_LAST)
        return false;
    if (rule->month == 0) {
        day = calendar_easter(year);
        *number = calendar_day_number(&day) + rule->easter;
        return true;
    }
    if (rule->nth > 0) {
        *number = calendar_day_number(&day);
        *number += (rule->weekday - weekday_of(*number) + 7) % 7 + 7 * (rule->nth - 1);
    } else if (rule->nth < 0) {
        day = rule->month == 12 ? (struct calendar_day){year + 1, 1, 1}
                                : (struct calendar_day){year, rule->month + 1, 1};
        *number = calendar_day_number(&day) - 1;
        *number -= (weekday_of(*number) - rule->weekday + 7) % 7;
    } else {
        day.day = rule->before != 0 ? rule->before : rule->day;
        *number = calendar_day_number(&day);
        if (rule->before != 0) {
            *number -= 1;
            *number -= (weekday_of(*number) - rule->weekday + 7) % 7;
        }
    }
    back = calendar_day_from_number(*number);
    return back.year == year && (back.month == rule->month || rule->before != 0);
}

/* The days of a year by the rules, the substitutes after them in the order of what they replace. */
struct year_days {
    int64_t numbers[2 * CALENDAR_RULES_LIMIT];
    const json_t *titles[2 * CALENDAR_RULES_LIMIT];
    size_t count;
};

static bool has_day(const struct year_days *days, int64_t number)
{
    for (size_t i = 0; i < days->count; i++)
        if (days->numbers[i] == number)
            return true;
    return false;
}

/* Finds a day off for one that fell on a weekend. */
static void substitute(struct year_days *days, const struct calendar_rule *rule, int64_t number)
{
    int weekday = weekday_of(number);

    if (weekday < 5 || rule->observed == OBSERVED_NEVER ||
        (rule->observed == OBSERVED_SUNDAY && weekday == 5))
        return;
    for (int64_t day = number + 1; day <= number + OBSERVED_DAYS; day++) {
        if (weekday_of(day) >= 5 || has_day(days, day))
            continue;
        days->numbers[days->count] = day;
        days->titles[days->count++] =
            rule->observed_title != NULL ? rule->observed_title : rule->title;
        return;
    }
}

static void year_days_fill(struct year_days *days, const struct calendar_rule *rules, size_t count,
                           int year)
{
    const struct calendar_rule *which[CALENDAR_RULES_LIMIT];
    size_t kept = 0;

    days->count = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t number, at;
        size_t place = kept;

        if (!day_in(&rules[i], year, &number))
            continue;
        /* In the order of the days, so that Christmas has its substitute before Boxing Day. */
        for (; place > 0 && (at = days->numbers[place - 1]) > number; place--) {
            days->numbers[place] = at;
            days->titles[place] = days->titles[place - 1];
            which[place] = which[place - 1];
        }
        days->numbers[place] = number;
        days->titles[place] = rules[i].title;
        which[place] = &rules[i];
        days->count = ++kept;
    }
    for (size_t i = 0; i < kept; i++)
        substitute(days, which[i], days->numbers[i]);
}

bool calendar_rules_find(const struct calendar_rule *rules, size_t count, int64_t number,
                         const json_t **title)
{
    struct calendar_day day = calendar_day_from_number(number);
    struct year_days days;

    if (count == 0)
        return false;
    /* A day off in January may stand for one of December. */
    for (int year = day.year; year >= day.year - (day.month == 1); year--) {
        year_days_fill(&days, rules, count, year);
        for (size_t i = 0; i < days.count; i++)
            if (days.numbers[i] == number) {
                *title = days.titles[i];
                return true;
            }
    }
    return false;
}
