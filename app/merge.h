/*
 * merge(operation, record) -> record | refusal: pure, and the only place where work records
 * change. The terminal runs it at once on its own copy, the server with authority, the simulator
 * a million times.
 *
 * Fields are addressed by path: a member of the body ("phone"), or, for a type that declares a map
 * ("answers"), a member of that map ("answers/given_name", with JSON Pointer escapes). What each
 * type declares stands in the table of record_fields.h.
 *
 * The record's meta, all of it written here:
 *   "created"   {"operation","agent","device","time","tick"}, and "channel" where it is known, here
 *               as in all that follow
 *   "updated"   the same of the latest change
 *   "stamps"    {path: {"agent","device","time","tick","rev"}}: who last set each field since
 *   "claim"     {"rev","device"}: the latest claim
 *   "conflicts" [{"path","value","agent","time","channel","rev","kept"}]: values that lost against
 *               a writer who had not seen them; `kept` is the one that stands
 */
#ifndef GUICHET_APP_MERGE_H
#define GUICHET_APP_MERGE_H

#include "app/error.h"
#include "app/operation.h"
#include "app/record.h"

/*
 * Counted up with every change of what merge makes of the same operation and record. A terminal of
 * the server's version works out for itself what became of its own operations.
 */
#define MERGE_VERSION 8

enum merge_refusal {
    MERGE_APPLIED = 0,
    MERGE_MISSING,    /* the record does not exist here */
    MERGE_EXISTS,     /* an append of an id that another operation made */
    MERGE_KIND,       /* this type does not take this kind of operation */
    MERGE_FIELD,      /* unknown field, or one that this kind may not set */
    MERGE_VALUE,      /* the value is not of the field's type or is over its limit */
    MERGE_REQUIRED,   /* an append without a field that must be there */
    MERGE_TAKEN,      /* a claim based on a rev that another claim has passed */
    MERGE_TRANSITION, /* this state does not follow the present one */
    MERGE_ACTOR,      /* this agent may not make this claim */
    MERGE_CLOSED,     /* the record is final and takes no more changes */
    MERGE_FORBIDDEN,  /* not within this agent's scope (given by the server, never by merge) */
    MERGE_TOO_LARGE,  /* the record would pass RECORD_BODY_LIMIT */
    MERGE_UNFIT,      /* the agent lacks what the field names: "skills/NAME:LEVEL", "language/fr",
                         "level/3" (given by the server, never by merge; so is the next one) */
    MERGE_FULL,       /* the agent has as much in hand as they can in this channel: "capacity/2" */
    MERGE_ERASED,     /* what it held was erased (given by the server, never by merge) */
    MERGE_PERMISSION, /* the agent's role lacks the permission that the field names (given by the
                         server, never by merge) */
    MERGE_REFUSAL_COUNT
};

/* Stable name on the wire ("taken"); NULL when out of range. */
const char *merge_refusal_name(enum merge_refusal refusal);
/* MERGE_REFUSAL_COUNT when there is no such name. */
enum merge_refusal merge_refusal_from_name(const char *name);

struct merge_result {
    enum merge_refusal refusal; /* MERGE_APPLIED: `record` is set */
    struct record *record;      /* new (record_free): the record after the operation, rev + 1 */
    bool conflict;              /* another writer's unseen value was passed over, or ours was */
    char field[128];            /* the path that was refused or in conflict, "" when none */
};

/*
 * Applies `operation` to `record` (NULL when there is none). Neither is changed. Returns 0 with
 * `result` filled, also for a refusal; a negative code only when memory runs out. The same
 * operation on the same record always gives the same result. Whoever calls knows the operation
 * was not applied before: exactly-once is the ledger's task.
 */
int merge_apply(struct merge_result *result, const struct operation *operation,
                const struct record *record, struct error *error);

/* When the claim was made under which a record stands; {0} for none. */
struct moment merge_claimed(const struct record *record);

#endif
