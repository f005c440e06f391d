#include "app/import_body_internal.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "app/calendar.h"
#include "app/hsds.h"
#include "app/import_fields.h"
#include "app/json.h"
#include "app/message_template.h"
#include "app/queue.h"
#include "app/queue_measure.h"
#include "app/record_fields.h"

#define TEXT_LIMIT  20000
#define LIST_LIMIT  2000
#define PLACE_LIMIT 160

static const struct member source_members[] = {
    {MEMBER("name", KIND_TEXT, REQUIRED)},
    {MEMBER("id", KIND_TEXT, REQUIRED)},
    {MEMBER("confirmed", KIND_DAY, 0)},
    {0},
};

/* What every record has. */
static const struct member common_members[] = {
    {MEMBER("key", KIND_TEXT, REQUIRED)},
    {MEMBER("source", KIND_OBJECT, REQUIRED), .members = source_members},
    {MEMBER("title", KIND_LOCALISED, REQUIRED)},
    {MEMBER("ended", KIND_BOOLEAN, 0)},
    {MEMBER("hsds", KIND_HSDS, 0)},
    {0},
};

static const struct member *const type_members[RECORD_TYPE_COUNT] = {
    [RECORD_SERVICE] = import_service_members,
    [RECORD_FORM] = import_form_members,
    [RECORD_OFFICE] = import_office_members,
    [RECORD_AGENT] = import_agent_members,
    [RECORD_QUEUE] = import_queue_members,
    [RECORD_CALENDAR] = import_calendar_members,
    [RECORD_LIFE_EVENT] = import_life_event_members,
    [RECORD_TEMPLATE] = import_template_members,
    [RECORD_SNIPPET] = import_snippet_members,
    [RECORD_DIRECTORY] = import_directory_members,
    [RECORD_ROLE] = import_role_members,
};

struct check {
    import_reference reference;
    void *context;
    struct error *error;
};

static int refuse(const struct check *check, const char *place, const char *what)
{
    return error_set(check->error, ERROR_INVALID, "%s: %s", place, what);
}

/* What is wrong with a text; NULL when nothing is. */
static const char *text_fault(const json_t *value)
{
    if (!json_is_string(value))
        return "not a text";
    if (json_string_length(value) == 0)
        return "an empty text";
    if (json_string_length(value) > TEXT_LIMIT)
        return "a text of over 20000 bytes";
    return import_text_is_safe(json_string_value(value)) ? NULL
                                                         : "holds control or invisible characters";
}

/* What is wrong with a list of keywords in one language. */
static const char *keywords_fault(const json_t *list)
{
    const char *fault = NULL;
    if (!json_is_array(list))
        return "not a list";
    if (json_array_size(list) > LIST_LIMIT)
        return "over 2000 keywords";
    for (size_t i = 0; i < json_array_size(list) && !fault; i++)
        fault = text_fault(json_array_get(list, i));
    return fault;
}

/* What is wrong with an object that has "fr", "en" or both and nothing else, each a text or, for
 * keywords, a list. */
static const char *localised_fault(const json_t *value, bool lists)
{
    static const char *const languages[] = {"fr", "en"};
    const char *fault = NULL;
    size_t known = 0;
    for (size_t i = 0; i < 2 && !fault; i++) {
        const json_t *text = json_object_get(value, languages[i]);
        known += text ? 1 : 0;
        if (text)
            fault = lists ? keywords_fault(text) : text_fault(text);
    }
    if (fault)
        return fault;
    if (known == 0 || known != json_object_size(value))
        return lists ? "not {\"fr\", \"en\"} lists" : "not {\"fr\", \"en\"} texts";
    return NULL;
}

static bool is_word(const json_t *value, const char *const *words)
{
    for (; json_is_string(value) && *words; words++)
        if (strcmp(*words, json_string_value(value)) == 0)
            return true;
    return false;
}

static bool is_hours(const json_t *value)
{
    unsigned from_hour;
    unsigned from_minute;
    unsigned to_hour;
    unsigned to_minute;
    char rest;
    return json_is_string(value) && json_string_length(value) == 11 &&
           sscanf(json_string_value(value), "%2u:%2u-%2u:%2u%c", &from_hour, &from_minute, &to_hour,
                  &to_minute, &rest) == 4 &&
           from_minute < 60 && to_minute < 60 && to_hour <= 24 &&
           from_hour * 60 + from_minute < to_hour * 60 + to_minute;
}

static bool is_day(const json_t *value)
{
    struct calendar_day day;
    return json_is_string(value) && calendar_day_parse(json_string_value(value), &day);
}

static bool is_number(const json_t *value, const struct member *member)
{
    bool right = member->kind == KIND_INTEGER ? json_is_integer(value) : json_is_number(value);
    double number = json_number_value(value);
    return right && number >= member->lowest && number <= member->highest;
}

static int object_check(const struct check *check, const json_t *object,
                        const struct member *const tables[], const char *place);

/* What is wrong with a number for each of some channels. */
static const char *counts_fault(const json_t *value, const struct member *member)
{
    const char *channel;
    json_t *count;
    if (!json_is_object(value))
        return "not an object";
    json_object_foreach((json_t *)(uintptr_t)value, channel, count)
    {
        if (!channel_word(channel))
            return "not a channel";
        if (!is_number(count, member))
            return "not a number in its bounds";
    }
    return NULL;
}

static bool is_skill(const json_t *value)
{
    struct queue_skill skill;
    return !text_fault(value) && queue_skill_read(json_string_value(value), &skill);
}

static int fault_check(const struct check *check, const char *place, const char *fault)
{
    return fault ? refuse(check, place, fault) : 0;
}

