/*
 * Finding clients and cases beyond what a terminal holds, and opening the file of one.
 *
 * Clients are found by the same keys as in a terminal's memory (app/client_key.h), kept in a table
 * with every change of a client: no search reads all clients. Whoever looks has a reason, and the
 * trail says who looked, why, by which kinds of keys, and whom they found; never for which words.
 * How often an agent may look is bounded.
 *
 * A file that was found is opened for a time: it then stands in a scope of the agent's own
 * ("open:AGENT") and comes with their feed; when the contact or the day is over it is taken back.
 */
#ifndef GUICHET_NET_LEDGER_SEARCH_H
#define GUICHET_NET_LEDGER_SEARCH_H

#include "app/client_likeness.h"
#include "net/ledger.h"
#include "net/ledger_audit.h"

/* Most hits of one search. */
#define LEDGER_SEARCH_MOST 50
/* Longest question, bytes. */
#define LEDGER_SEARCH_TYPED_LIMIT 200

/* What is asked. Borrowed. */
struct ledger_search_asked {
    enum record_type type;             /* RECORD_CLIENT or RECORD_CASE */
    const char *typed;                 /* the words; an id is looked up as it is. NULL: by `like` */
    const struct client_details *like; /* clients who are likely these; NULL: by `typed` */
    struct id but;                     /* of those, left out; may be empty */
    enum purpose purpose;
    const char *words; /* with the purpose; NULL or "" for none */
    size_t limit;      /* LEDGER_SEARCH_MOST at most */
};

struct ledger_search_hit {
    struct record *client;   /* owned: the one whose file it is; NULL for a case without one */
    struct record *matter;   /* owned: of a search for cases; else NULL */
    struct record *found_as; /* owned: the file by which they were found, where that is merged into
                                `client`; else NULL */
    int score;               /* greater is better */
    unsigned likeness;       /* bits of enum client_likeness, of a search by likeness */
    bool here;               /* it is in the agent's scopes: their terminal has it */
};

struct ledger_search_result {
    struct ledger_search_hit hits[LEDGER_SEARCH_MOST + 1];
    size_t count;
    bool more;        /* there are others: say more */
    bool beyond;      /* all offices were looked through, not only the agent's own scopes */
    int64_t retry_ms; /* with ERROR_BUSY: how long to wait */
};

void ledger_search_clear(struct ledger_search_result *result);

/*
 * Best first. The trail is on disk when this returns 0. ERROR_REFUSED when the agent's role has no
 * such reason, or nobody to look for; ERROR_BUSY after too many searches; both are in the trail.
 */
int ledger_search(struct ledger *ledger, const struct ledger_actor *actor,
                  const struct ledger_search_asked *asked, int64_t now_ms,
                  struct ledger_search_result *result, struct error *error);

/*
 * The keys by which clients are found are kept with every change. Of clients that are older than
 * they are, after an upgrade, a few are made when the ledger is opened, and the others by whoever
 * serves, beside all else: until then ledger_search gives ERROR_BUSY, for what it does not find may
 * be there.
 */
struct ledger_search_made {
    int64_t last;    /* where it stands */
    int64_t clients; /* that were looked at by these calls */
    bool all;
};

/* Makes those of `limit` clients at most, in a transaction. `made` begins zeroed and is given back
 * each time. Killed anywhere, it goes on from there. */
int ledger_search_fill(struct ledger *ledger, size_t limit, struct ledger_search_made *made,
                       struct error *error);
bool ledger_search_is_ready(const struct ledger *ledger);
/* How many clients there are. */
int ledger_search_clients(struct ledger *ledger, int64_t *count, struct error *error);

/* How long somebody who searches before that is asked to wait. */
#define LEDGER_SEARCH_READY_MS (INT64_C(30) * 1000)

/* Searches that an agent may make at once, and how long until each of these comes back. */
#define LEDGER_SEARCH_BURST 60
#define LEDGER_SEARCH_MS    (INT64_C(15) * 1000)

/* What a role lets this agent do; none for who is not there. */
int ledger_search_permissions(struct ledger *ledger, const struct id *agent, permission_set *may,
                              struct error *error);

/* --- opening ---------------------------------------------------------------------------------- */

struct ledger_file_asked {
    enum record_type type; /* RECORD_CLIENT or RECORD_CASE */
    struct id record;
    enum purpose purpose;
    const char *words; /* borrowed; NULL or "" for none */
    struct id contact; /* in progress, for which it is opened; may be empty */
};

struct ledger_opened {
    struct id client; /* the one whose file it is: of a merged client the survivor; may be empty */
    int64_t until_ms; /* 0: the agent sees it anyway */
    int64_t retry_ms; /* with ERROR_BUSY */
    /* Where it stands in the agent's feed: past number `after` up to `last`, so many records; all 0
     * when the agent sees it anyway. */
    int64_t after, last, records;
};

/*
 * Opens the file of a client, or of a case's client (of a case without one, the case), as their
 * office sees it: all cases and what belongs to them, but restricted notes. For
 * a contact, a call or a letter it ends with that contact, or the first one with this client;
 * for any reason with the day. ERROR_NOT_FOUND,
 * ERROR_REFUSED, ERROR_BUSY as above. On disk, with its entry in the trail, when this returns 0.
 */
int ledger_open_file(struct ledger *ledger, const struct ledger_actor *actor,
                     const struct ledger_file_asked *opening, int64_t now_ms,
                     struct ledger_opened *opened, struct error *error);

/* After the contact that a file was opened for has ended, what was done last may still come. */
#define LEDGER_OPENING_GRACE_MS (INT64_C(10) * 1000)
/* Most that end in one transaction. */
#define LEDGER_OPENINGS_END 20

/* When the next one ends, ms; INT64_MAX when none does. */
int ledger_opening_next(struct ledger *ledger, int64_t *at_ms, struct error *error);
/* Ends those whose time has passed; `ended` is how many. */
int ledger_openings_end(struct ledger *ledger, int64_t now_ms, int *ended, struct error *error);

#endif
