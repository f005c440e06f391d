#include "net/ledger_open311.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "net/ledger_sqlite.h"
#include "net/open311_request.h"

#define MESSAGE_LIMIT (4 * 1024 * 1024)

void ledger_open311_state_clear(struct ledger_open311_state *state)
{
    json_decref(state->message);
    *state = (struct ledger_open311_state){.message = NULL};
}

/* --- one -------------------------------------------------------------------------------------- */

/* Columns: token, source, matter, reference, message, kind. */
static int state_read(sqlite3_stmt *statement, struct ledger_open311_state *state,
                      struct error *error)
{
    const char *matter = database_text(statement, 2);
    const char *message = database_text(statement, 4);

    *state = (struct ledger_open311_state){.message = NULL};
    if (!id_parse(&state->token, database_text(statement, 0)))
        return error_set(error, ERROR_STORAGE, "an Open311 request has no token");
    text_copy(state->source, sizeof(state->source), database_text(statement, 1));
    text_copy(state->reference, sizeof(state->reference), database_text(statement, 3));
    state->kind = (enum open311_kind)sqlite3_column_int(statement, 5);
    state->taken = matter[0] != '\0';
    state->refused = !state->taken && message[0] == '\0';
    if (state->taken || state->refused)
        return 0;
    return json_read(&state->message, message, strlen(message), MESSAGE_LIMIT, "an Open311 request",
                     error);
}

/* Steps a statement that finds one: ERROR_NOT_FOUND when it does not. */
static int state_step(struct database *database, sqlite3_stmt *statement,
                      struct ledger_open311_state *state, struct error *error)
{
    int code = database_step(database, statement, error);

    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no such request");
    if (code > 0) {
        code = state_read(statement, state, error);
        sqlite3_reset(statement);
    }
    return code;
}

static int find_by(struct ledger *ledger, enum ledger_statement which, const char *token,
                   struct ledger_open311_state *state, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    *state = (struct ledger_open311_state){.message = NULL};
    if (code != 0)
        return code;
    statement = database_statement(reader->database, which, error);
    if (statement != NULL && token != NULL)
        database_bind_text(statement, 1, token);
    code =
        statement != NULL ? state_step(reader->database, statement, state, error) : ERROR_STORAGE;
    ledger_reader_give(ledger, reader);
    return code;
}

int ledger_open311_find(struct ledger *ledger, const char *token,
                        struct ledger_open311_state *state, struct error *error)
{
    return find_by(ledger, LEDGER_OPEN311_GET, token, state, error);
}

int ledger_open311_waiting(struct ledger *ledger, struct ledger_open311_state *state,
                           struct error *error)
{
    return find_by(ledger, LEDGER_OPEN311_WAITING, NULL, state, error);
}

/* --- keeping ---------------------------------------------------------------------------------- */

static int same_find(struct ledger *ledger, const struct ledger_open311_entry *entry,
                     int64_t since_ms, struct ledger_open311_state *state, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPEN311_SAME, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, entry->source);
    sqlite3_bind_blob(statement, 2, entry->digest, LEDGER_OPEN311_DIGEST, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, since_ms);
    return state_step(ledger->writer, statement, state, error);
}

static int entry_write(struct ledger *ledger, const struct ledger_open311_entry *entry,
                       const struct id *token, int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_OPEN311_PUT, error);
    char *title = json_write(entry->title);
    char *facts = json_write(entry->facts);
    char *message = json_write(entry->message);
    int code = ERROR_STORAGE;

    if (title == NULL || facts == NULL || message == NULL) {
        code = error_set(error, ERROR_MEMORY, "no memory for a request");
    } else if (statement != NULL) {
        database_bind_id(statement, 1, token);
        database_bind_text(statement, 2, entry->source);
        sqlite3_bind_blob(statement, 3, entry->digest, LEDGER_OPEN311_DIGEST, SQLITE_STATIC);
        database_bind_text(statement, 4, entry->code);
        database_bind_text(statement, 5, entry->jurisdiction);
        sqlite3_bind_int(statement, 6, (int)entry->kind);
        sqlite3_bind_int64(statement, 7, now_ms);
        database_bind_text(statement, 8, title);
        database_bind_text(statement, 9, facts);
        database_bind_text(statement, 10, message);
        code = database_run(ledger->writer, statement, error);
    }
    free(title);
    free(facts);
    free(message);
    return code;
}

