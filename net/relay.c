#include "net/relay.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <sodium.h>

#include "app/clock.h"
#include "net/relay_engine.h"

/* A link that is silent so long is cut: its office waits for no more. */
#define CONNECT_MS (INT64_C(10) * 1000)
#define STALL_MS   (INT64_C(10) * 1000)

struct relay {
    struct relay_options options;
    struct relay_engine *engine;
    struct http_client *client;
    struct http_exchange *exchanges[SYNC_LANE_COUNT];
    pthread_t thread;
    atomic_bool rung;
    atomic_bool presence; /* to be exchanged */
    atomic_bool stopping;
};

static uint32_t random_number(void *context)
{
    (void)context;
    return randombytes_random();
}

static json_t *present(void *context)
{
    const struct relay *relay = context;

    return server_present(relay->options.server);
}

static int transport_begin(void *context, enum sync_lane lane, const struct http_request *request,
                           struct error *error)
{
    struct relay *relay = context;

    return http_client_begin(relay->client, &relay->exchanges[lane], request, error);
}

static void transport_cancel(void *context, enum sync_lane lane)
{
    struct relay *relay = context;

    http_exchange_cancel(relay->exchanges[lane]);
    relay->exchanges[lane] = NULL;
}

static void deliver(struct relay *relay)
{
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++) {
        struct http_exchange *exchange = relay->exchanges[lane];
        struct http_reply reply;
        struct error error = ERROR_INIT;
        int code;

        if (exchange == NULL || !http_exchange_done(exchange))
            continue;
        relay->exchanges[lane] = NULL;
        code = http_exchange_finish(exchange, &reply, &error);
        relay_engine_reply(relay->engine, (enum sync_lane)lane, code, &reply, &error);
        if (code == 0)
            http_reply_clear(&reply);
    }
}

/* In the thread that wrote. */
static void ring(void *context)
{
    struct relay *relay = context;

    atomic_store(&relay->rung, true);
    http_client_wake(relay->client);
}

static void ring_presence(void *context)
{
    struct relay *relay = context;

    atomic_store(&relay->presence, true);
    http_client_wake(relay->client);
}

/* Says so when the link has come or gone; `*up` is what was said last. */
static void say(const struct relay *relay, bool *up)
{
    struct relay_status status;
    struct error line = ERROR_INIT;

    relay_board_get(relay->options.board, &status);
    if (status.up == *up)
        return;
    *up = status.up;
    (void)error_set(&line, ERROR_OFFLINE,
                    status.up ? "the centre answers: %lld to carry%s"
                              : "the centre is cut off, %lld to carry: %s",
                    (long long)status.waiting, status.message);
    relay->options.log(relay->options.log_context, line.message);
}

static void *run(void *argument)
{
    struct relay *relay = argument;
    bool up = false;

    while (!atomic_load(&relay->stopping)) {
        struct error error = ERROR_INIT;
        int64_t wait;

        if (atomic_exchange(&relay->rung, false))
            relay_engine_ring(relay->engine);
        if (atomic_exchange(&relay->presence, false))
            relay_engine_presence(relay->engine);
        wait = relay_engine_step(relay->engine);
        say(relay, &up);
        if (http_client_poll(relay->client, NULL, 0, wait, &error) != 0) {
            /* Only memory or the machine itself can fail here: not to go round in haste. */
            const struct timespec pause = {.tv_sec = 1};

            (void)nanosleep(&pause, NULL);
        }
        deliver(relay);
    }
    return NULL;
}

/* Signals are for the main thread. */
static int start_thread(struct relay *relay)
{
    sigset_t all, former;
    int code;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &former);
    code = pthread_create(&relay->thread, NULL, run, relay);
    (void)pthread_sigmask(SIG_SETMASK, &former, NULL);
    return code;
}

static void relay_free(struct relay *relay)
{
    relay_engine_free(relay->engine);
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++)
        http_exchange_cancel(relay->exchanges[lane]);
    http_client_free(relay->client);
    free(relay);
}

static int prepare(struct relay *relay, struct error *error)
{
    struct http_client_options http = http_client_default_options;
    struct ledger_centre centre;
    struct relay_engine_options engine = {
        .ledger = relay->options.ledger,
        .board = relay->options.board,
        .transport = {.begin = transport_begin, .cancel = transport_cancel, .context = relay},
        .wall = clock_system,
        .steady = clock_steady,
        .random = random_number,
        .present = present,
        .present_context = relay};
    int code = ledger_centre_read(relay->options.ledger, &centre, error);

    http.base_url = centre.url;
    http.ca_file = centre.ca[0] != '\0' ? centre.ca : NULL;
    http.connect_ms = CONNECT_MS;
    http.stall_ms = STALL_MS;
    if (code == 0)
        code = http_client_new(&relay->client, &http, error);
    if (code == 0)
        code = http_client_token_set(relay->client, centre.token, error);
    sodium_memzero(&centre, sizeof(centre));
    return code == 0 ? relay_engine_new(&relay->engine, &engine, error) : code;
}

int relay_start(struct relay **result, const struct relay_options *options, struct error *error)
{
    struct relay *relay = calloc(1, sizeof(*relay));
    int code;

    *result = NULL;
    if (relay == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the relay");
    relay->options = *options;
    atomic_init(&relay->rung, false);
    atomic_init(&relay->presence, false);
    atomic_init(&relay->stopping, false);
    code = prepare(relay, error);
    if (code == 0) {
        ledger_bell_listen(options->ledger, LEDGER_BELL_UPWARD, ring, relay);
        relay_board_presence_listen(options->board, ring_presence, relay);
        if (start_thread(relay) != 0)
            code = error_set(error, ERROR_MEMORY, "the relay's thread cannot be started");
    }
    if (code != 0) {
        relay_board_presence_listen(options->board, NULL, NULL);
        ledger_bell_listen(options->ledger, LEDGER_BELL_UPWARD, NULL, NULL);
        relay_free(relay);
        return code;
    }
    *result = relay;
    return 0;
}

void relay_stop(struct relay *relay)
{
    if (relay == NULL)
        return;
    atomic_store(&relay->stopping, true);
    http_client_stop(relay->client);
    (void)pthread_join(relay->thread, NULL);
    relay_board_presence_listen(relay->options.board, NULL, NULL);
    ledger_bell_listen(relay->options.ledger, LEDGER_BELL_UPWARD, NULL, NULL);
    relay_free(relay);
}
