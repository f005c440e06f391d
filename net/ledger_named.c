#include "net/ledger_named.h"

#include <string.h>

#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

/* --- letting go ------------------------------------------------------------------------------- */

static void drop(struct ledger_named *named)
{
    scope_set_free(&named->scopes);
    named->id = (struct id){0};
    named->client = (struct id){0};
    named->row = 0;
}

void ledger_named_forget(struct ledger *ledger)
{
    drop(&ledger->named);
    ledger->named.scope[0] = '\0';
}

void ledger_named_written(struct ledger *ledger, const struct record *record)
{
    if (record->type == RECORD_CASE && id_equal(&record->id, &ledger->named.id))
        drop(&ledger->named);
}

void ledger_named_moved(struct ledger *ledger, int64_t row)
{
    if (row == ledger->named.row)
        drop(&ledger->named);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A row for each scope; of a case that stands in none, one. Joining ones are left out. */
static int take_row(struct ledger_named *named, sqlite3_stmt *statement, struct error *error)
{
    const char *scope = database_text(statement, 0);

    named->row = sqlite3_column_int64(statement, 1);
    (void)id_parse(&named->client, database_text(statement, 2));
    if (scope[0] == '\0' || strncmp(scope, LEDGER_JOIN_PREFIX, strlen(LEDGER_JOIN_PREFIX)) == 0)
        return 0;
    return scope_set_add(&named->scopes, "", scope, error);
}

static int keep(struct ledger *ledger, const struct id *id, struct error *error)
{
    struct ledger_named *named = &ledger->named;
    sqlite3_stmt *statement;
    int code = 1;

    if (id_equal(&named->id, id))
        return 0;
    drop(named);
    statement = database_statement(ledger->writer, LEDGER_CASE_NAMED, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id->text);
    while (code > 0 && (code = database_step(ledger->writer, statement, error)) > 0) {
        if (take_row(named, statement, error) != 0) {
            sqlite3_reset(statement);
            code = ERROR_MEMORY;
        }
    }
    if (code == 0)
        named->id = *id;
    else
        drop(named);
    return code;
}

/* As it stands in the database. */
static bool is_id(const char *text, struct id *id)
{
    return id_parse(id, text) && strcmp(id->text, text) == 0;
}

int ledger_named_scopes(struct ledger *ledger, enum record_type type, const char *id,
                        struct scope_set *scopes, bool *exists, struct error *error)
{
    struct id matter;
    int code;

    if (type != RECORD_CASE || !is_id(id, &matter))
        return ledger_scopes_of(ledger->writer, type, id, scopes, exists, error);
    code = keep(ledger, &matter, error);
    if (exists != NULL)
        *exists = ledger->named.row != 0;
    return code == 0 ? scope_set_add_all(scopes, &ledger->named.scopes, error) : code;
}

int ledger_named_client(struct ledger *ledger, const struct record *record, struct id *client,
                        struct error *error)
{
    struct id matter;
    int code;

    if (record == NULL || record->type == RECORD_CLIENT ||
        record_text(record, "client")[0] != '\0' || !is_id(record_text(record, "case"), &matter))
        return ledger_client_of(ledger->writer, record, client, error);
    code = keep(ledger, &matter, error);
    *client = ledger->named.client;
    return code;
}
