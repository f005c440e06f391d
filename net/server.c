#include "net/server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <libxml/parser.h>
#include <sodium.h>

#include "app/clock.h"
#include "net/open311_call.h"
#include "net/open311_intake.h"
#include "net/provider_flow.h"
#include "net/relay_board.h"
#include "net/server_internal.h"
#include "net/server_listen.h"
#include "net/sms_incoming.h"

/* A refused body up to this size is read and thrown away, so that the client sees the answer
 * instead of a cut connection. */
#define SWALLOW_LIMIT     (256 * (size_t)1024)
#define SIGN_INS_WAITING  64
#define DIRECTORY_WAITING 64
#define REPORTS_WAITING   256
#define DRAIN_SECONDS     10
/* After which a refused client may ask again. */
#define RETRY_SECONDS 2

void server_log(const struct server *server, const char *format, ...)
{
    struct error line = ERROR_INIT;
    char text[ERROR_MESSAGE_SIZE];
    va_list arguments;

    if (server->options.log == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_set(&line, ERROR_INTERNAL, "%s", text); /* cleans it */
    server->options.log(server->options.log_context, line.message);
}

void request_log(const struct request *request, const char *format, ...)
{
    char text[ERROR_MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    server_log(request->server, "%s: %s", request->id, text);
}

/* --- receiving -------------------------------------------------------------------------------- */

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
static void *target_look(void *context, const char *target, struct MHD_Connection *connection)
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

static bool media_type_fits(const struct request *request)
{
    const char *type = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   MHD_HTTP_HEADER_CONTENT_TYPE);
    const char *wanted = body_type(request);

    return type != NULL && strncasecmp(type, wanted, strlen(wanted)) == 0 &&
           strchr("; \t", type[strlen(wanted)]) != NULL;
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
    uint64_t most = request->route != NULL ? request->route->body_limit : SWALLOW_LIMIT;

    guard_line_stage(request->server->guard, request->line, length != 0 ? GUARD_BODY : GUARD_WORK,
                     length > 0 && (uint64_t)length < most ? (uint64_t)length : most);
}

/* A large refused body is not waited for. */
static bool answer_now(const struct request *request)
{
    int64_t length = declared_length(request);

    return request->reply.set && (length < 0 || length > (int64_t)SWALLOW_LIMIT);
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

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
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

static void completed(void *context, struct MHD_Connection *connection, void **closure,
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

static void ring(void *context, const struct scope_set *scopes)
{
    struct server *server = context;

    doorbell_ring(server->doorbell, scopes);
}

/* All who wait listen to the catalogue. */
static void ring_all(void *context)
{
    char name[] = LEDGER_CATALOGUE_SCOPE;
    char *names[] = {name};
    const struct scope_set all = {.names = names, .count = 1};

    ring(context, &all);
}

/* --- starting and stopping -------------------------------------------------------------------- */

static void server_free(struct server *server)
{
    worker_free(server->sign_in);
    worker_free(server->passage);
    worker_free(server->directory);
    worker_free(server->reports);
    guard_free(server->guard);
    trail_free(server->trail);
    doorbell_free(server->doorbell);
    presence_free(server->presence);
    hsds_view_free(server->hsds);
    intake_rate_free(server->rate);
    open311_view_free(server->open311);
    pthread_mutex_destroy(&server->active_mutex);
    pthread_cond_destroy(&server->active_changed);
    if (server->key != NULL)
        sodium_memzero(server->key, strlen(server->key));
    free(server->key);
    worker_free(server->elsewhere);
    provider_flows_free(server->flows);
    sms_secret_close(server->sms_secret);
    free(server->certificate);
    free(server->client_ca);
    free(server->openapi);
    free(server);
}

static void log_line(void *context, const char *line)
{
    server_log(context, "%s", line);
}

static int parts_new(struct server *server, struct error *error)
{
    json_t *openapi = server_openapi();
    const struct guard_options lines = {.limits = server->options.limits,
                                        .idle_seconds = server->options.idle_seconds,
                                        .proxy = server->options.web_proxy,
                                        .log = log_line,
                                        .log_context = server};
    int code = doorbell_new(&server->doorbell, error);

    server->openapi = openapi != NULL ? json_dumps(openapi, JSON_COMPACT) : NULL;
    json_decref(openapi);
    server->presence = presence_new();
    server->hsds = hsds_view_new();
    server->rate = intake_rate_new(server->options.intake_rate);
    server->open311 = open311_view_new(log_line, server);
    xmlInitParser();
    if (code == 0 && (server->presence == NULL || server->hsds == NULL || server->rate == NULL ||
                      server->open311 == NULL || server->openapi == NULL))
        code = error_set(error, ERROR_MEMORY, "no memory for the server");
    if (code == 0)
        code = guard_new(&server->guard, &lines, error);
    if (code == 0)
        code = worker_new(&server->sign_in, SIGN_INS_WAITING, error);
    if (code == 0)
        code = worker_new(&server->passage, SIGN_INS_WAITING, error);
    if (code == 0)
        code = worker_new(&server->directory, DIRECTORY_WAITING, error);
    if (code == 0)
        code = worker_new(&server->reports, REPORTS_WAITING, error);
    if (code == 0)
        code = trail_new(&server->trail, server->ledger, error);
    return code;
}

static enum MHD_Result admit(void *context, const struct sockaddr *address, socklen_t length)
{
    struct server *server = context;

    (void)length;
    return guard_admits(server->guard, address) ? MHD_YES : MHD_NO;
}

/* A connection comes or goes. */
static void line_change(void *context, struct MHD_Connection *connection, void **line,
                        enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    const union MHD_ConnectionInfo *address, *descriptor;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        guard_line_close(server->guard, *line);
        *line = NULL;
        return;
    }
    address = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    descriptor = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (descriptor != NULL)
        *line = guard_line_open(server->guard, address != NULL ? address->client_addr : NULL,
                                descriptor->connect_fd);
}

static int provider_open(struct server *server, struct error *error)
{
    struct provider *provider;
    int code;

    if (server->options.provider == NULL)
        return 0;
    code = provider_new(&provider, server->options.provider, error);
    if (code == 0)
        code = provider_flows_new(&server->flows, provider, error);
    if (code == 0)
        code = worker_new(&server->elsewhere, SIGN_INS_WAITING, error);
    return code;
}

static void mhd_log(void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void mhd_log(void *context, const char *format, va_list arguments)
{
    char text[ERROR_MESSAGE_SIZE];

    vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\n")] = '\0';
    server_log(context, "http: %s", text);
}

static int daemon_start(struct server *server, int listener, struct error *error)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
                     (server->certificate != NULL ? MHD_USE_TLS : 0);
    static char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, priorities},
        {server->client_ca != NULL ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0,
         server->client_ca},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

    server->daemon = MHD_start_daemon(
        flags, 0, admit, server, handle, server, MHD_OPTION_EXTERNAL_LOGGER, mhd_log, server,
        MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_NOTIFY_COMPLETED, completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, line_change, server, MHD_OPTION_URI_LOG_CALLBACK, target_look,
        server, MHD_OPTION_THREAD_POOL_SIZE, server->options.threads, MHD_OPTION_CONNECTION_LIMIT,
        server->options.connections, MHD_OPTION_CONNECTION_TIMEOUT, server->options.idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)server->options.limits.header_kib * 1024,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, server->certificate != NULL ? tls : none,
        MHD_OPTION_END);
    if (server->daemon == NULL)
        return error_set(error, ERROR_INTERNAL, "the HTTP server does not start on %s",
                         server->address);
    return 0;
}

