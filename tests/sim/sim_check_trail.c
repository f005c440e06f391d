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

static int64_t count(struct simulation *simulation, const char *sql)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *row = NULL;
    int64_t number;

    if (sqlite3_open_v2(simulation->ledger_path, &database, SQLITE_OPEN_READONLY, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(database, sql, -1, &row, NULL) != SQLITE_OK ||
        sqlite3_step(row) != SQLITE_ROW)
        abort();
    number = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(database);
    return number;
}

void sim_check_trail(struct simulation *simulation)
{
    int64_t applied = count(simulation, "SELECT count(*) FROM operation WHERE refusal IS NULL");
    int64_t entries =
        count(simulation, "SELECT count(*) FROM audit WHERE (kind = 'write' AND record <> '') OR "
                          "(kind = 'read' AND what LIKE 'opened at %')");

    check_whole(simulation, simulation->ledger_path);
    if (simulation->relay.on)
        check_whole(simulation, simulation->relay.path);
    if (applied != entries)
        sim_break(simulation,
                  "%" PRId64 " operations were applied, %" PRId64 " are in the audit trail",
                  applied, entries);
}
