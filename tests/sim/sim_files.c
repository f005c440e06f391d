/* Letting go of files and fetching them again, in half of the seeds; and what must hold of what a
 * terminal does not hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/look.h"
#include "app/rest.h"
#include "app/store_file.h"
#include "app/text.h"
#include "net/feed_page.h"
#include "net/ledger_audit.h"
#include "net/ledger_reason.h"
#include "net/scope_set.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/simulation.h"

/* Past whatever is made in a run, and by more than a file that stays is left alone for. */
#define FAR_MS INT64_C(172800000)

/* --- what agents do --------------------------------------------------------------------------- */

struct away {
    struct sim_terminal *terminal;
    bool all;
    uint64_t place; /* of the one that is wanted */
    struct id ids[64];
    enum record_type types[64];
    size_t count;
};

static void note_away(void *context, sqlite3_stmt *row)
{
    struct away *away = context;

    if (away->count == sizeof away->ids / sizeof away->ids[0] ||
        !id_parse(&away->ids[away->count], sim_column(row, 1)))
        return;
    away->types[away->count++] = record_type_from_name(sim_column(row, 0));
}

/* Troubles of the disk are another matter. */
static void tolerate(struct sim_terminal *terminal, int code, const struct error *error,
                     const char *what)
{
    if (code != 0 &&
        !((code == ERROR_STORAGE || code == ERROR_BUSY) && sim_terminal_troubled(terminal)))
        sim_must(terminal->simulation, code, error, what);
}

/* Tells the server, before it is asked for the file. */
static void say_why(struct sim_terminal *terminal, enum record_type type, const struct id *id)
{
    static const enum purpose purposes[] = {PURPOSE_CALL_BACK, PURPOSE_WRITTEN};
    struct author author = sim_author(terminal);
    struct look look = {.purpose = purposes[sim_random(terminal->simulation, 2)],
                        .keep = LOOK_FETCH};
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    *(type == RECORD_CLIENT ? &look.client : &look.matter) = *id;
    sim_terminal_save(terminal, &batch, look_add(&batch, &author, &look, &error), &error);
}

/* Now and then nobody says why: then no more comes than is open. */
#define SILENT_OF 8

static void want(struct sim_terminal *terminal, bool all)
{
    struct away away = {.terminal = terminal};
    struct error error = ERROR_INIT;

    sim_query_at(terminal->path, "SELECT type, id FROM file WHERE away = 1 AND wanted = 0", NULL,
                 note_away, &away);
    for (size_t i = 0; i < away.count; i++)
        if (all || sim_random(terminal->simulation, away.count) == 0) {
            if (all || sim_random(terminal->simulation, SILENT_OF) > 0)
                say_why(terminal, away.types[i], &away.ids[i]);
            int code = store_file_want(terminal->store, away.types[i], &away.ids[i], true,
                                       sim_wall(terminal->simulation), &error);

            tolerate(terminal, code, &error, "wanting a file");
        }
    if (away.count > 0) {
        sync_engine_ring(terminal->engine);
        sim_terminal_step(terminal);
    }
}

/* How many of the records that operations in the outbox are about are here, and of their cases. */
#define UNSENT                                                                                     \
    "SELECT count(*) + total(EXISTS(SELECT 1 FROM record AS matter WHERE matter.type = 'case' "    \
    "AND matter.id = record.case_id)) FROM operation JOIN record ON record.type = operation.type " \
    "AND record.id = operation.record WHERE operation.state = 0"

static void read_number(void *context, sqlite3_stmt *row)
{
    *(int64_t *)context = sqlite3_column_int64(row, 0);
}

static int64_t unsent_here(const struct sim_terminal *terminal)
{
    int64_t here = 0;

    sim_query_at(terminal->path, UNSENT, NULL, read_number, &here);
    return here;
}

