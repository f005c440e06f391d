/* A terminal of the simulator: a real store and sync engine, and an agent who works at random. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/case.h"
#include "app/client.h"
#include "app/handoff.h"
#include "app/note.h"
#include "tests/sim/sim_disk.h"

#define REQUEST_LONGEST_MS 30000
#define DELAY_LONGEST_MS   120000

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

static void fill(struct sim_message *message, struct sim_terminal *terminal, enum sync_lane lane,
                 const struct http_request *request)
{
    message->terminal = terminal->number;
    message->lane = lane;
    message->serial = terminal->serial[lane];
    message->post = strcmp(request->method, "POST") == 0;
    (void)snprintf(message->path, sizeof message->path, "%s", request->path);
    (void)snprintf(message->token, sizeof message->token, "%s", terminal->token);
    (void)snprintf(message->encoding, sizeof message->encoding, "%s",
                   request->body_encoding == NULL ? "" : request->body_encoding);
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
    fill(message, terminal, lane, request);
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
        sim_answer_failure(simulation, &marker, REQUEST_LONGEST_MS + request->wait_ms, "too slow");
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
        .transport = {begin_request, cancel_request, set_token, terminal},
        .wall = wall,
        .wall_context = terminal,
        .steady = steady,
        .steady_context = terminal,
        .random = jitter,
        .random_context = terminal};

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
    terminal->act_at = simulation->now + 1000 + (int64_t)sim_random(simulation, 20000);
    sim_trace(simulation, "%s starts", terminal->login);
}

static void forget_last(struct sim_terminal *terminal)
{
    sqlite3 *database = NULL;

    if (sqlite3_open(terminal->path, &database) != SQLITE_OK ||
        sqlite3_exec(database,
                     "DELETE FROM operation WHERE state = 0 AND number = "
                     "(SELECT max(number) FROM operation)",
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

void sim_terminal_step(struct sim_terminal *terminal)
{
    int64_t wait = sync_engine_step(terminal->engine);

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
        sync_engine_reply(terminal->engine, lane, 0, &reply, NULL);
    }
    sim_terminal_step(terminal);
}

/* --- work ------------------------------------------------------------------------------------- */

struct picking {
    struct simulation *simulation;
    const struct record *agent; /* hand-offs for this agent alone; NULL: all */
    struct record *picked;
    uint64_t seen;
};

static int pick_visit(void *context, const struct record *record, enum store_pending pending)
{
    struct picking *picking = context;

    (void)pending;
    if (picking->agent != NULL &&
        (!handoff_is_offered(record) || !handoff_is_for(record, picking->agent)))
        return 0;
    if (sim_random(picking->simulation, ++picking->seen) == 0) {
        record_free(picking->picked);
        picking->picked = record_copy(record);
    }
    return 0;
}

/* A record of this type that the terminal holds, NULL when there is none. New. */
static struct record *pick(struct sim_terminal *terminal, enum record_type type,
                           const struct record *agent)
{
    struct picking picking = {.simulation = terminal->simulation, .agent = agent};
    struct store_query query = {.type = type};
    struct error error = ERROR_INIT;

    int code = store_each(terminal->store, &query, pick_visit, &picking, &error);

    if (!sim_terminal_troubled(terminal))
        sim_must(terminal->simulation, code, &error, "walking a store");
    return picking.picked;
}

static int act_open(struct sim_terminal *terminal, const struct author *author, struct batch *batch,
                    struct error *error)
{
    struct client_details details = {.name = "Zoe Tremblay", .phone = "418 555 0100"};
    struct case_start start = {.subject = "birth certificate"};
    struct id id;

    (void)terminal;
    int code = client_new(batch, author, &details, &start.client, error);
    return code != 0 ? code : case_open(batch, author, &start, &id, error);
}

static int act_note(struct sim_terminal *terminal, const struct author *author, struct batch *batch,
                    struct error *error)
{
    struct record *matter = pick(terminal, RECORD_CASE, NULL);
    struct note_draft draft = {.kind = "contact"};
    char text[64];
    struct id id;

