/*
 * The scope in which the files stand that are open to an agent (ledger_opening_scope.c). Only
 * ledger_opening*.c include this. All within a write transaction.
 */
#ifndef GUICHET_NET_LEDGER_OPENING_INTERNAL_H
#define GUICHET_NET_LEDGER_OPENING_INTERNAL_H

#include "net/ledger_scope.h"
#include "net/ledger_search.h"

struct opening_file {
    struct id record;
    enum record_type type;
    enum purpose purpose; /* it was opened for */
};

/* The name of the agent's scope. */
int opening_scope(const char *agent, struct scope_set *scope, struct error *error);

/* Gives a file to the scope: of a client all that is filed under them. */
int opening_give(struct ledger *ledger, enum record_type type, const struct id *id,
                 const struct scope_set *scope, struct error *error);

/* What was given of a file: where it stands in the feed. */
int opening_span(struct ledger *ledger, enum record_type type, const struct id *id,
                 const struct scope_set *scope, struct ledger_opened *opened, struct error *error);

/* The files that are open to an agent. `files` is owned by the caller (free). */
int opening_files(struct ledger *ledger, const char *agent, struct opening_file **files,
                  size_t *count, struct error *error);

/* A file is open to the agent no longer; the scope is settled after the last. */
int opening_delete(struct ledger *ledger, const struct id *record, const struct id *agent,
                   struct error *error);

/* Into the scope comes what is open to the agent now, and nothing else. */
int opening_settle(struct ledger *ledger, const char *agent, struct error *error);

#endif
