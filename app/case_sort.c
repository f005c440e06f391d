#include "app/case_sort.h"

#include <stdlib.h>
#include <string.h>

#define BYTES 8

bool case_sort_begin(struct case_sort *sort, size_t most)
{
    sort->count = 0;
    sort->items = malloc((most + 1) * sizeof(sort->items[0]));
    sort->other = malloc((most + 1) * sizeof(sort->items[0]));
    if (sort->items != NULL && sort->other != NULL)
        return true;
    case_sort_end(sort);
    return false;
}

void case_sort_add(struct case_sort *sort, uint64_t key, uint32_t row)
{
    sort->items[sort->count++] = (struct case_sort_item){key, row};
}

static void sort_by_byte(struct case_sort *sort, int byte, const size_t counts[256])
{
    size_t starts[256], start = 0;
    struct case_sort_item *swap;

    for (int value = 0; value < 256; value++) {
        starts[value] = start;
        start += counts[value];
    }
    for (size_t i = 0; i < sort->count; i++)
        sort->other[starts[sort->items[i].key >> (8 * byte) & 0xff]++] = sort->items[i];
    swap = sort->items;
    sort->items = sort->other;
    sort->other = swap;
}

/* Merges two sorted halves of `items` through `other`: stable, and never worse than n log n. */
static void merge_run(struct case_sort_item *items, struct case_sort_item *other, size_t count,
                      case_sort_compare compare, void *context)
{
    size_t half = count / 2, left = 0, right = half;

    if (count < 2)
        return;
    merge_run(items, other, half, compare, context);
    merge_run(items + half, other, count - half, compare, context);
    for (size_t i = 0; i < count; i++) {
        bool take_left = left < half && (right == count ||
                                         compare(context, items[left].row, items[right].row) <= 0);

        other[i] = take_left ? items[left++] : items[right++];
    }
    memcpy(items, other, count * sizeof(items[0]));
}

void case_sort_run(struct case_sort *sort, case_sort_compare compare, void *context)
{
    size_t counts[BYTES][256];

    memset(counts, 0, sizeof(counts));
    for (size_t i = 0; i < sort->count; i++)
        for (int byte = 0; byte < BYTES; byte++)
            counts[byte][sort->items[i].key >> (8 * byte) & 0xff]++;
    for (int byte = 0; byte < BYTES && sort->count > 0; byte++)
        if (counts[byte][sort->items[0].key >> (8 * byte) & 0xff] != sort->count)
            sort_by_byte(sort, byte, counts[byte]);
    for (size_t from = 0, to; from < sort->count && compare != NULL; from = to) {
        for (to = from + 1; to < sort->count && sort->items[to].key == sort->items[from].key; to++)
            continue;
        merge_run(sort->items + from, sort->other, to - from, compare, context);
    }
}

uint32_t case_sort_row(const struct case_sort *sort, size_t index)
{
    return sort->items[index].row;
}

void case_sort_end(struct case_sort *sort)
{
    free(sort->items);
    free(sort->other);
    *sort = (struct case_sort){0};
}

uint64_t case_sort_text_key(const char *text)
{
    uint64_t key = 0;

    for (int i = 0; i < BYTES; i++)
        key = key << 8 | (*text != '\0' ? (unsigned char)*text++ : 0);
    return key;
}
