/*
 * The clock of hand-offs: a thread that has the ledger expire offers when their time has passed
 * (ledger.h), also those whose time passed while the server was down.
 */
#ifndef GUICHET_NET_HANDOFF_CLOCK_H
#define GUICHET_NET_HANDOFF_CLOCK_H

#include "app/error.h"
#include "net/ledger.h"

struct handoff_clock;

struct handoff_clock_options {
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Starts the thread, before anybody else writes into the ledger, which is borrowed; its listener
 * of hand-offs is taken. */
int handoff_clock_start(struct handoff_clock **clock, const struct handoff_clock_options *options,
                        struct ledger *ledger, struct error *error);

/* Joins the thread and frees. By then nobody else writes any more. NULL is allowed. */
void handoff_clock_stop(struct handoff_clock *clock);

#endif
