/* One batch of operations on its way from the outbox to the server. Only sync_push.c includes this.
 */
#ifndef GUICHET_NET_SYNC_BATCH_H
#define GUICHET_NET_SYNC_BATCH_H

#include "app/text.h"
#include "net/sync_internal.h"

/* What is to leave together, without what is said in front of it. */
struct sync_batch {
    struct text_buffer operations;  /* separated by commas */
    struct text_buffer binary;      /* the same in binary form; empty where it does not pay */
    struct text_buffer front;       /* the body in binary form, up to its last members */
    struct compress_pieces *packed; /* owned: the same, compressed */
    size_t members;                 /* that it is said to have */
    bool fresh; /* some of it is sent for the first time, and was not saved to be sent at once */
    bool ungrounded; /* some of it was made of a record that is not held here any more */
    bool elsewhere;  /* some of it may have been offered to another server */
    size_t count;
    struct id ids[SYNC_BATCH_MAXIMUM];
    int64_t numbers[SYNC_BATCH_MAXIMUM];   /* theirs here */
    struct id records[SYNC_BATCH_MAXIMUM]; /* that they are about */
    size_t ends[SYNC_BATCH_MAXIMUM];       /* of each in `operations` */
};

/* Reads what of the outbox leaves next, past what is under way, and marks it as being sent. 1 when
 * nothing waits. New. */
int sync_batch_prepare(struct sync_engine *engine, struct sync_batch **batch, struct error *error);
/* It was sent, or will not be (may be NULL): the next one is read into its memory. */
void sync_batch_done(struct sync_engine *engine, struct sync_batch *batch);

/* Sends it: from then on it is the one under way. `ahead` is what the terminal has seen once the
 * answers at hand are written, NULL when there are none. */
int sync_batch_send(struct sync_engine *engine, struct sync_batch *batch,
                    const struct store_witness *ahead, struct error *error);

#endif
