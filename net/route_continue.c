#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/continue_document.h"
#include "net/ledger_continue.h"
#include "net/request_code.h"

#define CONTINUE_BODY_LIMIT ((size_t)RECORD_BODY_LIMIT)

/* A request of the web's while its code is being checked. */
struct continuing {
    struct request_code wait;
    struct continue_code code;
    char address[64];
    json_t *body; /* of a PUT */
    struct ledger_passage passage;
    struct error error;
    int status; /* of the check */
};

static void continuing_free(void *state)
{
    struct continuing *continuing = state;

    json_decref(continuing->body);
    sodium_memzero(continuing, sizeof(*continuing));
    free(continuing);
}

/* --- the code --------------------------------------------------------------------------------- */

/* In the worker's thread. */
static void check_code(struct request *request)
{
    struct continuing *continuing = request->state;

    continuing->status =
        ledger_passage_find(request->server->ledger, &continuing->code, continuing->address,
                            clock_system(NULL), &continuing->passage, &continuing->error);
}

/* Refuses what is no code before anything is counted or reckoned; false with a problem set. */
static bool read_code(struct request *request, struct continue_code *code)
{
    switch (continue_code_read(code, request->segments[0])) {
    case CONTINUE_READ:
        return true;
    case CONTINUE_MISTYPED:
        request_problem(request, PROBLEM_MISTYPED_CODE, "%s",
                        "a character of the code is wrong, or two have changed places");
        break;
    case CONTINUE_NO_CODE:
        request_problem(request, PROBLEM_NOT_FOUND, "%s",
                        "a code has twelve characters: "
                        "2 3 4 6 7 8 9 F K M R T X");
        break;
    }
    request_log(request, "continue refused: no code");
    return false;
}

/* The code was looked at: what it says when it opens nothing. */
static void refuse(struct request *request, const struct continuing *continuing)
{
    if (continuing->status == ERROR_BUSY && continuing->passage.retry_ms > 0) {
        request_problem(request, PROBLEM_TOO_MANY_ATTEMPTS, "%s", continuing->error.message);
        request->reply.retry_after = (unsigned)((continuing->passage.retry_ms + 999) / 1000);
        request_log(request, "continue refused: too many wrong codes");
        return;
    }
    if (continuing->status == ERROR_NOT_FOUND)
        request_log(request, "continue refused: wrong code");
    request_error(request, continuing->status, &continuing->error);
}

/* Sends the code to be checked. */
static enum route_result begin(struct request *request, bool with_body)
{
    struct continuing *continuing;
    struct continue_code code;

    if (!read_code(request, &code))
        return ROUTE_ANSWERED;
    continuing = request_state_new(request, sizeof(*continuing), continuing_free);
    if (continuing == NULL)
        return ROUTE_ANSWERED;
    continuing->code = code;
    sodium_memzero(&code, sizeof(code));
    request_address(request, continuing->address, sizeof(continuing->address));
    if (with_body) {
        continuing->body = request_json(request);
        if (continuing->body == NULL)
            return ROUTE_ANSWERED;
    }
    return request_code_check(request, &continuing->wait, check_code);
}

/* --- the draft -------------------------------------------------------------------------------- */

/* The first language that the page asks for. */
static const char *asked_language(const struct request *request)
{
    const char *languages = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                        MHD_HTTP_HEADER_ACCEPT_LANGUAGE);

    return languages != NULL ? languages : "en";
}

/* The client reads their draft: that is in the trail, too. */
static int note(struct request *request, const struct record *draft, struct error *error)
{
    struct audit_entry entry = {.kind = AUDIT_READ,
                                .type = RECORD_SUBMISSION,
                                .record = draft->id,
                                .what = "continue page"};
    int code = ledger_client_find(request->server->ledger, RECORD_SUBMISSION, &draft->id,
                                  &entry.client, error);

    if (code == 0 && !request_audit(request, &entry))
        code = error_set(error, ERROR_MEMORY, "no memory for the audit trail");
    return code;
}

