#include "net/ledger_file.h"
#include "net/ledger_row.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/client_merge.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/rest.h"

/* A reader ends within moments; the log is tried again as often. */
#define LOG_TRIES    50
#define LOG_PAUSE_NS (20 * 1000 * 1000)

void ledger_file_free(struct ledger_file *file)
{
    for (size_t i = 0; i < file->count; i++)
        ledger_row_clear(&file->rows[i]);
    free(file->rows);
    *file = (struct ledger_file){0};
}

/* --- what belongs to it ----------------------------------------------------------------------- */

static bool has_row(const struct ledger_file *file, int64_t number)
{
    for (size_t i = 0; i < file->count; i++)
        if (file->rows[i].row == number)
            return true;
    return false;
}

static int add_row(struct database *database, struct ledger_file *file, int64_t number,
                   struct error *error)
{
    struct ledger_row row;
    int code;

    if (has_row(file, number))
        return 0;
    if (file->count == file->capacity) {
        size_t capacity = file->capacity > 0 ? 2 * file->capacity : 64;
        struct ledger_row *rows = realloc(file->rows, capacity * sizeof(*rows));

        if (rows == NULL)
            return error_set(error, ERROR_MEMORY, "no memory for a file");
        file->rows = rows;
        file->capacity = capacity;
    }
    code = ledger_row_read_number(database, number, &row, error);
    if (code != 0 || record_is_erased(row.record)) {
        ledger_row_clear(&row);
        return code;
    }
    file->rows[file->count++] = row;
    if (rest_latest(row.record) > file->latest_ms)
        file->latest_ms = rest_latest(row.record);
    return 0;
}

static int add_named(struct database *database, struct ledger_file *file,
                     enum ledger_statement which, const char *id, struct error *error)
{
    int64_t *rows;
    size_t count;
    int code = ledger_rows_read(database, which, id, &rows, &count, error);

    for (size_t i = 0; i < count && code == 0; i++)
        code = add_row(database, file, rows[i], error);
    free(rows);
    return code;
}

/* What hangs on the row at `index`; it is added behind, and its turn comes. */
static int add_below(struct database *database, struct ledger_file *file, size_t index,
                     struct error *error)
{
    const struct record *record = file->rows[index].record;
    struct id id = record->id;
    bool client = record->type == RECORD_CLIENT;
    int code = add_named(database, file, LEDGER_RECORD_CHILDREN, id.text, error);

    if (code == 0 && client)
        code = add_named(database, file, LEDGER_RECORD_OF_CLIENT, id.text, error);
    if (code == 0 && client)
        code = add_named(database, file, LEDGER_RECORD_OF_DELEGATE, id.text, error);
    return code;
}

/* The one that a client was merged into, through however many. */
static int survivor(struct database *database, struct ledger_row *row, struct error *error)
{
    int code = 0;

    for (int depth = 0; code == 0 && depth < CLIENT_MERGE_DEPTH; depth++) {
        struct id into;

        if (!id_parse(&into, record_text(row->record, "merged_into")))
            break;
        ledger_row_clear(row);
        code = ledger_row_read(database, RECORD_CLIENT, &into, row, error);
    }
    return code;
}

bool ledger_file_begins(enum record_type type)
{
    static const enum record_type types[] = {
        RECORD_CLIENT,  RECORD_CASE,       RECORD_CONTACT,   RECORD_NOTE,    RECORD_SUBMISSION,
        RECORD_HANDOFF, RECORD_FLAG,       RECORD_TICKET,    RECORD_MESSAGE, RECORD_TASK,
        RECORD_CONSENT, RECORD_DELEGATION, RECORD_EMERGENCY,
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i] == type)
            return true;
    return false;
}

int ledger_file_above(struct database *database, const struct record *record,
                      struct ledger_row *above, struct error *error)
{
    static const enum record_type types[] = {RECORD_CASE, RECORD_CONTACT, RECORD_SUBMISSION};
    struct id parent;
    int code = ERROR_NOT_FOUND;

    *above = (struct ledger_row){0};
    if (record->type == RECORD_CLIENT || !id_parse(&parent, ledger_record_parent(record)))
        return 0;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && code == ERROR_NOT_FOUND; i++) {
        ledger_row_clear(above);
        code = ledger_row_read(database, types[i], &parent, above, error);
    }
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_file_read(struct database *database, enum record_type type, const struct id *id,
                     struct ledger_file *file, struct error *error)
{
    struct ledger_row row = {0};
    int code;

    *file = (struct ledger_file){0};
    if (!ledger_file_begins(type))
        return error_set(error, ERROR_INVALID, "%s is no type of which something is on file",
                         record_type_name(type) != NULL ? record_type_name(type) : "this");
    code = ledger_row_read(database, type, id, &row, error);
    if (code == 0 && type == RECORD_CLIENT)
        code = survivor(database, &row, error);
    if (code == 0)
        code = add_row(database, file, row.row, error);
    ledger_row_clear(&row);
    if (code == 0 && file->count == 0)
        return error_set(error, ERROR_NOT_FOUND, "%s was erased", id->text);
    for (size_t i = 0; i < file->count && code == 0; i++)
        code = add_below(database, file, i, error);
    return code;
}

int ledger_file_count(struct database *database, const struct ledger_file *file,
                      struct ledger_erased *would, struct error *error)
{
    int code = 0;

    *would = (struct ledger_erased){.records = (int64_t)file->count};
    for (size_t i = 0; i < file->count && code == 0; i++) {
        sqlite3_stmt *statement;

        if (file->rows[i].record->type != RECORD_MESSAGE)
            continue;
        statement = database_statement(database, LEDGER_RETENTION_ATTACHED, error);
        if (statement == NULL)
            return ERROR_STORAGE;
        database_bind_text(statement, 1, file->rows[i].record->id.text);
        code = database_step(database, statement, error);
        if (code > 0)
            would->attachments += sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
        code = code < 0 ? code : 0;
    }
    return code;
}

int ledger_log_empty(struct ledger *ledger, struct error *error)
{
    const struct timespec pause = {.tv_nsec = LOG_PAUSE_NS};
    int code = SQLITE_BUSY;

    for (int i = 0; i < LOG_TRIES && code == SQLITE_BUSY; i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        pthread_mutex_lock(&ledger->write_mutex);
        code = sqlite3_wal_checkpoint_v2(database_handle(ledger->writer), NULL,
                                         SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        pthread_mutex_unlock(&ledger->write_mutex);
    }
    if (code == SQLITE_OK)
        return 0;
    return code == SQLITE_BUSY
               ? error_set(error, ERROR_BUSY,
                           "erased, but a reader keeps the database's log: it is "
                           "emptied when the server stops")
               : error_set(error, ERROR_STORAGE, "the database's log cannot be emptied: %s",
                           sqlite3_errstr(code));
}
