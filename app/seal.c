#include "app/seal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* The layout of a wrapped key; the limits stand in it so that they can be raised later. */
#define WRAPPED_VERSION 1
#define LIMITS_OFFSET   4
#define SALT_OFFSET     8
#define NONCE_OFFSET    24
#define SEALED_OFFSET   48

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE   crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(SALT_OFFSET + crypto_pwhash_SALTBYTES == NONCE_OFFSET, "salt fits");
_Static_assert(NONCE_OFFSET + NONCE_SIZE == SEALED_OFFSET, "nonce fits");
_Static_assert(SEALED_OFFSET + SEAL_KEY_SIZE + TAG_SIZE == SEAL_WRAPPED_SIZE, "key fits");
_Static_assert(NONCE_SIZE + TAG_SIZE == SEAL_OVERHEAD, "overhead is nonce and tag");

/* Memory from sodium_malloc: locked, guarded, wiped when freed. */
struct seal_key {
    unsigned char bytes[SEAL_KEY_SIZE];
};

static bool memory_locked;

int seal_start(struct error *error)
{
    void *probe;

    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    /* sodium_malloc goes on where it may not lock, and does not say so. */
    probe = sodium_malloc(SEAL_KEY_SIZE);
    memory_locked = probe != NULL && sodium_mlock(probe, SEAL_KEY_SIZE) == 0;
    sodium_free(probe);
    return 0;
}

bool seal_memory_locked(void)
{
    return memory_locked;
}

struct seal_key *seal_key_new(void)
{
    struct seal_key *key = sodium_malloc(sizeof(*key));

    if (key != NULL)
        randombytes_buf(key->bytes, sizeof(key->bytes));
    return key;
}

struct seal_key *seal_key_copy(const struct seal_key *key)
{
    struct seal_key *copy = sodium_malloc(sizeof(*copy));

    if (copy != NULL)
        memcpy(copy->bytes, key->bytes, sizeof(copy->bytes));
    return copy;
}

struct seal_key *seal_key_from(const unsigned char *bytes)
{
    struct seal_key *key = sodium_malloc(sizeof(*key));

    if (key != NULL)
        memcpy(key->bytes, bytes, sizeof(key->bytes));
    return key;
}

const unsigned char *seal_key_bytes(const struct seal_key *key)
{
    return key->bytes;
}

void seal_key_free(struct seal_key *key)
{
    sodium_free(key);
}

/* The key that a password gives with the salt and limits in `wrapped`. */
static int derive(struct seal_key *derived, const char *password, const unsigned char *wrapped,
                  struct error *error)
{
    unsigned long long passes = wrapped[LIMITS_OFFSET];
    size_t memory = (size_t)1 << wrapped[LIMITS_OFFSET + 1];

    if (crypto_pwhash(derived->bytes, sizeof(derived->bytes), password, strlen(password),
                      wrapped + SALT_OFFSET, passes, memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return error_set(error, ERROR_MEMORY, "not enough memory to derive a key (%zu bytes)",
                         memory);
    return 0;
}

int seal_key_wrap(const struct seal_key *key, const char *password,
                  unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error)
{
    struct seal_key *derived = sodium_malloc(sizeof(*derived));
    unsigned char memory_bits = 0;
    int code;

    if (derived == NULL)
        return error_set(error, ERROR_MEMORY, "out of locked memory");
    while (((size_t)1 << memory_bits) < crypto_pwhash_MEMLIMIT_INTERACTIVE)
        memory_bits++;
    memset(wrapped, 0, SEAL_WRAPPED_SIZE);
    wrapped[0] = WRAPPED_VERSION;
    wrapped[LIMITS_OFFSET] = crypto_pwhash_OPSLIMIT_INTERACTIVE;
    wrapped[LIMITS_OFFSET + 1] = memory_bits;
    randombytes_buf(wrapped + SALT_OFFSET, SEALED_OFFSET - SALT_OFFSET);
    code = derive(derived, password, wrapped, error);
    if (code == 0)
        crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped + SEALED_OFFSET, NULL, key->bytes,
                                                   sizeof(key->bytes), wrapped, NONCE_OFFSET, NULL,
                                                   wrapped + NONCE_OFFSET, derived->bytes);
    sodium_free(derived);
    return code;
}

int seal_key_unwrap(struct seal_key **key, const char *password, const unsigned char *wrapped,
                    size_t length, struct error *error)
{
    struct seal_key *derived;
    struct seal_key *unwrapped;
    int code;

    *key = NULL;
    /* Limits above libsodium's sensitive ones never come from here: an altered file must neither
     * stall this computer nor take its memory. */
    if (length != SEAL_WRAPPED_SIZE || wrapped[0] != WRAPPED_VERSION ||
        wrapped[LIMITS_OFFSET] < 1 || wrapped[LIMITS_OFFSET] > SEAL_PASSES_MOST ||
        wrapped[LIMITS_OFFSET + 1] < 13 || wrapped[LIMITS_OFFSET + 1] > SEAL_MEMORY_BITS_MOST)
        return error_set(error, ERROR_STORAGE, "the wrapped key is damaged or of a newer version");
    derived = sodium_malloc(sizeof(*derived));
    unwrapped = sodium_malloc(sizeof(*unwrapped));
    if (derived == NULL || unwrapped == NULL) {
        sodium_free(derived);
        sodium_free(unwrapped);
        return error_set(error, ERROR_MEMORY, "out of locked memory");
    }
    code = derive(derived, password, wrapped, error);
    if (code == 0 && crypto_aead_xchacha20poly1305_ietf_decrypt(
                         unwrapped->bytes, NULL, NULL, wrapped + SEALED_OFFSET,
                         SEAL_WRAPPED_SIZE - SEALED_OFFSET, wrapped, NONCE_OFFSET,
                         wrapped + NONCE_OFFSET, derived->bytes) != 0)
        code = error_set(error, ERROR_REFUSED, "the password does not open this store");
    sodium_free(derived);
    if (code != 0)
        sodium_free(unwrapped);
    else
        *key = unwrapped;
    return code;
}

void seal_bytes(const struct seal_key *key, const void *bytes, size_t length, const char *about,
                unsigned char *sealed)
{
    randombytes_buf(sealed, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_SIZE, NULL, bytes, length,
                                               (const unsigned char *)about, strlen(about), NULL,
                                               sealed, key->bytes);
}

int seal_open(const struct seal_key *key, const unsigned char *sealed, size_t length,
              const char *about, void *bytes, struct error *error)
{
    if (length < SEAL_OVERHEAD ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytes, NULL, NULL, sealed + NONCE_SIZE, length - NONCE_SIZE,
            (const unsigned char *)about, strlen(about), sealed, key->bytes) != 0)
        return error_set(error, ERROR_STORAGE, "%s: sealed content was altered or has another key",
                         about);
    return 0;
}
