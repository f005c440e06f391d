#include <string.h>

#include "net/server_internal.h"

/* GET /openapi.json: what this server answers, for programs. */
static enum route_result handle_openapi(struct request *request)
{
    const char *document = request->server->openapi;

    request_answer_text(request, 200, strdup(document), strlen(document));
    return ROUTE_ANSWERED;
}

const struct route route_openapi = {
    .method = "GET",
    .path = "/openapi.json",
    .operation = "openapi",
    .summary = "Describe these routes (OpenAPI 3.1)",
    .open = true,
    .handle = handle_openapi,
    .response_schema = "OpenApi",
    .status = 200,
};
