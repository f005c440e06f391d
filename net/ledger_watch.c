/*
 * The thresholds of queues: who waits where, kept as hand-offs are written; what is crossed, looked
 * at in steps. Looking takes no lock that a writer waits for; only a step that has something to do
 * takes it, and looks again under it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/handoff.h"
#include "app/json.h"
#include "app/queue_measure.h"
#include "app/ticket.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

#define MINUTE_MS INT64_C(60000)

/* What was done with a hand-off by the actions, or does not concern it; nothing of it concerns a
 * ticket. */
enum mark {
    MARK_OPENED = 1 << 0,
    MARK_CALL_BACK = 1 << 1,
    MARK_ALL = MARK_OPENED | MARK_CALL_BACK
};

/* --- kept as records are written ---------------------------------------------------------------
 */

/* A relay may read of a crossing before it reads of the queue: what was told counts from there. */
static int adopt(struct ledger *ledger, const char *name, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_WATCH_ADOPT, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, name);
    return database_run(ledger->writer, statement, error);
}

static int threshold_put(struct ledger *ledger, const char *queue,
                         const struct queue_threshold *threshold, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_WATCH_PUT, error);
    const int64_t numbers[] = {threshold->measure, threshold->action,    threshold->limit,
                               threshold->rearm,   threshold->within_ms, threshold->window_ms,
                               threshold->least};
    char own[QUEUE_THRESHOLD_NAME_SIZE], name[RECORD_KEY_SIZE + QUEUE_THRESHOLD_NAME_SIZE];
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    queue_threshold_name(threshold, own);
    snprintf(name, sizeof(name), "%s %s", queue, own);
    database_bind_text(statement, 1, name);
    database_bind_text(statement, 2, queue);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sqlite3_bind_int64(statement, (int)i + 3, numbers[i]);
    code = database_run(ledger->writer, statement, error);
    return code != 0 ? code : adopt(ledger, name, error);
}

int ledger_watch_queue(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    const char *key = record_text(row->record, "key");
    struct queue_threshold thresholds[QUEUE_THRESHOLDS_LIMIT];
    size_t count = 0;
    sqlite3_stmt *statement;
    int code = 0;

    if (!json_bool_or(row->record->body, "ended", false))
        code = queue_thresholds_read(row->record->body, thresholds, &count, error);
    if (code != 0)
        return code;
    statement = database_statement(ledger->writer, LEDGER_WATCH_GONE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, key);
    code = database_run(ledger->writer, statement, error);
    for (size_t i = 0; i < count && code == 0; i++)
        code = threshold_put(ledger, key, &thresholds[i], error);
    ledger_bell_ring(ledger, LEDGER_BELL_WATCH);
    return code;
}

/* What a terminal whose clock is ahead says to have ended is no reason to forget the others. */
static int wait_prune(struct ledger *ledger, int64_t ended_ms, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_WAIT_PRUNE, error);
    int64_t now = clock_system(NULL);

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, (ended_ms < now ? ended_ms : now) - QUEUE_WINDOW_LIMIT_MS);
    return database_run(ledger->writer, statement, error);
}

/* Nobody offers a call-back for one that is one, or to a client whom the sender keeps. */
static int marks_of(const struct record *handoff)
{
    bool called = record_text(handoff, "call_back_at")[0] != '\0' ||
                  handoff_is_kind(handoff, HANDOFF_CALL_BACK) ||
                  handoff_is_kind(handoff, HANDOFF_CONSULT);

    return (record_text(handoff, "also_queue")[0] != '\0' ? MARK_OPENED : 0) |
           (called ? MARK_CALL_BACK : 0);
}

/* At a relay: what its clock offered to a queue is by the centre's word, under the same id, for
 * somebody. */
static int wait_forget(struct ledger *ledger, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_WAIT_DELETE, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row);
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && database_changes(ledger->writer) > 0)
        ledger_bell_ring(ledger, LEDGER_BELL_WATCH);
    return code;
}

int ledger_watch_handoff(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    const struct record *handoff = row->record;
    const char *contact = record_text(handoff, "contact");
    struct queue_wait wait;
    sqlite3_stmt *statement;
    int code = 0;

    if (!queue_wait_read(handoff, &wait))
        return ledger->is_relay ? wait_forget(ledger, row->row, error) : 0;
    statement = database_statement(ledger->writer, LEDGER_WAIT_PUT, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    database_bind_text(statement, 2, record_text(handoff, "to_queue"));
    if (*contact != '\0')
        database_bind_text(statement, 3, contact);
    sqlite3_bind_int64(statement, 4, wait.from_ms);
    if (wait.end != QUEUE_STILL)
        sqlite3_bind_int64(statement, 5, wait.to_ms);
    sqlite3_bind_int(statement, 6, (int)wait.end);
    sqlite3_bind_int(statement, 7, marks_of(handoff));
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && wait.end != QUEUE_STILL)
        code = wait_prune(ledger, wait.to_ms, error);
    ledger_bell_ring(ledger, LEDGER_BELL_WATCH);
    return code;
}

