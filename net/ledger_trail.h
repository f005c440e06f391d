/*
 * What the parts of the audit trail share: its state in an open ledger, and reading its tree.
 * Nobody outside net/ledger_*.c includes this.
 */
#ifndef GUICHET_NET_LEDGER_TRAIL_H
#define GUICHET_NET_LEDGER_TRAIL_H

#include <stdbool.h>

#include <sqlite3.h>

#include "net/audit_head.h"
#include "net/audit_row.h"
#include "net/audit_tree.h"

struct ledger;
struct database;

/* Part of struct ledger; used with its write lock held, but for what never changes once open. */
struct ledger_trail {
    struct audit_tree tree;
    struct audit_hash last; /* of the last entry; zero before the first */
    bool loaded;            /* tree and last are as in the database */
    bool signs;             /* `key` is there */
    struct audit_key key;
    char public_key[2 * AUDIT_KEY_BYTES + 1]; /* as the database named it last */
    uint64_t head_size;                       /* of the last signed head */
    bool checked;                             /* within this transaction: loaded is so still */
    bool told;                                /* the bell was rung since all was signed */
    int64_t unsigned_ms; /* since when there is an entry that no head covers; 0: there is none */
    const char *request; /* of this transaction (ledger_audit_request); borrowed */
};

/* Every so many levels the hashes of subtrees are kept; those between are worked out. */
#define TRAIL_STRIDE 4

/* A reader of the tree as it is kept in a database (context: the database). */
struct audit_tree_reader trail_reader(struct database *database);

/* While the ledger is opened: the key's file is read, or made where the database names no key, and
 * the tree's right edge. That there is no key is no error. */
int ledger_trail_open(struct ledger *ledger, struct error *error);
/* Before the ledger is closed. */
void ledger_trail_close(struct ledger *ledger);
/* Makes the key for a new database, or finds the one that is there; `made` also when it fails. */
int ledger_trail_create(struct database *database, const char *path, bool *made,
                        struct error *error);
/* Removes the key that was made for a database that could not be finished. */
void ledger_trail_uncreate(const char *path);

/* Within ledger_commit: signs a head if one is due. Rings the trail's bell when one is due later.
 */
int ledger_trail_commit(struct ledger *ledger, struct error *error);
/* Within ledger_rollback. */
void ledger_trail_rollback(struct ledger *ledger);

/* Within a transaction: tree and last entry are as in the database. */
int trail_load(struct ledger_trail *trail, struct database *database, struct error *error);

/* Within a transaction: writes a signed head of a tree, of this database. */
int trail_head_write(struct database *database, const struct audit_tree *tree,
                     const struct audit_key *key, int64_t now_ms, struct error *error);

/* DATABASE.audit-key; with `next` the one that is to take its place. Owned. NULL out of memory. */
char *trail_key_path(const char *path, bool next);
/* The key that the database names, "" for none: read from its file, which one that was left beside
 * when the key was changed is put in the place of. ERROR_NOT_FOUND when it is not there. */
int trail_key_read(struct database *database, const char *path, struct audit_key *key,
                   char named[2 * AUDIT_KEY_BYTES + 1], struct error *error);

/* A head out of columns 0 to 4 (size, at, root, key, signature), but for its feed. */
int trail_head_column(sqlite3_stmt *statement, struct audit_head *head, struct error *error);
/* The last signed head; ERROR_NOT_FOUND when there is none. */
int trail_head_last(struct database *database, struct audit_head *head, struct error *error);

struct audit_verify_options;
struct audit_verified;
/* ledger_audit_verify of an open database, within a read transaction. */
int trail_verify(struct database *database, const struct audit_verify_options *options,
                 struct audit_verified *verified, struct error *error);

#endif
