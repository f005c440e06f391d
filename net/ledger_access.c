#include "net/ledger_access.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"

#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_guess.h"

/* Members of a case that hold a grant, and kinds of access. */
#define STATUS        "status_code"
#define QUESTIONNAIRE "questionnaire"

static const struct guess_kind status_kind = {
    .by_secret = {"status-reference", 10, GUESS_MINUTE_MS, 60 * GUESS_MINUTE_MS, GUESS_DAY_MS},
    .by_address = {"status-address", 20, 5000, 15 * GUESS_MINUTE_MS, GUESS_DAY_MS},
    .statement = LEDGER_ACCESS_STATUS,
};

static const struct guess_kind questionnaire_kind = {
    .by_secret = {"questionnaire-group", 5, GUESS_MINUTE_MS, GUESS_DAY_MS, 14 * GUESS_DAY_MS},
    .by_address = {"questionnaire-address", 20, 5000, 15 * GUESS_MINUTE_MS, GUESS_DAY_MS},
    .statement = LEDGER_ACCESS_QUESTIONNAIRE,
};

/* --- keeping the index ------------------------------------------------------------------------ */

static int follow_one(struct ledger *ledger, const struct record *matter, const char *kind,
                      const char *label, int64_t now_ms, struct error *error)
{
    struct continue_grant grant;
    bool open = continue_grant_from_json(json_object_get(matter->body, kind), &grant);
    sqlite3_stmt *statement =
        database_statement(ledger->writer, open ? LEDGER_ACCESS_PUT : LEDGER_ACCESS_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, kind);
    database_bind_text(statement, 2, matter->id.text);
    if (open) {
        database_bind_text(statement, 3, label);
        database_bind_text(statement, 4, grant.group);
        sqlite3_bind_blob(statement, 5, grant.salt, CONTINUE_SALT_BYTES, SQLITE_STATIC);
        sqlite3_bind_blob(statement, 6, grant.hash, CONTINUE_HASH_BYTES, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 7,
                           grant.expires_ms < now_ms + CONTINUE_LONGEST_MS
                               ? grant.expires_ms
                               : now_ms + CONTINUE_LONGEST_MS);
    }
    return database_run(ledger->writer, statement, error);
}

int ledger_access_follow(struct ledger *ledger, const struct record *matter, int64_t now_ms,
                         struct error *error)
{
    int code = follow_one(ledger, matter, STATUS, record_text(matter, "reference"), now_ms, error);

    return code == 0 ? follow_one(ledger, matter, QUESTIONNAIRE, "", now_ms, error) : code;
}

/* --- codes ------------------------------------------------------------------------------------ */

static int find(struct ledger *ledger, const struct guess_kind *kind, const char *label,
                const struct continue_code *code, const char *address, int64_t now_ms,
                struct ledger_access *access, struct error *error)
{
    struct guess_found found;
    int result = ledger_guess(ledger, kind, label, code, address, now_ms, &found, error);

    *access = (struct ledger_access){.retry_ms = found.retry_ms};
    if (result != 0)
        return result;
    access->matter = found.record;
    memcpy(access->hash, found.hash, CONTINUE_HASH_BYTES);
    return 0;
}

int ledger_status_find(struct ledger *ledger, const char *reference,
                       const struct continue_code *code, const char *address, int64_t now_ms,
                       struct ledger_access *access, struct error *error)
{
    return find(ledger, &status_kind, reference, code, address, now_ms, access, error);
}

int ledger_questionnaire_find(struct ledger *ledger, const struct continue_code *code,
                              const char *address, int64_t now_ms, struct ledger_access *access,
                              struct error *error)
{
    return find(ledger, &questionnaire_kind, NULL, code, address, now_ms, access, error);
}

/* --- the questionnaire ------------------------------------------------------------------------ */

static int read_form(struct database *database, const struct record *matter, struct record **form,
                     struct error *error)
{
    const json_t *asked = json_object_get(matter->body, QUESTIONNAIRE);
    struct id id = id_from_key("form", json_text_or(asked, "form", ""));
    struct ledger_row row = {0};
    int code = ledger_row_read(database, RECORD_FORM, &id, &row, error);

    *form = row.record;
    return code;
}

