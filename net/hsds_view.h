/*
 * The catalogue as HSDS, kept for the routes under /hsds/: made of the ledger's public records when
 * somebody first asks, and again when somebody asks after they changed. One language at a time.
 *
 * Belongs to one thread: the server's worker for these routes. What it lends is valid until the
 * next hsds_view_open. Memory: all public records once as text, and once a language as rows.
 */
#ifndef GUICHET_NET_HSDS_VIEW_H
#define GUICHET_NET_HSDS_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "app/hsds.h"
#include "net/ledger.h"

struct hsds_view;

/* One row of a list, borrowed. */
struct hsds_item {
    const json_t *row;
    const char *words;   /* folded (app/text.h), a space in front: to be searched */
    int64_t modified_ms; /* the later of here and at the publisher */
};

struct hsds_view *hsds_view_new(void); /* NULL when out of memory */
void hsds_view_free(struct hsds_view *view);

/* Brings the view to where the ledger stands now and opens its `language` ("fr" or "en"). */
int hsds_view_open(struct hsds_view *view, struct ledger *ledger, const char *language,
                   struct error *error);

/* All rows of the open language. */
struct hsds *hsds_view_rows(const struct hsds_view *view);

/* The items of a table, in the order of their records' keys; `*count` of them. */
const struct hsds_item *hsds_view_items(const struct hsds_view *view, enum hsds_table table,
                                        size_t *count);

#endif
