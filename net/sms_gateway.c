#include "net/sms_gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/message.h"
#include "app/message_segments.h"
#include "app/text.h"
#include "net/signed_request.h"

#define TAG         "guichet-sms"
#define TIMEOUT_MS  (INT64_C(30) * 1000)
#define REPLY_LIMIT ((size_t)64 * 1024)

struct sms_gateway {
    struct http_client *client;
    struct signature_key key;
    char *origin;
    char *path;
    char *number;
};

/* --- opening ---------------------------------------------------------------------------------- */

/* "https://host/messages" into "https://host" and "/messages". */
static int split_url(struct sms_gateway *gateway, const char *url, struct error *error)
{
    const char *host = strstr(url, "://");
    const char *slash = host != NULL ? strchr(host + 3, '/') : NULL;

    if (host == NULL)
        return error_set(error, ERROR_INVALID, "--sms-gateway: \"%s\" is no URL", url);
    gateway->origin = slash != NULL ? strndup(url, (size_t)(slash - url)) : strdup(url);
    gateway->path = strdup(slash != NULL ? slash : "/");
    return gateway->origin != NULL && gateway->path != NULL
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for the SMS gateway");
}

static int prepare(struct sms_gateway *gateway, const struct sms_gateway_options *options,
                   struct error *error)
{
    struct http_client_options http = http_client_default_options;
    int code = split_url(gateway, options->url, error);

    if (code == 0)
        code = signature_key_read(&gateway->key, options->key, error);
    if (code == ERROR_NOT_FOUND)
        code = error_set(error, code, "%s is not there: make it with `guichetd delivery-key`",
                         options->key);
    if (code != 0)
        return code;
    gateway->number = strdup(options->number != NULL ? options->number : "");
    if (gateway->number == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the SMS gateway");
    http.base_url = gateway->origin;
    http.ca_file =
        options->ca_file != NULL && options->ca_file[0] != '\0' ? options->ca_file : NULL;
    http.connect_ms = http.stall_ms = http.total_ms = TIMEOUT_MS;
    http.reply_limit = REPLY_LIMIT;
    return http_client_new(&gateway->client, &http, error);
}

int sms_gateway_open(struct sms_gateway **gateway, const struct sms_gateway_options *options,
                     struct error *error)
{
    struct sms_gateway *made = calloc(1, sizeof(*made));
    int code;

