#include "net/server_internal.h"

/* clang-format off */
#define REF(name) "{\"$ref\": \"#/components/schemas/" name "\"}"
#define TEXT      "{\"type\": \"string\"}"

#define REASON \
    "\"purpose\": {\"enum\": [\"contact\", \"call-back\", \"case-work\", \"written\", " \
    "\"supervision\", \"privacy\", \"emergency\"], \"description\": \"Why: kept in the audit " \
    "trail. Which ones an agent has is a matter of their role\"}, " \
    "\"words\": {\"type\": \"string\", \"maxLength\": 400, \"description\": \"The agent's own, " \
    "needed with supervision, privacy and emergency\"}"

#define PERSON \
    "\"name\": " TEXT ", \"kind\": {\"enum\": [\"person\", \"business\", \"anonymous\"]}, " \
    "\"birth_date\": " TEXT ", \"postal_code\": " TEXT

const struct openapi_schema openapi_search[] = {
    {"Search",
     "{\"type\": \"object\", \"required\": [\"purpose\"], \"properties\": {" REASON ", "
     "\"q\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 200, \"description\": "
     "\"Parts of a name in any order, with or without accents, as written or by ear; a phone "
     "number, an e-mail address, a postal code, a birth date, the reference of a case; or an id. "
     "All must fit\"}, "
     "\"like\": {\"type\": \"object\", \"description\": \"Instead of `q`: clients who are likely "
     "these\", \"properties\": {\"kind\": " TEXT ", \"name\": " TEXT ", \"phone\": " TEXT ", "
     "\"email\": " TEXT ", \"postal_code\": " TEXT ", \"birth_date\": " TEXT "}}, "
     "\"but\": " REF("Id") ", "
     "\"limit\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 50, \"default\": 20}}}"},
    {"Found",
     "{\"type\": \"object\", \"required\": [\"hits\", \"more\", \"beyond\"], \"properties\": {"
     "\"hits\": {\"type\": \"array\", \"items\": " REF("FoundHit") "}, "
     "\"more\": {\"type\": \"boolean\", \"description\": \"There are others: say more\"}, "
     "\"beyond\": {\"type\": \"boolean\", \"description\": \"All offices were looked through, not "
     "only what the agent sees anyway\"}}}"},
    {"FoundHit",
     "{\"type\": \"object\", \"required\": [\"type\", \"id\", \"score\", \"here\"], "
     "\"description\": \"What is needed to choose, and no more of the file\", \"properties\": {"
     "\"type\": {\"enum\": [\"client\", \"case\"]}, \"id\": " REF("Id") ", "
     "\"score\": {\"type\": \"integer\"}, "
     "\"here\": {\"type\": \"boolean\", \"description\": \"The agent sees it anyway\"}, "
     "\"office\": " TEXT ", " PERSON ", "
     "\"found_as\": {\"type\": \"string\", \"description\": \"The name on the file by which they "
     "were found, where that is merged into this one\"}, "
     "\"likeness\": {\"type\": \"array\", \"items\": {\"enum\": [\"same-phone\", \"same-email\", "
     "\"same-name\", \"similar-name\", \"same-postal-code\", \"same-birth-date\", \"same-sound\", "
     "\"given-name\", \"similar-birth-date\", \"other-birth-date\"]}}, "
     "\"reference\": " TEXT ", \"service\": " TEXT ", \"status\": " TEXT ", "
     "\"client\": {\"type\": \"object\", \"properties\": {\"id\": " REF("Id") ", " PERSON "}}}}"},
    {"Open",
     "{\"type\": \"object\", \"required\": [\"type\", \"id\", \"purpose\"], \"properties\": {"
     "\"type\": {\"enum\": [\"client\", \"case\"]}, \"id\": " REF("Id") ", "
     "\"contact\": {\"anyOf\": [" REF("Id") ", {\"const\": \"\"}], \"description\": \"In progress, for which it is "
     "opened: the file is closed when that ends\"}, " REASON "}}"},
    {"Opened",
     "{\"type\": \"object\", \"required\": [\"client\", \"until\", \"after\", \"last\", \"records\"], "
     "\"properties\": {"
     "\"client\": {\"anyOf\": [" REF("Id") ", {\"type\": \"null\"}], \"description\": \"Whose "
     "file it is: of a merged client the one that stays\"}, "
     "\"until\": {\"anyOf\": [" REF("Time") ", {\"type\": \"null\"}], \"description\": \"When it "
     "is closed at the latest; a contact that it was opened for closes it when it ends. null: the "
     "agent sees it anyway\"}, "
     "\"after\": {\"type\": \"integer\", \"minimum\": 0, \"description\": \"The file comes with the "
     "agent's feed, past this number\"}, "
     "\"last\": {\"type\": \"integer\", \"minimum\": 0, \"description\": \"Whoever has read the feed up "
     "to here has all of it; 0: the agent sees it anyway, and nothing comes\"}, "
     "\"records\": {\"type\": \"integer\", \"minimum\": 0, \"description\": \"How many those are\"}}}"},
    {"File",
     "{\"type\": \"object\", \"required\": [\"feed\", \"next\", \"more\", \"records\", \"head\", \"epoch\"], "
     "\"properties\": {\"feed\": " REF("Id") ", \"next\": {\"type\": \"integer\", "
     "\"description\": \"The `after` of the next page\"}, \"more\": {\"type\": \"boolean\"}, "
     "\"head\": {\"type\": \"integer\", \"description\": \"The highest number given when this was read\"}, "
     "\"epoch\": {\"type\": \"string\", \"description\": \"Under which `head` was given. The caller says both "
     "again, as `shown`, while it has read less of the feed: what changed past its `since` is left out here, and a "
     "server that was restored from an older copy meanwhile would not bring it by the feed either\"}, "
     "\"left\": {\"type\": \"integer\", \"minimum\": 0, \"description\": \"How many records are yet "
     "to come, after this page\"}, "
     "\"part\": {\"type\": \"boolean\", \"description\": \"Nobody said why: what is closed is left "
     "out\"}, "
     "\"records\": {\"type\": \"array\", \"items\": " REF("Record") "}}}"},
    {NULL, NULL},
};
/* clang-format on */
