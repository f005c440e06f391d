#include "app/clock.h"
#include "net/server_internal.h"

/* GET /v1/presence: who can take a hand-off now. */
static enum route_result handle_presence(struct request *request)
{
    json_t *agents = presence_to_json(request->server->presence, clock_system(NULL));

    request_answer(request, 200, agents != NULL ? json_pack("{s:o}", "agents", agents) : NULL);
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_UNAUTHORIZED, PROBLEM_NONE};

const struct route route_presence = {
    .method = "GET",
    .path = "/v1/presence",
    .operation = "presence",
    .summary = "List agents heard of since the server started, and whether they are there",
    .handle = handle_presence,
    .response_schema = "Presence",
    .status = 200,
    .problems = problems,
};
