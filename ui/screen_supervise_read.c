/* Reading what the supervisor's screen shows. Figures come out of the hand-offs and tickets that
 * are here, by the same measures as the server's, so they are there without a link too. */
#include "ui/screen_supervise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert.h"
#include "app/clock.h"
#include "app/contact.h"
#include "app/handoff_history.h"
#include "app/json.h"
#include "app/text.h"
#include "app/ticket.h"
#include "ui/language.h"

#define MINUTE_MS INT64_C(60000)
/* What was taken over longer ago is nobody's work of today. */
#define HELD_MS (12 * 60 * MINUTE_MS)

bool supervise_allowed(const struct desk *desk)
{
    return desk_may(desk, PERMISSION_SUPERVISE);
}

void supervise_clear(struct supervise *supervise)
{
    for (size_t i = 0; i < supervise->queue_count; i++)
        free(supervise->queues[i].waits);
    for (size_t i = 0; i < supervise->alert_count; i++)
        record_free(supervise->alerts[i]);
    for (size_t i = 0; i < supervise->handoff_count; i++)
        record_free(supervise->handoffs[i].record);
    *supervise = (struct supervise){0};
}

static struct supervise_queue *find_queue(struct supervise *supervise, const char *key)
{
    for (size_t i = 0; i < supervise->queue_count; i++)
        if (strcmp(supervise->queues[i].key, key) == 0)
            return &supervise->queues[i];
    return NULL;
}

/* --- queues ----------------------------------------------------------------------------------- */

/* The shares are measured as the queue's first threshold of the kind says, else by ten minutes and
 * an hour, and of however few. */
static void choose_measures(struct supervise_queue *queue, const json_t *body)
{
    struct queue_threshold list[QUEUE_THRESHOLDS_LIMIT];
    size_t count = 0;

    queue->within = (struct queue_threshold){.measure = QUEUE_ANSWERED_WITHIN,
                                             .within_ms = 10 * MINUTE_MS,
                                             .window_ms = QUEUE_WINDOW_MINUTES * MINUTE_MS};
    queue->abandoned = (struct queue_threshold){.measure = QUEUE_ABANDONMENT,
                                                .window_ms = QUEUE_WINDOW_MINUTES * MINUTE_MS};
    if (queue_thresholds_read(body, list, &count, NULL) != 0)
        return;
    for (size_t i = count; i-- > 0;) {
        if (list[i].measure == QUEUE_ANSWERED_WITHIN)
            queue->within = list[i];
        else if (list[i].measure == QUEUE_ABANDONMENT)
            queue->abandoned = list[i];
    }
    queue->within.least = queue->abandoned.least = 0;
}

static int queues_read(struct supervise *supervise, struct desk *desk, struct error *error)
{
    const json_t *references = json_object_get(desk->agent->body, "queues");
    const json_t *reference;
    size_t i;

    json_array_foreach(references, i, reference)
    {
        struct supervise_queue *queue = &supervise->queues[supervise->queue_count];
        char key[RECORD_KEY_SIZE];
        struct record *record = NULL;
        int code;

        if (!json_is_string(reference) || supervise->queue_count == SUPERVISE_QUEUES_LIMIT)
            continue;
        record_full_key(desk->agent, json_string_value(reference), key);
        code = catalogue_get_by_key(desk->catalogue, RECORD_QUEUE, key, &record, error);
        if (code != 0 && code != ERROR_NOT_FOUND)
            return code;
        if (record == NULL)
            continue;
        text_copy(queue->key, sizeof(queue->key), key);
        work_title(desk, RECORD_QUEUE, key, queue->title, sizeof(queue->title));
        choose_measures(queue, record->body);
        record_free(record);
        supervise->queue_count++;
    }
    return 0;
}

/* --- agents ----------------------------------------------------------------------------------- */

struct counting {
    struct supervise *supervise;
    const json_t *presence; /* [{"agent", "state"}] */
};

