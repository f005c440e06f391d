/*
 * How fast each of a few names may come: so many a minute, as many at once. In memory; thread-safe.
 */
#ifndef GUICHET_NET_INTAKE_RATE_H
#define GUICHET_NET_INTAKE_RATE_H

#include <stdint.h>

struct intake_rate;

/* NULL when out of memory. `per_minute` 0: there is no limit. */
struct intake_rate *intake_rate_new(unsigned per_minute);
void intake_rate_free(struct intake_rate *rate);

/* Counts one; 0 when it may come, else the seconds until one may. `now_ms` never steps back. */
unsigned intake_rate_take(struct intake_rate *rate, const char *name, int64_t now_ms);

#endif
