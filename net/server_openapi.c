#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/binary.h"
#include "app/queue.h"
#include "app/record_fields.h"
#include "net/server_internal.h"

/*
 * The OpenAPI document comes out of the tables that the server itself works by: routes, problems
 * and fields. Only the shapes around them are told here.
 */
struct schema {
    const char *name;
    const char *text; /* JSON */
};

#define REF(name) "{\"$ref\": \"#/components/schemas/" name "\"}"

static const struct schema schemas[] = {
    {"Id", "{\"type\": \"string\", \"format\": \"uuid\"}"},
    {"Time", "{\"type\": \"string\", \"format\": \"date-time\"}"},
    {"Record", "{\"type\": \"object\", \"required\": [\"type\", \"id\", \"rev\", "
               "\"seq\", \"body\"], "
               "\"properties\": {\"type\": {\"type\": \"string\"}, \"id\": " REF(
                   "Id") ", \"rev\": {\"type\": \"integer\", \"minimum\": 1}, "
                         "\"seq\": {\"type\": \"integer\", \"minimum\": 0}, "
                         "\"body\": {\"type\": \"object\"}, \"meta\": {\"type\": "
                         "\"object\"}}}"},
    {"Operation",
     "{\"type\": \"object\", \"required\": [\"id\", \"kind\", \"type\", "
     "\"record\", \"time\", "
     "\"body\"], \"properties\": {\"id\": " REF(
         "Id") ", \"kind\": {\"enum\": [\"append\", \"fields\", \"claim\"]}, "
               "\"type\": {\"type\": \"string\"}, \"record\": " REF(
                   "Id") ", \"base\": {\"type\": \"integer\", \"minimum\": 0, "
                         "\"default\": 0}, "
                         "\"agent\": " REF("Id") ", \"device\": " REF("Id") ", \"time\": " REF(
                             "Tim"
                             "e") ", \"claimed\": {\"type\": \"string\", \"description\": \"Of a "
                                  "claim: when the claim was made under which the caller saw the "
                                  "record (its time, a slash, its tick), or nothing for none. Left "
                                  "out: whatever is past the base was not seen\"}, \"tick\": "
                                  "{\"type\": "
                                  "\"integer\", "
                                  "\"minimum\": 0, "
                                  "\"maximum\": 65535, "
                                  "\"default\": 0}, "
                                  "\"channel\": "
                                  "{\"type\": "
                                  "\"string\"}, "
                                  "\"body\": {\"type\": "
                                  "\"object\"}}}"},
    {"Operations", "{\"type\": \"object\", \"required\": [\"operations\"], \"properties\": "
                   "{\"operations\": "
                   "{\"type\": \"array\", \"maxItems\": 1000, \"items\": " REF(
                       "Operation") "}, "
                                    "\"made\": {\"type\": \"string\", \"format\": \"uuid\", "
                                    "\"description\": "
                                    "\"The latest operation that was accepted from the caller: "
                                    "unknown to a "
                                    "server that was restored\"}, "
                                    "\"shown\": {\"type\": \"string\", \"description\": "
                                    "\"As in /v1/changes: to the same end\"}, "
                                    "\"brief\": {\"type\": \"boolean\", \"default\": false, "
                                    "\"description\": "
                                    "\"Answer what was simply applied with its rev and seq, in "
                                    "its place\"}, "
                                    "\"ungrounded\": {\"type\": \"boolean\", \"default\": false, "
                                    "\"description\": "
                                    "\"The caller no longer holds what the operations were made "
                                    "of: what they "
                                    "make of it "
                                    "is not spared it in the feed\"}, "
                                    "\"elsewhere\": {\"type\": \"boolean\", \"default\": false, "
                                    "\"description\": "
                                    "\"Another server may have been offered some of the "
                                    "operations before: a relay refuses none of them by "
                                    "itself\"}}}"},
    {"Outcome",
     "{\"type\": \"object\", \"required\": [\"outcome\"], \"properties\": "
     "{\"id\": " REF(
         "Id") ", \"outcome\": {\"enum\": [\"applied\", \"repeated\", \"refused\", "
               "\"later\"]}, "
               "\"rev\": {\"type\": \"integer\"}, \"seq\": {\"type\": "
               "\"integer\", \"description\": \"The number of that change; below 0, by a relay: "
               "one of its own for what its centre applied\"}, "
               "\"conflict\": {\"type\": \"boolean\"}, \"reason\": " REF(
                   "Refusal") ", \"field\": {\"type\": \"string\"}, \"detail\": "
                              "{\"type\": \"string\"}, \"record\": " REF("Record") "}}"},
    {"Outcomes",
     "{\"type\": \"object\", \"required\": [\"outcomes\", \"time\"], "
     "\"properties\": "
     "{\"outcomes\": {\"type\": \"array\", \"items\": {\"anyOf\": [" REF(
         "Outcome") ", {\"type\": \"array\", \"items\": {\"type\": \"integer\"}, "
                    "\"minItems\": 2, \"maxItems\": 2}]}}, \"epoch\": {\"type\": \"string\", "
                    "\"description\": \"The stay of the server in which the highest number of the "
                    "records that came with refusals was given\"}, \"shown\": {\"type\": "
                    "\"string\", \"description\": \"The highest number in the outcomes and its "
                    "stay: told as `shown` from then on, in place of `made`\"}, \"time\": " REF(
                        "Time") "}}"},
    {"Changes",
     "{\"type\": \"object\", \"required\": [\"feed\", \"next\", \"more\", "
     "\"records\", "
     "\"catalogue\", \"time\"], \"properties\": {\"feed\": " REF(
         "Id") ", \"next\": {\"type\": \"integer\"}, \"more\": {\"type\": "
               "\"boolean\"}, "
               "\"records\": {\"type\": \"array\", \"items\": " REF(
                   "Record") "}, \"gone\": {\"type\": \"array\", \"description\": "
                             "\"Records that the caller may see no longer, or is given by the feed "
                             "no longer: it lets go of its copies\", "
                             "\"items\": {\"type\": \"object\", \"required\": [\"type\", \"id\"], "
                             "\"properties\": {\"type\": {\"type\": \"string\"}, \"id\": "
                             "{\"type\": \"string\", "
                             "\"format\": \"uuid\"}}}}, \"catalogue\": "
                             "{\"type\": "
                             "\"integer\"}, \"head\": {\"type\": \"integer\", "
                             "\"description\": \"The highest number given by then\"}, "
                             "\"head_epoch\": {\"type\": \"string\", \"description\": "
                             "\"When there is more: under which `head` was given. Both are told "
                             "as `shown` until the caller is past it\"}, "
                             "\"old\": {\"type\": \"integer\", \"description\": \"The files of "
                             "cases that were closed, and have rested, since before this time (ms "
                             "since 1970) are not in this feed: /v1/files gives them, for a "
                             "reason\"}, "
                             "\"time\": " REF("Time") ", \"relay\": " REF(
                                 "Relay") ", \"told\": {\"type\": \"array\", "
                                          "\"items\": " REF(
                                              "Told") "}, "
                                                      "\"announcements\": {\"type\": \"array\", "
                                                      "\"description\": \"Hand-offs on their way "
                                                      "to the "
                                                      "caller: hints, by which nothing can be "
                                                      "accepted\", "
                                                      "\"items\": " REF(
                                                          "Announcement") "}, \"announced\": "
                                                                          "{\"type\": "
                                                                          "\"integer\"}}}"},
    {"Announcement",
     "{\"type\": \"object\", \"required\": [\"id\", \"body\"], \"properties\": "
     "{\"id\": " REF("Id") ", \"body\": {\"type\": \"object\", \"description\": "
                           "\"Of the hand-off; whom it is offered to are told who, what and "
                           "why of it\"}}}"},
    {"Told", "{\"type\": \"object\", \"description\": \"What the centre answered to an "
             "operation "
             "that the relay had accepted\", \"required\": [\"number\", \"operation\", "
             "\"reason\"], \"properties\": {\"number\": {\"type\": \"integer\"}, "
             "\"operation\": " REF(
                 "Operation") ", \"reason\": {\"type\": \"string\"}, \"field\": {\"type\": "
                              "\"string\"}}}"},
    {"Relay", "{\"type\": \"object\", \"description\": \"Of an office's relay: how its link "
              "to the "
              "centre is\", \"required\": [\"centre\", \"waiting\", \"version\"], "
              "\"properties\": "
              "{\"centre\": {\"enum\": [\"up\", \"down\"]}, \"since\": " REF(
                  "Time") ", \"waiting\": {\"type\": \"integer\"}, \"version\": {\"type\": "
                          "\"integer\"}, \"message\": {\"type\": \"string\"}}}"},
    {"RelayOffice",
     "{\"type\": \"object\", \"required\": [\"relay\", \"office\", "
     "\"feed\", \"protocol\", "
     "\"agents\", \"time\"], \"properties\": {\"relay\": " REF(
         "Id") ", \"office\": {\"type\": \"string\"}, "
               "\"feed\": " REF(
                   "Id") ", \"verifiers\": {\"type\": \"integer\"}, "
                         "\"carried\": {\"type\": \"string\", \"description\": \"The operation "
                         "that was applied last of what the relay carried, or nothing: a relay "
                         "that does not know of it was restored from an older copy\"}, "
                         "\"protocol\": {\"type\": "
                         "\"string\"}, \"agents\": "
                         "{\"type\": \"array\", "
                         "\"items\": {\"type\": "
                         "\"object\", \"required\": "
                         "[\"agent\", \"login\", "
                         "\"hash\"], \"properties\": "
                         "{\"agent\": " REF("Id") ", \"login\": "
                                                  "{\"type\": "
                                                  "\"string\"}, "
                                                  "\"hash\": "
                                                  "{\"type\": "
                                                  "\"string\"}, "
                                                  "\"must_change\": "
                                                  "{\"type\": "
                                                  "\"boolean\"}, \"code\": "
                                                  "{\"type\": "
                                                  "\"boolean\"}}}}, "
                                                  "\"escrow_key\": "
                                                  "{\"type\": "
                                                  "\"string\"}, "
                                                  "\"time\": " REF("Time") "}}"},
    {"RelayOperations",
     "{\"type\": \"object\", \"required\": [\"operations\"], \"properties\": "
     "{\"operations\": "
     "{\"type\": \"array\", \"maxItems\": 1000, \"items\": {\"allOf\": [" REF(
         "Operation") ", {\"type\": \"object\", \"required\": [\"agent\", "
                      "\"device\"], "
                      "\"properties\": {\"after\": " REF(
                          "Id") "}}]}}, "
                                "\"made\": " REF(
                                    "Id") ", "
                                          "\"shown\": {\"type\": \"string\", \"description\": "
                                          "\"Both as in /v1/relay: a server that was restored "
                                          "meanwhile does not know them\"}}}"},
    {"RelayChanges",
     "{\"allOf\": [" REF(
         "Changes") ", {\"type\": \"object\", \"required\": [\"scopes\"], "
                    "\"description\": \"Each record also tells its scopes and "
                    "whether others than this office hold it\", \"properties\": "
                    "{\"scopes\": {\"type\": \"string\"}, \"verifiers\": "
                    "{\"type\": \"integer\", \"description\": \"How often it changed "
                    "how somebody signs in, since the centre started: with another "
                    "number than that of /v1/relay that is to be read again\"}}}]}"},
    {"Presence",
     "{\"type\": \"object\", \"required\": [\"agents\", \"queues\"], \"properties\": "
     "{\"queues\": {\"type\": \"array\", \"items\": {\"type\": \"object\", "
     "\"required\": [\"queue\", \"waiting\", \"since\"], \"properties\": {\"queue\": "
     "{\"type\": \"string\"}, \"waiting\": {\"type\": \"integer\", \"minimum\": 1}, "
     "\"since\": " REF(
         "Time") "}}}, \"agents\": "
                 "{\"type\": \"array\", \"items\": {\"type\": \"object\", \"required\": "
                 "[\"agent\", "
                 "\"state\", \"since\", \"heard_at\"], \"properties\": {\"agent\": " REF(
                     "Id") ", \"state\": {\"enum\": [\"available\", \"busy\", \"wrap-up\", "
                           "\"away\", "
                           "\"offline\"]}, \"since\": " REF("Time") ", "
                                                                    "\"heard_at\": " REF(
                                                                        "Time") "}}}}}"},
    {"WaitingRoom", "{\"type\": \"object\", \"required\": [\"office\", \"zone\", "
                    "\"day\", \"waiting\", "
                    "\"calls\", \"queues\", \"tag\", \"time\"], \"properties\": "
                    "{\"office\": {\"type\": "
                    "\"object\", \"description\": \"Its name in each language\"}, "
                    "\"zone\": {\"type\": "
                    "\"string\"}, \"day\": {\"type\": \"string\", \"format\": "
                    "\"date\"}, \"waiting\": {\"type\": "
                    "\"integer\"}, \"calls\": {\"type\": \"array\", "
                    "\"description\": \"The latest first\", "
                    "\"items\": {\"type\": \"object\", \"required\": [\"number\", "
                    "\"counter\", \"state\", "
                    "\"called_at\", \"calls\"], \"properties\": {\"number\": "
                    "{\"type\": \"string\"}, "
                    "\"counter\": {\"type\": \"string\"}, \"state\": {\"enum\": "
                    "[\"called\", \"serving\", "
                    "\"finished\"]}, \"called_at\": " REF(
                        "Time") ", \"calls\": {\"type\": \"integer\"}}}}, "
                                "\"queues\": {\"type\": \"array\", \"items\": "
                                "{\"type\": \"object\", "
                                "\"required\": "
                                "[\"title\", \"waiting\"], \"properties\": "
                                "{\"title\": {\"type\": \"object\"}, "
                                "\"waiting\": {\"type\": \"integer\"}}}}, \"tag\": "
                                "{\"type\": \"string\"}, "
                                "\"time\": " REF("Time") "}}"},
    {"Continued",
     "{\"type\": \"object\", \"required\": [\"rev\", \"answers\", \"form\"], "
     "\"properties\": {"
     "\"rev\": {\"type\": \"integer\", \"minimum\": 1}, \"expires_at\": " REF(
         "Time") ", "
                 "\"languages\": {\"type\": \"array\", \"items\": {\"type\": "
                 "\"string\"}}, "
                 "\"form_version\": {\"type\": \"integer\"}, "
                 "\"form\": {\"type\": \"object\", \"required\": [\"key\", "
                 "\"version\", "
                 "\"schema\"], "
                 "\"properties\": {\"key\": {\"type\": \"string\"}, \"code\": "
                 "{\"type\": "
                 "\"string\"}, "
                 "\"version\": {\"type\": \"integer\"}, \"title\": {\"type\": "
                 "\"object\"}, "
                 "\"schema\": {\"type\": \"object\"}, \"layout\": {\"type\": "
                 "\"object\"}, "
                 "\"translations\": {\"type\": \"object\"}, \"strip_hidden\": "
                 "{\"type\": "
                 "\"boolean\"}}}, "
                 "\"answers\": {\"type\": \"object\"}, "
                 "\"answered\": {\"type\": \"object\", \"additionalProperties\": "
                 "{\"type\": "
                 "\"object\", "
                 "\"properties\": {\"rev\": {\"type\": \"integer\"}, \"channel\": "
                 "{\"type\": "
                 "\"string\"}, "
                 "\"at\": " REF("Time") "}}}, "
                                        "\"valid\": {\"type\": \"boolean\"}, "
                                        "\"errors\": {\"type\": \"array\", \"items\": " REF(
                                            "AnswerError") "}, "
                                                           "\"faults\": {\"type\": \"array\", "
                                                           "\"items\": "
                                                           "{\"type\": \"object\", "
                                                           "\"properties\": "
                                                           "{\"at\": {\"type\": \"string\"}, "
                                                           "\"messages\": "
                                                           "{\"type\": \"object\"}}}}, "
                                                           "\"conflicts\": {\"type\": "
                                                           "\"array\", \"items\": "
                                                           "{\"type\": \"object\", "
                                                           "\"properties\": "
                                                           "{\"answer\": {\"type\": "
                                                           "\"string\"}, \"kept\": "
                                                           "{}, \"lost\": {}}}}, "
                                                           "\"given_back\": {\"type\": "
                                                           "\"boolean\"}}}"},
    {"AnswerError", "{\"type\": \"object\", \"required\": [\"instanceLocation\", "
                    "\"keywordLocation\", \"error\"], "
                    "\"properties\": {\"instanceLocation\": {\"type\": \"string\"}, "
                    "\"keywordLocation\": {\"type\": \"string\"}, "
                    "\"absoluteKeywordLocation\": {\"type\": \"string\"}, "
                    "\"error\": {\"type\": \"string\"}, \"messages\": {\"type\": \"object\"}}}"},
    {"Continue", "{\"type\": \"object\", \"required\": [\"rev\"], \"properties\": {"
                 "\"rev\": {\"type\": \"integer\", \"minimum\": 1, \"description\": "
                 "\"The rev that the page shows\"}, "
                 "\"answers\": {\"type\": \"object\", \"description\": "
                 "\"The answers changed since, each whole; null removes one; the others "
                 "stay\"}, "
                 "\"give_back\": {\"type\": \"boolean\", \"description\": "
                 "\"The client has finished: the office sees it, and the code ends\"}}}"},
    {"Status",
     "{\"type\": \"object\", \"required\": [\"reference\", \"status\", \"words\", \"language\"], "
     "\"properties\": {\"reference\": {\"type\": \"string\"}, \"status\": {\"type\": \"string\"}, "
     "\"words\": {\"type\": \"string\"}, \"language\": {\"enum\": [\"fr\", \"en\"]}, "
     "\"service\": {\"type\": \"string\"}, \"missing\": {\"type\": \"string\"}, "
     "\"promised_by\": {\"type\": \"string\", \"format\": \"date\"}, "
     "\"office\": {\"type\": \"object\", \"properties\": {\"title\": {\"type\": \"string\"}, "
     "\"phone\": {\"type\": \"string\"}, \"hours\": {\"type\": \"string\"}}}}}"},
    {"Sms",
     "{\"type\": \"object\", \"required\": [\"id\", \"from\", \"text\"], \"properties\": {\"id\": "
     "{\"type\": \"string\"}, \"from\": {\"type\": \"string\"}, \"to\": {\"type\": \"string\"}, "
     "\"text\": {\"type\": \"string\"}, \"at\": " REF(
         "Time") ", \"part\": {\"type\": \"object\", "
                 "\"required\": [\"series\", \"number\", \"total\"], \"properties\": {\"series\": "
                 "{\"type\": "
                 "\"string\"}, \"number\": {\"type\": \"integer\"}, \"total\": {\"type\": "
                 "\"integer\"}}}}}"},
    {"SmsReceipt", "{\"type\": \"object\", \"required\": [\"id\", \"state\"], \"properties\": {"
                   "\"id\": " REF("Id") ", \"state\": {\"enum\": [\"delivered\", \"failed\"]}, "
                                        "\"reason\": {\"type\": \"string\"}}}"},
    {"SmsOutcome", "{\"type\": \"object\", \"properties\": {\"outcome\": {\"enum\": [\"taken\", "
                   "\"part\", \"wish\", \"noted\"]}, \"reference\": {\"type\": \"string\"}}}"},
    {"Questionnaire",
     "{\"type\": \"object\", \"required\": [\"form\", \"language\"], \"properties\": "
     "{\"form\": {\"type\": \"object\", \"description\": \"As of a continued draft\"}, "
     "\"language\": {\"type\": \"string\"}}}"},
    {"QuestionnaireAnswer",
     "{\"type\": \"object\", \"properties\": {\"answers\": {\"type\": \"object\"}, "
     "\"declined\": {\"type\": \"boolean\", \"description\": \"The client would rather not\"}}}"},
    {"QuestionnaireTaken", "{\"type\": \"object\", \"properties\": {\"taken\": {\"type\": "
                           "\"boolean\"}}}"},
    {"Health", "{\"type\": \"object\", \"required\": [\"status\", \"database\"], "
               "\"properties\": "
               "{\"status\": {\"enum\": [\"ok\", \"failing\"]}, "
               "\"database\": {\"enum\": [\"ok\", \"failing\"]}, \"relay\": " REF(
                   "Relay") ", \"intake\": " REF("IntakeCounts") "}}"},
    {"OpenApi", "{\"type\": \"object\"}"},
    {"HsdsBase", "{\"type\": \"object\", \"required\": [\"version\", \"profile\", "
                 "\"openapi_url\"], \"properties\": {\"version\": {\"const\": \"3.0\"}, "
                 "\"profile\": {\"type\": \"string\", \"format\": \"uri\"}, \"openapi_url\": "
                 "{\"type\": \"string\", \"format\": \"uri\"}}}"},
    {"HsdsEntity", "{\"type\": \"object\", \"description\": \"An entity of Open Referral HSDS "
                   "3.0\", "
                   "\"required\": [\"id\"], \"properties\": {\"id\": {\"type\": \"string\"}}}"},
    {"HsdsPage", "{\"type\": \"object\", \"required\": [\"total_items\", \"total_pages\", "
                 "\"page_number\", "
                 "\"size\", \"first_page\", \"last_page\", \"empty\", \"contents\"], "
                 "\"properties\": {"
                 "\"total_items\": {\"type\": \"integer\"}, \"total_pages\": {\"type\": "
                 "\"integer\"}, "
                 "\"page_number\": {\"type\": \"integer\"}, \"size\": {\"type\": \"integer\"}, "
                 "\"first_page\": {\"type\": \"boolean\"}, \"last_page\": {\"type\": "
                 "\"boolean\"}, "
                 "\"empty\": {\"type\": \"boolean\"}, \"contents\": {\"type\": \"array\", "
                 "\"items\": " REF("HsdsEntity") "}}}"},
    {"Problem", "{\"type\": \"object\", \"required\": [\"type\", \"title\", \"status\", "
                "\"code\"], "
                "\"properties\": {\"type\": {\"type\": \"string\", \"format\": \"uri\"}, "
                "\"title\": {\"type\": \"string\"}, \"status\": {\"type\": \"integer\"}, "
                "\"detail\": {\"type\": \"string\"}, \"code\": {\"type\": \"string\"}, "
                "\"request\": {\"type\": \"string\", \"description\": \"Under which the "
                "server's log tells of it, as X-Request-Id\"}}}"},
};

