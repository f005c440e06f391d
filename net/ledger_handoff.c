#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "net/ledger_follow.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"
#include "net/ledger_upward.h"

/* Longest chain of queues that one offer goes on through. */
#define QUEUES_LIMIT 16

#define MINUTE_MS INT64_C(60000)

/* --- which offers have an end ----------------------------------------------------------------- */

/* Where a relay serves an office its clock expires what stays within; the centre does so only long
 * after, when the relay seems to be gone. */
#define RELAY_GONE_MS (INT64_C(12) * 3600 * 1000)

static int has_relay(struct ledger *ledger, const char *office, bool *has, struct error *error)
{
    sqlite3_stmt *statement = database_statement(ledger->writer, LEDGER_RELAY_OF_OFFICE, error);
    int code;

    database_bind_text(statement, 1, office);
    code = database_has_row(ledger->writer, statement, error);
    *has = code > 0;
    return code < 0 ? code : 0;
}

/* Which of the clocks, the centre's and the relay's, expires an offer: here or not, or later. */
static int clock_of(struct ledger *ledger, const struct record *handoff, bool *here,
                    int64_t *expires, struct error *error)
{
    const char *office = record_text(handoff, "office");
    bool inside = false;
    int code = 0;

    if (ledger->is_relay)
        return ledger_handoff_is_inside(ledger, ledger->relay_office, handoff, here, error);
    *here = true;
    code = has_relay(ledger, office, &inside, error);
    if (code == 0 && inside)
        code = ledger_handoff_is_inside(ledger, office, handoff, &inside, error);
    if (inside)
        *expires += RELAY_GONE_MS;
    return code;
}

int ledger_handoff_list(struct ledger *ledger, const struct ledger_row *row, struct error *error)
{
    int64_t expires = 0;
    bool open = strcmp(record_text(row->record, "state"), "offered") == 0 &&
                timestamp_parse(record_text(row->record, "expires_at"), &expires);
    sqlite3_stmt *statement;
    int code = open ? clock_of(ledger, row->record, &open, &expires, error) : 0;

    if (code != 0)
        return code;
    statement =
        database_statement(ledger->writer, open ? LEDGER_EXPIRY_PUT : LEDGER_EXPIRY_DELETE, error);
    if (statement == NULL)
        return ERROR_STORAGE;
    sqlite3_bind_int64(statement, 1, row->row);
    if (open)
        sqlite3_bind_int64(statement, 2, expires);
    if (open)
        ledger_bell_ring(ledger, LEDGER_BELL_HANDOFFS);
    return database_run(ledger->writer, statement, error);
}

/* Numbers of the rows of offers that have an end: of all at a relay, whose list has only its own.
 */
static int open_offers(struct ledger *ledger, int64_t **numbers, size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_statement(
        ledger->writer, ledger->is_relay ? LEDGER_EXPIRY_OPEN : LEDGER_EXPIRY_EACH, error);
    int code = statement != NULL ? 1 : ERROR_STORAGE;

    *numbers = NULL;
    *count = 0;
    while (code > 0 && (code = database_step(ledger->writer, statement, error)) > 0) {
        int64_t *longer = realloc(*numbers, (*count + 1) * sizeof(*longer));

        if (longer == NULL) {
            sqlite3_reset(statement);
            code = error_set(error, ERROR_MEMORY, "no memory for offers");
            break;
        }
        *numbers = longer;
        longer[(*count)++] = sqlite3_column_int64(statement, 0);
    }
    return code;
}

int ledger_handoffs_relist(struct ledger *ledger, struct error *error)
{
    int64_t *numbers;
    size_t count;
    int code = open_offers(ledger, &numbers, &count, error);

    for (size_t i = 0; i < count && code == 0; i++) {
        struct ledger_row row;

        code = ledger_row_read_number(ledger->writer, numbers[i], &row, error);
        if (code == 0)
            code = ledger_handoff_list(ledger, &row, error);
        ledger_row_clear(&row);
    }
    free(numbers);
    return code;
}

int ledger_handoff_next(struct ledger *ledger, int64_t *at_ms, struct error *error)
{
    *at_ms = INT64_MAX;
    return ledger_read_number(ledger, LEDGER_EXPIRY_FIRST, 1, at_ms, error);
}

