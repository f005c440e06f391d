/* Rows of the feed: what of several scopes goes into one page, each record once. */
#ifndef GUICHET_NET_FEED_ROWS_H
#define GUICHET_NET_FEED_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "net/ledger_old.h"

/* One row of the feed of one scope. */
struct feed_row {
    int64_t seq;
    int64_t record;
    bool gone; /* taken back from the scope */
    enum ledger_asked asked;
};

/* Begins as {0}; feed_rows_free. */
struct feed_rows {
    struct feed_row *rows;
    size_t count;
    size_t capacity;
};

/* ERROR_MEMORY. */
int feed_rows_add(struct feed_rows *rows, struct feed_row row, struct error *error);
void feed_rows_free(struct feed_rows *rows);

/*
 * Each scope gave its first limit + 1 rows, so of all rows together the first `limit` are among
 * them. Cuts there, tells how far that went (`next` stays for no rows) and whether there are more,
 * and only then leaves each record once, at its last row among these: a record's later row beyond
 * the cut comes with the next page.
 */
void feed_rows_cut(struct feed_rows *rows, size_t limit, int64_t *next, bool *more);
/* Without those up to a number. */
void feed_rows_after(struct feed_rows *rows, int64_t after);

#endif
