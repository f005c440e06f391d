/*
 * Renewing the store's key. The order of a re-keying:
 *
 *   1. the write transaction begins, the lock of the journal is taken, and what only the journal
 *      holds is taken into the store: from here on the store has all of it;
 *   2. every sealed column is opened with the former key and sealed with the new one; the new
 *      wrapping, the next number of the key and "the journal is of a former key" are noted;
 *   3. the transaction is committed: the store is of the new key, on disk;
 *   4. the journal is overwritten, and written anew from the outbox under the new key, and the note
 *      of 2 is taken off. Killed before or within this, it is done when the store is next opened;
 *      what it would lose the store has.
 */
#include "app/store_key.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/store_internal.h"
#include "app/text.h"

#define PROGRESS_ROWS   64
#define KEY_NUMBER      "key-number"
#define KEY_MADE        "key-made"
#define ESCROW          "escrow"
#define ESCROW_PUBLIC   "escrow-public"
#define ESCROW_HEX_SIZE (2 * ESCROW_SEALED_SIZE + 1)

/* --- which key it is ------------------------------------------------------------------------- */

static int read_number(struct store *store, const char *name, int64_t *number, struct error *error)
{
    char text[32];
    int code = store_meta_get(store, name, text, sizeof(text), error);

    *number = strtoll(text, NULL, 10);
    return code;
}

static int write_number(struct store *store, const char *name, int64_t number, struct error *error)
{
    char text[32];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    return store_meta_put(store, name, text, error);
}

int store_key_number_read(struct store *store, struct error *error)
{
    return read_number(store, KEY_NUMBER, &store->key_number, error);
}

bool store_key_is_former(struct store *store)
{
    int64_t number;

    return store->database != NULL && read_number(store, KEY_NUMBER, &number, NULL) == 0 &&
           number != store->key_number;
}

int store_begin(struct store *store, struct error *error)
{
    int code = database_begin(store->database, error);

    if (code == 0 && store_key_is_former(store)) {
        database_rollback(store->database);
        code = error_set(error, ERROR_CONFLICT, STORE_KEY_FORMER);
    }
    return code;
}

int store_key_note_made(struct store *store, struct error *error)
{
    return write_number(store, KEY_MADE, clock_system(NULL), error);
}

int64_t store_key_made(struct store *store, struct error *error)
{
    int64_t made;
    int code = read_number(store, KEY_MADE, &made, error);

    if (code == 0 && made == 0) {
        code = store_key_note_made(store, error);
        made = clock_system(NULL);
    }
    return code != 0 ? code : made;
}

int store_rewrap(struct store *store, const char *password, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    int code = 0;

    if (*password == '\0')
        return error_set(error, ERROR_REFUSED, "an empty password protects nothing");
    code = seal_key_wrap(store->key, password, wrapped, error);
    return code != 0 ? code : store_write_wrapped(store, wrapped, error);
}

/* --- sealing anew ---------------------------------------------------------------------------- */

/* A table with sealed columns, and what a row of each is about. */
struct sealed_table {
    const char *count;
    const char *next;   /* its two names, then what is sealed, of the row after ?1 and ?2 */
    const char *update; /* ?1 and ?2 name the row */
    int columns;        /* sealed */
    const char *about;  /* NULL: the first name stands before the second */
};

static const struct sealed_table tables[] = {
    {"SELECT count(*) FROM record",
     "SELECT type, id, base, current FROM record WHERE (type, id) > (?1, ?2)"
     " ORDER BY type, id LIMIT 1",
     "UPDATE record SET base = ?3, current = ?4 WHERE type = ?1 AND id = ?2", 2, NULL},
    {"SELECT count(*) FROM operation",
     "SELECT '', id, document FROM operation WHERE id > ?2 AND ?1 = '' ORDER BY id LIMIT 1",
     "UPDATE operation SET document = ?3 WHERE id = ?2 AND ?1 = ''", 1, "operation"},
    {"SELECT count(*) FROM refusal",
     "SELECT '', operation, document FROM refusal WHERE operation > ?2 AND ?1 = ''"
     " ORDER BY operation LIMIT 1",
     "UPDATE refusal SET document = ?3 WHERE operation = ?2 AND ?1 = ''", 1, "refusal"},
    /* The one without a name is put anew: it tells the right key. */
    {"SELECT count(*) FROM state",
     "SELECT '', name, value FROM state WHERE name > ?2 AND ?1 = '' ORDER BY name LIMIT 1",
     "UPDATE state SET value = ?3 WHERE name = ?2 AND ?1 = ''", 1, "state"},
};

