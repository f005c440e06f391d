/*
 * Gathers the words of records in memory and writes them as one segment.
 */
#ifndef GUICHET_APP_SEARCH_BUILDER_H
#define GUICHET_APP_SEARCH_BUILDER_H

#include <stdbool.h>

#include "app/record.h"
#include "app/search_segment.h"

struct search_builder;

int search_builder_new(struct search_builder **builder, struct error *error);
void search_builder_free(struct search_builder *builder);

int search_builder_add(struct search_builder *builder, int64_t number, const struct record *record,
                       struct error *error);
/* Takes back a record that was added and not yet written; false when it is not here. */
bool search_builder_remove(struct search_builder *builder, int64_t number);

size_t search_builder_documents(const struct search_builder *builder);
/* True when it holds as much as it should before it is written (about 64 MB). */
bool search_builder_is_full(const struct search_builder *builder);

/* Writes all as the segment `number` and becomes empty. */
int search_builder_write(struct search_builder *builder, struct search_store *store, int64_t number,
                         struct search_layout *layout, struct error *error);
/* Forgets all. */
void search_builder_clear(struct search_builder *builder);

#endif
