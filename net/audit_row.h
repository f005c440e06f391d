/*
 * An entry of the audit trail in its one exact byte form, and what is hashed beside it (audit.md).
 * Pure.
 */
#ifndef GUICHET_NET_AUDIT_ROW_H
#define GUICHET_NET_AUDIT_ROW_H

#include "net/audit_tree.h"

/* Longest `what`, in bytes. */
#define AUDIT_WHAT_LIMIT 400
#define AUDIT_SALT_BYTES 16
/* Enough for any entry. */
#define AUDIT_BYTES_LIMIT 2048

/* What is hashed of an entry. Borrowed; no text is NULL. */
struct audit_row {
    int64_t number; /* from 1 */
    int64_t at_ms;
    const char *kind;
    const char *agent;
    const char *device;
    const char *type;
    const char *record;
    const char *client;
    const char *purpose;
    const char *what;
    const char *request;              /* "" for none: the entry then has the first form */
    const struct audit_hash *clients; /* of the list of clients, NULL for none */
    const struct audit_hash *words;   /* of the salted words, NULL for none */
};

/* The exact bytes; their length, 0 when they would be more than AUDIT_BYTES_LIMIT, which no entry
 * is. `previous` is the hash of the entry before, all zero for the first one. */
size_t audit_row_bytes(const struct audit_row *row, const struct audit_hash *previous,
                       char bytes[AUDIT_BYTES_LIMIT]);

/* The leaf of these bytes, which covers the entry before by its hash. False when there is none. */
bool audit_row_hash(const struct audit_row *row, const struct audit_hash *previous,
                    struct audit_hash *hash);

/* SHA-256(salt || words), and SHA-256(list). */
void audit_words_hash(const unsigned char salt[AUDIT_SALT_BYTES], const char *words,
                      struct audit_hash *hash);
void audit_list_hash(const void *list, size_t length, struct audit_hash *hash);

#endif
