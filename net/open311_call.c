#include "net/open311_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/json.h"
#include "app/text.h"
#include "net/open311_answers.h"

#define PREFIX "/open311/"

/* --- what is asked ---------------------------------------------------------------------------- */

static const char *header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

void open311_recognise(struct request *request, const char *path)
{
    char last[ROUTE_SEGMENT_SIZE + 16];
    const char *slash = strrchr(path, '/');

    request->open311 = strncmp(path, PREFIX, strlen(PREFIX)) == 0;
    if (!request->open311)
        return;
    text_copy(last, sizeof(last), slash + 1);
    request->open311_format = open311_format_take(last, header(request, MHD_HTTP_HEADER_ACCEPT));
}

void open311_problem(struct request *request, unsigned status, const char *description)
{
    json_t *errors = json_array();
    size_t length;
    char *text;

    open311_error_add(errors, status, "%s", description);
    text = open311_document(errors, "errors", request->open311_format, &length);
    request_answer_bytes(request, open311_errors_status(errors),
                         open311_media_type(request->open311_format), text, length);
    json_decref(errors);
}

static enum MHD_Result argument_add(void *context, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct open311_call *call = context;

    (void)kind;
    call->code = open311_pairs_add(&call->pairs, name, value, &call->error);
    return call->code == 0 ? MHD_YES : MHD_NO;
}

/* Arguments of the body, then of the query: "locale" is known to some servers, and overrules what
 * the browser says. */
static void arguments_read(struct open311_call *call)
{
    const struct request *request = call->request;
    const char *language;

    call->code = open311_pairs_read(&call->pairs, request->upload.bytes, request->upload.length,
                                    &call->error);
    if (call->code == 0)
        MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, argument_add, call);
    language = open311_pairs_get(&call->pairs, "locale");
    if (language == NULL)
        language = header(request, MHD_HTTP_HEADER_ACCEPT_LANGUAGE);
    if (language != NULL && strncasecmp(language, "fr", 2) == 0)
        call->asked_language = "fr";
    else if (language != NULL && strncasecmp(language, "en", 2) == 0)
        call->asked_language = "en";
    call->language = call->asked_language != NULL ? call->asked_language : "en";
}

/* --- keys ------------------------------------------------------------------------------------- */

int open311_call_key(struct open311_call *call, struct intake_key *key, struct error *error)
{
    static const char *const channels[] = {"web", "mobile", "kiosk"};
    const char *token = open311_pairs_get(&call->pairs, "api_key");
    bool fits = false;
    int code;

    *key = (struct intake_key){.name = ""};
    if (token == NULL)
        return 0;
    code = ledger_intake_key_find(call->server->ledger, token, key, error);
    for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++)
        fits = fits || strcmp(key->channel, channels[i]) == 0;
    if (code == ERROR_NOT_FOUND || (code == 0 && !fits)) {
        open311_error_add(call->errors, 403, "api_key is not valid here");
        return 0;
    }
    return code;
}

void open311_source(const struct intake_key *key, char source[OPEN311_SOURCE_SIZE])
{
    snprintf(source, OPEN311_SOURCE_SIZE, "%s%s", key->name[0] != '\0' ? "311:" : "", key->name);
}

/* --- jurisdictions ---------------------------------------------------------------------------- */

/* Whether a list of words with commas between has the word; `count` is how many there are. */
static bool list_has(const char *list, const char *word, size_t *count)
{
    bool found = false;

    *count = 0;
    for (list += strspn(list, ", "); *list != '\0'; list += strspn(list, ", ")) {
        size_t length = strcspn(list, ", ");

        ++*count;
        found = found || (length == strlen(word) && strncmp(list, word, length) == 0);
        list += length;
    }
    return found;
}

static bool jurisdiction_read(struct open311_call *call)
{
    const char *list = call->server->options.open311.jurisdictions;
    const char *given = open311_pairs_get(&call->pairs, "jurisdiction_id");
    size_t count;
    bool known = list_has(list != NULL ? list : "", given != NULL ? given : "", &count);

    call->jurisdiction = given != NULL && known ? given : "";
    if (given == NULL && count > 1)
        open311_error_add(call->errors, 400,
                          "jurisdiction_id was not provided: this server has several");
    else if (given != NULL && count > 0 && !known)
        open311_error_add(call->errors, 404, "jurisdiction_id was not found");
    else
        return true;
    return false;
}

/* --- the worker ------------------------------------------------------------------------------- */

static void call_free(void *state)
{
    struct open311_call *call = state;

    open311_pairs_clear(&call->pairs);
    json_decref(call->answer);
    json_decref(call->errors);
    free(call);
}

static void call_work(void *argument)
{
    struct open311_call *call = argument;

    call->code = open311_view_open(call->server->open311, call->server->ledger, &call->error);
    if (call->code == 0)
        call->code = call->work(call, &call->error);
    MHD_resume_connection(call->request->connection);
}

static void call_suspend(void *argument)
{
    struct open311_call *call = argument;

    MHD_suspend_connection(call->request->connection);
}

/* The second time round: the worker has an answer. */
static void call_answer(struct request *request, const struct open311_call *call)
{
    bool wrong = json_array_size(call->errors) > 0;
    const json_t *value = wrong ? call->errors : call->answer;
    size_t length = 0;
    char *text;

    if (call->code != 0) {
        request_error(request, call->code, &call->error);
        return;
    }
    text = value != NULL
               ? open311_document(value, wrong ? "errors" : call->root, call->format, &length)
               : NULL;
    request_answer_bytes(request, wrong ? open311_errors_status(call->errors) : 200,
                         open311_media_type(call->format), text, length);
    request->reply.retry_after = call->retry_after;
}

static void busy_answer(struct request *request, const char *why)
{
    request_problem(request, PROBLEM_BUSY, "%s", why);
    request->reply.retry_after = 5;
}

/* The answer of a call that is not worth the worker's time. */
static enum route_result answer_at_once(struct request *request, const struct open311_call *call)
{
    if (call->code == ERROR_INVALID || call->code == ERROR_TOO_LARGE)
        open311_problem(request, 400, call->error.message);
    else
        call_answer(request, call);
    return ROUTE_ANSWERED;
}

enum route_result open311_ask(struct request *request, open311_work work)
{
    struct open311_call *call = request->state;

    if (call != NULL) {
        call_answer(request, call);
        return ROUTE_ANSWERED;
    }
    /* The drain waits for what is under way and then ends the worker: no new one may reach it. */
    if (atomic_load(&request->server->stopping)) {
        busy_answer(request, "the server is stopping");
        return ROUTE_ANSWERED;
    }
    call = request_state_new(request, sizeof(*call), call_free);
    if (call == NULL)
        return ROUTE_ANSWERED;
    call->request = request;
    call->server = request->server;
    call->work = work;
    call->format = request->open311_format;
    call->errors = json_array();
    text_copy(call->name, sizeof(call->name), request->segments[0]);
    open311_format_take(call->name, NULL);
    arguments_read(call);
    if (call->code != 0 || call->errors == NULL || !jurisdiction_read(call))
        return answer_at_once(request, call);
    if (!worker_add(request->server->reports, call_work, call_suspend, call)) {
        busy_answer(request, "too many ask at once");
        return ROUTE_ANSWERED;
    }
    return ROUTE_SUSPENDED;
}
