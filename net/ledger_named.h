/*
 * The case that the body of another record names: who sees it and whose it is, and the scope that
 * was written to last. The operations of a batch are mostly about one file, so what was read is
 * kept for the rest of the transaction; what is written there has it read again. Nobody outside
 * net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_NAMED_H
#define GUICHET_NET_LEDGER_NAMED_H

#include <stdbool.h>
#include <stdint.h>

#include "app/record.h"
#include "net/scope_set.h"

struct ledger;

/* Part of struct ledger; used with its write lock held. */
struct ledger_named {
    struct id id; /* empty: nothing is kept */
    int64_t row;  /* 0: there is no such case */
    struct id client;
    struct scope_set scopes; /* owned */
    char scope[128];         /* "" for none */
    int64_t scope_number;
};

/* Within a transaction: ledger_scopes_of and ledger_client_of, where they are of a case by what is
 * kept of it. */
int ledger_named_scopes(struct ledger *ledger, enum record_type type, const char *id,
                        struct scope_set *scopes, bool *exists, struct error *error);
int ledger_named_client(struct ledger *ledger, const struct record *record, struct id *client,
                        struct error *error);

/* Within a transaction: a record is written, or a row comes to stand in a scope or leaves one. What
 * is kept of it does not hold any more. */
void ledger_named_written(struct ledger *ledger, const struct record *record);
void ledger_named_moved(struct ledger *ledger, int64_t row);
/* Nothing is kept any more: before a transaction, and before the ledger is closed. */
void ledger_named_forget(struct ledger *ledger);

#endif
