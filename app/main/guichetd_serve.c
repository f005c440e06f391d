#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "app/escrow.h"
#include "app/main/guichetd.h"
#include "app/main/guichetd_confine.h"
#include "app/main/guichetd_email.h"
#include "app/main/guichetd_limits.h"
#include "app/main/guichetd_messages.h"
#include "app/main/guichetd_order.h"
#include "net/audit_clock.h"
#include "net/delivery.h"
#include "net/handoff_clock.h"
#include "net/ledger.h"
#include "net/log_clock.h"
#include "net/opening_clock.h"
#include "net/promise_clock.h"
#include "net/provider.h"
#include "net/queue_watch.h"
#include "net/scan_folder.h"
#include "net/search_clock.h"
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
    const char *escrow = config_text(config, "escrow-key");
    struct escrow_public public_key;

    if (escrow != NULL && *escrow != '\0' && !escrow_public_parse(&public_key, escrow))
        return error_set(error, ERROR_INVALID,
                         "escrow-key: not a public key as `guichetd escrow make` prints it");
    *options = (struct server_options){
        .listen = config_text(config, "listen"),
        .tls_certificate = config_text(config, "tls-cert"),
        .tls_key = config_text(config, "tls-key"),
        .tls_client_ca = config_text(config, "tls-client-ca"),
        .threads = (unsigned)config_number(config, "threads"),
        .connections = (unsigned)config_number(config, "connections"),
        .idle_seconds = (unsigned)config_number(config, "idle-seconds"),
        .limits = guichetd_limits(config),
        .feed_days = (unsigned)config_number(config, "feed-days"),
        .escrow_key = escrow != NULL && *escrow != '\0' ? escrow : NULL,
        .log_requests = config_switch(config, "log-requests"),
        .web_origin = config_text(config, "web-origin"),
        .web_proxy = config_text(config, "web-proxy"),
        .sms_secret = config_text(config, "sms-secret"),
        .sms_queue = config_text(config, "sms-queue"),
        .intake_rate = (unsigned)config_number(config, "intake-rate"),
        .intake_attachment_bytes = (size_t)config_number(config, "intake-attachment-kib") * 1024,
        .intake_types = config_text(config, "intake-types"),
        .open311 = {.jurisdictions = config_text(config, "open311-jurisdictions"),
                    .url = config_text(config, "open311-url"),
                    .contact = config_text(config, "open311-contact"),
                    .key_service = config_text(config, "open311-key-service"),
                    .test = config_switch(config, "open311-test"),
                    .repeat_minutes = (unsigned)config_number(config, "open311-repeat-minutes")},
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

/* What serves, in the order in which it is started. */
struct serving {
    struct ledger *ledger;
    struct guichetd_messages messages;
    struct delivery_sender *sender;
    struct handoff_clock *clock;
    struct opening_clock *openings;
    struct search_clock *search;
    struct promise_clock *promises;
    struct audit_clock *trail;
    struct log_clock *log;
    struct queue_watch *watch;
    struct scan_folder *scans;
    struct server *server;
    struct guichetd_email email;
    struct control *control;
};

static void stop(struct serving *serving)
{
    control_stop(serving->control);
    guichetd_email_close(&serving->email);
    server_stop(serving->server);
    scan_folder_stop(serving->scans);
    queue_watch_stop(serving->watch);
    log_clock_stop(serving->log);
    audit_clock_stop(serving->trail);
    promise_clock_stop(serving->promises);
    opening_clock_stop(serving->openings);
    search_clock_stop(serving->search);
    handoff_clock_stop(serving->clock);
    delivery_sender_stop(serving->sender);
    guichetd_messages_stop(&serving->messages);
    ledger_close(serving->ledger);
}

static const char *text_or_null(const struct config *config, const char *name)
{
    const char *text = config_text(config, name);

    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* The identity provider; one without a name for us is a mistake. */
static int provider_read(const struct config *config, struct provider_options *provider,
                         struct server_options *options, struct error *error)
{
    *provider = (struct provider_options){
        .issuer = text_or_null(config, "provider"),
        .client = text_or_null(config, "provider-client"),
        .secret_file = text_or_null(config, "provider-secret"),
        .claim = text_or_null(config, "provider-claim"),
        .scope = text_or_null(config, "provider-scope"),
        .ca_file = text_or_null(config, "provider-ca"),
    };
    if (provider->issuer == NULL)
        return 0;
    if (provider->client == NULL)
        return error_set(error, ERROR_INVALID, "provider needs provider-client");
    options->provider = provider;
    return 0;
}

static int start(struct serving *serving, const struct config *config, struct error *error)
{
    const struct delivery_options deliveries = {
        .agencies = config_text(config, "agencies"),
        .key = config_text(config, "delivery-key"),
        .log = guichetd_print,
    };
    const struct handoff_clock_options expiry = {.log = guichetd_print};
    const struct opening_clock_options openings = {.log = guichetd_print};
    const struct search_clock_options search = {.log = guichetd_print};
    const struct promise_clock_options promises = {.log = guichetd_print};
    const struct audit_clock_options trail = {.log = guichetd_print};
    const struct log_clock_options log = {.log = guichetd_print};
    const struct queue_watch_options thresholds = {.log = guichetd_print};
    const struct scan_folder_options scans = {
        .folder = config_text(config, "scan-folder"),
        .office = config_text(config, "scan-office"),
        .queue = config_text(config, "scan-queue"),
        .log = guichetd_print,
    };
    struct trust_rules rules;
    struct provider_options provider;
    struct server_options options;
    int code = guichetd_server_options(config, &options, error);

    if (code == 0)
        code = provider_read(config, &provider, &options, error);
    if (code == 0)
        code = guichetd_email_open(&serving->email, config, error);
    if (code == 0)
        code = guichetd_ledger_open(config, &serving->ledger, error);
    if (code == 0)
        code = guichetd_rules_read(config, &rules, error);
    if (code == 0)
        ledger_rules_set(serving->ledger, &rules);
    if (code == 0)
        code = guichetd_messages_start(&serving->messages, config, serving->ledger, error);
    if (code == 0)
        code = delivery_sender_start(&serving->sender, &deliveries, serving->ledger, error);
    if (code == 0)
        code = handoff_clock_start(&serving->clock, &expiry, serving->ledger, error);
    if (code == 0)
        code = opening_clock_start(&serving->openings, &openings, serving->ledger, error);
    if (code == 0)
        code = promise_clock_start(&serving->promises, &promises, serving->ledger, error);
    if (code == 0)
        code = audit_clock_start(&serving->trail, &trail, serving->ledger, error);
    if (code == 0)
        code = log_clock_start(&serving->log, &log, serving->ledger, error);
    if (code == 0)
        code = queue_watch_start(&serving->watch, &thresholds, serving->ledger, error);
    if (code == 0)
        code = scan_folder_start(&serving->scans, &scans, serving->ledger, error);
    if (code == 0)
        code = server_start(&serving->server, &options, serving->ledger, error);
    if (code == 0)
        code = search_clock_start(&serving->search, &search, serving->ledger, error);
    if (code == 0)
        code = guichetd_email_start(&serving->email, serving->ledger, error);
    if (code == 0)
        code = guichetd_orders_start(&serving->control, config, serving->ledger, error);
    return code;
}

/* Of what a thread has no use for after a long answer this much stays with it: the next one would
 * be given it anew, page by page. */
#define KEPT_BYTES (4 * 1024 * 1024)

static void memory_keep(void)
{
#ifdef M_TRIM_THRESHOLD
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES / 2);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
#endif
}

static int run(const struct config *config, size_t first, struct error *error)
{
    struct serving serving = {0};
    sigset_t signals;
    int code;

    (void)first;
    memory_keep();
    guichetd_signals_block(&signals);
    code = guichetd_drop_root(config, error);
    if (code == 0)
        code = guichetd_confine(config, NULL, error);
    if (code == 0)
        code = start(&serving, config, error);
    if (code == 0)
        guichetd_serve_until_told(serving.server, &signals);
    stop(&serving);
    if (code == 0)
        guichetd_print(NULL, "stopped");
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const keys[] = {"listen",
                                   "tls-cert",
                                   "tls-key",
                                   "tls-client-ca",
                                   "threads",
                                   "connections",
                                   "idle-seconds",
                                   "feed-days",
                                   GUICHETD_LIMIT_NAMES,
                                   GUICHETD_CONFINE_NAMES,
                                   "log-requests",
                                   GUICHETD_RULES_KEYS,
                                   "web-origin",
                                   "web-proxy",
                                   "provider",
                                   "provider-client",
                                   "provider-secret",
                                   "provider-claim",
                                   "provider-scope",
                                   "provider-ca",
                                   "agencies",
                                   "delivery-key",
                                   "open311-jurisdictions",
                                   "open311-url",
                                   "open311-contact",
                                   "open311-key-service",
                                   "open311-test",
                                   "open311-repeat-minutes",
                                   "intake-rate",
                                   "intake-attachment-kib",
                                   "intake-types",
                                   "scan-folder",
                                   "scan-office",
                                   "scan-queue",
                                   "public-address",
                                   "smtp-url",
                                   "smtp-user",
                                   "smtp-password-file",
                                   "smtp-token-file",
                                   "smtp-ca",
                                   "email-from",
                                   "email-name",
                                   "sms-gateway",
                                   "sms-ca",
                                   "sms-number",
                                   "sms-secret",
                                   "sms-queue",
                                   "message-retry-seconds",
                                   "message-give-up-seconds",
                                   "imap-url",
                                   "imap-user",
                                   "imap-password-file",
                                   "imap-token-file",
                                   "imap-ca",
                                   "imap-address",
                                   "imap-mailbox",
                                   "imap-taken-mailbox",
                                   "imap-refused-mailbox",
                                   "imap-poll-seconds",
                                   "imap-queue",
                                   "imap-office",
                                   "imap-message-kib",
                                   "imap-attachment-kib",
                                   "imap-attachment-types",
                                   "imap-sender-per-hour",
                                   NULL};

const struct guichetd_command guichetd_serve = {
    .words = "serve",
    .arguments = "",
    .summary = "Serve the terminals until SIGTERM or SIGINT.",
    .keys = keys,
    .run = run,
};