/* Problems that any route may answer. */
static const enum problem common_problems[] = {PROBLEM_BAD_REQUEST,
                                               PROBLEM_TOO_MANY_REQUESTS,
                                               PROBLEM_TOO_MANY_HEADERS,
                                               PROBLEM_INTERNAL,
                                               PROBLEM_BUSY,
                                               PROBLEM_NONE};

static json_t *reference(const char *kind, const char *name)
{
    char text[128];

    snprintf(text, sizeof(text), "#/components/%s/%s", kind, name);
    return json_pack("{s:s}", "$ref", text);
}

/* --- fields of records ------------------------------------------------------------------------ */

static json_t *words_schema(const char *const *words)
{
    json_t *list = json_array();

    for (; *words != NULL; words++)
        json_array_append_new(list, json_string(*words));
    return json_pack("{s:o}", "enum", list);
}

static json_t *field_schema(const struct field *field)
{
    size_t limit = field->limit != 0 ? field->limit : 256;

    switch (field->shape) {
    case FIELD_TEXT:
    case FIELD_KEY:
        return json_pack("{s:s, s:I}", "type", "string", "maxLength", (json_int_t)limit);
    case FIELD_TIME:
        return reference("schemas", "Time");
    case FIELD_ID:
        return reference("schemas", "Id");
    case FIELD_WORD:
        return words_schema(field->words);
    case FIELD_BOOLEAN:
        return json_pack("{s:s}", "type", "boolean");
    case FIELD_INTEGER:
        if (field->limit != 0)
            return json_pack("{s:s, s:i, s:I}", "type", "integer", "minimum", 0, "maximum",
                             (json_int_t)field->limit);
        return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
    case FIELD_SKILLS:
        return json_pack("{s:s, s:i, s:{s:s, s:i}}", "type", "array", "maxItems",
                         QUEUE_NEED_SKILLS_MOST, "items", "type", "string", "maxLength",
                         QUEUE_SKILL_LENGTH);
    case FIELD_LIST:
        return json_pack("{s:s}", "type", "array");
    case FIELD_OBJECT:
    case FIELD_MAP:
        break;
    }
    return json_pack("{s:s}", "type", "object");
}

