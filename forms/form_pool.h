/*
 * Memory of a compiled form: many small pieces that live and go together.
 */
#ifndef GUICHET_FORMS_FORM_POOL_H
#define GUICHET_FORMS_FORM_POOL_H

#include <stddef.h>

struct form_pool_block;

/* Zero-initialise; form_pool_free when done. */
struct form_pool {
    struct form_pool_block *blocks;
};

/* Zeroed memory, aligned for anything; NULL when out of memory. */
void *form_pool_take(struct form_pool *pool, size_t size);
/* A copy of the text; NULL when out of memory. */
char *form_pool_text(struct form_pool *pool, const char *text);
char *form_pool_format(struct form_pool *pool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void form_pool_free(struct form_pool *pool);

#endif
