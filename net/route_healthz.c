#include "net/intake.h"
#include "net/relay_board.h"
#include "net/server_internal.h"

/* GET /healthz: does the server reach its database? For whoever watches over it; no token. */
static enum route_result handle_healthz(struct request *request)
{
    struct relay_board *board = request->server->options.board;
    bool well = ledger_is_well(request->server->ledger);

    struct intake_counts counts;
    bool counted =
        well && board == NULL && ledger_intake_counts(request->server->ledger, &counts, NULL) == 0;
    json_t *intake = counted ? json_pack("{s:I, s:I}", "taken", (json_int_t)counts.taken, "refused",
                                         (json_int_t)counts.refused)
                             : NULL;
    json_t *relay = board != NULL ? relay_board_to_json(board) : NULL;

    /* A relay is well, cut off or not: that is what it is for. */
    request_answer(request, well ? 200 : 503,
                   json_pack("{s:s, s:s, s:o*, s:o*}", "status", well ? "ok" : "failing",
                             "database", well ? "ok" : "failing", "relay", relay, "intake",
                             intake));
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
