/*
 * The audit trail: what was done with personal data, by whom, and why. Entries are only ever added.
 */
#ifndef GUICHET_NET_LEDGER_AUDIT_H
#define GUICHET_NET_LEDGER_AUDIT_H

#include <stdint.h>

#include "app/error.h"
#include "app/id.h"
#include "app/purpose.h"
#include "app/record.h"

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
    const char *words; /* of the agent, with the purpose; may be personal */
    const char *what;  /* the route, the kind of operation, the reason of a refusal */
};

/* Stable name ("sign-in"). */
const char *audit_kind_name(enum audit_kind kind);

/* Within a write transaction of the ledger: the entry is there when the transaction is. */
int ledger_audit_add(struct ledger *ledger, const struct audit_entry *entry, struct error *error);

/* The same in a transaction of its own: on disk when this returns 0. Nothing personal is answered
 * before. */
int ledger_audit_write(struct ledger *ledger, const struct audit_entry *entry, struct error *error);

#endif
