/*
 * A request as libmicrohttpd brings it: its address, its head, the pieces of its body, its end.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <gnutls/gnutls.h>
#include <sodium.h>

#include "app/binary.h"
#include "app/clock.h"
#include "net/open311_call.h"
#include "net/server_internal.h"

/* A refused body up to this size is read and thrown away: a client that still sends when the line
 * is closed loses the answer, and does not know that its token has ended, say. */
#define SWALLOW_LIMIT SERVER_BODY_LIMIT
#define RETRY_SECONDS 2

static struct request *request_new(struct server *server, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct request *request = calloc(1, sizeof(*request));

    if (request == NULL)
        return NULL;
    request->server = server;
    request->connection = connection;
    request->line = info != NULL ? info->socket_context : NULL;
    request->started_ms = clock_steady(NULL);
    return request;
}

/* What stands for a request of which only the first line is known: libmicrohttpd answers some
 * faults of the head by itself and then forgets what it was given, so that nothing may hang on it.
 */
static char plain_target, other_target;

static bool is_look(const void *closure)
{
    return closure == &plain_target || closure == &other_target;
}

/* A request begins: its address, as it came, is seen here alone. */
void *server_target_look(void *context, const char *target, struct MHD_Connection *connection)
{
    (void)context;
    (void)connection;
    return head_target_is_plain(target) ? &plain_target : &other_target;
}

/* From now on a drain waits for this request: all of it is here. */
static void request_count(struct request *request)
{
    struct server *server = request->server;

    if (request->counted)
        return;
    request->counted = true;
    pthread_mutex_lock(&server->active_mutex);
    server->active++;
    pthread_mutex_unlock(&server->active_mutex);
}

static void request_free(struct request *request)
{
    bool counted = request->counted;
    struct server *server = request->server;

    if (request->state != NULL)
        request->state_free(request->state);
    trail_job_free(request->trail);
    if (request->upload.bytes != NULL)
        sodium_memzero(request->upload.bytes, request->upload.length);
    text_buffer_free(&request->upload);
    atomic_fetch_sub(&server->upload_bytes, request->accounted);
    atomic_fetch_sub(&server->answer_bytes, request->answering);
    free(request->reply.body);
    free(request);
    if (!counted)
        return;
    pthread_mutex_lock(&server->active_mutex);
    if (--server->active == 0)
        pthread_cond_broadcast(&server->active_changed);
    pthread_mutex_unlock(&server->active_mutex);
}

/* The declared length of the body; -1 when it is not declared. */
static int64_t declared_length(const struct request *request)
{
    const char *text = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_LENGTH);

    if (text != NULL)
        return strtoll(text, NULL, 10); /* libmicrohttpd has checked it */
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                       MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL
               ? -1
               : 0;
}

static const char *body_type(const struct request *request)
{
    return request->route->body_type != NULL ? request->route->body_type : "application/json";
}

/* Whether the body is said to be of that type; true in `unsaid` when nothing is said. */
static bool type_is(const struct request *request, const char *wanted, bool *unsaid)
{
    const char *type = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_TYPE);

    *unsaid = type == NULL;
    return type != NULL && strncasecmp(type, wanted, strlen(wanted)) == 0 &&
           strchr("; \t", type[strlen(wanted)]) != NULL;
}

bool request_is_binary(const struct request *request)
{
    bool unsaid;

    return request->route->binary && !request_is_packed(request) &&
           type_is(request, BINARY_MEDIA_TYPE, &unsaid);
}

bool request_wants_binary(const struct request *request)
{
    const char *accept =
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);

    return accept != NULL && strncasecmp(accept, BINARY_MEDIA_TYPE, strlen(BINARY_MEDIA_TYPE)) == 0;
}

static bool media_type_fits(const struct request *request)
{
    bool unsaid, fits = type_is(request, body_type(request), &unsaid);

    return fits || request_is_binary(request) || (unsaid && request_is_packed(request));
}

/* Whether whoever asks has shown a certificate that the organisation's authority has given, where
 * one is asked for: of terminals, not of the public. */
static bool certificate_fits(const struct request *request)
{
    const union MHD_ConnectionInfo *info;
    unsigned status = 0;

    if (request->server->client_ca == NULL || (request->route->open && !request->route->terminal))
        return true;
    info = MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info != NULL && info->tls_session != NULL &&
           gnutls_certificate_verify_peers2(info->tls_session, &status) == 0 && status == 0;
}

