/*
 * How old what a catalogue record says is: the day on which its source was last confirmed. Older
 * than a setting allows, it is stale: the screens mark it, for whoever is about to read it out.
 */
#ifndef GUICHET_APP_FRESHNESS_H
#define GUICHET_APP_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/calendar.h"
#include "app/record.h"

/* The preset of the setting `stale-days`. */
#define FRESHNESS_STALE_DAYS 365

/* The day that the source was confirmed; false when the record does not say. */
bool freshness_day(const struct record *record, struct calendar_day *day);

/* Confirmed more than `stale_days` before the moment (ms since 1970 UTC), or on no day at all. With
 * `stale_days` 0 nothing is stale. */
bool freshness_is_stale(const struct record *record, int64_t now_ms, int64_t stale_days);

#endif
