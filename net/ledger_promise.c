#include "net/ledger_promise.h"

#include <string.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/promise_state.h"
#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/* One case has few: one for each service that it was about. */
#define PROMISES_OF_CASE 32

/* Why the server itself drops a refund: a word, said in the reader's language. */
#define REASON_IN_TIME "in-time"

struct id ledger_refund_id(const struct id *promise)
{
    return id_from_key("task", promise->text);
}

static int write_own(struct ledger *ledger, enum operation_kind kind, enum record_type type,
                     const struct id *id, int64_t base, int64_t now_ms, json_t *body,
                     struct error *error)
{
    return ledger_own_write(
        ledger,
        &(struct ledger_own){
            .kind = kind, .type = type, .record = *id, .base = base, .now_ms = now_ms},
        body, error);
}

/* --- where ----------------------------------------------------------------------------------- */

static int read_place(struct ledger *ledger, const char *office_key, struct promise_place *place,
                      struct error *error)
{
    struct record *office = NULL, *calendar = NULL;
    char key[RECORD_KEY_SIZE];
    int code = ledger_catalogue_find(ledger, RECORD_OFFICE, office_key, &office, error);

    if (code == 0 && office != NULL && *record_text(office, "calendar") != '\0') {
        record_full_key(office, record_text(office, "calendar"), key);
        code = ledger_catalogue_find(ledger, RECORD_CALENDAR, key, &calendar, error);
    }
    *place = promise_place_of(office, calendar);
    record_free(office);
    record_free(calendar);
    return code;
}

/* --- the refund ------------------------------------------------------------------------------ */

/* The queue that serves a service; "" when there is none. */
static int read_queue(struct ledger *ledger, const char *service_key, char queue[RECORD_KEY_SIZE],
                      struct error *error)
{
    struct record *service = NULL, *found = NULL;
    int code = ledger_catalogue_find(ledger, RECORD_SERVICE, service_key, &service, error);

    queue[0] = '\0';
    if (code == 0 && service != NULL && *record_text(service, "queue") != '\0') {
        record_full_key(service, record_text(service, "queue"), queue);
        code = ledger_catalogue_find(ledger, RECORD_QUEUE, queue, &found, error);
        if (found == NULL)
            queue[0] = '\0';
    }
    record_free(service);
    record_free(found);
    return code;
}

static int64_t refund_due(const struct promise_place *place, int64_t now_ms)
{
    struct calendar_day day = promise_day(place, now_ms);

    day = calendar_add_business_days(place->calendar, &day, 1);
    /* Noon in Greenwich is the same day in every Canadian zone. */
    return (calendar_day_number(&day) * 24 + 12) * INT64_C(3600000);
}

static int make_refund(struct ledger *ledger, const struct promise *promise,
                       const struct promise_place *place, int64_t now_ms, struct error *error)
{
    struct id id = ledger_refund_id(&promise->id), server = delivery_server();
    char queue[RECORD_KEY_SIZE];
    struct ledger_row matter;
    const char *client;
    int code = read_queue(ledger, promise->service, queue, error);

    if (code == 0)
        code = ledger_row_read(ledger->writer, RECORD_CASE, &promise->matter, &matter, error);
    if (code != 0)
        return code;
    client = record_text(matter.record, "client");
    code = write_own(ledger, OPERATION_APPEND, RECORD_TASK, &id, 0, now_ms,
                     json_pack("{s:s, s:s, s:s*, s:s, s:s*, s:s, s:s, s:o, s:o, s:s}", "kind",
                               "refund", "case", promise->matter.text, "client",
                               *client != '\0' ? client : NULL, "promise", promise->id.text,
                               "to_queue", *queue != '\0' ? queue : NULL, "author", server.text,
                               "office", promise->office, "at", json_time(now_ms), "due_at",
                               json_time(refund_due(place, now_ms)), "state", "open"),
                     error);
    ledger_row_clear(&matter);
    return code;
}

/* The task stands as the promise does: there is one when it is missed, and it is open unless
 * somebody has dealt with it. */
static int follow_refund(struct ledger *ledger, const struct promise *promise,
                         const struct promise_place *place, bool missed, int64_t now_ms,
                         struct error *error)
{
    struct id id = ledger_refund_id(&promise->id), server = delivery_server();
    struct ledger_row task = {0};
    int code = ledger_row_read(ledger->writer, RECORD_TASK, &id, &task, error);
    const char *state;