#define TABLE_COUNT    (sizeof(tables) / sizeof(tables[0]))
#define NAME_SIZE      300
#define SEALED_COLUMNS 2

/* What was sealed in a column, in plain; wiped as soon as it is sealed anew. */
struct opened {
    char *text; /* owned; NULL for none */
    size_t length;
};

struct rekeying {
    struct store *store;
    const struct seal_key *key; /* the new one */
    store_rekey_progress progress;
    void *context;
    int64_t done, total;
    char first[NAME_SIZE], second[NAME_SIZE]; /* of the row at hand */
    char about[STORE_ABOUT_SIZE];
    struct opened opened[SEALED_COLUMNS];
};

static void forget_opened(struct rekeying *rekeying)
{
    for (int i = 0; i < SEALED_COLUMNS; i++) {
        if (rekeying->opened[i].text != NULL)
            sodium_memzero(rekeying->opened[i].text, rekeying->opened[i].length);
        free(rekeying->opened[i].text);
        rekeying->opened[i] = (struct opened){0};
    }
}

static int open_column(struct rekeying *rekeying, sqlite3_stmt *row, int column,
                       struct opened *opened, struct error *error)
{
    const unsigned char *sealed = sqlite3_column_blob(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);

    if (sealed == NULL)
        return sqlite3_column_type(row, column) == SQLITE_NULL
                   ? 0
                   : error_set(error, ERROR_MEMORY, "store: out of memory");
    opened->text = malloc(length + 1);
    if (opened->text == NULL)
        return error_set(error, ERROR_MEMORY, "store: out of memory");
    opened->length = length >= SEAL_OVERHEAD ? length - SEAL_OVERHEAD : 0;
    return seal_open(rekeying->store->key, sealed, length, rekeying->about, opened->text, error);
}

static int seal_column(struct rekeying *rekeying, sqlite3_stmt *update, int parameter,
                       const struct opened *opened, struct error *error)
{
    unsigned char *sealed;

    if (opened->text == NULL)
        return 0;
    sealed = malloc(opened->length + SEAL_OVERHEAD);
    if (sealed == NULL)
        return error_set(error, ERROR_MEMORY, "store: out of memory");
    seal_bytes(rekeying->key, opened->text, opened->length, rekeying->about, sealed);
    return sqlite3_bind_blob64(update, parameter, sealed, opened->length + SEAL_OVERHEAD, free) ==
                   SQLITE_OK
               ? 0
               : error_set(error, ERROR_MEMORY, "store: out of memory");
}

/* The row after the last one: 1 when there is one, and then its names and what it holds. A row at a
 * time, for none is to be written while it is walked over. */
static int open_next(struct rekeying *rekeying, const struct sealed_table *table,
                     sqlite3_stmt *next, struct error *error)
{
    int code;

    /* A name that is not bound would end the table here, with the rest of it under the former key.
     */
    if (sqlite3_bind_text(next, 1, rekeying->first, -1, SQLITE_TRANSIENT) != SQLITE_OK ||
        sqlite3_bind_text(next, 2, rekeying->second, -1, SQLITE_TRANSIENT) != SQLITE_OK)
        return database_fail(rekeying->store->database, "re-keying", error);
    code = database_step(rekeying->store->database, next, error);
    if (code != 1)
        return code;
    if (sqlite3_column_bytes(next, 0) >= NAME_SIZE || sqlite3_column_bytes(next, 1) >= NAME_SIZE)
        return error_set(error, ERROR_STORAGE, "store: a row has too long a name");
    text_copy(rekeying->first, NAME_SIZE, database_text(next, 0));
    text_copy(rekeying->second, NAME_SIZE, database_text(next, 1));
    store_about(rekeying->about, table->about != NULL ? table->about : rekeying->first,
                rekeying->second);
    code = 0;
    for (int i = 0; i < table->columns && code == 0; i++)
        code = open_column(rekeying, next, 2 + i, &rekeying->opened[i], error);
    sqlite3_reset(next);
    return code != 0 ? code : 1;
}

