#include "net/ledger_provider.h"

#include <stdlib.h>
#include <strings.h>

#include "app/json.h"
#include "net/ledger_agent.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* 1 when this document is the agent's of the login. */
static int has_login(sqlite3_stmt *statement, const char *login, struct id *agent,
                     struct error *error)
{
    struct record *record;
    int code = ledger_document_read(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &record, error);

    if (code != 0)
        return code;
    if (strcasecmp(record_text(record, "login"), login) == 0 &&
        !json_bool_or(record->body, "ended", false) && !ledger_agent_is_display(record)) {
        *agent = record->id;
        code = 1;
    }
    record_free(record);
    return code;
}

int ledger_agent_of_login(struct ledger *ledger, const char *login, struct id *agent,
                          struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int found = 0;
    int code = ledger_reader_take(ledger, &reader, error);

    *agent = (struct id){0};
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_AGENT_EACH, error);
    while ((code = database_step(reader->database, statement, error)) > 0) {
        int has = has_login(statement, login, agent, error);

        if (has < 0) {
            code = has;
            break;
        }
        found += has;
    }
    sqlite3_reset(statement);
    ledger_reader_give(ledger, reader);
    if (code == 0 && found != 1)
        code = error_set(error, ERROR_NOT_FOUND,
                         found == 0 ? "no agent here is called so by the identity provider"
                                    : "two agents have this login");
    return code;
}
