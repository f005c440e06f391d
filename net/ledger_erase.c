#include "net/ledger_erase.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_audit.h"
#include "net/ledger_file.h"
#include "net/ledger_row.h"
#include "net/ledger_scope.h"
#include "net/ledger_sqlite.h"

const char *ledger_bar_name(enum ledger_bar bar)
{
    static const char *const names[] = {
        [LEDGER_BAR_FREE] = "free",           [LEDGER_BAR_HELD] = "held",
        [LEDGER_BAR_OPEN] = "open",           [LEDGER_BAR_WAITING] = "waiting",
        [LEDGER_BAR_YOUNG] = "changed since",
    };

    return names[bar];
}

/* --- what bars it ----------------------------------------------------------------------------- */

/* States in which a record is still at work. */
static const struct {
    enum record_type type;
    const char *member;
    const char *word;
    enum ledger_bar bar;
} at_work[] = {
    {RECORD_CASE, "status", "received", LEDGER_BAR_OPEN},
    {RECORD_CASE, "status", "in-progress", LEDGER_BAR_OPEN},
    {RECORD_CASE, "status", "information-missing", LEDGER_BAR_OPEN},
    {RECORD_TASK, "state", "open", LEDGER_BAR_OPEN},
    {RECORD_TICKET, "state", "waiting", LEDGER_BAR_WAITING},
    {RECORD_TICKET, "state", "called", LEDGER_BAR_WAITING},
    {RECORD_TICKET, "state", "serving", LEDGER_BAR_OPEN},
    {RECORD_HANDOFF, "state", "offered", LEDGER_BAR_WAITING},
    {RECORD_MESSAGE, "state", "queued", LEDGER_BAR_WAITING},
    {RECORD_DELIVERY, "state", "waiting", LEDGER_BAR_WAITING},
    {RECORD_DELIVERY, "state", "sent", LEDGER_BAR_WAITING},
};

static enum ledger_bar bar_of(const struct record *record)
{
    if (record->type == RECORD_CONTACT && record_text(record, "ended_at")[0] == '\0')
        return LEDGER_BAR_OPEN;
    for (size_t i = 0; i < sizeof(at_work) / sizeof(at_work[0]); i++)
        if (at_work[i].type == record->type &&
            strcmp(record_text(record, at_work[i].member), at_work[i].word) == 0)
            return at_work[i].bar;
    return LEDGER_BAR_FREE;
}

int ledger_is_held(struct database *database, const char *id, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_HOLD_GET, error);

    database_bind_text(statement, 1, id);
    return database_has_row(database, statement, error);
}

/* Also by the client that a record names: who holds somebody holds all about them. */
static int check_held(struct database *database, const struct record *record, enum ledger_bar *bar,
                      struct error *error)
{
    int code = ledger_is_held(database, record->id.text, error);

    if (code == 0 && record_text(record, "client")[0] != '\0')
        code = ledger_is_held(database, record_text(record, "client"), error);
    if (code > 0)
        *bar = LEDGER_BAR_HELD;
    return code < 0 ? code : 0;
}

static int check(struct database *database, const struct record *record, enum ledger_bar *bar,
                 struct id *at, struct error *error)
{
    int code = check_held(database, record, bar, error);

    if (code == 0 && *bar == LEDGER_BAR_FREE)
        *bar = bar_of(record);
    if (*bar != LEDGER_BAR_FREE)
        *at = record->id;
    return code;
}

/* What is done with a case or a contact may need all that stands below it. */
static int check_above(struct database *database, const struct record *record, enum ledger_bar *bar,
                       struct id *at, struct error *error)
{
    struct ledger_row above;
    int code = ledger_file_above(database, record, &above, error);

    while (code == 0 && above.record != NULL && *bar == LEDGER_BAR_FREE) {
        struct ledger_row below = above;

        code = check(database, below.record, bar, at, error);
        above = (struct ledger_row){0};
        if (code == 0)
            code = ledger_file_above(database, below.record, &above, error);
        ledger_row_clear(&below);
    }
    ledger_row_clear(&above);
    return code;
}

