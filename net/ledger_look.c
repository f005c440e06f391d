/* That an agent opened somebody's file at a terminal (app/look.h): kept in the audit trail and
 * nowhere else. */
#include "net/ledger_attempt.h"
#include "net/ledger_row.h"
#include "net/ledger_upward.h"

#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/look.h"
#include "net/ledger_audit.h"
#include "net/ledger_reason.h"
#include "net/ledger_search_internal.h"

/* Whether the agent's role has this reason, and it says enough. */
static int is_reason(struct attempt *attempt, const struct audit_entry *entry, bool *is,
                     struct error *error)
{
    permission_set may = 0;
    int code = search_permissions(attempt->ledger->writer, &entry->agent, &may, error);

    *is = code == 0 && purpose_is_open_to(entry->purpose, may) &&
          (!purpose_wants_words(entry->purpose) ||
           entry->words[strspn(entry->words, " \t\n")] != '\0');
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* From when it was said; a terminal that was offline tells it later, and one's clock may be wrong.
 */
static int reason_keep(struct attempt *attempt, const struct record *look,
                       const struct audit_entry *entry, struct error *error)
{
    const enum look_keep keep = look_keep_from_name(record_text(look, "keep"));
    struct ledger_reason reason = {
        .agent = entry->agent,
        .file = id_is_empty(&entry->client) ? entry->record : entry->client,
        .purpose = entry->purpose,
    };
    int64_t at = attempt->now_ms;
    bool is;
    int code;

    if (keep == LOOK_UNPIN)
        return ledger_reason_unpin(attempt->ledger, &reason.agent, &reason.file, error);
    if (timestamp_parse(record_text(look, "at"), &at) && at > attempt->now_ms)
        at = attempt->now_ms;
    reason.until_ms = at + LEDGER_REASON_MS;
    if (keep == LOOK_FETCH)
        reason.fetch_ms = attempt->now_ms + LEDGER_REASON_FETCH_MS;
    else if (keep == LOOK_PIN)
        reason.fetch_ms = at + LOOK_PIN_MS;
    code = is_reason(attempt, entry, &is, error);
    return code == 0 && is ? ledger_reason_keep(attempt->ledger, &reason, attempt->now_ms, error)
                           : code;
}

/* What was done at the terminal, as the trail calls it. */
static const char *deed_of(const struct record *look)
{
    switch (look_keep_from_name(record_text(look, "keep"))) {
    case LOOK_FETCH:
        return "asked for";
    case LOOK_PIN:
        return "pinned";
    case LOOK_UNPIN:
        return "pinned no longer";
    case LOOK_SHOWN:
        break;
    }
    return "opened";
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
    snprintf(what, sizeof(what), "%s at %s%s%s", deed_of(look), record_text(look, "at"),
             contact[0] != '\0' ? ", contact " : "", contact);
    entry.what = what;
    code = ledger_audit_add(attempt->ledger, &entry, error);
    if (code == 0)
        code = reason_keep(attempt, look, &entry, error);
    if (code == 0 && attempt->ledger->is_relay)
        code = ledger_upward_put(attempt->ledger, operation, &none, LEDGER_WAY_WAITING, error);
    return code;
}
