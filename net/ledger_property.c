/* What a ledger keeps of itself by name. */
#include "app/text.h"
#include "net/ledger_sqlite.h"

/* 1 with the statement on its row; 0 when there is no such property. */
static int property_find(struct database *database, const char *name, sqlite3_stmt **statement,
                         struct error *error)
{
    *statement = database_statement(database, LEDGER_PROPERTY_GET, error);
    database_bind_text(*statement, 1, name);
    return database_step(database, *statement, error);
}

int ledger_property_number(struct database *database, const char *name, int64_t *number,
                           struct error *error)
{
    sqlite3_stmt *statement;
    int code = property_find(database, name, &statement, error);

    *number = code > 0 ? sqlite3_column_int64(statement, 0) : 0;
    if (code > 0)
        sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

int ledger_property_text(struct database *database, const char *name, char *text, size_t size,
                         struct error *error)
{
    sqlite3_stmt *statement;
    int code = property_find(database, name, &statement, error);

    text_copy(text, size, code > 0 ? database_text(statement, 0) : "");
    if (code > 0)
        sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

int ledger_property_number_put(struct ledger *ledger, const char *name, int64_t number,
                               struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_PROPERTY_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, name);
    sqlite3_bind_int64(statement, 2, number);
    return database_run(ledger->writer, statement, error);
}

int ledger_property_text_put(struct ledger *ledger, const char *name, const char *text,
                             struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_PROPERTY_PUT, error);

    database_bind_text(statement, 1, name);
    database_bind_text(statement, 2, text);
    return database_run(ledger->writer, statement, error);
}
