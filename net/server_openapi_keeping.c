#include "net/server_internal.h"

/* clang-format off */
#define REF(name) "{\"$ref\": \"#/components/schemas/" name "\"}"
#define TEXT      "{\"type\": \"string\"}"
#define NUMBER    "{\"type\": \"integer\", \"minimum\": 0}"
#define TYPE      "\"type\": {\"type\": \"string\", \"description\": \"client, case or another of which something is on file\"}"
#define OF        "\"of\": {\"type\": \"string\", \"description\": \"An id; of clients and cases also the reference of a case\"}"
#define PLACE     "{\"type\": \"object\", \"properties\": {\"stage\": " NUMBER ", \"row\": " NUMBER "}}"

const struct openapi_schema openapi_keeping[] = {
    {"KeepingQuestion",
     "{\"type\": \"object\", \"required\": [\"type\", \"of\"], \"properties\": {" TYPE ", " OF "}}"},
    {"Keeping",
     "{\"type\": \"object\", \"required\": [\"type\", \"record\", \"records\", \"attachments\"], "
     "\"properties\": {\"type\": " TEXT ", \"record\": " REF("Id") ", \"label\": {\"type\": \"string\", "
     "\"description\": \"Of a case, its reference\"}, \"client\": " TEXT ", \"client_name\": " TEXT ", "
     "\"name\": " TEXT ", \"birth_date\": " TEXT ", \"postal_code\": " TEXT ", "
     "\"records\": " NUMBER ", \"attachments\": " NUMBER ", \"latest\": " REF("Time") ", "
     "\"hold\": {\"type\": \"object\", \"description\": \"Absent when nobody holds it back\", "
     "\"properties\": {\"since\": " REF("Time") ", \"agent\": {\"type\": \"string\", \"description\": "
     "\"\\\"\\\" for who administers the server\"}, \"agent_name\": " TEXT ", \"reason\": " TEXT "}}, "
     "\"bar\": {\"type\": \"object\", \"description\": \"Why it would not be erased; absent when it "
     "would\", \"properties\": {\"why\": {\"enum\": [\"held\", \"open\", \"waiting\"]}, \"type\": " TEXT ", "
     "\"id\": " TEXT ", \"label\": " TEXT "}}, \"time\": " REF("Time") "}}"},
    {"KeepingChange",
     "{\"type\": \"object\", \"required\": [\"type\", \"of\", \"reason\"], \"properties\": {" TYPE ", " OF ", "
     "\"reason\": {\"type\": \"string\", \"maxLength\": 400, \"description\": \"Stays in the audit trail: "
     "of an erasure nothing personal\"}, \"latest\": {\"type\": \"string\", \"format\": \"date-time\", "
     "\"description\": \"Of an erasure: only when nothing was done since what looking told\"}}}"},
    {"KeepingChanged", "{\"type\": \"object\", \"properties\": {\"time\": " REF("Time") "}}"},
    {"KeepingErased",
     "{\"type\": \"object\", \"required\": [\"records\", \"attachments\"], \"properties\": {"
     "\"records\": " NUMBER ", \"attachments\": " NUMBER ", \"overwritten\": {\"type\": \"boolean\", "
     "\"description\": \"False when a reader kept the database's log: it is emptied with the next "
     "erasure, or when the server stops\"}, \"time\": " REF("Time") "}}"},
    {"KeepingCopyQuestion",
     "{\"type\": \"object\", \"required\": [\"of\"], \"properties\": {" OF ", "
     "\"language\": {\"enum\": [\"fr\", \"en\"], \"default\": \"fr\"}, \"from\": {\"type\": \"integer\", "
     "\"minimum\": 0, \"default\": 0, \"description\": \"next of the part before\"}, \"tag\": " TEXT ", "
     "\"at\": {\"type\": \"string\", \"format\": \"date-time\", \"description\": \"tag and at of the first "
     "part\"}}}"},
    {"KeepingCopy",
     "{\"type\": \"object\", \"required\": [\"text\", \"next\", \"total\", \"tag\", \"ended\"], \"properties\": {"
     "\"text\": {\"type\": \"string\", \"description\": \"A part of the page\"}, \"next\": " NUMBER ", "
     "\"total\": {\"type\": \"integer\", \"description\": \"Bytes of all of it\"}, \"tag\": " TEXT ", "
     "\"at\": " REF("Time") ", \"ended\": {\"type\": \"boolean\"}, \"time\": " REF("Time") "}}"},
    {"RetentionQuestion",
     "{\"type\": \"object\", \"properties\": {\"days\": {\"type\": \"integer\", \"minimum\": 0, \"maximum\": "
     "3660, \"default\": 0}, \"place\": " PLACE "}}"},
    {"Retention",
     "{\"type\": \"object\", \"properties\": {\"rules\": {\"type\": \"array\", \"description\": \"In the first "
     "step\", \"items\": {\"type\": \"object\", \"properties\": {\"what\": " TEXT ", \"service\": " TEXT ", "
     "\"months\": {\"type\": \"integer\", \"description\": \"0: for ever\"}}}}, "
     "\"due\": {\"type\": \"array\", \"description\": \"For roles that read protected files; what goes "
     "together is one\", \"items\": {\"type\": \"object\", \"properties\": {\"what\": " TEXT ", "
     "\"service\": " TEXT ", \"type\": " TEXT ", \"record\": " REF("Id") ", \"label\": " TEXT ", "
     "\"due\": " REF("Time") ", \"latest\": " REF("Time") ", \"records\": " NUMBER "}}}, "
     "\"place\": " PLACE ", \"ended\": {\"type\": \"boolean\", \"description\": \"Else the next step begins "
     "at place\"}, \"looked_at\": " NUMBER ", \"files\": " NUMBER ", \"records\": " NUMBER ", "
     "\"attachments\": " NUMBER ", \"words\": " NUMBER ", \"held\": " NUMBER ", \"at_work\": " NUMBER ", "
     "\"time\": " REF("Time") "}}"},
    {NULL, NULL},
};
/* clang-format on */
