/*
 * What the parts of merge share. Only app/merge*.c include it.
 */
#ifndef GUICHET_APP_MERGE_INTERNAL_H
#define GUICHET_APP_MERGE_INTERNAL_H

#include "app/merge.h"
#include "app/record_fields.h"

/* Longest name of a member of a map, in bytes. */
#define MERGE_MEMBER_LIMIT 100

/* How many unresolved conflicts a record keeps; the oldest give way. */
#define MERGE_CONFLICTS_KEPT 32

/* Most bytes of a record's meta: what stands beside the body must not outgrow what can be read
 * back. The oldest conflicts give way; an operation that needs more all the same is refused. */
#define MERGE_META_LIMIT (4 * (size_t)RECORD_BODY_LIMIT)

/* One operation on its way into one record. */
struct merge {
    const struct operation *operation;
    const struct record_rules *rules;
    struct record *record; /* the copy being changed; its rev is already the new one */
    struct merge_result *result;
    int64_t seen; /* the rev that the operation's agent had seen; merge_has_seen says what else */
    bool failed;  /* out of memory */
};

/* Notes a refusal and the path it is about (may be NULL). */
enum merge_refusal merge_refuse(struct merge *merge, enum merge_refusal refusal, const char *path);

/* False for what the server alone sets, by somebody else. */
bool merge_field_is_allowed(const struct operation *operation, const struct field *field);

/* Whether what was written at `rev` was before the agent's eyes. */
bool merge_has_seen(const struct merge *merge, int64_t rev);

/* True when the value is of the field's shape and within its limit. */
bool merge_value_fits(const struct field *field, const json_t *value);

/* {"agent","device","time","tick","channel"} of the operation, and more members by the caller. New. */
json_t *merge_stamp(const struct operation *operation);

/* Sets, or removes when `value` is JSON null, a member of an object. */
void merge_set(struct merge *merge, json_t *object, const char *member, json_t *value);

/* Whether a claim of a hand-off may be made: by this agent, and in its present state. */
enum merge_refusal merge_handoff_check(struct merge *merge);

/* Applies an operation of kind fields. */
enum merge_refusal merge_fields(struct merge *merge);

/* Whether a ticket or a roll, already filled from the operation, has the id of its number. */
enum merge_refusal merge_ticket_append(struct merge *merge);
/* Whether this agent may move the ticket so. */
enum merge_refusal merge_ticket_claim(struct merge *merge);

/* Whether a message, already filled from the operation, may be born so. */
enum merge_refusal merge_message_append(struct merge *merge);
/* Whether whoever claims a message may say that of it. */
enum merge_refusal merge_message_claim(struct merge *merge);

#endif
