/*
 * What was found of tokens lately, so that not each request looks it up: whose a token is, and what
 * their desk reads. It holds while nobody's rights have changed (ledger_people) and until the token
 * ends, as it does for requests that sleep. Thread-safe.
 */
#ifndef GUICHET_NET_KNOWN_H
#define GUICHET_NET_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "app/error.h"
#include "net/ledger.h"

struct known;

int known_new(struct known **known, struct error *error);
/* NULL is allowed. */
void known_free(struct known *known);

/* `people` is ledger_people, taken before looking. False when it is not known. */
bool known_actor(struct known *known, const char *token, uint64_t people, int64_t now_ms,
                 struct ledger_actor *actor);
/* Keeps who was found under `people`. */
void known_actor_keep(struct known *known, const char *token, uint64_t people,
                      const struct ledger_actor *actor);

/* The same of the scopes of their desk: adds copies to `scopes`. Kept only beside a known actor. */
bool known_desk(struct known *known, const char *token, uint64_t people, struct scope_set *scopes);
void known_desk_keep(struct known *known, const char *token, uint64_t people,
                     const struct scope_set *scopes);

/* Whether there is such an agent, whom something can be offered to. */
bool known_agent(struct known *known, uint64_t people, const struct id *agent);
void known_agent_keep(struct known *known, uint64_t people, const struct id *agent);

#endif
