#include <stdio.h>

#include "app/clock.h"
#include "app/import.h"
#include "net/ledger_agent.h"
#include "net/ledger_audit.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

static int target_begin(void *context, struct error *error)
{
    struct ledger *ledger = context;

    ledger->published = 0;
    return ledger_begin(ledger, error);
}

static int target_get(void *context, enum record_type type, const struct id *id,
                      struct record **record, struct error *error)
{
    struct ledger *ledger = context;
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, type, id, &row, error);

    *record = row.record;
    return code;
}

static int target_each(void *context, enum record_type type,
                       int (*visit)(void *visit_context, const struct record *record),
                       void *visit_context, struct error *error)
{
    struct ledger *ledger = context;
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RECORD_EACH, error);
    int code;

    database_bind_text(statement, 1, record_type_name(type));
    while ((code = database_step(ledger->writer, statement, error)) > 0) {
        struct record *record = NULL;

        code = ledger_document_read(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &record, error);
        if (code == 0)
            code = visit(visit_context, record);
        record_free(record);
        if (code != 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return code;
}

static int target_publish(void *context, const struct record *record, struct error *error)
{
    struct ledger *ledger = context;

    ledger->published++;
    return ledger_publish(ledger, record, error);
}

static int target_password(void *context, const struct id *agent, const char *password,
                           struct error *error)
{
    struct ledger *ledger = context;
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, RECORD_AGENT, agent, &row, error);

    if (code == 0)
        code = ledger_password_write(ledger, row.record, password, error);
    ledger_row_clear(&row);
    return code;
}

static int target_commit(void *context, struct error *error)
{
    struct ledger *ledger = context;
    char what[60];
    const struct audit_entry entry = {
        .kind = AUDIT_WRITE, .at_ms = clock_system(NULL), .what = what};
    int code = 0;

    snprintf(what, sizeof(what), "import: %lld records", (long long)ledger->published);
    if (ledger->published > 0)
        code = ledger_audit_add(ledger, &entry, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

static void target_rollback(void *context)
{
    ledger_rollback(context);
}

void ledger_import_target(struct ledger *ledger, struct import_target *target)
{
    *target = (struct import_target){
        .context = ledger,
        .begin = target_begin,
        .get = target_get,
        .each = target_each,
        .publish = target_publish,
        .password = target_password,
        .commit = target_commit,
        .rollback = target_rollback,
    };
}
