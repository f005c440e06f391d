#include "net/provider.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>
#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/curl_common.h"
#include "net/http_client.h"
#include "net/provider_token.h"
#include "net/secret_file.h"

#define DISCOVERY_PATH "/.well-known/openid-configuration"
#define DEVICE_GRANT   "urn:ietf:params:oauth:grant-type:device_code"

/* What a provider says of itself, and its keys, are read again after this. */
#define DISCOVERY_MS (INT64_C(60) * 60 * 1000)
/* Keys that do not have the one looked for are read again, but not more often than this. */
#define KEYS_AGAIN_MS (INT64_C(30) * 1000)
#define REPLY_LIMIT   (256 * 1024)
#define STALL_MS      10000
#define TOTAL_MS      20000
/* RFC 8628 section 3.2: when the provider names none. */
#define INTERVAL_SECONDS 5
#define INTERVAL_MOST    60
#define LIFETIME_MOST    3600

struct provider {
    char *issuer;
    char *client;
    char *secret; /* NULL for a public client; wiped */
    char *claim;
    char *scope;
    char *ca_file; /* NULL: the system's store */

    int64_t discovered_ms; /* 0: not yet */
    char *device_url;
    char *token_url;
    char *keys_url;
    char *person_url; /* userinfo_endpoint; NULL when there is none */
    json_t *keys;
    int64_t keys_ms;
};

/* --- making ----------------------------------------------------------------------------------- */

/* A client of one address; the rules of encryption are its own. */
static int reach(const struct provider *provider, const char *url, struct http_client **client,
                 struct error *error)
{
    struct http_client_options options = http_client_default_options;

    options.base_url = url;
    options.ca_file = provider->ca_file;
    options.stall_ms = STALL_MS;
    options.total_ms = TOTAL_MS;
    options.reply_limit = REPLY_LIMIT;
    return http_client_new(client, &options, error);
}

static char *copy_or(const char *text, const char *otherwise)
{
    return strdup(text != NULL && text[0] != '\0' ? text : otherwise);
}

int provider_new(struct provider **made, const struct provider_options *options,
                 struct error *error)
{
    struct provider *provider = calloc(1, sizeof(*provider));
    struct http_client *client = NULL;
    int code = 0;

    *made = NULL;
    if (provider == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an identity provider");
    provider->issuer = strdup(options->issuer);
    provider->client = strdup(options->client);
    provider->claim = copy_or(options->claim, "preferred_username");
    provider->scope = copy_or(options->scope, "openid profile");
    provider->ca_file = options->ca_file != NULL ? strdup(options->ca_file) : NULL;
    if (provider->issuer == NULL || provider->client == NULL || provider->claim == NULL ||
        provider->scope == NULL || (options->ca_file != NULL && provider->ca_file == NULL))
        code = error_set(error, ERROR_MEMORY, "no memory for an identity provider");
    if (code == 0)
        code = reach(provider, provider->issuer, &client, error);
    http_client_free(client);
    if (code == 0 && options->secret_file != NULL)
        code = secret_file_read(options->secret_file, 1, &provider->secret, error);
    if (code != 0) {
        provider_free(provider);
        return code;
    }
    *made = provider;
    return 0;
}

static void forget(struct provider *provider)
{
    free(provider->device_url);
    free(provider->token_url);
    free(provider->keys_url);
    free(provider->person_url);
    json_decref(provider->keys);
    provider->device_url = provider->token_url = provider->keys_url = provider->person_url = NULL;
    provider->keys = NULL;
    provider->discovered_ms = 0;
}

void provider_free(struct provider *provider)
{
    if (provider == NULL)
        return;
    forget(provider);
    free(provider->issuer);
    free(provider->client);
    secret_file_free(provider->secret);
    free(provider->claim);
    free(provider->scope);
    free(provider->ca_file);
    free(provider);
}

/* --- talking ---------------------------------------------------------------------------------- */

/* Sends a form (NULL: a GET) to a URL, with a token (NULL: none), and reads the JSON object that
 * comes back, with its status. New reference. */
static int call(const struct provider *provider, const char *url, const char *path,
                const struct text_buffer *form, const char *token, int *status, json_t **answer,
                struct error *error)
{
    const struct http_request request = {
        .method = form != NULL ? "POST" : "GET",
        .path = path,
        .body = form != NULL ? form->bytes : NULL,
        .body_length = form != NULL ? form->length : 0,
        .body_type = form != NULL ? "application/x-www-form-urlencoded" : NULL,
        .accept = "application/json, application/jwk-set+json",
    };
    struct http_client *client = NULL;
    struct http_reply reply = {0};
    int code = reach(provider, url, &client, error);

