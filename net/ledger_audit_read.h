/*
 * Reading the audit trail: who looked at a client, what an agent did, and proofs that an entry is
 * there and that nothing before it was changed. Works beside a running server.
 */
#ifndef GUICHET_NET_LEDGER_AUDIT_READ_H
#define GUICHET_NET_LEDGER_AUDIT_READ_H

#include <jansson.h>

#include "net/ledger.h"
#include "net/ledger_audit.h"

#define AUDIT_LIMIT 1000

/* Which entries. */
struct audit_query {
    struct id client;     /* empty: anybody's */
    struct id agent;      /* empty: by anybody */
    enum audit_kind kind; /* AUDIT_KIND_COUNT: any */
    int64_t since_ms;     /* from then on */
    int64_t until_ms;     /* before then; 0: no end */
    int64_t before;       /* of a smaller number, newest first; 0: from the newest on */
    bool oldest_first;    /* all of them, instead */
    size_t limit;         /* of those visited; 0: none */
};

/* One entry. Borrowed. */
struct audit_found {
    int64_t number, at_ms;
    const char *kind, *agent, *device, *type, *record, *client, *purpose, *what;
    const char *words;            /* NULL: nothing was said, or it was erased */
    bool erased;                  /* it was */
    const unsigned char *clients; /* ID_BYTES each */
    size_t client_count;
    const unsigned char *hash; /* AUDIT_HASH_BYTES */
    const char *request;       /* "" for none */
};

/* Non-zero stops with that code. */
typedef int (*audit_visit)(void *context, const struct audit_found *found);

/* Of an open ledger. */
int ledger_audit_each(struct ledger *ledger, const struct audit_query *query, audit_visit visit,
                      void *context, struct error *error);

/*
 * The same of a database beside a running server; that it left in a file is first written into the
 * trail (`entry`, AUDIT_EXPORT).
 */
int ledger_audit_export(const char *path, const struct audit_query *query,
                        const struct audit_entry *entry, audit_visit visit, void *context,
                        struct error *error);

/* The last signed head; ERROR_NOT_FOUND before there is one. */
int ledger_audit_head(const char *path, struct audit_head *head, struct error *error);
int ledger_audit_head_of(struct ledger *ledger, struct audit_head *head, struct error *error);

/*
 * What proves an entry: {"entry": its exact bytes, "number", "hash", "head": the last signed one,
 * "inclusion": [hashes], and with `kept` (may be NULL) "kept": that head, "consistency": [hashes]}.
 * ERROR_NOT_FOUND when there is no such entry, or no head covers it yet; ERROR_INVALID when the
 * trail was never as the kept head says. With "keys" where the key was replaced since that head, or
 * ever without one: how each change was signed by the key before it (audit.md). New reference. That
 * it was proved is written into the trail (`entry`, AUDIT_EXPORT), whose data it is filled in.
 */
int ledger_audit_prove(const char *path, int64_t number, const struct audit_head *kept,
                       const struct audit_entry *entry, json_t **proof, struct error *error);

#endif
