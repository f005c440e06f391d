/* What waits to be sent, and what becomes of it when the server has answered. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/store_internal.h"

int store_column_operation(struct store *store, sqlite3_stmt *statement, int column, const char *id,
                           struct operation **operation, struct error *error)
{
    char about[STORE_ABOUT_SIZE];
    json_t *document;
    int code;

    *operation = NULL;
    store_about(about, "operation", id);
    code = store_column_sealed(store, statement, column, about, &document, error);
    if (code == 0)
        code = operation_from_json(operation, document, error);
    /* All of it is this terminal's, whatever it was called when it was made. */
    if (code == 0 && !id_is_empty(&store->device))
        (*operation)->device = store->device;
    json_decref(document);
    return code;
}

/* --- outbox --------------------------------------------------------------------------------- */

static int64_t count_by(struct store *store, enum store_statement which, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, which, error);
    int64_t count = database_step(store->database, statement, error);

    if (count == 1) {
        count = sqlite3_column_int64(statement, 0);
        sqlite3_reset(statement);
    }
    return count;
}

int64_t store_outbox_count(struct store *store, struct error *error)
{
    return count_by(store, STORE_OPERATION_COUNT, error);
}

int64_t store_outbox_count_work(struct store *store, struct error *error)
{
    return count_by(store, STORE_OPERATION_COUNT_WORK, error);
}

int store_outbox_attempted(struct store *store, const struct id *ids, size_t count,
                           const char *reason, struct error *error)
{
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    for (size_t i = 0; i < count && code == 0; i++) {
        sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_ATTEMPTED, error);

        database_bind_id(statement, 1, &ids[i]);
        database_bind_text(statement, 2, reason);
        code = database_run(store->database, statement, error);
    }
    return store_end(store, code, error);
}

/* An operation of the table as it stands there. */
struct held {
    struct operation *operation; /* owned */
    bool sent;                   /* or being sent */
    int state;
    int64_t number;
};

/* ERROR_NOT_FOUND when the table does not hold it. */
static int find_held(struct store *store, const struct id *id, struct held *held,
                     struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_OPERATION_GET, error);
    int code;

    *held = (struct held){0};
    database_bind_id(row, 1, id);
    code = database_step(store->database, row, error);
    if (code == 0)
        return error_set(error, ERROR_NOT_FOUND, "operation %s is not waiting", id->text);
    if (code < 0)
        return code;
    held->sent = sqlite3_column_int(row, 2) != 0;
    held->state = sqlite3_column_int(row, 3);
    held->number = sqlite3_column_int64(row, 4);
    code = store_column_operation(store, row, 1, database_text(row, 0), &held->operation, error);
    sqlite3_reset(row);
    return code;
}

int store_sending_note(struct store *store, const struct id *id, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_SENDING, error);

    database_bind_id(statement, 1, id);
    return database_run(store->database, statement, error);
}

/* How many of these numbers follow one another. */
static size_t run_length(const int64_t *numbers, size_t count)
{
    size_t length = 1;

    while (length < count && numbers[length] == numbers[length - 1] + 1)
        length++;
    return length;
}

/* What is done for operations of these numbers by one statement. */
static int run_of(struct store *store, enum store_statement which, int64_t first, int64_t last,
                  struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, which, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_int64(statement, 2, last);
    return database_run(store->database, statement, error);
}

/* One that was marked before needs no mark; one that is not there was taken back meanwhile. */
static int mark_sending(struct store *store, const struct id *id, struct error *error)
{
    struct held held;
    int code = store_sending_note(store, id, error);

    if (code != 0 || database_changes(store->database) > 0)
        return code;
    code = find_held(store, id, &held, error);
    operation_free(held.operation);
    return code;
}

/* Marks all of a run of numbers: 1 when they are marked, some of them perhaps before, 0 when one of
 * them is not there. */
