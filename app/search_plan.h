/*
 * What a query asks for, before any index is looked at: its filters, and its words in groups. A
 * group is one word, or several that together have a meaning ("employment insurance"), with
 * alternatives: the words as typed, and what they also mean. Each word of an alternative is a unit,
 * with readings: the term itself, a beginning, a family of words.
 */
#ifndef GUICHET_APP_SEARCH_PLAN_H
#define GUICHET_APP_SEARCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/search.h"

#define PLAN_WORDS             24
#define PLAN_UNITS             96
#define PLAN_READINGS          7
#define PLAN_ALTERNATIVES      160
#define PLAN_ALTERNATIVE_UNITS 6
#define PLAN_FILTERS           SEARCH_FILTERS_MOST

enum plan_reading_kind {
    READING_TERM,    /* exactly this term */
    READING_PREFIX,  /* what begins so */
    READING_ROOT,    /* what begins with the root of the word: its family */
    READING_MEANING, /* a term that means the same, or what is wanted */
    READING_TYPO,    /* a term that is one or two edits away */
};

struct plan_reading {
    enum plan_reading_kind kind;
    char text[SEARCH_TERM_LIMIT + 1];
    uint8_t length;
    float weight;
};

struct plan_unit {
    struct plan_reading readings[PLAN_READINGS];
    size_t reading_count;
    bool filter;      /* must be there, and adds nothing to the score */
    bool typed;       /* a word of the query, not a synonym */
    bool meant;       /* it has meanings: not a mistyped word */
    bool known;       /* some record, or the table of meanings, has it; filled in when ranking */
    bool mistyped;    /* nothing has it: what follows is how it is read */
    float rarity;     /* filled in when ranking */
    uint64_t matches; /* documents, about; filled in when ranking */
};

struct plan_alternative {
    uint8_t units[PLAN_ALTERNATIVE_UNITS];
    uint8_t unit_count;
    float weight;
    float rarity; /* sum over its units; filled in when ranking */
};

struct plan_group {
    size_t first_alternative; /* the first one is the words as typed */
    size_t alternative_count;
    float importance; /* filled in when ranking */
    bool weak;        /* all its words are weak */
};

/* A word of the query, folded, that is not a stop word (unless all are). */
struct plan_word {
    char text[SEARCH_TERM_LIMIT + 1];
    char term[SEARCH_TERM_LIMIT + 1];
    char meant[SEARCH_TERM_LIMIT + 1]; /* whose meanings it has: `term`, or the nearest word */
    bool being_typed;                  /* the last one, with no space after it */
    uint8_t unit;
};

struct search_plan {
    struct search_filter filters[PLAN_FILTERS];
    size_t filter_count;
    struct plan_word words[PLAN_WORDS];
    size_t word_count;
    struct plan_unit units[PLAN_UNITS];
    size_t unit_count;
    size_t typed_units; /* of them, filters and words of the query; synonyms come after */
    struct plan_alternative alternatives[PLAN_ALTERNATIVES];
    size_t alternative_count;
    struct plan_group groups[PLAN_WORDS];
    size_t group_count;
};

/* `plan` is the caller's; it owns nothing. `closed`: the agent's office is, for `:open`. */
int search_plan_make(struct search_plan *plan, const char *query, bool closed, struct error *error);

/* Gives a word the meanings of another term; search_plan_group takes them up. */
void search_plan_mean(struct search_plan *plan, struct plan_word *word, const char *term);

/* Puts the words into groups anew, with the alternatives that they mean. */
void search_plan_group(struct search_plan *plan);

/* Adds a reading to a unit; dropped when it has no room or has it already. */
void search_plan_add_reading(struct plan_unit *unit, enum plan_reading_kind kind, const char *text,
                             size_t length, float weight);

/* Adds an alternative of these folded words to a group that has no later group yet, or to the last
 * one; dropped when there is no room. */
void search_plan_add_alternative(struct search_plan *plan, struct plan_group *group,
                                 const char *folded, float weight);

#endif
