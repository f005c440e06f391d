/*
 * Sign-in at an identity provider (net/provider.h): POST /v1/login/provider begins one and says
 * where the agent goes with which code; POST /v1/login/provider/session asks what became of it.
 */
#include <stdlib.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_audit.h"
#include "net/ledger_provider.h"
#include "net/provider_flow.h"
#include "net/relay_board.h"
#include "net/request_session.h"

#define BODY_LIMIT 4096

/* A request while the worker asks the provider. */
struct asking {
    struct request *request;
    json_t *body;
    const char *handle; /* NULL: one begins */
    struct id device;
    struct ledger_mark mark;
    bool marked;
    struct device_proof proof;
    bool proved;
    struct provider_flow flow;
    enum provider_state state;
    int64_t wait_ms;
    struct ledger_login result;
    struct error error;
    int code;
};

static void asking_free(void *state)
{
    struct asking *asking = state;

    json_decref(asking->body);
    free(asking->result.document);
    sodium_memzero(asking, sizeof(*asking));
    free(asking);
}

/* --- in the worker's thread ------------------------------------------------------------------- */

/* A refusal by the provider, or of whom it names: the agent has no session to name. */
static void note_refused(struct asking *asking, const char *what, int64_t now_ms)
{
    const struct audit_entry entry = {.kind = AUDIT_REFUSED,
                                      .at_ms = now_ms,
                                      .device = asking->device,
                                      .what = what,
                                      .request = asking->request->id};

    if (ledger_audit_write(asking->request->server->ledger, &entry, &asking->error) != 0)
        server_log(asking->request->server, "audit: %s", asking->error.message);
}

static void open_session(struct asking *asking, const char *login, int64_t now_ms)
{
    struct ledger *ledger = asking->request->server->ledger;
    struct ledger_opening opening = {.device = asking->device,
                                     .request = asking->request->id,
                                     .mark = asking->marked ? &asking->mark : NULL,
                                     .proof = asking->proved ? &asking->proof : NULL,
                                     .how = "provider"};

    asking->code = ledger_agent_of_login(ledger, login, &opening.agent, &asking->error);
    if (asking->code == ERROR_NOT_FOUND) {
        note_refused(asking, "provider: nobody here", now_ms);
        asking->state = PROVIDER_DENIED;
        asking->code = 0;
        return;
    }
    if (asking->code == 0)
        asking->code =
            ledger_session_open(ledger, &opening, now_ms, &asking->result, &asking->error);
}

static void work(void *argument)
{
    struct asking *asking = argument;
    struct provider_flows *flows = asking->request->server->flows;
    char login[PROVIDER_LOGIN_LIMIT + 1] = "";
    int64_t now = clock_system(NULL);

    if (asking->handle == NULL) {
        asking->code =
            provider_flow_begin(flows, &asking->device, now, &asking->flow, &asking->error);
    } else {
        asking->code = provider_flow_ask(flows, asking->handle, &asking->device, now,
                                         &asking->state, &asking->wait_ms, login, &asking->error);
        if (asking->code == ERROR_REFUSED)
            note_refused(asking, "provider: not to be trusted", now);
        else if (asking->code == 0 && asking->state == PROVIDER_DENIED)
            note_refused(asking, "provider: denied", now);
        else if (asking->code == 0 && asking->state == PROVIDER_SIGNED_IN)
            open_session(asking, login, now);
    }
    MHD_resume_connection(asking->request->connection);
}

static void suspend(void *argument)
{
    struct asking *asking = argument;

    MHD_suspend_connection(asking->request->connection);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void answer_begun(struct request *request, const struct provider_flow *flow)
{
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:o, s:I}", "handle", flow->handle, "user_code", flow->user_code,
                  "url", flow->url, "expires_at", json_time(flow->expires_ms), "interval_ms",
                  (json_int_t)flow->interval_ms);

    if (document != NULL && flow->url_complete[0] != '\0')
        json_object_set_new(document, "url_complete", json_string(flow->url_complete));
    request_answer(request, 200, document);
}

/* The provider's failures are not the server's: whoever waits is told to try again, or not. */
static void answer_failed(struct request *request, int code, const struct error *error)
{
    if (code == ERROR_OFFLINE || code == ERROR_BUSY || code == ERROR_PROTOCOL) {
        request_problem(request, PROBLEM_BUSY, "%s", error->message);
        request->reply.retry_after = 10;
    } else if (code == ERROR_REFUSED) {
        request_problem(request, PROBLEM_SIGN_IN_REFUSED, "%s", error->message);
    } else if (code == ERROR_NOT_FOUND) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", error->message);
    } else {
        request_error(request, code, error);
        return;
    }
    server_log(request->server, "sign-in at the identity provider: %s", error->message);
}

static void answer_signed_in(struct request *request, struct asking *asking)
{
    presence_hear(request->server->presence, &asking->result.agent, clock_system(NULL));
    relay_board_presence_ask(request->server->options.board);
    request_session(request, &asking->result);
}

