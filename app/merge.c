#include "app/merge.h"

#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/merge_internal.h"
#include "app/text.h"

static const char *const refusal_names[MERGE_REFUSAL_COUNT] = {
    [MERGE_APPLIED] = "applied",
    [MERGE_MISSING] = "missing",
    [MERGE_EXISTS] = "exists",
    [MERGE_KIND] = "kind",
    [MERGE_FIELD] = "field",
    [MERGE_VALUE] = "value",
    [MERGE_REQUIRED] = "required",
    [MERGE_TAKEN] = "taken",
    [MERGE_TRANSITION] = "transition",
    [MERGE_ACTOR] = "actor",
    [MERGE_CLOSED] = "closed",
    [MERGE_FORBIDDEN] = "forbidden",
    [MERGE_TOO_LARGE] = "too-large",
    [MERGE_UNFIT] = "unfit",
    [MERGE_FULL] = "full",
    [MERGE_ERASED] = "erased",
    [MERGE_PERMISSION] = "permission",
};

const char *merge_refusal_name(enum merge_refusal refusal)
{
    return refusal < MERGE_REFUSAL_COUNT ? refusal_names[refusal] : NULL;
}

enum merge_refusal merge_refusal_from_name(const char *name)
{
    for (int i = 0; name != NULL && i < MERGE_REFUSAL_COUNT; i++)
        if (strcmp(refusal_names[i], name) == 0)
            return (enum merge_refusal)i;
    return MERGE_REFUSAL_COUNT;
}

enum merge_refusal merge_refuse(struct merge *merge, enum merge_refusal refusal, const char *path)
{
    /* Whole characters: half of one is no JSON, and then no answer could be given. */
    text_copy(merge->result->field, sizeof(merge->result->field), path != NULL ? path : "");
    return refusal;
}

bool merge_has_seen(const struct merge *merge, int64_t rev)
{
    const struct operation *operation = merge->operation;

    for (size_t i = 0; i < operation->seen_count; i++)
        if (operation->seen[i] == rev)
            return true;
    return rev <= merge->seen;
}

/* One for each operation: of plain words, which need no check. */
json_t *merge_stamp(const struct operation *operation)
{
    json_t *stamp = json_object();
    int failed =
        json_object_set_new_nocheck(stamp, "agent", json_string_nocheck(operation->agent.text));

    failed |=
        json_object_set_new_nocheck(stamp, "device", json_string_nocheck(operation->device.text));
    failed |= json_object_set_new_nocheck(stamp, "time", json_time(operation->moment.ms));
    failed |= json_object_set_new_nocheck(stamp, "tick", json_integer(operation->moment.tick));
    if (operation->channel != NULL)
        failed |=
            json_object_set_new_nocheck(stamp, "channel", json_string_nocheck(operation->channel));
    if (failed == 0)
        return stamp;
    json_decref(stamp);
    return NULL;
}

/* The same with the operation's id; NULL when out of memory. */
static json_t *stamp_of_operation(const struct operation *operation)
{
    json_t *stamp = merge_stamp(operation);

    if (stamp != NULL && json_object_set_new_nocheck(stamp, "operation",
                                                     json_string_nocheck(operation->id.text)) == 0)
        return stamp;
    json_decref(stamp);
    return NULL;
}

void merge_set(struct merge *merge, json_t *object, const char *member, json_t *value)
{
    if (json_is_null(value))
        json_object_del(object, member);
    else if (json_object_set_nocheck(object, member, value) != 0)
        merge->failed = true;
}

static bool merge_is_server(const struct operation *operation)
{
    struct id server = delivery_server();

    return id_equal(&operation->agent, &server);
}

bool merge_field_is_allowed(const struct operation *operation, const struct field *field)
{
    return (field->rules & FIELD_SERVER) == 0 || merge_is_server(operation);
}

/* --- append --------------------------------------------------------------------------------- */

/* The server alone makes deliveries and says what became of them; an agent may ask that a refused
 * one be sent again, or withdraw the consent to one that waits. */
static bool delivery_actor_allowed(const struct operation *operation)
{
    const char *state = json_text_or(operation->body, "state", "");
    struct id server = delivery_server();

    if (id_equal(&operation->agent, &server))
        return true;
    return operation->kind == OPERATION_CLAIM && json_object_size(operation->body) == 1 &&
           (strcmp(state, "waiting") == 0 || strcmp(state, "withheld") == 0);
}

