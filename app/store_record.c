#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/store_internal.h"

/* Columns of RECORD_COLUMNS in store_schema.c. */
enum { COLUMN_TYPE, COLUMN_ID, COLUMN_BASE, COLUMN_CURRENT, COLUMN_PENDING, COLUMN_SEQ };

static int column_record(struct store *store, sqlite3_stmt *row, int column, struct record **record,
                         struct error *error)
{
    char about[STORE_ABOUT_SIZE];
    json_t *document;
    int code;

    *record = NULL;
    store_about(about, database_text(row, COLUMN_TYPE), database_text(row, COLUMN_ID));
    code = store_column_sealed(store, row, column, about, &document, error);
    if (code != 0 || document == NULL)
        return code;
    code = record_from_json(record, document, error);
    json_decref(document);
    if (code == 0 && column == COLUMN_BASE && (*record)->seq == 0)
        (*record)->seq = sqlite3_column_int64(row, COLUMN_SEQ);
    return code;
}

static int shown_column(sqlite3_stmt *row)
{
    return sqlite3_column_type(row, COLUMN_CURRENT) != SQLITE_NULL ? COLUMN_CURRENT : COLUMN_BASE;
}

int store_row_current(struct store *store, sqlite3_stmt *row, struct record **record,
                      enum store_pending *pending, struct error *error)
{
    if (pending != NULL)
        *pending = (enum store_pending)sqlite3_column_int(row, COLUMN_PENDING);
    return column_record(store, row, shown_column(row), record, error);
}

/* Steps to the one row of a record: 1 when there is one. */
static int find_row(struct store *store, enum record_type type, const struct id *id,
                    sqlite3_stmt **row, struct error *error)
{
    *row = store_statement(store, STORE_RECORD_GET, error);
    database_bind_text(*row, 1, record_type_name(type));
    database_bind_id(*row, 2, id);
    return database_step(store->database, *row, error);
}

int store_get(struct store *store, enum record_type type, const struct id *id,
              struct record **record, enum store_pending *pending, struct error *error)
{
    sqlite3_stmt *row;
    int code = find_row(store, type, id, &row, error);

    *record = NULL;
    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "%s %s is not on this terminal",
                         record_type_name(type), id->text);
    if (code < 0)
        return code;
    code = store_row_current(store, row, record, pending, error);
    sqlite3_reset(row);
    return code;
}

int store_record_base(struct store *store, enum record_type type, const struct id *id,
                      struct record **base, struct error *error)
{
    sqlite3_stmt *row;
    int code = find_row(store, type, id, &row, error);

    *base = NULL;
    if (code == 1) {
        code = column_record(store, row, COLUMN_BASE, base, error);
        sqlite3_reset(row);
    }
    return code;
}

static size_t list_statement(const struct store_query *query)
{
    bool typed = query->type != RECORD_NONE;
    size_t way = !id_is_empty(&query->case_id)     ? 3
                 : !id_is_empty(&query->client_id) ? (typed ? 4 : 2)
                 : typed                           ? 1
                                                   : 0;

    return STORE_RECORD_LIST + 2 * way + (query->newest_first ? 1 : 0);
}

/* The kept statement of such a walk; another one while that is walking, for visitors may read the
 * store too. NULL with an error set. */
static sqlite3_stmt *walk_begin(struct store *store, size_t which, struct error *error)
{
    struct store_walk *walk = &store->walks[which - STORE_RECORD_LIST];
    sqlite3_stmt *own = NULL, **row = walk->walking ? &own : &walk->statement;

    if (*row == NULL &&
        sqlite3_prepare_v3(database_handle(store->database), store_schema.statements[which].sql, -1,
                           walk->walking ? 0 : SQLITE_PREPARE_PERSISTENT, row, NULL) != SQLITE_OK)
        (void)database_fail(store->database, "record.list", error);
    if (row != &own && *row != NULL)
        walk->walking = true;
    return *row;
}

static void walk_end(struct store *store, size_t which, sqlite3_stmt *row)
{
    struct store_walk *walk = &store->walks[which - STORE_RECORD_LIST];

    if (row != walk->statement) {
        sqlite3_finalize(row);
        return;
    }
    sqlite3_reset(row);
    sqlite3_clear_bindings(row);
    walk->walking = false;
}

void store_walks_close(struct store *store)
{
    for (size_t i = 0; i < STORE_WALKS; i++)
        sqlite3_finalize(store->walks[i].statement);
}

/* The same for a visitor, from what is kept open where that holds. */
static int visit_kept(struct store *store, sqlite3_stmt *row, store_visit visit, void *context,
                      struct error *error)
{
    enum store_pending pending = (enum store_pending)sqlite3_column_int(row, COLUMN_PENDING);
    struct store_sealed sealed = {.column = shown_column(row),
                                  .seq = sqlite3_column_int64(row, COLUMN_SEQ)};
    const struct record *kept = NULL;
    struct record *record;
    bool named = id_parse(&sealed.id, database_text(row, COLUMN_ID));
    int code;

