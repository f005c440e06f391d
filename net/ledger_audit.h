/*
 * The audit trail: what was done with personal data, by whom, and why (audit.md). Entries are only
 * ever added; each is chained to the one before, all of them are a Merkle tree (audit_tree.h), and
 * its root is signed from time to time (audit_head.h).
 */
#ifndef GUICHET_NET_LEDGER_AUDIT_H
#define GUICHET_NET_LEDGER_AUDIT_H

#include <stdint.h>

#include "app/error.h"
#include "app/id.h"
#include "app/purpose.h"
#include "app/record.h"
#include "net/audit_head.h"

struct ledger;

enum audit_kind {
    AUDIT_READ,       /* personal data left the server, or was shown at a terminal */
    AUDIT_SEARCH,     /* clients or cases were looked for beyond the terminal's own */
    AUDIT_WRITE,      /* an operation was applied */
    AUDIT_REFUSED,    /* something was asked for and refused */
    AUDIT_SIGN_IN,    /* a session began; refused ones are AUDIT_REFUSED */
    AUDIT_SIGN_OUT,   /* a session ended */
    AUDIT_EXPORT,     /* everything about a client, or the trail itself, left in a file */
    AUDIT_ERASE,      /* content was erased, or held back from it */
    AUDIT_PERMISSION, /* roles, agents, protection of a file changed */
    AUDIT_DEVICE,     /* a terminal was enrolled, revoked, wiped */
    AUDIT_EMERGENCY,  /* a closed file was opened in an emergency, or that was reviewed */
    AUDIT_KIND_COUNT
};

/* What is added. Ids may be empty, texts NULL; nothing in `what` is personal: it names fields,
 * routes and numbers, never what they hold. Borrowed. */
struct audit_entry {
    enum audit_kind kind;
    int64_t at_ms;
    struct id agent;
    struct id device;
    enum record_type type; /* of the record, RECORD_NONE for none */
    struct id record;
    struct id client; /* whose data it is, where that is known */
    enum purpose purpose;
    const char *words;            /* of the agent, with the purpose; may be personal */
    const char *what;             /* the route, the kind of operation, the reason of a refusal */
    const unsigned char *clients; /* of several at once: their ids, ID_BYTES each; NULL for none */
    size_t client_count;
    const char *request; /* by which it came to be; NULL: that of the transaction, if it has one */
};

/* Longest name of a request, in bytes. */
#define AUDIT_REQUEST_LIMIT 64

/* Stable name ("sign-in"), and back: AUDIT_KIND_COUNT for none. */
const char *audit_kind_name(enum audit_kind kind);
enum audit_kind audit_kind_from_name(const char *name);

/* Within a write transaction of the ledger: the entry is there when the transaction is. */
int ledger_audit_add(struct ledger *ledger, const struct audit_entry *entry, struct error *error);

/* Within a write transaction, right after it began: by which request (borrowed until its end; NULL
 * or "" for none) the entries come to be that do not say so themselves. */
void ledger_audit_request(struct ledger *ledger, const char *request);

/* The same in a transaction of its own, or with others that wait for the disk: on disk when this
 * returns 0. Nothing personal is answered before. */
int ledger_audit_write(struct ledger *ledger, const struct audit_entry *entry, struct error *error);
int ledger_audit_write_all(struct ledger *ledger, const struct audit_entry *entries, size_t count,
                           struct error *error);

struct database;
/* In another process, beside a server that runs: within a write transaction of this database. */
int ledger_audit_add_beside(struct database *database, const struct audit_entry *entry,
                            struct error *error);

/* Whose a record is; empty for nobody's, or when there is no such record. */
int ledger_client_find(struct ledger *ledger, enum record_type type, const struct id *id,
                       struct id *client, struct error *error);

/* --- signed heads -----------------------------------------------------------------------------
 *
 * A head is signed with every AUDIT_HEAD_ENTRIES entries, AUDIT_HEAD_MS after an entry that none
 * covers, and when the ledger is closed.
 */
#define AUDIT_HEAD_ENTRIES 1024
#define AUDIT_HEAD_MS      (INT64_C(5) * 60 * 1000)

/* The file beside the database that holds the key. */
#define AUDIT_KEY_ENDING ".audit-key"

/* Whether heads can be signed: the key's file is there and is the one that the database names. */
bool ledger_audit_signs(const struct ledger *ledger);
/* The public key, in hexadecimal; "" when there is none. Borrowed. */
const char *ledger_audit_key(const struct ledger *ledger);

/* When the next head is due by time, ms; INT64_MAX when all is signed, or nothing can be. */
int64_t ledger_audit_due(struct ledger *ledger);
/* Signs what is not signed yet, in a transaction of its own. */
int ledger_audit_sign(struct ledger *ledger, int64_t now_ms, struct error *error);
#endif
