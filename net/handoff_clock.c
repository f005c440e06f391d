#include "net/handoff_clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "app/clock.h"

/* Nothing sleeps longer: wall clocks jump. */
#define SLEEP_MS (INT64_C(60) * 1000)
/* After the ledger failed. */
#define TROUBLE_MS (INT64_C(5) * 1000)

struct handoff_clock {
    struct ledger *ledger;
    struct handoff_clock_options options;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t bell;
    bool rung; /* an offer with an end was made */
    bool stopping;
};

static void ring(void *context)
{
    struct handoff_clock *clock = context;

    pthread_mutex_lock(&clock->mutex);
    clock->rung = true;
    pthread_cond_signal(&clock->bell);
    pthread_mutex_unlock(&clock->mutex);
}

/* Sleeps for `ms` or until the bell rings; false when it is time to stop. */
static bool sleep_for(struct handoff_clock *clock, int64_t ms)
{
    struct timespec until;
    bool going;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&clock->mutex);
    while (!clock->rung && !clock->stopping &&
           pthread_cond_timedwait(&clock->bell, &clock->mutex, &until) == 0)
        continue;
    clock->rung = false;
    going = !clock->stopping;
    pthread_mutex_unlock(&clock->mutex);
    return going;
}

/* Expires what is due; how long then nothing is to be done, ms. */
static int64_t tick(struct handoff_clock *clock)
{
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
    if (expired > 0)
        return 0;
    return next > now && next - now < SLEEP_MS ? next - now : SLEEP_MS;
}

static void *run(void *context)
{
    struct handoff_clock *clock = context;

    while (sleep_for(clock, tick(clock)))
        continue;
    return NULL;
}

int handoff_clock_start(struct handoff_clock **clock, const struct handoff_clock_options *options,
                        struct ledger *ledger, struct error *error)
{
    struct handoff_clock *made = calloc(1, sizeof(*made));
    pthread_condattr_t monotonic;

    *clock = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the clock of hand-offs");
    made->ledger = ledger;
    made->options = *options;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&made->bell, &monotonic);
    pthread_condattr_destroy(&monotonic);
    ledger_handoff_listen(ledger, ring, made);
    if (pthread_create(&made->thread, NULL, run, made) != 0) {
        ledger_handoff_listen(ledger, NULL, NULL);
        pthread_cond_destroy(&made->bell);
        pthread_mutex_destroy(&made->mutex);
        free(made);
        return error_set(error, ERROR_MEMORY, "no thread for the clock of hand-offs");
    }
    *clock = made;
    return 0;
}

void handoff_clock_stop(struct handoff_clock *clock)
{
    if (clock == NULL)
        return;
    pthread_mutex_lock(&clock->mutex);
    clock->stopping = true;
    pthread_cond_signal(&clock->bell);
    pthread_mutex_unlock(&clock->mutex);
    pthread_join(clock->thread, NULL);
    ledger_handoff_listen(clock->ledger, NULL, NULL);
    pthread_cond_destroy(&clock->bell);
    pthread_mutex_destroy(&clock->mutex);
    free(clock);
}
