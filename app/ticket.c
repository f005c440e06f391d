#include "app/ticket.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/contact.h"
#include "app/json.h"
#include "app/queue.h"
#include "app/record_fields.h"
#include "app/text.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (INT64_C(24) * 60 * MINUTE_MS)
/* Whoever was missed so often is not called again. */
#define MISSES_MOST 2

/* --- rules and numbers ----------------------------------------------------------------------- */

static int64_t minutes_or(const json_t *rules, const char *member, int64_t otherwise)
{
    return json_integer_or(rules, member, otherwise) * MINUTE_MS;
}

void ticket_rules_read(struct ticket_rules *rules, const struct record *queue)
{
    const json_t *own = queue != NULL ? json_object_get(queue->body, "tickets") : NULL;

    *rules = (struct ticket_rules){.recalls = (int)json_integer_or(own, "recalls", 2),
                                   .return_ms = minutes_or(own, "return_minutes", 5),
                                   .grace_ms = minutes_or(own, "grace_minutes", 20),
                                   .service_ms = minutes_or(own, "service_minutes", 10)};
    text_copy(rules->letter, sizeof(rules->letter), json_text_or(own, "letter", ""));
}

void ticket_day(const struct zone *zone, int64_t now_ms, char day[CALENDAR_DAY_SIZE])
{
    int64_t local = now_ms / 1000 + (zone != NULL ? zone_offset(zone, now_ms / 1000) : 0);
    int64_t number = local / 86400 - (local % 86400 < 0 ? 1 : 0);
    struct calendar_day civil = calendar_day_from_number(number);

    calendar_day_format(&civil, day);
}

bool ticket_day_add(const char *day, int count, char other[CALENDAR_DAY_SIZE])
{
    struct calendar_day civil;

    if (!calendar_day_parse(day, &civil))
        return false;
    civil = calendar_day_from_number(calendar_day_number(&civil) + count);
    calendar_day_format(&civil, other);
    return true;
}

static struct id id_of(const char *kind, const char *office, const char *day, const char *number)
{
    struct calendar_day civil;
    char key[64];

    if (!calendar_day_parse(day, &civil))
        return (struct id){""};
    snprintf(key, sizeof(key), "%s %s", kind, number);
    return id_of_day(calendar_day_number(&civil) * DAY_MS, office, key);
}

struct id ticket_id(const char *office, const char *day, const char *number)
{
    return id_of("ticket", office, day, number);
}

struct id ticket_roll_id(const char *office, const char *day, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, number);
    return id_of("roll", office, day, text);
}

