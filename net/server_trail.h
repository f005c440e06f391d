/*
 * What a request leaves in the audit trail, on disk before it is answered. One thread writes what
 * many requests wait for in one transaction; the threads of the pool stay free. Thread-safe.
 */
#ifndef GUICHET_NET_SERVER_TRAIL_H
#define GUICHET_NET_SERVER_TRAIL_H

#include <microhttpd.h>

#include "net/audit_row.h"
#include "net/ledger_audit.h"

struct trail;

/* One entry on its way, with its own copies of what it says. */
struct trail_job {
    struct audit_entry entry;
    char what[AUDIT_WHAT_LIMIT + 1];
    struct MHD_Connection *connection; /* set by trail_put */
    bool done;                         /* `code` says how it went */
    int code;
    struct error error;
    struct trail_job *next;
};

/* A copy of the entry; NULL out of memory. */
struct trail_job *trail_job_new(const struct audit_entry *entry);
void trail_job_free(struct trail_job *job);

/* The ledger is borrowed. */
int trail_new(struct trail **trail, struct ledger *ledger, struct error *error);
/* Writes what waits, then ends the thread: what comes later is written by who brings it. NULL is
 * allowed. */
void trail_stop(struct trail *trail);
/* Stops it first. NULL is allowed. */
void trail_free(struct trail *trail);

/* True when the connection is suspended until the job is done; false when it is done by now. The
 * job stays the caller's. */
bool trail_put(struct trail *trail, struct trail_job *job, struct MHD_Connection *connection);

#endif
