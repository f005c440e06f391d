#include "net/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#define PEM_LIMIT 1024

static const char private_head[] = "-----BEGIN PRIVATE KEY-----";
static const char private_foot[] = "-----END PRIVATE KEY-----";

/* What stands before the 32 bytes: PrivateKeyInfo and SubjectPublicKeyInfo of RFC 8410. */
static const unsigned char private_prefix[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                               0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
static const unsigned char public_prefix[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                              0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

#define PRIVATE_SIZE (sizeof(private_prefix) + SIGNATURE_SEED_SIZE)
#define PUBLIC_SIZE  (sizeof(public_prefix) + SIGNATURE_PUBLIC_SIZE)

/* --- keys ------------------------------------------------------------------------------------- */

/* The thumbprint hashes exactly this text: the required members in this order. */
static void key_name(struct signature_key *key)
{
    char public[SIGNATURE_KEY_ID_SIZE], jwk[128];
    unsigned char hash[crypto_hash_sha256_BYTES];
    int length;

    sodium_bin2base64(public, sizeof(public), key->public, sizeof(key->public),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    length =
        snprintf(jwk, sizeof(jwk), "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", public);
    crypto_hash_sha256(hash, (const unsigned char *)jwk, (size_t)length);
    sodium_bin2base64(key->id, sizeof(key->id), hash, sizeof(hash),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void signature_key_from_seed(struct signature_key *key,
                             const unsigned char seed[SIGNATURE_SEED_SIZE])
{
    crypto_sign_seed_keypair(key->public, key->secret, seed);
    key_name(key);
}

/* Reads the base64 between the lines of a PEM private key. */
static bool pem_parse(const char *pem, unsigned char seed[SIGNATURE_SEED_SIZE])
{
    unsigned char der[PRIVATE_SIZE + 1];
    const char *from = strstr(pem, private_head);
    const char *to = from != NULL ? strstr(from, private_foot) : NULL;
    size_t length = 0;
    bool good;

    if (to == NULL)
        return false;
    from += strlen(private_head);
    good = sodium_base642bin(der, sizeof(der), from, (size_t)(to - from), "\r\n", &length, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           length == PRIVATE_SIZE && memcmp(der, private_prefix, sizeof(private_prefix)) == 0;
    if (good)
        memcpy(seed, der + sizeof(private_prefix), SIGNATURE_SEED_SIZE);
    sodium_memzero(der, sizeof(der));
    return good;
}

static int file_read(int file, const char *path, char pem[PEM_LIMIT + 1], struct error *error)
{
    struct stat status;
    ssize_t length;

    if (fstat(file, &status) != 0)
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    if (status.st_mode & (S_IRWXG | S_IRWXO))
        return error_set(error, ERROR_REFUSED,
                         "%s can be read by others than its owner: make a new key", path);
    length = read(file, pem, PEM_LIMIT);
    if (length < 0)
        return error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
    pem[length] = '\0';
    return 0;
}

int signature_key_read(struct signature_key *key, const char *path, struct error *error)
{
    unsigned char seed[SIGNATURE_SEED_SIZE];
    char pem[PEM_LIMIT + 1];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int code;

    if (file < 0)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    code = file_read(file, path, pem, error);
    close(file);
    if (code == 0 && pem_parse(pem, seed))
        signature_key_from_seed(key, seed);
    else if (code == 0)
        code = error_set(error, ERROR_INVALID, "%s holds no Ed25519 private key (PEM)", path);
    sodium_memzero(pem, sizeof(pem));
    sodium_memzero(seed, sizeof(seed));
    return code;
}

static int file_write(int file, const char *path, const unsigned char seed[SIGNATURE_SEED_SIZE],
                      struct error *error)
{
    unsigned char der[PRIVATE_SIZE];
    char base64[128], pem[256];
    int length;
    bool good;

    memcpy(der, private_prefix, sizeof(private_prefix));
    memcpy(der + sizeof(private_prefix), seed, SIGNATURE_SEED_SIZE);
    sodium_bin2base64(base64, sizeof(base64), der, sizeof(der), sodium_base64_VARIANT_ORIGINAL);
    length = snprintf(pem, sizeof(pem), "%s\n%s\n%s\n", private_head, base64, private_foot);
    good = write(file, pem, (size_t)length) == length && fsync(file) == 0;
    sodium_memzero(der, sizeof(der));
    sodium_memzero(base64, sizeof(base64));
    sodium_memzero(pem, sizeof(pem));
    return good ? 0 : error_set(error, ERROR_STORAGE, "%s: %s", path, strerror(errno));
}

int signature_key_make(struct signature_key *key, const char *path, struct error *error)
{
    unsigned char seed[SIGNATURE_SEED_SIZE];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int code;

    if (file < 0)
        return error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    randombytes_buf(seed, sizeof(seed));
    code = file_write(file, path, seed, error);
    close(file);
    if (code == 0)
        signature_key_from_seed(key, seed);
    else
        unlink(path);
    sodium_memzero(seed, sizeof(seed));
    return code;
}

void signature_public_pem(const struct signature_key *key, struct text_buffer *pem)
{
    unsigned char der[PUBLIC_SIZE];
    char base64[128];

    memcpy(der, public_prefix, sizeof(public_prefix));
    memcpy(der + sizeof(public_prefix), key->public, sizeof(key->public));
    sodium_bin2base64(base64, sizeof(base64), der, sizeof(der), sodium_base64_VARIANT_ORIGINAL);
    text_buffer_add_format(pem, "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n",
                           base64);
}

/* --- signing ---------------------------------------------------------------------------------- */

static void add_parameters(struct text_buffer *input, const struct signature_component *components,
                           size_t count, const struct signature_parameters *parameters)
{
    for (size_t i = 0; i < count; i++)
        text_buffer_add_format(input, "%s\"%s\"", i == 0 ? "(" : " ", components[i].name);
    text_buffer_add_format(input, ");created=%" PRId64 ";keyid=\"%s\"", parameters->created,
                           parameters->key_id);
    if (parameters->tag != NULL)
        text_buffer_add_format(input, ";tag=\"%s\"", parameters->tag);
}

void signature_make(const struct signature_key *key, const struct signature_component *components,
                    size_t count, const struct signature_parameters *parameters,
                    struct text_buffer *input, struct text_buffer *signature)
{
    struct text_buffer base = {0}, own = {0};
    unsigned char bytes[crypto_sign_BYTES];
    char base64[sodium_base64_ENCODED_LEN(crypto_sign_BYTES, sodium_base64_VARIANT_ORIGINAL)];

    add_parameters(&own, components, count, parameters);
    for (size_t i = 0; i < count; i++)
        text_buffer_add_format(&base, "\"%s\": %s\n", components[i].name, components[i].value);
    text_buffer_add_text(&base, "\"@signature-params\": ");
    text_buffer_add(&base, own.bytes, own.length);
    if (own.failed || base.failed) {
        signature->failed = true;
    } else {
        crypto_sign_detached(bytes, NULL, (const unsigned char *)base.bytes, base.length,
                             key->secret);
        sodium_bin2base64(base64, sizeof(base64), bytes, sizeof(bytes),
                          sodium_base64_VARIANT_ORIGINAL);
        text_buffer_add(input, own.bytes, own.length);
        text_buffer_add_text(signature, base64);
    }
    text_buffer_free(&base);
    text_buffer_free(&own);
}

void content_digest(const void *body, size_t length, char digest[CONTENT_DIGEST_SIZE])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char base64[sodium_base64_ENCODED_LEN(sizeof(hash), sodium_base64_VARIANT_ORIGINAL)];

    crypto_hash_sha256(hash, body, length);
    sodium_bin2base64(base64, sizeof(base64), hash, sizeof(hash), sodium_base64_VARIANT_ORIGINAL);
    snprintf(digest, CONTENT_DIGEST_SIZE, "sha-256=:%s:", base64);
}
