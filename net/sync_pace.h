/*
 * How much one exchange may carry, learnt from how long the former ones took: so that on a slow
 * link a page or a batch never holds the lane for long when something urgent comes up, and on a
 * fast one few exchanges are made. Amounts are in whatever unit the job counts (bytes, records).
 */
#ifndef GUICHET_NET_SYNC_PACE_H
#define GUICHET_NET_SYNC_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sync_pace {
    size_t minimum;
    size_t maximum;
    size_t limit;  /* what the next exchange may carry; set to where to begin */
    int64_t began; /* steady ms, of the exchange under way */
    bool quick;    /* the last exchange took little of the time that one may take */
    bool tried;    /* there was one */
};

void sync_pace_begin(struct sync_pace *pace, int64_t now);
/* The exchange went well; it carried `amount`. */
void sync_pace_done(struct sync_pace *pace, int64_t now, size_t amount);
/* Another exchange, of another kind, brought `amount` in `took` ms: until one of its own has told,
 * it may begin with as much as would be quick as well. Nothing is learnt from a slow one. */
void sync_pace_learn(struct sync_pace *pace, int64_t took, size_t amount);
/* The exchange was cut. */
void sync_pace_cut(struct sync_pace *pace);
/* The same where it failed with an error that smaller ones may not meet. */
void sync_pace_failed(struct sync_pace *pace, int code);

#endif
