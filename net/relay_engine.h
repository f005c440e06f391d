/*
 * A relay's side of its link to the centre (net/relay.md): a state machine without thread, socket
 * or clock of its own, as the sync engine is; what drives it gives it the time and a transport.
 *
 * The work lane carries the greeting, operations, catalogue pages and presence; the bell lane the
 * office's records, then the long poll. What fails backs off; after that the centre is greeted
 * again before anything else.
 */
#ifndef GUICHET_NET_RELAY_ENGINE_H
#define GUICHET_NET_RELAY_ENGINE_H

#include <stdint.h>

#include <jansson.h>

#include "app/clock.h"
#include "app/error.h"
#include "net/http_client.h"
#include "net/ledger_relay.h"
#include "net/relay_board.h"
#include "net/sync_engine.h"

struct relay_engine_options {
    struct ledger *ledger;           /* borrowed: a relay's */
    struct relay_board *board;       /* borrowed */
    struct sync_transport transport; /* set_token is not called: the token is always the same */
    clock_source wall;               /* wall time in ms */
    void *wall_context;
    clock_source steady; /* time in ms that never steps back; from any zero */
    void *steady_context;
    uint32_t (*random)(void *context); /* for jitter */
    void *random_context;
    json_t *(*present)(void *context); /* who is at the office's terminals: new; may be NULL */
    void *present_context;
};

struct relay_engine;

int relay_engine_new(struct relay_engine **engine, const struct relay_engine_options *options,
                     struct error *error);
/* Cancels what is under way. */
void relay_engine_free(struct relay_engine *engine);

/* Does what is due now. Returns the ms until something will be due, -1 for nothing until a reply
 * or a ring. */
int64_t relay_engine_step(struct relay_engine *engine);

/* The ledger has something for the centre. */
void relay_engine_ring(struct relay_engine *engine);

/* Somebody came to the office's terminals, left, or wants to know who is present. */
void relay_engine_presence(struct relay_engine *engine);

/* What became of the request on a lane: 0 with `reply` (borrowed), or a code with `error`. */
void relay_engine_reply(struct relay_engine *engine, enum sync_lane lane, int code,
                        const struct http_reply *reply, const struct error *error);

#endif
