#include "net/ledger_keeping.h"

#include "app/text.h"
#include "net/ledger_file.h"
#include "net/ledger_follow.h"
#include "net/ledger_protect.h"
#include "net/ledger_role.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* --- what is meant ---------------------------------------------------------------------------- */

/* The case of a reference, as people write it; ERROR_NOT_FOUND. */
static int case_of_reference(struct ledger *ledger, const char *typed, struct record **matter,
                             struct error *error)
{
    char reference[ID_REFERENCE_SIZE];
    struct ledger_reader *reader;
    struct ledger_row row = {0};
    sqlite3_stmt *statement;
    int64_t number = 0;
    int code = ledger_reader_take(ledger, &reader, error);

    *matter = NULL;
    if (code != 0)
        return code;
    statement = database_statement(reader->database, LEDGER_REACH_GET, error);
    if (statement != NULL && id_reference_parse(typed, reference)) {
        sqlite3_bind_int(statement, 1, LEDGER_REACH_REFERENCE);
        database_bind_text(statement, 2, reference);
        code = database_step(reader->database, statement, error);
        if (code > 0)
            number = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    if (code >= 0 && number != 0)
        code = ledger_row_read_number(reader->database, number, &row, error);
    ledger_reader_give(ledger, reader);
    if (code == 0 && row.record == NULL)
        code = error_set(error, ERROR_NOT_FOUND, "no case has the reference \"%.40s\"", typed);
    *matter = code == 0 ? row.record : NULL;
    if (code != 0)
        ledger_row_clear(&row);
    return code;
}

/* By id, or a case's reference, which stands for its client too. */
static int find_file(struct ledger *ledger, const char *of, enum record_type type, struct id *id,
                     struct error *error)
{
    struct record *matter;
    int code;

    if (id_parse(id, of))
        return 0;
    code = case_of_reference(ledger, of, &matter, error);
    if (code != 0)
        return code;
    if (type == RECORD_CASE)
        *id = matter->id;
    else if (!id_parse(id, record_text(matter, "client")))
        code = error_set(error, ERROR_NOT_FOUND, "the case %s has no client", of);
    record_free(matter);
    return code;
}

int ledger_keeping_find(struct ledger *ledger, const char *type_name, const char *of,
                        enum record_type *type, struct id *id, struct error *error)
{
    *type = record_type_from_name(type_name);
    if (!ledger_file_begins(*type))
        return error_set(error, ERROR_INVALID, "\"%.40s\" is no type of which something is on file",
                         type_name);
    if (*type == RECORD_CLIENT || *type == RECORD_CASE)
        return find_file(ledger, of, *type, id, error);
    return id_parse(id, of) ? 0
                            : error_set(error, ERROR_INVALID, "a %s is named by its id", type_name);
}

/* --- what is kept ----------------------------------------------------------------------------- */

static int read_hold(struct database *database, struct ledger_keeping *keeping, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_HOLD_GET, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, keeping->record->id.text);
    code = database_step(database, statement, error);
    keeping->is_held = code > 0;
    if (code > 0) {
        keeping->held_ms = sqlite3_column_int64(statement, 1);
        id_parse(&keeping->held_by, database_text(statement, 2));
        text_copy(keeping->held_why, sizeof(keeping->held_why), database_text(statement, 3));
    }
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

/* Which record bars it: one of the file, or what it stands below. */
static int read_bar(struct database *database, const struct ledger_file *file,
                    struct ledger_keeping *keeping, struct error *error)
{
    struct ledger_row above = {0};
    const struct record *at = NULL;
    int code = ledger_file_bar(database, file, &keeping->bar, &keeping->bar_at, error);

    if (code != 0 || keeping->bar == LEDGER_BAR_FREE)
        return code;
    for (size_t i = 0; i < file->count && at == NULL; i++)
        if (id_equal(&file->rows[i].record->id, &keeping->bar_at))
            at = file->rows[i].record;
    if (at == NULL)
        code = ledger_file_above(database, file->rows[0].record, &above, error);
    if (at == NULL && above.record != NULL && id_equal(&above.record->id, &keeping->bar_at))
        at = above.record;
    if (at != NULL) {
        keeping->bar_type = at->type;
        if (at->type == RECORD_CASE)
            text_copy(keeping->bar_reference, sizeof(keeping->bar_reference),
                      record_text(at, "reference"));
    }
    ledger_row_clear(&above);
    return code;
}

static int read_protected(struct database *database, const struct ledger_file *file,
                          struct ledger_keeping *keeping, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < file->count && code == 0; i++)
        code = ledger_protect_has(database, file->rows[i].row, error);
    keeping->is_protected = code > 0;
    return code < 0 ? code : 0;
}

/* What belongs to no office is for those whose mandate is all of them. */
static int read_mandate(struct database *database, const struct ledger_file *file,
                        const struct id *agent, struct ledger_keeping *keeping, struct error *error)
{
    struct ledger_row row;
    struct role role = {0};
    bool any = false, all = true;
    int code = ledger_row_read(database, RECORD_AGENT, agent, &row, error);

    if (code == 0)
        code = ledger_role_read(database, row.record, &role, error);
    for (size_t i = 0; i < file->count && code == 0; i++) {
        const char *office = record_text(file->rows[i].record, "office");

        any = any || *office != '\0';
        all = all && (*office == '\0' || role_has_mandate(&role, row.record, office));
    }
    keeping->is_in_mandate = code == 0 && all && (any || role.mandate == ROLE_REACH_ALL);
    role_clear(&role);
    ledger_row_clear(&row);
    return code;
}

int ledger_keeping_is_for_all(struct ledger *ledger, const struct id *agent, bool *is,
                              struct error *error)
{
    struct ledger_reader *reader;
    struct role role = {0};
    int code = ledger_reader_take(ledger, &reader, error);

    *is = false;
    if (code != 0)
        return code;
    code = ledger_role_of(reader->database, agent, &role, error);
    *is = code == 0 && role.mandate == ROLE_REACH_ALL;
    role_clear(&role);
    ledger_reader_give(ledger, reader);
    return code;
}

static int read_all(struct database *database, const struct id *agent, enum record_type type,
                    const struct id *id, struct ledger_keeping *keeping, struct error *error)
{
    struct ledger_file file;
    int code = ledger_file_read(database, type, id, &file, error);

    if (code == 0) {
        keeping->latest_ms = file.latest_ms;
        keeping->record = record_copy(file.rows[0].record);
        if (keeping->record == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for what is kept");
    }
    if (code == 0)
        code = ledger_client_of(database, keeping->record, &keeping->client, error);
    if (code == 0)
        code = ledger_file_count(database, &file, &keeping->would, error);
    if (code == 0)
        code = read_hold(database, keeping, error);
    if (code == 0)
        code = read_bar(database, &file, keeping, error);
    if (code == 0)
        code = read_protected(database, &file, keeping, error);
    if (code == 0)
        code = read_mandate(database, &file, agent, keeping, error);
    ledger_file_free(&file);
    return code;
}

int ledger_keeping_read(struct ledger *ledger, const struct id *agent, enum record_type type,
                        const struct id *id, struct ledger_keeping *keeping, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *keeping = (struct ledger_keeping){0};
    if (code != 0)
        return code;
    code = ledger_snapshot_begin(reader, error);
    if (code == 0)
        code = read_all(reader->database, agent, type, id, keeping, error);
    ledger_snapshot_end(reader);
    ledger_reader_give(ledger, reader);
    return code;
}

void ledger_keeping_clear(struct ledger_keeping *keeping)
{
    record_free(keeping->record);
    *keeping = (struct ledger_keeping){0};
}
