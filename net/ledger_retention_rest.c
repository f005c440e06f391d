/* What rounds of retention erase besides files: attachments, and words in the audit trail; and what
 * is still in force. */
#include "net/ledger_retention_internal.h"

#include <string.h>
#include <time.h>

#include "net/ledger_audit.h"

/* Entries of the trail that one transaction looks at. */
#define WORDS_AT_ONCE 500

/* --- what is in force ------------------------------------------------------------------------- */

/* Whether it is that, or ends on a day that is not over yet anywhere. */
static bool runs(const struct record *record, const char *state, int64_t now_ms)
{
    const char *until = record_text(record, "until");
    time_t yesterday = (time_t)(now_ms / 1000) - (time_t)24 * 3600;
    struct tm day;
    char text[16];

    if (strcmp(record_text(record, "state"), state) != 0)
        return false;
    gmtime_r(&yesterday, &day);
    strftime(text, sizeof(text), "%Y-%m-%d", &day);
    return until[0] == '\0' || strcmp(until, text) >= 0;
}

/* Whether a code still opens a draft. */
static int is_passable(struct database *database, const struct id *id, int64_t now_ms,
                       bool *passable, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PASSAGE_GET, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, id->text);
    code = database_step(database, statement, error);
    *passable = code > 0 && sqlite3_column_int64(statement, 1) > now_ms;
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

int retention_in_force(struct database *database, const struct record *record, int64_t now_ms,
                       bool *in_force, struct error *error)
{
    *in_force = false;
    if (record->type == RECORD_SUBMISSION)
        return is_passable(database, &record->id, now_ms, in_force, error);
    if (record->type == RECORD_CONSENT || record->type == RECORD_DELEGATION)
        *in_force = runs(record, "valid", now_ms);
    else if (record->type == RECORD_EMERGENCY || record->type == RECORD_FLAG)
        *in_force = strcmp(record_text(record, "state"), "open") == 0;
    return 0;
}

/* --- attachments ------------------------------------------------------------------------------ */

/* An attachment, and what it came with. */
struct attached {
    struct id message;
    int64_t latest_ms;
    enum ledger_bar bar;
    bool found;
};

static int attachment_judge(struct database *database, int64_t number, struct attached *attached,
                            struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_RETENTION_ATTACHMENT, error);
    struct ledger_file file = {0};
    struct id at;
    int code;

    *attached = (struct attached){0};
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, number);
    code = database_step(database, statement, error);
    attached->found = code > 0 && id_parse(&attached->message, database_text(statement, 0));
    sqlite3_reset(statement);
    if (code < 0 || !attached->found)
        return code < 0 ? code : 0;
    code = ledger_file_read(database, RECORD_MESSAGE, &attached->message, &file, error);
    if (code == 0) {
        attached->latest_ms = file.latest_ms;
        code = ledger_file_bar(database, &file, &attached->bar, &at, error);
    }
    ledger_file_free(&file);
    attached->found = code == 0;
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int attachment_erase(struct ledger *ledger, int64_t number, const struct attached *attached,
                            int64_t now_ms, struct error *error)
{
    const struct audit_entry entry = {.kind = AUDIT_ERASE,
                                      .at_ms = now_ms,
                                      .type = RECORD_MESSAGE,
                                      .record = attached->message,
                                      .what = RETENTION_WHY ": attachment"};
    sqlite3_stmt *statement =
        database_statement(ledger->writer, LEDGER_RETENTION_ATTACHMENT_DELETE, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, number);
    code = database_run(ledger->writer, statement, error);
    return code == 0 ? ledger_audit_add(ledger, &entry, error) : code;
}

/* Judges it where nobody writes meanwhile, and erases it when nothing bars it. */
static int attachment_settle(struct retention_round *round, int64_t number, int64_t before_ms,
                             struct attached *attached, struct error *error)
{
    struct ledger *ledger = round->ledger;
    int code = ledger_erase_begin(ledger, error);

    if (code != 0)
        return code;
    code = attachment_judge(ledger->writer, number, attached, error);
    attached->found = attached->found && attached->latest_ms < before_ms;
    if (code == 0 && attached->found && attached->bar == LEDGER_BAR_FREE)
        code = attachment_erase(ledger, number, attached, round->asked->now_ms, error);
    code = ledger_erase_end(ledger, code, error);
    return code == ERROR_BUSY ? 0 : code;
}

static int attachment_read(struct retention_round *round, int64_t *number,
                           struct attached *attached, struct error *error)
{
    struct ledger_reader *reader;
    sqlite3_stmt *statement;
    int code = ledger_reader_take(round->ledger, &reader, error);

