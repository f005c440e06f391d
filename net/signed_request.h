/*
 * A signed request (signature.h) with all that it borrows: what goes to agencies (delivery.h) and to
 * the SMS gateway.
 */
#ifndef GUICHET_NET_SIGNED_REQUEST_H
#define GUICHET_NET_SIGNED_REQUEST_H

#include "net/http_client.h"
#include "net/signature.h"

#define SIGNED_HEADER_LIMIT 7

/* Zero-initialise; signed_request_clear when it was begun. */
struct signed_request {
    struct http_request request;
    char *path;                           /* owned */
    char *body;                           /* owned; wiped */
    char *lines[SIGNED_HEADER_LIMIT + 1]; /* owned; then NULL */
    const char *headers[SIGNED_HEADER_LIMIT + 1];
};

/* Adds a header. */
void signed_request_line(struct signed_request *made, const char *name, const char *value);

/* Signs the components and adds them as headers, those apart that are none ("@method"), or that
 * the HTTP client adds. False when out of memory. */
bool signed_request_sign(struct signed_request *made, const struct signature_key *key,
                         const char *tag, const struct signature_component *components,
                         size_t count, int64_t now_ms);

void signed_request_clear(struct signed_request *made);

#endif
