/*
 * Spelling, by hunspell and the dictionaries of this machine. One for each language, opened when it
 * is first wanted and kept for as long as the program runs; what was judged once is remembered, so
 * that a keystroke looks up no more than the word that it changed.
 *
 * Not judged are what has a digit, a dot, an at sign or a slash in it (references, addresses), what
 * is all in capitals, and, for they are names, words that begin with a capital within a sentence.
 */
#ifndef GUICHET_UI_SPELLING_H
#define GUICHET_UI_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

struct spelling;

/* Of a language ("fr", "en-CA"); `folders` are looked through for its dictionary, colons between,
 * NULL for the usual ones. NULL when there is none. */
struct spelling *spelling_open(const char *language, const char *folders);
void spelling_close(struct spelling *spelling);

/* The one of this language that the program keeps; NULL when there is none. Borrowed. */
struct spelling *spelling_of(const char *language);

/* The first word at or after `from` that is not spelled well: [start, end). `text` is UTF-8; what
 * stands before `from` is looked at, for the beginning of a sentence. False when there is none. */
bool spelling_find(struct spelling *spelling, const char *text, size_t length, size_t from,
                   size_t *start, size_t *end);

#define SPELLING_SUGGESTIONS 6

/* Fills in new strings (free()), the likeliest first; returns how many. */
size_t spelling_suggest(struct spelling *spelling, const char *word,
                        char *suggestions[SPELLING_SUGGESTIONS]);

/* This word is well spelled from now on, in large or small letters: of the agent's own dictionary, a
 * client's name. It is not suggested. */
void spelling_accept(struct spelling *spelling, const char *word);
/* Forgets what was accepted: the note is closed, the next one is another client's. */
void spelling_forget(struct spelling *spelling);

#endif
