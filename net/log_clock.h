/* A thread that carries the log of the database into its file, so that nobody who writes waits for
 * that (ledger_log.h). */
#ifndef GUICHET_NET_LOG_CLOCK_H
#define GUICHET_NET_LOG_CLOCK_H

#include "app/error.h"
#include "net/ledger.h"

struct log_clock;

struct log_clock_options {
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Starts the thread; the ledger is borrowed, its listener of the log is taken. */
int log_clock_start(struct log_clock **clock, const struct log_clock_options *options,
                    struct ledger *ledger, struct error *error);

/* Joins the thread and frees. NULL is allowed. */
void log_clock_stop(struct log_clock *clock);

#endif
