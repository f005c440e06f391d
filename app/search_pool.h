/*
 * The documents that a search found so far, each with how strongly each unit of the plan stands in
 * it. Zero-initialise, set `units`; search_pool_free when done.
 */
#ifndef GUICHET_APP_SEARCH_POOL_H
#define GUICHET_APP_SEARCH_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct search_found {
    uint32_t ordinal;
    uint16_t segment;   /* place among the index's segments */
    uint8_t unit;       /* of the plan: the first that was found in it */
    bool several : 1;   /* another one was found as well */
    bool suggested : 1; /* a reading of a mistyped word made it */
};

struct search_pool {
    struct search_found *found;
    uint8_t *strengths; /* [place][unit] */
    size_t count;
    size_t units;
    size_t room;
    uint32_t *table; /* place + 1; open addressing; a power of two */
    size_t table_size;
};

/* The place of a document, added when new; SIZE_MAX when out of memory. */
size_t search_pool_place(struct search_pool *pool, size_t segment, uint32_t ordinal);

static inline uint8_t *search_pool_strengths(const struct search_pool *pool, size_t place)
{
    return pool->strengths + place * pool->units;
}

void search_pool_free(struct search_pool *pool);

#endif