    *answer = NULL;
    if (code == 0)
        code = http_client_token_set(client, token, error);
    if (code == 0)
        code = http_client_call(client, &request, &reply, error);
    if (code == 0) {
        *status = reply.status;
        code = json_read(answer, reply.body != NULL ? reply.body : "", reply.length, REPLY_LIMIT,
                         "the identity provider's answer", error);
        if (code == 0 && !json_is_object(*answer)) {
            json_decref(*answer);
            *answer = NULL;
            code = error_set(error, ERROR_PROTOCOL, "the identity provider's answer is no object");
        } else if (code != 0) {
            code = error_prefix(error, "status %d", reply.status);
        }
    }
    if (reply.body != NULL)
        sodium_memzero(reply.body, reply.length);
    http_reply_clear(&reply);
    http_client_free(client);
    return code;
}

static void form_add(struct text_buffer *form, const char *name, const char *value)
{
    char *escaped = curl_easy_escape(NULL, value, 0);

    if (escaped == NULL) {
        form->failed = true;
        return;
    }
    text_buffer_add_format(form, "%s%s=%s", form->length > 0 ? "&" : "", name, escaped);
    curl_free(escaped);
}

/* Who asks, as "client_secret_post" or a public client has it. */
static void form_add_client(struct text_buffer *form, const struct provider *provider)
{
    form_add(form, "client_id", provider->client);
    if (provider->secret != NULL)
        form_add(form, "client_secret", provider->secret);
}

static void form_free(struct text_buffer *form)
{
    if (form->bytes != NULL)
        sodium_memzero(form->bytes, form->length);
    text_buffer_free(form);
}

/* What a provider says that an agent will see: printable ASCII, and not too long. */
static bool is_plain(const char *text, size_t size)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x21 || text[i] > 0x7E)
            return false;
    return length > 0 && length < size;
}

/* The code of OAuth in an answer that is an error. */
static const char *oauth_error(const json_t *answer)
{
    const char *error = json_text_or(answer, "error", "");

    return is_plain(error, PROVIDER_USER_SIZE) ? error : "an unknown error";
}

/* --- discovery -------------------------------------------------------------------------------- */

static int take_url(const json_t *document, const char *member, char **url, struct error *error)
{
    const char *text = json_text_or(document, member, "");

    if (!is_plain(text, PROVIDER_URL_SIZE))
        return error_set(error, ERROR_REFUSED, "the identity provider names no %s", member);
    *url = strdup(text);
    return *url != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a URL");
}

static int discover(struct provider *provider, int64_t now_ms, struct error *error)
{
    json_t *document = NULL;
    int status = 0;
    int code;

    if (provider->discovered_ms != 0 && now_ms < provider->discovered_ms + DISCOVERY_MS &&
        now_ms >= provider->discovered_ms)
        return 0;
    forget(provider);
    code = call(provider, provider->issuer, DISCOVERY_PATH, NULL, NULL, &status, &document, error);
    if (code == 0 && status != 200)
        code = error_set(error, ERROR_REFUSED,
                         "the identity provider answered %d when asked about itself", status);
    if (code == 0 && strcmp(json_text_or(document, "issuer", ""), provider->issuer) != 0)
        code = error_set(error, ERROR_REFUSED,
                         "the identity provider calls itself otherwise than it is called here");
    if (code == 0)
        code = take_url(document, "device_authorization_endpoint", &provider->device_url, error);
    if (code == 0)
        code = take_url(document, "token_endpoint", &provider->token_url, error);
    if (code == 0)
        code = take_url(document, "jwks_uri", &provider->keys_url, error);
    if (code == 0 && json_object_get(document, "userinfo_endpoint") != NULL)
        code = take_url(document, "userinfo_endpoint", &provider->person_url, error);
    json_decref(document);
    if (code == 0)
        provider->discovered_ms = now_ms;
    else
        forget(provider);
    return code;
}

