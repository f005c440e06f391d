#include "net/ledger_audit.h"

#include "net/ledger_sqlite.h"

static const char *const names[AUDIT_KIND_COUNT] = {
    [AUDIT_READ] = "read",       [AUDIT_SEARCH] = "search",       [AUDIT_WRITE] = "write",
    [AUDIT_REFUSED] = "refused", [AUDIT_SIGN_IN] = "sign-in",     [AUDIT_SIGN_OUT] = "sign-out",
    [AUDIT_EXPORT] = "export",   [AUDIT_ERASE] = "erase",         [AUDIT_PERMISSION] = "permission",
    [AUDIT_DEVICE] = "device",   [AUDIT_EMERGENCY] = "emergency",
};

const char *audit_kind_name(enum audit_kind kind)
{
    return (unsigned)kind < AUDIT_KIND_COUNT ? names[kind] : NULL;
}

static void bind_optional(sqlite3_stmt *statement, int column, const char *text)
{
    database_bind_text(statement, column, text != NULL ? text : "");
}

int ledger_audit_add(struct ledger *ledger, const struct audit_entry *entry, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_AUDIT_INSERT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, audit_kind_name(entry->kind));
    sqlite3_bind_int64(statement, 2, entry->at_ms);
    database_bind_text(statement, 3, entry->agent.text);
    database_bind_text(statement, 4, entry->device.text);
    bind_optional(statement, 5, record_type_name(entry->type));
    database_bind_text(statement, 6, entry->record.text);
    database_bind_text(statement, 7, entry->client.text);
    bind_optional(statement, 8, purpose_name(entry->purpose));
    bind_optional(statement, 9, entry->words);
    bind_optional(statement, 10, entry->what);
    return database_run(ledger->writer, statement, error);
}

int ledger_audit_write(struct ledger *ledger, const struct audit_entry *entry, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = ledger_audit_add(ledger, entry, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
