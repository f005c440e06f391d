/* The audit trail, when everything has come to rest: whole at the centre and at the relay, and each
 * operation that was applied is in it exactly once, whatever crashed. */
#include <inttypes.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "net/ledger_verify.h"
#include "tests/sim/simulation.h"

static void found(void *context, const char *finding)
{
    sim_break(context, "the audit trail: %s", finding);
}

static void check_whole(struct simulation *simulation, const char *path)
{
    const struct audit_verify_options options = {.finding = found, .context = simulation};
    struct audit_verified verified;
    struct error error = ERROR_INIT;

    sim_must(simulation, ledger_audit_verify(path, &options, &verified, &error), &error,
             "verifying the audit trail");
    if (verified.entries == 0)
        sim_break(simulation, "the audit trail of %s is empty", path);
}

static int64_t count(const char *path, const char *sql)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *row = NULL;
    int64_t number;

    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, sql, -1, &row, NULL) != SQLITE_OK ||
        sqlite3_step(row) != SQLITE_ROW)
        abort();
    number = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(database);
    return number;
}

/* Each page of a file that was given is in it; a server that was restored lost what came last. */
static void check_pages(struct simulation *simulation, const char *path, bool relay)
{
    int64_t told = count(path, "SELECT count(*) FROM audit WHERE kind = 'read' AND what LIKE "
                               "'files: %'");

    if (told != simulation->pages_told[relay] &&
        !(relay ? simulation->relay.restored : simulation->restored))
        sim_break(simulation,
                  "%" PRId64 " pages of files were given %s, %" PRId64 " are in the audit trail",
                  simulation->pages_told[relay], relay ? "by the relay" : "by the server", told);
}

void sim_check_trail(struct simulation *simulation)
{
    int64_t applied =
        count(simulation->ledger_path, "SELECT count(*) FROM operation WHERE refusal IS NULL");
    int64_t entries =
        count(simulation->ledger_path,
              "SELECT count(*) FROM audit WHERE (kind = 'write' AND record <> '') OR "
              "(kind = 'read' AND (what LIKE 'opened at %' OR what LIKE 'asked for at "
              "%'))");

    check_whole(simulation, simulation->ledger_path);
    check_pages(simulation, simulation->ledger_path, false);
    if (simulation->relay.on) {
        check_whole(simulation, simulation->relay.path);
        check_pages(simulation, simulation->relay.path, true);
    }
    if (applied != entries)
        sim_break(simulation,
                  "%" PRId64 " operations were applied, %" PRId64 " are in the audit trail",
                  applied, entries);
}
