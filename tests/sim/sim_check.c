/* What must hold when every link is healed and everything has come to rest. */
#include "tests/sim/simulation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/delivery.h"
#include "app/json.h"

/* Where the id is, or the first free place for it (FNV-1a). */
static size_t *place_of(struct simulation *simulation, const char *id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *at = id; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
    for (size_t i = hash % simulation->made_places_room;;
         i = (i + 1) % simulation->made_places_room) {
        size_t *place = &simulation->made_places[i];
        if (*place == 0 || strcmp(simulation->made[*place - 1].id.text, id) == 0)
            return place;
    }
}

struct sim_made *sim_made_find(struct simulation *simulation, const char *id)
{
    size_t place = simulation->made_count == 0 ? 0 : *place_of(simulation, id);

    return place == 0 ? NULL : &simulation->made[place - 1];
}

struct sim_made *sim_made_add(struct simulation *simulation, const struct id *id)
{
    if (simulation->made_count == simulation->made_room) {
        simulation->made_room = simulation->made_room * 2 + 64;
        simulation->made_places_room = simulation->made_room * 2;
        simulation->made =
            realloc(simulation->made, simulation->made_room * sizeof *simulation->made);
        free(simulation->made_places);
        simulation->made_places =
            calloc(simulation->made_places_room, sizeof *simulation->made_places);
        if (simulation->made == NULL || simulation->made_places == NULL)
            abort();
        for (size_t i = 0; i < simulation->made_count; i++)
            *place_of(simulation, simulation->made[i].id.text) = i + 1;
    }
    struct sim_made *made = &simulation->made[simulation->made_count++];
    *made = (struct sim_made){.id = *id};
    size_t *place = place_of(simulation, id->text);
    if (*place == 0)
        *place = simulation->made_count;
    return made;
}

/* --- nothing waits for ever ------------------------------------------------------------------- */

bool sim_bell_hangs(const struct simulation *simulation, int terminal, uint64_t serial)
{
    for (size_t i = 0; i < simulation->message_count; i++) {
        const struct sim_message *message = simulation->messages[i];
        if (message->place == SIM_AT_SERVER && message->terminal == terminal &&
            message->serial == serial)
            return true;
    }
    return false;
}

static bool terminal_is_quiet(struct sim_terminal *terminal)
{
    struct link_status status;

    if (!terminal->running)
        return false;
    link_status_get(terminal->link, &status);
    return store_outbox_count(terminal->store, NULL) == 0 && status.state == LINK_ONLINE &&
           !terminal->open[SYNC_LANE_WORK] && terminal->open[SYNC_LANE_BELL];
}

bool sim_is_quiet(struct simulation *simulation)
{
    for (int i = 0; i < simulation->terminal_count; i++)
        if (!terminal_is_quiet(&simulation->terminals[i]) ||
            !sim_bell_hangs(simulation, i, simulation->terminals[i].serial[SYNC_LANE_BELL]))
            return false;
    return sim_relay_is_quiet(simulation);
}

static void check_rest(struct simulation *simulation)
{
    struct relay_status relay = {0};

    if (simulation->relay.on)
        relay_board_get(simulation->relay.board, &relay);
    if (!sim_relay_is_quiet(simulation))
        sim_break(simulation, "the relay still waits: %" PRId64 " for the centre, %s (%s)",
                  relay.waiting, relay.up ? "up" : "down", relay.message);
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];
        struct link_status status = {0};
        if (terminal->running)
            link_status_get(terminal->link, &status);
        if (!terminal_is_quiet(terminal) ||
            !sim_bell_hangs(simulation, i, terminal->serial[SYNC_LANE_BELL]))
            sim_break(simulation, "%s still waits: %" PRId64 " in the outbox, link state %d (%s)",
                      terminal->login,
                      terminal->running ? store_outbox_count(terminal->store, NULL) : -1,
                      (int)status.state, status.message);
    }
}

#define CLOCK_WRONG_MS    60000
#define CLOCK_DOUBTFUL_MS 5000

