/*
 * Makes one segment of several, leaving out the documents that are dead.
 */
#ifndef GUICHET_APP_SEARCH_MERGE_H
#define GUICHET_APP_SEARCH_MERGE_H

#include <stdbool.h>

#include "app/search_segment.h"

/* Most segments merged at once. */
#define SEARCH_MERGE_MOST 16

/* True for a record number that is no longer there. */
typedef bool (*search_is_dead)(void *context, int64_t number);

/* Writes the segment `number` out of `segments` (borrowed, unchanged). */
int search_merge(struct search_store *store, struct search_segment *const *segments, size_t count,
                 int64_t number, search_is_dead is_dead, void *context,
                 struct search_layout *layout, struct error *error);

#endif
