/* The waiting rooms of the simulator: what receptions and counters do with tickets, at random, and
 * what must hold of them in the end. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/contact.h"
#include "app/json.h"
#include "app/ticket_list.h"
#include "app/ticket_roll.h"

/* --- acts ------------------------------------------------------------------------------------- */

/* What an act on a ticket goes by. */
struct desk_of {
    struct sim_terminal *terminal;
    const struct author *author;
    struct batch *batch;
    char day[CALENDAR_DAY_SIZE]; /* as the terminal's clock says */
    struct ticket_list list;
};

static const char *queue_at_random(struct simulation *simulation)
{
    return sim_random(simulation, 3) == 0 ? SIM_NEXT_QUEUE : SIM_QUEUE;
}

static void today(const struct sim_terminal *terminal, int64_t now_ms, char day[CALENDAR_DAY_SIZE])
{
    struct zone *zone = NULL;

    if (zone_open(&zone, sim_office_zone(terminal->office), NULL) != 0)
        abort();
    ticket_day(zone, now_ms, day);
    zone_free(zone);
}

/* A number for somebody who came; before that the rolls that are missing. */
static int draw(struct desk_of *desk, struct error *error)
{
    struct simulation *simulation = desk->terminal->simulation;
    struct store *store = desk->terminal->store;
    char number[TICKET_NUMBER_SIZE];
    struct ticket_draft draft = {.day = desk->day,
                                 .number = number,
                                 .queue = queue_at_random(simulation),
                                 .priority = (int)sim_random(simulation, 3)};
    struct id id;
    int code = ticket_rolls_take(desk->batch, desk->author, store, desk->day, error);

    if (code != 0 || desk->batch->count > 0)
        return code;
    if (sim_random(simulation, 3) == 0)
        draft.appointment_ms =
            author_now(desk->author) + (int64_t)sim_random(simulation, 600000) - 300000;
    code = ticket_number_next(desk->author, store, desk->day, "A", number, error);
    return code != 0 ? code : ticket_issue(desk->batch, desk->author, &draft, &id, error);
}

/* One of the day in such a stand (`own`: called by this agent), the first in their order, or any.
 */
static const struct record *find(const struct desk_of *desk, enum ticket_stand stand, bool own)
{
    int64_t now = author_now(desk->author);

    for (size_t i = 0; i < desk->list.count; i++) {
        const struct record *ticket = desk->list.items[i].record;

        if (ticket_stand(ticket, now) == stand &&
            (!own || ticket_is_of(ticket, &desk->author->agent)))
            return ticket;
    }
    return NULL;
}

/* The next one to this counter. */
static int call(struct desk_of *desk, struct error *error)
{
    return desk->list.callable == 0
               ? 0
               : ticket_call(desk->batch, desk->author, desk->list.items[0].record,
                             desk->terminal->login, error);
}

/* Called again, missed, served, taken back, or sent on. */
static int go_on(struct desk_of *desk, struct error *error)
{
    const struct ticket_rules rules = {.return_ms = 5000, .grace_ms = 120000};
    struct simulation *simulation = desk->terminal->simulation;
    const struct record *ticket = find(desk, TICKET_CALLED, true);
    struct id contact;

    if (ticket == NULL)
        return call(desk, error);
    switch (sim_random(simulation, 6)) {
    case 0:
        return ticket_call(desk->batch, desk->author, ticket, desk->terminal->login, error);
    case 1:
        return ticket_miss(desk->batch, desk->author, ticket, &rules, error);
    case 2:
        return ticket_wait(desk->batch, desk->author, ticket, error);
    default:
        return ticket_serve(desk->batch, desk->author, ticket, &contact, error);
    }
}

/* The contact of a ticket ends, and the ticket with it. */
static int finish(struct desk_of *desk, struct error *error)
{
    struct store *store = desk->terminal->store;
    struct record *contact = NULL;
    int code = contact_find_open(store, &desk->author->agent, &contact, error);

    if (code == 0 && contact != NULL) {
        code = ticket_finish(desk->batch, desk->author, store, contact, error);
        if (code == 0)
            code = contact_end(desk->batch, desk->author, contact, "resolved", error);
    }
    record_free(contact);
    return code;
}

/* A colleague takes a call back, so that another counter may call. */
static int take_back(struct desk_of *desk, struct error *error)
{
    const struct record *ticket = find(desk, TICKET_CALLED, false);

    return ticket == NULL ? 0 : ticket_wait(desk->batch, desk->author, ticket, error);
}

static int send_on(struct desk_of *desk, struct error *error)
{
    const struct record *ticket = find(desk, TICKET_CALLED, true);
    const char *queue;

    if (ticket == NULL)
        ticket = find(desk, TICKET_SERVING, true);
    if (ticket == NULL)
        return 0;
    queue = strcmp(record_text(ticket, "queue"), SIM_QUEUE) == 0 ? SIM_NEXT_QUEUE : SIM_QUEUE;
    return ticket_transfer(desk->batch, desk->author, ticket, queue, error);
}

static int go_away(struct desk_of *desk, struct error *error)
{
    return desk->list.callable == 0
               ? 0
               : ticket_leave(desk->batch, desk->author,
                              desk->list.items[desk->list.callable - 1].record, error);
}