static int keys_read(struct provider *provider, int64_t now_ms, struct error *error)
{
    json_t *keys = NULL;
    int status = 0;
    int code = call(provider, provider->keys_url, "", NULL, NULL, &status, &keys, error);

    if (code == 0 && (status != 200 || !json_is_array(json_object_get(keys, "keys"))))
        code = error_set(error, ERROR_PROTOCOL, "the identity provider lists no keys");
    if (code != 0) {
        json_decref(keys);
        return code;
    }
    json_decref(provider->keys);
    provider->keys = keys;
    provider->keys_ms = now_ms;
    return 0;
}

/* --- the device flow -------------------------------------------------------------------------- */

static int64_t seconds_of(const json_t *answer, const char *member, int64_t otherwise, int64_t most)
{
    int64_t seconds = json_integer_or(answer, member, otherwise);

    return seconds < 1 ? 1 : seconds > most ? most : seconds;
}

/* Only a page that is encrypted, or on this machine, is shown to an agent as the place to sign in
 * at. */
static bool is_page(const char *text)
{
    CURLU *url = is_plain(text, PROVIDER_URL_SIZE) ? curl_url() : NULL;
    char *scheme = NULL;
    char *host = NULL;
    bool well = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                (strcmp(scheme, "https") == 0 ||
                 (strcmp(scheme, "http") == 0 && curl_common_is_loopback(host)));

    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return well;
}

static int device_read(const json_t *answer, int64_t now_ms, struct provider_device *device,
                       struct error *error)
{
    const char *code = json_text_or(answer, "device_code", "");
    const char *user = json_text_or(answer, "user_code", "");
    const char *url = json_text_or(answer, "verification_uri", "");
    const char *complete = json_text_or(answer, "verification_uri_complete", "");

    if (!is_plain(code, sizeof(device->code)) || !is_plain(user, sizeof(device->user_code)) ||
        !is_page(url))
        return error_set(error, ERROR_PROTOCOL,
                         "the identity provider gave no code, or no address for it");
    text_copy(device->code, sizeof(device->code), code);
    text_copy(device->user_code, sizeof(device->user_code), user);
    text_copy(device->url, sizeof(device->url), url);
    if (is_page(complete))
        text_copy(device->url_complete, sizeof(device->url_complete), complete);
    device->expires_ms = now_ms + 1000 * seconds_of(answer, "expires_in", 300, LIFETIME_MOST);
    device->interval_ms = 1000 * seconds_of(answer, "interval", INTERVAL_SECONDS, INTERVAL_MOST);
    return 0;
}

int provider_begin(struct provider *provider, int64_t now_ms, struct provider_device *device,
                   struct error *error)
{
    struct text_buffer form = {0};
    json_t *answer = NULL;
    int status = 0;
    int code = discover(provider, now_ms, error);

    *device = (struct provider_device){0};
    if (code != 0)
        return code;
    form_add_client(&form, provider);
    form_add(&form, "scope", provider->scope);
    if (form.failed)
        code = error_set(error, ERROR_MEMORY, "no memory for a request");
    if (code == 0)
        code = call(provider, provider->device_url, "", &form, NULL, &status, &answer, error);
    form_free(&form);
    if (code == 0 && status != 200)
        code = error_set(error, ERROR_REFUSED, "the identity provider refuses a code: %s",
                         oauth_error(answer));
    if (code == 0)
        code = device_read(answer, now_ms, device, error);
    json_decref(answer);
    return code;
}

/* What an answer that is no token says (RFC 8628 section 3.5). */
static int state_read(const json_t *answer, enum provider_state *state, struct error *error)
{
    static const struct {
        const char *error;
        enum provider_state state;
    } states[] = {
        {"authorization_pending", PROVIDER_PENDING},
        {"slow_down", PROVIDER_SLOW_DOWN},
        {"access_denied", PROVIDER_DENIED},
        {"expired_token", PROVIDER_EXPIRED},
    };
    const char *given = oauth_error(answer);

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].error, given) == 0) {
            *state = states[i].state;
            return 0;
        }
    return error_set(error, ERROR_REFUSED, "the identity provider refuses the sign-in: %s", given);
}

