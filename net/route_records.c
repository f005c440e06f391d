#include <stdlib.h>
#include <string.h>

#include "net/server_internal.h"

/* Who read it, and who was refused. False with a problem set. */
static bool note(struct request *request, enum record_type type, const struct id *id, int code,
                 enum purpose purpose)
{
    struct audit_entry entry = {.kind = code == 0 ? AUDIT_READ : AUDIT_REFUSED,
                                .type = type,
                                .record = *id,
                                .purpose = purpose,
                                .what = code == 0 ? "records" : "records: forbidden"};
    struct error error = ERROR_INIT;

    if (record_type_is_catalogue(type) || (code != 0 && code != ERROR_REFUSED))
        return true;
    code = ledger_client_find(request->server->ledger, type, id, &entry.client, &error);
    if (code != 0)
        request_error(request, code, &error);
    return code == 0 && request_audit(request, &entry);
}

/* GET /v1/records/{type}/{id}: one record as it stands. */
static enum route_result handle_records(struct request *request)
{
    enum record_type type = record_type_from_name(request->segments[0]);
    struct scope_set scopes = {0};
    struct error error = ERROR_INIT;
    struct id id;
    enum purpose purpose = PURPOSE_NONE;
    char *document = NULL;
    int code;

    if (type == RECORD_NONE) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "there is no such type of record");
        return ROUTE_ANSWERED;
    }
    if (!id_parse(&id, request->segments[1])) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "the id is not a UUID");
        return ROUTE_ANSWERED;
    }
    code = ledger_desk_scopes(request->server->ledger, &request->actor.agent, &scopes, &error);
    if (code == 0)
        code = ledger_record_read(request->server->ledger, &scopes, type, &id, &document, &error);
    scope_set_free(&scopes);
    if ((code == 0 && !request_reason(request, type, &id, "records", &purpose)) ||
        !note(request, type, &id, code, purpose))
        free(document);
    else if (code != 0)
        request_error(request, code, &error);
    else
        request_answer_text(request, 200, document, strlen(document));
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_UNAUTHORIZED, PROBLEM_FORBIDDEN, PROBLEM_NOT_FOUND,
                                        PROBLEM_PURPOSE,      PROBLEM_STORAGE,   PROBLEM_BUSY,
                                        PROBLEM_NONE};

const struct route route_records = {
    .method = "GET",
    .path = "/v1/records/{type}/{id}",
    .operation = "records",
    .any = PERMISSION_ANY,
    .summary = "Read one record; of a client's file, for a reason (POST /v1/open)",
    .handle = handle_records,
    .response_schema = "Record",
    .status = 200,
    .problems = problems,
};