/* The zone of a ticket's office; NULL, which is UTC, when that is not known here. */
static int office_zone(struct ledger *ledger, const struct record *ticket, struct zone **zone,
                       struct error *error)
{
    struct id id = id_from_key("office", record_text(ticket, "office"));
    struct ledger_row office = {0};
    int code = ledger_row_read(ledger->writer, RECORD_OFFICE, &id, &office, error);

    *zone = NULL;
    if (code == 0 && zone_open(zone, record_text(office.record, "zone"), NULL) != 0)
        *zone = NULL;
    ledger_row_clear(&office);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* A ticket may wait again, and in another queue: what is kept of it is what it says now. */
int ledger_watch_ticket(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    const struct record *ticket = row->record;
    struct zone *zone;
    struct queue_wait wait;
    sqlite3_stmt *statement;
    int code = office_zone(ledger, ticket, &zone, error);

    if (code != 0)
        return code;
    ticket_wait_read(ticket, zone, &wait);
    zone_free(zone);
    statement = database_statement(ledger->writer, LEDGER_WAIT_REPLACE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    database_bind_text(statement, 2, record_text(ticket, "queue"));
    sqlite3_bind_int64(statement, 3, wait.from_ms);
    sqlite3_bind_int64(statement, 4, wait.to_ms);
    sqlite3_bind_int(statement, 5, (int)wait.end);
    sqlite3_bind_int(statement, 6, MARK_ALL);
    code = database_run(ledger->writer, statement, error);
    if (code == 0 && wait.end != QUEUE_STILL)
        code = wait_prune(ledger, wait.to_ms, error);
    ledger_bell_ring(ledger, LEDGER_BELL_WATCH);
    return code;
}

int ledger_watch_contact(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    sqlite3_stmt *statement;
    int64_t at_ms;
    int code;

    if (!queue_client_gone(row->record, &at_ms))
        return 0;
    statement = database_statement(ledger->writer, LEDGER_WAIT_CLIENT_GONE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, row->record->id.text);
    sqlite3_bind_int64(statement, 2, at_ms);
    sqlite3_bind_int(statement, 3, QUEUE_ABANDONED);
    code = database_run(ledger->writer, statement, error);
    if (sqlite3_changes(database_handle(ledger->writer)) > 0)
        ledger_bell_ring(ledger, LEDGER_BELL_WATCH);
    return code;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct watched {
    char name[RECORD_KEY_SIZE + QUEUE_THRESHOLD_NAME_SIZE];
    char queue[RECORD_KEY_SIZE];
    struct queue_threshold threshold;
    int64_t number; /* of crossings so far */
    bool crossed;   /* now */
    bool gone;      /* the queue has it no more */
};

/* One look at all thresholds. */
struct look {
    struct ledger *ledger;
    struct database *database;
    int64_t now_ms;
    bool writing;
    bool due; /* there is something to write */
    struct ledger_watch *result;
    struct watched *list; /* owned */
    size_t count;
    /* Of the queue at hand: */
    struct queue_wait *waits; /* owned */
    int64_t *rows;            /* owned: of each wait */
    int *marks;               /* owned */
    size_t wait_count;
};

static void look_free(struct look *look)
{
    free(look->list);
    free(look->waits);
    free(look->rows);
    free(look->marks);
}

static void watched_fill(struct watched *watched, sqlite3_stmt *statement)
{
    snprintf(watched->name, sizeof(watched->name), "%s", database_text(statement, 0));
    snprintf(watched->queue, sizeof(watched->queue), "%s", database_text(statement, 1));
    watched->threshold = (struct queue_threshold){
        .measure = (enum queue_measure)sqlite3_column_int(statement, 2),
        .action = (enum queue_action)sqlite3_column_int(statement, 3),
        .limit = sqlite3_column_int64(statement, 4),
        .rearm = sqlite3_column_int64(statement, 5),
        .within_ms = sqlite3_column_int64(statement, 6),
        .window_ms = sqlite3_column_int64(statement, 7),
        .least = sqlite3_column_int64(statement, 8),
    };
    watched->number = sqlite3_column_int64(statement, 9);
    watched->crossed = sqlite3_column_int(statement, 10) != 0;
    watched->gone = sqlite3_column_int(statement, 11) != 0;
}

static int list_read(struct look *look, struct error *error)
{
    sqlite3_stmt *statement = database_statement(look->database, LEDGER_WATCH_EACH, error);
    int code;

    if (statement == NULL)
        return ERROR_STORAGE;
    while ((code = database_step(look->database, statement, error)) > 0) {
        struct watched *longer = realloc(look->list, (look->count + 1) * sizeof(*longer));

        if (longer == NULL) {
            sqlite3_reset(statement);
            return error_set(error, ERROR_MEMORY, "no memory for the thresholds of queues");
        }
        look->list = longer;
        watched_fill(&longer[look->count++], statement);
    }
    return code;
}

static bool waits_grow(struct look *look, size_t *capacity)
{
    size_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    struct queue_wait *waits = realloc(look->waits, wanted * sizeof(*waits));
    int64_t *rows = waits != NULL ? realloc(look->rows, wanted * sizeof(*rows)) : NULL;
    int *marks = rows != NULL ? realloc(look->marks, wanted * sizeof(*marks)) : NULL;

    if (waits != NULL)
        look->waits = waits;
    if (rows != NULL)
        look->rows = rows;
    if (marks == NULL)
        return false;
    look->marks = marks;
    *capacity = wanted;
    return true;
}

static int waits_read(struct look *look, const char *queue, struct error *error)
{
    sqlite3_stmt *statement = database_statement(look->database, LEDGER_WAIT_OF, error);
    size_t capacity = 0;
    int code;

    look->wait_count = 0;
    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, queue);
    sqlite3_bind_int64(statement, 2, look->now_ms - QUEUE_WINDOW_LIMIT_MS);
    while ((code = database_step(look->database, statement, error)) > 0) {
        if (look->wait_count == capacity && !waits_grow(look, &capacity)) {
            sqlite3_reset(statement);
            return error_set(error, ERROR_MEMORY, "no memory for those who wait in a queue");
        }
        look->rows[look->wait_count] = sqlite3_column_int64(statement, 0);
        look->waits[look->wait_count] = (struct queue_wait){
            sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 2),
            (enum queue_end)sqlite3_column_int(statement, 3)};
        look->marks[look->wait_count++] = sqlite3_column_int(statement, 4);
    }
    return code;
}

/* --- crossing --------------------------------------------------------------------------------- */

static int state_put(struct look *look, const struct watched *watched, struct error *error)
{
    sqlite3_stmt *statement = database_statement(look->database, LEDGER_WATCH_STATE, error);

    if (statement == NULL)
        return ERROR_STORAGE;
    database_bind_text(statement, 1, watched->name);
    sqlite3_bind_int64(statement, 2, watched->number);
    sqlite3_bind_int(statement, 3, watched->crossed);
    return database_run(look->database, statement, error);
}

static int cross(struct look *look, struct watched *watched, int64_t value, struct error *error)
{
    struct ledger_alert alert = {.queue = watched->queue,
                                 .name = watched->name,
                                 .threshold = &watched->threshold,
                                 .value = value};
    int code;

    look->due = true;
    watched->crossed = true;
    watched->number++;
    if (!look->writing)
        return 0;
    look->result->crossed++;
    code = ledger_alert_number(look->ledger, watched->name, &watched->number, error);
    if (code == 0)
        code = state_put(look, watched, error);
    if (code != 0)
        return code;
    alert.number = watched->number;
    return ledger_alert_raise(look->ledger, &alert, look->now_ms, error);
}

static int come_back(struct look *look, struct watched *watched, struct error *error)
{
    int code;

    look->due = true;
    watched->crossed = false;
    if (!look->writing)
        return 0;
    look->result->over++;
    code = state_put(look, watched, error);
    return code == 0
               ? ledger_alert_end(look->ledger, watched->name, watched->number, look->now_ms, error)
               : code;
}

/* --- actions ---------------------------------------------------------------------------------- */

/* The full key of the queue that this one opens to; "" when there is none any more. */
static int next_key(struct look *look, const char *queue, char key[RECORD_KEY_SIZE],
                    struct error *error)
{
    struct record *own = NULL, *next = NULL;
    int code = ledger_catalogue_find(look->ledger, RECORD_QUEUE, queue, &own, error);