/* The agent is told of a clock that is off by over a minute, and of no other. */
static void check_clock(struct simulation *simulation, struct sim_terminal *terminal)
{
    struct link_status status;
    int64_t offset = terminal->clock_offset < 0 ? -terminal->clock_offset : terminal->clock_offset;

    link_status_get(terminal->link, &status);
    if ((offset > CLOCK_WRONG_MS + CLOCK_DOUBTFUL_MS && !status.clock_wrong) ||
        (offset < CLOCK_WRONG_MS - CLOCK_DOUBTFUL_MS && status.clock_wrong))
        sim_break(simulation, "%s: the clock is off by %" PRId64 " ms, and the agent is told %s",
                  terminal->login, terminal->clock_offset,
                  status.clock_wrong ? "that it is wrong" : "nothing");
}

/* --- the ledger ------------------------------------------------------------------------------- */

static void ledger_found(void *context, const char *finding)
{
    sim_break(context, "the ledger's own check: %s", finding);
}

static void check_row(struct simulation *simulation, sqlite3_stmt *row)
{
    const char *id = (const char *)sqlite3_column_text(row, 0);
    struct sim_made *made = sim_made_find(simulation, id);

    if (made == NULL) {
        sim_break(simulation, "the server holds operation %s, which nobody made", id);
        return;
    }
    const struct sim_terminal *terminal = &simulation->terminals[made->terminal];
    if (made->withdrawn)
        sim_break(simulation, "operation %s was taken back and is at the server", id);
    made->at_server = true;
    made->refused = sqlite3_column_type(row, 1) != SQLITE_NULL;
    simulation->totals.refused += made->refused;
    if (strcmp((const char *)sqlite3_column_text(row, 2), made->record.text) != 0 ||
        strcmp((const char *)sqlite3_column_text(row, 3), terminal->actor.device.text) != 0)
        sim_break(simulation, "operation %s is another one at the server", id);
}

/* What an agent wrote stands there as it was written. */
static void check_note(struct simulation *simulation, sqlite3 *database,
                       const struct sim_made *made)
{
    sqlite3_stmt *row = NULL;

    if (sqlite3_prepare_v2(database, "SELECT document FROM record WHERE id = ?1", -1, &row, NULL) !=
            SQLITE_OK ||
        sqlite3_bind_text(row, 1, made->record.text, -1, SQLITE_STATIC) != SQLITE_OK)
        abort();
    const char *text =
        sqlite3_step(row) == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 0) : "{}";
    json_t *document = json_loads(text, 0, NULL);
    if (!json_equal(json_object_get(document, "body"), made->note))
        sim_break(simulation, "note %s of %s does not stand at the server as it was written",
                  made->record.text, simulation->terminals[made->terminal].login);
    json_decref(document);
    sqlite3_finalize(row);
}

struct finding_refusal {
    const struct sim_made *made;
    bool found;
};

static int find_refusal(void *context, const struct store_refusal *refusal)
{
    struct finding_refusal *finding = context;

    finding->found = finding->found || id_equal(&refusal->operation->id, &finding->made->id);
    return 0;
}

bool sim_shows_refusal(struct simulation *simulation, const struct sim_made *made)
{
    struct finding_refusal finding = {.made = made};
    struct sim_terminal *terminal = &simulation->terminals[made->terminal];

    if (terminal->running)
        (void)store_refusal_each(terminal->store, find_refusal, &finding, NULL);
    return finding.found;
}

/* A server that was restored does not know any more what it refused; the agent does, but for rolls
 * that another took first (ticket_roll.h). */
static bool refused_before(struct simulation *simulation, const struct sim_made *made)
{
    return made->misplaced || (simulation->restored &&
                               (made->type == RECORD_ROLL || sim_shows_refusal(simulation, made)));
}

static void check_operations(struct simulation *simulation)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *row = NULL;

    if (sqlite3_open_v2(simulation->ledger_path, &database, SQLITE_OPEN_READONLY, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(database,
                           "SELECT id, refusal, record, device FROM operation WHERE agent <> ?1",
                           -1, &row, NULL) != SQLITE_OK)
        abort();
    /* The server's own are its clock's. */
    struct id server = delivery_server();
    sqlite3_bind_text(row, 1, server.text, -1, SQLITE_TRANSIENT);
    while (sqlite3_step(row) == SQLITE_ROW)
        check_row(simulation, row);
    sqlite3_finalize(row);
    sim_check_relay(simulation);
    for (size_t i = 0; i < simulation->made_count; i++)
        if (simulation->made[i].note != NULL && simulation->made[i].at_server &&
            !simulation->made[i].refused)
            check_note(simulation, database, &simulation->made[i]);
    sqlite3_close(database);
    for (size_t i = 0; i < simulation->made_count; i++)
        if (!simulation->made[i].at_server && !simulation->made[i].withdrawn &&
            !simulation->made[i].doubtful && !refused_before(simulation, &simulation->made[i]))
            sim_break(simulation, "operation %s of %s left the outbox and is not at the server",
                      simulation->made[i].id.text,
                      simulation->terminals[simulation->made[i].terminal].login);
}

