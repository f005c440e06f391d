/* The audit trail of an open ledger: its tree, its key and its signed heads. */
#include "net/ledger_trail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/text.h"
#include "net/ledger_audit.h"
#include "net/ledger_lockout.h"
#include "net/ledger_sqlite.h"

/* --- the tree --------------------------------------------------------------------------------- */

/* Reads up to `count` hashes; fewer are an error. */
static int read_hashes(struct database *database, unsigned level, uint64_t first, size_t count,
                       struct audit_hash *hashes, struct error *error)
{
    sqlite3_stmt *statement =
        database_statement(database, level == 0 ? LEDGER_AUDIT_LEAVES : LEDGER_AUDIT_NODES, error);
    size_t found = 0;
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int(statement, 1, (int)level);
    sqlite3_bind_int64(statement, 2, (int64_t)first);
    sqlite3_bind_int64(statement, 3, (int64_t)(first + count));
    while ((code = database_step(database, statement, error)) > 0) {
        if (found == count || sqlite3_column_bytes(statement, 0) != AUDIT_HASH_BYTES) {
            sqlite3_reset(statement);
            break;
        }
        memcpy(hashes[found++].bytes, sqlite3_column_blob(statement, 0), AUDIT_HASH_BYTES);
    }
    if (code >= 0 && (found != count || code > 0))
        code = error_set(error, ERROR_STORAGE, "the audit trail has lost a part of its tree");
    return code;
}

static int read_node(void *context, unsigned level, uint64_t place, struct audit_hash *hash,
                     struct error *error)
{
    struct audit_hash hashes[1 << (TRAIL_STRIDE - 1)];
    unsigned above = level % TRAIL_STRIDE;
    size_t count = (size_t)1 << above;
    int code = read_hashes(context, level - above, place << above, count, hashes, error);

    for (; count > 1; count /= 2)
        for (size_t i = 0; i < count / 2; i++)
            audit_hash_node(&hashes[i], &hashes[2 * i], &hashes[2 * i + 1]);
    *hash = hashes[0];
    return code;
}

struct audit_tree_reader trail_reader(struct database *database)
{
    return (struct audit_tree_reader){read_node, database};
}

static int read_last(struct database *database, uint64_t *size, struct audit_hash *last,
                     struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_AUDIT_LAST, error);
    int code = statement == NULL ? ERROR_STORAGE : database_step(database, statement, error);

    *size = 0;
    *last = (struct audit_hash){{0}};
    if (code <= 0)
        return code;
    *size = (uint64_t)sqlite3_column_int64(statement, 0);
    if (sqlite3_column_bytes(statement, 1) == AUDIT_HASH_BYTES)
        memcpy(last->bytes, sqlite3_column_blob(statement, 1), AUDIT_HASH_BYTES);
    sqlite3_reset(statement);
    return 0;
}

int trail_head_last(struct database *database, struct audit_head *head, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_AUDIT_HEAD_LAST, error);
    int code = statement == NULL ? ERROR_STORAGE : database_step(database, statement, error);

    *head = (struct audit_head){.size = 0};
    if (code <= 0)
        return code < 0 ? code : error_set(error, ERROR_NOT_FOUND, "no head was signed yet");
    code = trail_head_column(statement, head, error);
    sqlite3_reset(statement);
    return code != 0
               ? code
               : ledger_property_text(database, "feed", head->feed, sizeof(head->feed), error);
}

int trail_head_column(sqlite3_stmt *statement, struct audit_head *head, struct error *error)
{
    head->size = (uint64_t)sqlite3_column_int64(statement, 0);
    head->at_ms = sqlite3_column_int64(statement, 1);
    if (sqlite3_column_bytes(statement, 2) != AUDIT_HASH_BYTES ||
        sqlite3_column_bytes(statement, 3) != AUDIT_KEY_BYTES ||
        sqlite3_column_bytes(statement, 4) != AUDIT_SIGNATURE_BYTES)
        return error_set(error, ERROR_STORAGE, "a head of the audit trail is damaged");
    memcpy(head->root.bytes, sqlite3_column_blob(statement, 2), AUDIT_HASH_BYTES);
    memcpy(head->key, sqlite3_column_blob(statement, 3), AUDIT_KEY_BYTES);
    memcpy(head->signature, sqlite3_column_blob(statement, 4), AUDIT_SIGNATURE_BYTES);
    return 0;
}

