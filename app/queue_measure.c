#include "app/queue_measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"

#define MINUTE_MS INT64_C(60000)

const char *const queue_measure_words[] = {"waiting", "age", "abandonment", "answered-within",
                                           NULL};
const char *const queue_action_words[] = {"notify", "open", "call-back", NULL};

static bool is_share(enum queue_measure measure)
{
    return measure == QUEUE_ABANDONMENT || measure == QUEUE_ANSWERED_WITHIN;
}

/* --- waits ------------------------------------------------------------------------------------ */

static int64_t time_or(const json_t *object, const char *member, int64_t otherwise)
{
    int64_t ms;

    return timestamp_parse(json_text_or(object, member, ""), &ms) ? ms : otherwise;
}

bool queue_wait_read(const struct record *handoff, struct queue_wait *wait)
{
    static const struct {
        const char *state;
        enum queue_end end;
    } ends[] = {{"offered", QUEUE_STILL}, {"withdrawn", QUEUE_ABANDONED}};
    const char *state = record_text(handoff, "state");
    int64_t promised;

    if (record_text(handoff, "to_queue")[0] == '\0')
        return false;
    *wait = (struct queue_wait){.from_ms = time_or(handoff->body, "offered_at", 0),
                                .end = QUEUE_PASSED};
    promised = time_or(handoff->body, "call_from", 0);
    if (promised > wait->from_ms)
        wait->from_ms = promised;
    wait->to_ms =
        time_or(handoff->body, "decided_at",
                time_or(json_object_get(handoff->meta, "updated"), "time", wait->from_ms));
    /* Also of one that was re-assigned since. */
    if (record_text(handoff, "taken_by")[0] != '\0')
        wait->end = QUEUE_ANSWERED;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (strcmp(state, ends[i].state) == 0)
            wait->end = ends[i].end;
    if (wait->end == QUEUE_STILL)
        wait->to_ms = 0;
    return true;
}

bool queue_client_gone(const struct record *contact, int64_t *at_ms)
{
    return strcmp(record_text(contact, "outcome"), "abandoned") == 0 &&
           timestamp_parse(record_text(contact, "ended_at"), at_ms);
}

/* --- what a wait counts ----------------------------------------------------------------------- */

/* What one wait adds at a time: to the number measured (`part`) and to what it is a share of. */
struct weight {
    int64_t part, of;
};

static bool waits_at(const struct queue_wait *wait, int64_t now_ms)
{
    return wait->end == QUEUE_STILL && wait->from_ms <= now_ms &&
           (wait->to_ms == 0 || now_ms < wait->to_ms);
}

static bool ended_within(const struct queue_wait *wait, int64_t window_ms, int64_t now_ms)
{
    return wait->end != QUEUE_STILL && wait->to_ms <= now_ms && now_ms - wait->to_ms < window_ms;
}

static struct weight weigh(const struct queue_threshold *threshold, const struct queue_wait *wait,
                           int64_t now_ms)
{
    bool ended = ended_within(wait, threshold->window_ms, now_ms);
    bool answered = ended && wait->end == QUEUE_ANSWERED;

    switch (threshold->measure) {
    case QUEUE_WAITING:
        return (struct weight){waits_at(wait, now_ms), 0};
    case QUEUE_ABANDONMENT:
        return (struct weight){ended && wait->end == QUEUE_ABANDONED,
                               ended && wait->end != QUEUE_PASSED};
    case QUEUE_ANSWERED_WITHIN:
        return (struct weight){
            answered && wait->to_ms - wait->from_ms <= threshold->within_ms,
            ended || (waits_at(wait, now_ms) && now_ms - wait->from_ms > threshold->within_ms)};
    case QUEUE_AGE:
    case QUEUE_MEASURE_COUNT:
        break;
    }
    return (struct weight){0, 0};
}

static struct queue_value value_of(const struct queue_threshold *threshold, struct weight sum)
{
    if (!is_share(threshold->measure))
        return (struct queue_value){sum.part, 0, true};
    return (struct queue_value){sum.of > 0 ? 100 * sum.part / sum.of : 0, sum.of,
                                sum.of > 0 && sum.of >= threshold->least};
}

