#include "net/provider_flow.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/text.h"

#define HANDLE_BYTES 32
/* RFC 8628 section 3.5: what "slow_down" adds to the interval. */
#define SLOWER_MS 5000
/* A provider that cannot be reached is asked again after this, as the standard asks, more slowly.
 */
#define LONGEST_INTERVAL_MS 60000

struct waiting {
    struct waiting *next;
    unsigned char handle[crypto_generichash_BYTES];
    struct id device;
    struct provider_device at_provider;
    int64_t ask_ms; /* not before */
    bool asking;    /* somebody does just now */
};

struct provider_flows {
    pthread_mutex_t mutex; /* of the list */
    struct waiting *waiting;
    size_t count;
    pthread_mutex_t provider_mutex; /* the provider is asked by one at a time */
    struct provider *provider;
};

int provider_flows_new(struct provider_flows **made, struct provider *provider, struct error *error)
{
    struct provider_flows *flows = calloc(1, sizeof(*flows));

    *made = flows;
    if (flows == NULL) {
        provider_free(provider);
        return error_set(error, ERROR_MEMORY, "no memory for sign-ins elsewhere");
    }
    pthread_mutex_init(&flows->mutex, NULL);
    pthread_mutex_init(&flows->provider_mutex, NULL);
    flows->provider = provider;
    return 0;
}

static void waiting_free(struct waiting *waiting)
{
    sodium_memzero(waiting, sizeof(*waiting));
    free(waiting);
}

void provider_flows_free(struct provider_flows *flows)
{
    if (flows == NULL)
        return;
    while (flows->waiting != NULL) {
        struct waiting *next = flows->waiting->next;

        waiting_free(flows->waiting);
        flows->waiting = next;
    }
    provider_free(flows->provider);
    pthread_mutex_destroy(&flows->mutex);
    pthread_mutex_destroy(&flows->provider_mutex);
    free(flows);
}

/* --- the list (under its mutex) --------------------------------------------------------------- */

/* Drops those whose time is over; one that is being asked about is left to whoever asks. */
static void drop_expired(struct provider_flows *flows, int64_t now_ms)
{
    struct waiting **link = &flows->waiting;

    while (*link != NULL) {
        struct waiting *waiting = *link;

        if (waiting->asking || now_ms < waiting->at_provider.expires_ms) {
            link = &waiting->next;
            continue;
        }
        *link = waiting->next;
        flows->count--;
        waiting_free(waiting);
    }
}

static void drop(struct provider_flows *flows, struct waiting *dropped)
{
    for (struct waiting **link = &flows->waiting; *link != NULL; link = &(*link)->next)
        if (*link == dropped) {
            *link = dropped->next;
            flows->count--;
            waiting_free(dropped);
            return;
        }
}

/* By a hash: how long looking takes tells nothing of a handle. */
static struct waiting *find(struct provider_flows *flows, const char *handle,
                            const struct id *device)
{
    unsigned char hash[crypto_generichash_BYTES];

    crypto_generichash(hash, sizeof(hash), (const unsigned char *)handle, strlen(handle), NULL, 0);
    for (struct waiting *one = flows->waiting; one != NULL; one = one->next)
        if (memcmp(one->handle, hash, sizeof(hash)) == 0 && id_equal(&one->device, device))
            return one;
    return NULL;
}

/* --- beginning -------------------------------------------------------------------------------- */

