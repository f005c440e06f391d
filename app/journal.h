/*
 * The journal of the outbox: a file beside the store to which every operation is appended, sealed,
 * and synced a moment later, so that an agent's work outlives the store itself (a full disk, a
 * damaged page, a file that cannot be written). What the agent was told is saved is in the store or
 * in here.
 *
 * A file of entries, each on its own feet: a mark, length, kind, number, content, checksum. A
 * damaged or torn one is passed over by looking for the next mark, so that one flipped byte costs
 * one entry at most. All that is personal is sealed under the store's key; the key, wrapped by the
 * agent's password, is in the file too, so that the password alone opens it.
 *
 * The file is reached through SQLite's file layer, as the store is: what injects faults into the
 * one does so into the other. One journal belongs to one thread; others on the same file are kept
 * apart by a lock.
 */
#ifndef GUICHET_APP_JOURNAL_H
#define GUICHET_APP_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/operation.h"
#include "app/seal.h"

/* Behind the path of the store. */
#define JOURNAL_ENDING ".outbox"

enum journal_kind {
    JOURNAL_OWNER = 'O', /* whose journal it is, and its key; the last one counts */
    JOURNAL_MADE = 'M',  /* operations that were saved together, sealed */
    JOURNAL_DONE = 'D',  /* ids of operations that were answered or taken back */
};

struct journal_owner {
    struct id agent;
    struct id device;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    bool provider; /* of an agent of the identity provider (store_provider.h) */
};

struct journal;

/* A handle on the journal of the store at `store_path`. No file is needed yet, nor made. */
int journal_open(struct journal **journal, const char *store_path, struct error *error);
/* The same by the path of the journal itself. */
int journal_open_file(struct journal **journal, const char *path, struct error *error);
void journal_close(struct journal *journal);

/* "<store>.outbox". Borrowed. */
const char *journal_path(const struct journal *journal);

/* A file is there after a power cut only when its folder was synced too: the one of `path`. */
void journal_sync_folder(const char *path);

/* Keeps other handles out until journal_unlock, and makes the file when it is not there. Waits up
 * to 5 s, then ERROR_BUSY. */
int journal_lock(struct journal *journal, struct error *error);
void journal_unlock(struct journal *journal);

/* The size of the file, 0 when there is none; negative on failure. */
int64_t journal_size(struct journal *journal, struct error *error);

/* --- writing, under the lock ---------------------------------------------------------------- */

/* Each appends to what is to be written; nothing reaches the file before journal_write. */
int journal_add_owner(struct journal *journal, int64_t number, const struct journal_owner *owner,
                      struct error *error);
int journal_add_made(struct journal *journal, int64_t number, struct operation *const *operations,
                     size_t count, const struct seal_key *key, struct error *error);
int journal_add_done(struct journal *journal, int64_t number, const struct id *ids, size_t count,
                     struct error *error);

/* Writes what was added behind the end of the file, on disk when this returns 0 with `synced`. When
 * it fails, the file is cut back to what it was; what was added is forgotten in either case. */
int journal_write(struct journal *journal, bool synced, struct error *error);

/* Overwrites what is in the file, on disk when this returns 0. */
int journal_erase(struct journal *journal, struct error *error);

/* Cuts the file to so many bytes. */
int journal_truncate(struct journal *journal, int64_t size, struct error *error);

/* What was written without being synced is on disk when this returns 0, whichever handle wrote it.
 * Needs no lock. */
int journal_sync(struct journal *journal, struct error *error);

/* --- reading -------------------------------------------------------------------------------- */

struct journal_entry {
    int64_t offset;
    enum journal_kind kind;
    int64_t number;
    const unsigned char *content; /* borrowed */
    size_t length;
};

struct journal_visitor {
    /* Not 0 ends the reading with that code. */
    int (*entry)(void *context, const struct journal_entry *entry, struct error *error);
    /* Bytes that are no entry; `torn` when they are the end of the file. May be NULL. */
    void (*damage)(void *context, int64_t from, int64_t to, bool torn);
    void *context;
};

/* Reads the entries from `from` to the end of the file; none when there is no file. */
int journal_read(struct journal *journal, int64_t from, const struct journal_visitor *visitor,
                 struct error *error);

/* Whether there is a whole entry of this number, or of the one before, right at `offset`. */
bool journal_has(struct journal *journal, int64_t offset, int64_t number);

typedef int (*journal_visit)(void *context, const struct operation *operation, struct error *error);

/* Visits the operations of a JOURNAL_MADE, each borrowed; a visit that is not 0 ends it with that
 * code. ERROR_STORAGE, before the first visit, when the key does not open it or it makes no sense.
 */
int journal_entry_each(const struct journal_entry *entry, const struct seal_key *key,
                       journal_visit visit, void *context, struct error *error);
bool journal_entry_owner(const struct journal_entry *entry, struct journal_owner *owner);
/* How many ids a JOURNAL_DONE holds, and each of them. */
size_t journal_entry_count(const struct journal_entry *entry);
bool journal_entry_id(const struct journal_entry *entry, size_t index, struct id *id);

#endif