static void answer_state(struct request *request, struct asking *asking)
{
    switch (asking->state) {
    case PROVIDER_PENDING:
    case PROVIDER_SLOW_DOWN:
        request_answer(request, 202, json_pack("{s:I}", "wait_ms", (json_int_t)asking->wait_ms));
        break;
    case PROVIDER_DENIED:
        request_problem(request, PROBLEM_SIGN_IN_REFUSED, "%s",
                        asking->error.message[0] != '\0' ? asking->error.message
                                                         : "the sign-in was declined there");
        break;
    case PROVIDER_EXPIRED:
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "the code has expired: begin again");
        break;
    case PROVIDER_SIGNED_IN:
        answer_signed_in(request, asking);
        break;
    }
}

static void answer(struct request *request, struct asking *asking)
{
    if (asking->result.barrier == LEDGER_BARRIER_WIPED)
        request_wipe(request, asking->proof.key);
    else if (asking->result.barrier != LEDGER_BARRIER_NONE)
        request_barred(request, asking->code, &asking->result, &asking->error);
    else if (asking->code != 0)
        answer_failed(request, asking->code, &asking->error);
    else if (asking->handle == NULL)
        answer_begun(request, &asking->flow);
    else
        answer_state(request, asking);
}

/* --- requests --------------------------------------------------------------------------------- */

static bool device_read(struct request *request, struct asking *asking)
{
    const char *device = json_text_or(asking->body, "device", "");

    if (device[0] == '\0' || id_parse(&asking->device, device))
        return true;
    request_problem(request, PROBLEM_BAD_REQUEST, "%s", "\"device\" is not a UUID");
    return false;
}

static bool session_read(struct request *request, struct asking *asking)
{
    struct error error = ERROR_INIT;

    if (json_require_text(asking->body, "handle", PROVIDER_HANDLE_SIZE, &asking->handle, &error) !=
        0) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
        return false;
    }
    return request_mark(request, asking->body, &asking->mark, &asking->marked) &&
           request_proof(request, asking->body, DEVICE_PROOF_PROVIDER, asking->handle,
                         &asking->proof, &asking->proved);
}

/* Reads the body; false with a problem set. */
static bool asking_read(struct request *request, struct asking *asking, bool begins)
{
    asking->body = request_json(request);
    return asking->body != NULL && request_protocol_fits(request, asking->body) &&
           device_read(request, asking) && (begins || session_read(request, asking));
}

static enum route_result handle(struct request *request, bool begins)
{
    struct asking *asking = request->state;

    if (asking != NULL) {
        answer(request, asking);
        return ROUTE_ANSWERED;
    }
    if (request->server->flows == NULL) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "this server has no identity provider");
        return ROUTE_ANSWERED;
    }
    if (atomic_load(&request->server->stopping)) {
        request_problem(request, PROBLEM_BUSY, "%s", "the server is stopping");
        request->reply.retry_after = 5;
        return ROUTE_ANSWERED;
    }
    asking = request_state_new(request, sizeof(*asking), asking_free);
    if (asking == NULL)
        return ROUTE_ANSWERED;
    asking->request = request;
    if (!asking_read(request, asking, begins))
        return ROUTE_ANSWERED;
    if (!worker_add(request->server->elsewhere, work, suspend, asking)) {
        request_problem(request, PROBLEM_BUSY, "%s", "too many sign-ins at once");
        request->reply.retry_after = 5;
        return ROUTE_ANSWERED;
    }
    return ROUTE_SUSPENDED;
}

static enum route_result handle_begin(struct request *request)
{
    return handle(request, true);
}

static enum route_result handle_session(struct request *request)
{
    return handle(request, false);
}

static const enum problem begin_problems[] = {PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON,
                                              PROBLEM_NOT_FOUND,   PROBLEM_SIGN_IN_REFUSED,
                                              PROBLEM_PROTOCOL,    PROBLEM_NONE};

const struct route route_provider = {
    .method = "POST",
    .path = "/v1/login/provider",
    .operation = "beginProviderSignIn",
    .summary = "Begin a sign-in at the organisation's identity provider (RFC 8628)",
    .open = true,
    .terminal = true,
    .body_limit = BODY_LIMIT,
    .handle = handle_begin,
    .request_schema = "ProviderSignInRequest",
    .response_schema = "ProviderSignIn",
    .status = 200,
    .problems = begin_problems,
};

static const enum problem session_problems[] = {
    PROBLEM_BAD_REQUEST,     PROBLEM_BAD_JSON,      PROBLEM_NOT_FOUND,
    PROBLEM_SIGN_IN_REFUSED, PROBLEM_DEVICE_BEHIND, PROBLEM_DEVICE_UNKNOWN,
    PROBLEM_DEVICE_REVOKED,  PROBLEM_DEVICE_WIPE,   PROBLEM_CLOCK,
    PROBLEM_PROTOCOL,        PROBLEM_NONE};

const struct route route_provider_session = {
    .method = "POST",
    .path = "/v1/login/provider/session",
    .operation = "askProviderSignIn",
    .summary = "Ask what became of a sign-in at the identity provider: a session, or 202 and how "
               "long to wait before the next question",
    .open = true,
    .terminal = true,
    .body_limit = BODY_LIMIT,
    .handle = handle_session,
    .request_schema = "ProviderSessionRequest",
    .response_schema = "Session",
    .status = 200,
    .problems = session_problems,
};
