/* The server of the simulator: the real ledger, with routes that answer as the real ones do. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/binary.h"
#include "app/json.h"
#include "tests/sim/sim_disk.h"

/* The listener must not look itself: it is called inside the ledger. */
static void ledger_changed(void *context, const struct ledger_changed *changed)
{
    struct simulation *simulation = context;
    struct ledger_changed *rung = &simulation->rung;
    bool same = id_is_empty(&rung->device) || id_equal(&rung->device, &changed->device);

    simulation->changed = true;
    if (changed->others.count > 0 && same)
        rung->device = changed->device;
    if (scope_set_add_all(&rung->scopes, &changed->scopes, NULL) != 0 ||
        scope_set_add_all(same ? &rung->others : &rung->scopes, &changed->others, NULL) != 0)
        abort();
}

static void open_ledger(struct simulation *simulation)
{
    struct error error = ERROR_INIT;

    sim_must(simulation, ledger_open(&simulation->ledger, simulation->ledger_path, &error), &error,
             "opening the ledger");
    ledger_listen(simulation->ledger, ledger_changed, simulation);
    sim_clock_listen(simulation);
}

void sim_server_begin(struct simulation *simulation)
{
    struct error error = ERROR_INIT;

    sim_must(simulation, ledger_create(simulation->ledger_path, &error), &error,
             "making the ledger");
    open_ledger(simulation);
    sim_queues_begin(simulation);
}

void sim_server_move(struct simulation *simulation, struct sim_terminal *terminal)
{
    terminal->moved = true;
    sim_agent_change(simulation, terminal);
    sim_trace(simulation, "%s now works in %s", terminal->login, terminal->office);
}

void sim_server_restart(struct simulation *simulation, enum sim_ending ending)
{
    sim_trace(simulation, "server restarts");
    if (sim_disk_is_dead(simulation->ledger_disk))
        ending = SIM_LOSES_POWER;
    sim_query_forget(simulation->ledger_path);
    if (ending != SIM_QUITS)
        sim_disk_kill(simulation->ledger_disk);
    ledger_close(simulation->ledger);
    sim_disk_die(simulation->ledger_disk, 0);
    if (ending >= SIM_LOSES_POWER || sim_disk_is_dead(simulation->ledger_disk))
        sim_disk_cut_power(simulation->ledger_disk);
    bool restored = ending == SIM_IS_RESTORED && sim_disk_put_back(simulation->ledger_disk);
    open_ledger(simulation);
    if (restored) {
        sim_trace(simulation, "server is restored");
        simulation->restored = true;
        /* Who works where is put right by hand. */
        for (int i = 0; i < simulation->terminal_count; i++)
            sim_agent_publish(simulation, &simulation->terminals[i]);
    }
    simulation->server_up_at = simulation->now + (int64_t)sim_random(simulation, 20000);
    sim_clock_restart(simulation, restored);
    /* Restoring takes a while: what was under way to the server has long been given up. */
    sim_messages_fail(simulation, false, restored);
}

void sim_messages_fail(struct simulation *simulation, bool relay, bool coming)
{
    for (size_t i = 0; i < simulation->message_count;) {
        struct sim_message *message = simulation->messages[i];
        if (message->at_relay != relay ||
            (message->place != SIM_AT_SERVER && !(coming && message->place == SIM_TO_SERVER))) {
            i++;
            continue;
        }
        simulation->messages[i] = simulation->messages[--simulation->message_count];
        sim_answer_failure(simulation, message, 50, "the server went away");
        sim_message_free(message);
    }
}

/* --- sign-in ---------------------------------------------------------------------------------- */

static void answer_login(struct simulation *simulation, struct sim_message *request)
{
    struct sim_terminal *terminal = &simulation->terminals[request->terminal];
    char now[TIMESTAMP_SIZE];
    json_t *agent = record_to_json(terminal->agent);
    char token[64];
    int64_t head;
    struct error error = ERROR_INIT;

    timestamp_format(sim_wall(simulation), now);
    sim_must(simulation, ledger_head(sim_ledger_at(simulation, request), &head, &error), &error,
             "the head");
    int session = terminal->sessions[request->at_relay];
    (void)snprintf(token, sizeof token, "%c%d.%d", request->at_relay ? 'r' : 't', terminal->number,
                   session);
    json_t *document = json_pack(
        "{s:s, s:s, s:s, s:o, s:s}", "token", token, "expires_at", "2030-01-01T00:00:00Z", "feed",
        ledger_feed(sim_ledger_at(simulation, request)), "agent", agent, "time", now);
    /* Each session is with a server, or of a terminal, of another version than the one before. */
    if ((terminal->number + session) % 2 == 1)
        json_object_set_new(document, "media_types", json_pack("[s]", BINARY_MEDIA_TYPE));
    if (session % 4 != 3) /* and of one that does not tell it */
        json_object_set_new(document, "head", json_integer(head));
    sim_answer(simulation, request, 200, json_dumps(document, JSON_COMPACT), -1);
    json_decref(document);
}

