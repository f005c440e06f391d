/*
 * Roles that read only what is in their agent's own hands (app/role.h, "own"): cases that they
 * have, or opened and nobody has, with all that belongs to them; and what they made. It stands in a
 * scope of the agent's, "own:AGENT", kept for those agents alone. Nobody outside net/ledger_*.c
 * includes this.
 */
#ifndef GUICHET_NET_LEDGER_HOLDER_H
#define GUICHET_NET_LEDGER_HOLDER_H

#include "net/ledger_row.h"

#define LEDGER_OWN_SCOPE "own:"

/* When a ledger is opened, and after a role was written: whether there is such a role. */
int ledger_holder_open(struct ledger *ledger, struct error *error);

/* When a transaction begins, and after an agent or a role was written in it: what is known of whose
 * reach holds no longer. */
void ledger_holder_forget(struct ledger *ledger);

/* Within a transaction: the scope of the agent in whose hands a record is, if their role reads no
 * more. Adds to `scopes`. */
int ledger_holder_scopes(struct ledger *ledger, const struct record *record,
                         struct scope_set *scopes, struct error *error);
/* After a case was written: it leaves those in whose hands it is no longer. */
int ledger_holder_follow(struct ledger *ledger, const struct ledger_row *matter,
                         struct error *error);
/* Whether the record is in the hands of whom the scope is of. */
bool ledger_holder_has(const struct record *record, const char *scope);
/* An agent came to such a role: all that is in their hands comes to their scope. */
int ledger_holder_fill(struct ledger *ledger, const struct id *agent, struct error *error);

#endif
