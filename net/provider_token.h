/*
 * The identity token of another organisation's sign-in: a signed JWT (RFC 7519, RFC 7515), checked
 * as OpenID Connect Core 1.0 section 3.1.3.7 asks. Signatures by GnuTLS.
 */
#ifndef GUICHET_NET_PROVIDER_TOKEN_H
#define GUICHET_NET_PROVIDER_TOKEN_H

#include <stdint.h>

#include <jansson.h>

#include "app/error.h"

/* Longest token, in bytes. */
#define PROVIDER_TOKEN_LIMIT (32 * 1024)
/* Most keys of a provider that are looked at. */
#define PROVIDER_KEYS_LIMIT 64
/* How far the clocks of two machines may be apart, and how old a token may be when it comes. */
#define PROVIDER_SKEW_MS (INT64_C(2) * 60 * 1000)
#define PROVIDER_AGE_MS  (INT64_C(10) * 60 * 1000)

struct provider_expectation {
    const char *issuer;   /* must be the token's, letter for letter */
    const char *audience; /* ours: must be among the token's */
    int64_t now_ms;
};

/*
 * Checks signature and claims against `keys`, a JWK Set (RFC 7517). RS256, ES256 and EdDSA
 * (Ed25519) are taken; RSA keys of less than 2048 bits, "none" and shared secrets are not. `claims`
 * is a new reference. ERROR_NOT_FOUND when no key of the set has the token's key id (the keys may
 * have changed: read them again), ERROR_REFUSED for whatever else is wrong with it, naming what.
 */
int provider_token_check(const char *token, const json_t *keys,
                         const struct provider_expectation *expectation, json_t **claims,
                         struct error *error);

#endif
