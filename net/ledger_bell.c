#include "net/ledger_bell.h"

#include "net/ledger_sqlite.h"

void ledger_bell_listen(struct ledger *ledger, enum ledger_bell bell, ledger_bell_listener listener,
                        void *context)
{
    pthread_rwlock_wrlock(&ledger->bells_lock);
    ledger->bells[bell].listener = listener;
    ledger->bells[bell].context = context;
    pthread_rwlock_unlock(&ledger->bells_lock);
}

void ledger_listen(struct ledger *ledger, ledger_listener listener, void *context)
{
    pthread_rwlock_wrlock(&ledger->bells_lock);
    ledger->listener = listener;
    ledger->listener_context = context;
    pthread_rwlock_unlock(&ledger->bells_lock);
}

void ledger_bell_ring(struct ledger *ledger, enum ledger_bell bell)
{
    ledger->rung |= 1U << bell;
}

void ledger_changed_clear(struct ledger_changed *changed)
{
    scope_set_free(&changed->scopes);
    scope_set_free(&changed->others);
    *changed = (struct ledger_changed){0};
}

void ledger_bells_tell(struct ledger *ledger, unsigned rung, const struct ledger_changed *changed)
{
    pthread_rwlock_rdlock(&ledger->bells_lock);
    for (size_t i = 0; i < LEDGER_BELLS; i++)
        if ((rung & 1U << i) != 0 && ledger->bells[i].listener != NULL)
            ledger->bells[i].listener(ledger->bells[i].context);
    if (changed->scopes.count + changed->others.count > 0 && ledger->listener != NULL)
        ledger->listener(ledger->listener_context, changed);
    pthread_rwlock_unlock(&ledger->bells_lock);
}
