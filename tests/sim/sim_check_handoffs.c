/* Hand-offs: how each ended, that none was lost, and that nobody holds what is not theirs. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/clock.h"

#define KEY_SIZE 40
#define LATE_MS  1000

/* A hand-off or a case as it stands at the server. */
struct item {
    char id[ID_TEXT_LENGTH + 1];
    char state[16];
    char office[KEY_SIZE];
    char to_queue[KEY_SIZE], also_queue[KEY_SIZE], to_office[KEY_SIZE];
    char to_agent[ID_TEXT_LENGTH + 1], taken_by[ID_TEXT_LENGTH + 1], from[ID_TEXT_LENGTH + 1];
    char matter[ID_TEXT_LENGTH + 1], follows[ID_TEXT_LENGTH + 1];
    char assignee[ID_TEXT_LENGTH + 1]; /* of a case */
    int level;                         /* that it asks for itself */
    int64_t expires_ms;                /* 0: never */
    bool is_case;
};

struct items {
    struct item *list; /* owned */
    size_t count;
};

#define ITEM_COLUMNS                                                                               \
    "SELECT id, type = 'case', json_extract(document, '$.body.state'), "                           \
    "json_extract(document, '$.body.office'), json_extract(document, '$.body.to_queue'), "         \
    "json_extract(document, '$.body.also_queue'), json_extract(document, '$.body.to_office'), "    \
    "json_extract(document, '$.body.to_agent'), json_extract(document, '$.body.taken_by'), "       \
    "json_extract(document, '$.body.case'), json_extract(document, '$.body.follows'), "            \
    "json_extract(document, '$.body.assignee'), json_extract(document, '$.body.skills[0]'), "      \
    "json_extract(document, '$.body.expires_at'), json_extract(document, '$.body.from') "          \
    "FROM record WHERE "

static void copy(char *to, size_t size, sqlite3_stmt *row, int column)
{
    (void)snprintf(to, size, "%s", sim_column(row, column));
}

static void read_item(void *context, sqlite3_stmt *row)
{
    struct items *items = context;
    const char *skill = sim_column(row, 12);
    const char *level = strchr(skill, ':');

    if ((items->count & (items->count - 1)) == 0)
        items->list = realloc(items->list, (2 * items->count + 1) * sizeof *items->list);
    if (items->list == NULL)
        abort();
    struct item *item = &items->list[items->count++];
    *item = (struct item){.is_case = sqlite3_column_int(row, 1) != 0};
    copy(item->id, sizeof item->id, row, 0);
    copy(item->state, sizeof item->state, row, 2);
    copy(item->office, sizeof item->office, row, 3);
    copy(item->to_queue, sizeof item->to_queue, row, 4);
    copy(item->also_queue, sizeof item->also_queue, row, 5);
    copy(item->to_office, sizeof item->to_office, row, 6);
    copy(item->to_agent, sizeof item->to_agent, row, 7);
    copy(item->taken_by, sizeof item->taken_by, row, 8);
    copy(item->matter, sizeof item->matter, row, 9);
    copy(item->follows, sizeof item->follows, row, 10);
    copy(item->assignee, sizeof item->assignee, row, 11);
    copy(item->from, sizeof item->from, row, 14);
    item->level = *skill == '\0' ? 0 : level == NULL ? 1 : atoi(level + 1);
    (void)timestamp_parse(sim_column(row, 13), &item->expires_ms);
}

/* The id is an item's first member. */
static int compare_id(const void *id, const void *item)
{
    return strcmp(id, ((const struct item *)item)->id);
}

/* Of items in the order of their ids. */
static const struct item *find(const struct items *items, const char *id)
{
    return items->count == 0
               ? NULL
               : bsearch(id, items->list, items->count, sizeof *items->list, compare_id);
}

static bool is(const struct item *item, const char *state)
{
    return strcmp(item->state, state) == 0;
}

/* --- who wins --------------------------------------------------------------------------------- */

/* By the rule of the agent's own of the two queues. */
static bool fits(const struct sim_terminal *terminal, const struct item *handoff)
{
    const char *queue =
        sim_agent_serves(terminal, handoff->to_queue) ? handoff->to_queue : handoff->also_queue;

    return sim_agent_serves(terminal, queue) && sim_agent_fits(terminal, queue, handoff->level);
}

void sim_check_winner(struct simulation *simulation, const struct sim_made *made)
{
    const struct sim_terminal *terminal = &simulation->terminals[made->terminal];
    struct items items = {0};

    sim_query(simulation, ITEM_COLUMNS "id = ?1", made->record.text, read_item, &items);
    if (items.count == 1 && items.list[0].to_queue[0] != '\0' && !fits(terminal, &items.list[0]))
        sim_break(simulation, "%s won hand-off %s of %s and may not take it", terminal->login,
                  made->record.text, items.list[0].to_queue);
    free(items.list);
}

/* --- how each ended --------------------------------------------------------------------------- */

/* Whether the offer has been to this queue, here or before. */
static bool has_been(const struct items *items, const struct item *item, const char *queue)
{
    for (; item != NULL; item = find(items, item->follows))
        if (strcmp(item->to_queue, queue) == 0)
            return true;
    return false;
}

