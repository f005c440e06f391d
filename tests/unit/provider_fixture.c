#include "tests/unit/provider_fixture.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <microhttpd.h>
#include <sodium.h>

#include "tests/unit/unit.h"

/* --- keys ------------------------------------------------------------------------------------- */

static const struct {
    gnutls_pk_algorithm_t algorithm;
    unsigned bits;
    const char *alg;
    gnutls_digest_algorithm_t digest;
} kinds[KEY_COUNT] = {
    [KEY_RSA] = {GNUTLS_PK_RSA, 2048, "RS256", GNUTLS_DIG_SHA256},
    [KEY_P256] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), "ES256",
                  GNUTLS_DIG_SHA256},
    [KEY_ED25519] = {GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519),
                     "EdDSA", GNUTLS_DIG_SHA512},
    [KEY_SMALL] = {GNUTLS_PK_RSA, 1024, "RS256", GNUTLS_DIG_SHA256},
};

static void encode(char *text, size_t size, const void *bytes, size_t length)
{
    assert_non_null(
        sodium_bin2base64(text, size, bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
}

/* A number without the zero that marks it as positive, or with zeros up to `size`. */
static json_t *number(const gnutls_datum_t *value, size_t size)
{
    unsigned char bytes[512] = {0};
    const unsigned char *data = value->data;
    size_t length = value->size;
    char text[800];

    while (length > 1 && data[0] == 0 && length > size) {
        data++;
        length--;
    }
    if (size < length)
        size = length;
    memcpy(bytes + size - length, data, length);
    encode(text, sizeof(text), bytes, size);
    return json_string(text);
}

json_t *provider_fixture_jwk(const struct provider_fixture *fixture, enum provider_key key,
                             const char *id)
{
    gnutls_datum_t x = {0}, y = {0};
    gnutls_ecc_curve_t curve;
    json_t *jwk;

    if (kinds[key].algorithm == GNUTLS_PK_RSA) {
        assert_int_equal(gnutls_privkey_export_rsa_raw(fixture->keys[key], &x, &y, NULL, NULL, NULL,
                                                       NULL, NULL, NULL),
                         0);
        jwk = json_pack("{s:s, s:s, s:s, s:o, s:o}", "kty", "RSA", "kid", id, "use", "sig", "n",
                        number(&x, 0), "e", number(&y, 0));
    } else {
        assert_int_equal(gnutls_privkey_export_ecc_raw(fixture->keys[key], &curve, &x, &y, NULL),
                         0);
        if (key == KEY_P256)
            jwk = json_pack("{s:s, s:s, s:s, s:o, s:o}", "kty", "EC", "kid", id, "crv", "P-256",
                            "x", number(&x, 32), "y", number(&y, 32));
        else
            jwk = json_pack("{s:s, s:s, s:s, s:o}", "kty", "OKP", "kid", id, "crv", "Ed25519", "x",
                            number(&x, 32));
    }
    gnutls_free(x.data);
    gnutls_free(y.data);
    assert_non_null(jwk);
    return jwk;
}

static void add_part(char *token, size_t size, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    char part[4096];

    assert_non_null(text);
    encode(part, sizeof(part), text, strlen(text));
    assert_true(strlen(token) + strlen(part) + 2 < size);
    if (token[0] != '\0')
        strcat(token, ".");
    strcat(token, part);
    free(text);
    json_decref(object);
}

char *provider_fixture_sign(const struct provider_fixture *fixture, enum provider_key key,
                            json_t *header, json_t *claims)
{
    gnutls_datum_t signature = {0}, r = {0}, s = {0};
    gnutls_datum_t data;
    unsigned char sides[64] = {0};
    char token[12 * 1024] = "";
    char part[1024];

    if (json_object_get(header, "alg") == NULL)
        json_object_set_new(header, "alg", json_string(kinds[key].alg));
    add_part(token, sizeof(token), header);
    add_part(token, sizeof(token), claims);
    data = (gnutls_datum_t){.data = (unsigned char *)token, .size = (unsigned)strlen(token)};
    assert_int_equal(
        gnutls_privkey_sign_data(fixture->keys[key], kinds[key].digest, 0, &data, &signature), 0);
    if (key == KEY_P256) {
        assert_int_equal(gnutls_decode_rs_value(&signature, &r, &s), 0);
        for (unsigned i = 0; i < r.size && i < 32; i++)
            sides[31 - i] = r.data[r.size - 1 - i];
        for (unsigned i = 0; i < s.size && i < 32; i++)
            sides[63 - i] = s.data[s.size - 1 - i];
        encode(part, sizeof(part), sides, sizeof(sides));
        gnutls_free(r.data);
        gnutls_free(s.data);
    } else {
        encode(part, sizeof(part), signature.data, signature.size);
    }
    gnutls_free(signature.data);
    strcat(token, ".");
    strcat(token, part);
    return strdup(token);
}

json_t *provider_fixture_claims(const struct provider_fixture *fixture, int64_t now_ms,
                                const char *name)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "iss", fixture->issuer, "aud", "guichet",
                     "sub", "4711", "preferred_username", name, "iat", (json_int_t)(now_ms / 1000),
                     "exp", (json_int_t)(now_ms / 1000 + 300));
}

