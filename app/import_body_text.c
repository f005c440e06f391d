/* What life events, templates, snippets and rows of other directories are made of. */
#include "app/import_body_internal.h"

#include "app/message_template.h"
#include "app/record_fields.h"

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

const struct member import_life_event_members[] = {
    {MEMBER("summary", KIND_LOCALISED, 0)},
    {MEMBER("questionnaire", KIND_KEY, 0), .type = RECORD_FORM},
    {MEMBER("steps", KIND_OBJECT, LIST), .members = life_event_step_members},
    {MEMBER("services", KIND_KEY, REQUIRED | LIST), .type = RECORD_SERVICE},
    {MEMBER("keywords", KIND_KEYWORDS, 0)},
    {0},
};

const struct member import_template_members[] = {
    {MEMBER("use", KIND_WORD, REQUIRED), .words = message_use_words},
    {MEMBER("subject", KIND_LOCALISED, REQUIRED)},
    {MEMBER("text", KIND_LOCALISED, REQUIRED)},
    {MEMBER("short", KIND_LOCALISED, 0)},
    {MEMBER("form", KIND_KEY, 0), .type = RECORD_FORM},
    {0},
};

const struct member import_snippet_members[] = {
    {MEMBER("word", KIND_LOCALISED, REQUIRED)},
    {MEMBER("text", KIND_LOCALISED, REQUIRED)},
    {MEMBER("offices", KIND_KEY, LIST), .type = RECORD_OFFICE},
    {0},
};

const struct member import_directory_members[] = {
    {MEMBER("table", KIND_TEXT, REQUIRED)},
    {0},
};
