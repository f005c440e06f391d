/*
 * The sender: carries deliveries (app/delivery.h) to their agencies, each agency in a thread and on
 * a connection of its own, so that one that stalls keeps up no other and no request of a terminal.
 *
 * What goes out, and how it is signed, is told for agencies in net/delivery.md.
 *
 * What the answers mean stands in delivery_answer.h. Nothing is remembered but in the ledger: a
 * server that was killed after the POST and before it wrote the answer sends once more, under the
 * same key.
 */
#ifndef GUICHET_NET_DELIVERY_H
#define GUICHET_NET_DELIVERY_H

#include "app/error.h"
#include "net/ledger.h"

struct delivery_sender;

struct delivery_options {
    const char *agencies; /* path of the file (delivery_agencies.h); NULL or "": no agency */
    const char *key;      /* path of the key (signature.h); not read when there is no agency */
    /* Takes one line, without newline, without personal content; called from any thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Starts the threads, before anybody else writes into the ledger, which is borrowed; its delivery
 * listener is taken. Also without any agency: deliveries then say that their agency is not
 * connected. */
int delivery_sender_start(struct delivery_sender **sender, const struct delivery_options *options,
                          struct ledger *ledger, struct error *error);

/* Gives up what is under way (it will be sent again), joins the threads and frees. By then nobody
 * else writes any more. NULL is allowed. */
void delivery_sender_stop(struct delivery_sender *sender);

#endif