/* Lets a case go as if it did not matter what waits in the outbox. */
static void let_unsent_go(const struct sim_terminal *terminal)
{
    sqlite3 *database = NULL;

    if ((sqlite3_open(terminal->path, &database) != SQLITE_OK ||
         sqlite3_exec(database,
                      "DELETE FROM record WHERE type = 'case' AND id IN (SELECT case_id FROM "
                      "record JOIN operation ON record.type = operation.type AND record.id = "
                      "operation.record WHERE operation.state = 0)",
                      NULL, NULL, NULL) != SQLITE_OK) &&
        !sim_terminal_troubled(terminal))
        abort();
    sqlite3_close(database);
}

static void let_go(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;
    const struct store_policy policy = {.keep_ms = 1};
    struct error error = ERROR_INIT;
    int64_t before = unsent_here(terminal);
    size_t gone = 0;
    bool more = false;

    terminal->far_ms += FAR_MS;
    tolerate(terminal,
             store_evict(terminal->store, &policy,
                         sim_wall(simulation) + terminal->clock_offset + terminal->far_ms, &more,
                         &gone, &error),
             &error, "letting go");
    if (simulation->plant == SIM_PLANT_UNSENT_LET_GO)
        let_unsent_go(terminal);
    int64_t after = unsent_here(terminal);
    if (after != before && !sim_disk_is_dead(terminal->disk))
        sim_break(simulation, "%s let go of %" PRId64 " records that wait to be sent",
                  terminal->login, before - after);
    simulation->totals.let_go += gone;
    if (gone > 0)
        sim_trace(simulation, "%s lets %zu records go", terminal->login, gone);
}

void sim_files_act(struct sim_terminal *terminal)
{
    struct simulation *simulation = terminal->simulation;

    if (!simulation->lets_go)
        return;
    switch (sim_random(simulation, 8)) {
    case 0:
        let_go(terminal);
        break;
    case 1:
    case 2:
        want(terminal, false);
        break;
    default:
        break;
    }
}

void sim_files_want_all(struct sim_terminal *terminal)
{
    if (terminal->running && terminal->simulation->lets_go)
        want(terminal, true);
}

/* --- the server ------------------------------------------------------------------------------- */

static bool read_path(const struct sim_message *request, struct ledger_file_wanted *wanted)
{
    char type[16], id[ID_TEXT_LENGTH + 1];

    if (sscanf(request->path, "/v1/files/%15[a-z]/%36[0-9a-f-]", type, id) != 2)
        return false;
    wanted->type = record_type_from_name(type);
    wanted->since = sim_parameter(request, "since=", 0);
    wanted->after = sim_parameter(request, "&after=", 0);
    wanted->limit = (size_t)sim_parameter(request, "limit=", 500);
    return id_parse(&wanted->record, id);
}

/* The records of a page, parsed. New. */
static json_t *records_of(const struct ledger_page *page)
{
    char *text = malloc(page->length + 3);

    if (text == NULL)
        abort();
    (void)snprintf(text, page->length + 3, "[%.*s]", (int)page->length, page->records);
    json_t *list = json_loads(text, 0, NULL);
    free(text);
    return list;
}

/* Which these are. New. */
static struct sim_given *given_of(const struct ledger_file_wanted *wanted, const json_t *list)
{
    struct sim_given *given =
        calloc(1, sizeof *given + json_array_size(list) * sizeof given->records[0]);
    json_t *one;
    size_t index;

    if (given == NULL)
        abort();
    json_array_foreach(list, index, one)
    {
        given->records[index].type = record_type_from_name(json_text_or(one, "type", ""));
        (void)id_parse(&given->records[index].id, json_text_or(one, "id", ""));
    }
    given->type = wanted->type;
    given->id = wanted->record;
    given->count = json_array_size(list);
    return given;
}

/* Who did not say why is given nothing of a case that is closed. */
static void check_open(struct simulation *simulation, const struct sim_terminal *terminal,
                       const json_t *list)
{
    const json_t *one;
    size_t index;

    json_array_foreach(list, index, one)
    {
        if (strcmp(json_text_or(one, "type", ""), "case") == 0 &&
            strcmp(json_text_or(json_object_get(one, "body"), "status", ""), "closed") == 0)
            sim_break(simulation, "%s is given closed case %s, and did not say why",
                      terminal->login, json_text_or(one, "id", ""));
    }
}

