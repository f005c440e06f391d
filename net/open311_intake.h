/* A POST of Open311 on its way to becoming a case. */
#ifndef GUICHET_NET_OPEN311_INTAKE_H
#define GUICHET_NET_OPEN311_INTAKE_H

#include "net/ledger_open311.h"
#include "net/open311_call.h"

/* POST requests. */
int open311_post(struct open311_call *call, struct error *error);

/* Takes in all that was kept and is no case yet: what tokens were given for, and what a server that
 * died left behind. Belongs to the worker's thread, as all of it does. `argument`: the server. */
void open311_take_in_waiting(void *argument);

#endif
