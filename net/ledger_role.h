/*
 * What an agent may do, at the server: by the role that their record names (app/role.h), as it
 * stands now. What cannot be read is not allowed.
 */
#ifndef GUICHET_NET_LEDGER_ROLE_H
#define GUICHET_NET_LEDGER_ROLE_H

#include "app/role.h"
#include "net/ledger.h"

struct database;

/* Of whoever asks by HTTP the actor knows already (ledger_actor_may): use that in routes. */
bool ledger_may(struct ledger *ledger, const struct id *agent, enum permission permission);
permission_set ledger_permissions(struct ledger *ledger, const struct id *agent);

static inline bool ledger_actor_may(const struct ledger_actor *actor, enum permission permission)
{
    return (actor->may & ((permission_set)1 << permission)) != 0;
}

/* Within the ledger's own code: by a connection that is at hand. `role` is cleared by the caller
 * (role_clear), also after an error. ERROR_NOT_FOUND when there is no such agent. */
int ledger_role_read(struct database *database, const struct record *agent, struct role *role,
                     struct error *error);
int ledger_role_of(struct database *database, const struct id *agent, struct role *role,
                   struct error *error);

#endif
