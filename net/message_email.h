/*
 * What message_worker sends e-mail by (net/email_send.h).
 */
#ifndef GUICHET_NET_MESSAGE_EMAIL_H
#define GUICHET_NET_MESSAGE_EMAIL_H

#include <stdatomic.h>

#include "net/email_account.h"
#include "net/message_worker.h"

struct message_email {
    struct email_account account;
    const char *from;      /* the address that clients see and answer to; borrowed */
    const char *from_name; /* borrowed; "" for none */
    atomic_bool stopping;
};

struct message_email_options {
    struct email_account_options account;
    const char *from, *from_name;
};

/* Fills it, where it stays; message_email_close. */
int message_email_open(struct message_email *email, const struct message_email_options *options,
                       struct error *error);
void message_email_close(struct message_email *email);

struct message_carrier message_email_carrier(struct message_email *email);

#endif
