/*
 * Routes that look at a code (continue codes and those of a status or a questionnaire): that takes
 * long on purpose, so it is done in one thread, one code after another, while the request sleeps.
 */
#ifndef GUICHET_NET_REQUEST_CODE_H
#define GUICHET_NET_REQUEST_CODE_H

#include "net/server_internal.h"

/* Part of the state of such a route. */
struct request_code {
    struct request *request;
    void (*check)(struct request *request);
};

/* Puts the request to sleep until `check`, in that thread, has looked at the code; the handler is
 * called again then. Where that cannot be, it is answered: the server stops, or too many wait. */
enum route_result request_code_check(struct request *request, struct request_code *code,
                                     void (*check)(struct request *request));

#endif
