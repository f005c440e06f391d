/* Who is with a client, and who just was: kept as contacts are written. */
#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* Of those that have ended, an agent's latest is enough. */
static int forget_earlier(struct ledger *ledger, const char *agent, int64_t ended,
                          struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ATTENDING_PRUNE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent);
    sqlite3_bind_int64(statement, 2, ended);
    return database_run(ledger->writer, statement, error);
}

int ledger_attending_list(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    const char *agent = record_text(row->record, "agent");
    int64_t started = 0, ended;
    bool over = timestamp_parse(record_text(row->record, "ended_at"), &ended);
    sqlite3_stmt *statement;

    timestamp_parse(record_text(row->record, "started_at"), &started);
    if (over && forget_earlier(ledger, agent, ended, error) != 0)
        return ERROR_STORAGE;
    statement = database_statement(ledger->writer, LEDGER_ATTENDING_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    database_bind_text(statement, 2, agent);
    sqlite3_bind_int64(statement, 3, started);
    if (over)
        sqlite3_bind_int64(statement, 4, ended);
    return database_run(ledger->writer, statement, error);
}

int ledger_attending(struct ledger *ledger, json_t **attending, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *attending = NULL;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_ATTENDING_EACH, error);
    *attending = json_object();
    code = statement == NULL ? ERROR_STORAGE : 0;
    while (code == 0 && (code = database_step(reader->database, statement, error)) > 0) {
        int64_t until = 0;
        json_t *one;

        timestamp_parse(database_text(statement, 3), &until);
        one = json_pack(
            "{s:I, s:I, s:I}", "started", (json_int_t)sqlite3_column_int64(statement, 1), "ended",
            (json_int_t)sqlite3_column_int64(statement, 2), "wrap_up_until", (json_int_t)until);

        code = json_object_set_new(*attending, database_text(statement, 0), one) != 0
                   ? error_set(error, ERROR_MEMORY, "no memory for who is busy")
                   : 0;
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        json_decref(*attending);
        *attending = NULL;
    }
    return code;
}
