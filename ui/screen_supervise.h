/* What the supervisor's screen shows: the queues they serve, the alerts about them, and who waits.
 * Only ui/screen_supervise*.c and ui/screen_reassign.c include it. */
#ifndef GUICHET_UI_SCREEN_SUPERVISE_H
#define GUICHET_UI_SCREEN_SUPERVISE_H

#include "app/handoff.h"
#include "app/queue_measure.h"
#include "ui/work.h"

#define SUPERVISE_QUEUES_LIMIT   64
#define SUPERVISE_ALERTS_LIMIT   50
#define SUPERVISE_HANDOFFS_LIMIT 200

struct supervise_queue {
    char key[WORK_NAME_SIZE];
    char title[WORK_NAME_SIZE];
    struct queue_threshold within, abandoned; /* what its shares are measured by */
    struct queue_wait *waits;                 /* owned */
    size_t count, capacity;
    int tickets;          /* of those that wait: in the waiting room, by a number */
    int free, busy, away; /* agents who serve it, as heard */
    bool raised;          /* an alert about it is not over */
};

struct supervise_handoff {
    struct record *record; /* owned */
    enum store_pending pending;
    int count; /* hand-offs of its case so far */
};

struct supervise {
    struct supervise_queue queues[SUPERVISE_QUEUES_LIMIT];
    size_t queue_count;
    struct record *alerts[SUPERVISE_ALERTS_LIMIT]; /* owned; raised ones, newest first */
    size_t alert_count;
    /* Those that wait, the longest first; then those in somebody's hands, the latest first. */
    struct supervise_handoff handoffs[SUPERVISE_HANDOFFS_LIMIT];
    size_t handoff_count;
    size_t left_out;       /* hand-offs beyond the limit */
    int64_t presence_ms;   /* when presence was heard, 0 for never */
    uint64_t waits_digest; /* other hand-offs, tickets or states, another digest */
};

bool supervise_allowed(const struct desk *desk);

/* Reads all of it anew out of store and catalogue; on an error what was read stands. */
int supervise_read(struct supervise *supervise, struct desk *desk, struct error *error);
void supervise_clear(struct supervise *supervise);

/* "Front line: 12 wait (limit 10)". */
void supervise_alert_text(struct desk *desk, const struct record *alert, char *text, size_t size);

/* The kind's operations that need no open screen (screen_supervise_news.c). */
void supervise_observe(struct desk *desk);
void supervise_home(struct home *home, struct desk *desk);

#endif
