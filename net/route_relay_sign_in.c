#include <netinet/in.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_relay.h"
#include "net/request_session.h"

#define BODY_LIMIT 16384

/* A relay's question while the worker is at it. */
struct vouching {
    struct request *request;
    json_t *body; /* holds passwords */
    const char *login, *password, *fresh;
    struct ledger_relay relay;
    char address[INET6_ADDRSTRLEN + 16];
    struct ledger_login result;
    struct error error;
    int code;
};

static void vouching_free(void *state)
{
    struct vouching *vouching = state;

    json_decref(vouching->body);
    ledger_login_clear(&vouching->result);
    free(vouching);
}

/* In the worker's thread. */
static void vouch(void *argument)
{
    struct vouching *vouching = argument;
    struct ledger *ledger = vouching->request->server->ledger;
    const struct ledger_sign_in asked = {.login = vouching->login,
                                         .password = vouching->password,
                                         .address = vouching->address,
                                         .code = json_text_or(vouching->body, "code", ""),
                                         .relay = &vouching->relay};
    int64_t now = clock_system(NULL);

    vouching->code =
        vouching->fresh[0] != '\0'
            ? ledger_password_change(ledger, &asked, vouching->fresh, now, &vouching->result,
                                     &vouching->error)
            : ledger_sign_in_judge(ledger, &asked, now, &vouching->result, &vouching->error);
    MHD_resume_connection(vouching->request->connection);
}

static void suspend(void *argument)
{
    struct vouching *vouching = argument;

    MHD_suspend_connection(vouching->request->connection);
}

static void answer(struct request *request, struct vouching *vouching)
{
    if (vouching->code != 0)
        request_barred(request, vouching->code, &vouching->result, &vouching->error);
    else
        request_answer(request, 200, json_pack("{s:s}", "recovery_codes", vouching->result.words));
}

/* Reads the body; false with a problem set. */
static bool read_body(struct request *request, struct vouching *vouching)
{
    struct error error = ERROR_INIT;

    vouching->body = request_json(request);
    if (vouching->body == NULL)
        return false;
    vouching->fresh = json_text_or(vouching->body, "new_password", "");
    request_address(request, vouching->address, sizeof(vouching->address));
    if (json_require_text(vouching->body, "login", LEDGER_LOGIN_LIMIT, &vouching->login, &error) ==
            0 &&
        json_require_text(vouching->body, "password", LEDGER_PASSWORD_LIMIT, &vouching->password,
                          &error) == 0 &&
        strlen(vouching->fresh) <= LEDGER_PASSWORD_LIMIT)
        return true;
    request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
    return false;
}

/* POST /v1/relay/sign-in: what only the centre can judge of an agent of the office. */
static enum route_result handle_sign_in(struct request *request)
{
    struct vouching *vouching = request->state;
    struct ledger_relay relay;

    if (vouching != NULL) {
        answer(request, vouching);
        return ROUTE_ANSWERED;
    }
    if (!request_relay(request, &relay))
        return ROUTE_ANSWERED;
    vouching = request_state_new(request, sizeof(*vouching), vouching_free);
    if (vouching == NULL)
        return ROUTE_ANSWERED;
    vouching->request = request;
    vouching->relay = relay;
    if (!read_body(request, vouching))
        return ROUTE_ANSWERED;
    /* The drain waits for what the worker is at and then ends it: no new one may reach it. */
    if (atomic_load(&request->server->stopping) ||
        !worker_add(request->server->sign_in, vouch, suspend, vouching)) {
        request_problem(request, PROBLEM_BUSY, "%s", "too many sign-ins at once");
        request->reply.retry_after = 5;
        return ROUTE_ANSWERED;
    }
    return ROUTE_SUSPENDED;
}

static const enum problem problems[] = {
    PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON,        PROBLEM_UNAUTHORIZED,      PROBLEM_WRONG_PASSWORD,
    PROBLEM_CODE_NEEDED, PROBLEM_CODE_WRONG,      PROBLEM_CODE_SETUP,        PROBLEM_WEAK_PASSWORD,
    PROBLEM_STORAGE,     PROBLEM_CHANGE_PASSWORD, PROBLEM_TOO_MANY_ATTEMPTS, PROBLEM_NONE};

const struct route route_relay_sign_in = {
    .method = "POST",
    .path = "/v1/relay/sign-in",
    .operation = "relay-sign-in",
    .summary = "Judge password and one-time code of an agent of the relay's office, or change the "
               "password",
    .open = true,
    .body_limit = BODY_LIMIT,
    .handle = handle_sign_in,
    .request_schema = "RelaySignIn",
    .response_schema = "RelayVouched",
    .status = 200,
    .problems = problems,
};