static int claims_read(struct provider *provider, const char *token, int64_t now_ms,
                       json_t **claims, struct error *error)
{
    const struct provider_expectation expectation = {
        .issuer = provider->issuer, .audience = provider->client, .now_ms = now_ms};
    int code = provider->keys == NULL ? keys_read(provider, now_ms, error) : 0;

    if (code == 0)
        code = provider_token_check(token, provider->keys, &expectation, claims, error);
    if (code != ERROR_NOT_FOUND)
        return code;
    /* Providers change their keys. */
    if (now_ms >= provider->keys_ms + KEYS_AGAIN_MS || now_ms < provider->keys_ms) {
        code = keys_read(provider, now_ms, error);
        if (code == 0)
            code = provider_token_check(token, provider->keys, &expectation, claims, error);
    }
    return code == ERROR_NOT_FOUND ? error_set(error, ERROR_REFUSED, "%s",
                                               "the identity token is signed by a key that the "
                                               "provider does not list")
                                   : code;
}

static int login_read(const struct provider *provider, const json_t *claims,
                      char login[PROVIDER_LOGIN_LIMIT + 1], struct error *error)
{
    const char *name = json_text_or(claims, provider->claim, "");

    if (name[0] == '\0' || strlen(name) > PROVIDER_LOGIN_LIMIT)
        return error_set(error, ERROR_REFUSED, "the identity token has no \"%.100s\"",
                         provider->claim);
    /* An address that nobody proved is anybody's. */
    if (strcmp(provider->claim, "email") == 0 && !json_bool_or(claims, "email_verified", false))
        return error_set(error, ERROR_REFUSED,
                         "the e-mail address of the identity token was not "
                         "verified by the provider");
    text_copy(login, PROVIDER_LOGIN_LIMIT + 1, name);
    return 0;
}

/* Many providers keep what else they know of somebody out of the token, and tell it to whoever
 * shows the access token (OpenID Connect Core 5.3). Put into the claims: nothing that these say
 * already. */
static int person_read(const struct provider *provider, const char *token, json_t *claims,
                       struct error *error)
{
    json_t *person = NULL;
    int status = 0;
    int code;

    if (json_object_get(claims, provider->claim) != NULL || provider->person_url == NULL ||
        token[0] == '\0')
        return 0;
    code = call(provider, provider->person_url, "", NULL, token, &status, &person, error);
    if (code == 0 && status != 200)
        code = error_set(error, ERROR_REFUSED,
                         "the identity provider answered %d when asked who "
                         "signed in",
                         status);
    if (code == 0 && strcmp(json_text_or(person, "sub", ""), json_text_or(claims, "sub", "")) != 0)
        code = error_set(error, ERROR_REFUSED, "the identity provider tells of somebody else");
    if (code == 0 && json_object_update_missing(claims, person) != 0)
        code = error_set(error, ERROR_MEMORY, "no memory for claims");
    json_decref(person);
    return code;
}

static int answer_read(struct provider *provider, int status, const json_t *answer, int64_t now_ms,
                       enum provider_state *state, char login[PROVIDER_LOGIN_LIMIT + 1],
                       struct error *error)
{
    json_t *claims = NULL;
    int code;

    if (status != 200)
        return state_read(answer, state, error);
    code = claims_read(provider, json_text_or(answer, "id_token", ""), now_ms, &claims, error);
    if (code == 0)
        code = person_read(provider, json_text_or(answer, "access_token", ""), claims, error);
    if (code == 0)
        code = login_read(provider, claims, login, error);
    json_decref(claims);
    if (code == 0)
        *state = PROVIDER_SIGNED_IN;
    return code;
}

int provider_ask(struct provider *provider, const struct provider_device *device, int64_t now_ms,
                 enum provider_state *state, char login[PROVIDER_LOGIN_LIMIT + 1],
                 struct error *error)
{
    struct text_buffer form = {0};
    json_t *answer = NULL;
    int status = 0;
    int code;

    login[0] = '\0';
    *state = PROVIDER_EXPIRED;
    if (now_ms >= device->expires_ms)
        return 0;
    *state = PROVIDER_PENDING;
    code = discover(provider, now_ms, error);
    if (code != 0)
        return code;
    form_add(&form, "grant_type", DEVICE_GRANT);
    form_add(&form, "device_code", device->code);
    form_add_client(&form, provider);
    if (form.failed)
        code = error_set(error, ERROR_MEMORY, "no memory for a request");
    if (code == 0)
        code = call(provider, provider->token_url, "", &form, NULL, &status, &answer, error);
    form_free(&form);
    if (code == 0)
        code = answer_read(provider, status, answer, now_ms, state, login, error);
    json_decref(answer);
    return code;
}
