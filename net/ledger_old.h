/* What is left out of a feed, of the files of cases that have rested (struct ledger_old). Nobody
 * outside net/ledger_*.c includes this. */
#ifndef GUICHET_NET_LEDGER_OLD_H
#define GUICHET_NET_LEDGER_OLD_H

#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

struct ledger_old_look {
    struct database *database;
    struct ledger_old old;
    int64_t since;         /* the caller's cursor */
    int64_t whole;         /* up to where the caller had all that there was at that time */
    struct id matter;      /* the case looked at last, */
    int64_t matter_before; /* since before when it was to have rested, */
    bool matter_is_old;    /* and what was found */
};

/* Why a row stands in a scope of the reader. */
enum ledger_asked {
    LEDGER_ASKED_NOT,    /* it is of an office: what is done and put away there is fetched */
    LEDGER_ASKED_HANDED, /* it came into the agent's own hands, or to a queue of theirs */
    LEDGER_ASKED_OPENED, /* it was opened for a reason, for a time */
};

/* A row of the feed: of the record `number` that stands at `seq` and whose id is `id`. */
struct ledger_old_row {
    int64_t number;
    int64_t seq;
    const char *id;
    enum ledger_asked asked;
};

/* 0 when it is given, LEDGER_OLD_PASSED when it is passed over, LEDGER_OLD_GONE when it is told as
 * gone. */
#define LEDGER_OLD_PASSED 1
#define LEDGER_OLD_GONE   2
int ledger_is_old(struct ledger_old_look *look, const struct ledger_old_row *row,
                  struct error *error);

/* Whether the row is of an open case, or a client: LEDGER_OPEN_CASE for such a case itself, 1 for
 * what else is, 0 for what is not. */
#define LEDGER_OPEN_CASE 2
int ledger_is_open(struct ledger_old_look *look, int64_t number, struct error *error);

#endif
