/*
 * Many short texts in one block of memory, each with its folded form (text_fold) behind it: what a
 * table shows and what it is searched by. Personal content: every block is wiped before it is given
 * back.
 */
#ifndef GUICHET_APP_TEXT_POOL_H
#define GUICHET_APP_TEXT_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise; text_pool_free when done. Place 0 is the empty text. */
struct text_pool {
    char *bytes; /* owned */
    size_t length, capacity;
    size_t dropped; /* bytes of texts that nobody uses any more */
};

/* Copies a text in; false when out of memory, or full at 4 GiB. */
bool text_pool_add(struct text_pool *pool, const char *text, uint32_t *place);
/* The same as `place` when it holds this text already, else the former one is dropped. */
bool text_pool_set(struct text_pool *pool, const char *text, uint32_t *place);
/* Borrowed until the next text comes in. */
const char *text_pool_text(const struct text_pool *pool, uint32_t place);
const char *text_pool_folded(const struct text_pool *pool, uint32_t place);
/* Copies a text with its folded form from another pool. */
bool text_pool_take(struct text_pool *pool, const struct text_pool *from, uint32_t *place);
void text_pool_free(struct text_pool *pool);

#endif