static const char *state_of(const json_t *presence, const char *agent)
{
    const json_t *item;
    size_t i;

    json_array_foreach(presence, i, item)
    {
        if (strcmp(json_text_or(item, "agent", ""), agent) == 0)
            return json_text_or(item, "state", "");
    }
    return "";
}

static int count_agent(void *context, const struct record *agent)
{
    struct counting *counting = context;
    const char *state = state_of(counting->presence, agent->id.text);

    if (*state == '\0' || json_bool_or(agent->body, "ended", false))
        return 0;
    for (size_t i = 0; i < counting->supervise->queue_count; i++) {
        struct supervise_queue *queue = &counting->supervise->queues[i];

        if (!record_names(agent, "queues", queue->key))
            continue;
        queue->free += strcmp(state, "available") == 0;
        queue->busy += strcmp(state, "busy") == 0 || strcmp(state, "wrap-up") == 0;
        queue->away += strcmp(state, "away") == 0;
    }
    return 0;
}

static int agents_read(struct supervise *supervise, struct desk *desk, struct error *error)
{
    struct counting counting = {.supervise = supervise};
    json_t *state = NULL;
    int code;

    store_state_get(desk->store, "presence", &state, NULL);
    counting.presence = json_object_get(state, "agents");
    timestamp_parse(json_text_or(state, "heard_at", ""), &supervise->presence_ms);
    code = catalogue_each(desk->catalogue, RECORD_AGENT, count_agent, &counting, error);
    json_decref(state);
    return code;
}

/* --- hand-offs -------------------------------------------------------------------------------- */

struct reading {
    struct supervise *supervise;
    struct desk *desk;
    struct handoff_tallies tallies;
};

/* Out of the file: the client whose contact ended as abandoned waits no longer. */
static void see_client(struct desk *desk, const struct record *handoff, struct queue_wait *wait)
{
    struct record *contact;
    int64_t at_ms;

    if (wait->end != QUEUE_STILL || record_text(handoff, "contact")[0] == '\0')
        return;
    contact = work_get(desk, RECORD_CONTACT, record_text(handoff, "contact"), NULL);
    if (contact != NULL && queue_client_gone(contact, &at_ms)) {
        wait->end = QUEUE_ABANDONED;
        wait->to_ms = at_ms;
    }
    record_free(contact);
}

static int put_wait(struct supervise_queue *queue, const struct queue_wait *wait, int64_t now_ms)
{
    if (wait->end != QUEUE_STILL && now_ms - wait->to_ms > QUEUE_WINDOW_LIMIT_MS)
        return 0;
    if (queue->count == queue->capacity) {
        size_t capacity = queue->capacity == 0 ? 64 : 2 * queue->capacity;
        struct queue_wait *longer = realloc(queue->waits, capacity * sizeof(*longer));

        if (longer == NULL)
            return ERROR_MEMORY;
        queue->waits = longer;
        queue->capacity = capacity;
    }
    queue->waits[queue->count++] = *wait;
    return 0;
}

static int add_wait(struct reading *reading, const struct record *handoff)
{
    struct supervise_queue *queue =
        find_queue(reading->supervise, record_text(handoff, "to_queue"));
    struct queue_wait wait;

    if (queue == NULL || !queue_wait_read(handoff, &wait))
        return 0;
    see_client(reading->desk, handoff, &wait);
    return put_wait(queue, &wait, desk_now(reading->desk));
}

/* In somebody's hands, today: the contact goes on, or there was none. */
static bool is_held(struct desk *desk, const struct record *handoff)
{
    struct record *contact;
    int64_t ms;
    bool held;

    if (!timestamp_parse(record_text(handoff, "decided_at"), &ms) || desk_now(desk) - ms > HELD_MS)
        return false;
    contact = work_get(desk, RECORD_CONTACT, record_text(handoff, "contact"), NULL);
    held = contact == NULL || contact_is_open(contact);
    record_free(contact);
    return held;
}