    if (code == ERROR_NOT_FOUND)
        return missed ? make_refund(ledger, promise, place, now_ms, error) : 0;
    if (code != 0)
        return code;
    state = record_text(task.record, "state");
    if (missed && strcmp(state, "dropped") == 0 &&
        strcmp(record_text(task.record, "ended_by"), server.text) == 0)
        code = write_own(
            ledger, OPERATION_CLAIM, RECORD_TASK, &id, task.record->rev, now_ms,
            json_pack("{s:s, s:n, s:n, s:n}", "state", "open", "ended_by", "ended_at", "reason"),
            error);
    else if (!missed && strcmp(state, "open") == 0)
        code =
            write_own(ledger, OPERATION_CLAIM, RECORD_TASK, &id, task.record->rev, now_ms,
                      json_pack("{s:s, s:s, s:o, s:s}", "state", "dropped", "ended_by", server.text,
                                "ended_at", json_time(now_ms), "reason", REASON_IN_TIME),
                      error);
    ledger_row_clear(&task);
    return code;
}

/* --- writing --------------------------------------------------------------------------------- */

/* What is to be claimed of a promise that stands so. New. */
static json_t *claim_of(const struct promise *promise, const struct promise_standing *standing)
{
    bool paused = standing->state == PROMISE_PAUSED, ended = standing->state >= PROMISE_MET;

    return json_pack("{s:o, s:o, s:s, s:o, s:o}", "events", promise_events(promise), "due_at",
                     json_time(standing->due_ms), "state", promise_state_word(standing->state),
                     "paused_at", paused ? json_time(standing->since_ms) : json_null(), "ended_at",
                     ended ? json_time(standing->since_ms) : json_null());
}

/* Whether a claim would change anything. */
static bool says_the_same(const struct record *record, json_t *claim)
{
    const char *name;
    json_t *value;

    json_object_foreach(claim, name, value)
    {
        const json_t *present = json_object_get(record->body, name);

        if (present == NULL ? !json_is_null(value) && json_array_size(value) > 0
                            : !json_equal(present, value))
            return false;
    }
    return true;
}

/* Writes how a promise stands at `at_ms` into its record, and what follows. */
static int settle(struct ledger *ledger, const struct record *record, const struct promise *promise,
                  int64_t at_ms, int64_t now_ms, struct error *error)
{
    bool was_missed = strcmp(record_text(record, "state"), "missed") == 0;
    struct promise_place place;
    struct promise_standing standing;
    json_t *claim;
    int code = read_place(ledger, promise->office, &place, error);

    if (code == 0) {
        promise_stand(promise, &place, at_ms, &standing);
        claim = claim_of(promise, &standing);
        if (claim != NULL && says_the_same(record, claim))
            json_decref(claim);
        else
            code = write_own(ledger, OPERATION_CLAIM, RECORD_PROMISE, &record->id, record->rev,
                             now_ms, claim, error);
    }
    if (code == 0 && promise->terms.refund && was_missed != (standing.state == PROMISE_MISSED))
        code = follow_refund(ledger, promise, &place, !was_missed, now_ms, error);
    promise_place_clear(&place);
    return code;
}

/* Makes the record, as it stood when it began. */
static int make(struct ledger *ledger, struct promise *promise, int64_t now_ms, struct error *error)
{
    const struct promise_terms *terms = &promise->terms;
    struct promise_place place;
    struct promise_standing standing;
    int code = read_place(ledger, promise->office, &place, error);

    if (code == 0) {
        promise_stand(promise, &place, promise->started_ms, &standing);
        code = write_own(
            ledger, OPERATION_APPEND, RECORD_PROMISE, &promise->id, 0, now_ms,
            json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:b, s:s, s:o, s:o, s:s}", "case",
                      promise->matter.text, "service", promise->service, "channel",
                      promise->channel, "kind", terms->kind, "amount", (json_int_t)terms->count,
                      "unit", terms->unit, "refund", terms->refund, "office", promise->office,
                      "started_at", json_time(promise->started_ms), "due_at",
                      json_time(standing.due_ms), "state", promise_state_word(PROMISE_RUNNING)),
            error);
    }
    promise_place_clear(&place);
    return code;
}

/* --- what becomes of a case ------------------------------------------------------------------ */

struct changed {
    struct ledger *ledger;
    const struct record *after;
    int64_t at_ms; /* when the agent did it */
    int64_t now_ms;
};

/* The numbers of the promises of a case. */
static int list(struct changed *changed, int64_t numbers[PROMISES_OF_CASE], size_t *count,
                struct error *error)
{
    struct database *database = changed->ledger->writer;
    sqlite3_stmt *statement = database_statement(database, LEDGER_RECORD_PROMISES, error);
    int code = 1;

    *count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, changed->after->id.text);
    while (code > 0 && *count < PROMISES_OF_CASE &&
           (code = database_step(database, statement, error)) > 0)
        numbers[(*count)++] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return code < 0 ? code : 0;
}

