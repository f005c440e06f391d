#include "net/delivery_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "net/delivery_answer.h"

#define TAG "guichet-delivery"

char *delivery_envelope(const struct record *delivery, const struct record *submission)
{
    const json_t *given = json_object_get(submission->body, "answers");
    json_t *answers = json_object();
    json_t *envelope, *name;
    size_t index;
    char *text;

    json_array_foreach(json_object_get(delivery->body, "answers"), index, name)
    {
        json_t *answer = json_object_get(given, json_string_value(name));

        if (answer != NULL && json_object_set(answers, json_string_value(name), answer) != 0) {
            json_decref(answers);
            return NULL;
        }
    }
    envelope =
        json_pack("{s:s, s:s, s:s, s:s, s:O*, s:O*, s:o}", "delivery", delivery->id.text,
                  "submission", submission->id.text, "agency", record_text(delivery, "agency"),
                  "form", record_text(delivery, "form"), "form_version",
                  json_object_get(delivery->body, "form_version"), "submitted_at",
                  json_object_get(submission->body, "submitted_at"), "answers", answers);
    text = envelope != NULL ? json_canonical(envelope) : NULL;
    json_decref(envelope);
    return text;
}

static bool make_post(struct signed_request *message, const struct signature_key *key,
                      const struct record *delivery, const struct record *submission,
                      const char *target, int64_t now_ms)
{
    char digest[CONTENT_DIGEST_SIZE], attempt[32];

    message->body = delivery_envelope(delivery, submission);
    if (message->body == NULL)
        return false;
    message->request.method = "POST";
    message->request.body = message->body;
    message->request.body_length = strlen(message->body);
    message->request.body_type = "application/json";
    content_digest(message->body, message->request.body_length, digest);
    snprintf(attempt, sizeof(attempt), "%" PRId64, delivery_attempt(delivery));
    const struct signature_component components[] = {
        {"@method", "POST"},
        {"@target-uri", target},
        {"content-type", message->request.body_type},
        {"content-digest", digest},
        {"idempotency-key", delivery->id.text},
        {"guichet-attempt", attempt},
    };
    return signed_request_sign(message, key, TAG, components, sizeof(components) / sizeof(components[0]),
                         now_ms);
}

static bool make_get(struct signed_request *message, const struct signature_key *key,
                     const struct record *delivery, const char *target, int64_t now_ms)
{
    const struct signature_component components[] = {
        {"@method", "GET"}, {"@target-uri", target}, {"idempotency-key", delivery->id.text}};

    message->request.method = "GET";
    return signed_request_sign(message, key, TAG, components, sizeof(components) / sizeof(components[0]),
                         now_ms);
}

int delivery_message_make(struct signed_request *message, const struct agency *agency,
                          const struct signature_key *key, const struct record *delivery,
                          const struct record *submission, int64_t now_ms, struct error *error)
{
    bool sent = strcmp(record_text(delivery, "state"), "sent") == 0;
    struct text_buffer target = {0};
    bool good;

    *message = (struct signed_request){0};
    message->path = strdup(sent ? record_text(delivery, "location") : agency->path);
    text_buffer_add_format(&target, "%s%s", agency->origin,
                           message->path != NULL ? message->path : "");
    good = message->path != NULL && !target.failed &&
           (sent ? make_get(message, key, delivery, target.bytes, now_ms)
                 : make_post(message, key, delivery, submission, target.bytes, now_ms));
    text_buffer_free(&target);
    if (!good) {
        signed_request_clear(message);
        return error_set(error, ERROR_MEMORY, "no memory for a delivery");
    }
    /* An agency's server may have more than one way to answer. */
    signed_request_line(message, "accept", "application/json, application/problem+json");
    message->request.path = message->path;
    message->request.accept = "application/json";
    message->request.headers = message->headers;
    return 0;
}
