#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_holder.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "app/database_rows.h"
#include "app/json.h"
#include "app/text.h"

/* A document is a body, its meta with the conflicts kept, and the names around them. */
#define DOCUMENT_LIMIT (16 * (size_t)RECORD_BODY_LIMIT)

void ledger_row_clear(struct ledger_row *row)
{
    record_free(row->record);
    *row = (struct ledger_row){0};
}

int ledger_document_read(const char *text, size_t length, struct record **record,
                         struct error *error)
{
    json_t *document;
    int code = json_read(&document, text, length, DOCUMENT_LIMIT, "a stored record", error);

    if (code == 0) {
        code = record_from_json(record, document, error);
        json_decref(document);
    }
    return code != 0 && code != ERROR_MEMORY
               ? error_set(error, ERROR_STORAGE, "database: a record cannot be read")
               : code;
}

/* Steps, and reads number and document. */
static int row_step(struct database *database, sqlite3_stmt *statement, struct ledger_row *row,
                    struct error *error)
{
    int code = database_step(database, statement, error);

    *row = (struct ledger_row){0};
    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no such record");
    if (code < 0)
        return code;
    row->row = sqlite3_column_int64(statement, 0);
    (void)id_parse(&row->known, database_text(statement, 2));
    row->known_from = sqlite3_column_int64(statement, 3);
    code = ledger_document_read(database_text(statement, 1),
                                (size_t)sqlite3_column_bytes(statement, 1), &row->record, error);
    sqlite3_reset(statement);
    return code;
}

int ledger_row_read(struct database *database, enum record_type type, const struct id *id,
                    struct ledger_row *row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_RECORD_GET, error);

    *row = (struct ledger_row){0};
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id->text);
    database_bind_text(statement, 2, record_type_name(type));
    return row_step(database, statement, row, error);
}

int ledger_row_read_number(struct database *database, int64_t number, struct ledger_row *row,
                           struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_RECORD_GET_NUMBER, error);

    *row = (struct ledger_row){0};
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, number);
    return row_step(database, statement, row, error);
}

/* Of a new row: those that wait to be written have theirs already. */
static int number_give(struct ledger *ledger, int64_t *number, struct error *error)
{
    sqlite3_stmt *statement;
    int code;

    if (ledger->record_last == 0) {
        statement = database_statement(ledger->writer, LEDGER_RECORD_LAST, error);
        code = database_step(ledger->writer, statement, error);
        if (code < 0)
            return code;
        ledger->record_last = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    *number = ++ledger->record_last;
    return 0;
}

static int row_insert(struct ledger *ledger, struct ledger_row *row, const char *parent,
                      const char *document, struct error *error)
{
    const struct record *record = row->record;
    struct database_row *inserted;
    int code = number_give(ledger, &row->row, error);

    if (code != 0)
        return code;
    inserted = database_row(ledger->writer, LEDGER_RECORD_INSERT, error);
    if (inserted == NULL)
        return ERROR_STORAGE;
    ledger_gap_fill(&ledger->record_gap, &record->id);
    database_row_text(inserted, 1, record_type_name(record->type));
    database_row_text(inserted, 2, record->id.text);
    database_row_integer(inserted, 3, record->rev);
    database_row_integer(inserted, 4, record->seq);
    if (parent[0] != '\0')
        database_row_text(inserted, 5, parent);
    database_row_text(inserted, 6, document);
    database_row_id(inserted, 7, &row->known);
    if (record_text(record, "client")[0] != '\0')
        database_row_text(inserted, 8, record_text(record, "client"));
    database_row_integer(inserted, 9, row->known_from);
    database_row_integer(inserted, 10, row->row);
    row->made = true;
    return database_row_add(inserted, error);
}

static int row_update(struct ledger *ledger, const struct ledger_row *row, const char *parent,
                      const char *document, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RECORD_UPDATE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    sqlite3_bind_int64(statement, 2, row->record->rev);
    sqlite3_bind_int64(statement, 3, row->record->seq);
    if (parent[0] != '\0')
        database_bind_text(statement, 4, parent);
    database_bind_text(statement, 5, document);
    database_bind_id(statement, 6, &row->known);
    if (record_text(row->record, "client")[0] != '\0')
        database_bind_text(statement, 7, record_text(row->record, "client"));
    sqlite3_bind_int64(statement, 8, row->known_from);
    return database_run(ledger->writer, statement, error);
}

int ledger_rows_read(struct database *database, enum ledger_statement which, const char *name,
                     int64_t **rows, size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, which, error);
    int code;

    *rows = NULL;
    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, name);
    while ((code = database_step(database, statement, error)) > 0) {
        int64_t *longer = realloc(*rows, (*count + 1) * sizeof(**rows));

        if (longer == NULL) {
            sqlite3_reset(statement);
            free(*rows);
            *rows = NULL;
            return error_set(error, ERROR_MEMORY, "no memory for the numbers of records");
        }
        *rows = longer;
        longer[(*count)++] = sqlite3_column_int64(statement, 0);
    }
    return code;
}

