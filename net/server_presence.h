/*
 * Who is there: inferred from doorbells held and requests made, in memory only, and from contacts
 * in progress, which the ledger knows. Thread-safe.
 *
 *   available  at a terminal that is connected
 *   busy       the same, with a contact in progress
 *   wrap-up    the same, for a while after a contact ended
 *   away       said so and not that they are back, or not heard of for a while
 *   offline    signed out, or not heard of for long; behind a relay that is cut off
 */
#ifndef GUICHET_NET_SERVER_PRESENCE_H
#define GUICHET_NET_SERVER_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/id.h"

struct presence;

/* Heard within this time, or holding a doorbell: available. */
#define PRESENCE_AVAILABLE_MS (INT64_C(90) * 1000)
/* Heard within this time: away. Later: offline. */
#define PRESENCE_AWAY_MS (INT64_C(15) * 60 * 1000)

/* After a contact so long goes to writing it up, where the contact does not say until when; and at
 * most so long where it does. */
#define PRESENCE_WRAP_UP_MS      (INT64_C(60) * 1000)
#define PRESENCE_WRAP_UP_MOST_MS (INT64_C(4) * 3600 * 1000)
/* A contact begun longer ago was forgotten: nobody is with a client for so long. */
#define PRESENCE_BUSY_MS (INT64_C(12) * 3600 * 1000)

struct presence *presence_new(void); /* NULL out of memory */
void presence_free(struct presence *presence);

/* The agent was heard of. */
void presence_hear(struct presence *presence, const struct id *agent, int64_t now_ms);
/* The agent took up (+1) or let go (-1) a doorbell. */
void presence_hold(struct presence *presence, const struct id *agent, int change, int64_t now_ms);
/* A relay told of an agent at one of its terminals, where they may be away. It tells so all the
 * time: not told of within PRESENCE_AVAILABLE_MS, they are offline. */
void presence_relay(struct presence *presence, const struct id *agent, bool away, int64_t now_ms);
/* The agent says that they are away, or back. Signing in is being back. */
void presence_say_away(struct presence *presence, const struct id *agent, bool away,
                       int64_t now_ms);
/* The agent signed out. */
void presence_leave(struct presence *presence, const struct id *agent, int64_t now_ms);

/* [{"agent","state","since","heard_at"}], in no order; `attending` is of ledger_attending, may be
 * NULL. New; NULL out of memory. */
json_t *presence_to_json(struct presence *presence, const json_t *attending, int64_t now_ms);

#endif
