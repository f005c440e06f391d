/*
 * Signed requests as a receiver checks them (RFC 9421, RFC 9530), for the tests' agency and SMS
 * gateway: code of their own, beside what signs in net/signature.c.
 */
#ifndef GUICHET_TESTS_AGENCY_SIGNED_H
#define GUICHET_TESTS_AGENCY_SIGNED_H

#include <stddef.h>

#include <microhttpd.h>

struct signed_wanted {
    const char *scheme; /* "https": of the target */
    const char *tag;
    const char *const *components; /* that must be signed; ends with NULL */
    const unsigned char *key;      /* Ed25519, public */
};

/* NULL when it is signed as it must be, else why not. `body` NULL: it has none. */
const char *signed_check(struct MHD_Connection *connection, const struct signed_wanted *wanted,
                         const char *method, const char *url, const char *body, size_t length);

/* Reads the public key out of the PEM file that `guichetd delivery-key` prints. */
int signed_key_read(unsigned char *key, const char *path);

#endif