int ledger_file_bar(struct database *database, const struct ledger_file *file, enum ledger_bar *bar,
                    struct id *at, struct error *error)
{
    int code = 0;

    *bar = LEDGER_BAR_FREE;
    for (size_t i = 0; i < file->count && code == 0 && *bar == LEDGER_BAR_FREE; i++)
        code = check(database, file->rows[i].record, bar, at, error);
    if (code == 0 && *bar == LEDGER_BAR_FREE)
        code = check_above(database, file->rows[0].record, bar, at, error);
    return code;
}

/* --- erasing ---------------------------------------------------------------------------------- */

/* All that is kept of a record beside its row: by the row's number, and by the record's id. Of
 * what a relay carries, that which the centre has; what waits is carried, refused there, and its
 * agent told. */
static const enum ledger_statement by_row[] = {
    LEDGER_ERASE_DELIVERY, LEDGER_ERASE_ATTENDING, LEDGER_ERASE_PROMISE, LEDGER_ERASE_EXPIRY,
    LEDGER_ERASE_HELD,     LEDGER_ERASE_WAIT,      LEDGER_ERASE_UPWARD,  LEDGER_ERASE_OUTGOING,
    LEDGER_ERASE_REACH,    LEDGER_ERASE_SEARCH,
};
static const enum ledger_statement by_id[] = {
    LEDGER_ERASE_OPENING, LEDGER_ERASE_WORDS,  LEDGER_ERASE_PASSAGE,
    LEDGER_ERASE_ACCESS,  LEDGER_ERASE_NOTICE, LEDGER_ERASE_OPEN311,
    LEDGER_ERASE_INTAKE,  LEDGER_ERASE_HOLD,   LEDGER_MESSAGE_CODE_DELETE,
};

static int run_for_row(struct ledger *ledger, enum ledger_statement which, int64_t row,
                       struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    return database_run(ledger->writer, statement, error);
}

static int run_for_id(struct ledger *ledger, enum ledger_statement which, const char *id,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id);
    return database_run(ledger->writer, statement, error);
}

/* What stays of a record. New; NULL out of memory. */
static char *stub(const struct record *record, int64_t at_ms)
{
    json_t *document =
        json_pack("{s:s, s:s, s:I, s:I, s:{s:o}, s:{}}", "type", record_type_name(record->type),
                  "id", record->id.text, "rev", (json_int_t)record->rev, "seq",
                  (json_int_t)record->seq, "body", RECORD_ERASED_MEMBER, json_time(at_ms), "meta");
    char *text = document != NULL ? json_write(document) : NULL;

    json_decref(document);
    return text;
}

static int write_text(struct ledger *ledger, enum ledger_statement which, int64_t row,
                      const char *text, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    database_bind_text(statement, 2, text);
    return database_run(ledger->writer, statement, error);
}

/* Also over what a relay keeps of the centre's word. */
static int write_stub(struct ledger *ledger, const struct ledger_row *row, int64_t at_ms,
                      struct error *error)
{
    char *text = stub(row->record, at_ms);
    int code;

    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to erase a record");
    ledger_named_forget(ledger);
    code = write_text(ledger, LEDGER_ERASE_RECORD, row->row, text, error);
    if (code == 0)
        code = write_text(ledger, LEDGER_ERASE_GIVEN, row->row, text, error);
    free(text);
    return code;
}

/* Those from whom it was taken back before: a terminal holds nothing of it any more, but a relay
 * keeps the row until it hears that it was erased. */
static int tell_again(struct ledger *ledger, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_GONE_SCOPES, error);
    struct scope_set scopes = {0};
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    while ((code = database_step(ledger->writer, statement, error)) > 0)
        if ((code = scope_set_add(&scopes, "", database_text(statement, 0), error)) != 0)
            break;
    sqlite3_reset(statement);
    for (size_t i = 0; i < scopes.count && code == 0; i++)
        code = ledger_gone_put(ledger, scopes.names[i], row, error);
    scope_set_free(&scopes);
    return code;
}

/* What agents said when they looked for several of whom this client is one. */
static int erase_words_of_lists(struct ledger *ledger, const struct record *record,
                                struct error *error)
{
    sqlite3_stmt *statement;
    unsigned char bytes[ID_BYTES];

