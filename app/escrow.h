/*
 * An organisation's key pair, with which it can recover the cache of an agent who forgot their
 * password: terminals know the public half and deposit their store's key for it (a sealed box);
 * the secret half stays with an administrator, offline.
 */
#ifndef GUICHET_APP_ESCROW_H
#define GUICHET_APP_ESCROW_H

#include <stdbool.h>

#include "app/error.h"
#include "app/seal.h"

#define ESCROW_KEY_SIZE         32
#define ESCROW_SEALED_SIZE      (SEAL_KEY_SIZE + 48) /* a sealed box: ephemeral key, tag */
#define ESCROW_PUBLIC_TEXT_SIZE 64                   /* "guichet-escrow-1:" and 43 characters */
#define ESCROW_FINGERPRINT_SIZE 20                   /* "1f2e 3d4c 5b6a 7988" */

struct escrow_public {
    unsigned char bytes[ESCROW_KEY_SIZE];
};

/* The secret half, in locked memory. */
struct escrow_secret;

/* A new pair; NULL when memory cannot be locked. */
struct escrow_secret *escrow_secret_new(void);
void escrow_secret_free(struct escrow_secret *secret);
void escrow_secret_public(const struct escrow_secret *secret, struct escrow_public *public_key);

/* The file of the secret half: made, never overwritten (ERROR_CONFLICT), for its owner alone. */
int escrow_secret_write(const struct escrow_secret *secret, const char *path, struct error *error);
int escrow_secret_read(struct escrow_secret **secret, const char *path, struct error *error);

/* The public half as people pass it on: "guichet-escrow-1:<base64url>". */
void escrow_public_text(const struct escrow_public *public_key, char text[ESCROW_PUBLIC_TEXT_SIZE]);
bool escrow_public_parse(struct escrow_public *public_key, const char *text);

/* What a setting says: a key, or "none" (nobody may open anything). False for neither. */
#define ESCROW_NONE "none"
bool escrow_setting_parse(struct escrow_public *public_key, bool *there, const char *text);

/* What two people compare over the phone. */
void escrow_fingerprint(const struct escrow_public *public_key, char text[ESCROW_FINGERPRINT_SIZE]);

/* Deposits a key, and takes it out again (new): ERROR_REFUSED when it is for another pair. */
void escrow_seal(const struct escrow_public *public_key, const struct seal_key *key,
                 unsigned char sealed[ESCROW_SEALED_SIZE]);
int escrow_open(const struct escrow_secret *secret, const unsigned char sealed[ESCROW_SEALED_SIZE],
                struct seal_key **key, struct error *error);

#endif
