/* By which keys clients are found: kept with every change, and made for what is older than the
 * table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_key.h"
#include "net/ledger_follow.h"
#include "net/ledger_row.h"
#include "net/ledger_search_internal.h"

/* Changes when client_key.h makes other keys: all are then made anew. */
#define KEYS_VERSION 1
#define KEYS_MOST    64
/* Clients whose keys are made when the ledger is opened; what is more waits for the server. */
#define OPEN_STEP 5000

/* --- the keys of one client ------------------------------------------------------------------- */

struct keys {
    char texts[KEYS_MOST][CLIENT_KEY_SIZE];
    size_t count;
};

static bool keys_have(const struct keys *keys, const char *key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (strcmp(keys->texts[i], key) == 0)
            return true;
    return false;
}

static int keys_add(void *context, const char *key)
{
    struct keys *keys = context;

    if (keys->count < KEYS_MOST && !keys_have(keys, key))
        snprintf(keys->texts[keys->count++], CLIENT_KEY_SIZE, "%s", key);
    return 0;
}

static int keys_make(struct keys *keys, const struct record *client, struct error *error)
{
    keys->count = 0;
    return client_keys(client, keys_add, keys) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "no memory for a client's keys");
}

static int keys_read(struct keys *keys, struct database *database, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SEARCH_KEYS, error);
    int code;

    keys->count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    while ((code = database_step(database, statement, error)) > 0)
        keys_add(keys, database_text(statement, 0));
    return code;
}

static int key_write(struct database *database, enum ledger_statement which, int64_t row,
                     const char *key, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    database_bind_text(statement, 2, key);
    return database_run(database, statement, error);
}

/* Writes what is new and takes away what is no longer so. */
static int keys_write(struct database *database, int64_t row, const struct keys *before,
                      const struct keys *now, struct error *error)
{
    int code = 0;

    for (size_t i = 0; i < before->count && code == 0; i++)
        if (!keys_have(now, before->texts[i]))
            code = key_write(database, LEDGER_SEARCH_DELETE, row, before->texts[i], error);
    for (size_t i = 0; i < now->count && code == 0; i++)
        if (!keys_have(before, now->texts[i]))
            code = key_write(database, LEDGER_SEARCH_PUT, row, now->texts[i], error);
    return code;
}

int ledger_search_list(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    struct keys before = {.count = 0}, now = {.count = 0};
    int code = keys_make(&now, row->record, error);

    if (code == 0 && row->record->rev > 1)
        code = keys_read(&before, ledger->writer, row->row, error);
    return code == 0 ? keys_write(ledger->writer, row->row, &before, &now, error) : code;
}

/* --- what is older than the table ------------------------------------------------------------- */

/* How far they are made: {version}.{number of the last row}, "all" when they are. */
static int progress_read(struct database *database, int64_t *last, bool *all, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PROPERTY_GET, error);
    long long version = 0, number = 0;
    char word[8] = "";
    int code;

    *last = 0;
    *all = false;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, "search");
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    if (sscanf(database_text(statement, 0), "%lld.%lld.%7s", &version, &number, word) >= 2 &&
        version == KEYS_VERSION) {
        *last = number;
        *all = strcmp(word, "all") == 0;
    }
    sqlite3_reset(statement);
    return 0;
}

static int progress_write(struct database *database, int64_t last, bool all, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_PROPERTY_PUT, error);
    char text[64];

    if (statement == NULL)
        return ERROR_STORAGE;
    snprintf(text, sizeof(text), "%d.%lld%s", KEYS_VERSION, (long long)last, all ? ".all" : "");
    database_bind_text(statement, 1, "search");
    database_bind_text(statement, 2, text);
    return database_run(database, statement, error);
}

struct old_client {
    int64_t row;
    struct record *record; /* owned */
};

/* The next clients by their number. */
static int clients_read(struct database *database, int64_t last, struct old_client *clients,
                        size_t limit, size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_SEARCH_CLIENTS, error);
    int code;

    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, last);
    sqlite3_bind_int64(statement, 2, (int64_t)limit);
    while ((code = database_step(database, statement, error)) > 0) {
        struct old_client *client = &clients[*count];

        client->row = sqlite3_column_int64(statement, 0);
        code = ledger_document_read(database_text(statement, 1),
                                    (size_t)sqlite3_column_bytes(statement, 1), &client->record,
                                    error);
        if (code != 0) {
            sqlite3_reset(statement);
            return code;
        }
        ++*count;
    }
    return code;
}

static int keys_renew(struct database *database, const struct old_client *client,
                      struct error *error)
{
    struct keys before, now;
    int code = keys_make(&now, client->record, error);

    if (code == 0)
        code = keys_read(&before, database, client->row, error);
    return code == 0 ? keys_write(database, client->row, &before, &now, error) : code;
}

static int fill_some(struct database *database, struct old_client *clients, size_t limit,
                     struct ledger_search_made *made, struct error *error)
{
    size_t count;
    int code = clients_read(database, made->last, clients, limit, &count, error);

    for (size_t i = 0; i < count; i++) {
        if (code == 0)
            code = keys_renew(database, &clients[i], error);
        made->last = clients[i].row;
        record_free(clients[i].record);
    }
    if (code == 0) {
        made->clients += (int64_t)count;
        made->all = count < limit;
        code = progress_write(database, made->last, made->all, error);
    }
    return code;
}

/* Within a transaction. */
static int fill(struct ledger *ledger, size_t limit, struct ledger_search_made *made,
                struct error *error)
{
    struct old_client *clients = calloc(limit, sizeof(*clients));
    int code = clients != NULL ? progress_read(ledger->writer, &made->last, &made->all, error)
                               : error_set(error, ERROR_MEMORY, "no memory for the clients' keys");

    if (code == 0 && !made->all)
        code = fill_some(ledger->writer, clients, limit, made, error);
    free(clients);
    return code;
}

int ledger_search_fill(struct ledger *ledger, size_t limit, struct ledger_search_made *made,
                       struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code == 0)
        code = ledger_end(ledger, fill(ledger, limit, made, error), error);
    if (code == 0 && made->all)
        atomic_store(&ledger->searchable, true);
    return code;
}

int ledger_search_open(struct ledger *ledger, struct error *error)
{
    struct ledger_search_made made = {0};
    int code = progress_read(ledger->writer, &made.last, &made.all, error);

    if (code == 0 && made.all)
        atomic_store(&ledger->searchable, true);
    return code == 0 && !made.all ? ledger_search_fill(ledger, OPEN_STEP, &made, error) : code;
}

bool ledger_search_is_ready(const struct ledger *ledger)
{
    return atomic_load(&ledger->searchable);
}

int ledger_search_clients(struct ledger *ledger, int64_t *count, struct error *error)
{
    *count = 0;
    return ledger_read_number(ledger, LEDGER_SEARCH_CLIENT_COUNT, 0, count, error);
}

/* --- checking --------------------------------------------------------------------------------- */

int ledger_search_check(struct database *database, int64_t row, const struct record *client,
                        bool *agrees, struct error *error)
{
    struct keys kept, wanted;
    int64_t last;
    bool all;
    int code = progress_read(database, &last, &all, error);

    *agrees = true;
    /* Not made yet: the server does so when it starts. */
    if (code != 0 || (!all && row > last))
        return code;
    code = keys_make(&wanted, client, error);
    if (code == 0)
        code = keys_read(&kept, database, row, error);
    *agrees = code == 0 && kept.count == wanted.count;
    for (size_t i = 0; i < wanted.count && *agrees; i++)
        *agrees = keys_have(&kept, wanted.texts[i]);
    return code;
}
