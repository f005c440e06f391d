/* Promises at the server (app/promise_state.h): net/ledger_promise.c. */
#ifndef GUICHET_NET_LEDGER_PROMISE_H
#define GUICHET_NET_LEDGER_PROMISE_H

#include "net/ledger.h"

/* How many are settled in one transaction. */
#define LEDGER_PROMISES_LIMIT 100

/* When the time of the next one that runs has passed, ms; INT64_MAX when none runs. */
int ledger_promise_next(struct ledger *ledger, int64_t *at_ms, struct error *error);

/*
 * Says of those whose time has passed that they are missed, LEDGER_PROMISES_LIMIT at most, by the
 * calendars as they are now; `settled` is how many were looked at. One that promised the fee back
 * has its refund task made, in the same transaction and with an id of its own, so that there is
 * one.
 */
int ledger_promises_settle(struct ledger *ledger, int64_t now_ms, int *settled,
                           struct error *error);

/* The id of the refund task of a promise. */
struct id ledger_refund_id(const struct id *promise);

#endif
