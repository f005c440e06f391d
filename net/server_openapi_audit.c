#include "net/server_internal.h"

/* clang-format off */
#define REF(name) "{\"$ref\": \"#/components/schemas/" name "\"}"
#define TEXT      "{\"type\": \"string\"}"

#define KIND \
    "{\"enum\": [\"read\", \"search\", \"write\", \"refused\", \"sign-in\", \"sign-out\", " \
    "\"export\", \"erase\", \"permission\", \"device\", \"emergency\"]}"

const struct openapi_schema openapi_audit[] = {
    {"AuditQuestion",
     "{\"type\": \"object\", \"properties\": {"
     "\"client\": {\"type\": \"string\", \"maxLength\": 200, \"description\": \"An id, a name, or the "
     "reference of a case\"}, "
     "\"agent\": {\"type\": \"string\", \"description\": \"An id, a login or a full name\"}, "
     "\"kind\": " KIND ", \"since\": " REF("Time") ", \"until\": " REF("Time") ", "
     "\"before\": {\"type\": \"integer\", \"minimum\": 0, \"description\": \"Older than the entry of "
     "this number\"}, "
     "\"limit\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000, \"default\": 100}, "
     "\"unusual\": {\"type\": \"boolean\", \"default\": false, \"description\": \"Instead of entries: "
     "access that is worth a question, since a time (30 days)\"}}}"},
    {"AuditEntry",
     "{\"type\": \"object\", \"required\": [\"number\", \"at\", \"kind\"], \"properties\": {"
     "\"number\": {\"type\": \"integer\"}, \"at\": " REF("Time") ", \"kind\": " KIND ", "
     "\"agent\": " TEXT ", \"agent_name\": " TEXT ", \"device\": " TEXT ", \"type\": " TEXT ", "
     "\"record\": " TEXT ", \"label\": {\"type\": \"string\", \"description\": \"The case's reference\"}, "
     "\"client\": " TEXT ", \"client_name\": " TEXT ", "
     "\"clients\": {\"type\": \"integer\", \"description\": \"How many, where it was several\"}, "
     "\"purpose\": " TEXT ", \"words\": " TEXT ", \"words_erased\": {\"type\": \"boolean\"}, "
     "\"what\": " TEXT ", \"request\": {\"type\": \"string\", \"description\": \"X-Request-Id of the "
     "answer; \\\"\\\" for none\"}}}"},
    {"AuditFinding",
     "{\"type\": \"object\", \"required\": [\"rule\", \"at\", \"number\"], \"properties\": {"
     "\"rule\": {\"enum\": [\"many-files\", \"own-file\", \"same-name\", \"colleague\", "
     "\"outside-hours\", \"many-viewers\"]}, "
     "\"agent\": " TEXT ", \"agent_name\": " TEXT ", \"client\": " TEXT ", \"client_name\": " TEXT ", "
     "\"count\": {\"type\": \"integer\"}, \"at\": " REF("Time") ", \"number\": {\"type\": \"integer\"}}}"},
    {"AuditHead",
     "{\"type\": \"object\", \"description\": \"Signed: kept elsewhere, it proves the trail later "
     "(net/audit.md)\", \"properties\": {\"feed\": " REF("Id") ", \"size\": {\"type\": \"integer\"}, "
     "\"root\": " TEXT ", \"at\": " REF("Time") ", \"key\": " TEXT ", \"signature\": " TEXT "}}"},
    {"Audit",
     "{\"type\": \"object\", \"properties\": {"
     "\"entries\": {\"type\": \"array\", \"items\": " REF("AuditEntry") "}, "
     "\"unusual\": {\"type\": \"array\", \"items\": " REF("AuditFinding") "}, "
     "\"choices\": {\"type\": \"array\", \"description\": \"Instead: the clients who may be meant\", "
     "\"items\": {\"type\": \"object\", \"properties\": {\"id\": " REF("Id") ", \"name\": " TEXT ", "
     "\"birth_date\": " TEXT ", \"postal_code\": " TEXT "}}}, "
     "\"more\": {\"type\": \"boolean\"}, "
     "\"looked_since\": {\"type\": \"string\", \"format\": \"date-time\", \"description\": \"With "
     "unusual, where the newest 100000 entries of what was read do not go back as far as was asked: "
     "since when they were looked through\"}, \"client\": " TEXT ", \"agent\": " TEXT ", "
     "\"head\": " REF("AuditHead") ", \"time\": " REF("Time") "}}"},
    {NULL, NULL},
};
/* clang-format on */