    sealed.bytes = sqlite3_column_blob(row, sealed.column);
    sealed.length = (size_t)sqlite3_column_bytes(row, sealed.column);
    named = named && sealed.bytes != NULL;
    if (named)
        kept = store_kept_find(store, &sealed);
    if (kept != NULL)
        return visit(context, kept, pending);
    code = column_record(store, row, sealed.column, &record, error);
    if (code == 0 && named && store_kept_put(store, &sealed, record))
        return visit(context, record, pending);
    if (code == 0)
        code = visit(context, record, pending);
    record_free(record);
    return code;
}

static int visit_opened(struct store *store, sqlite3_stmt *row, store_visit visit, void *context,
                        struct error *error)
{
    struct record *record;
    enum store_pending pending;
    int code = store_row_current(store, row, &record, &pending, error);

    if (code == 0)
        code = visit(context, record, pending);
    record_free(record);
    return code;
}

int store_each(struct store *store, const struct store_query *query, store_visit visit,
               void *context, struct error *error)
{
    size_t which = list_statement(query);
    sqlite3_stmt *row = walk_begin(store, which, error);
    bool keeps;
    int code;

    if (row == NULL)
        return ERROR_STORAGE;
    if (query->type != RECORD_NONE)
        database_bind_text(row, 1, record_type_name(query->type));
    database_bind_id(row, 2, &query->case_id);
    database_bind_id(row, 3, &query->client_id);
    keeps = store_kept_begin(store, query);
    while ((code = database_step(store->database, row, error)) == 1) {
        code = keeps ? visit_kept(store, row, visit, context, error)
                     : visit_opened(store, row, visit, context, error);
        if (code != 0)
            break;
    }
    if (keeps)
        store_kept_end(store, code == 0);
    walk_end(store, which, row);
    return code;
}

/* --- folding -------------------------------------------------------------------------------- */

struct fold {
    struct record *current; /* owned; NULL while there is nothing */
    enum store_pending pending;
    bool changed; /* an own operation stands on top of the base */
};

/* Puts one own operation on top; one that merge refuses here is left out of what is shown. */
static int fold_operation(struct fold *fold, const struct operation *operation, bool waiting,
                          struct error *error)
{
    struct merge_result result;
    int code = merge_apply(&result, operation, fold->current, error);

    if (code != 0)
        return code;
    if (waiting) {
        enum store_pending pending =
            operation->kind == OPERATION_CLAIM ? STORE_CLAIMING : STORE_WAITING;

        if (pending > fold->pending)
            fold->pending = pending;
    }
    if (result.refusal == MERGE_APPLIED) {
        record_free(fold->current);
        fold->current = result.record;
        fold->changed = true;
    }
    return 0;
}

static int fold_all(struct store *store, struct fold *fold, enum record_type type,
                    const struct id *id, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_OPERATION_OF_RECORD, error);
    int code;

    database_bind_text(row, 1, record_type_name(type));
    database_bind_id(row, 2, id);
    while ((code = database_step(store->database, row, error)) == 1) {
        bool waiting = sqlite3_column_int(row, 2) == STORE_OPERATION_STATE_WAITING;
        struct operation *operation;

        code = store_column_operation(store, row, 1, database_text(row, 0), &operation, error);
        if (code == 0)
            code = fold_operation(fold, operation, waiting, error);
        operation_free(operation);
        if (code != 0)
            break;
    }
    if (row != NULL)
        sqlite3_reset(row);
    return code;
}

static int bind_record(struct store *store, sqlite3_stmt *statement, int index,
                       const struct record *record, const char *about, struct error *error)
{
    json_t *document;
    int code;

    if (record == NULL)
        return 0;
    if (record->text != NULL)
        return store_bind_sealed_text(store, statement, index, record->text, record->text_length,
                                      about, error);
    document = record_to_json(record);
    code = document != NULL ? store_bind_sealed(store, statement, index, document, about, error)
                            : error_set(error, ERROR_MEMORY, "store: out of memory");
    json_decref(document);
    return code;
}

/* The columns of a row up to its base. Ids of other records are the only part of a body that stands
 * in plain, to find it by. */
static int bind_base(struct store *store, sqlite3_stmt *statement,
                     const struct record_outline *shown, int64_t rev, int64_t seq,
                     const struct record *base, char about[STORE_ABOUT_SIZE], struct error *error)
{
    store_about(about, record_type_name(shown->type), shown->id.text);
    database_bind_text(statement, 1, record_type_name(shown->type));
    database_bind_id(statement, 2, &shown->id);
    database_bind_id(statement, 3, &shown->matter);
    database_bind_id(statement, 4, &shown->parent);
    sqlite3_bind_int64(statement, 5, rev);
    sqlite3_bind_int64(statement, 9, seq);
    sqlite3_bind_int(statement, 10, shown->weight);
    return bind_record(store, statement, 6, base, about, error);
}

