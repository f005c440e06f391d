#include "net/server_doorbell.h"

#include <pthread.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/clock.h"

/* More waiters than this on one bell are woken by and by. An office or a queue is a few. */
#define FEW 64
/* So many of the others are awake at a time: enough to keep the pool's threads busy. */
#define AWAKE_LIMIT 16

/* One scope that somebody waits for. */
struct bell {
    char *name;
    struct hook *hooks;
    size_t count;
};

/* A waiter hangs on each of its bells by one hook. */
struct hook {
    struct doorbell_waiter *waiter;
    struct bell *bell;
    struct hook *previous;
    struct hook *next;
};

struct doorbell_waiter {
    struct doorbell *doorbell;
    struct MHD_Connection *connection; /* while asleep */
    int64_t deadline_ms;
    size_t place; /* in the heap, from 1; 0: not asleep */
    bool rung;
    bool hears;                       /* announcements, too */
    bool stirred;                     /* woken ahead of what may be announced */
    struct id device;                 /* it is not rung by what this one wrote; empty for none */
    bool awake;                       /* woken, and not served yet */
    bool queued;                      /* asleep, to be woken in its turn */
    struct doorbell_waiter *previous; /* in the queue */
    struct doorbell_waiter *next;
    size_t hook_count;
    struct hook hooks[];
};

struct doorbell {
    pthread_mutex_t mutex;
    pthread_cond_t timer_changed;
    pthread_t timer;
    bool stopping;
    bool ended;  /* the timer thread shall end */
    void *bells; /* tsearch tree by name */
    /* Sleeping waiters: a heap, the next deadline first. */
    struct doorbell_waiter **heap;
    size_t heap_count;
    size_t heap_capacity;
    struct doorbell_waiter *first; /* the queue */
    struct doorbell_waiter *last;
    size_t awake;
};

/* --- bells ------------------------------------------------------------------------------------ */

static int bell_compare(const void *left, const void *right)
{
    const struct bell *a = left, *b = right;

    return strcmp(a->name, b->name);
}

static struct bell *bell_find(struct doorbell *doorbell, char *name)
{
    struct bell key = {.name = name};
    void *node = tfind(&key, &doorbell->bells, bell_compare);

    return node != NULL ? *(struct bell **)node : NULL;
}

static struct bell *bell_need(struct doorbell *doorbell, char *name)
{
    struct bell *bell = bell_find(doorbell, name);

    if (bell != NULL)
        return bell;
    bell = calloc(1, sizeof(*bell));
    if (bell == NULL)
        return NULL;
    bell->name = strdup(name);
    if (bell->name == NULL || tsearch(bell, &doorbell->bells, bell_compare) == NULL) {
        free(bell->name);
        free(bell);
        return NULL;
    }
    return bell;
}

static void hook_remove(struct hook *hook)
{
    struct bell *bell = hook->bell;

    bell->count--;
    if (hook->next != NULL)
        hook->next->previous = hook->previous;
    if (hook->previous != NULL)
        hook->previous->next = hook->next;
    else
        bell->hooks = hook->next;
    if (bell->hooks == NULL) {
        tdelete(bell, &hook->waiter->doorbell->bells, bell_compare);
        free(bell->name);
        free(bell);
    }
}

/* --- the heap --------------------------------------------------------------------------------- */

static void heap_put(struct doorbell *doorbell, size_t place, struct doorbell_waiter *waiter)
{
    doorbell->heap[place - 1] = waiter;
    waiter->place = place;
}

/* Moves the waiter at `place` to where its deadline belongs. */
static void heap_settle(struct doorbell *doorbell, size_t place)
{
    struct doorbell_waiter *waiter = doorbell->heap[place - 1];

    while (place > 1 && doorbell->heap[place / 2 - 1]->deadline_ms > waiter->deadline_ms) {
        heap_put(doorbell, place, doorbell->heap[place / 2 - 1]);
        place /= 2;
    }
    while (2 * place <= doorbell->heap_count) {
        size_t child = 2 * place;

        if (child < doorbell->heap_count &&
            doorbell->heap[child]->deadline_ms < doorbell->heap[child - 1]->deadline_ms)
            child++;
        if (doorbell->heap[child - 1]->deadline_ms >= waiter->deadline_ms)
            break;
        heap_put(doorbell, place, doorbell->heap[child - 1]);
        place = child;
    }
    heap_put(doorbell, place, waiter);
}

static bool heap_add(struct doorbell *doorbell, struct doorbell_waiter *waiter)
{
    if (doorbell->heap_count == doorbell->heap_capacity) {
        size_t capacity = doorbell->heap_capacity == 0 ? 64 : doorbell->heap_capacity * 2;
        struct doorbell_waiter **heap = realloc(doorbell->heap, capacity * sizeof(*heap));

        if (heap == NULL)
            return false;
        doorbell->heap = heap;
        doorbell->heap_capacity = capacity;
    }
    heap_put(doorbell, ++doorbell->heap_count, waiter);
    heap_settle(doorbell, waiter->place);
    return true;
}

