/* What the agent does goes into the store: onto the record as it is shown, and into the outbox. */
#include <stdio.h>
#include <stdlib.h>

#include "app/store_internal.h"

static int add_operation(struct store *store, const struct operation *operation,
                         struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_ADD, error);
    char about[STORE_ABOUT_SIZE];
    json_t *document = operation_to_json(operation);
    int code;

    store_about(about, "operation", operation->id.text);
    database_bind_id(statement, 1, &operation->id);
    database_bind_text(statement, 2, record_type_name(operation->type));
    database_bind_id(statement, 3, &operation->record);
    if (statement != NULL)
        sqlite3_bind_int(statement, 5, store_urgency(operation));
    code = document != NULL ? store_bind_sealed(store, statement, 4, document, about, error)
                            : error_set(error, ERROR_MEMORY, "store: out of memory");
    json_decref(document);
    if (code == 0)
        code = database_run(store->database, statement, error);
    return code == 0 && store->sends ? store_sending_note(store, &operation->id, error) : code;
}

/* Merges onto the record as it stands with the operations before it: `*merged` is new. */
static int try_merge(struct store *store, const struct operation *operation, struct record **merged,
                     enum store_pending *pending, enum merge_refusal *refusal, struct error *error)
{
    struct merge_result result;
    struct record *current = NULL;
    int code = store_get(store, operation->type, &operation->record, &current, pending, error);

    *merged = NULL;
    if (code == ERROR_NOT_FOUND)
        *pending = STORE_SETTLED;
    if (code != 0 && code != ERROR_NOT_FOUND)
        return code;
    code = merge_apply(&result, operation, current, error);
    record_free(current);
    if (code != 0)
        return code;
    *refusal = result.refusal;
    if (result.refusal == MERGE_APPLIED)
        *merged = result.record;
    else
        record_free(result.record);
    if (result.refusal != MERGE_APPLIED)
        return error_set(error, ERROR_REFUSED, "%s %s: %s%s%s", record_type_name(operation->type),
                         operation_kind_name(operation->kind), merge_refusal_name(result.refusal),
                         result.field[0] != '\0' ? ": " : "", result.field);
    return 0;
}

/* A new operation, merged already: what stood before is not folded again. */
static int put_merged(struct store *store, const struct operation *operation,
                      const struct record *merged, enum store_pending pending,
                      const struct record *base, struct error *error)
{
    enum store_pending own = operation->kind == OPERATION_CLAIM ? STORE_CLAIMING : STORE_WAITING;
    int code = add_operation(store, operation, error);

    if (code == 0)
        code = store_urgency_settle(store, operation, error);
    if (code == 0)
        code = store_record_put(store, merged, own > pending ? own : pending, base, error);
    return code;
}

static int put_operation(struct store *store, const struct operation *operation,
                         const struct record *base, struct error *error)
{
    int code = add_operation(store, operation, error);

    if (code == 0)
        code = store_urgency_settle(store, operation, error);
    if (code == 0)
        code = store_record_refold(store, operation->type, &operation->record, base, error);
    return code;
}

static int apply_one(struct store *store, struct operation *operation, enum merge_refusal *refusal,
                     struct error *error)
{
    enum store_pending pending;
    struct record *merged;
    struct record *base;
    int code;

    if (record_type_name(operation->type) == NULL)
        return error_set(error, ERROR_INVALID, "operation: no such type of record");
    code = store_record_base(store, operation->type, &operation->record, &base, error);
    if (code != 0)
        return code;
    /* With fields, what the screen had may be older than what has come meanwhile. */
    if (operation->kind != OPERATION_FIELDS || operation->base <= 0 || base == NULL ||
        operation->base > base->rev)
        operation->base = base != NULL ? base->rev : 0;
    if (operation->kind == OPERATION_CLAIM) {
        operation->tells_claimed = true;
        operation->claimed = base != NULL ? merge_claimed(base) : (struct moment){0};
    }
    code = try_merge(store, operation, &merged, &pending, refusal, error);
    if (code == 0)
        code = put_merged(store, operation, merged, pending, base, error);
    record_free(merged);
    record_free(base);
    return code;
}

static int read_moment(struct store *store, struct moment *moment, struct error *error)
{
    char text[64];
    long long ms;
    unsigned tick;
    int code = store_meta_get(store, "moment", text, sizeof(text), error);

    *moment = (struct moment){0};
    if (code == 0 && sscanf(text, "%lld %u", &ms, &tick) == 2)
        *moment = (struct moment){.ms = ms, .tick = (uint16_t)tick};
    return code;
}

/* The latest moment is kept, so that after a restart with the clock set back no operation claims
 * to be older than one before it. */
static int keep_moment(struct store *store, struct moment moment, struct error *error)
{
    struct moment latest;
    char text[64];
    int code = read_moment(store, &latest, error);

    if (code != 0 || moment_compare(moment, latest) <= 0)
        return code;
    snprintf(text, sizeof(text), "%lld %u", (long long)moment.ms, (unsigned)moment.tick);
    return store_meta_put(store, "moment", text, error);
}

struct moment store_latest_moment(struct store *store)
{
    struct moment moment;

    (void)read_moment(store, &moment, NULL);
    return moment;
}

static int apply(struct store *store, struct operation *const *operations, size_t count,
                 enum merge_refusal *refusal, struct error *error)
{
    int code = store_device_read(store, error);

    if (code == 0)
        code = store_journal_begin(store, error);
    for (size_t i = 0; i < count; i++)
        operations[i]->device = store->device;
    for (size_t i = 0; i < count && code == 0; i++)
        code = apply_one(store, operations[i], refusal, error);
    if (code == 0 && count > 0)
        code = keep_moment(store, operations[count - 1]->moment, error);
    return code != 0 ? code : store_journal_add(store, operations, count, error);
}

int store_apply(struct store *store, struct operation *const *operations, size_t count,
                enum merge_refusal *refusal, struct error *error)
{
    enum merge_refusal unused;
    struct error cause = ERROR_INIT;
    int code = store_begin(store, &cause);
    int failed;

    if (refusal == NULL)
        refusal = &unused;
    *refusal = MERGE_APPLIED;
    if (code == 0)
        code = store_end(store, apply(store, operations, count, refusal, &cause), &cause);
    failed = code;
    if (code == ERROR_STORAGE || code == ERROR_BUSY)
        code = store_journal_strand(store, operations, count, &cause);
    store_journal_end(store, failed);
    return code != 0 ? error_set(error, code, "%s", cause.message) : 0;
}

/* 1 when the store has the operation in any form. */
static int is_known(struct store *store, const struct id *id, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_OPERATION_KNOWN, error);

    database_bind_id(row, 1, id);
    return database_has_row(store->database, row, error);
}

int store_operation_put(struct store *store, const struct operation *operation, struct error *error)
{
    struct operation own = *operation;
    struct record *base;
    int code = is_known(store, &operation->id, error);

    if (code == 0)
        code = store_device_read(store, error);
    if (code != 0)
        return code < 0 ? code : 0;
    own.device = store->device;
    code = store_record_base(store, own.type, &own.record, &base, error);
    if (code == 0)
        code = put_operation(store, &own, base, error);
    if (code == 0)
        code = keep_moment(store, own.moment, error);
    record_free(base);
    return code;
}
