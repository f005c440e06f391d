/*
 * One operation on its way through the ledger: ledger_permit.c checks whether its agent may do
 * that, ledger_apply.c remembers it and brings about what it does, ledger_own.c makes those of the
 * server itself. Only these include this; within the writer's transaction.
 */
#ifndef GUICHET_NET_LEDGER_ATTEMPT_H
#define GUICHET_NET_LEDGER_ATTEMPT_H

#include "app/text.h"
#include "net/ledger_role.h"
#include "net/ledger_row.h"

#define ATTEMPT_DIGEST_BYTES 16

/* One operation on its way through. */
struct attempt {
    struct ledger *ledger;
    const struct ledger_actor *actor;
    const struct scope_set *desk; /* of the actor */
    const struct operation *operation;
    struct ledger_outcome *outcome;
    struct ledger_row row; /* the record before, when there is one */
    bool visible;          /* the actor may see it */
    bool target_known;     /* the agent whom it offers to, and nobody else, is there */
    bool recalled;         /* it was answered before: this is that answer */
    int64_t now_ms;
    unsigned char digest[ATTEMPT_DIGEST_BYTES]; /* of the operation */
};

/* The outcome becomes a refusal for this reason; `field` "" for none. */
static inline void attempt_refuse(struct attempt *attempt, enum merge_refusal refusal,
                                  const char *field)
{
    attempt->outcome->kind = LEDGER_REFUSED;
    attempt->outcome->refusal = refusal;
    text_copy(attempt->outcome->field, sizeof(attempt->outcome->field), field);
}

static inline bool attempt_is_refused(const struct attempt *attempt)
{
    return attempt->outcome->kind == LEDGER_REFUSED;
}

/* What the agent's role lets them do. */
static inline bool attempt_may(const struct attempt *attempt, enum permission permission)
{
    return ledger_actor_may(attempt->actor, permission);
}

/* By a relay, in the name of the agent who made it. */
static inline bool attempt_is_carried(const struct attempt *attempt)
{
    return attempt->actor != NULL && !id_is_empty(&attempt->actor->via);
}

/* Reads the record as it stands and whether the actor may see it; refuses when they may not. That
 * there is none is no error. */
int attempt_find(struct attempt *attempt, struct error *error);

/* By the agent's role (ledger_permission.c): whether it lets them do this kind of thing at all;
 * with the record found, whether they may serve what it is about. */
void attempt_check_role(struct attempt *attempt);
int attempt_check_level(struct attempt *attempt, struct error *error);

/* Into the audit trail (ledger_trace.c): an operation that was applied, with the record after it;
 * and one that was refused now. */
int ledger_trace_applied(struct attempt *attempt, const struct record *after, struct error *error);
int ledger_trace_refused(struct attempt *attempt, struct error *error);

/* Protection of a file and the review of an emergency (ledger_emergency.c): whether the claim is
 * this agent's to make, and what is kept of it. */
void attempt_check_protection(struct attempt *attempt);
void attempt_check_review(struct attempt *attempt);
int attempt_note_trust(struct attempt *attempt, const struct record *after, struct error *error);

/* A look that merge allowed: what is kept of it (ledger_look.c). */
int ledger_look_note(struct attempt *attempt, const struct record *look, struct error *error);

/* Finds the record, and refuses what the actor may not do to it for a reason that merge, which sees
 * nothing but record and operation, cannot know. */
int attempt_check(struct attempt *attempt, struct error *error);
/* At the centre: refuses a roll that an office's relay gives, or has given until lately, unless it
 * comes from there. 1 when it did. */
int attempt_leave_to_relay(struct attempt *attempt, struct error *error);

/* What the operation says, whichever terminal carries it, into `digest`. */
int attempt_digest(struct attempt *attempt, struct error *error);

/* Brings about what merge makes of the record before, which was read. A refusal is an outcome. */
int attempt_merge(struct attempt *attempt, struct error *error);

/* Notes the outcome for good, with the digest. */
int attempt_remember(struct attempt *attempt, struct error *error);

#endif