static void heap_remove(struct doorbell *doorbell, struct doorbell_waiter *waiter)
{
    size_t place = waiter->place;
    struct doorbell_waiter *last = doorbell->heap[--doorbell->heap_count];

    waiter->place = 0;
    if (last != waiter) {
        heap_put(doorbell, place, last);
        heap_settle(doorbell, place);
    }
}

/* --- sleeping and waking ---------------------------------------------------------------------- */

static void unqueue(struct doorbell *doorbell, struct doorbell_waiter *waiter)
{
    if (!waiter->queued)
        return;
    waiter->queued = false;
    *(waiter->previous != NULL ? &waiter->previous->next : &doorbell->first) = waiter->next;
    *(waiter->next != NULL ? &waiter->next->previous : &doorbell->last) = waiter->previous;
}

static void wake(struct doorbell *doorbell, struct doorbell_waiter *waiter)
{
    waiter->rung = true;
    if (waiter->place == 0)
        return;
    unqueue(doorbell, waiter);
    heap_remove(doorbell, waiter);
    waiter->awake = true;
    doorbell->awake++;
    MHD_resume_connection(waiter->connection);
}

static void wake_in_turn(struct doorbell *doorbell, struct doorbell_waiter *waiter)
{
    waiter->rung = true;
    if (waiter->place == 0 || waiter->queued)
        return;
    waiter->queued = true;
    waiter->next = NULL;
    waiter->previous = doorbell->last;
    *(doorbell->last != NULL ? &doorbell->last->next : &doorbell->first) = waiter;
    doorbell->last = waiter;
}

static void wake_next(struct doorbell *doorbell)
{
    while (doorbell->awake < AWAKE_LIMIT && doorbell->first != NULL)
        wake(doorbell, doorbell->first);
}

/* It is served now, or gone. */
static void settle(struct doorbell *doorbell, struct doorbell_waiter *waiter)
{
    if (waiter->awake)
        doorbell->awake--;
    waiter->awake = false;
    wake_next(doorbell);
}

static void *timer_run(void *argument)
{
    struct doorbell *doorbell = argument;

    pthread_mutex_lock(&doorbell->mutex);
    while (!doorbell->ended) {
        int64_t next;
        struct timespec until;

        while (doorbell->heap_count > 0 && doorbell->heap[0]->deadline_ms <= clock_steady(NULL))
            wake(doorbell, doorbell->heap[0]);
        if (doorbell->heap_count == 0) {
            pthread_cond_wait(&doorbell->timer_changed, &doorbell->mutex);
            continue;
        }
        next = doorbell->heap[0]->deadline_ms;
        until.tv_sec = (time_t)(next / 1000);
        until.tv_nsec = (long)(next % 1000) * 1000000;
        pthread_cond_timedwait(&doorbell->timer_changed, &doorbell->mutex, &until);
    }
    pthread_mutex_unlock(&doorbell->mutex);
    return NULL;
}

int doorbell_new(struct doorbell **doorbell, struct error *error)
{
    struct doorbell *made = calloc(1, sizeof(*made));
    pthread_condattr_t attributes;

    *doorbell = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the doorbell");
    pthread_mutex_init(&made->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&made->timer_changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&made->timer, NULL, timer_run, made) != 0) {
        pthread_cond_destroy(&made->timer_changed);
        pthread_mutex_destroy(&made->mutex);
        free(made);
        return error_set(error, ERROR_MEMORY, "no thread for the doorbell");
    }
    *doorbell = made;
    return 0;
}

void doorbell_free(struct doorbell *doorbell)
{
    if (doorbell == NULL)
        return;
    pthread_mutex_lock(&doorbell->mutex);
    doorbell->ended = true;
    pthread_cond_signal(&doorbell->timer_changed);
    pthread_mutex_unlock(&doorbell->mutex);
    pthread_join(doorbell->timer, NULL);
    pthread_cond_destroy(&doorbell->timer_changed);
    pthread_mutex_destroy(&doorbell->mutex);
    free(doorbell->heap);
    free(doorbell);
}

struct doorbell_waiter *doorbell_arm(struct doorbell *doorbell, const struct scope_set *scopes)
{
    struct doorbell_waiter *waiter =
        calloc(1, sizeof(*waiter) + scopes->count * sizeof(waiter->hooks[0]));

    if (waiter == NULL)
        return NULL;
    waiter->doorbell = doorbell;
    pthread_mutex_lock(&doorbell->mutex);
    for (size_t i = 0; i < scopes->count; i++) {
        struct hook *hook = &waiter->hooks[i];

        hook->waiter = waiter;
        hook->bell = bell_need(doorbell, scopes->names[i]);
        if (hook->bell == NULL) {
            pthread_mutex_unlock(&doorbell->mutex);
            doorbell_disarm(waiter);
            return NULL;
        }
        hook->next = hook->bell->hooks;
        if (hook->next != NULL)
            hook->next->previous = hook;
        hook->bell->hooks = hook;
        hook->bell->count++;
        waiter->hook_count++;
    }
    pthread_mutex_unlock(&doorbell->mutex);
    return waiter;
}

