/* What offices, agents, roles, queues and calendars are made of. */
#include "app/import_body_internal.h"

#include "app/queue.h"
#include "app/queue_measure.h"
#include "app/record_fields.h"
#include "app/role.h"

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
const struct member import_schedule_members[] = {
    {MEMBER("hours", KIND_OBJECT, REQUIRED), .members = hours_members},
    {MEMBER("calendar", KIND_KEY, 0), .type = RECORD_CALENDAR},
    {MEMBER("closures", KIND_OBJECT, LIST), .members = closure_members},
    {MEMBER("zone", KIND_TEXT, REQUIRED)},
    {0},
};

const struct member import_office_members[] = {
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

const struct member import_agent_members[] = {
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

const struct member import_queue_members[] = {
    {MEMBER("tickets", KIND_OBJECT, 0), .members = queue_ticket_members},
    {MEMBER("languages", KIND_TEXT, REQUIRED | LIST)},
    {MEMBER("skills", KIND_SKILL, LIST), .highest = QUEUE_SKILLS_MOST},
    {MEMBER("level", KIND_INTEGER, 0), .lowest = 1, .highest = QUEUE_LEVEL_MOST},
    {MEMBER("schedule", KIND_OBJECT, 0), .members = import_schedule_members},
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

const struct member import_calendar_members[] = {
    {MEMBER("jurisdiction", KIND_TEXT, REQUIRED)},
    {MEMBER("holidays", KIND_OBJECT, LIST), .members = holiday_members},
    {MEMBER("rules", KIND_OBJECT, LIST), .members = rule_members},
    {0},
};

const struct member import_role_members[] = {
    {MEMBER("summary", KIND_LOCALISED, 0)},
    {MEMBER("permissions", KIND_WORD, REQUIRED | LIST), .words = role_permission_words},
    {MEMBER("cases", KIND_WORD, REQUIRED), .words = role_reach_words},
    {MEMBER("mandate", KIND_WORD, 0), WORDS("office", "offices", "all")},
    {MEMBER("offices", KIND_KEY, LIST), .type = RECORD_OFFICE},
    {0},
};
