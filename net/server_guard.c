#include "net/server_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"

#define BUCKETS 4096
/* Addresses known at a time; those that come when there are so many share one allowance. */
#define ADDRESSES_MOST 65536
#define ADDRESS_BYTES  16
#define MINUTE_MS      INT64_C(60000)

struct address {
    unsigned char bytes[ADDRESS_BYTES];
    struct address *next;
    unsigned connections;
    int64_t left; /* of its requests, in shares of one: a minute gives `requests_per_minute` */
    int64_t last_ms;
};

struct guard_line {
    struct guard_line *next, *previous;
    struct address *address;
    int descriptor;
    _Atomic int64_t until_ms; /* 0: it has all the time */
    atomic_int stage;
};

struct guard {
    struct guard_options options;
    unsigned char proxy[ADDRESS_BYTES];
    bool has_proxy;
    pthread_mutex_t mutex;
    pthread_cond_t stopped;
    bool stopping;
    bool running;
    pthread_t thread;
    struct guard_line *lines;
    struct address *buckets[BUCKETS];
    size_t address_count;
    struct address shared;
    unsigned refused; /* connections since the log told of them */
};

static const struct server_limits presets = SERVER_LIMITS_PRESET;

void server_limits_complete(struct server_limits *limits)
{
    struct {
        unsigned *value;
        unsigned preset;
    } rows[] = {
        {&limits->head_seconds, presets.head_seconds},
        {&limits->body_seconds, presets.body_seconds},
        {&limits->slowest_bytes, presets.slowest_bytes},
        {&limits->header_kib, presets.header_kib},
        {&limits->header_fields, presets.header_fields},
        {&limits->parameters, presets.parameters},
        {&limits->json_depth, presets.json_depth},
        {&limits->json_values, presets.json_values},
        {&limits->upload_mib, presets.upload_mib},
        {&limits->answer_mib, presets.answer_mib},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (*rows[i].value == 0)
            *rows[i].value = rows[i].preset;
}

/* --- addresses -------------------------------------------------------------------------------- */

static void bytes_of_four(const struct in_addr *four, unsigned char bytes[ADDRESS_BYTES])
{
    memset(bytes, 0, ADDRESS_BYTES);
    bytes[10] = bytes[11] = 0xFF;
    memcpy(bytes + 12, four, sizeof(*four));
}

/* Whoever has one address of IPv6 mostly has the 64 bits below it too: they count as one. */
static void bytes_of_six(const struct in6_addr *six, unsigned char bytes[ADDRESS_BYTES])
{
    memcpy(bytes, six, ADDRESS_BYTES);
    if (!IN6_IS_ADDR_V4MAPPED(six))
        memset(bytes + 8, 0, 8);
}

static bool bytes_of_socket(const struct sockaddr *address, unsigned char bytes[ADDRESS_BYTES])
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (address != NULL && address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof(four));
        bytes_of_four(&four.sin_addr, bytes);
        return true;
    }
    if (address != NULL && address->sa_family == AF_INET6) {
        memcpy(&six, address, sizeof(six));
        bytes_of_six(&six.sin6_addr, bytes);
        return true;
    }
    return false;
}

static bool bytes_of_text(const char *text, unsigned char bytes[ADDRESS_BYTES])
{
    struct in_addr four;
    struct in6_addr six;

    if (text == NULL)
        return false;
    if (inet_pton(AF_INET, text, &four) == 1) {
        bytes_of_four(&four, bytes);
        return true;
    }
    if (inet_pton(AF_INET6, text, &six) != 1)
        return false;
    bytes_of_six(&six, bytes);
    return true;
}

static struct address **bucket_of(struct guard *guard, const unsigned char bytes[ADDRESS_BYTES])
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < ADDRESS_BYTES; i++)
        hash = (hash ^ bytes[i]) * 16777619u;
    return &guard->buckets[hash % BUCKETS];
}

static struct address *address_find(struct guard *guard, const unsigned char bytes[ADDRESS_BYTES])
{
    struct address *address = *bucket_of(guard, bytes);

    while (address != NULL && memcmp(address->bytes, bytes, ADDRESS_BYTES) != 0)
        address = address->next;
    return address;
}

