#include <string.h>

#include "app/store_internal.h"

int store_state_write(struct store *store, const char *name, const json_t *value,
                      struct error *error)
{
    sqlite3_stmt *statement =
        store_statement(store, value != NULL ? STORE_STATE_PUT : STORE_STATE_DELETE, error);
    char about[STORE_ABOUT_SIZE];
    int code = 0;

    store_about(about, "state", name);
    database_bind_text(statement, 1, name);
    if (value != NULL)
        code = store_bind_sealed(store, statement, 2, value, about, error);
    return code != 0 ? code : database_run(store->database, statement, error);
}

/* Half-typed text is saved after almost every key: not each of them waits for the disk. */
int store_state_put(struct store *store, const char *name, const json_t *value, struct error *error)
{
    int code;

    database_relax(store->database, true);
    code = store_begin(store, error);
    if (code == 0)
        code = store_end(store, store_state_write(store, name, value, error), error);
    database_relax(store->database, false);
    return code;
}

int store_state_get(struct store *store, const char *name, json_t **value, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_STATE_GET, error);
    char about[STORE_ABOUT_SIZE];
    int code;

    *value = NULL;
    database_bind_text(row, 1, name);
    code = database_step(store->database, row, error);
    if (code == 1) {
        store_about(about, "state", name);
        code = store_column_sealed(store, row, 0, about, value, error);
        sqlite3_reset(row);
    }
    return code;
}
