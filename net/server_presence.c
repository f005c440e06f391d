#include "net/server_presence.h"

#include <pthread.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"

struct seen {
    struct id agent;
    int64_t heard_ms;
    int64_t since_ms; /* connected without a break since then */
    int held;
    bool left;
    int64_t relayed_ms; /* their office's relay told of them then; 0: heard of directly since */
    bool away;          /* said so */
    struct seen *next;
};

struct presence {
    pthread_mutex_t mutex;
    void *by_agent;     /* tsearch tree */
    struct seen *first; /* all of them */
};

static int entry_compare(const void *left, const void *right)
{
    const struct seen *a = left, *b = right;

    return strcmp(a->agent.text, b->agent.text);
}

struct presence *presence_new(void)
{
    struct presence *presence = calloc(1, sizeof(*presence));

    if (presence != NULL)
        pthread_mutex_init(&presence->mutex, NULL);
    return presence;
}

void presence_free(struct presence *presence)
{
    if (presence == NULL)
        return;
    while (presence->first != NULL) {
        struct seen *entry = presence->first;

        presence->first = entry->next;
        tdelete(entry, &presence->by_agent, entry_compare);
        free(entry);
    }
    pthread_mutex_destroy(&presence->mutex);
    free(presence);
}

/* The agent's entry, made when there is none; NULL out of memory: then nobody notices them, which
 * harms nothing. */
static struct seen *entry_need(struct presence *presence, const struct id *agent)
{
    struct seen key = {.agent = *agent};
    void *node = tfind(&key, &presence->by_agent, entry_compare);
    struct seen *entry;

    if (node != NULL)
        return *(struct seen **)node;
    entry = malloc(sizeof(*entry));
    if (entry == NULL)
        return NULL;
    *entry = key;
    if (tsearch(entry, &presence->by_agent, entry_compare) == NULL) {
        free(entry);
        return NULL;
    }
    entry->next = presence->first;
    presence->first = entry;
    return entry;
}

static const char *state_name(const struct seen *entry, int64_t now_ms)
{
    if (entry->left)
        return "offline";
    if (entry->away)
        return now_ms - entry->heard_ms < PRESENCE_AWAY_MS || entry->held > 0 ? "away" : "offline";
    if (entry->held > 0 || now_ms - entry->heard_ms < PRESENCE_AVAILABLE_MS)
        return "available";
    /* The relay told all the time: when it does not, the link to them is cut. */
    if (entry->relayed_ms > 0 && now_ms - entry->relayed_ms >= PRESENCE_AVAILABLE_MS)
        return "offline";
    return now_ms - entry->heard_ms < PRESENCE_AWAY_MS ? "away" : "offline";
}

static void hear(struct seen *entry, int64_t now_ms)
{
    if (entry->since_ms == 0 ||
        (!entry->away && strcmp(state_name(entry, now_ms), "available") != 0))
        entry->since_ms = now_ms;
    entry->heard_ms = now_ms;
    entry->relayed_ms = 0;
}

void presence_hold(struct presence *presence, const struct id *agent, int change, int64_t now_ms)
{
    struct seen *entry;

    pthread_mutex_lock(&presence->mutex);
    entry = entry_need(presence, agent);
    if (entry != NULL) {
        hear(entry, now_ms);
        entry->held += change;
        if (change > 0)
            entry->left = false;
    }
    pthread_mutex_unlock(&presence->mutex);
}

void presence_hear(struct presence *presence, const struct id *agent, int64_t now_ms)
{
    struct seen *entry;

    pthread_mutex_lock(&presence->mutex);
    entry = entry_need(presence, agent);
    if (entry != NULL) {
        hear(entry, now_ms);
        if (entry->away)
            entry->since_ms = now_ms;
        entry->away = entry->left = false;
    }
    pthread_mutex_unlock(&presence->mutex);
}

void presence_say_away(struct presence *presence, const struct id *agent, bool away, int64_t now_ms)
{
    struct seen *entry;

    pthread_mutex_lock(&presence->mutex);
    entry = entry_need(presence, agent);
    if (entry != NULL && entry->away != away) {
        entry->away = away;
        entry->heard_ms = entry->since_ms = now_ms;
    }
    pthread_mutex_unlock(&presence->mutex);
}

void presence_relay(struct presence *presence, const struct id *agent, bool away, int64_t now_ms)
{
    struct seen *entry;

    pthread_mutex_lock(&presence->mutex);
    entry = entry_need(presence, agent);
    if (entry != NULL) {
        if (!away) {
            hear(entry, now_ms);
            entry->left = false;
        }
        entry->relayed_ms = now_ms;
    }
    pthread_mutex_unlock(&presence->mutex);
}

void presence_leave(struct presence *presence, const struct id *agent, int64_t now_ms)
{
    struct seen *entry;

    pthread_mutex_lock(&presence->mutex);
    entry = entry_need(presence, agent);
    if (entry != NULL) {
        entry->heard_ms = now_ms;
        entry->left = true;
        entry->away = false;
    }
    pthread_mutex_unlock(&presence->mutex);
}

/* The state, and since when. */
static const char *state_now(const struct seen *entry, const json_t *attending, int64_t now_ms,
                             int64_t *since_ms)
{
    const json_t *one = json_object_get(attending, entry->agent.text);
    int64_t started = json_integer_or(one, "started", 0), ended = json_integer_or(one, "ended", 0);
    const char *state = state_name(entry, now_ms);
    int64_t until;

    *since_ms = entry->away ? entry->since_ms : entry->heard_ms;
    if (strcmp(state, "available") != 0)
        return state;
    if (started > 0 && now_ms - started < PRESENCE_BUSY_MS) {
        *since_ms = started;
        return "busy";
    }
    until = json_integer_or(one, "wrap_up_until", 0);
    if (until == 0 && ended > 0)
        until = ended + PRESENCE_WRAP_UP_MS;
    else if (until > ended + PRESENCE_WRAP_UP_MOST_MS)
        until = ended + PRESENCE_WRAP_UP_MOST_MS;
    if (now_ms < until) {
        *since_ms = ended;
        return "wrap-up";
    }
    *since_ms = until > entry->since_ms ? until : entry->since_ms;
    return state;
}

json_t *presence_to_json(struct presence *presence, const json_t *attending, int64_t now_ms)
{
    json_t *agents = json_array();

    pthread_mutex_lock(&presence->mutex);
    for (const struct seen *entry = presence->first; entry != NULL && agents != NULL;
         entry = entry->next) {
        int64_t since_ms;
        const char *state = state_now(entry, attending, now_ms, &since_ms);
        json_t *item =
            json_pack("{s:s, s:s, s:o, s:o}", "agent", entry->agent.text, "state", state, "since",
                      json_time(since_ms), "heard_at", json_time(entry->heard_ms));

        if (json_array_append_new(agents, item) != 0) {
            json_decref(agents);
            agents = NULL;
        }
    }
    pthread_mutex_unlock(&presence->mutex);
    return agents;
}
