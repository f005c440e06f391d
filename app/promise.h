/* By when a client was promised an end: the guarantee of a service in a channel. */
#ifndef GUICHET_APP_PROMISE_H
#define GUICHET_APP_PROMISE_H

#include "app/catalogue.h"

/*
 * When the guarantee of the service in this channel ends for what was asked for at `from_ms`: at
 * the same time of the day on its last day, business days by the calendar of `office` (NULL:
 * without holidays). 0 when nothing is guaranteed.
 */
int64_t promise_ms(struct catalogue *catalogue, const struct record *service, const char *channel,
                   const struct record *office, int64_t from_ms);

#endif
