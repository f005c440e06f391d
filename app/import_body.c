#include "app/import_body.h"

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
#include "app/role.h"

#define TEXT_LIMIT  20000
#define LIST_LIMIT  2000
#define PLACE_LIMIT 160

enum kind {
    KIND_TEXT,
    KIND_LOCALISED,
    KIND_KEYWORDS, /* {"fr": [text], "en": [text]} */
    KIND_WORD,     /* one of `words` */
    KIND_INTEGER,  /* between `lowest` and `highest` */
    KIND_NUMBER,   /* the same, with decimals */
    KIND_BOOLEAN,
    KIND_BOOLEAN_OR_NULL,
    KIND_DAY,    /* "2026-06-24" */
    KIND_HOURS,  /* "08:30-12:00" */
    KIND_SKILL,  /* "civil-status:2" */
    KIND_COUNTS, /* {channel: integer between `lowest` and `highest`} */
    KIND_KEY,    /* of a record of `type`, or one of `words` where there are any */
    KIND_OBJECT, /* with `members` */
    KIND_HSDS,   /* rows of HSDS, by table */
    KIND_FREE    /* an object that another part checks: JSON Schema, layout, translations */
};

enum { REQUIRED = 1, LIST = 2 };

/* One member of an object. With LIST it is an array of what `kind` says. */
struct member {
    const char *name;
    enum kind kind;
    unsigned flags;
    const char *const *words;
    const struct member *members;
    enum record_type type;
    double lowest, highest;
};

#define MEMBER(n, k, f) .name = n, .kind = k, .flags = f
#define WORDS(...)                                                                                 \
    .words = (const char *const[])                                                                 \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static const char *const unit_words[] = {
    "second", "minute", "hour", "business-day", "calendar-day", "week", "month", "year", NULL};

static const struct member source_members[] = {
    {MEMBER("name", KIND_TEXT, REQUIRED)},
    {MEMBER("id", KIND_TEXT, REQUIRED)},
    {MEMBER("confirmed", KIND_DAY, 0)},
    {0},
};

static const struct member titled_members[] = {
    {MEMBER("id", KIND_TEXT, REQUIRED)},
    {MEMBER("title", KIND_LOCALISED, REQUIRED)},
    {0},
};

static const struct member money_members[] = {
    {MEMBER("amount", KIND_INTEGER, REQUIRED), .lowest = 0, .highest = 1e12},
    {MEMBER("currency", KIND_WORD, REQUIRED), WORDS("CAD")},
    {0},
};

static const struct member guarantee_members[] = {
    {MEMBER("count", KIND_INTEGER, REQUIRED), .lowest = 1, .highest = 9999},
    {MEMBER("unit", KIND_WORD, REQUIRED), .words = unit_words},
    {MEMBER("refund", KIND_BOOLEAN, 0)},
    {MEMBER("text", KIND_LOCALISED, REQUIRED)},
    {0},
};

static const struct member hours_members[] = {
    {MEMBER("mon", KIND_HOURS, LIST)}, {MEMBER("tue", KIND_HOURS, LIST)},
    {MEMBER("wed", KIND_HOURS, LIST)}, {MEMBER("thu", KIND_HOURS, LIST)},
    {MEMBER("fri", KIND_HOURS, LIST)}, {MEMBER("sat", KIND_HOURS, LIST)},
    {MEMBER("sun", KIND_HOURS, LIST)}, {0},
};

static const struct member closure_members[] = {
    {MEMBER("from", KIND_DAY, REQUIRED)},
    {MEMBER("until", KIND_DAY, 0)},
    {MEMBER("title", KIND_LOCALISED, 0)},
    {0},
};

/* When a channel is there: as an office's hours. */
static const struct member schedule_members[] = {
    {MEMBER("hours", KIND_OBJECT, REQUIRED), .members = hours_members},
    {MEMBER("calendar", KIND_KEY, 0), .type = RECORD_CALENDAR},
    {MEMBER("closures", KIND_OBJECT, LIST), .members = closure_members},
    {MEMBER("zone", KIND_TEXT, REQUIRED)},
    {0},
};

