/*
 * The delivery: what one agency receives of a filing (a submission), and what became of it.
 *
 * The server makes one for each recipient that the form names, in the same transaction in which it
 * accepts the submission, so that neither can be there without the other; sends it; and writes what
 * the agency said. Agents see deliveries wherever they see the submission. States:
 *
 *   waiting       to be sent, or to be sent again at `next_attempt_at`
 *   sent          the agency has it and decides later (it is asked at `next_attempt_at`)
 *   acknowledged  the agency accepted it; `receipt` is its reference. Final
 *   refused       the agency said no, or was not reached in the time given: see `cause`, `reason`
 *   withheld      not sent: there was no consent, or it was withdrawn before the sending
 */
#ifndef GUICHET_APP_DELIVERY_H
#define GUICHET_APP_DELIVERY_H

#include <stdbool.h>

#include "app/author.h"
#include "app/store.h"

/* Bytes. */
#define DELIVERY_AGENCY_LIMIT   256
#define DELIVERY_RECEIPT_LIMIT  256
#define DELIVERY_REASON_LIMIT   1000
#define DELIVERY_LOCATION_LIMIT 2000

/* Why a delivery waits longer or was refused: words of its `cause`. */
#define DELIVERY_NO_CONSENT    "no-consent"    /* the client did not agree */
#define DELIVERY_NOT_CONNECTED "not-connected" /* the server was not told where the agency is */
#define DELIVERY_UNREACHABLE                                                                       \
    "unreachable"                            /* no connection, cut, too slow, or a bad certificate \
                                              */
#define DELIVERY_NO_ANSWER    "no-answer"    /* it has it, and did not decide in time */
#define DELIVERY_AGENCY_FAULT "agency-fault" /* it said that it has trouble, or is too busy */
#define DELIVERY_BAD_ANSWER   "bad-answer"   /* an answer that is none */
#define DELIVERY_REFUSED      "refused"      /* it said no: `reason` holds its own words */

/* Who makes and changes deliveries: the server, as the agent and device of its operations. */
struct id delivery_server(void);

/* The id of the one delivery of a submission to an agency. */
struct id delivery_id(const struct id *submission, const char *agency);

/* True when the client agreed to what this recipient (a member of a form's `recipients`) receives,
 * or needs not be asked. `consents` is the submission's; may be NULL. */
bool delivery_has_consent(const json_t *recipient, const json_t *consents);

/* Asks that a refused delivery be sent again. ERROR_REFUSED for another state. */
int delivery_send_again(struct batch *batch, const struct author *author,
                        const struct record *delivery, struct error *error);
/* Withdraws the consent to a delivery that waits. ERROR_REFUSED for another state. */
int delivery_withdraw(struct batch *batch, const struct author *author,
                      const struct record *delivery, struct error *error);

struct delivery_entry {
    struct record *record; /* owned by the list */
    enum store_pending pending;
};

struct delivery_list {
    struct delivery_entry *entries;
    size_t count;
};

/* The deliveries of a submission that are on this terminal, in the order in which its form names
 * the agencies. Empty `list` on an error. */
int delivery_list_read(struct delivery_list *list, struct store *store,
                       const struct record *submission, struct error *error);
void delivery_list_free(struct delivery_list *list);

/* When its present state began, ms: trying again and again is no event. */
int64_t delivery_at(const struct record *delivery);

/* True when the agency has decided, or will never get it: nothing happens by itself any more. */
bool delivery_is_decided(const struct record *delivery);

#endif
