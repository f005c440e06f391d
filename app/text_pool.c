#include "app/text_pool.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"

#define CAPACITY_FIRST 4096

/* Not realloc: that leaves the former block as it was. */
static bool reserve(struct text_pool *pool, size_t more)
{
    size_t capacity = pool->capacity == 0 ? CAPACITY_FIRST : pool->capacity;
    char *bytes;

    if (pool->length + more > UINT32_MAX)
        return false;
    while (capacity < pool->length + more)
        capacity += capacity / 2;
    if (capacity == pool->capacity)
        return true;
    bytes = malloc(capacity);
    if (bytes == NULL)
        return false;
    if (pool->bytes != NULL) {
        memcpy(bytes, pool->bytes, pool->length);
        sodium_memzero(pool->bytes, pool->capacity);
        free(pool->bytes);
    }
    pool->bytes = bytes;
    pool->capacity = capacity;
    if (pool->length == 0) {
        memset(bytes, 0, 2);
        pool->length = 2;
    }
    return true;
}

static bool append(struct text_pool *pool, const char *text, const char *folded, uint32_t *place)
{
    size_t length = strlen(text) + 1, folded_length = strlen(folded) + 1;

    if (!reserve(pool, length + folded_length + 2))
        return false;
    *place = (uint32_t)pool->length;
    memcpy(pool->bytes + pool->length, text, length);
    memcpy(pool->bytes + pool->length + length, folded, folded_length);
    pool->length += length + folded_length;
    return true;
}

bool text_pool_add(struct text_pool *pool, const char *text, uint32_t *place)
{
    char *folded;
    bool added;

    *place = 0;
    if (*text == '\0')
        return true;
    folded = text_fold(text, strlen(text));
    if (folded == NULL)
        return false;
    added = append(pool, text, folded, place);
    sodium_memzero(folded, strlen(folded));
    free(folded);
    return added;
}

bool text_pool_set(struct text_pool *pool, const char *text, uint32_t *place)
{
    uint32_t former = *place;

    if (strcmp(text_pool_text(pool, former), text) == 0)
        return true;
    if (!text_pool_add(pool, text, place)) {
        *place = former;
        return false;
    }
    if (former != 0)
        pool->dropped +=
            strlen(text_pool_text(pool, former)) + strlen(text_pool_folded(pool, former)) + 2;
    return true;
}

const char *text_pool_text(const struct text_pool *pool, uint32_t place)
{
    return place == 0 ? "" : pool->bytes + place;
}

const char *text_pool_folded(const struct text_pool *pool, uint32_t place)
{
    const char *text = text_pool_text(pool, place);

    return place == 0 ? "" : text + strlen(text) + 1;
}

bool text_pool_take(struct text_pool *pool, const struct text_pool *from, uint32_t *place)
{
    return *place == 0 ||
           append(pool, text_pool_text(from, *place), text_pool_folded(from, *place), place);
}

void text_pool_free(struct text_pool *pool)
{
    if (pool->bytes != NULL)
        sodium_memzero(pool->bytes, pool->capacity);
    free(pool->bytes);
    *pool = (struct text_pool){0};
}
