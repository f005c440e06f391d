/*
 * Fetches mail: a thread that looks into a mailbox from time to time and takes what is new
 * (email_take.h), one message after the other, the oldest first.
 *
 * A message is marked as seen, and moved where that is wished, only after it was taken or refused
 * and that is on disk; how far the mailbox was read is written after that. Killed in between, the
 * server takes the message once more, and finds by its Message-ID that it has it. One that cannot
 * be read never keeps up the next: it is refused; one that the mail server does not give is tried
 * three times.
 */
#ifndef GUICHET_NET_EMAIL_FETCH_H
#define GUICHET_NET_EMAIL_FETCH_H

#include "app/error.h"
#include "net/email_account.h"
#include "net/email_take.h"

struct email_fetch_options {
    struct email_account account; /* copied; what it points to is borrowed */
    const char *mailbox;          /* "INBOX" */
    const char *taken_mailbox;    /* where messages go that were taken; NULL: they stay */
    const char *refused_mailbox;  /* and those that were refused */
    int64_t poll_ms;
    struct email_desk desk;
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

struct email_fetcher;

/* Starts the thread; all in `options` is borrowed until the stop. */
int email_fetcher_start(struct email_fetcher **fetcher, const struct email_fetch_options *options,
                        struct ledger *ledger, struct error *error);
/* Gives up what is under way, joins the thread and frees. NULL is allowed. */
void email_fetcher_stop(struct email_fetcher *fetcher);

#endif
