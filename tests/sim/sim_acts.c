/* What the agents of the simulator do, at random. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/case.h"
#include "app/client.h"
#include "app/handoff.h"
#include "app/json.h"
#include "app/note.h"
#include "app/task.h"

struct picking {
    struct simulation *simulation;
    const struct record *agent; /* hand-offs for this agent alone */
    struct record *picked;
    uint64_t seen;
};

static int pick_visit(void *context, const struct record *record, enum store_pending pending)
{
    struct picking *picking = context;

    (void)pending;
    if (!handoff_is_offered(record) || !handoff_is_for(record, picking->agent, NULL))
        return 0;
    if (sim_random(picking->simulation, ++picking->seen) == 0) {
        record_free(picking->picked);
        picking->picked = record_copy(record);
    }
    return 0;
}

/* A hand-off that is offered to the agent, NULL when there is none. New. */
static struct record *pick_offered(struct sim_terminal *terminal)
{
    struct picking picking = {.simulation = terminal->simulation, .agent = terminal->agent};
    struct store_query query = {.type = RECORD_HANDOFF};
    struct error error = ERROR_INIT;

    int code = store_each(terminal->store, &query, pick_visit, &picking, &error);

    if (!sim_terminal_troubled(terminal))
        sim_must(terminal->simulation, code, &error, "walking a store");
    return picking.picked;
}

struct choice {
    struct simulation *simulation;
    struct id id;
    uint64_t seen;
};

static void choose(void *context, sqlite3_stmt *row)
{
    struct choice *choice = context;

    if (sim_random(choice->simulation, ++choice->seen) == 0)
        (void)id_parse(&choice->id, sim_column(row, 0));
}

/* A record of this type that the terminal holds, NULL when there is none. New. */
static struct record *pick(struct sim_terminal *terminal, enum record_type type)
{
    struct choice choice = {.simulation = terminal->simulation};
    struct record *picked = NULL;
    struct error error = ERROR_INIT;

    sim_query_at(terminal->path, "SELECT id FROM record WHERE type = ?1 ORDER BY id",
                 record_type_name(type), choose, &choice);
    if (choice.seen == 0)
        return NULL;
    int code = store_get(terminal->store, type, &choice.id, &picked, NULL, &error);

    /* What was taken back is no record, though the store has a row for it. */
    if (code != ERROR_NOT_FOUND && !sim_terminal_troubled(terminal))
        sim_must(terminal->simulation, code, &error, "reading a store");
    return picked;
}

static int act_open(struct sim_terminal *terminal, const struct author *author, struct batch *batch,
                    struct error *error)
{
    struct client_details details = {.name = "Zoe Tremblay", .phone = "418 555 0100"};
    struct case_start start = {.subject = "birth certificate"};
    struct id id;

    if (sim_random(terminal->simulation, 2) == 0)
        start.service = SIM_SERVICE;
    int code = client_new(batch, author, &details, &start.client, error);
    return code != 0 ? code : case_open(batch, author, &start, &id, error);
}

static int act_note(struct sim_terminal *terminal, const struct author *author, struct batch *batch,
                    struct error *error)
{
    struct record *matter = pick(terminal, RECORD_CASE);
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
    struct record *client = pick(terminal, RECORD_CLIENT);
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

/* To the queue, to an office, or to somebody. */
static void choose_target(struct sim_terminal *terminal, struct handoff_offer *offer)
{
    struct simulation *simulation = terminal->simulation;
    uint64_t which = sim_random(simulation, 4);

    if (which < 2)
        offer->target.queue = SIM_QUEUE;
    else if (which == 2)
        offer->target.office = sim_year_office(simulation);
    else
        offer->target.agent =
            simulation->terminals[sim_random(simulation, (uint64_t)simulation->terminal_count)]
                .actor.agent;
}

/* The screen goes by the server's time, as far as it knows it; a queue's offers mostly end. */
static void choose_kind(struct simulation *simulation, struct handoff_offer *offer)
{
    static const char *const kinds[] = {NULL,         HANDOFF_COLD,      HANDOFF_WARM,
                                        HANDOFF_COLD, HANDOFF_CONSULT,   HANDOFF_CALL_BACK,
                                        HANDOFF_COLD, HANDOFF_ESCALATION};
    int64_t now = sim_wall(simulation);

    offer->kind = kinds[sim_random(simulation, sizeof kinds / sizeof kinds[0])];
    if (offer->kind != NULL && strcmp(offer->kind, HANDOFF_ESCALATION) == 0 &&
        offer->target.office == NULL)
        offer->kind = NULL;
    if (offer->kind != NULL && strcmp(offer->kind, HANDOFF_CALL_BACK) == 0) {
        offer->call_from_ms = now + (int64_t)sim_random(simulation, 300000);
        offer->call_to_ms = offer->call_from_ms + 600000;
    }
    if (sim_random(simulation, 4) > 0)
        offer->expires_ms = now + (offer->target.queue != NULL ? SIM_QUEUE_MINUTES : 5) * 60000;
}

static int act_offer(struct sim_terminal *terminal, const struct author *author,
                     struct batch *batch, struct error *error)
{
    struct simulation *simulation = terminal->simulation;
    struct record *matter = pick(terminal, RECORD_CASE);
    struct handoff_offer offer = {.summary = "to go on with", .context = "all is said"};
    struct queue_need need = {.skills = {{SIM_SKILL, 1}}, .skill_count = 1};
    struct id id;

