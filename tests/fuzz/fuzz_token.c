/*
 * Fuzzes what an identity provider says: a JWK Set, after a form feed the token. One without a
 * signature is signed by us, so that its claims are reached: by the key "a" that is added to the
 * set. Whatever is taken names somebody, this issuer and this program.
 */
#include "tests/fuzz/fuzz.h"

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/provider_token.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

static void add_encoded(struct text_buffer *text, const void *bytes, size_t length)
{
    size_t size = sodium_base64_encoded_len(length, VARIANT);
    char *encoded = malloc(size);

    sodium_bin2base64(encoded, size, bytes, length, VARIANT);
    text_buffer_add_text(text, encoded);
    free(encoded);
}

/* {"alg":"EdDSA","kid":"a"}, the claims, and what we sign of them. */
static char *sign(const uint8_t *claims, size_t length, const unsigned char *secret)
{
    static const char header[] = "{\"alg\":\"EdDSA\",\"kid\":\"a\"}";
    unsigned char signature[crypto_sign_BYTES];
    struct text_buffer token = {0};

    add_encoded(&token, header, sizeof(header) - 1);
    text_buffer_add_text(&token, ".");
    add_encoded(&token, claims, length);
    crypto_sign_detached(signature, NULL, (const unsigned char *)token.bytes, token.length, secret);
    text_buffer_add_text(&token, ".");
    add_encoded(&token, signature, sizeof(signature));
    return text_buffer_take(&token);
}

static void add_key(json_t *keys, const unsigned char *public)
{
    struct text_buffer x = {0};
    json_t *list = json_object_get(keys, "keys");

    add_encoded(&x, public, crypto_sign_PUBLICKEYBYTES);
    if (json_is_array(list))
        json_array_insert_new(list, 0,
                              json_pack("{s:s, s:s, s:s, s:s}", "kty", "OKP", "crv", "Ed25519",
                                        "kid", "a", "x", x.bytes));
    text_buffer_free(&x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char seed[crypto_sign_SEEDBYTES] = {1};
    const struct provider_expectation expectation = {"https://id.example", "guichet",
                                                     INT64_C(1700000000000)};
    unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    struct error error = ERROR_INIT;
    json_t *keys, *claims = NULL;
    const uint8_t *part;
    size_t length = fuzz_part(&data, &size, &part);
    char *token;
    int code;

    FUZZ_HOLDS(sodium_init() >= 0 && crypto_sign_seed_keypair(public, secret, seed) == 0);
    keys = json_loadb((const char *)part, length, 0, NULL);
    add_key(keys, public);
    token = memchr(data, '{', size) == data && size > 0 ? sign(data, size, secret)
                                                        : strndup((const char *)data, size);
    code = provider_token_check(token, keys, &expectation, &claims, &error);
    FUZZ_HOLDS((code == 0) == (claims != NULL));
    FUZZ_HOLDS(code == 0 || error.message[0] != '\0');
    if (code == 0) {
        FUZZ_HOLDS(strcmp(json_text_or(claims, "iss", ""), expectation.issuer) == 0);
        FUZZ_HOLDS(json_text_or(claims, "sub", "")[0] != '\0');
    }
    json_decref(claims);
    json_decref(keys);
    free(token);
    return 0;
}
