#include "forms/form_pool.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 8192

struct form_pool_block {
    struct form_pool_block *next;
    size_t used;
    size_t size;
    max_align_t bytes[];
};

static struct form_pool_block *add_block(struct form_pool *pool, size_t size)
{
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    struct form_pool_block *block = calloc(1, sizeof(*block) + room);

    if (block == NULL)
        return NULL;
    block->size = room;
    block->next = pool->blocks;
    pool->blocks = block;
    return block;
}

void *form_pool_take(struct form_pool *pool, size_t size)
{
    struct form_pool_block *block = pool->blocks;
    size_t rounded;
    char *bytes;

    if (size > SIZE_MAX / 2)
        return NULL;
    rounded = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (rounded == 0)
        rounded = sizeof(max_align_t);
    if (block == NULL || block->size - block->used < rounded) {
        block = add_block(pool, rounded);
        if (block == NULL)
            return NULL;
    }
    bytes = (char *)block->bytes + block->used;
    block->used += rounded;
    return bytes;
}

char *form_pool_text(struct form_pool *pool, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = form_pool_take(pool, size);

    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

char *form_pool_format(struct form_pool *pool, const char *format, ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    text = form_pool_take(pool, (size_t)length + 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void form_pool_free(struct form_pool *pool)
{
    struct form_pool_block *block = pool->blocks;

    while (block != NULL) {
        struct form_pool_block *next = block->next;

        free(block);
        block = next;
    }
    pool->blocks = NULL;
}
