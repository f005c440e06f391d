#include "app/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/json.h"
#include "app/store_anew.h"
#include "app/store_internal.h"
#include "app/store_provider.h"
#include "app/text.h"

#define KEY_CHECK "the key of this store"

void store_about(char about[STORE_ABOUT_SIZE], const char *what, const char *id)
{
    snprintf(about, STORE_ABOUT_SIZE, "%s/%s", what, id);
}

sqlite3_stmt *store_statement(struct store *store, enum store_statement which, struct error *error)
{
    return database_statement(store->database, which, error);
}

int store_bind_sealed_text(struct store *store, sqlite3_stmt *statement, int index,
                           const char *text, size_t length, const char *about, struct error *error)
{
    unsigned char *sealed = malloc(length + SEAL_OVERHEAD);

    if (sealed == NULL)
        return error_set(error, ERROR_MEMORY, "store: out of memory");
    seal_bytes(store->key, text, length, about, sealed);
    if (statement == NULL) {
        free(sealed);
        return error != NULL && error->code != 0 ? error->code : ERROR_STORAGE;
    }
    sqlite3_bind_blob64(statement, index, sealed, length + SEAL_OVERHEAD, free);
    return 0;
}

int store_bind_sealed(struct store *store, sqlite3_stmt *statement, int index, const json_t *value,
                      const char *about, struct error *error)
{
    char *text = json_write(value);
    int code = text != NULL ? store_bind_sealed_text(store, statement, index, text, strlen(text),
                                                     about, error)
                            : error_set(error, ERROR_MEMORY, "store: out of memory");

    free(text);
    return code;
}

int store_column_opened(struct store *store, sqlite3_stmt *statement, int column, const char *about,
                        char **text, size_t *length, struct error *error)
{
    const unsigned char *sealed = sqlite3_column_blob(statement, column);
    size_t size = (size_t)sqlite3_column_bytes(statement, column);
    int code;

    *text = NULL;
    *length = 0;
    if (sealed == NULL)
        return 0;
    *text = malloc(size + 1);
    if (*text == NULL)
        return error_set(error, ERROR_MEMORY, "store: out of memory");
    code = seal_open(store->key, sealed, size, about, *text, error);
    if (code == ERROR_STORAGE && store_key_is_former(store))
        code = error_set(error, ERROR_CONFLICT, STORE_KEY_FORMER);
    if (code == 0) {
        *length = size - SEAL_OVERHEAD;
        return 0;
    }
    free(*text);
    *text = NULL;
    return code;
}

int store_column_sealed(struct store *store, sqlite3_stmt *statement, int column, const char *about,
                        json_t **value, struct error *error)
{
    size_t length;
    char *text;
    int code = store_column_opened(store, statement, column, about, &text, &length, error);

    *value = NULL;
    if (code == 0 && text != NULL)
        code = json_read(value, text, length, SIZE_MAX, about, error);
    free(text);
    return code;
}

int store_meta_put(struct store *store, const char *name, const char *text, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_META_PUT, error);

    database_bind_text(statement, 1, name);
    database_bind_text(statement, 2, text);
    return database_run(store->database, statement, error);
}

int store_meta_get(struct store *store, const char *name, char *text, size_t size,
                   struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_META_GET, error);
    int code;

    text[0] = '\0';
    database_bind_text(statement, 1, name);
    code = database_step(store->database, statement, error);
    if (code == 1) {
        snprintf(text, size, "%s", database_text(statement, 0));
        sqlite3_reset(statement);
    }
    return code < 0 ? code : 0;
}

/* --- making and opening --------------------------------------------------------------------- */

