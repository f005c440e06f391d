#include <stdio.h>
#include <string.h>

#include "net/server_internal.h"

const struct route *const server_routes[] = {
    &route_login,
    &route_logout,
    &route_token,
    &route_password,
    &route_provider,
    &route_provider_session,
    &route_devices,
    &route_announcements,
    &route_operations,
    &route_changes,
    &route_records,
    &route_files,
    &route_presence,
    &route_search,
    &route_audit,
    &route_audit_ask,
    &route_keeping[0],
    &route_keeping[1],
    &route_keeping[2],
    &route_keeping[3],
    &route_keeping[4],
    &route_retention,
    &route_retention_ask,
    &route_open,
    &route_display,
    &route_relay_office,
    &route_relay_operations,
    &route_relay_changes,
    &route_relay_presence,
    &route_relay_sign_in,
    &route_intake,
    &route_attachments,
    &route_healthz,
    &route_openapi,
    &route_continue,
    &route_continue_put,
    &route_continue_options,
    &route_sms,
    &route_sms_receipt,
    &route_status,
    &route_questionnaire,
    &route_questionnaire_post,
    &route_questionnaire_page,
    &route_hsds[0],
    &route_hsds[1],
    &route_hsds[2],
    &route_hsds[3],
    &route_hsds[4],
    &route_hsds[5],
    &route_hsds[6],
    &route_hsds[7],
    &route_hsds[8],
    &route_hsds[9],
    &route_hsds[10],
    &route_open311[0],
    &route_open311[1],
    &route_open311[2],
    &route_open311[3],
    &route_open311[4],
    &route_open311[5],
    &route_open311[6],
    &route_open311[7],
    &route_open311[8],
    &route_open311[9],
    &route_open311[10],
    NULL,
};

/* True when `path` has the shape of `pattern`; copies the segments that braces stand for. */
static bool path_matches(const char *pattern, const char *path,
                         char segments[ROUTE_PARAMETER_LIMIT][ROUTE_SEGMENT_SIZE])
{
    size_t count = 0;

    while (*pattern != '\0' && *path != '\0') {
        size_t length;

        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        length = strcspn(path, "/");
        if (length == 0 || length >= ROUTE_SEGMENT_SIZE || count == ROUTE_PARAMETER_LIMIT)
            return false;
        memcpy(segments[count], path, length);
        segments[count++][length] = '\0';
        path += length;
        pattern += strcspn(pattern, "}") + 1;
    }
    return *pattern == '\0' && *path == '\0';
}

static void allow_add(char allow[64], const char *method)
{
    size_t used = strlen(allow);

    snprintf(allow + used, 64 - used, "%s%s", used > 0 ? ", " : "", method);
}

enum problem route_find(const char *method, const char *path, const struct route **route,
                        char segments[ROUTE_PARAMETER_LIMIT][ROUTE_SEGMENT_SIZE], char allow[64])
{
    bool head = strcmp(method, "HEAD") == 0;

    *route = NULL;
    allow[0] = '\0';
    for (size_t i = 0; server_routes[i] != NULL; i++) {
        const struct route *candidate = server_routes[i];

        if (!path_matches(candidate->path, path, segments))
            continue;
        if (strcmp(candidate->method, head ? "GET" : method) == 0) {
            *route = candidate;
            return PROBLEM_NONE;
        }
        allow_add(allow, candidate->method);
        if (strcmp(candidate->method, "GET") == 0)
            allow_add(allow, "HEAD");
    }
    return allow[0] != '\0' ? PROBLEM_METHOD_NOT_ALLOWED : PROBLEM_NOT_FOUND;
}
