/* The relay of an office: its own ledger and the real engine towards the centre, and the centre's
 * routes for it. The terminals of its office speak to it as they would to the centre. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/text.h"
#include "net/compress.h"
#include "net/feed_page.h"
#include "net/protocol.h"
#include "net/relay_engine.h"
#include "tests/sim/sim_disk.h"

#define OFFICE           "sample/b"
#define DELAY_LONGEST_MS 60000
#define BATCH_BYTES      (16 * 1024 * 1024)

bool sim_is_of_relay(const struct simulation *simulation, int terminal)
{
    return simulation->relay.on && terminal < SIM_TERMINALS_MOST &&
           strcmp(simulation->terminals[terminal].office, OFFICE) == 0;
}

bool sim_behind_relay(const struct simulation *simulation, int terminal)
{
    return sim_is_of_relay(simulation, terminal) && !simulation->terminals[terminal].at_centre;
}

struct ledger *sim_ledger_at(const struct simulation *simulation, const struct sim_message *request)
{
    return request->at_relay ? simulation->relay.ledger : simulation->ledger;
}

struct ledger *sim_ledger_of(const struct simulation *simulation, int terminal)
{
    return sim_behind_relay(simulation, terminal) ? simulation->relay.ledger : simulation->ledger;
}

/* --- what the engine takes from outside ------------------------------------------------------- */

static int64_t steady(void *context)
{
    return 1000 + ((struct simulation *)context)->now;
}

static int64_t wall(void *context)
{
    return sim_wall(context);
}

static uint32_t jitter(void *context)
{
    return (uint32_t)sim_random(context, UINT64_C(0x100000000));
}

static void send_copy(struct simulation *simulation, enum sync_lane lane,
                      const struct http_request *request, int64_t delay)
{
    struct sim_message *message = calloc(1, sizeof *message);

    if (message == NULL)
        abort();
    sim_message_fill(message, request);
    message->terminal = SIM_RELAY;
    message->lane = lane;
    message->serial = simulation->relay.serial[lane];
    message->place = SIM_TO_SERVER;
    message->due = simulation->now + delay;
    sim_post(simulation, message);
}

static int begin_request(void *context, enum sync_lane lane, const struct http_request *request,
                         struct error *error)
{
    struct simulation *simulation = context;
    struct sim_relay *relay = &simulation->relay;
    struct sim_message marker = {.terminal = SIM_RELAY, .lane = lane};
    int64_t delay = 20 + (int64_t)sim_random(simulation, 600);

    (void)error;
    relay->open[lane] = true;
    marker.serial = ++relay->serial[lane];
    sim_trace(simulation, "relay sends %s", request->path);
    sim_answer_failure(simulation, &marker, sim_longest_ms(simulation, request), "too slow");
    if (simulation->now < relay->cut_until) {
        sim_answer_failure(simulation, &marker, delay, "not reached");
        return 0;
    }
    if (sim_strikes(simulation, SIM_LOST_REQUEST))
        return 0;
    if (sim_strikes(simulation, SIM_DUPLICATED))
        send_copy(simulation, lane, request, (int64_t)sim_random(simulation, DELAY_LONGEST_MS));
    send_copy(simulation, lane, request, delay);
    return 0;
}

static void cancel_request(void *context, enum sync_lane lane)
{
    struct sim_relay *relay = &((struct simulation *)context)->relay;

    relay->open[lane] = false;
    relay->serial[lane]++;
}

static void ring_upward(void *context)
{
    struct simulation *simulation = context;

    simulation->relay.rung = true;
    simulation->relay.wake_at = simulation->now + 1;
}

static void ring_clock(void *context)
{
    struct simulation *simulation = context;

    simulation->relay.clock_at = simulation->now + 1;
}

static void ring_readers(void *context, const struct ledger_changed *changed)
{
    (void)changed;
    ((struct simulation *)context)->changed = ((struct simulation *)context)->rung_all = true;
}

/* --- life ------------------------------------------------------------------------------------- */

static void start(struct simulation *simulation)
{
    struct sim_relay *relay = &simulation->relay;
    struct error error = ERROR_INIT;
    const struct relay_engine_options options = {
        .ledger = relay->ledger,
        .board = relay->board,
        .transport = {.begin = begin_request, .cancel = cancel_request, .context = simulation},
        .wall = wall,
        .wall_context = simulation,
        .steady = steady,
        .steady_context = simulation,
        .random = jitter,
        .random_context = simulation};

    ledger_listen(relay->ledger, ring_readers, simulation);
    ledger_bell_listen(relay->ledger, LEDGER_BELL_UPWARD, ring_upward, simulation);
    ledger_bell_listen(relay->ledger, LEDGER_BELL_HANDOFFS, ring_clock, simulation);
    ledger_bell_listen(relay->ledger, LEDGER_BELL_WATCH, ring_clock, simulation);
    sim_must(simulation, relay_engine_new(&relay->engine, &options, &error), &error, "relay");
    relay->wake_at = relay->clock_at = relay->up_at;
}

