/*
 * Where a relay's server and its thread towards the centre meet outside the ledger: how the link to
 * the centre is, and who is present elsewhere. Thread-safe; nothing waits for longer than a mutex.
 */
#ifndef GUICHET_NET_RELAY_BOARD_H
#define GUICHET_NET_RELAY_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "app/escrow.h"

struct relay_board;

struct relay_status {
    bool up;                          /* the centre answers */
    int64_t since_ms;                 /* since when it is up, or was last heard of; 0 for never */
    int64_t waiting;                  /* operations on their way to it */
    uint64_t version;                 /* another one whenever `up` is, or nothing waits any more */
    char message[ERROR_MESSAGE_SIZE]; /* why it is not up, else "" */
};

struct relay_board *relay_board_new(void); /* NULL out of memory */
void relay_board_free(struct relay_board *board);

/* Called when the version changed, in the thread that set the status. Set it (or NULL) while no
 * other thread does. */
typedef void (*relay_board_listener)(void *context);
void relay_board_listen(struct relay_board *board, relay_board_listener listener, void *context);

void relay_board_get(struct relay_board *board, struct relay_status *status);
/* `status->version` is not read. */
void relay_board_set(struct relay_board *board, const struct relay_status *status);

/* Past this the centre is taken to be cut off, not to be slow: the relay then watches thresholds.
 */
#define RELAY_ALONE_MS (INT64_C(30) * 1000)
/* For how long that is not to be looked at, as queue_watch.h asks; `board` is the context. */
int64_t relay_board_rest(void *board, int64_t now_ms);

/* For whom terminals deposit their keys, as the centre says (app/escrow.h): "" for nobody, NULL
 * when it does not say. */
void relay_board_escrow_set(struct relay_board *board, const char *text);
/* False when the centre did not say so far. */
bool relay_board_escrow_get(struct relay_board *board, char text[ESCROW_PUBLIC_TEXT_SIZE]);

/* {"centre": "up" or "down", "since", "waiting", "version", "message"}; new reference, NULL out of
 * memory. */
json_t *relay_board_to_json(struct relay_board *board);

/* Who comes, goes or wants to know who is there has the relay exchange presence soon: called in the
 * thread that asks. Set it (or NULL) while no other thread asks. */
void relay_board_presence_listen(struct relay_board *board, relay_board_listener listener,
                                 void *context);
/* NULL does nothing. */
void relay_board_presence_ask(struct relay_board *board);

/* Who is present by what the centre said, as in GET /v1/presence; borrowed. */
void relay_board_present_set(struct relay_board *board, json_t *agents, int64_t now_ms);
/* Adds those to `agents` whom it does not hold. They are as they were said to be; where that is
 * long ago, offline. 0, or non-zero out of memory. */
int relay_board_present_add(struct relay_board *board, json_t *agents, int64_t now_ms);

#endif
