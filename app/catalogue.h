/*
 * The catalogue file: the public records (services, forms, offices, agents, queues, calendars,
 * life events) in one SQLite database with its own full-text index and its own cursor of the
 * server's change feed. Nothing personal is ever written to it, so it is plain, and one file
 * serves every agent of a terminal.
 *
 * Connections: a `struct catalogue` belongs to one thread; any number of them, in any number of
 * processes, may be open on one file (WAL). Writers wait for one another up to 5 s, then
 * ERROR_BUSY.
 */
#ifndef GUICHET_APP_CATALOGUE_H
#define GUICHET_APP_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/record.h"

struct catalogue;

/*
 * Who is told, in the thread that opens a catalogue, how many records of how many are indexed anew
 * because another version of the program made the index: it takes minutes for a million. For the
 * whole process, set before the first one is opened; NULL, as at first: nobody.
 */
typedef void (*catalogue_indexing)(int64_t done, int64_t total);
void catalogue_tell_indexing(catalogue_indexing tell);

/*
 * Opens, and with `create` makes, the catalogue at `path`. A file of a newer version of the
 * program is refused with ERROR_STORAGE and left untouched.
 */
int catalogue_open(struct catalogue **catalogue, const char *path, bool create,
                   struct error *error);
void catalogue_close(struct catalogue *catalogue);

/* The record of `type` with this id: new (record_free), or ERROR_NOT_FOUND. */
int catalogue_get(struct catalogue *catalogue, enum record_type type, const struct id *id,
                  struct record **record, struct error *error);

/* The same by key ("sample/birth-certificate"). */
int catalogue_get_by_key(struct catalogue *catalogue, enum record_type type, const char *key,
                         struct record **record, struct error *error);

/* Called for each record; `record` is borrowed. Returning non-zero stops the walk with that code.
 */
typedef int (*catalogue_visit)(void *context, const struct record *record);

/* Walks all records of a type, in the order of their keys. */
int catalogue_each(struct catalogue *catalogue, enum record_type type, catalogue_visit visit,
                   void *context, struct error *error);

/* How many records of `type` there are; RECORD_NONE counts all. Negative: error. */
int64_t catalogue_count(struct catalogue *catalogue, enum record_type type, struct error *error);

/* How far the server's feed was read into this file; 0 for nothing yet. */
int64_t catalogue_cursor(struct catalogue *catalogue, struct error *error);

#define CATALOGUE_FEED_SIZE 64

/* Under which name the server gave the cursor's number (store_epoch), "" for none told; kept after
 * each page. */
int catalogue_epoch(struct catalogue *catalogue, char epoch[CATALOGUE_FEED_SIZE],
                    struct error *error);
int catalogue_epoch_set(struct catalogue *catalogue, const char *epoch, struct error *error);

/* How far the server was, "NUMBER.STAY", when it gave the last page, which was not the last of all:
 * one that does not know that number of that stay was restored from an older copy. "" for none. */
int catalogue_shown(struct catalogue *catalogue, char shown[CATALOGUE_FEED_SIZE],
                    struct error *error);
int catalogue_shown_set(struct catalogue *catalogue, const char *shown, struct error *error);

/* The server database that the cursor belongs to, "" for none yet. Whoever pulls asks from 0 when
 * the server's is another one: a cursor means nothing elsewhere. */
int catalogue_feed(struct catalogue *catalogue, char feed[CATALOGUE_FEED_SIZE],
                   struct error *error);

/*
 * Writes a page of records, their index entries and the new cursor in one transaction: killed
 * anywhere, either all of it is there or none. A record whose rev is not above the stored one is
 * skipped. `feed` names the server database the cursor belongs to (its id from the feed's reply);
 * another one than before starts anew: everything stored is dropped in the same transaction.
 */
int catalogue_write_page(struct catalogue *catalogue, struct record *const *records, size_t count,
                         int64_t cursor, const char *feed, struct error *error);

/*
 * Goes on with what pages leave to do, so that none of them takes long: merging the segments of
 * the index. One step, in one transaction, of a tenth of a second or so; `more` when another one
 * would find something to do. Nothing depends on it: the next pages do the same.
 */
int catalogue_tidy(struct catalogue *catalogue, bool *more, struct error *error);

/*
 * Grows by one with every page written by any connection: cheap to ask before drawing
 * (PRAGMA data_version).
 */
int64_t catalogue_version(struct catalogue *catalogue);

#endif