static bool token_holds(const struct simulation *simulation, const struct sim_message *request)
{
    char token[64];

    (void)snprintf(token, sizeof token, "%c%d.%d", request->at_relay ? 'r' : 't', request->terminal,
                   simulation->terminals[request->terminal].sessions[request->at_relay]);
    return strcmp(token, request->token) == 0;
}

int64_t sim_parameter(const struct sim_message *request, const char *name, int64_t absent)
{
    const char *found = strstr(request->path, name);

    return found == NULL ? absent : strtoll(found + strlen(name), NULL, 10);
}

/* The value of a parameter that is a word, "" when it is not there. */
void sim_word_parameter(const struct sim_message *request, const char *name, char *word,
                        size_t size)
{
    const char *found = strstr(request->path, name);

    word[0] = '\0';
    if (found != NULL) {
        found += strlen(name);
        (void)snprintf(word, size, "%.*s", (int)strcspn(found, "&"), found);
    }
}

/* A relay that has not read its catalogue yet knows nobody. */
static bool knows(const struct simulation *simulation, const struct sim_message *request)
{
    struct scope_set scopes = {0};
    int code =
        ledger_desk_scopes(sim_ledger_at(simulation, request),
                           &simulation->terminals[request->terminal].actor.agent, &scopes, NULL);

    scope_set_free(&scopes);
    return code == 0;
}

static void take_of_terminal(struct simulation *simulation, struct sim_message *message)
{
    if (message->at_relay && !knows(simulation, message)) {
        sim_answer(simulation, message, 503, strdup("{\"title\":\"Busy\"}"), 5000);
    } else if (message->place == SIM_TO_SERVER && sim_strikes(simulation, SIM_BUSY)) {
        sim_answer(simulation, message, 503, strdup("{\"title\":\"Busy\"}"),
                   (int64_t)sim_random(simulation, 60000));
    } else if (strcmp(message->path, "/v1/login") == 0) {
        answer_login(simulation, message);
    } else if (sim_strikes(simulation, SIM_SESSION_ENDED) || !token_holds(simulation, message)) {
        if (token_holds(simulation, message))
            simulation->terminals[message->terminal].sessions[message->at_relay]++;
        sim_answer(simulation, message, 401, strdup("{\"title\":\"Unauthorized\"}"), -1);
    } else if (strncmp(message->path, "/v1/changes", 11) == 0) {
        sim_changes_take(simulation, message);
        return;
    } else if (strncmp(message->path, "/v1/files/", 10) == 0) {
        char epoch[LEDGER_EPOCH_SIZE], shown[LEDGER_SHOWN_LIMIT];

        sim_word_parameter(message, "epoch=", epoch, sizeof epoch);
        sim_word_parameter(message, "shown=", shown, sizeof shown);
        if (sim_history_holds(simulation, message, sim_parameter(message, "since=", 0), epoch, "",
                              shown))
            sim_files_take(simulation, message);
    } else if (strcmp(message->path, "/v1/operations") == 0) {
        sim_operations_take(simulation, message);
    } else {
        sim_answer(simulation, message, 404, strdup("{\"title\":\"Not Found\"}"), -1);
    }
    sim_message_free(message);
}

void sim_server_take(struct simulation *simulation, struct sim_message *message)
{
    bool relay = message->at_relay;

    sim_trace(simulation, "%s takes %s of %s", relay ? "relay" : "server", message->path,
              message->terminal == SIM_RELAY ? "the relay"
                                             : simulation->terminals[message->terminal].login);
    if (simulation->now < (relay ? simulation->relay.up_at : simulation->server_up_at)) {
        sim_answer_failure(simulation, message, 50, "connection refused");
        sim_message_free(message);
    } else if (message->terminal != SIM_RELAY) {
        take_of_terminal(simulation, message);
    } else if (sim_relay_serve(simulation, message)) {
        sim_message_free(message);
    }
}
