/*
 * The filters of a query: `:level 2 :event birth :channel online :org saaq :fee free :audience
 * business :kind form :open`. A filter is a term of the index like a word; each record has the
 * terms of the filters that it passes.
 */
#ifndef GUICHET_APP_SEARCH_FILTER_H
#define GUICHET_APP_SEARCH_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "app/search_fold.h"

enum search_filter_kind {
    SEARCH_FILTER_KIND,
    SEARCH_FILTER_LEVEL,
    SEARCH_FILTER_EVENT,
    SEARCH_FILTER_CHANNEL,
    SEARCH_FILTER_ORGANISATION,
    SEARCH_FILTER_FEE,
    SEARCH_FILTER_AUDIENCE,
    SEARCH_FILTER_OPEN,
    SEARCH_FILTER_COUNT
};

/* The name as it is typed after the colon ("org"). */
const char *search_filter_name(enum search_filter_kind kind);
/* The same in "fr" or "en". */
const char *search_filter_name_in(enum search_filter_kind kind, const char *language);

/* The kind with this name, in either language; SEARCH_FILTER_COUNT for none. */
enum search_filter_kind search_filter_from_name(const char *name, size_t length);

/* True when the filter is followed by a value; `:open` is not. */
bool search_filter_has_value(enum search_filter_kind kind);

/*
 * The term that records with this value have in the index; returns its length, 0 when the value is
 * empty. Other words for a value ("online", "en-ligne") become the word of the records ("web").
 */
size_t search_filter_term(enum search_filter_kind kind, const char *value, size_t length,
                          char term[SEARCH_TERM_LIMIT + 1]);

/* Words that can follow the filter, NULL-terminated; NULL when the catalogue has them (events,
 * organisations). Static. */
const char *const *search_filter_words(enum search_filter_kind kind);

#endif
