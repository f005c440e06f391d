/*
 * How the parts of the relay's engine share it: relay_engine.c says what is done when, greets and
 * carries up; relay_engine_page.c reads what comes down. Only these include this; in the thread
 * that steps the engine.
 */
#ifndef GUICHET_NET_RELAY_ENGINE_INTERNAL_H
#define GUICHET_NET_RELAY_ENGINE_INTERNAL_H

#include "net/relay_engine.h"
#include "net/sync_pace.h"

enum relay_job {
    JOB_GREET,
    JOB_PUSH,
    JOB_CATALOGUE,
    JOB_PRESENCE,
    JOB_DESK,
    JOB_NONE,
};

struct relay_engine {
    struct relay_engine_options options;
    struct ledger_place place;
    enum relay_job running[SYNC_LANE_COUNT];
    int64_t retry[SYNC_LANE_COUNT]; /* steady time before which the lane rests */
    int failures;                   /* in a row */
    bool unsure;                    /* whether this is an older copy of the relay */
    bool greeted;                   /* since the last failure */
    bool verifiers_due;
    int64_t verifiers;    /* what the centre counts of their changes, as of the last greeting */
    int64_t verifiers_at; /* steady time when they are due anyway */
    bool push_due;
    bool catalogue_due;
    bool desk_read; /* to the end */
    int64_t catalogue_latest;
    int64_t presence_at; /* steady time */
    int64_t presence_asked;
    int64_t heard_ms; /* wall time of the last good exchange */
    int64_t up_ms;    /* since when it is up */
    int64_t since;    /* of the page under way on each lane */
    int64_t catalogue_since;
    struct sync_pace batch_pace, desk_pace, catalogue_pace;
    size_t batch_bytes, batch_count;
    struct ledger_witness named; /* by the greeting under way */
    int64_t named_desk;
    char message[ERROR_MESSAGE_SIZE];
};

static inline int64_t relay_steady(const struct relay_engine *engine)
{
    return engine->options.steady(engine->options.steady_context);
}

static inline int64_t relay_wall(const struct relay_engine *engine)
{
    return engine->options.wall(engine->options.wall_context);
}

int relay_send(struct relay_engine *engine, enum sync_lane lane, const struct http_request *request,
               struct error *error);

/* Reads the object of a good answer (new reference), or says what was wrong with it; `what` names
 * the request. */
int relay_read_reply(const struct http_reply *reply, const char *what, json_t **document,
                     struct error *error);
/* The answer is the problem of this code. */
/* The "epoch" that the centre told, "" for none. */
void relay_epoch_copy(char to[LEDGER_EPOCH_SIZE], const json_t *document, const char *member);
bool relay_is_problem(const struct http_reply *reply, const char *name);

/* The centre is another one, or an older copy of itself: all is read again. */
int relay_begin_anew(struct relay_engine *engine, struct error *error);

/* Asks for the next page; once the desk is read to its end, for what changes while it waits. */
int relay_page_ask(struct relay_engine *engine, bool catalogue, struct error *error);
int relay_page_reply(struct relay_engine *engine, bool catalogue, const struct http_reply *reply,
                     struct error *error);

#endif
