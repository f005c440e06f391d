#include "net/audit_clock.h"

#include <stdlib.h>

#include "app/clock.h"
#include "net/bell_clock.h"
#include "net/ledger_audit.h"

/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(60) * 1000)

struct audit_clock {
    struct ledger *ledger;
    struct audit_clock_options options;
    struct bell_clock *bell; /* rings when there is an entry that no head covers */
};

static void ring(void *context)
{
    struct audit_clock *clock = context;

    bell_clock_ring(clock->bell);
}

static int64_t tick(void *context)
{
    struct audit_clock *clock = context;
    struct error error = ERROR_INIT;
    int64_t now = clock_system(NULL), due = ledger_audit_due(clock->ledger);

    if (due > now)
        return bell_clock_until(due, now);
    if (ledger_audit_sign(clock->ledger, now, &error) != 0) {
        clock->options.log(clock->options.log_context, error.message);
        return TROUBLE_MS;
    }
    return 0;
}

int audit_clock_start(struct audit_clock **clock, const struct audit_clock_options *options,
                      struct ledger *ledger, struct error *error)
{
    struct audit_clock *made = calloc(1, sizeof(*made));
    int code;

    *clock = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock of the audit trail");
    made->ledger = ledger;
    made->options = *options;
    if (!ledger_audit_signs(ledger))
        options->log(options->log_context,
                     "the audit trail is not signed: its key is not beside the database, is "
                     "another one, or may be read by others (net/audit.md)");
    code = bell_clock_new(&made->bell, "the clock of the audit trail", tick, made, error);
    if (code == 0) {
        ledger_bell_listen(ledger, LEDGER_BELL_TRAIL, ring, made);
        code = bell_clock_start(made->bell, error);
    }
    if (code != 0) {
        audit_clock_stop(made);
        return code;
    }
    *clock = made;
    return 0;
}

void audit_clock_stop(struct audit_clock *clock)
{
    if (clock == NULL)
        return;
    ledger_bell_listen(clock->ledger, LEDGER_BELL_TRAIL, NULL, NULL);
    bell_clock_free(clock->bell);
    free(clock);
}
