/* What operations leave in the audit trail: each one that was applied, and each that was refused.
 */
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_attempt.h"
#include "net/ledger_audit.h"
#include "net/ledger_row.h"

/* Names of fields that an entry lists. */
#define FIELDS_SIZE 200

int ledger_client_of(struct database *database, const struct record *record, struct id *client,
                     struct error *error)
{
    sqlite3_stmt *statement;
    int code;

    *client = (struct id){0};
    if (record == NULL)
        return 0;
    if (record->type == RECORD_CLIENT) {
        *client = record->id;
        return 0;
    }
    if (id_parse(client, record_text(record, "client")) || record_text(record, "case")[0] == '\0')
        return 0;
    statement = database_statement(database, LEDGER_RECORD_CLIENT, error);
    database_bind_text(statement, 1, record_text(record, "case"));
    code = database_step(database, statement, error);
    if (code > 0) {
        id_parse(client, database_text(statement, 0));
        sqlite3_reset(statement);
    }
    return code < 0 ? code : 0;
}

int ledger_client_find(struct ledger *ledger, enum record_type type, const struct id *id,
                       struct id *client, struct error *error)
{
    struct ledger_reader *reader;
    struct ledger_row row;
    int code = ledger_reader_take(ledger, &reader, error);

    *client = (struct id){0};
    if (code != 0)
        return code;
    code = ledger_row_read(reader->database, type, id, &row, error);
    if (code == 0)
        code = ledger_client_of(reader->database, row.record, client, error);
    ledger_row_clear(&row);
    ledger_reader_give(ledger, reader);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* " name, phone": which fields, never what they say; of a map its name alone. */
static void list_fields(const json_t *body, char text[FIELDS_SIZE])
{
    const char *name, *before = "";
    size_t length = 0, before_length = 0;
    json_t *value;

    text[0] = '\0';
    json_object_foreach((json_t *)(uintptr_t)body, name, value)
    {
        size_t part = strcspn(name, "/");

        if (part == before_length && strncmp(name, before, part) == 0)
            continue;
        if (length + part + 6 >= FIELDS_SIZE) {
            memcpy(text + length, " ...", 5);
            return;
        }
        length += (size_t)snprintf(text + length, FIELDS_SIZE - length, "%s%.*s",
                                   length > 0 ? ", " : " ", (int)part, name);
        before = name;
        before_length = part;
    }
}

static struct audit_entry entry_of(const struct attempt *attempt, enum audit_kind kind)
{
    const struct operation *operation = attempt->operation;
    struct audit_entry entry = {.kind = kind,
                                .at_ms = attempt->now_ms,
                                .agent = operation->agent,
                                .device = operation->device,
                                .type = operation->type,
                                .record = operation->record};

    /* Whoever signed it, it came from this one. */
    if (attempt->actor != NULL && id_is_empty(&attempt->actor->via)) {
        entry.agent = attempt->actor->agent;
        entry.device = attempt->actor->device;
    }
    return entry;
}

int ledger_trace_applied(struct attempt *attempt, const struct record *after, struct error *error)
{
    const struct operation *operation = attempt->operation;
    struct audit_entry entry = entry_of(attempt, AUDIT_WRITE);
    char fields[FIELDS_SIZE], what[FIELDS_SIZE + 40];
    int code = ledger_named_client(attempt->ledger, after, &entry.client, error);

    if (operation->kind == OPERATION_APPEND)
        fields[0] = '\0';
    else
        list_fields(operation->body, fields);
    text_copy(what, sizeof(what), operation_kind_name(operation->kind));
    text_copy(what + strlen(what), sizeof(what) - strlen(what), fields);
    entry.what = what;
    return code == 0 ? ledger_audit_add(attempt->ledger, &entry, error) : code;
}

int ledger_trace_refused(struct attempt *attempt, struct error *error)
{
    struct audit_entry entry = entry_of(attempt, AUDIT_REFUSED);
    char what[LEDGER_FIELD_SIZE + 80];
    int code = ledger_client_of(attempt->ledger->writer, attempt->row.record, &entry.client, error);

    snprintf(what, sizeof(what), "%s: %s%s%s", operation_kind_name(attempt->operation->kind),
             merge_refusal_name(attempt->outcome->refusal),
             attempt->outcome->field[0] != '\0' ? " " : "", attempt->outcome->field);
    entry.what = what;
    return code == 0 ? ledger_audit_add(attempt->ledger, &entry, error) : code;
}
