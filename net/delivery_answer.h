/*
 * What an agency's answer means for a delivery (app/delivery.h). The answer to the POST and, later,
 * to a GET of the Location are read alike:
 *
 *   200, 201                JSON with a text `receipt`: acknowledged
 *   202                     sent; ask again at the Location (which the POST's answer must give)
 *   408, 409, 425, 429, 5xx trouble: again later
 *   other 4xx               refused; `detail` or `title` of its problem document is the reason
 *   anything else, nothing  again later
 *
 * Later means twice as late each time, with jitter, up to a limit (six times that while the agency
 * decides), and not before Retry-After; when that would be
 * past the time given to the agency, the delivery is refused with the last cause.
 */
#ifndef GUICHET_NET_DELIVERY_ANSWER_H
#define GUICHET_NET_DELIVERY_ANSWER_H

#include <jansson.h>

#include "app/record.h"
#include "net/delivery_agencies.h"
#include "net/http_client.h"

/* Longest that a Retry-After is obeyed. */
#define DELIVERY_RETRY_AFTER_LIMIT_MS (INT64_C(24) * 3600 * 1000)

/* How the exchange ended: `code` is 0 with a reply, else what http_exchange_finish gave. */
struct delivery_answer {
    int code;
    const struct http_reply *reply;
};

/* The members that the delivery's record changes by this answer: for ledger_delivery_write. New
 * reference, NULL when out of memory. `random` is 0 to 1: how much of the jitter to take. */
json_t *delivery_answer_read(const struct agency *agency, const struct record *delivery,
                             const struct delivery_answer *answer, int64_t now_ms, double random);

/* The number of the attempt that would be made now: 1 for the first. */
int64_t delivery_attempt(const struct record *delivery);

/* True when the answer says that the agency as a whole is not well: no other delivery need try. */
bool delivery_answer_is_trouble(const struct delivery_answer *answer);

/* The wait after the n-th failure in a row (1 or more). */
int64_t delivery_wait_ms(const struct agency *agency, int64_t failures, double random);

#endif
