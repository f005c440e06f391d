/*
 * What the search engine sees of an open catalogue. Only app/catalogue.c and app/search*.c include
 * this.
 */
#ifndef GUICHET_APP_CATALOGUE_INTERNAL_H
#define GUICHET_APP_CATALOGUE_INTERNAL_H

#include "app/catalogue.h"
#include "app/search_index.h"

/* Borrowed. */
struct search_index *catalogue_search_index(struct catalogue *catalogue);

/*
 * Begins a read that sees one state of the file until catalogue_end_read, and lets the index
 * follow what other connections wrote.
 */
int catalogue_begin_read(struct catalogue *catalogue, struct error *error);
void catalogue_end_read(struct catalogue *catalogue);

#endif
