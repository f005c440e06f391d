#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "net/protocol.h"
#include "net/relay_board.h"
#include "net/relay_sign_in.h"
#include "net/request_session.h"

#define LOGIN_BODY_LIMIT 8192

/* A sign-in while the worker checks its password. */
struct sign_in {
    struct request *request;
    json_t *body; /* holds the password */
    const char *login;
    const char *password;
    struct id device;
    struct ledger_mark mark;
    struct device_proof proof;
    bool proved; /* the terminal has shown its key */
    char address[INET6_ADDRSTRLEN + 16];
    bool marked; /* a terminal that knows of marks */
    struct ledger_login result;
    struct error error;
    int code;
};

static void sign_in_free(void *state)
{
    struct sign_in *sign_in = state;

    json_decref(sign_in->body);
    free(sign_in->result.document);
    sodium_memzero(&sign_in->result, sizeof(sign_in->result));
    free(sign_in);
}

/* In the worker's thread. */
static void sign_in_check(void *argument)
{
    struct sign_in *sign_in = argument;
    struct server *server = sign_in->request->server;
    const struct ledger_sign_in asked = {.login = sign_in->login,
                                         .password = sign_in->password,
                                         .device = sign_in->device,
                                         .mark = sign_in->marked ? &sign_in->mark : NULL,
                                         .proof = sign_in->proved ? &sign_in->proof : NULL,
                                         .address = sign_in->address,
                                         .request = sign_in->request->id,
                                         .code = json_text_or(sign_in->body, "code", "")};

    struct relay_board *board = server->options.board;

    sign_in->code = board != NULL ? relay_sign_in(server->ledger, board, &asked, clock_system(NULL),
                                                  &sign_in->result, &sign_in->error)
                                  : ledger_sign_in(server->ledger, &asked, clock_system(NULL),
                                                   &sign_in->result, &sign_in->error);
    MHD_resume_connection(sign_in->request->connection);
}

static void sign_in_suspend(void *argument)
{
    struct sign_in *sign_in = argument;

    MHD_suspend_connection(sign_in->request->connection);
}

/* The second time round: the worker has an answer. */
static void sign_in_answer(struct request *request, struct sign_in *sign_in)
{
    struct ledger_login *result = &sign_in->result;

    if (result->barrier == LEDGER_BARRIER_WIPED) {
        request_wipe(request, sign_in->proof.key);
    } else if (sign_in->code != 0) {
        request_barred(request, sign_in->code, result, &sign_in->error);
    } else {
        if (!result->display)
            presence_hear(request->server->presence, &result->agent, clock_system(NULL));
        relay_board_presence_ask(request->server->options.board);
        request_session(request, result);
    }
}

/* Reads the body; false with a problem set. */
static bool sign_in_read(struct request *request, struct sign_in *sign_in)
{
    struct error error = ERROR_INIT;
    const char *device;

    sign_in->body = request_json(request);
    if (sign_in->body == NULL)
        return false;
    if (!request_protocol_fits(request, sign_in->body) ||
        !request_mark(request, sign_in->body, &sign_in->mark, &sign_in->marked))
        return false;
    device = json_text_or(sign_in->body, "device", "");
    if (json_require_text(sign_in->body, "login", LEDGER_LOGIN_LIMIT, &sign_in->login, &error) !=
            0 ||
        json_require_text(sign_in->body, "password", LEDGER_PASSWORD_LIMIT, &sign_in->password,
                          &error) != 0) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
        return false;
    }
    if (device[0] != '\0' && !id_parse(&sign_in->device, device)) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", "\"device\" is not a UUID");
        return false;
    }
    return true;
}

/* Whether the terminal that asks has its key; false with a problem set. */
static bool proof_read(struct request *request, struct sign_in *sign_in)
{
    struct text_buffer subject = {0};
    bool read;

    text_buffer_add_format(&subject, "%s\n%s", sign_in->login, sign_in->device.text);
    if (subject.failed) {
        request_problem(request, PROBLEM_BUSY, "%s", "out of memory");
        return false;
    }
    read = request_proof(request, sign_in->body, DEVICE_PROOF_LOGIN, subject.bytes, &sign_in->proof,
                         &sign_in->proved);
    text_buffer_free(&subject);
    request_address(request, sign_in->address, sizeof(sign_in->address));
    return read;
}

/* POST /v1/login: a password for a token. */
static enum route_result handle_login(struct request *request)
{
    struct sign_in *sign_in = request->state;

    if (sign_in != NULL) {
        sign_in_answer(request, sign_in);
        return ROUTE_ANSWERED;
    }
    /* The drain waits for sign-ins under way and then ends the worker: no new one may reach it. */
    if (atomic_load(&request->server->stopping)) {
        request_problem(request, PROBLEM_BUSY, "%s", "the server is stopping");
        request->reply.retry_after = 5;
        return ROUTE_ANSWERED;
    }
    sign_in = request_state_new(request, sizeof(*sign_in), sign_in_free);
    if (sign_in == NULL)
        return ROUTE_ANSWERED;
    sign_in->request = request;
    if (!sign_in_read(request, sign_in) || !proof_read(request, sign_in))
        return ROUTE_ANSWERED;
    if (!worker_add(request->server->sign_in, sign_in_check, sign_in_suspend, sign_in)) {
        request_problem(request, PROBLEM_BUSY, "%s", "too many sign-ins at once");
        request->reply.retry_after = 5;
        return ROUTE_ANSWERED;
    }
    return ROUTE_SUSPENDED;
}

static const enum problem problems[] = {
    PROBLEM_BAD_REQUEST,   PROBLEM_BAD_JSON,        PROBLEM_WRONG_PASSWORD,
    PROBLEM_DEVICE_BEHIND, PROBLEM_DEVICE_UNKNOWN,  PROBLEM_DEVICE_REVOKED,
    PROBLEM_DEVICE_WIPE,   PROBLEM_CHANGE_PASSWORD, PROBLEM_CODE_NEEDED,
    PROBLEM_CODE_WRONG,    PROBLEM_CODE_SETUP,      PROBLEM_CLOCK,
    PROBLEM_AT_CENTRE,     PROBLEM_PROTOCOL,        PROBLEM_TOO_MANY_ATTEMPTS,
    PROBLEM_NONE};

const struct route route_login = {
    .method = "POST",
    .path = "/v1/login",
    .operation = "login",
    .summary = "Exchange login and password for a token bound to a device",
    .open = true,
    .terminal = true,
    .body_limit = LOGIN_BODY_LIMIT,
    .handle = handle_login,
    .request_schema = "Login",
    .response_schema = "Session",
    .status = 200,
    .problems = problems,
};
