/*
 * Keeps the index to a handful of segments. Segments of about the same size are merged as soon as
 * there are eight of them, each size by itself, and a merge that would take long goes on a little
 * with every page that is written, so that neither a page nor a keystroke ever waits for it. While
 * nothing is written they become one large segment, and what is small beside it.
 *
 * A row of search_segment whose layout is empty is a segment being written; one whose layout is a
 * single byte is done with, and its chunks are dropped little by little. Both are left behind by a
 * program that is killed, and the next one that writes clears them away.
 */
#ifndef GUICHET_APP_SEARCH_UPKEEP_H
#define GUICHET_APP_SEARCH_UPKEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "app/search_index.h"

struct search_upkeep;

/* `index` and `database` are borrowed. */
int search_upkeep_new(struct search_upkeep **upkeep, struct search_index *index,
                      struct database *database, struct error *error);
void search_upkeep_free(struct search_upkeep *upkeep);

/* Forgets the merges under way: after a roll-back, or before the segments are closed. */
void search_upkeep_abandon(struct search_upkeep *upkeep);

/* Goes on for about as long as `documents`, just added, deserve; 0: nothing was, and there is time
 * to merge further. Inside the caller's transaction;
 * the segments may be other ones afterwards. `more` (may be NULL): something is left to do. */
int search_upkeep_run(struct search_upkeep *upkeep, uint64_t documents, bool *more,
                      struct error *error);

#endif