    if (record->type != RECORD_CLIENT)
        return 0;
    statement = database_statement(ledger->writer, LEDGER_ERASE_WORDS_OF_LISTS, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    id_to_bytes(&record->id, bytes);
    sqlite3_bind_blob(statement, 1, bytes, sizeof(bytes), SQLITE_STATIC);
    return database_run(ledger->writer, statement, error);
}

int ledger_row_erase(struct ledger *ledger, const struct ledger_row *row, int64_t at_ms,
                     int64_t *attachments, struct error *error)
{
    const char *id = row->record->id.text;
    int code = ledger_row_take(ledger, row->row, error);

    if (code == 0)
        code = tell_again(ledger, row->row, error);
    if (code == 0)
        code = erase_words_of_lists(ledger, row->record, error);
    for (size_t i = 0; i < sizeof(by_row) / sizeof(by_row[0]) && code == 0; i++)
        code = run_for_row(ledger, by_row[i], row->row, error);
    for (size_t i = 0; i < sizeof(by_id) / sizeof(by_id[0]) && code == 0; i++)
        code = run_for_id(ledger, by_id[i], id, error);
    if (code == 0)
        code = run_for_id(ledger, LEDGER_ERASE_ATTACHMENT, id, error);
    if (code == 0)
        *attachments += database_changes(ledger->writer);
    return code == 0 ? write_stub(ledger, row, at_ms, error) : code;
}

int ledger_erase_begin(struct ledger *ledger, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code == 0)
        code = database_script(ledger->writer, "PRAGMA secure_delete=ON", error);
    else
        return code;
    if (code != 0)
        ledger_rollback(ledger);
    return code;
}

int ledger_erase_end(struct ledger *ledger, int code, struct error *error)
{
    int ended = database_script(ledger->writer, "PRAGMA secure_delete=OFF", error);

    code = ledger_end(ledger, code != 0 ? code : ended, error);
    /* The log still holds the pages as they were. */
    return code == 0 ? ledger_log_empty(ledger, error) : code;
}

/* That each record was erased stands in the trail; of what it held nothing does. */
static int tell(struct ledger *ledger, const struct record *record,
                const struct ledger_erasure *erasure, struct error *error)
{
    char what[sizeof(LEDGER_ERASED_WHAT) + LEDGER_HOLD_LIMIT];
    struct audit_entry entry = {
        .kind = AUDIT_ERASE,
        .at_ms = erasure->at_ms,
        .agent = erasure->agent,
        .device = erasure->device,
        .request = erasure->request,
        .type = record->type,
        .record = record->id,
        .purpose = id_is_empty(&erasure->agent) ? PURPOSE_NONE : PURPOSE_PRIVACY,
        .what = erasure->by_rule ? erasure->why : what,
    };

    /* Whatever was said, it is told apart from what is held back, and from what a rule erases. */
    snprintf(what, sizeof(what), LEDGER_ERASED_WHAT "%s", erasure->why);
    id_parse(&entry.client,
             record->type == RECORD_CLIENT ? record->id.text : record_text(record, "client"));
    return ledger_audit_add(ledger, &entry, error);
}

static int erase_file(struct ledger *ledger, const struct ledger_file *file,
                      const struct ledger_erasure *erasure, struct ledger_erased *erased,
                      struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < file->count && code == 0; i++) {
        code =
            ledger_row_erase(ledger, &file->rows[i], erasure->at_ms, &erased->attachments, error);
        if (code == 0)
            code = tell(ledger, file->rows[i].record, erasure, error);
        if (code == 0)
            erased->records++;
    }
    return code;
}

static int erase_within(struct ledger *ledger, enum record_type type, const struct id *id,
                        const struct ledger_erasure *erasure, struct ledger_erased *erased,
                        enum ledger_bar *bar, struct id *at, struct error *error)
{
    struct ledger_file file;
    int code = ledger_file_read(ledger->writer, type, id, &file, error);