static int write_row(struct store *store, const struct record *base, const struct fold *fold,
                     struct error *error)
{
    const struct record *current = fold->changed ? fold->current : NULL;
    const struct record *shown = current != NULL ? current : base;
    struct record_outline outline;
    sqlite3_stmt *statement;
    char about[STORE_ABOUT_SIZE];
    int code;

    record_outline_of(shown, &outline);
    code = store_change_note(store, &outline, error);
    statement = code == 0 ? store_statement(store, STORE_RECORD_PUT, error) : NULL;
    if (statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    sqlite3_bind_int(statement, 8, fold->pending);
    if ((code = bind_base(store, statement, &outline, base != NULL ? base->rev : 0,
                          base != NULL ? base->seq : 0, base, about, error)) != 0 ||
        (code = bind_record(store, statement, 7, current, about, error)) != 0 ||
        (code = database_run(store->database, statement, error)) != 0)
        return code;
    return store_change_shown(store, shown->type, &shown->id, error);
}

int store_record_put(struct store *store, const struct record *current, enum store_pending pending,
                     const struct record *base, struct error *error)
{
    union {
        const struct record *borrowed;
        struct record *record;
    } shown = {current};
    const struct fold fold = {shown.record, pending, true};

    return write_row(store, base, &fold, error);
}

int store_record_run(struct store *store, enum store_statement which, enum record_type type,
                     const struct id *id, int64_t number, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, record_type_name(type));
    database_bind_id(statement, 2, id);
    if (sqlite3_bind_parameter_count(statement) >= 3)
        sqlite3_bind_int64(statement, 3, number);
    return database_run(store->database, statement, error);
}

int store_record_delete(struct store *store, enum record_type type, const struct id *id,
                        struct error *error)
{
    return store_record_run(store, STORE_RECORD_DELETE, type, id, 0, error);
}

int store_record_refold(struct store *store, enum record_type type, const struct id *id,
                        const struct record *base, struct error *error)
{
    struct fold fold = {0};
    int code;

    if (base != NULL && (fold.current = record_copy(base)) == NULL)
        return error_set(error, ERROR_MEMORY, "store: out of memory");
    code = fold_all(store, &fold, type, id, error);
    if (code == 0 && fold.current == NULL) {
        code = store_record_delete(store, type, id, error);
    } else if (code == 0) {
        code = write_row(store, base, &fold, error);
    }
    record_free(fold.current);
    return code;
}

int store_record_feed(struct store *store, const struct record_outline *outline,
                      const struct record *base, struct error *error)
{
    int code = store_change_note(store, outline, error);
    sqlite3_stmt *statement = code == 0 ? store_statement(store, STORE_RECORD_FEED, error) : NULL;
    char about[STORE_ABOUT_SIZE];

    if (statement == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    code = bind_base(store, statement, outline, outline->rev, outline->seq, base, about, error);
    if (code == 0)
        code = database_run(store->database, statement, error);
    return code != 0 ? code : store_change_shown(store, outline->type, &outline->id, error);
}

int store_record_promote(struct store *store, enum record_type type, const struct id *id,
                         int64_t rev, int64_t seq, bool *promoted, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_RECORD_PROMOTE, error);
    int code;

    *promoted = false;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, record_type_name(type));
    database_bind_id(statement, 2, id);
    sqlite3_bind_int64(statement, 3, rev);
    sqlite3_bind_int64(statement, 4, seq);
    code = database_run(store->database, statement, error);
    *promoted = code == 0 && database_changes(store->database) > 0;
    return *promoted ? store_change_shown(store, type, id, error) : code;
}

int store_record_refold_stored(struct store *store, enum record_type type, const struct id *id,
                               struct error *error)
{
    struct record *base;
    int code = store_record_base(store, type, id, &base, error);

    if (code == 0)
        code = store_record_refold(store, type, id, base, error);
    record_free(base);
    return code;
}

struct touched {
    enum record_type type;
    struct id id;
};

/* The records that operations here still speak of: new array in `list`. */
static int list_touched(struct store *store, struct touched **list, size_t *count,
                        struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_RECORD_IDS, error);
    int code;

    *list = NULL;
    *count = 0;
    while ((code = database_step(store->database, row, error)) == 1) {
        struct touched *longer = realloc(*list, (*count + 1) * sizeof(**list));

        if (longer == NULL)
            return error_set(error, ERROR_MEMORY, "store: out of memory");
        *list = longer;
        longer[*count].type = record_type_from_name(database_text(row, 0));
        id_parse(&longer[*count].id, database_text(row, 1));
        (*count)++;
    }
    return code;
}

int store_record_refold_all(struct store *store, struct error *error)
{
    struct touched *list;
    size_t count;
    int code = list_touched(store, &list, &count, error);

    for (size_t i = 0; i < count && code == 0; i++)
        code = store_record_refold_stored(store, list[i].type, &list[i].id, error);
    free(list);
    return code;
}
