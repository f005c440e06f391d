/*
 * What the screen asks the server beside the exchange of records: a body that is posted, an answer
 * that is shown and kept nowhere. One of a kind at a time: whoever asks anew wants the former
 * answer no longer. Thread-safe; what was asked and answered is wiped.
 */
#ifndef GUICHET_APP_QUESTION_H
#define GUICHET_APP_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"

enum question_kind {
    QUESTION_SEARCH,    /* clients or cases beyond this terminal */
    QUESTION_LIKELY,    /* clients who are likely the one being typed */
    QUESTION_OPEN,      /* the file of one of them */
    QUESTION_AUDIT,     /* the audit trail */
    QUESTION_KEEPING,   /* what is kept about somebody; its hold, copy, erasure */
    QUESTION_RETENTION, /* the rules, and what they will erase */
    QUESTION_KIND_COUNT
};

struct questions;

/* NULL when out of memory. */
struct questions *questions_new(void);
void questions_free(struct questions *questions);

/* --- the screen ------------------------------------------------------------------------------- */

/* Asks; `body` is borrowed. The number by which the answer is taken; 0 when out of memory. Ring the
 * sync thread's bell then. */
uint64_t questions_ask(struct questions *questions, enum question_kind kind, const char *path,
                       const json_t *body);
/* The answer is no longer wanted. */
void questions_forget(struct questions *questions, enum question_kind kind);
void questions_forget_all(struct questions *questions);

enum question_state {
    QUESTION_NONE,    /* not asked, or another one was since, or it was taken */
    QUESTION_WAITING, /* on its way */
    QUESTION_ANSWERED,
};

struct question_answer {
    int status;                       /* of HTTP; 0: it could not be asked */
    json_t *document;                 /* owned: of a success, else NULL */
    char problem[64];                 /* the problem's code, "" for none */
    char message[ERROR_MESSAGE_SIZE]; /* why not, "" for a success */
    int64_t retry_ms;                 /* when to ask again at the earliest; 0: at will */
};

/* Takes the answer; `document` is the caller's. */
enum question_state questions_take(struct questions *questions, enum question_kind kind,
                                   uint64_t number, struct question_answer *answer);

/* --- the sync thread -------------------------------------------------------------------------- */

struct question {
    enum question_kind kind;
    uint64_t number;
    char path[64];
    char *body; /* owned: question_clear */
};

/* A copy of one that waits to be asked; false when none does. */
bool questions_wanted(struct questions *questions, struct question *question);
/* Whether any waits. */
bool questions_wait(struct questions *questions);
void question_clear(struct question *question);
/* Answers; takes `answer->document` over. One that is no longer wanted is dropped. Ring the
 * screen's bell then. */
void questions_answer(struct questions *questions, enum question_kind kind, uint64_t number,
                      struct question_answer *answer);

#endif