/* When the wait that began first of those that wait at this time began; INT64_MAX: none does. */
static int64_t oldest_from(const struct queue_wait *waits, size_t count, int64_t now_ms)
{
    int64_t oldest = INT64_MAX;

    for (size_t i = 0; i < count; i++)
        if (waits_at(&waits[i], now_ms) && waits[i].from_ms < oldest)
            oldest = waits[i].from_ms;
    return oldest;
}

struct queue_value queue_measure(const struct queue_threshold *threshold,
                                 const struct queue_wait *waits, size_t count, int64_t now_ms)
{
    struct weight sum = {0, 0};
    int64_t oldest;

    if (threshold->measure == QUEUE_AGE) {
        oldest = oldest_from(waits, count, now_ms);
        return (struct queue_value){oldest == INT64_MAX ? 0 : now_ms - oldest, 0, true};
    }
    for (size_t i = 0; i < count; i++) {
        struct weight weight = weigh(threshold, &waits[i], now_ms);

        sum.part += weight.part;
        sum.of += weight.of;
    }
    return value_of(threshold, sum);
}

/* --- crossing --------------------------------------------------------------------------------- */

enum queue_step queue_threshold_step(const struct queue_threshold *threshold, bool crossed,
                                     const struct queue_value *value)
{
    bool low = threshold->measure == QUEUE_ANSWERED_WITHIN;

    if (!value->known)
        return crossed ? QUEUE_COMES_BACK : QUEUE_STAYS;
    if (!crossed)
        return (low ? value->value < threshold->limit : value->value >= threshold->limit)
                   ? QUEUE_CROSSES
                   : QUEUE_STAYS;
    return (low ? value->value >= threshold->rearm : value->value <= threshold->rearm)
               ? QUEUE_COMES_BACK
               : QUEUE_STAYS;
}

/* A time at which what a wait counts changes by itself. */
struct change {
    int64_t at_ms;
    struct weight by;
};

static int change_compare(const void *left, const void *right)
{
    const struct change *a = left, *b = right;

    return (a->at_ms > b->at_ms) - (a->at_ms < b->at_ms);
}

#define CHANGES_MOST 3 /* of one wait */

/* The times that a wait's weight can change at, past now, in their order; how many. */
static size_t times_of(const struct queue_threshold *threshold, const struct queue_wait *wait,
                       int64_t now_ms, int64_t times[CHANGES_MOST])
{
    int64_t candidates[CHANGES_MOST] = {wait->from_ms, wait->from_ms + threshold->within_ms + 1,
                                        wait->to_ms};
    size_t count = 0;

    if (wait->end != QUEUE_STILL) {
        candidates[0] = wait->to_ms;
        candidates[1] = wait->to_ms + threshold->window_ms;
    }
    for (int i = 0; i < CHANGES_MOST; i++)
        if (candidates[i] > now_ms && (count == 0 || candidates[i] > times[count - 1]))
            times[count++] = candidates[i];
    return count;
}

static size_t changes_of(const struct queue_threshold *threshold, const struct queue_wait *wait,
                         int64_t now_ms, struct change changes[CHANGES_MOST])
{
    struct weight before = weigh(threshold, wait, now_ms);
    int64_t times[CHANGES_MOST];
    size_t count = times_of(threshold, wait, now_ms, times), made = 0;

    for (size_t i = 0; i < count; i++) {
        struct weight after = weigh(threshold, wait, times[i]);

        if (after.part == before.part && after.of == before.of)
            continue;
        changes[made++] =
            (struct change){times[i], {after.part - before.part, after.of - before.of}};
        before = after;
    }
    return made;
}

/* When the age comes back by itself: at the first end of one that waits which leaves only younger
 * ones. */
static int64_t next_age_back(const struct queue_threshold *threshold,
                             const struct queue_wait *waits, size_t count, int64_t now_ms)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < count; i++) {
        int64_t at = waits[i].to_ms;
        struct queue_value value;

        if (waits[i].end != QUEUE_STILL || at <= now_ms || at >= next)
            continue;
        value = queue_measure(threshold, waits, count, at);
        if (queue_threshold_step(threshold, true, &value) != QUEUE_STAYS)
            next = at;
    }
    return next;
}

