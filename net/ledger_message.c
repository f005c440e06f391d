#include "net/ledger_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "app/zone.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* "018c1a2b-3c4d": the 48 bits of time in the text of a UUIDv7. */
#define TIME_LENGTH 13

/* --- what is to be sent ----------------------------------------------------------------------- */

static int64_t due_at(const struct record *message)
{
    int64_t next_ms = 0, send_ms = 0;

    if (strcmp(record_text(message, "reason"), MESSAGE_NOT_CONNECTED) == 0)
        return LEDGER_DUE_NEVER;
    timestamp_parse(record_text(message, "next_attempt_at"), &next_ms);
    timestamp_parse(record_text(message, "send_at"), &send_ms);
    return next_ms > send_ms ? next_ms : send_ms;
}

/* It was sent: nobody needs its codes any more. */
static int codes_delete(struct ledger *ledger, const struct id *message, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_MESSAGE_CODE_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_id(statement, 1, message);
    return database_run(ledger->writer, statement, error);
}

static int codes_keep(struct ledger *ledger, const struct id *message, const json_t *codes,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_MESSAGE_CODE_PUT, error);
    char *text = json_write(codes);
    int code = ERROR_STORAGE;

    if (text == NULL) {
        code = error_set(error, ERROR_MEMORY, "no memory for a message");
    } else if (statement != NULL) {
        database_bind_id(statement, 1, message);
        database_bind_text(statement, 2, text);
        code = database_run(ledger->writer, statement, error);
    }
    free(text);
    return code;
}

/* Puts a code where its mask stands. New; NULL when out of memory. */
static char *unmask(const char *text, const char *mask, const char *code)
{
    struct text_buffer whole = {0};
    const char *at;

    for (; (at = strstr(text, mask)) != NULL; text = at + strlen(mask)) {
        text_buffer_add(&whole, text, (size_t)(at - text));
        text_buffer_add_text(&whole, code);
    }
    text_buffer_add_text(&whole, text);
    return text_buffer_take(&whole);
}

static int codes_put_in(struct record *message, const char *kept, size_t length,
                        struct error *error)
{
    json_t *codes = NULL, *code;
    const char *mask;
    int status = json_read(&codes, kept, length, length + 1, "the codes of a message", error);

    json_object_foreach(codes, mask, code)
    {
        char *text = unmask(record_text(message, "text"), mask, json_string_value(code));

        if (text == NULL || json_object_set_new(message->body, "text", json_string(text)) != 0)
            status = error_set(error, ERROR_MEMORY, "no memory for a message");
        free(text);
    }
    json_decref(codes);
    return status;
}

/* The text as it goes out. */
static int codes_read(struct database *database, struct record *message, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_MESSAGE_CODE_GET, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_id(statement, 1, &message->id);
    code = database_step(database, statement, error);
    if (code > 0)
        code = codes_put_in(message, database_text(statement, 0),
                            (size_t)sqlite3_column_bytes(statement, 0), error);
    sqlite3_reset(statement);
    return code;
}

int ledger_message_list(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    int code;

    bool open = strcmp(record_text(row->record, "state"), "queued") == 0 &&
                strcmp(record_text(row->record, "channel"), "mail") != 0;
    sqlite3_stmt *statement = database_statement(
        ledger->writer, open ? LEDGER_OUTGOING_PUT : LEDGER_OUTGOING_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    if (open) {
        database_bind_text(statement, 2, record_text(row->record, "channel"));
        sqlite3_bind_int64(statement, 3, due_at(row->record));
    }
    ledger_bell_ring(ledger, LEDGER_BELL_MESSAGES);
    code = database_run(ledger->writer, statement, error);
    /* One that bounced may be sent again. */
    if (code == 0 && strcmp(record_text(row->record, "state"), "queued") != 0 &&
        strcmp(record_text(row->record, "state"), "bounced") != 0)
        code = codes_delete(ledger, &row->record->id, error);
    return code;
}

int ledger_message_due(struct ledger *ledger, const char *channel, struct ledger_due *due,
                       bool *found, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *found = false;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_OUTGOING_DUE, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, channel);
        code = database_step(reader->database, statement, error);
        if (code > 0) {
            *found = id_parse(&due->delivery, database_text(statement, 0));
            due->at_ms = sqlite3_column_int64(statement, 1);
            code = 0;
        }
        sqlite3_reset(statement);
    }
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_message_hurry(struct ledger *ledger, const char *channel, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_OUTGOING_HURRY, error);
    code = ERROR_STORAGE;
    if (statement != NULL) {
        database_bind_text(statement, 1, channel);
        sqlite3_bind_int64(statement, 2, LEDGER_DUE_NEVER);
        code = database_run(ledger->writer, statement, error);
    }
    return ledger_end(ledger, code, error);
}