bool ticket_number_parse(const char *number, char letter[3], int64_t *count)
{
    size_t letters = strspn(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    size_t digits = strspn(number + letters, "0123456789");

    if (letters < 1 || letters > 2 || digits < 1 || digits > 9 || number[letters] == '0' ||
        number[letters + digits] != '\0')
        return false;
    memcpy(letter, number, letters);
    letter[letters] = '\0';
    *count = strtoll(number + letters, NULL, 10);
    return true;
}

/* --- writing --------------------------------------------------------------------------------- */

static void put_integer(struct operation *operation, const char *member, int64_t value)
{
    if (operation != NULL)
        (void)json_object_set_new(operation->body, member, json_integer(value));
}

int ticket_issue(struct batch *batch, const struct author *author, const struct ticket_draft *draft,
                 struct id *id, struct error *error)
{
    struct operation *operation;
    char letter[3];
    int64_t count;

    if (!ticket_number_parse(draft->number, letter, &count))
        return error_set(error, ERROR_INVALID, "number: \"%s\" is none", draft->number);
    *id = ticket_id(author->office, draft->day, draft->number);
    if (id_is_empty(id))
        return error_set(error, ERROR_INVALID, "day: \"%s\" is none", draft->day);
    operation = author_append(author, RECORD_TICKET);
    if (operation != NULL)
        operation->record = *id;
    operation_put_text(operation, "office", author->office);
    operation_put_text(operation, "day", draft->day);
    operation_put_text(operation, "number", draft->number);
    operation_put_text(operation, "queue", draft->queue);
    operation_put_text(operation, "service", draft->service);
    operation_put_text(operation, "language", draft->language);
    if (draft->need != NULL && strcmp(draft->need, "none") != 0)
        operation_put_text(operation, "need", draft->need);
    if (draft->priority > 0)
        put_integer(operation, "priority", draft->priority);
    if (draft->appointment_ms > 0)
        operation_put_time(operation, "appointment_at", draft->appointment_ms);
    operation_put_time(operation, "arrived_at", author_now(author));
    operation_put_id(operation, "issued_by", &author->agent);
    operation_put_text(operation, "state", "waiting");
    return batch_add(batch, operation, error);
}

static bool is_state(const struct record *ticket, const char *state)
{
    return strcmp(record_text(ticket, "state"), state) == 0;
}

static int claim(struct operation **operation, const struct author *author,
                 const struct record *ticket, const char *state, struct error *error)
{
    if (!record_transition_allowed(RECORD_TICKET, "state", record_text(ticket, "state"), state))
        return error_set(error, ERROR_CONFLICT, "%s is %s", record_text(ticket, "number"),
                         record_text(ticket, "state"));
    *operation = author_change(author, OPERATION_CLAIM, ticket);
    operation_put_text(*operation, "state", state);
    return 0;
}

int ticket_call(struct batch *batch, const struct author *author, const struct record *ticket,
                const char *counter, struct error *error)
{
    struct operation *operation;
    int code;

    if (counter == NULL || *counter == '\0')
        return error_set(error, ERROR_INVALID, "counter: none is named");
    if (is_state(ticket, "called") && !ticket_is_of(ticket, &author->agent))
        return error_set(error, ERROR_REFUSED, "another counter has called %s",
                         record_text(ticket, "number"));
    if (!is_state(ticket, "called") && !ticket_is_callable(ticket, author_now(author)) &&
        !is_state(ticket, "no-show"))
        return error_set(error, ERROR_CONFLICT, "%s does not wait", record_text(ticket, "number"));
    code = claim(&operation, author, ticket, "called", error);
    if (code != 0)
        return code;
    operation_put_text(operation, "counter", counter);
    operation_put_id(operation, "called_by", &author->agent);
    operation_put_time(operation, "called_at", author_now(author));
    put_integer(operation, "calls",
                is_state(ticket, "called") ? json_integer_or(ticket->body, "calls", 1) + 1 : 1);
    return batch_add(batch, operation, error);
}

int ticket_serve(struct batch *batch, const struct author *author, const struct record *ticket,
                 struct id *contact, struct error *error)
{
    struct contact_start start = {.ticket = ticket->id,
                                  .language = record_text(ticket, "language"),
                                  .service = record_text(ticket, "service")};
    struct operation *operation;
    int code;

    if (!ticket_is_of(ticket, &author->agent))
        return error_set(error, ERROR_REFUSED, "%s is not called to this counter",
                         record_text(ticket, "number"));
    if (is_state(ticket, "serving"))
        return error_set(error, ERROR_CONFLICT, "%s is being served",
                         record_text(ticket, "number"));
    code = claim(&operation, author, ticket, "serving", error);
    if (code != 0)
        return code;
    operation_put_time(operation, "served_at", author_now(author));
    code = batch_add(batch, operation, error);
    if (code == 0)
        code = contact_begin(batch, author, &start, contact, error);
    return code;
}

int ticket_miss(struct batch *batch, const struct author *author, const struct record *ticket,
                const struct ticket_rules *rules, struct error *error)
{
    int64_t now = author_now(author), misses = json_integer_or(ticket->body, "misses", 0) + 1;
    struct operation *operation;
    int code = claim(&operation, author, ticket, "no-show", error);

    if (code != 0)
        return code;
    put_integer(operation, "misses", misses);
    operation_put_time(operation, "return_at", now + rules->return_ms);
    operation_put_time(operation, "gone_at", misses < MISSES_MOST ? now + rules->grace_ms : now);
    return batch_add(batch, operation, error);
}

/* Nobody has it any more. */
static void let_go(struct operation *operation)
{
    operation_put_field(operation, "counter", "");
    operation_put_field(operation, "called_by", "");
    operation_put_field(operation, "called_at", "");
    operation_put_field(operation, "served_at", "");
    operation_put_field(operation, "return_at", "");
    operation_put_field(operation, "gone_at", "");
}

int ticket_wait(struct batch *batch, const struct author *author, const struct record *ticket,
                struct error *error)
{
    struct operation *operation;
    int code = claim(&operation, author, ticket, "waiting", error);

    if (code != 0)
        return code;
    let_go(operation);
    return batch_add(batch, operation, error);
}

int ticket_transfer(struct batch *batch, const struct author *author, const struct record *ticket,
                    const char *queue, struct error *error)
{
    struct operation *operation;
    int code;

    if (strcmp(record_text(ticket, "queue"), queue) == 0)
        return error_set(error, ERROR_INVALID, "queue: it is in this one");
    code = claim(&operation, author, ticket, "waiting", error);
    if (code != 0)
        return code;
    operation_put_text(operation, "queue", queue);
    let_go(operation);
    return batch_add(batch, operation, error);
}

int ticket_leave(struct batch *batch, const struct author *author, const struct record *ticket,
                 struct error *error)
{
    struct operation *operation;
    int code = claim(&operation, author, ticket, "left", error);

    if (code != 0)
        return code;
    operation_put_time(operation, "ended_at", author_now(author));
    return batch_add(batch, operation, error);
}

int ticket_finish(struct batch *batch, const struct author *author, struct store *store,
                  const struct record *contact, struct error *error)
{
    struct record *ticket = NULL;
    struct operation *operation;
    struct id id;
    int code;

    if (!id_parse(&id, record_text(contact, "ticket")))
        return 0;
    code = store_get(store, RECORD_TICKET, &id, &ticket, NULL, error);
    if (code != 0)
        return code == ERROR_NOT_FOUND ? 0 : code;
    if (is_state(ticket, "serving")) {
        code = claim(&operation, author, ticket, "finished", error);
        if (code == 0) {
            operation_put_time(operation, "ended_at", author_now(author));
            code = batch_add(batch, operation, error);
        }
    }
    record_free(ticket);
    return code;
}

/* --- reading --------------------------------------------------------------------------------- */

static int64_t time_of(const struct record *ticket, const char *member)
{
    int64_t ms = 0;

    timestamp_parse(record_text(ticket, member), &ms);
    return ms;
}

enum ticket_stand ticket_stand(const struct record *ticket, int64_t now_ms)
{
    static const struct {
        const char *state;
        enum ticket_stand stand;
    } stands[] = {{"waiting", TICKET_WAITING},
                  {"called", TICKET_CALLED},
                  {"serving", TICKET_SERVING},
                  {"finished", TICKET_FINISHED},
                  {"left", TICKET_GONE}};

    for (size_t i = 0; i < sizeof(stands) / sizeof(stands[0]); i++)
        if (is_state(ticket, stands[i].state))
            return stands[i].stand;
    if (now_ms >= time_of(ticket, "gone_at"))
        return TICKET_GONE;
    return now_ms >= time_of(ticket, "return_at") ? TICKET_BACK : TICKET_MISSED;
}

bool ticket_is_callable(const struct record *ticket, int64_t now_ms)
{
    enum ticket_stand stand = ticket_stand(ticket, now_ms);

    return stand == TICKET_WAITING || stand == TICKET_BACK;
}

bool ticket_is_of(const struct record *ticket, const struct id *agent)
{
    return (is_state(ticket, "called") || is_state(ticket, "serving")) &&
           strcmp(record_text(ticket, "called_by"), agent->text) == 0;
}

int64_t ticket_waited_ms(const struct record *ticket, int64_t now_ms)
{
    int64_t until = time_of(ticket, "called_at"), arrived = time_of(ticket, "arrived_at");

    if (until == 0)
        until = time_of(ticket, "ended_at");
    if (until == 0)
        until = now_ms;
    return until > arrived ? until - arrived : 0;
}

/* When the clocks of the office show the midnight after the ticket's day; 0 for what is no day. */
static int64_t day_end_ms(const struct record *ticket, const struct zone *zone)
{
    struct calendar_day civil;
    int64_t local;

    if (!calendar_day_parse(record_text(ticket, "day"), &civil))
        return 0;
    local = (calendar_day_number(&civil) + 1) * (DAY_MS / 1000);
    return (zone != NULL ? zone_moment(zone, local) : local) * 1000;
}

/* When it was last changed: of a no-show, when nobody came. */
static int64_t changed_ms(const struct record *ticket)
{
    int64_t ms;

    return timestamp_parse(json_text_or(json_object_get(ticket->meta, "updated"), "time", ""), &ms)
               ? ms
               : time_of(ticket, "return_at");
}

void ticket_wait_read(const struct record *ticket, const struct zone *zone, struct queue_wait *wait)
{
    int64_t arrived = time_of(ticket, "arrived_at");
    int64_t appointment = time_of(ticket, "appointment_at");

    *wait = (struct queue_wait){.from_ms = appointment > arrived ? appointment : arrived,
                                .to_ms = time_of(ticket, "called_at"),
                                .end = QUEUE_ANSWERED};
    if (is_state(ticket, "waiting")) {
        wait->end = QUEUE_STILL;
        wait->to_ms = day_end_ms(ticket, zone);
    } else if (is_state(ticket, "no-show")) {
        wait->end = QUEUE_ABANDONED;
        wait->to_ms = changed_ms(ticket);
    } else if (is_state(ticket, "left")) {
        wait->end = QUEUE_ABANDONED;
        wait->to_ms = time_of(ticket, "ended_at");
    }
}

int64_t ticket_place_ms(const struct record *ticket)
{
    int64_t arrived = time_of(ticket, "arrived_at"), priority, place = arrived;
    int64_t appointment = time_of(ticket, "appointment_at");

    priority = json_integer_or(ticket->body, "priority", 0);
    if (priority > TICKET_PRIORITY_MOST)
        priority = TICKET_PRIORITY_MOST;
    if (appointment != 0 && arrived <= appointment + TICKET_LATE_MS)
        place = appointment - TICKET_APPOINTMENT_MS;
    return place - priority * TICKET_PRIORITY_MS;
}

int ticket_compare(const struct record *left, const struct record *right)
{
    struct queue_turn a = {ticket_place_ms(left), left->id};
    struct queue_turn b = {ticket_place_ms(right), right->id};

    return queue_turn_compare(&a, &b);
}
