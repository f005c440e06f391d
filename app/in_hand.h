/*
 * What an agent has in hand: a case that is assigned to them, or that they opened and nobody has; a
 * hand-off of theirs. Whose file that is, is opened without asking why. Cases that are closed are
 * in nobody's hands.
 */
#ifndef GUICHET_APP_IN_HAND_H
#define GUICHET_APP_IN_HAND_H

#include "app/catalogue.h"
#include "app/store.h"

bool in_hand_case(const struct record *matter, const struct id *agent);

/* Offered to the agent or by them; or accepted by them, while the case is nobody else's (a question
 * and a call that was promised leave it with whom it is). `matter` is the case, NULL for none or
 * one that is not here; `agent` the catalogue record; `catalogue` as for handoff_is_for. */
bool in_hand_handoff(const struct record *handoff, const struct record *matter,
                     const struct record *agent, struct catalogue *catalogue);

/* Whether anything of this client (of all their files), or this case, is in the agent's hands: by
 * what the terminal holds. What cannot be read is not. */
bool in_hand(struct store *store, const struct record *agent, struct catalogue *catalogue,
             const struct id *file);

#endif