void sim_relay_begin(struct simulation *simulation)
{
    struct sim_relay *relay = &simulation->relay;
    struct ledger_centre centre = {.url = "http://127.0.0.1:1"};
    struct error error = ERROR_INIT;

    relay->on = true;
    (void)snprintf(relay->path, sizeof relay->path, "%s/relay.db", simulation->directory);
    (void)snprintf(relay->disk, sizeof relay->disk, "%s/relay", simulation->directory);
    relay->board = relay_board_new();
    if (relay->board == NULL)
        abort();
    sim_must(simulation,
             ledger_relay_add(simulation->ledger, OFFICE, sim_wall(simulation), &relay->account,
                              relay->token, &error),
             &error, "adding a relay");
    text_copy(centre.token, sizeof centre.token, relay->token);
    sim_must(simulation, ledger_create(relay->path, &error), &error, "making a relay's ledger");
    sim_must(simulation, ledger_open(&relay->ledger, relay->path, &error), &error,
             "opening a relay's ledger");
    sim_must(simulation, ledger_become_relay(relay->ledger, &centre, SIM_WALL_START, &error),
             &error, "making a relay");
    start(simulation);
}

void sim_relay_end(struct simulation *simulation)
{
    sim_query_forget(simulation->relay.path);
    scope_set_free(&simulation->relay.heard);
    relay_engine_free(simulation->relay.engine);
    ledger_close(simulation->relay.ledger);
    relay_board_free(simulation->relay.board);
}

static void forget_outbox(const struct sim_relay *relay)
{
    sqlite3 *database = NULL;

    if (sqlite3_open(relay->path, &database) != SQLITE_OK ||
        sqlite3_exec(database, "DELETE FROM upward", NULL, NULL, NULL) != SQLITE_OK)
        abort();
    sqlite3_close(database);
}

void sim_relay_restart(struct simulation *simulation, enum sim_ending ending)
{
    struct sim_relay *relay = &simulation->relay;
    struct error error = ERROR_INIT;

    if (sim_disk_is_dead(relay->disk))
        ending = SIM_LOSES_POWER;
    sim_trace(simulation, "relay %s", ending == SIM_QUITS ? "restarts" : "dies");
    sim_query_forget(relay->path);
    if (ending != SIM_QUITS)
        sim_disk_kill(relay->disk);
    relay_engine_free(relay->engine);
    ledger_close(relay->ledger);
    sim_disk_die(relay->disk, 0);
    if (ending >= SIM_LOSES_POWER || sim_disk_is_dead(relay->disk))
        sim_disk_cut_power(relay->disk);
    if (ending == SIM_IS_RESTORED && sim_disk_put_back(relay->disk)) {
        sim_trace(simulation, "relay is restored");
        simulation->restored = relay->restored = relay->unaware = true;
    }
    if (simulation->plant == SIM_PLANT_RELAY_FORGETS)
        forget_outbox(relay);
    sim_must(simulation, ledger_open(&relay->ledger, relay->path, &error), &error,
             "opening a relay's ledger");
    relay->up_at = simulation->now + (int64_t)sim_random(simulation, 20000);
    start(simulation);
    sim_messages_fail(simulation, true, false);
}

/* --- its clock and its engine ----------------------------------------------------------------- */

static bool is_dead(struct simulation *simulation)
{
    if (!sim_disk_is_dead(simulation->relay.disk)) {
        sim_disk_die(simulation->relay.disk, 0);
        return false;
    }
    sim_relay_restart(simulation, SIM_LOSES_POWER);
    return true;
}

