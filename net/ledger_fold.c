/*
 * What a relay shows of a record: as the centre gave it, with the office's own operations that the
 * centre has not yet given back on top, merged as the centre will merge them.
 *
 * The revs are the relay's own. A stamp ("stamps", "claim", "conflicts") keeps the local rev at
 * which it first came to be here; a new one gets the new rev. So a terminal that saw local rev n
 * has seen a stamp exactly when the stamp's rev is at most n, which is all that merge asks; and
 * `lineage` says for each local rev what that was at the centre.
 */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* --- what was seen ---------------------------------------------------------------------------- */

/* One of the operations on top. */
struct pending {
    struct operation *operation; /* owned */
    int64_t local;               /* its base as it was made */
    int64_t rev;                 /* that it was given on top, 0 when merge refused it */
};

struct fold {
    struct ledger *ledger;
    int64_t row;
    int64_t given; /* the centre's rev below */
    struct record *record;
    struct pending *pending;
    size_t count;
};

int ledger_lineage_base(struct database *database, int64_t row, int64_t local, int64_t *base,
                        struct error *error)
{
    sqlite3_stmt *statement = database_statement(database, LEDGER_LINEAGE_BASE, error);
    int code;

    *base = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, local);
    code = database_step(database, statement, error);
    if (code <= 0)
        return code;
    *base = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

/* The rev, in this fold, of one of the office's operations; 0 when it has none. */
static int64_t rev_of(const struct fold *fold, size_t before, const char *id, int64_t own)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(fold->pending[i].operation->id.text, id) == 0)
            return fold->pending[i].rev;
    return own <= fold->given ? own : 0;
}

/* Fills base and `seen` of an operation that was made on local rev `local`. `seen` is new. */
static int look(const struct fold *fold, size_t at, int64_t **seen, struct error *error)
{
    struct operation *operation = fold->pending[at].operation;
    struct database *database = fold->ledger->writer;
    sqlite3_stmt *statement;
    size_t count = 0;
    int code =
        ledger_lineage_base(database, fold->row, fold->pending[at].local, &operation->base, error);

    *seen = NULL;
    if (code != 0)
        return code;
    statement = database_statement(database, LEDGER_LINEAGE_SEEN, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, fold->row);
    sqlite3_bind_int64(statement, 2, fold->pending[at].local);
    sqlite3_bind_int64(statement, 3, operation->base);
    while ((code = database_step(database, statement, error)) > 0) {
        int64_t rev =
            rev_of(fold, at, database_text(statement, 0), sqlite3_column_int64(statement, 1));
        int64_t *longer = rev > 0 ? realloc(*seen, (count + 1) * sizeof(*longer)) : *seen;

        if (rev > 0 && longer == NULL) {
            sqlite3_reset(statement);
            return error_set(error, ERROR_MEMORY, "no memory for what was seen");
        }
        if (rev == 0)
            continue;
        *seen = longer;
        longer[count++] = rev;
    }
    operation->seen = *seen;
    operation->seen_count = count;
    return code;
}

/* --- putting on top --------------------------------------------------------------------------- */

static int read_pending(struct fold *fold, struct error *error)
{
    sqlite3_stmt *statement =
        database_statement(fold->ledger->writer, LEDGER_UPWARD_OF_RECORD, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, fold->row);
    while ((code = database_step(fold->ledger->writer, statement, error)) > 0) {
        struct pending *longer = realloc(fold->pending, (fold->count + 1) * sizeof(*fold->pending));
        json_t *document = NULL;

        if (longer == NULL) {
            code = error_set(error, ERROR_MEMORY, "no memory to fold a record");
        } else {
            fold->pending = longer;
            longer[fold->count] = (struct pending){.local = sqlite3_column_int64(statement, 1)};
            code = json_read(&document, database_text(statement, 2),
                             (size_t)sqlite3_column_bytes(statement, 2), 2 * OPERATION_LIMIT,
                             "a waiting operation", error);
        }
        if (code == 0)
            code = operation_from_json(&longer[fold->count].operation, document, error);
        json_decref(document);
        if (code != 0) {
            sqlite3_reset(statement);
            break;
        }
        fold->count++;
    }
    return code;
}

