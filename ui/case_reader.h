/*
 * The table of cases of a desk (app/case_table.h): read in a thread of its own, so that nobody
 * waits for a hundred thousand, then the screen's own and kept current by its store. Wiped when
 * freed.
 */
#ifndef GUICHET_UI_CASE_READER_H
#define GUICHET_UI_CASE_READER_H

#include "app/case_table.h"
#include "app/error.h"
#include "app/link.h"
#include "app/seal.h"
#include "app/store.h"

struct case_reader;

/* Starts reading the store at `path`; the link's bell rings when it is done. A small one is done
 * when this returns. `link` is borrowed, `path` and `key` are copied. */
int case_reader_new(struct case_reader **reader, const char *path, const struct seal_key *key,
                    struct link *link, struct error *error);
/* Ends the thread and wipes the table; NULL is fine. */
void case_reader_free(struct case_reader *reader);

/* NULL while it is read for the first time. Borrowed; another one after `generation` changed: rows
 * then have other places. */
struct case_table *case_reader_table(struct case_reader *reader, uint64_t *generation);
/* How many records the thread has read. */
size_t case_reader_progress(struct case_reader *reader);

/* Takes what the thread has read: true when that is a new table. */
bool case_reader_take(struct case_reader *reader);
/* Takes in what changed in the store, a part of it when that is much: `more` then tells so. */
int case_reader_follow(struct case_reader *reader, struct store *store, bool *more,
                       struct error *error);

#endif