/* --- the server ------------------------------------------------------------------------------- */

static enum MHD_Result answer_as(struct MHD_Connection *connection, unsigned status,
                                 const json_t *value, const char *type)
{
    char *text = json_dumps(value, JSON_COMPACT);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result;

    MHD_add_response_header(response, "Content-Type", type);
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
                              const json_t *value)
{
    return answer_as(connection, status, value, "application/json");
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *size, void **state)
{
    static int begun;
    struct provider_fixture *fixture = context;

    (void)method;
    (void)version;
    if (*state == NULL) {
        *state = &begun;
        fixture->form[0] = '\0';
        return MHD_YES;
    }
    if (*size > 0) {
        size_t length = strlen(fixture->form);

        if (length + *size < sizeof(fixture->form)) {
            memcpy(fixture->form + length, upload, *size);
            fixture->form[length + *size] = '\0';
        }
        *size = 0;
        return MHD_YES;
    }
    if (strcmp(url, "/.well-known/openid-configuration") == 0) {
        fixture->discoveries++;
        return answer(connection, 200, fixture->discovery);
    }
    if (strcmp(url, "/keys") == 0) {
        fixture->key_reads++;
        return answer_as(connection, 200, fixture->set, "application/jwk-set+json; charset=utf-8");
    }
    if (strcmp(url, "/person") == 0) {
        const char *token =
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");

        return answer(connection, token != NULL && strcmp(token, "Bearer a-token") == 0 ? 200 : 401,
                      fixture->person);
    }
    if (strcmp(url, "/device") == 0)
        return answer(connection, 200, fixture->device);
    return answer(connection, fixture->status, fixture->answer);
}

static json_t *place(const struct provider_fixture *fixture, const char *path)
{
    return json_sprintf("%s%s", fixture->issuer, path);
}

void provider_fixture_start(struct provider_fixture *fixture)
{
    const union MHD_DaemonInfo *info;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    *fixture = (struct provider_fixture){.status = 400};
    assert_true(sodium_init() >= 0);
    for (int i = 0; i < KEY_COUNT; i++) {
        assert_int_equal(gnutls_privkey_init(&fixture->keys[i]), 0);
        assert_int_equal(
            gnutls_privkey_generate(fixture->keys[i], kinds[i].algorithm, kinds[i].bits, 0), 0);
    }
    fixture->daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle, fixture,
                         MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_END);
    assert_non_null(fixture->daemon);
    info = MHD_get_daemon_info(fixture->daemon, MHD_DAEMON_INFO_BIND_PORT);
    snprintf(fixture->issuer, sizeof(fixture->issuer), "http://127.0.0.1:%u", info->port);
    fixture->discovery = json_pack(
        "{s:s, s:o, s:o, s:o, s:o}", "issuer", fixture->issuer, "userinfo_endpoint",
        place(fixture, "/person"), "device_authorization_endpoint", place(fixture, "/device"),
        "token_endpoint", place(fixture, "/token"), "jwks_uri", place(fixture, "/keys"));
    fixture->set = json_pack("{s:[o, o, o]}", "keys", provider_fixture_jwk(fixture, KEY_RSA, "r1"),
                             provider_fixture_jwk(fixture, KEY_P256, "p1"),
                             provider_fixture_jwk(fixture, KEY_ED25519, "e1"));
    fixture->device = json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:i}", "device_code", "d-e-v", "user_code", "WDJB-MJHT",
        "verification_uri", "https://id.example/device", "verification_uri_complete",
        "https://id.example/device?c=WDJB-MJHT", "expires_in", 600, "interval", 7);
    fixture->person = json_pack("{s:s, s:s}", "sub", "4711", "preferred_username", "chloe");
    fixture->answer = json_pack("{s:s}", "error", "authorization_pending");
}

void provider_fixture_away(struct provider_fixture *fixture)
{
    if (fixture->daemon != NULL)
        MHD_stop_daemon(fixture->daemon);
    fixture->daemon = NULL;
}

void provider_fixture_stop(struct provider_fixture *fixture)
{
    provider_fixture_away(fixture);
    for (int i = 0; i < KEY_COUNT; i++)
        gnutls_privkey_deinit(fixture->keys[i]);
    json_decref(fixture->discovery);
    json_decref(fixture->set);
    json_decref(fixture->device);
    json_decref(fixture->person);
    json_decref(fixture->answer);
}
