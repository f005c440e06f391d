#include "app/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"

#define MINUTE_MS INT64_C(60000)

const char *const queue_part_words[] = {"need",       "identity", "service",     "steps-done",
                                        "steps-left", "drafts",   "commitments", "language",
                                        "mood",       NULL};

static int clamp(int64_t number, int64_t lowest, int64_t highest)
{
    return (int)(number < lowest ? lowest : number > highest ? highest : number);
}

/* --- skills ---------------------------------------------------------------------------------- */

bool queue_skill_read(const char *text, struct queue_skill *skill)
{
    size_t length = strcspn(text, ":");
    const char *level = text + length;

    if (length == 0 || strlen(text) > QUEUE_SKILL_LENGTH || !text_is_utf8(text, strlen(text)))
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == ',' || text[i] == 0x7f)
            return false;
    skill->level = 1;
    if (*level == ':') {
        if (level[1] < '1' || level[1] > '0' + QUEUE_SKILL_LEVEL_MOST || level[2] != '\0')
            return false;
        skill->level = level[1] - '0';
    }
    memcpy(skill->name, text, length);
    skill->name[length] = '\0';
    return true;
}

/* --- what is needed -------------------------------------------------------------------------- */

/* The most of each skill is needed; they stay sorted. */
static void need_skill(struct queue_need *need, const struct queue_skill *skill)
{
    size_t at = 0;

    while (at < need->skill_count && strcmp(need->skills[at].name, skill->name) < 0)
        at++;
    if (at < need->skill_count && strcmp(need->skills[at].name, skill->name) == 0) {
        if (skill->level > need->skills[at].level)
            need->skills[at].level = skill->level;
        return;
    }
    if (need->skill_count == QUEUE_NEED_SKILLS_MOST)
        return;
    memmove(&need->skills[at + 1], &need->skills[at],
            (need->skill_count - at) * sizeof(need->skills[0]));
    need->skills[at] = *skill;
    need->skill_count++;
}

static void need_body(struct queue_need *need, const json_t *body)
{
    const json_t *skills = json_object_get(body, "skills");
    int level = clamp(json_integer_or(body, "level", 0), 0, QUEUE_LEVEL_MOST);
    struct queue_skill skill;

    for (size_t i = 0; i < json_array_size(skills) && i < QUEUE_NEED_SKILLS_MOST; i++) {
        const char *text = json_string_value(json_array_get(skills, i));

        if (text != NULL && queue_skill_read(text, &skill))
            need_skill(need, &skill);
    }
    if (level > need->level)
        need->level = level;
}

/* "fr-CA" -> "fr"; "" for what is no language. */
static void language_primary(const char *text, char language[QUEUE_LANGUAGE_SIZE])
{
    size_t length = 0;

    while (length < QUEUE_LANGUAGE_SIZE - 1 && ((text[length] | 0x20) >= 'a') &&
           ((text[length] | 0x20) <= 'z')) {
        language[length] = (char)(text[length] | 0x20);
        length++;
    }
    if (length < 2 || (text[length] != '\0' && text[length] != '-'))
        length = 0;
    language[length] = '\0';
}

void queue_need_speak(struct queue_need *need, const char *language)
{
    if (language != NULL && need->language[0] == '\0')
        language_primary(language, need->language);
}

void queue_need_add(struct queue_need *need, const struct record *record)
{
    need_body(need, record->body);
}

void queue_need_make(struct queue_need *need, const json_t *handoff, const struct record *queue,
                     const struct record *service)
{
    *need = (struct queue_need){0};
    if (queue != NULL)
        queue_need_add(need, queue);
    if (service != NULL)
        queue_need_add(need, service);
    /* Last: what it asks for cannot crowd out what they do. */
    need_body(need, handoff);
    queue_need_speak(need, json_text_or(handoff, "language", ""));
}

static void skill_write(const struct queue_skill *skill, char text[QUEUE_SKILL_LENGTH + 3])
{
    size_t length = strlen(skill->name);

    memcpy(text, skill->name, length + 1);
    if (skill->level < 2)
        return;
    text[length] = ':';
    text[length + 1] = (char)('0' + skill->level);
    text[length + 2] = '\0';
}

