/*
 * The clock of open files: a thread that has the ledger close them when their time has passed
 * (ledger_search.h), also those whose time passed while the server was down.
 */
#ifndef GUICHET_NET_OPENING_CLOCK_H
#define GUICHET_NET_OPENING_CLOCK_H

#include "app/error.h"
#include "net/ledger_search.h"

struct opening_clock;

struct opening_clock_options {
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Closes what is overdue and starts the thread, before anybody else writes into the ledger, which
 * is borrowed; its listener of openings is taken. */
int opening_clock_start(struct opening_clock **clock, const struct opening_clock_options *options,
                        struct ledger *ledger, struct error *error);

/* Joins the thread and frees. By then nobody else writes any more. NULL is allowed. */
void opening_clock_stop(struct opening_clock *clock);

#endif
