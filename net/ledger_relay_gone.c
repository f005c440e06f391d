/* At a relay: letting go of what the office may not see, for the centre took it back or never took
 * it. The row stays, for what was done names it; no scope shows it, and its terminals are told. */
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_file.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_upward.h"

/* A hand-off that never was opens nothing, and never ends. */
static int withdraw(struct ledger *ledger, struct ledger_row *row, struct error *error)
{
    struct record *record = record_copy(row->record);
    int code = 0;

    if (record == NULL ||
        json_object_set_new(record->body, "state", json_string("withdrawn")) != 0) {
        record_free(record);
        return error_set(error, ERROR_MEMORY, "no memory for a record");
    }
    record_free(row->record);
    row->record = record;
    record->rev++;
    record->seq = ledger_next_seq(ledger);
    code = ledger_row_write(ledger, row, error);
    if (code == 0)
        code = ledger_handoff_list(ledger, row, error);
    return code == 0 ? ledger_grants_end(ledger, row, error) : code;
}

int ledger_relay_vanish(struct ledger *ledger, struct ledger_row *row, struct error *error)
{
    int code = 0;

    if (row->record->type == RECORD_HANDOFF && ledger_handoff_stands(row->record))
        code = withdraw(ledger, row, error);
    return code == 0 ? ledger_row_take(ledger, row->row, error) : code;
}

int ledger_relay_lacks(struct ledger *ledger, int64_t row, bool *lacks, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RELAY_LACKS, error);
    int code;

    sqlite3_bind_int64(statement, 1, row);
    code = database_has_row(ledger->writer, statement, error);
    *lacks = code > 0;
    return code < 0 ? code : 0;
}

static int take_one(struct ledger *ledger, const json_t *document, int64_t now_ms,
                    struct error *error)
{
    int64_t attachments = 0;
    enum record_type type = record_type_from_name(json_text_or(document, "type", ""));
    struct ledger_row row = {0};
    struct id id;
    int code;

    if (type == RECORD_NONE || record_type_is_catalogue(type) ||
        !id_parse(&id, json_text_or(document, "id", "")))
        return 0;
    code = ledger_row_read(ledger->writer, type, &id, &row, error);
    if (code == 0)
        code = json_bool_or(document, "erased", false)
                   ? ledger_row_erase(ledger, &row, now_ms, &attachments, error)
                   : ledger_row_take(ledger, row.row, error);
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_relay_page_gone(const struct ledger_page *page, json_t **gone, struct error *error)
{
    struct text_buffer text = {0};
    int code;

    *gone = NULL;
    text_buffer_add_format(&text, "[%s]", page->gone);
    code = text.failed ? error_set(error, ERROR_MEMORY, "no memory for a relay's page")
                       : json_read(gone, text.bytes, text.length, text.length, "a page", error);
    text_buffer_free(&text);
    return code;
}

static bool has_erased(const json_t *gone)
{
    const json_t *document;
    size_t index;

    json_array_foreach(gone, index, document)
    {
        if (json_bool_or(document, "erased", false))
            return true;
    }
    return false;
}

int ledger_relay_take(struct ledger *ledger, const json_t *gone, int64_t now_ms,
                      struct error *error)
{
    bool erases = has_erased(gone);
    const json_t *document;
    size_t index;
    int code;

    if (json_array_size(gone) == 0)
        return 0;
    code = erases ? ledger_erase_begin(ledger, error) : ledger_begin(ledger, error);
    if (code != 0)
        return code;
    json_array_foreach(gone, index, document)
    {
        code = take_one(ledger, document, now_ms, error);
        if (code != 0)
            break;
    }
    return erases ? ledger_erase_end(ledger, code, error) : ledger_end(ledger, code, error);
}

/* --- what a centre that was restored has lost --------------------------------------------------
 */

/* The next row past `after` that the centre has not given; 0 when there is none. */
static int next_ungiven(struct ledger *ledger, int64_t after, int64_t *number, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_UNGIVEN, error);
    int code;

    *number = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, after);
    code = database_step(ledger->writer, statement, error);
    if (code > 0) {
        *number = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return code < 0 ? code : 0;
}

static int sweep(struct ledger *ledger, struct error *error)
{
    int64_t number = 0;
    int code = next_ungiven(ledger, number, &number, error);

    while (code == 0 && number != 0) {
        struct ledger_row row;

        code = ledger_row_read_number(ledger->writer, number, &row, error);
        if (code == 0)
            code = ledger_relay_vanish(ledger, &row, error);
        ledger_row_clear(&row);
        if (code == 0)
            code = next_ungiven(ledger, number, &number, error);
    }
    return code == 0 ? ledger_property_number_put(ledger, LEDGER_ANEW, 0, error) : code;
}

int ledger_relay_sweep(struct ledger *ledger, struct error *error)
{
    struct ledger_reader *reader;
    int64_t anew = 0;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = ledger_property_number(reader->database, LEDGER_ANEW, &anew, error);
    ledger_reader_give(ledger, reader);
    if (code != 0 || anew == 0)
        return code;
    code = ledger_begin(ledger, error);
    return code == 0 ? ledger_end(ledger, sweep(ledger, error), error) : code;
}
