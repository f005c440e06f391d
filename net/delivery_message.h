/*
 * The signed request that carries one delivery, or asks what came of it: see delivery.h.
 */
#ifndef GUICHET_NET_DELIVERY_MESSAGE_H
#define GUICHET_NET_DELIVERY_MESSAGE_H

#include "app/record.h"
#include "net/delivery_agencies.h"
#include "net/signed_request.h"

/* What one agency receives of a submission: compact JSON with sorted members, always the same.
 * Owned (free()); NULL when out of memory. */
char *delivery_envelope(const struct record *delivery, const struct record *submission);

/* signed_request_clear when it was made. */
int delivery_message_make(struct signed_request *message, const struct agency *agency,
                          const struct signature_key *key, const struct record *delivery,
                          const struct record *submission, int64_t now_ms, struct error *error);

#endif