/* Answers with the draft as it stands; `changed` also with what came into conflict. */
static void answer_draft(struct request *request, const struct continuing *continuing, bool changed)
{
    struct record *draft = NULL, *form = NULL;
    struct error error = ERROR_INIT;
    json_t *document = NULL;
    int code = ledger_passage_read(request->server->ledger, &continuing->passage,
                                   clock_system(NULL), &draft, &form, &error);

    if (code == 0)
        code = note(request, draft, &error);
    if (code == 0)
        code = continue_document(&document, draft, form, continuing->passage.expires_ms,
                                 asked_language(request), &error);
    if (code == 0 && changed)
        json_object_set_new(document, "conflicts", continue_conflicts(draft));
    if (code != 0) {
        request_error(request, code, &error);
    } else {
        request_answer(request, 200, document);
        request->reply.rev = draft->rev;
    }
    record_free(draft);
    record_free(form);
}

/* GET /v1/continue/{code}: the form and the draft behind a code. */
static enum route_result handle_get(struct request *request)
{
    struct continuing *continuing = request->state;

    if (continuing == NULL)
        return begin(request, false);
    if (continuing->status != 0)
        refuse(request, continuing);
    else
        answer_draft(request, continuing, false);
    return ROUTE_ANSWERED;
}

/* --- handing back ----------------------------------------------------------------------------- */

/* What the page asks for. */
struct change {
    int64_t rev;     /* that it shows */
    int64_t only_at; /* If-Match; 0: none */
    const json_t *answers;
    bool give_back;
};

/* Reads If-Match: one tag; "*" and an absent one are the same here. False when it is another. */
static bool read_match(const struct request *request, int64_t *rev)
{
    const char *text =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_MATCH);
    char *end;

    *rev = 0;
    if (text == NULL || strcmp(text, "*") == 0)
        return true;
    if (text[0] != '"' || text[1] < '1' || text[1] > '9')
        return false;
    *rev = strtoll(text + 1, &end, 10);
    return strcmp(end, "\"") == 0;
}

/* False with a problem set. */
static bool read_change(struct request *request, const json_t *body, struct change *change)
{
    change->rev = json_integer_or(body, "rev", 0);
    change->answers = json_object_get(body, "answers");
    change->give_back = json_bool_or(body, "give_back", false);
    if (change->rev < 1) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s",
                        "member \"rev\" is missing: the rev that the page shows");
        return false;
    }
    if (change->answers != NULL && !json_is_object(change->answers)) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", "member \"answers\" is not an object");
        return false;
    }
    if (!read_match(request, &change->only_at)) {
        request_problem(request, PROBLEM_CHANGED, "%s", "If-Match names no rev");
        return false;
    }
    return true;
}

static void answer_outcome(struct request *request, const struct continuing *continuing,
                           const struct change *change, const struct ledger_outcome *outcome)
{
    if (outcome->kind == LEDGER_REFUSED && outcome->refusal == MERGE_TOO_LARGE)
        request_problem(request, PROBLEM_TOO_LARGE, "%s", "the draft would become too large");
    else if (outcome->kind == LEDGER_REFUSED)
        request_problem(request, PROBLEM_BAD_REQUEST, "refused: %s %s",
                        merge_refusal_name(outcome->refusal), outcome->field);
    else if (change->give_back)
        request_answer(request, 200,
                       json_pack("{s:b, s:I}", "given_back", 1, "rev", (json_int_t)outcome->rev));
    else
        answer_draft(request, continuing, true);
}

static int apply(struct request *request, const struct continuing *continuing,
                 const struct change *change, json_t *fields, struct error *error)
{
    struct ledger_outcome outcome = {0};
    int64_t now = clock_system(NULL);
    int code;

    if (change->give_back) {
        json_object_set_new(fields, "given_back_at", json_time(now));
        json_object_set_new(fields, "continue", json_null());
    }
    if (json_object_size(fields) == 0) {
        answer_draft(request, continuing, true);
        return 0;
    }
    code = ledger_passage_change(request->server->ledger, &continuing->passage, fields, change->rev,
                                 change->only_at, now, &outcome, error);
    if (code == 0)
        answer_outcome(request, continuing, change, &outcome);
    ledger_outcome_clear(&outcome);
    return code;
}

