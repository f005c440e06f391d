/* The file of a case, read as far as it is shown. */
#include "app/case_weight.h"
#include "app/store_internal.h"

/* Walks the rows of a statement of its own, for visitors may read the store too. */
static int walk(struct store *store, sqlite3_stmt *row, store_visit visit, void *context,
                struct error *error)
{
    int code;

    while ((code = database_step(store->database, row, error)) == 1) {
        struct record *record;
        enum store_pending pending;

        code = store_row_current(store, row, &record, &pending, error);
        if (code == 0)
            code = visit(context, record, pending);
        record_free(record);
        if (code != 0)
            break;
    }
    sqlite3_finalize(row);
    return code;
}

static int prepare(struct store *store, enum store_statement which, const struct id *about,
                   sqlite3_stmt **row, struct error *error)
{
    const struct database_statement *statement = &store_schema.statements[which];

    *row = NULL;
    if (sqlite3_prepare_v2(database_handle(store->database), statement->sql, -1, row, NULL) !=
        SQLITE_OK)
        return database_fail(store->database, statement->name, error);
    database_bind_id(*row, 1, about);
    return 0;
}

int store_case_page(struct store *store, const struct id *matter, const struct id *before,
                    size_t limit, store_visit visit, void *context, struct error *error)
{
    sqlite3_stmt *row;
    int code = prepare(store, STORE_CASE_PAGE, matter, &row, error);

    if (code != 0)
        return code;
    /* Every id comes before the tilde. */
    database_bind_text(row, 2, id_is_empty(before) ? "~" : before->text);
    sqlite3_bind_int64(row, 3, (int64_t)limit);
    return walk(store, row, visit, context, error);
}

int store_case_bearing(struct store *store, const struct id *matter, enum record_type type,
                       size_t limit, store_visit visit, void *context, struct error *error)
{
    sqlite3_stmt *row;
    int code = prepare(store, STORE_CASE_BEARING, matter, &row, error);

    if (code != 0)
        return code;
    database_bind_text(row, 2, record_type_name(type));
    sqlite3_bind_int64(row, 3, (int64_t)limit);
    return walk(store, row, visit, context, error);
}

int store_case_since(struct store *store, const struct id *matter, int64_t seq, store_visit visit,
                     void *context, struct error *error)
{
    sqlite3_stmt *row;
    int code = prepare(store, STORE_CASE_SINCE, matter, &row, error);

    if (code != 0)
        return code;
    sqlite3_bind_int64(row, 2, seq);
    return walk(store, row, visit, context, error);
}

int store_case_loose(struct store *store, const struct id *client, store_visit visit, void *context,
                     struct error *error)
{
    sqlite3_stmt *row;
    int code = prepare(store, STORE_CASE_LOOSE, client, &row, error);

    return code == 0 ? walk(store, row, visit, context, error) : code;
}

int store_client_loose(struct store *store, const struct id *client, enum record_type type,
                       store_visit visit, void *context, struct error *error)
{
    sqlite3_stmt *row;
    int code = prepare(store, STORE_CLIENT_LOOSE, client, &row, error);

    if (code != 0)
        return code;
    database_bind_text(row, 2, record_type_name(type));
    return walk(store, row, visit, context, error);
}

static int read_number(struct store *store, enum store_statement which, const struct id *matter,
                       int64_t *number, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, which, error);
    int code;

    *number = 0;
    database_bind_id(row, 1, matter);
    code = database_step(store->database, row, error);
    if (code != 1)
        return code;
    *number = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return 0;
}

int store_case_latest(struct store *store, const struct id *matter, int64_t *seq,
                      struct error *error)
{
    return read_number(store, STORE_CASE_LATEST, matter, seq, error);
}

int store_case_count(struct store *store, const struct id *matter, size_t *count,
                     struct error *error)
{
    int64_t number;
    int code = read_number(store, STORE_CASE_COUNT, matter, &number, error);

    *count = (size_t)number;
    return code;
}

/* --- files from before ------------------------------------------------------------------------ */

#define WEIGHED "weighed" /* in meta: "1" when none is left */

struct weighing {
    struct store *store;
    struct record *records[500]; /* owned */
    size_t count;
};

static int take(void *context, const struct record *record, enum store_pending pending)
{
    struct weighing *weighing = context;

    (void)pending;
    weighing->records[weighing->count] = record_copy(record);
    return weighing->records[weighing->count++] == NULL ? ERROR_MEMORY : 0;
}

/* Weighs some: how many, or an error. */
static int weigh_some(struct store *store, struct error *error)
{
    struct weighing weighing = {.store = store};
    sqlite3_stmt *row;
    int code = prepare(store, STORE_CASE_UNWEIGHED, &(struct id){0}, &row, error);

    if (code == 0)
        code = walk(store, row, take, &weighing, error);
    for (size_t i = 0; i < weighing.count; i++) {
        const struct record *record = weighing.records[i];

        if (code == 0) {
            row = store_statement(store, STORE_CASE_WEIGH, error);
            database_bind_text(row, 1, record_type_name(record->type));
            database_bind_id(row, 2, &record->id);
            sqlite3_bind_int(row, 3, case_weight(record));
            sqlite3_bind_int64(row, 4, record->seq);
            code = database_run(store->database, row, error);
            if (code == 0)
                code = store_change_shown(store, record->type, &record->id, error);
        }
        record_free(weighing.records[i]);
    }
    return code != 0 ? code : (int)weighing.count;
}

int store_weigh(struct store *store, struct error *error)
{
    char text[8];
    int code = store_meta_get(store, WEIGHED, text, sizeof(text), error);

    if (code != 0 || text[0] != '\0')
        return code;
    code = store_begin(store, error);
    if (code != 0)
        return code;
    while ((code = weigh_some(store, error)) > 0)
        ;
    if (code == 0)
        code = store_meta_put(store, WEIGHED, "1", error);
    return store_end(store, code, error);
}