    if (code == 0)
        code = ledger_file_bar(ledger->writer, &file, bar, at, error);
    if (code == 0 && *bar == LEDGER_BAR_FREE && erasure->before_ms != 0 &&
        file.latest_ms >= erasure->before_ms) {
        *bar = LEDGER_BAR_YOUNG;
        *at = *id;
    }
    if (code == 0 && *bar != LEDGER_BAR_FREE)
        code = error_set(error, ERROR_REFUSED, "%s is %s: nothing was erased", at->text,
                         ledger_bar_name(*bar));
    if (code == 0)
        code = erase_file(ledger, &file, erasure, erased, error);
    ledger_file_free(&file);
    return code;
}

int ledger_erase(struct ledger *ledger, enum record_type type, const struct id *id,
                 const struct ledger_erasure *erasure, struct ledger_erased *erased,
                 enum ledger_bar *bar, struct id *at, struct error *error)
{
    int code;

    if (ledger->is_relay)
        return error_set(error, ERROR_REFUSED,
                         "a relay erases what the server above it erased: ask there");
    code = ledger_erase_begin(ledger, error);
    *erased = (struct ledger_erased){0};
    *bar = LEDGER_BAR_FREE;
    *at = (struct id){0};
    if (code != 0)
        return code;
    code = erase_within(ledger, type, id, erasure, erased, bar, at, error);
    return ledger_erase_end(ledger, code, error);
}

/* --- holding back ----------------------------------------------------------------------------- */

static int hold_within(struct ledger *ledger, enum record_type type, const struct id *id,
                       const struct ledger_erasure *hold, bool ends, struct error *error)
{
    struct audit_entry entry = {
        .kind = AUDIT_ERASE,
        .at_ms = hold->at_ms,
        .agent = hold->agent,
        .device = hold->device,
        .request = hold->request,
        .type = type,
        .record = *id,
        .purpose = PURPOSE_PRIVACY,
        .words = hold->why,
        .what = ends ? "hold ended" : "held back",
    };
    struct ledger_row row;
    sqlite3_stmt *statement;
    int code = ledger_row_read(ledger->writer, type, id, &row, error);

    if (code == 0 && record_is_erased(row.record))
        code = error_set(error, ERROR_NOT_FOUND, "%s was erased", id->text);
    if (code == 0)
        code = ledger_client_of(ledger->writer, row.record, &entry.client, error);
    ledger_row_clear(&row);
    if (code != 0)
        return code;
    statement =
        database_statement(ledger->writer, ends ? LEDGER_HOLD_DELETE : LEDGER_HOLD_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id->text);
    if (!ends) {
        database_bind_text(statement, 2, record_type_name(type));
        sqlite3_bind_int64(statement, 3, hold->at_ms);
        database_bind_text(statement, 4, hold->agent.text);
        database_bind_text(statement, 5, hold->why);
    }
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && ends && database_changes(ledger->writer) == 0)
        code = error_set(error, ERROR_NOT_FOUND, "nobody holds %s back", id->text);
    return code == 0 ? ledger_audit_add(ledger, &entry, error) : code;
}

static int hold_change(struct ledger *ledger, enum record_type type, const struct id *id,
                       const struct ledger_erasure *hold, bool ends, struct error *error)
{
    int code;

    if (!ledger_file_begins(type))
        return error_set(error, ERROR_INVALID, "nothing of this type is held back from erasure");
    if (hold->why == NULL || hold->why[0] == '\0' || strlen(hold->why) > LEDGER_HOLD_LIMIT)
        return error_set(error, ERROR_INVALID, "a reason of 1 to %d bytes is needed",
                         LEDGER_HOLD_LIMIT);
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    return ledger_end(ledger, hold_within(ledger, type, id, hold, ends, error), error);
}

int ledger_hold(struct ledger *ledger, enum record_type type, const struct id *id,
                const struct ledger_erasure *hold, struct error *error)
{
    return hold_change(ledger, type, id, hold, false, error);
}

int ledger_hold_end(struct ledger *ledger, enum record_type type, const struct id *id,
                    const struct ledger_erasure *release, struct error *error)
{
    return hold_change(ledger, type, id, release, true, error);
}