/* Looks at the head of the request: refuses what can be refused before the body comes. */
static void request_begin(struct request *request, const char *method, const char *path,
                          const char *version)
{
    char allow[64];
    enum problem problem = route_find(method, path, &request->route, request->segments, allow);

    open311_recognise(request, path);
    if (atomic_load(&request->server->stopping)) {
        request_problem(request, PROBLEM_BUSY, "%s", "the server is stopping");
        request->reply.retry_after = RETRY_SECONDS;
    } else if (!request_head_check(request, version)) {
        return;
    } else if (problem == PROBLEM_METHOD_NOT_ALLOWED) {
        request_problem(request, problem, "allowed here: %s", allow);
        memcpy(request->reply.allow, allow, sizeof(allow));
    } else if (problem != PROBLEM_NONE) {
        request_problem(request, problem, "%s", "no such path");
    } else if (!certificate_fits(request)) {
        request_problem(request, PROBLEM_CERTIFICATE, "%s",
                        "terminals show a certificate here, and this one has shown none that is "
                        "trusted");
    } else if (request->route->open
                   ? request->route->admit == NULL || request->route->admit(request)
                   : request_authenticate(request)) {
        if (!request->route->open && !request->actor.display)
            presence_hear(request->server->presence, &request->actor.agent, clock_system(NULL));
        if (request->route->body_limit > 0 && !media_type_fits(request))
            request_problem(request, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "Content-Type must be %s",
                            body_type(request));
        else if (declared_length(request) > (int64_t)request->route->body_limit)
            request_problem(request, PROBLEM_TOO_LARGE, "the limit is %zu bytes",
                            request->route->body_limit);
    }
}

/* What the connection has time for, now that its head is here. */
static void request_stage(struct request *request)
{
    int64_t length = declared_length(request);
    uint64_t most = request->reply.set ? SWALLOW_LIMIT : request->route->body_limit;

    guard_line_stage(request->server->guard, request->line, length != 0 ? GUARD_BODY : GUARD_WORK,
                     length > 0 && (uint64_t)length < most ? (uint64_t)length : most);
}

/* A refused body is not waited for when it is too large, or when the client waits to hear that it
 * may send it. */
static bool answer_now(const struct request *request)
{
    return request->reply.set && (declared_length(request) > (int64_t)SWALLOW_LIMIT ||
                                  MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                              MHD_HTTP_HEADER_EXPECT) != NULL);
}

/* Takes a piece of the body; MHD_NO cuts the connection. */
static enum MHD_Result request_receive(struct request *request, const char *bytes, size_t length)
{
    size_t total = request->upload.length + request->discarded + length;
    const struct server_limits *limits = &request->server->options.limits;
    int64_t elapsed = clock_steady(NULL) - request->started_ms;

    if (elapsed > (int64_t)limits->body_seconds * 1000 &&
        (int64_t)total * 1000 / elapsed < limits->slowest_bytes) {
        request_log(request, "a body came too slowly: cut");
        return MHD_NO;
    }
    if (!request->reply.set && total > request->route->body_limit)
        request_problem(request, PROBLEM_TOO_LARGE, "the limit is %zu bytes",
                        request->route->body_limit);
    if (!request->reply.set) {
        request->accounted += length;
        if (atomic_fetch_add(&request->server->upload_bytes, length) + length >
            (size_t)limits->upload_mib * 1024 * 1024) {
            request_problem(request, PROBLEM_BUSY, "%s", "too many large requests at once");
            request->reply.retry_after = RETRY_SECONDS;
        }
    }
    if (request->reply.set) {
        request->discarded += length;
        return total <= 2 * SERVER_BODY_LIMIT ? MHD_YES : MHD_NO;
    }
    text_buffer_add(&request->upload, bytes, length);
    if (request->upload.failed)
        request_problem(request, PROBLEM_BUSY, "%s", "out of memory");
    return MHD_YES;
}

/* Waits for the audit trail when the request leaves something there: true when it sleeps. */
static bool request_trails(struct request *request)
{
    struct trail_job *job = request->trail;

    if (job == NULL)
        return false;
    if (!job->done && trail_put(request->server->trail, job, request->connection))
        return true;
    if (job->code != 0)
        request_error(request, job->code, &job->error);
    return false;
}

static enum MHD_Result request_finish(struct request *request)
{
    guard_line_stage(request->server->guard, request->line, GUARD_WORK, 0);
    request_count(request);
    if (!request->reply.set) {
        /* The token may have ended while the request slept. */
        if (request->state != NULL && !request->route->open && !request_authenticate_again(request))
            return request_send(request);
        if (request->route->handle(request) == ROUTE_SUSPENDED)
            return MHD_YES;
    }
    if (request_trails(request))
        return MHD_YES;
    return request_send(request);
}

enum MHD_Result server_receive(void *context, struct MHD_Connection *connection, const char *path,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_length, void **closure)
{
    struct request *request;

    if (is_look(*closure)) {
        request = request_new(context, connection);
        if (request != NULL)
            request->plain_target = *closure == &plain_target;
        *closure = request;
        if (request == NULL)
            return MHD_NO;
        request_name(request);
        request_begin(request, method, path, version);
        request_stage(request);
        return answer_now(request) ? request_send(request) : MHD_YES;
    }
    request = *closure;
    if (*upload_length > 0) {
        enum MHD_Result result = request_receive(request, upload, *upload_length);

        *upload_length = 0;
        return result;
    }
    return request_finish(request);
}

void server_completed(void *context, struct MHD_Connection *connection, void **closure,
                      enum MHD_RequestTerminationCode code)
{
    struct server *server = context;
    struct request *request = *closure;

    (void)connection;
    (void)code;
    *closure = NULL;
    if (request == NULL || is_look(request))
        return;
    guard_line_rest(server->guard, request->line);
    if (server->options.log_requests)
        request_log(request, "%s %u, %lld ms",
                    request->route != NULL ? request->route->operation : "?", request->reply.status,
                    (long long)(clock_steady(NULL) - request->started_ms));
    request_free(request);
}
