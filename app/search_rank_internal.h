/*
 * How the parts of ranking share a search: search_locate.c finds the plan's words in each segment,
 * search_rank.c reads and judges the documents. Only these include this.
 */
#ifndef GUICHET_APP_SEARCH_RANK_INTERNAL_H
#define GUICHET_APP_SEARCH_RANK_INTERNAL_H

#include "app/search_index_internal.h"
#include "app/search_rank.h"

/* Where a reading stands in a segment: a range of terms, empty when it has none. */
struct located {
    uint32_t first;
    uint32_t end;
    uint32_t documents; /* of a single term */
    uint64_t offset;    /* its list */
    uint64_t size;
};

struct search {
    struct search_index *index;
    struct search_plan *plan;
    struct search_segment *const *segments;
    size_t segment_count;
    const atomic_bool *cancel;
    struct located *located; /* [segment][unit][reading]; owned */
};

/* Terms of a beginning that are walked to count documents. */
#define LOCATE_WALK 256

static inline struct located *search_located(const struct search *search, size_t segment,
                                             size_t unit, size_t reading)
{
    return &search->located[(segment * PLAN_UNITS + unit) * PLAN_READINGS + reading];
}

static inline bool search_is_cancelled(const struct search *search)
{
    return search->cancel != NULL && atomic_load_explicit(search->cancel, memory_order_relaxed);
}

/* Finds all readings of all units, reads anew the words that nothing has, and fills in rarities
 * and importances. */
int search_locate(struct search *search, struct error *error);

#endif
