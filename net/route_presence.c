#include <string.h>

#include "app/clock.h"
#include "net/relay_board.h"
#include "net/server_internal.h"

/* GET /v1/presence: who can take a hand-off now, and how many wait in each queue. */
static enum route_result handle_presence(struct request *request)
{
    const char *away = request_parameter(request, "away");
    struct error error = ERROR_INIT;
    json_t *attending, *agents, *queues = NULL;
    int code = ledger_attending(request->server->ledger, &attending, &error);

    if (code == 0)
        code = ledger_waiting(request->server->ledger, &queues, &error);
    if (code != 0) {
        json_decref(attending);
        request_error(request, code, &error);
        return ROUTE_ANSWERED;
    }
    if (away != NULL)
        presence_say_away(request->server->presence, &request->actor.agent,
                          strcmp(away, "true") == 0, clock_system(NULL));
    agents = presence_to_json(request->server->presence, attending, clock_system(NULL));
    json_decref(attending);
    relay_board_presence_ask(request->server->options.board);
    if (agents != NULL && request->server->options.board != NULL &&
        relay_board_present_add(request->server->options.board, agents, clock_system(NULL)) != 0) {
        json_decref(agents);
        agents = NULL;
    }
    request_answer(request, 200, json_pack("{s:o, s:o}", "agents", agents, "queues", queues));
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_UNAUTHORIZED, PROBLEM_NONE};

static const struct route_parameter parameters[] = {
    {"away", "{\"enum\": [\"true\", \"false\"]}",
     "What the agent who asks says of themselves; without it, that stays as it is"},
    {NULL, NULL, NULL},
};

const struct route route_presence = {
    .method = "GET",
    .path = "/v1/presence",
    .operation = "presence",
    .any = PERMISSION_ANY,
    .summary = "List agents heard of since the server started, what they are at and since when, "
               "and how many wait in each queue",
    .handle = handle_presence,
    .response_schema = "Presence",
    .status = 200,
    .problems = problems,
    .parameters = parameters,
};