/* Never NULL. */
static struct address *address_get(struct guard *guard, const unsigned char bytes[ADDRESS_BYTES],
                                   int64_t now_ms)
{
    struct address *address = address_find(guard, bytes), **bucket = bucket_of(guard, bytes);

    if (address != NULL)
        return address;
    address = guard->address_count < ADDRESSES_MOST ? calloc(1, sizeof(*address)) : NULL;
    if (address == NULL)
        return &guard->shared;
    memcpy(address->bytes, bytes, ADDRESS_BYTES);
    address->left = MINUTE_MS * guard->options.limits.requests_per_minute;
    address->last_ms = now_ms;
    address->next = *bucket;
    *bucket = address;
    guard->address_count++;
    return address;
}

/* Forgets who is not connected and has asked nothing for a minute: they begin anew all the same. */
static void addresses_sweep(struct guard *guard, int64_t now_ms)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct address **link = &guard->buckets[i];

        while (*link != NULL) {
            struct address *address = *link;

            if (address->connections > 0 || now_ms - address->last_ms < MINUTE_MS) {
                link = &address->next;
                continue;
            }
            *link = address->next;
            free(address);
            guard->address_count--;
        }
    }
}

/* --- connections ------------------------------------------------------------------------------ */

bool guard_admits(struct guard *guard, const struct sockaddr *address)
{
    unsigned most = guard->options.limits.connections_per_address;
    unsigned char bytes[ADDRESS_BYTES];
    const struct address *known;
    bool admitted;

    if (most == 0 || !bytes_of_socket(address, bytes) ||
        (guard->has_proxy && memcmp(bytes, guard->proxy, ADDRESS_BYTES) == 0))
        return true;
    pthread_mutex_lock(&guard->mutex);
    known = address_find(guard, bytes);
    admitted = known == NULL || known->connections < most;
    guard->refused += !admitted;
    pthread_mutex_unlock(&guard->mutex);
    return admitted;
}

struct guard_line *guard_line_open(struct guard *guard, const struct sockaddr *address,
                                   int descriptor)
{
    struct guard_line *line = calloc(1, sizeof(*line));
    unsigned char bytes[ADDRESS_BYTES] = {0};

    if (line == NULL)
        return NULL;
    bytes_of_socket(address, bytes);
    line->descriptor = descriptor;
    guard_line_stage(guard, line, GUARD_HEAD, 0);
    pthread_mutex_lock(&guard->mutex);
    line->address = address_get(guard, bytes, clock_steady(NULL));
    line->address->connections++;
    line->next = guard->lines;
    if (line->next != NULL)
        line->next->previous = line;
    guard->lines = line;
    pthread_mutex_unlock(&guard->mutex);
    return line;
}

void guard_line_close(struct guard *guard, struct guard_line *line)
{
    if (line == NULL)
        return;
    pthread_mutex_lock(&guard->mutex);
    line->address->connections--;
    if (line->next != NULL)
        line->next->previous = line->previous;
    if (line->previous != NULL)
        line->previous->next = line->next;
    else
        guard->lines = line->next;
    pthread_mutex_unlock(&guard->mutex);
    free(line);
}

void guard_line_stage(struct guard *guard, struct guard_line *line, enum guard_stage stage,
                      uint64_t bytes)
{
    const struct server_limits *limits = &guard->options.limits;
    int64_t seconds = stage == GUARD_HEAD ? limits->head_seconds
                                          : limits->body_seconds + bytes / limits->slowest_bytes;

    if (line == NULL)
        return;
    atomic_store(&line->stage, stage);
    atomic_store(&line->until_ms, stage == GUARD_WORK ? 0 : clock_steady(NULL) + seconds * 1000);
}

void guard_line_rest(struct guard *guard, struct guard_line *line)
{
    int64_t seconds = (int64_t)guard->options.idle_seconds + guard->options.limits.head_seconds;

    if (line == NULL)
        return;
    atomic_store(&line->stage, GUARD_HEAD);
    atomic_store(&line->until_ms, clock_steady(NULL) + seconds * 1000);
}

unsigned guard_request(struct guard *guard, const char *address, int64_t now_ms)
{
    unsigned per_minute = guard->options.limits.requests_per_minute;
    int64_t most = MINUTE_MS * per_minute;
    unsigned char bytes[ADDRESS_BYTES];
    struct address *known;
    unsigned wait = 0;

    if (per_minute == 0 || !bytes_of_text(address, bytes))
        return 0;
    pthread_mutex_lock(&guard->mutex);
    known = address_get(guard, bytes, now_ms);
    if (now_ms - known->last_ms >= MINUTE_MS)
        known->left = most;
    else
        known->left += (now_ms - known->last_ms) * per_minute;
    if (known->left > most)
        known->left = most;
    known->last_ms = now_ms;
    if (known->left >= MINUTE_MS)
        known->left -= MINUTE_MS;
    else
        wait = 1 + (unsigned)((MINUTE_MS - known->left) / per_minute / 1000);
    pthread_mutex_unlock(&guard->mutex);
    return wait;
}

