/*
 * The words of one record, each with its strength: what the index keeps of it.
 *
 * The strength of a word in a record tells how much the record is about it: in which fields it
 * stands (the citizen's keywords weigh most, then title, summary, owner, text), how often, and how
 * long those fields are; 1 to 63. It depends on the record alone, so that a page of records can be
 * indexed without looking at the others. How rare a word is comes in when a query is answered.
 */
#ifndef GUICHET_APP_SEARCH_BAG_H
#define GUICHET_APP_SEARCH_BAG_H

#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/record.h"
#include "app/search_fold.h"

struct search_bag;

/* A bag is filled again and again, to spare allocations. */
int search_bag_new(struct search_bag **bag, struct error *error);
void search_bag_free(struct search_bag *bag);

/* Forgets what is in the bag and takes the words and filters of `record`. */
int search_bag_fill(struct search_bag *bag, const struct record *record, struct error *error);

/* What was taken: borrowed, until the bag is filled again. */
size_t search_bag_count(const struct search_bag *bag);
const char *search_bag_term(const struct search_bag *bag, size_t place, size_t *length,
                            uint8_t *strength);

/* 10 * log2(1 + applications in all channels), at most 255. */
uint8_t search_bag_demand(const struct record *record);
/* enum search_flag (search_segment.h). */
uint8_t search_bag_flags(const struct record *record);

#endif