static int read_language(struct database *database, const struct record *matter,
                         char language[LEDGER_LANGUAGE_SIZE], struct error *error)
{
    struct record *client;
    int code = ledger_client_read(database, record_text(matter, "client"), &client, error);

    text_copy(language, LEDGER_LANGUAGE_SIZE,
              client != NULL ? record_text(client, "language") : "");
    record_free(client);
    return code;
}

int ledger_questionnaire_read(struct ledger *ledger, const struct ledger_access *access,
                              struct record **matter, struct record **form,
                              char language[LEDGER_LANGUAGE_SIZE], struct error *error)
{
    struct ledger_row row = {0};
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *matter = *form = NULL;
    if (code != 0)
        return code;
    code = ledger_row_read(reader->database, RECORD_CASE, &access->matter, &row, error);
    if (code == 0)
        code = read_language(reader->database, row.record, language, error);
    if (code == 0)
        code = read_form(reader->database, row.record, form, error);
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        ledger_row_clear(&row);
        return code;
    }
    *matter = row.record;
    return 0;
}

/* Sees that the access has not ended. */
static int check(struct database *database, const struct ledger_access *access, int64_t now_ms,
                 struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_ACCESS_GET, error);
    bool open;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, QUESTIONNAIRE);
    database_bind_text(statement, 2, access->matter.text);
    code = database_step(database, statement, error);
    if (code < 0)
        return code;
    open = code > 0 && sqlite3_column_int64(statement, 1) > now_ms &&
           sqlite3_column_bytes(statement, 0) == CONTINUE_HASH_BYTES &&
           sodium_memcmp(sqlite3_column_blob(statement, 0), access->hash, CONTINUE_HASH_BYTES) == 0;
    sqlite3_reset(statement);
    return open ? 0 : error_set(error, ERROR_NOT_FOUND, "this code opens nothing any more");
}

static int submit(struct ledger *ledger, const struct record *matter, const struct record *form,
                  json_t *answers, int64_t now_ms, struct error *error)
{
    struct id_generator ids = {0};
    struct ledger_own own = {OPERATION_APPEND, RECORD_SUBMISSION, id_generate(&ids, now_ms), 0,
                             now_ms};
    const char *client = record_text(matter, "client");
    json_t *body =
        json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:O, s:s}", "form", record_text(form, "key"),
                  "form_version", (json_int_t)json_integer_or(form->body, "version", 1), "case",
                  matter->id.text, "office", record_text(matter, "office"), "started_by",
                  continue_web_agent.text, "started_at", json_time(now_ms), "answers", answers,
                  "status", "draft");
    int code;

    if (body != NULL && *client != '\0')
        json_object_set_new(body, "client", json_string(client));
    code = ledger_own_write(ledger, &own, body, error);
    own.kind = OPERATION_CLAIM;
    own.base = 1;
    if (code == 0)
        code =
            ledger_own_write(ledger, &own,
                             json_pack("{s:s, s:o, s:s}", "status", "submitted", "submitted_at",
                                       json_time(now_ms), "submitted_by", continue_web_agent.text),
                             error);
    return code;
}

/* The case says from now on that its client has answered, or would rather not. */
static int mark(struct ledger *ledger, const struct record *matter, const struct record *form,
                bool answered, int64_t now_ms, struct error *error)
{
    const struct ledger_own own = {OPERATION_FIELDS, RECORD_CASE, matter->id, matter->rev, now_ms};

    return ledger_own_write(ledger, &own,
                            json_pack("{s:{s:s, s:o}}", QUESTIONNAIRE, "form",
                                      record_text(form, "key"),
                                      answered ? "answered_at" : "declined_at", json_time(now_ms)),
                            error);
}

int ledger_questionnaire_end(struct ledger *ledger, const struct ledger_access *access,
                             const struct record *form, json_t *answers, int64_t now_ms,
                             struct error *error)
{
    struct ledger_row row = {0};
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = check(ledger->writer, access, now_ms, error);
    if (code == 0)
        code = ledger_row_read(ledger->writer, RECORD_CASE, &access->matter, &row, error);
    if (code == 0 && answers != NULL)
        code = submit(ledger, row.record, form, answers, now_ms, error);
    if (code == 0)
        code = mark(ledger, row.record, form, answers != NULL, now_ms, error);
    ledger_row_clear(&row);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