json_t *queue_need_skills(const struct queue_need *need)
{
    char text[QUEUE_SKILL_LENGTH + 3];
    json_t *list = need->skill_count > 0 ? json_array() : NULL;

    for (size_t i = 0; i < need->skill_count && list != NULL; i++) {
        skill_write(&need->skills[i], text);
        if (json_array_append_new(list, json_string(text)) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

char *queue_need_text(const struct queue_need *need)
{
    char text[QUEUE_SKILL_LENGTH + 3];
    struct text_buffer buffer = {0};

    if (need->skill_count == 0 && need->level == 0 && need->language[0] == '\0')
        return strdup("");
    text_buffer_add_format(&buffer, "%d %s ", need->level,
                           need->language[0] != '\0' ? need->language : "*");
    for (size_t i = 0; i < need->skill_count; i++) {
        skill_write(&need->skills[i], text);
        text_buffer_add_format(&buffer, "%s%s", i > 0 ? "," : "", text);
    }
    return text_buffer_take(&buffer);
}

bool queue_need_parse(struct queue_need *need, const char *text)
{
    char word[QUEUE_SKILL_LENGTH + 3];
    struct queue_skill skill;
    size_t length;

    *need = (struct queue_need){0};
    if (*text == '\0')
        return true;
    if (text[0] < '0' || text[0] > '0' + QUEUE_LEVEL_MOST || text[1] != ' ')
        return false;
    need->level = text[0] - '0';
    text += 2;
    length = strcspn(text, " ");
    if (length == 0 || length >= QUEUE_LANGUAGE_SIZE || text[length] == '\0')
        return false;
    if (text[0] != '*')
        memcpy(need->language, text, length);
    for (text += length + 1; *text != '\0'; text += length + (text[length] == ',')) {
        length = strcspn(text, ",");
        if (length >= sizeof(word))
            return false;
        memcpy(word, text, length);
        word[length] = '\0';
        if (!queue_skill_read(word, &skill))
            return false;
        need_skill(need, &skill);
    }
    return true;
}

/* --- who may take it ------------------------------------------------------------------------- */

void queue_verdict_write(const struct queue_verdict *verdict, char *text, size_t size)
{
    char skill[QUEUE_SKILL_LENGTH + 3];

    switch (verdict->bar) {
    case QUEUE_BAR_SKILL:
        skill_write(&verdict->skill, skill);
        snprintf(text, size, "skills/%s", skill);
        return;
    case QUEUE_BAR_LEVEL:
        snprintf(text, size, "level/%d", verdict->level);
        return;
    case QUEUE_BAR_LANGUAGE:
        snprintf(text, size, "language/%s", verdict->language);
        return;
    case QUEUE_BAR_FULL:
        snprintf(text, size, "capacity/%d", verdict->capacity);
        return;
    case QUEUE_BAR_OUTSIDE:
        text_copy(text, size, "to_queue");
        return;
    case QUEUE_BAR_NONE:
        break;
    }
    text_copy(text, size, "");
}

bool queue_verdict_read(const char *text, struct queue_verdict *verdict)
{
    const char *value = strchr(text, '/');
    size_t length = value != NULL ? (size_t)(value++ - text) : strlen(text);

    *verdict = (struct queue_verdict){0};
    if (value == NULL) {
        verdict->bar = QUEUE_BAR_OUTSIDE;
        return strcmp(text, "to_queue") == 0;
    }
    if (strncmp(text, "skills", length) == 0) {
        verdict->bar = QUEUE_BAR_SKILL;
        return queue_skill_read(value, &verdict->skill);
    }
    if (strncmp(text, "language", length) == 0) {
        verdict->bar = QUEUE_BAR_LANGUAGE;
        language_primary(value, verdict->language);
        return verdict->language[0] != '\0';
    }
    verdict->bar = strncmp(text, "level", length) == 0 ? QUEUE_BAR_LEVEL : QUEUE_BAR_FULL;
    if (verdict->bar == QUEUE_BAR_LEVEL)
        verdict->level = atoi(value);
    else
        verdict->capacity = atoi(value);
    return verdict->bar == QUEUE_BAR_LEVEL || strncmp(text, "capacity", length) == 0;
}

static bool has_skill(const struct record *agent, const struct queue_skill *needed)
{
    const json_t *skills = json_object_get(agent->body, "skills");
    struct queue_skill skill;
    const json_t *item;
    size_t i;

    json_array_foreach(skills, i, item)
    {
        if (json_is_string(item) && queue_skill_read(json_string_value(item), &skill) &&
            strcmp(skill.name, needed->name) == 0 && skill.level >= needed->level)
            return true;
    }
    return false;
}

static bool speaks(const struct record *agent, const char *language)
{
    const json_t *languages = json_object_get(agent->body, "languages");
    char spoken[QUEUE_LANGUAGE_SIZE];
    const json_t *item;
    size_t i;

    json_array_foreach(languages, i, item)
    {
        if (!json_is_string(item))
            continue;
        language_primary(json_string_value(item), spoken);
        if (strcmp(spoken, language) == 0)
            return true;
    }
    return false;
}

static bool serves_level(const struct record *agent, int level)
{
    const json_t *levels = json_object_get(agent->body, "levels");
    const json_t *item;
    size_t i;

    json_array_foreach(levels, i, item)
    {
        if (json_integer_value(item) == level)
            return true;
    }
    return json_array_size(levels) == 0;
}

bool queue_agent_fits(const struct queue_need *need, const struct record *agent,
                      struct queue_verdict *verdict)
{
    *verdict = (struct queue_verdict){.bar = QUEUE_BAR_NONE};
    if (need->level > 0 && !serves_level(agent, need->level)) {
        verdict->bar = QUEUE_BAR_LEVEL;
        verdict->level = need->level;
        return false;
    }
    for (size_t i = 0; i < need->skill_count; i++)
        if (!has_skill(agent, &need->skills[i])) {
            verdict->bar = QUEUE_BAR_SKILL;
            verdict->skill = need->skills[i];
            return false;
        }
    if (need->language[0] != '\0' && !speaks(agent, need->language)) {
        verdict->bar = QUEUE_BAR_LANGUAGE;
        memcpy(verdict->language, need->language, sizeof(verdict->language));
        return false;
    }
    return true;
}

int queue_capacity(const struct record *agent, const struct record *queue, const char *channel)
{
    const json_t *own = json_object_get(json_object_get(agent->body, "capacity"), channel);

    if (json_is_integer(own))
        return clamp(json_integer_value(own), 0, QUEUE_CAPACITY_MOST);
    if (queue == NULL || !json_is_integer(json_object_get(queue->body, "capacity")))
        return -1;
    return clamp(json_integer_or(queue->body, "capacity", 0), 0, QUEUE_CAPACITY_MOST);
}

bool queue_may_take(const struct queue_need *need, const struct record *queue,
                    const struct record *agent, const char *channel, int load,
                    struct queue_verdict *verdict)
{
    int capacity = queue_capacity(agent, queue, channel);

    *verdict = (struct queue_verdict){.bar = QUEUE_BAR_NONE};
    if (queue != NULL && !record_names(agent, "queues", record_text(queue, "key"))) {
        verdict->bar = QUEUE_BAR_OUTSIDE;
        return false;
    }
    if (!queue_agent_fits(need, agent, verdict))
        return false;
    if (capacity >= 0 && load >= capacity) {
        verdict->bar = QUEUE_BAR_FULL;
        verdict->capacity = capacity;
        return false;
    }
    return true;
}

bool queue_contact_is_in_hand(const struct record *contact, int64_t now_ms)
{
    int64_t started;

    return record_text(contact, "ended_at")[0] == '\0' &&
           timestamp_parse(record_text(contact, "started_at"), &started) &&
           now_ms - started < QUEUE_CONTACT_MOST_MS;
}

static bool is_among(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

bool queue_is_in_hand(const struct record *handoff, const struct record *contact,
                      const struct record *matter, int64_t now_ms)
{
    static const char *const decided[] = {"approved", "refused", "closed", NULL};
    static const char *const live[] = {"counter", "phone", "voice", "chat", "", NULL};
    const char *from = record_text(handoff, "from");
    const char *assignee;

    if (strcmp(record_text(handoff, "state"), "accepted") != 0 ||
        strcmp(record_text(handoff, "kind"), "consult") == 0)
        return false;
    if (contact != NULL && queue_contact_is_in_hand(contact, now_ms))
        return strcmp(record_text(contact, "agent"), from) == 0;
    if (matter == NULL || is_among(record_text(handoff, "channel"), live) ||
        is_among(record_text(matter, "status"), decided))
        return false;
    /* Until what follows an acceptance is done, the case is the sender's. */
    assignee = record_text(matter, "assignee");
    return strcmp(assignee, record_text(handoff, "taken_by")) == 0 || strcmp(assignee, from) == 0;
}

/* --- whose turn it is ------------------------------------------------------------------------ */

static int64_t time_of(const struct record *handoff, const char *member)
{
    int64_t ms = 0;

    return timestamp_parse(record_text(handoff, member), &ms) ? ms : 0;
}

int64_t queue_since_ms(const struct record *handoff)
{
    int64_t since = time_of(handoff, "waiting_since");

    return since > 0 ? since : time_of(handoff, "offered_at");
}

int64_t queue_ready_ms(const struct record *handoff)
{
    int64_t since = queue_since_ms(handoff), from = time_of(handoff, "call_from");

    if (from <= since)
        return since;
    return from < since + QUEUE_READY_MOST_MS ? from : since + QUEUE_READY_MOST_MS;
}

int64_t queue_promise_ms(const struct record *handoff)
{
    int64_t promise = time_of(handoff, "promise_at"), call = time_of(handoff, "call_to");

    return promise > 0 && (call <= 0 || promise < call) ? promise : call;
}

static int64_t weight_ms(const struct record *queue, const char *member, int otherwise)
{
    const json_t *weights = queue != NULL ? json_object_get(queue->body, "weights") : NULL;

    return clamp(json_integer_or(weights, member, otherwise), 0, QUEUE_WEIGHT_MOST) * MINUTE_MS;
}

static int queue_priority(const struct record *queue)
{
    return queue == NULL
               ? 0
               : clamp(json_integer_or(queue->body, "priority", 0), 0, QUEUE_PRIORITY_MOST);
}

int64_t queue_lead_most_ms(const struct record *queue)
{
    int64_t steps = QUEUE_PRIORITY_MOST + queue_priority(queue);
    int64_t lead = steps * weight_ms(queue, "priority", QUEUE_PRIORITY_MINUTES) +
                   2 * weight_ms(queue, "promise", QUEUE_PROMISE_MINUTES);

    return lead < QUEUE_LEAD_MOST_MS ? lead : QUEUE_LEAD_MOST_MS;
}

int64_t queue_turn_ms(const struct record *handoff, const struct record *queue)
{
    int64_t ready = queue_ready_ms(handoff), promise = queue_promise_ms(handoff);
    int64_t steps = queue_priority(queue) +
                    clamp(json_integer_or(handoff->body, "priority", 0), 0, QUEUE_PRIORITY_MOST);
    int64_t lead = steps * weight_ms(queue, "priority", QUEUE_PRIORITY_MINUTES);
    int64_t slack = weight_ms(queue, "promise", QUEUE_PROMISE_MINUTES);
    int64_t most = queue_lead_most_ms(queue);

    /* The nearer its promise was when it began to wait; a promise long broken counts double. */
    if (promise > 0 && ready > promise - slack)
        lead += ready - (promise - slack) < 2 * slack ? ready - (promise - slack) : 2 * slack;
    return ready - (lead < most ? lead : most);
}

int queue_turn_compare(const void *left, const void *right)
{
    const struct queue_turn *a = left, *b = right;

    return a->ms != b->ms ? (a->ms < b->ms ? -1 : 1) : strcmp(a->id.text, b->id.text);
}

/* --- the hand-off's context ------------------------------------------------------------------ */

static bool asks_for(const struct record *queue, const char *part)
{
    const json_t *required = json_object_get(queue->body, "required");
    const json_t *item;
    size_t i;

    json_array_foreach(required, i, item)
    {
        if (json_is_string(item) && strcmp(json_string_value(item), part) == 0)
            return true;
    }
    return false;
}

size_t queue_missing_parts(const struct record *queue, const json_t *parts,
                           const char *missing[QUEUE_PARTS_MOST])
{
    size_t count = 0;

    for (size_t i = 0; queue_part_words[i] != NULL; i++) {
        const char *text = json_text_or(parts, queue_part_words[i], "");

        if (asks_for(queue, queue_part_words[i]) && text[strspn(text, " \t\n")] == '\0')
            missing[count++] = queue_part_words[i];
    }
    return count;
}
