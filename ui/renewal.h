/*
 * Renewing the key of the agent's store while they wait: a thread seals everything anew on a
 * connection of its own, and the desk goes on with the new key.
 */
#ifndef GUICHET_UI_RENEWAL_H
#define GUICHET_UI_RENEWAL_H

#include "ui/desk.h"

struct renewal;

/*
 * Begins: ERROR_REFUSED when the password is not this agent's here. The sync thread and the cases
 * in memory let go of the store. Until renewal_end nothing is written to it by this thread
 * without failing at once (ERROR_BUSY).
 */
int renewal_begin(struct renewal **renewal, struct desk *desk, const char *password,
                  struct error *error);

/* True when it is over; before, how far it is. */
bool renewal_look(const struct renewal *renewal, int64_t *done, int64_t *total);

/* Waits for it, opens the desk's store with the key that stands now and sets everybody on it again;
 * 0 when that is the new one. NULL is allowed. */
int renewal_end(struct renewal *renewal, struct error *error);

/* The same at once, on a desk whose store the sync thread does not have yet. */
int renewal_at_once(struct desk *desk, const char *password, struct error *error);

#endif