static bool is_shown(struct desk *desk, const struct record *handoff, enum store_pending pending)
{
    if (handoff_is_offered(handoff))
        return true;
    return handoff_is_open(handoff) ? is_held(desk, handoff)
                                    : pending == STORE_CLAIMING &&
                                          strcmp(record_text(handoff, "state"), "reassigned") == 0;
}

static int tally_of(const struct handoff_tallies *tallies, const char *matter)
{
    for (size_t i = 0; i < tallies->count; i++)
        if (strcmp(tallies->list[i].matter.text, matter) == 0)
            return tallies->list[i].count;
    return 0;
}

static void digest_add(uint64_t *digest, const struct record *record)
{
    for (const char *c = record->id.text; *c != '\0'; c++)
        *digest = (*digest ^ (unsigned char)*c) * UINT64_C(1099511628211);
    *digest = (*digest ^ (uint64_t)record->rev) * UINT64_C(1099511628211);
}

static int add_handoff(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    struct supervise *supervise = reading->supervise;
    struct supervise_handoff *added = &supervise->handoffs[supervise->handoff_count];

    digest_add(&supervise->waits_digest, record);
    if (add_wait(reading, record) != 0)
        return ERROR_MEMORY;
    if (!is_shown(reading->desk, record, pending))
        return 0;
    if (supervise->handoff_count == SUPERVISE_HANDOFFS_LIMIT) {
        supervise->left_out++;
        return 0;
    }
    *added = (struct supervise_handoff){record_copy(record), pending,
                                        tally_of(&reading->tallies, record_text(record, "case"))};
    if (added->record == NULL)
        return ERROR_MEMORY;
    supervise->handoff_count++;
    return 0;
}

static int64_t time_of(const struct record *handoff)
{
    int64_t ms = 0;

    timestamp_parse(record_text(handoff, handoff_is_offered(handoff) ? "offered_at" : "decided_at"),
                    &ms);
    return ms;
}

static int handoff_compare(const void *left, const void *right)
{
    const struct supervise_handoff *a = left, *b = right;
    bool offered = handoff_is_offered(a->record);
    int64_t first = time_of(a->record), second = time_of(b->record);
    int order = (first > second) - (first < second);

    if (offered != handoff_is_offered(b->record))
        return offered ? -1 : 1;
    return offered ? order : -order;
}

static int handoffs_read(struct supervise *supervise, struct desk *desk, struct error *error)
{
    const struct store_query query = {.type = RECORD_HANDOFF, .newest_first = true};
    struct reading reading = {.supervise = supervise, .desk = desk};
    int code = handoff_tallies_read(&reading.tallies, desk->store, error);

    if (code == 0)
        code = store_each(desk->store, &query, add_handoff, &reading, error);
    handoff_tallies_free(&reading.tallies);
    qsort(supervise->handoffs, supervise->handoff_count, sizeof(supervise->handoffs[0]),
          handoff_compare);
    return code;
}

/* --- tickets ---------------------------------------------------------------------------------- */

struct room {
    struct supervise *supervise;
    const struct zone *zone; /* the office's; NULL: UTC */
    int64_t now_ms;
    char before[CALENDAR_DAY_SIZE]; /* yesterday: what is older counts no more */
};

#define STOP 1

/* Newest first: the ids begin with the day. */
static int add_ticket(void *context, const struct record *record, enum store_pending pending)
{
    struct room *room = context;
    struct supervise_queue *queue = find_queue(room->supervise, record_text(record, "queue"));
    struct queue_wait wait;

    (void)pending;
    if (strcmp(record_text(record, "day"), room->before) < 0)
        return STOP;
    digest_add(&room->supervise->waits_digest, record);
    if (queue == NULL)
        return 0;
    ticket_wait_read(record, room->zone, &wait);
    queue->tickets += wait.end == QUEUE_STILL && room->now_ms < wait.to_ms;
    return put_wait(queue, &wait, room->now_ms);
}