static json_t *body_schema(const struct record_rules *rules)
{
    json_t *properties = json_object();
    json_t *required = json_array();

    for (const struct field *field = rules->fields; field->name != NULL; field++) {
        json_object_set_new(properties, field->name, field_schema(field));
        if (field->rules & FIELD_REQUIRED)
            json_array_append_new(required, json_string(field->name));
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "required", required, "properties",
                     properties, "additionalProperties", 0);
}

/* --- components ------------------------------------------------------------------------------- */

static json_t *refusals_schema(void)
{
    json_t *names = json_array();

    for (int i = MERGE_APPLIED + 1; i < MERGE_REFUSAL_COUNT; i++)
        json_array_append_new(names, json_string(merge_refusal_name((enum merge_refusal)i)));
    return json_pack("{s:o}", "enum", names);
}

static json_t *schemas_make(void)
{
    json_t *made = json_object();

    for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++)
        json_object_set_new(made, schemas[i].name, json_loads(schemas[i].text, 0, NULL));
    for (const struct openapi_schema *each = openapi_intake; each->name != NULL; each++)
        json_object_set_new(made, each->name, json_loads(each->text, 0, NULL));
    for (const struct openapi_schema *each = openapi_trust; each->name != NULL; each++)
        json_object_set_new(made, each->name, json_loads(each->text, 0, NULL));
    for (const struct openapi_schema *each = openapi_audit; each->name != NULL; each++)
        json_object_set_new(made, each->name, json_loads(each->text, 0, NULL));
    for (const struct openapi_schema *each = openapi_keeping; each->name != NULL; each++)
        json_object_set_new(made, each->name, json_loads(each->text, 0, NULL));
    for (const struct openapi_schema *each = openapi_search; each->name != NULL; each++)
        json_object_set_new(made, each->name, json_loads(each->text, 0, NULL));
    for (const struct openapi_schema *each = openapi_open311; each->name != NULL; each++)
        json_object_set_new(made, each->name, json_loads(each->text, 0, NULL));
    json_object_set_new(made, "Refusal", refusals_schema());
    for (int type = RECORD_NONE + 1; type < RECORD_TYPE_COUNT; type++) {
        const struct record_rules *rules = record_rules((enum record_type)type);
        char name[64];

        if (rules == NULL)
            continue;
        snprintf(name, sizeof(name), "Body-%s", record_type_name((enum record_type)type));
        json_object_set_new(made, name, body_schema(rules));
    }
    return made;
}

