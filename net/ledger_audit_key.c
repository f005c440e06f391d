#include "net/ledger_audit_key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "net/ledger_sqlite.h"
#include "net/ledger_trail.h"

#define KEY_TEXT (2 * AUDIT_KEY_BYTES + 1)

static int open_beside(struct database **database, const char *path, struct error *error)
{
    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    return database_open(database, path, DATABASE_OPEN, &ledger_schema, error);
}

/* --- what is kept ------------------------------------------------------------------------------
 */

static int column_change(sqlite3_stmt *row, struct audit_key_change *change, struct error *error)
{
    change->size = (uint64_t)sqlite3_column_int64(row, 0);
    change->at_ms = sqlite3_column_int64(row, 1);
    if (sqlite3_column_bytes(row, 2) != AUDIT_KEY_BYTES ||
        sqlite3_column_bytes(row, 3) != AUDIT_KEY_BYTES ||
        sqlite3_column_bytes(row, 4) != AUDIT_SIGNATURE_BYTES)
        return error_set(error, ERROR_STORAGE, "a change of the audit trail's key is damaged");
    memcpy(change->old_key, sqlite3_column_blob(row, 2), AUDIT_KEY_BYTES);
    memcpy(change->new_key, sqlite3_column_blob(row, 3), AUDIT_KEY_BYTES);
    memcpy(change->signature, sqlite3_column_blob(row, 4), AUDIT_SIGNATURE_BYTES);
    return 0;
}

int ledger_audit_key_changes(struct database *database, struct audit_key_change **changes,
                             size_t *count, struct error *error)
{
    char feed[AUDIT_FEED_SIZE];
    sqlite3_stmt *row;
    int code = ledger_property_text(database, "feed", feed, sizeof(feed), error);

    *changes = NULL;
    *count = 0;
    if (code != 0)
        return code;
    row = database_statement(database, LEDGER_AUDIT_KEY_CHANGES, error);
    if (row == NULL)
        return ERROR_STORAGE;
    while ((code = database_step(database, row, error)) > 0) {
        struct audit_key_change *longer = realloc(*changes, (*count + 1) * sizeof(*longer));

        if (longer == NULL) {
            code = error_set(error, ERROR_MEMORY, "no memory for the audit trail's keys");
            break;
        }
        *changes = longer;
        memcpy(longer[*count].feed, feed, sizeof(feed));
        code = column_change(row, &longer[*count], error);
        if (code != 0)
            break;
        ++*count;
    }
    sqlite3_reset(row);
    return code;
}

int ledger_audit_keys(const char *path, json_t **document, struct error *error)
{
    struct audit_key_change *changes = NULL;
    struct database *database;
    char key[KEY_TEXT];
    size_t count = 0;
    int code = open_beside(&database, path, error);

    *document = NULL;
    if (code != 0)
        return code;
    code = ledger_property_text(database, "audit-key", key, sizeof(key), error);
    if (code == 0)
        code = ledger_audit_key_changes(database, &changes, &count, error);
    if (code == 0) {
        json_t *list = json_array();

        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, audit_key_change_to_json(&changes[i]));
        *document = json_pack("{s:s, s:o}", "key", key, "changes", list);
        if (*document == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory for the audit trail's keys");
    }
    free(changes);
    database_close(database);
    return code;
}

/* --- another one -------------------------------------------------------------------------------
 */

struct rotating {
    struct database *database;
    struct audit_key old_key, new_key;
    struct audit_key_change *change;
};

