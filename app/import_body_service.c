/* What services and forms are made of. */
#include "app/import_body_internal.h"

#include "app/import_fields.h"
#include "app/queue.h"
#include "app/record_fields.h"

static const char *const unit_words[] = {
    "second", "minute", "hour", "business-day", "calendar-day", "week", "month", "year", NULL};

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

static const struct member channel_members[] = {
    {MEMBER("channel", KIND_WORD, REQUIRED), .words = channel_words},
    {MEMBER("available", KIND_BOOLEAN_OR_NULL, REQUIRED)},
    {MEMBER("fee", KIND_OBJECT, 0), .members = money_members},
    {MEMBER("guarantee", KIND_OBJECT, 0), .members = guarantee_members},
    {MEMBER("hours", KIND_LOCALISED, 0)},
    {MEMBER("schedule", KIND_OBJECT, 0), .members = import_schedule_members},
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

const struct member import_service_members[] = {
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

const struct member import_form_members[] = {
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
