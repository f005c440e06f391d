#include "net/announcements.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "net/bell_clock.h"
#include "net/ledger_audit.h"

/* After the ledger failed. */
#define TROUBLE_MS 5000
/* Many times what looking at one takes, unless it is kept from that. */
#define AWAIT_NS INT64_C(2000000)

/* Somebody was told, and the trail does not say so yet. */
struct told {
    struct id agent;
    struct id device;
    int64_t at_ms; /* wall time */
};

struct held {
    int64_t number; /* 0: the place is free */
    struct id handoff;
    struct id from;
    struct id from_device;
    struct id client;
    struct scope_set scopes;
    char *text;
    int64_t came_ms; /* steady */
    bool ended;      /* nobody is told any more */
    bool writing;    /* what is owed is on its way to the trail */
    struct told told[ANNOUNCEMENT_TOLD_LIMIT];
    size_t told_count; /* that are owed */
    size_t told_ever;
};

struct announcements {
    struct ledger *ledger;
    void (*log)(void *context, const char *line);
    void *log_context;
    pthread_mutex_t mutex;
    struct held held[ANNOUNCEMENT_LIMIT];
    atomic_int_least64_t latest; /* the highest number given */
    atomic_size_t owed;
    atomic_size_t judged; /* that are looked at */
    struct bell_clock *clock;
};

static void clear(struct held *held)
{
    scope_set_free(&held->scopes);
    free(held->text);
    held->number = 0;
    held->text = NULL;
}

/* With the mutex. An announcement that is over and owes nothing makes room. */
static bool is_over(const struct held *held, int64_t now)
{
    return held->told_count == 0 && !held->writing &&
           (held->ended || now - held->came_ms >= ANNOUNCEMENT_LIFE_MS);
}

/* --- what the trail is owed ------------------------------------------------------------------- */

/* What one announcement owes, taken from it to be written. */
struct debt {
    struct told told[ANNOUNCEMENT_TOLD_LIMIT];
    size_t count;
    struct audit_entry entries[ANNOUNCEMENT_TOLD_LIMIT + 1];
};

/* With the mutex: takes what one announcement owes; the entries tell that its sender made it, too.
 */
static size_t take_owed(struct held *held, struct debt *debt)
{
    const struct audit_entry of_it = {
        .type = RECORD_HANDOFF, .record = held->handoff, .client = held->client};
    size_t count = 0;

    debt->count = held->told_count;
    memcpy(debt->told, held->told, debt->count * sizeof(debt->told[0]));
    held->told_count = 0;
    held->writing = true;
    for (size_t i = 0; i <= debt->count; i++) {
        bool reader = i < debt->count;
        struct audit_entry *entry = &debt->entries[count++];

        *entry = of_it;
        entry->kind = reader ? AUDIT_READ : AUDIT_WRITE;
        entry->at_ms = debt->told[reader ? i : 0].at_ms;
        entry->agent = reader ? debt->told[i].agent : held->from;
        entry->device = reader ? debt->told[i].device : held->from_device;
        entry->what = "announcement: without the offer";
    }
    return count;
}

/* One announcement: writes what it owes when that has been for long enough, or at once; else `next`
 * is no later than when it will have been. */
static int settle_one(struct announcements *announcements, struct held *held, bool at_once,
                      int64_t *next, struct error *error)
{
    int64_t left;
    struct debt debt;
    size_t count = 0;
    int code;

    pthread_mutex_lock(&announcements->mutex);
    left = held->came_ms + ANNOUNCEMENT_OWED_MS - clock_steady(NULL);
    if (held->number != 0 && held->told_count > 0) {
        if (at_once || left <= 0)
            count = take_owed(held, &debt);
        else if (left < *next)
            *next = left;
    }
    pthread_mutex_unlock(&announcements->mutex);
    if (count == 0)
        return 0;
    code = ledger_audit_write_all(announcements->ledger, debt.entries, count, error);
    pthread_mutex_lock(&announcements->mutex);
    held->writing = false;
    if (code != 0) {
        memcpy(held->told, debt.told, debt.count * sizeof(debt.told[0]));
        held->told_count = debt.count;
        held->ended = true;
    }
    pthread_mutex_unlock(&announcements->mutex);
    if (code == 0)
        atomic_fetch_sub(&announcements->owed, debt.count);
    return code;
}

