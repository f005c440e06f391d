/*
 * Which history a number belongs to. A server whose database was restored from an older copy gives
 * numbers a second time; so each stay of the ledger in a process names its numbers, and a reader
 * that shows where it stands, and under which name, is known to have read this history or another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "net/ledger_agent.h"
#include "net/ledger_sqlite.h"

int ledger_epoch_write(struct ledger *ledger, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_EPOCH_PUT, error);
    char name[LEDGER_EPOCH_SIZE];

    if (statement == NULL)
        return ERROR_STORAGE;
    snprintf(name, sizeof(name), "%08x", (unsigned)randombytes_random());
    sqlite3_bind_int64(statement, 1, ledger->seq_before + 1);
    database_bind_text(statement, 2, name);
    return database_run(ledger->writer, statement, error);
}

int ledger_epoch_read(struct database *database, int64_t seq, char epoch[LEDGER_EPOCH_SIZE],
                      struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_EPOCH_AT, error);
    int code;

    epoch[0] = '\0';
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, seq);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    text_copy(epoch, LEDGER_EPOCH_SIZE, database_text(statement, 0));
    sqlite3_reset(statement);
    return 0;
}

/* Whether this history accepted it. In another it may have been refused: somebody else was there
 * first. What a relay accepted its centre may have refused since, and that is the same history. */
static int has_accepted(const struct ledger *ledger, struct database *database, const struct id *id,
                        bool *has, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_OPERATION_GET, error);
    int code;

    database_bind_text(statement, 1, id->text);
    code = database_step(database, statement, error);
    *has = code > 0 && (ledger->is_relay || sqlite3_column_type(statement, 4) == SQLITE_NULL);
    if (code > 0)
        sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

static int compare(const struct ledger *ledger, struct database *database, int64_t since,
                   const char *epoch, const struct id *made, struct error *error)
{
    char own[LEDGER_EPOCH_SIZE];
    sqlite3_stmt *statement;
    bool has = true;
    int64_t seq;
    int code = ledger_property_read(database, "seq", &statement, error);

    if (code != 0)
        return code;
    seq = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    code = ledger_epoch_read(database, since, own, error);
    if (code == 0 && !id_is_empty(made))
        code = has_accepted(ledger, database, made, &has, error);
    if (code == 0 &&
        (since > seq || !has || (*epoch != '\0' && strncmp(own, epoch, LEDGER_EPOCH_NAME) != 0)))
        code = error_set(error, ERROR_CONFLICT,
                         "the server was restored from an older copy: read everything again");
    return code;
}

/* "" for a number below 1. */
static int epoch_of(struct ledger *ledger, int64_t seq, char epoch[LEDGER_EPOCH_SIZE],
                    struct error *error)
{
    struct ledger_reader *reader;
    int code;

    epoch[0] = '\0';
    if (seq < 1)
        return 0;
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    code = ledger_epoch_read(reader->database, seq, epoch, error);
    ledger_reader_give(ledger, reader);
    return code;
}

static int64_t highest_shown(const struct ledger_outcome *outcomes, size_t count)
{
    int64_t highest = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t seq = json_integer_or(outcomes[i].record, "seq", 0);

        if (seq > highest)
            highest = seq;
    }
    return highest;
}

int ledger_shown_epoch(struct ledger *ledger, const struct ledger_outcome *outcomes, size_t count,
                       char epoch[LEDGER_EPOCH_SIZE], struct error *error)
{
    return epoch_of(ledger, highest_shown(outcomes, count), epoch, error);
}

int ledger_shown_last(struct ledger *ledger, const struct ledger_outcome *outcomes, size_t count,
                      char shown[LEDGER_SHOWN_LIMIT], struct error *error)
{
    char epoch[LEDGER_EPOCH_SIZE];
    int64_t highest = highest_shown(outcomes, count);
    int code;

    for (size_t i = 0; i < count; i++)
        if (outcomes[i].kind != LEDGER_REFUSED && llabs(outcomes[i].seq) > highest)
            highest = llabs(outcomes[i].seq);
    code = epoch_of(ledger, highest, epoch, error);
    shown[0] = '\0';
    if (epoch[0] != '\0')
        snprintf(shown, LEDGER_SHOWN_LIMIT, "%lld.%.*s", (long long)highest, LEDGER_EPOCH_NAME,
                 epoch);
    return code;
}

int ledger_history_check(struct ledger *ledger, int64_t since, const char *epoch,
                         const struct id *made, struct error *error)
{
    struct ledger_reader *reader;
    int code;

    if (since == 0 && id_is_empty(made))
        return 0;
    code = ledger_reader_take(ledger, &reader, error);
    if (code != 0)
        return code;
    code = compare(ledger, reader->database, since, epoch, made, error);
    ledger_reader_give(ledger, reader);
    return code;
}

/* One number and its stay, up to a comma. */
static int shown_one(struct ledger *ledger, const char *shown, const char **rest,
                     struct error *error)
{
    const struct id none = {""};
    char epoch[LEDGER_EPOCH_SIZE] = "";
    char *end;
    int64_t number = strtoll(shown, &end, 10);
    size_t length;

    if (number < 1 || (*end != '.' && *end != ',' && *end != '\0'))
        return error_set(error, ERROR_INVALID, "\"shown\" is no number");
    end += *end == '.' ? 1 : 0;
    length = strcspn(end, ",");
    snprintf(epoch, sizeof(epoch), "%.*s", (int)(length < sizeof(epoch) ? length : sizeof(epoch)),
             end);
    *rest = end[length] == ',' ? end + length + 1 : end + length;
    return ledger_history_check(ledger, number, epoch, &none, error);
}

int ledger_shown_check(struct ledger *ledger, const char *shown, struct error *error)
{
    int code = 0;

    if (strlen(shown) >= LEDGER_SHOWN_LIMIT)
        return error_set(error, ERROR_INVALID, "\"shown\" is too long");
    while (code == 0 && *shown != '\0')
        code = shown_one(ledger, shown, &shown, error);
    return code;
}