int sim_ticket_act(struct sim_terminal *terminal, const struct author *author, struct batch *batch,
                   struct error *error)
{
    /* As often as it stands here; those that go by what is in the line read it first. */
    static const struct {
        int (*act)(struct desk_of *desk, struct error *error);
        bool reads;
    } acts[] = {{draw, false},   {draw, false},     {draw, false},   {draw, false},
                {call, true},    {call, true},      {go_on, true},   {go_on, true},
                {finish, false}, {take_back, true}, {send_on, true}, {go_away, true}};
    struct desk_of desk = {.terminal = terminal, .author = author, .batch = batch};
    size_t which = sim_random(terminal->simulation, sizeof acts / sizeof acts[0]);
    int64_t now = author_now(author);
    int code = 0;

    today(terminal, now, desk.day);
    if (acts[which].reads)
        code =
            ticket_list_read(&desk.list, terminal->store, terminal->office, desk.day, now, error);
    if (code == 0)
        code = acts[which].act(&desk, error);
    ticket_list_free(&desk.list);
    return code;
}

/* --- what must hold --------------------------------------------------------------------------- */

/* The history of the ticket whose operations are being read. */
struct story {
    struct simulation *simulation;
    char ticket[ID_TEXT_LENGTH + 1];
    int holder; /* the terminal whose counter has it; -1: none */
    char state[12];
};

/* Of two counters one has it: what is called or served is nobody else's until it is let go. */
static void follow_story(void *context, sqlite3_stmt *row)
{
    struct story *story = context;
    const struct sim_made *made = sim_made_find(story->simulation, sim_column(row, 0));

    if (strcmp(story->ticket, sim_column(row, 1)) != 0)
        story->holder = -1;
    (void)snprintf(story->ticket, sizeof story->ticket, "%s", sim_column(row, 1));
    if (made == NULL)
        return;
    bool takes = strcmp(made->state, "called") == 0 || strcmp(made->state, "serving") == 0;
    if (takes && story->holder >= 0 && story->holder != made->terminal)
        sim_break(story->simulation, "ticket %s was called by %s and by %s at once", story->ticket,
                  story->simulation->terminals[story->holder].login,
                  story->simulation->terminals[made->terminal].login);
    story->holder = takes ? made->terminal : -1;
}

/* Nobody else was given the number; but a server that was restored may have forgotten who took
 * which roll. */
static void check_numbers(struct simulation *simulation)
{
    for (size_t i = 0; i < simulation->made_count; i++) {
        const struct sim_made *one = &simulation->made[i];

        if (one->type != RECORD_TICKET || one->state[0] != '\0' || one->doubtful || one->withdrawn)
            continue;
        for (size_t j = i + 1; j < simulation->made_count; j++) {
            const struct sim_made *other = &simulation->made[j];

            if (other->type == RECORD_TICKET && other->state[0] == '\0' && !other->doubtful &&
                !other->withdrawn && id_equal(&one->record, &other->record) &&
                !simulation->restored)
                sim_break(simulation, "ticket %s was given twice", one->record.text);
        }
    }
}

struct waiting {
    char office[40];
    char day[CALENDAR_DAY_SIZE];
    char queue[40];
    size_t count;
};

static void count_callable(void *context, sqlite3_stmt *row)
{
    struct waiting *waiting = context;

    waiting->count += strcmp(sim_column(row, 0), waiting->office) == 0 &&
                      strcmp(sim_column(row, 1), waiting->day) == 0;
}

/* Each counter of an office has all of those that wait there before it, in one order. */
static void check_lines(struct simulation *simulation)
{
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];
        struct ticket_list list = {0};
        struct waiting waiting = {.count = 0};
        struct error error = ERROR_INIT;

        if (!terminal->running || terminal->moved)
            continue;
        (void)snprintf(waiting.office, sizeof waiting.office, "%s", terminal->office);
        today(terminal, sim_wall(simulation), waiting.day);
        sim_query(simulation,
                  "SELECT json_extract(document, '$.body.office'), json_extract(document, "
                  "'$.body.day') FROM record WHERE type = 'ticket' AND json_extract(document, "
                  "'$.body.state') = 'waiting'",
                  NULL, count_callable, &waiting);
        /* Before anybody who did not come may be called again. */
        sim_must(simulation,
                 ticket_list_read(&list, terminal->store, terminal->office, waiting.day, 0, &error),
                 &error, "reading a waiting room");
        if (list.callable != waiting.count)
            sim_break(simulation, "%zu wait in %s, and %s has %zu of them before it", waiting.count,
                      terminal->office, terminal->login, list.callable);
        for (size_t j = 1; j < list.callable; j++)
            if (ticket_compare(list.items[j - 1].record, list.items[j].record) >= 0)
                sim_break(simulation, "%s has the line of %s in a wrong order", terminal->login,
                          terminal->office);
        ticket_list_free(&list);
    }
}

static void see_record(void *context, sqlite3_stmt *row)
{
    (void)row;
    *(bool *)context = true;
}

static void check_lost(struct simulation *simulation)
{
    for (size_t i = 0; i < simulation->made_count; i++) {
        const struct sim_made *made = &simulation->made[i];
        bool found = false;

        if (made->type != RECORD_TICKET || !made->at_server || made->refused)
            continue;
        sim_query(simulation, "SELECT 1 FROM record WHERE type = 'ticket' AND id = ?1",
                  made->record.text, see_record, &found);
        if (!found)
            sim_break(simulation, "ticket %s is lost", made->record.text);
    }
}

void sim_check_tickets(struct simulation *simulation)
{
    struct story story = {.simulation = simulation, .holder = -1};

    if (!simulation->waiting_rooms)
        return;
    sim_query(simulation,
              "SELECT id, record FROM operation WHERE type = 'ticket' AND refusal IS NULL "
              "ORDER BY record, rev, arrived",
              NULL, follow_story, &story);
    check_numbers(simulation);
    check_lost(simulation);
    check_lines(simulation);
}