int ledger_open311_add(struct ledger *ledger, const struct ledger_open311_entry *entry,
                       int64_t window_ms, int64_t now_ms, struct ledger_open311_state *state,
                       bool *repeated, struct error *error)
{
    struct id_generator ids = {0};
    struct id token;
    int code = ledger_begin(ledger, error);

    *state = (struct ledger_open311_state){.message = NULL};
    *repeated = false;
    if (code != 0)
        return code;
    token = id_generate(&ids, now_ms);
    code = same_find(ledger, entry, now_ms - window_ms, state, error);
    *repeated = code == 0;
    if (code == ERROR_NOT_FOUND) {
        code = entry_write(ledger, entry, &token, now_ms, error);
        if (code == 0) {
            state->token = token;
            state->kind = entry->kind;
            text_copy(state->source, sizeof(state->source), entry->source);
            state->message = json_deep_copy(entry->message);
        }
    }
    code = ledger_end(ledger, code, error);
    if (code != 0)
        ledger_open311_state_clear(state);
    return code;
}

int ledger_open311_settle(struct ledger *ledger, const struct id *token, const struct id *matter,
                          const char *reference, struct error *error)
{
    sqlite3_stmt *statement;
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_OPEN311_SETTLE, error);
    if (statement == NULL) {
        code = ERROR_STORAGE;
    } else {
        database_bind_id(statement, 1, token);
        database_bind_text(statement, 2, matter != NULL ? matter->text : "");
        database_bind_text(statement, 3, matter != NULL ? reference : "");
        code = database_run(ledger->writer, statement, error);
    }
    return ledger_end(ledger, code, error);
}

/* --- telling ---------------------------------------------------------------------------------- */

static int64_t time_column(sqlite3_stmt *statement, int column)
{
    int64_t ms;

    return timestamp_parse(database_text(statement, column), &ms) ? ms : 0;
}

static json_t *json_column(sqlite3_stmt *statement, int column)
{
    return json_loads(database_text(statement, column), 0, NULL);
}

/* Columns: reference, code, source, at, title, facts, status, claimed, promised. */
static int row_tell(sqlite3_stmt *statement, ledger_open311_visit visit, void *context)
{
    json_t *title = json_column(statement, 4);
    json_t *facts = json_column(statement, 5);
    struct ledger_open311_row row = {
        .reference = database_text(statement, 0),
        .code = database_text(statement, 1),
        .source = database_text(statement, 2),
        .title = title,
        .facts = facts,
        .status = database_text(statement, 6),
        .requested_ms = sqlite3_column_int64(statement, 3),
        .updated_ms = time_column(statement, 7),
        .expected_ms = time_column(statement, 8),
    };
    int code;

    /* Nobody has claimed anything on it yet: it stands as it came. */
    if (row.updated_ms == 0)
        row.updated_ms = row.requested_ms;
    code = visit(context, &row);
    json_decref(title);
    json_decref(facts);
    return code;
}

/* The words of the cases that a query wants, as JSON; owned. */
static char *statuses_text(const struct open311_query *query)
{
    json_t *words = json_array();
    char *text;

    for (size_t i = 0; case_status_words[i] != NULL; i++)
        if (open311_is_closed(case_status_words[i]) ? query->closed : query->open)
            json_array_append_new(words, json_string(case_status_words[i]));
    text = json_write(words);
    json_decref(words);
    return text;
}

static int each(struct database *database, sqlite3_stmt *statement, ledger_open311_visit visit,
                void *context, struct error *error)
{
    int code;

    while ((code = database_step(database, statement, error)) > 0) {
        code = row_tell(statement, visit, context);
        if (code != 0)
            break;
    }
    sqlite3_reset(statement);
    return code;
}

int ledger_open311_each(struct ledger *ledger, const struct open311_query *query,
                        const char *jurisdiction, ledger_open311_visit visit, void *context,
                        struct error *error)
{
    bool by_id = query->ids != NULL;
    const json_t *wanted = by_id ? query->ids : query->services;
    char *list = wanted != NULL ? json_write(wanted) : NULL;
    char *statuses = statuses_text(query);
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code == 0) {
        statement = database_statement(
            reader->database, by_id ? LEDGER_OPEN311_BY_ID : LEDGER_OPEN311_BETWEEN, error);
        code = statement != NULL ? 0 : ERROR_STORAGE;
        if (statement != NULL) {
            if (wanted != NULL)
                database_bind_text(statement, 1, list != NULL ? list : "[]");
            database_bind_text(statement, 2, jurisdiction);
            sqlite3_bind_int64(statement, 3, query->limit);
            if (!by_id) {
                sqlite3_bind_int64(statement, 4, query->offset);
                sqlite3_bind_int64(statement, 5, query->from_ms);
                sqlite3_bind_int64(statement, 6, query->to_ms);
                database_bind_text(statement, 7, statuses != NULL ? statuses : "[]");
            }
            code = each(reader->database, statement, visit, context, error);
        }
        ledger_reader_give(ledger, reader);
    }
    free(list);
    free(statuses);
    return code;
}
