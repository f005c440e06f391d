/*
 * The clock of search: a thread that has the ledger make the keys of clients that are older than
 * they are (ledger_search.h), after an upgrade, while the server serves; and says how far it is.
 */
#ifndef GUICHET_NET_SEARCH_CLOCK_H
#define GUICHET_NET_SEARCH_CLOCK_H

#include "app/error.h"
#include "net/ledger_search.h"

struct search_clock;

struct search_clock_options {
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Starts the thread when something is left to do: else `*clock` is NULL. The ledger is borrowed. */
int search_clock_start(struct search_clock **clock, const struct search_clock_options *options,
                       struct ledger *ledger, struct error *error);

/* Joins the thread and frees; what is left is made at the next start. NULL is allowed. */
void search_clock_stop(struct search_clock *clock);

#endif
