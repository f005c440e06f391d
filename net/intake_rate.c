#include "net/intake_rate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"

/* Names at once; the one that came longest ago gives way, and begins anew. */
#define NAMES_MOST 256
#define MINUTE_MS  INT64_C(60000)

/* What a name has left, in shares of one: a minute's worth of milliseconds makes `per_minute`. */
struct allowance {
    char name[64];
    int64_t left;
    int64_t last_ms;
};

struct intake_rate {
    pthread_mutex_t mutex;
    unsigned per_minute;
    size_t count;
    struct allowance allowances[NAMES_MOST];
};

struct intake_rate *intake_rate_new(unsigned per_minute)
{
    struct intake_rate *rate = calloc(1, sizeof(*rate));

    if (rate == NULL)
        return NULL;
    rate->per_minute = per_minute;
    pthread_mutex_init(&rate->mutex, NULL);
    return rate;
}

void intake_rate_free(struct intake_rate *rate)
{
    if (rate == NULL)
        return;
    pthread_mutex_destroy(&rate->mutex);
    free(rate);
}

static struct allowance *allowance_of(struct intake_rate *rate, const char *name, int64_t now_ms)
{
    struct allowance *oldest = &rate->allowances[0];

    for (size_t i = 0; i < rate->count; i++) {
        struct allowance *allowance = &rate->allowances[i];

        if (strncmp(allowance->name, name, sizeof(allowance->name) - 1) == 0)
            return allowance;
        if (allowance->last_ms < oldest->last_ms)
            oldest = allowance;
    }
    if (rate->count < NAMES_MOST)
        oldest = &rate->allowances[rate->count++];
    *oldest = (struct allowance){.left = MINUTE_MS * rate->per_minute, .last_ms = now_ms};
    text_copy(oldest->name, sizeof(oldest->name), name);
    return oldest;
}

unsigned intake_rate_take(struct intake_rate *rate, const char *name, int64_t now_ms)
{
    int64_t most = MINUTE_MS * rate->per_minute;
    struct allowance *allowance;
    unsigned wait = 0;

    if (rate->per_minute == 0)
        return 0;
    pthread_mutex_lock(&rate->mutex);
    allowance = allowance_of(rate, name, now_ms);
    if (now_ms - allowance->last_ms >= MINUTE_MS)
        allowance->left = most;
    else
        allowance->left += (now_ms - allowance->last_ms) * rate->per_minute;
    if (allowance->left > most)
        allowance->left = most;
    allowance->last_ms = now_ms;
    if (allowance->left >= MINUTE_MS)
        allowance->left -= MINUTE_MS;
    else
        wait = 1 + (unsigned)((MINUTE_MS - allowance->left) / rate->per_minute / 1000);
    pthread_mutex_unlock(&rate->mutex);
    return wait;
}
