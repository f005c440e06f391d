/*
 * Writes what clients are told by themselves: one message a change of their case's status, from the
 * catalogue's templates, to those who asked for that and by a channel that they did not refuse.
 */
#ifndef GUICHET_NET_MESSAGE_CLERK_H
#define GUICHET_NET_MESSAGE_CLERK_H

#include "net/ledger_message.h"

/* Deals with one notice, which is then gone, whether something is told or not. `public_address` may
 * be "": links are then left out, and no questionnaire is sent. */
int message_clerk_tell(struct ledger *ledger, const char *public_address,
                       const struct ledger_notice *notice, int64_t now_ms, struct error *error);

#endif
