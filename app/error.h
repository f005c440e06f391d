/*
 * Errors that can be read: what went wrong, where, and what caused it.
 *
 * Functions that can fail return 0 or one of the negative codes below, and fill the caller's
 * `struct error` when one is given. Text is UTF-8, in English, for logs and for scripts; the
 * screen translates by code and quotes the message as detail.
 */
#ifndef GUICHET_APP_ERROR_H
#define GUICHET_APP_ERROR_H

#include <stddef.h>

enum error_code {
    ERROR_NONE = 0,
    ERROR_INVALID = -1,    /* the input breaks a rule of its format or of the domain */
    ERROR_NOT_FOUND = -2,  /* no such record, file, route or agent */
    ERROR_REFUSED = -3,    /* understood, and not allowed: merge rule, role, password */
    ERROR_CONFLICT = -4,   /* somebody else was there first */
    ERROR_TOO_LARGE = -5,  /* over a stated limit */
    ERROR_OFFLINE = -6,    /* the other side cannot be reached */
    ERROR_PROTOCOL = -7,   /* the other side answered something that makes no sense */
    ERROR_STORAGE = -8,    /* SQLite or a file: full, locked, corrupt, not writable */
    ERROR_MEMORY = -9,     /* allocation failed */
    ERROR_BUSY = -10,      /* another process holds what is needed */
    ERROR_CANCELLED = -11, /* the caller asked to stop */
    ERROR_INTERNAL = -12,  /* a bug: an invariant does not hold */
};

/* Room for a message that names what and where; a longer one is cut at a character. */
#define ERROR_MESSAGE_SIZE 512

/* Owned by the caller, usually on the stack; `ERROR_INIT` before use. */
struct error {
    int code;                         /* one of enum error_code */
    char message[ERROR_MESSAGE_SIZE]; /* UTF-8, nothing that steers a terminal, NUL-terminated */
};

#define ERROR_INIT                                                                                 \
    {                                                                                              \
        0                                                                                          \
    }

/*
 * Fills `error` (which may be NULL) and returns `code`, so that a failing function can write
 * `return error_set(error, ERROR_INVALID, "line %zu: ...", line);`. Control characters in the
 * formatted text, and others that steer a terminal (text.h), become '?', invalid UTF-8 becomes U+FFFD: a message can always be printed.
 */
int error_set(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the message already in `error`; returns its code. */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The stable name of a code ("invalid", "not-found" ...); a static string, never NULL. */
const char *error_code_name(int code);

#endif
