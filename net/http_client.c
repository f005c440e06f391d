#include "net/http_client.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/text.h"
#include "net/curl_common.h"
#include "net/http_exchange.h"

#define TOKEN_LIMIT  4096
#define POLL_MAXIMUM 8

const struct http_client_options http_client_default_options = {
    .connect_ms = 20 * 1000,
    .stall_ms = 30 * 1000,
    .total_ms = 15 * 60 * 1000,
    .reply_limit = 32 * 1024 * 1024,
};

/* --- client --------------------------------------------------------------------------------- */

static int check_parts(CURLU *url, const char *text, bool *plain, struct error *error)
{
    char *scheme = NULL;
    char *host = NULL;
    char *extra = NULL;
    int code = 0;

    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        code = error_set(error, ERROR_INVALID, "\"%s\" is not the URL of a server", text);
    else if (curl_url_get(url, CURLUPART_QUERY, &extra, 0) == CURLUE_OK ||
             curl_url_get(url, CURLUPART_FRAGMENT, &extra, 0) == CURLUE_OK ||
             curl_url_get(url, CURLUPART_USER, &extra, 0) == CURLUE_OK)
        code = error_set(error, ERROR_INVALID,
                         "the URL of the server holds more than scheme, host, port and path");
    else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
        code = error_set(error, ERROR_INVALID, "\"%s\": only https:// is spoken", text);
    else if (strcmp(scheme, "http") == 0 && !curl_common_is_loopback(host))
        code = error_set(error, ERROR_INVALID,
                         "\"%s\": plain HTTP is for this machine alone; use https://", text);
    else
        *plain = strcmp(scheme, "http") == 0;
    curl_free(scheme);
    curl_free(host);
    curl_free(extra);
    return code;
}

static int check_url(const char *text, bool *plain, struct error *error)
{
    CURLU *url = curl_url();

    if (url == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a URL");
    int code = check_parts(url, text, plain, error);
    curl_url_cleanup(url);
    return code;
}

static void choose_encodings(struct http_client *client)
{
    const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);
    bool zstd = (version->features & CURL_VERSION_ZSTD) != 0;
    bool gzip = (version->features & CURL_VERSION_LIBZ) != 0;

    text_copy(client->encodings, sizeof client->encodings,
              zstd && gzip ? "zstd, gzip"
              : zstd       ? "zstd"
              : gzip       ? "gzip"
                           : "identity");
}

int http_client_new(struct http_client **result, const struct http_client_options *options,
                    struct error *error)
{
    bool plain = false;
    int code = curl_common_start(error);
    if (code == 0)
        code = check_url(options->base_url, &plain, error);
    if (code != 0)
        return code;
    if (options->ca_file != NULL && access(options->ca_file, R_OK) != 0)
        return error_set(error, ERROR_NOT_FOUND, "the CA file %s cannot be read", options->ca_file);
    if (options->cert_file != NULL && access(options->cert_file, R_OK) != 0)
        return error_set(error, ERROR_NOT_FOUND, "the certificate %s cannot be read",
                         options->cert_file);
    struct http_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the HTTP client");
    client->limits = *options;
    client->plain = plain;
    client->multi = curl_multi_init();
    client->base_url = strdup(options->base_url);
    client->ca_file = options->ca_file == NULL ? NULL : strdup(options->ca_file);
    client->cert_file = options->cert_file == NULL ? NULL : strdup(options->cert_file);
    client->key_file = options->key_file == NULL ? NULL : strdup(options->key_file);
    if (client->multi == NULL || client->base_url == NULL ||
        (options->ca_file != NULL && client->ca_file == NULL) ||
        (options->cert_file != NULL && client->cert_file == NULL) ||
        (options->key_file != NULL && client->key_file == NULL)) {
        http_client_free(client);
        return error_set(error, ERROR_MEMORY, "no memory for the HTTP client");
    }
    size_t length = strlen(client->base_url);
    while (length > 0 && client->base_url[length - 1] == '/')
        client->base_url[--length] = '\0';
    choose_encodings(client);
    *result = client;
    return 0;
}

static void wipe_text(char *text)
{
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
}

void http_client_free(struct http_client *client)
{
    if (client == NULL)
        return;
    if (client->spare != NULL)
        curl_easy_cleanup(client->spare);
    if (client->multi != NULL)
        (void)curl_multi_cleanup(client->multi);
    wipe_text(client->authorization);
    free(client->base_url);
    free(client->ca_file);
    free(client->cert_file);
    free(client->key_file);
    free(client);
}

