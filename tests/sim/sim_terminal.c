/* A terminal of the simulator: a real store and sync engine; what its agent does is in sim_acts.c.
 */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/binary.h"
#include "app/link_sign_in.h"
#include "tests/sim/sim_disk.h"

#define DELAY_LONGEST_MS 120000

/* --- what the engine takes from outside ------------------------------------------------------- */

static int64_t steady(void *context)
{
    return 1000 + ((struct sim_terminal *)context)->simulation->now;
}

static int64_t wall(void *context)
{
    const struct sim_terminal *terminal = context;

    return sim_wall(terminal->simulation) + terminal->clock_offset;
}

static uint32_t jitter(void *context)
{
    return (uint32_t)sim_random(((struct sim_terminal *)context)->simulation,
                                UINT64_C(0x100000000));
}

void sim_message_fill(struct sim_message *message, const struct http_request *request)
{
    message->post = strcmp(request->method, "POST") == 0;
    (void)snprintf(message->path, sizeof message->path, "%s", request->path);
    (void)snprintf(message->encoding, sizeof message->encoding, "%s",
                   request->body_encoding == NULL ? "" : request->body_encoding);
    message->binary =
        request->body_type != NULL && strcmp(request->body_type, BINARY_MEDIA_TYPE) == 0;
    if (request->body_length > 0) {
        message->body = malloc(request->body_length);
        if (message->body == NULL)
            abort();
        memcpy(message->body, request->body, request->body_length);
        message->length = request->body_length;
    }
}

static void send_copy(struct sim_terminal *terminal, enum sync_lane lane,
                      const struct http_request *request, int64_t delay)
{
    struct simulation *simulation = terminal->simulation;
    struct sim_message *message = calloc(1, sizeof *message);

    if (message == NULL)
        abort();
    sim_message_fill(message, request);
    message->terminal = terminal->number;
    message->at_relay = sim_behind_relay(simulation, terminal->number);
    message->lane = lane;
    message->serial = terminal->serial[lane];
    (void)snprintf(message->token, sizeof message->token, "%s", terminal->token);
    message->place = SIM_TO_SERVER;
    message->due = simulation->now + delay;
    sim_post(simulation, message);
}

static int begin_request(void *context, enum sync_lane lane, const struct http_request *request,
                         struct error *error)
{
    struct sim_terminal *terminal = context;
    struct simulation *simulation = terminal->simulation;
    struct sim_message marker = {.terminal = terminal->number, .lane = lane};
    int64_t delay = 20 + (int64_t)sim_random(simulation, 600);

    (void)error;
    terminal->open[lane] = true;
    marker.serial = ++terminal->serial[lane];
    sim_trace(simulation, "%s sends %s", terminal->login, request->path);
    bool told = simulation->plant != SIM_PLANT_LOSS_UNTOLD;
    if (told)
        sim_answer_failure(simulation, &marker, sim_longest_ms(simulation, request), "too slow");
    if (simulation->now < terminal->cut_until) {
        if (told)
            sim_answer_failure(simulation, &marker, delay, "not reached");
        return 0;
    }
    if (sim_strikes(simulation, SIM_LOST_REQUEST))
        return 0;
    if (sim_strikes(simulation, SIM_DELAYED))
        delay = (int64_t)sim_random(simulation, DELAY_LONGEST_MS);
    if (sim_strikes(simulation, SIM_CUT))
        sim_answer_failure(simulation, &marker, (int64_t)sim_random(simulation, 1500),
                           "the wire was cut");
    if (sim_strikes(simulation, SIM_DUPLICATED))
        send_copy(terminal, lane, request, (int64_t)sim_random(simulation, DELAY_LONGEST_MS));
    send_copy(terminal, lane, request, delay);
    return 0;
}

static void cancel_request(void *context, enum sync_lane lane)
{
    struct sim_terminal *terminal = context;

    terminal->open[lane] = false;
    terminal->serial[lane]++;
}

static int set_token(void *context, const char *token, struct error *error)
{
    struct sim_terminal *terminal = context;

    (void)error;
    (void)snprintf(terminal->token, sizeof terminal->token, "%s", token == NULL ? "" : token);
    return 0;
}

/* --- life ------------------------------------------------------------------------------------- */

void sim_terminal_create(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;
    unsigned char wrapped[SEAL_WRAPPED_SIZE] = {0};
    struct error error = ERROR_INIT;

    (void)snprintf(terminal->disk, sizeof terminal->disk, "%s/%s", simulation->directory,
                   terminal->login);
    (void)snprintf(terminal->path, sizeof terminal->path, "%s/%s.db", simulation->directory,
                   terminal->login);
    (void)snprintf(terminal->catalogue, sizeof terminal->catalogue, "%s/%s-catalogue.db",
                   simulation->directory, terminal->login);
    terminal->key = seal_key_new();
    if (terminal->key == NULL)
        abort();
    sim_must(simulation,
             store_create(terminal->path, &terminal->actor.agent, terminal->key, wrapped, &error),
             &error, "making a store");
}