static void check_ledger(struct simulation *simulation)
{
    struct ledger_check check;
    struct error error = ERROR_INIT;

    sim_must(simulation,
             ledger_check(simulation->ledger_path, ledger_found, simulation, &check, &error),
             &error, "checking the ledger");
    sim_check_trail(simulation);
}

static void check_winners(struct simulation *simulation)
{
    for (size_t i = 0; i < simulation->made_count; i++) {
        const struct sim_made *one = &simulation->made[i];
        if (!one->accepts || one->refused || !one->at_server)
            continue;
        simulation->totals.handoffs_won++;
        for (size_t j = i + 1; j < simulation->made_count; j++) {
            const struct sim_made *other = &simulation->made[j];
            if (other->accepts && !other->refused && other->at_server &&
                id_equal(&one->record, &other->record))
                sim_break(simulation, "hand-off %s has two winners", one->record.text);
        }
    }
}

/* --- refusals --------------------------------------------------------------------------------- */

struct refusals {
    struct simulation *simulation;
    struct sim_terminal *terminal;
    int64_t count;
};

static int refusal_visit_one(void *context, const struct store_refusal *refusal)
{
    struct refusals *refusals = context;
    const struct sim_made *made = sim_made_find(refusals->simulation, refusal->operation->id.text);

    /* A roll that another took first is taken back in silence (ticket_roll.h). */
    if (refusal->refusal == MERGE_APPLIED || refusal->operation->type == RECORD_ROLL)
        return 0;
    if (made == NULL || made->terminal != refusals->terminal->number ||
        (!made->refused && !refusals->simulation->restored))
        sim_break(refusals->simulation, "%s shows a refusal of %s, which the server did not refuse",
                  refusals->terminal->login, refusal->operation->id.text);
    refusals->count++;
    return 0;
}

static void check_refusals(struct simulation *simulation, struct sim_terminal *terminal)
{
    struct refusals refusals = {simulation, terminal, 0};
    struct error error = ERROR_INIT;
    int64_t expected = 0;

    sim_must(simulation, store_refusal_each(terminal->store, refusal_visit_one, &refusals, &error),
             &error, "refusals");
    for (size_t i = 0; i < simulation->made_count; i++)
        expected += simulation->made[i].refused && simulation->made[i].type != RECORD_ROLL &&
                    simulation->made[i].terminal == terminal->number;
    if (refusals.count < expected || (refusals.count > expected && !simulation->restored))
        sim_break(simulation, "%s: %" PRId64 " refused at the server, %" PRId64 " shown",
                  terminal->login, expected, refusals.count);
}

/* --- equal records ---------------------------------------------------------------------------- */

static void check_record(struct simulation *simulation, struct sim_terminal *terminal,
                         const json_t *theirs)
{
    struct error error = ERROR_INIT;
    enum store_pending pending = STORE_SETTLED;
    struct record *own = NULL;
    struct id id;
    enum record_type type = record_type_from_name(json_text_or(theirs, "type", ""));

    (void)id_parse(&id, json_text_or(theirs, "id", ""));
    if (store_get(terminal->store, type, &id, &own, &pending, &error) != 0) {
        struct record *record = NULL;

        sim_must(simulation, record_from_json(&record, theirs, &error), &error, "a record");
        bool meant = sim_files_may_lack(terminal, record);
        record_free(record);
        if (meant)
            return;
        sim_break(simulation, "%s lacks %s %s: %s", terminal->login, record_type_name(type),
                  id.text, error.message);
        return;
    }
    json_t *document = record_to_json(own);
    /* A server that was restored may have been given the same by a message that came late, under
     * another number. */
    if (simulation->restored)
        json_object_set(document, "seq", json_object_get(theirs, "seq"));
    if (!json_equal(document, theirs) && simulation->trace) {
        char *here = json_dumps(document, JSON_COMPACT), *there = json_dumps(theirs, JSON_COMPACT);

        sim_trace(simulation, "here:  %s", here);
        sim_trace(simulation, "there: %s", there);
        free(here);
        free(there);
    }
    if (!json_equal(document, theirs))
        sim_break(simulation,
                  "%s holds %s %s at rev %" PRId64 ", the server at rev %" PRId64 " or other words",
                  terminal->login, record_type_name(type), id.text, own->rev,
                  json_integer_or(theirs, "rev", -1));
    else if (pending != STORE_SETTLED)
        sim_break(simulation, "%s shows %s %s as waiting for ever", terminal->login,
                  record_type_name(type), id.text);
    json_decref(document);
    record_free(own);
}

