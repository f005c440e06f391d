/*
 * Holidays that come every year, as the laws say them: a date, the nth weekday of a month, the last
 * weekday before a date, so many days from Easter. Pure arithmetic; only calendar.c uses it.
 *
 *   {"title", "month": 7, "day": 1}                       1 July
 *   {"title", "month": 9, "weekday": "mon", "nth": 1}     the first Monday of September; -1: the
 * last
 *   {"title", "month": 5, "weekday": "mon", "before": 25} the last Monday before 25 May
 *   {"title", "easter": -2}                               Good Friday
 *
 * and to each: "from" and "until" (years in which it holds; absent: always), "observed" (what
 * happens when it falls on a weekend: "sunday": of a Sunday, "weekend": of either, the next day
 * that is neither a weekend nor a holiday is free too) and "observed_title".
 */
#ifndef GUICHET_APP_CALENDAR_RULE_H
#define GUICHET_APP_CALENDAR_RULE_H

#include "app/calendar.h"

#define CALENDAR_RULES_LIMIT 40

enum calendar_observed { OBSERVED_NEVER, OBSERVED_SUNDAY, OBSERVED_WEEKEND };

struct calendar_rule {
    int month;   /* 0: reckoned from Easter */
    int day;     /* of a date */
    int nth;     /* of a weekday; 0: the last before `before` */
    int before;  /* day of the month; 0: a date or an nth */
    int weekday; /* 0 Monday */
    int easter;  /* days from Easter Sunday */
    int from, until;
    enum calendar_observed observed;
    json_t *title, *observed_title; /* owned references; may be NULL */
};

/* Reads one; on an error nothing is held. */
int calendar_rule_read(struct calendar_rule *rule, const json_t *document, struct error *error);
void calendar_rule_clear(struct calendar_rule *rule);

/* Whether the rules make this day a holiday, or free in the place of one; `title` is borrowed. */
bool calendar_rules_find(const struct calendar_rule *rules, size_t count, int64_t number,
                         const json_t **title);

/* Easter Sunday of a year of the Gregorian calendar. */
struct calendar_day calendar_easter(int year);

#endif