    if (matter == NULL)
        return 0;
    offer.matter = matter->id;
    choose_target(terminal, &offer);
    choose_kind(simulation, &offer);
    if (sim_random(simulation, 2) == 0)
        offer.need = &need;
    int code = handoff_offer(batch, author, &offer, &id, error);
    record_free(matter);
    return code;
}

static int act_accept(struct sim_terminal *terminal, const struct author *author,
                      struct batch *batch, struct error *error)
{
    struct record *handoff = pick_offered(terminal);
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
    struct record *handoff = pick(terminal, RECORD_HANDOFF);
    int code = 0;

    if (handoff != NULL && handoff_is_from(handoff, &terminal->actor.agent))
        code = handoff_withdraw(batch, author, handoff, error);
    record_free(handoff);
    return code;
}

/* Supervisors may; others try. */
static int act_reassign(struct sim_terminal *terminal, const struct author *author,
                        struct batch *batch, struct error *error)
{
    struct simulation *simulation = terminal->simulation;
    struct record *handoff = pick(terminal, RECORD_HANDOFF);
    struct handoff_target to = {.queue = NULL};
    int code = 0;

    if (sim_random(simulation, 2) == 0)
        to.queue = sim_random(simulation, 2) == 0 ? SIM_QUEUE : SIM_NEXT_QUEUE;
    else
        to.agent =
            simulation->terminals[sim_random(simulation, (uint64_t)simulation->terminal_count)]
                .actor.agent;
    if (handoff != NULL)
        code = handoff_reassign(batch, author, handoff, &to, error);
    record_free(handoff);
    return code;
}

static int act_message(struct sim_terminal *terminal, const struct author *author,
                       struct batch *batch, struct error *error)
{
    struct record *handoff = pick(terminal, RECORD_HANDOFF);
    int code = 0;

    if (handoff != NULL)
        code = handoff_message(batch, author, handoff, "are you there?", error);
    record_free(handoff);
    return code;
}

static int act_assign(struct sim_terminal *terminal, const struct author *author,
                      struct batch *batch, struct error *error)
{
    struct record *matter = pick(terminal, RECORD_CASE);
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

/* Another status that may follow. */
static int act_status(struct sim_terminal *terminal, const struct author *author,
                      struct batch *batch, struct error *error)
{
    struct record *matter = pick(terminal, RECORD_CASE);
    const char *next[CASE_STATUS_LIMIT];
    size_t count = 0;
    int code = 0;

    if (matter == NULL)
        return 0;
    case_next_statuses(record_text(matter, "status"), next);
    while (next[count] != NULL)
        count++;
    if (count > 0) {
        size_t which = sim_random(terminal->simulation, count);

        /* Only what is closed is let go. */
        for (size_t i = 0; i < count && terminal->simulation->lets_go; i++)
            which = strcmp(next[i], "closed") == 0 ? i : which;
        code = case_set_status(batch, author, matter, next[which], error);
    }
    record_free(matter);
    return code;
}

/* A task is made, or one that is here is done, taken, or put off. */
static int act_task(struct sim_terminal *terminal, const struct author *author, struct batch *batch,
                    struct error *error)
{
    struct record *task = pick(terminal, RECORD_TASK);
    struct task_draft draft = {.kind = "other", .text = "call back", .due_ms = author_now(author)};
    uint64_t which = sim_random(terminal->simulation, 4);
    struct id id;
    int code;