    if (matter == NULL)
        return 0;
    (void)snprintf(text, sizeof text, "note %" PRIu64, sim_random(terminal->simulation, 1000000));
    draft.text = text;
    draft.matter = matter->id;
    int code = note_write(batch, author, &draft, &id, error);
    record_free(matter);
    return code;
}

static int act_change(struct sim_terminal *terminal, const struct author *author,
                      struct batch *batch, struct error *error)
{
    struct record *client = pick(terminal, RECORD_CLIENT, NULL);
    uint64_t which = sim_random(terminal->simulation, 3);
    char text[64];

    if (client == NULL)
        return 0;
    (void)snprintf(text, sizeof text, which == 0 ? "418 555 %04d" : "z%d@example.org",
                   (int)sim_random(terminal->simulation, 10000));
    struct client_details details = {.phone = which == 0 ? text : NULL,
                                     .email = which == 1 ? text : NULL,
                                     .address = which == 2 ? text : NULL};
    int code = client_change(batch, author, client, &details, error);
    record_free(client);
    return code;
}

static int act_offer(struct sim_terminal *terminal, const struct author *author,
                     struct batch *batch, struct error *error)
{
    struct simulation *simulation = terminal->simulation;
    struct record *matter = pick(terminal, RECORD_CASE, NULL);
    struct handoff_offer offer = {.summary = "to go on with", .context = "all is said"};
    struct id id;

    if (matter == NULL)
        return 0;
    offer.matter = matter->id;
    uint64_t which = sim_random(simulation, 3);
    if (which == 0)
        offer.target.queue = "sample/q";
    else if (which == 1)
        offer.target.office = "sample/b";
    else
        offer.target.agent =
            simulation->terminals[sim_random(simulation, (uint64_t)simulation->terminal_count)]
                .actor.agent;
    int code = handoff_offer(batch, author, &offer, &id, error);
    record_free(matter);
    return code;
}

static int act_accept(struct sim_terminal *terminal, const struct author *author,
                      struct batch *batch, struct error *error)
{
    struct record *handoff = pick(terminal, RECORD_HANDOFF, terminal->agent);
    int code = 0;

    if (handoff != NULL)
        code = sim_random(terminal->simulation, 8) == 0
                   ? handoff_decline(batch, author, handoff, "not mine", error)
                   : handoff_accept(batch, author, handoff, error);
    record_free(handoff);
    return code;
}

static int act_withdraw(struct sim_terminal *terminal, const struct author *author,
                        struct batch *batch, struct error *error)
{
    struct record *handoff = pick(terminal, RECORD_HANDOFF, NULL);
    int code = 0;

    if (handoff != NULL && handoff_is_from(handoff, &terminal->actor.agent))
        code = handoff_withdraw(batch, author, handoff, error);
    record_free(handoff);
    return code;
}

static int act_assign(struct sim_terminal *terminal, const struct author *author,
                      struct batch *batch, struct error *error)
{
    struct record *matter = pick(terminal, RECORD_CASE, NULL);
    int code = 0;

    if (matter != NULL)
        code = case_assign(batch, author, matter, &terminal->actor.agent, error);
    record_free(matter);
    return code;
}

static int act_follow(struct sim_terminal *terminal, const struct author *author,
                      struct batch *batch, struct error *error)
{
    return handoff_follow(batch, author, terminal->store, error);
}

struct waiting {
    struct simulation *simulation;
    struct id picked;
    uint64_t seen;
};

static int waiting_visit(void *context, const struct outbox_entry *entry)
{
    struct waiting *waiting = context;

    if (sim_random(waiting->simulation, ++waiting->seen) == 0)
        waiting->picked = entry->operation->id;
    return 0;
}

/* Takes back what was not sent yet. */
static int act_take_back(struct sim_terminal *terminal, const struct author *author,
                         struct batch *batch, struct error *error)
{
    struct waiting waiting = {.simulation = terminal->simulation};

