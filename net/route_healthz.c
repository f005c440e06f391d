#include "net/server_internal.h"

/* GET /healthz: does the server reach its database? For whoever watches over it; no token. */
static enum route_result handle_healthz(struct request *request)
{
    bool well = ledger_is_well(request->server->ledger);

    request_answer(request, well ? 200 : 503,
                   json_pack("{s:s, s:s}", "status", well ? "ok" : "failing", "database",
                             well ? "ok" : "failing"));
    return ROUTE_ANSWERED;
}

const struct route route_healthz = {
    .method = "GET",
    .path = "/healthz",
    .operation = "healthz",
    .summary = "Tell whether the server and its database are well",
    .open = true,
    .handle = handle_healthz,
    .response_schema = "Health",
    .status = 200,
};
