/*
 * Sealing of personal content at rest: XChaCha20-Poly1305 under a random device key, which only
 * the agent's password unwraps (Argon2id). libsodium does all of the cryptography.
 */
#ifndef GUICHET_APP_SEAL_H
#define GUICHET_APP_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"

#define SEAL_KEY_SIZE     32
#define SEAL_OVERHEAD     40 /* nonce 24, tag 16 */
#define SEAL_WRAPPED_SIZE 96 /* version, limits, salt, nonce, sealed key */
/* The largest limits that a wrapped key is tried with: 1 GiB, some seconds. */
#define SEAL_PASSES_MOST      4
#define SEAL_MEMORY_BITS_MOST 30

/* A device key in locked memory that is wiped when freed; thread-safe to read. */
struct seal_key;

/* Must run once before anything else here, in any thread: starts libsodium, and sees whether keys
 * can be locked in memory. */
int seal_start(struct error *error);

/* Whether memory for keys is kept out of swap; false where the system allows none of it (ulimit -l)
 * or before seal_start. */
bool seal_memory_locked(void);

/* A new random key; NULL when memory cannot be had. */
struct seal_key *seal_key_new(void);
struct seal_key *seal_key_copy(const struct seal_key *key);
/* A key of these SEAL_KEY_SIZE bytes, which the caller wipes; and the bytes of one: borrowed, for
 * wrapping them otherwise (escrow.h). */
struct seal_key *seal_key_from(const unsigned char *bytes);
const unsigned char *seal_key_bytes(const struct seal_key *key);
void seal_key_free(struct seal_key *key);

/* Wraps the key under a password, at libsodium's interactive limits (about 0.1 s). */
int seal_key_wrap(const struct seal_key *key, const char *password,
                  unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error);

/* Unwraps: ERROR_REFUSED when the password is not the one. New key. */
int seal_key_unwrap(struct seal_key **key, const char *password, const unsigned char *wrapped,
                    size_t length, struct error *error);

/*
 * Seals `length` bytes; `about` (what it is: type and id) is bound but not stored, so that a row
 * moved to another place no longer opens. `sealed` has room for length + SEAL_OVERHEAD.
 */
void seal_bytes(const struct seal_key *key, const void *bytes, size_t length, const char *about,
                unsigned char *sealed);

/* Opens; `bytes` has room for length - SEAL_OVERHEAD. ERROR_STORAGE when it was altered. */
int seal_open(const struct seal_key *key, const unsigned char *sealed, size_t length,
              const char *about, void *bytes, struct error *error);

#endif
