/*
 * Letting go of what this agent may see no longer. A record of which no own operation waits goes at
 * once, sealed copies and all; one of which some wait goes when the server has answered them:
 * unsent work is never dropped. What goes is overwritten (secure_delete), and the log of the
 * database is emptied after it.
 */
#include "app/store_internal.h"

/* Own operations that the server has accepted are kept a while for a server that loses them; the
 * feed will not bring their effect any more. */
static int drop(struct store *store, enum record_type type, const struct id *id,
                struct error *error)
{
    int code = store_retain(store, type, id, INT64_MAX, error);

    if (code == 0)
        code = store_record_refold(store, type, id, NULL, error);
    if (code == 0)
        code = store_leaving_forget(store, type, id, error);
    return code != 0 ? code : store_meta_put(store, "wipe", "1", error);
}

int store_leaving_forget(struct store *store, enum record_type type, const struct id *id,
                         struct error *error)
{
    return store_record_run(store, STORE_LEAVING_DELETE, type, id, 0, error);
}

int store_leaving_begin(struct store *store, struct error *error)
{
    int code =
        database_has_row(store->database, store_statement(store, STORE_LEAVING_ANY, error), error);

    store->leaves = code > 0;
    return code < 0 ? code : 0;
}

int store_leaving_seen(struct store *store, enum record_type type, const struct id *id, int64_t seq,
                       struct error *error)
{
    return store->leaves ? store_record_run(store, STORE_LEAVING_SEEN, type, id, seq, error) : 0;
}

int store_leaving_has(struct store *store, enum record_type type, const struct id *id,
                      bool *leaving, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_LEAVING_GET, error);
    int code;

    database_bind_text(statement, 1, record_type_name(type));
    database_bind_id(statement, 2, id);
    code = database_has_row(store->database, statement, error);
    *leaving = code > 0;
    return code < 0 ? code : 0;
}

int store_leaving_sweep(struct store *store, struct error *error)
{
    int code;

    do {
        sqlite3_stmt *row = store_statement(store, STORE_LEAVING_SETTLED, error);
        enum record_type type;
        struct id id;

        code = database_step(store->database, row, error);
        if (code <= 0)
            break;
        type = record_type_from_name(database_text(row, 0));
        if (!id_parse(&id, database_text(row, 1)) || type == RECORD_NONE)
            code = error_set(error, ERROR_STORAGE, "store: a record that leaves has no name");
        sqlite3_reset(row);
        if (code > 0)
            code = drop(store, type, &id, error);
        if (code == 0)
            code = 1;
    } while (code > 0);
    return code;
}

int store_gone_write(struct store *store, const struct store_gone *gone, size_t count,
                     int64_t cursor, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < count && code == 0; i++)
        code = store_record_run(store, STORE_LEAVING_PUT, gone[i].type, &gone[i].id, cursor, error);
    return code != 0 ? code : store_leaving_sweep(store, error);
}

void store_wipe(struct store *store)
{
    sqlite3 *handle = database_handle(store->database);
    char due[8];

    if (store_meta_get(store, "wipe", due, sizeof(due), NULL) != 0 || due[0] == '\0')
        return;
    database_wait(store->database, false);
    if (sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) ==
        SQLITE_OK)
        (void)store_meta_put(store, "wipe", "", NULL);
    database_wait(store->database, true);
}
