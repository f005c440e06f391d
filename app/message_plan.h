/*
 * When a message to a client leaves, where it is not at once: on a day, or so many business days
 * before one (an appointment, a promised day, the end of a permit), by the clocks and the calendar
 * of an office. Pure arithmetic.
 */
#ifndef GUICHET_APP_MESSAGE_PLAN_H
#define GUICHET_APP_MESSAGE_PLAN_H

#include "app/promise_time.h"

/* When it leaves on a day for which no hour was said, in minutes. */
#define MESSAGE_PLAN_MINUTE (9 * 60)
/* So many business days before a day, at most. */
#define MESSAGE_PLAN_AHEAD 250
/* Nobody writes today what is to be sent later than that. */
#define MESSAGE_PLAN_LONGEST_MS (INT64_C(800) * 24 * 3600 * 1000)

/* The moment at which clocks there show this minute of that day. */
int64_t message_plan_on(const struct promise_place *place, const struct calendar_day *day,
                        int minute);

/* The business day so many business days before that day: at most MESSAGE_PLAN_AHEAD. */
int64_t message_plan_before(const struct promise_place *place, const struct calendar_day *day,
                            int count);

#endif
