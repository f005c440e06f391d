#include "app/promise_state.h"

#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"

static const struct {
    const char *status;
    enum promise_state meaning;
} meanings[] = {
    {"received", PROMISE_RUNNING}, {"in-progress", PROMISE_RUNNING},
    {"approved", PROMISE_MET},     {"refused", PROMISE_MET},
    {"closed", PROMISE_MET},       {"information-missing", PROMISE_PAUSED},
};

const char *promise_state_word(enum promise_state state)
{
    return promise_state_words[state];
}

enum promise_state promise_meaning(const char *status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (strcmp(meanings[i].status, status) == 0)
            return meanings[i].meaning;
    return PROMISE_RUNNING;
}

/* --- reading --------------------------------------------------------------------------------- */

static int64_t time_of(const json_t *object, const char *member)
{
    int64_t ms = 0;

    return timestamp_parse(json_text_or(object, member, ""), &ms) ? ms : 0;
}

struct id promise_id(const struct id *matter, const char *service, int64_t started_ms)
{
    char key[ID_TEXT_LENGTH + RECORD_KEY_SIZE + 32];

    snprintf(key, sizeof(key), "%s %s %lld", matter->text, service, (long long)started_ms);
    return id_from_key("promise", key);
}

/* Since when the case is about this service: since it was opened, unless that was said later. */
static int64_t service_since(const struct record *matter)
{
    const json_t *stamp = json_object_get(json_object_get(matter->meta, "stamps"), "service");
    int64_t said = time_of(stamp, "time"), opened = time_of(matter->body, "opened_at");

    return said > opened ? said : opened;
}

bool promise_of_case(struct promise *promise, const struct record *matter,
                     const struct record *service)
{
    const char *channel = json_text_or(json_object_get(matter->meta, "created"), "channel", "");

    *promise = (struct promise){.matter = matter->id, .started_ms = service_since(matter)};
    if (promise->started_ms <= 0 || channel_word(channel) == NULL ||
        !promise_terms_of(service, channel, &promise->terms))
        return false;
    text_copy(promise->service, sizeof(promise->service), record_text(matter, "service"));
    text_copy(promise->channel, sizeof(promise->channel), channel);
    text_copy(promise->office, sizeof(promise->office), record_text(matter, "office"));
    return true;
}

bool promise_of_record(struct promise *promise, const struct record *record)
{
    const json_t *list = json_object_get(record->body, "events"), *item;
    const char *kind = record_text(record, "kind");
    size_t index;

    *promise =
        (struct promise){.id = record->id, .started_ms = time_of(record->body, "started_at")};
    promise->terms.count = json_integer_or(record->body, "amount", 0);
    promise->terms.refund = json_bool_or(record->body, "refund", false);
    promise->terms.kind = promise_kind_words[strcmp(kind, promise_kind_words[0]) == 0 ? 0 : 1];
    text_copy(promise->terms.unit, sizeof(promise->terms.unit), record_text(record, "unit"));
    text_copy(promise->service, sizeof(promise->service), record_text(record, "service"));
    text_copy(promise->channel, sizeof(promise->channel), record_text(record, "channel"));
    text_copy(promise->office, sizeof(promise->office), record_text(record, "office"));
    if (!id_parse(&promise->matter, record_text(record, "case")) || promise->started_ms <= 0 ||
        promise->terms.count <= 0 || promise->terms.count > PROMISE_COUNT_LIMIT)
        return false;
    json_array_foreach(list, index, item)
    {
        const char *word = json_text_or(item, "state", "");

        for (int state = PROMISE_RUNNING; state <= PROMISE_VOID; state++)
            if (strcmp(promise_state_words[state], word) == 0)
                promise_add(promise, time_of(item, "at"), (enum promise_state)state);
    }
    return true;
}

/* --- what became of the case ----------------------------------------------------------------- */

bool promise_add(struct promise *promise, int64_t at_ms, enum promise_state meaning)
{
    const struct promise_event *last =
        promise->count > 0 ? &promise->events[promise->count - 1] : NULL;
    enum promise_state before = last != NULL ? last->meaning : PROMISE_RUNNING;
    int64_t earliest = last != NULL ? last->at_ms : promise->started_ms;

    if (before == meaning || before == PROMISE_MET || before == PROMISE_VOID)
        return false;
    /* The last place is for its end. */
    if (promise->count + (meaning == PROMISE_PAUSED ? 2 : 0) >= PROMISE_EVENTS_LIMIT)
        return false;
    promise->events[promise->count++] =
        (struct promise_event){at_ms > earliest ? at_ms : earliest, meaning};
    return true;
}

bool promise_was_left(const struct promise *promise)
{
    return promise->count > 0 && promise->events[promise->count - 1].meaning == PROMISE_VOID;
}

bool promise_add_case(struct promise *promise, const struct record *matter)
{
    const json_t *claim = json_object_get(matter->meta, "claim");
    int64_t at_ms = time_of(claim, "time");

    if (strcmp(record_text(matter, "service"), promise->service) != 0)
        return promise_add(promise, service_since(matter), PROMISE_VOID);
    return promise_add(promise, at_ms, promise_meaning(record_text(matter, "status")));
}

