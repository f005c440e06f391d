#include "app/clock.h"
#include "net/relay_board.h"
#include "net/server_internal.h"

/* POST /v1/logout: ends the token that asks. */
static enum route_result handle_logout(struct request *request)
{
    struct error error = ERROR_INIT;
    int code = ledger_session_end(request->server->ledger, request_token(request), request->id,
                                  clock_system(NULL), &error);

    if (code != 0) {
        request_error(request, code, &error);
        return ROUTE_ANSWERED;
    }
    presence_leave(request->server->presence, &request->actor.agent, clock_system(NULL));
    relay_board_presence_ask(request->server->options.board);
    request->reply.status = 204;
    request->reply.set = true;
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_UNAUTHORIZED, PROBLEM_NONE};

const struct route route_logout = {
    .method = "POST",
    .path = "/v1/logout",
    .display = true,
    .operation = "logout",
    .summary = "End the token",
    .handle = handle_logout,
    .status = 204,
    .problems = problems,
};
