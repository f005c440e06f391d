/*
 * The mark of a terminal: a count and chance, replaced at each sign-in. The terminal shows the mark
 * of the last one and proposes the next, which it has written down before; so an answer that was
 * lost does no harm, and a terminal whose files are an older copy, or that are at work in two
 * places, is known by a mark whose turn is over.
 */
#include <stdlib.h>
#include <string.h>

#include "net/ledger_agent.h"
#include "net/ledger_session.h"
#include "net/ledger_sqlite.h"

static int64_t mark_count(const char *mark)
{
    return strtoll(mark, NULL, 10);
}

static int put_mark(struct ledger *ledger, const struct id *device, const char *mark,
                    struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_DEVICE_PUT, error);

    database_bind_text(statement, 1, device->text);
    database_bind_text(statement, 2, mark);
    return database_run(ledger->writer, statement, error);
}

static int note_behind(struct ledger *ledger, const struct id *device, int64_t now_ms,
                       struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_DEVICE_BEHIND, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, device->text);
    sqlite3_bind_int64(statement, 2, now_ms);
    code = database_run(ledger->writer, statement, error);
    /* The other one is told when it signs in again, which it does now. */
    return code != 0 ? code : ledger_sessions_end_device(ledger, device, now_ms, error);
}

int ledger_device_admit(struct ledger *ledger, const struct id *device,
                        const struct ledger_mark *mark, int64_t now_ms, bool *behind,
                        int64_t *other_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_DEVICE_GET, error);
    bool known, turn, repeated, ahead;
    int code;

    *behind = false;
    *other_ms = 0;
    database_bind_text(statement, 1, device->text);
    code = database_step(ledger->writer, statement, error);
    if (code < 0)
        return code;
    known = code > 0;
    turn = known && strcmp(database_text(statement, 0), mark->last) == 0;
    repeated = known && strcmp(database_text(statement, 0), mark->next) == 0;
    /* This server is the older copy. */
    /* Sessions of the marks before end, whichever way it goes. */
    ledger->sessions_changed = true;
    ahead = known && mark_count(mark->last) > mark_count(database_text(statement, 0));
    if (known) {
        *other_ms = sqlite3_column_int64(statement, 1);
        sqlite3_reset(statement);
    }
    if (!known || turn || repeated || ahead)
        return put_mark(ledger, device, mark->next, error);
    *behind = true;
    return note_behind(ledger, device, now_ms, error);
}