int trail_load(struct ledger_trail *trail, struct database *database, struct error *error)
{
    const struct audit_tree_reader reader = trail_reader(database);
    struct audit_hash last;
    struct audit_head head;
    uint64_t size;
    int code;

    if (trail->loaded && trail->checked)
        return 0;
    /* Once in a transaction: another process may have added entries since the last one. */
    code = read_last(database, &size, &last, error);
    if (code != 0)
        return code;
    trail->checked = true;
    if (trail->loaded && trail->tree.size == size && audit_hash_equal(&trail->last, &last))
        return 0;
    trail->last = last;
    code = audit_tree_load(&trail->tree, size, &reader, error);
    if (code != 0)
        return code;
    code = trail_head_last(database, &head, NULL);
    trail->head_size = code == 0 ? head.size : 0;
    trail->unsigned_ms = size > trail->head_size ? clock_system(NULL) : 0;
    trail->loaded = code == 0 || code == ERROR_NOT_FOUND;
    return trail->loaded ? 0 : error_set(error, code, "the heads of the audit trail are damaged");
}

/* --- the key ---------------------------------------------------------------------------------- */

char *trail_key_path(const char *path, bool next)
{
    struct text_buffer name = {0};

    text_buffer_add_format(&name, "%s%s%s", path, AUDIT_KEY_ENDING, next ? ".next" : "");
    return text_buffer_take(&name);
}

static bool key_is(const struct audit_key *key, const char *named)
{
    char text[2 * AUDIT_KEY_BYTES + 1];

    sodium_bin2hex(text, sizeof(text), key->public_key, AUDIT_KEY_BYTES);
    return strcmp(text, named) == 0;
}

/* The key was changed and its file not yet put in its place: it is now. */
static int key_settle(const char *name, const char *next, struct audit_key *key, const char *named,
                      struct error *error)
{
    int code = audit_key_read(next, key, error);

    if (code == 0 && !key_is(key, named))
        code = error_set(error, ERROR_NOT_FOUND, "%s is not the key that the database names", name);
    if (code == 0 && rename(next, name) != 0)
        code = error_set(error, ERROR_STORAGE, "%s: %s", name, strerror(errno));
    return code;
}

int trail_key_read(struct database *database, const char *path, struct audit_key *key,
                   char named[2 * AUDIT_KEY_BYTES + 1], struct error *error)
{
    char *name = trail_key_path(path, false), *next = trail_key_path(path, true);
    int code =
        name != NULL && next != NULL
            ? ledger_property_text(database, "audit-key", named, 2 * AUDIT_KEY_BYTES + 1, error)
            : error_set(error, ERROR_MEMORY, "no memory for a path");

    if (code == 0) {
        code = audit_key_read(name, key, error);
        if (named[0] != '\0' && (code != 0 || !key_is(key, named)))
            code = key_settle(name, next, key, named, error);
    }
    if (code != 0)
        audit_key_wipe(key);
    free(name);
    free(next);
    return code;
}

/* The key of a database that names none: made, or the one that is there already. */
static int key_find(const char *path, struct audit_key *key, bool *made, struct error *error)
{
    int code = audit_key_make(path, key, error);

    *made = code == 0;
    return code == ERROR_CONFLICT ? audit_key_read(path, key, error) : code;
}

static int key_name(struct database *database, const struct audit_key *key, struct error *error)
{
    char text[2 * AUDIT_KEY_BYTES + 1];
    sqlite3_stmt *statement = database_statement(database, LEDGER_PROPERTY_PUT, error);

    sodium_bin2hex(text, sizeof(text), key->public_key, AUDIT_KEY_BYTES);
    database_bind_text(statement, 1, "audit-key");
    database_bind_text(statement, 2, text);
    return database_run(database, statement, error);
}

int ledger_trail_create(struct database *database, const char *path, bool *made,
                        struct error *error)
{
    struct audit_key key;
    char *name = trail_key_path(path, false);
    int code;

