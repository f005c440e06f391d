/*
 * What the ledger keeps of the SMS gateway: requests that were taken already, parts of messages
 * until all of them are here, and numbers that asked for no more.
 */
#ifndef GUICHET_NET_LEDGER_SMS_H
#define GUICHET_NET_LEDGER_SMS_H

#include "app/message.h"
#include "net/ledger.h"

#define SMS_SIGNATURE_BYTES 32
#define SMS_PARTS_MOST      20

/* Notes a signature until its time has passed anyway; `fresh` is false when it was noted before. */
int ledger_sms_admit(struct ledger *ledger, const unsigned char signature[SMS_SIGNATURE_BYTES],
                     int64_t until_ms, int64_t now_ms, bool *fresh, struct error *error);

/* Keeps a part; `text` (owned, free()) is the whole when all of them are here, else NULL. */
int ledger_sms_part(struct ledger *ledger, const char *series, int64_t number, int64_t total,
                    const char *part, int64_t now_ms, char **text, struct error *error);
/* The series whose first part came first, before `before_ms`, with what there is of its text: both
 * owned, NULL when there is none. */
int ledger_sms_old(struct ledger *ledger, int64_t before_ms, char **series, char **text,
                   struct error *error);
/* The parts are a message now. */
int ledger_sms_joined(struct ledger *ledger, const char *series, struct error *error);

/* A number stops messages, or wants them again: it is noted, and so is the wish of every client
 * who has it. One transaction. */
int ledger_sms_wish(struct ledger *ledger, const char number[MESSAGE_NUMBER_SIZE], bool stop,
                    int64_t now_ms, struct error *error);
/* Whether a number stopped them. */
int ledger_sms_stopped(struct ledger *ledger, const char *number, bool *stopped,
                       struct error *error);

#endif
