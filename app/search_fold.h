/*
 * Words as the index knows them: folded text (text_fold) cut at spaces, and each word reduced to
 * its term, so that French and English plurals and the silent final e fall together
 * ("prestations" and "prestation", "companies" and "company", "maladies" and "maladie"). The same
 * folding serves records and queries.
 */
#ifndef GUICHET_APP_SEARCH_FOLD_H
#define GUICHET_APP_SEARCH_FOLD_H

#include <stdbool.h>
#include <stddef.h>

/* Longest term in bytes; a longer word is cut there. */
#define SEARCH_TERM_LIMIT 40

/* A filter's term begins with this byte, which no word of a text contains. */
#define SEARCH_FILTER_MARK '\x01'

/* Takes the next word of a folded text: false at its end. Control bytes separate words. */
bool search_next_word(const char **at, const char **word, size_t *length);

/* Writes the term of a folded word, NUL-terminated; returns its length. */
size_t search_stem(const char *word, size_t length, char term[SEARCH_TERM_LIMIT + 1]);

/*
 * Bytes of `word` that words of the same family begin with ("renewing" -> "renew", "immigrer" ->
 * "immigr"); 0 when nothing was taken off or too little would be left.
 */
size_t search_root(const char *word, size_t length);

/*
 * Edits (insertion, deletion, replacement, swap of neighbours; in bytes) between two words, counted
 * up to `limit` and `limit` + 1 beyond it. With `prefix`, the fewest edits to any beginning of
 * `term`. When no term with the same first n bytes can be nearer, `hopeless` (may be NULL) is n,
 * else 0.
 */
unsigned search_distance(const char *word, size_t word_length, const char *term, size_t term_length,
                         unsigned limit, bool prefix, size_t *hopeless);

#endif
