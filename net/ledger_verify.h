/*
 * Verifying the audit trail: all of it is read, and what does not hold is told. Writes nothing;
 * works beside a running server.
 */
#ifndef GUICHET_NET_LEDGER_VERIFY_H
#define GUICHET_NET_LEDGER_VERIFY_H

#include "net/audit_head.h"
#include "net/ledger.h"

struct audit_verify_options {
    const struct audit_head *kept; /* heads that were kept elsewhere; borrowed */
    size_t kept_count;
    ledger_finding finding; /* one sentence without personal content */
    void (*progress)(void *context, int64_t done, int64_t total); /* may be NULL */
    void *context;
};

/* Of what was found. */
struct audit_verified {
    int64_t entries;
    int64_t heads;    /* signed ones, of the database's own */
    int64_t covered;  /* entries that a signed head covers */
    int64_t erased;   /* entries whose words were erased */
    int64_t findings; /* what does not hold; 0: the trail is whole */
    struct audit_hash root;
};

/*
 * Recomputes every entry, the chain, the tree and its signed heads, and compares with the heads
 * that were kept. A kept head is worth what its signature is: one that does not verify is a
 * finding, as is one by another key than the database names for its size: the present one, or one
 * before it that signed that another follows (ledger_audit_key.h).
 */
int ledger_audit_verify(const char *path, const struct audit_verify_options *options,
                        struct audit_verified *verified, struct error *error);

#endif
