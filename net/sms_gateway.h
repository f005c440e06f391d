/*
 * The SMS gateway, outwards: one signed POST a message (net/sms.md).
 */
#ifndef GUICHET_NET_SMS_GATEWAY_H
#define GUICHET_NET_SMS_GATEWAY_H

#include "net/message_worker.h"

struct sms_gateway;

struct sms_gateway_options {
    const char *url;     /* where messages are posted: https, or http on this machine alone */
    const char *ca_file; /* PEM: only what it certifies is trusted; NULL or "": the system's */
    const char *key;     /* path of the key that signs (signature.h) */
    const char *number;  /* that clients see, or "" */
};

int sms_gateway_open(struct sms_gateway **gateway, const struct sms_gateway_options *options,
                     struct error *error);
/* Nobody sends any more. NULL is allowed. */
void sms_gateway_close(struct sms_gateway *gateway);

/* What message_worker sends SMS by; borrows the gateway. */
struct message_carrier sms_gateway_carrier(struct sms_gateway *gateway);

#endif
