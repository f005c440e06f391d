/* Which records changed since a screen last looked: a short log, whichever connection writes; of
 * records that no list shows, only of which cases they are, all of a transaction together. What
 * goes is noted by the table of records itself (store_schema.c). */
#include <stdlib.h>
#include <string.h>

#include "app/store_internal.h"

/* --- writing --------------------------------------------------------------------------------- */

/* As record_deleted in store_schema.c has them. */
static bool is_listed(enum record_type type)
{
    return type == RECORD_CASE || type == RECORD_CLIENT || type == RECORD_VIEW ||
           type == RECORD_MESSAGE || type == RECORD_TASK || type == RECORD_PROMISE;
}

static bool note(struct store *store, const unsigned char id[ID_BYTES])
{
    if (store->changed_count == store->changed_capacity) {
        size_t capacity = 2 * store->changed_capacity + 64;
        unsigned char *longer = realloc(store->changed_ids, capacity * ID_BYTES);

        if (longer == NULL)
            return false;
        store->changed_ids = longer;
        store->changed_capacity = capacity;
    }
    if (!id_map_add(&store->changed, id, 0))
        return false;
    memcpy(store->changed_ids + store->changed_count++ * ID_BYTES, id, ID_BYTES);
    return true;
}

static int note_case(struct store *store, const struct id *matter, struct error *error)
{
    unsigned char bytes[ID_BYTES];

    id_to_bytes(matter, bytes);
    if (id_map_find(&store->changed, bytes) != ID_MAP_NONE || note(store, bytes))
        return 0;
    return error_set(error, ERROR_MEMORY, "store: out of memory");
}

/* A statement on one record. */
static sqlite3_stmt *statement_of(struct store *store, enum store_statement which,
                                  enum record_type type, const struct id *id, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, which, error);

    database_bind_text(statement, 1, record_type_name(type));
    database_bind_id(statement, 2, id);
    return statement;
}

/* Where the record stood; 1 when it is here already. */
static int find_case(struct store *store, const struct record_outline *record, struct id *matter,
                     struct error *error)
{
    sqlite3_stmt *row = statement_of(store, STORE_RECORD_CASE, record->type, &record->id, error);
    int code = database_step(store->database, row, error);

    *matter = (struct id){0};
    if (code > 0) {
        (void)id_parse(matter, database_text(row, 0));
        sqlite3_reset(row);
    }
    return code;
}

/* A record that goes to another case changes the former one too. */
static int note_former(struct store *store, const struct record_outline *record,
                       const struct id *former, struct error *error)
{
    sqlite3_stmt *statement =
        statement_of(store, STORE_CHANGE_PUT, record->type, &record->id, error);

    database_bind_id(statement, 3, former);
    return database_run(store->database, statement, error);
}

static int note_file(struct store *store, const struct record_outline *record, struct error *error)
{
    if (record->type != RECORD_CASE && record->type != RECORD_CLIENT)
        return 0;
    return database_run(store->database,
                        statement_of(store, STORE_FILE_KNOW, record->type, &record->id, error),
                        error);
}

int store_change_note(struct store *store, const struct record_outline *record, struct error *error)
{
    struct id former;
    int here, code = 0;

    if (record->type == RECORD_ACCESS)
        return 0;
    here = find_case(store, record, &former, error);
    if (here < 0)
        return here;
    if (here == 0)
        code = note_file(store, record, error);
    else if (!id_is_empty(&former) && !id_equal(&former, &record->matter))
        code = note_former(store, record, &former, error);
    if (code == 0 && !is_listed(record->type) && !id_is_empty(&record->matter))
        code = note_case(store, &record->matter, error);
    return code;
}

int store_change_shown(struct store *store, enum record_type type, const struct id *id,
                       struct error *error)
{
    if (!is_listed(type))
        return 0;
    return database_run(store->database, statement_of(store, STORE_CHANGE_SHOWN, type, id, error),
                        error);
}

void store_change_clear(struct store *store)
{
    id_map_free(&store->changed);
    free(store->changed_ids);
    store->changed_ids = NULL;
    store->changed_count = store->changed_capacity = 0;
}

int store_end(struct store *store, int code, struct error *error)
{
    sqlite3_stmt *statement;

    if (code == 0 && store->changed_count > 0) {
        statement = store_statement(store, STORE_CHANGE_CASES, error);
        code = ERROR_STORAGE;
        if (statement != NULL) {
            sqlite3_bind_blob(statement, 1, store->changed_ids,
                              (int)(store->changed_count * ID_BYTES), SQLITE_STATIC);
            code = database_run(store->database, statement, error);
        }
    }
    store_change_clear(store);
    code = database_end(store->database, code, error);
    if (code != 0)
        store->retained = STORE_RETAINED_UNKNOWN;
    return code;
}

