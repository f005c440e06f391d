/*
 * How the parts of ranking share a search: search_locate.c finds the plan's words in each segment,
 * search_take.c reads their documents, search_rank.c judges them. Only these include this.
 */
#ifndef GUICHET_APP_SEARCH_RANK_INTERNAL_H
#define GUICHET_APP_SEARCH_RANK_INTERNAL_H

#include "app/search_best.h"
#include "app/search_index_internal.h"
#include "app/search_pool.h"
#include "app/search_rank.h"
#include "app/search_score.h"

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

/* How much demand adds to the score of the words: at most this share. */
#define DEMAND_SHARE 0.4F

/* What is left of the score of an ended one: less than of any other that is found at all. */
#define ENDED_SHARE 1e-4F

/* What is being ranked. */
struct rank {
    struct search search;
    struct search_pool pool;
    uint8_t *missing; /* [segment][unit]: the most strength that a document of which the unit was
                         not read there can have; 0: all were read; owned */
    struct search_ranked *ranked;
    size_t ranked_count;
    size_t wanted;
    size_t spared;  /* wanted, and more for the dead among them */
    size_t filters; /* units that are filters */
    size_t words;   /* units that are not */
    bool direct;    /* a single word and no filters: the best are chosen as they are read */
    bool stale;     /* ... and one that was chosen turned out to be stronger since */
    struct search_score score;
    struct search_best best;
};

/* The row of a segment in `missing`. */
static inline uint8_t *rank_missing(const struct rank *rank, size_t segment)
{
    return rank->missing + segment * PLAN_UNITS;
}

/* What a strength of the index counts by the weight of its reading: 1 at least; one that is higher
 * than the index makes them (its file was altered) as much as there is. */
static inline uint8_t rank_strength(uint8_t strength, float weight)
{
    float value = 4.0F * (float)strength * weight;

    return value < 1.0F ? 1 : value > 255.0F ? 255 : (uint8_t)value;
}

/* The score of a document to which the words give so much: with its demand. */
static inline float rank_score(const struct rank *rank, const struct search_found *found,
                               float words)
{
    bool ended;
    float demand =
        search_segment_demand(rank->search.segments[found->segment], found->ordinal, &ended);
    float score = rank->words == 0 ? (1.0F + demand) / 256.0F
                                   : words * (1.0F + DEMAND_SHARE * demand / 255.0F);

    return ended ? score * ENDED_SHARE : score;
}

/* Reads the documents of one segment into the pool; with a single word and no filter the best are
 * chosen at once. Ends early when the search is cancelled. */
void search_take(struct rank *rank, size_t segment);

#endif