    *key = '\0';
    if (code == 0 && own != NULL && record_text(own, "next_queue")[0] != '\0') {
        record_full_key(own, record_text(own, "next_queue"), key);
        code = ledger_catalogue_find(look->ledger, RECORD_QUEUE, key, &next, error);
        if (next == NULL)
            *key = '\0';
    }
    record_free(own);
    record_free(next);
    return code;
}

static int mark_one(struct look *look, int64_t number, json_t *body, struct error *error)
{
    struct ledger_own own = {
        .kind = OPERATION_FIELDS, .type = RECORD_HANDOFF, .now_ms = look->now_ms};
    struct ledger_row row;
    int code = ledger_row_read_number(look->database, number, &row, error);

    if (code == 0) {
        own.record = row.record->id;
        own.base = row.record->rev;
        code = ledger_own_write(look->ledger, &own, json_incref(body), error);
    }
    ledger_row_clear(&row);
    return code;
}

/* Marks those that wait and are not marked yet. */
static int mark_waiting(struct look *look, const struct watched *watched, struct error *error)
{
    bool opens = watched->threshold.action == QUEUE_OPEN;
    int mark = opens ? MARK_OPENED : MARK_CALL_BACK;
    char key[RECORD_KEY_SIZE];
    json_t *body = NULL;
    int code = 0;

    for (size_t i = 0; i < look->wait_count && code == 0; i++) {
        if (look->waits[i].end != QUEUE_STILL || (look->marks[i] & mark) != 0)
            continue;
        look->due = true;
        if (!look->writing)
            return 0;
        if (body == NULL && opens) {
            code = next_key(look, watched->queue, key, error);
            if (code != 0 || *key == '\0')
                return code;
        }
        if (body == NULL)
            body = opens ? json_pack("{s:s}", "also_queue", key)
                         : json_pack("{s:o}", "call_back_at", json_time(look->now_ms));
        look->marks[i] |= mark;
        code = mark_one(look, look->rows[i], body, error);
    }
    json_decref(body);
    return code;
}

/* --- looking ---------------------------------------------------------------------------------- */

static int look_at(struct look *look, struct watched *watched, struct error *error)
{
    const struct queue_threshold *threshold = &watched->threshold;
    struct queue_value value;
    int64_t next;
    int code = 0;

    /* Its count stays: it may be set again, and its alerts have other ids then. */
    if (watched->gone)
        return watched->crossed ? come_back(look, watched, error) : 0;
    value = queue_measure(threshold, look->waits, look->wait_count, look->now_ms);
    switch (queue_threshold_step(threshold, watched->crossed, &value)) {
    case QUEUE_CROSSES:
        code = cross(look, watched, value.value, error);
        break;
    case QUEUE_COMES_BACK:
        code = come_back(look, watched, error);
        break;
    case QUEUE_STAYS:
        break;
    }
    /* What follows is the centre's to do. */
    if (code == 0 && watched->crossed && threshold->action != QUEUE_NOTIFY &&
        !look->ledger->is_relay)
        code = mark_waiting(look, watched, error);
    next = queue_threshold_next(threshold, watched->crossed, look->waits, look->wait_count,
                                look->now_ms);
    if (next < look->result->next_ms)
        look->result->next_ms = next;
    return code;
}

/* At a relay: of what others serve too, much is not known here. */
static int is_watched(struct look *look, const char *queue, bool *watched, struct error *error)
{
    *watched = true;
    return look->ledger->is_relay
               ? ledger_queue_is_inside(look->ledger, look->database, look->ledger->relay_office,
                                        queue, watched, error)
               : 0;
}

static int look_at_all(struct look *look, struct error *error)
{
    int code = list_read(look, error);
    bool watched = false;

    *look->result = (struct ledger_watch){.next_ms = INT64_MAX};
    for (size_t i = 0; i < look->count && code == 0; i++) {
        const char *queue = look->list[i].queue;
        bool first = i == 0 || strcmp(queue, look->list[i - 1].queue) != 0;

        if (first)
            code = is_watched(look, queue, &watched, error);
        if (code == 0 && first && watched)
            code = waits_read(look, queue, error);
        if (code == 0 && watched)
            code = look_at(look, &look->list[i], error);
    }
    look_free(look);
    return code;
}

int ledger_queues_watch(struct ledger *ledger, int64_t now_ms, struct ledger_watch *watch,
                        struct error *error)
{
    struct look look = {.ledger = ledger, .now_ms = now_ms, .result = watch};
    struct ledger_reader *reader;
    int code = ledger_reader_take(ledger, &reader, error);

    *watch = (struct ledger_watch){.next_ms = INT64_MAX};
    if (code != 0)
        return code;
    look.database = reader->database;
    code = look_at_all(&look, error);
    ledger_reader_give(ledger, reader);
    if (code != 0 || !look.due)
        return code;
    code = ledger_begin(ledger, error);
    if (code != 0)
        return code;
    look = (struct look){.ledger = ledger,
                         .database = ledger->writer,
                         .now_ms = now_ms,
                         .writing = true,
                         .result = watch};
    code = look_at_all(&look, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}