/* --- reading --------------------------------------------------------------------------------- */

static int read_number(struct store *store, enum store_statement which, const struct id *id,
                       int64_t *number, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, which, error);
    int code;

    *number = 0;
    if (id != NULL)
        database_bind_id(row, 1, id);
    code = database_step(store->database, row, error);
    if (code != 1)
        return code;
    *number = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return 0;
}

int64_t store_change_latest(struct store *store, struct error *error)
{
    int64_t number;
    int code = read_number(store, STORE_CHANGE_LATEST, NULL, &number, error);

    return code != 0 ? code : number;
}

/* What was asked for may be pruned already, or of another file that stood here. */
static int check_reach(struct store *store, int64_t since, struct error *error)
{
    int64_t first, latest;
    int code = read_number(store, STORE_CHANGE_FIRST, NULL, &first, error);

    if (code == 0)
        code = read_number(store, STORE_CHANGE_LATEST, NULL, &latest, error);
    if (code != 0)
        return code;
    if (since > latest || since + 1 < first)
        return error_set(error, ERROR_NOT_FOUND, "the changes since %lld are not known",
                         (long long)since);
    return 0;
}

static bool read_change(sqlite3_stmt *row, struct store_change *change)
{
    change->number = sqlite3_column_int64(row, 0);
    change->type = record_type_from_name(database_text(row, 1));
    if (!id_parse(&change->case_id, database_text(row, 3)))
        change->case_id = (struct id){0};
    return id_parse(&change->id, database_text(row, 2)) && change->type != RECORD_NONE;
}

/* The cases of a transaction, one by one. */
static int visit_cases(sqlite3_stmt *row, struct store_change *change, store_change_visit visit,
                       void *context)
{
    const unsigned char *bytes = sqlite3_column_blob(row, 4);
    int length = sqlite3_column_bytes(row, 4), code = 0;

    change->type = RECORD_NOTE;
    change->id = (struct id){0};
    for (int at = 0; at + ID_BYTES <= length && code == 0; at += ID_BYTES) {
        change->case_id = id_from_bytes(bytes + at);
        code = visit(context, change);
    }
    return code;
}

int store_changes(struct store *store, int64_t since, size_t limit, store_change_visit visit,
                  void *context, int64_t *reached, struct error *error)
{
    const char *sql = store_schema.statements[STORE_CHANGE_LIST].sql;
    sqlite3_stmt *row = NULL;
    int code = check_reach(store, since, error);

    *reached = since;
    if (code != 0)
        return code;
    /* Its own, like that of a walk: visitors read the store too. */
    if (sqlite3_prepare_v2(database_handle(store->database), sql, -1, &row, NULL) != SQLITE_OK)
        return database_fail(store->database, "change.list", error);
    sqlite3_bind_int64(row, 1, since);
    sqlite3_bind_int64(row, 2, (int64_t)limit);
    while ((code = database_step(store->database, row, error)) == 1) {
        struct store_change change = {.number = sqlite3_column_int64(row, 0)};

        if (sqlite3_column_type(row, 4) == SQLITE_BLOB)
            code = visit_cases(row, &change, visit, context);
        else
            code = read_change(row, &change) ? visit(context, &change) : 0;
        if (code != 0)
            break;
        *reached = change.number;
    }
    sqlite3_finalize(row);
    return code;
}

int store_case_newest(struct store *store, const struct id *case_id, struct id *newest,
                      struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_CASE_NEWEST, error);
    int code;

    *newest = (struct id){0};
    database_bind_id(row, 1, case_id);
    code = database_step(store->database, row, error);
    if (code != 1)
        return code;
    id_parse(newest, database_text(row, 0));
    sqlite3_reset(row);
    return 0;
}

int store_cases_newest(struct store *store, store_newest_visit visit, void *context,
                       struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_CASES_NEWEST, error);
    int code = 1;

    if (row == NULL)
        return ERROR_STORAGE;
    while (code > 0 && (code = database_step(store->database, row, error)) == 1) {
        struct id matter, newest;

        if (id_parse(&matter, database_text(row, 0)) && id_parse(&newest, database_text(row, 1)))
            visit(context, &matter, &newest);
    }
    return code;
}