static int server_prepare(struct server *server, struct error *error)
{
    const struct server_options *options = &server->options;
    bool secure = options->tls_certificate != NULL && options->tls_certificate[0] != '\0';
    int listener = -1;
    int code = 0;

    if (secure) {
        code = listen_pem_read(options->tls_certificate, &server->certificate, error);
        if (code == 0)
            code = listen_pem_read(options->tls_key != NULL ? options->tls_key : "", &server->key,
                                   error);
        if (code == 0 && options->tls_client_ca != NULL && options->tls_client_ca[0] != '\0')
            code = listen_pem_read(options->tls_client_ca, &server->client_ca, error);
    }
    if (code == 0 && options->sms_secret != NULL && options->sms_secret[0] != '\0')
        code = sms_secret_open(&server->sms_secret, options->sms_secret, error);
    if (code == 0)
        code = provider_open(server, error);
    if (code == 0)
        code = parts_new(server, error);
    if (code == 0)
        code = listen_open(options->listen, secure, &listener, server->address,
                           sizeof(server->address), error);
    if (code == 0) {
        ledger_listen(server->ledger, ring, server);
        if (server->options.board != NULL)
            relay_board_listen(server->options.board, ring_all, server);
        code = daemon_start(server, listener, error);
        if (code != 0) {
            ledger_listen(server->ledger, NULL, NULL);
            close(listener);
        }
    }
    return code;
}

int server_start(struct server **server, const struct server_options *options,
                 struct ledger *ledger, struct error *error)
{
    struct server *made = calloc(1, sizeof(*made));
    int code;

    *server = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the server");
    made->options = *options;
    if (made->options.threads == 0)
        made->options.threads = 1;
    server_limits_complete(&made->options.limits);
    made->ledger = ledger;
    pthread_mutex_init(&made->active_mutex, NULL);
    pthread_cond_init(&made->active_changed, NULL);
    code = server_prepare(made, error);
    if (code != 0) {
        server_free(made);
        return code;
    }
    /* What the last life of the server left. */
    worker_add(made->reports, open311_take_in_waiting, NULL, made);
    *server = made;
    return 0;
}

json_t *server_present(struct server *server)
{
    return presence_to_json(server->presence, NULL, clock_system(NULL));
}

const char *server_address(const struct server *server)
{
    return server->address;
}

/* Waits until no request is under way, for as long as a drain may take. */
static void wait_until_idle(struct server *server)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += DRAIN_SECONDS;
    pthread_mutex_lock(&server->active_mutex);
    while (server->active > 0 &&
           pthread_cond_timedwait(&server->active_changed, &server->active_mutex, &until) == 0)
        continue;
    if (server->active > 0)
        server_log(server, "%u requests were cut", server->active);
    pthread_mutex_unlock(&server->active_mutex);
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    /* Not MHD_quiesce_daemon: with epoll it races with its own threads for the removal of the
     * listening socket and aborts the process when it loses (seen with 0.9.75). What comes during
     * the drain is told so. */
    atomic_store(&server->stopping, true);
    doorbell_stop(server->doorbell);
    wait_until_idle(server);
    /* What a worker is at has suspended its request: it must come back first. */
    worker_free(server->sign_in);
    server->sign_in = NULL;
    worker_free(server->passage);
    server->passage = NULL;
    worker_free(server->elsewhere);
    server->elsewhere = NULL;
    worker_free(server->directory);
    server->directory = NULL;
    worker_free(server->reports);
    server->reports = NULL;
    trail_stop(server->trail);
    MHD_stop_daemon(server->daemon);
    ledger_listen(server->ledger, NULL, NULL);
    server_free(server);
}