json_t *promise_events(const struct promise *promise)
{
    json_t *list = json_array();

    for (size_t i = 0; i < promise->count; i++)
        if (json_array_append_new(
                list, json_pack("{s:o, s:s}", "at", json_time(promise->events[i].at_ms), "state",
                                promise_state_word(promise->events[i].meaning))) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* --- how it stands --------------------------------------------------------------------------- */

struct running {
    const struct promise *promise;
    const struct promise_place *place;
    int64_t stood_ms;
    struct promise_standing *standing;
};

static int64_t due_after(const struct running *running, int64_t more_ms)
{
    const struct promise_terms *terms = &running->promise->terms;

    return promise_due(running->place, terms->count, terms->unit, running->promise->started_ms,
                       running->stood_ms + more_ms);
}

static int64_t stood_until(const struct running *running, int64_t at_ms)
{
    return promise_stood(running->place, running->promise->terms.unit, running->standing->since_ms,
                         at_ms);
}

/* Up to a moment at which it stands or runs as before; true when its time was over by then. */
static bool is_over(struct running *running, int64_t at_ms)
{
    struct promise_standing *standing = running->standing;

    if (standing->state != PROMISE_RUNNING || at_ms <= standing->due_ms)
        return false;
    standing->state = PROMISE_MISSED;
    standing->since_ms = standing->due_ms + 1;
    return true;
}

/* True when that is the end. */
static bool take(struct running *running, const struct promise_event *event)
{
    struct promise_standing *standing = running->standing;
    enum promise_state before = standing->state;

    if (is_over(running, event->at_ms))
        return true;
    if (before == PROMISE_PAUSED) {
        running->stood_ms += stood_until(running, event->at_ms);
        standing->due_ms = due_after(running, 0);
    }
    standing->state =
        event->meaning == PROMISE_MET && before == PROMISE_PAUSED ? PROMISE_VOID : event->meaning;
    standing->since_ms = event->at_ms;
    return standing->state == PROMISE_MET || standing->state == PROMISE_VOID;
}

void promise_stand(const struct promise *promise, const struct promise_place *place, int64_t now_ms,
                   struct promise_standing *standing)
{
    struct running running = {promise, place, 0, standing};
    const struct promise_event *last;
    bool ended = false;

    *standing =
        (struct promise_standing){.state = PROMISE_RUNNING, .since_ms = promise->started_ms};
    standing->due_ms = due_after(&running, 0);
    for (size_t i = 0; i < promise->count && !ended; i++)
        ended = take(&running, &promise->events[i]);
    if (!ended && !is_over(&running, now_ms) && standing->state == PROMISE_PAUSED)
        standing->due_ms = due_after(&running, stood_until(&running, now_ms));
    /* What came too late ends the counting of its days at least. */
    last = promise->count > 0 ? &promise->events[promise->count - 1] : NULL;
    if (last != NULL && (last->meaning == PROMISE_MET || last->meaning == PROMISE_VOID) &&
        last->at_ms < now_ms)
        now_ms = last->at_ms;
    standing->days_left = promise_days_left(place, promise->terms.unit, now_ms, standing->due_ms);
}

/* --- at a terminal --------------------------------------------------------------------------- */

struct looking {
    const struct record *matter;
    struct promise *promise;
    bool found;
};

/* Newest first: the one of the present service. */
static int look(void *context, const struct record *record, enum store_pending pending)
{
    struct looking *looking = context;

    (void)pending;
    if (strcmp(record_text(record, "service"), record_text(looking->matter, "service")) != 0 ||
        !promise_of_record(looking->promise, record) || promise_was_left(looking->promise))
        return 0;
    looking->found = true;
    return 1;
}

bool promise_here_read(struct promise_here *here, struct store *store, struct catalogue *catalogue,
                       const struct record *matter, int64_t now_ms)
{
    const struct store_query query = {
        .type = RECORD_PROMISE, .case_id = matter->id, .newest_first = true};
    struct looking looking = {matter, &here->promise, false};
    const char *key = record_text(matter, "service");
    struct record *service = NULL, *office = NULL;
    bool known;

    *here = (struct promise_here){.confirmed = false};
    if (*key == '\0')
        return false;
    store_each(store, &query, look, &looking, NULL);
    known = looking.found;
    if (!known && catalogue_get_by_key(catalogue, RECORD_SERVICE, key, &service, NULL) == 0) {
        known = promise_of_case(&here->promise, matter, service);
        record_free(service);
    }
    if (!known)
        return false;
    here->confirmed = !promise_add_case(&here->promise, matter) && looking.found;
    if (catalogue_get_by_key(catalogue, RECORD_OFFICE, here->promise.office, &office, NULL) != 0)
        office = NULL;
    here->place = promise_place_read(catalogue, office);
    record_free(office);
    promise_stand(&here->promise, &here->place, now_ms, &here->standing);
    return true;
}

void promise_here_clear(struct promise_here *here)
{
    promise_place_clear(&here->place);
}