static int put_on_top(struct fold *fold, size_t at, struct error *error)
{
    struct pending *pending = &fold->pending[at];
    struct merge_result result = {0};
    int64_t *seen;
    int code = look(fold, at, &seen, error);

    if (code == 0)
        code = merge_apply(&result, pending->operation, fold->record, error);
    pending->operation->seen = NULL;
    pending->operation->seen_count = 0;
    free(seen);
    /* What does not fit any more is left out; the centre will say so of it. */
    if (code == 0 && result.refusal == MERGE_APPLIED) {
        record_free(fold->record);
        fold->record = result.record;
        pending->rev = result.record->rev;
    }
    return code;
}

/* --- in the numbers of this database ---------------------------------------------------------- */

static bool same_but_rev(json_t *left, json_t *right)
{
    json_t *a, *b;
    bool same;

    if (!json_is_object(left) || !json_is_object(right))
        return false;
    a = json_copy(left);
    b = json_copy(right);
    json_object_del(a, "rev");
    json_object_del(b, "rev");
    same = a != NULL && b != NULL && json_equal(a, b);
    json_decref(a);
    json_decref(b);
    return same;
}

/* Gives a stamp the rev that it has here already, else the new one. */
static int renumber(json_t *stamp, json_t *before, int64_t rev)
{
    if (!json_is_object(stamp) || json_object_get(stamp, "rev") == NULL)
        return 0;
    if (same_but_rev(stamp, before))
        rev = json_integer_or(before, "rev", rev);
    return json_object_set_new(stamp, "rev", json_integer(rev));
}

static int renumber_all(struct record *record, const struct record *before, int64_t rev,
                        struct error *error)
{
    json_t *conflicts = json_object_get(record->meta, "conflicts");
    const json_t *former = json_object_get(before->meta, "conflicts");
    const json_t *stamps = json_object_get(before->meta, "stamps");
    const char *path;
    json_t *stamp, *one;
    size_t index, other;
    int failed = renumber(json_object_get(record->meta, "claim"),
                          json_object_get(before->meta, "claim"), rev);

    json_object_foreach(json_object_get(record->meta, "stamps"), path, stamp)
    {
        failed |= renumber(stamp, json_object_get(stamps, path), rev);
    }
    json_array_foreach(conflicts, index, stamp)
    {
        json_t *same = NULL;

        json_array_foreach(former, other, one)
        {
            if (same == NULL && same_but_rev(stamp, one))
                same = one;
        }
        failed |= renumber(stamp, same, rev);
    }
    record->rev = rev;
    return failed ? error_set(error, ERROR_MEMORY, "no memory to fold a record") : 0;
}

int ledger_relay_renumber(struct record *record, const struct record *before, struct error *error)
{
    return renumber_all(record, before, before->rev + 1, error);
}

/* The record in the numbers of this database. */
static int translate(struct record *record, const struct record *before, bool *changed,
                     struct error *error)
{
    int code;

    /* One that comes for the first time keeps the centre's. */
    *changed = true;
    if (before == NULL)
        return 0;
    code = ledger_relay_renumber(record, before, error);
    if (code != 0)
        return code;
    *changed = !json_equal(record->body, before->body) || !json_equal(record->meta, before->meta);
    if (!*changed)
        record->rev = before->rev;
    return 0;
}

int ledger_relay_fold(struct ledger *ledger, int64_t row, const struct record *given,
                      const struct record *before, struct record **record, bool *changed,
                      struct error *error)
{
    struct fold fold = {.ledger = ledger, .row = row, .given = given != NULL ? given->rev : 0};
    json_t *meta = NULL;
    int code = row != 0 ? read_pending(&fold, error) : 0;

    *record = NULL;
    *changed = false;
    if (code == 0 && given != NULL) {
        fold.record = record_copy(given);
        if (fold.record == NULL)
            code = error_set(error, ERROR_MEMORY, "no memory to fold a record");
    }
    for (size_t i = 0; i < fold.count && code == 0; i++)
        code = put_on_top(&fold, i, error);
    if (code == 0 && fold.record != NULL) {
        meta = json_deep_copy(fold.record->meta);
        json_decref(fold.record->meta);
        fold.record->meta = meta;
        code = meta == NULL ? error_set(error, ERROR_MEMORY, "no memory to fold a record")
                            : translate(fold.record, before, changed, error);
    }
    for (size_t i = 0; i < fold.count; i++)
        operation_free(fold.pending[i].operation);
    free(fold.pending);
    if (code != 0) {
        record_free(fold.record);
        return code;
    }
    *record = fold.record;
    return 0;
}
