#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"

struct check {
    struct database *database;
    ledger_finding finding;
    void *context;
    struct ledger_check *counts;
};

static void found(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void found(struct check *check, const char *format, ...)
{
    struct error text = ERROR_INIT; /* cleans what comes out of a damaged file */
    char line[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    error_set(&text, ERROR_STORAGE, "%s", line);
    check->counts->findings++;
    check->finding(check->context, text.message);
}

/* A client is found by all that is on file. */
static void check_keys(struct check *check, int64_t row, const struct record *client)
{
    bool agrees;

    if (ledger_search_check(check->database, row, client, &agrees, NULL) != 0 || !agrees)
        found(check, "the list of by what clients are found disagrees with: client %s",
              client->id.text);
}

/* One row of CHECK_RECORDS: the document says what the columns say. */
static void check_row(struct check *check, sqlite3_stmt *statement, int64_t last_seq)
{
    const char *type = database_text(statement, 1);
    const char *id = database_text(statement, 2);
    int64_t seq = sqlite3_column_int64(statement, 4);
    struct record *record;

    check->counts->records++;
    if (ledger_document_read(database_text(statement, 6),
                             (size_t)sqlite3_column_bytes(statement, 6), &record, NULL) != 0) {
        found(check, "%s %s cannot be read", type, id);
        return;
    }
    if (strcmp(record_type_name(record->type), type) != 0 || strcmp(record->id.text, id) != 0)
        found(check, "%s %s holds another record's document", type, id);
    if (record->rev != sqlite3_column_int64(statement, 3) || record->seq != seq)
        found(check, "%s %s disagrees with its document about rev or seq", type, id);
    if (strcmp(ledger_record_parent(record), database_text(statement, 5)) != 0)
        found(check, "%s %s is not filed under its case or contact", type, id);
    if (seq < 1 || seq > last_seq)
        found(check, "%s %s has number %" PRId64 ", the last one given is %" PRId64, type, id, seq,
              last_seq);
    if (record->type == RECORD_CLIENT && !record_is_erased(record))
        check_keys(check, sqlite3_column_int64(statement, 0), record);
    record_free(record);
}

static int check_records(struct check *check, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t last_seq;
    int code = ledger_property_read(check->database, "seq", &statement, error);

    if (code != 0)
        return code;
    last_seq = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    statement = database_statement(check->database, LEDGER_CHECK_SEQ_HIGHEST, error);
    code = database_step(check->database, statement, error);
    if (code < 0)
        return code;
    if (sqlite3_column_int64(statement, 0) > last_seq)
        found(check, "number %" PRId64 " is in use, the last one given is %" PRId64,
              (int64_t)sqlite3_column_int64(statement, 0), last_seq);
    sqlite3_reset(statement);
    statement = database_statement(check->database, LEDGER_CHECK_RECORDS, error);
    while ((code = database_step(check->database, statement, error)) > 0)
        check_row(check, statement, last_seq);
    return code;
}

/* Runs a statement whose every row is a finding; `%s`-free text first, then columns 0 and 1. */
static int check_none(struct check *check, enum ledger_statement which, const char *text,
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(check->database, which, error);
    int code;

    while ((code = database_step(check->database, statement, error)) > 0)
        found(check, "%s: %s %s", text, database_text(statement, 0),
              sqlite3_column_count(statement) > 1 ? database_text(statement, 1) : "");
    return code;
}

static int check_revisions(struct check *check, struct error *error)
{
    sqlite3_stmt *statement = database_statement(check->database, LEDGER_CHECK_REVISIONS, error);
    int code;

    while ((code = database_step(check->database, statement, error)) > 0) {
        const char *type = database_text(statement, 0);

        /* Catalogue records are published, not made by operations. */
        if (!record_type_is_catalogue(record_type_from_name(type)))
            found(check, "%s %s has not one operation for each rev", type,
                  database_text(statement, 1));
    }
    return code;
}

static int check_integrity(struct check *check, struct error *error)
{
    sqlite3_stmt *statement = database_statement(check->database, LEDGER_CHECK_INTEGRITY, error);
    int code;

    while ((code = database_step(check->database, statement, error)) > 0)
        if (strcmp(database_text(statement, 0), "ok") != 0)
            found(check, "database: %s", database_text(statement, 0));
    return code;
}

/* Attachments are as they came, and each is named by its message. */
static int check_attachments(struct check *check, struct error *error)
{
    sqlite3_stmt *statement = database_statement(check->database, LEDGER_CHECK_ATTACHMENTS, error);
    int code;

    while ((code = database_step(check->database, statement, error)) > 0) {
        unsigned char digest[crypto_hash_sha256_BYTES];

        crypto_hash_sha256(digest, sqlite3_column_blob(statement, 2),
                           (unsigned long long)sqlite3_column_bytes(statement, 2));
        if (sqlite3_column_bytes(statement, 1) != (int)sizeof(digest) ||
            memcmp(sqlite3_column_blob(statement, 1), digest, sizeof(digest)) != 0)
            found(check, "attachment %s is not as it came", database_text(statement, 0));
        if (sqlite3_column_int(statement, 3) == 0)
            found(check, "attachment %s is of no message", database_text(statement, 0));
    }
    return code;
}

static int check_operations(struct check *check, struct error *error)
{
    sqlite3_stmt *statement = database_statement(check->database, LEDGER_CHECK_OPERATIONS, error);
    int code = database_step(check->database, statement, error);

    if (code > 0) {
        check->counts->operations = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return code < 0 ? code : 0;
}

/* What holds at a centre alone: a relay is given records without the operations that made them, and
 * leaves clocks and codes to the centre. */
static int check_centre(struct check *check, struct error *error)
{
    int64_t since;
    int code = ledger_property_number(check->database, "relay-since", &since, error);

    if (code != 0 || since > 0)
        return code;
    code = check_revisions(check, error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_EXPIRIES,
                          "the list of offers that have an end disagrees with", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_PROMISES,
                          "the list of promises that run disagrees with", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_WAITS,
                          "the list of those who wait in queues disagrees with", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_PASSAGES,
                          "the list of drafts that a code opens disagrees with", error);
    return code;
}

/* The audit trail is whole. */
static int check_trail(struct check *check, struct error *error)
{
    const struct audit_verify_options options = {.finding = check->finding,
                                                 .context = check->context};
    struct audit_verified verified;
    int code = trail_verify(check->database, &options, &verified, error);

    check->counts->findings += verified.findings;
    return code;
}

static int check_all(struct check *check, struct error *error)
{
    int code = check_integrity(check, error);

    if (code == 0)
        code = check_records(check, error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_SEQ_REPEATED, "a number was given to several records",
                          error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_FEED_MISSING, "nobody may see", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_FEED_DANGLING, "the feed names a record that is not",
                          error);
    if (code == 0)
        code = check_centre(check, error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_OPERATION_LOST,
                          "an operation was applied to a record that is not", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_DELIVERIES,
                          "the list of what is to be sent disagrees with", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_REACH,
                          "the list of by what records are found disagrees with", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_SEARCH,
                          "the list of by what clients are found names what is none", error);
    if (code == 0)
        code = check_none(check, LEDGER_CHECK_INTAKE,
                          "the list of messages that came in disagrees with", error);
    if (code == 0)
        code = check_attachments(check, error);
    if (code == 0)
        code = check_trail(check, error);
    if (code == 0)
        code = check_operations(check, error);
    return code;
}

int ledger_check(const char *path, ledger_finding finding, void *context,
                 struct ledger_check *counts, struct error *error)
{
    struct check check = {.finding = finding, .context = context, .counts = counts};
    sqlite3_stmt *statement;
    int code;

    *counts = (struct ledger_check){0};
    code = database_open(&check.database, path, DATABASE_OPEN, &ledger_schema, error);
    if (code != 0)
        return code;
    /* One state of the database throughout, whatever a server writes meanwhile. */
    statement = database_statement(check.database, LEDGER_BEGIN_READ, error);
    code = database_run(check.database, statement, error);
    if (code == 0) {
        code = check_all(&check, error);
        database_rollback(check.database);
    }
    database_close(check.database);
    return code;
}
