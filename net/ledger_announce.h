/*
 * Whether an offer that is on its way may be announced (announcements.h): by the checks that the
 * offer itself will meet, without writing, and without waiting for whoever writes.
 */
#ifndef GUICHET_NET_LEDGER_ANNOUNCE_H
#define GUICHET_NET_LEDGER_ANNOUNCE_H

#include "net/ledger.h"

struct ledger_announcement {
    struct scope_set scopes; /* of those whom it is offered to; empty: nobody is told */
    struct record *handoff;  /* as it would be; NULL then */
    struct id client;        /* whose data it is; empty for nobody's */
};

/* Tells those whom it is for; borrows it. No function of the ledger may be called. */
typedef void ledger_announcement_tell(void *context,
                                      const struct ledger_announcement *announcement);

/* Looks at the append of a hand-off, by an actor whose scopes are `desk`, and has it told. What
 * would be refused, what is there already, and what is of a protected file is told to nobody.
 * `target_known`: the agent whom it is offered to, and nobody else, is known to be there. 1 when it
 * was told, else 0 or an error. */
int ledger_announce(struct ledger *ledger, const struct ledger_actor *actor,
                    const struct scope_set *desk, const struct operation *operation,
                    bool target_known, int64_t now_ms, ledger_announcement_tell *tell,
                    void *context, struct error *error);

#endif
