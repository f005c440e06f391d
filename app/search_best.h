/*
 * The best of the documents that a search found, so far.
 */
#ifndef GUICHET_APP_SEARCH_BEST_H
#define GUICHET_APP_SEARCH_BEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEARCH_BEST_MOST 1024

/* A document chosen to be judged. */
struct search_nominee {
    float score;
    uint32_t place; /* in the pool: of equal ones the first is better */
};

/* Set `most` (up to SEARCH_BEST_MOST) and `count` (0) to begin. */
struct search_best {
    size_t most;
    size_t count;
    struct search_nominee heap[SEARCH_BEST_MOST]; /* the worst on top */
};

/* True when as many as are wanted are at least that good, and came first. */
static inline bool search_best_excludes(const struct search_best *best, float score)
{
    return best->count == best->most && score <= best->heap[0].score;
}

/* Takes a document, in the place of the worst one when there are enough, unless it is worse. */
void search_best_add(struct search_best *best, float score, uint32_t place);

/* Turns the heap into an order, the best first; nothing is added afterwards. */
void search_best_order(struct search_best *best);

#endif
