#include <netinet/in.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/relay_sign_in.h"
#include "net/request_session.h"

#define BODY_LIMIT 16384

/* A change of password while the worker is at it. */
struct changing {
    struct request *request;
    json_t *body; /* holds both passwords */
    const char *login, *password, *fresh;
    struct device_proof proof;
    bool proved;
    char address[INET6_ADDRSTRLEN + 16];
    struct ledger_login result;
    struct error error;
    int code;
};

static void changing_free(void *state)
{
    struct changing *changing = state;

    json_decref(changing->body);
    ledger_login_clear(&changing->result);
    free(changing);
}

/* In the worker's thread. */
static void change(void *argument)
{
    struct changing *changing = argument;
    const struct ledger_sign_in asked = {.login = changing->login,
                                         .password = changing->password,
                                         .proof = changing->proved ? &changing->proof : NULL,
                                         .code = json_text_or(changing->body, "code", ""),
                                         .address = changing->address,
                                         .request = changing->request->id};

    struct server *server = changing->request->server;
    struct relay_board *board = server->options.board;

    changing->code =
        board != NULL
            ? relay_password_change(server->ledger, board, &asked, changing->fresh,
                                    clock_system(NULL), &changing->result, &changing->error)
            : ledger_password_change(server->ledger, &asked, changing->fresh, clock_system(NULL),
                                     &changing->result, &changing->error);
    MHD_resume_connection(changing->request->connection);
}

static void suspend(void *argument)
{
    struct changing *changing = argument;

    MHD_suspend_connection(changing->request->connection);
}

static void answer(struct request *request, struct changing *changing)
{
    if (changing->result.barrier == LEDGER_BARRIER_WIPED) {
        request_wipe(request, changing->proof.key);
    } else if (changing->code != 0) {
        request_barred(request, changing->code, &changing->result, &changing->error);
    } else {
        request->reply.status = 204;
        request->reply.set = true;
    }
}

/* Reads the body; false with a problem set. */
static bool read_body(struct request *request, struct changing *changing)
{
    struct error error = ERROR_INIT;

    changing->body = request_json(request);
    if (changing->body == NULL)
        return false;
    if (json_require_text(changing->body, "login", LEDGER_LOGIN_LIMIT, &changing->login, &error) !=
            0 ||
        json_require_text(changing->body, "password", LEDGER_PASSWORD_LIMIT, &changing->password,
                          &error) != 0 ||
        json_require_text(changing->body, "new_password", LEDGER_PASSWORD_LIMIT, &changing->fresh,
                          &error) != 0) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
        return false;
    }
    request_address(request, changing->address, sizeof(changing->address));
    return request_proof(request, changing->body, DEVICE_PROOF_LOGIN, changing->login,
                         &changing->proof, &changing->proved);
}

/* POST /v1/password: another password, for who knows the present one. */
static enum route_result handle_password(struct request *request)
{
    struct changing *changing = request->state;

    if (changing != NULL) {
        answer(request, changing);
        return ROUTE_ANSWERED;
    }
    changing = request_state_new(request, sizeof(*changing), changing_free);
    if (changing == NULL)
        return ROUTE_ANSWERED;
    changing->request = request;
    if (!read_body(request, changing))
        return ROUTE_ANSWERED;
    /* The drain waits for what the worker is at and then ends it: no new one may reach it. */
    if (atomic_load(&request->server->stopping) ||
        !worker_add(request->server->sign_in, change, suspend, changing)) {
        request_problem(request, PROBLEM_BUSY, "%s", "too many sign-ins at once");
        request->reply.retry_after = 5;
        return ROUTE_ANSWERED;
    }
    return ROUTE_SUSPENDED;
}

static const enum problem problems[] = {
    PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON,      PROBLEM_WRONG_PASSWORD,    PROBLEM_DEVICE_REVOKED,
    PROBLEM_DEVICE_WIPE, PROBLEM_CLOCK,         PROBLEM_CODE_NEEDED,       PROBLEM_CODE_WRONG,
    PROBLEM_AT_CENTRE,   PROBLEM_WEAK_PASSWORD, PROBLEM_TOO_MANY_ATTEMPTS, PROBLEM_NONE};

const struct route route_password = {
    .method = "POST",
    .path = "/v1/password",
    .operation = "change-password",
    .summary = "Change a password; all sessions of the agent end",
    .open = true,
    .terminal = true,
    .body_limit = BODY_LIMIT,
    .handle = handle_password,
    .request_schema = "PasswordChange",
    .status = 204,
    .problems = problems,
};