static json_t *problems_make(void)
{
    json_t *made = json_object();

    for (int i = PROBLEM_NONE + 1; i < PROBLEM_COUNT; i++)
        json_object_set_new(made, problem_code((enum problem)i),
                            json_pack("{s:s, s:{s:{s:o}}}", "description",
                                      problem_title((enum problem)i), "content", PROBLEM_MEDIA_TYPE,
                                      "schema", reference("schemas", "Problem")));
    return made;
}

/* --- paths ------------------------------------------------------------------------------------ */

/* Several problems may share a status: then they are told as one. */
static void problem_add(json_t *responses, enum problem problem)
{
    char status[8];
    json_t *there;
    char text[256];

    snprintf(status, sizeof(status), "%u", problem_status(problem));
    there = json_object_get(responses, status);
    if (there == NULL) {
        json_object_set_new(responses, status, reference("responses", problem_code(problem)));
        return;
    }
    snprintf(text, sizeof(text), "One of the problems of status %s, told apart by `code`", status);
    json_object_set_new(responses, status,
                        json_pack("{s:s, s:{s:{s:o}}}", "description", text, "content",
                                  PROBLEM_MEDIA_TYPE, "schema", reference("schemas", "Problem")));
}

static json_t *content_make(const char *type, const char *schema, bool binary)
{
    json_t *content = json_pack("{s:{s:o}}", type != NULL ? type : "application/json", "schema",
                                reference("schemas", schema));

    if (binary)
        json_object_set_new(content, BINARY_MEDIA_TYPE,
                            json_pack("{s:o}", "schema", reference("schemas", schema)));
    return content;
}

