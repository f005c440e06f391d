/*
 * Files that are open to an agent stand in a scope of the agent's own, apart from all others: what
 * ends is taken from that one alone, and whoever sees it for another reason goes on seeing it. What
 * is written on the file meanwhile comes into the scope as into any other that a case stands in.
 *
 * Of several files of one agent one may end: then the scope is emptied and filled again with the
 * others, so that what two of them have in common stays.
 */
#include <stdlib.h>

#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_opening_internal.h"
#include "net/ledger_row.h"
#include "net/ledger_search_internal.h"

int opening_scope(const char *agent, struct scope_set *scope, struct error *error)
{
    return scope_set_add(scope, LEDGER_OPENINGS_SCOPE, agent, error);
}

static int give(struct ledger *ledger, const struct search_numbers *numbers,
                const struct scope_set *scope, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < numbers->count && code == 0; i++)
        code = ledger_grant(ledger, numbers->numbers[i], scope, error);
    return code;
}

int opening_give(struct ledger *ledger, enum record_type type, const struct id *id,
                 const struct scope_set *scope, struct error *error)
{
    struct search_numbers numbers = {0};
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, type, id, &row, error);

    if (code == 0 && type == RECORD_CLIENT) {
        code = search_survivor(ledger->writer, &row, error);
        if (code == 0)
            code = search_file_all(ledger->writer, &row.record->id, &numbers, error);
    } else if (code == 0) {
        code = search_numbers_add(&numbers, row.row, error);
    }
    ledger_row_clear(&row);
    if (code == 0)
        code = give(ledger, &numbers, scope, error);
    search_numbers_free(&numbers);
    return code;
}

/* Where a row stands in the feed of the scope; some are not given to it. */
static int span_add(struct ledger *ledger, int64_t row, int64_t scope, struct ledger_opened *opened,
                    struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_FEED_HAS, error);
    int64_t seq;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, scope);
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    seq = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (opened->records++ == 0 || seq - 1 < opened->after)
        opened->after = seq - 1;
    if (seq > opened->last)
        opened->last = seq;
    return 0;
}

int opening_span(struct ledger *ledger, enum record_type type, const struct id *id,
                 const struct scope_set *scope, struct ledger_opened *opened, struct error *error)
{
    struct search_numbers numbers = {0};
    int64_t number;
    int code = ledger_scope_find(ledger->writer, scope->names[0], &number, error);

    if (code == 0)
        code = search_file_whole(ledger->writer, type, id, &numbers, error);
    for (size_t i = 0; i < numbers.count && code == 0; i++)
        code = span_add(ledger, numbers.numbers[i], number, opened, error);
    search_numbers_free(&numbers);
    return code;
}

static int scope_empty(struct ledger *ledger, const char *scope, struct error *error)
{
    int64_t number, *rows = NULL;
    size_t count = 0;
    int code = ledger_scope_find(ledger->writer, scope, &number, error);

    if (code == 0 && number != 0)
        code = ledger_scope_rows(ledger, number, &rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = ledger_row_take_from(ledger, rows[i], scope, error);
    free(rows);
    return code;
}

int opening_delete(struct ledger *ledger, const struct id *record, const struct id *agent,
                   struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent->text);
    database_bind_text(statement, 2, record->text);
    return database_run(ledger->writer, statement, error);
}

int opening_files(struct ledger *ledger, const char *agent, struct opening_file **files,
                  size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPENING_OF, error);
    int code = 1;

    *files = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, agent);
    while (code > 0 && (code = database_step(ledger->writer, statement, error)) > 0) {
        struct opening_file *longer = realloc(*files, (*count + 1) * sizeof(*longer));

        if (longer == NULL) {
            code = error_set(error, ERROR_MEMORY, "no memory for an agent's open files");
            break;
        }
        *files = longer;
        id_parse(&longer[*count].record, database_text(statement, 0));
        longer[*count].type = record_type_from_name(database_text(statement, 1));
        longer[*count].purpose = purpose_from_name(database_text(statement, 2));
        ++*count;
    }
    sqlite3_reset(statement);
    return code;
}

int opening_settle(struct ledger *ledger, const char *agent, struct error *error)
{
    struct scope_set scope = {0};
    struct opening_file *files = NULL;
    size_t count = 0;
    int code = opening_scope(agent, &scope, error);

    if (code == 0)
        code = scope_empty(ledger, scope.names[0], error);
    if (code == 0)
        code = opening_files(ledger, agent, &files, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = opening_give(ledger, files[i].type, &files[i].record, &scope, error);
    free(files);
    scope_set_free(&scope);
    return code == ERROR_NOT_FOUND ? 0 : code;
}
