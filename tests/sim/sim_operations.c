/* The simulator's server takes operations: from a request into the real ledger, and the answer. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/ticket_roll.h"
#include "net/compress.h"
#include "net/operations_sent.h"
#include "tests/sim/sim_disk.h"

#define BATCH_MOST 500

struct arrived {
    struct operations_sent sent; /* what the operations were read from, and those in binary form are
                                    opened from */
    struct operation *operations[BATCH_MOST];
    struct ledger_outcome outcomes[BATCH_MOST];
    struct id sent_as[BATCH_MOST]; /* the ids as the terminal knows them */
    size_t count;
    bool ungrounded;
    bool elsewhere;
    char made[ID_TEXT_LENGTH + 1];  /* what the server has accepted last, as the terminal knows */
    char shown[LEDGER_SHOWN_LIMIT]; /* and what it has shown */
};

static void arrived_free(struct arrived *arrived)
{
    for (size_t i = 0; i < arrived->count; i++) {
        operation_free(arrived->operations[i]);
        ledger_outcome_clear(&arrived->outcomes[i]);
    }
    operations_sent_free(&arrived->sent);
    free(arrived);
}

static void read_sent(struct simulation *simulation, const struct sim_message *request,
                      struct operations_sent *sent)
{
    enum compression compression = COMPRESSION_IDENTITY;
    struct error error = ERROR_INIT;
    char *plain = NULL;
    size_t length = 0;
    json_t *document = NULL;

    if (request->encoding[0] != '\0')
        (void)compression_from_name(&compression, request->encoding);
    sim_must(simulation,
             decompress_bytes(compression, request->body, request->length, 16 * 1024 * 1024, &plain,
                              &length, &error),
             &error, "unpacking a batch");
    simulation->totals.batches++;
    if (request->binary) {
        sim_must(simulation, operations_sent_binary(sent, plain, length, &error), &error,
                 "reading a batch in binary form");
        simulation->totals.binary++;
        return;
    }
    sim_must(simulation, json_read(&document, plain, length, length, "batch", &error), &error,
             "reading a batch");
    operations_sent_json(sent, document);
    free(plain);
}

static void change_text(struct operation *operation)
{
    (void)operation_open(operation, NULL);
    operation->closed = NULL;
    json_object_set_new(operation->body, "text", json_string("other words"));
}

static struct arrived *read_operations(struct simulation *simulation, struct sim_message *request)
{
    const struct ledger_actor *actor = &simulation->terminals[request->terminal].actor;
    struct arrived *arrived = calloc(1, sizeof *arrived);
    struct error error = ERROR_INIT;

    if (arrived == NULL)
        abort();
    read_sent(simulation, request, &arrived->sent);
    const json_t *head = arrived->sent.head;
    (void)snprintf(arrived->made, sizeof arrived->made, "%s", json_text_or(head, "made", ""));
    (void)snprintf(arrived->shown, sizeof arrived->shown, "%s", json_text_or(head, "shown", ""));
    arrived->ungrounded = json_bool_or(head, "ungrounded", false);
    arrived->elsewhere = json_bool_or(head, "elsewhere", false);
    for (size_t index = 0; index < arrived->sent.count; index++) {
        struct operation *operation = NULL;
        sim_must(simulation,
                 operations_sent_read(&arrived->sent, index, &actor->agent, &actor->device,
                                      &operation, &error),
                 &error, "reading an operation");
        struct sim_made *made = sim_made_find(simulation, operation->id.text);
        arrived->sent_as[arrived->count] = operation->id;
        if (made == NULL)
            sim_break(simulation, "operation %s came to the server, and nobody made it",
                      operation->id.text);
        else if (made->arrivals++ > 0 && simulation->plant == SIM_PLANT_NEW_ID_ON_RETRY)
            operation->id =
                id_generate(&simulation->terminals[request->terminal].ids, sim_wall(simulation));
        if (simulation->plant == SIM_PLANT_TEXT_CHANGED && operation->type == RECORD_NOTE)
            change_text(operation);
        arrived->operations[arrived->count++] = operation;
    }
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
        struct sim_made *made = sim_made_find(simulation, arrived->sent_as[i].text);
        if (made != NULL && outcome->kind == LEDGER_REFUSED && made->type == RECORD_ROLL &&
            strcmp(outcome->field, TICKET_ROLL_REFUSED) == 0)
            made->misplaced = true;
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
    actor.elsewhere = arrived->elsewhere;
    return sim_relay_apply(simulation, &actor, arrived->operations, arrived->outcomes,
                           arrived->count);
}

static void read_head(void *context, sqlite3_stmt *row)
{
    *(int64_t *)context = strtoll(sim_column(row, 0), NULL, 10);
}

void sim_server_copy(struct simulation *simulation)
{
    sim_disk_copy(simulation->ledger_disk);
    sim_query(simulation, "SELECT value FROM property WHERE name = 'seq'", NULL, read_head,
              &simulation->copied_head);
}

/* The worst moment: a terminal is shown what is past its cursor, and the server is restored to a
 * copy from before that. */
static void restore_behind(struct simulation *simulation, const struct sim_terminal *terminal,
                           const struct arrived *arrived)
{
    int64_t cursor = terminal->running ? store_cursor(terminal->store, NULL) : INT64_MAX;
    bool shown = false;

    for (size_t i = 0; i < arrived->count; i++) {
        int64_t seq = json_integer_or(arrived->outcomes[i].record, "seq", 0);
        shown |= seq > cursor && seq > simulation->copied_head && cursor <= simulation->copied_head;
    }
    if (!shown || simulation->healed || simulation->chance[SIM_SERVER_RESTORED] == 0 ||
        sim_random(simulation, 2) == 0)
        return;
    simulation->totals.faults[SIM_SERVER_RESTORED]++;
    sim_trace(simulation, "fault: restored to before what it showed");
    sim_server_restart(simulation, SIM_IS_RESTORED);
}

void sim_operations_take(struct simulation *simulation, struct sim_message *request)
{
    bool relay = request->at_relay;
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
    sim_epoch_tell(simulation, request, arrived->outcomes, arrived->count, document);
    sim_answer(simulation, request, 200, json_dumps(document, JSON_COMPACT), -1);
    json_decref(document);
    if (!relay && simulation->year == NULL)
        restore_behind(simulation, &simulation->terminals[request->terminal], arrived);
    arrived_free(arrived);
}
