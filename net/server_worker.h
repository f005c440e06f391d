/*
 * One thread for work that takes long, so that the threads of the pool stay free: checking
 * passwords. Jobs are done in their order. Thread-safe.
 */
#ifndef GUICHET_NET_SERVER_WORKER_H
#define GUICHET_NET_SERVER_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "app/error.h"

struct worker;

typedef void (*worker_job)(void *argument);

/* `limit`: how many jobs may wait. */
int worker_new(struct worker **worker, size_t limit, struct error *error);
/* Does what waits, then ends the thread. */
void worker_free(struct worker *worker);

/* Gives it a job; false when too many wait. `before` (may be NULL) runs, with the same argument,
 * before the job can begin. */
bool worker_add(struct worker *worker, worker_job job, worker_job before, void *argument);

#endif
