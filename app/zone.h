/*
 * Time zones of the tz database, read from its files (TZif, RFC 9636): unlike localtime() this
 * leaves the process's own zone alone, so any thread may ask for any zone.
 */
#ifndef GUICHET_APP_ZONE_H
#define GUICHET_APP_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "app/error.h"

struct zone;

/* Opens a zone by its IANA name ("America/Halifax"), from the folder that TZDIR names, else
 * /usr/share/zoneinfo. ERROR_INVALID for what is no name or no such file's content,
 * ERROR_NOT_FOUND when there is none of this name. */
int zone_open(struct zone **zone, const char *name, struct error *error);
/* The same from a file's bytes. */
int zone_read(struct zone **zone, const unsigned char *bytes, size_t size, const char *name,
              struct error *error);
void zone_free(struct zone *zone);

/* Seconds east of UTC at a moment, which is in seconds since 1970 UTC. */
int64_t zone_offset(const struct zone *zone, int64_t seconds);

/* The moment at which clocks there show `local` (seconds since 1970 as read off the clock). What
 * they show twice means the first time; what they skip is read as before the change, so that it
 * lies as much after it. */
int64_t zone_moment(const struct zone *zone, int64_t local);

#endif