    *gateway = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the SMS gateway");
    code = prepare(made, options, error);
    if (code != 0) {
        sms_gateway_close(made);
        return error_prefix(error, "SMS gateway");
    }
    *gateway = made;
    return 0;
}

void sms_gateway_close(struct sms_gateway *gateway)
{
    if (gateway == NULL)
        return;
    if (gateway->client != NULL)
        http_client_free(gateway->client);
    sodium_memzero(&gateway->key, sizeof(gateway->key));
    free(gateway->origin);
    free(gateway->path);
    free(gateway->number);
    free(gateway);
}

/* --- sending ---------------------------------------------------------------------------------- */

static char *envelope(const struct sms_gateway *gateway, const struct record *message,
                      const char *number)
{
    struct message_segments segments;
    json_t *value;
    char *text;

    message_segments_count(record_text(message, "text"), &segments);
    value = json_pack("{s:s, s:s, s:s*, s:s, s:s, s:I}", "id", message->id.text, "to", number,
                      "from", *gateway->number != '\0' ? gateway->number : NULL, "text",
                      record_text(message, "text"), "encoding", segments.ucs2 ? "ucs-2" : "gsm-7",
                      "segments", (json_int_t)segments.segments);
    text = value != NULL ? json_canonical(value) : NULL;
    json_decref(value);
    return text;
}

static bool make_request(struct signed_request *made, const struct sms_gateway *gateway,
                         const struct record *message, const char *number)
{
    struct text_buffer target = {0};
    char digest[CONTENT_DIGEST_SIZE];
    bool good;

    made->body = envelope(gateway, message, number);
    text_buffer_add_format(&target, "%s%s", gateway->origin, gateway->path);
    if (made->body == NULL || target.failed) {
        text_buffer_free(&target);
        return false;
    }
    made->request = (struct http_request){
        .method = "POST",
        .path = gateway->path,
        .body = made->body,
        .body_length = strlen(made->body),
        .body_type = "application/json",
    };
    content_digest(made->body, made->request.body_length, digest);
    const struct signature_component components[] = {
        {"@method", "POST"},
        {"@target-uri", target.bytes},
        {"content-type", made->request.body_type},
        {"content-digest", digest},
        {"idempotency-key", message->id.text},
    };
    good = signed_request_sign(made, &gateway->key, TAG, components,
                               sizeof(components) / sizeof(components[0]), clock_system(NULL));
    text_buffer_free(&target);
    signed_request_line(made, "accept", "application/json, application/problem+json");
    made->request.accept = "application/json";
    made->request.headers = made->headers;
    return good;
}

/* A text of the gateway's, without what must not reach a terminal. */
static void keep_text(char *target, size_t size, const char *text)
{
    char *clean = text_clean(text, strlen(text), false);

    text_copy(target, size, clean != NULL ? clean : "");
    free(clean);
}

static void read_reply(const struct http_reply *reply, struct message_outcome *outcome)
{
    json_t *body = NULL;
    int status = reply->status;
    bool again = status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;

    if (reply->body != NULL)
        json_read(&body, reply->body, reply->length, REPLY_LIMIT, "the answer", NULL);
    if (status == 200 || status == 201 || status == 202) {
        outcome->fate = MESSAGE_SENT;
        keep_text(outcome->receipt, sizeof(outcome->receipt), json_text_or(body, "receipt", ""));
    } else {
        outcome->fate = again || status < 400 ? MESSAGE_LATER : MESSAGE_BOUNCED;
        keep_text(outcome->reason, sizeof(outcome->reason),
                  json_text_or(body, "detail", json_text_or(body, "title", "")));
        if (outcome->reason[0] == '\0')
            snprintf(outcome->reason, sizeof(outcome->reason), "the gateway answered HTTP %d",
                     status);
        outcome->retry_after_ms = reply->retry_after_ms > 0 ? reply->retry_after_ms : 0;
    }
    json_decref(body);
}

/* The gateway knows what comes again by its key: no last step is noted. */
static int gateway_send(void *context, const struct ledger_letter *letter,
                        const struct message_last_step *last_step, struct message_outcome *outcome,
                        struct error *error)
{
    struct sms_gateway *gateway = context;
    struct signed_request made = {0};
    struct http_reply reply = {.retry_after_ms = -1};
    char number[MESSAGE_NUMBER_SIZE];
    struct error why = ERROR_INIT;
    int code;

    (void)last_step;
    if (!message_number(record_text(letter->message, "to"), number)) {
        outcome->fate = MESSAGE_BOUNCED;
        text_copy(outcome->reason, sizeof(outcome->reason), "not a phone number");
        return 0;
    }
    if (!make_request(&made, gateway, letter->message, number)) {
        signed_request_clear(&made);
        return error_set(error, ERROR_MEMORY, "no memory for an SMS");
    }
    code = http_client_call(gateway->client, &made.request, &reply, &why);
    signed_request_clear(&made);
    if (code == ERROR_CANCELLED)
        return code;
    outcome->fate = MESSAGE_LATER;
    if (code == 0)
        read_reply(&reply, outcome);
    else
        keep_text(outcome->reason, sizeof(outcome->reason), why.message);
    http_reply_clear(&reply);
    return 0;
}

static void gateway_stop(void *context)
{
    struct sms_gateway *gateway = context;

    http_client_stop(gateway->client);
}

struct message_carrier sms_gateway_carrier(struct sms_gateway *gateway)
{
    return (struct message_carrier){
        .channel = "sms", .context = gateway, .send = gateway_send, .stop = gateway_stop};
}