int ledger_rows_named(struct ledger *ledger, enum ledger_statement which, const char *name,
                      int64_t **rows, size_t *count, struct error *error)
{
    return ledger_rows_read(ledger->writer, which, name, rows, count, error);
}

const char *ledger_record_parent(const struct record *record)
{
    const char *matter = record_text(record, "case");

    if (record_type_is_catalogue(record->type))
        return "";
    if (record->type == RECORD_DELIVERY)
        return record_text(record, "submission");
    if (record->type == RECORD_CLIENT)
        return record_text(record, "merged_into");
    return matter[0] != '\0' ? matter : record_text(record, "contact");
}

int ledger_row_write(struct ledger *ledger, struct ledger_row *row, struct error *error)
{
    const char *parent = ledger_record_parent(row->record);
    struct text_buffer *text = &ledger->written;
    int code;

    ledger_named_written(ledger, row->record);
    text_buffer_clear(text);
    record_write_to(text, row->record);
    if (text->failed) {
        text_buffer_free(text);
        return error_set(error, ERROR_MEMORY, "no memory to write a record");
    }
    code = row->row == 0 ? row_insert(ledger, row, parent, text->bytes, error)
                         : row_update(ledger, row, parent, text->bytes, error);
    if (code == 0)
        code = ledger_reach_list(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_CLIENT)
        code = ledger_search_list(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_DELIVERY)
        code = ledger_delivery_list(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_MESSAGE)
        code = ledger_message_list(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_PROMISE)
        code = ledger_promise_list(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_CONTACT)
        code = ledger_attending_list(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_CONTACT)
        code = ledger_opening_contact(ledger, row->record, error);
    if (code == 0 && row->record->type == RECORD_CONTACT)
        code = ledger_watch_contact(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_HANDOFF)
        code = ledger_handoff_list(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_HANDOFF)
        code = ledger_queue_hold(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_HANDOFF)
        code = ledger_watch_handoff(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_ALERT)
        code = ledger_watch_alert(ledger, row, error);
    if (code == 0 && row->record->type == RECORD_TICKET)
        code = ledger_watch_ticket(ledger, row, error);
    if (row->record->type == RECORD_AGENT || row->record->type == RECORD_ROLE)
        ledger_holder_forget(ledger);
    ledger->clocks_changed |=
        row->record->type == RECORD_AGENT || row->record->type == RECORD_QUEUE;
    if (code == 0 && row->record->type == RECORD_QUEUE)
        code = ledger_watch_queue(ledger, row, error);
    return code;
}

int ledger_record_read(struct ledger *ledger, const struct scope_set *scopes, enum record_type type,
                       const struct id *id, char **document, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    struct scope_set held = {0};
    int64_t number = 0;
    int code = ledger_reader_take(ledger, &reader, error);

    *document = NULL;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_RECORD_GET, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, id->text);
        database_bind_text(statement, 2, record_type_name(type));
        code = database_step(reader->database, statement, error);
    }
    if (code == 0) {
        code = error_set(error, ERROR_NOT_FOUND, "there is no such record");
    } else if (code > 0) {
        number = sqlite3_column_int64(statement, 0);
        *document = strdup(database_text(statement, 1));
        sqlite3_reset(statement);
        code = *document != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a record");
    }
    if (code == 0 && !record_type_is_catalogue(type)) {
        code = ledger_row_scopes(reader->database, number, &held, error);
        if (code == 0 && !scope_set_meets(&held, scopes))
            code = error_set(error, ERROR_REFUSED, "the record is outside this agent's scope");
        scope_set_free(&held);
    }
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        free(*document);
        *document = NULL;
    }
    return code;
}