static const struct member channel_members[] = {
    {MEMBER("channel", KIND_WORD, REQUIRED), .words = channel_words},
    {MEMBER("available", KIND_BOOLEAN_OR_NULL, REQUIRED)},
    {MEMBER("fee", KIND_OBJECT, 0), .members = money_members},
    {MEMBER("guarantee", KIND_OBJECT, 0), .members = guarantee_members},
    {MEMBER("hours", KIND_LOCALISED, 0)},
    {MEMBER("schedule", KIND_OBJECT, 0), .members = schedule_members},
    {MEMBER("how", KIND_LOCALISED, 0)},
    {MEMBER("applications", KIND_INTEGER, 0), .lowest = 0, .highest = 1e15},
    {0},
};

static const struct member standard_members[] = {
    {MEMBER("id", KIND_TEXT, REQUIRED)},
    {MEMBER("kind", KIND_WORD, 0), WORDS("timeliness", "access", "accuracy", "other")},
    {MEMBER("channel", KIND_WORD, 0), .words = channel_words},
    {MEMBER("text", KIND_LOCALISED, 0)},
    {MEMBER("count", KIND_INTEGER, 0), .lowest = 1, .highest = 9999},
    {MEMBER("unit", KIND_WORD, 0), .words = unit_words},
    {MEMBER("target", KIND_NUMBER, 0), .lowest = 0, .highest = 1},
    {MEMBER("volume", KIND_INTEGER, 0), .lowest = 0, .highest = 1e15},
    {MEMBER("met", KIND_INTEGER, 0), .lowest = 0, .highest = 1e15},
    {0},
};