static int change_write(struct rotating *rotating, struct error *error)
{
    const struct audit_key_change *change = rotating->change;
    char text[KEY_TEXT];
    sqlite3_stmt *statement =
        database_statement(rotating->database, LEDGER_AUDIT_KEY_CHANGE_INSERT, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, (int64_t)change->size);
    sqlite3_bind_int64(statement, 2, change->at_ms);
    sqlite3_bind_blob(statement, 3, change->old_key, AUDIT_KEY_BYTES, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 4, change->new_key, AUDIT_KEY_BYTES, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 5, change->signature, AUDIT_SIGNATURE_BYTES, SQLITE_STATIC);
    code = database_run(rotating->database, statement, error);
    if (code != 0)
        return code;
    statement = database_statement(rotating->database, LEDGER_PROPERTY_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sodium_bin2hex(text, sizeof(text), change->new_key, AUDIT_KEY_BYTES);
    database_bind_text(statement, 1, "audit-key");
    database_bind_text(statement, 2, text);
    return database_run(rotating->database, statement, error);
}

/* The change is in the trail, and the old key signs all until then. */
static int rotate_within(struct rotating *rotating, const struct audit_entry *entry,
                         struct error *error)
{
    struct audit_key_change *change = rotating->change;
    struct ledger_trail trail = {.signs = false};
    struct audit_entry whole = *entry;
    char what[60 + KEY_TEXT], text[KEY_TEXT];
    int code;

    sodium_bin2hex(text, sizeof(text), rotating->new_key.public_key, AUDIT_KEY_BYTES);
    snprintf(what, sizeof(what), "audit key: %s%s%s", text, entry->what != NULL ? ", " : "",
             entry->what != NULL ? entry->what : "");
    whole.what = what;
    code = ledger_audit_add_beside(rotating->database, &whole, error);
    if (code == 0)
        code = trail_load(&trail, rotating->database, error);
    if (code == 0)
        code = trail_head_write(rotating->database, &trail.tree, &rotating->old_key, entry->at_ms,
                                error);
    if (code == 0)
        code = ledger_property_text(rotating->database, "feed", change->feed, sizeof(change->feed),
                                    error);
    if (code != 0)
        return code;
    change->size = trail.tree.size;
    change->at_ms = entry->at_ms;
    memcpy(change->new_key, rotating->new_key.public_key, AUDIT_KEY_BYTES);
    audit_key_change_sign(change, &rotating->old_key);
    return change_write(rotating, error);
}

/* The file of the new key stands beside until the database names it: killed anywhere, one of the
 * two is the one that it names (trail_key_read). */
static int rotate(struct rotating *rotating, const char *path, const struct audit_entry *entry,
                  const char *next, struct error *error)
{
    char named[KEY_TEXT], *name;
    int code = database_begin(rotating->database, error);

    if (code != 0)
        return code;
    code = trail_key_read(rotating->database, path, &rotating->old_key, named, error);
    if (code == 0 && named[0] == '\0')
        code =
            error_set(error, ERROR_NOT_FOUND, "%s has no key yet: guichetd serve makes one", path);
    /* One that was left by a change that did not come about. */
    if (code == 0 && unlink(next) != 0 && errno != ENOENT)
        code = error_set(error, ERROR_STORAGE, "%s: %s", next, strerror(errno));
    if (code == 0)
        code = audit_key_make(next, &rotating->new_key, error);
    if (code == 0)
        code = rotate_within(rotating, entry, error);
    code = database_end(rotating->database, code, error);
    if (code != 0)
        return code;
    name = trail_key_path(path, false);
    if (name == NULL || rename(next, name) != 0)
        code = error_set(error, ERROR_STORAGE, "%s is the new key, and could not be named %s", next,
                         name != NULL ? name : "so");
    free(name);
    return code;
}

int ledger_audit_key_rotate(const char *path, const struct audit_entry *entry,
                            struct audit_key_change *change, struct error *error)
{
    struct rotating rotating = {.change = change};
    char *next = trail_key_path(path, true);
    int code = next != NULL ? open_beside(&rotating.database, path, error)
                            : error_set(error, ERROR_MEMORY, "no memory for a path");

    *change = (struct audit_key_change){.size = 0};
    if (code == 0) {
        code = rotate(&rotating, path, entry, next, error);
        database_close(rotating.database);
    }
    audit_key_wipe(&rotating.old_key);
    audit_key_wipe(&rotating.new_key);
    free(next);
    return code;
}