    if (code != 0)
        return code;
    code = ledger_snapshot_begin(reader, error);
    statement = database_statement(reader->database, LEDGER_RETENTION_ATTACHMENT_NEXT, error);
    if (code == 0 && statement == NULL)
        code = ERROR_STORAGE;
    if (code == 0) {
        sqlite3_bind_int64(statement, 1, *number);
        code = database_step(reader->database, statement, error);
        if (code > 0)
            *number = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
        code = code < 0 ? code : code == 0 ? ERROR_NOT_FOUND : 0;
    }
    if (code == 0)
        code = attachment_judge(reader->database, *number, attached, error);
    ledger_snapshot_end(reader);
    ledger_reader_give(round->ledger, reader);
    return code;
}

int retention_attachment(struct retention_round *round, const struct ledger_retention *rule,
                         struct ledger_retention_place *place, struct error *error)
{
    int64_t before_ms = retention_before(round, rule);
    struct attached attached;
    int code = attachment_read(round, &place->row, &attached, error);

    if (code != 0)
        return code;
    round->counts->looked_at++;
    attached.found = attached.found && attached.latest_ms < before_ms;
    if (attached.found && attached.bar == LEDGER_BAR_FREE && !round->asked->dry)
        code = attachment_settle(round, place->row, before_ms, &attached, error);
    if (code == 0 && attached.found)
        retention_count(
            round, attached.bar, &(struct ledger_erased){.attachments = 1},
            &(struct ledger_retention_due){.what = rule->what,
                                           .service = "",
                                           .type = RECORD_MESSAGE,
                                           .id = attached.message.text,
                                           .due_ms = retention_due(rule, attached.latest_ms),
                                           .latest_ms = attached.latest_ms});
    return code;
}

/* --- words in the trail ----------------------------------------------------------------------- */

/* Some entries with words: which of them are due, and which of these held. */
struct said {
    int64_t due[WORDS_AT_ONCE];
    size_t count;
    int64_t seen, held;
    int64_t last;
    bool ended; /* what follows is younger, or there is nothing more */
};

static int words_read(struct database *database, int64_t after, int64_t before_ms,
                      struct said *said, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_RETENTION_WORDS, error);
    int code;

    *said = (struct said){.last = after};
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, after);
    sqlite3_bind_int64(statement, 2, WORDS_AT_ONCE);
    while ((code = database_step(database, statement, error)) > 0) {
        said->seen++;
        said->last = sqlite3_column_int64(statement, 0);
        if (sqlite3_column_int64(statement, 1) >= before_ms)
            continue;
        if (sqlite3_column_int(statement, 2) != 0)
            said->held++;
        else
            said->due[said->count++] = said->last;
    }
    said->ended = said->seen < WORDS_AT_ONCE;
    return code;
}

static int words_erase(struct retention_round *round, const struct said *said, struct error *error)
{
    const struct audit_entry entry = {
        .kind = AUDIT_ERASE, .at_ms = round->asked->now_ms, .what = RETENTION_WHY ": audit-words"};
    int code = 0;

    for (size_t i = 0; i < said->count && code == 0; i++) {
        sqlite3_stmt *statement =
            database_statement(round->ledger->writer, LEDGER_RETENTION_WORDS_DELETE, error);

        if (statement == NULL)
            return ERROR_STORAGE;
        sqlite3_bind_int64(statement, 1, said->due[i]);
        code = database_run(round->ledger->writer, statement, error);
    }
    return code == 0 && said->count > 0 ? ledger_audit_add(round->ledger, &entry, error) : code;
}

static int words_settle(struct retention_round *round, int64_t after, int64_t before_ms,
                        struct said *said, struct error *error)
{
    int code = ledger_erase_begin(round->ledger, error);

    if (code != 0)
        return code;
    code = words_read(round->ledger->writer, after, before_ms, said, error);
    if (code == 0)
        code = words_erase(round, said, error);
    code = ledger_erase_end(round->ledger, code, error);
    return code == ERROR_BUSY ? 0 : code;
}

int retention_words(struct retention_round *round, const struct ledger_retention *rule,
                    struct ledger_retention_place *place, struct error *error)
{
    int64_t before_ms = retention_before(round, rule);
    struct ledger_reader *reader;
    struct said said;
    int code = ledger_reader_take(round->ledger, &reader, error);

    if (code != 0)
        return code;
    code = words_read(reader->database, place->row, before_ms, &said, error);
    ledger_reader_give(round->ledger, reader);
    if (code == 0 && said.count > 0 && !round->asked->dry)
        code = words_settle(round, place->row, before_ms, &said, error);
    if (code != 0)
        return code;
    place->row = said.last;
    round->counts->looked_at += said.seen;
    round->counts->words += (int64_t)said.count;
    round->counts->held += said.held;
    return said.ended ? ERROR_NOT_FOUND : 0;
}
