/*
 * The doorbell: requests that wait until something in their scopes changes, without a thread each.
 *
 * A waiter is armed first and looks at the ledger then, so that a change between the look and the
 * sleep is not missed: the sleep is then refused. Thread-safe.
 */
#ifndef GUICHET_NET_SERVER_DOORBELL_H
#define GUICHET_NET_SERVER_DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

#include "app/error.h"
#include "app/id.h"
#include "net/scope_set.h"

struct doorbell;
struct doorbell_waiter;

int doorbell_new(struct doorbell **doorbell, struct error *error);
/* Every waiter must be gone. */
void doorbell_free(struct doorbell *doorbell);

/* A waiter for these scopes, armed. New; doorbell_disarm frees it. NULL out of memory. */
struct doorbell_waiter *doorbell_arm(struct doorbell *doorbell, const struct scope_set *scopes);
void doorbell_disarm(struct doorbell_waiter *waiter);
/* Arms it anew for the same scopes: what rang before counts no more, and its turn, if it was woken
 * as one of many, goes to the next. */
void doorbell_rearm(struct doorbell_waiter *waiter);

/* Whether it rang since it was armed. */
bool doorbell_rang(struct doorbell_waiter *waiter);

/* Suspends the connection until the bell rings for it or `deadline_ms` (of clock_steady) has
 * come: 1. 0, without suspending, when it rang since it was armed or the doorbell stops;
 * ERROR_MEMORY when there is no room for it. */
int doorbell_sleep(struct doorbell_waiter *waiter, struct MHD_Connection *connection,
                   int64_t deadline_ms, struct error *error);

/* Wakes whoever waits for one of these scopes: at once where that is a few, else some at a time,
 * the next as those before are served, so that a bell for few that rings meanwhile is not behind
 * them. Not who was spared what `device` wrote (NULL or empty: nobody is). */
void doorbell_ring(struct doorbell *doorbell, const struct scope_set *scopes,
                   const struct id *device);

/* From now on the waiter is not woken by what this terminal wrote and works out by itself. */
void doorbell_spare(struct doorbell_waiter *waiter, const struct id *device);

/* From now on the waiter is woken by announcements, too. */
void doorbell_hear_announcements(struct doorbell_waiter *waiter);

/* Wakes who hears announcements and waits for one of these scopes; nobody of those for which many
 * wait: to them it is told the usual way. */
void doorbell_announce(struct doorbell *doorbell, const struct scope_set *scopes);

/* The same of who waits for this agent, while what is announced to them is still looked at: they
 * are awake by the time it may be told, and find doorbell_is_stirred. */
void doorbell_stir(struct doorbell *doorbell, const struct id *agent);
/* Whether the waiter was stirred since it was armed. */
bool doorbell_is_stirred(struct doorbell_waiter *waiter);

/* Wakes everybody; nobody sleeps any more. */
void doorbell_stop(struct doorbell *doorbell);

#endif
