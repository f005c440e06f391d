#include "app/rest.h"

#include <string.h>

#include "app/clock.h"
#include "app/contact.h"
#include "app/delivery.h"
#include "app/handoff.h"
#include "app/json.h"
#include "app/protection.h"
#include "app/submission.h"
#include "app/task.h"

static bool says(const struct record *record, const char *member, const char *word)
{
    return strcmp(record_text(record, member), word) == 0;
}

bool rest_is_done(const struct record *record)
{
    switch (record->type) {
    case RECORD_CASE:
        return says(record, "status", "closed");
    case RECORD_CONTACT:
        return !contact_is_open(record);
    case RECORD_SUBMISSION:
        return !submission_is_draft(record);
    case RECORD_HANDOFF:
        return !handoff_is_offered(record);
    case RECORD_DELIVERY:
        return delivery_is_decided(record);
    case RECORD_MESSAGE:
        return !says(record, "state", "received") && !says(record, "state", "queued");
    case RECORD_TASK:
        return !task_is_open(record);
    case RECORD_PROMISE:
        return !says(record, "state", "running") && !says(record, "state", "paused");
    case RECORD_EMERGENCY:
        return !emergency_is_open(record);
    case RECORD_CLIENT:
    case RECORD_NOTE:
    case RECORD_DELEGATION:
    case RECORD_CONSENT:
        return true;
    default:
        return false;
    }
}

static void note_stamp(int64_t *latest_ms, const json_t *stamp)
{
    int64_t ms;

    if (timestamp_parse(json_text_or(stamp, "time", ""), &ms) && ms > *latest_ms)
        *latest_ms = ms;
}

int64_t rest_latest(const struct record *record)
{
    json_t *stamps = json_object_get(record->meta, "stamps");
    int64_t latest_ms = id_time(&record->id);
    const char *path;
    json_t *stamp;

    note_stamp(&latest_ms, json_object_get(record->meta, "created"));
    note_stamp(&latest_ms, json_object_get(record->meta, "claim"));
    json_object_foreach(stamps, path, stamp) note_stamp(&latest_ms, stamp);
    return latest_ms;
}

bool rest_case_is_old(const struct record *matter, int64_t before_ms)
{
    return matter->type == RECORD_CASE && rest_is_done(matter) && rest_latest(matter) < before_ms;
}
