/* A relay that was restored from an older copy of itself: how that is found out, and of which
 * operations the centre may know since. */
#include "net/ledger_relay.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* How long terminals may keep, without an answer, what the relay does not know any more. */
#define DOUBTS_MS (INT64_C(7) * 86400000)

/* --- before the centre has told --------------------------------------------------------------- */

static int began_put(struct ledger *ledger, int64_t number, struct error *error)
{
    int code = ledger_property_number_put(ledger, "relay-began", number, error);

    if (code == 0)
        ledger->relay_began = number;
    return code;
}

static int untold_put(struct ledger *ledger, bool untold, struct error *error)
{
    int code = 0;

    if (ledger->relay_untold != untold)
        code = ledger_property_number_put(ledger, "relay-untold", untold, error);
    if (code == 0)
        ledger->relay_untold = untold;
    return code;
}

/* Notes which operations it knows by itself: what its terminals offer from now on, until the centre
 * has told, may be what it knew before it was restored. */
static int note_began(struct ledger *ledger, struct error *error)
{
    int64_t last;
    int code = ledger_upward_last(ledger, &last, error);

    return code == 0 ? began_put(ledger, last + 1, error) : code;
}

int ledger_relay_unsure(struct ledger *ledger, bool unsure, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    ledger->relay_unsure = unsure;
    if (unsure && ledger->relay_began == 0)
        code = note_began(ledger, error);
    return ledger_end(ledger, code, error);
}

int ledger_relay_untold(struct ledger *ledger, struct error *error)
{
    int code;

    if (ledger->relay_began == 0)
        return 0;
    code = ledger_begin(ledger, error);
    return code != 0 ? code : ledger_end(ledger, untold_put(ledger, true, error), error);
}

/* --- restored --------------------------------------------------------------------------------- */

static int note_restored(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    int code = ledger_property_number_put(ledger, "relay-since", now_ms, error);

    if (code == 0)
        code = ledger_property_number_put(ledger, "relay-doubts", now_ms + DOUBTS_MS, error);
    if (code != 0)
        return code;
    ledger->relay_since = now_ms;
    ledger->relay_doubts = now_ms + DOUBTS_MS;
    return 0;
}

int ledger_relay_was_restored(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    int code = ledger->is_relay ? ledger_begin(ledger, error) : 0;

    return code != 0 || !ledger->is_relay
               ? code
               : ledger_end(ledger, note_restored(ledger, now_ms, error), error);
}

/* Whether it had this on its way before it began; once the centre has told, whether it has. What it
 * refused and the centre applied, it had accepted before it was restored. */
static int knew(struct ledger *ledger, const struct id *operation, bool *known, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_UPWARD_KNOWN, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, operation->text);
    sqlite3_bind_int64(statement, 2, ledger->relay_began > 0 ? ledger->relay_began : INT64_MAX);
    code = database_has_row(ledger->writer, statement, error);
    *known = code > 0;
    return code < 0 ? code : 0;
}

int ledger_relay_told(struct ledger *ledger, const struct id *carried, int64_t now_ms,
                      struct error *error)
{
    bool known = true;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    if (!id_is_empty(carried))
        code = knew(ledger, carried, &known, error);
    if (code == 0 && !known)
        code = note_restored(ledger, now_ms, error);
    if (code == 0 && ledger->relay_began > 0)
        code = began_put(ledger, 0, error);
    if (code == 0)
        code = untold_put(ledger, false, error);
    ledger->relay_unsure = false;
    return ledger_end(ledger, code, error);
}

bool ledger_relay_follows(const struct ledger *ledger, const struct operation *operation)
{
    return id_time(&operation->id) < ledger->relay_since;
}

bool ledger_relay_doubts(const struct ledger *ledger, const struct operation *operation,
                         int64_t now_ms)
{
    return ledger->relay_unsure || ledger->relay_untold || now_ms < ledger->relay_doubts ||
           ledger_relay_follows(ledger, operation);
}
