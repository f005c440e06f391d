/*
 * The clock of promises: a thread that has the ledger say of a promise that it is missed when its
 * time has passed (ledger_promise.h), also of those whose time passed while the server was down.
 */
#ifndef GUICHET_NET_PROMISE_CLOCK_H
#define GUICHET_NET_PROMISE_CLOCK_H

#include "app/error.h"
#include "net/ledger.h"

struct promise_clock;

struct promise_clock_options {
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Starts the thread, before anybody else writes into the ledger, which is borrowed; its listener
 * of promises is taken. */
int promise_clock_start(struct promise_clock **clock, const struct promise_clock_options *options,
                        struct ledger *ledger, struct error *error);

/* Joins the thread and frees. By then nobody else writes any more. NULL is allowed. */
void promise_clock_stop(struct promise_clock *clock);

#endif
