/* What clocks deal with: the first of a list whose time has come, one after another. */
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

int ledger_first_due(struct ledger *ledger, enum ledger_statement which, int64_t now_ms,
                     struct ledger_row *row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);
    int64_t number, at_ms;
    int code;

    *row = (struct ledger_row){0};
    if (statement == NULL)
        return ERROR_STORAGE;
    code = database_step(ledger->writer, statement, error);
    if (code <= 0)
        return code;
    number = sqlite3_column_int64(statement, 0);
    at_ms = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    if (at_ms > now_ms)
        return 0;
    code = ledger_row_read_number(ledger->writer, number, row, error);
    return code == 0 ? 1 : code;
}

int ledger_settle_due(struct ledger *ledger, ledger_settle_first settle, int limit, int64_t now_ms,
                      int *settled, struct error *error)
{
    int code = ledger_begin(ledger, error);

    *settled = 0;
    if (code != 0)
        return code;
    while (*settled < limit && (code = settle(ledger, now_ms, error)) > 0)
        ++*settled;
    return ledger_end(ledger, code > 0 ? 0 : code, error);
}