/* Tells one promise; `own` becomes true when it is of the present service. */
static int tell(struct changed *changed, int64_t number, bool *own, struct error *error)
{
    const char *service = record_text(changed->after, "service");
    struct promise promise;
    struct ledger_row row;
    int code = ledger_row_read_number(changed->ledger->writer, number, &row, error);
    bool added = false;

    if (code == 0 && promise_of_record(&promise, row.record)) {
        if (strcmp(promise.service, service) != 0) {
            added = promise_add(&promise, changed->at_ms, PROMISE_VOID);
        } else if (!promise_was_left(&promise)) {
            *own = true;
            added = promise_add(&promise, changed->at_ms,
                                promise_meaning(record_text(changed->after, "status")));
        }
        if (added)
            code = settle(changed->ledger, row.record, &promise,
                          promise.events[promise.count - 1].at_ms, changed->now_ms, error);
    }
    ledger_row_clear(&row);
    return code;
}

/* Begins the promise of the present service. */
static int begin(struct changed *changed, struct error *error)
{
    enum promise_state meaning = promise_meaning(record_text(changed->after, "status"));
    struct record *service = NULL;
    struct promise promise;
    struct ledger_row row = {0};
    int code = ledger_catalogue_find(changed->ledger, RECORD_SERVICE,
                                     record_text(changed->after, "service"), &service, error);

    if (code != 0 || service == NULL || meaning == PROMISE_MET ||
        !promise_of_case(&promise, changed->after, service)) {
        record_free(service);
        return code;
    }
    record_free(service);
    if (promise.started_ms > changed->now_ms)
        promise.started_ms = changed->now_ms;
    promise.id = promise_id(&promise.matter, promise.service, promise.started_ms);
    code = ledger_row_read(changed->ledger->writer, RECORD_PROMISE, &promise.id, &row, error);
    if (code == ERROR_NOT_FOUND) {
        code = make(changed->ledger, &promise, changed->now_ms, error);
        if (code == 0 && promise_add(&promise, changed->at_ms, meaning))
            code =
                ledger_row_read(changed->ledger->writer, RECORD_PROMISE, &promise.id, &row, error);
        if (code == 0 && row.record != NULL)
            code = settle(changed->ledger, row.record, &promise, changed->at_ms, changed->now_ms,
                          error);
    }
    ledger_row_clear(&row);
    return code;
}

int ledger_promise_follow(struct ledger *ledger, const struct record *before,
                          const struct record *after, const struct operation *operation,
                          int64_t now_ms, struct error *error)
{
    struct changed changed = {ledger, after, operation->moment.ms, now_ms};
    int64_t numbers[PROMISES_OF_CASE];
    bool own = false;
    size_t count;
    int code;

    if (before != NULL &&
        strcmp(record_text(before, "status"), record_text(after, "status")) == 0 &&
        strcmp(record_text(before, "service"), record_text(after, "service")) == 0)
        return 0;
    if (changed.at_ms > now_ms || changed.at_ms <= 0)
        changed.at_ms = now_ms;
    code = list(&changed, numbers, &count, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = tell(&changed, numbers[i], &own, error);
    if (code == 0 && !own && count < PROMISES_OF_CASE && *record_text(after, "service") != '\0')
        code = begin(&changed, error);
    return code;
}

/* --- the clock ------------------------------------------------------------------------------- */

int ledger_promise_list(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    int64_t due = 0;
    bool runs = strcmp(record_text(row->record, "state"), "running") == 0 &&
                timestamp_parse(record_text(row->record, "due_at"), &due);
    sqlite3_stmt *statement = database_statement(
        ledger->writer, runs ? LEDGER_PROMISE_PUT : LEDGER_PROMISE_DELETE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    if (runs)
        sqlite3_bind_int64(statement, 2, due);
    if (runs)
        ledger_bell_ring(ledger, LEDGER_BELL_PROMISES);
    return database_run(ledger->writer, statement, error);
}

int ledger_promise_next(struct ledger *ledger, int64_t *at_ms, struct error *error)
{
    *at_ms = INT64_MAX;
    return ledger_read_number(ledger, LEDGER_PROMISE_FIRST, 1, at_ms, error);
}

/* Settles the first of those whose time has passed; 1 when there was one. */
static int settle_first(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    struct promise promise;
    struct ledger_row row;
    int code = ledger_first_due(ledger, LEDGER_PROMISE_FIRST, now_ms, &row, error);

    if (code <= 0)
        return code;
    code = promise_of_record(&promise, row.record)
               ? settle(ledger, row.record, &promise, now_ms, now_ms, error)
               : error_set(error, ERROR_INTERNAL, "promise %s cannot be read", row.record->id.text);
    ledger_row_clear(&row);
    return code == 0 ? 1 : code;
}

int ledger_promises_settle(struct ledger *ledger, int64_t now_ms, int *settled, struct error *error)
{
    return ledger_settle_due(ledger, settle_first, LEDGER_PROMISES_LIMIT, now_ms, settled, error);
}
