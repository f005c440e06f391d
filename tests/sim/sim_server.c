/* The server of the simulator: the real ledger, with routes that answer as the real ones do. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/text.h"
#include "net/compress.h"
#include "tests/sim/sim_disk.h"

/* The listener must not look itself: it is called inside the ledger. */
static void ledger_changed(void *context, const struct scope_set *scopes)
{
    struct simulation *simulation = context;

    (void)scopes;
    simulation->changed = true;
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
        if (sim_behind_relay(simulation, message->terminal) != relay ||
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

    timestamp_format(sim_wall(simulation), now);
    (void)snprintf(token, sizeof token, "t%d.%d", terminal->number, terminal->session);
    json_t *document = json_pack(
        "{s:s, s:s, s:s, s:o, s:s}", "token", token, "expires_at", "2030-01-01T00:00:00Z", "feed",
        ledger_feed(sim_ledger_of(simulation, request->terminal)), "agent", agent, "time", now);
    sim_answer(simulation, request, 200, json_dumps(document, JSON_COMPACT), -1);
    json_decref(document);
}

static bool token_holds(const struct simulation *simulation, const struct sim_message *request)
{
    char token[64];

    (void)snprintf(token, sizeof token, "t%d.%d", request->terminal,
                   simulation->terminals[request->terminal].session);
    return strcmp(token, request->token) == 0;
}

/* --- operations ------------------------------------------------------------------------------- */

#define BATCH_MOST 500

struct arrived {
    struct operation *operations[BATCH_MOST];
    struct ledger_outcome outcomes[BATCH_MOST];
    struct id sent_as[BATCH_MOST]; /* the ids as the terminal knows them */
    size_t count;
    bool ungrounded;
    char made[ID_TEXT_LENGTH + 1]; /* what the server has accepted last, as the terminal knows */
    char shown[40];                /* and what it has shown */
};

static void arrived_free(struct arrived *arrived)
{
    for (size_t i = 0; i < arrived->count; i++) {
        operation_free(arrived->operations[i]);
        ledger_outcome_clear(&arrived->outcomes[i]);
    }
    free(arrived);
}

static struct arrived *read_operations(struct simulation *simulation, struct sim_message *request)
{
    struct arrived *arrived = calloc(1, sizeof *arrived);
    enum compression compression = COMPRESSION_IDENTITY;
    struct error error = ERROR_INIT;
    char *plain = NULL;
    size_t length = 0;
    json_t *document = NULL;
    json_t *one;
    size_t index;

    if (arrived == NULL)
        abort();
    if (request->encoding[0] != '\0')
        (void)compression_from_name(&compression, request->encoding);
    sim_must(simulation,
             decompress_bytes(compression, request->body, request->length, 16 * 1024 * 1024, &plain,
                              &length, &error),
             &error, "unpacking a batch");
    sim_must(simulation, json_read(&document, plain, length, length, "batch", &error), &error,
             "reading a batch");
    (void)snprintf(arrived->made, sizeof arrived->made, "%s", json_text_or(document, "made", ""));
    (void)snprintf(arrived->shown, sizeof arrived->shown, "%s",
                   json_text_or(document, "shown", ""));
    arrived->ungrounded = json_bool_or(document, "ungrounded", false);
    json_array_foreach(json_object_get(document, "operations"), index, one)
    {
        struct operation *operation = NULL;
        const struct ledger_actor *actor = &simulation->terminals[request->terminal].actor;
        sim_must(simulation, operation_complete(one, &actor->agent, &actor->device, &error), &error,
                 "completing an operation");
        sim_must(simulation, operation_from_json(&operation, one, &error), &error,
                 "reading an operation");
        struct sim_made *made = sim_made_find(simulation, operation->id.text);
        arrived->sent_as[arrived->count] = operation->id;
        if (made == NULL)
            sim_break(simulation, "operation %s came to the server, and nobody made it",
                      operation->id.text);
        else if (made->arrivals++ > 0 && simulation->plant == SIM_PLANT_NEW_ID_ON_RETRY)
            operation->id =
                id_generate(&simulation->terminals[request->terminal].ids, sim_wall(simulation));
        if (simulation->plant == SIM_PLANT_TEXT_CHANGED && operation->type == RECORD_NOTE)
            json_object_set_new(operation->body, "text", json_string("other words"));
        arrived->operations[arrived->count++] = operation;
    }
    json_decref(document);
    free(plain);
    return arrived;
}

/* Makes an acceptance or a call that was refused look like a good one. */
static void let_win(struct simulation *simulation, const struct operation *operation,
                    struct ledger_outcome *outcome)
{
    sqlite3 *database = NULL;
    char text[200];

    if (outcome->kind != LEDGER_REFUSED)
        return;
    ledger_outcome_clear(outcome);
    *outcome = (struct ledger_outcome){.kind = LEDGER_APPLIED, .rev = operation->base + 1};
    (void)snprintf(text, sizeof text,
                   "UPDATE operation SET refusal = NULL, rev = (SELECT rev FROM record WHERE "
                   "record.id = operation.record) WHERE id = '%s'",
                   operation->id.text);
    if (sqlite3_open(simulation->ledger_path, &database) != SQLITE_OK ||
        sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK)
        abort();
    sqlite3_close(database);
}

static bool wins_too(enum sim_plant plant, const struct sim_made *made,
                     const struct ledger_outcome *outcome)
{
    bool unfit = outcome->refusal == MERGE_UNFIT;

    return (plant == SIM_PLANT_TWO_WINNERS && made->accepts && !unfit) ||
           (plant == SIM_PLANT_UNFIT_WINNER && made->accepts && unfit) ||
           (plant == SIM_PLANT_TICKET_TWICE && made->type == RECORD_TICKET &&
            strcmp(made->state, "called") == 0);
}

/* False when the server's disk died in the middle of it. */
static bool apply(struct simulation *simulation, int terminal, struct arrived *arrived,
                  size_t count)
{
    struct error error = ERROR_INIT;

    if (count == 0)
        return true;
    if (simulation->plant == SIM_PLANT_SETTLED_UNAPPLIED && sim_random(simulation, 4) == 0) {
        for (size_t i = 0; i < count; i++)
            arrived->outcomes[i] = (struct ledger_outcome){.kind = LEDGER_APPLIED,
                                                           .rev = arrived->operations[i]->base + 1};
        return true;
    }
    if (sim_strikes(simulation, SIM_SERVER_DISK))
        sim_disk_die(simulation->ledger_disk, 1 + (long)sim_random(simulation, 20));
    struct ledger_actor actor = simulation->terminals[terminal].actor;
    actor.ungrounded = arrived->ungrounded;
    int code = ledger_apply(simulation->ledger, &actor, arrived->operations, count,
                            sim_wall(simulation), arrived->outcomes, &error);
    if (sim_disk_is_dead(simulation->ledger_disk))
        return false;
    sim_disk_die(simulation->ledger_disk, 0);
    sim_must(simulation, code, &error, "applying a batch");
    for (size_t i = 0; i < count; i++) {
        struct ledger_outcome *outcome = &arrived->outcomes[i];
        const struct sim_made *made = sim_made_find(simulation, arrived->sent_as[i].text);
        if (made != NULL && wins_too(simulation->plant, made, outcome))
            let_win(simulation, arrived->operations[i], outcome);
        if (outcome->kind == LEDGER_APPLIED && made != NULL && made->accepts)
            sim_check_winner(simulation, made);
        simulation->totals.repeated += outcome->kind == LEDGER_REPEATED;
        sim_trace(simulation, "  %s %s %s: %s rev %" PRId64,
                  operation_kind_name(arrived->operations[i]->kind),
                  record_type_name(arrived->operations[i]->type), arrived->sent_as[i].text,
                  outcome->kind == LEDGER_APPLIED    ? "applied"
                  : outcome->kind == LEDGER_REPEATED ? "repeated"
                                                     : merge_refusal_name(outcome->refusal),
                  outcome->rev);
    }
    return true;
}

json_t *sim_outcome(const struct simulation *simulation, const struct id *id,
                    const struct ledger_outcome *outcome, bool brief)
{
    json_t *answer = json_pack("{s:s}", "id", id->text);

    if (outcome->kind == LEDGER_LATER) {
        json_object_set_new(answer, "outcome", json_string("later"));
        return answer;
    }
    if (brief && outcome->kind == LEDGER_APPLIED && !outcome->conflict) {
        json_decref(answer);
        return json_pack("[I, I]", (json_int_t)outcome->rev, (json_int_t)outcome->seq);
    }
    if (outcome->kind == LEDGER_REFUSED && simulation->plant == SIM_PLANT_REFUSAL_SWALLOWED) {
        json_object_set_new(answer, "outcome", json_string("applied"));
        json_object_set_new(answer, "rev", json_integer(1));
        return answer;
    }
    if (outcome->kind == LEDGER_REFUSED) {
        json_object_set_new(answer, "outcome", json_string("refused"));
        json_object_set_new(answer, "reason", json_string(merge_refusal_name(outcome->refusal)));
        if (outcome->record != NULL)
            json_object_set(answer, "record", outcome->record);
    } else {
        json_object_set_new(answer, "outcome",
                            json_string(outcome->kind == LEDGER_REPEATED ? "repeated" : "applied"));
        json_object_set_new(answer, "rev", json_integer(outcome->rev));
        json_object_set_new(answer, "seq", json_integer(outcome->seq));
        if (outcome->conflict)
            json_object_set_new(answer, "conflict", json_true());
    }
    if (outcome->field[0] != '\0')
        json_object_set_new(answer, "field", json_string(outcome->field));
    return answer;
}

/* In the order of the request; but what a relay's centre is yet to decide comes last, with ids. */
static json_t *outcomes_of(const struct simulation *simulation, const struct arrived *arrived)
{
    json_t *outcomes = json_array();
    bool late = false;

    for (size_t i = 0; i < arrived->count; i++)
        late |= arrived->outcomes[i].kind == LEDGER_LATER;
    for (int turn = 0; turn <= 1; turn++)
        for (size_t i = 0; i < arrived->count; i++)
            if ((arrived->outcomes[i].kind == LEDGER_LATER) == (turn == 1))
                json_array_append_new(outcomes, sim_outcome(simulation, &arrived->sent_as[i],
                                                            &arrived->outcomes[i], !late));
    return outcomes;
}

static bool apply_at_relay(struct simulation *simulation, int terminal, struct arrived *arrived)
{
    struct ledger_actor actor = simulation->terminals[terminal].actor;

    actor.ungrounded = arrived->ungrounded;
    return sim_relay_apply(simulation, &actor, arrived->operations, arrived->outcomes,
                           arrived->count);
}

static void take_operations(struct simulation *simulation, struct sim_message *request)
{
    bool relay = sim_behind_relay(simulation, request->terminal);
    struct arrived *arrived = read_operations(simulation, request);
    char now[TIMESTAMP_SIZE];

    if (!sim_history_holds(simulation, request, 0, "", arrived->made, arrived->shown)) {
        arrived_free(arrived);
        return;
    }
    /* Mid-batch: a part of it is in the ledger and nothing of it was answered. */
    if (!relay && sim_strikes(simulation, SIM_SERVER_RESTART)) {
        (void)apply(simulation, request->terminal, arrived,
                    sim_random(simulation, arrived->count + 1));
        sim_server_restart(simulation, SIM_LOSES_POWER);
        sim_answer_failure(simulation, request, 50, "the server went away");
        arrived_free(arrived);
        return;
    }
    if (relay && !apply_at_relay(simulation, request->terminal, arrived)) {
        sim_answer_failure(simulation, request, 50, "the relay went away");
        arrived_free(arrived);
        return;
    }
    if (!relay && !apply(simulation, request->terminal, arrived, arrived->count)) {
        sim_server_restart(simulation, SIM_LOSES_POWER);
        sim_answer_failure(simulation, request, 50, "the server went away");
        arrived_free(arrived);
        return;
    }
    json_t *outcomes = outcomes_of(simulation, arrived);
    timestamp_format(sim_wall(simulation), now);
    json_t *document = json_pack("{s:o, s:s}", "outcomes", outcomes, "time", now);
    sim_epoch_tell(simulation, request->terminal, arrived->outcomes, arrived->count, document);
    sim_answer(simulation, request, 200, json_dumps(document, JSON_COMPACT), -1);
    json_decref(document);
    arrived_free(arrived);
}

/* --- changes ---------------------------------------------------------------------------------- */

int64_t sim_parameter(const struct sim_message *request, const char *name, int64_t absent)
{
    const char *found = strstr(request->path, name);

    return found == NULL ? absent : strtoll(found + strlen(name), NULL, 10);
}

static void answer_page(struct simulation *simulation, const struct sim_message *request,
                        struct ledger_page *page, const json_t *members, bool catalogue)
{
    char *more = members == NULL ? NULL : json_dumps(members, JSON_COMPACT);
    struct text_buffer body = {0};
    char now[TIMESTAMP_SIZE];
    bool robbed = simulation->plant == SIM_PLANT_CURSOR_WITHOUT_PAGE && !catalogue &&
                  page->count > 0 && sim_random(simulation, 4) == 0;

    if (simulation->plant == SIM_PLANT_CURSOR_AHEAD && !catalogue && page->count > 0)
        page->next++;
    timestamp_format(sim_wall(simulation), now);
    text_buffer_add_format(&body, "{\"feed\":\"%s\",\"next\":%" PRId64 ",\"more\":%s,\"records\":[",
                           ledger_feed(sim_ledger_of(simulation, request->terminal)), page->next,
                           page->more ? "true" : "false");
    if (!robbed)
        text_buffer_add(&body, page->records, page->length);
    if (page->gone_count > 0)
        text_buffer_add_format(&body, "],\"gone\":[%s", page->gone);
    text_buffer_add_format(
        &body, "],\"catalogue\":%" PRId64 ",\"head\":%" PRId64 ",\"epoch\":\"%s\",\"time\":\"%s\"",
        page->catalogue, page->head, page->epoch, now);
    text_buffer_add_format(&body, "%s%s", more == NULL ? "}" : ",", more == NULL ? "" : more + 1);
    free(more);
    sim_trace(simulation, "  page of %zu records, next %" PRId64, page->count, page->next);
    sim_answer(simulation, request, 200, text_buffer_take(&body), -1);
}

/* What a relay tells besides records ends the wait. */
static bool has_news(const struct sim_message *request, const json_t *members)
{
    int64_t known = sim_parameter(request, "&relay=", -1);
    int64_t version = json_integer_or(json_object_get(members, "relay"), "version", 0);

    return members != NULL && (json_array_size(json_object_get(members, "told")) > 0 ||
                               (known >= 0 && version != known));
}

struct leak {
    const struct sim_terminal *terminal;
    struct scope_set *scopes;
};

static void leak_scope(void *context, sqlite3_stmt *row)
{
    struct leak *leak = context;
    const char *name = sim_column(row, 0);
    char queue[64];

    (void)snprintf(queue, sizeof queue, "%.*s", (int)strcspn(name + strlen("queue:"), "\t"),
                   name + strlen("queue:"));
    if (sim_agent_serves(leak->terminal, queue) && scope_set_add(leak->scopes, "", name, NULL) != 0)
        abort();
}

/* Answers now, or lets the message wait. True when it was answered. */
static bool look(struct simulation *simulation, const struct sim_message *request)
{
    bool catalogue = strstr(request->path, "scope=catalogue") != NULL;
    bool waits = request->place == SIM_AT_SERVER ? request->due > simulation->now
                                                 : sim_parameter(request, "wait=", 0) > 0;
    int64_t known = sim_parameter(request, "&catalogue=", -1);
    struct scope_set scopes = {0};
    struct ledger_page page = {0};
    struct error error = ERROR_INIT;

    if (catalogue)
        sim_must(simulation, scope_set_add(&scopes, "", LEDGER_CATALOGUE_SCOPE, &error), &error,
                 "scopes");
    else
        sim_must(simulation,
                 ledger_desk_scopes(sim_ledger_of(simulation, request->terminal),
                                    &simulation->terminals[request->terminal].actor.agent, &scopes,
                                    &error),
                 &error, "scopes of a desk");
    if (simulation->plant == SIM_PLANT_SCOPE_LEAK && !catalogue)
        sim_must(simulation, scope_set_add(&scopes, "office:", "sample/a", &error), &error,
                 "scopes");
    if (simulation->plant == SIM_PLANT_SKILL_LEAK && !catalogue) {
        struct leak leak = {&simulation->terminals[request->terminal], &scopes};
        sim_query(simulation, "SELECT name FROM scope WHERE name LIKE 'queue:%'", NULL, leak_scope,
                  &leak);
    }
    sim_must(simulation,
             ledger_changes_but_old(
                 sim_ledger_of(simulation, request->terminal), &scopes,
                 sim_parameter(request, "since=", 0), (size_t)sim_parameter(request, "limit=", 500),
                 sim_parameter(request, "merge=", 0) == MERGE_VERSION
                     ? &simulation->terminals[request->terminal].actor.device
                     : NULL,
                 &(struct ledger_old){sim_parameter(request, "&old=", 0),
                                      sim_parameter(request, "&until=", 0),
                                      simulation->terminals[request->terminal].actor.device},
                 &page, &error),
             &error, "reading changes");
    json_t *members = sim_behind_relay(simulation, request->terminal) && !catalogue
                          ? sim_relay_members(simulation, request)
                          : NULL;
    bool over = page.count > 0 || page.gone_count > 0 || page.more || !waits ||
                (known >= 0 && page.catalogue > known) || has_news(request, members);
    if (over)
        answer_page(simulation, request, &page, members, catalogue);
    json_decref(members);
    ledger_page_clear(&page);
    scope_set_free(&scopes);
    return over;
}

/* The value of a parameter that is a word, "" when it is not there. */
static void word_parameter(const struct sim_message *request, const char *name, char *word,
                           size_t size)
{
    const char *found = strstr(request->path, name);

    word[0] = '\0';
    if (found != NULL) {
        found += strlen(name);
        (void)snprintf(word, size, "%.*s", (int)strcspn(found, "&"), found);
    }
}

static void take_changes(struct simulation *simulation, struct sim_message *request)
{
    char epoch[LEDGER_EPOCH_SIZE], made[ID_TEXT_LENGTH + 1], shown[40];

    word_parameter(request, "epoch=", epoch, sizeof epoch);
    word_parameter(request, "made=", made, sizeof made);
    word_parameter(request, "shown=", shown, sizeof shown);
    if (request->place == SIM_TO_SERVER &&
        !sim_history_holds(simulation, request, sim_parameter(request, "since=", 0), epoch, made,
                           shown)) {
        sim_message_free(request);
        return;
    }
    if (look(simulation, request)) {
        sim_message_free(request);
        return;
    }
    request->due = simulation->now + sim_parameter(request, "wait=", 0) * 1000;
    request->place = SIM_AT_SERVER;
    sim_post(simulation, request);
}

void sim_server_ring(struct simulation *simulation)
{
    simulation->changed = false;
    for (size_t i = 0; i < simulation->message_count;) {
        struct sim_message *message = simulation->messages[i];
        /* Answers are appended behind; the place is then filled with the last one. */
        if (message->place == SIM_AT_SERVER &&
            (message->terminal == SIM_RELAY ? sim_relay_look(simulation, message)
                                            : look(simulation, message))) {
            simulation->messages[i] = simulation->messages[--simulation->message_count];
            sim_message_free(message);
        } else {
            i++;
        }
    }
}

/* A relay that has not read its catalogue yet knows nobody. */
static bool knows(const struct simulation *simulation, int terminal)
{
    struct scope_set scopes = {0};
    int code = ledger_desk_scopes(sim_ledger_of(simulation, terminal),
                                  &simulation->terminals[terminal].actor.agent, &scopes, NULL);

    scope_set_free(&scopes);
    return code == 0;
}

static void take_of_terminal(struct simulation *simulation, struct sim_message *message)
{
    if (!knows(simulation, message->terminal)) {
        sim_answer(simulation, message, 503, strdup("{\"title\":\"Busy\"}"), 5000);
    } else if (message->place == SIM_TO_SERVER && sim_strikes(simulation, SIM_BUSY)) {
        sim_answer(simulation, message, 503, strdup("{\"title\":\"Busy\"}"),
                   (int64_t)sim_random(simulation, 60000));
    } else if (strcmp(message->path, "/v1/login") == 0) {
        answer_login(simulation, message);
    } else if (sim_strikes(simulation, SIM_SESSION_ENDED) || !token_holds(simulation, message)) {
        if (token_holds(simulation, message))
            simulation->terminals[message->terminal].session++;
        sim_answer(simulation, message, 401, strdup("{\"title\":\"Unauthorized\"}"), -1);
    } else if (strncmp(message->path, "/v1/changes", 11) == 0) {
        take_changes(simulation, message);
        return;
    } else if (strncmp(message->path, "/v1/files/", 10) == 0) {
        char epoch[LEDGER_EPOCH_SIZE];

        word_parameter(message, "epoch=", epoch, sizeof epoch);
        if (sim_history_holds(simulation, message, sim_parameter(message, "since=", 0), epoch, "",
                              ""))
            sim_files_take(simulation, message);
    } else if (strcmp(message->path, "/v1/operations") == 0) {
        take_operations(simulation, message);
    } else {
        sim_answer(simulation, message, 404, strdup("{\"title\":\"Not Found\"}"), -1);
    }
    sim_message_free(message);
}

void sim_server_take(struct simulation *simulation, struct sim_message *message)
{
    bool relay = sim_behind_relay(simulation, message->terminal);

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