static void answer(struct simulation *simulation, const struct sim_message *request,
                   const struct ledger_file_wanted *wanted, struct ledger_page *page,
                   bool unreasoned)
{
    struct text_buffer body = {0};
    json_t *list = records_of(page);

    if (unreasoned)
        check_open(simulation, &simulation->terminals[request->terminal], list);
    if (simulation->plant == SIM_PLANT_FILE_EMPTY)
        page->length = 0;
    feed_page_write_file(&body, ledger_feed(sim_ledger_at(simulation, request)), page);
    simulation->totals.fetched += page->count;
    struct sim_message *reply = sim_answer(simulation, request, 200, text_buffer_take(&body), -1);
    if (reply != NULL)
        reply->given = given_of(wanted, list);
    json_decref(list);
}

struct said {
    const char *agent, *purpose;
    bool told;
};

static void read_said(void *context, sqlite3_stmt *row)
{
    struct said *said = context;

    said->told |= strcmp(sim_column(row, 0), said->agent) == 0 &&
                  strcmp(sim_column(row, 1), said->purpose) == 0;
}

/* What an agent had to say of this file is in the trail. */
static void check_said(struct simulation *simulation, const struct sim_message *request,
                       const struct ledger_file_wanted *wanted, enum purpose purpose)
{
    const struct sim_terminal *terminal = &simulation->terminals[request->terminal];
    struct said said = {.agent = terminal->actor.agent.text, .purpose = purpose_name(purpose)};
    struct error error = ERROR_INIT;
    struct id client;

    if (purpose != PURPOSE_CALL_BACK && purpose != PURPOSE_WRITTEN)
        return;
    sim_must(simulation,
             ledger_client_find(sim_ledger_at(simulation, request), wanted->type, &wanted->record,
                                &client, &error),
             &error, "whose file it is");
    sim_query_at(request->at_relay ? simulation->relay.path : simulation->ledger_path,
                 "SELECT agent, purpose FROM audit WHERE kind = 'read' AND what LIKE 'asked for at "
                 "%' AND ?1 IN (client, record)",
                 id_is_empty(&client) ? wanted->record.text : client.text, read_said, &said);
    if (!said.told)
        sim_break(simulation, "%s is given the file of %s (%s), and the trail does not say why",
                  terminal->login, wanted->record.text, said.purpose);
}

/* The route's entry in the trail. */
static void tell(struct simulation *simulation, const struct sim_message *request,
                 const struct ledger_page *page, enum purpose purpose)
{
    const struct sim_terminal *terminal = &simulation->terminals[request->terminal];
    struct error error = ERROR_INIT;
    char what[80];
    struct audit_entry entry = {.kind = AUDIT_READ,
                                .at_ms = sim_wall(simulation),
                                .agent = terminal->actor.agent,
                                .device = terminal->actor.device,
                                .purpose = purpose,
                                .what = what,
                                .clients = page->clients,
                                .client_count = page->client_count};

    if (page->personal == 0)
        return;
    simulation->pages_told[request->at_relay]++;
    if (simulation->plant == SIM_PLANT_FETCH_UNTOLD)
        return;
    (void)snprintf(what, sizeof what, "files: %zu records", page->personal);
    if (page->client_count == 1) {
        entry.client = id_from_bytes(page->clients);
        entry.clients = NULL;
        entry.client_count = 0;
    }
    sim_must(simulation, ledger_audit_write(sim_ledger_at(simulation, request), &entry, &error),
             &error, "the audit trail");
}