/* The age grows while anybody waits: it crosses when one has waited for so long. */
static int64_t next_age(const struct queue_threshold *threshold, bool crossed,
                        const struct queue_wait *waits, size_t count, int64_t now_ms)
{
    int64_t next = INT64_MAX;

    if (crossed)
        return next_age_back(threshold, waits, count, now_ms);
    for (size_t i = 0; i < count; i++) {
        int64_t at = waits[i].from_ms + threshold->limit;

        if (at <= now_ms)
            at = now_ms + 1;
        if (waits[i].end == QUEUE_STILL && at < next &&
            (waits[i].to_ms == 0 || at < waits[i].to_ms))
            next = at;
    }
    return next;
}

static int64_t first_step(const struct queue_threshold *threshold, bool crossed, struct weight sum,
                          const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct queue_value value;

        sum.part += changes[i].by.part;
        sum.of += changes[i].by.of;
        /* All that happens at one time is one change. */
        if (i + 1 < count && changes[i + 1].at_ms == changes[i].at_ms)
            continue;
        value = value_of(threshold, sum);
        if (queue_threshold_step(threshold, crossed, &value) != QUEUE_STAYS)
            return changes[i].at_ms;
    }
    return INT64_MAX;
}

int64_t queue_threshold_next(const struct queue_threshold *threshold, bool crossed,
                             const struct queue_wait *waits, size_t count, int64_t now_ms)
{
    struct weight sum = {0, 0};
    struct change *changes;
    size_t changed = 0;
    int64_t next;

    if (threshold->measure == QUEUE_AGE)
        return next_age(threshold, crossed, waits, count, now_ms);
    changes = malloc((CHANGES_MOST * count + 1) * sizeof(*changes));
    if (changes == NULL)
        return now_ms + MINUTE_MS; /* looked at again when there is memory */
    for (size_t i = 0; i < count; i++) {
        struct weight weight = weigh(threshold, &waits[i], now_ms);

        sum.part += weight.part;
        sum.of += weight.of;
        changed += changes_of(threshold, &waits[i], now_ms, &changes[changed]);
    }
    qsort(changes, changed, sizeof(*changes), change_compare);
    next = first_step(threshold, crossed, sum, changes, changed);
    free(changes);
    return next;
}

/* --- as the queue's record says --------------------------------------------------------------- */

/* A number of one of the measures: within which bounds, and in what. */
static const struct {
    int64_t lowest, highest, unit;
} limits[QUEUE_MEASURE_COUNT] = {
    [QUEUE_WAITING] = {1, 100000, 1},
    [QUEUE_AGE] = {1, 24 * 60, MINUTE_MS},
    [QUEUE_ABANDONMENT] = {1, 100, 1},
    [QUEUE_ANSWERED_WITHIN] = {1, 100, 1},
};

