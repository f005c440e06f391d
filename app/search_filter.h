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

/* True when its values are words that this program knows, in both languages; false for those of the
 * catalogue (events, organisations). */
bool search_filter_is_listed(enum search_filter_kind kind);

/* True when a listed filter has this value, said in either language. */
bool search_filter_is_value(enum search_filter_kind kind, const char *value, size_t length);

/* Most values of a listed filter. */
#define SEARCH_FILTER_VALUES 16

/*
 * Names, and values of a listed filter, of which what was typed is the beginning in either
 * language, with or without accents, as `language` ("fr" or "en") says them. Return how many;
 * static texts.
 */
size_t search_filter_complete_name(const char *typed, size_t length, const char *language,
                                   const char *names[SEARCH_FILTER_COUNT]);
size_t search_filter_complete_value(enum search_filter_kind kind, const char *typed, size_t length,
                                    const char *language, const char *texts[SEARCH_FILTER_VALUES]);

/*
 * `:open` is what is offered now: not ended, and available in a channel that is there at this
 * moment. The channels where a person answers (true here: counter, phone, chat, outreach) are
 * there while the agent's office is open, the others always.
 */
bool search_filter_is_staffed(const char *channel);

/* Values that records have under SEARCH_FILTER_OPEN: offered while the office is open; offered at
 * all hours. */
#define SEARCH_OPEN_SOMETIMES "yes"
#define SEARCH_OPEN_ALWAYS    "always"

#endif
