#include "net/sync.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "app/clock.h"
#include "net/http_client.h"
#include "net/http_line.h"
#include "net/sync_engine.h"

/* The engine and the transport that its requests leave by. */
struct sync {
    struct sync_engine *engine;
    struct http_client *client;
    struct http_exchange *exchanges[SYNC_LANE_COUNT];
    struct http_line *line; /* for announcements */
    struct link *link;
    struct signature_key *key; /* locked memory; NULL: none */
    pthread_t thread;
    atomic_bool stopping;
};

static uint32_t random_number(void *context)
{
    (void)context;
    return randombytes_random();
}

/* --- transport -------------------------------------------------------------------------------- */

static int transport_begin(void *context, enum sync_lane lane, const struct http_request *request,
                           struct error *error)
{
    struct sync *sync = context;

    int code = http_client_begin(sync->client, &sync->exchanges[lane], request, error);

    if (code == 0)
        http_client_advance(sync->client);
    return code;
}

static void transport_cancel(void *context, enum sync_lane lane)
{
    struct sync *sync = context;

    http_exchange_cancel(sync->exchanges[lane]);
    sync->exchanges[lane] = NULL;
}

static int transport_set_token(void *context, const char *token, struct error *error)
{
    struct sync *sync = context;

    int code = http_client_token_set(sync->client, token, error);

    http_line_token_changed(sync->line);
    return code;
}

static void transport_line(void *context, enum sync_line what)
{
    struct sync *sync = context;

    if (what == SYNC_LINE_OPEN)
        http_line_open(sync->line);
    else
        http_line_close(sync->line);
}

/* The screen's thread sends by itself: a thread that is woken for it would begin later. */
static bool way_begin(void *context)
{
    return http_line_begin(context);
}

static bool way_end(void *context, const char *body)
{
    return http_line_end(context, body, strlen(body));
}

static void way_cut(void *context)
{
    http_line_cut(context);
}

/* Hands ended exchanges over to the engine. */
static void deliver(struct sync *sync)
{
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++) {
        struct http_exchange *exchange = sync->exchanges[lane];
        struct http_reply reply;
        struct error error = ERROR_INIT;
        if (exchange == NULL || !http_exchange_done(exchange))
            continue;
        sync->exchanges[lane] = NULL;
        int code = http_exchange_read(exchange, &reply, &error);
        sync_engine_reply(sync->engine, (enum sync_lane)lane, code, &reply, &error);
        /* What it was made of nobody waits for. */
        http_exchange_cancel(exchange);
        if (code == 0)
            http_reply_clear(&reply);
    }
}

static bool has_come(const struct sync *sync)
{
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++)
        if (sync->exchanges[lane] != NULL && http_exchange_done(sync->exchanges[lane]))
            return true;
    return false;
}

/* One round: does what is due, then waits for replies, the bell or the time of the next thing. */
static int turn(struct sync *sync, struct error *error)
{
    int bell = link_sync_fd(sync->link);
    struct pollfd rung = {.fd = bell, .events = POLLIN};
    int64_t wait = sync_engine_step(sync->engine);
    int64_t opening = http_line_carry_on(sync->line);
    int code = 0;

    if (opening >= 0 && (wait < 0 || opening < wait))
        wait = opening;

    if (sync_engine_ended(sync->engine, &code, NULL))
        return 0;
    http_client_advance(sync->client);
    if (!has_come(sync))
        sync_engine_idle(sync->engine);
    code = http_client_poll(sync->client, &bell, 1, wait, error);
    if (poll(&rung, 1, 0) > 0) {
        link_sync_clear(sync->link);
        sync_engine_ring(sync->engine);
    }
    deliver(sync);
    return code;
}

/* --- life --------------------------------------------------------------------------------------
 */

static void sync_free(struct sync *sync)
{
    sync_engine_free(sync->engine);
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++)
        http_exchange_cancel(sync->exchanges[lane]);
    announced_way_set(link_announced(sync->link), NULL);
    http_line_free(sync->line);
    http_client_free(sync->client);
    sodium_free(sync->key);
    free(sync);
}

