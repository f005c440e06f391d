#include "net/queue_watch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/clock.h"
#include "net/bell_clock.h"

/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(5) * 1000)
/* Changes that come within this time are looked at together. */
#define GATHER_MS INT64_C(50)

struct queue_watch {
    struct ledger *ledger;
    struct queue_watch_options options;
    struct bell_clock *bell;
    atomic_bool changed;
    int64_t looked_ms; /* when it last looked */
};

static void ring(void *context)
{
    struct queue_watch *watch = context;

    /* One ring wakes the thread; what comes until it looks is seen then. */
    if (!atomic_exchange(&watch->changed, true))
        bell_clock_ring(watch->bell);
}

static void tell(const struct queue_watch *watch, const struct ledger_watch *done)
{
    char line[96];

    if (done->crossed == 0 && done->over == 0)
        return;
    snprintf(line, sizeof(line), "thresholds of queues: %d crossed, %d over", done->crossed,
             done->over);
    watch->options.log(watch->options.log_context, line);
}

static int64_t tick(void *context)
{
    struct queue_watch *watch = context;
    struct error error = ERROR_INIT;
    struct ledger_watch done;
    int64_t now = clock_system(NULL), rest = 0;

    if (watch->options.rest != NULL)
        rest = watch->options.rest(watch->options.rest_context, now);
    if (rest > 0)
        return rest;
    /* A wall clock that was put back is no reason to wait. */
    if (now >= watch->looked_ms && now < watch->looked_ms + GATHER_MS)
        return watch->looked_ms + GATHER_MS - now;
    atomic_store(&watch->changed, false);
    watch->looked_ms = now;
    if (ledger_queues_watch(watch->ledger, now, &done, &error) != 0) {
        watch->options.log(watch->options.log_context, error.message);
        return TROUBLE_MS;
    }
    tell(watch, &done);
    return bell_clock_until(done.next_ms, now);
}

int queue_watch_start(struct queue_watch **watch, const struct queue_watch_options *options,
                      struct ledger *ledger, struct error *error)
{
    struct queue_watch *made = calloc(1, sizeof(*made));
    int code;

    *watch = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the watch over queues");
    made->ledger = ledger;
    made->options = *options;
    code = bell_clock_new(&made->bell, "the watch over queues", tick, made, error);
    if (code == 0) {
        ledger_bell_listen(ledger, LEDGER_BELL_WATCH, ring, made);
        code = bell_clock_start(made->bell, error);
    }
    if (code != 0) {
        queue_watch_stop(made);
        return code;
    }
    *watch = made;
    return 0;
}

void queue_watch_stop(struct queue_watch *watch)
{
    if (watch == NULL)
        return;
    ledger_bell_listen(watch->ledger, LEDGER_BELL_WATCH, NULL, NULL);
    bell_clock_free(watch->bell);
    free(watch);
}
