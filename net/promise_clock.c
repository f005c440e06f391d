#include "net/promise_clock.h"

#include <stdlib.h>

#include "app/clock.h"
#include "net/bell_clock.h"
#include "net/ledger_promise.h"

/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(5) * 1000)

struct promise_clock {
    struct ledger *ledger;
    struct promise_clock_options options;
    struct bell_clock *bell; /* rings when a promise runs that did not */
};

static void ring(void *context)
{
    struct promise_clock *clock = context;

    bell_clock_ring(clock->bell);
}

/* Settles what is due. */
static int64_t tick(void *context)
{
    struct promise_clock *clock = context;
    struct error error = ERROR_INIT;
    int64_t now = clock_system(NULL), next;
    int settled = 0;
    int code = ledger_promise_next(clock->ledger, &next, &error);

    if (code == 0 && next <= now)
        code = ledger_promises_settle(clock->ledger, now, &settled, &error);
    if (code != 0) {
        clock->options.log(clock->options.log_context, error.message);
        return TROUBLE_MS;
    }
    return settled > 0 ? 0 : bell_clock_until(next, now);
}

int promise_clock_start(struct promise_clock **clock, const struct promise_clock_options *options,
                        struct ledger *ledger, struct error *error)
{
    struct promise_clock *made = calloc(1, sizeof(*made));
    int code;

    *clock = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock of promises");
    made->ledger = ledger;
    made->options = *options;
    code = bell_clock_new(&made->bell, "the clock of promises", tick, made, error);
    if (code == 0) {
        ledger_bell_listen(ledger, LEDGER_BELL_PROMISES, ring, made);
        code = bell_clock_start(made->bell, error);
    }
    if (code != 0) {
        promise_clock_stop(made);
        return code;
    }
    *clock = made;
    return 0;
}

void promise_clock_stop(struct promise_clock *clock)
{
    if (clock == NULL)
        return;
    ledger_bell_listen(clock->ledger, LEDGER_BELL_PROMISES, NULL, NULL);
    bell_clock_free(clock->bell);
    free(clock);
}