/* --- going on to the next queue --------------------------------------------------------------- */

int ledger_catalogue_find(struct ledger *ledger, enum record_type type, const char *key,
                          struct record **record, struct error *error)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct ledger_row row;
    int code = ledger_row_read(ledger->writer, type, &id, &row, error);

    *record = NULL;
    if (code == 0 && !json_bool_or(row.record->body, "ended", false)) {
        *record = row.record;
        row.record = NULL;
    }
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* Whether the offer has been to this queue already: 1. It then goes back to its sender, instead of
 * round and round. */
static int has_been(struct ledger *ledger, const struct record *handoff, const char *queue,
                    struct error *error)
{
    struct record *link = record_copy(handoff);
    int code = link != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a hand-off");

    for (int i = 0; code == 0 && link != NULL; i++) {
        struct ledger_row before = {0};
        struct id id;

        if (i == QUEUES_LIMIT || strcmp(record_text(link, "to_queue"), queue) == 0)
            code = 1;
        else if (id_parse(&id, record_text(link, "follows")))
            code = ledger_row_read(ledger->writer, RECORD_HANDOFF, &id, &before, error);
        record_free(link);
        link = before.record;
    }
    record_free(link);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* The queue to which an unanswered offer goes on, by the rule of the one that it was in; NULL when
 * it goes back to its sender. */
static int next_queue(struct ledger *ledger, const struct record *handoff, struct record **next,
                      struct error *error)
{
    struct record *queue = NULL;
    char key[RECORD_KEY_SIZE];
    int code = 0;

    *next = NULL;
    if (record_text(handoff, "to_queue")[0] == '\0')
        return 0;
    code = ledger_catalogue_find(ledger, RECORD_QUEUE, record_text(handoff, "to_queue"), &queue,
                                 error);
    if (code != 0 || queue == NULL || record_text(queue, "next_queue")[0] == '\0') {
        record_free(queue);
        return code;
    }
    record_full_key(queue, record_text(queue, "next_queue"), key);
    record_free(queue);
    code = has_been(ledger, handoff, key, error);
    if (code == 0)
        code = ledger_catalogue_find(ledger, RECORD_QUEUE, key, next, error);
    return code < 0 ? code : 0;
}

json_t *ledger_handoff_again(const struct record *handoff, const struct record *queue,
                             int64_t now_ms)
{
    static const char *const kept[] = {
        "from",     "kind",    "office",   "case",       "contact",   "client",  "submission",
        "channel",  "summary", "context",  "facts",      "place",     "service", "skills",
        "language", "level",   "priority", "promise_at", "call_from", "call_to"};
    int64_t minutes = queue != NULL ? json_integer_or(queue->body, "offer_minutes", 0) : 0;
    json_t *body = json_pack("{s:s*, s:o, s:s, s:s}", "to_queue",
                             queue != NULL ? record_text(queue, "key") : NULL, "offered_at",
                             json_time(now_ms), "state", "offered", "follows", handoff->id.text);
    bool failed = body == NULL;

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        json_t *value = json_object_get(handoff->body, kept[i]);

        if (value != NULL)
            failed |= json_object_set(body, kept[i], value) != 0;
    }
    /* The client has waited since the first of them. */
    if (queue_since_ms(handoff) > 0)
        failed |=
            json_object_set_new(body, "waiting_since", json_time(queue_since_ms(handoff))) != 0;
    if (minutes > 0 && minutes <= LEDGER_OFFER_MINUTES_LIMIT)
        failed |=
            json_object_set_new(body, "expires_at", json_time(now_ms + minutes * MINUTE_MS)) != 0;
    if (failed) {
        json_decref(body);
        return NULL;
    }
    return body;
}

static int apply(struct ledger *ledger, enum operation_kind kind, const struct id *handoff,
                 int64_t base, int64_t now_ms, json_t *body, struct error *error)
{
    return ledger_own_write(
        ledger, &(struct ledger_own){kind, RECORD_HANDOFF, *handoff, base, now_ms}, body, error);
}

