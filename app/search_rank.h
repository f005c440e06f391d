/*
 * Answers a plan from the index: which documents, in which order.
 *
 * What is read is bounded however large the index: of each word at most a few thousand of its
 * strongest documents in each segment, of a short beginning its top list. The best of what was
 * found are then judged by all of their words.
 */
#ifndef GUICHET_APP_SEARCH_RANK_H
#define GUICHET_APP_SEARCH_RANK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "app/search_index.h"
#include "app/search_plan.h"

struct search_ranked {
    int64_t number; /* of the record's row */
    float score;
    uint8_t demand;
    uint8_t flags;  /* enum search_flag */
    bool suggested; /* a reading of a mistyped word made it */
};

/* Documents that one search looks at in the end. */
#define SEARCH_RANKED_MOST 512

/*
 * Fills `ranked` with the best documents, best first, at least `wanted` of them when there are as
 * many. Adds readings of words that nothing has to `plan`. Inside the caller's read transaction.
 * ERROR_CANCELLED when `cancel` became true.
 */
int search_rank(struct search_index *index, struct search_plan *plan, size_t wanted,
                const atomic_bool *cancel, struct search_ranked ranked[SEARCH_RANKED_MOST],
                size_t *count, struct error *error);

#endif
