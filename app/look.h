/*
 * The look: that an agent opened somebody's file, and why. It is a record of type "access", only
 * ever appended: it waits in the outbox like everything else, the server keeps it in the audit
 * trail, and it comes back in nobody's feed. A terminal forgets it once the server has it.
 *
 * So that a day of work stays a page of looks, the same file opened again is not told again: within
 * one contact, or, without one, within an hour for the same purpose or none said. What was said
 * anew is told anew.
 */
#ifndef GUICHET_APP_LOOK_H
#define GUICHET_APP_LOOK_H

#include <stdbool.h>

#include "app/author.h"
#include "app/purpose.h"
#include "app/store.h"

/* Without a contact the same file is told again after so long. */
#define LOOK_AGAIN_MS (INT64_C(3600) * 1000)
/* A pin is a reason for its terminal to fetch the file by itself for so long. */
#define LOOK_PIN_MS (INT64_C(30) * 24 * 3600 * 1000)

/* What is done with the file: beside showing it, what this terminal is to keep of it. */
enum look_keep {
    LOOK_SHOWN = 0,
    LOOK_FETCH, /* it is not here, or not all of it, and asked for */
    LOOK_PIN,   /* it is to stay here */
    LOOK_UNPIN, /* no longer */
};

/* All but the first by name ("fetch"), then NULL. */
extern const char *const look_keep_words[];
/* LOOK_SHOWN when none is called so. */
enum look_keep look_keep_from_name(const char *name);

/* Borrowed; empty ids and NULL are left out. */
struct look {
    struct id client;
    struct id matter;  /* the case */
    struct id contact; /* in progress, empty for none */
    enum purpose purpose;
    const char *words; /* of the agent, PURPOSE_TEXT_LIMIT bytes at most */
    int64_t said_ms;   /* when the agent said so; 0: they were not asked */
    enum look_keep keep;
};

/* Whether this was told lately, by what the store keeps of that. */
bool look_is_told(struct store *store, const struct look *look, int64_t now_ms);

/* Adds the record. ERROR_INVALID when it names neither client nor case, ERROR_TOO_LARGE for longer
 * words. */
int look_add(struct batch *batch, const struct author *author, const struct look *look,
             struct error *error);

/* After it was applied: keeps that it is told. */
int look_note(struct store *store, const struct look *look, int64_t now_ms, struct error *error);

#endif
