/*
 * The clock of the audit trail: a thread that has the ledger sign a head when the last one is some
 * minutes old and entries were added since (ledger_audit.h). It sleeps while all is signed.
 */
#ifndef GUICHET_NET_AUDIT_CLOCK_H
#define GUICHET_NET_AUDIT_CLOCK_H

#include "app/error.h"
#include "net/ledger.h"

struct audit_clock;

struct audit_clock_options {
    /* Takes one line, without newline, without personal content; called from the thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Starts the thread, before anybody else writes into the ledger, which is borrowed; its listener
 * of the trail is taken. Says in the log when nothing can be signed. */
int audit_clock_start(struct audit_clock **clock, const struct audit_clock_options *options,
                      struct ledger *ledger, struct error *error);

/* Joins the thread and frees. By then nobody else writes any more. NULL is allowed. */
void audit_clock_stop(struct audit_clock *clock);

#endif