int http_client_token_set(struct http_client *client, const char *token, struct error *error)
{
    char *line = NULL;

    if (token != NULL) {
        size_t length = strlen(token);
        for (size_t index = 0; index < length; index++)
            if (token[index] <= ' ' || token[index] > '~')
                return error_set(error, ERROR_INVALID, "the token holds a forbidden character");
        if (length == 0 || length > TOKEN_LIMIT)
            return error_set(error, ERROR_INVALID, "a token has 1 to %d bytes", TOKEN_LIMIT);
        line = malloc(length + sizeof "Authorization: Bearer ");
        if (line == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for the token");
        (void)sprintf(line, "Authorization: Bearer %s", token);
    }
    wipe_text(client->authorization);
    client->authorization = line;
    return 0;
}

void http_client_wake(struct http_client *client)
{
    (void)curl_multi_wakeup(client->multi);
}

void http_client_stop(struct http_client *client)
{
    atomic_store(&client->stopped, true);
    http_client_wake(client);
}

/* --- carrying on ------------------------------------------------------------------------------ */

static int perform(struct http_client *client, struct error *error)
{
    int running = 0;
    int left = 0;
    CURLMsg *message = NULL;
    CURLMcode code = curl_multi_perform(client->multi, &running);

    if (code != CURLM_OK)
        return error_set(error, ERROR_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        char *private = NULL;
        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK)
            continue;
        struct http_exchange *exchange = (struct http_exchange *)(void *)private;
        exchange->done = true;
        exchange->result = message->data.result;
        client->ended = true;
    }
    return 0;
}

/*
 * Ends what has stalled and returns the ms until the next look is due, at most `timeout_ms`.
 * libcurl's own low-speed limit would wake an idle terminal every second, and is late by five.
 */
static int64_t watch_stalls(struct http_client *client, int64_t timeout_ms)
{
    int64_t now = clock_steady(NULL);

    for (struct http_exchange *exchange = client->exchanges; exchange != NULL;
         exchange = exchange->next) {
        if (exchange->done)
            continue;
        if (now >= exchange->deadline_ms) {
            if (http_exchange_moved(exchange) > exchange->moved) {
                http_exchange_expect(exchange, now);
            } else {
                exchange->stalled = true;
                exchange->done = true;
                exchange->result = CURLE_OPERATION_TIMEDOUT;
                client->ended = true;
            }
        }
        if (exchange->deadline_ms - now < timeout_ms)
            timeout_ms = exchange->deadline_ms - now;
    }
    return timeout_ms < 0 ? 0 : timeout_ms;
}

void http_client_advance(struct http_client *client)
{
    (void)perform(client, NULL);
}

int http_client_poll(struct http_client *client, const int *descriptors, size_t count,
                     int64_t timeout_ms, struct error *error)
{
    struct curl_waitfd waits[POLL_MAXIMUM];

    if (count > POLL_MAXIMUM)
        return error_set(error, ERROR_INTERNAL, "too many descriptors to wait for");
    int code = perform(client, error);
    int64_t timeout =
        watch_stalls(client, timeout_ms < 0 || timeout_ms > INT_MAX ? INT_MAX : timeout_ms);
    if (code == 0 && !client->ended && !atomic_load(&client->stopped)) {
        for (size_t index = 0; index < count; index++)
            waits[index] =
                (struct curl_waitfd){.fd = descriptors[index], .events = CURL_WAIT_POLLIN};
        /* Nothing is to be done for a while: now it costs nobody anything. */
        if (timeout >= HTTP_PREPARE_MS)
            http_exchange_prepare(client);
        CURLMcode result =
            curl_multi_poll(client->multi, waits, (unsigned)count, (int)timeout, NULL);
        if (result != CURLM_OK)
            return error_set(error, ERROR_INTERNAL, "libcurl: %s", curl_multi_strerror(result));
        code = perform(client, error);
    }
    client->ended = false;
    return code;
}

int http_client_call(struct http_client *client, const struct http_request *request,
                     struct http_reply *reply, struct error *error)
{
    struct http_exchange *exchange = NULL;
    int code = http_client_begin(client, &exchange, request, error);

    while (code == 0 && !http_exchange_done(exchange)) {
        if (atomic_load(&client->stopped))
            code = error_set(error, ERROR_CANCELLED, "%s was stopped", exchange->name);
        else
            code = http_client_poll(client, NULL, 0, -1, error);
    }
    if (code == 0)
        return http_exchange_finish(exchange, reply, error);
    http_exchange_cancel(exchange);
    return code;
}