struct records_walk {
    struct simulation *simulation;
    struct sim_terminal *terminal;
    const struct scope_set *scopes;
};

static int check_known(void *context, const struct record *record, enum store_pending pending)
{
    struct records_walk *walk = context;
    char *document = NULL;

    (void)pending;
    int code = ledger_record_read(sim_ledger_of(walk->simulation, walk->terminal->number),
                                  walk->scopes, record->type, &record->id, &document, NULL);
    if (code == ERROR_NOT_FOUND)
        sim_break(walk->simulation, "%s holds %s %s, which the server does not have",
                  walk->terminal->login, record_type_name(record->type), record->id.text);
    /* What an agent saw before moving may stay; what an offer opened goes with it. */
    if (code == ERROR_REFUSED && !walk->terminal->moved)
        sim_break(walk->simulation, "%s holds %s %s, which is not theirs to see",
                  walk->terminal->login, record_type_name(record->type), record->id.text);
    free(document);
    return 0;
}

static void check_records(struct simulation *simulation, struct sim_terminal *terminal)
{
    struct ledger *ledger = sim_ledger_of(simulation, terminal->number);
    struct scope_set scopes = {0};
    struct error error = ERROR_INIT;
    struct ledger_page page = {0};
    int64_t since = 0;

    sim_must(simulation, ledger_desk_scopes(ledger, &terminal->actor.agent, &scopes, &error),
             &error, "scopes");
    do {
        ledger_page_clear(&page);
        sim_must(simulation,
                 ledger_changes(ledger, &scopes, since, LEDGER_PAGE_LIMIT, NULL, &page, &error),
                 &error, "changes");
        char *text = malloc(page.length + 3);
        if (text == NULL)
            abort();
        (void)snprintf(text, page.length + 3, "[%s]", page.records);
        json_t *list = json_loads(text, 0, NULL);
        json_t *one;
        size_t index;
        json_array_foreach(list, index, one)
        {
            check_record(simulation, terminal, one);
        }
        json_decref(list);
        free(text);
        since = page.next;
    } while (page.more);
    ledger_page_clear(&page);
    const struct store_query query = {.type = RECORD_NONE};
    struct records_walk walk = {simulation, terminal, &scopes};
    sim_must(simulation, store_each(terminal->store, &query, check_known, &walk, &error), &error,
             "walking a store");
    scope_set_free(&scopes);
}

/* Record by record: in a year other terminals each week, and all in the end. */
static bool is_compared(const struct simulation *simulation, int terminal)
{
    const struct sim_year *year = simulation->year;

    return year == NULL || year->compared < 0 || terminal % SIM_YEAR_COMPARED == year->compared;
}

void sim_check(struct simulation *simulation)
{
    check_rest(simulation);
    check_operations(simulation);
    check_winners(simulation);
    sim_check_handoffs(simulation);
    sim_check_tickets(simulation);
    sim_check_promises(simulation);
    check_ledger(simulation);
    for (int i = 0; i < simulation->terminal_count; i++) {
        struct sim_terminal *terminal = &simulation->terminals[i];
        if (!terminal->running)
            continue;
        check_clock(simulation, terminal);
        check_refusals(simulation, terminal);
        if (is_compared(simulation, i))
            check_records(simulation, terminal);
        sim_check_files(simulation, terminal);
    }
}
