/*
 * Mail to a client: made as RFC 5322 and MIME say, and handed to an SMTP server. One message, one
 * recipient.
 */
#ifndef GUICHET_NET_EMAIL_SEND_H
#define GUICHET_NET_EMAIL_SEND_H

#include <stdbool.h>

#include "app/error.h"
#include "app/id.h"
#include "app/text.h"
#include "net/email_account.h"

/* Ids of messages that we made begin so: one that comes back to us is recognised. */
#define EMAIL_OWN_ID_PREFIX "guichet."
/* "guichet.", a UUID, '@' and a domain name. */
#define EMAIL_ID_SIZE 304

#define EMAIL_REASON_SIZE 160

struct email_outgoing {
    const char *from;        /* an address */
    const char *from_name;   /* NULL for none */
    const char *to;          /* an address */
    const char *subject;     /* UTF-8; "" for none */
    const char *text;        /* UTF-8 */
    const char *language;    /* BCP 47; NULL: not said */
    const char *message_id;  /* of email_message_id; NULL: one is made, and each try is another */
    const char *in_reply_to; /* the id of the client's message that this answers; NULL */
    const char *reference;   /* of the case: put after the subject unless it is in it; NULL */
    bool automatic;          /* made from a template: says so, that no machine answers (RFC 3834) */
    /* Called once, before the server is given the end of it: until then it cannot have it. Non-zero
     * ends the sending with that code. NULL: nothing is called. */
    int (*last_step)(void *context, struct error *error);
    void *last_context;
};

/* The reason of EMAIL_LATER when the server may have it all the same: it did not answer. */
#define EMAIL_ANSWER_UNKNOWN "answer-unknown"

enum email_sent {
    EMAIL_SENT,    /* the server took it */
    EMAIL_LATER,   /* nobody took it, and it may be tried again */
    EMAIL_BOUNCED, /* refused for good */
};

/* The Message-ID of a message record, in the domain of `from`, without <>: the same each time, so
 * that what is sent twice after a crash is one message to its reader. */
void email_message_id(const struct id *record, const char *from, char id[EMAIL_ID_SIZE]);

/* True for an id that email_message_id made, with or without <>. */
bool email_id_is_own(const char *message_id);

/* An address that can stand in an SMTP command: something, one '@', something; no spaces, controls
 * or angle brackets. */
bool email_address_is_plain(const char *address);

/* The bytes of the message, lines ending in CR LF. ERROR_INVALID for addresses that are none. */
int email_compose(const struct email_outgoing *outgoing, struct text_buffer *message,
                  struct error *error);

/*
 * Sends it, waiting for the server. `reason` tells what went wrong, in words fit to be shown; ""
 * after EMAIL_SENT. An error is a failure on this side (memory, ERROR_CANCELLED when stopped), and
 * then nobody knows whether it was sent.
 */
int email_send(const struct email_account *account, const struct email_outgoing *outgoing,
               enum email_sent *sent, char reason[EMAIL_REASON_SIZE], struct error *error);

#endif