/* The server alone raises an alert and says that it is over; who has seen it signs that. */
static bool alert_actor_allowed(const struct operation *operation)
{
    const char *seen_by = json_text_or(operation->body, "seen_by", "");
    struct id server = delivery_server();

    return id_equal(&operation->agent, &server) ||
           (operation->kind == OPERATION_FIELDS && strcmp(seen_by, operation->agent.text) == 0);
}

static enum merge_refusal append_member(struct merge *merge, const char *name, json_t *value)
{
    const struct field *field = record_field(merge->operation->type, name);

    if (field == NULL)
        return merge_refuse(merge, MERGE_FIELD, name);
    if (!merge_field_is_allowed(merge->operation, field))
        return merge_refuse(merge, MERGE_ACTOR, name);
    if (!merge_value_fits(field, value))
        return merge_refuse(merge, MERGE_VALUE, name);
    /* The first word of a claimed field is the state that a record is born in; a message's depends
     * on its direction (merge_message.c). */
    if ((field->rules & FIELD_CLAIMED) && field->shape == FIELD_WORD &&
        merge->operation->type != RECORD_MESSAGE &&
        strcmp(json_string_value(value), field->words[0]) != 0)
        return merge_refuse(merge, MERGE_TRANSITION, name);
    merge_set(merge, merge->record->body, name, value);
    return MERGE_APPLIED;
}

static enum merge_refusal merge_append(struct merge *merge)
{
    const struct operation *operation = merge->operation;
    const char *name;
    json_t *value;

    json_object_foreach(operation->body, name, value)
    {
        enum merge_refusal refusal = append_member(merge, name, value);

        if (refusal != MERGE_APPLIED)
            return refusal;
    }
    for (const struct field *field = merge->rules->fields; field->name != NULL; field++)
        if ((field->rules & FIELD_REQUIRED) &&
            json_object_get(merge->record->body, field->name) == NULL)
            return merge_refuse(merge, MERGE_REQUIRED, field->name);
    if (operation->type == RECORD_TICKET || operation->type == RECORD_ROLL) {
        enum merge_refusal refusal = merge_ticket_append(merge);

        if (refusal != MERGE_APPLIED)
            return refusal;
    }
    if (operation->type == RECORD_MESSAGE) {
        enum merge_refusal refusal = merge_message_append(merge);

        if (refusal != MERGE_APPLIED)
            return refusal;
    }
    if (json_object_set_new(merge->record->meta, "created", stamp_of_operation(operation)) != 0)
        merge->failed = true;
    return MERGE_APPLIED;
}

/* --- claim ---------------------------------------------------------------------------------- */

/* A word that nothing may follow is final. */
static bool word_is_final(enum record_type type, const struct field *field, const char *word)
{
    for (size_t i = 0; field->words[i] != NULL; i++)
        if (strcmp(field->words[i], word) != 0 &&
            record_transition_allowed(type, field->name, word, field->words[i]))
            return false;
    return true;
}

static bool record_is_final(const struct merge *merge)
{
    for (const struct field *field = merge->rules->fields; field->name != NULL; field++)
        if ((field->rules & FIELD_CLAIMED) && field->shape == FIELD_WORD &&
            word_is_final(merge->record->type, field, record_text(merge->record, field->name)))
            return true;
    return false;
}

/* Its author takes a flag back, without an answer. */
static enum merge_refusal check_withdrawn(struct merge *merge)
{
    const json_t *body = merge->operation->body;

    if (strcmp(record_text(merge->record, "agent"), merge->operation->agent.text) != 0)
        return merge_refuse(merge, MERGE_ACTOR, "state");
    if (json_object_get(body, "answer") != NULL)
        return merge_refuse(merge, MERGE_FIELD, "answer");
    if (json_object_get(body, "settled_by") != NULL)
        return merge_refuse(merge, MERGE_FIELD, "settled_by");
    return MERGE_APPLIED;
}

/* A flag is settled as a whole: with an answer, by whoever signs it. Whether that agent keeps the
 * catalogue is not in the record: the server checks that. */