static void handle_make(char text[PROVIDER_HANDLE_SIZE], unsigned char hash[])
{
    unsigned char bytes[HANDLE_BYTES];

    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(text, PROVIDER_HANDLE_SIZE, bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    crypto_generichash(hash, crypto_generichash_BYTES, (const unsigned char *)text, strlen(text),
                       NULL, 0);
    sodium_memzero(bytes, sizeof(bytes));
}

static bool is_full(struct provider_flows *flows, int64_t now_ms)
{
    bool full;

    pthread_mutex_lock(&flows->mutex);
    drop_expired(flows, now_ms);
    full = flows->count >= PROVIDER_FLOW_LIMIT;
    pthread_mutex_unlock(&flows->mutex);
    return full;
}

int provider_flow_begin(struct provider_flows *flows, const struct id *device, int64_t now_ms,
                        struct provider_flow *flow, struct error *error)
{
    struct waiting *waiting;
    int code;

    *flow = (struct provider_flow){0};
    if (is_full(flows, now_ms))
        return error_set(error, ERROR_BUSY, "too many sign-ins wait at the identity provider");
    waiting = calloc(1, sizeof(*waiting));
    if (waiting == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a sign-in elsewhere");
    pthread_mutex_lock(&flows->provider_mutex);
    code = provider_begin(flows->provider, now_ms, &waiting->at_provider, error);
    pthread_mutex_unlock(&flows->provider_mutex);
    if (code != 0) {
        waiting_free(waiting);
        return code;
    }
    handle_make(flow->handle, waiting->handle);
    waiting->device = *device;
    waiting->ask_ms = now_ms + waiting->at_provider.interval_ms;
    text_copy(flow->user_code, sizeof(flow->user_code), waiting->at_provider.user_code);
    text_copy(flow->url, sizeof(flow->url), waiting->at_provider.url);
    text_copy(flow->url_complete, sizeof(flow->url_complete), waiting->at_provider.url_complete);
    flow->expires_ms = waiting->at_provider.expires_ms;
    flow->interval_ms = waiting->at_provider.interval_ms;
    pthread_mutex_lock(&flows->mutex);
    waiting->next = flows->waiting;
    flows->waiting = waiting;
    flows->count++;
    pthread_mutex_unlock(&flows->mutex);
    return 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* What the answer means for the next time; `code` other than 0: there was none to be trusted. */
static void settle(struct provider_flows *flows, struct waiting *waiting, int64_t now_ms, int code,
                   enum provider_state state, int64_t *wait_ms)
{
    bool goes_on = code == ERROR_OFFLINE ||
                   (code == 0 && (state == PROVIDER_PENDING || state == PROVIDER_SLOW_DOWN));

    pthread_mutex_lock(&flows->mutex);
    waiting->asking = false;
    if (goes_on) {
        if ((code != 0 || state == PROVIDER_SLOW_DOWN) &&
            waiting->at_provider.interval_ms < LONGEST_INTERVAL_MS)
            waiting->at_provider.interval_ms += SLOWER_MS;
        *wait_ms = waiting->at_provider.interval_ms;
        waiting->ask_ms = now_ms + *wait_ms;
    } else {
        drop(flows, waiting);
    }
    pthread_mutex_unlock(&flows->mutex);
}

int provider_flow_ask(struct provider_flows *flows, const char *handle, const struct id *device,
                      int64_t now_ms, enum provider_state *state, int64_t *wait_ms,
                      char login[PROVIDER_LOGIN_LIMIT + 1], struct error *error)
{
    struct provider_device at_provider;
    struct waiting *waiting;
    bool early = false;
    int code;

    *state = PROVIDER_PENDING;
    *wait_ms = 0;
    login[0] = '\0';
    pthread_mutex_lock(&flows->mutex);
    drop_expired(flows, now_ms);
    waiting = find(flows, handle, device);
    if (waiting != NULL) {
        early = waiting->asking || now_ms < waiting->ask_ms;
        if (early)
            *wait_ms = now_ms < waiting->ask_ms ? waiting->ask_ms - now_ms
                                                : waiting->at_provider.interval_ms;
        else
            waiting->asking = true;
        at_provider = waiting->at_provider;
    }
    pthread_mutex_unlock(&flows->mutex);
    if (waiting == NULL)
        return error_set(error, ERROR_NOT_FOUND, "no sign-in waits under this handle: begin again");
    if (early)
        return 0;
    pthread_mutex_lock(&flows->provider_mutex);
    code = provider_ask(flows->provider, &at_provider, now_ms, state, login, error);
    pthread_mutex_unlock(&flows->provider_mutex);
    sodium_memzero(&at_provider, sizeof(at_provider));
    settle(flows, waiting, now_ms, code, *state, wait_ms);
    if (code == ERROR_OFFLINE) {
        *state = PROVIDER_PENDING;
        return 0;
    }
    return code;
}
