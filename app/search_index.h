/*
 * The catalogue's own full-text index, kept in the catalogue's SQLite file and written in the same
 * transaction as the records it tells of.
 *
 * The index is a set of segments, each made once and never changed (see search_segment.h). A page
 * of records makes one small segment; when there are several of about the same size they are
 * merged into one (search_upkeep.h), so that a query reads a handful and each record is rewritten a
 * few times in its life. A record that is replaced or dropped leaves its old entry behind, marked
 * dead, until the next merge.
 *
 * A document of the index is named by the number of its row in the table `record`; a record that
 * is written again gets a new number.
 */
#ifndef GUICHET_APP_SEARCH_INDEX_H
#define GUICHET_APP_SEARCH_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "app/database.h"
#include "app/error.h"
#include "app/record.h"

struct search_index;

/* The layout of segments and the folding of words that this program writes: a file with another
 * number has its index built anew from its records. */
#define SEARCH_INDEX_FORMAT 5

/* For one connection; `database` is borrowed and outlives the index. */
int search_index_open(struct search_index **index, struct database *database, struct error *error);
void search_index_close(struct search_index *index);

/* True for the types that can be searched: services and forms. */
bool search_index_holds(enum record_type type);

/* These write, inside the caller's transaction. search_index_finish makes the segment of what was
 * added and goes on with the merges that are due (`more`, may be NULL: there is more to do, with
 * the next page or with a finish without one); after a roll-back call search_index_abandon instead.
 */
int search_index_add(struct search_index *index, int64_t number, const struct record *record,
                     struct error *error);
int search_index_remove(struct search_index *index, int64_t number, struct error *error);
int search_index_clear(struct search_index *index, struct error *error);
int search_index_finish(struct search_index *index, bool *more, struct error *error);
void search_index_abandon(struct search_index *index);

/* Reads anew which segments there are, when `version` (PRAGMA data_version) is not the one they
 * were read at. Inside the caller's read transaction. */
int search_index_follow(struct search_index *index, int64_t version, struct error *error);

#endif