static enum merge_refusal check_settled(struct merge *merge)
{
    const json_t *body = merge->operation->body;

    if (strcmp(json_text_or(body, "state", ""), "withdrawn") == 0)
        return check_withdrawn(merge);
    if (strcmp(json_text_or(body, "state", ""), "settled") != 0)
        return merge_refuse(merge, MERGE_REQUIRED, "state");
    if (json_text_or(body, "answer", "")[0] == '\0')
        return merge_refuse(merge, MERGE_REQUIRED, "answer");
    if (strcmp(json_text_or(body, "settled_by", ""), merge->operation->agent.text) != 0)
        return merge_refuse(merge, MERGE_ACTOR, "settled_by");
    return MERGE_APPLIED;
}

/* A file is merged into another one, and only when it is merged into none. */
static enum merge_refusal check_merged(struct merge *merge)
{
    const char *into = json_text_or(merge->operation->body, "merged_into", "");

    if (*into == '\0')
        return MERGE_APPLIED;
    if (strcmp(into, merge->record->id.text) == 0)
        return merge_refuse(merge, MERGE_VALUE, "merged_into");
    if (record_text(merge->record, "merged_into")[0] != '\0')
        return merge_refuse(merge, MERGE_TAKEN, "merged_into");
    return MERGE_APPLIED;
}

static enum merge_refusal claim_member(struct merge *merge, const char *name, json_t *value)
{
    const struct field *field = record_field(merge->operation->type, name);

    if (field == NULL || !(field->rules & FIELD_CLAIMED))
        return merge_refuse(merge, MERGE_FIELD, name);
    if (json_is_null(value) ? (field->rules & FIELD_REQUIRED) != 0
                            : !merge_value_fits(field, value))
        return merge_refuse(merge, MERGE_VALUE, name);
    if (field->shape == FIELD_WORD && !json_is_null(value) &&
        !record_transition_allowed(merge->record->type, name, record_text(merge->record, name),
                                   json_string_value(value)))
        return merge_refuse(merge, MERGE_TRANSITION, name);
    merge_set(merge, merge->record->body, name, value);
    return MERGE_APPLIED;
}

struct moment merge_claimed(const struct record *record)
{
    const json_t *claim = json_object_get(record->meta, "claim");
    struct moment moment = {.tick = (uint16_t)json_integer_or(claim, "tick", 0)};

    return timestamp_parse(json_text_or(claim, "time", ""), &moment.ms) ? moment
                                                                        : (struct moment){0};
}

/* A terminal's own claims follow one another; only a claim it has not seen stands in the way. */
static bool stands_in_the_way(const struct merge *merge, const json_t *claim)
{
    const struct operation *operation = merge->operation;

    if (claim == NULL || strcmp(json_text_or(claim, "device", ""), operation->device.text) == 0)
        return false;
    return operation->tells_claimed
               ? moment_compare(merge_claimed(merge->record), operation->claimed) != 0
               : !merge_has_seen(merge, json_integer_or(claim, "rev", 0));
}

static enum merge_refusal merge_claim(struct merge *merge)
{
    const struct operation *operation = merge->operation;
    enum merge_refusal refusal = MERGE_APPLIED;
    const char *name;
    json_t *value;
    json_t *stamp;

    if (stands_in_the_way(merge, json_object_get(merge->record->meta, "claim")))
        return merge_refuse(merge, MERGE_TAKEN, NULL);
    if (record_is_final(merge))
        return merge_refuse(merge, MERGE_CLOSED, NULL);
    if (operation->type == RECORD_HANDOFF)
        refusal = merge_handoff_check(merge);
    else if (operation->type == RECORD_FLAG)
        refusal = check_settled(merge);
    else if (operation->type == RECORD_TICKET)
        refusal = merge_ticket_claim(merge);
    else if (operation->type == RECORD_MESSAGE)
        refusal = merge_message_claim(merge);
    else if (operation->type == RECORD_CLIENT)
        refusal = check_merged(merge);
    if (refusal != MERGE_APPLIED)
        return refusal;
    json_object_foreach(operation->body, name, value)
    {
        refusal = claim_member(merge, name, value);
        if (refusal != MERGE_APPLIED)
            return refusal;
    }
    stamp = merge_stamp(operation);
    if (stamp == NULL || json_object_set_new(stamp, "rev", json_integer(merge->record->rev)) != 0 ||
        json_object_set(merge->record->meta, "claim", stamp) != 0)
        merge->failed = true;
    json_decref(stamp);
    return MERGE_APPLIED;
}

