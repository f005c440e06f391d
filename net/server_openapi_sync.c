#include "net/server_internal.h"

#define REF(name) "{\"$ref\": \"#/components/schemas/" name "\"}"

const struct openapi_schema openapi_sync[] = {
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
    {NULL, NULL},
};
