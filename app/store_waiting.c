/* The walk over what waits, in the order in which it leaves. */
#include <stdlib.h>
#include <string.h>

#include "app/store_internal.h"

/* Whether `ids` hold this one; most stand where `guess` says. */
static bool is_among(const struct id *ids, size_t count, size_t guess, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(ids[(guess + i) % count].text, text) == 0)
            return true;
    return false;
}

struct walk {
    struct store *store;
    sqlite3_stmt *row; /* id, document, attempts, reason, whether it was here before, whether it was
                          sent, number */
    outbox_visit visit;
    void *context;
    bool texts; /* what needs no reading is given as its text */
};

static int visit_operation(struct walk *walk, struct outbox_entry *entry, struct error *error)
{
    struct operation *operation;
    int code = store_column_operation(walk->store, walk->row, 1, entry->id, &operation, error);

    entry->operation = operation;
    if (code == 0)
        code = walk->visit(walk->context, entry);
    operation_free(operation);
    return code;
}

/* An append as it leaves, of which nothing need be known but what it is about. */
static int visit_text(struct walk *walk, struct outbox_entry *entry, struct error *error)
{
    char about[STORE_ABOUT_SIZE];
    char *text;
    bool cut;
    int code;

    store_about(about, "operation", entry->id);
    code = store_column_opened(walk->store, walk->row, 1, about, &text, &entry->length, error);
    if (code != 0)
        return code;
    cut = text != NULL && operation_text_cut(text, &entry->length, &entry->record);
    entry->text = text;
    if (cut)
        code = walk->visit(walk->context, entry);
    free(text);
    entry->text = NULL;
    return cut ? code : visit_operation(walk, entry, error);
}

static int visit_row(struct walk *walk, struct error *error)
{
    struct outbox_entry entry = {.id = database_text(walk->row, 0),
                                 .number = sqlite3_column_int64(walk->row, 6),
                                 .attempts = sqlite3_column_int(walk->row, 2),
                                 .reason = database_text(walk->row, 3),
                                 .elsewhere = sqlite3_column_int(walk->row, 4) != 0,
                                 .sent = sqlite3_column_int(walk->row, 5) != 0};

    return walk->texts ? visit_text(walk, &entry, error) : visit_operation(walk, &entry, error);
}

static int walk_all(struct walk *walk, const struct id *under_way, size_t count, size_t limit,
                    struct error *error)
{
    size_t passed = 0;
    int code;

    sqlite3_bind_int64(walk->row, 1,
                       limit <= INT64_MAX - count ? (int64_t)(limit + count) : INT64_MAX);
    while ((code = database_step(walk->store->database, walk->row, error)) == 1) {
        if (passed < count && is_among(under_way, count, passed, database_text(walk->row, 0))) {
            passed++;
            continue;
        }
        if (limit-- == 0)
            return 0;
        code = visit_row(walk, error);
        if (code != 0)
            break;
    }
    return code;
}

static int walk_waiting(struct walk *walk, const struct id *under_way, size_t count, size_t limit,
                        struct error *error)
{
    int code;

    if (sqlite3_prepare_v2(database_handle(walk->store->database),
                           store_schema.statements[STORE_OPERATION_WAITING].sql, -1, &walk->row,
                           NULL) != SQLITE_OK)
        return database_fail(walk->store->database, "operation.waiting", error);
    code = walk_all(walk, under_way, count, limit, error);
    sqlite3_finalize(walk->row);
    return code;
}

int store_outbox_each(struct store *store, size_t limit, outbox_visit visit, void *context,
                      struct error *error)
{
    struct walk walk = {.store = store, .visit = visit, .context = context};

    return walk_waiting(&walk, NULL, 0, limit, error);
}

int store_outbox_more(struct store *store, const struct id *under_way, size_t count, size_t limit,
                      outbox_visit visit, void *context, struct error *error)
{
    struct walk walk = {.store = store, .visit = visit, .context = context, .texts = true};

    return walk_waiting(&walk, under_way, count, limit, error);
}
