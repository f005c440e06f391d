/*
 * Whether a service can be had in a channel right now: what the catalogue says of the channel, the
 * hours now, the holidays. What the catalogue does not say is told as not known.
 */
#ifndef GUICHET_APP_AVAILABILITY_H
#define GUICHET_APP_AVAILABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "app/catalogue.h"
#include "app/office.h"
#include "app/schedule.h"

enum availability_kind {
    AVAILABILITY_UNKNOWN,
    AVAILABILITY_NOT_OFFERED,
    AVAILABILITY_CLOSED, /* now; `state.until_ms` says when it opens */
    AVAILABILITY_OPEN,   /* now; `state.until_ms` says when it closes */
    AVAILABILITY_ALWAYS, /* at any hour: it waits for nobody (online), or is left there (mail) */
};

struct availability {
    enum availability_kind kind;
    struct schedule_state state;
    struct schedule *schedule; /* owned; by which it is open or closed, NULL for none */
    struct record *office;     /* owned; at another office than the agent's: which. NULL: not so */
};

/* The offices among which an open one is looked for, when the agent's own does not do it. */
#define AVAILABILITY_OFFICES_MOST 50

/*
 * Channel `index` of the service's "channels", for an agent of `office` (NULL: unknown), at a
 * moment. The counter follows the agent's own office where that does the service; else the first of
 * `offices` (those that do it, nearest first) that is open, else the first whose hours are known.
 * Another channel follows its own "schedule"; without one, online, mobile, voice, mail, e-mail and
 * fax are always there, of the others it is not known. availability_free, whatever it is.
 */
void availability_read(struct availability *availability, struct catalogue *catalogue,
                       const struct record *service, size_t index, const struct record *office,
                       struct office_list *offices, int64_t ms);
void availability_free(struct availability *availability);

#endif
