/* POST /v1/intake/{channel}: the other channels leave notes, requests and submissions. */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/intake_document.h"
#include "net/intake_key.h"
#include "net/request_code.h"

/* A message on its way in. */
struct taking {
    struct request_code wait;
    struct intake_key key;
    char source[INTAKE_SOURCE_LIMIT + 1];
    struct intake_document document;
    struct intake_result result;
    struct error error;
    bool taken; /* by the worker */
    int code;
};

static void taking_free(void *state)
{
    struct taking *taking = state;

    intake_document_clear(&taking->document);
    intake_result_clear(&taking->result);
    free(taking);
}

/* Before the body comes: whose key it is, and whether it may come so soon. */
static bool admit(struct request *request)
{
    const char *token = request_token(request);
    struct taking *taking = request_state_new(request, sizeof(*taking), taking_free);
    struct error error = ERROR_INIT;
    unsigned wait;
    int code = ERROR_NOT_FOUND;

    if (taking == NULL)
        return false;
    if (token != NULL)
        code = ledger_intake_key_find(request->server->ledger, token, &taking->key, &error);
    if (code == ERROR_NOT_FOUND)
        request_problem(request, PROBLEM_UNAUTHORIZED, "%s",
                        "a key for this channel is needed, as the bearer token");
    else if (code != 0)
        request_error(request, code, &error);
    if (code != 0)
        return false;
    if (strcmp(taking->key.channel, request->segments[0]) != 0) {
        request_problem(request, PROBLEM_FORBIDDEN, "the key is for the channel \"%s\"",
                        taking->key.channel);
        return false;
    }
    wait = intake_rate_take(request->server->rate, taking->key.name, clock_steady(NULL));
    if (wait > 0) {
        request_problem(request, PROBLEM_TOO_MANY_REQUESTS, "%s",
                        "this key brings messages too fast");
        request->reply.retry_after = wait;
    }
    return wait == 0;
}

/* Reads the body; false with a problem set. */
static bool read_body(struct request *request, struct taking *taking)
{
    const struct intake_limits limits = {
        .attachment_bytes = request->server->options.intake_attachment_bytes,
        .types = request->server->options.intake_types,
    };
    struct intake_message *message = &taking->document.message;
    struct error error = ERROR_INIT;
    json_t *body = request_json(request);
    int code;

    if (body == NULL)
        return false;
    code = intake_document_read(&taking->document, body, &limits, &error);
    json_decref(body);
    if (code == ERROR_INVALID)
        request_problem(request, PROBLEM_MESSAGE_REFUSED, "%s", error.message);
    else if (code != 0)
        request_error(request, code, &error);
    if (code != 0)
        return false;
    strcpy(taking->source, "key:");
    text_copy(taking->source + strlen("key:"), sizeof(taking->source) - strlen("key:"),
              taking->key.name);
    message->channel = intake_channel(taking->key.channel);
    message->source = taking->source;
    message->strict = true;
    /* The key's own setting goes before the service's. */
    if (message->queue == NULL || *message->queue == '\0')
        message->queue = taking->key.queue;
    if (message->office == NULL || *message->office == '\0')
        message->office = taking->key.office;
    return true;
}

static void take(struct request *request)
{
    struct taking *taking = request->state;

    taking->code = ledger_intake(request->server->ledger, &taking->document.message,
                                 clock_system(NULL), &taking->result, &taking->error);
    taking->taken = true;
}

static void answer(struct request *request, struct taking *taking)
{
    const struct intake_result *result = &taking->result;

    if (taking->code != 0) {
        request_error(request, taking->code, &taking->error);
    } else if (result->kind == INTAKE_REFUSED) {
        request_log(request, "intake from %s refused: %s", taking->source, result->reason);
        if (result->faults != NULL)
            request_problem_with(request, PROBLEM_INVALID_ANSWERS, result->reason, "errors",
                                 result->faults);
        else
            request_problem(request, PROBLEM_MESSAGE_REFUSED, "%s", result->reason);
    } else {
        request_answer(
            request, 200,
            json_pack("{s:b, s:b, s:s, s:s, s:s, s:s*, s:s*}", "repeated",
                      result->kind == INTAKE_REPEATED, "new_case", result->new_case, "reference",
                      result->reference, "message", result->message.text, "case",
                      result->matter.text, "client",
                      id_is_empty(&result->client) ? NULL : result->client.text, "submission",
                      id_is_empty(&result->submission) ? NULL : result->submission.text));
    }
}

static enum route_result handle(struct request *request)
{
    struct taking *taking = request->state;
    const struct intake_message *message = &taking->document.message;

    if (taking->taken) {
        answer(request, taking);
        return ROUTE_ANSWERED;
    }
    if (!read_body(request, taking))
        return ROUTE_ANSWERED;
    if (message->continue_code == NULL || *message->continue_code == '\0') {
        take(request);
        answer(request, taking);
        return ROUTE_ANSWERED;
    }
    return request_code_check(request, &taking->wait, take);
}

static const enum problem problems[] = {PROBLEM_BAD_JSON,
                                        PROBLEM_UNAUTHORIZED,
                                        PROBLEM_FORBIDDEN,
                                        PROBLEM_TOO_LARGE,
                                        PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                        PROBLEM_UNSUPPORTED_ENCODING,
                                        PROBLEM_INVALID_ANSWERS,
                                        PROBLEM_MESSAGE_REFUSED,
                                        PROBLEM_TOO_MANY_REQUESTS,
                                        PROBLEM_STORAGE,
                                        PROBLEM_BUSY,
                                        PROBLEM_NONE};

const struct route route_intake = {
    .method = "POST",
    .path = "/v1/intake/{channel}",
    .operation = "intake",
    .summary = "Leave a note, a request or a submission through another channel; the bearer token "
               "is the channel's own key",
    .open = true,
    .admit = admit,
    .body_limit = SERVER_BODY_LIMIT,
    .handle = handle,
    .request_schema = "Intake",
    .response_schema = "IntakeTaken",
    .status = 200,
    .problems = problems,
};
