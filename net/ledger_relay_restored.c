/* A relay that was restored from an older copy of itself: how that is found out, and of which
 * operations the centre may know since. */
#include "net/ledger_relay.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* How long terminals may keep, without an answer, what the relay does not know any more. */
#define DOUBTS_MS (INT64_C(7) * 86400000)

int ledger_relay_unsure(struct ledger *ledger, bool unsure, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    ledger->relay_unsure = unsure;
    return ledger_end(ledger, 0, error);
}

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

int ledger_relay_carried_last(struct ledger *ledger, const struct id *operation, int64_t now_ms,
                              struct error *error)
{
    bool known;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = ledger_upward_has(ledger, operation, &known, error);
    if (code == 0 && !known)
        code = ledger_remembers(ledger, operation, &known, error);
    if (code == 0 && !known)
        code = note_restored(ledger, now_ms, error);
    return ledger_end(ledger, code, error);
}

bool ledger_relay_follows(const struct ledger *ledger, const struct operation *operation)
{
    return id_time(&operation->id) < ledger->relay_since;
}

bool ledger_relay_doubts(const struct ledger *ledger, const struct operation *operation,
                         int64_t now_ms)
{
    return ledger->relay_unsure || now_ms < ledger->relay_doubts ||
           ledger_relay_follows(ledger, operation);
}
