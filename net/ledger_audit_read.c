#include "net/ledger_audit_read.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "net/ledger_audit_key.h"
#include "net/ledger_sqlite.h"

/* --- entries ---------------------------------------------------------------------------------- */

static void fill(struct audit_found *found, sqlite3_stmt *row)
{
    *found = (struct audit_found){
        .number = sqlite3_column_int64(row, 0),
        .kind = database_text(row, 1),
        .at_ms = sqlite3_column_int64(row, 2),
        .agent = database_text(row, 3),
        .device = database_text(row, 4),
        .type = database_text(row, 5),
        .record = database_text(row, 6),
        .client = database_text(row, 7),
        .purpose = database_text(row, 8),
        .what = database_text(row, 9),
        .clients = sqlite3_column_blob(row, 10),
        .client_count = (size_t)sqlite3_column_bytes(row, 10) / ID_BYTES,
        .hash = sqlite3_column_blob(row, 12),
        .request = database_text(row, 15),
    };
    if (sqlite3_column_type(row, 14) != SQLITE_NULL)
        found->words = database_text(row, 14);
    found->erased = found->words == NULL && sqlite3_column_type(row, 11) != SQLITE_NULL;
}

static enum ledger_statement statement_of(const struct audit_query *query)
{
    if (!id_is_empty(&query->client))
        return query->oldest_first ? LEDGER_AUDIT_CLIENT_OLDEST : LEDGER_AUDIT_CLIENT_NEWEST;
    if (!id_is_empty(&query->agent))
        return query->oldest_first ? LEDGER_AUDIT_OF_AGENT : LEDGER_AUDIT_OF_AGENT_NEWEST;
    return query->oldest_first ? LEDGER_AUDIT_OF_ALL : LEDGER_AUDIT_OF_ALL_NEWEST;
}

static int each(struct database *database, const struct audit_query *query, audit_visit visit,
                void *context, struct error *error)
{
    sqlite3_stmt *row = database_statement(database, statement_of(query), error);
    unsigned char client[ID_BYTES];
    size_t count = 0;
    int code;

    if (row == NULL)
        return ERROR_STORAGE;
    id_to_bytes(&query->client, client);
    database_bind_text(row, 1, query->client.text);
    sqlite3_bind_blob(row, 2, client, sizeof(client), SQLITE_STATIC);
    database_bind_text(row, 3, query->agent.text);
    database_bind_text(row, 4, query->kind < AUDIT_KIND_COUNT ? audit_kind_name(query->kind) : "");
    sqlite3_bind_int64(row, 5, query->since_ms);
    sqlite3_bind_int64(row, 6, query->until_ms > 0 ? query->until_ms : INT64_MAX);
    sqlite3_bind_int64(row, 7, query->before > 0 ? query->before : INT64_MAX);
    while ((code = database_step(database, row, error)) > 0) {
        struct audit_found found;

        if (query->limit > 0 && count++ == query->limit) {
            sqlite3_reset(row);
            return 0;
        }
        fill(&found, row);
        code = visit(context, &found);
        if (code != 0) {
            sqlite3_reset(row);
            break;
        }
    }
    return code;
}

int ledger_audit_each(struct ledger *ledger, const struct audit_query *query, audit_visit visit,
                      void *context, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = each(reader->database, query, visit, context, error);
    ledger_reader_give(ledger, reader);
    return code;
}

/* --- beside a server -------------------------------------------------------------------------- */

static int open_beside(struct database **database, const char *path, struct error *error)
{
    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium does not start");
    return database_open(database, path, DATABASE_OPEN, &ledger_schema, error);
}

int ledger_audit_export(const char *path, const struct audit_query *query,
                        const struct audit_entry *entry, audit_visit visit, void *context,
                        struct error *error)
{
    struct database *database;
    int code = open_beside(&database, path, error);