static void expire(struct simulation *simulation)
{
    struct sim_relay *relay = &simulation->relay;
    struct error error = ERROR_INIT;
    int64_t next = INT64_MAX;
    int expired = 0;

    relay->clock_at = INT64_MAX;
    int code = ledger_handoff_next(relay->ledger, &next, &error);
    if (code == 0 && next <= sim_wall(simulation)) {
        code = ledger_handoffs_expire(relay->ledger, sim_wall(simulation), &expired, &error);
        if (code == 0)
            code = ledger_handoff_next(relay->ledger, &next, &error);
        sim_trace(simulation, "relay: %d offers expired", expired);
    }
    if (code == 0)
        code = sim_relay_watch(simulation, &next, &error);
    if (is_dead(simulation))
        return;
    sim_must(simulation, code, &error, "the relay's clock");
    relay->clock_at = next == INT64_MAX ? INT64_MAX : next - SIM_WALL_START;
    if (relay->clock_at <= simulation->now)
        relay->clock_at = simulation->now + 1;
}

static void step(struct simulation *simulation)
{
    struct sim_relay *relay = &simulation->relay;

    if (relay->rung)
        relay_engine_ring(relay->engine);
    relay->rung = false;
    int64_t wait = relay_engine_step(relay->engine);
    if (is_dead(simulation))
        return;
    int64_t next = wait < 0 ? INT64_MAX : simulation->now + (wait > 0 ? wait : 1);
    relay->wake_at = relay->rung ? simulation->now + 1 : next;
}

int64_t sim_relay_due(const struct simulation *simulation)
{
    const struct sim_relay *relay = &simulation->relay;

    if (!relay->on)
        return INT64_MAX;
    int64_t due = relay->wake_at < relay->clock_at ? relay->wake_at : relay->clock_at;
    return due > relay->up_at ? due : relay->up_at;
}

void sim_relay_run(struct simulation *simulation)
{
    struct sim_relay *relay = &simulation->relay;

    relay->up_at = 0;
    if (relay->clock_at <= simulation->now)
        expire(simulation);
    else
        step(simulation);
    while (simulation->changed)
        sim_server_ring(simulation);
}

void sim_relay_take(struct simulation *simulation, const struct sim_message *message)
{
    struct sim_relay *relay = &simulation->relay;
    struct error error = ERROR_INIT;
    enum sync_lane lane = message->lane;

    if (!relay->open[lane] || relay->serial[lane] != message->serial)
        return;
    if (sim_strikes(simulation, SIM_RELAY_POWER))
        sim_disk_die(relay->disk, 1 + (long)sim_random(simulation, 20));
    relay->open[lane] = false;
    if (message->status == 0) {
        int code = error_set(&error, ERROR_OFFLINE, "%s", message->complaint);
        relay_engine_reply(relay->engine, lane, code, NULL, &error);
    } else {
        struct http_reply reply = {
            .status = message->status, .body = message->body, .length = message->length};
        sim_trace(simulation, "relay lane %d: status %d", (int)lane, message->status);
        relay_engine_reply(relay->engine, lane, 0, &reply, NULL);
        relay->unaware = relay->unaware && lane != SYNC_LANE_WORK;
    }
    if (!is_dead(simulation))
        step(simulation);
    while (simulation->changed)
        sim_server_ring(simulation);
}

bool sim_relay_is_quiet(struct simulation *simulation)
{
    struct sim_relay *relay = &simulation->relay;
    struct relay_status status;
    int64_t waiting = 0;

    if (!relay->on)
        return true;
    relay_board_get(relay->board, &status);
    return ledger_upward_count(relay->ledger, &waiting, NULL) == 0 && waiting == 0 && status.up &&
           !relay->rung && !relay->open[SYNC_LANE_WORK] && relay->open[SYNC_LANE_BELL] &&
           sim_bell_hangs(simulation, SIM_RELAY, relay->serial[SYNC_LANE_BELL]);
}

/* --- what its terminals ask ------------------------------------------------------------------- */

bool sim_relay_apply(struct simulation *simulation, const struct ledger_actor *actor,
                     struct operation **operations, struct ledger_outcome *outcomes, size_t count)
{
    struct sim_relay *relay = &simulation->relay;
    struct error error = ERROR_INIT;

    if (sim_strikes(simulation, SIM_RELAY_POWER))
        sim_disk_die(relay->disk, 1 + (long)sim_random(simulation, 20));
    int code = ledger_apply(relay->ledger, actor, operations, count, sim_wall(simulation), outcomes,
                            &error);
    if (is_dead(simulation))
        return false;
    sim_must(simulation, code, &error, "applying a batch at the relay");
    for (size_t i = 0; i < count; i++) {
        struct sim_made *made = sim_made_find(simulation, operations[i]->id.text);

        if (made != NULL && relay->unaware && outcomes[i].kind == LEDGER_REFUSED)
            made->misjudged = true;
        sim_trace(simulation, "  at the relay %s: %d %s", operations[i]->id.text,
                  (int)outcomes[i].kind, merge_refusal_name(outcomes[i].refusal));
        if (simulation->plant == SIM_PLANT_RELAY_DECIDES && outcomes[i].kind == LEDGER_LATER)
            outcomes[i] =
                (struct ledger_outcome){.kind = LEDGER_APPLIED, .rev = operations[i]->base + 1};
    }
    return true;
}

