#include "app/escrow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#define PUBLIC_PREFIX "guichet-escrow-1:"
#define SECRET_PREFIX "guichet-escrow-secret-1:"
#define VARIANT       sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define FILE_SIZE     128

_Static_assert(ESCROW_KEY_SIZE == crypto_box_PUBLICKEYBYTES, "a public key fits");
_Static_assert(ESCROW_KEY_SIZE == crypto_box_SECRETKEYBYTES, "a secret key fits");
_Static_assert(ESCROW_SEALED_SIZE == SEAL_KEY_SIZE + crypto_box_SEALBYTES, "a sealed box fits");
_Static_assert(sizeof(PUBLIC_PREFIX) + 43 <= ESCROW_PUBLIC_TEXT_SIZE, "the text fits");

struct escrow_secret {
    unsigned char bytes[ESCROW_KEY_SIZE];
    unsigned char public_bytes[ESCROW_KEY_SIZE];
};

struct escrow_secret *escrow_secret_new(void)
{
    struct escrow_secret *secret = sodium_malloc(sizeof(*secret));

    if (secret != NULL)
        crypto_box_keypair(secret->public_bytes, secret->bytes);
    return secret;
}

void escrow_secret_free(struct escrow_secret *secret)
{
    sodium_free(secret);
}

void escrow_secret_public(const struct escrow_secret *secret, struct escrow_public *public_key)
{
    memcpy(public_key->bytes, secret->public_bytes, sizeof(public_key->bytes));
}

/* --- text ------------------------------------------------------------------------------------ */

void escrow_public_text(const struct escrow_public *public_key, char text[ESCROW_PUBLIC_TEXT_SIZE])
{
    size_t length = strlen(PUBLIC_PREFIX);

    memcpy(text, PUBLIC_PREFIX, length);
    sodium_bin2base64(text + length, ESCROW_PUBLIC_TEXT_SIZE - length, public_key->bytes,
                      sizeof(public_key->bytes), VARIANT);
}

static bool parse(unsigned char bytes[ESCROW_KEY_SIZE], const char *text, const char *prefix)
{
    size_t length = strlen(prefix), got = 0;
    const char *end = NULL;

    return strncmp(text, prefix, length) == 0 &&
           sodium_base642bin(bytes, ESCROW_KEY_SIZE, text + length, strlen(text + length), NULL,
                             &got, &end, VARIANT) == 0 &&
           got == ESCROW_KEY_SIZE && *end == '\0';
}

bool escrow_public_parse(struct escrow_public *public_key, const char *text)
{
    return parse(public_key->bytes, text, PUBLIC_PREFIX);
}

bool escrow_setting_parse(struct escrow_public *public_key, bool *there, const char *text)
{
    *there = strcmp(text, ESCROW_NONE) != 0;
    return !*there || escrow_public_parse(public_key, text);
}

void escrow_fingerprint(const struct escrow_public *public_key, char text[ESCROW_FINGERPRINT_SIZE])
{
    unsigned char hash[16];

    crypto_generichash(hash, sizeof(hash), public_key->bytes, sizeof(public_key->bytes), NULL, 0);
    snprintf(text, ESCROW_FINGERPRINT_SIZE, "%02x%02x %02x%02x %02x%02x %02x%02x", hash[0], hash[1],
             hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]);
}

/* --- the file -------------------------------------------------------------------------------- */

int escrow_secret_write(const struct escrow_secret *secret, const char *path, struct error *error)
{
    char text[FILE_SIZE] = SECRET_PREFIX;
    size_t length = strlen(text);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (file < 0)
        return error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    sodium_bin2base64(text + length, sizeof(text) - length - 1, secret->bytes,
                      sizeof(secret->bytes), VARIANT);
    length = strlen(text);
    text[length++] = '\n';
    written = write(file, text, length) == (ssize_t)length && fsync(file) == 0;
    sodium_memzero(text, sizeof(text));
    if (close(file) != 0 || !written) {
        unlink(path);
        return error_set(error, ERROR_STORAGE, "%s cannot be written", path);
    }
    return 0;
}

int escrow_secret_read(struct escrow_secret **result, const char *path, struct error *error)
{
    struct escrow_secret *secret = sodium_malloc(sizeof(*secret));
    char text[FILE_SIZE] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, text, sizeof(text) - 1) : -1;
    int cause = errno;
    bool well;

    *result = NULL;
    if (file >= 0)
        close(file);
    text[got > 0 ? got : 0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    well = secret != NULL && got > 0 && parse(secret->bytes, text, SECRET_PREFIX);
    sodium_memzero(text, sizeof(text));
    if (well) {
        crypto_scalarmult_base(secret->public_bytes, secret->bytes);
        *result = secret;
        return 0;
    }
    sodium_free(secret);
    if (got < 0)
        return error_set(error, ERROR_NOT_FOUND, "%s: %s", path, strerror(cause));
    return error_set(error, ERROR_INVALID, "%s is not a secret key for recovery", path);
}

/* --- depositing ------------------------------------------------------------------------------ */

void escrow_seal(const struct escrow_public *public_key, const struct seal_key *key,
                 unsigned char sealed[ESCROW_SEALED_SIZE])
{
    crypto_box_seal(sealed, seal_key_bytes(key), SEAL_KEY_SIZE, public_key->bytes);
}

int escrow_open(const struct escrow_secret *secret, const unsigned char sealed[ESCROW_SEALED_SIZE],
                struct seal_key **key, struct error *error)
{
    unsigned char bytes[SEAL_KEY_SIZE];
    int code = 0;

    *key = NULL;
    if (crypto_box_seal_open(bytes, sealed, ESCROW_SEALED_SIZE, secret->public_bytes,
                             secret->bytes) != 0)
        return error_set(error, ERROR_REFUSED, "the key was deposited for another organisation");
    *key = seal_key_from(bytes);
    if (*key == NULL)
        code = error_set(error, ERROR_MEMORY, "out of locked memory");
    sodium_memzero(bytes, sizeof(bytes));
    return code;
}