/* The terminal's key; a new one when there is none yet. */
static int key_open(struct sync *sync, const char *path, struct error *error)
{
    if (path == NULL)
        return 0;
    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium cannot start");
    sync->key = sodium_malloc(sizeof *sync->key);
    if (sync->key == NULL)
        return error_set(error, ERROR_MEMORY, "no locked memory for the terminal's key");
    int code = signature_key_read(sync->key, path, error);
    if (code != ERROR_NOT_FOUND)
        return code;
    if (error != NULL)
        *error = (struct error)ERROR_INIT;
    code = signature_key_make(sync->key, path, error);
    return code == ERROR_CONFLICT ? signature_key_read(sync->key, path, error) : code;
}

static int sync_new(struct sync **result, const struct sync_options *options, bool once,
                    struct error *error)
{
    struct http_client_options http = http_client_default_options;
    struct sync *sync = calloc(1, sizeof *sync);

    if (sync == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for sync");
    http.base_url = options->server_url;
    http.ca_file = options->ca_file;
    http.cert_file = options->client_cert;
    http.key_file = options->client_key;
    sync->link = options->link;
    atomic_init(&sync->stopping, false);
    struct sync_engine_options engine = {
        .link = options->link,
        .catalogue_path = options->catalogue_path,
        .transport = {transport_begin, transport_cancel, transport_set_token, sync, transport_line},
        .wall = options->clock == NULL ? clock_system : options->clock,
        .wall_context = options->clock_context,
        .steady = clock_steady,
        .random = random_number,
        .escrow_pinned = options->escrow_pinned,
        .policy = options->policy,
        .once = once};
    int code = key_open(sync, options->key_file, error);
    engine.key = sync->key;
    if (code == 0)
        code = http_client_new(&sync->client, &http, error);
    if (code == 0)
        code = http_line_new(&sync->line, sync->client, SYNC_LINE_PATH, error);
    if (code == 0)
        code = sync_engine_new(&sync->engine, &engine, error);
    if (code != 0) {
        sync_free(sync);
        return code;
    }
    announced_way_set(link_announced(sync->link),
                      &(struct announced_way){way_begin, way_end, way_cut, sync->line});
    *result = sync;
    return 0;
}

static void *run(void *argument)
{
    struct sync *sync = argument;

    while (!atomic_load(&sync->stopping)) {
        struct error error = ERROR_INIT;
        if (turn(sync, &error) != 0) {
            /* Only memory or the machine itself can fail here: not to go round in haste. */
            const struct timespec pause = {.tv_sec = 1};
            (void)nanosleep(&pause, NULL);
        }
    }
    return NULL;
}

/* Signals are for the screen's thread. */
static int start_thread(struct sync *sync)
{
    sigset_t all;
    sigset_t former;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &former);
    int code = pthread_create(&sync->thread, NULL, run, sync);
    (void)pthread_sigmask(SIG_SETMASK, &former, NULL);
    return code;
}

int sync_start(struct sync **result, const struct sync_options *options, struct error *error)
{
    struct sync *sync = NULL;
    int code = sync_new(&sync, options, false, error);

    if (code != 0)
        return code;
    if (start_thread(sync) != 0) {
        sync_free(sync);
        return error_set(error, ERROR_MEMORY, "the sync thread cannot be started");
    }
    *result = sync;
    return 0;
}

void sync_stop(struct sync *sync)
{
    if (sync == NULL)
        return;
    atomic_store(&sync->stopping, true);
    http_client_stop(sync->client);
    (void)pthread_join(sync->thread, NULL);
    sync_free(sync);
}

int sync_once(const struct sync_options *options, struct sync_totals *totals, struct error *error)
{
    struct sync *sync = NULL;
    int ended = 0;
    int code = sync_new(&sync, options, true, error);

    if (totals != NULL)
        *totals = (struct sync_totals){0};
    if (code != 0)
        return code;
    while (code == 0 && !sync_engine_ended(sync->engine, &ended, error))
        code = turn(sync, error);
    if (totals != NULL)
        *totals = *sync_engine_totals(sync->engine);
    sync_free(sync);
    return code != 0 ? code : ended;
}
