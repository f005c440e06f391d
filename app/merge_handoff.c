#include <string.h>

#include "app/clock.h"
#include "app/delivery.h"
#include "app/json.h"
#include "app/merge_internal.h"

static bool is_server(const struct merge *merge)
{
    struct id server = delivery_server();

    return id_equal(&merge->operation->agent, &server);
}

static const char *says(const struct merge *merge, const char *member)
{
    return json_text_or(merge->operation->body, member, "");
}

static bool is_own_name(const struct merge *merge, const char *name)
{
    return strcmp(name, merge->operation->agent.text) == 0;
}

static bool has_expired(const struct merge *merge)
{
    int64_t expires;

    return is_server(merge) &&
           timestamp_parse(record_text(merge->record, "expires_at"), &expires) &&
           merge->operation->moment.ms >= expires;
}

/* Whoever takes it says so; the server says it for a supervisor who re-assigned it to themself. */
static bool is_taken_rightly(const struct merge *merge)
{
    const char *to = record_text(merge->record, "to_agent");
    const char *by = record_text(merge->record, "reassigned_by");

    if (is_server(merge))
        return *to != '\0' && strcmp(to, by) == 0 && strcmp(to, says(merge, "taken_by")) == 0;
    return is_own_name(merge, says(merge, "taken_by"));
}

/*
 * Who may move a hand-off: the one it is for accepts or declines it, the one it is from withdraws
 * it, the server says that its time has passed, who re-assigns it signs. Whether an agent serves
 * the queue or the office it went to, or is a supervisor, is not in the record: the server checks
 * that.
 */
static bool actor_allowed(const struct merge *merge)
{
    const char *state = says(merge, "state");
    const char *to = record_text(merge->record, "to_agent");
    bool sender = is_own_name(merge, record_text(merge->record, "from"));

    if (strcmp(state, "withdrawn") == 0)
        return sender;
    if (strcmp(state, "expired") == 0)
        return has_expired(merge);
    if (strcmp(state, "reassigned") == 0)
        return is_own_name(merge, says(merge, "reassigned_by"));
    if (strcmp(state, "accepted") == 0 && !is_taken_rightly(merge))
        return false;
    if (is_server(merge))
        return strcmp(state, "accepted") == 0;
    return *to != '\0' ? is_own_name(merge, to) : !sender;
}

/* To one agent or queue, and to another one than has it now. */
static enum merge_refusal check_next(struct merge *merge)
{
    static const char *const members[] = {"reassigned_by", "next_agent", "next_queue"};
    const char *agent = says(merge, "next_agent"), *queue = says(merge, "next_queue");
    bool taken = strcmp(record_text(merge->record, "state"), "accepted") == 0;

    if (strcmp(says(merge, "state"), "reassigned") != 0) {
        for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
            if (json_object_get(merge->operation->body, members[i]) != NULL)
                return merge_refuse(merge, MERGE_FIELD, members[i]);
        return MERGE_APPLIED;
    }
    if ((*agent == '\0') == (*queue == '\0'))
        return merge_refuse(merge, MERGE_REQUIRED, "next_agent");
    if (*agent != '\0' &&
        strcmp(agent, record_text(merge->record, taken ? "taken_by" : "to_agent")) == 0)
        return merge_refuse(merge, MERGE_VALUE, "next_agent");
    if (*queue != '\0' && !taken && strcmp(queue, record_text(merge->record, "to_queue")) == 0)
        return merge_refuse(merge, MERGE_VALUE, "next_queue");
    return MERGE_APPLIED;
}

enum merge_refusal merge_handoff_check(struct merge *merge)
{
    const char *state = says(merge, "state");

    if (*state == '\0')
        return merge_refuse(merge, MERGE_REQUIRED, "state");
    /* What was accepted is decided; it can only be re-assigned. */
    if (strcmp(record_text(merge->record, "state"), "offered") != 0 &&
        strcmp(state, "reassigned") != 0)
        return merge_refuse(merge, MERGE_CLOSED, NULL);
    if (!actor_allowed(merge))
        return merge_refuse(merge, MERGE_ACTOR, "state");
    return check_next(merge);
}
