/*
 * When something is open: hours of each weekday, several spans a day, but for the holidays of a
 * calendar, by the clocks of a zone. An office has one, and a channel of a service may.
 *
 * It is plain data once read: one may be asked by any thread, not by two at once.
 */
#ifndef GUICHET_APP_SCHEDULE_H
#define GUICHET_APP_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/calendar.h"
#include "app/catalogue.h"

/* Nothing is looked for further away than this. */
#define SCHEDULE_HORIZON_DAYS 31

struct schedule;

/*
 * Reads {"hours": {"mon": ["08:30-12:00", ...]}, "calendar": key, "closures":
 * [...], "zone": "America/Toronto"} out
 * of `body`, the calendar from the catalogue; `owner` is the record that it stands in. Without a
 * calendar, or with one that the catalogue does not have, no day is a holiday
 * (schedule_knows_holidays). ERROR_NOT_FOUND without hours or when the zone is not on this
 * machine, ERROR_INVALID for hours that are none.
 */
int schedule_new(struct schedule **schedule, struct catalogue *catalogue,
                 const struct record *owner, const json_t *body, struct error *error);
void schedule_free(struct schedule *schedule);

struct schedule_state {
    bool open;
    bool holiday;     /* the day there is a holiday of the calendar, on which it would be open */
    int64_t until_ms; /* when that changes: it closes, or opens; 0: not within the horizon */
};

/* How it stands at a moment (ms since 1970 UTC). */
void schedule_state_at(const struct schedule *schedule, int64_t ms, struct schedule_state *state);
bool schedule_open_at(const struct schedule *schedule, int64_t ms);

/* Its calendar was there, and names holidays up to that moment's day or later. */
bool schedule_knows_holidays(const struct schedule *schedule, int64_t ms);

/* The day that clocks there show, and the minute of the day. */
struct calendar_day schedule_day_at(const struct schedule *schedule, int64_t ms, int *minute);

/* A holiday on which it is closed though it would be open. */
struct schedule_closure {
    struct calendar_day day;
    const json_t *title; /* localised; borrowed from the schedule */
};

/* The next of them from that moment's day on, within a year, at most `limit`; returns how many. */
size_t schedule_closures(const struct schedule *schedule, int64_t ms,
                         struct schedule_closure *closures, size_t limit);

/* The spans of a weekday (0 Monday), each from and to minutes of the day, ascending. */
#define SCHEDULE_SPANS_LIMIT 8
struct schedule_span {
    int from, to;
};
size_t schedule_spans(const struct schedule *schedule, int weekday,
                      const struct schedule_span **spans);

#endif
