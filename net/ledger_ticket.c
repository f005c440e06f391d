/* The waiting room as a public screen may see it. */
#include "net/ledger_agent.h"
#include "net/ledger_handoff.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "app/ticket.h"

#define CALLS_SHOWN   12
#define CALLS_KEPT_MS (INT64_C(30) * 60 * 1000)
#define QUEUES_SHOWN  64
#define TAG_BYTES     8

bool ledger_agent_is_display(const struct record *agent)
{
    return strcmp(record_text(agent, "role"), "display") == 0;
}

int ledger_ticket_queue_exists(struct ledger *ledger, const json_t *body, bool *exists,
                               struct error *error)
{
    const char *key = json_text_or(body, "queue", NULL);
    struct ledger_row queue = {0};
    struct id id;
    int code;

    *exists = true;
    if (key == NULL)
        return 0;
    id = id_from_key("queue", key);
    code = ledger_row_read(ledger->writer, RECORD_QUEUE, &id, &queue, error);
    *exists = code != ERROR_NOT_FOUND;
    ledger_row_clear(&queue);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

int ledger_agent_office(struct ledger *ledger, const struct id *agent, char office[RECORD_KEY_SIZE],
                        struct error *error)
{
    struct ledger_reader *reader;
    struct ledger_row row = {0};
    int code = ledger_reader_take(ledger, &reader, error);

    if (code != 0)
        return code;
    code = ledger_row_read(reader->database, RECORD_AGENT, agent, &row, error);
    if (code == 0)
        record_full_key(row.record, record_text(row.record, "office"), office);
    ledger_row_clear(&row);
    ledger_reader_give(ledger, reader);
    return code;
}

/* What is gathered from the tickets of a day. */
struct room {
    struct database *database;
    const char *office;
    int64_t now_ms;
    char day[CALENDAR_DAY_SIZE];
    struct record *calls[CALLS_SHOWN]; /* owned; the latest first */
    size_t call_count;
    struct {
        char key[RECORD_KEY_SIZE];
        int64_t waiting;
    } queues[QUEUES_SHOWN];
    size_t queue_count;
    int64_t waiting;
};

static int64_t called_at(const struct record *ticket)
{
    int64_t ms = 0;

    timestamp_parse(record_text(ticket, "called_at"), &ms);
    return ms;
}

/* Takes over the ticket when it is among the latest calls. */
static bool room_add_call(struct room *room, struct record *ticket)
{
    size_t at = room->call_count;

    while (at > 0 && called_at(room->calls[at - 1]) < called_at(ticket))
        at--;
    if (at == CALLS_SHOWN)
        return false;
    if (room->call_count == CALLS_SHOWN)
        record_free(room->calls[--room->call_count]);
    memmove(&room->calls[at + 1], &room->calls[at],
            (room->call_count - at) * sizeof(room->calls[0]));
    room->calls[at] = ticket;
    room->call_count++;
    return true;
}

static void room_count(struct room *room, const char *queue, bool waits)
{
    size_t i = 0;

    room->waiting += waits ? 1 : 0;
    while (i < room->queue_count && strcmp(room->queues[i].key, queue) != 0)
        i++;
    if (i == QUEUES_SHOWN)
        return;
    if (i == room->queue_count) {
        text_copy(room->queues[i].key, sizeof(room->queues[i].key), queue);
        room->queues[i].waiting = 0;
        room->queue_count++;
    }
    room->queues[i].waiting += waits ? 1 : 0;
}

static void room_add(struct room *room, struct record *ticket)
{
    enum ticket_stand stand = ticket_stand(ticket, room->now_ms);
    bool kept = false;

    if (strcmp(record_text(ticket, "office"), room->office) == 0 &&
        strcmp(record_text(ticket, "day"), room->day) == 0) {
        room_count(room, record_text(ticket, "queue"), ticket_is_callable(ticket, room->now_ms));
        if (stand == TICKET_CALLED || stand == TICKET_SERVING || stand == TICKET_FINISHED)
            kept = room->now_ms - called_at(ticket) < CALLS_KEPT_MS && room_add_call(room, ticket);
    }
    if (!kept)
        record_free(ticket);
}

static int room_read(struct room *room, struct error *error)
{
    struct id any = ticket_id(room->office, room->day, "A1");
    char from[ID_DAY_PREFIX + 1], to[ID_DAY_PREFIX + 2];
    sqlite3_stmt *statement = database_statement(room->database, LEDGER_RECORD_OF_DAY, error);
    int code = 1;

    if (statement == NULL)
        return ERROR_STORAGE;
    text_copy(from, sizeof(from), any.text);
    text_copy(to, sizeof(to), from);
    strcat(to, "~");
    database_bind_text(statement, 1, from);
    database_bind_text(statement, 2, to);
    database_bind_text(statement, 3, record_type_name(RECORD_TICKET));
    while (code > 0 && (code = database_step(room->database, statement, error)) > 0) {
        struct record *ticket = NULL;

        if (ledger_document_read(database_text(statement, 0),
                                 (size_t)sqlite3_column_bytes(statement, 0), &ticket, error) != 0)
            code = error->code;
        else
            room_add(room, ticket);
    }
    sqlite3_reset(statement);
    return code;
}

static json_t *calls_json(const struct room *room)
{
    json_t *calls = json_array();

    for (size_t i = 0; i < room->call_count; i++) {
        const struct record *ticket = room->calls[i];

        json_array_append_new(
            calls,
            json_pack("{s:s, s:s, s:s, s:s, s:I}", "number", record_text(ticket, "number"),
                      "counter", record_text(ticket, "counter"), "state",
                      record_text(ticket, "state"), "called_at", record_text(ticket, "called_at"),
                      "calls", (json_int_t)json_integer_or(ticket->body, "calls", 1)));
    }
    return calls;
}

static int queues_json(const struct room *room, json_t *queues, struct error *error)
{
    for (size_t i = 0; i < room->queue_count; i++) {
        struct id id = id_from_key("queue", room->queues[i].key);
        struct ledger_row row = {0};
        int code = ledger_row_read(room->database, RECORD_QUEUE, &id, &row, error);
        json_t *title = code == 0 ? json_object_get(row.record->body, "title") : NULL;

        if (code != 0 && code != ERROR_NOT_FOUND)
            return code;
        json_array_append_new(queues,
                              json_pack("{s:o, s:I}", "title",
                                        title != NULL ? json_deep_copy(title) : json_object(),
                                        "waiting", (json_int_t)room->queues[i].waiting));
        ledger_row_clear(&row);
    }
    return 0;
}

static int add_tag(json_t *view, struct error *error)
{
    char *text = json_canonical(view);
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char tag[2 * TAG_BYTES + 1];

    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a waiting room");
    crypto_generichash(hash, sizeof(hash), (const unsigned char *)text, strlen(text), NULL, 0);
    sodium_bin2hex(tag, sizeof(tag), hash, TAG_BYTES);
    free(text);
    return json_object_set_new(view, "tag", json_string(tag)) != 0
               ? error_set(error, ERROR_MEMORY, "no memory for a waiting room")
               : 0;
}

static int room_json(const struct room *room, const struct record *office, json_t **view,
                     struct error *error)
{
    json_t *title = json_object_get(office->body, "title"), *queues = json_array();
    int code = queues_json(room, queues, error);

