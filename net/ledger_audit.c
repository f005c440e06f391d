#include "net/ledger_audit.h"

#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/database_rows.h"
#include "app/text.h"
#include "net/ledger_sqlite.h"

static const char *const names[AUDIT_KIND_COUNT] = {
    [AUDIT_READ] = "read",       [AUDIT_SEARCH] = "search",       [AUDIT_WRITE] = "write",
    [AUDIT_REFUSED] = "refused", [AUDIT_SIGN_IN] = "sign-in",     [AUDIT_SIGN_OUT] = "sign-out",
    [AUDIT_EXPORT] = "export",   [AUDIT_ERASE] = "erase",         [AUDIT_PERMISSION] = "permission",
    [AUDIT_DEVICE] = "device",   [AUDIT_EMERGENCY] = "emergency",
};

const char *audit_kind_name(enum audit_kind kind)
{
    return (unsigned)kind < AUDIT_KIND_COUNT ? names[kind] : NULL;
}

enum audit_kind audit_kind_from_name(const char *name)
{
    for (int kind = 0; name != NULL && kind < AUDIT_KIND_COUNT; kind++)
        if (strcmp(names[kind], name) == 0)
            return (enum audit_kind)kind;
    return AUDIT_KIND_COUNT;
}

/* --- adding ----------------------------------------------------------------------------------- */

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* An entry on its way in. */
struct adding {
    struct audit_row row;
    char what[AUDIT_WHAT_LIMIT + 1];
    char request[AUDIT_REQUEST_LIMIT + 1];
    struct audit_hash clients, words, hash;
    unsigned char salt[AUDIT_SALT_BYTES];
    const char *said; /* "" for nothing */
};

static void prepare(struct adding *adding, const struct ledger_trail *trail,
                    const struct audit_entry *entry)
{
    *adding = (struct adding){.said = or_empty(entry->words)};
    text_copy(adding->what, sizeof(adding->what), or_empty(entry->what));
    text_copy(adding->request, sizeof(adding->request),
              or_empty(entry->request != NULL ? entry->request : trail->request));
    adding->row = (struct audit_row){.number = (int64_t)trail->tree.size + 1,
                                     .at_ms = entry->at_ms,
                                     .kind = audit_kind_name(entry->kind),
                                     .agent = entry->agent.text,
                                     .device = entry->device.text,
                                     .type = or_empty(record_type_name(entry->type)),
                                     .record = entry->record.text,
                                     .client = entry->client.text,
                                     .purpose = or_empty(purpose_name(entry->purpose)),
                                     .what = adding->what,
                                     .request = adding->request};
    if (entry->client_count > 0) {
        audit_list_hash(entry->clients, entry->client_count * ID_BYTES, &adding->clients);
        adding->row.clients = &adding->clients;
    }
    if (adding->said[0] != '\0') {
        randombytes_buf(adding->salt, sizeof(adding->salt));
        audit_words_hash(adding->salt, adding->said, &adding->words);
        adding->row.words = &adding->words;
    }
}

/* What the agent said stands apart, so that it can be erased and the entry still be proved. */
static int put_words(struct database *database, const struct adding *adding, struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_AUDIT_WORDS_INSERT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, adding->row.number);
    sqlite3_bind_blob(statement, 2, adding->salt, sizeof(adding->salt), SQLITE_STATIC);
    database_bind_text(statement, 3, adding->said);
    database_bind_text(statement, 4, adding->row.record);
    return database_run(database, statement, error);
}

static int put_entry(struct database *database, const struct adding *adding,
                     const struct audit_entry *entry, struct error *error)
{
    struct database_row *added = database_row(database, LEDGER_AUDIT_INSERT, error);
    const struct audit_row *row = &adding->row;

    if (added == NULL)
        return ERROR_STORAGE;
    database_row_integer(added, 1, row->number);
    database_row_text(added, 2, row->kind);
    database_row_integer(added, 3, row->at_ms);
    database_row_text(added, 4, row->agent);
    database_row_text(added, 5, row->device);
    database_row_text(added, 6, row->type);
    database_row_text(added, 7, row->record);
    database_row_text(added, 8, row->client);
    database_row_text(added, 9, row->purpose);
    database_row_text(added, 10, row->what);
    if (row->clients != NULL)
        database_row_blob(added, 11, entry->clients, entry->client_count * ID_BYTES);
    if (row->words != NULL)
        database_row_blob(added, 12, row->words->bytes, AUDIT_HASH_BYTES);
    database_row_blob(added, 13, adding->hash.bytes, AUDIT_HASH_BYTES);
    database_row_text(added, 14, row->request);
    return database_row_add(added, error);
}

static int put_node(void *context, unsigned level, uint64_t place, const struct audit_hash *hash,
                    struct error *error)
{
    struct database *database = context;
    sqlite3_stmt *statement;

    if (level % TRAIL_STRIDE != 0)
        return 0;
    statement = database_statement(database, LEDGER_AUDIT_NODE_INSERT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int(statement, 1, (int)level);
    sqlite3_bind_int64(statement, 2, (int64_t)place);
    sqlite3_bind_blob(statement, 3, hash->bytes, AUDIT_HASH_BYTES, SQLITE_STATIC);
    return database_run(database, statement, error);
}

static int add(struct ledger_trail *trail, struct database *database,
               const struct audit_entry *entry, struct error *error)
{
    struct adding adding;
    int code = trail_load(trail, database, error);

    if (code != 0)
        return code;
    prepare(&adding, trail, entry);
    if (!audit_row_hash(&adding.row, &trail->last, &adding.hash))
        return error_set(error, ERROR_TOO_LARGE, "an entry of the audit trail is too long");
    code = put_entry(database, &adding, entry, error);
    if (code == 0 && adding.said[0] != '\0')
        code = put_words(database, &adding, error);
    if (code == 0)
        code = audit_tree_append(&trail->tree, &adding.hash, put_node, database, error);
    trail->last = adding.hash;
    if (code == 0 && trail->unsigned_ms == 0)
        trail->unsigned_ms = clock_system(NULL);
    /* Half of it may be written: what is known of the tree here is not to be relied on. */
    if (code != 0)
        trail->loaded = false;
    return code;
}

int ledger_audit_add(struct ledger *ledger, const struct audit_entry *entry, struct error *error)
{
    return add(&ledger->trail, ledger->writer, entry, error);
}

void ledger_audit_request(struct ledger *ledger, const char *request)
{
    ledger->trail.request = request;
}

int ledger_audit_add_beside(struct database *database, const struct audit_entry *entry,
                            struct error *error)
{
    struct ledger_trail trail = {.signs = false};

    return add(&trail, database, entry, error);
}

int ledger_audit_write(struct ledger *ledger, const struct audit_entry *entry, struct error *error)
{
    return ledger_audit_write_all(ledger, entry, 1, error);
}
