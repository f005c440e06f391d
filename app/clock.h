/*
 * Hybrid logical clock: wall time when clocks agree, causal order when they do not
 * (Kulkarni, Demirbas et al., "Logical Physical Clocks", 2014).
 */
#ifndef GUICHET_APP_CLOCK_H
#define GUICHET_APP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* One moment of the hybrid clock. Plain value. */
struct moment {
    int64_t ms;    /* milliseconds since 1970-01-01T00:00:00Z */
    uint16_t tick; /* orders moments within one millisecond */
};

/* Returns the wall time in ms since 1970, UTC. The simulator gives its own. */
typedef int64_t (*clock_source)(void *context);

/* Not thread-safe: one clock a thread, or the owner locks. */
struct clock {
    clock_source source;
    void *context;
    struct moment last;
};

/* A received moment further ahead than this is not followed (see clock_observe). */
#define CLOCK_MAXIMUM_AHEAD_MS INT64_C(60000)

/* The machine's own wall clock; `context` is not used. */
int64_t clock_system(void *context);
/* Time in ms from any zero, which never steps back: for waits and limits. `context` is not used. */
int64_t clock_steady(void *context);
/* The same in nanoseconds, for a moment that nobody sleeps through. */
int64_t clock_steady_ns(void);

void clock_init(struct clock *clock, clock_source source, void *context);

/* The wall time in ms, as the source gives it. */
int64_t clock_wall_ms(const struct clock *clock);

/* The next moment: later than every moment this clock gave or observed. */
struct moment clock_next(struct clock *clock);

/*
 * Takes note of a moment seen elsewhere, so that what follows is later. Returns false, and does
 * not follow, when it is more than CLOCK_MAXIMUM_AHEAD_MS ahead of the wall: a wrong clock must
 * not drag the others with it.
 */
bool clock_observe(struct clock *clock, struct moment seen);

/* Below, at or above zero as `left` is before, equal to or after `right`. */
int moment_compare(struct moment left, struct moment right);

#define TIMESTAMP_SIZE 32

/* RFC 3339 in UTC with milliseconds: "2026-11-24T21:03:05.123Z". */
void timestamp_format(int64_t ms, char text[TIMESTAMP_SIZE]);

/* The moment as "2026-11-24T21:03:05.123Z/7"; "" for the one of no time at all ({0}). */
#define MOMENT_SIZE (TIMESTAMP_SIZE + 8)
void moment_format(struct moment moment, char text[MOMENT_SIZE]);
/* Reads what moment_format wrote; false when it is not that. */
bool moment_parse(const char *text, struct moment *moment);

/* Reads RFC 3339 with any offset and 0 to 9 decimals; false when it is not that, or the date
 * does not exist, or the year is outside 1900-9999. */
bool timestamp_parse(const char *text, int64_t *ms);

#endif
