/*
 * Ids that nothing stands under. The operations of a batch have ids that follow one another, and so
 * have the records that they make: what looking for one of them has found next tells of those
 * between the two as well, which need not be looked for. Nobody outside net/ledger_*.c includes
 * this.
 */
#ifndef GUICHET_NET_LEDGER_GAP_H
#define GUICHET_NET_LEDGER_GAP_H

#include <stdbool.h>

#include "app/error.h"
#include "app/id.h"
#include "net/ledger_statements.h"

struct ledger;

/* Part of struct ledger; used with its write lock held, and kept for one transaction. */
struct ledger_gap {
    bool known;
    struct id after;  /* below the ids of which nothing stands there */
    struct id before; /* above them; empty: nothing comes behind */
};

/* Whether nothing stands under this id. `next` is the statement that gives the first id from one
 * on. */
int ledger_gap_look(struct ledger *ledger, struct ledger_gap *gap, enum ledger_statement next,
                    const struct id *id, bool *free, struct error *error);

/* Something has come to stand under this id. */
void ledger_gap_fill(struct ledger_gap *gap, const struct id *id);

#endif
