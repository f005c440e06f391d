/* What the parts of a round of retention share. Nobody outside net/ledger_retention*.c includes
 * this. */
#ifndef GUICHET_NET_LEDGER_RETENTION_INTERNAL_H
#define GUICHET_NET_LEDGER_RETENTION_INTERNAL_H

#include "net/ledger_file.h"
#include "net/ledger_retention.h"

/* The trail's word for what a rule erased. */
#define RETENTION_WHY "retention"

struct retention_round {
    struct ledger *ledger;
    const struct ledger_retention_asked *asked;
    struct ledger_retention *rules; /* owned */
    size_t count;
    bool failed; /* no memory for the rules */
    struct ledger_retention_round *counts;
};

/* Before which time something must have been left for a rule to erase it; ms. */
int64_t retention_before(const struct retention_round *round, const struct ledger_retention *rule);

/* When what was left at `latest_ms` passes the time of a rule: by then, or the day after. */
int64_t retention_due(const struct ledger_retention *rule, int64_t latest_ms);

/* Counts what has passed its time, by what bars it, and tells of it when nothing does. */
void retention_count(const struct retention_round *round, enum ledger_bar bar,
                     const struct ledger_erased *erased, const struct ledger_retention_due *due);

/* Whether a record is still in force, though nothing of it is on its way. */
int retention_in_force(struct database *database, const struct record *record, int64_t now_ms,
                       bool *in_force, struct error *error);

/* The parts that are no files: each looks at what comes after `place->row`, and says with
 * ERROR_NOT_FOUND that there is nothing more (ledger_retention_rest.c). */
int retention_attachment(struct retention_round *round, const struct ledger_retention *rule,
                         struct ledger_retention_place *place, struct error *error);
int retention_words(struct retention_round *round, const struct ledger_retention *rule,
                    struct ledger_retention_place *place, struct error *error);

#endif
