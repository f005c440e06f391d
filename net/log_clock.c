#include "net/log_clock.h"

#include <stdlib.h>

#include "net/bell_clock.h"
#include "net/ledger_bell.h"
#include "net/ledger_log.h"

/* As long nothing is committed where it is quiet: longer than a batch takes. */
#define QUIET_MS 200

struct log_clock {
    struct ledger *ledger;
    struct log_clock_options options;
    struct bell_clock *bell;
    int seen; /* how long the log was */
};

static void ring(void *context)
{
    struct log_clock *clock = context;

    bell_clock_ring(clock->bell);
}

static int64_t tick(void *context)
{
    struct log_clock *clock = context;
    struct error error = ERROR_INIT;

    if (!ledger_log_rests(clock->ledger, &clock->seen))
        return QUIET_MS;
    if (ledger_log_carry(clock->ledger, &error) != 0)
        clock->options.log(clock->options.log_context, error.message);
    return BELL_CLOCK_SLEEP_MS;
}

int log_clock_start(struct log_clock **clock, const struct log_clock_options *options,
                    struct ledger *ledger, struct error *error)
{
    struct log_clock *made = calloc(1, sizeof(*made));
    int code;

    *clock = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock of the log");
    made->ledger = ledger;
    made->options = *options;
    code = bell_clock_new(&made->bell, "the clock of the log", tick, made, error);
    if (code == 0) {
        ledger_bell_listen(ledger, LEDGER_BELL_LOG, ring, made);
        code = bell_clock_start(made->bell, error);
    }
    if (code != 0) {
        log_clock_stop(made);
        return code;
    }
    *clock = made;
    return 0;
}

void log_clock_stop(struct log_clock *clock)
{
    if (clock == NULL)
        return;
    ledger_bell_listen(clock->ledger, LEDGER_BELL_LOG, NULL, NULL);
    bell_clock_free(clock->bell);
    free(clock);
}
