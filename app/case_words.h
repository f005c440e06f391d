/*
 * The keys and ids that many cases share (services, agents, offices), each kept once with what it
 * is called in the screen's language, and its rank among them by that.
 */
#ifndef GUICHET_APP_CASE_WORDS_H
#define GUICHET_APP_CASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct case_word {
    char *text;   /* the key or id; owned */
    char *title;  /* owned; NULL until it is named */
    char *folded; /* of the title; owned */
    uint32_t rank;
};

/* Zero-initialise; case_words_free when done. Place 0 is the empty word. */
struct case_words {
    struct case_word *words; /* owned */
    size_t count;
    uint32_t *slots; /* owned: places by hash */
    size_t slot_count;
    size_t named; /* so many of them have a title */
};

/* The place of a word, made when there is none; false when out of memory. */
bool case_words_place(struct case_words *words, const char *text, uint32_t *place);
const char *case_words_text(const struct case_words *words, uint32_t place);
/* What it is called; the word itself before it was named. */
const char *case_words_title(const struct case_words *words, uint32_t place);

/* Writes what a word is called. */
typedef void (*case_words_name)(void *context, const char *text, char *title, size_t size);

/* Names the words that have no title yet, or with `anew` all of them, and ranks them: those without
 * one last. True when anything was named; false with `*failed` when out of memory. */
bool case_words_name_all(struct case_words *words, bool anew, case_words_name name, void *context,
                         bool *failed);
void case_words_free(struct case_words *words);

#endif
