#include "net/provider_token.h"

#include <stdlib.h>
#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <sodium.h>

#include "app/json.h"

#define RSA_LEAST_BITS  2048
#define COORDINATE_SIZE 32 /* of P-256, and of Ed25519's public key */

/* --- base64url -------------------------------------------------------------------------------- */

struct bytes {
    unsigned char *data; /* owned */
    size_t size;
};

/* Decodes `length` characters without padding; `bytes.data` is NULL when they are none. */
static struct bytes decode(const char *text, size_t length)
{
    struct bytes bytes = {.data = malloc(length + 1)};

    if (bytes.data != NULL &&
        (length == 0 || sodium_base642bin(bytes.data, length + 1, text, length, NULL, &bytes.size,
                                          NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)) {
        free(bytes.data);
        bytes.data = NULL;
    }
    return bytes;
}

static struct bytes decode_member(const json_t *key, const char *member)
{
    const char *text = json_text_or(key, member, "");

    return decode(text, strlen(text));
}

static gnutls_datum_t datum(struct bytes bytes)
{
    return (gnutls_datum_t){.data = bytes.data, .size = (unsigned)bytes.size};
}

/* --- the parts of a token --------------------------------------------------------------------- */

struct token {
    const char *signed_part; /* header and payload with the dot between, borrowed */
    size_t signed_length;
    struct bytes signature;
    json_t *header;
    json_t *claims;
};

static void token_clear(struct token *token)
{
    free(token->signature.data);
    json_decref(token->header);
    json_decref(token->claims);
}

static json_t *decode_object(const char *text, size_t length)
{
    struct bytes bytes = decode(text, length);
    json_t *object = NULL;

    if (bytes.data != NULL)
        object = json_loadb((const char *)bytes.data, bytes.size, JSON_REJECT_DUPLICATES, NULL);
    free(bytes.data);
    if (!json_is_object(object)) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

static int token_read(struct token *token, const char *text, struct error *error)
{
    const char *first = strchr(text, '.');
    const char *second = first != NULL ? strchr(first + 1, '.') : NULL;

    *token = (struct token){0};
    if (second == NULL || strchr(second + 1, '.') != NULL || strlen(text) > PROVIDER_TOKEN_LIMIT)
        return error_set(error, ERROR_REFUSED, "the identity token is no signed token");
    token->signed_part = text;
    token->signed_length = (size_t)(second - text);
    token->header = decode_object(text, (size_t)(first - text));
    token->claims = decode_object(first + 1, (size_t)(second - first - 1));
    token->signature = decode(second + 1, strlen(second + 1));
    if (token->header == NULL || token->claims == NULL || token->signature.data == NULL)
        return error_set(error, ERROR_REFUSED, "a part of the identity token cannot be read");
    if (json_object_get(token->header, "crit") != NULL)
        return error_set(error, ERROR_REFUSED,
                         "the identity token asks for what is not known here");
    return 0;
}

/* --- signatures ------------------------------------------------------------------------------- */

static bool import_rsa(gnutls_pubkey_t public, const json_t *key)
{
    struct bytes modulus = decode_member(key, "n");
    struct bytes exponent = decode_member(key, "e");
    gnutls_datum_t m = datum(modulus), e = datum(exponent);
    unsigned bits = 0;
    bool well = modulus.data != NULL && exponent.data != NULL &&
                gnutls_pubkey_import_rsa_raw(public, &m, &e) == 0 &&
                gnutls_pubkey_get_pk_algorithm(public, &bits) == GNUTLS_PK_RSA &&
                bits >= RSA_LEAST_BITS;

    free(modulus.data);
    free(exponent.data);
    return well;
}

static bool import_p256(gnutls_pubkey_t public, const json_t *key)
{
    struct bytes x = decode_member(key, "x");
    struct bytes y = decode_member(key, "y");
    gnutls_datum_t dx = datum(x), dy = datum(y);
    bool well = strcmp(json_text_or(key, "crv", ""), "P-256") == 0 && x.data != NULL &&
                y.data != NULL &&
                gnutls_pubkey_import_ecc_raw(public, GNUTLS_ECC_CURVE_SECP256R1, &dx, &dy) == 0;

    free(x.data);
    free(y.data);
    return well;
}

static bool import_ed25519(gnutls_pubkey_t public, const json_t *key)
{
    struct bytes x = decode_member(key, "x");
    gnutls_datum_t dx = datum(x);
    bool well = strcmp(json_text_or(key, "crv", ""), "Ed25519") == 0 && x.data != NULL &&
                x.size == COORDINATE_SIZE &&
                gnutls_pubkey_import_ecc_raw(public, GNUTLS_ECC_CURVE_ED25519, &dx, NULL) == 0;

    free(x.data);
    return well;
}

static bool verify(gnutls_pubkey_t public, gnutls_sign_algorithm_t algorithm,
                   const struct token *token, const gnutls_datum_t *signature)
{
    const gnutls_datum_t data = {.data = (unsigned char *)(uintptr_t)token->signed_part,
                                 .size = (unsigned)token->signed_length};

    return gnutls_pubkey_verify_data2(public, algorithm, 0, &data, signature) >= 0;
}

static bool verify_plain(gnutls_pubkey_t public, gnutls_sign_algorithm_t algorithm,
                         const struct token *token)
{
    const gnutls_datum_t signature = datum(token->signature);

    return verify(public, algorithm, token, &signature);
}

/* A JWT holds the two numbers of the signature side by side; GnuTLS wants them in DER. */
static bool verify_p256(gnutls_pubkey_t public, gnutls_sign_algorithm_t algorithm,
                        const struct token *token)
{
    gnutls_datum_t r = {.data = token->signature.data, .size = COORDINATE_SIZE};
    gnutls_datum_t s = {.data = token->signature.data + COORDINATE_SIZE, .size = COORDINATE_SIZE};
    gnutls_datum_t signature = {0};
    bool well;

    if (token->signature.size != (size_t)2 * COORDINATE_SIZE ||
        gnutls_encode_rs_value(&signature, &r, &s) != 0)
        return false;
    well = verify(public, algorithm, token, &signature);
    gnutls_free(signature.data);
    return well;
}

/* What a token may be signed with. */
static const struct algorithm {
    const char *name; /* "alg" of the token */
    const char *type; /* "kty" of the key */
    bool (*import)(gnutls_pubkey_t public, const json_t *key);
    bool (*verify)(gnutls_pubkey_t public, gnutls_sign_algorithm_t algorithm,
                   const struct token *token);
    gnutls_sign_algorithm_t algorithm;
} algorithms[] = {
    {"RS256", "RSA", import_rsa, verify_plain, GNUTLS_SIGN_RSA_SHA256},
    {"ES256", "EC", import_p256, verify_p256, GNUTLS_SIGN_ECDSA_SHA256},
    {"EdDSA", "OKP", import_ed25519, verify_plain, GNUTLS_SIGN_EDDSA_ED25519},
};

static const struct algorithm *algorithm_find(const char *name)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
        if (strcmp(algorithms[i].name, name) == 0)
            return &algorithms[i];
    return NULL;
}

/* Whether this key may have signed the token: its kind, its use, and its id where the token names
 * one. */
static bool key_fits(const json_t *key, const struct algorithm *algorithm, const char *id)
{
    const char *alg = json_text_or(key, "alg", algorithm->name);
    const char *use = json_text_or(key, "use", "sig");

    return strcmp(json_text_or(key, "kty", ""), algorithm->type) == 0 &&
           strcmp(alg, algorithm->name) == 0 && strcmp(use, "sig") == 0 &&
           (id == NULL || strcmp(json_text_or(key, "kid", ""), id) == 0);
}

static bool key_signed(const json_t *key, const struct algorithm *algorithm,
                       const struct token *token)
{
    gnutls_pubkey_t public;
    bool well;

    if (gnutls_pubkey_init(&public) != 0)
        return false;
    well = algorithm->import(public, key) && algorithm->verify(public, algorithm->algorithm, token);
    gnutls_pubkey_deinit(public);
    return well;
}

static int check_signature(const struct token *token, const json_t *keys, struct error *error)
{
    const char *id = json_text_or(token->header, "kid", NULL);
    const struct algorithm *algorithm = algorithm_find(json_text_or(token->header, "alg", ""));
    const json_t *list = json_object_get(keys, "keys");
    const json_t *key;
    bool found = false;
    size_t index;

    if (algorithm == NULL)
        return error_set(error, ERROR_REFUSED,
                         "the identity token is signed by another method than RS256, ES256 and "
                         "EdDSA");
    json_array_foreach(list, index, key)
    {
        if (index == PROVIDER_KEYS_LIMIT)
            break;
        if (!key_fits(key, algorithm, id))
            continue;
        found = true;
        if (key_signed(key, algorithm, token))
            return 0;
    }
    if (!found)
        return error_set(error, ERROR_NOT_FOUND,
                         "the identity token is signed by a key that the provider does not list");
    return error_set(error, ERROR_REFUSED, "the signature of the identity token is wrong");
}

/* --- claims ----------------------------------------------------------------------------------- */

/* "aud" is a text or a list of them; of several, "azp" says for whom it was made. */
static bool audience_fits(const json_t *claims, const char *audience)
{
    const json_t *given = json_object_get(claims, "aud");
    const json_t *one;
    bool among = false;
    size_t index;

    if (json_is_string(given))
        return strcmp(json_string_value(given), audience) == 0;
    json_array_foreach(given, index, one) among =
        among || (json_is_string(one) && strcmp(json_string_value(one), audience) == 0);
    if (json_object_get(claims, "azp") != NULL || json_array_size(given) > 1)
        among = among && strcmp(json_text_or(claims, "azp", ""), audience) == 0;
    return among;
}

/* A time claim: seconds, which may have a fraction. Negative when there is none. */
static double time_claim(const json_t *claims, const char *name)
{
    const json_t *value = json_object_get(claims, name);

    return json_is_number(value) ? json_number_value(value) : -1;
}

static int check_claims(const json_t *claims, const struct provider_expectation *expectation,
                        struct error *error)
{
    double now = (double)expectation->now_ms / 1000;
    double skew = (double)PROVIDER_SKEW_MS / 1000;
    double issued = time_claim(claims, "iat");
    double before = time_claim(claims, "nbf");

