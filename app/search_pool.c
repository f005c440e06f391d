#include "app/search_pool.h"

#include <stdlib.h>
#include <string.h>

void search_pool_free(struct search_pool *pool)
{
    free(pool->found);
    free(pool->strengths);
    free(pool->table);
}

static size_t hash(size_t segment, uint32_t ordinal, size_t table_size)
{
    return (((uint64_t)segment << 32 | ordinal) * 0x9E3779B97F4A7C15u >> 32) & (table_size - 1);
}

static bool pool_grow(struct search_pool *pool)
{
    size_t room = pool->room == 0 ? 256 : pool->room * 4;
    uint32_t *table = calloc(room * 2, sizeof *table);
    struct search_found *found = realloc(pool->found, room * sizeof *found);
    uint8_t *strengths;

    if (found != NULL)
        pool->found = found;
    strengths = realloc(pool->strengths, room * pool->units);
    if (strengths != NULL)
        pool->strengths = strengths;
    if (table == NULL || found == NULL || strengths == NULL) {
        free(table);
        return false;
    }
    free(pool->table);
    pool->table = table;
    pool->table_size = room * 2;
    pool->room = room;
    for (size_t i = 0; i < pool->count; i++) {
        size_t at = hash(pool->found[i].segment, pool->found[i].ordinal, pool->table_size);

        while (table[at] != 0)
            at = (at + 1) & (pool->table_size - 1);
        table[at] = (uint32_t)i + 1;
    }
    return true;
}

size_t search_pool_place(struct search_pool *pool, size_t segment, uint32_t ordinal)
{
    size_t at;

    if (pool->count == pool->room && !pool_grow(pool))
        return SIZE_MAX;
    at = hash(segment, ordinal, pool->table_size);
    while (pool->table[at] != 0) {
        const struct search_found *found = &pool->found[pool->table[at] - 1];

        if (found->ordinal == ordinal && found->segment == segment)
            return pool->table[at] - 1;
        at = (at + 1) & (pool->table_size - 1);
    }
    pool->table[at] = (uint32_t)pool->count + 1;
    pool->found[pool->count] =
        (struct search_found){.ordinal = ordinal, .segment = (uint16_t)segment};
    memset(search_pool_strengths(pool, pool->count), 0, pool->units);
    return pool->count++;
}
