/*
 * What the words of a plan give a document: worked out once for a search as factors of strengths,
 * so that scoring a document is a few multiplications.
 */
#ifndef GUICHET_APP_SEARCH_SCORE_H
#define GUICHET_APP_SEARCH_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/search_plan.h"

/* An alternative of the plan that counts. */
struct search_way {
    float partial;        /* what stays of it when one of its words is missing */
    uint16_t first_share; /* of its units */
    uint8_t units;
};

/* What a unit adds to an alternative: its strength times this. */
struct search_share {
    float factor;
    uint8_t unit;
};

struct search_score {
    const struct search_plan *plan; /* borrowed */
    bool single;  /* one word with no other meaning: its strength times `factor` is the score */
    uint8_t unit; /* single: that word */
    float factor;
    float alone[PLAN_UNITS]; /* what a unit gives that nothing else stands beside, as a factor */
    struct search_way ways[PLAN_ALTERNATIVES];
    uint16_t first_ways[PLAN_WORDS + 1]; /* of each group, and the end */
    struct search_share shares[PLAN_ALTERNATIVES * PLAN_ALTERNATIVE_UNITS];
};

/* `plan` has its rarities and importances (search_locate); `words`: its units but for filters. */
void search_score_know(struct search_score *score, const struct search_plan *plan, size_t words);

/* What the words give a document with these strengths, in quarters, of the units. */
float search_score_words(const struct search_score *score, const uint8_t *strengths);

#endif
