/*
 * A consent: what a client agreed to, for whom, until when, and how they said so. It is noted by an
 * agent, or by the server from the form in which it was given; it ends on its last day, or when the
 * client withdraws it. What waits to be sent under a consent that is withdrawn is not sent.
 */
#ifndef GUICHET_APP_CONSENT_H
#define GUICHET_APP_CONSENT_H

#include "app/author.h"
#include "app/store.h"

/* Borrowed. */
struct consent_draft {
    struct id client;
    const char *what;  /* "address and household may be shared" */
    const char *whom;  /* "the tax agency" */
    const char *until; /* its last day, in a form of birth_date.h; NULL or "": no end */
    const char *how;   /* a word of consent_how_words; NULL: "spoken" */
};

/* ERROR_INVALID naming the member. */
int consent_make(struct batch *batch, const struct author *author,
                 const struct consent_draft *draft, struct id *id, struct error *error);

/* ERROR_CONFLICT when it is withdrawn already. */
int consent_withdraw(struct batch *batch, const struct author *author, const struct record *consent,
                     struct error *error);

enum consent_state {
    CONSENT_VALID,
    CONSENT_EXPIRED, /* its last day has passed: it does not count */
    CONSENT_WITHDRAWN,
};

/* `today` is the day at the office, YYYY-MM-DD. */
enum consent_state consent_state(const struct record *consent, const char *today);

/* Those of a client, also of the files merged into theirs, newest first. */
int consent_each(struct store *store, const struct id *client, store_visit visit, void *context,
                 struct error *error);

#endif
