#include "net/ledger_gap.h"

#include <string.h>

#include "net/ledger_sqlite.h"

static bool is_within(const struct ledger_gap *gap, const struct id *id)
{
    return gap->known && strcmp(id->text, gap->after.text) > 0 &&
           (id_is_empty(&gap->before) || strcmp(id->text, gap->before.text) < 0);
}

int ledger_gap_look(struct ledger *ledger, struct ledger_gap *gap, enum ledger_statement next,
                    const struct id *id, bool *free, struct error *error)
{
    sqlite3_stmt *statement;
    int code;

    *free = is_within(gap, id);
    if (*free)
        return 0;
    statement = database_statement(ledger->writer, next, error);
    database_bind_text(statement, 1, id->text);
    code = database_step(ledger->writer, statement, error);
    if (code < 0)
        return code;
    *gap = (struct ledger_gap){.after = *id};
    /* One that cannot be read is no bound. */
    gap->known = code == 0 || (id_parse(&gap->before, database_text(statement, 0)) &&
                               strcmp(gap->before.text, database_text(statement, 0)) == 0);
    *free = code == 0 || strcmp(database_text(statement, 0), id->text) != 0;
    if (code > 0)
        sqlite3_reset(statement);
    return 0;
}

void ledger_gap_fill(struct ledger_gap *gap, const struct id *id)
{
    if (is_within(gap, id))
        gap->after = *id;
}
