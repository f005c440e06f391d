/*
 * The interface of app/seal.h without any sealing: linked in front of the library in place of it,
 * for measuring what sealing costs. Never part of a program that keeps anything.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/seal.h"

struct seal_key {
    unsigned char bytes[SEAL_KEY_SIZE];
};

int seal_start(struct error *error)
{
    return sodium_init() < 0 ? error_set(error, ERROR_INTERNAL, "libsodium does not start") : 0;
}

bool seal_memory_locked(void)
{
    return false;
}

struct seal_key *seal_key_new(void)
{
    return calloc(1, sizeof(struct seal_key));
}

struct seal_key *seal_key_from(const unsigned char *bytes)
{
    struct seal_key *key = seal_key_new();

    if (key != NULL)
        memcpy(key->bytes, bytes, sizeof(key->bytes));
    return key;
}

struct seal_key *seal_key_copy(const struct seal_key *key)
{
    return seal_key_from(key->bytes);
}

const unsigned char *seal_key_bytes(const struct seal_key *key)
{
    return key->bytes;
}

void seal_key_free(struct seal_key *key)
{
    free(key);
}

int seal_key_wrap(const struct seal_key *key, const char *password,
                  unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error)
{
    (void)password;
    (void)error;
    memset(wrapped, 0, SEAL_WRAPPED_SIZE);
    memcpy(wrapped, key->bytes, sizeof(key->bytes));
    return 0;
}

int seal_key_unwrap(struct seal_key **key, const char *password, const unsigned char *wrapped,
                    size_t length, struct error *error)
{
    (void)password;
    (void)length;
    *key = seal_key_from(wrapped);
    return *key != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");
}

void seal_bytes(const struct seal_key *key, const void *bytes, size_t length, const char *about,
                unsigned char *sealed)
{
    (void)key;
    (void)about;
    memcpy(sealed, bytes, length);
    memset(sealed + length, 0, SEAL_OVERHEAD);
}

int seal_open(const struct seal_key *key, const unsigned char *sealed, size_t length,
              const char *about, void *bytes, struct error *error)
{
    (void)key;
    (void)about;
    if (length < SEAL_OVERHEAD)
        return error_set(error, ERROR_STORAGE, "too short");
    memcpy(bytes, sealed, length - SEAL_OVERHEAD);
    return 0;
}