    *view = json_pack("{s:o, s:s, s:s, s:I, s:o, s:o}", "office",
                      title != NULL ? json_deep_copy(title) : json_object(), "zone",
                      record_text(office, "zone"), "day", room->day, "waiting",
                      (json_int_t)room->waiting, "calls", calls_json(room), "queues", queues);
    if (code == 0 && *view == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for a waiting room");
    if (code == 0)
        code = add_tag(*view, error);
    if (code != 0) {
        json_decref(*view);
        *view = NULL;
    }
    return code;
}

int ledger_waiting_room(struct ledger *ledger, const char *office, int64_t now_ms, json_t **view,
                        struct error *error)
{
    struct id id = id_from_key("office", office);
    struct room room = {.office = office, .now_ms = now_ms};
    struct ledger_row row = {0};
    struct ledger_reader *reader;
    struct zone *zone = NULL;
    int code = ledger_reader_take(ledger, &reader, error);

    *view = NULL;
    if (code != 0)
        return code;
    room.database = reader->database;
    code = ledger_row_read(reader->database, RECORD_OFFICE, &id, &row, error);
    if (code == 0) {
        /* A zone that is not on this machine: UTC, as the terminals take it. */
        if (zone_open(&zone, record_text(row.record, "zone"), NULL) != 0)
            zone = NULL;
        ticket_day(zone, now_ms, room.day);
        zone_free(zone);
        code = room_read(&room, error);
    }
    if (code == 0)
        code = room_json(&room, row.record, view, error);
    for (size_t i = 0; i < room.call_count; i++)
        record_free(room.calls[i]);
    ledger_row_clear(&row);
    ledger_reader_give(ledger, reader);
    return code;
}