static json_t *responses_make(const struct route *route)
{
    json_t *responses = json_object();
    json_t *good = json_pack("{s:s}", "description", route->summary);
    char status[8];

    if (route->response_schema != NULL)
        json_object_set_new(
            good, "content",
            content_make(route->response_type, route->response_schema, route->binary_answer));
    snprintf(status, sizeof(status), "%u", route->status);
    json_object_set_new(responses, status, good);
    for (const enum problem *each = route->problems; each != NULL && *each != PROBLEM_NONE; each++)
        problem_add(responses, *each);
    for (const enum problem *each = common_problems; *each != PROBLEM_NONE; each++)
        problem_add(responses, *each);
    return responses;
}

static json_t *parameters_make(const struct route *route)
{
    json_t *parameters = json_array();
    const char *brace = strchr(route->path, '{');

    for (; brace != NULL; brace = strchr(brace + 1, '{')) {
        size_t length = strcspn(brace + 1, "}");

        json_array_append_new(parameters,
                              json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", brace + 1, length,
                                        "in", "path", "required", 1, "schema", "type", "string"));
    }
    for (const struct route_parameter *each = route->parameters; each != NULL && each->name != NULL;
         each++)
        json_array_append_new(parameters, json_pack("{s:s, s:s, s:s, s:o}", "name", each->name,
                                                    "in", "query", "description", each->description,
                                                    "schema", json_loads(each->schema, 0, NULL)));
    return parameters;
}

