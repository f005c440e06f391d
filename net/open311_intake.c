#include "net/open311_intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/intake.h"
#include "net/open311_answers.h"
#include "net/open311_request.h"

#define MINUTE_MS     (INT64_C(60) * 1000)
#define SUBJECT_LIMIT 200

/* --- what it says ----------------------------------------------------------------------------- */

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* What a request says, whatever the order in which it says it: a digest of its pairs without the
 * key. The lengths keep a pair from reading as another two. */
static bool digest_make(const struct open311_pairs *pairs,
                        unsigned char digest[LEDGER_OPEN311_DIGEST])
{
    char **lines = calloc(pairs->count + 1, sizeof(*lines));
    crypto_generichash_state state;
    bool good = lines != NULL;

    for (size_t i = 0; i < pairs->count && good; i++) {
        const struct open311_pair *pair = &pairs->list[i];
        struct text_buffer line = {0};

        if (strcmp(pair->name, "api_key") != 0 && pair->value[0] != '\0')
            text_buffer_add_format(&line, "%zu %s %zu %s\n", strlen(pair->name), pair->name,
                                   strlen(pair->value), pair->value);
        lines[i] = text_buffer_take(&line);
        good = lines[i] != NULL;
    }
    if (good) {
        qsort(lines, pairs->count, sizeof(*lines), by_text);
        crypto_generichash_init(&state, NULL, 0, LEDGER_OPEN311_DIGEST);
        for (size_t i = 0; i < pairs->count; i++)
            crypto_generichash_update(&state, (const unsigned char *)lines[i], strlen(lines[i]));
        crypto_generichash_final(&state, digest, LEDGER_OPEN311_DIGEST);
    }
    for (size_t i = 0; lines != NULL && i < pairs->count; i++)
        free(lines[i]);
    free(lines);
    return good;
}