void sim_terminal_start(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;
    struct error error = ERROR_INIT;
    struct sync_engine_options options = {
        .catalogue_path = terminal->catalogue,
        .transport = {begin_request, cancel_request, set_token, terminal, NULL},
        .wall = wall,
        .wall_context = terminal,
        .steady = steady,
        .steady_context = terminal,
        .random = jitter,
        .random_context = terminal,
        .policy = {.keep_ms = simulation->lets_go ? 1 : 0}};

    sim_must(simulation, link_new(&terminal->link, &error), &error, "link");
    sim_must(simulation, store_open(&terminal->store, terminal->path, terminal->key, &error),
             &error, "opening a store");
    terminal->actor.device = *store_device(terminal->store);
    terminal->ids = (struct id_generator){0};
    clock_init(&terminal->clock, wall, terminal);
    (void)clock_observe(&terminal->clock, store_latest_moment(terminal->store));
    options.link = terminal->link;
    sim_must(simulation, sync_engine_new(&terminal->engine, &options, &error), &error, "engine");
    sim_must(simulation,
             link_sign_in(terminal->link, terminal->login, "secret-word", &terminal->actor.device,
                          &error),
             &error, "sign-in");
    sim_must(simulation, link_store_set(terminal->link, terminal->path, terminal->key, &error),
             &error, "store of the link");
    terminal->running = true;
    terminal->wake_at = simulation->now;
    terminal->act_at = simulation->year != NULL
                           ? sim_year_act_at(terminal, simulation->now)
                           : simulation->now + 1000 + (int64_t)sim_random(simulation, 20000);
    sim_trace(simulation, "%s starts", terminal->login);
}

static void forget_last(struct sim_terminal *terminal)
{
    sqlite3 *database = NULL;

    if (sqlite3_open(terminal->path, &database) != SQLITE_OK ||
        sqlite3_exec(database,
                     "DELETE FROM operation WHERE state = 0 AND number = "
                     "(SELECT max(number) FROM operation WHERE state < 2)",
                     NULL, NULL, NULL) != SQLITE_OK)
        abort();
    sqlite3_close(database);
}

bool sim_terminal_troubled(const struct sim_terminal *terminal)
{
    return sim_disk_is_dead(terminal->disk) || sim_disk_is_full(terminal->disk);
}

void sim_terminal_stop(struct sim_terminal *terminal, enum sim_ending ending)
{
    struct simulation *simulation = terminal->simulation;

    if (!terminal->running)
        return;
    if (sim_disk_is_dead(terminal->disk))
        ending = SIM_LOSES_POWER;
    sim_query_forget(terminal->path);
    if (ending != SIM_QUITS)
        sim_disk_kill(terminal->disk);
    sync_engine_free(terminal->engine);
    store_close(terminal->store);
    link_free(terminal->link);
    terminal->engine = NULL;
    terminal->store = NULL;
    terminal->link = NULL;
    terminal->running = false;
    terminal->full_until = 0;
    sim_disk_fill(terminal->disk, false);
    sim_disk_die(terminal->disk, 0);
    if (ending == SIM_LOSES_POWER || sim_disk_is_dead(terminal->disk))
        sim_disk_cut_power(terminal->disk);
    for (int lane = 0; lane < SYNC_LANE_COUNT; lane++)
        cancel_request(terminal, (enum sync_lane)lane);
    terminal->token[0] = '\0';
    if (simulation->plant == SIM_PLANT_OUTBOX_FORGETS)
        forget_last(terminal);
    terminal->start_at = simulation->now + 1000 + (int64_t)sim_random(simulation, 60000);
    sim_trace(simulation, "%s %s", terminal->login,
              ending == SIM_QUITS    ? "quits"
              : ending == SIM_KILLED ? "is killed"
                                     : "loses power");
}

void sim_terminal_move(struct sim_terminal *terminal)
{
    sim_terminal_stop(terminal, SIM_QUITS);
    terminal->at_centre = !terminal->at_centre;
    terminal->changed_server = true;
    sim_trace(terminal->simulation, "%s now speaks to the %s", terminal->login,
              terminal->at_centre ? "centre" : "relay");
}

void sim_terminal_step(struct sim_terminal *terminal)
{
    int64_t wait = sync_engine_step(terminal->engine);

    /* Or a reply has come by now. */
    if (terminal->simulation->now % 2 == 0)
        sync_engine_idle(terminal->engine);
    /* A step that changes nothing may ask for the next one at once: never without time going on. */
    terminal->wake_at = wait < 0 ? -1 : terminal->simulation->now + (wait > 0 ? wait : 1);
}

void sim_terminal_take(struct sim_terminal *terminal, const struct sim_message *message)
{
    struct simulation *simulation = terminal->simulation;
    struct error error = ERROR_INIT;
    enum sync_lane lane = message->lane;

    if (!terminal->running || !terminal->open[lane] || terminal->serial[lane] != message->serial)
        return;
    /* The answer has come, and nothing of it is written. */
    if (sim_strikes(simulation, SIM_TERMINAL_CRASH)) {
        sim_terminal_stop(terminal, SIM_KILLED);
        return;
    }
    terminal->open[lane] = false;
    if (message->status == 0) {
        sim_trace(simulation, "%s lane %d: %s", terminal->login, (int)lane, message->complaint);
        int code = error_set(&error, ERROR_OFFLINE, "%s", message->complaint);
        sync_engine_reply(terminal->engine, lane, code, NULL, &error);
    } else {
        struct http_reply reply = {.status = message->status,
                                   .body = message->body,
                                   .length = message->length,
                                   .retry_after_ms = message->retry_after};
        (void)snprintf(reply.media_type, sizeof reply.media_type, "%s",
                       message->status == 200 ? "application/json" : "application/problem+json");
        sim_trace(simulation, "%s lane %d: status %d", terminal->login, (int)lane, message->status);
        bool lacks = sim_files_lacks(terminal, message);
        sync_engine_reply(terminal->engine, lane, 0, &reply, NULL);
        if (lacks)
            sim_files_taken(terminal, message);
    }
    sim_terminal_step(terminal);
}
