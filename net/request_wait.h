/*
 * Routes that wait until there is something to answer: parameter, bell, looking and sleeping. In
 * the threads of the server.
 */
#ifndef GUICHET_NET_REQUEST_WAIT_H
#define GUICHET_NET_REQUEST_WAIT_H

#include "net/server_internal.h"

/* Member of the state of a route that waits. */
struct request_wait {
    int64_t deadline_ms;            /* of clock_steady; 0: does not wait */
    struct doorbell_waiter *waiter; /* owned: doorbell_disarm; NULL before the first look */
};

/* Reads the parameter "wait", in seconds; false with a problem set. */
bool request_wait_read(struct request *request, struct request_wait *wait);

/* Arms the bell anew for these scopes. When the route waits (deadline_ms is not 0), and before
 * looking: what changes in between rings. */
int request_wait_arm(struct request *request, struct request_wait *wait,
                     const struct scope_set *heard, struct error *error);

/* True when the time is over, or the server stops, or the route does not wait. */
bool request_wait_is_over(const struct request *request, const struct request_wait *wait);

/* Looks once and answers when there is something, or when the wait is over: then *over. */
typedef int request_look(struct request *request, bool *over, struct error *error);

/* Looks again and again, asleep in between; a failure is answered as a problem. */
enum route_result request_wait(struct request *request, struct request_wait *wait,
                               request_look *look);

#endif
