/*
 * Orders of an administrator to a server that runs: a socket beside its database, which only the
 * owner of the process may use. One order a connection, one line of JSON each way.
 *
 * A program that holds the database carries an order out itself; guichetd's commands do what is
 * needed (app/main/guichetd_order.h).
 */
#ifndef GUICHET_NET_CONTROL_H
#define GUICHET_NET_CONTROL_H

#include <jansson.h>

#include "app/error.h"

struct control;

/* Carries an order out, in the control's thread. `answer` is a new reference when this returns 0.
 */
typedef int (*control_order)(void *context, const json_t *order, json_t **answer,
                             struct error *error);

/* Longest order and answer, bytes. */
#define CONTROL_LIMIT (4 * 1024 * 1024)

/* Listens beside `database` in a thread of its own until control_stop. What a killed server left
 * there is replaced: whoever calls this holds the database. */
int control_start(struct control **control, const char *database, control_order order,
                  void *context, struct error *error);
/* NULL does nothing. */
void control_stop(struct control *control);

/* Gives an order to the server that has `database`: its answer (new reference), or its error.
 * ERROR_NOT_FOUND when nobody listens. */
int control_call(const char *database, const json_t *order, json_t **answer, struct error *error);

#endif