json_t *sim_relay_members(struct simulation *simulation, const struct sim_message *request)
{
    const char *told_text = strstr(request->path, "told=");
    struct error error = ERROR_INIT;
    json_t *members = NULL;

    sim_must(simulation,
             feed_page_members(simulation->relay.ledger, simulation->relay.board,
                               &simulation->terminals[request->terminal].actor.agent,
                               told_text == NULL ? 0 : strtoll(told_text + 5, NULL, 10), &members,
                               &error),
             &error, "what is told");
    return members;
}

/* --- what it asks of the centre --------------------------------------------------------------- */

static void answer_office(struct simulation *simulation, struct sim_message *request)
{
    const struct sim_relay *relay = &simulation->relay;
    struct error error = ERROR_INIT;
    struct ledger_relay account;
    json_t *agents = NULL;

    sim_must(simulation, ledger_relay_find(simulation->ledger, relay->token, &account, &error),
             &error, "a relay's account");
    sim_must(simulation,
             ledger_relay_verifiers(simulation->ledger, &relay->account, &agents, &error), &error,
             "verifiers");
    json_t *document =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "relay", relay->account.id.text, "office",
                  relay->account.office, "feed", ledger_feed(simulation->ledger), "protocol",
                  PROTOCOL_VERSION, "carried", account.carried.text, "agents", agents, "time",
                  json_time(sim_wall(simulation)));
    sim_answer(simulation, request, 200, json_dumps(document, JSON_COMPACT), -1);
    json_decref(document);
}

static void answer_operations(struct simulation *simulation, struct sim_message *request)
{
    static struct ledger_carried carried[500];
    static struct ledger_outcome outcomes[500];
    enum compression compression = COMPRESSION_IDENTITY;
    struct error error = ERROR_INIT;
    char *plain = NULL;
    size_t length = 0, count = 0, index;
    json_t *document = NULL, *one, *answers = json_array();

    if (request->encoding[0] != '\0')
        (void)compression_from_name(&compression, request->encoding);
    sim_must(simulation,
             decompress_bytes(compression, request->body, request->length, BATCH_BYTES, &plain,
                              &length, &error),
             &error, "unpacking what is carried");
    sim_must(simulation, json_read(&document, plain, length, length, "batch", &error), &error,
             "reading what is carried");
    free(plain);
    if (!sim_history_holds(simulation, request, 0, "", json_text_or(document, "made", ""),
                           json_text_or(document, "shown", ""))) {
        json_decref(answers);
        json_decref(document);
        return;
    }
    json_array_foreach(json_object_get(document, "operations"), index, one)
    {
        carried[count] = (struct ledger_carried){0};
        outcomes[count] = (struct ledger_outcome){0};
        sim_must(simulation, operation_from_json(&carried[count].operation, one, &error), &error,
                 "reading a carried operation");
        (void)id_parse(&carried[count++].after, json_text_or(one, "after", ""));
    }
    if (sim_strikes(simulation, SIM_SERVER_DISK))
        sim_disk_die(simulation->ledger_disk, 1 + (long)sim_random(simulation, 20));
    int code = ledger_relay_apply(simulation->ledger, &simulation->relay.account, carried, count,
                                  sim_wall(simulation), outcomes, &error);
    bool dead = sim_disk_is_dead(simulation->ledger_disk);
    if (dead) {
        simulation->thresholds_unknown = true; /* what the relay says of them may be in it */
        sim_server_restart(simulation, SIM_LOSES_POWER);
        sim_answer_failure(simulation, request, 50, "the server went away");
    } else {
        sim_disk_die(simulation->ledger_disk, 0);
        sim_must(simulation, code, &error, "applying what is carried");
        for (size_t i = 0; i < count; i++)
            sim_trace(simulation, "  carried %s %s %s: %d %s rev %" PRId64,
                      operation_kind_name(carried[i].operation->kind),
                      record_type_name(carried[i].operation->type), carried[i].operation->id.text,
                      (int)outcomes[i].kind, merge_refusal_name(outcomes[i].refusal),
                      outcomes[i].rev);
        for (size_t i = 0; i < count; i++)
            if (outcomes[i].kind == LEDGER_APPLIED && carried[i].operation->type == RECORD_ALERT)
                sim_alert_carried(simulation, carried[i].operation);
        for (size_t i = 0; i < count; i++)
            json_array_append_new(
                answers, sim_outcome(simulation, &carried[i].operation->id, &outcomes[i], false));
        json_t *answer = json_pack("{s:O}", "outcomes", answers);
        sim_epoch_tell(simulation, request, outcomes, count, answer);
        sim_answer(simulation, request, 200, json_dumps(answer, JSON_COMPACT), -1);
        json_decref(answer);
    }
    for (size_t i = 0; i < count; i++) {
        operation_free(carried[i].operation);
        ledger_outcome_clear(&outcomes[i]);
    }
    json_decref(answers);
    json_decref(document);
}