static void wrapped_to_text(const unsigned char wrapped[SEAL_WRAPPED_SIZE],
                            char text[2 * SEAL_WRAPPED_SIZE + 1])
{
    for (size_t i = 0; i < SEAL_WRAPPED_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", wrapped[i]);
}

static int wrapped_from_text(unsigned char wrapped[SEAL_WRAPPED_SIZE], const char *text,
                             struct error *error)
{
    for (size_t i = 0; i < SEAL_WRAPPED_SIZE; i++) {
        unsigned byte;

        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            return error_set(error, ERROR_STORAGE, "store: the wrapped key is damaged");
        wrapped[i] = (unsigned char)byte;
    }
    return 0;
}

int store_key_check_put(struct store *store, struct error *error)
{
    json_t *check = json_string(KEY_CHECK);
    sqlite3_stmt *statement = store_statement(store, STORE_STATE_PUT, error);
    int code;

    database_bind_text(statement, 1, "");
    code = store_bind_sealed(store, statement, 2, check, "check", error);
    json_decref(check);
    return code != 0 ? code : database_run(store->database, statement, error);
}

static int put_merge_version(struct store *store, struct error *error)
{
    char version[16];

    snprintf(version, sizeof(version), "%d", MERGE_VERSION);
    return store_meta_put(store, "merge", version, error);
}

/* What is shown was made by another version of merge: it is made again. What cannot be is no reason
 * to keep the agent from working. */
static void fold_by_this_version(struct store *store)
{
    char text[16];
    int code = store_meta_get(store, "merge", text, sizeof(text), NULL);

    if (code == 0 && atoi(text) != MERGE_VERSION) {
        code = store_begin(store, NULL);
        if (code == 0) {
            code = store_record_refold_all(store, NULL);
            if (code == 0)
                code = put_merge_version(store, NULL);
            code = store_end(store, code, NULL);
        }
    }
    store->folded = code == 0;
}

static int write_beginning(struct store *store, const struct journal_owner *owner,
                           struct error *error)
{
    char text[2 * SEAL_WRAPPED_SIZE + 1];
    int code;

    wrapped_to_text(owner->wrapped, text);
    if ((code = store_meta_put(store, "agent", store->agent.text, error)) != 0 ||
        (code = store_meta_put(store, "device", store->device.text, error)) != 0 ||
        (code = store_meta_put(store, "wrapped", text, error)) != 0 ||
        (code = put_merge_version(store, error)) != 0 ||
        (owner->provider && (code = store_provider_mark(store, error)) != 0))
        return code;
    if ((code = store_key_note_made(store, error)) != 0)
        return code;
    return store_key_check_put(store, error);
}

int store_create_for(const char *path, const struct journal_owner *owner,
                     const struct seal_key *key, struct error *error)
{
    struct store store = {.key = key, .agent = owner->agent, .device = owner->device};
    char present[64];
    int code = database_open(&store.database, path, DATABASE_CREATE, &store_schema, error);

    if (code != 0)
        return code;
    code = database_begin(store.database, error);
    if (code == 0) {
        code = store_meta_get(&store, "device", present, sizeof(present), error);
        if (code == 0 && present[0] != '\0')
            code = error_set(error, ERROR_CONFLICT, "%s is already a store", path);
        if (code == 0)
            code = write_beginning(&store, owner, error);
        code = database_end(store.database, code, error);
    }
    database_close(store.database);
    return code;
}

int store_create_new(const char *path, struct journal_owner *owner, const struct seal_key *key,
                     struct error *error)
{
    struct id_generator generator = {0};
    int code = 0;

    owner->device = id_generate(&generator, clock_system(NULL));
    if (access(path, F_OK) != 0)
        code = store_journal_set_aside(path, error);
    return code != 0 ? code : store_create_for(path, owner, key, error);
}

int store_create(const char *path, const struct id *agent, const struct seal_key *key,
                 const unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error)
{
    struct journal_owner owner = {.agent = *agent};

    memcpy(owner.wrapped, wrapped, SEAL_WRAPPED_SIZE);
    return store_create_new(path, &owner, key, error);
}

int store_read_wrapped(const char *path, unsigned char wrapped[SEAL_WRAPPED_SIZE],
                       struct error *error)
{
    struct store store = {0};
    char text[2 * SEAL_WRAPPED_SIZE + 1];
    /* Whoever signs in looks at this first: where a recovery was broken off at its end, no new
     * store is made in the place of the one that it made. */
    int code = store_anew_finish(path, error);

    if (code == 0)
        code = database_open(&store.database, path, DATABASE_OPEN, &store_schema, error);
    if (code != 0)
        return code;
    code = store_meta_get(&store, "wrapped", text, sizeof(text), error);
    if (code == 0 && text[0] == '\0') /* killed while it was being made: as if it were not there */
        code = error_set(error, ERROR_NOT_FOUND, "%s is empty", path);
    if (code == 0)
        code = wrapped_from_text(wrapped, text, error);
    database_close(store.database);
    return code;
}

int store_wrapped_put(struct store *store, const unsigned char wrapped[SEAL_WRAPPED_SIZE],
                      struct error *error)
{
    char text[2 * SEAL_WRAPPED_SIZE + 1];

    wrapped_to_text(wrapped, text);
    return store_meta_put(store, "wrapped", text, error);
}

int store_write_wrapped(struct store *store, const unsigned char wrapped[SEAL_WRAPPED_SIZE],
                        struct error *error)
{
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    code = store_wrapped_put(store, wrapped, error);
    /* The journal names the former wrapping too. */
    if (code == 0)
        code = store_meta_put(store, STORE_JOURNAL_FORMER, "1", error);
    if (code == 0)
        code = store_meta_put(store, "wipe", "1", error);
    code = store_end(store, code, error);
    if (code != 0)
        return code;
    memcpy(store->owner.wrapped, wrapped, SEAL_WRAPPED_SIZE);
    store_key_finish(store);
    store_wipe(store);
    return 0;
}

static int check_key(struct store *store, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_STATE_GET, error);
    json_t *check = NULL;
    int code;

    database_bind_text(statement, 1, "");
    code = database_step(store->database, statement, error);
    if (code == 1) {
        code = store_column_sealed(store, statement, 0, "check", &check, error);
        sqlite3_reset(statement);
        json_decref(check);
        return code == ERROR_STORAGE || code == ERROR_CONFLICT
                   ? error_set(error, ERROR_REFUSED, "this key does not open this store")
                   : code;
    }
    return code < 0 ? code : error_set(error, ERROR_STORAGE, "this store was never finished");
}