    if (task == NULL || which == 0)
        code = task_make(batch, author, &draft, &id, error);
    else if (which == 1)
        code = task_done(batch, author, task, NULL, error);
    else if (which == 2)
        code = task_assign(batch, author, task, &author->agent, error);
    else
        code = task_move(batch, author, task, author_now(author), "later", error);
    record_free(task);
    return code;
}

/* Only what is closed is let go: where that is done, one act of so many closes a case. */
#define CLOSES_OF 6

typedef int (*act_function)(struct sim_terminal *terminal, const struct author *author,
                            struct batch *batch, struct error *error);

/* As often as it stands here. */
static const act_function acts[] = {
    act_open,     act_note,    act_note,     act_note,      act_change, act_change,
    act_change,   act_offer,   act_offer,    act_accept,    act_accept, act_accept,
    act_assign,   act_follow,  act_withdraw, act_take_back, act_offer,  act_accept,
    act_reassign, act_message, act_status,   act_status,    act_task};

static void note_made(struct sim_terminal *terminal, const struct operation *operation,
                      bool doubtful)
{
    struct simulation *simulation = terminal->simulation;

    bool decides = (operation->type == RECORD_HANDOFF || operation->type == RECORD_TICKET) &&
                   operation->kind == OPERATION_CLAIM;
    struct sim_made *made = sim_made_add(simulation, &operation->id);
    made->record = operation->record;
    made->terminal = terminal->number;
    made->doubtful = doubtful;
    made->note = operation->type == RECORD_NOTE ? json_deep_copy(operation->body) : NULL;
    made->type = operation->type;
    (void)snprintf(made->state, sizeof made->state, "%s",
                   decides ? json_text_or(operation->body, "state", "") : "");
    made->accepts = strcmp(made->state, "accepted") == 0;
    simulation->totals.operations++;
    simulation->totals.tickets += operation->type == RECORD_TICKET && !decides;
    sim_trace(simulation, "%s makes %s %s %s of %s", terminal->login,
              operation_kind_name(operation->kind), record_type_name(operation->type),
              operation->id.text, operation->record.text);
}

struct author sim_author(struct sim_terminal *terminal)
{
    return (struct author){.agent = terminal->actor.agent,
                           .device = terminal->actor.device,
                           .office = terminal->office,
                           .channel = "counter",
                           .clock = &terminal->clock,
                           .ids = &terminal->ids};
}

void sim_terminal_save(struct sim_terminal *terminal, struct batch *batch, int code,
                       struct error *error)
{
    struct simulation *simulation = terminal->simulation;
    struct link_status status;

    link_status_get(terminal->link, &status);
    store_sends_set(terminal->store,
                    status.state == LINK_ONLINE && store_outbox_count(terminal->store, NULL) == 0);
    if (code == 0 && batch->count > 0)
        code = store_apply(terminal->store, batch->operations, batch->count, NULL, error);
    /* A commit that failed on the disk may be found done after a power cut, as with any disk. */
    bool doubtful =
        (code == ERROR_STORAGE || code == ERROR_BUSY) && sim_terminal_troubled(terminal);
    for (size_t i = 0; i < batch->count && (code == 0 || doubtful); i++)
        note_made(terminal, batch->operations[i], doubtful);
    if (code == 0)
        sim_trace(simulation, "%s has made %zu", terminal->login, batch->count);
    else if (code == ERROR_MEMORY || code == ERROR_INTERNAL ||
             ((code == ERROR_STORAGE || code == ERROR_BUSY) && !sim_terminal_troubled(terminal)))
        sim_must(simulation, code, error, "an act");
    else
        sim_trace(simulation, "%s may not: %s", terminal->login, error->message);
    if (code == 0 && batch->count > 0) {
        sync_engine_ring(terminal->engine);
        sim_terminal_step(terminal);
    }
    batch_clear(batch);
}

void sim_terminal_act(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    if (simulation->year != NULL && sim_year_leaves(terminal))
        return;
    terminal->act_at = sim_year_act_at(
        terminal,
        simulation->now + 500 + (int64_t)sim_random(simulation, (uint64_t)simulation->act_most_ms));
    sim_files_act(terminal);
    struct author author = sim_author(terminal);
    act_function act = acts[sim_random(simulation, sizeof acts / sizeof acts[0])];
    if (simulation->waiting_rooms && sim_random(simulation, 2) == 0)
        act = sim_ticket_act;
    else if (simulation->lets_go && sim_random(simulation, CLOSES_OF) == 0)
        act = act_status;
    int code = act(terminal, &author, &batch, &error);
    sim_terminal_save(terminal, &batch, code, &error);
}
