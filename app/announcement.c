#include "app/announcement.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/json.h"

/* More at a time are not shown. */
#define HERE_LIMIT 8
/* The longest that the screen stays on its processor: a few times what is to be done meanwhile. */
#define AWAIT_NS INT64_C(300000)

/* What the screen knows of a reply that the sync thread reads. */
enum soon { SOON_NOTHING, SOON_COMES, SOON_MISSED };

struct here {
    struct record *handoff; /* owned; NULL: the place is free */
    int64_t until_ms;
};

struct announced {
    pthread_mutex_t mutex;
    struct announced_way way; /* `begin` NULL: none */
    char *leaving;            /* owned; NULL for none */
    struct here here[HERE_LIMIT];
    size_t next; /* the place of the next one */
    atomic_uint_least64_t version;
    atomic_bool waits; /* something is leaving */
    atomic_int said;   /* enum announced_next */
    atomic_int soon;   /* enum soon */
};

struct announced *announced_new(void)
{
    struct announced *announced = calloc(1, sizeof *announced);

    if (announced == NULL)
        return NULL;
    if (pthread_mutex_init(&announced->mutex, NULL) != 0) {
        free(announced);
        return NULL;
    }
    atomic_init(&announced->version, 0);
    atomic_init(&announced->waits, false);
    atomic_init(&announced->said, ANNOUNCED_UNSAID);
    atomic_init(&announced->soon, SOON_NOTHING);
    return announced;
}

void announced_text_free(char *text)
{
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
}

void announced_forget(struct announced *announced)
{
    (void)pthread_mutex_lock(&announced->mutex);
    announced_text_free(announced->leaving);
    announced->leaving = NULL;
    atomic_store(&announced->waits, false);
    atomic_store(&announced->said, ANNOUNCED_UNSAID);
    for (size_t i = 0; i < HERE_LIMIT; i++) {
        record_free(announced->here[i].handoff);
        announced->here[i].handoff = NULL;
    }
    atomic_fetch_add(&announced->version, 1);
    (void)pthread_mutex_unlock(&announced->mutex);
}

void announced_free(struct announced *announced)
{
    if (announced == NULL)
        return;
    announced_forget(announced);
    (void)pthread_mutex_destroy(&announced->mutex);
    free(announced);
}

/* --- what leaves ------------------------------------------------------------------------------ */

/* Of the body what its receivers are told and it is judged by: the words of the context, and the
 * facts beside the summary, come with the offer. NULL out of memory. */
static json_t *short_body(const json_t *body)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)body); /* shares the members */
    json_t *facts = json_array();
    json_t *fact;
    size_t index;
    int failed = 0;

    json_array_foreach(json_object_get(body, "facts"), index, fact)
    {
        if (strcmp(json_text_or(fact, "fact", ""), "summary") == 0)
            failed |= json_array_append(facts, fact);
    }
    if (json_object_get(body, "facts") != NULL)
        failed |= json_object_set(copy, "facts", facts);
    json_decref(facts);
    (void)json_object_del(copy, "context");
    if (failed == 0)
        return copy;
    json_decref(copy);
    return NULL;
}

void announced_way_set(struct announced *announced, const struct announced_way *way)
{
    (void)pthread_mutex_lock(&announced->mutex);
    announced->way = way != NULL ? *way : (struct announced_way){0};
    (void)pthread_mutex_unlock(&announced->mutex);
}

/* With the mutex. */
static bool leaves(struct announced *announced, const char *text)
{
    const struct announced_way *way = &announced->way;

    return way->begin != NULL && way->end(way->context, text);
}

bool announced_put(struct announced *announced, const struct operation *offer)
{
    bool left;
    json_t *document =
        json_pack("{s:s, s:o?}", "id", offer->record.text, "body", short_body(offer->body));
    char *text = document != NULL ? json_write(document) : NULL;

    json_decref(document);
    if (text == NULL) {
        (void)announced_say(announced, ANNOUNCED_DROPPED);
        return true;
    }
    (void)pthread_mutex_lock(&announced->mutex);
    left = leaves(announced, text);
    if (!left) {
        announced_text_free(announced->leaving);
        announced->leaving = text;
        atomic_store(&announced->waits, true);
    }
    (void)pthread_mutex_unlock(&announced->mutex);
    if (left)
        announced_text_free(text);
    return left;
}

bool announced_say(struct announced *announced, enum announced_next next)
{
    bool ring = next != ANNOUNCED_DROPPED;

    (void)pthread_mutex_lock(&announced->mutex);
    if (announced->way.begin != NULL && next == ANNOUNCED_EXPECTED)
        ring = !announced->way.begin(announced->way.context);
    if (announced->way.begin != NULL && next == ANNOUNCED_DROPPED)
        announced->way.cut(announced->way.context);
    atomic_store(&announced->said, ring ? (int)next : ANNOUNCED_UNSAID);
    (void)pthread_mutex_unlock(&announced->mutex);
    return ring;
}

