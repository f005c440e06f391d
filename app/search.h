/*
 * Finding services and forms in the citizen's own words, as they are typed (issue 3).
 *
 * A query is words and filters in any order: `passport renw :channel online`. Accents, case,
 * ligatures, apostrophes, hyphens, plurals and elisions do not matter; the last word may be half a
 * word; a word that nothing has is read as the nearest one that something has, and the result says
 * so. Words of either language find a record whatever the language of the screen. Services and
 * forms come in one list, best first; ended ones last; a moved one is answered by its successor.
 *
 * One catalogue connection serves one thread; another thread may cancel a search through `cancel`.
 */
#ifndef GUICHET_APP_SEARCH_H
#define GUICHET_APP_SEARCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "app/catalogue.h"
#include "app/choice.h"
#include "app/search_filter.h"

/* Most results of one search. */
#define SEARCH_LIMIT_MOST 200

/* Bytes of a query that are looked at. */
#define SEARCH_QUERY_LIMIT 1000

struct search_request {
    const char *query;    /* as typed; an empty one gives what is most asked for */
    const char *language; /* BCP 47: of the titles in the results */
    const char *channel;  /* the agent's ("counter"), or NULL: breaks ties by demand there */
    size_t limit;         /* at most this many results; 0 and more than the most: the most */
    bool closed;          /* the agent's office is closed now: what `:open` leaves out */
    const struct choice_table *choices; /* of the agent's office; borrowed, may be NULL: what was
                                           chosen after such words comes a little earlier */
    const atomic_bool *cancel; /* may be NULL; once true the search ends with ERROR_CANCELLED */
};

/* A filter found in the query. */
struct search_filter {
    enum search_filter_kind kind; /* SEARCH_FILTER_COUNT: no filter has this name */
    size_t start;                 /* where it stands in the query, in bytes, from the colon */
    size_t length;
    bool complete; /* it narrows; false: unknown, or its value is still being typed */
    char value[SEARCH_TERM_LIMIT + 1]; /* as typed, folded; "" for none */
};

/* Most filters that a query is read for. */
#define SEARCH_FILTERS_MOST 12

/* The filters of a query, without searching; returns how many. */
size_t search_filters(const char *query, struct search_filter filters[SEARCH_FILTERS_MOST]);

/* "Did you mean": a typed word that nothing has, and the word it was read as. */
struct search_reading {
    char typed[SEARCH_TERM_LIMIT + 1];
    char read[SEARCH_TERM_LIMIT * 2 + 1];
};

/* Texts are as the source gave them: they go through text_clean before a terminal shows them. */
struct search_result {
    enum record_type type; /* RECORD_SERVICE or RECORD_FORM */
    struct id id;
    const char *key;
    const char *source_id;  /* the id in the source ("1242") */
    const char *code;       /* short code or form number, "" for none */
    const char *title;      /* in the language asked for, else in the other */
    const char *owner;      /* title of the organisation, likewise */
    int level;              /* 1 to 3; 0 unknown */
    double score;           /* above 0; only comparable within one search */
    bool ended;             /* no longer offered */
    bool suggested;         /* found through a reading, not the word as typed */
    const char *moved_from; /* title of the record found, of which this is the successor, or NULL */
    const char *moved_from_key;
};

struct search_results {
    struct search_result *items;
    size_t count;
    struct search_filter *filters;
    size_t filter_count;
    struct search_reading *readings;
    size_t reading_count;
    char words[CHOICE_WORDS_SIZE]; /* the query's words that the catalogue has, as it reads them,
                                      one space between: what a choice is counted under */
    char *texts;                   /* owned: what the items point into */
};

/* Searches; the results are new (search_results_free). */
int search_run(struct catalogue *catalogue, const struct search_request *request,
               struct search_results **results, struct error *error);
void search_results_free(struct search_results *results);

/* What Tab offers for the filter at the cursor. */
struct search_completion {
    size_t start; /* the bytes [start, cursor) of the query are replaced */
    char **items; /* texts to put there, in order; the first fits best */
    size_t count;
};

/* Most completions offered. */
#define SEARCH_COMPLETIONS_MOST 50

/* Completes the name (to that in `language`, "fr" or "en") or the value of the filter that the
 * cursor (a byte offset) stands in; no items when it stands in none. New (search_completion_free).
 */
int search_complete(struct catalogue *catalogue, const char *language, const char *query,
                    size_t cursor, struct search_completion **completion, struct error *error);
void search_completion_free(struct search_completion *completion);

/* Bytes of memory that this connection's index holds now. */
size_t search_memory(struct catalogue *catalogue);

#endif
