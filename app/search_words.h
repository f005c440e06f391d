/*
 * What the search engine knows of words beforehand, in French and in English: the words that carry
 * nothing ("comment", "the"), those that carry little ("demande", "apply"), and the words and
 * abbreviations that mean the same ("EI", "assurance-emploi", "unemployment").
 *
 * The words are in app/search_words.txt, which the build turns into a table.
 */
#ifndef GUICHET_APP_SEARCH_WORDS_H
#define GUICHET_APP_SEARCH_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/search_fold.h"

/* True for a folded word that carries nothing in either language. */
bool search_word_is_stop(const char *word, size_t length);

/* True for a folded word that says little of what is wanted, because so many services have it. */
bool search_word_is_weak(const char *word, size_t length);

/* Calls `visit` with each phrase (folded words, one space between; static) that `phrase` also
 * means. `phrase` is made of terms (search_stem), one space between. `same`: both are names of one
 * thing; else `wanted` is what a citizen who says `phrase` may want. */
typedef void (*search_meaning_visit)(void *context, const char *wanted, bool same);
void search_meanings(const char *phrase, search_meaning_visit visit, void *context);

/* Calls `visit` with each single word, as a term, that has a meaning; in order, each once. */
typedef void (*search_word_visit)(void *context, const char *term);
void search_meaning_words(search_word_visit visit, void *context);

/* Words of the longest phrase that has a meaning, without stop words. */
#define SEARCH_PHRASE_WORDS 4

#endif