/* As GET /v1/files does (net/route_files.c). */
void sim_files_take(struct simulation *simulation, const struct sim_message *request)
{
    struct ledger *ledger = sim_ledger_at(simulation, request);
    const struct ledger_actor *actor = &simulation->terminals[request->terminal].actor;
    struct ledger_file_wanted wanted = {0};
    struct ledger_page page = {0};
    struct scope_set scopes = {0};
    struct error error = ERROR_INIT;
    enum purpose purpose = PURPOSE_NONE;
    int code = ERROR_NOT_FOUND;

    sim_must(simulation, ledger_desk_scopes(ledger, &actor->agent, &scopes, &error), &error,
             "scopes of a desk");
    if (read_path(request, &wanted))
        code = ledger_reason_find_fetch(ledger, actor, wanted.type, &wanted.record,
                                        sim_wall(simulation), &purpose, &error);
    if (code == ERROR_INVALID && simulation->plant == SIM_PLANT_REASON_INVENTED) {
        purpose = PURPOSE_WRITTEN;
        code = 0;
    }
    bool unreasoned = code == ERROR_INVALID;
    wanted.open_only = unreasoned && simulation->plant != SIM_PLANT_FILE_UNREASONED;
    if (code == 0 || unreasoned)
        code = ledger_file_page(ledger, &scopes, &wanted, &page, &error);
    scope_set_free(&scopes);
    if (code == ERROR_REFUSED)
        sim_answer(simulation, request, 403, strdup("{\"title\":\"Forbidden\"}"), -1);
    else if (code == ERROR_NOT_FOUND)
        sim_answer(simulation, request, 404, strdup("{\"title\":\"Not Found\"}"), -1);
    else if (code == ERROR_INVALID)
        sim_answer(simulation, request, 422, strdup("{\"code\":\"purpose-needed\"}"), -1);
    else
        sim_must(simulation, code, &error, "reading a file");
    if (code == 0) {
        check_said(simulation, request, &wanted, purpose);
        tell(simulation, request, &page, purpose);
        answer(simulation, request, &wanted, &page, unreasoned);
    }
    ledger_page_clear(&page);
}

/* --- what must hold --------------------------------------------------------------------------- */

static bool is_away(struct sim_terminal *terminal, enum record_type type, const char *text)
{
    struct store_file file = {0};
    struct id id;

    return id_parse(&id, text) && store_file_get(terminal->store, type, &id, &file, NULL) == 0 &&
           file.away;
}

bool sim_files_lacks(struct sim_terminal *terminal, const struct sim_message *message)
{
    return message->given != NULL &&
           is_away(terminal, message->given->type, message->given->id.text);
}

void sim_files_taken(struct sim_terminal *terminal, const struct sim_message *message)
{
    const struct sim_given *given = message->given;

    if (sim_terminal_troubled(terminal) || is_away(terminal, given->type, given->id.text))
        return;
    for (size_t i = 0; i < given->count; i++) {
        struct record *record = NULL;

        if (store_get(terminal->store, given->records[i].type, &given->records[i].id, &record, NULL,
                      NULL) == ERROR_NOT_FOUND)
            sim_break(terminal->simulation,
                      "%s has fetched the file of %s %s, and lacks %s %s of it", terminal->login,
                      record_type_name(given->type), given->id.text,
                      record_type_name(given->records[i].type), given->records[i].id.text);
        record_free(record);
    }
}

static void read_old(void *context, sqlite3_stmt *row)
{
    *(int64_t *)context = strtoll(sim_column(row, 0), NULL, 10);
}

bool sim_files_may_lack(struct sim_terminal *terminal, const struct record *record)
{
    int64_t old = 0;

    if (!terminal->simulation->lets_go)
        return false;
    if (is_away(terminal, record->type, record->id.text) ||
        is_away(terminal, RECORD_CASE, record_text(record, "case")) ||
        is_away(terminal, RECORD_CLIENT, record_text(record, "client")))
        return true;
    /* Left out of the feed. */
    sim_query_at(terminal->path, "SELECT value FROM meta WHERE name = 'old'", NULL, read_old, &old);
    return rest_is_done(record) && rest_latest(record) < old &&
           (record->type == RECORD_CASE || record_text(record, "case")[0] != '\0' ||
            record_text(record, "contact")[0] != '\0');
}

void sim_check_files(struct simulation *simulation, struct sim_terminal *terminal)
{
    enum record_type type;
    struct id id;

    if (store_file_wanted(terminal->store, &type, &id, NULL) > 0)
        sim_break(simulation, "%s still wants the file of %s %s", terminal->login,
                  record_type_name(type), id.text);
}