static size_t followers_wanted(const struct items *items, const struct item *item)
{
    return is(item, "reassigned") ||
           (is(item, "expired") && strcmp(item->to_queue, SIM_QUEUE) == 0 &&
            !has_been(items, item, SIM_NEXT_QUEUE));
}

static void check_following(struct simulation *simulation, const struct items *items,
                            const struct item *item)
{
    size_t followers = 0, wanted = followers_wanted(items, item);

    for (size_t i = 0; i < items->count; i++)
        followers += strcmp(items->list[i].follows, item->id) == 0;
    if (followers != wanted)
        sim_break(simulation, "hand-off %s (%s, %s) went on to %zu others instead of %zu", item->id,
                  item->to_queue, item->state, followers, wanted);
    if (item->follows[0] != '\0' && find(items, item->follows) == NULL)
        sim_break(simulation, "hand-off %s follows one that is lost", item->id);
}

static void check_ending(struct simulation *simulation, const struct item *item)
{
    size_t decided = 0, other = 0;

    for (size_t i = 0; i < simulation->made_count; i++) {
        const struct sim_made *made = &simulation->made[i];
        if (made->state[0] == '\0' || !made->at_server || made->refused ||
            strcmp(made->record.text, item->id) != 0)
            continue;
        decided += strcmp(made->state, item->state) == 0;
        other +=
            strcmp(made->state, item->state) != 0 && !(is(item, "reassigned") && made->accepts);
    }
    /* The server says of itself that one expired, or was taken over by a supervisor. */
    size_t wanted = !is(item, "offered") && !is(item, "expired");
    bool by_server = is(item, "accepted") && item->follows[0] != '\0' &&
                     strcmp(item->taken_by, item->to_agent) == 0;
    if (other > 0 || (decided != wanted && !(by_server && decided == 0)))
        sim_break(simulation, "hand-off %s is %s: %zu decided that, and %zu otherwise", item->id,
                  item->state, decided, other);
    if (is(item, "offered") && item->expires_ms > 0 &&
        item->expires_ms < sim_wall(simulation) - LATE_MS)
        sim_break(simulation, "hand-off %s should have expired", item->id);
}

static void check_made(struct simulation *simulation, const struct items *items)
{
    for (size_t i = 0; i < simulation->made_count; i++) {
        const struct sim_made *made = &simulation->made[i];
        if (made->type == RECORD_HANDOFF && made->state[0] == '\0' && made->at_server &&
            !made->refused && find(items, made->record.text) == NULL)
            sim_break(simulation, "hand-off %s is lost", made->record.text);
    }
}

/* --- who holds what --------------------------------------------------------------------------- */

/* What it is offered to the agent as, or was; a queue's by its skill. */
static bool aims_at(const struct item *handoff, const struct sim_terminal *terminal, bool queue)
{
    const char *queues[] = {handoff->to_queue, handoff->also_queue};

    if (strcmp(handoff->to_agent, terminal->actor.agent.text) == 0 ||
        strcmp(handoff->taken_by, terminal->actor.agent.text) == 0 ||
        strcmp(handoff->to_office, terminal->office) == 0)
        return true;
    for (int i = 0; i < 2 && queue; i++)
        if (sim_agent_serves(terminal, queues[i]) &&
            (terminal->supervisor || sim_agent_fits(terminal, queues[i], handoff->level)))
            return true;
    return false;
}

static bool worked_on(const struct simulation *simulation, const struct sim_terminal *terminal,
                      const char *id)
{
    for (size_t i = 0; i < simulation->made_count; i++) {
        const struct sim_made *made = &simulation->made[i];
        if (made->terminal == terminal->number && made->at_server && !made->refused &&
            strcmp(made->record.text, id) == 0)
            return true;
    }
    return false;
}

/* A hand-off that was made at the relay and that the centre refused stays in the lists of the
 * office, with what it names (net/relay.md). */
static bool stays_at_relay(const struct simulation *simulation, const struct items *items,
                           const struct sim_terminal *terminal, const char *matter)
{
    struct items theirs = {0};
    bool stays = false;

    if (!sim_behind_relay(simulation, terminal->number))
        return false;
    sim_query_at(simulation->relay.path, ITEM_COLUMNS "type = 'handoff'", NULL, read_item, &theirs);
    for (size_t i = 0; i < theirs.count && !stays; i++)
        stays =
            strcmp(theirs.list[i].matter, matter) == 0 && find(items, theirs.list[i].id) == NULL;
    free(theirs.list);
    return stays;
}

struct given {
    const struct simulation *simulation;
    const struct sim_terminal *terminal;
    bool sees;
};

static void look_at_task(void *context, sqlite3_stmt *row)
{
    struct given *given = context;

    given->sees |= strcmp(sim_column(row, 1), given->terminal->office) == 0 ||
                   strcmp(sim_column(row, 2), given->terminal->actor.agent.text) == 0 ||
                   sim_agent_serves(given->terminal, sim_column(row, 3)) ||
                   worked_on(given->simulation, given->terminal, sim_column(row, 0));
}