void doorbell_disarm(struct doorbell_waiter *waiter)
{
    struct doorbell *doorbell;

    if (waiter == NULL)
        return;
    doorbell = waiter->doorbell;
    pthread_mutex_lock(&doorbell->mutex);
    unqueue(doorbell, waiter);
    if (waiter->place != 0)
        heap_remove(doorbell, waiter);
    settle(doorbell, waiter);
    for (size_t i = 0; i < waiter->hook_count; i++)
        hook_remove(&waiter->hooks[i]);
    pthread_mutex_unlock(&doorbell->mutex);
    free(waiter);
}

void doorbell_rearm(struct doorbell_waiter *waiter)
{
    pthread_mutex_lock(&waiter->doorbell->mutex);
    waiter->rung = waiter->stirred = false;
    settle(waiter->doorbell, waiter);
    pthread_mutex_unlock(&waiter->doorbell->mutex);
}

bool doorbell_rang(struct doorbell_waiter *waiter)
{
    bool rang;

    pthread_mutex_lock(&waiter->doorbell->mutex);
    rang = waiter->rung;
    pthread_mutex_unlock(&waiter->doorbell->mutex);
    return rang;
}

int doorbell_sleep(struct doorbell_waiter *waiter, struct MHD_Connection *connection,
                   int64_t deadline_ms, struct error *error)
{
    struct doorbell *doorbell = waiter->doorbell;
    int result = 0;

    pthread_mutex_lock(&doorbell->mutex);
    if (!waiter->rung && !doorbell->stopping) {
        waiter->connection = connection;
        waiter->deadline_ms = deadline_ms;
        if (heap_add(doorbell, waiter)) {
            /* Under the mutex: whoever rings next finds it suspended already. */
            MHD_suspend_connection(connection);
            if (waiter->place == 1)
                pthread_cond_signal(&doorbell->timer_changed);
            result = 1;
        } else {
            result = error_set(error, ERROR_MEMORY, "no memory to wait");
        }
    }
    pthread_mutex_unlock(&doorbell->mutex);
    return result;
}

void doorbell_spare(struct doorbell_waiter *waiter, const struct id *device)
{
    pthread_mutex_lock(&waiter->doorbell->mutex);
    waiter->device = *device;
    pthread_mutex_unlock(&waiter->doorbell->mutex);
}

static bool is_spared(const struct doorbell_waiter *waiter, const struct id *device)
{
    return device != NULL && !id_is_empty(device) && id_equal(&waiter->device, device);
}

void doorbell_ring(struct doorbell *doorbell, const struct scope_set *scopes,
                   const struct id *device)
{
    pthread_mutex_lock(&doorbell->mutex);
    for (size_t i = 0; i < scopes->count; i++) {
        struct bell *bell = bell_find(doorbell, scopes->names[i]);

        for (struct hook *hook = bell != NULL ? bell->hooks : NULL; hook != NULL; hook = hook->next)
            if (is_spared(hook->waiter, device))
                continue;
            else if (bell->count <= FEW)
                wake(doorbell, hook->waiter);
            else
                wake_in_turn(doorbell, hook->waiter);
    }
    wake_next(doorbell);
    pthread_mutex_unlock(&doorbell->mutex);
}

void doorbell_hear_announcements(struct doorbell_waiter *waiter)
{
    pthread_mutex_lock(&waiter->doorbell->mutex);
    waiter->hears = true;
    pthread_mutex_unlock(&waiter->doorbell->mutex);
}

/* With the mutex: who hears announcements on this bell, unless many wait for it. */
static void wake_hearers(struct doorbell *doorbell, char *name, bool ahead)
{
    struct bell *bell = bell_find(doorbell, name);

    if (bell == NULL || bell->count > FEW)
        return;
    for (struct hook *hook = bell->hooks; hook != NULL; hook = hook->next)
        if (hook->waiter->hears) {
            hook->waiter->stirred |= ahead;
            wake(doorbell, hook->waiter);
        }
}

void doorbell_announce(struct doorbell *doorbell, const struct scope_set *scopes)
{
    pthread_mutex_lock(&doorbell->mutex);
    for (size_t i = 0; i < scopes->count; i++)
        wake_hearers(doorbell, scopes->names[i], false);
    pthread_mutex_unlock(&doorbell->mutex);
}

void doorbell_stir(struct doorbell *doorbell, const struct id *agent)
{
    char name[sizeof("agent:") + ID_TEXT_LENGTH];

    (void)snprintf(name, sizeof(name), "agent:%s", agent->text);
    pthread_mutex_lock(&doorbell->mutex);
    wake_hearers(doorbell, name, true);
    pthread_mutex_unlock(&doorbell->mutex);
}

bool doorbell_is_stirred(struct doorbell_waiter *waiter)
{
    bool stirred;

    pthread_mutex_lock(&waiter->doorbell->mutex);
    stirred = waiter->stirred;
    pthread_mutex_unlock(&waiter->doorbell->mutex);
    return stirred;
}

void doorbell_stop(struct doorbell *doorbell)
{
    pthread_mutex_lock(&doorbell->mutex);
    doorbell->stopping = true;
    while (doorbell->heap_count > 0)
        wake(doorbell, doorbell->heap[0]);
    pthread_mutex_unlock(&doorbell->mutex);
}
