/*
 * What the ledger keeps for mail: how far each mailbox was read, and what mail servers reported of
 * messages that were sent.
 */
#ifndef GUICHET_NET_LEDGER_EMAIL_H
#define GUICHET_NET_LEDGER_EMAIL_H

#include "net/ledger.h"

/* All up to `uid` was dealt with, as long as the mailbox's numbers are of this generation. */
struct ledger_mailbox {
    uint32_t validity;
    uint32_t uid;
};

/* Zeros for one that was never read. */
int ledger_mailbox_read(struct ledger *ledger, const char *source, struct ledger_mailbox *mailbox,
                        struct error *error);
/* On disk when this returns 0. */
int ledger_mailbox_write(struct ledger *ledger, const char *source,
                         const struct ledger_mailbox *mailbox, struct error *error);

/* Whether one of these messages came in or went out here. */
int ledger_email_knows(struct ledger *ledger, const char *const *message_ids, size_t count,
                       bool *known, struct error *error);

/* A mail server reported of a message record. `ours` is false when there is no such message that
 * went out. One that failed is then bounced, with the reason. */
int ledger_email_report(struct ledger *ledger, const struct id *message, bool failed,
                        const char *reason, int64_t now_ms, bool *ours, struct error *error);

#endif
