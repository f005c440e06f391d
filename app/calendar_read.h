/* The calendar of an office, or of a channel of a service: that of its jurisdiction, with the days
 * on which the office itself is closed. */
#ifndef GUICHET_APP_CALENDAR_READ_H
#define GUICHET_APP_CALENDAR_READ_H

#include "app/calendar.h"
#include "app/catalogue.h"

/*
 * What `body` says of it ("calendar": key, "closures": [...]), the jurisdiction's record given (may
 * be NULL). NULL when there is neither. `known` (may be NULL): whether the holidays are. Closures
 * that make no sense are left out.
 */
struct calendar *calendar_with_closures(const json_t *body, const struct record *jurisdiction,
                                        bool *known);

/* The same, the jurisdiction looked up in the catalogue; `owner` is the record in which the key
 * stands. One that is not there, or makes no sense, leaves it without holidays. */
void calendar_read(struct calendar **calendar, bool *known, struct catalogue *catalogue,
                   const struct record *owner, const json_t *body);

#endif
