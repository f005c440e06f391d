#include "net/ledger_holder.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_role.h"

int ledger_holder_open(struct ledger *ledger, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_ROLE_OWN, error);
    int code = database_has_row(ledger->writer, statement, error);

    ledger->holders = code > 0;
    return code < 0 ? code : 0;
}

/* "" when it is in nobody's. */
static const char *holder_of(const struct record *record)
{
    if (record->type == RECORD_CASE && record_text(record, "assignee")[0] != '\0')
        return record_text(record, "assignee");
    return json_text_or(json_object_get(record->meta, "created"), "agent", "");
}

bool ledger_holder_has(const struct record *record, const char *scope)
{
    return strncmp(scope, LEDGER_OWN_SCOPE, strlen(LEDGER_OWN_SCOPE)) == 0 &&
           strcmp(scope + strlen(LEDGER_OWN_SCOPE), holder_of(record)) == 0;
}

/* Of one agent after another many records are written: what their role says is read once. */
static int reads_own_alone(struct ledger *ledger, const struct id *agent, bool *own,
                           struct error *error)
{
    struct role role = {0};
    int code;

    *own = ledger->holder_own;
    if (id_equal(&ledger->holder, agent))
        return 0;
    code = ledger_role_of(ledger->writer, agent, &role, error);
    *own = code == 0 && role.reach == ROLE_REACH_OWN;
    role_clear(&role);
    if (code != 0 && code != ERROR_NOT_FOUND)
        return code;
    ledger->holder = *agent;
    ledger->holder_own = *own;
    return 0;
}

void ledger_holder_forget(struct ledger *ledger)
{
    ledger->holder = (struct id){0};
}

int ledger_holder_scopes(struct ledger *ledger, const struct record *record,
                         struct scope_set *scopes, struct error *error)
{
    struct id id;
    bool own;
    int code;

    if (!ledger->holders || !id_parse(&id, holder_of(record)))
        return 0;
    code = reads_own_alone(ledger, &id, &own, error);
    return code == 0 && own ? scope_set_add(scopes, LEDGER_OWN_SCOPE, id.text, error) : code;
}

int ledger_holder_follow(struct ledger *ledger, const struct ledger_row *matter,
                         struct error *error)
{
    struct scope_set held = {0};
    int code = ledger_row_scopes(ledger->writer, matter->row, &held, error);

    for (size_t i = 0; i < held.count && code == 0; i++)
        if (strncmp(held.names[i], LEDGER_OWN_SCOPE, strlen(LEDGER_OWN_SCOPE)) == 0 &&
            !ledger_holder_has(matter->record, held.names[i]))
            code = ledger_case_leave(ledger, matter, held.names[i], error);
    scope_set_free(&held);
    return code;
}

/* The cases in an agent's hands; owned by the caller (free). */
static int cases_of(struct ledger *ledger, const char *scope, int64_t **rows, size_t *count,
                    struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RECORD_CASES, error);
    int code = 1;

    *rows = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    while (code > 0 && (code = database_step(ledger->writer, statement, error)) > 0) {
        struct record *matter = NULL;
        int64_t *longer;
        bool has;

        if (ledger_document_read(database_text(statement, 1),
                                 (size_t)sqlite3_column_bytes(statement, 1), &matter, error) != 0) {
            code = error->code;
            break;
        }
        has = ledger_holder_has(matter, scope);
        record_free(matter);
        if (!has)
            continue;
        longer = realloc(*rows, (*count + 1) * sizeof(*longer));
        if (longer == NULL) {
            code = error_set(error, ERROR_MEMORY, "no memory for an agent's cases");
            break;
        }
        *rows = longer;
        longer[(*count)++] = sqlite3_column_int64(statement, 0);
    }
    sqlite3_reset(statement);
    return code;
}

int ledger_holder_fill(struct ledger *ledger, const struct id *agent, struct error *error)
{
    struct scope_set scope = {0};
    int64_t *rows = NULL;
    size_t count = 0;
    int code = scope_set_add(&scope, LEDGER_OWN_SCOPE, agent->text, error);

    if (code == 0)
        code = cases_of(ledger, scope.names[0], &rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = ledger_grant(ledger, rows[i], &scope, error);
    free(rows);
    scope_set_free(&scope);
    return code;
}
