/* Letting go of files and fetching them again, in half of the seeds; and what must hold of what a
 * terminal does not hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "app/json.h"
#include "app/rest.h"
#include "app/store_file.h"
#include "app/text.h"
#include "net/feed_page.h"
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

static void want(struct sim_terminal *terminal, bool all)
{
    struct away away = {.terminal = terminal};
    struct error error = ERROR_INIT;

    sim_query_at(terminal->path, "SELECT type, id FROM file WHERE away = 1 AND wanted = 0", NULL,
                 note_away, &away);
    for (size_t i = 0; i < away.count; i++)
        if (all || sim_random(terminal->simulation, away.count) == 0) {
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

static void answer(struct simulation *simulation, const struct sim_message *request,
                   struct ledger_page *page)
{
    struct text_buffer body = {0};

    if (simulation->plant == SIM_PLANT_FILE_EMPTY)
        page->length = 0;
    feed_page_write_file(&body, ledger_feed(sim_ledger_of(simulation, request->terminal)), page);
    simulation->totals.fetched += page->count;
    sim_answer(simulation, request, 200, text_buffer_take(&body), -1);
}

void sim_files_take(struct simulation *simulation, const struct sim_message *request)
{
    struct ledger *ledger = sim_ledger_of(simulation, request->terminal);
    struct ledger_file_wanted wanted = {0};
    struct ledger_page page = {0};
    struct scope_set scopes = {0};
    struct error error = ERROR_INIT;
    int code = ERROR_NOT_FOUND;

    sim_must(simulation,
             ledger_desk_scopes(ledger, &simulation->terminals[request->terminal].actor.agent,
                                &scopes, &error),
             &error, "scopes of a desk");
    if (read_path(request, &wanted))
        code = ledger_file_page(ledger, &scopes, &wanted, &page, &error);
    scope_set_free(&scopes);
    if (code == ERROR_REFUSED)
        sim_answer(simulation, request, 403, strdup("{\"title\":\"Forbidden\"}"), -1);
    else if (code == ERROR_NOT_FOUND)
        sim_answer(simulation, request, 404, strdup("{\"title\":\"Not Found\"}"), -1);
    else
        sim_must(simulation, code, &error, "reading a file");
    if (code == 0)
        answer(simulation, request, &page);
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