    *made = false;
    if (name == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    code = key_find(name, &key, made, error);
    if (code == 0)
        code = key_name(database, &key, error);
    audit_key_wipe(&key);
    free(name);
    return code;
}

void ledger_trail_uncreate(const char *path)
{
    char *name = trail_key_path(path, false);

    if (name != NULL)
        unlink(name);
    free(name);
}

/* A database of before there were keys gets one. */
static int key_open(struct ledger *ledger, const char *name, struct error *error)
{
    struct ledger_trail *trail = &ledger->trail;
    bool made;
    int code = ledger_property_text(ledger->writer, "audit-key", trail->public_key,
                                    sizeof(trail->public_key), error);

    if (code != 0)
        return code;
    if (trail->public_key[0] != '\0') {
        code = trail_key_read(ledger->writer, ledger->path, &trail->key, trail->public_key, NULL);
    } else {
        code = key_find(name, &trail->key, &made, NULL);
        if (code == 0)
            code = key_name(ledger->writer, &trail->key, error);
        if (code == 0)
            sodium_bin2hex(trail->public_key, sizeof(trail->public_key), trail->key.public_key,
                           AUDIT_KEY_BYTES);
    }
    trail->signs = code == 0;
    if (!trail->signs)
        audit_key_wipe(&trail->key);
    return 0;
}

/* Another process may have changed it (ledger_audit_key.h): the old one signs nothing more. */
static int key_follow(struct ledger *ledger, struct error *error)
{
    struct ledger_trail *trail = &ledger->trail;
    char named[2 * AUDIT_KEY_BYTES + 1];
    int code = ledger_property_text(ledger->writer, "audit-key", named, sizeof(named), error);

    if (code != 0 || strcmp(named, trail->public_key) == 0)
        return code;
    trail->signs =
        trail_key_read(ledger->writer, ledger->path, &trail->key, trail->public_key, NULL) == 0;
    return 0;
}

int ledger_trail_open(struct ledger *ledger, struct error *error)
{
    char *path = trail_key_path(ledger->path, false);
    int code = path != NULL ? key_open(ledger, path, error)
                            : error_set(error, ERROR_MEMORY, "no memory for a path");

    free(path);
    if (code == 0)
        code = trail_load(&ledger->trail, ledger->writer, error);
    ledger->trail.checked = false;
    return code;
}

bool ledger_audit_signs(const struct ledger *ledger)
{
    return ledger->trail.signs;
}

const char *ledger_audit_key(const struct ledger *ledger)
{
    return ledger->trail.public_key;
}

/* --- heads ------------------------------------------------------------------------------------ */

int trail_head_write(struct database *database, const struct audit_tree *tree,
                     const struct audit_key *key, int64_t now_ms, struct error *error)
{
    struct audit_head head = {.size = tree->size, .at_ms = now_ms};
    sqlite3_stmt *statement;
    int code = ledger_property_text(database, "feed", head.feed, sizeof(head.feed), error);

    if (code != 0)
        return code;
    statement = database_statement(database, LEDGER_AUDIT_HEAD_INSERT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    audit_tree_root(tree, &head.root);
    audit_head_sign(&head, key);
    sqlite3_bind_int64(statement, 1, (int64_t)head.size);
    sqlite3_bind_int64(statement, 2, head.at_ms);
    sqlite3_bind_blob(statement, 3, head.root.bytes, AUDIT_HASH_BYTES, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 4, head.key, AUDIT_KEY_BYTES, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 5, head.signature, AUDIT_SIGNATURE_BYTES, SQLITE_STATIC);
    return database_run(database, statement, error);
}

static int head_write(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    struct ledger_trail *trail = &ledger->trail;
    int code = key_follow(ledger, error);

    if (code != 0 || !trail->signs)
        return code;
    code = trail_head_write(ledger->writer, &trail->tree, &trail->key, now_ms, error);
    if (code == 0) {
        trail->head_size = trail->tree.size;
        trail->unsigned_ms = 0;
    }
    return code;
}

static bool is_signed(const struct ledger_trail *trail)
{
    return !trail->loaded || !trail->signs || trail->tree.size == trail->head_size;
}

int ledger_trail_commit(struct ledger *ledger, struct error *error)
{
    struct ledger_trail *trail = &ledger->trail;
    int64_t now;

    trail->checked = false;
    trail->request = NULL;
    if (is_signed(trail))
        return 0;
    now = clock_system(NULL);
    if (trail->tree.size - trail->head_size >= AUDIT_HEAD_ENTRIES ||
        now - trail->unsigned_ms >= AUDIT_HEAD_MS)
        return head_write(ledger, now, error);
    if (!trail->told)
        ledger_bell_ring(ledger, LEDGER_BELL_TRAIL);
    trail->told = true;
    return 0;
}

void ledger_trail_rollback(struct ledger *ledger)
{
    ledger->trail.checked = false;
    ledger->trail.request = NULL;
    ledger->trail.loaded = false;
}

int ledger_audit_sign(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    code = trail_load(&ledger->trail, ledger->writer, error);
    if (code == 0 && !is_signed(&ledger->trail))
        code = head_write(ledger, now_ms, error);
    ledger->trail.told = false;
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

int64_t ledger_audit_due(struct ledger *ledger)
{
    int64_t due = INT64_MAX;

    pthread_mutex_lock(&ledger->write_mutex);
    if (!is_signed(&ledger->trail))
        due = ledger->trail.unsigned_ms + AUDIT_HEAD_MS;
    else
        ledger->trail.told = false;
    pthread_mutex_unlock(&ledger->write_mutex);
    return due;
}

void ledger_trail_close(struct ledger *ledger)
{
    if (ledger->writer != NULL)
        ledger_held_end(ledger);
    if (ledger->writer != NULL && !is_signed(&ledger->trail))
        (void)ledger_audit_sign(ledger, clock_system(NULL), NULL);
    audit_key_wipe(&ledger->trail.key);
}
