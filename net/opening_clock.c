#include "net/opening_clock.h"

#include <stdlib.h>

#include "app/clock.h"
#include "net/bell_clock.h"

/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(5) * 1000)

struct opening_clock {
    struct ledger *ledger;
    struct opening_clock_options options;
    struct bell_clock *bell; /* rings when the end of one came nearer */
};

static void ring(void *context)
{
    struct opening_clock *clock = context;

    bell_clock_ring(clock->bell);
}

/* Closes what is due, a few in a transaction. */
static int end_due(struct ledger *ledger, int64_t *next_ms, struct error *error)
{
    int64_t now = clock_system(NULL);
    int ended = 0;
    int code = ledger_opening_next(ledger, next_ms, error);

    while (code == 0 && *next_ms <= now) {
        code = ledger_openings_end(ledger, now, &ended, error);
        if (code == 0)
            code = ledger_opening_next(ledger, next_ms, error);
    }
    return code;
}

static int64_t tick(void *context)
{
    struct opening_clock *clock = context;
    struct error error = ERROR_INIT;
    int64_t next;

    if (end_due(clock->ledger, &next, &error) != 0) {
        clock->options.log(clock->options.log_context, error.message);
        return TROUBLE_MS;
    }
    return bell_clock_until(next, clock_system(NULL));
}

int opening_clock_start(struct opening_clock **clock, const struct opening_clock_options *options,
                        struct ledger *ledger, struct error *error)
{
    struct opening_clock *made = calloc(1, sizeof(*made));
    int64_t next;
    int code;

    *clock = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock of open files");
    made->ledger = ledger;
    made->options = *options;
    code = end_due(ledger, &next, error);
    if (code == 0)
        code = bell_clock_new(&made->bell, "the clock of open files", tick, made, error);
    if (code == 0) {
        ledger_bell_listen(ledger, LEDGER_BELL_OPENINGS, ring, made);
        code = bell_clock_start(made->bell, error);
    }
    if (code != 0) {
        opening_clock_stop(made);
        return code;
    }
    *clock = made;
    return 0;
}

void opening_clock_stop(struct opening_clock *clock)
{
    if (clock == NULL)
        return;
    ledger_bell_listen(clock->ledger, LEDGER_BELL_OPENINGS, NULL, NULL);
    bell_clock_free(clock->bell);
    free(clock);
}