bool sim_relay_look(struct simulation *simulation, const struct sim_message *request)
{
    bool catalogue = strstr(request->path, "scope=catalogue") != NULL;
    bool waits = request->place == SIM_AT_SERVER ? request->due > simulation->now
                                                 : sim_parameter(request, "wait=", 0) > 0;
    int64_t known = sim_parameter(request, "&catalogue=", -1);
    struct scope_set scopes = {0};
    struct ledger_page page = {0};
    char digest[LEDGER_DIGEST_SIZE] = "";
    struct error error = ERROR_INIT;

    if (catalogue)
        sim_must(simulation, scope_set_add(&scopes, "", LEDGER_CATALOGUE_SCOPE, &error), &error,
                 "scopes");
    else
        sim_must(simulation,
                 ledger_relay_scopes(simulation->ledger, &simulation->relay.account, &scopes,
                                     digest, &error),
                 &error, "scopes of a relay");
    sim_must(simulation,
             ledger_changes(simulation->ledger, &scopes, sim_parameter(request, "since=", 0),
                            (size_t)sim_parameter(request, "limit=", 200), NULL, &page, &error),
             &error, "reading changes for a relay");
    bool over = !waits || feed_page_is_news(&page, known);
    if (over) {
        json_t *document = NULL;
        sim_must(simulation,
                 feed_page_relay(simulation->ledger, &scopes, digest, &page, sim_wall(simulation),
                                 &document, &error),
                 &error, "a page for a relay");
        sim_answer(simulation, request, 200, json_dumps(document, JSON_COMPACT), -1);
        json_decref(document);
    }
    ledger_page_clear(&page);
    if (catalogue) { /* its long poll, which hangs meanwhile, hears of more */
        scope_set_free(&scopes);
        return over;
    }
    scope_set_free(&simulation->relay.heard);
    sim_must(simulation, scope_set_add(&scopes, "", LEDGER_CATALOGUE_SCOPE, &error), &error,
             "scopes");
    simulation->relay.heard = scopes;
    return over;
}

/* Whether the relay has read this history of the centre: false, and answered, when it has not. */
static bool history_holds(struct simulation *simulation, const struct sim_message *request)
{
    char feed[ID_TEXT_LENGTH + 1], epoch[LEDGER_EPOCH_SIZE], made[ID_TEXT_LENGTH + 1],
        shown[LEDGER_SHOWN_LIMIT];
    int64_t since = sim_parameter(request, "since=", 0);

    sim_word_parameter(request, "epoch=", epoch, sizeof epoch);
    if (strncmp(request->path, "/v1/relay/changes", 17) == 0)
        return sim_history_holds(simulation, request, since, epoch, "", "");
    sim_word_parameter(request, "feed=", feed, sizeof feed);
    sim_word_parameter(request, "made=", made, sizeof made);
    sim_word_parameter(request, "shown=", shown, sizeof shown);
    return strcmp(feed, ledger_feed(simulation->ledger)) != 0 ||
           sim_history_holds(simulation, request, since, epoch, made, shown);
}

bool sim_relay_serve(struct simulation *simulation, struct sim_message *request)
{
    if (strcmp(request->path, "/v1/relay/operations") == 0)
        answer_operations(simulation, request);
    else if (request->place == SIM_TO_SERVER && !history_holds(simulation, request))
        return true;
    else if (strncmp(request->path, "/v1/relay/changes", 17) != 0)
        answer_office(simulation, request);
    else if (!sim_relay_look(simulation, request)) {
        request->due =
            simulation->now + sim_parameter(request, "wait=", 0) * 1000 *
                                  (simulation->year == NULL ? 1 : simulation->year->wait_stretch);
        request->place = SIM_AT_SERVER;
        sim_post(simulation, request);
        return false;
    }
    return true;
}
