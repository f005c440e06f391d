/*
 * The note: one entry on a case. Nothing is edited away: a correction is a note of its own.
 */
#ifndef GUICHET_APP_NOTE_H
#define GUICHET_APP_NOTE_H

#include <stdbool.h>

#include "app/author.h"

/* Borrowed; empty ids and NULL are left out. */
struct note_draft {
    const char *kind; /* of note_kind_words */
    const char *text; /* at most NOTE_TEXT_LIMIT bytes */
    struct id matter; /* the case */
    struct id contact;
    struct id client;
    struct id handoff;  /* that it is about: a message of it, or the call that it promises */
    struct id corrects; /* a note; the kind must then be "correction" */
    int64_t due_ms;     /* of a commitment: when; 0 for none */
    /* Only the author, whoever has the case in hands, and the supervisors of the author's office
     * may read it: the server gives it to nobody else. */
    bool restricted;
};

bool note_is_restricted(const struct record *note);

/* ERROR_INVALID for a blank text or an unknown kind, ERROR_TOO_LARGE with both sizes for a long
 * one, ERROR_INVALID when it belongs to nothing. */
int note_write(struct batch *batch, const struct author *author, const struct note_draft *draft,
               struct id *id, struct error *error);

#endif
