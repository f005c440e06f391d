/* Tickets: a number is given once, and a call has one winner. */
#include <string.h>

#include "app/json.h"
#include "app/merge_internal.h"
#include "app/ticket.h"

enum merge_refusal merge_ticket_append(struct merge *merge)
{
    const struct record *record = merge->record;
    const char *office = record_text(record, "office"), *day = record_text(record, "day");
    int64_t count = json_integer_or(record->body, "number", 0);
    char letter[3];
    struct id id;

    if (record->type == RECORD_TICKET &&
        !ticket_number_parse(record_text(record, "number"), letter, &count))
        return merge_refuse(merge, MERGE_VALUE, "number");
    if (count < 1 || count > INT32_MAX)
        return merge_refuse(merge, MERGE_VALUE, "number");
    id = record->type == RECORD_TICKET ? ticket_id(office, day, record_text(record, "number"))
                                       : ticket_roll_id(office, day, count);
    if (id_is_empty(&id))
        return merge_refuse(merge, MERGE_VALUE, "day");
    if (!id_equal(&id, &record->id))
        return merge_refuse(merge, MERGE_VALUE, "number");
    return MERGE_APPLIED;
}

/* A call is signed by whoever makes it, and says where to. What another has called is called again
 * and served by them alone; a colleague takes the call back first. */
enum merge_refusal merge_ticket_claim(struct merge *merge)
{
    const json_t *body = merge->operation->body;
    const char *agent = merge->operation->agent.text;
    const char *state = json_text_or(body, "state", ""), *now = record_text(merge->record, "state");
    const char *holder = record_text(merge->record, "called_by");

    if (*state == '\0')
        return merge_refuse(merge, MERGE_REQUIRED, "state");
    if (strcmp(now, "called") == 0 && strcmp(holder, agent) != 0 &&
        (strcmp(state, "called") == 0 || strcmp(state, "serving") == 0))
        return merge_refuse(merge, MERGE_ACTOR, "called_by");
    if (json_object_get(body, "called_by") != NULL &&
        !json_is_null(json_object_get(body, "called_by")) &&
        strcmp(json_text_or(body, "called_by", ""), agent) != 0)
        return merge_refuse(merge, MERGE_ACTOR, "called_by");
    if (strcmp(state, "called") != 0)
        return MERGE_APPLIED;
    if (json_text_or(body, "called_by", NULL) == NULL)
        return merge_refuse(merge, MERGE_REQUIRED, "called_by");
    if (json_text_or(body, "counter", "")[0] == '\0')
        return merge_refuse(merge, MERGE_REQUIRED, "counter");
    return MERGE_APPLIED;
}
