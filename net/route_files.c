/*
 * GET /v1/files/{type}/{id}: the file of a client or a case, for a terminal that let go of it. For
 * a reason, as one record is (net/ledger_reason.h), or for one that was said for fetching it: that
 * an agent asked for it, or pinned it. For none a terminal is given no more than the feed gives it
 * by itself: the open cases, and whose they are.
 */
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/text.h"
#include "net/feed_page.h"
#include "net/ledger_reason.h"
#include "net/server_internal.h"

#define LIMIT_PRESET 500

/* Who read it, and who was refused. False with a problem set. */
static bool note(struct request *request, const struct ledger_file_wanted *wanted,
                 const struct ledger_page *page, enum purpose purpose, int code)
{
    struct audit_entry entry = {.kind = AUDIT_REFUSED,
                                .type = wanted->type,
                                .record = wanted->record,
                                .what = "files: forbidden"};
    struct error error = ERROR_INIT;

    if (code == 0)
        return request_audit_page(request, page,
                                  wanted->open_only ? "files, what is open" : "files", purpose);
    if (code == ERROR_INVALID)
        return request_no_reason(request, wanted->type, &wanted->record, "files");
    if (code != ERROR_REFUSED)
        return true;
    code = ledger_client_find(request->server->ledger, wanted->type, &wanted->record, &entry.client,
                              &error);
    if (code != 0)
        request_error(request, code, &error);
    return code == 0 && request_audit(request, &entry);
}

static void answer(struct request *request, const struct ledger_page *page)
{
    struct text_buffer body = {0};
    size_t length;

    feed_page_write_file(&body, ledger_feed(request->server->ledger), page);
    length = body.length;
    request_answer_text(request, 200, text_buffer_take(&body), length);
}

/* False with a problem set. */
static bool wanted_read(struct request *request, struct ledger_file_wanted *wanted)
{
    const char *epoch = request_parameter(request, "epoch");
    const struct id none = {""};
    int64_t limit;

    wanted->type = record_type_from_name(request->segments[0]);
    if ((wanted->type != RECORD_CLIENT && wanted->type != RECORD_CASE) ||
        !id_parse(&wanted->record, request->segments[1])) {
        request_problem(request, PROBLEM_NOT_FOUND, "%s", "only a client and a case have a file");
        return false;
    }
    if (!request_number(request, "since", 0, INT64_MAX, 0, &wanted->since) ||
        !request_number(request, "after", 0, INT64_MAX, 0, &wanted->after) ||
        !request_number(request, "limit", 1, LEDGER_PAGE_LIMIT, LIMIT_PRESET, &limit))
        return false;
    wanted->limit = (size_t)limit;
    return request_history_holds(request, wanted->since, epoch != NULL ? epoch : "", &none) &&
           request_shown_holds(request, request_parameter(request, "shown"));
}

static enum route_result handle_files(struct request *request)
{
    struct ledger_file_wanted wanted = {0};
    struct ledger_page page = {0};
    struct scope_set scopes = {0};
    struct error error = ERROR_INIT;
    enum purpose purpose;
    int code;

    if (!wanted_read(request, &wanted))
        return ROUTE_ANSWERED;
    code = ledger_reason_find_fetch(request->server->ledger, &request->actor, wanted.type,
                                    &wanted.record, clock_system(NULL), &purpose, &error);
    wanted.open_only = code == ERROR_INVALID;
    if (code == 0 || wanted.open_only)
        code = ledger_desk_scopes(request->server->ledger, &request->actor.agent, &scopes, &error);
    if (code == 0)
        code = ledger_file_page(request->server->ledger, &scopes, &wanted, &page, &error);
    scope_set_free(&scopes);
    if (note(request, &wanted, &page, purpose, code)) {
        if (code != 0)
            request_error(request, code, &error);
        else
            answer(request, &page);
    }
    ledger_page_clear(&page);
    return ROUTE_ANSWERED;
}

static const struct route_parameter parameters[] = {
    {"since", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "How far the caller has read the feed: what changed later comes there, and not here"},
    {"epoch", "{\"type\": \"string\"}", "The `epoch` of `since`, as in /v1/changes"},
    {"shown", "{\"type\": \"string\"}",
     "As in /v1/changes: also the `head` of a page before, when it is past `since`"},
    {"after", "{\"type\": \"integer\", \"minimum\": 0, \"default\": 0}",
     "The `next` of the page before"},
    {"limit", "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000, \"default\": 500}",
     "Most records in the page"},
    {0},
};

static const enum problem problems[] = {
    PROBLEM_BAD_PARAMETER, PROBLEM_UNAUTHORIZED,  PROBLEM_FORBIDDEN,
    PROBLEM_NOT_FOUND,     PROBLEM_OTHER_HISTORY, PROBLEM_PURPOSE,
    PROBLEM_STORAGE,       PROBLEM_BUSY,          PROBLEM_NONE};

const struct route route_files = {
    .method = "GET",
    .path = "/v1/files/{type}/{id}",
    .operation = "files",
    .any = PERMISSION_ANY,
    .summary = "Read the file of a client or a case that the caller does not hold, for a reason",
    .handle = handle_files,
    .response_schema = "File",
    .status = 200,
    .problems = problems,
    .parameters = parameters,
};
