/*
 * The signed request that carries one delivery, or asks what came of it: see delivery.h.
 */
#ifndef GUICHET_NET_DELIVERY_MESSAGE_H
#define GUICHET_NET_DELIVERY_MESSAGE_H

#include "app/record.h"
#include "net/delivery_agencies.h"
#include "net/http_client.h"
#include "net/signature.h"

#define DELIVERY_HEADER_LIMIT 7

/* A request with what it borrows; delivery_message_clear when it was begun. */
struct delivery_message {
    struct http_request request;
    char *path;                             /* owned */
    char *body;                             /* owned; wiped */
    char *lines[DELIVERY_HEADER_LIMIT + 1]; /* owned; then NULL */
    const char *headers[DELIVERY_HEADER_LIMIT + 1];
};

/* What one agency receives of a submission: compact JSON with sorted members, always the same.
 * Owned (free()); NULL when out of memory. */
char *delivery_envelope(const struct record *delivery, const struct record *submission);

int delivery_message_make(struct delivery_message *message, const struct agency *agency,
                          const struct signature_key *key, const struct record *delivery,
                          const struct record *submission, int64_t now_ms, struct error *error);
void delivery_message_clear(struct delivery_message *message);

#endif
