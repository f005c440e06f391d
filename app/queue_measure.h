/*
 * How a queue fares, and the thresholds that a queue's record sets for it: the measures, when one
 * crosses its limit, and when next it can. Pure: no clock, no store; the server escalates by it,
 * and the supervisor's screen counts with it.
 *
 * A wait begins when a hand-off is offered to the queue, a call-back's when the time promised to
 * the client has come. It ends when somebody accepts the hand-off (answered); when its sender
 * withdraws it, or the client is gone: its contact ended as abandoned (abandoned); or when it was
 * declined, expired or was re-assigned (passed on). One that was also opened to the next group
 * waits in the queue that it was offered to. Tickets of a waiting room wait in the same queues:
 * ticket_wait_read says how.
 *
 * The measures:
 *   waiting          how many wait
 *   age              how long the oldest of them has waited, ms
 *   abandonment      of those answered or abandoned within the window, how many were abandoned, %
 *   answered-within  of those whose wait ended within the window, and those that wait for longer
 *                    than so many minutes already, how many were answered within them, %
 *
 * A threshold is crossed when its measure comes up to the limit (for answered-within: falls below
 * it), and then not again before the measure has come back to `rearm`. A share of fewer than
 * `least` hand-offs says nothing: it crosses nothing, and what was crossed is over.
 */
#ifndef GUICHET_APP_QUEUE_MEASURE_H
#define GUICHET_APP_QUEUE_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "app/record.h"

enum queue_measure {
    QUEUE_WAITING,
    QUEUE_AGE,
    QUEUE_ABANDONMENT,
    QUEUE_ANSWERED_WITHIN,
    QUEUE_MEASURE_COUNT
};

/* What crossing a threshold does, besides telling the supervisors. */
enum queue_action {
    QUEUE_NOTIFY,    /* nothing */
    QUEUE_OPEN,      /* those that wait, and come while it lasts, are open to the next queue too */
    QUEUE_CALL_BACK, /* their senders are asked to offer the client a call-back */
    QUEUE_ACTION_COUNT
};

extern const char *const queue_measure_words[]; /* by enum queue_measure, then NULL */
extern const char *const queue_action_words[];  /* by enum queue_action, then NULL */

enum queue_end { QUEUE_STILL, QUEUE_ANSWERED, QUEUE_ABANDONED, QUEUE_PASSED };

/* One hand-off or ticket in a queue. */
struct queue_wait {
    int64_t from_ms;
    int64_t
        to_ms; /* its end; while it waits still: when it counts no more by itself, 0 for never */
    enum queue_end end;
};

/* The wait that a hand-off to a queue is; false for a hand-off to somebody else. */
bool queue_wait_read(const struct record *handoff, struct queue_wait *wait);
/* True for a contact that ended because the client was gone, and when. */
bool queue_client_gone(const struct record *contact, int64_t *at_ms);

/* Longest window, and for how long a wait that ended is still looked at. */
#define QUEUE_WINDOW_LIMIT_MS (INT64_C(24) * 3600 * 1000)
/* What a share is measured over unless the threshold says otherwise. */
#define QUEUE_WINDOW_MINUTES 60
#define QUEUE_LEAST          5

struct queue_threshold {
    enum queue_measure measure;
    enum queue_action action;
    int64_t limit, rearm; /* hand-offs, ms, per cent */
    int64_t within_ms;    /* of answered-within, else 0 */
    int64_t window_ms;    /* of the shares, else 0 */
    int64_t least;
};

/* Most thresholds of a queue. */
#define QUEUE_THRESHOLDS_LIMIT 16

/* Reads the `thresholds` of a queue's body, of which there may be none. ERROR_INVALID names the
 * member that is wrong ("thresholds/0/limit: ..."), the same threshold twice, and an opening of a
 * queue that has no next one. */
int queue_thresholds_read(const json_t *body, struct queue_threshold list[QUEUE_THRESHOLDS_LIMIT],
                          size_t *count, struct error *error);

/* What tells it from the others of its queue: all that it says. */
#define QUEUE_THRESHOLD_NAME_SIZE 96
void queue_threshold_name(const struct queue_threshold *threshold,
                          char name[QUEUE_THRESHOLD_NAME_SIZE]);

struct queue_value {
    int64_t value; /* hand-offs, ms, per cent rounded down */
    int64_t of;    /* of a share: of how many; else 0 */
    bool known;    /* false for a share of fewer than `least` */
};

/* Of these waits at this time; limit, rearm and action do not matter. */
struct queue_value queue_measure(const struct queue_threshold *threshold,
                                 const struct queue_wait *waits, size_t count, int64_t now_ms);

enum queue_step { QUEUE_STAYS, QUEUE_CROSSES, QUEUE_COMES_BACK };

/* What becomes of a threshold that is crossed already or not. */
enum queue_step queue_threshold_step(const struct queue_threshold *threshold, bool crossed,
                                     const struct queue_value *value);

/* The first time past `now_ms` at which it crosses or comes back if no hand-off changes; INT64_MAX
 * when it then never does. */
int64_t queue_threshold_next(const struct queue_threshold *threshold, bool crossed,
                             const struct queue_wait *waits, size_t count, int64_t now_ms);

#endif
