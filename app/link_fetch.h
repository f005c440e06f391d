/*
 * Attachments that the sync thread fetches for the screen (link.h): one at a time, asked for by the
 * screen and held in memory until it is taken.
 */
#ifndef GUICHET_APP_LINK_FETCH_H
#define GUICHET_APP_LINK_FETCH_H

#include "app/link.h"

enum link_fetch {
    LINK_FETCH_NONE,   /* it was not asked for, or another one was since */
    LINK_FETCH_ASKED,  /* on its way, or waiting for the server */
    LINK_FETCH_FAILED, /* `message` says why */
    LINK_FETCH_HERE,   /* `bytes` and `length` are it */
};

/* Asks for the attachment of this id instead of the one before; an empty id for none. */
void link_fetch_ask(struct link *link, const struct id *id);
/* What became of it. LINK_FETCH_HERE: `bytes` is the caller's (free()), NUL-terminated, and the
 * link has it no longer. `message` has room for ERROR_MESSAGE_SIZE. */
enum link_fetch link_fetch_take(struct link *link, const struct id *id, char **bytes,
                                size_t *length, char *message);

/* The sync thread: which one is wanted; false when none is. */
bool link_fetch_wanted(struct link *link, struct id *id);
/* It answers: takes over `bytes`; NULL with the reason in `message`. Rings the screen. */
void link_fetch_answer(struct link *link, const struct id *id, char *bytes, size_t length,
                       const char *message);

#endif
