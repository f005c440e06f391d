/*
 * Sentences cut into numbers, words and signs, for reading durations out of them.
 *
 * Words are folded: lower case, no accents, compatibility characters opened; apostrophes and
 * spaces part words; every dash is '-' and "less or equal" is '<'.
 */
#ifndef GUICHET_APP_IMPORT_WORDS_H
#define GUICHET_APP_IMPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum word_kind {
    WORD_END, /* past the last one */
    WORD_NUMBER,
    WORD_LETTERS,
    WORD_SIGN
};

#define WORD_SIZE 24

struct word {
    enum word_kind kind;
    int64_t thousandths;  /* of a number */
    bool amount;          /* a number that counts no time: money, percentage, "2nd" */
    char text[WORD_SIZE]; /* letters (cut when longer) or the one sign */
};

struct words {
    struct word *list; /* owned */
    size_t count;
};

/* Cuts a sentence; at most 4,000 words of it. False when out of memory. */
bool words_cut(struct words *words, const char *text);
void words_free(struct words *words);

/* The word at an index; one of kind WORD_END outside. Never NULL. */
const struct word *words_at(const struct words *words, size_t index);

/* Whether the word at an index is this text ('-' and letters alike). */
bool words_is(const struct words *words, size_t index, const char *text);

/* Whether it is one of a NULL-terminated list. */
bool words_in(const struct words *words, size_t index, const char *const list[]);

/*
 * A number at `index`, in digits or in English or French words ("quatre-vingt-dix", "one hundred
 * and twenty"); returns how many words it takes, 0 when there is none.
 */
size_t words_number(const struct words *words, size_t index, int64_t *thousandths);

#endif
