/*
 * What becomes of one mail: it is taken as a message on a case (net/intake.h), or put on the list
 * of refused messages, or, a notification of a mail server, noted on the message concerned.
 *
 * Refused are mails that cannot be read, or are too much of anything (email_parse.h); our own that
 * come back; automatic ones and those of lists that answer nothing of ours; and those of a sender
 * who sends too many: two machines that answer each other end there.
 */
#ifndef GUICHET_NET_EMAIL_TAKE_H
#define GUICHET_NET_EMAIL_TAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "net/email_parse.h"
#include "net/ledger.h"

/* Whose mail it is. All borrowed. */
struct email_desk {
    const char *source;         /* names the mailbox, of at most INTAKE_SOURCE_LIMIT bytes */
    const char *address;        /* of the mailbox; NULL: not known */
    const char *queue, *office; /* where new cases go: keys of the catalogue, NULL: not said */
    struct email_limits limits;
    int64_t per_hour; /* messages of one sender within an hour, at most; 0: no limit */
};

/* Takes mail; for one thread. What it remembers of senders does not outlive it. */
struct email_taker;
int email_taker_new(struct email_taker **taker, const struct email_desk *desk,
                    struct ledger *ledger, struct error *error);
void email_taker_free(struct email_taker *taker);

enum email_taken {
    EMAIL_TAKEN,
    EMAIL_REPEATED, /* it was taken before */
    EMAIL_REFUSED,
    EMAIL_REPORTED, /* it was about a message of ours */
};

#define EMAIL_TAKEN_REASON_SIZE 160

/*
 * Takes one, on disk when this returns 0. `handle` names a mail that cannot be read on the list of
 * refused messages, and is the same whenever it comes. `reason` tells why it was refused, without
 * any content. A negative code means that nothing was done, and that it may come again.
 */
int email_take(struct email_taker *taker, const void *bytes, size_t length, const char *handle,
               int64_t now_ms, enum email_taken *taken, char reason[EMAIL_TAKEN_REASON_SIZE],
               struct error *error);

/* Puts one that could not even be fetched on the list. */
int email_refuse(struct email_taker *taker, const char *handle, const char *reason, int64_t now_ms,
                 struct error *error);

#endif
