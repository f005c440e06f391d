/*
 * How long things are kept: rules by record type, and the round that erases what has passed them
 * (ledger_erase.h). What is still at work or held back is passed over and counted.
 */
#ifndef GUICHET_NET_LEDGER_RETENTION_H
#define GUICHET_NET_LEDGER_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "app/error.h"
#include "app/record.h"
#include "net/ledger_erase.h"

struct ledger;

/* Longest rule: 100 years. */
#define RETENTION_MONTHS_MOST 1200

/*
 * Cases are erased with all below them, `months` after the last thing that was done to any of it;
 * clients with all that is on file about them, the same after the last of all that. A rule for a
 * service's cases goes before the one for all.
 */
struct ledger_retention {
    enum record_type type;         /* RECORD_CASE or RECORD_CLIENT */
    char service[RECORD_KEY_SIZE]; /* of cases; "" for every other */
    int64_t months;                /* calendar months in UTC; 0: kept for ever */
};

/* Sets a rule, or changes it; ERROR_INVALID. */
int ledger_retention_set(struct ledger *ledger, const struct ledger_retention *rule,
                         struct error *error);
/* ERROR_NOT_FOUND when there is no such rule. */
int ledger_retention_remove(struct ledger *ledger, const struct ledger_retention *rule,
                            struct error *error);

typedef void (*ledger_retention_visit)(void *context, const struct ledger_retention *rule);
int ledger_retention_each(struct ledger *ledger, ledger_retention_visit visit, void *context,
                          struct error *error);

struct ledger_retention_round {
    int64_t looked_at; /* clients and cases */
    int64_t files;     /* of them erased, or to be erased */
    int64_t records;
    int64_t attachments;
    int64_t held;    /* past their time, and held back */
    int64_t at_work; /* past their time, and not closed */
};

/* How far a round has come: the type it is at, and the last row. Begins zeroed. */
struct ledger_retention_place {
    int stage;
    int64_t row;
    bool ended;
};

/* A step of a round: looks at `limit` clients and cases at most, from `place` on, adds to `round`
 * what it found, and erases what has passed its time at `now_ms`, a client or case a transaction.
 * With `dry` nothing is changed and the counts are what would be. Killed anywhere, the next round
 * goes on. */
int ledger_retention_step(struct ledger *ledger, int64_t now_ms, bool dry, size_t limit,
                          struct ledger_retention_place *place,
                          struct ledger_retention_round *round, struct error *error);

#endif