static json_t *route_make(const struct route *route)
{
    json_t *made = json_pack(
        "{s:s, s:s, s:o}", "operationId", route->operation, "summary", route->summary, "responses",
        route->open311 ? openapi_open311_responses(route) : responses_make(route));
    json_t *parameters = parameters_make(route);

    if (json_array_size(parameters) > 0)
        json_object_set(made, "parameters", parameters);
    json_decref(parameters);
    if (route->request_schema != NULL)
        json_object_set_new(
            made, "requestBody",
            json_pack("{s:b, s:o}", "required", 1, "content",
                      content_make(route->body_type, route->request_schema, route->binary)));
    if (route->open)
        json_object_set_new(made, "security", json_array());
    if (route->any != 0)
        json_object_set_new(made, "x-permissions", openapi_permissions(route->any));
    if (route == &route_operations)
        json_object_set_new(made, "x-operation-permissions", openapi_operation_permissions());
    return made;
}

static json_t *paths_make(void)
{
    json_t *paths = json_object();

    for (size_t i = 0; server_routes[i] != NULL; i++) {
        const struct route *route = server_routes[i];
        json_t *path = json_object_get(paths, route->path);
        char method[16] = "";

        if (path == NULL) {
            json_object_set_new(paths, route->path, json_object());
            path = json_object_get(paths, route->path);
        }
        for (size_t j = 0; j < sizeof(method) - 1 && route->method[j] != '\0'; j++)
            method[j] = (char)tolower((unsigned char)route->method[j]);
        json_object_set_new(path, method, route_make(route));
    }
    return paths;
}

json_t *server_openapi(void)
{
    return json_pack(
        "{s:s, s:{s:s, s:s, s:s}, s:[{s:[]}], s:o, s:{s:{s:{s:s, s:s}}, s:o, s:o}}", "openapi",
        "3.1.0", "info", "title", "Guichet", "version", "1", "description",
        "Records, operations and the feed of changes. Bodies may be compressed with gzip or zstd.",
        "security", "token", "paths", paths_make(), "components", "securitySchemes", "token",
        "type", "http", "scheme", "bearer", "responses", problems_make(), "schemas",
        schemas_make());
}
