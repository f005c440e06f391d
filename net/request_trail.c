/* What a request leaves in the audit trail beside what it read: that it gave no reason, or had no
 * token. */
#include <inttypes.h>
#include <stdio.h>

#include "app/clock.h"
#include "net/ledger_audit.h"
#include "net/ledger_reason.h"
#include "net/server_internal.h"

/* Requests without a valid token are told one by one only so often. */
#define KNOCKS_MS (INT64_C(60) * 1000)

bool request_reason(struct request *request, enum record_type type, const struct id *id,
                    const char *what, enum purpose *purpose)
{
    struct error error = ERROR_INIT;
    int code = ledger_reason_find(request->server->ledger, &request->actor, type, id,
                                  clock_system(NULL), purpose, &error);

    if (code == ERROR_INVALID)
        return request_no_reason(request, type, id, what);
    if (code != 0)
        request_error(request, code, &error);
    return code == 0;
}

bool request_no_reason(struct request *request, enum record_type type, const struct id *id,
                       const char *what)
{
    char refused[80];
    struct audit_entry entry = {
        .kind = AUDIT_REFUSED, .type = type, .record = *id, .what = refused};
    struct error error = ERROR_INIT;
    int code = ledger_client_find(request->server->ledger, type, id, &entry.client, &error);

    snprintf(refused, sizeof(refused), "%s: no reason", what);
    if (code != 0)
        request_error(request, code, &error);
    else if (request_audit(request, &entry))
        request_refuse_reason(request, "why is this file opened? POST /v1/open says it");
    return false;
}

static int knocks_write(struct server *server, uint64_t count, const char *where,
                        const char *request, struct error *error)
{
    char what[240];
    const struct audit_entry entry = {
        .kind = AUDIT_REFUSED, .at_ms = clock_system(NULL), .what = what, .request = request};

    if (count > 1 || where == NULL)
        (void)snprintf(what, sizeof(what), "no valid token: %" PRIu64 " requests%s%s", count,
                       where != NULL ? ", the last one " : "", where != NULL ? where : "");
    else
        (void)snprintf(what, sizeof(what), "no valid token: %s", where);
    return ledger_audit_write(server->ledger, &entry, error);
}

void request_knocked(struct request *request, const char *detail)
{
    static const unsigned char all[AUDIT_TALLY_KEY];
    struct server *server = request->server;
    const struct id nobody = {0};
    int64_t now_ms = clock_system(NULL);
    uint64_t count = audit_tally_add(&server->knocks, all, &nobody, now_ms + KNOCKS_MS, now_ms);
    struct error error = ERROR_INIT;
    char where[120];

    (void)snprintf(where, sizeof(where), "%s %s", request->route->method, request->route->path);
    if (count > 0 && knocks_write(server, count, where, request->id, &error) != 0)
        request_error(request, ERROR_STORAGE, &error);
    else
        request_problem(request, PROBLEM_UNAUTHORIZED, "%s", detail);
}

void server_knocks_end(struct server *server)
{
    struct error error = ERROR_INIT;
    struct id nobody;
    uint64_t count;

    while (audit_tally_take(&server->knocks, &count, &nobody))
        if (knocks_write(server, count, NULL, NULL, &error) != 0)
            server_log(server, "audit: %s", error.message);
}
