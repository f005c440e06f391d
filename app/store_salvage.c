#include "app/store_salvage.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"

/* --- whether it is whole --------------------------------------------------------------------- */

static int check_pages(struct store *store, struct error *error)
{
    sqlite3_stmt *row = NULL;
    int code = 0;

    if (sqlite3_prepare_v2(database_handle(store->database), "PRAGMA integrity_check(1)", -1, &row,
                           NULL) != SQLITE_OK)
        return database_fail(store->database, "check", error);
    code = database_step(store->database, row, error);
    if (code == 1 && strcmp(database_text(row, 0), "ok") != 0)
        code = error_set(error, ERROR_STORAGE, "the file is damaged: %s", database_text(row, 0));
    sqlite3_finalize(row);
    return code < 0 ? code : 0;
}

static int see_record(void *context, const struct record *record, enum store_pending pending)
{
    (void)context;
    (void)record;
    (void)pending;
    return 0;
}

static int see_entry(void *context, const struct outbox_entry *entry)
{
    (void)context;
    (void)entry;
    return 0;
}

static int see_refusal(void *context, const struct store_refusal *refusal)
{
    (void)context;
    (void)refusal;
    return 0;
}

int salvage_verify(struct store *store, struct error *error)
{
    const struct store_query everything = {.type = RECORD_NONE};
    int code = check_pages(store, error);

    if (code == 0)
        code = store_each(store, &everything, see_record, NULL, error);
    if (code == 0)
        code = store_outbox_each(store, SIZE_MAX, see_entry, NULL, error);
    return code != 0 ? code : store_refusal_each(store, see_refusal, NULL, error);
}

int salvage_each_held(struct store *store, int (*visit)(void *context, const struct id *operation),
                      void *context, struct error *error)
{
    sqlite3_stmt *row = NULL;
    int code;

    if (sqlite3_prepare_v2(database_handle(store->database),
                           "SELECT id FROM operation UNION ALL SELECT operation FROM refusal", -1,
                           &row, NULL) != SQLITE_OK)
        return database_fail(store->database, "held", error);
    while ((code = database_step(store->database, row, error)) == 1) {
        struct id id;

        if (id_parse(&id, database_text(row, 0)) && (code = visit(context, &id)) != 0)
            break;
    }
    sqlite3_finalize(row);
    return code;
}

/* --- what is still readable ------------------------------------------------------------------ */

struct reading {
    struct salvage *salvage;
    const struct seal_key *key;
    journal_visit visit;
    void *context;
    struct error *error;
};

/* Columns: name, number, sealed content. Not 0 ends everything. */
typedef int (*take_row)(struct reading *reading, sqlite3_stmt *row, bool refusal);

/* What does not open is passed over. Where it is memory that lacks, it may well be readable. */
static int pass_over(const struct reading *reading, int code)
{
    return code == ERROR_MEMORY ? error_set(reading->error, ERROR_MEMORY, "out of memory") : 0;
}

static int take_operation(struct reading *reading, sqlite3_stmt *row, bool refusal)
{
    struct store shell = {.key = reading->key};
    struct operation *operation;
    int code;

    (void)refusal;
    code = store_column_operation(&shell, row, 2, database_text(row, 0), &operation, NULL);
    if (code != 0)
        return pass_over(reading, code);
    code = reading->visit(reading->context, operation, reading->error);
    operation_free(operation);
    return code;
}

static bool is_taken(const struct salvage *salvage, const char *name, bool refusal)
{
    for (size_t i = 0; i < salvage->count; i++)
        if (salvage->rows[i].refusal == refusal && strcmp(salvage->rows[i].name, name) == 0)
            return true;
    return false;
}