static const struct member step_members[] = {
    {MEMBER("registration", KIND_BOOLEAN_OR_NULL, 0)},
    {MEMBER("authentication", KIND_BOOLEAN_OR_NULL, 0)},
    {MEMBER("application", KIND_BOOLEAN_OR_NULL, 0)},
    {MEMBER("decision", KIND_BOOLEAN_OR_NULL, 0)},
    {MEMBER("issuance", KIND_BOOLEAN_OR_NULL, 0)},
    {MEMBER("feedback", KIND_BOOLEAN_OR_NULL, 0)},
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

static const struct member open311_members[] = {
    {MEMBER("code", KIND_TEXT, REQUIRED)},
    {MEMBER("group", KIND_LOCALISED, 0)},
    {MEMBER("type", KIND_WORD, 0), WORDS("realtime", "batch", "blackbox")},
    {MEMBER("form", KIND_KEY, 0), .type = RECORD_FORM},
    {MEMBER("answers", KIND_FREE, 0)},
    {MEMBER("notice", KIND_LOCALISED, 0)},
    {MEMBER("publish", KIND_WORD, LIST), WORDS("address", "location", "description", "media")},
    {MEMBER("jurisdictions", KIND_TEXT, LIST)},
    {0},
};

static const struct member service_members[] = {
    {MEMBER("summary", KIND_LOCALISED, 0)},
    {MEMBER("description", KIND_LOCALISED, 0)},
    {MEMBER("keywords", KIND_KEYWORDS, 0)},
    {MEMBER("owner", KIND_OBJECT, 0), .members = titled_members},
    {MEMBER("program", KIND_LOCALISED, 0)},
    {MEMBER("code", KIND_TEXT, 0)},
    {MEMBER("level", KIND_INTEGER, 0), .lowest = 1, .highest = 3},
    {MEMBER("identity", KIND_WORD, 0), WORDS("none", "basic", "verified")},
    {MEMBER("audience", KIND_WORD, LIST),
     WORDS("individual", "business", "organisation", "government")},
    {MEMBER("events", KIND_KEY, LIST), .type = RECORD_LIFE_EVENT},
    {MEMBER("channels", KIND_OBJECT, LIST), .members = channel_members},
    {MEMBER("applications_other", KIND_INTEGER, 0), .lowest = 0, .highest = 1e15},
    {MEMBER("fee", KIND_BOOLEAN, 0)},
    {MEMBER("steps_online", KIND_OBJECT, 0), .members = step_members},
    {MEMBER("standards", KIND_OBJECT, LIST), .members = standard_members},
    {MEMBER("documents", KIND_LOCALISED, LIST)},
    {MEMBER("forms", KIND_KEY, LIST), .type = RECORD_FORM},
    {MEMBER("offices", KIND_KEY, LIST), .type = RECORD_OFFICE},
    {MEMBER("related", KIND_KEY, LIST), .type = RECORD_SERVICE},
    {MEMBER("queue", KIND_KEY, 0), .type = RECORD_QUEUE},
    {MEMBER("skills", KIND_SKILL, LIST), .highest = QUEUE_SKILLS_MOST},
    {MEMBER("nudge", KIND_LOCALISED, 0)},
    {MEMBER("procedure", KIND_LOCALISED, 0)},
    {MEMBER("open311", KIND_OBJECT, 0), .members = open311_members},
    {MEMBER("moved_to", KIND_KEY, 0), .type = RECORD_SERVICE},
    {MEMBER("url", KIND_LOCALISED, 0)},
    {0},
};

static const struct member recipient_members[] = {
    {MEMBER("id", KIND_TEXT, REQUIRED)},
    {MEMBER("title", KIND_LOCALISED, REQUIRED)},
    {MEMBER("answers", KIND_TEXT, REQUIRED | LIST)},
    {MEMBER("consent", KIND_LOCALISED, 0)},
    {0},
};

static const struct member form_members[] = {
    {MEMBER("code", KIND_TEXT, 0)},
    {MEMBER("version", KIND_INTEGER, REQUIRED), .lowest = 1, .highest = 1e6},
    {MEMBER("summary", KIND_LOCALISED, 0)},
    {MEMBER("keywords", KIND_KEYWORDS, 0)},
    {MEMBER("services", KIND_KEY, LIST), .type = RECORD_SERVICE},
    {MEMBER("event", KIND_KEY, 0), .type = RECORD_LIFE_EVENT},
    {MEMBER("schema", KIND_FREE, REQUIRED)},
    {MEMBER("layout", KIND_FREE, 0)},
    {MEMBER("translations", KIND_FREE, 0)},
    {MEMBER("recipients", KIND_OBJECT, LIST), .members = recipient_members},
    {MEMBER("known", KIND_FREE, 0)},
    {MEMBER("strip_hidden", KIND_BOOLEAN, 0)},
    {MEMBER("migrations", KIND_FREE, LIST)},
    {0},
};

static const struct member office_members[] = {
    {MEMBER("address", KIND_LOCALISED, REQUIRED)},
    {MEMBER("postal_code", KIND_TEXT, 0)},
    {MEMBER("latitude", KIND_NUMBER, REQUIRED), .lowest = -90, .highest = 90},
    {MEMBER("longitude", KIND_NUMBER, REQUIRED), .lowest = -180, .highest = 180},
    {MEMBER("phone", KIND_TEXT, 0)},
    {MEMBER("languages", KIND_TEXT, REQUIRED | LIST)},
    {MEMBER("hours", KIND_OBJECT, REQUIRED), .members = hours_members},
    {MEMBER("calendar", KIND_KEY, 0), .type = RECORD_CALENDAR},
    {MEMBER("closures", KIND_OBJECT, LIST), .members = closure_members},
    {MEMBER("services", KIND_KEY, LIST), .type = RECORD_SERVICE},
    {MEMBER("accessibility", KIND_LOCALISED, 0)},
    {MEMBER("zone", KIND_TEXT, 0)},
    {0},
};

static const struct member agent_members[] = {
    {MEMBER("login", KIND_TEXT, REQUIRED)},
    {MEMBER("name", KIND_TEXT, REQUIRED)},
    {MEMBER("office", KIND_KEY, REQUIRED), .type = RECORD_OFFICE},
    {MEMBER("role", KIND_KEY, REQUIRED), .type = RECORD_ROLE, .words = role_words},
    {MEMBER("languages", KIND_TEXT, REQUIRED | LIST)},
    {MEMBER("skills", KIND_SKILL, LIST)},
    {MEMBER("levels", KIND_INTEGER, LIST), .lowest = 1, .highest = QUEUE_LEVEL_MOST},
    {MEMBER("capacity", KIND_COUNTS, 0), .lowest = 0, .highest = QUEUE_CAPACITY_MOST},
    {MEMBER("queues", KIND_KEY, LIST), .type = RECORD_QUEUE},
    {0},
};

/* Bounds that depend on the measure are queue_thresholds_read's. */
static const struct member threshold_members[] = {
    {MEMBER("measure", KIND_WORD, REQUIRED), .words = queue_measure_words},
    {MEMBER("limit", KIND_INTEGER, REQUIRED), .lowest = 1, .highest = 100000},
    {MEMBER("rearm", KIND_INTEGER, 0), .lowest = 0, .highest = 100000},
    {MEMBER("minutes", KIND_INTEGER, 0), .lowest = 1, .highest = 1440},
    {MEMBER("window", KIND_INTEGER, 0), .lowest = 1, .highest = 1440},
    {MEMBER("least", KIND_INTEGER, 0), .lowest = 1, .highest = 100000},
    {MEMBER("action", KIND_WORD, REQUIRED), .words = queue_action_words},
    {0},
};

/* In minutes (queue.h). */
static const struct member weight_members[] = {
    {MEMBER("priority", KIND_INTEGER, 0), .lowest = 0, .highest = QUEUE_WEIGHT_MOST},
    {MEMBER("promise", KIND_INTEGER, 0), .lowest = 0, .highest = QUEUE_WEIGHT_MOST},
    {0},
};

static const struct member queue_ticket_members[] = {
    {MEMBER("letter", KIND_TEXT, 0)},
    {MEMBER("recalls", KIND_INTEGER, 0), .lowest = 0, .highest = 9},
    {MEMBER("return_minutes", KIND_INTEGER, 0), .lowest = 0, .highest = 240},
    {MEMBER("grace_minutes", KIND_INTEGER, 0), .lowest = 0, .highest = 480},
    {MEMBER("service_minutes", KIND_INTEGER, 0), .lowest = 1, .highest = 240},
    {0},
};

static const struct member queue_members[] = {
    {MEMBER("tickets", KIND_OBJECT, 0), .members = queue_ticket_members},
    {MEMBER("languages", KIND_TEXT, REQUIRED | LIST)},
    {MEMBER("skills", KIND_SKILL, LIST), .highest = QUEUE_SKILLS_MOST},
    {MEMBER("level", KIND_INTEGER, 0), .lowest = 1, .highest = QUEUE_LEVEL_MOST},
    {MEMBER("schedule", KIND_OBJECT, 0), .members = schedule_members},
    {MEMBER("capacity", KIND_INTEGER, 0), .lowest = 0, .highest = QUEUE_CAPACITY_MOST},
    {MEMBER("priority", KIND_INTEGER, 0), .lowest = 0, .highest = QUEUE_PRIORITY_MOST},
    {MEMBER("weights", KIND_OBJECT, 0), .members = weight_members},
    {MEMBER("required", KIND_WORD, LIST), .words = queue_part_words},
    {MEMBER("offices", KIND_KEY, LIST), .type = RECORD_OFFICE},
    {MEMBER("wait_minutes", KIND_INTEGER, 0), .lowest = 0, .highest = 1440},
    {MEMBER("offer_minutes", KIND_INTEGER, 0), .lowest = 1, .highest = 10080},
    {MEMBER("next_queue", KIND_KEY, 0), .type = RECORD_QUEUE},
    {MEMBER("thresholds", KIND_OBJECT, LIST), .members = threshold_members},
    {0},
};

static const struct member holiday_members[] = {
    {MEMBER("date", KIND_DAY, REQUIRED)},
    {MEMBER("title", KIND_LOCALISED, REQUIRED)},
    {0},
};

/* What they mean together is for calendar_rule.h to check. */
static const struct member rule_members[] = {
    {MEMBER("title", KIND_LOCALISED, REQUIRED)},
    {MEMBER("observed_title", KIND_LOCALISED, 0)},
    {MEMBER("month", KIND_INTEGER, 0), .lowest = 1, .highest = 12},
    {MEMBER("day", KIND_INTEGER, 0), .lowest = 1, .highest = 31},
    {MEMBER("weekday", KIND_WORD, 0), WORDS("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    {MEMBER("nth", KIND_INTEGER, 0), .lowest = -1, .highest = 5},
    {MEMBER("before", KIND_INTEGER, 0), .lowest = 2, .highest = 31},
    {MEMBER("easter", KIND_INTEGER, 0), .lowest = -100, .highest = 100},
    {MEMBER("observed", KIND_WORD, 0), WORDS("never", "sunday", "weekend")},
    {MEMBER("from", KIND_INTEGER, 0), .lowest = 1, .highest = 9999},
    {MEMBER("until", KIND_INTEGER, 0), .lowest = 1, .highest = 9999},
    {0},
};

static const struct member calendar_members[] = {
    {MEMBER("jurisdiction", KIND_TEXT, REQUIRED)},
    {MEMBER("holidays", KIND_OBJECT, LIST), .members = holiday_members},
    {MEMBER("rules", KIND_OBJECT, LIST), .members = rule_members},
    {0},
};

static const struct member agency_members[] = {
    {MEMBER("id", KIND_TEXT, REQUIRED)},
    {MEMBER("title", KIND_LOCALISED, REQUIRED)},
    {MEMBER("how", KIND_LOCALISED, 0)},
    {0},
};

static const struct member life_event_step_members[] = {
    {MEMBER("id", KIND_TEXT, REQUIRED)},
    {MEMBER("stage", KIND_WORD, REQUIRED), WORDS("now", "soon", "later")},
    {MEMBER("service", KIND_KEY, 0), .type = RECORD_SERVICE},
    {MEMBER("form", KIND_KEY, 0), .type = RECORD_FORM},
    {MEMBER("agency", KIND_OBJECT, 0), .members = agency_members},
    {MEMBER("reason", KIND_LOCALISED, REQUIRED)},
    {MEMBER("deadline", KIND_LOCALISED, 0)},
    {MEMBER("when", KIND_FREE, 0)},
    {0},
};

static const struct member life_event_members[] = {
    {MEMBER("summary", KIND_LOCALISED, 0)},
    {MEMBER("questionnaire", KIND_KEY, 0), .type = RECORD_FORM},
    {MEMBER("steps", KIND_OBJECT, LIST), .members = life_event_step_members},
    {MEMBER("services", KIND_KEY, REQUIRED | LIST), .type = RECORD_SERVICE},
    {MEMBER("keywords", KIND_KEYWORDS, 0)},
    {0},
};

static const struct member template_members[] = {
    {MEMBER("use", KIND_WORD, REQUIRED), .words = message_use_words},
    {MEMBER("subject", KIND_LOCALISED, REQUIRED)},
    {MEMBER("text", KIND_LOCALISED, REQUIRED)},
    {MEMBER("short", KIND_LOCALISED, 0)},
    {MEMBER("form", KIND_KEY, 0), .type = RECORD_FORM},
    {0},
};

static const struct member snippet_members[] = {
    {MEMBER("word", KIND_LOCALISED, REQUIRED)},
    {MEMBER("text", KIND_LOCALISED, REQUIRED)},
    {MEMBER("offices", KIND_KEY, LIST), .type = RECORD_OFFICE},
    {0},
};

static const struct member role_members[] = {
    {MEMBER("summary", KIND_LOCALISED, 0)},
    {MEMBER("permissions", KIND_WORD, REQUIRED | LIST), .words = role_permission_words},
    {MEMBER("cases", KIND_WORD, REQUIRED), .words = role_reach_words},
    {MEMBER("offices", KIND_KEY, LIST), .type = RECORD_OFFICE},
    {0},
};

static const struct member directory_members[] = {
    {MEMBER("table", KIND_TEXT, REQUIRED)},
    {0},
};

static const struct member *const type_members[RECORD_TYPE_COUNT] = {
    [RECORD_SERVICE] = service_members,
    [RECORD_FORM] = form_members,
    [RECORD_OFFICE] = office_members,
    [RECORD_AGENT] = agent_members,
    [RECORD_QUEUE] = queue_members,
    [RECORD_CALENDAR] = calendar_members,
    [RECORD_LIFE_EVENT] = life_event_members,
    [RECORD_TEMPLATE] = template_members,
    [RECORD_SNIPPET] = snippet_members,
    [RECORD_DIRECTORY] = directory_members,
    [RECORD_ROLE] = role_members,
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
