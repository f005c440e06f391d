#include "app/case_weight.h"

#include <string.h>

#include "app/json.h"

static bool says(const struct record *record, const char *member, const char *word)
{
    return strcmp(record_text(record, member), word) == 0;
}

bool case_weight_always(enum record_type type)
{
    return type == RECORD_DELIVERY;
}

/* A draft goes on; one with consents says whom the client agreed to tell. */
static int submission_weight(const struct record *record)
{
    if (says(record, "status", "draft"))
        return 2;
    return json_object_size(json_object_get(record->body, "consents")) > 0;
}

int case_weight_of_contact(const char *identity)
{
    return strcmp(identity, "verified") == 0 ? 2 : strcmp(identity, "basic") == 0 ? 1 : 0;
}

int case_weight_of_note(bool has_due)
{
    return has_due;
}

int case_weight(const struct record *record)
{
    switch (record->type) {
    case RECORD_CONTACT:
        return case_weight_of_contact(record_text(record, "identity"));
    case RECORD_NOTE:
        return case_weight_of_note(record_text(record, "due_at")[0] != '\0');
    case RECORD_SUBMISSION:
        return submission_weight(record);
    case RECORD_MESSAGE:
        return says(record, "direction", "in") && says(record, "state", "received");
    case RECORD_TASK:
        /* One that is done says of its note that it was kept. */
        return says(record, "state", "open") ? 2 : record_text(record, "note")[0] != '\0';
    case RECORD_PROMISE:
        return says(record, "state", "running") || says(record, "state", "paused") ? 2 : 1;
    default:
        return case_weight_always(record->type);
    }
}