static int word_index(const json_t *object, const char *member, const char *const *words)
{
    const char *word = json_text_or(object, member, "");

    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

static int refuse(struct error *error, size_t index, const char *member, const char *what)
{
    return error_set(error, ERROR_INVALID, "thresholds/%zu/%s: %s", index, member, what);
}

/* A member that is absent is `otherwise`; false when it is not a number within its bounds. */
static bool number_read(const json_t *object, const char *member, int64_t lowest, int64_t highest,
                        int64_t otherwise, int64_t *number)
{
    const json_t *value = json_object_get(object, member);

    *number = value == NULL ? otherwise : json_integer_value(value);
    return (value == NULL || json_is_integer(value)) && *number >= lowest && *number <= highest;
}

/* A fifth better than the limit; for a share five points, or as good as it can be. */
static int64_t preset_rearm(enum queue_measure measure, int64_t limit)
{
    int64_t fifth = limit / 5 > 0 ? limit / 5 : 1;

    if (measure == QUEUE_ANSWERED_WITHIN)
        return limit + 5 < 100 ? limit + 5 : 100;
    return limit - fifth;
}

static int minutes_read(struct queue_threshold *threshold, const json_t *item, size_t index,
                        struct error *error)
{
    const int64_t longest = QUEUE_WINDOW_LIMIT_MS / MINUTE_MS;
    bool within = threshold->measure == QUEUE_ANSWERED_WITHIN;
    bool share = is_share(threshold->measure);
    int64_t minutes, window;

    if (!number_read(item, "minutes", within, within ? longest : 0, 0, &minutes))
        return refuse(error, index, "minutes", "only of answered-within, up to a day");
    if (!number_read(item, "window", share, share ? longest : 0, share ? QUEUE_WINDOW_MINUTES : 0,
                     &window))
        return refuse(error, index, "window", "only of a share, up to a day");
    if (!number_read(item, "least", share, share ? 100000 : 0, share ? QUEUE_LEAST : 0,
                     &threshold->least))
        return refuse(error, index, "least", "only of a share");
    threshold->within_ms = minutes * MINUTE_MS;
    threshold->window_ms = window * MINUTE_MS;
    return 0;
}

static int threshold_read(struct queue_threshold *threshold, const json_t *item, size_t index,
                          struct error *error)
{
    int measure = word_index(item, "measure", queue_measure_words);
    int action = word_index(item, "action", queue_action_words);
    int64_t limit, rearm, lowest, highest;
    bool low = measure == QUEUE_ANSWERED_WITHIN;

    if (measure < 0)
        return refuse(error, index, "measure", "not a word allowed here");
    if (action < 0)
        return refuse(error, index, "action", "not a word allowed here");
    threshold->measure = (enum queue_measure)measure;
    threshold->action = (enum queue_action)action;
    if (!number_read(item, "limit", limits[measure].lowest, limits[measure].highest, 0, &limit))
        return refuse(error, index, "limit", "not a number in its bounds");
    /* Beyond the limit, so that it neither rings nor is over at every change. */
    lowest = low ? limit : 0;
    highest = low ? limits[measure].highest : limit - 1;
    if (!number_read(item, "rearm", lowest, highest,
                     preset_rearm((enum queue_measure)measure, limit), &rearm))
        return refuse(error, index, "rearm", "not on the better side of the limit");
    threshold->limit = limit * limits[measure].unit;
    threshold->rearm = rearm * limits[measure].unit;
    return minutes_read(threshold, item, index, error);
}

int queue_thresholds_read(const json_t *body, struct queue_threshold list[QUEUE_THRESHOLDS_LIMIT],
                          size_t *count, struct error *error)
{
    const json_t *items = json_object_get(body, "thresholds");
    char name[QUEUE_THRESHOLD_NAME_SIZE], other[QUEUE_THRESHOLD_NAME_SIZE];
    int code;

    *count = 0;
    if (json_array_size(items) > QUEUE_THRESHOLDS_LIMIT)
        return error_set(error, ERROR_INVALID, "thresholds: more than %d", QUEUE_THRESHOLDS_LIMIT);
    for (size_t i = 0; i < json_array_size(items); i++) {
        list[i] = (struct queue_threshold){0};
        code = threshold_read(&list[i], json_array_get(items, i), i, error);
        if (code != 0)
            return code;
        if (list[i].action == QUEUE_OPEN && *json_text_or(body, "next_queue", "") == '\0')
            return refuse(error, i, "action", "this queue has no next_queue to open to");
        queue_threshold_name(&list[i], name);
        for (size_t j = 0; j < i; j++) {
            queue_threshold_name(&list[j], other);
            if (strcmp(name, other) == 0)
                return refuse(error, i, "measure", "the same threshold as an earlier one");
        }
    }
    *count = json_array_size(items);
    return 0;
}

void queue_threshold_name(const struct queue_threshold *threshold,
                          char name[QUEUE_THRESHOLD_NAME_SIZE])
{
    int64_t unit = limits[threshold->measure].unit;

    snprintf(name, QUEUE_THRESHOLD_NAME_SIZE,
             "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s",
             queue_measure_words[threshold->measure], threshold->limit / unit,
             threshold->rearm / unit, threshold->within_ms / MINUTE_MS,
             threshold->window_ms / MINUTE_MS, threshold->least,
             queue_action_words[threshold->action]);
}
