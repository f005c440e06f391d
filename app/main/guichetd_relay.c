#include <stdio.h>

#include <sodium.h>

#include "app/main/guichetd_confine.h"
#include "app/main/guichetd_limits.h"
#include "app/main/guichetd_order.h"
#include "net/audit_clock.h"
#include "net/handoff_clock.h"
#include "net/ledger_relay.h"
#include "net/log_clock.h"
#include "net/queue_watch.h"
#include "net/relay.h"
#include "net/search_clock.h"

/* What serves, in the order in which it is started. */
struct serving {
    struct ledger *ledger;
    struct relay_board *board;
    struct handoff_clock *clock;
    struct queue_watch *watch;
    struct audit_clock *trail;
    struct log_clock *log;
    struct search_clock *search;
    struct server *server;
    struct relay *relay;
    struct control *control;
};

static void stop(struct serving *serving)
{
    control_stop(serving->control);
    /* The board tells the server of the link: that must be quiet before the server goes. */
    relay_stop(serving->relay);
    if (serving->board != NULL)
        relay_board_listen(serving->board, NULL, NULL);
    server_stop(serving->server);
    log_clock_stop(serving->log);
    audit_clock_stop(serving->trail);
    queue_watch_stop(serving->watch);
    search_clock_stop(serving->search);
    handoff_clock_stop(serving->clock);
    relay_board_free(serving->board);
    ledger_close(serving->ledger);
}

static int start(struct serving *serving, const struct config *config, struct error *error)
{
    const struct handoff_clock_options expiry = {.log = guichetd_print};
    const struct audit_clock_options trail = {.log = guichetd_print};
    const struct log_clock_options log = {.log = guichetd_print};
    struct queue_watch_options thresholds = {.log = guichetd_print, .rest = relay_board_rest};
    const struct search_clock_options search = {.log = guichetd_print};
    struct server_options options;
    struct relay_options relay;
    struct trust_rules rules;
    struct ledger_centre centre = {.url = ""};
    int code = guichetd_server_options(config, &options, error);

    if (code == 0)
        code = guichetd_relay_open(config, &serving->ledger, error);
    if (code == 0)
        code = ledger_centre_read(serving->ledger, &centre, error);
    if (code == 0)
        code = guichetd_confine(config, centre.ca, error);
    sodium_memzero(centre.token, sizeof(centre.token));
    if (code == 0)
        code = guichetd_rules_read(config, &rules, error);
    if (code != 0)
        return code;
    ledger_rules_set(serving->ledger, &rules);
    serving->board = relay_board_new();
    if (serving->board == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the relay");
    options.board = serving->board;
    thresholds.rest_context = serving->board;
    code = handoff_clock_start(&serving->clock, &expiry, serving->ledger, error);
    if (code == 0)
        code = queue_watch_start(&serving->watch, &thresholds, serving->ledger, error);
    if (code == 0)
        code = audit_clock_start(&serving->trail, &trail, serving->ledger, error);
    if (code == 0)
        code = log_clock_start(&serving->log, &log, serving->ledger, error);
    if (code == 0)
        code = search_clock_start(&serving->search, &search, serving->ledger, error);
    if (code == 0)
        code = server_start(&serving->server, &options, serving->ledger, error);
    relay = (struct relay_options){.ledger = serving->ledger,
                                   .board = serving->board,
                                   .server = serving->server,
                                   .log = guichetd_print};
    if (code == 0)
        code = relay_start(&serving->relay, &relay, error);
    return code == 0 ? guichetd_orders_start(&serving->control, config, serving->ledger, error)
                     : code;
}

static int run(const struct config *config, size_t first, struct error *error)
{
    struct serving serving = {0};
    sigset_t signals;
    int code;

    (void)first;
    guichetd_signals_block(&signals);
    code = guichetd_drop_root(config, error);
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
                                   "log-requests",
                                   GUICHETD_RULES_KEYS,
                                   GUICHETD_LIMIT_NAMES,
                                   GUICHETD_CONFINE_NAMES,
                                   NULL};

const struct guichetd_command guichetd_relay = {
    .words = "relay",
    .arguments = "",
    .summary = "In a branch: serve its terminals, with the centre or without, until SIGTERM or "
               "SIGINT.",
    .keys = keys,
    .run = run,
};
