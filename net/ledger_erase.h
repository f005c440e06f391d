/*
 * Erasure: what is on file about somebody, of a closed case, or another record, is taken from
 * everybody who holds a copy and overwritten. Of each record stay its type, its id and that it was
 * erased: proof without content. What the audit trail says stays; it names records, not what they
 * held.
 *
 * Copies in backups made before are out of reach: they end with the backups.
 */
#ifndef GUICHET_NET_LEDGER_ERASE_H
#define GUICHET_NET_LEDGER_ERASE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/error.h"
#include "app/id.h"
#include "app/record.h"

struct ledger;

/* Who has it erased, and why. */
struct ledger_erasure {
    struct id agent;     /* empty: the server, by a rule of retention */
    struct id device;    /* where; empty: at the machine */
    const char *request; /* by which; NULL for none */
    int64_t at_ms;
    const char *why;   /* the rule, or the agent's words; not personal */
    bool by_rule;      /* of retention: nobody asked for it */
    int64_t before_ms; /* only when nothing was done since; 0: whatever its age */
};

struct ledger_erased {
    int64_t records;
    int64_t attachments;
};

/* Why something is not erased. */
enum ledger_bar {
    LEDGER_BAR_FREE = 0,
    LEDGER_BAR_HELD,    /* somebody holds it back from erasure */
    LEDGER_BAR_OPEN,    /* a case or a contact of it is not closed */
    LEDGER_BAR_WAITING, /* something of it is on its way: a hand-off, a message, a delivery */
    LEDGER_BAR_YOUNG,   /* something was done since `before_ms` */
};

/* Stable name ("held"). */
const char *ledger_bar_name(enum ledger_bar bar);

/*
 * Erases a client with all that is on file about them, those merged into them too; or a case, or
 * another record (ledger_file_begins), with all below it. All of it or nothing, on disk and
 * overwritten in the database when this returns 0. ERROR_NOT_FOUND; ERROR_REFUSED when something
 * bars it: `bar` says what, `at` which record; and at a relay, which follows the server above it.
 */
int ledger_erase(struct ledger *ledger, enum record_type type, const struct id *id,
                 const struct ledger_erasure *erasure, struct ledger_erased *erased,
                 enum ledger_bar *bar, struct id *at, struct error *error);

/* --- holding back ----------------------------------------------------------------------------- */

/* Holds a client, a case or another record back from erasure, by whoever and for whatever reason
 * (`why`, at most LEDGER_HOLD_LIMIT bytes). Holding what is held keeps the first reason.
 * ERROR_NOT_FOUND. */
int ledger_hold(struct ledger *ledger, enum record_type type, const struct id *id,
                const struct ledger_erasure *hold, struct error *error);
/* Lets it go; ERROR_NOT_FOUND when nobody holds it. */
int ledger_hold_end(struct ledger *ledger, enum record_type type, const struct id *id,
                    const struct ledger_erasure *release, struct error *error);

#define LEDGER_HOLD_LIMIT 400

/* In the trail, before why somebody had something erased. */
#define LEDGER_ERASED_WHAT "erased: "

#endif
