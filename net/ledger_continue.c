#include "net/ledger_continue.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"

#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "net/ledger_guess.h"

static const struct guess_kind continuing = {
    .by_secret = {"continue-group", 5, GUESS_MINUTE_MS, GUESS_DAY_MS, 14 * GUESS_DAY_MS},
    .by_address = {"continue-address", 20, 5000, 15 * GUESS_MINUTE_MS, GUESS_DAY_MS},
    .statement = LEDGER_PASSAGE_BY_GROUP,
};

int ledger_passage_find(struct ledger *ledger, const struct continue_code *code,
                        const char *address, int64_t now_ms, struct ledger_passage *passage,
                        struct error *error)
{
    struct guess_found found;
    int result = ledger_guess(ledger, &continuing, NULL, code, address, now_ms, &found, error);

    *passage = (struct ledger_passage){.retry_ms = found.retry_ms};
    if (result != 0)
        return result;
    passage->submission = found.record;
    passage->expires_ms = found.expires_ms;
    memcpy(passage->hash, found.hash, CONTINUE_HASH_BYTES);
    return 0;
}

/* --- the draft behind it ---------------------------------------------------------------------- */

/* Sees that the passage is open still. */
static int passage_check(struct database *database, const struct ledger_passage *passage,
                         int64_t now_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PASSAGE_GET, error);
    bool open;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, passage->submission.text);
    code = database_step(database, statement, error);
    if (code < 0)
        return code;
    open =
        code > 0 && sqlite3_column_int64(statement, 1) > now_ms &&
        sqlite3_column_bytes(statement, 0) == CONTINUE_HASH_BYTES &&
        sodium_memcmp(sqlite3_column_blob(statement, 0), passage->hash, CONTINUE_HASH_BYTES) == 0;
    sqlite3_reset(statement);
    return open ? 0 : error_set(error, ERROR_NOT_FOUND, "this code opens nothing any more");
}

int ledger_passage_read(struct ledger *ledger, const struct ledger_passage *passage, int64_t now_ms,
                        struct record **draft, struct record **form, struct error *error)
{
    struct ledger_row draft_row = {0}, form_row = {0};
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *draft = *form = NULL;
    if (code != 0)
        return code;
    code = passage_check(reader->database, passage, now_ms, error);
    if (code == 0)
        code = ledger_row_read(reader->database, RECORD_SUBMISSION, &passage->submission,
                               &draft_row, error);
    if (code == 0)
        code = ledger_form_read(reader->database, draft_row.record, &form_row, error);
    ledger_reader_give(ledger, reader);
    if (code != 0) {
        ledger_row_clear(&draft_row);
        return code;
    }
    *draft = draft_row.record;
    *form = form_row.record;
    return 0;
}

/* Sees that the draft is at this rev. */
static int rev_check(struct ledger *ledger, const struct ledger_passage *passage, int64_t rev,
                     struct error *error)
{
    struct ledger_row row;
    int code =
        ledger_row_read(ledger->writer, RECORD_SUBMISSION, &passage->submission, &row, error);

    if (code == 0 && row.record->rev != rev)
        code = error_set(error, ERROR_CONFLICT, "the draft is at rev %lld",
                         (long long)row.record->rev);
    ledger_row_clear(&row);
    return code;
}

int ledger_passage_change(struct ledger *ledger, const struct ledger_passage *passage,
                          json_t *fields, int64_t base, int64_t only_at, int64_t now_ms,
                          struct ledger_outcome *outcome, struct error *error)
{
    /* A device of its own each time: what the web has not seen is then never its own, so that two
     * browsers with one code do not write over one another unseen. */
    struct id_generator ids = {0};
    struct ledger_actor actor = {.agent = continue_web_agent,
                                 .device = id_generate(&ids, now_ms),
                                 .may = (permission_set)1 << PERMISSION_SERVE};
    struct operation *operation =
        operation_new(OPERATION_FIELDS, RECORD_SUBMISSION, &passage->submission);
    struct scope_set scopes = {0};
    int code;

    *outcome = (struct ledger_outcome){0};
    if (operation == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for an operation");
    json_decref(operation->body);
    operation->body = json_incref(fields);
    operation->id = id_generate(&ids, now_ms);
    operation->base = base;
    operation->agent = actor.agent;
    operation->device = actor.device;
    operation->moment.ms = now_ms;
    operation->channel = channel_word("web");
    code = ledger_begin(ledger, error);
    if (code == 0) {
        code = passage_check(ledger->writer, passage, now_ms, error);
        if (code == 0 && only_at != 0)
            code = rev_check(ledger, passage, only_at, error);
        if (code == 0)
            code = ledger_scopes_of(ledger->writer, RECORD_SUBMISSION, passage->submission.text,
                                    &scopes, NULL, error);
        if (code == 0)
            code =
                ledger_apply_within(ledger, &actor, &scopes, &operation, 1, now_ms, outcome, error);
        if (code == 0)
            code = ledger_commit(ledger, error);
        else
            ledger_rollback(ledger);
    }
    scope_set_free(&scopes);
    operation_free(operation);
    return code;
}

/* --- keeping the index ------------------------------------------------------------------------ */

int ledger_passage_follow(struct ledger *ledger, const struct record *submission, int64_t now_ms,
                          struct error *error)
{
    bool draft = strcmp(record_text(submission, "status"), "draft") == 0;
    struct continue_grant grant;
    bool open = draft && continue_grant_read(submission, &grant);
    sqlite3_stmt *statement = database_statement(
        ledger->writer, open ? LEDGER_PASSAGE_PUT : LEDGER_PASSAGE_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, submission->id.text);
    if (open) {
        database_bind_text(statement, 2, grant.group);
        sqlite3_bind_blob(statement, 3, grant.salt, CONTINUE_SALT_BYTES, SQLITE_STATIC);
        sqlite3_bind_blob(statement, 4, grant.hash, CONTINUE_HASH_BYTES, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 5,
                           grant.expires_ms < now_ms + CONTINUE_LONGEST_MS
                               ? grant.expires_ms
                               : now_ms + CONTINUE_LONGEST_MS);
    }
    return database_run(ledger->writer, statement, error);
}
