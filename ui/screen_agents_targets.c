#include "ui/screen_agents.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/schedule.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"
#include "ui/queue_words.h"

struct reading {
    struct targets *targets;
    struct desk *desk;
    const struct target_need *need;
    json_t
        *presence;  /* owned by the caller: by agent, {"state","since"}; NULL: nothing was heard */
    json_t *queues; /* the same: by queue, {"waiting"} */
};

static void as_written(const char *word, char *text, size_t size)
{
    text_copy(text, size, word);
}

static void join(char *text, size_t size, const json_t *list, const char *between,
                 void (*say)(const char *word, char *text, size_t size))
{
    struct text_buffer buffer = {0};
    char word[WORK_NAME_SIZE];
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item))
            continue;
        say(json_string_value(item), word, sizeof(word));
        text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? between : "", word);
    }
    text_copy(text, size, buffer.bytes != NULL ? buffer.bytes : "");
    text_buffer_free(&buffer);
}

/* In the order of enum match_presence. */
static const struct {
    const char *state, *text;
} presences[] = {
    [MATCH_AVAILABLE] = {"available", N_("present")}, [MATCH_BUSY] = {"busy", N_("busy")},
    [MATCH_WRAP_UP] = {"wrap-up", N_("wrap-up")},     [MATCH_AWAY] = {"away", N_("away")},
    [MATCH_OFFLINE] = {"offline", N_("not here")},    [MATCH_UNKNOWN] = {"", N_("not known")},
};

/* Longer than any queue may say. */
#define NOT_PROMISED (24 * 60 + 1)

static void find_presence(const struct reading *reading, struct target *target)
{
    const json_t *item = json_object_get(reading->presence, target->agent.text);

    target->presence = reading->presence == NULL ? MATCH_UNKNOWN : MATCH_OFFLINE;
    target->heard_ms = reading->targets->heard_ms;
    for (int state = 0; state < MATCH_OFFLINE; state++)
        if (strcmp(json_text_or(item, "state", ""), presences[state].state) == 0)
            target->presence = (enum match_presence)state;
    timestamp_parse(json_text_or(item, "since", ""), &target->since_ms);
}

static int score(const struct reading *reading, const struct target *target, bool closed)
{
    const struct match match = {
        .kind = target->kind,
        .presence = target->presence,
        .fits = target->fits,
        .named = target->kind == MATCH_QUEUE && strcmp(target->key, reading->need->queue) == 0,
        .closed = closed,
    };

    return match_score(&match) + (reading->need->offices_only && target->own ? 20 : 0);
}

static int add(struct reading *reading, const struct target *target)
{
    struct targets *targets = reading->targets;
    char all[4 * WORK_NAME_SIZE];
    struct target *added;

    if (targets->count == targets->capacity) {
        size_t capacity = targets->capacity == 0 ? 32 : 2 * targets->capacity;
        struct target *grown = realloc(targets->list, capacity * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        targets->list = grown;
        targets->capacity = capacity;
    }
    added = &targets->list[targets->count];
    *added = *target;
    snprintf(all, sizeof(all), "%s %s %s %s", added->name, added->office, added->speaks,
             added->skills);
    added->folded = text_fold(all, strlen(all));
    if (added->folded == NULL)
        return ERROR_MEMORY;
    targets->count++;
    return 0;
}

/* What of the need is met, and where: "civil status, Spanish · Montréal". */
static void write_met(const struct queue_need *need, struct target *target)
{
    struct text_buffer buffer = {0};

    for (size_t i = 0; i < need->skill_count; i++)
        text_buffer_add_format(&buffer, "%s%s", i > 0 ? ", " : "",
                               format_skill(need->skills[i].name));
    if (need->language[0] != '\0')
        text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? ", " : "",
                               format_spoken(need->language));
    text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? " · " : "", target->office);
    text_copy(target->why, sizeof(target->why), buffer.bytes != NULL ? buffer.bytes : "");
    text_buffer_free(&buffer);
}

static void take_agent(const struct reading *reading, const struct record *record,
                       struct target *target)
{
    struct queue_verdict verdict;
    char office[RECORD_KEY_SIZE];

    target->agent = record->id;
    target->fits = queue_agent_fits(&reading->need->needed, record, &verdict);
    find_presence(reading, target);
    text_copy(target->name, sizeof(target->name), record_text(record, "name"));
    record_full_key(record, record_text(record, "office"), office);
    work_title(reading->desk, RECORD_OFFICE, office, target->office, sizeof(target->office));
    verdict_words(&verdict, target->why, sizeof(target->why));
    if (target->fits)
        write_met(&reading->need->needed, target);
}

