#include "net/ledger_sms.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* Clients who share a number, at most. */
#define SHARED_MOST 50

/* --- requests --------------------------------------------------------------------------------- */

int ledger_sms_admit(struct ledger *ledger, const unsigned char signature[SMS_SIGNATURE_BYTES],
                     int64_t until_ms, int64_t now_ms, bool *fresh, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    *fresh = false;
    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_SMS_SEEN_PRUNE, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, now_ms);
        code = database_run(ledger->writer, statement, error);
    }
    statement = code == 0 ? database_statement(ledger->writer, LEDGER_SMS_SEEN_PUT, error) : NULL;
    if (code == 0 && statement == NULL)
        code = ERROR_STORAGE;
    if (code == 0) {
        sqlite3_bind_blob(statement, 1, signature, SMS_SIGNATURE_BYTES, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, until_ms);
        code = database_has_row(ledger->writer, statement, error);
        *fresh = code > 0;
    }
    if (code >= 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

/* --- parts ------------------------------------------------------------------------------------ */

/* What there is of a series, in order; `whole` when nothing is missing. Owned. */
static int join(struct database *database, const char *series, bool *whole, char **text,
                struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SMS_PART_EACH, error);
    struct text_buffer joined = {0};
    int64_t count = 0, total = 0;
    int code;

    *text = NULL;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, series);
    text_buffer_add_text(&joined, "");
    while ((code = database_step(database, statement, error)) > 0) {
        count++;
        total = sqlite3_column_int64(statement, 1);
        text_buffer_add_text(&joined, database_text(statement, 2));
    }
    sqlite3_reset(statement);
    *whole = count == total;
    if (code == 0) {
        *text = text_buffer_take(&joined);
        code = *text != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for an SMS");
    }
    text_buffer_free(&joined);
    return code;
}

static int put_part(struct ledger *ledger, const char *series, int64_t number, int64_t total,
                    const char *part, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_SMS_PART_PUT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, series);
    sqlite3_bind_int64(statement, 2, number);
    sqlite3_bind_int64(statement, 3, total);
    database_bind_text(statement, 4, part);
    sqlite3_bind_int64(statement, 5, now_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_sms_part(struct ledger *ledger, const char *series, int64_t number, int64_t total,
                    const char *part, int64_t now_ms, char **text, struct error *error)
{
    bool whole = false;
    int code = ledger_begin(ledger, error);

    *text = NULL;
    if (code != 0)
        return code;
    code = put_part(ledger, series, number, total, part, now_ms, error);
    if (code == 0)
        code = join(ledger->writer, series, &whole, text, error);
    code = ledger_end(ledger, code, error);
    if (code != 0 || !whole) {
        free(*text);
        *text = NULL;
    }
    return code;
}

int ledger_sms_old(struct ledger *ledger, int64_t before_ms, char **series, char **text,
                   struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    bool whole;
    int code = ledger_reader_take(ledger, &reader, error);

    *series = *text = NULL;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_SMS_PART_OLD, error);
    code = statement != NULL ? database_step(reader->database, statement, error) : ERROR_STORAGE;
    if (code > 0 && sqlite3_column_int64(statement, 1) < before_ms) {
        *series = strdup(database_text(statement, 0));
        if (*series == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for an SMS");
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    if (code > 0)
        code = *series != NULL ? join(reader->database, *series, &whole, text, error) : 0;
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        free(*series);
        *series = NULL;
    }
    return code;
}

int ledger_sms_joined(struct ledger *ledger, const char *series, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_SMS_PART_DELETE, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, series);
        code = database_run(ledger->writer, statement, error);
    }
    return ledger_end(ledger, code, error);
}

/* --- wishes ----------------------------------------------------------------------------------- */

/* The rows of clients whose number ends so. */
static int rows_of_number(struct ledger *ledger, const char *number, int64_t rows[SHARED_MOST],
                          size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_REACH_GET, error);
    char key[MESSAGE_NUMBER_SIZE];
    int code;

    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    if (!ledger_reach_key(LEDGER_REACH_PHONE, number, key, sizeof(key)))
        return 0;
    sqlite3_bind_int64(statement, 1, LEDGER_REACH_PHONE);
    database_bind_text(statement, 2, key);
    while ((code = database_step(ledger->writer, statement, error)) > 0 && *count < SHARED_MOST)
        rows[(*count)++] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

static int wish_of_row(struct ledger *ledger, int64_t number, const char *phone, bool stop,
                       int64_t now_ms, struct error *error)
{
    struct ledger_row row = {0};
    char own[MESSAGE_NUMBER_SIZE];
    int code = ledger_row_read_number(ledger->writer, number, &row, error);

    if (code == 0 && message_number(record_text(row.record, "phone"), own) &&
        strcmp(own, phone) == 0) {
        const struct ledger_own change = {OPERATION_FIELDS, RECORD_CLIENT, row.record->id,
                                          row.record->rev, now_ms};

        code = ledger_own_write(ledger, &change, json_pack("{s:b}", "channel_consent/sms", !stop),
                                error);
    }
    ledger_row_clear(&row);
    return code;
}

static int note_number(struct ledger *ledger, const char *number, bool stop, int64_t now_ms,
                       struct error *error)
{
    sqlite3_stmt *statement = database_statement(
        ledger->writer, stop ? LEDGER_SMS_STOP_PUT : LEDGER_SMS_STOP_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, number);
    if (stop)
        sqlite3_bind_int64(statement, 2, now_ms);
    return database_run(ledger->writer, statement, error);
}

int ledger_sms_wish(struct ledger *ledger, const char number[MESSAGE_NUMBER_SIZE], bool stop,
                    int64_t now_ms, struct error *error)
{
    int64_t rows[SHARED_MOST];
    size_t count = 0;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = note_number(ledger, number, stop, now_ms, error);
    if (code == 0)
        code = rows_of_number(ledger, number, rows, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = wish_of_row(ledger, rows[i], number, stop, now_ms, error);
    return ledger_end(ledger, code, error);
}

int ledger_sms_stopped(struct ledger *ledger, const char *number, bool *stopped,
                       struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *stopped = false;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_SMS_STOP_HAS, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, number);
        code = database_has_row(reader->database, statement, error);
        *stopped = code > 0;
    }
    ledger_reader_give(ledger, reader);
    return code < 0 ? code : 0;
}
