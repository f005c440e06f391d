/* At a relay: a record that the centre shows the office in fewer of its scopes than before. It goes
 * from those, and stays in the others; whoever saw it there is told. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_protect.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* As it was given last: a row of the database, 0 for none, and the names of its scopes, NULL when
 * they are not known. */
struct former {
    int64_t row;
    json_t *scopes; /* owned */
};

static int former_read(struct ledger *ledger, const char *id, struct former *former,
                       struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GIVEN_SCOPES, error);
    int code;

    *former = (struct former){0};
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    former->row = sqlite3_column_int64(statement, 0);
    former->scopes = json_loads(database_text(statement, 1), 0, NULL);
    sqlite3_reset(statement);
    return 0;
}

static int former_write(struct ledger *ledger, int64_t row, const json_t *scopes,
                        struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GIVEN_SCOPES_PUT, error);
    char *text = json_write(scopes);
    int code;

    if (statement == NULL || text == NULL) {
        free(text);
        return error_set(error, ERROR_MEMORY, "no memory for a record's scopes");
    }
    sqlite3_bind_int64(statement, 1, row);
    database_bind_text(statement, 2, text);
    code = database_run(ledger->writer, statement, error);
    free(text);
    return code;
}

/* As such, or as one of a protected file. */
static bool has(const json_t *scopes, const char *name)
{
    const size_t length = strlen(LEDGER_PROTECTED_SCOPE);
    const json_t *one;
    size_t index;

    json_array_foreach(scopes, index, one)
    {
        const char *other = json_is_string(one) ? json_string_value(one) : "";

        if (strcmp(other, name) == 0 || (strncmp(other, LEDGER_PROTECTED_SCOPE, length) == 0 &&
                                         strcmp(other + length, name) == 0))
            return true;
    }
    return false;
}

static int narrow_one(struct ledger *ledger, const json_t *document, struct error *error)
{
    const json_t *scopes = json_object_get(document, "scopes"), *name;
    struct former former;
    size_t index;
    int code = former_read(ledger, json_text_or(document, "id", ""), &former, error);

    if (code != 0 || former.row == 0 || json_equal(former.scopes, scopes)) {
        json_decref(former.scopes);
        return code;
    }
    json_array_foreach(former.scopes, index, name)
    {
        if (code == 0 && json_is_string(name) && !has(scopes, json_string_value(name)))
            code = ledger_row_leave(ledger, former.row, json_string_value(name), error);
    }
    if (code == 0)
        code = former_write(ledger, former.row, scopes, error);
    json_decref(former.scopes);
    return code;
}

int ledger_relay_narrow(struct ledger *ledger, const json_t *records, struct error *error)
{
    const json_t *document;
    size_t index;
    int code = 0;

    json_array_foreach(records, index, document)
    {
        if (code == 0 && json_is_array(json_object_get(document, "scopes")))
            code = narrow_one(ledger, document, error);
    }
    return code;
}