static void find_waiting(const struct reading *reading, struct target *target)
{
    const json_t *item = json_object_get(reading->queues, target->key);

    target->waiting = reading->queues != NULL ? (int)json_integer_or(item, "waiting", 0) : -1;
}

static bool serves_language(const struct record *queue, const char *language)
{
    const json_t *languages = json_object_get(queue->body, "languages");
    const json_t *item;
    size_t i;

    json_array_foreach(languages, i, item)
    {
        if (json_is_string(item) &&
            strncmp(json_string_value(item), language, strlen(language)) == 0)
            return true;
    }
    return *language == '\0' || json_array_size(languages) == 0;
}

/* Whether it is closed now; says when it opens again, for the list and in full. */
static bool is_closed(const struct reading *reading, const struct record *queue, char *opens,
                      size_t size, struct target *target)
{
    struct schedule *schedule = NULL;
    struct schedule_state state;
    int64_t now = desk_now(reading->desk);

    if (json_object_get(queue->body, "schedule") == NULL ||
        schedule_new(&schedule, reading->desk->catalogue, queue,
                     json_object_get(queue->body, "schedule"), NULL) != 0)
        return false;
    schedule_state_at(schedule, now, &state);
    format_opening(opens, size, schedule, &state, now);
    schedule_free(schedule);
    if (!state.open && state.until_ms > 0)
        snprintf(target->closed, sizeof(target->closed), _("closed, %s"), opens);
    else if (!state.open)
        text_copy(target->closed, sizeof(target->closed), opens);
    return !state.open;
}

/* True when the queue is closed now. */
static bool take_queue(const struct reading *reading, const struct record *record,
                       struct target *target)
{
    const struct queue_need *needed = &reading->need->needed;
    char opens[48];
    bool closed = is_closed(reading, record, opens, sizeof(opens), target);
    struct queue_verdict verdict = {.bar = QUEUE_BAR_LANGUAGE};

    find_waiting(reading, target);
    target->promised = (int)json_integer_or(record->body, "wait_minutes", NOT_PROMISED);
    target->fits = serves_language(record, needed->language);
    memcpy(verdict.language, needed->language, sizeof(verdict.language));
    if (!target->fits)
        verdict_words(&verdict, target->why, sizeof(target->why));
    else if (closed)
        text_copy(target->why, sizeof(target->why), opens);
    else if (strcmp(target->key, reading->need->queue) == 0)
        text_copy(target->why, sizeof(target->why), _("serves this service"));
    else
        text_copy(target->why, sizeof(target->why), target->skills);
    return closed;
}

static int add_record(void *context, const struct record *record)
{
    struct reading *reading = context;
    struct target target = {.kind = record->type == RECORD_AGENT   ? MATCH_AGENT
                                    : record->type == RECORD_QUEUE ? MATCH_QUEUE
                                                                   : MATCH_OFFICE,
                            .fits = true,
                            .waiting = -1};
    bool closed = false;

    /* A public screen is nobody. */
    if (json_bool_or(record->body, "ended", false) ||
        strcmp(record_text(record, "role"), "display") == 0 ||
        (reading->need->offices_only && target.kind != MATCH_OFFICE) ||
        id_equal(&record->id, desk_agent(reading->desk)))
        return 0;
    text_copy(target.key, sizeof(target.key), record_text(record, "key"));
    join(target.speaks, sizeof(target.speaks), json_object_get(record->body, "languages"), " ",
         as_written);
    join(target.skills, sizeof(target.skills), json_object_get(record->body, "skills"), ", ",
         skill_words);
    target.own = strcmp(target.key, desk_office(reading->desk)) == 0;
    text_copy(target.name, sizeof(target.name),
              format_localised(json_object_get(record->body, "title")));
    if (target.kind == MATCH_AGENT)
        take_agent(reading, record, &target);
    else if (target.kind == MATCH_QUEUE)
        closed = take_queue(reading, record, &target);
    target.score = score(reading, &target, closed);
    return add(reading, &target);
}

void target_need_make(struct target_need *need, struct desk *desk, const char *service,
                      const char *language)
{
    struct record *record = NULL;

    *need = (struct target_need){0};
    if (*service != '\0')
        catalogue_get_by_key(desk->catalogue, RECORD_SERVICE, service, &record, NULL);
    queue_need_make(&need->needed, NULL, NULL, record);
    queue_need_speak(&need->needed, language);
    if (record != NULL && record_text(record, "queue")[0] != '\0')
        record_full_key(record, record_text(record, "queue"), need->queue);
    record_free(record);
}

/* The items of an array by what this member of each says; NULL when it is no array. Whoever looks
 * up one of thousands does not walk them all. New. */
