/*
 * A delegation: who may act for a client (a business, a parent, somebody under guardianship), by
 * which proof and until when. Made by an agent who has seen the proof; it ends on its last day, or
 * when somebody ends it.
 */
#ifndef GUICHET_APP_DELEGATION_H
#define GUICHET_APP_DELEGATION_H

#include "app/author.h"
#include "app/store.h"

/* Borrowed. */
struct delegation_draft {
    struct id client;   /* for whom */
    struct id delegate; /* who acts */
    const char *role;   /* "director", "mother"; may be NULL */
    const char *proof;  /* what was seen: "resolution of the board, 2026-05-02" */
    const char *until;  /* its last day, in a form of birth_date.h; NULL or "": no end */
    const char *level;  /* the identity that the delegate must show: a word of the contact's
                         * "identity"; NULL: "verified" */
};

/* ERROR_INVALID naming the member: no proof, nobody, the client themself, no date. */
int delegation_make(struct batch *batch, const struct author *author,
                    const struct delegation_draft *draft, struct id *id, struct error *error);

/* Ends it now; ERROR_CONFLICT when it has ended. */
int delegation_end(struct batch *batch, const struct author *author,
                   const struct record *delegation, struct error *error);

enum delegation_state {
    DELEGATION_VALID,
    DELEGATION_EXPIRED, /* its last day has passed: it does not count */
    DELEGATION_ENDED,
};

/* `today` is the day at the office, YYYY-MM-DD. */
enum delegation_state delegation_state(const struct record *delegation, const char *today);

/* The delegations of a client: those who act for them (`acts` false), or those for whom they act.
 * Follows merged files. Newest first. */
int delegation_each(struct store *store, const struct id *client, bool acts, store_visit visit,
                    void *context, struct error *error);

/* Whether an identity that was shown ("none", "basic", "verified", "") is enough for it. */
bool delegation_is_enough(const struct record *delegation, const char *identity);

#endif