/* The ms until something will be due. */
static int64_t settle(struct announcements *announcements, bool at_once)
{
    int64_t next = BELL_CLOCK_SLEEP_MS;

    for (size_t i = 0; i < ANNOUNCEMENT_LIMIT; i++) {
        struct error error = ERROR_INIT;

        if (settle_one(announcements, &announcements->held[i], at_once, &next, &error) == 0)
            continue;
        if (announcements->log != NULL)
            announcements->log(announcements->log_context, error.message);
        return TROUBLE_MS;
    }
    return next;
}

static int64_t tick(void *context)
{
    return settle(context, false);
}

/* --- life ------------------------------------------------------------------------------------- */

int announcements_new(struct announcements **announcements, struct ledger *ledger,
                      void (*log)(void *context, const char *line), void *log_context,
                      struct error *error)
{
    struct announcements *made = calloc(1, sizeof(*made));
    int code;

    *announcements = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for announcements");
    made->ledger = ledger;
    made->log = log;
    made->log_context = log_context;
    pthread_mutex_init(&made->mutex, NULL);
    /* A terminal that knows a number of the server's last life is told by higher ones. */
    atomic_init(&made->latest, clock_system(NULL) * 1000);
    atomic_init(&made->owed, 0);
    atomic_init(&made->judged, 0);
    code = bell_clock_new(&made->clock, "the clock of announcements", tick, made, error);
    if (code == 0)
        code = bell_clock_start(made->clock, error);
    if (code != 0) {
        announcements_free(made);
        return code;
    }
    *announcements = made;
    return 0;
}

void announcements_free(struct announcements *announcements)
{
    if (announcements == NULL)
        return;
    bell_clock_free(announcements->clock);
    (void)settle(announcements, true);
    for (size_t i = 0; i < ANNOUNCEMENT_LIMIT; i++)
        clear(&announcements->held[i]);
    pthread_mutex_destroy(&announcements->mutex);
    free(announcements);
}

/* --- putting ---------------------------------------------------------------------------------- */

/* With the mutex: a free place; NULL when there is none, or this sender has enough. */
static struct held *place(struct announcements *announcements,
                          const struct announcement *announcement, int64_t now)
{
    struct held *found = NULL;
    int own = 0;

    for (size_t i = 0; i < ANNOUNCEMENT_LIMIT; i++) {
        struct held *held = &announcements->held[i];

        if (held->number != 0 && is_over(held, now))
            clear(held);
        if (held->number == 0)
            found = held;
        else if (id_equal(&held->handoff, &announcement->handoff))
            return NULL;
        else if (id_equal(&held->from, &announcement->from))
            own++;
    }
    return own < ANNOUNCEMENT_OWN_LIMIT ? found : NULL;
}

bool announcements_put(struct announcements *announcements, const struct announcement *announcement)
{
    int64_t now = clock_steady(NULL);
    struct held *held;
    bool put = false;

    pthread_mutex_lock(&announcements->mutex);
    held = place(announcements, announcement, now);
    if (held != NULL) {
        *held = (struct held){.handoff = announcement->handoff,
                              .from = announcement->from,
                              .from_device = announcement->device,
                              .client = announcement->client,
                              .text = strdup(announcement->text),
                              .came_ms = now};
        if (held->text != NULL &&
            scope_set_add_all(&held->scopes, announcement->scopes, NULL) == 0) {
            held->number = atomic_load(&announcements->latest) + 1;
            atomic_store(&announcements->latest, held->number);
            put = true;
        } else {
            clear(held);
        }
    }
    pthread_mutex_unlock(&announcements->mutex);
    return put;
}

