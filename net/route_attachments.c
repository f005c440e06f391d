/* GET /v1/attachments/{id}: what came with a message, for who may read the message. */
#include <string.h>

#include "net/intake.h"
#include "net/server_internal.h"

/* Who read it, and who was refused. False with a problem set. */
static bool note(struct request *request, const struct id *id,
                 const struct ledger_attachment *attachment, int code, enum purpose purpose)
{
    struct audit_entry entry = {.kind = AUDIT_READ,
                                .type = RECORD_MESSAGE,
                                .record = attachment->message,
                                .purpose = purpose,
                                .what = "attachment"};
    struct error error = ERROR_INIT;

    if (code == ERROR_REFUSED)
        entry = (struct audit_entry){
            .kind = AUDIT_REFUSED, .record = *id, .what = "attachment: forbidden"};
    else if (code != 0)
        return true;
    else
        code = ledger_client_find(request->server->ledger, RECORD_MESSAGE, &entry.record,
                                  &entry.client, &error);
    if (code != 0 && code != ERROR_REFUSED)
        request_error(request, code, &error);
    return (code == 0 || code == ERROR_REFUSED) && request_audit(request, &entry);
}

static enum route_result handle(struct request *request)
{
    struct scope_set scopes = {0};
    struct ledger_attachment attachment;
    struct error error = ERROR_INIT;
    enum purpose purpose = PURPOSE_NONE;
    struct id id;
    int code;

    if (!id_parse(&id, request->segments[0])) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "an attachment has a UUID");
        return ROUTE_ANSWERED;
    }
    code = ledger_desk_scopes(request->server->ledger, &request->actor.agent, &scopes, &error);
    if (code == 0)
        code = ledger_attachment_read(request->server->ledger, &scopes, &id, &attachment, &error);
    scope_set_free(&scopes);
    if ((code == 0 &&
         !request_reason(request, RECORD_MESSAGE, &attachment.message, "attachment", &purpose)) ||
        !note(request, &id, &attachment, code, purpose)) {
        if (code == 0)
            ledger_attachment_clear(&attachment);
        return ROUTE_ANSWERED;
    }
    if (code != 0) {
        request_error(request, code, &error);
        return ROUTE_ANSWERED;
    }
    /* Never as what it says it is: nothing is to run or show it by itself. */
    request_answer_bytes(request, 200, "application/octet-stream", (char *)attachment.bytes,
                         attachment.length);
    attachment.bytes = NULL;
    ledger_attachment_clear(&attachment);
    return ROUTE_ANSWERED;
}

static const enum problem problems[] = {PROBLEM_UNAUTHORIZED, PROBLEM_FORBIDDEN, PROBLEM_NOT_FOUND,
                                        PROBLEM_PURPOSE,      PROBLEM_STORAGE,   PROBLEM_BUSY,
                                        PROBLEM_NONE};

const struct route route_attachments = {
    .method = "GET",
    .path = "/v1/attachments/{id}",
    .operation = "attachment",
    .any = PERMISSION_ANY,
    .summary = "What came with a message: its bytes, in order; name and type stand in the message",
    .handle = handle,
    .response_schema = "Attachment",
    .response_type = "application/octet-stream",
    .status = 200,
    .problems = problems,
};
