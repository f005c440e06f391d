#include "net/feed_rows.h"

#include <stdlib.h>

int feed_rows_add(struct feed_rows *rows, struct feed_row row, struct error *error)
{
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 64 : rows->capacity * 2;
        struct feed_row *longer = realloc(rows->rows, capacity * sizeof(*longer));

        if (longer == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a page");
        rows->rows = longer;
        rows->capacity = capacity;
    }
    rows->rows[rows->count++] = row;
    return 0;
}

void feed_rows_free(struct feed_rows *rows)
{
    free(rows->rows);
    *rows = (struct feed_rows){0};
}

static int by_seq(const void *left, const void *right)
{
    const struct feed_row *a = left, *b = right;

    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

static int by_record_and_seq(const void *left, const void *right)
{
    const struct feed_row *a = left, *b = right;

    if (a->record != b->record)
        return a->record < b->record ? -1 : 1;
    return by_seq(left, right);
}

/* Leaves each record once, at its last row among these. */
static void rows_unique(struct feed_rows *rows)
{
    size_t kept = 0;

    if (rows->count == 0)
        return;
    qsort(rows->rows, rows->count, sizeof(*rows->rows), by_record_and_seq);
    for (size_t i = 0; i < rows->count; i++) {
        struct feed_row row = rows->rows[i];

        if (i + 1 == rows->count || rows->rows[i + 1].record != row.record)
            rows->rows[kept++] = row;
        else if (row.asked > rows->rows[i + 1].asked)
            rows->rows[i + 1].asked = row.asked;
    }
    rows->count = kept;
    qsort(rows->rows, rows->count, sizeof(*rows->rows), by_seq);
}

void feed_rows_cut(struct feed_rows *rows, size_t limit, int64_t *next, bool *more)
{
    if (rows->count == 0)
        return;
    qsort(rows->rows, rows->count, sizeof(*rows->rows), by_seq);
    if (rows->count > limit) {
        /* Rows of one number stay together: they are one record in several scopes. */
        while (limit < rows->count && rows->rows[limit].seq == rows->rows[limit - 1].seq)
            limit++;
        *more = limit < rows->count;
        rows->count = limit;
    }
    *next = rows->rows[rows->count - 1].seq;
    rows_unique(rows);
}

void feed_rows_after(struct feed_rows *rows, int64_t after)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].seq > after)
            rows->rows[kept++] = rows->rows[i];
    rows->count = kept;
}