    if (code != 0)
        return code;
    code = database_begin(database, error);
    if (code == 0)
        code = database_end(database, ledger_audit_add_beside(database, entry, error), error);
    if (code == 0)
        code = each(database, query, visit, context, error);
    database_close(database);
    return code;
}

int ledger_audit_head(const char *path, struct audit_head *head, struct error *error)
{
    struct database *database;
    int code = open_beside(&database, path, error);

    if (code != 0)
        return code;
    code = trail_head_last(database, head, error);
    database_close(database);
    return code;
}

int ledger_audit_head_of(struct ledger *ledger, struct audit_head *head, struct error *error)
{
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = trail_head_last(reader->database, head, error);
    ledger_reader_give(ledger, reader);
    return code;
}

/* --- proofs ----------------------------------------------------------------------------------- */

struct proving {
    struct database *database;
    int64_t number;
    struct audit_head head;
    char bytes[AUDIT_BYTES_LIMIT];
    size_t length;
    struct audit_hash hash;
    struct id client; /* whose data the entry is about */
};

static int previous_hash(struct proving *proving, struct audit_hash *previous, struct error *error)
{
    const struct audit_tree_reader reader = trail_reader(proving->database);

    *previous = (struct audit_hash){{0}};
    return proving->number > 1
               ? reader.read(reader.context, 0, (uint64_t)proving->number - 2, previous, error)
               : 0;
}

static const struct audit_hash *column_hash(sqlite3_stmt *row, int column, struct audit_hash *hash)
{
    if (sqlite3_column_bytes(row, column) != AUDIT_HASH_BYTES)
        return NULL;
    memcpy(hash->bytes, sqlite3_column_blob(row, column), AUDIT_HASH_BYTES);
    return hash;
}

/* The entry's exact bytes, worked out from what is kept of it. */
static void entry_bytes(struct proving *proving, sqlite3_stmt *row,
                        const struct audit_hash *previous)
{
    struct audit_hash clients, words;
    struct audit_found found;
    struct audit_row entry;

    fill(&found, row);
    id_parse(&proving->client, found.client);
    entry = (struct audit_row){.number = found.number,
                               .at_ms = found.at_ms,
                               .kind = found.kind,
                               .agent = found.agent,
                               .device = found.device,
                               .type = found.type,
                               .record = found.record,
                               .client = found.client,
                               .purpose = found.purpose,
                               .what = found.what,
                               .request = found.request,
                               .words = column_hash(row, 11, &words)};
    if (found.clients != NULL) {
        audit_list_hash(found.clients, found.client_count * ID_BYTES, &clients);
        entry.clients = &clients;
    }
    proving->length = audit_row_bytes(&entry, previous, proving->bytes);
    audit_hash_leaf(&proving->hash, proving->bytes, proving->length);
}

static int read_entry(struct proving *proving, struct error *error)
{
    struct audit_hash previous;
    sqlite3_stmt *row;
    int code = previous_hash(proving, &previous, error);

    if (code != 0)
        return code;
    row = database_statement(proving->database, LEDGER_AUDIT_GET, error);
    if (row == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(row, 1, proving->number);
    code = database_step(proving->database, row, error);
    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "the trail has no entry %lld",
                         (long long)proving->number);
    if (code < 0)
        return code;
    entry_bytes(proving, row, &previous);
    sqlite3_reset(row);
    return 0;
}

