/* Which items or members of a value were evaluated, for unevaluatedItems and -Properties. */
#include <stdlib.h>
#include <string.h>

#include "forms/schema_run.h"

#define WORD_BITS 64

static size_t words_of(size_t size)
{
    return (size + WORD_BITS - 1) / WORD_BITS;
}

bool schema_bits_begin(struct schema_run *run, struct schema_bits *bits, size_t size)
{
    bits->size = size;
    if (words_of(size) <= sizeof(bits->small) / sizeof(bits->small[0])) {
        memset(bits->small, 0, sizeof(bits->small));
        bits->words = NULL;
        return true;
    }
    bits->words = calloc(words_of(size), sizeof(*bits->words));
    return bits->words != NULL || schema_run_stop(run, ERROR_MEMORY, "no memory to validate");
}

void schema_bits_end(struct schema_bits *bits)
{
    free(bits->words);
    bits->words = NULL;
}

static uint64_t *words_in(struct schema_bits *bits)
{
    return bits->words != NULL ? bits->words : bits->small;
}

static const uint64_t *words_read(const struct schema_bits *bits)
{
    return bits->words != NULL ? bits->words : bits->small;
}

void schema_bits_set(struct schema_bits *bits, size_t index)
{
    if (index < bits->size)
        words_in(bits)[index / WORD_BITS] |= (uint64_t)1 << index % WORD_BITS;
}

bool schema_bits_has(const struct schema_bits *bits, size_t index)
{
    return (words_read(bits)[index / WORD_BITS] >> index % WORD_BITS & 1) != 0;
}

void schema_bits_fill(struct schema_bits *bits)
{
    memset(words_in(bits), 0xFF, words_of(bits->size) * sizeof(uint64_t));
}

void schema_bits_add(struct schema_bits *bits, const struct schema_bits *from)
{
    uint64_t *to = words_in(bits);
    const uint64_t *words = words_read(from);

    for (size_t i = 0; i < words_of(bits->size); i++)
        to[i] |= words[i];
}

void schema_bits_copy(struct schema_bits *bits, const struct schema_bits *from)
{
    memcpy(words_in(bits), words_read(from), words_of(bits->size) * sizeof(uint64_t));
}
