/*
 * How long things are kept: rules by type, and the round that erases what has passed them
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
 * What rules are for, in the order in which a round looks at them:
 *
 * stray        cases that name no client: what came in and matched nobody; without such a rule they
 *              are as other cases
 * case         cases, with all below them. A rule for a service's cases goes before the one for all
 * attachment   what came with messages, as bytes; the message stays and names it
 * audit-words  what agents said when they opened or looked for a file; the trail's entry stays, and
 *              is proved without them
 * note, message, submission, handoff, task, ticket, flag, delegation, consent, emergency, contact
 *              those that belong to no case: the others go with their case. Drafts are submissions
 * client       clients, with all that is on file about them
 *
 * The time runs from the last thing that was done to any of what goes together. What is in force
 * is at work: a consent, a delegation, a draft that its code still opens, an emergency that nobody
 * has judged, a flag that nobody has settled; and what stands below something at work.
 */
extern const char *const ledger_retention_whats[]; /* ends with NULL */

#define LEDGER_RETENTION_WHAT_SIZE 16

struct ledger_retention {
    char what[LEDGER_RETENTION_WHAT_SIZE];
    char service[RECORD_KEY_SIZE]; /* of cases; "" for every other */
    int64_t months;                /* calendar months in UTC; 0: kept for ever */
};

/* Sets a rule, or changes it; ERROR_INVALID. At a relay, which follows the rules of the server
 * above it, there is one for audit-words alone: ERROR_REFUSED for the others. */
int ledger_retention_set(struct ledger *ledger, const struct ledger_retention *rule,
                         struct error *error);
/* ERROR_NOT_FOUND when there is no such rule. */
int ledger_retention_remove(struct ledger *ledger, const struct ledger_retention *rule,
                            struct error *error);

typedef void (*ledger_retention_visit)(void *context, const struct ledger_retention *rule);
int ledger_retention_each(struct ledger *ledger, ledger_retention_visit visit, void *context,
                          struct error *error);

struct ledger_retention_round {
    int64_t looked_at; /* files, attachments and entries of the trail */
    int64_t files;     /* of them erased, or to be erased */
    int64_t records;
    int64_t attachments;
    int64_t words;   /* of entries of the trail */
    int64_t held;    /* past their time, and held back */
    int64_t at_work; /* past their time, and not closed */
};

/* How far a round has come: what it is at, and the last row. Begins zeroed. */
struct ledger_retention_place {
    int stage;
    int64_t row;
    bool ended;
};

/* One thing that has passed its time and is, or with `dry` would be, erased. */
struct ledger_retention_due {
    const char *what;
    const char *service;   /* of the rule; "" for none */
    enum record_type type; /* of the record */
    const char *id;        /* of the record; of attachments, of their message */
    int64_t due_ms;        /* since when it has passed, by the day */
    int64_t latest_ms;
    int64_t records; /* that go with it */
};

typedef void (*ledger_retention_due_visit)(void *context, const struct ledger_retention_due *due);

struct ledger_retention_asked {
    int64_t now_ms; /* with `dry`, also a time to come: what will have passed by then */
    bool dry;       /* nothing is changed, and the counts are what would be */
    size_t limit;   /* how much is looked at, at most */
    ledger_retention_due_visit visit; /* told of each file and attachment; may be NULL */
    void *context;
};

/* A step of a round, from `place` on: adds to `round` what it found, and erases what has passed its
 * time, a file a transaction. Killed anywhere, the next round goes on. */
int ledger_retention_step(struct ledger *ledger, const struct ledger_retention_asked *asked,
                          struct ledger_retention_place *place,
                          struct ledger_retention_round *round, struct error *error);

#endif
