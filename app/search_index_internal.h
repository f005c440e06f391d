/*
 * What a query reads of the index. Only app/search*.c includes this.
 */
#ifndef GUICHET_APP_SEARCH_INDEX_INTERNAL_H
#define GUICHET_APP_SEARCH_INDEX_INTERNAL_H

#include "app/search_card.h"
#include "app/search_index.h"
#include "app/search_segment.h"
#include "app/search_store.h"

/* All borrowed, valid until the next search_index_follow or write. */
size_t search_index_segments(struct search_index *index, struct search_segment *const **segments);
struct search_store *search_index_store(struct search_index *index);
struct search_card_cache *search_index_cards(struct search_index *index);

/* Documents in all segments, with the dead ones. */
uint64_t search_index_documents(const struct search_index *index);

/* Records that were replaced or dropped and still have an entry. */
size_t search_index_dead_count(const struct search_index *index);
/* True when the record of this number was replaced or dropped. */
bool search_index_is_dead(const struct search_index *index, int64_t number);

/* For the upkeep, inside its transaction: takes the number of a new segment, which has no layout
 * yet; keeps the layout of one that is written (it is done with when it became empty); reads anew
 * which segments there are. */
int search_index_number(struct search_index *index, int64_t *number, struct error *error);
int search_index_keep(struct search_index *index, int64_t number,
                      const struct search_layout *layout, struct error *error);
int search_index_follow_own(struct search_index *index, struct error *error);

/* Bytes of memory that the index holds now. */
size_t search_index_memory(const struct search_index *index);

#endif
