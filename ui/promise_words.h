/* A promise in words: how many days are left, until which day. */
#ifndef GUICHET_UI_PROMISE_WORDS_H
#define GUICHET_UI_PROMISE_WORDS_H

#include "app/promise_state.h"
#include "ui/paint.h"

#define PROMISE_WORDS_SIZE 256

/* "3 business days left, until Thursday, December 3"; "paused: information is missing, 3
 * business days left"; "missed, 2 business days over"; "kept". */
void promise_words(const struct promise_here *here, char *text, size_t size);
/* The same after "Guaranteed: " or "Service standard: ". What this terminal has reckoned itself says
 * so. */
void promise_sentence(const struct promise_here *here, char *text, size_t size);
enum paint_style promise_style(const struct promise_here *here);

/* The day of a moment there, spoken. */
void promise_day_words(const struct promise_place *place, int64_t ms, char *text, size_t size);

#endif