static int seal_anew(struct rekeying *rekeying, const struct sealed_table *table,
                     sqlite3_stmt *update, struct error *error)
{
    int code = 0;

    sqlite3_clear_bindings(update);
    sqlite3_bind_text(update, 1, rekeying->first, -1, SQLITE_STATIC);
    sqlite3_bind_text(update, 2, rekeying->second, -1, SQLITE_STATIC);
    for (int i = 0; i < table->columns && code == 0; i++)
        code = seal_column(rekeying, update, 3 + i, &rekeying->opened[i], error);
    if (code == 0)
        code = database_run(rekeying->store->database, update, error);
    rekeying->done++;
    if (code == 0 && rekeying->progress != NULL && rekeying->done % PROGRESS_ROWS == 0)
        code = rekeying->progress(rekeying->context, rekeying->done, rekeying->total);
    return code;
}

static int reseal_table(struct rekeying *rekeying, const struct sealed_table *table,
                        struct error *error)
{
    sqlite3 *handle = database_handle(rekeying->store->database);
    sqlite3_stmt *next = NULL, *update = NULL;
    int code = 1;

    rekeying->first[0] = rekeying->second[0] = '\0';
    if (sqlite3_prepare_v2(handle, table->next, -1, &next, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(handle, table->update, -1, &update, NULL) != SQLITE_OK)
        code = database_fail(rekeying->store->database, "re-keying", error);
    while (code == 1) {
        code = open_next(rekeying, table, next, error);
        if (code == 1)
            code = seal_anew(rekeying, table, update, error);
        else
            break;
        code = code == 0 ? 1 : code;
        forget_opened(rekeying);
    }
    forget_opened(rekeying);
    sqlite3_finalize(next);
    sqlite3_finalize(update);
    return code;
}

static int count_rows(struct rekeying *rekeying, struct error *error)
{
    sqlite3 *handle = database_handle(rekeying->store->database);

    for (size_t i = 0; i < TABLE_COUNT; i++) {
        sqlite3_stmt *count = NULL;

        if (sqlite3_prepare_v2(handle, tables[i].count, -1, &count, NULL) != SQLITE_OK ||
            sqlite3_step(count) != SQLITE_ROW) {
            sqlite3_finalize(count);
            return database_fail(rekeying->store->database, "re-keying", error);
        }
        rekeying->total += sqlite3_column_int64(count, 0);
        sqlite3_finalize(count);
    }
    return 0;
}

/* --- in the transaction ---------------------------------------------------------------------- */

static int put_escrow(struct store *store, const struct seal_key *key,
                      const struct escrow_public *public_key, struct error *error)
{
    unsigned char sealed[ESCROW_SEALED_SIZE];
    char hex[ESCROW_HEX_SIZE] = "", text[ESCROW_PUBLIC_TEXT_SIZE] = "";
    int code;

    if (public_key != NULL) {
        escrow_seal(public_key, key, sealed);
        sodium_bin2hex(hex, sizeof(hex), sealed, sizeof(sealed));
        escrow_public_text(public_key, text);
    }
    code = store_meta_put(store, ESCROW, hex, error);
    return code != 0 ? code : store_meta_put(store, ESCROW_PUBLIC, text, error);
}

static int note_key(struct store *store, const struct seal_key *key,
                    const unsigned char wrapped[SEAL_WRAPPED_SIZE], struct error *error)
{
    struct escrow_public public_key;
    bool deposited = store_escrow_get(store, &public_key);
    int code = store_wrapped_put(store, wrapped, error);

    if (code == 0 && deposited)
        code = put_escrow(store, key, &public_key, error);
    if (code == 0)
        code = write_number(store, KEY_NUMBER, store->key_number + 1, error);
    if (code == 0)
        code = store_key_note_made(store, error);
    if (code == 0)
        code = store_meta_put(store, STORE_JOURNAL_FORMER, "1", error);
    return code != 0 ? code : store_meta_put(store, "wipe", "1", error);
}

static int reseal_all(struct rekeying *rekeying, const unsigned char *wrapped, struct error *error)
{
    struct store *store = rekeying->store;
    int code = store_journal_begin(store, error);

    /* Without its lock something may be added that nobody would seal anew. */
    if (code == 0 && !store->journal_held)
        code = error_set(error, ERROR_BUSY, "%s", store->trouble);
    if (code == 0)
        code = count_rows(rekeying, error);
    for (size_t i = 0; i < TABLE_COUNT && code == 0; i++)
        code = reseal_table(rekeying, &tables[i], error);
    if (code == 0)
        code = note_key(store, rekeying->key, wrapped, error);
    if (code == 0) {
        const struct seal_key *former = store->key;

        store->key = rekeying->key;
        code = store_key_check_put(store, error);
        store->key = former;
    }
    return code;
}

int store_rekey(struct store *store, const struct seal_key *key,
                const unsigned char wrapped[SEAL_WRAPPED_SIZE], store_rekey_progress progress,
                void *context, struct error *error)
{
    struct rekeying rekeying = {
        .store = store, .key = key, .progress = progress, .context = context};
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    code = store_end(store, reseal_all(&rekeying, wrapped, error), error);
    store_journal_end(store, code);
    if (code != 0)
        return code;
    store->key = key;
    store->key_number++;
    memcpy(store->owner.wrapped, wrapped, SEAL_WRAPPED_SIZE);
    store_key_finish(store);
    store_wipe(store);
    return 0;
}

void store_key_finish(struct store *store)
{
    char due[8];
    int code;

    if (store_meta_get(store, STORE_JOURNAL_FORMER, due, sizeof(due), NULL) != 0 ||
        due[0] == '\0' || store_begin(store, NULL) != 0)
        return;
    code = store_journal_rewrite(store, NULL);
    if (code == 0)
        code = store_meta_put(store, STORE_JOURNAL_FORMER, "", NULL);
    code = store_end(store, code, NULL);
    store_journal_end(store, code);
}

void store_patience(struct store *store, bool waits)
{
    database_wait(store->database, waits);
}

/* --- escrow ---------------------------------------------------------------------------------- */

bool store_escrow_get(struct store *store, struct escrow_public *public_key)
{
    char text[ESCROW_PUBLIC_TEXT_SIZE];

    return store_meta_get(store, ESCROW_PUBLIC, text, sizeof(text), NULL) == 0 &&
           escrow_public_parse(public_key, text);
}

bool store_file_escrow(const char *path, struct escrow_public *public_key)
{
    struct store store = {0};
    bool deposited;

    if (database_open(&store.database, path, DATABASE_OPEN, &store_schema, NULL) != 0)
        return false;
    deposited = store_escrow_get(&store, public_key);
    database_close(store.database);
    return deposited;
}

static bool is_deposited_for(struct store *store, const struct escrow_public *public_key)
{
    struct escrow_public present;

    if (!store_escrow_get(store, &present))
        return public_key == NULL;
    return public_key != NULL &&
           memcmp(present.bytes, public_key->bytes, sizeof(present.bytes)) == 0;
}

/* `told_ms`: the agent is told, at this time, in the same transaction; negative: not. */
static int set_escrow(struct store *store, const struct escrow_public *public_key, int64_t told_ms,
                      struct error *error)
{
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    code = put_escrow(store, store->key, public_key, error);
    if (code == 0)
        code = store_meta_put(store, "wipe", "1", error);
    if (code == 0 && told_ms >= 0)
        code = store_notice_add(
            store, public_key != NULL ? STORE_NOTICE_KEY_DEPOSITED : STORE_NOTICE_KEY_TAKEN_BACK,
            told_ms, 0, error);
    code = store_end(store, code, error);
    if (code == 0)
        store_wipe(store);
    return code;
}

int store_escrow_set(struct store *store, const struct escrow_public *public_key, bool *changed,
                     struct error *error)
{
    bool same = is_deposited_for(store, public_key);