/* --- looking after them ----------------------------------------------------------------------- */

/* Shuts what is over its time: the thread that serves it sees its end, and closes it. */
static void lines_look(struct guard *guard, int64_t now_ms, unsigned late[GUARD_ANSWER + 1])
{
    for (struct guard_line *line = guard->lines; line != NULL; line = line->next) {
        int64_t until_ms = atomic_load(&line->until_ms);
        int stage = atomic_load(&line->stage); /* its thread changes it once it sees the end */

        if (until_ms == 0 || now_ms < until_ms)
            continue;
        atomic_store(&line->until_ms, 0);
        shutdown(line->descriptor, SHUT_RDWR);
        late[stage]++;
    }
}

static void tell(struct guard *guard, const unsigned late[GUARD_ANSWER + 1], unsigned refused)
{
    static const char *const words[GUARD_ANSWER + 1] = {
        [GUARD_HEAD] = "sent no whole request",
        [GUARD_BODY] = "sent a body too slowly",
        [GUARD_WORK] = "waited",
        [GUARD_ANSWER] = "read an answer too slowly",
    };
    char line[160];

    if (guard->options.log == NULL)
        return;
    /* A silent connection at its end is no news. */
    for (int stage = GUARD_BODY; stage <= GUARD_ANSWER; stage++) {
        if (late[stage] == 0)
            continue;
        snprintf(line, sizeof(line), "%u connections %s: closed", late[stage], words[stage]);
        guard->options.log(guard->options.log_context, line);
    }
    if (refused == 0)
        return;
    snprintf(line, sizeof(line), "%u connections refused: their address has as many as it may (%u)",
             refused, guard->options.limits.connections_per_address);
    guard->options.log(guard->options.log_context, line);
}

static void *look(void *argument)
{
    struct guard *guard = argument;
    int64_t swept_ms = clock_steady(NULL), told_ms = 0;

    pthread_mutex_lock(&guard->mutex);
    while (!guard->stopping) {
        unsigned late[GUARD_ANSWER + 1] = {0}, refused = 0;
        struct timespec until;
        int64_t now_ms;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&guard->stopped, &guard->mutex, &until);
        now_ms = clock_steady(NULL);
        lines_look(guard, now_ms, late);
        if (now_ms - swept_ms >= MINUTE_MS || guard->address_count >= ADDRESSES_MOST) {
            addresses_sweep(guard, now_ms);
            swept_ms = now_ms;
        }
        /* Refusals are told of once a minute at most. */
        if (guard->refused > 0 && (told_ms == 0 || now_ms - told_ms >= MINUTE_MS)) {
            refused = guard->refused;
            guard->refused = 0;
            told_ms = now_ms;
        }
        pthread_mutex_unlock(&guard->mutex);
        tell(guard, late, refused);
        pthread_mutex_lock(&guard->mutex);
    }
    pthread_mutex_unlock(&guard->mutex);
    return NULL;
}

int guard_new(struct guard **guard, const struct guard_options *options, struct error *error)
{
    struct guard *made = calloc(1, sizeof(*made));
    pthread_condattr_t steady;

    *guard = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the server");
    made->options = *options;
    server_limits_complete(&made->options.limits);
    made->has_proxy = bytes_of_text(options->proxy, made->proxy);
    pthread_mutex_init(&made->mutex, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&made->stopped, &steady);
    pthread_condattr_destroy(&steady);
    made->running = pthread_create(&made->thread, NULL, look, made) == 0;
    if (!made->running) {
        guard_free(made);
        return error_set(error, ERROR_MEMORY, "no thread for the server");
    }
    *guard = made;
    return 0;
}

void guard_free(struct guard *guard)
{
    if (guard == NULL)
        return;
    if (guard->running) {
        pthread_mutex_lock(&guard->mutex);
        guard->stopping = true;
        pthread_cond_signal(&guard->stopped);
        pthread_mutex_unlock(&guard->mutex);
        pthread_join(guard->thread, NULL);
    }
    for (size_t i = 0; i < BUCKETS; i++)
        while (guard->buckets[i] != NULL) {
            struct address *next = guard->buckets[i]->next;

            free(guard->buckets[i]);
            guard->buckets[i] = next;
        }
    pthread_mutex_destroy(&guard->mutex);
    pthread_cond_destroy(&guard->stopped);
    free(guard);
}
