/*
 * Makes one segment of several, leaving out the documents that are dead. A merge is done in steps,
 * each in whatever transaction is under way, so that nobody waits for a large one: what it has
 * written is a segment without a layout, which nobody reads, until the last step.
 */
#ifndef GUICHET_APP_SEARCH_MERGE_H
#define GUICHET_APP_SEARCH_MERGE_H

#include <stdbool.h>

#include "app/search_segment.h"

/* Most segments merged at once. */
#define SEARCH_MERGE_MOST 16

/* What a document of usual length costs to merge, in the units of search_merge_step. */
#define SEARCH_MERGE_DOCUMENT 128

/* True for a record number that is no longer there. */
typedef bool (*search_is_dead)(void *context, int64_t number);

struct search_merge;

/* Begins to write the segment `number` out of `segments` (borrowed until search_merge_free,
 * unchanged); writes nothing yet. */
int search_merge_new(struct search_merge **merge, struct search_store *store,
                     struct search_segment *const *segments, size_t count, int64_t number,
                     struct error *error);
void search_merge_free(struct search_merge *merge);

int64_t search_merge_number(const struct search_merge *merge);
/* How many segments are being merged, and whether this one is among them: also one that has been
 * closed since is only compared. */
size_t search_merge_count(const struct search_merge *merge);
bool search_merge_has(const struct search_merge *merge, const struct search_segment *segment);
/* Numbers of the dead that were met, and so are gone with the merge. */
size_t search_merge_met(const struct search_merge *merge, const int64_t **numbers);

/*
 * Goes on for about `work` units: a posting or a term of a document is one. `done` when the segment
 * is written; `layout` is then what to keep of it. After a failure only search_merge_free.
 */
int search_merge_step(struct search_merge *merge, uint64_t work, search_is_dead is_dead,
                      void *context, bool *done, struct search_layout *layout, struct error *error);

#endif