static int mark_run(struct store *store, int64_t first, int64_t last, struct error *error)
{
    sqlite3_stmt *row = store_statement(store, STORE_OPERATION_SENDING_COUNT, error);
    int code = run_of(store, STORE_OPERATION_SENDING_RUN, first, last, error);

    if (code != 0 || row == NULL)
        return code != 0 ? code : ERROR_STORAGE;
    if (database_changes(store->database) == last - first + 1)
        return 1;
    sqlite3_bind_int64(row, 1, first);
    sqlite3_bind_int64(row, 2, last);
    code = database_step(store->database, row, error);
    if (code == 1)
        code = sqlite3_column_int64(row, 0) == last - first + 1 ? 1 : 0;
    sqlite3_reset(row);
    return code;
}

/* Which of a run is not there is found out by looking at each. */
static int mark_all(struct store *store, const struct id *ids, const int64_t *numbers, size_t count,
                    struct error *error)
{
    int code = 0;

    for (size_t i = 0, length; i < count && code == 0; i += length) {
        length = run_length(numbers + i, count - i);
        code = mark_run(store, numbers[i], numbers[i] + (int64_t)length - 1, error);
        if (code == 1)
            code = 0;
        else
            for (size_t one = i; one < i + length && code == 0; one++)
                code = mark_sending(store, &ids[one], error);
    }
    return code;
}

void store_sends_set(struct store *store, bool sends)
{
    store->sends = sends;
}

static int mark_ahead(struct store *store, int64_t last, size_t most, struct store_ahead *ahead,
                      struct error *error)
{
    int code = run_of(store, STORE_OPERATION_SENDING_AHEAD, last + 1, last + (int64_t)most, error);

    if (code == 0 && database_changes(store->database) > 0)
        *ahead = (struct store_ahead){last + 1, last + (int64_t)most};
    return code;
}

int store_outbox_sending(struct store *store, const struct id *ids, const int64_t *numbers,
                         size_t count, size_t most, struct store_ahead *ahead, struct error *error)
{
    struct store_ahead more = *ahead;
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    code = mark_all(store, ids, numbers, count, error);
    if (code == 0 && most > 0)
        code = mark_ahead(store, numbers[count - 1], most, &more, error);
    code = store_end(store, code, error);
    if (code == 0) {
        store->unsynced = false;
        *ahead = more;
    }
    return code;
}

int store_outbox_unsent(struct store *store, const struct store_ahead *ahead, const struct id *ids,
                        size_t count, struct error *error)
{
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    code = run_of(store, STORE_SENDING_DONE_RUN, ahead->first, ahead->last, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = store_sending_note(store, &ids[i], error);
    return store_end(store, code, error);
}

static int delete_operation(struct store *store, const struct id *id, struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_DELETE, error);

    database_bind_id(statement, 1, id);
    return database_run(store->database, statement, error);
}

static int withdraw(struct store *store, const struct id *id, struct error *error)
{
    struct held held = {0};
    int code = store_device_read(store, error);

    if (code == 0)
        code = find_held(store, id, &held, error);
    if (code == 0 && (held.sent || held.state != STORE_OPERATION_STATE_WAITING))
        code = error_set(error, ERROR_CONFLICT, "operation %s was sent already", id->text);
    if (code == 0) {
        /* Before it is gone: recovering must not bring back what was taken back. */
        store_journal_done(store, id, 1, true);
        code = delete_operation(store, id, error);
    }
    if (code == 0)
        code =
            store_record_refold_stored(store, held.operation->type, &held.operation->record, error);
    if (code == 0)
        code = store_leaving_sweep(store, error);
    operation_free(held.operation);
    return code;
}

int store_outbox_withdraw(struct store *store, const struct id *operation, struct error *error)
{
    int code = store_begin(store, error);

    if (code != 0)
        return code;
    code = store_end(store, withdraw(store, operation, error), error);
    if (code == 0)
        store_wipe(store);
    return code;
}

/* --- settling ------------------------------------------------------------------------------- */