    if (changed != NULL)
        *changed = !same;
    return same ? 0 : set_escrow(store, public_key, -1, error);
}

int store_escrow_follow(struct store *store, const struct escrow_public *public_key, int64_t now_ms,
                        struct error *error)
{
    return is_deposited_for(store, public_key) ? 0 : set_escrow(store, public_key, now_ms, error);
}

int store_escrow_open(const char *path, const struct escrow_secret *secret, struct seal_key **key,
                      struct error *error)
{
    struct store store = {0};
    unsigned char sealed[ESCROW_SEALED_SIZE];
    char hex[ESCROW_HEX_SIZE];
    size_t length = 0;
    int code = database_open(&store.database, path, DATABASE_OPEN, &store_schema, error);

    *key = NULL;
    if (code != 0)
        return code;
    code = store_meta_get(&store, ESCROW, hex, sizeof(hex), error);
    database_close(store.database);
    if (code == 0 && hex[0] == '\0')
        code = error_set(error, ERROR_NOT_FOUND, "%s: its key was never deposited", path);
    else if (code == 0 &&
             (sodium_hex2bin(sealed, sizeof(sealed), hex, strlen(hex), NULL, &length, NULL) != 0 ||
              length != sizeof(sealed)))
        code = error_set(error, ERROR_STORAGE, "%s: the deposited key is damaged", path);
    return code != 0 ? code : escrow_open(secret, sealed, key, error);
}
