#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/request_session.h"

#define TOKEN_BODY_LIMIT 4096

/* The device that the session is bound to from now on, and its mark. */
static int binding_read(const json_t *body, struct ledger_renewal *renewal,
                        struct ledger_mark *mark, struct error *error)
{
    const char *device = json_text_or(body, "device", "");
    const char *last = json_text_or(body, "mark", ""), *next = json_text_or(body, "next_mark", "");

    if (device[0] != '\0' && !id_parse(&renewal->device, device))
        return error_set(error, ERROR_INVALID, "\"device\" is not a UUID");
    if (strlen(last) >= LEDGER_MARK_SIZE || strlen(next) >= LEDGER_MARK_SIZE)
        return error_set(error, ERROR_INVALID, "\"mark\" is too long");
    text_copy(mark->last, sizeof(mark->last), last);
    text_copy(mark->next, sizeof(mark->next), next);
    renewal->mark = next[0] != '\0' ? mark : NULL;
    return 0;
}

/* POST /v1/token: a refresh token, shown with the terminal's key, for new tokens. */
static enum route_result handle_token(struct request *request)
{
    json_t *body = request_json(request);
    struct ledger_login result = {.token = ""};
    struct ledger_renewal renewal = {.token = NULL};
    struct ledger_mark mark;
    struct device_proof proof;
    struct error error = ERROR_INIT;
    char subject[DEVICE_TOKEN_SUBJECT_SIZE];
    const char *token;
    int code;

    if (body == NULL)
        return ROUTE_ANSWERED;
    if (json_require_text(body, "refresh_token", LEDGER_TOKEN_SIZE - 1, &token, &error) != 0 ||
        device_proof_from_json(&proof, json_object_get(body, "terminal"), &error) != 0 ||
        binding_read(body, &renewal, &mark, &error) != 0) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
        json_decref(body);
        return ROUTE_ANSWERED;
    }
    device_proof_token_subject(token, renewal.device.text, subject);
    renewal.token = token;
    renewal.request = request->id;
    renewal.proof = &proof;
    renewal.holds = device_proof_holds(&proof, DEVICE_PROOF_TOKEN, subject);
    code = ledger_refresh(request->server->ledger, &renewal, clock_system(NULL), &result, &error);
    if (code == 0)
        request_session(request, &result);
    else if (result.barrier == LEDGER_BARRIER_WIPED)
        request_wipe(request, proof.key);
    else
        request_barred(request, code, &result, &error);
    ledger_login_clear(&result);
    json_decref(body);
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {
    PROBLEM_BAD_REQUEST,    PROBLEM_BAD_JSON,    PROBLEM_UNAUTHORIZED,  PROBLEM_DEVICE_UNKNOWN,
    PROBLEM_DEVICE_REVOKED, PROBLEM_DEVICE_WIPE, PROBLEM_DEVICE_BEHIND, PROBLEM_CLOCK,
    PROBLEM_REPLAYED,       PROBLEM_NONE};

const struct route route_token = {
    .method = "POST",
    .path = "/v1/token",
    .operation = "token",
    .summary = "Exchange a refresh token, with the terminal's signature, for new tokens",
    .open = true,
    .terminal = true,
    .body_limit = TOKEN_BODY_LIMIT,
    .handle = handle_token,
    .request_schema = "TokenRequest",
    .response_schema = "Session",
    .status = 200,
    .problems = problems,
};
