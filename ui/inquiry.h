/*
 * A question to the server that a screen waits for (app/question.h): asked, taken, given up. Plain
 * value; begins with its kind alone.
 */
#ifndef GUICHET_UI_INQUIRY_H
#define GUICHET_UI_INQUIRY_H

#include "app/question.h"
#include "ui/desk.h"

struct inquiry {
    enum question_kind kind;
    uint64_t number; /* of the question under way; 0: none */
    int64_t asked_ms;
};

/* Asks; `body` is taken over, NULL asks nothing. False when nothing was asked: the server is not
 * reached, or no memory. */
bool inquiry_ask(struct inquiry *inquiry, struct desk *desk, const char *path, json_t *body);

/* True when it has ended: with an answer, whose document is the caller's, or with status 0 when
 * nobody answered within `patience_ms` (0: as long as the link tries). */
bool inquiry_take(struct inquiry *inquiry, struct desk *desk, int64_t patience_ms,
                  struct question_answer *answer);

/* The answer is no longer wanted. */
void inquiry_forget(struct inquiry *inquiry, struct desk *desk);

#endif
