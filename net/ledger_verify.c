#include "net/ledger_verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"
#include "net/ledger_audit_key.h"
#include "net/ledger_sqlite.h"

/* So many findings are told one by one; a trail that is broken is so from there on. */
#define TOLD_MOST 50
/* Entries between two calls of `progress`. */
#define PROGRESS 10000

struct verifying {
    struct database *database;
    const struct audit_verify_options *options;
    struct audit_verified *verified;
    struct audit_tree tree;
    struct audit_hash previous;
    char feed[AUDIT_FEED_SIZE];
    unsigned char key[AUDIT_KEY_BYTES]; /* that the database names */
    bool has_key;
    struct audit_key_change *changes; /* owned: of keys before it */
    size_t change_count;
    sqlite3_stmt *heads; /* stands on the next head when `more` */
    bool more;
    int64_t nodes;
};

static void found(struct verifying *verifying, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void found(struct verifying *verifying, const char *format, ...)
{
    char line[300];
    va_list arguments;

    if (++verifying->verified->findings > TOLD_MOST || verifying->options->finding == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    verifying->options->finding(verifying->options->context, line);
}

/* --- heads ------------------------------------------------------------------------------------ */

/* The key that signs a head of this size: the one that a later change took out of use, else the one
 * of today. */
static bool is_own_key(const struct verifying *verifying, const struct audit_head *head)
{
    for (size_t i = 0; i < verifying->change_count; i++)
        if (head->size <= verifying->changes[i].size)
            return memcmp(head->key, verifying->changes[i].old_key, AUDIT_KEY_BYTES) == 0;
    return verifying->has_key && memcmp(head->key, verifying->key, AUDIT_KEY_BYTES) == 0;
}

/* Each key says which one follows it, up to the one that the database names. */
static void check_changes(struct verifying *verifying)
{
    for (size_t i = 0; i < verifying->change_count; i++) {
        const struct audit_key_change *change = &verifying->changes[i];
        const unsigned char *next =
            i + 1 < verifying->change_count ? verifying->changes[i + 1].old_key : verifying->key;

        if (!audit_key_change_verify(change))
            found(verifying, "the change of the key at %" PRIu64 " entries is not signed by it",
                  change->size);
        if (memcmp(change->new_key, next, AUDIT_KEY_BYTES) != 0)
            found(verifying, "the key after the change at %" PRIu64 " entries is another one",
                  change->size);
    }
}

/* `kept`: it was kept elsewhere. The tree is of its size. */
static void check_head(struct verifying *verifying, const struct audit_head *head, bool kept)
{
    const char *which = kept ? "kept" : "signed";
    struct audit_hash root;

    audit_tree_root(&verifying->tree, &root);
    if (strcmp(head->feed, verifying->feed) != 0)
        found(verifying, "the %s head of %" PRIu64 " entries is another database's", which,
              head->size);
    if (!audit_hash_equal(&root, &head->root))
        found(verifying,
              "the %s head of %" PRIu64 " entries has another root: what it covers was "
              "changed",
              which, head->size);
    if (!audit_head_verify(head))
        found(verifying, "the signature of the %s head of %" PRIu64 " entries is wrong", which,
              head->size);
    if (!is_own_key(verifying, head))
        found(verifying, "the %s head of %" PRIu64 " entries is signed by another key", which,
              head->size);
}

static int next_head(struct verifying *verifying, struct error *error)
{
    int code = database_step(verifying->database, verifying->heads, error);

    verifying->more = code > 0;
    return code < 0 ? code : 0;
}

/* The heads of a tree of the present size. */
static int check_heads(struct verifying *verifying, struct error *error)
{
    uint64_t size = verifying->tree.size;
    int code = 0;

    for (size_t i = 0; i < verifying->options->kept_count; i++)
        if (verifying->options->kept[i].size == size)
            check_head(verifying, &verifying->options->kept[i], true);
    while (code == 0 && verifying->more &&
           (uint64_t)sqlite3_column_int64(verifying->heads, 0) <= size) {
        struct audit_head head = {.size = 0};

        if (trail_head_column(verifying->heads, &head, NULL) != 0 || head.size != size) {
            found(verifying, "a signed head is damaged");
        } else {
            text_copy(head.feed, sizeof(head.feed), verifying->feed);
            check_head(verifying, &head, false);
            verifying->verified->heads++;
            verifying->verified->covered = (int64_t)size;
        }
        code = next_head(verifying, error);
    }
    return code;
}

/* Heads beyond the end: entries are gone. */
static void check_end(struct verifying *verifying)
{
    uint64_t size = verifying->tree.size;

    if (verifying->more)
        found(verifying,
              "a signed head covers %lld entries, there are %" PRIu64
              ": the last ones were taken away",
              (long long)sqlite3_column_int64(verifying->heads, 0), size);
    for (size_t i = 0; i < verifying->options->kept_count; i++)
        if (verifying->options->kept[i].size > size)
            found(verifying,
                  "the kept head covers %" PRIu64 " entries, there are %" PRIu64
                  ": the last ones were taken away",
                  verifying->options->kept[i].size, size);
}

/* --- entries ---------------------------------------------------------------------------------- */

static const struct audit_hash *column_hash(sqlite3_stmt *row, int column, struct audit_hash *hash)
{
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return NULL;
    *hash = (struct audit_hash){{0}};
    if (sqlite3_column_bytes(row, column) == AUDIT_HASH_BYTES)
        memcpy(hash->bytes, sqlite3_column_blob(row, column), AUDIT_HASH_BYTES);
    return hash;
}

/* Columns as in AUDIT_EACH: the words that are there are those that were hashed. */
static void check_words(struct verifying *verifying, sqlite3_stmt *row, int64_t number)
{
    struct audit_hash said, hash;

    if (sqlite3_column_type(row, 11) == SQLITE_NULL) {
        if (sqlite3_column_type(row, 13) != SQLITE_NULL)
            found(verifying, "entry %" PRId64 " has words that it had not", number);
        return;
    }
    if (sqlite3_column_type(row, 13) == SQLITE_NULL) {
        verifying->verified->erased++;
        return;
    }
    column_hash(row, 11, &said);
    if (sqlite3_column_bytes(row, 13) == AUDIT_SALT_BYTES)
        audit_words_hash(sqlite3_column_blob(row, 13), database_text(row, 14), &hash);
    if (sqlite3_column_bytes(row, 13) != AUDIT_SALT_BYTES || !audit_hash_equal(&said, &hash) ||
        strlen(database_text(row, 14)) != (size_t)sqlite3_column_bytes(row, 14))
        found(verifying, "the words of entry %" PRId64 " were changed", number);
}

static int check_node(void *context, unsigned level, uint64_t place, const struct audit_hash *hash,
                      struct error *error)
{
    struct verifying *verifying = context;
    sqlite3_stmt *statement;
    int code;

    if (level % TRAIL_STRIDE != 0)
        return 0;
    statement = database_statement(verifying->database, LEDGER_AUDIT_NODE_GET, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int(statement, 1, (int)level);
    sqlite3_bind_int64(statement, 2, (int64_t)place);
    code = database_step(verifying->database, statement, error);
    if (code < 0)
        return code;
    verifying->nodes++;
    if (code == 0 || sqlite3_column_bytes(statement, 0) != AUDIT_HASH_BYTES ||
        memcmp(sqlite3_column_blob(statement, 0), hash->bytes, AUDIT_HASH_BYTES) != 0)
        found(verifying, "the tree has another hash at level %u, place %" PRIu64, level, place);
    if (code > 0)
        sqlite3_reset(statement);
    return 0;
}

static int check_entry(struct verifying *verifying, sqlite3_stmt *row, struct error *error)
{
    int64_t number = sqlite3_column_int64(row, 0);
    struct audit_hash clients, words, kept, hash;
    struct audit_row entry = {.number = number,
                              .kind = database_text(row, 1),
                              .at_ms = sqlite3_column_int64(row, 2),
                              .agent = database_text(row, 3),
                              .device = database_text(row, 4),
                              .type = database_text(row, 5),
                              .record = database_text(row, 6),
                              .client = database_text(row, 7),
                              .purpose = database_text(row, 8),
                              .what = database_text(row, 9),
                              .request = database_text(row, 15)};

    if (number != (int64_t)verifying->tree.size + 1)
        found(verifying, "entry %" PRIu64 " is missing", verifying->tree.size + 1);
    if (sqlite3_column_type(row, 10) != SQLITE_NULL) {
        audit_list_hash(sqlite3_column_blob(row, 10), (size_t)sqlite3_column_bytes(row, 10),
                        &clients);
        entry.clients = &clients;
    }
    entry.words = column_hash(row, 11, &words);
    for (int column = 1; column < 16; column++)
        if (column != 2 && (column < 10 || column == 15) &&
            strlen(database_text(row, column)) != (size_t)sqlite3_column_bytes(row, column))
            found(verifying, "entry %" PRId64 " has more in it than it says", number);
    if (!audit_row_hash(&entry, &verifying->previous, &hash) ||
        column_hash(row, 12, &kept) == NULL || !audit_hash_equal(&hash, &kept))
        found(verifying, "entry %" PRId64 " was changed, or the one before it", number);
    check_words(verifying, row, number);
    verifying->previous = hash;
    verifying->verified->entries++;
    return audit_tree_append(&verifying->tree, &hash, check_node, verifying, error);
}

static int check_entries(struct verifying *verifying, struct error *error)
{
    const struct audit_verify_options *options = verifying->options;
    int64_t total = 0;
    sqlite3_stmt *row = database_statement(verifying->database, LEDGER_AUDIT_LAST, error);
    int code = row == NULL ? ERROR_STORAGE : database_step(verifying->database, row, error);

    if (code > 0) {
        total = sqlite3_column_int64(row, 0);
        sqlite3_reset(row);
    }
    if (code < 0)
        return code;
    row = database_statement(verifying->database, LEDGER_AUDIT_EACH, error);
    if (row == NULL)
        return ERROR_STORAGE;
    while ((code = database_step(verifying->database, row, error)) > 0) {
        code = check_entry(verifying, row, error);
        if (code == 0)
            code = check_heads(verifying, error);
        if (code != 0) {
            sqlite3_reset(row);
            return code;
        }
        if (options->progress != NULL && verifying->verified->entries % PROGRESS == 0)
            options->progress(options->context, verifying->verified->entries, total);
    }
    return code;
}

/* Hashes that the tree does not have, and words of no entry. */
static int check_rest(struct verifying *verifying, struct error *error)
{
    sqlite3_stmt *row = database_statement(verifying->database, LEDGER_AUDIT_NODES_COUNT, error);
    int code = row == NULL ? ERROR_STORAGE : database_step(verifying->database, row, error);

    if (code > 0) {
        if (sqlite3_column_int64(row, 0) != verifying->nodes)
            found(verifying, "the tree has hashes that it should not have");
        sqlite3_reset(row);
    }
    if (code < 0)
        return code;
    row = database_statement(verifying->database, LEDGER_AUDIT_WORDS_ORPHAN, error);
    code = row == NULL ? ERROR_STORAGE : database_step(verifying->database, row, error);
    if (code > 0) {
        found(verifying, "there are words of no entry");
        sqlite3_reset(row);
    }
    return code < 0 ? code : 0;
}

static int read_key(struct verifying *verifying, struct error *error)
{
    char text[2 * AUDIT_KEY_BYTES + 2];
    size_t length = 0;
    int code = ledger_property_text(verifying->database, "audit-key", text, sizeof(text), error);

    if (code == 0)
        code = ledger_property_text(verifying->database, "feed", verifying->feed,
                                    sizeof(verifying->feed), error);
    verifying->has_key = code == 0 && strlen(text) == 2 * AUDIT_KEY_BYTES &&
                         sodium_hex2bin(verifying->key, AUDIT_KEY_BYTES, text, strlen(text), NULL,
                                        &length, NULL) == 0 &&
                         length == AUDIT_KEY_BYTES;
    if (code == 0 && text[0] != '\0' && !verifying->has_key)
        found(verifying, "the key that the database names is none");
    return code;
}

static int verify_all(struct verifying *verifying, struct error *error)
{
    int code;

    verifying->heads = database_statement(verifying->database, LEDGER_AUDIT_HEADS, error);
    if (verifying->heads == NULL)
        return ERROR_STORAGE;
    code = next_head(verifying, error);
    if (code == 0)
        code = check_heads(verifying, error);
    if (code == 0)
        code = check_entries(verifying, error);
    if (code == 0) {
        check_end(verifying);
        code = check_rest(verifying, error);
    }
    sqlite3_reset(verifying->heads);
    audit_tree_root(&verifying->tree, &verifying->verified->root);
    return code;
}

int trail_verify(struct database *database, const struct audit_verify_options *options,
                 struct audit_verified *verified, struct error *error)
{
    struct verifying verifying = {.database = database, .options = options, .verified = verified};
    int code;

    *verified = (struct audit_verified){0};
    code = read_key(&verifying, error);
    if (code == 0 &&
        ledger_audit_key_changes(database, &verifying.changes, &verifying.change_count, NULL) != 0)
        found(&verifying, "a change of the key is damaged");
    if (code == 0)
        check_changes(&verifying);
    if (code == 0)
        code = verify_all(&verifying, error);
    free(verifying.changes);
    return code;
}

int ledger_audit_verify(const char *path, const struct audit_verify_options *options,
                        struct audit_verified *verified, struct error *error)
{
    struct database *database;
    sqlite3_stmt *statement;
    int code;

    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    code = database_open(&database, path, DATABASE_OPEN, &ledger_schema, error);
    if (code != 0)
        return code;
    statement = database_statement(database, LEDGER_BEGIN_READ, error);
    code = database_run(database, statement, error);
    if (code == 0) {
        code = trail_verify(database, options, verified, error);
        database_rollback(database);
    }
    database_close(database);
    return code;
}
