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

#define SIGN_INS_WAITING  64
#define DIRECTORY_WAITING 64
#define REPORTS_WAITING   256
#define DRAIN_SECONDS     10
/* After which a refused client may ask again. */

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

static void ring(void *context, const struct ledger_changed *changed)
{
    struct server *server = context;

    doorbell_ring(server->doorbell, &changed->scopes, NULL);
    doorbell_ring(server->doorbell, &changed->others, &changed->device);
}

/* All who wait listen to the catalogue. */
static void ring_all(void *context)
{
    char name[] = LEDGER_CATALOGUE_SCOPE;
    char *names[] = {name};
    const struct scope_set all = {.names = names, .count = 1};
    struct server *server = context;

    doorbell_ring(server->doorbell, &all, NULL);
}

/* --- starting and stopping -------------------------------------------------------------------- */

static void server_free(struct server *server)
{
    worker_free(server->sign_in);
    worker_free(server->passage);
    worker_free(server->directory);
    worker_free(server->reports);
    guard_free(server->guard);
    announcements_free(server->announcements);
    known_free(server->known);
    trail_free(server->trail);
    doorbell_free(server->doorbell);
    presence_free(server->presence);
    hsds_view_free(server->hsds);
    intake_rate_free(server->rate);
    open311_view_free(server->open311);
    audit_tally_clear(&server->knocks);
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
    if (code == 0)
        code = known_new(&server->known, error);
    if (code == 0)
        code = announcements_new(&server->announcements, server->ledger, log_line, server, error);
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
        flags, 0, admit, server, server_receive, server, MHD_OPTION_EXTERNAL_LOGGER, mhd_log,
        server, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_NOTIFY_COMPLETED, server_completed,
        server, MHD_OPTION_NOTIFY_CONNECTION, line_change, server, MHD_OPTION_URI_LOG_CALLBACK,
        server_target_look, server, MHD_OPTION_THREAD_POOL_SIZE, server->options.threads,
        MHD_OPTION_CONNECTION_LIMIT, server->options.connections, MHD_OPTION_CONNECTION_TIMEOUT,
        server->options.idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)server->options.limits.header_kib * 1024, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, server->certificate != NULL ? tls : none, MHD_OPTION_END);
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
    audit_tally_init(&made->knocks);
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
    server_knocks_end(server);
    ledger_listen(server->ledger, NULL, NULL);
    server_free(server);
}