enum announced_next announced_said(struct announced *announced)
{
    return (enum announced_next)atomic_exchange(&announced->said, ANNOUNCED_UNSAID);
}

bool announced_waits(struct announced *announced)
{
    return atomic_load(&announced->waits);
}

char *announced_take(struct announced *announced)
{
    (void)pthread_mutex_lock(&announced->mutex);
    char *text = announced->leaving;
    announced->leaving = NULL;
    atomic_store(&announced->waits, false);
    atomic_store(&announced->said, ANNOUNCED_UNSAID);
    (void)pthread_mutex_unlock(&announced->mutex);
    return text;
}

/* --- what comes ------------------------------------------------------------------------------- */

/* Nobody changes it any more: those who read it have it together, each thread with its own
 * reference.
 */
static void share_body(struct record *handoff, const json_t *body)
{
    json_decref(handoff->body);
    handoff->body = json_incref((json_t *)(uintptr_t)body);
}

/* As far as it makes sense; new. */
static struct record *read_handoff(const json_t *document)
{
    const json_t *body = json_object_get(document, "body");
    struct record *handoff;
    struct id id;

    if (!id_parse(&id, json_text_or(document, "id", "")) || !json_is_object(body) ||
        !json_fits(body, RECORD_BODY_LIMIT))
        return NULL;
    handoff = record_new(RECORD_HANDOFF, &id);
    if (handoff == NULL)
        return NULL;
    share_body(handoff, body);
    return handoff;
}

void announced_come(struct announced *announced, const json_t *document, int64_t steady_ms)
{
    struct record *handoff = read_handoff(document);

    if (handoff == NULL)
        return;
    (void)pthread_mutex_lock(&announced->mutex);
    struct here *here = &announced->here[announced->next];
    announced->next = (announced->next + 1) % HERE_LIMIT;
    record_free(here->handoff);
    *here = (struct here){handoff, steady_ms + ANNOUNCED_MS};
    atomic_fetch_add(&announced->version, 1);
    (void)pthread_mutex_unlock(&announced->mutex);
}

void announced_soon(struct announced *announced)
{
    atomic_store(&announced->soon, SOON_COMES);
}

bool announced_soon_over(struct announced *announced)
{
    return atomic_exchange(&announced->soon, SOON_NOTHING) == SOON_COMES;
}

void announced_await(struct announced *announced)
{
    int64_t until = clock_steady_ns() + AWAIT_NS;
    int comes = SOON_COMES;

    /* Where there is one processor alone, it is for whoever reads. */
    while (atomic_load(&announced->soon) == SOON_COMES && clock_steady_ns() < until)
        (void)sched_yield();
    (void)atomic_compare_exchange_strong(&announced->soon, &comes, SOON_MISSED);
}

uint64_t announced_version(struct announced *announced)
{
    return atomic_load(&announced->version);
}

/* With the mutex: the place of the one that came last, and is not over; HERE_LIMIT for none. */
static size_t newest(const struct announced *announced, int64_t steady_ms)
{
    for (size_t back = 1; back <= HERE_LIMIT; back++) {
        size_t at = (announced->next + HERE_LIMIT - back) % HERE_LIMIT;

        if (announced->here[at].handoff != NULL && announced->here[at].until_ms > steady_ms)
            return at;
    }
    return HERE_LIMIT;
}

struct record *announced_newest(struct announced *announced, int64_t steady_ms, int64_t *until_ms)
{
    struct record *copy = NULL;

    (void)pthread_mutex_lock(&announced->mutex);
    size_t at = newest(announced, steady_ms);
    if (at < HERE_LIMIT) {
        *until_ms = announced->here[at].until_ms;
        copy = record_new(RECORD_HANDOFF, &announced->here[at].handoff->id);
        if (copy != NULL)
            share_body(copy, announced->here[at].handoff->body);
    }
    (void)pthread_mutex_unlock(&announced->mutex);
    return copy;
}

void announced_drop(struct announced *announced, const struct id *handoff)
{
    (void)pthread_mutex_lock(&announced->mutex);
    for (size_t i = 0; i < HERE_LIMIT; i++) {
        struct here *here = &announced->here[i];

        if (here->handoff == NULL || !id_equal(&here->handoff->id, handoff))
            continue;
        record_free(here->handoff);
        here->handoff = NULL;
        atomic_fetch_add(&announced->version, 1);
    }
    (void)pthread_mutex_unlock(&announced->mutex);
}
