/*
 * How the choices of the agent's office (choice.h) act on a search. Only app/search.c and its tests
 * include this.
 */
#ifndef GUICHET_APP_SEARCH_CHOICE_H
#define GUICHET_APP_SEARCH_CHOICE_H

#include <stdbool.h>

#include "app/search_plan.h"

/* The words of a ranked plan that the catalogue has: a mistyped one as it was read; numbers that
 * may be a person's are left out. */
void search_choice_words(const struct search_plan *plan, char words[CHOICE_WORDS_SIZE]);

/* What choices after such words make of a record's score: 1 for none, at most 1.5. */
double search_choice_factor(const struct choice_table *choices, const char *words, const char *key,
                            const char *channel);

/* True when all the words of the query, written together, are this code or id. */
bool search_choice_is_code(const struct search_plan *plan, const char *code);

#endif
