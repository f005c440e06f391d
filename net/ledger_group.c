#include <string.h>

#include "net/ledger_audit.h"
#include "net/ledger_row.h"
#include "net/ledger_sqlite.h"

/*
 * Callers of ledger_apply that come while another one waits for the disk are written together, in
 * one transaction: the disk is waited for once. The first of those that wait does it for all.
 */
struct ledger_call {
    struct ledger_actor actor; /* with what they may do */
    struct scope_set desk;
    struct operation *const *operations;
    size_t count;
    const struct audit_entry *entries; /* instead of operations: so many, for the trail alone */
    int64_t now_ms;
    struct ledger_outcome *outcomes;
    struct error *error;
    int code;
    bool done;
    struct ledger_call *next;
};

static void forget(struct ledger_call *call)
{
    for (size_t i = 0; i < call->count && call->entries == NULL; i++)
        ledger_outcome_clear(&call->outcomes[i]);
}

static int do_call(struct ledger *ledger, struct ledger_call *call, struct error *error)
{
    int code = 0;

    ledger_audit_request(ledger, call->entries == NULL ? call->actor.request : NULL);
    if (call->entries == NULL)
        return ledger_apply_within(ledger, &call->actor, &call->desk, call->operations, call->count,
                                   call->now_ms, call->outcomes, error);
    for (size_t i = 0; i < call->count && code == 0; i++)
        code = ledger_audit_add(ledger, &call->entries[i], error);
    return code;
}

/* This call and those behind it in one transaction, or nothing of them. */
static int apply_together(struct ledger *ledger, struct ledger_call *first, struct error *error)
{
    int code = ledger_begin(ledger, error);

    if (code != 0)
        return code;
    for (struct ledger_call *call = first; call != NULL && code == 0; call = call->next)
        code = do_call(ledger, call, error);
    if (code == 0)
        return ledger_commit(ledger, error);
    ledger_rollback(ledger);
    return code;
}

/* One that fails must not take the others with it: then each goes alone. */
static void apply_calls(struct ledger *ledger, struct ledger_call *first)
{
    bool together = first->next != NULL && apply_together(ledger, first, NULL) == 0;
    struct ledger_call *next;

    if (together)
        return;
    for (struct ledger_call *call = first; call != NULL; call = next) {
        next = call->next;
        call->next = NULL;
        forget(call);
        call->code = apply_together(ledger, call, call->error);
        call->next = next;
    }
}

/* The calls that wait, this one among them; holds the mutex but while it writes. */
static void lead(struct ledger *ledger)
{
    struct ledger_call *first = ledger->calls, *next;

    ledger->calls = NULL;
    ledger->calls_end = &ledger->calls;
    ledger->leading = true;
    pthread_mutex_unlock(&ledger->calls_mutex);
    apply_calls(ledger, first);
    pthread_mutex_lock(&ledger->calls_mutex);
    ledger->leading = false;
    /* A call that is done may be gone as soon as the mutex is. */
    for (struct ledger_call *call = first; call != NULL; call = next) {
        next = call->next;
        call->done = true;
    }
    pthread_cond_broadcast(&ledger->calls_changed);
}

/* Waits until a leader, or this thread as one, has done it. */
static int take_part(struct ledger *ledger, struct ledger_call *call)
{
    pthread_mutex_lock(&ledger->calls_mutex);
    *ledger->calls_end = call;
    ledger->calls_end = &call->next;
    while (!call->done && ledger->leading)
        pthread_cond_wait(&ledger->calls_changed, &ledger->calls_mutex);
    if (!call->done)
        lead(ledger);
    pthread_mutex_unlock(&ledger->calls_mutex);
    return call->code;
}

int ledger_audit_write_all(struct ledger *ledger, const struct audit_entry *entries, size_t count,
                           struct error *error)
{
    struct ledger_call call = {.entries = entries, .count = count, .error = error};

    return count > 0 ? take_part(ledger, &call) : 0;
}

int ledger_apply(struct ledger *ledger, const struct ledger_actor *actor,
                 struct operation *const *operations, size_t count, int64_t now_ms,
                 struct ledger_outcome *outcomes, struct error *error)
{
    struct ledger_call call = {.actor = *actor,
                               .operations = operations,
                               .count = count,
                               .now_ms = now_ms,
                               .outcomes = outcomes,
                               .error = error};
    int code;

    memset(outcomes, 0, count * sizeof(*outcomes));
    code = ledger_desk_read(ledger, &actor->agent, &call.desk, &call.actor.may, error);
    if (code == 0)
        code = take_part(ledger, &call);
    scope_set_free(&call.desk);
    return code;
}
