/* The states of claimed fields as small machines: which word may follow which. */
#include "app/record_fields.h"

#include <string.h>

struct transition {
    enum record_type type;
    const char *field;
    const char *from;
    const char *to;
};

/* A matter that was closed can be opened again: citizens come back. */
static const struct transition transitions[] = {
    {RECORD_CASE, "status", "received", "in-progress"},
    {RECORD_CASE, "status", "received", "information-missing"},
    {RECORD_CASE, "status", "received", "approved"},
    {RECORD_CASE, "status", "received", "refused"},
    {RECORD_CASE, "status", "received", "closed"},
    {RECORD_CASE, "status", "in-progress", "information-missing"},
    {RECORD_CASE, "status", "in-progress", "approved"},
    {RECORD_CASE, "status", "in-progress", "refused"},
    {RECORD_CASE, "status", "in-progress", "closed"},
    {RECORD_CASE, "status", "information-missing", "in-progress"},
    {RECORD_CASE, "status", "information-missing", "closed"},
    {RECORD_CASE, "status", "approved", "closed"},
    {RECORD_CASE, "status", "refused", "closed"},
    {RECORD_CASE, "status", "closed", "in-progress"},
    {RECORD_SUBMISSION, "status", "draft", "submitted"},
    {RECORD_SUBMISSION, "status", "submitted", "accepted"},
    {RECORD_SUBMISSION, "status", "submitted", "rejected"},
    {RECORD_HANDOFF, "state", "offered", "accepted"},
    {RECORD_HANDOFF, "state", "offered", "declined"},
    {RECORD_HANDOFF, "state", "offered", "withdrawn"},
    {RECORD_HANDOFF, "state", "offered", "expired"},
    {RECORD_HANDOFF, "state", "offered", "reassigned"},
    {RECORD_HANDOFF, "state", "accepted", "reassigned"},
    {RECORD_ALERT, "state", "raised", "over"},
    {RECORD_FLAG, "state", "open", "settled"},
    {RECORD_FLAG, "state", "open", "withdrawn"},
    {RECORD_TICKET, "state", "waiting", "called"},
    {RECORD_TICKET, "state", "waiting", "left"},
    {RECORD_TICKET, "state", "called", "serving"},
    {RECORD_TICKET, "state", "called", "waiting"},
    {RECORD_TICKET, "state", "called", "no-show"},
    {RECORD_TICKET, "state", "called", "left"},
    {RECORD_TICKET, "state", "serving", "waiting"},
    {RECORD_TICKET, "state", "serving", "finished"},
    {RECORD_TICKET, "state", "no-show", "called"},
    {RECORD_TICKET, "state", "no-show", "waiting"},
    {RECORD_TICKET, "state", "no-show", "left"},
    {RECORD_MESSAGE, "state", "received", "read"},
    {RECORD_MESSAGE, "state", "queued", "sent"},
    {RECORD_MESSAGE, "state", "queued", "bounced"},
    {RECORD_MESSAGE, "state", "queued", "withdrawn"},
    {RECORD_MESSAGE, "state", "sent", "bounced"},
    {RECORD_MESSAGE, "state", "bounced", "queued"},
    /* It was under way when it was taken back: the file says what happened. */
    {RECORD_MESSAGE, "state", "withdrawn", "sent"},
    {RECORD_TASK, "state", "open", "done"},
    {RECORD_TASK, "state", "open", "dropped"},
    {RECORD_TASK, "state", "done", "open"},
    {RECORD_TASK, "state", "dropped", "open"},
    {RECORD_PROMISE, "state", "running", "paused"},
    {RECORD_PROMISE, "state", "running", "met"},
    {RECORD_PROMISE, "state", "running", "missed"},
    {RECORD_PROMISE, "state", "running", "void"},
    {RECORD_PROMISE, "state", "paused", "running"},
    {RECORD_PROMISE, "state", "paused", "met"},
    {RECORD_PROMISE, "state", "paused", "void"},
    {RECORD_PROMISE, "state", "paused", "missed"},
    /* What an agent did in time without a link is heard of later. */
    {RECORD_PROMISE, "state", "missed", "running"},
    {RECORD_PROMISE, "state", "missed", "paused"},
    {RECORD_PROMISE, "state", "missed", "met"},
    {RECORD_PROMISE, "state", "missed", "void"},
    {RECORD_DELEGATION, "state", "valid", "ended"},
    {RECORD_CLIENT, "protection", "", "staff"},
    {RECORD_CLIENT, "protection", "", "person"},
    {RECORD_CLIENT, "protection", "staff", "person"},
    {RECORD_CLIENT, "protection", "person", "staff"},
    {RECORD_EMERGENCY, "state", "open", "justified"},
    {RECORD_EMERGENCY, "state", "open", "unjustified"},
    {RECORD_CONSENT, "state", "valid", "withdrawn"},
    {RECORD_DELIVERY, "state", "waiting", "sent"},
    {RECORD_DELIVERY, "state", "waiting", "acknowledged"},
    {RECORD_DELIVERY, "state", "waiting", "refused"},
    {RECORD_DELIVERY, "state", "waiting", "withheld"},
    {RECORD_DELIVERY, "state", "sent", "acknowledged"},
    {RECORD_DELIVERY, "state", "sent", "refused"},
    {RECORD_DELIVERY, "state", "refused", "waiting"},
    /* It was under way when the consent was withdrawn: the file says what happened. */
    {RECORD_DELIVERY, "state", "withheld", "sent"},
    {RECORD_DELIVERY, "state", "withheld", "acknowledged"},
};

bool record_transition_allowed(enum record_type type, const char *field, const char *from,
                               const char *to)
{
    if (strcmp(from, to) == 0)
        return true;
    for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++) {
        const struct transition *step = &transitions[i];

        if (step->type == type && strcmp(step->field, field) == 0 &&
            strcmp(step->from, from) == 0 && strcmp(step->to, to) == 0)
            return true;
    }
    return false;
}
