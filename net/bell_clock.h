/*
 * A thread that works when its time has come, or when a bell rings, and sleeps otherwise.
 */
#ifndef GUICHET_NET_BELL_CLOCK_H
#define GUICHET_NET_BELL_CLOCK_H

#include <stdint.h>

#include "app/error.h"

struct bell_clock;

/* No clock sleeps longer: wall clocks jump. */
#define BELL_CLOCK_SLEEP_MS (INT64_C(60) * 1000)

/* Works, in the thread, and says for how long then nothing is to be done, ms. */
typedef int64_t (*bell_clock_tick)(void *context);

/* Makes the clock, so that it can be rung; bell_clock_start has it tick at once. `name` is for what
 * cannot be made, static. */
int bell_clock_new(struct bell_clock **clock, const char *name, bell_clock_tick tick, void *context,
                   struct error *error);
int bell_clock_start(struct bell_clock *clock, struct error *error);

/* Has it tick soon; from any thread. */
void bell_clock_ring(struct bell_clock *clock);

/* Joins the thread, if it was started, and frees. By then nobody rings any more. NULL is allowed.
 */
void bell_clock_free(struct bell_clock *clock);

/* How long to sleep until `next_ms` (INT64_MAX: no time known), at most BELL_CLOCK_SLEEP_MS. */
int64_t bell_clock_until(int64_t next_ms, int64_t now_ms);

#endif