/* Who is to do a task of the case sees it: a refund opens it to the queue. */
static bool has_task(const struct simulation *simulation, const struct sim_terminal *terminal,
                     const char *matter)
{
    struct given given = {simulation, terminal, false};

    sim_query_at(simulation->ledger_path,
                 "SELECT id, json_extract(document, '$.body.office'), json_extract(document, "
                 "'$.body.assignee'), json_extract(document, '$.body.to_queue') FROM record WHERE "
                 "type = 'task' AND parent = ?1",
                 matter, look_at_task, &given);
    return given.sees;
}

static bool may_see_case(const struct simulation *simulation, const struct items *items,
                         const struct sim_terminal *terminal, const struct item *matter)
{
    if (strcmp(matter->office, terminal->office) == 0 ||
        strcmp(matter->assignee, terminal->actor.agent.text) == 0 ||
        worked_on(simulation, terminal, matter->id) || has_task(simulation, terminal, matter->id))
        return true;
    for (size_t i = 0; i < items->count; i++) {
        const struct item *handoff = &items->list[i];
        if (handoff->is_case || strcmp(handoff->matter, matter->id) != 0)
            continue;
        /* An office sees what one of it handed off. */
        if (strcmp(handoff->office, terminal->office) == 0)
            return true;
        if ((is(handoff, "offered") || is(handoff, "accepted")) &&
            aims_at(handoff, terminal, is(handoff, "offered")))
            return true;
    }
    return stays_at_relay(simulation, items, terminal, matter->id);
}

static bool may_see(const struct simulation *simulation, const struct items *items,
                    const struct sim_terminal *terminal, const struct item *item)
{
    if (item->is_case)
        return may_see_case(simulation, items, terminal, item);
    const struct item *matter = find(items, item->matter);
    return strcmp(item->office, terminal->office) == 0 || aims_at(item, terminal, true) ||
           (matter != NULL && may_see_case(simulation, items, terminal, matter));
}

/* What a trace tells of a finding: all hand-offs of a case, and the case. */
static void trace_case(struct simulation *simulation, const struct items *items, const char *id)
{
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->list[i];
        if (strcmp(item->matter, id) == 0 || strcmp(item->id, id) == 0)
            sim_trace(simulation,
                      "  %s %s: %s of %s, from %s to %s %s %s %s, level %d, taken by %s%s, follows "
                      "%s",
                      item->is_case ? "case" : "hand-off", item->id, item->state, item->office,
                      item->from, item->to_agent, item->to_office, item->to_queue, item->also_queue,
                      item->level, item->taken_by, item->assignee, item->follows);
    }
}

static void trace_scope(void *context, sqlite3_stmt *row)
{
    sim_trace(context, "    in scope %s", sim_column(row, 0));
}

struct holding {
    struct simulation *simulation;
    const struct items *items;
    const struct sim_terminal *terminal;
};

static int check_held(void *context, const struct record *record, enum store_pending pending)
{
    struct holding *holding = context;
    const struct item *item = find(holding->items, record->id.text);

    (void)pending;
    if (item == NULL || may_see(holding->simulation, holding->items, holding->terminal, item))
        return 0;
    trace_case(holding->simulation, holding->items, item->is_case ? item->id : item->matter);
    sim_query(holding->simulation,
              "SELECT scope.name FROM feed JOIN scope ON scope.number = feed.scope JOIN record ON "
              "record.number = feed.record WHERE record.id = ?1",
              item->id, trace_scope, holding->simulation);
    if (sim_behind_relay(holding->simulation, holding->terminal->number))
        sim_query_at(holding->simulation->relay.path,
                     "SELECT 'relay ' || scope.name FROM feed JOIN scope ON scope.number = "
                     "feed.scope JOIN record ON record.number = feed.record WHERE record.id = ?1",
                     item->id, trace_scope, holding->simulation);
    sim_break(holding->simulation, "%s holds %s %s (%s, %s) and may not see it",
              holding->terminal->login, record_type_name(record->type), item->id, item->to_queue,
              item->state);
    return 0;
}

static void check_holders(struct simulation *simulation, const struct items *items)
{
    static const enum record_type types[] = {RECORD_HANDOFF, RECORD_CASE};

    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];
        struct holding holding = {simulation, items, terminal};
        struct error error = ERROR_INIT;

        /* What an agent saw before moving may stay. */
        if (!terminal->running || terminal->moved)
            continue;
        for (size_t j = 0; j < sizeof types / sizeof types[0]; j++) {
            struct store_query query = {.type = types[j]};
            sim_must(simulation, store_each(terminal->store, &query, check_held, &holding, &error),
                     &error, "walking a store");
        }
    }
}

void sim_check_handoffs(struct simulation *simulation)
{
    struct items items = {0};

    sim_query(simulation, ITEM_COLUMNS "type IN ('handoff', 'case') ORDER BY id", NULL, read_item,
              &items);
    check_made(simulation, &items);
    for (size_t i = 0; i < items.count; i++)
        if (!items.list[i].is_case) {
            check_ending(simulation, &items.list[i]);
            check_following(simulation, &items, &items.list[i]);
        }
    check_holders(simulation, &items);
    free(items.list);
}