static void hand_back(struct request *request, const struct continuing *continuing)
{
    struct record *draft = NULL, *form = NULL;
    struct error error = ERROR_INIT;
    json_t *fields = NULL, *unknown = NULL;
    struct change change;
    int code;

    if (!read_change(request, continuing->body, &change))
        return;
    code = ledger_passage_read(request->server->ledger, &continuing->passage, clock_system(NULL),
                               &draft, &form, &error);
    if (code == 0 && change.only_at != 0 && change.only_at != draft->rev)
        code = error_set(&error, ERROR_CONFLICT, "the draft is at rev %lld", (long long)draft->rev);
    if (code == 0 && change.rev > draft->rev)
        code = error_set(&error, ERROR_INVALID, "the draft has no rev %lld yet",
                         (long long)change.rev);
    if (code == 0)
        code = continue_fields(&fields, &unknown, change.answers, draft, form,
                               asked_language(request), &error);
    if (code == 0 && json_array_size(unknown) > 0)
        request_problem_with(request, PROBLEM_INVALID_ANSWERS, "nothing was changed", "errors",
                             unknown);
    else if (code == 0)
        code = apply(request, continuing, &change, fields, &error);
    if (code == ERROR_CONFLICT)
        request_problem(request, PROBLEM_CHANGED, "%s", error.message);
    else if (code != 0)
        request_error(request, code, &error);
    json_decref(fields);
    json_decref(unknown);
    record_free(draft);
    record_free(form);
}

/* PUT /v1/continue/{code}: changed answers come back, field by field. */
static enum route_result handle_put(struct request *request)
{
    struct continuing *continuing = request->state;

    if (continuing == NULL)
        return begin(request, true);
    if (continuing->status != 0)
        refuse(request, continuing);
    else
        hand_back(request, continuing);
    return ROUTE_ANSWERED;
}

/* OPTIONS /v1/continue/{code}: what a browser asks before it lets a page PUT (Fetch, "CORS"). */
static enum route_result handle_options(struct request *request)
{
    request_answer_text(request, 204, strdup(""), 0);
    request->reply.preflight = request_is_from_web(request);
    return ROUTE_ANSWERED;
}

static const enum problem get_problems[] = {
    PROBLEM_MISTYPED_CODE, PROBLEM_NOT_FOUND, PROBLEM_TOO_MANY_ATTEMPTS,
    PROBLEM_STORAGE,       PROBLEM_BUSY,      PROBLEM_NONE};
static const enum problem put_problems[] = {PROBLEM_MISTYPED_CODE,
                                            PROBLEM_BAD_REQUEST,
                                            PROBLEM_BAD_JSON,
                                            PROBLEM_NOT_FOUND,
                                            PROBLEM_CHANGED,
                                            PROBLEM_TOO_LARGE,
                                            PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                            PROBLEM_UNSUPPORTED_ENCODING,
                                            PROBLEM_INVALID_ANSWERS,
                                            PROBLEM_TOO_MANY_ATTEMPTS,
                                            PROBLEM_STORAGE,
                                            PROBLEM_BUSY,
                                            PROBLEM_NONE};
static const enum problem options_problems[] = {PROBLEM_NONE};

const struct route route_continue = {
    .method = "GET",
    .path = "/v1/continue/{code}",
    .operation = "continue",
    .summary = "Pick up a draft on the web with the code that the client was given",
    .open = true,
    .web = true,
    .handle = handle_get,
    .response_schema = "Continued",
    .status = 200,
    .problems = get_problems,
};

const struct route route_continue_put = {
    .method = "PUT",
    .path = "/v1/continue/{code}",
    .operation = "continue-put",
    .summary = "Hand changed answers back, or the whole draft",
    .open = true,
    .web = true,
    .body_limit = CONTINUE_BODY_LIMIT,
    .handle = handle_put,
    .request_schema = "Continue",
    .response_schema = "Continued",
    .status = 200,
    .problems = put_problems,
};

const struct route route_continue_options = {
    .method = "OPTIONS",
    .path = "/v1/continue/{code}",
    .operation = "continue-options",
    .summary = "Tell a browser which pages may ask",
    .open = true,
    .web = true,
    .handle = handle_options,
    .status = 204,
    .problems = options_problems,
};
