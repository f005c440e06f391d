/*
 * The sync engine: a state machine without thread, socket or clock of its own. Whoever drives it
 * gives it the time and a transport, and tells it of replies; the sync thread does so with
 * http_client.h, a simulator may do so with anything.
 *
 * Three lanes carry one request each at a time: the work lane (sign-in, pushes, presence, catalogue
 * pages), the bell lane (pages of the desk's records, then the long poll), and one for what goes
 * ahead of the records. Each job backs off by itself when it fails, so that a broken one does not
 * hold up the others.
 */
#ifndef GUICHET_NET_SYNC_ENGINE_H
#define GUICHET_NET_SYNC_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/clock.h"
#include "app/error.h"
#include "app/link.h"
#include "app/store_file.h"
#include "net/http_client.h"
#include "net/signature.h"
#include "net/sync.h"

enum sync_lane {
    SYNC_LANE_WORK,
    SYNC_LANE_BELL,
    SYNC_LANE_AHEAD, /* what is announced ahead of the records; empty for a relay */
    SYNC_LANE_COUNT,
};

#define SYNC_LINE_PATH "/v1/announcements"

/* What is done with the line for announcements (http_line.h), over which the screen sends them. */
enum sync_line {
    SYNC_LINE_OPEN, /* to SYNC_LINE_PATH */
    SYNC_LINE_CLOSE,
};

/* How requests leave. Functions get `context`. */
struct sync_transport {
    /* Starts a request on a lane that is free; `request` does not outlive the call. */
    int (*begin)(void *context, enum sync_lane lane, const struct http_request *request,
                 struct error *error);
    /* Gives up what is under way on a lane; no reply of it may follow. */
    void (*cancel)(void *context, enum sync_lane lane);
    /* The bearer token of the requests from now on, NULL for none. */
    int (*set_token)(void *context, const char *token, struct error *error);
    void *context;
    /* NULL: there is no such line. */
    void (*line)(void *context, enum sync_line what);
};

struct sync_engine_options {
    struct link *link;          /* borrowed */
    const char *catalogue_path; /* copied */
    struct sync_transport transport;
    clock_source wall; /* wall time in ms */
    void *wall_context;
    clock_source steady; /* time in ms that never steps back; from any zero */
    void *steady_context;
    uint32_t (*random)(void *context); /* for jitter */
    void *random_context;
    const struct signature_key *key; /* the terminal's, borrowed; NULL: it has none */
    bool escrow_pinned;              /* as in sync_options */
    struct store_policy policy;      /* what is held; zero: everything */
    bool once;                       /* ends when all is carried, or with the first failure */
};

struct sync_engine;

int sync_engine_new(struct sync_engine **engine, const struct sync_engine_options *options,
                    struct error *error);
/* Cancels what is under way and closes store and catalogue. */
void sync_engine_free(struct sync_engine *engine);

/* Does what is due now. Returns the ms until something will be due, -1 for nothing until a reply
 * or a ring. */
int64_t sync_engine_step(struct sync_engine *engine);
/* For after a step when no reply has come: brings what was settled to the disk, which waits for
 * that while the server works, and not the server for it. */
void sync_engine_idle(struct sync_engine *engine);

/* The sync bell was rung: the agent did something, or the link holds something new. */
void sync_engine_ring(struct sync_engine *engine);

/* What became of the request on a lane: 0 with `reply` (borrowed), or a code with `error`. */
void sync_engine_reply(struct sync_engine *engine, enum sync_lane lane, int code,
                       const struct http_reply *reply, const struct error *error);

/* Of an engine that runs once: true when it has ended, `code` and `error` say how. */
bool sync_engine_ended(const struct sync_engine *engine, int *code, struct error *error);

const struct sync_totals *sync_engine_totals(const struct sync_engine *engine);

#endif
