/*
 * Who is connected to the server, and for how long they may take: so many connections and requests
 * of an address, and a time by which a connection must have sent its header fields, its body, or
 * have read its answer. A thread of its own looks every second and shuts what is over its time, so
 * that a client that sends or reads a byte now and then holds nothing for long. Thread-safe.
 */
#ifndef GUICHET_NET_SERVER_GUARD_H
#define GUICHET_NET_SERVER_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "app/error.h"
#include "net/server_limits.h"

struct guard;
/* One connection. */
struct guard_line;

/* What a connection has a time for. */
enum guard_stage {
    GUARD_HEAD,   /* its header fields */
    GUARD_BODY,   /* its body */
    GUARD_WORK,   /* nothing: the server is at it, or it waits for news */
    GUARD_ANSWER, /* the answer that it reads */
};

struct guard_options {
    struct server_limits limits;
    unsigned idle_seconds; /* that a connection may be silent between two requests */
    const char *proxy;     /* address that may have any number of connections; NULL or "": none */
    void (*log)(void *context, const char *line);
    void *log_context;
};

int guard_new(struct guard **guard, const struct guard_options *options, struct error *error);
/* All lines are closed by now. */
void guard_free(struct guard *guard);

/* True when one more connection of this address may come. */
bool guard_admits(struct guard *guard, const struct sockaddr *address);

/* From here to guard_line_close the descriptor stays open. NULL when memory ran out: then nothing
 * is counted. */
struct guard_line *guard_line_open(struct guard *guard, const struct sockaddr *address,
                                   int descriptor);
void guard_line_close(struct guard *guard, struct guard_line *line);

/* Begins a stage; `bytes` are those of the body or of the answer. The line may be NULL. */
void guard_line_stage(struct guard *guard, struct guard_line *line, enum guard_stage stage,
                      uint64_t bytes);
/* The request was answered: the next one may come after a silence. */
void guard_line_rest(struct guard *guard, struct guard_line *line);

/* Counts a request of an address, as text; 0 when it may be answered, else the seconds until one
 * may. */
unsigned guard_request(struct guard *guard, const char *address, int64_t now_ms);

#endif