/* "Pothole: 1234 5th street", at a whole character. */
static char *subject_make(const struct open311_request *request,
                          const struct open311_service *service, const char *language)
{
    struct text_buffer subject = {0};
    char *text;
    size_t length = SUBJECT_LIMIT;

    text_buffer_add_text(&subject, open311_service_name(service, language));
    if (request->address != NULL)
        text_buffer_add_format(&subject, "%s%s", open311_colon(strcmp(language, "fr") == 0),
                               request->address);
    text = text_buffer_take(&subject);
    if (text == NULL)
        return NULL;
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\n' || *at == '\t')
            *at = ' ';
    if (strlen(text) > length) {
        while (((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
        text[length] = '\0';
    }
    return text;
}

/* --- what is kept of it until it is a case -----------------------------------------------------
 */

struct posting {
    struct open311_call *call;
    struct intake_key key;
    const struct open311_service *service;
    struct open311_request request;
    json_t *answers; /* owned; NULL: none */
    bool complete;   /* the form takes them */
};

/* New; NULL when out of memory. */
static json_t *message_make(const struct posting *posting, int64_t now_ms)
{
    const struct open311_request *request = &posting->request;
    const struct open311_call *call = posting->call;
    struct text_buffer text = {0}, name = {0};
    char form[RECORD_KEY_SIZE];
    char *subject = subject_make(request, posting->service, call->language);
    json_t *message = NULL;

    open311_request_tell(request, posting->service, posting->answers, call->language, &text);
    open311_request_name(request, &name);
    open311_form_key(posting->service->record, form);
    if (subject != NULL && !text.failed && !name.failed)
        message =
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s, s:I, s:s*, s:s*, s:s*}", "channel",
                      intake_channel(posting->key.channel), "office", posting->key.office, "queue",
                      posting->key.queue, "subject", subject, "text", text.bytes, "language",
                      call->asked_language, "service", record_text(posting->service->record, "key"),
                      "at", (json_int_t)now_ms, "name", name.length > 0 ? name.bytes : NULL,
                      "email", request->email, "phone", request->phone);
    if (message != NULL && posting->complete &&
        (json_object_set_new(message, "form", json_string(form)) != 0 ||
         json_object_set(message, "answers", posting->answers) != 0)) {
        json_decref(message);
        message = NULL;
    }
    free(subject);
    text_buffer_free(&text);
    text_buffer_free(&name);
    return message;
}

/* --- into the case ---------------------------------------------------------------------------- */

static const char *said(const json_t *message, const char *member)
{
    const char *text = json_text_or(message, member, "");

    return text[0] != '\0' ? text : NULL;
}

/* Makes the case of one that is kept, and says so where it is kept. Again after a failure, or in
 * the next life of the server, it is the same case: intake knows the token. */
static int take_in(struct server *server, struct ledger_open311_state *state, struct error *error)
{
    const json_t *kept = state->message;
    struct intake_message message = {
        .channel = said(kept, "channel"),
        .source = state->source,
        .message_id = state->token.text,
        .at_ms = json_integer_or(kept, "at", 0),
        .client = {.name = said(kept, "name"),
                   .email = said(kept, "email"),
                   .phone = said(kept, "phone"),
                   .language = said(kept, "language")},
        .kind = json_object_get(kept, "answers") != NULL ? "submission" : "request",
        .subject = said(kept, "subject"),
        .text = said(kept, "text"),
        .language = said(kept, "language"),
        .service = said(kept, "service"),
        .queue = said(kept, "queue"),
        .office = said(kept, "office"),
        .form = said(kept, "form"),
        .answers = json_object_get(kept, "answers"),
        .from = said(kept, "email"),
        .separate = true,
    };
    struct intake_result result;
    int code = ledger_intake(server->ledger, &message, clock_system(NULL), &result, error);

    if (code != 0)
        return code;
    state->refused = result.kind == INTAKE_REFUSED;
    state->taken = !state->refused;
    text_copy(state->reference, sizeof(state->reference), result.reference);
    if (state->refused)
        server_log(server, "an Open311 request was refused: %s", result.reason);
    code = ledger_open311_settle(server->ledger, &state->token,
                                 state->taken ? &result.matter : NULL, result.reference, error);
    intake_result_clear(&result);
    return code;
}

void open311_take_in_waiting(void *argument)
{
    struct server *server = argument;
    int code = 0;

    while (code == 0 && !atomic_load(&server->stopping)) {
        struct ledger_open311_state state;
        struct error error = ERROR_INIT;

        code = ledger_open311_waiting(server->ledger, &state, &error);
        if (code == ERROR_NOT_FOUND)
            break;
        if (code == 0)
            code = take_in(server, &state, &error);
        if (code != 0)
            server_log(server, "an Open311 request waits: %s", error.message);
        ledger_open311_state_clear(&state);
    }
}

/* --- POST ------------------------------------------------------------------------------------- */

/* Whether this key posts too fast: it has one allowance, here and under /v1/intake. */
static bool is_too_fast(struct posting *posting)
{
    struct open311_call *call = posting->call;
    unsigned wait = intake_rate_take(call->server->rate, posting->key.name, clock_steady(NULL));

    if (wait == 0)
        return false;
    call->retry_after = wait;
    open311_error_add(call->errors, 429, "this api_key makes requests too fast");
    return true;
}

/* Who posts, and what about.
 False with an error told, or `*code` set. */
static bool posting_open(struct posting *posting, int *code, struct error *error)
{
    struct open311_call *call = posting->call;
    const char *service = open311_pairs_get(&call->pairs, "service_code");

    *code = open311_call_key(call, &posting->key, error);
    if (*code != 0 || json_array_size(call->errors) > 0)
        return false;
    if (posting->key.name[0] == '\0') {
        open311_error_add(call->errors, 403, "api_key was not provided");
        return false;
    }
    if (is_too_fast(posting))
        return false;
    if (service == NULL) {
        open311_error_add(call->errors, 400, "service_code was not provided");
        return false;
    }
    posting->service = open311_view_find(call->server->open311, service);
    if (posting->service == NULL || !open311_service_serves(posting->service, call->jurisdiction))
        open311_error_add(call->errors, 404, "service_code was not found");
    return json_array_size(call->errors) == 0;
}

static int posting_keep(const struct posting *posting, struct ledger_open311_state *state,
                        bool *repeated, struct error *error)
{
    struct open311_call *call = posting->call;
    int64_t now_ms = clock_system(NULL);
    json_t *facts = open311_request_facts(&posting->request);
    json_t *message = message_make(posting, now_ms);
    char source[OPEN311_SOURCE_SIZE];
    struct ledger_open311_entry entry = {
        .source = source,
        .code = posting->service->code,
        .jurisdiction = call->jurisdiction,
        .kind = posting->service->kind,
        .title = json_object_get(posting->service->record->body, "title"),
        .facts = facts,
        .message = message,
    };
    int code = ERROR_MEMORY;

    open311_source(&posting->key, source);
    if (facts == NULL || message == NULL || !digest_make(&call->pairs, entry.digest))
        error_set(error, ERROR_MEMORY, "no memory for a request");
    else
        code = ledger_open311_add(call->server->ledger, &entry,
                                  call->server->options.open311.repeat_minutes * MINUTE_MS, now_ms,
                                  state, repeated, error);
    json_decref(facts);
    json_decref(message);
    return code;
}

/* Account ids come back to who sent them; nothing else of the person does. */
static json_t *posting_answer(const struct posting *posting,
                              const struct ledger_open311_state *state)
{
    const char *notice = open311_service_notice(posting->service, posting->call->language);
    json_t *request = json_object();

    if (state->kind == OPEN311_REALTIME)
        json_object_set_new(request, "service_request_id", json_string(state->reference));
    else if (state->kind == OPEN311_BATCH)
        json_object_set_new(request, "token", json_string(state->token.text));
    json_object_set_new(request, "service_notice",
                        notice[0] != '\0' ? json_string(notice) : json_null());
    json_object_set_new(request, "account_id",
                        posting->request.account_id != NULL
                            ? json_string(posting->request.account_id)
                            : json_null());
    return json_pack("[o]", request);
}

static int posting_do(struct posting *posting, struct error *error)
{
    struct open311_call *call = posting->call;
    struct ledger_open311_state state;
    bool repeated;
    int code = posting_keep(posting, &state, &repeated, error);

    if (code != 0)
        return code;
    if (state.kind == OPEN311_BATCH)
        worker_add(call->server->reports, open311_take_in_waiting, NULL, call->server);
    else if (!state.taken)
        code = take_in(call->server, &state, error);
    if (code == 0 && state.refused)
        open311_error_add(call->errors, 400, "the request could not be taken in");
    else if (code == 0)
        call->answer = posting_answer(posting, &state);
    call->root = "service_requests";
    ledger_open311_state_clear(&state);
    return code;
}

int open311_post(struct open311_call *call, struct error *error)
{
    struct posting posting = {.call = call};
    int code = 0;

    if (!posting_open(&posting, &code, error))
        return code;
    open311_request_read(&posting.request, &call->pairs, call->errors);
    code = open311_answers_read(posting.service, &call->pairs, call->language, &posting.answers,
                                &posting.complete, call->errors, error);
    if (code == 0 && json_array_size(call->errors) == 0)
        code = posting_do(&posting, error);
    json_decref(posting.answers);
    return code;
}
