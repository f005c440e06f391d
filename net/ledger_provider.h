/* Agents as an identity provider knows them. */
#ifndef GUICHET_NET_LEDGER_PROVIDER_H
#define GUICHET_NET_LEDGER_PROVIDER_H

#include "app/error.h"
#include "app/id.h"

struct ledger;

/* The agent whose record has this login, whether they have a password here or not. Letters compare
 * without regard to ASCII case. ERROR_NOT_FOUND when there is none, they have left, or two have it;
 * a public screen is nobody. */
int ledger_agent_of_login(struct ledger *ledger, const char *login, struct id *agent,
                          struct error *error);

#endif
