#include <netinet/in.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_terminal.h"
#include "net/request_session.h"

#define BODY_LIMIT 4096
#define CODE_LIMIT 64

static void enrol(struct request *request, const char *code, const struct device_proof *proof)
{
    char address[INET6_ADDRSTRLEN + 16];
    char name[LEDGER_TERMINAL_NAME_LIMIT + 1];
    struct error error = ERROR_INIT;
    int64_t retry_ms = 0;
    int status;

    request_address(request, address, sizeof(address));
    status = ledger_enrol(request->server->ledger,
                          &(struct ledger_enrolment){code, proof->key, address, request->id},
                          clock_system(NULL), name, &retry_ms, &error);
    if (status == ERROR_BUSY && retry_ms > 0) {
        request_problem(request, PROBLEM_TOO_MANY_ATTEMPTS, "%s", error.message);
        request->reply.retry_after = (unsigned)((retry_ms + 999) / 1000);
    } else if (status == ERROR_NOT_FOUND) {
        request_problem(request, PROBLEM_WRONG_CODE, "%s", error.message);
        server_log(request->server, "a terminal was not enrolled: wrong code");
    } else if (status != 0) {
        request_error(request, status, &error);
    } else {
        server_log(request->server, "terminal %s was enrolled", name);
        request_answer(
            request, 200,
            json_pack("{s:s, s:o}", "name", name, "time", json_time(clock_system(NULL))));
    }
}

/* POST /v1/devices: an administrator's code enrols the terminal whose key signs it. */
static enum route_result handle_devices(struct request *request)
{
    json_t *body = request_json(request);
    struct device_proof proof;
    struct error error = ERROR_INIT;
    const char *code;
    bool given;

    if (body == NULL)
        return ROUTE_ANSWERED;
    if (json_require_text(body, "code", CODE_LIMIT, &code, &error) != 0) {
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", error.message);
    } else if (request_proof(request, body, DEVICE_PROOF_ENROL, code, &proof, &given)) {
        if (given)
            enrol(request, code, &proof);
        else
            request_problem(request, PROBLEM_BAD_REQUEST, "%s", "\"terminal\" is missing");
    }
    json_decref(body);
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_BAD_REQUEST, PROBLEM_BAD_JSON, PROBLEM_WRONG_CODE,
                                        PROBLEM_TOO_MANY_ATTEMPTS, PROBLEM_NONE};

const struct route route_devices = {
    .method = "POST",
    .path = "/v1/devices",
    .operation = "enrol",
    .summary = "Enrol a terminal by an administrator's one-time code",
    .open = true,
    .terminal = true,
    .body_limit = BODY_LIMIT,
    .handle = handle_devices,
    .request_schema = "Enrolment",
    .response_schema = "Enrolled",
    .status = 200,
    .problems = problems,
};
