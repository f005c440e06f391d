#include "net/handoff_clock.h"

#include <stdlib.h>

#include "app/clock.h"
#include "net/bell_clock.h"

/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(5) * 1000)

struct handoff_clock {
    struct ledger *ledger;
    struct handoff_clock_options options;
    struct bell_clock *bell; /* rings when an offer with an end was made */
};

static void ring(void *context)
{
    struct handoff_clock *clock = context;

    bell_clock_ring(clock->bell);
}

/* Expires what is due. */
static int64_t tick(void *context)
{
    struct handoff_clock *clock = context;
    struct error error = ERROR_INIT;
    int64_t now = clock_system(NULL), next;
    int expired = 0;
    int code = ledger_handoff_next(clock->ledger, &next, &error);

    if (code == 0 && next <= now)
        code = ledger_handoffs_expire(clock->ledger, now, &expired, &error);
    if (code != 0) {
        clock->options.log(clock->options.log_context, error.message);
        return TROUBLE_MS;
    }
    return expired > 0 ? 0 : bell_clock_until(next, now);
}

int handoff_clock_start(struct handoff_clock **clock, const struct handoff_clock_options *options,
                        struct ledger *ledger, struct error *error)
{
    struct handoff_clock *made = calloc(1, sizeof(*made));
    int code;

    *clock = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock of hand-offs");
    made->ledger = ledger;
    made->options = *options;
    code = bell_clock_new(&made->bell, "the clock of hand-offs", tick, made, error);
    if (code == 0) {
        ledger_bell_listen(ledger, LEDGER_BELL_HANDOFFS, ring, made);
        code = bell_clock_start(made->bell, error);
    }
    if (code != 0) {
        handoff_clock_stop(made);
        return code;
    }
    *clock = made;
    return 0;
}

void handoff_clock_stop(struct handoff_clock *clock)
{
    if (clock == NULL)
        return;
    ledger_bell_listen(clock->ledger, LEDGER_BELL_HANDOFFS, NULL, NULL);
    bell_clock_free(clock->bell);
    free(clock);
}
