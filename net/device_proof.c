#include "net/device_proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* Room for either binary member in base64url. */
#define BASE64_SIZE 96

/* What is signed: one line each, and the subject, which may have several, last. */
static void message_fill(const struct device_proof *proof, const char *purpose, const char *subject,
                         struct text_buffer *message)
{
    text_buffer_add_format(message, "guichet-1\n%s\n%" PRId64 "\n%s\n", purpose, proof->at_ms,
                           proof->nonce);
    text_buffer_add_text(message, subject);
}

void device_proof_make(struct device_proof *proof, const struct signature_key *key,
                       const char *purpose, const char *subject, int64_t at_ms)
{
    struct text_buffer message = {0};
    unsigned char bytes[16];

    *proof = (struct device_proof){.at_ms = at_ms};
    memcpy(proof->key, key->public, sizeof(proof->key));
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(proof->nonce, sizeof(proof->nonce), bytes, sizeof(bytes), VARIANT);
    message_fill(proof, purpose, subject, &message);
    if (!message.failed)
        crypto_sign_detached(proof->signature, NULL, (const unsigned char *)message.bytes,
                             message.length, key->secret);
    text_buffer_free(&message);
}

bool device_proof_holds(const struct device_proof *proof, const char *purpose, const char *subject)
{
    struct text_buffer message = {0};
    bool holds;

    message_fill(proof, purpose, subject, &message);
    holds = !message.failed &&
            crypto_sign_verify_detached(proof->signature, (const unsigned char *)message.bytes,
                                        message.length, proof->key) == 0;
    text_buffer_free(&message);
    return holds;
}

json_t *device_proof_to_json(const struct device_proof *proof)
{
    char key[BASE64_SIZE], signature[BASE64_SIZE];

    sodium_bin2base64(key, sizeof(key), proof->key, sizeof(proof->key), VARIANT);
    sodium_bin2base64(signature, sizeof(signature), proof->signature, sizeof(proof->signature),
                      VARIANT);
    return json_pack("{s:s, s:o, s:s, s:s}", "key", key, "time", json_time(proof->at_ms), "nonce",
                     proof->nonce, "signature", signature);
}

static bool read_bytes(unsigned char *bytes, size_t size, const char *text)
{
    size_t length = 0;
    const char *end = NULL;

    return sodium_base642bin(bytes, size, text, strlen(text), NULL, &length, &end, VARIANT) == 0 &&
           length == size && *end == '\0';
}

int device_proof_from_json(struct device_proof *proof, const json_t *value, struct error *error)
{
    unsigned char nonce[16];
    const char *text = json_text_or(value, "nonce", "");

    *proof = (struct device_proof){.nonce = ""};
    if (!json_is_object(value) ||
        !read_bytes(proof->key, sizeof(proof->key), json_text_or(value, "key", "")) ||
        !read_bytes(proof->signature, sizeof(proof->signature),
                    json_text_or(value, "signature", "")) ||
        strlen(text) >= sizeof(proof->nonce) || !read_bytes(nonce, sizeof(nonce), text))
        return error_set(error, ERROR_INVALID,
                         "\"terminal\" has a key, a nonce and a signature in base64url");
    text_copy(proof->nonce, sizeof(proof->nonce), text);
    return json_require_time(value, "time", &proof->at_ms, error);
}

void device_proof_token_subject(const char *token, const char *device,
                                char subject[DEVICE_TOKEN_SUBJECT_SIZE])
{
    unsigned char hash[32];

    crypto_generichash(hash, sizeof(hash), (const unsigned char *)token, strlen(token), NULL, 0);
    sodium_bin2hex(subject, 65, hash, sizeof(hash));
    if (*device != '\0')
        snprintf(subject + 64, DEVICE_TOKEN_SUBJECT_SIZE - 64, "\n%.36s", device);
}
