/*
 * Business days: Monday to Friday but for the holidays of a calendar record (a jurisdiction).
 */
#ifndef GUICHET_APP_CALENDAR_H
#define GUICHET_APP_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"

/* A civil day: year 1 to 9999, month 1 to 12. Plain value. */
struct calendar_day {
    int year;
    int month;
    int day;
};

#define CALENDAR_DAY_SIZE 11

/* Reads "2026-06-24"; false when it is not such a text or there is no such day. */
bool calendar_day_parse(const char *text, struct calendar_day *day);
void calendar_day_format(const struct calendar_day *day, char text[CALENDAR_DAY_SIZE]);

/* Days since 1970-01-01 (negative before it), and back. */
int64_t calendar_day_number(const struct calendar_day *day);
struct calendar_day calendar_day_from_number(int64_t number);

/* 0 Monday to 6 Sunday. */
int calendar_weekday(const struct calendar_day *day);

struct calendar;

/*
 * Reads the body of a calendar record: "holidays" (days named one by one) and "rules" (days that
 * come every year, calendar_rule.h), one of them at least. It keeps a reference to the titles only.
 */
int calendar_new(struct calendar **calendar, const json_t *body, struct error *error);
void calendar_free(struct calendar *calendar);

/* Adds the closures of an office, [{"from", "until", "title"}]: days that count as holidays there.
 * `until` is the last of them; without it there is one. NULL `closures` adds nothing. */
#define CALENDAR_CLOSURE_DAYS 400
int calendar_close(struct calendar *calendar, const json_t *closures, struct error *error);

/* Neither a Saturday, a Sunday nor a holiday. A NULL calendar has no holidays. */
bool calendar_is_business_day(const struct calendar *calendar, const struct calendar_day *day);

/* Named by the calendar, whatever weekday it is. A NULL calendar has none. */
bool calendar_is_holiday(const struct calendar *calendar, const struct calendar_day *day);

/* What such a day is called: localised, borrowed; NULL when it is none or has no title. */
const json_t *calendar_holiday_title(const struct calendar *calendar,
                                     const struct calendar_day *day);

/*
 * The day `count` business days after `day`, or before it for a negative count. The day itself is
 * not counted, whatever it is: one business day after a Friday or a Saturday is the Monday. For 0
 * the day itself when it is a business day, else the next one.
 */
struct calendar_day calendar_add_business_days(const struct calendar *calendar,
                                               const struct calendar_day *day, int count);

/* Business days after `from` up to and with `to`; negative when `to` comes first. */
int calendar_business_days_between(const struct calendar *calendar, const struct calendar_day *from,
                                   const struct calendar_day *to);

/*
 * The last day for which the calendar names a holiday: a deadline after it may be reckoned too
 * early. A rule without an end names them for ever. False when it names none.
 */
bool calendar_known_until(const struct calendar *calendar, struct calendar_day *day);

#endif
