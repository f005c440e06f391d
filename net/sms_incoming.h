/*
 * What the SMS gateway brings (net/sms.md): signed requests, messages of clients in one or more
 * parts, and what became of ours.
 */
#ifndef GUICHET_NET_SMS_INCOMING_H
#define GUICHET_NET_SMS_INCOMING_H

#include <stddef.h>

#include "net/intake.h"

/* A request is taken if it was signed within so long of now. */
#define SMS_WINDOW_MS (INT64_C(300) * 1000)
/* After so long what is there of a message in parts is taken without the rest. */
#define SMS_PATIENCE_MS (INT64_C(3600) * 1000)

#define SMS_SECRET_LEAST 16

/* Reads the secret: the first line of a file that its owner alone can read. sms_secret_close wipes
 * it; NULL is allowed there. */
int sms_secret_open(char **secret, const char *path, struct error *error);
void sms_secret_close(char *secret);

/* Whether the header `Guichet-Signature: t=SECONDS,v1=HEX` signs this body with the secret, now,
 * and for the first time. ERROR_REFUSED with why. */
int sms_check(struct ledger *ledger, const char *secret, const char *header, const void *body,
              size_t length, int64_t now_ms, struct error *error);

enum sms_kind {
    SMS_TAKEN,   /* it is on a case now */
    SMS_PART,    /* the rest is waited for */
    SMS_STOPPED, /* the client wants no more, or wants them again */
    SMS_REFUSED, /* in `reason` */
};

struct sms_result {
    enum sms_kind kind;
    char reference[17]; /* of the case */
    char reason[160];
};

/* Takes the document of POST /v1/sms; a case that it opens waits in `queue` (key; "" for none, and
 * then the only office has it). ERROR_INVALID names the member that is wrong. */
int sms_take(struct ledger *ledger, const char *queue, const json_t *document, int64_t now_ms,
             struct sms_result *result, struct error *error);

/* Takes one message whose rest did not come in time; `more` when there was one. */
int sms_take_old(struct ledger *ledger, const char *queue, int64_t now_ms, bool *more,
                 struct error *error);

/* Takes the document of POST /v1/sms/receipts. ERROR_NOT_FOUND for a message that is none. */
int sms_receipt(struct ledger *ledger, const json_t *document, int64_t now_ms, struct error *error);

#endif
