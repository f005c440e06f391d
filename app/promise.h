/* By when a client was promised an end: the guarantee or the standard of a service in a channel. */
#ifndef GUICHET_APP_PROMISE_H
#define GUICHET_APP_PROMISE_H

#include <stdbool.h>

#include "app/catalogue.h"
#include "app/promise_time.h"

#define PROMISE_COUNT_LIMIT 9999
#define PROMISE_UNIT_SIZE   24

/* Plain value. */
struct promise_terms {
    const char *kind; /* of promise_kind_words; static */
    int64_t count;
    char unit[PROMISE_UNIT_SIZE];
    bool refund; /* the fee is given back when it is missed */
};

/*
 * What a service promises in a channel: its guarantee, else the standard of timeliness for this
 * channel (or for all), the shortest where there are several. False when it promises nothing that
 * can be counted.
 */
bool promise_terms_of(const struct record *service, const char *channel,
                      struct promise_terms *terms);

/* The place of an office (NULL: without holidays, UTC), its calendar from the catalogue. */
struct promise_place promise_place_read(struct catalogue *catalogue, const struct record *office);

/*
 * When the guarantee of the service in this channel ends for what was asked for at `from_ms`, in
 * the place of `office` (may be NULL). 0 when nothing is guaranteed.
 */
int64_t promise_ms(struct catalogue *catalogue, const struct record *service, const char *channel,
                   const struct record *office, int64_t from_ms);

#endif