    (void)author;
    (void)batch;
    int code = store_outbox_each(terminal->store, 1000, waiting_visit, &waiting, error);
    if (code != 0 || waiting.seen == 0)
        return code;
    struct sim_made *made = sim_made_find(terminal->simulation, waiting.picked.text);
    code = store_outbox_withdraw(terminal->store, &waiting.picked, error);
    if (made != NULL && (code == ERROR_STORAGE || code == ERROR_BUSY))
        made->doubtful = true;
    if (code == 0) {
        sim_trace(terminal->simulation, "%s takes back %s", terminal->login, waiting.picked.text);
        if (made != NULL)
            made->withdrawn = true;
        terminal->simulation->totals.withdrawn++;
    }
    return code;
}

typedef int (*act_function)(struct sim_terminal *terminal, const struct author *author,
                            struct batch *batch, struct error *error);

/* As often as it stands here. */
static const act_function acts[] = {act_open,   act_note,   act_note,     act_note,
                                    act_change, act_change, act_change,   act_offer,
                                    act_offer,  act_accept, act_accept,   act_accept,
                                    act_assign, act_follow, act_withdraw, act_take_back};

static void note_made(struct sim_terminal *terminal, const struct operation *operation,
                      bool doubtful)
{
    struct simulation *simulation = terminal->simulation;

    if (simulation->made_count == simulation->made_room) {
        simulation->made_room = simulation->made_room * 2 + 64;
        simulation->made =
            realloc(simulation->made, simulation->made_room * sizeof *simulation->made);
        if (simulation->made == NULL)
            abort();
    }
    const char *state = json_string_value(json_object_get(operation->body, "state"));
    simulation->made[simulation->made_count++] = (struct sim_made){
        .id = operation->id,
        .record = operation->record,
        .terminal = terminal->number,
        .doubtful = doubtful,
        .note = operation->type == RECORD_NOTE ? json_deep_copy(operation->body) : NULL,
        .accepts = operation->type == RECORD_HANDOFF && operation->kind == OPERATION_CLAIM &&
                   state != NULL && strcmp(state, "accepted") == 0};
    simulation->totals.operations++;
    sim_trace(simulation, "%s makes %s %s %s of %s", terminal->login,
              operation_kind_name(operation->kind), record_type_name(operation->type),
              operation->id.text, operation->record.text);
}

void sim_terminal_act(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;
    struct author author = {.agent = terminal->actor.agent,
                            .device = terminal->actor.device,
                            .office = terminal->office,
                            .channel = "counter",
                            .clock = &terminal->clock,
                            .ids = &terminal->ids};
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    terminal->act_at =
        simulation->now + 500 + (int64_t)sim_random(simulation, (uint64_t)simulation->act_most_ms);
    size_t which = sim_random(simulation, sizeof acts / sizeof acts[0]);
    int code = acts[which](terminal, &author, &batch, &error);
    if (code == 0 && batch.count > 0)
        code = store_apply(terminal->store, batch.operations, batch.count, NULL, &error);
    /* A commit that failed on the disk may be found done after a power cut, as with any disk. */
    bool doubtful =
        (code == ERROR_STORAGE || code == ERROR_BUSY) && sim_terminal_troubled(terminal);
    for (size_t i = 0; i < batch.count && (code == 0 || doubtful); i++)
        note_made(terminal, batch.operations[i], doubtful);
    if (code == 0)
        sim_trace(simulation, "%s has made %zu", terminal->login, batch.count);
    else if (code == ERROR_MEMORY || code == ERROR_INTERNAL ||
             ((code == ERROR_STORAGE || code == ERROR_BUSY) && !sim_terminal_troubled(terminal)))
        sim_must(simulation, code, &error, "an act");
    else
        sim_trace(simulation, "%s may not: %s", terminal->login, error.message);
    if (code == 0 && batch.count > 0) {
        sync_engine_ring(terminal->engine);
        sim_terminal_step(terminal);
    }
    batch_clear(&batch);
}