/* The record that a member names; NULL when it names none, or one that is not there. */
static int read_named(struct database *database, enum record_type type, const struct record *of,
                      const char *member, struct record **record, struct error *error)
{
    struct ledger_row row = {0};
    struct id id;
    int code;

    *record = NULL;
    if (of == NULL || !id_parse(&id, record_text(of, member)))
        return 0;
    code = ledger_row_read(database, type, &id, &row, error);
    *record = row.record;
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_message_read(struct ledger *ledger, const struct id *id, struct ledger_letter *letter,
                        struct error *error)
{
    struct ledger_row row = {0};
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *letter = (struct ledger_letter){0};
    if (code != 0)
        return code;
    code = ledger_row_read(reader->database, RECORD_MESSAGE, id, &row, error);
    letter->message = row.record;
    if (code == 0)
        code = codes_read(reader->database, letter->message, error);
    if (code == 0)
        code = read_named(reader->database, RECORD_CASE, letter->message, "case", &letter->matter,
                          error);
    if (code == 0)
        code = ledger_client_read(reader->database, record_text(letter->message, "client"),
                                  &letter->client, error);
    ledger_reader_give(ledger, reader);
    if (code != 0)
        ledger_letter_clear(letter);
    return code;
}

void ledger_letter_clear(struct ledger_letter *letter)
{
    record_free(letter->message);
    record_free(letter->matter);
    record_free(letter->client);
    *letter = (struct ledger_letter){0};
}

int ledger_message_write(struct ledger *ledger, const struct id *id, json_t *claimed,
                         int64_t now_ms, bool *written, struct error *error)
{
    return ledger_own_claim(ledger, RECORD_MESSAGE, id, claimed, now_ms, written, error);
}

/* --- what is to be told ----------------------------------------------------------------------- */

int ledger_notice_put(struct ledger *ledger, const struct record *before,
                      const struct record *after, int64_t now_ms, struct error *error)
{
    const char *status = record_text(after, "status");
    sqlite3_stmt *statement;

    if (*record_text(after, "client") == '\0' ||
        (before != NULL && strcmp(record_text(before, "status"), status) == 0) ||
        strcmp(status, "in-progress") == 0)
        return 0;
    statement = database_statement(ledger->writer, LEDGER_NOTICE_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, after->id.text);
    sqlite3_bind_int64(statement, 2, after->rev);
    database_bind_text(statement, 3, status);
    sqlite3_bind_int64(statement, 4, now_ms);
    ledger_bell_ring(ledger, LEDGER_BELL_MESSAGES);
    return database_run(ledger->writer, statement, error);
}

int ledger_notice_first(struct ledger *ledger, struct ledger_notice *notice, bool *found,
                        struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *found = false;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_NOTICE_FIRST, error);
    code = statement != NULL ? database_step(reader->database, statement, error) : ERROR_STORAGE;
    if (code > 0) {
        *found = true;
        notice->number = sqlite3_column_int64(statement, 0);
        id_parse(&notice->matter, database_text(statement, 1));
        notice->rev = sqlite3_column_int64(statement, 2);
        text_copy(notice->status, sizeof(notice->status), database_text(statement, 3));
        notice->at_ms = sqlite3_column_int64(statement, 4);
        code = 0;
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    ledger_reader_give(ledger, reader);
    return code;
}

/* --- what a text is made of ------------------------------------------------------------------- */

/* A catalogue record by the key that a member of the case holds; NULL when there is none. */
static int read_key(struct database *database, enum record_type type, const struct record *matter,
                    const char *member, struct record **record, struct error *error)
{
    struct ledger_row row = {0};
    char key[RECORD_KEY_SIZE];
    struct id id;
    int code;

    *record = NULL;
    if (*record_text(matter, member) == '\0')
        return 0;
    record_full_key(matter, record_text(matter, member), key);
    id = id_from_key(record_type_name(type), key);
    code = ledger_row_read(database, type, &id, &row, error);
    *record = row.record;
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* Both keys are of the same source: what stands before their '/'. */
static bool same_source(const char *key, const char *other)
{
    size_t length = strcspn(key, "/");

    return strncmp(key, other, length + 1) == 0;
}

/* Takes the template when it is for this use, and a better one than there is. */
static void consider(struct ledger_telling *telling, struct record *template, const char *use)
{
    const char *office = record_text(telling->matter, "office");

    if (strcmp(record_text(template, "use"), use) != 0 ||
        json_bool_or(template->body, "ended", false) ||
        (telling->template != NULL && (same_source(record_text(telling->template, "key"), office) ||
                                       !same_source(record_text(template, "key"), office)))) {
        record_free(template);
        return;
    }
    record_free(telling->template);
    telling->template = template;
}

static int read_template(struct database *database, const char *use, struct ledger_telling *telling,
                         struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_TEMPLATE_EACH, error);
    int code = statement != NULL ? 0 : ERROR_STORAGE;

    while (code == 0 && (code = database_step(database, statement, error)) > 0) {
        struct record *template;

        code = ledger_document_read(database_text(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &template, error);
        if (code == 0)
            consider(telling, template, use);
    }
    if (statement != NULL)
        sqlite3_reset(statement);
    return code;
}

static int read_promise(struct database *database, struct ledger_telling *telling,
                        struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PROMISE_OF, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, telling->matter->id.text);
    code = database_step(database, statement, error);
    if (code > 0)
        text_copy(telling->promise, sizeof(telling->promise), database_text(statement, 0));
    sqlite3_reset(statement);
    return code > 0 ? 0 : code;
}

int ledger_telling_read(struct ledger *ledger, const struct id *matter, const char *use,
                        struct ledger_telling *telling, struct error *error)
{
    struct ledger_row row = {0};
    struct ledger_reader *reader;
    struct database *database;
    int code = ledger_reader_take(ledger, &reader, error);

    *telling = (struct ledger_telling){.promise = ""};
    if (code != 0)
        return code;
    database = reader->database;
    code = ledger_row_read(database, RECORD_CASE, matter, &row, error);
    telling->matter = row.record;
    if (code == 0)
        code = ledger_client_read(database, record_text(telling->matter, "client"),
                                  &telling->client, error);
    if (code == 0)
        code = read_key(database, RECORD_SERVICE, telling->matter, "service", &telling->service,
                        error);
    if (code == 0)
        code =
            read_key(database, RECORD_OFFICE, telling->matter, "office", &telling->office, error);
    if (code == 0)
        code = read_template(database, use, telling, error);
    if (code == 0)
        code = read_promise(database, telling, error);
    ledger_reader_give(ledger, reader);
    if (code != 0)
        ledger_telling_clear(telling);
    return code;
}

bool ledger_telling_promised(const struct ledger_telling *telling, struct calendar_day *day)
{
    const struct record *office = telling->office;
    struct zone *zone = NULL;
    int64_t ms, offset = 0;

    if (!timestamp_parse(telling->promise, &ms))
        return false;
    if (office != NULL && zone_open(&zone, record_text(office, "zone"), NULL) == 0)
        offset = zone_offset(zone, ms / 1000);
    zone_free(zone);
    *day = calendar_day_from_number((ms / 1000 + offset) / (24 * 3600));
    return true;
}

void ledger_telling_clear(struct ledger_telling *telling)
{
    record_free(telling->matter);
    record_free(telling->client);
    record_free(telling->service);
    record_free(telling->office);
    record_free(telling->template);
    *telling = (struct ledger_telling){.promise = ""};
}

/* --- telling ---------------------------------------------------------------------------------- */

/* Of the notice: with its time first, as ids of records have. */
static struct id message_id(const struct ledger_notice *notice)
{
    char key[ID_TEXT_LENGTH + 32];
    struct id_generator ids = {0};
    struct id time = id_generate(&ids, notice->at_ms), id;

    snprintf(key, sizeof(key), "%s/%lld", notice->matter.text, (long long)notice->rev);
    id = id_from_key("notice", key);
    memcpy(id.text, time.text, TIME_LENGTH);
    return id;
}

static int end_within(struct ledger *ledger, const struct ledger_notice *notice, json_t *message,
                      json_t *granted, const json_t *codes, int64_t now_ms, struct error *error)
{
    struct ledger_own of_message = {OPERATION_APPEND, RECORD_MESSAGE, message_id(notice), 0,
                                    now_ms};
    struct ledger_own of_case = {OPERATION_FIELDS, RECORD_CASE, notice->matter, 0, now_ms};
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_NOTICE_DELETE, error);
    struct ledger_row row = {0};
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, notice->number);
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && granted != NULL) {
        code = ledger_row_read(ledger->writer, RECORD_CASE, &notice->matter, &row, error);
        if (code == 0) {
            of_case.base = row.record->rev;
            code = ledger_own_write(ledger, &of_case, json_incref(granted), error);
        }
        ledger_row_clear(&row);
    }
    if (code == 0 && message != NULL)
        code = ledger_own_write(ledger, &of_message, json_incref(message), error);
    if (code == 0 && message != NULL && json_object_size(codes) > 0)
        code = codes_keep(ledger, &of_message.record, codes, error);
    return code;
}

int ledger_notice_end(struct ledger *ledger, const struct ledger_notice *notice, json_t *message,
                      json_t *granted, json_t *codes, int64_t now_ms, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code == 0) {
        code = end_within(ledger, notice, message, granted, codes, now_ms, error);
        if (code == 0)
            code = ledger_commit(ledger, error);
        else
            ledger_rollback(ledger);
    }
    json_decref(message);
    json_decref(granted);
    json_decref(codes);
    return code;
}
