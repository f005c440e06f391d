#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "app/main/guichetd.h"
#include "app/main/guichetd_messages.h"
#include "net/delivery.h"
#include "net/handoff_clock.h"
#include "net/ledger.h"
#include "net/queue_watch.h"
#include "net/server.h"

/* File descriptors besides connections: database, log, the pool's own. */
#define OTHER_DESCRIPTORS 128

/* Fewer connections than this serve no office. */
#define LEAST_CONNECTIONS 16

/* As many connections as the system lets us have, up to what is asked; says so when that is less.
 * ERROR_INVALID when it is too few to serve. */
static int connections_allow(unsigned *connections, struct error *error)
{
    struct rlimit limit;
    char line[200];
    rlim_t room;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= *connections + OTHER_DESCRIPTORS)
        return 0;
    room = limit.rlim_cur > OTHER_DESCRIPTORS ? limit.rlim_cur - OTHER_DESCRIPTORS : 0;
    if (room < LEAST_CONNECTIONS)
        return error_set(error, ERROR_INVALID,
                         "the limit of open files is %llu, too low to serve: raise it (ulimit -n, "
                         "LimitNOFILE=) to connections and %d more",
                         (unsigned long long)limit.rlim_cur, OTHER_DESCRIPTORS);
    snprintf(line, sizeof(line),
             "the limit of open files is %llu: %llu connections at a time instead of %u",
             (unsigned long long)limit.rlim_cur, (unsigned long long)room, *connections);
    guichetd_print(NULL, line);
    *connections = (unsigned)room;
    return 0;
}

void guichetd_signals_block(sigset_t *set)
{
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

int guichetd_server_options(const struct config *config, struct server_options *options,
                            struct error *error)
{
    *options = (struct server_options){
        .listen = config_text(config, "listen"),
        .tls_certificate = config_text(config, "tls-cert"),
        .tls_key = config_text(config, "tls-key"),
        .threads = (unsigned)config_number(config, "threads"),
        .connections = (unsigned)config_number(config, "connections"),
        .idle_seconds = (unsigned)config_number(config, "idle-seconds"),
        .log_requests = config_switch(config, "log-requests"),
        .web_origin = config_text(config, "web-origin"),
        .web_proxy = config_text(config, "web-proxy"),
        .log = guichetd_print,
    };
    return connections_allow(&options->connections, error);
}

void guichetd_serve_until_told(const struct server *server, const sigset_t *signals)
{
    int received = 0;

    printf("guichetd: listening on %s\n", server_address(server));
    fflush(stdout);
    while (sigwait(signals, &received) != 0)
        continue;
    guichetd_print(NULL, "stopping: answering what waits");
}

static int run(const struct config *config, size_t first, struct error *error)
{
    struct server_options options;
    const struct delivery_options deliveries = {
        .agencies = config_text(config, "agencies"),
        .key = config_text(config, "delivery-key"),
        .log = guichetd_print,
    };
    const struct handoff_clock_options expiry = {.log = guichetd_print};
    const struct queue_watch_options thresholds = {.log = guichetd_print};
    struct guichetd_messages messages;
    struct delivery_sender *sender;
    struct handoff_clock *clock;
    struct queue_watch *watch;
    struct ledger *ledger;
    struct server *server;
    sigset_t signals;

    (void)first;
    guichetd_signals_block(&signals);
    if (guichetd_server_options(config, &options, error) != 0)
        return GUICHETD_FAILED;
    if (guichetd_ledger_open(config, &ledger, error) != 0)
        return GUICHETD_FAILED;
    if (guichetd_messages_start(&messages, config, ledger, error) != 0) {
        ledger_close(ledger);
        return GUICHETD_FAILED;
    }
    if (delivery_sender_start(&sender, &deliveries, ledger, error) != 0) {
        guichetd_messages_stop(&messages);
        ledger_close(ledger);
        return GUICHETD_FAILED;
    }
    if (handoff_clock_start(&clock, &expiry, ledger, error) != 0) {
        delivery_sender_stop(sender);
        guichetd_messages_stop(&messages);
        ledger_close(ledger);
        return GUICHETD_FAILED;
    }
    if (queue_watch_start(&watch, &thresholds, ledger, error) != 0) {
        handoff_clock_stop(clock);
        delivery_sender_stop(sender);
        guichetd_messages_stop(&messages);
        ledger_close(ledger);
        return GUICHETD_FAILED;
    }
    if (server_start(&server, &options, ledger, error) != 0) {
        queue_watch_stop(watch);
        handoff_clock_stop(clock);
        delivery_sender_stop(sender);
        guichetd_messages_stop(&messages);
        ledger_close(ledger);
        return GUICHETD_FAILED;
    }
    guichetd_serve_until_told(server, &signals);
    server_stop(server);
    queue_watch_stop(watch);
    handoff_clock_stop(clock);
    delivery_sender_stop(sender);
    guichetd_messages_stop(&messages);
    ledger_close(ledger);
    guichetd_print(NULL, "stopped");
    return GUICHETD_OK;
}

static const char *const keys[] = {"listen",
                                   "tls-cert",
                                   "tls-key",
                                   "threads",
                                   "connections",
                                   "idle-seconds",
                                   "log-requests",
                                   "web-origin",
                                   "web-proxy",
                                   "agencies",
                                   "delivery-key",
                                   "public-address",
                                   "smtp-url",
                                   "smtp-user",
                                   "smtp-password-file",
                                   "smtp-ca",
                                   "email-from",
                                   "email-name",
                                   "sms-gateway",
                                   "sms-ca",
                                   "sms-number",
                                   "sms-secret",
                                   "message-retry-seconds",
                                   "message-give-up-seconds",
                                   NULL};

const struct guichetd_command guichetd_serve = {
    .words = "serve",
    .arguments = "",
    .summary = "Serve the terminals until SIGTERM or SIGINT.",
    .keys = keys,
    .run = run,
};
