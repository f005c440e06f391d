/* The thread that carries a relay's work to the centre, and the centre's to the relay. */
#ifndef GUICHET_NET_RELAY_H
#define GUICHET_NET_RELAY_H

#include "app/error.h"
#include "net/ledger.h"
#include "net/relay_board.h"
#include "net/server.h"

struct relay;

struct relay_options {
    struct ledger *ledger;     /* borrowed: a relay's */
    struct relay_board *board; /* borrowed */
    struct server *server;     /* borrowed: tells who is present */
    /* Takes one line, without newline, when the link comes or goes; called from its thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Starts the thread, which runs until relay_stop. ERROR_INVALID when the centre's address is none.
 */
int relay_start(struct relay **relay, const struct relay_options *options, struct error *error);

/* Stops it within a moment; what was under way is taken up again by the next one. NULL does
 * nothing. */
void relay_stop(struct relay *relay);

#endif