static json_t *by_name(const json_t *list, const char *member)
{
    json_t *names = json_is_array(list) ? json_object() : NULL;
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        json_object_set(names, json_text_or(item, member, ""), item);
    }
    return names;
}

/* Best first; for qsort. */
static int compare(const void *one, const void *other)
{
    const struct target *left = one, *right = other;

    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    /* Whoever has been free for longest. */
    if (left->kind == MATCH_AGENT && left->presence == MATCH_AVAILABLE &&
        left->since_ms != right->since_ms)
        return left->since_ms < right->since_ms ? -1 : 1;
    /* Of queues that suit alike the one that means to answer soonest. */
    if (left->promised != right->promised)
        return left->promised < right->promised ? -1 : 1;
    return strcmp(left->name, right->name);
}

int targets_read(struct targets *targets, struct desk *desk, const struct target_need *need,
                 struct error *error)
{
    static const enum record_type types[] = {RECORD_AGENT, RECORD_QUEUE, RECORD_OFFICE};
    struct reading reading = {.targets = targets, .desk = desk, .need = need};
    json_t *state = NULL;
    int code = 0;

    targets_free(targets);
    if (desk->store != NULL)
        store_state_get(desk->store, "presence", &state, NULL);
    reading.presence = by_name(json_object_get(state, "agents"), "agent");
    reading.queues = by_name(json_object_get(state, "queues"), "queue");
    timestamp_parse(json_text_or(state, "heard_at", ""), &targets->heard_ms);
    for (size_t i = 0; i < (need->agents_only ? 1 : 3) && code == 0; i++)
        code = catalogue_each(desk->catalogue, types[i], add_record, &reading, error);
    json_decref(reading.presence);
    json_decref(reading.queues);
    json_decref(state);
    if (targets->count > 0)
        qsort(targets->list, targets->count, sizeof(*targets->list), compare);
    targets->shown = calloc(targets->count + 1, sizeof(*targets->shown));
    if (code == 0 && targets->shown == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code != 0)
        targets_free(targets);
    else
        targets_filter(targets, "");
    return code;
}

void targets_free(struct targets *targets)
{
    for (size_t i = 0; i < targets->count; i++)
        free(targets->list[i].folded);
    free(targets->list);
    free(targets->shown);
    *targets = (struct targets){0};
}

/* --- filter ---------------------------------------------------------------------------------- */

void targets_filter(struct targets *targets, const char *query)
{
    char *words = text_fold(query, strlen(query));

    targets->shown_count = 0;
    for (size_t i = 0; i < targets->count && words != NULL; i++) {
        if (text_has_words(targets->list[i].folded, words))
            targets->shown[targets->shown_count++] = i;
    }
    free(words);
}

const struct target *targets_shown(const struct targets *targets, size_t index)
{
    return index < targets->shown_count ? &targets->list[targets->shown[index]] : NULL;
}

void target_state_text(const struct target *target, int64_t heard_ms, char *text, size_t size)
{
    const char *state = _(presences[target->presence].text);
    int64_t minutes = (heard_ms - target->since_ms) / 60000;

    if (target->since_ms <= 0 || minutes < 1 || target->presence == MATCH_UNKNOWN)
        text_copy(text, size, state);
    else if (minutes < 60)
        snprintf(text, size, "%s %" PRId64 " min", state, minutes);
    else
        snprintf(text, size, "%s %" PRId64 " h", state, minutes / 60);
}

void target_draw(const struct target *target, const struct paint *row)
{
    int width = row->columns * 2 / 5 - 4;
    int speaks = strlen(target->speaks) > 5 ? 8 : 5;
    char state[64];
    enum paint_style style =
        target->kind == MATCH_AGENT && target->presence == MATCH_AVAILABLE ? PAINT_GOOD : PAINT_DIM;

    if (target->kind == MATCH_AGENT)
        target_state_text(target, target->heard_ms, state, sizeof(state));
    else if (target->kind == MATCH_QUEUE && target->waiting >= 0)
        snprintf(state, sizeof(state), _("queue, %d wait"), target->waiting);
    else
        text_copy(state, sizeof(state), target->kind == MATCH_QUEUE ? _("queue") : _("office"));
    paint_text(row, 0, 1, width, PAINT_TEXT, target->name);
    paint_text(row, 0, width + 2, 15, style, state);
    /* Three languages go before the words on their row alone. */
    paint_text(row, 0, width + 18, speaks, PAINT_DIM, target->speaks);
    paint_text(row, 0, width + 19 + speaks, -1, target->fits ? PAINT_DIM : PAINT_WARNING,
               target->why);
}