static int accept_operation(struct store *store, const struct store_outcome *outcome,
                            struct error *error)
{
    sqlite3_stmt *statement = store_statement(store, STORE_OPERATION_ACCEPT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_id(statement, 1, &outcome->operation);
    sqlite3_bind_int64(statement, 2, outcome->rev);
    return database_run(store->database, statement, error);
}

/* That a file was opened is kept by the server alone (look.h). */
static bool is_kept_elsewhere(enum record_type type, const struct store_outcome *outcome)
{
    return type == RECORD_ACCESS && outcome->refusal == MERGE_APPLIED;
}

/*
 * What the server made of an accepted operation, worked out here when it was made of the record
 * held here: merge gives the same at both ends. Replaces `*base` then.
 */
static int work_out(const struct operation *operation, const struct store_outcome *outcome,
                    struct record **base, struct error *error)
{
    struct merge_result result;
    int64_t held = *base != NULL ? (*base)->rev : 0;
    int code;

    if (outcome->refusal != MERGE_APPLIED || outcome->seq < 1 || held + 1 != outcome->rev)
        return 0;
    code = merge_apply(&result, operation, *base, error);
    if (code != 0 || result.refusal != MERGE_APPLIED)
        return code;
    result.record->seq = outcome->seq;
    record_free(*base);
    *base = result.record;
    return 0;
}

static int settle_held(struct store *store, const struct held *held,
                       const struct store_outcome *outcome, struct error *error)
{
    const struct operation *operation = held->operation;
    struct record *base;
    int code = store_record_base(store, operation->type, &operation->record, &base, error);

    if (code != 0)
        return code;
    code = outcome->refusal == MERGE_APPLIED ? accept_operation(store, outcome, error)
                                             : delete_operation(store, &outcome->operation, error);
    if (code == 0 && (outcome->refusal != MERGE_APPLIED || outcome->conflict))
        code = store_refusal_add(store, operation, held->number, outcome->refusal, outcome->field,
                                 error);
    if (code == 0 && outcome->record != NULL &&
        (base == NULL || base->rev < outcome->record->rev)) {
        record_free(base);
        base = record_copy(outcome->record);
        if (base == NULL)
            code = error_set(error, ERROR_MEMORY, "store: out of memory");
    }
    if (code == 0)
        code = work_out(operation, outcome, &base, error);
    if (code == 0 && outcome->refusal == MERGE_APPLIED)
        code = store_leaving_seen(store, operation->type, &operation->record, outcome->seq, error);
    /* Whatever the base holds by now is not put on top of it a second time. */
    if (code == 0 && base != NULL)
        code = store_retain(store, operation->type, &operation->record, base->rev, error);
    if (code == 0 && is_kept_elsewhere(operation->type, outcome))
        code = store_record_delete(store, operation->type, &operation->record, error);
    else if (code == 0)
        code = store_record_refold(store, operation->type, &operation->record, base, error);
    record_free(base);
    return code;
}

/* One statement retains what was made in a row, and one says that it is on its way no more. */
static int end_run(struct store *store, struct store_run *run, struct error *error)
{
    int code = run->last > 0 ? store_retain_run(store, run, error) : 0;

    if (code == 0 && run->last > 0)
        code = run_of(store, STORE_SENDING_DONE_RUN, run->first, run->last, error);
    *run = (struct store_run){0};
    return code;
}

static int add_to_run(struct store *store, struct store_run *run, int64_t number, int64_t bytes,
                      struct error *error)
{
    int code = run->last > 0 && number == run->last + 1 ? 0 : end_run(store, run, error);

    if (run->first == 0)
        run->first = number;
    run->last = number;
    run->bytes += bytes;
    return code;
}

/*
 * What nearly always comes, without opening anything sealed: the server applied the one operation
 * on a record to the rev that is held here. 1 when that was it: it is of the run then.
 */
static int settle_plain(struct store *store, const struct store_outcome *outcome,
                        struct store_run *run, struct error *error)
{
    sqlite3_stmt *row;
    enum record_type type;
    struct id record;
    bool promoted = false;
    int64_t bytes, number;
    int code;

