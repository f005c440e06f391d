/*
 * What is kept, and what bars its erasure, in plain words; and what the screens about it share.
 */
#ifndef GUICHET_UI_KEEPING_WORDS_H
#define GUICHET_UI_KEEPING_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "app/question.h"
#include "ui/screen.h"

/* Whom or what a file is of, as POST /v1/keeping answers it: a client's name, a case's reference
 * with whose it is. */
void keeping_title(const json_t *file, char *text, size_t size);

/* "12 records, 1 attachment". */
void keeping_count(const json_t *file, char *text, size_t size);

/* Why it would not be erased, as a sentence; "" when nothing bars it. */
void keeping_bar(const json_t *file, char *text, size_t size);

/* What a rule is for ("case": "cases"); the word itself for one that is not known here. */
const char *keeping_what(const char *what);

/* Why the server did not do it, in the present language. */
const char *keeping_refusal(const struct question_answer *answer);

/* Whether the agent's role has to do with it at all. */
bool keeping_is_open(const struct desk *desk);

#endif
