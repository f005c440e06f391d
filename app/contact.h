/*
 * The contact: one interaction with a client in one channel, begun and ended, with its outcome.
 */
#ifndef GUICHET_APP_CONTACT_H
#define GUICHET_APP_CONTACT_H

#include "app/author.h"
#include "app/store.h"

/* What may be known when it begins; borrowed. Empty ids and NULL or "" texts: not known yet. */
struct contact_start {
    struct id client;
    struct id matter; /* the case */
    struct id ticket; /* that the client came with */
    const char *language;
    const char *service; /* key */
    const char *need;    /* in the client's words */
};

/* Begins a contact now, in the author's channel. `start` may be NULL. */
int contact_begin(struct batch *batch, const struct author *author,
                  const struct contact_start *start, struct id *id, struct error *error);

/* Says who it is with and which case it is about; an empty id leaves that as it is. */
int contact_link(struct batch *batch, const struct author *author, const struct record *contact,
                 const struct id *client, const struct id *matter, struct error *error);

/* One of "language", "identity" ("none", "basic", "verified"), "need", "service", "channel" is
 * fixed. Adds nothing when it is the same. */
int contact_set(struct batch *batch, const struct author *author, const struct record *contact,
                const char *member, const char *text, struct error *error);

/* Sets a flag of mood_words, or takes it back; ERROR_INVALID for no such flag. Adds nothing when it
 * stands so. */
int contact_mood_set(struct batch *batch, const struct author *author, const struct record *contact,
                     const char *flag, bool on, struct error *error);
bool contact_has_mood(const struct record *contact, const char *flag);

/* After its end: until when the agent writes it up and takes nobody (ms; "wrap_up_until"). A moment
 * that has passed makes them available. */
int contact_wrap_up(struct batch *batch, const struct author *author, const struct record *contact,
                    int64_t until_ms, struct error *error);

/* Ends it now with an outcome of outcome_words; ERROR_CONFLICT when it has ended. */
int contact_end(struct batch *batch, const struct author *author, const struct record *contact,
                const char *outcome, struct error *error);

bool contact_is_open(const struct record *contact);

/* The newest contact in progress of this agent: new (record_free), NULL when there is none. */
int contact_find_open(struct store *store, const struct id *agent, struct record **contact,
                      struct error *error);

#endif
