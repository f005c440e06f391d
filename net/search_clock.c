#include "net/search_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "net/bell_clock.h"

/* Clients of one transaction: others write between two. */
#define AT_ONCE  500
#define PAUSE_MS 1
/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(5) * 1000)
/* A line for each so many hundredths. */
#define LINE_PERCENT 5

struct search_clock {
    struct ledger *ledger;
    struct search_clock_options options;
    struct bell_clock *bell;
    struct ledger_search_made made;
    int64_t clients; /* all there are */
    int64_t told;    /* hundredths */
};

static void tell(struct search_clock *clock)
{
    int64_t percent = clock->clients > 0 ? clock->made.clients * 100 / clock->clients : 0;
    char line[200];

    if (clock->made.all)
        (void)snprintf(line, sizeof(line), "search: the keys of all clients are made");
    else if (percent >= clock->told + LINE_PERCENT)
        (void)snprintf(line, sizeof(line),
                       "search: the keys of %" PRId64 " of %" PRId64 " clients are made",
                       clock->made.clients, clock->clients);
    else
        return;
    clock->told = percent;
    clock->options.log(clock->options.log_context, line);
}

static int64_t tick(void *context)
{
    struct search_clock *clock = context;
    struct error error = ERROR_INIT;

    if (clock->made.all)
        return BELL_CLOCK_SLEEP_MS;
    if (ledger_search_fill(clock->ledger, AT_ONCE, &clock->made, &error) != 0) {
        clock->options.log(clock->options.log_context, error.message);
        return TROUBLE_MS;
    }
    tell(clock);
    return clock->made.all ? BELL_CLOCK_SLEEP_MS : PAUSE_MS;
}

int search_clock_start(struct search_clock **clock, const struct search_clock_options *options,
                       struct ledger *ledger, struct error *error)
{
    struct search_clock *made;
    int code;

    *clock = NULL;
    if (ledger_search_is_ready(ledger))
        return 0;
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock of search");
    made->ledger = ledger;
    made->options = *options;
    code = ledger_search_clients(ledger, &made->clients, error);
    if (code == 0) {
        made->options.log(made->options.log_context,
                          "search: making the keys by which clients are found, once after an "
                          "upgrade; until then nobody searches here");
        code = bell_clock_new(&made->bell, "the clock of search", tick, made, error);
    }
    if (code == 0)
        code = bell_clock_start(made->bell, error);
    if (code != 0) {
        search_clock_stop(made);
        return code;
    }
    *clock = made;
    return 0;
}

void search_clock_stop(struct search_clock *clock)
{
    if (clock == NULL)
        return;
    bell_clock_free(clock->bell);
    free(clock);
}
