/*
 * A terminal proves that it holds its key: an Ed25519 signature over what it asks for, the time and
 * a number used once. The same on both sides.
 */
#ifndef GUICHET_NET_DEVICE_PROOF_H
#define GUICHET_NET_DEVICE_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "net/signature.h"

#define DEVICE_KEY_SIZE       SIGNATURE_PUBLIC_SIZE
#define DEVICE_NONCE_SIZE     23 /* 16 bytes in base64url, and NUL */
#define DEVICE_SIGNATURE_SIZE 64

/* How far a proof's time may be from the server's. */
#define DEVICE_PROOF_WINDOW_MS (INT64_C(5) * 60 * 1000)

/* What is asked for: a signature for one is none for another. */
#define DEVICE_PROOF_LOGIN "login" /* subject: login, a line feed, device id */
#define DEVICE_PROOF_TOKEN                                                                         \
    "token"                              /* subject: as device_proof_token_subject makes it        \
                                          */
#define DEVICE_PROOF_PROVIDER "provider" /* subject: the handle of the sign-in, as it is sent */
#define DEVICE_PROOF_ENROL    "enrol"    /* subject: the one-time code as it is sent */

struct device_proof {
    unsigned char key[DEVICE_KEY_SIZE];
    int64_t at_ms;
    char nonce[DEVICE_NONCE_SIZE];
    unsigned char signature[DEVICE_SIGNATURE_SIZE];
};

/* A proof with a fresh nonce. libsodium must have started. */
void device_proof_make(struct device_proof *proof, const struct signature_key *key,
                       const char *purpose, const char *subject, int64_t at_ms);

#define DEVICE_TOKEN_SUBJECT_SIZE 104

/* The subject of DEVICE_PROOF_TOKEN; `device` is the text of the one that it binds, "" for none. */
void device_proof_token_subject(const char *token, const char *device,
                                char subject[DEVICE_TOKEN_SUBJECT_SIZE]);

/* Whether the key that it names has signed this. */
bool device_proof_holds(const struct device_proof *proof, const char *purpose, const char *subject);

/* {"key","time","nonce","signature"}: new reference, NULL out of memory; and back. */
json_t *device_proof_to_json(const struct device_proof *proof);
int device_proof_from_json(struct device_proof *proof, const json_t *value, struct error *error);

#endif
