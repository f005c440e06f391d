/*
 * When a promise ends, where it is kept: business days by the holidays of the province and the
 * closures of the office, by the clocks of its zone. Pure arithmetic.
 *
 * A promise of n business days, made on a day, ends with the nth business day after it; the day
 * itself is not counted, whatever it is. While the client's word is waited for, its time stands:
 * what business time passed meanwhile is added, to the millisecond, however often that was, and the
 * end of the day is taken of the sum. Nights of business days count, weekends and holidays do not.
 * A day is a day also when the clocks change in it.
 */
#ifndef GUICHET_APP_PROMISE_TIME_H
#define GUICHET_APP_PROMISE_TIME_H

#include "app/calendar.h"
#include "app/record.h"
#include "app/zone.h"

/* Where it is kept. Both owned; NULL: no holidays, UTC. */
struct promise_place {
    struct calendar *calendar;
    struct zone *zone;
};

/* By the record of the office and that of its jurisdiction's calendar; either may be NULL. */
struct promise_place promise_place_of(const struct record *office, const struct record *calendar);
void promise_place_clear(struct promise_place *place);

/* The civil day there. */
struct calendar_day promise_day(const struct promise_place *place, int64_t ms);
/* The last millisecond of a day there. */
int64_t promise_day_end(const struct promise_place *place, const struct calendar_day *day);

/* Business time between two moments, ms: 24 hours to each business day. Additive; 0 when `to` is
 * not after `from`. */
int64_t promise_business_ms(const struct promise_place *place, int64_t from_ms, int64_t to_ms);

/* The last moment at which `count` units from `from_ms` are kept, when the time stood for
 * `stood_ms` in between (of business time for business days, else of any). Days, weeks, months and
 * years end with their day, hours and less to the moment. 0 for a unit that is none. */
int64_t promise_due(const struct promise_place *place, int64_t count, const char *unit,
                    int64_t from_ms, int64_t stood_ms);

/* How long the time stood between two moments, for that unit. */
int64_t promise_stood(const struct promise_place *place, const char *unit, int64_t from_ms,
                      int64_t to_ms);

/* Days from the day of `now_ms` to that of `due_ms`, business days for that unit, else any: 0 on
 * the last day, negative when it is over. */
int promise_days_left(const struct promise_place *place, const char *unit, int64_t now_ms,
                      int64_t due_ms);

#endif
