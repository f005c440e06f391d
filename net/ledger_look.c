/* That an agent opened somebody's file at a terminal (app/look.h): kept in the audit trail and
 * nowhere else. */
#include "net/ledger_attempt.h"
#include "net/ledger_row.h"
#include "net/ledger_upward.h"

#include <stdio.h>

#include "app/clock.h"
#include "app/json.h"
#include "net/ledger_audit.h"
#include "net/ledger_reason.h"

/* From when it was said; a terminal that was offline tells it later, and one's clock may be wrong.
 */
static int reason_keep(struct attempt *attempt, const struct record *look,
                       const struct audit_entry *entry, struct error *error)
{
    int64_t at = attempt->now_ms;

    if (timestamp_parse(record_text(look, "at"), &at) && at > attempt->now_ms)
        at = attempt->now_ms;
    return ledger_reason_keep(attempt->ledger, &entry->agent,
                              id_is_empty(&entry->client) ? &entry->record : &entry->client,
                              entry->purpose, at + LEDGER_REASON_MS, attempt->now_ms, error);
}

int ledger_look_note(struct attempt *attempt, const struct record *look, struct error *error)
{
    const struct operation *operation = attempt->operation;
    const char *contact = record_text(look, "contact");
    struct audit_entry entry = {
        .kind = AUDIT_READ,
        .at_ms = attempt->now_ms,
        .agent = operation->agent,
        .device = operation->device,
        .type = RECORD_CLIENT,
        .purpose = purpose_from_name(record_text(look, "purpose")),
        .words = record_text(look, "words"),
    };
    const struct ledger_row none = {.row = 0};
    char what[120];
    int code = ledger_client_of(attempt->ledger->writer, look, &entry.client, error);

    if (code != 0)
        return code;
    if (id_parse(&entry.record, record_text(look, "case")))
        entry.type = RECORD_CASE;
    else
        entry.record = entry.client;
    snprintf(what, sizeof(what), "opened at %s%s%s", record_text(look, "at"),
             contact[0] != '\0' ? ", contact " : "", contact);
    entry.what = what;
    code = ledger_audit_add(attempt->ledger, &entry, error);
    if (code == 0)
        code = reason_keep(attempt, look, &entry, error);
    if (code == 0 && attempt->ledger->is_relay)
        code = ledger_upward_put(attempt->ledger, operation, &none, LEDGER_WAY_WAITING, error);
    return code;
}
