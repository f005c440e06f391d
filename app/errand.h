/*
 * What the agent asks of the server outside the work itself, once: to enrol this terminal by a
 * code, to change a password. Screen and sync thread share it (link.h rings the bells); what it
 * holds is secret, and kept in locked memory until it is answered. Thread-safe.
 */
#ifndef GUICHET_APP_ERRAND_H
#define GUICHET_APP_ERRAND_H

#include <stdbool.h>

#include "app/error.h"

struct errand;

enum errand_kind {
    ERRAND_NONE,
    ERRAND_ENROL,    /* `secret` is the administrator's code */
    ERRAND_PASSWORD, /* of `login`: from `secret` to `fresh` */
};

enum errand_state {
    ERRAND_IDLE,    /* nothing was asked */
    ERRAND_ASKED,   /* on its way */
    ERRAND_DONE,    /* the server did it */
    ERRAND_REFUSED, /* the server did not: `message` is the problem's code, or the password's flaw
                     */
    ERRAND_HELD,    /* too many attempts */
    ERRAND_OFFLINE, /* the server was not reached; it may have done it all the same */
};

#define ERRAND_TEXT_SIZE 1024
#define ERRAND_CODE_SIZE 64

/* Plain value, secret: wiped by whoever holds it. */
struct errand_request {
    enum errand_kind kind;
    char login[256];
    char secret[ERRAND_TEXT_SIZE];
    char fresh[ERRAND_TEXT_SIZE];
    char code[ERRAND_CODE_SIZE]; /* one-time code with a password; "" for none */
};

/* NULL when memory cannot be had. */
struct errand *errand_new(void);
void errand_free(struct errand *errand);

/* Asks, instead of whatever was asked before. */
void errand_ask(struct errand *errand, const struct errand_request *request);
/* How it stands; `message` (ERROR_MESSAGE_SIZE bytes) may be NULL. */
enum errand_state errand_state(struct errand *errand, enum errand_kind kind, char *message);
/* Forgets it. */
void errand_clear(struct errand *errand);

/* The sync thread: whether something waits, and what; false when nothing does. */
bool errand_waits(struct errand *errand);
bool errand_take(struct errand *errand, struct errand_request *request);
/* It answers what it took last; the secrets are wiped. */
void errand_answer(struct errand *errand, enum errand_state state, const char *message);

#endif