static json_t *hashes_to_json(const struct audit_proof *proof)
{
    json_t *list = json_array();

    for (size_t i = 0; i < proof->count && list != NULL; i++) {
        char text[AUDIT_HEX_SIZE];

        audit_hash_text(&proof->hashes[i], text);
        if (json_array_append_new(list, json_string(text)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static int prove_kept(struct proving *proving, const struct audit_head *kept, json_t *document,
                      struct error *error)
{
    const struct audit_tree_reader reader = trail_reader(proving->database);
    struct audit_proof proof;
    int code = audit_prove_consistency(&proof, kept->size, proving->head.size, &reader, error);

    if (code == 0 && !audit_verify_consistency(&proof, kept->size, proving->head.size, &kept->root,
                                               &proving->head.root))
        code = error_set(error, ERROR_INVALID,
                         "the trail was never as the kept head says: it was changed, or the head "
                         "is another trail's");
    if (code == 0 && (json_object_set_new(document, "kept", audit_head_to_json(kept)) != 0 ||
                      json_object_set_new(document, "consistency", hashes_to_json(&proof)) != 0))
        code = error_set(error, ERROR_MEMORY, "no memory for a proof");
    return code;
}

/* How the keys since the kept head followed each other; without one, all. */
static int prove_keys(struct proving *proving, const struct audit_head *kept, json_t *document,
                      struct error *error)
{
    struct audit_key_change *changes;
    json_t *list = json_array();
    size_t count;
    int code = ledger_audit_key_changes(proving->database, &changes, &count, error);

    for (size_t i = 0; i < count && code == 0; i++)
        if (changes[i].size < proving->head.size && (kept == NULL || changes[i].size >= kept->size))
            json_array_append_new(list, audit_key_change_to_json(&changes[i]));
    free(changes);
    if (code == 0 && json_array_size(list) > 0 && json_object_set(document, "keys", list) != 0)
        code = error_set(error, ERROR_MEMORY, "no memory for a proof");
    json_decref(list);
    return code;
}

static int prove(struct proving *proving, const struct audit_head *kept, json_t **document,
                 struct error *error)
{
    const struct audit_tree_reader reader = trail_reader(proving->database);
    char hash[AUDIT_HEX_SIZE];
    struct audit_proof proof;
    int code = trail_head_last(proving->database, &proving->head, error);

    if (code == 0)
        code = read_entry(proving, error);
    if (code == 0 && (uint64_t)proving->number > proving->head.size)
        code = error_set(error, ERROR_NOT_FOUND,
                         "no signed head covers this entry yet: one will within minutes");
    if (code == 0)
        code = audit_prove_inclusion(&proof, (uint64_t)proving->number - 1, proving->head.size,
                                     &reader, error);
    if (code != 0)
        return code;
    audit_hash_text(&proving->hash, hash);
    *document = json_pack("{s:s%, s:I, s:s, s:o, s:o}", "entry", proving->bytes, proving->length,
                          "number", (json_int_t)proving->number, "hash", hash, "head",
                          audit_head_to_json(&proving->head), "inclusion", hashes_to_json(&proof));
    if (*document == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a proof");
    code = prove_keys(proving, kept, *document, error);
    return code == 0 && kept != NULL ? prove_kept(proving, kept, *document, error) : code;
}

/* A proof holds the entry's content: that it left is in the trail, too. */
static int note_proof(struct proving *proving, const struct audit_entry *entry, struct error *error)
{
    struct audit_entry whole = *entry;
    int code;

    whole.client = proving->client;
    code = database_begin(proving->database, error);
    return code == 0
               ? database_end(proving->database,
                              ledger_audit_add_beside(proving->database, &whole, error), error)
               : code;
}

int ledger_audit_prove(const char *path, int64_t number, const struct audit_head *kept,
                       const struct audit_entry *entry, json_t **proof, struct error *error)
{
    struct proving proving = {.number = number};
    sqlite3_stmt *statement;
    int code;

    *proof = NULL;
    if (number < 1)
        return error_set(error, ERROR_NOT_FOUND, "the trail's first entry is 1");
    code = open_beside(&proving.database, path, error);
    if (code != 0)
        return code;
    statement = database_statement(proving.database, LEDGER_BEGIN_READ, error);
    code = database_run(proving.database, statement, error);
    if (code == 0) {
        code = prove(&proving, kept, proof, error);
        database_rollback(proving.database);
    }
    if (code == 0)
        code = note_proof(&proving, entry, error);
    database_close(proving.database);
    if (code != 0) {
        json_decref(*proof);
        *proof = NULL;
    }
    return code;
}
