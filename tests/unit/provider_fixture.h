/*
 * An identity provider for the tests: a real HTTP server on loopback with real keys, which answers
 * as it is told.
 */
#ifndef GUICHET_TESTS_UNIT_PROVIDER_FIXTURE_H
#define GUICHET_TESTS_UNIT_PROVIDER_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include <gnutls/abstract.h>
#include <jansson.h>

enum provider_key {
    KEY_RSA,
    KEY_P256,
    KEY_ED25519,
    KEY_SMALL, /* RSA of 1024 bits */
    KEY_COUNT
};

struct MHD_Daemon;

struct provider_fixture {
    gnutls_privkey_t keys[KEY_COUNT];
    struct MHD_Daemon *daemon;
    char issuer[64];
    /* What it says; changed by the test between two requests. */
    json_t *discovery; /* owned */
    json_t *set;       /* owned: the JWK Set */
    json_t *device;    /* owned: answer of the device endpoint */
    json_t *person;    /* owned: what it tells whoever shows "a-token" */
    json_t *answer;    /* owned: answer of the token endpoint */
    unsigned status;   /* of that answer */
    char form[2048];   /* the form that came last */
    int discoveries, key_reads;
};

/* Makes the keys (once each: RSA keys take long) and starts the server. */
void provider_fixture_start(struct provider_fixture *fixture);
void provider_fixture_stop(struct provider_fixture *fixture);
/* It can no longer be reached. */
void provider_fixture_away(struct provider_fixture *fixture);

/* The public key as a JWK of this id; new. */
json_t *provider_fixture_jwk(const struct provider_fixture *fixture, enum provider_key key,
                             const char *id);

/* A token of header and claims (both taken over), signed by a key by its own method. Owned. */
char *provider_fixture_sign(const struct provider_fixture *fixture, enum provider_key key,
                            json_t *header, json_t *claims);

/* Claims of somebody who signed in just now; new. */
json_t *provider_fixture_claims(const struct provider_fixture *fixture, int64_t now_ms,
                                const char *name);

#endif
