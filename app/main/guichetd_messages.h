/*
 * Messages to clients as `guichetd serve` sends them: which carriers there are, by the settings.
 */
#ifndef GUICHET_APP_MAIN_GUICHETD_MESSAGES_H
#define GUICHET_APP_MAIN_GUICHETD_MESSAGES_H

#include "app/config.h"
#include "net/message_email.h"
#include "net/message_worker.h"
#include "net/sms_gateway.h"

/* Stays where it is while it works. */
struct guichetd_messages {
    struct message_email email;
    bool has_email;
    struct sms_gateway *sms;
    struct message_carrier carriers[2];
    struct message_worker *worker;
};

/* Before anybody else writes into the ledger. */
int guichetd_messages_start(struct guichetd_messages *messages, const struct config *config,
                            struct ledger *ledger, struct error *error);
/* Nobody else writes any more. */
void guichetd_messages_stop(struct guichetd_messages *messages);

#endif