static int value_check(const struct check *check, const json_t *value, const struct member *member,
                       const char *place)
{
    switch (member->kind) {
    case KIND_TEXT:
        return fault_check(check, place, text_fault(value));
    case KIND_LOCALISED:
        return fault_check(check, place, localised_fault(value, false));
    case KIND_KEYWORDS:
        return fault_check(check, place, localised_fault(value, true));
    case KIND_WORD:
        return is_word(value, member->words) ? 0 : refuse(check, place, "not a word allowed here");
    case KIND_INTEGER:
    case KIND_NUMBER:
        return is_number(value, member) ? 0 : refuse(check, place, "not a number in its bounds");
    case KIND_BOOLEAN:
        return json_is_boolean(value) ? 0 : refuse(check, place, "neither true nor false");
    case KIND_BOOLEAN_OR_NULL:
        return json_is_boolean(value) || json_is_null(value)
                   ? 0
                   : refuse(check, place, "neither true, false nor null");
    case KIND_DAY:
        return is_day(value) ? 0 : refuse(check, place, "not a day (2026-06-24)");
    case KIND_HOURS:
        return is_hours(value) ? 0 : refuse(check, place, "not hours (08:30-12:00)");
    case KIND_HSDS:
        return fault_check(check, place, hsds_kept_fault(value));
    case KIND_SKILL:
        return is_skill(value) ? 0 : refuse(check, place, "not a skill (civil-status:2)");
    case KIND_COUNTS:
        return fault_check(check, place, counts_fault(value, member));
    case KIND_FREE:
        return json_is_object(value) ? 0 : refuse(check, place, "not an object");
    case KIND_OBJECT: {
        const struct member *const tables[] = {member->members, NULL};
        return object_check(check, value, tables, place);
    }
    case KIND_KEY:
        if (member->words && is_word(value, member->words))
            return 0;
        break;
    }
    if (text_fault(value))
        return refuse(check, place, "not a key");
    return check->reference ? check->reference(check->context, member->type,
                                               json_string_value(value), place, check->error)
                            : 0;
}

static int member_check(const struct check *check, const json_t *value, const struct member *member,
                        const char *place)
{
    if (!(member->flags & LIST))
        return value_check(check, value, member, place);
    size_t most =
        member->kind == KIND_SKILL && member->highest > 0 ? (size_t)member->highest : LIST_LIMIT;
    if (!json_is_array(value) || json_array_size(value) > most)
        return refuse(check, place, "not a list, or too long");
    for (size_t i = 0; i < json_array_size(value); i++) {
        char inner[PLACE_LIMIT];
        snprintf(inner, sizeof inner, "%.120s/%zu", place, i);
        int code = value_check(check, json_array_get(value, i), member, inner);
        if (code)
            return code;
    }
    return 0;
}

/* Checks the members of an object against tables, NULL-terminated: all of them, and no others. */
static int object_check(const struct check *check, const json_t *object,
                        const struct member *const tables[], const char *place)
{
    char inner[PLACE_LIMIT];
    size_t known = 0;
    if (!json_is_object(object))
        return refuse(check, place, "not an object");
    for (size_t i = 0; tables[i]; i++) {
        for (const struct member *member = tables[i]; member->name; member++) {
            const json_t *value = json_object_get(object, member->name);
            snprintf(inner, sizeof inner, "%.120s%s%.30s", place, place[0] ? "/" : "",
                     member->name);
            if (!value && (member->flags & REQUIRED))
                return refuse(check, inner, "missing");
            int code = value ? member_check(check, value, member, inner) : 0;
            if (code)
                return code;
            known += value ? 1 : 0;
        }
    }
    if (known == json_object_size(object))
        return 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        bool found = false;
        for (size_t i = 0; tables[i]; i++)
            for (const struct member *member = tables[i]; member->name; member++)
                found = found || strcmp(member->name, name) == 0;
        if (!found) {
            snprintf(inner, sizeof inner, "%.120s%s%.30s", place, place[0] ? "/" : "", name);
            return refuse(check, inner, "no such member");
        }
    }
    return 0;
}

static int calendar_check(const json_t *body, struct error *error)
{
    struct calendar *calendar;
    int code = calendar_new(&calendar, body, error);

    calendar_free(calendar);
    return code;
}

static int calendar_check_closures(const json_t *body, struct error *error)
{
    struct calendar *calendar;
    json_t *none = json_pack("{s:[]}", "holidays");
    int code = calendar_new(&calendar, none, error);

    if (code == 0)
        code = calendar_close(calendar, json_object_get(body, "closures"), error);
    calendar_free(calendar);
    json_decref(none);
    return code;
}

int import_body_check(enum record_type type, const json_t *body, import_reference reference,
                      void *context, struct error *error)
{
    struct check check = {.reference = reference, .context = context, .error = error};
    struct queue_threshold thresholds[QUEUE_THRESHOLDS_LIMIT];
    size_t count;
    if (!record_type_is_catalogue(type))
        return error_set(error, ERROR_INVALID, "not a type of the catalogue");
    const struct member *const tables[] = {common_members, type_members[type], NULL};
    int code = object_check(&check, body, tables, "");
    if (code == 0 && type == RECORD_QUEUE)
        code = queue_thresholds_read(body, thresholds, &count, error);
    if (code == 0 && (type == RECORD_TEMPLATE || type == RECORD_SNIPPET))
        code = message_template_check(body, error);
    if (code == 0 && type == RECORD_CALENDAR)
        code = calendar_check(body, error);
    if (code == 0 && type == RECORD_OFFICE)
        code = calendar_check_closures(body, error);
    return code;
}
