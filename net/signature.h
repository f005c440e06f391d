/*
 * Signed requests: HTTP Message Signatures (RFC 9421) with Ed25519, Content-Digest (RFC 9530), and
 * the key, which is kept as PKCS #8 in PEM (RFC 8410), as OpenSSL writes it.
 */
#ifndef GUICHET_NET_SIGNATURE_H
#define GUICHET_NET_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "app/text.h"

#define SIGNATURE_SEED_SIZE   32
#define SIGNATURE_PUBLIC_SIZE 32
#define SIGNATURE_SECRET_SIZE 64
#define SIGNATURE_KEY_ID_SIZE 44 /* with its NUL */

/* Plain value; wipe it (sodium_memzero) when done. */
struct signature_key {
    unsigned char secret[SIGNATURE_SECRET_SIZE];
    unsigned char public[SIGNATURE_PUBLIC_SIZE];
    char id[SIGNATURE_KEY_ID_SIZE]; /* JWK thumbprint (RFC 7638) of the public key, base64url */
};

/* The key that follows from a seed. libsodium must have started. */
void signature_key_from_seed(struct signature_key *key,
                             const unsigned char seed[SIGNATURE_SEED_SIZE]);

/* Reads a key file. ERROR_NOT_FOUND when there is none, ERROR_REFUSED when others than its owner
 * can read it, ERROR_INVALID when it holds something else. */
int signature_key_read(struct signature_key *key, const char *path, struct error *error);
/* Makes a new key and writes it, for its owner alone; ERROR_CONFLICT when the file exists. */
int signature_key_make(struct signature_key *key, const char *path, struct error *error);

/* Adds the public key as PEM (SubjectPublicKeyInfo), the form in which agencies take it. */
void signature_public_pem(const struct signature_key *key, struct text_buffer *pem);

/* Something of the message that is signed: "@method", "@target-uri", or the lower-case name of a
 * header, with its value. */
struct signature_component {
    const char *name;
    const char *value;
};

struct signature_parameters {
    int64_t created;    /* seconds since 1970 */
    const char *key_id; /* printable ASCII without '"' and '\' */
    const char *tag;    /* likewise; NULL for none */
};

/* Adds the signature parameters of RFC 9421 section 2.3, `("@method" ...);created=...`, and the
 * signature in base64, as they stand behind `label=` and between the colons of `label=:...:`. */
void signature_make(const struct signature_key *key, const struct signature_component *components,
                    size_t count, const struct signature_parameters *parameters,
                    struct text_buffer *input, struct text_buffer *signature);

#define CONTENT_DIGEST_SIZE 64

/* `sha-256=:...:` of a body. */
void content_digest(const void *body, size_t length, char digest[CONTENT_DIGEST_SIZE]);

#endif
