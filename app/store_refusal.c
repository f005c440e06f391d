#include <stdlib.h>

#include "app/json.h"
#include "app/store_internal.h"

int64_t store_refusal_count(struct store *store, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_REFUSAL_COUNT, error);
    int64_t count = database_step(store->database, statement, error);

    if (count == 1) {
        count = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return count;
}

static int visit_row(struct store *store, sqlite3_stmt *row, refusal_visit visit, void *context,
                     struct error *error)
{
    char about[STORE_ABOUT_SIZE];
    struct operation *operation = NULL;
    json_t *document;
    int code;

    store_about(about, "refusal", database_text(row, 0));
    code = store_column_sealed(store, row, 1, about, &document, error);
    if (code == 0)
        code = operation_from_json(&operation, json_object_get(document, "operation"), error);
    if (code == 0) {
        struct store_refusal refusal = {
            .operation = operation,
            .refusal = merge_refusal_from_name(json_text_or(document, "refusal", "")),
            .field = json_text_or(document, "field", ""),
        };

        code = visit(context, &refusal);
    }
    operation_free(operation);
    json_decref(document);
    return code;
}

int store_refusal_each(struct store *store, refusal_visit visit, void *context, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_REFUSAL_LIST, error);
    int code;

    while ((code = database_step(store->database, row, error)) == 1) {
        code = visit_row(store, row, visit, context, error);
        if (code != 0)
            break;
    }
    if (row != NULL)
        sqlite3_reset(row);
    return code;
}

int store_refusal_add(struct store *store, const struct operation *operation, int64_t number,
                      enum merge_refusal refusal, const char *field, struct error *error)
{
    /* A conflict takes the place of no refusal: a relay that was restored may say that it applied
     * what its centre had refused. */
    sqlite3_stmt *statement = store_statement(
        store, refusal == MERGE_APPLIED ? STORE_REFUSAL_NOTE : STORE_REFUSAL_ADD, error);
    char about[STORE_ABOUT_SIZE];
    json_t *document = json_pack("{s:o, s:s, s:s}", "operation", operation_to_json(operation),
                                 "refusal", merge_refusal_name(refusal), "field", field);
    int code;

    store_about(about, "refusal", operation->id.text);
    if (document == NULL || statement == NULL) {
        json_decref(document);
        return error_set(error, ERROR_MEMORY, "store: out of memory");
    }
    database_bind_id(statement, 1, &operation->id);
    sqlite3_bind_int64(statement, 2, number);
    code = store_bind_sealed(store, statement, 3, document, about, error);
    json_decref(document);
    return code != 0 ? code : database_run(store->database, statement, error);
}

static int put(struct store *store, const struct operation *operation, enum merge_refusal refusal,
               const char *field, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_DELETE, error);
    int code;

    database_bind_id(statement, 1, &operation->id);
    code = database_run(store->database, statement, error);
    if (code == 0)
        code = store_refusal_add(store, operation, operation->moment.ms, refusal, field, error);
    if (code == 0)
        code = store_record_refold_stored(store, operation->type, &operation->record, error);
    return code == 0 ? store_leaving_sweep(store, error) : code;
}

int store_refusal_put(struct store *store, const struct operation *operation,
                      enum merge_refusal refusal, const char *field, struct error *error)
{
    int code = store_begin(store, error);

    if (code == 0)
        code = store_end(store, put(store, operation, refusal, field, error), error);
    if (code == 0)
        store_wipe(store);
    return code;
}

int store_refusal_dismiss(struct store *store, const struct id *operation, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_REFUSAL_DELETE, error);
    int code;

    database_bind_id(statement, 1, operation);
    code = database_run(store->database, statement, error);
    if (code == 0 && database_changes(store->database) == 0)
        code = error_set(error, ERROR_NOT_FOUND, "no refusal of operation %s", operation->text);
    return code;
}
