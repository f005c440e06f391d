/*
 * Sorting many rows by a number each: by its bytes, lowest first (radix sort), stable, in a time
 * that grows with the rows alone. Where a number is only the beginning of what rows are sorted by,
 * a comparison settles those that are equal.
 */
#ifndef GUICHET_APP_CASE_SORT_H
#define GUICHET_APP_CASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct case_sort_item {
    uint64_t key;
    uint32_t row;
};

/* Zero-initialise. */
struct case_sort {
    struct case_sort_item *items, *other; /* owned */
    size_t count;
};

/* Room for `most` rows; false when out of memory. */
bool case_sort_begin(struct case_sort *sort, size_t most);
void case_sort_add(struct case_sort *sort, uint64_t key, uint32_t row);

typedef int (*case_sort_compare)(void *context, uint32_t left, uint32_t right);

/* `compare` NULL: those of one key stay in the order in which they came. */
void case_sort_run(struct case_sort *sort, case_sort_compare compare, void *context);
uint32_t case_sort_row(const struct case_sort *sort, size_t index);
void case_sort_end(struct case_sort *sort);

/* The key of a text: its first eight bytes. */
uint64_t case_sort_text_key(const char *text);

#endif