int ledger_handoff_following(struct ledger *ledger, const struct record *handoff, struct id *id,
                             bool *exists, struct error *error)
{
    struct ledger_row row;
    int code;

    *id = id_from_key("handoff", handoff->id.text);
    code = ledger_row_read(ledger->writer, RECORD_HANDOFF, id, &row, error);
    *exists = code == 0;
    if (code == 0 && ledger->is_relay) {
        bool lacks;

        code = ledger_relay_lacks(ledger, row.row, &lacks, error);
        *exists = code == 0 && !lacks;
    }
    ledger_row_clear(&row);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

static int follow(struct ledger *ledger, const struct record *handoff, const struct record *queue,
                  int64_t now_ms, struct error *error)
{
    struct id following;
    bool exists;
    int code = ledger_handoff_following(ledger, handoff, &following, &exists, error);

    if (code != 0 || exists)
        return code;
    return apply(ledger, OPERATION_APPEND, &following, 0, now_ms,
                 ledger_handoff_again(handoff, queue, now_ms), error);
}

/* It has just expired, and no queue comes after. */
static int offer_to_office(struct ledger *ledger, const struct id *handoff, int64_t now_ms,
                           struct error *error)
{
    struct ledger_row expired;
    int code = ledger_row_read(ledger->writer, RECORD_HANDOFF, handoff, &expired, error);

    if (code == 0)
        code = ledger_intake_offer_again(ledger, expired.record, now_ms, error);
    ledger_row_clear(&expired);
    return code;
}

static int expire(struct ledger *ledger, const struct record *handoff, int64_t now_ms,
                  struct error *error)
{
    struct record *queue = NULL;
    int code = next_queue(ledger, handoff, &queue, error);

    if (code == 0)
        code = apply(ledger, OPERATION_CLAIM, &handoff->id, handoff->rev, now_ms,
                     json_pack("{s:s, s:o}", "state", "expired", "decided_at", json_time(now_ms)),
                     error);
    if (code == 0 && queue != NULL)
        code = follow(ledger, handoff, queue, now_ms, error);
    else if (code == 0)
        code = offer_to_office(ledger, &handoff->id, now_ms, error);
    record_free(queue);
    return code;
}

/* Expires the first of those whose time has passed; 1 when there was one. */
static int expire_first(struct ledger *ledger, int64_t now_ms, struct error *error)
{
    struct ledger_row row;
    int code = ledger_first_due(ledger, LEDGER_EXPIRY_FIRST, now_ms, &row, error);

    if (code <= 0)
        return code;
    code = expire(ledger, row.record, now_ms, error);
    ledger_row_clear(&row);
    return code == 0 ? 1 : code;
}

int ledger_handoffs_expire(struct ledger *ledger, int64_t now_ms, int *expired, struct error *error)
{
    return ledger_settle_due(ledger, expire_first, LEDGER_EXPIRE_LIMIT, now_ms, expired, error);
}

/* --- to whom ---------------------------------------------------------------------------------- */

int ledger_handoff_check_target(struct ledger *ledger, const json_t *body, const char **missing,
                                struct error *error)
{
    static const struct {
        const char *member;
        enum record_type type;
    } targets[] = {{"to_office", RECORD_OFFICE}, {"to_queue", RECORD_QUEUE}};
    const char *agent = json_text_or(body, "to_agent", "");
    struct ledger_row row = {0};
    struct id id;
    int code = 0;

    *missing = NULL;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]) && code == 0; i++) {
        const char *key = json_text_or(body, targets[i].member, "");
        struct record *record = NULL;

        if (key[0] == '\0')
            continue;
        code = ledger_catalogue_find(ledger, targets[i].type, key, &record, error);
        if (code == 0 && record == NULL)
            *missing = targets[i].member;
        record_free(record);
    }
    if (code != 0 || agent[0] == '\0')
        return code;
    if (!id_parse(&id, agent)) {
        *missing = "to_agent";
        return 0;
    }
    code = ledger_row_read(ledger->writer, RECORD_AGENT, &id, &row, error);
    if (code == ERROR_NOT_FOUND || (code == 0 && json_bool_or(row.record->body, "ended", false))) {
        *missing = "to_agent";
        code = 0;
    }
    ledger_row_clear(&row);
    return code;
}