void announcements_judge(struct announcements *announcements)
{
    atomic_fetch_add(&announcements->judged, 1);
}

void announcements_judged(struct announcements *announcements)
{
    atomic_fetch_sub(&announcements->judged, 1);
}

void announcements_await(struct announcements *announcements)
{
    int64_t until = clock_steady_ns() + AWAIT_NS;

    /* Where there is one processor alone, it is for whoever looks. */
    while (atomic_load(&announcements->judged) > 0 && clock_steady_ns() < until)
        (void)sched_yield();
}

void announcements_end(struct announcements *announcements, const struct id *handoff)
{
    pthread_mutex_lock(&announcements->mutex);
    for (size_t i = 0; i < ANNOUNCEMENT_LIMIT; i++)
        if (announcements->held[i].number != 0 &&
            id_equal(&announcements->held[i].handoff, handoff))
            announcements->held[i].ended = true;
    pthread_mutex_unlock(&announcements->mutex);
}

/* --- telling ---------------------------------------------------------------------------------- */

/* With the mutex. */
static bool concerns(const struct held *held, const struct announcement_reader *reader, int64_t now)
{
    return held->number > reader->after && !held->ended &&
           now - held->came_ms < ANNOUNCEMENT_LIFE_MS &&
           held->told_ever < ANNOUNCEMENT_TOLD_LIMIT && !id_equal(&held->from, &reader->agent) &&
           scope_set_meets(&held->scopes, reader->scopes);
}

size_t announcements_read(struct announcements *announcements,
                          const struct announcement_reader *reader, struct text_buffer *text,
                          int64_t *latest)
{
    int64_t now = clock_steady(NULL);
    size_t count = 0;

    *latest = atomic_load(&announcements->latest);
    if (*latest <= reader->after)
        return 0;
    pthread_mutex_lock(&announcements->mutex);
    *latest = atomic_load(&announcements->latest);
    for (size_t i = 0; i < ANNOUNCEMENT_LIMIT; i++) {
        struct held *held = &announcements->held[i];

        if (held->number == 0 || !concerns(held, reader, now))
            continue;
        if (count++ > 0)
            text_buffer_add_text(text, ",");
        text_buffer_add_text(text, held->text);
        held->told[held->told_count++] =
            (struct told){reader->agent, reader->device, clock_system(NULL)};
        held->told_ever++;
    }
    pthread_mutex_unlock(&announcements->mutex);
    atomic_fetch_add(&announcements->owed, count);
    return count;
}

void announcements_told(struct announcements *announcements)
{
    if (atomic_load(&announcements->owed) > 0)
        bell_clock_ring(announcements->clock);
}

/* With the mutex. */
static size_t forgive(struct held *held, const struct id *agent, const struct id *device)
{
    size_t kept = 0, before = held->told_count;

    for (size_t i = 0; i < before; i++)
        if (!id_equal(&held->told[i].agent, agent) || !id_equal(&held->told[i].device, device))
            held->told[kept++] = held->told[i];
    held->told_count = kept;
    return before - kept;
}

void announcements_given(struct announcements *announcements, const struct id *agent,
                         const struct id *device, const char *records)
{
    size_t forgiven = 0;

    if (records == NULL || atomic_load(&announcements->owed) == 0)
        return;
    pthread_mutex_lock(&announcements->mutex);
    for (size_t i = 0; i < ANNOUNCEMENT_LIMIT; i++) {
        struct held *held = &announcements->held[i];
        char named[ID_TEXT_LENGTH + sizeof("\"id\":\"\"")];

        if (held->number == 0 || held->told_count == 0)
            continue;
        (void)snprintf(named, sizeof(named), "\"id\":\"%s\"", held->handoff.text);
        if (strstr(records, named) != NULL)
            forgiven += forgive(held, agent, device);
    }
    pthread_mutex_unlock(&announcements->mutex);
    atomic_fetch_sub(&announcements->owed, forgiven);
}