/* The tickets that come to a terminal are its own office's. */
static int tickets_read(struct supervise *supervise, struct desk *desk, struct error *error)
{
    const struct store_query query = {.type = RECORD_TICKET, .newest_first = true};
    struct room room = {.supervise = supervise, .now_ms = desk_now(desk)};
    struct zone *zone = NULL;
    char today[CALENDAR_DAY_SIZE];
    int code;

    if (desk->office != NULL && zone_open(&zone, record_text(desk->office, "zone"), NULL) != 0)
        zone = NULL;
    room.zone = zone;
    ticket_day(zone, room.now_ms, today);
    (void)ticket_day_add(today, -1, room.before);
    code = store_each(desk->store, &query, add_ticket, &room, error);
    zone_free(zone);
    return code == STOP ? 0 : code;
}

/* --- alerts ----------------------------------------------------------------------------------- */

static int add_alert(void *context, const struct record *record, enum store_pending pending)
{
    struct supervise *supervise = context;
    struct supervise_queue *queue = find_queue(supervise, record_text(record, "queue"));

    (void)pending;
    if (!alert_is_raised(record) || queue == NULL ||
        supervise->alert_count == SUPERVISE_ALERTS_LIMIT)
        return 0;
    queue->raised = true;
    supervise->alerts[supervise->alert_count] = record_copy(record);
    return supervise->alerts[supervise->alert_count] == NULL ? ERROR_MEMORY
                                                             : (supervise->alert_count++, 0);
}

static int alert_compare(const void *left, const void *right)
{
    const struct record *const *a = left, *const *b = right;

    /* Their ids come from names: only the time tells which is newer. Times are of one form. */
    return strcmp(record_text(*b, "at"), record_text(*a, "at"));
}

static int alerts_read(struct supervise *supervise, struct desk *desk, struct error *error)
{
    const struct store_query query = {.type = RECORD_ALERT};
    int code = store_each(desk->store, &query, add_alert, supervise, error);

    qsort(supervise->alerts, supervise->alert_count, sizeof(supervise->alerts[0]), alert_compare);
    return code;
}

void supervise_alert_text(struct desk *desk, const struct record *alert, char *text, size_t size)
{
    const char *measure = record_text(alert, "measure");
    int value = (int)json_integer_or(alert->body, "value", 0);
    int limit = (int)json_integer_or(alert->body, "limit", 0);
    char title[WORK_NAME_SIZE];

    work_title(desk, RECORD_QUEUE, record_text(alert, "queue"), title, sizeof(title));
    if (strcmp(measure, queue_measure_words[QUEUE_WAITING]) == 0)
        snprintf(text, size, _("%1$s: %2$d wait (limit %3$d)"), title, value, limit);
    else if (strcmp(measure, queue_measure_words[QUEUE_AGE]) == 0)
        snprintf(text, size, _("%1$s: oldest waits %2$d min (limit %3$d)"), title, value, limit);
    else if (strcmp(measure, queue_measure_words[QUEUE_ABANDONMENT]) == 0)
        snprintf(text, size, _("%1$s: %2$d %% gave up (limit %3$d %%)"), title, value, limit);
    else
        snprintf(text, size, _("%1$s: %2$d %% answered in time (limit %3$d %%)"), title, value,
                 limit);
}

int supervise_read(struct supervise *supervise, struct desk *desk, struct error *error)
{
    struct supervise *read = calloc(1, sizeof(*read));
    int code = read != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");

    if (code == 0)
        read->waits_digest = UINT64_C(14695981039346656037);
    if (code == 0)
        code = queues_read(read, desk, error);
    if (code == 0)
        code = agents_read(read, desk, error);
    if (code == 0)
        code = handoffs_read(read, desk, error);
    if (code == 0)
        code = tickets_read(read, desk, error);
    if (code == 0)
        code = alerts_read(read, desk, error);
    if (code == 0) {
        supervise_clear(supervise);
        *supervise = *read;
    } else if (read != NULL) {
        supervise_clear(read);
    }
    free(read);
    return code;
}