    if (!store->folded || outcome->refusal != MERGE_APPLIED || outcome->conflict ||
        outcome->record != NULL || outcome->seq < 1)
        return 0;
    row = store_statement(store, STORE_OPERATION_ALONE, error);
    database_bind_id(row, 1, &outcome->operation);
    sqlite3_bind_int64(row, 2, outcome->number);
    code = database_step(store->database, row, error);
    if (code <= 0)
        return code;
    type = record_type_from_name(database_text(row, 0));
    bytes = sqlite3_column_int64(row, 2);
    number = sqlite3_column_int64(row, 3);
    code = id_parse(&record, database_text(row, 1)) && type != RECORD_NONE ? 0 : 1;
    sqlite3_reset(row);
    if (code == 0)
        code = store_record_promote(store, type, &record, outcome->rev, outcome->seq, &promoted,
                                    error);
    if (code != 0 || !promoted)
        return code < 0 ? code : 0;
    code = add_to_run(store, run, number, bytes, error);
    if (code == 0)
        code = store_leaving_seen(store, type, &record, outcome->seq, error);
    if (code == 0 && is_kept_elsewhere(type, outcome))
        code = store_record_delete(store, type, &record, error);
    return code != 0 ? code : 1;
}

/* `*other` becomes true where it was none of a run. */
static int settle_one(struct store *store, const struct store_outcome *outcome,
                      struct store_run *run, bool *other, struct error *error)
{
    struct error unknown = ERROR_INIT;
    struct held held;
    int code = settle_plain(store, outcome, run, error);

    if (code == 0)
        code = end_run(store, run, error);
    if (code != 0)
        return code < 0 ? code : 0;
    *other = true;
    code = find_held(store, &outcome->operation, &held, &unknown);
    if (code == ERROR_NOT_FOUND)
        return 0;
    if (code != 0)
        return error_set(error, code, "%s", unknown.message);
    if (held.state == STORE_OPERATION_STATE_WAITING)
        code = settle_held(store, &held, outcome, error);
    operation_free(held.operation);
    return code;
}

/* The journal needs to hold no longer what the server answered. */
static void let_go(struct store *store, const struct store_outcome *outcomes, size_t count)
{
    struct id *ids = calloc(count + 1, sizeof(*ids));

    for (size_t i = 0; ids != NULL && i < count; i++)
        ids[i] = outcomes[i].operation;
    if (ids != NULL && count > 0)
        store_journal_done(store, ids, count, false);
    free(ids);
}

static int settle(struct store *store, const struct store_outcome *outcomes, size_t count,
                  struct error *error)
{
    struct store_run run = {0};
    bool other = false;
    int code = store_leaving_begin(store, error);

    for (size_t i = 0; i < count && code == 0; i++)
        code = settle_one(store, &outcomes[i], &run, &other, error);
    if (code == 0)
        code = end_run(store, &run, error);
    if (code == 0)
        code = store_witness_note(store, outcomes, count, error);
    if (code == 0)
        code = store_leaving_sweep(store, error);
    return code == 0 && other
               ? database_run(store->database, store_statement(store, STORE_SENDING_DONE, error),
                              error)
               : code;
}

static int settle_all(struct store *store, const struct store_outcome *outcomes, size_t count,
                      struct error *error)
{
    int code = store_begin(store, error);

    if (code == 0)
        code = store_end(store, settle(store, outcomes, count, error), error);
    if (code == 0) {
        let_go(store, outcomes, count);
        store_wipe(store);
    }
    return code;
}

int store_outbox_settle(struct store *store, const struct store_outcome *outcomes, size_t count,
                        struct error *error)
{
    return settle_all(store, outcomes, count, error);
}

int store_outbox_settle_soon(struct store *store, const struct store_outcome *outcomes,
                             size_t count, struct error *error)
{
    int code;

    database_relax(store->database, true);
    code = settle_all(store, outcomes, count, error);
    database_relax(store->database, false);
    store->unsynced = store->unsynced || code == 0;
    if (code == 0)
        store_sync_begin(store);
    return code;
}