/* Only what opens under the key is worth keeping. */
static int take_sealed(struct reading *reading, sqlite3_stmt *row, bool refusal)
{
    struct salvage *salvage = reading->salvage;
    struct store shell = {.key = reading->key};
    const char *name = database_text(row, 0);
    char about[STORE_ABOUT_SIZE];
    json_t *value = NULL;
    struct salvaged *longer, *last;
    int code;

    if (*name == '\0' || is_taken(salvage, name, refusal))
        return 0;
    store_about(about, refusal ? "refusal" : "state", name);
    code = store_column_sealed(&shell, row, 2, about, &value, NULL);
    if (code != 0)
        return pass_over(reading, code);
    json_decref(value);
    longer = realloc(salvage->rows, (salvage->count + 1) * sizeof(*longer));
    if (longer == NULL)
        return error_set(reading->error, ERROR_MEMORY, "out of memory");
    salvage->rows = longer;
    last = &longer[salvage->count++];
    *last = (struct salvaged){.refusal = refusal, .number = sqlite3_column_int64(row, 1)};
    last->length = sqlite3_column_bytes(row, 2);
    last->name = strdup(name);
    last->bytes = malloc((size_t)last->length + 1);
    if (last->name == NULL || last->bytes == NULL)
        return error_set(reading->error, ERROR_MEMORY, "out of memory");
    memcpy(last->bytes, sqlite3_column_blob(row, 2), (size_t)last->length);
    return 0;
}

/* Until the table ends, or a page that cannot be read. */
static int read_rows(struct reading *reading, sqlite3 *handle, const char *sql, take_row take,
                     bool refusal)
{
    sqlite3_stmt *row = NULL;
    int code = 0, result = sqlite3_prepare_v2(handle, sql, -1, &row, NULL);

    if (result == SQLITE_OK)
        while (code == 0 && (result = sqlite3_step(row)) == SQLITE_ROW) {
            code = take(reading, row, refusal);
            /* A column without memory looks like one without content. */
            if (code == 0 && sqlite3_errcode(handle) == SQLITE_NOMEM)
                code = ERROR_MEMORY;
        }
    sqlite3_finalize(row);
    if (code == 0 && result == SQLITE_NOMEM)
        code = ERROR_MEMORY;
    return code == ERROR_MEMORY ? pass_over(reading, code) : code;
}

/* By the table itself: an index may be what is damaged. */
#define OPERATION_ROWS                                                                             \
    "SELECT id, number, document FROM operation NOT INDEXED WHERE state < 2 ORDER BY number"

int salvage_read(struct salvage *salvage, const char *path, const struct seal_key *key,
                 journal_visit visit, void *context, struct error *error)
{
    /* From either end: a page in the middle that cannot be read hides neither. */
    static const struct {
        const char *sql;
        take_row take;
        bool refusal;
    } tables[] = {
        {OPERATION_ROWS, take_operation, false},
        {OPERATION_ROWS " DESC", take_operation, false},
        {"SELECT name, 0, value FROM state ORDER BY name", take_sealed, false},
        {"SELECT name, 0, value FROM state ORDER BY name DESC", take_sealed, false},
        {"SELECT operation, number, document FROM refusal ORDER BY operation", take_sealed, true},
        {"SELECT operation, number, document FROM refusal ORDER BY operation DESC", take_sealed,
         true},
    };
    struct reading reading = {salvage, key, visit, context, error};
    sqlite3 *handle = NULL;
    int code = 0, result = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL);

    if (result == SQLITE_NOMEM)
        code = pass_over(&reading, ERROR_MEMORY);
    if (result == SQLITE_OK)
        for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && code == 0; i++)
            code = read_rows(&reading, handle, tables[i].sql, tables[i].take, tables[i].refusal);
    sqlite3_close(handle);
    return code;
}

int salvage_write(const struct salvage *salvage, struct store *store, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < salvage->count && code == 0; i++) {
        const struct salvaged *row = &salvage->rows[i];
        sqlite3_stmt *statement =
            store_statement(store, row->refusal ? STORE_REFUSAL_ADD : STORE_STATE_PUT, error);

        if (statement == NULL)
            return ERROR_STORAGE;
        database_bind_text(statement, 1, row->name);
        if (row->refusal)
            sqlite3_bind_int64(statement, 2, row->number);
        sqlite3_bind_blob(statement, row->refusal ? 3 : 2, row->bytes, row->length, SQLITE_STATIC);
        code = database_run(store->database, statement, error);
    }
    return code;
}

void salvage_clear(struct salvage *salvage)
{
    for (size_t i = 0; i < salvage->count; i++) {
        free(salvage->rows[i].name);
        free(salvage->rows[i].bytes);
    }
    free(salvage->rows);
    *salvage = (struct salvage){0};
}