    if (strcmp(json_text_or(claims, "iss", ""), expectation->issuer) != 0)
        return error_set(error, ERROR_REFUSED, "the identity token is another provider's");
    if (!audience_fits(claims, expectation->audience))
        return error_set(error, ERROR_REFUSED, "the identity token was made for another program");
    if (time_claim(claims, "exp") <= now - skew)
        return error_set(error, ERROR_REFUSED, "the identity token has expired");
    if (issued < 0 || issued > now + skew || before > now + skew)
        return error_set(error, ERROR_REFUSED, "the identity token is of another time");
    if (issued < now - (double)PROVIDER_AGE_MS / 1000 - skew)
        return error_set(error, ERROR_REFUSED, "the identity token is too old");
    if (json_text_or(claims, "sub", "")[0] == '\0')
        return error_set(error, ERROR_REFUSED, "the identity token names nobody");
    return 0;
}

int provider_token_check(const char *token, const json_t *keys,
                         const struct provider_expectation *expectation, json_t **claims,
                         struct error *error)
{
    struct token parts;
    int code = token_read(&parts, token, error);

    *claims = NULL;
    if (code == 0)
        code = check_signature(&parts, keys, error);
    if (code == 0)
        code = check_claims(parts.claims, expectation, error);
    if (code == 0)
        *claims = json_incref(parts.claims);
    token_clear(&parts);
    return code;
}
