#include "net/bell_clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct bell_clock {
    const char *name;
    bell_clock_tick tick;
    void *context;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t bell;
    bool started;
    bool rung;
    bool stopping;
};

void bell_clock_ring(struct bell_clock *clock)
{
    pthread_mutex_lock(&clock->mutex);
    clock->rung = true;
    pthread_cond_signal(&clock->bell);
    pthread_mutex_unlock(&clock->mutex);
}

int64_t bell_clock_until(int64_t next_ms, int64_t now_ms)
{
    if (next_ms <= now_ms)
        return 0;
    return next_ms - now_ms < BELL_CLOCK_SLEEP_MS ? next_ms - now_ms : BELL_CLOCK_SLEEP_MS;
}

/* Sleeps for `ms` or until the bell rings; false when it is time to stop. */
static bool sleep_for(struct bell_clock *clock, int64_t ms)
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

static void *run(void *context)
{
    struct bell_clock *clock = context;

    while (sleep_for(clock, clock->tick(clock->context)))
        continue;
    return NULL;
}

int bell_clock_new(struct bell_clock **clock, const char *name, bell_clock_tick tick, void *context,
                   struct error *error)
{
    struct bell_clock *made = calloc(1, sizeof(*made));
    pthread_condattr_t monotonic;

    *clock = made;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for %s", name);
    made->name = name;
    made->tick = tick;
    made->context = context;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&made->bell, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return 0;
}

int bell_clock_start(struct bell_clock *clock, struct error *error)
{
    if (pthread_create(&clock->thread, NULL, run, clock) != 0)
        return error_set(error, ERROR_MEMORY, "no thread for %s", clock->name);
    clock->started = true;
    return 0;
}

void bell_clock_free(struct bell_clock *clock)
{
    if (clock == NULL)
        return;
    pthread_mutex_lock(&clock->mutex);
    clock->stopping = true;
    pthread_cond_signal(&clock->bell);
    pthread_mutex_unlock(&clock->mutex);
    if (clock->started)
        pthread_join(clock->thread, NULL);
    pthread_cond_destroy(&clock->bell);
    pthread_mutex_destroy(&clock->mutex);
    free(clock);
}
