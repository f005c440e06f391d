#include "ui/screen_agents.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

struct reading {
    struct targets *targets;
    struct desk *desk;
    const struct target_need *need;
    json_t *presence; /* owned by the caller: array of {"agent","state"} */
};

static const char *as_written(const char *word)
{
    return word;
}

static void join(char *text, size_t size, const json_t *list, const char *between,
                 const char *(*say)(const char *word))
{
    struct text_buffer buffer = {0};
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (json_is_string(item))
            text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? between : "",
                                   say(json_string_value(item)));
    }
    text_copy(text, size, buffer.bytes != NULL ? buffer.bytes : "");
    text_buffer_free(&buffer);
}

/* In the order of enum target_presence. */
static const struct {
    const char *state, *text;
} presences[] = {
    [TARGET_AVAILABLE] = {"available", N_("present")}, [TARGET_BUSY] = {"busy", N_("busy")},
    [TARGET_WRAP_UP] = {"wrap-up", N_("wrap-up")},     [TARGET_AWAY] = {"away", N_("away")},
    [TARGET_OFFLINE] = {"offline", N_("not here")},    [TARGET_UNKNOWN] = {"", N_("not known")},
};

static void find_presence(const struct reading *reading, struct target *target)
{
    const json_t *item;
    size_t i;

    target->presence = reading->presence == NULL ? TARGET_UNKNOWN : TARGET_OFFLINE;
    target->heard_ms = reading->targets->heard_ms;
    json_array_foreach(reading->presence, i, item)
    {
        if (strcmp(json_text_or(item, "agent", ""), target->agent.text) != 0)
            continue;
        for (int state = 0; state < TARGET_OFFLINE; state++)
            if (strcmp(json_text_or(item, "state", ""), presences[state].state) == 0)
                target->presence = (enum target_presence)state;
        timestamp_parse(json_text_or(item, "since", ""), &target->since_ms);
    }
}

/* A present agent first, then a queue, where somebody will come; an office, and who is away, last.
 * Nobody who does not speak the client's language, or may not serve the service's level, comes
 * before one who does. */
static int score(const struct reading *reading, const struct target *target)
{
    static const int kinds[] = {[TARGET_AGENT] = 0, [TARGET_QUEUE] = 6, [TARGET_OFFICE] = 3};
    static const int scores[] = {
        [TARGET_AVAILABLE] = 9, [TARGET_BUSY] = 5,    [TARGET_WRAP_UP] = 7,
        [TARGET_AWAY] = 4,      [TARGET_OFFLINE] = 1, [TARGET_UNKNOWN] = 2};
    int points = kinds[target->kind];

    if (target->kind == TARGET_AGENT)
        points += scores[target->presence];
    if (*reading->need->language != '\0' && target->speaks[0] != '\0' &&
        strstr(target->speaks, reading->need->language) == NULL)
        points -= 10;
    if (target->kind == TARGET_AGENT && !target->serves)
        points -= 10;
    if (reading->need->offices_only && target->own)
        points += 20;
    return points;
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
    added->score = score(reading, added);
    snprintf(all, sizeof(all), "%s %s %s %s", added->name, added->office, added->speaks,
             added->skills);
    added->folded = text_fold(all, strlen(all));
    if (added->folded == NULL)
        return ERROR_MEMORY;
    targets->count++;
    return 0;
}

/* An agent without levels serves all. */
static bool serves_level(const struct record *agent, int64_t level)
{
    const json_t *levels = json_object_get(agent->body, "levels");
    const json_t *item;
    size_t i;

    json_array_foreach(levels, i, item)
    {
        if (json_integer_value(item) == level)
            return true;
    }
    return level == 0 || json_array_size(levels) == 0;
}

static int add_record(void *context, const struct record *record)
{
    struct reading *reading = context;
    struct target target = {.kind = record->type == RECORD_AGENT   ? TARGET_AGENT
                                    : record->type == RECORD_QUEUE ? TARGET_QUEUE
                                                                   : TARGET_OFFICE};
    char office[RECORD_KEY_SIZE];

    /* A public screen is nobody. */
    if (json_bool_or(record->body, "ended", false) ||
        strcmp(record_text(record, "role"), "display") == 0)
        return 0;
    text_copy(target.key, sizeof(target.key), record_text(record, "key"));
    join(target.speaks, sizeof(target.speaks), json_object_get(record->body, "languages"), " ",
         as_written);
    join(target.skills, sizeof(target.skills), json_object_get(record->body, "skills"), ", ",
         format_skill);
    if (reading->need->offices_only && target.kind != TARGET_OFFICE)
        return 0;
    if (target.kind != TARGET_AGENT) {
        target.own = strcmp(target.key, desk_office(reading->desk)) == 0;
        text_copy(target.name, sizeof(target.name),
                  format_localised(json_object_get(record->body, "title")));
        return add(reading, &target);
    }
    if (id_equal(&record->id, desk_agent(reading->desk)))
        return 0;
    target.agent = record->id;
    target.serves = serves_level(record, reading->need->level);
    find_presence(reading, &target);
    text_copy(target.name, sizeof(target.name), record_text(record, "name"));
    record_full_key(record, record_text(record, "office"), office);
    work_title(reading->desk, RECORD_OFFICE, office, target.office, sizeof(target.office));
    return add(reading, &target);
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
    reading.presence = json_object_get(state, "agents");
    timestamp_parse(json_text_or(state, "heard_at", ""), &targets->heard_ms);
    for (size_t i = 0; i < (need->agents_only ? 1 : 3) && code == 0; i++)
        code = catalogue_each(desk->catalogue, types[i], add_record, &reading, error);
    json_decref(state);
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

static bool is_before(const struct target *left, const struct target *right)
{
    return left->score != right->score ? left->score > right->score
                                       : strcmp(left->name, right->name) < 0;
}

void targets_filter(struct targets *targets, const char *query)
{
    char *words = text_fold(query, strlen(query));

    targets->shown_count = 0;
    for (size_t i = 0; i < targets->count && words != NULL; i++) {
        size_t at = targets->shown_count;

        if (!text_has_words(targets->list[i].folded, words))
            continue;
        for (; at > 0 && is_before(&targets->list[i], &targets->list[targets->shown[at - 1]]); at--)
            targets->shown[at] = targets->shown[at - 1];
        targets->shown[at] = i;
        targets->shown_count++;
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

    if (target->since_ms <= 0 || minutes < 1 || target->presence == TARGET_UNKNOWN)
        text_copy(text, size, state);
    else if (minutes < 60)
        snprintf(text, size, "%s %" PRId64 " min", state, minutes);
    else
        snprintf(text, size, "%s %" PRId64 " h", state, minutes / 60);
}

void target_draw(const struct target *target, const struct paint *row)
{
    int width = row->columns * 2 / 5 - 4;
    char state[64];
    enum paint_style style = target->kind == TARGET_AGENT && target->presence == TARGET_AVAILABLE
                                 ? PAINT_GOOD
                                 : PAINT_DIM;

    if (target->kind == TARGET_AGENT)
        target_state_text(target, target->heard_ms, state, sizeof(state));
    else
        text_copy(state, sizeof(state), target->kind == TARGET_QUEUE ? _("queue") : _("office"));
    paint_text(row, 0, 1, width, PAINT_TEXT, target->name);
    paint_text(row, 0, width + 2, 15, style, state);
    paint_text(row, 0, width + 18, 5, PAINT_DIM, target->speaks);
    paint_text(row, 0, width + 24, -1, PAINT_DIM,
               target->kind == TARGET_AGENT ? target->office : target->skills);
}
