/* The list of messages that were refused, and how many came in. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_intake.h"

/* Fit to be kept and shown, in one line of at most `size` - 1 bytes. */
static void one_line(const char *given, char *line, size_t size)
{
    char *clean = given != NULL ? text_clean(given, strlen(given), false) : NULL;

    text_copy(line, size, clean != NULL ? clean : "");
    free(clean);
}

static int put(struct ledger *ledger, const char *channel, const char *source,
               const char *message_id, const char *reason, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REFUSED_PUT, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, channel);
    database_bind_text(statement, 2, source);
    database_bind_text(statement, 3, message_id);
    database_bind_text(statement, 4, reason);
    sqlite3_bind_int64(statement, 5, now_ms);
    code = database_run(ledger->writer, statement, error);
    statement = code == 0 ? database_statement(ledger->writer, LEDGER_REFUSED_PRUNE, error) : NULL;
    if (statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, INTAKE_REFUSED_KEPT);
    return database_run(ledger->writer, statement, error);
}

int ledger_intake_refuse(struct ledger *ledger, const char *channel, const char *source,
                         const char *message_id, const char *reason, int64_t now_ms,
                         struct error *error)
{
    char kept_channel[32], kept_source[INTAKE_SOURCE_LIMIT + 1];
    char kept_id[INTAKE_MESSAGE_ID_LIMIT + 1], kept_reason[INTAKE_REASON_SIZE];
    int code;

    one_line(channel, kept_channel, sizeof(kept_channel));
    one_line(source, kept_source, sizeof(kept_source));
    one_line(message_id, kept_id, sizeof(kept_id));
    one_line(reason, kept_reason, sizeof(kept_reason));
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    code = put(ledger, kept_channel, kept_source, kept_id, kept_reason, now_ms, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

static int list_rows(struct database *database, size_t limit, json_t *list, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_REFUSED_EACH, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)limit);
    while ((code = database_step(database, statement, error)) > 0) {
        json_t *entry = json_pack(
            "{s:s, s:s, s:s, s:s, s:o}", "channel", database_text(statement, 0), "source",
            database_text(statement, 1), "message_id", database_text(statement, 2), "reason",
            database_text(statement, 3), "at", json_time(sqlite3_column_int64(statement, 4)));

        if (json_array_append_new(list, entry) != 0) {
            sqlite3_reset(statement);
            return error_set(error, ERROR_MEMORY, "no memory for the refused messages");
        }
    }
    return code;
}

int ledger_refused_list(struct database *database, size_t limit, json_t **list, struct error *error)
{
    int code;

    *list = json_array();
    code = *list != NULL ? list_rows(database, limit, *list, error)
                         : error_set(error, ERROR_MEMORY, "no memory for the refused messages");
    if (code != 0) {
        json_decref(*list);
        *list = NULL;
    }
    return code;
}

int ledger_intake_refused(struct ledger *ledger, size_t limit, json_t **list, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *list = NULL;
    if (code != 0)
        return code;
    code = ledger_refused_list(reader->database, limit, list, error);
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_intake_counts(struct ledger *ledger, struct intake_counts *counts, struct error *error)
{
    int code;

    *counts = (struct intake_counts){0};
    code = ledger_read_number(ledger, LEDGER_INTAKE_COUNT, 0, &counts->taken, error);
    return code == 0 ? ledger_read_number(ledger, LEDGER_REFUSED_COUNT, 0, &counts->refused, error)
                     : code;
}