static int open_journal(struct store *store, const char *path, struct error *error)
{
    char text[2 * SEAL_WRAPPED_SIZE + 1];
    struct error cause = ERROR_INIT;
    int code = store_meta_get(store, "wrapped", text, sizeof(text), error);

    if (code == 0)
        code = wrapped_from_text(store->owner.wrapped, text, error);
    store->owner.agent = store->agent;
    store->owner.device = store->device;
    store->owner.provider = store_is_provider(store);
    if (code == 0)
        code = journal_open(&store->journal, path, error);
    /* What is not taken in now is by and by: it is no reason to keep the agent from working. */
    if (code == 0 && store_catch_up(store, &cause) != 0)
        text_copy(store->trouble, sizeof(store->trouble), cause.message);
    return code;
}

int store_open(struct store **opened, const char *path, const struct seal_key *key,
               struct error *error)
{
    struct store *store = calloc(1, sizeof(*store));
    char text[64];
    int code;

    *opened = NULL;
    if (store == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    store->retained = STORE_RETAINED_UNKNOWN;
    store->log_descriptor = -1;
    store->key = key;
    code = database_open(&store->database, path, DATABASE_OPEN, &store_schema, error);
    /* What is dropped, or replaced, leaves no sealed copy behind. */
    if (code == 0)
        code = database_script(store->database, "PRAGMA secure_delete=ON", error);
    if (code == 0)
        code = store_key_number_read(store, error);
    if (code == 0)
        code = check_key(store, error);
    if (code == 0)
        code = store_meta_get(store, "agent", text, sizeof(text), error);
    if (code == 0 && !id_parse(&store->agent, text))
        code = error_set(error, ERROR_STORAGE, "%s: the agent's id is damaged", path);
    if (code == 0)
        code = store_meta_get(store, "device", text, sizeof(text), error);
    if (code == 0 && !id_parse(&store->device, text))
        code = error_set(error, ERROR_STORAGE, "%s: the device's id is damaged", path);
    if (code == 0) {
        fold_by_this_version(store);
        /* What is not weighed yet is missing in summaries, and no reason to keep the agent out. */
        store_weigh(store, NULL);
        code = open_journal(store, path, error);
    }
    if (code == 0)
        store_key_finish(store);
    if (code != 0) {
        store_close(store);
        return code;
    }
    *opened = store;
    return 0;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_walks_close(store);
    store_keep(store, false);
    if (store->journal_due)
        store_journal_settle(store);
    store_log_close(store);
    database_close(store->database);
    store_change_clear(store);
    journal_close(store->journal);
    free(store);
}

const struct id *store_device(const struct store *store)
{
    return &store->device;
}

const struct id *store_agent(const struct store *store)
{
    return &store->agent;
}

int64_t store_version(struct store *store)
{
    return database_version(store->database);
}
