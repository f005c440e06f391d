/* What is left out of the feed of a terminal that begins (struct ledger_old). Nobody outside
 * net/ledger_*.c includes this. */
#ifndef GUICHET_NET_LEDGER_OLD_H
#define GUICHET_NET_LEDGER_OLD_H

#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

struct ledger_old_look {
    struct database *database;
    struct ledger_old old;
    struct id matter;   /* the case looked at last, */
    bool matter_is_old; /* and what was found */
};

/* 1 when the row `number`, of the record that stands at `seq` and whose id is `id`, is left out. */
int ledger_is_old(struct ledger_old_look *look, int64_t number, int64_t seq, const char *id,
                  struct error *error);

/* Whether the row is of an open case, or a client: LEDGER_OPEN_CASE for such a case itself, 1 for
 * what else is, 0 for what is not. */
#define LEDGER_OPEN_CASE 2
int ledger_is_open(struct ledger_old_look *look, int64_t number, struct error *error);

#endif