/* --- merge ---------------------------------------------------------------------------------- */

static enum merge_refusal merge_dispatch(struct merge *merge)
{
    switch (merge->operation->kind) {
    case OPERATION_APPEND:
        return merge_append(merge);
    case OPERATION_FIELDS:
        return merge_fields(merge);
    case OPERATION_CLAIM:
        return merge_claim(merge);
    }
    return MERGE_KIND;
}

static enum merge_refusal merge_check(struct merge *merge, const struct record *record)
{
    const struct operation *operation = merge->operation;

    if (merge->rules == NULL || !(merge->rules->kinds & (1u << operation->kind)))
        return merge_refuse(merge, MERGE_KIND, NULL);
    if (operation->kind == OPERATION_APPEND && record != NULL)
        return merge_refuse(merge, MERGE_EXISTS, NULL);
    if (operation->kind != OPERATION_APPEND && record == NULL)
        return merge_refuse(merge, MERGE_MISSING, NULL);
    if (operation->kind != OPERATION_APPEND && json_object_size(operation->body) == 0)
        return merge_refuse(merge, MERGE_REQUIRED, NULL);
    if (operation->type == RECORD_DELIVERY && !delivery_actor_allowed(operation))
        return merge_refuse(merge, MERGE_ACTOR, NULL);
    /* The server alone says how a promise stands. */
    if (operation->type == RECORD_PROMISE && !merge_is_server(operation))
        return merge_refuse(merge, MERGE_ACTOR, NULL);
    if (operation->type == RECORD_ALERT && !alert_actor_allowed(operation))
        return merge_refuse(merge, MERGE_ACTOR, NULL);
    return MERGE_APPLIED;
}

/* Stamps and conflicts stay also of what is not in the body any more. */
static bool meta_fits(const struct merge *merge)
{
    json_t *conflicts = json_object_get(merge->record->meta, "conflicts");

    while (!json_fits(merge->record->meta, MERGE_META_LIMIT)) {
        if (json_array_size(conflicts) < 2)
            return false;
        json_array_remove(conflicts, 0);
    }
    return true;
}

static void finish(struct merge *merge)
{
    struct record *record = merge->record;
    json_t *updated;

    if (!json_fits(record->body, RECORD_BODY_LIMIT) || !meta_fits(merge)) {
        merge->result->refusal = merge_refuse(merge, MERGE_TOO_LARGE, NULL);
        return;
    }
    /* A record that was made just now was last changed by that: one stamp for both. */
    updated = merge->operation->kind == OPERATION_APPEND
                  ? json_incref(json_object_get(record->meta, "created"))
                  : stamp_of_operation(merge->operation);
    if (updated == NULL || json_object_set(record->meta, "updated", updated) != 0)
        merge->failed = true;
    json_decref(updated);
}

int merge_apply(struct merge_result *result, const struct operation *operation,
                const struct record *record, struct error *error)
{
    struct merge merge = {
        .operation = operation, .rules = record_rules(operation->type), .result = result};

    /* A rev that the record never had is no proof of having seen anything. */
    if (record != NULL && operation->base <= record->rev)
        merge.seen = operation->base;

    *result = (struct merge_result){0};
    result->refusal = merge_check(&merge, record);
    if (result->refusal != MERGE_APPLIED)
        return 0;
    merge.record =
        record != NULL ? record_copy(record) : record_new(operation->type, &operation->record);
    if (merge.record == NULL)
        return error_set(error, ERROR_MEMORY, "merge: out of memory");
    merge.record->rev++;
    merge.record->seq = 0;
    result->refusal = merge_dispatch(&merge);
    if (result->refusal == MERGE_APPLIED)
        finish(&merge);
    if (merge.failed || result->refusal != MERGE_APPLIED) {
        record_free(merge.record);
        return merge.failed ? error_set(error, ERROR_MEMORY, "merge: out of memory") : 0;
    }
    result->record = merge.record;
    return 0;
}
