/*
 * The watch over queues: a thread that has the ledger escalate what crosses a threshold
 * (ledger_queues_watch), also what crossed while the server was down. It sleeps until something
 * changes in a queue or something can cross by time alone.
 */
#ifndef GUICHET_NET_QUEUE_WATCH_H
#define GUICHET_NET_QUEUE_WATCH_H

#include "app/error.h"
#include "net/ledger.h"

struct queue_watch;

struct queue_watch_options {
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
    /* For how long it is not to look (ms), 0: it looks now; NULL: it always does. A relay looks
     * only while it is cut off from its centre. */
    int64_t (*rest)(void *context, int64_t now_ms);
    void *rest_context;
};

/* Starts the thread, before anybody else writes into the ledger, which is borrowed; its listener
 * of queues is taken. */
int queue_watch_start(struct queue_watch **watch, const struct queue_watch_options *options,
                      struct ledger *ledger, struct error *error);

/* Joins the thread and frees. By then nobody else writes any more. NULL is allowed. */
void queue_watch_stop(struct queue_watch *watch);

#endif
