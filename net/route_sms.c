#include "app/clock.h"
#include "app/json.h"
#include "net/server_internal.h"
#include "net/sms_incoming.h"

#define SMS_BODY_LIMIT ((size_t)64 * 1024)

/* The gateway, and nobody else: false with a problem set. */
static bool is_signed(struct request *request)
{
    const struct server *server = request->server;
    const char *header =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Guichet-Signature");
    struct error error = ERROR_INIT;
    int code;

    if (server->sms_secret == NULL) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "no SMS gateway is connected");
        return false;
    }
    code = sms_check(server->ledger, server->sms_secret, header,
                     request->upload.bytes != NULL ? request->upload.bytes : "",
                     request->upload.length, clock_system(NULL), &error);
    if (code == ERROR_REFUSED) {
        request_log(request, "%s refused: %s", request->route->operation, error.message);
        request_problem(request, PROBLEM_UNAUTHORIZED, "%s", error.message);
    } else if (code != 0) {
        request_error(request, code, &error);
    }
    return code == 0;
}

static void answer_result(struct request *request, const struct sms_result *result)
{
    static const char *const words[] = {
        [SMS_TAKEN] = "taken", [SMS_PART] = "part", [SMS_STOPPED] = "wish", [SMS_REFUSED] = ""};

    if (result->kind == SMS_REFUSED)
        request_problem(request, PROBLEM_BAD_REQUEST, "%s", result->reason);
    else
        request_answer(request, 200,
                       json_pack("{s:s, s:s*}", "outcome", words[result->kind], "reference",
                                 result->reference[0] != '\0' ? result->reference : NULL));
}

/* POST /v1/sms: a message of a client's. */
static enum route_result handle_message(struct request *request)
{
    struct sms_result result;
    struct error error = ERROR_INIT;
    json_t *document;
    int code;

    if (!is_signed(request) || (document = request_json(request)) == NULL)
        return ROUTE_ANSWERED;
    code = sms_take(request->server->ledger, request->server->options.sms_queue, document,
                    clock_system(NULL), &result, &error);
    json_decref(document);
    if (code != 0)
        request_error(request, code, &error);
    else
        answer_result(request, &result);
    return ROUTE_ANSWERED;
}

/* POST /v1/sms/receipts: what became of one of ours. */
static enum route_result handle_receipt(struct request *request)
{
    struct error error = ERROR_INIT;
    json_t *document;
    int code;

    if (!is_signed(request) || (document = request_json(request)) == NULL)
        return ROUTE_ANSWERED;
    code = sms_receipt(request->server->ledger, document, clock_system(NULL), &error);
    json_decref(document);
    if (code != 0)
        request_error(request, code, &error);
    else
        request_answer(request, 200, json_pack("{s:s}", "outcome", "noted"));
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_BAD_REQUEST,
                                        PROBLEM_BAD_JSON,
                                        PROBLEM_UNAUTHORIZED,
                                        PROBLEM_NOT_FOUND,
                                        PROBLEM_TOO_LARGE,
                                        PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                        PROBLEM_UNSUPPORTED_ENCODING,
                                        PROBLEM_STORAGE,
                                        PROBLEM_BUSY,
                                        PROBLEM_NONE};

const struct route route_sms = {
    .method = "POST",
    .path = "/v1/sms",
    .operation = "sms",
    .summary = "Take a client's message from the SMS gateway (net/sms.md)",
    .open = true,
    .body_limit = SMS_BODY_LIMIT,
    .handle = handle_message,
    .request_schema = "Sms",
    .response_schema = "SmsOutcome",
    .status = 200,
    .problems = problems,
};

const struct route route_sms_receipt = {
    .method = "POST",
    .path = "/v1/sms/receipts",
    .operation = "sms-receipt",
    .summary = "Take from the SMS gateway what became of a message of ours",
    .open = true,
    .body_limit = SMS_BODY_LIMIT,
    .handle = handle_receipt,
    .request_schema = "SmsReceipt",
    .response_schema = "SmsOutcome",
    .status = 200,
    .problems = problems,
};
