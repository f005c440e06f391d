/*
 * Many HTTP/1.1 clients in one thread: each a kept-alive connection that carries one request at a
 * time, driven by epoll. For benchmarks: what goes wrong ends the program with a message.
 */
#ifndef GUICHET_TESTS_BENCH_CROWD_H
#define GUICHET_TESTS_BENCH_CROWD_H

#include <stddef.h>

struct crowd;

struct crowd_reply {
    size_t number; /* of the connection */
    int status;
    const char *body; /* borrowed, NUL-terminated */
    size_t length;
    double ms; /* when its last byte was read, clock of crowd_now */
};

/* Called within crowd_turn; it may ask again. */
typedef void (*crowd_listener)(void *context, const struct crowd_reply *reply);

/* ms of a clock that never jumps. */
double crowd_now(void);

/* `count` connections to the port on 127.0.0.1, each opened with its first request. */
struct crowd *crowd_new(int port, size_t count, crowd_listener listener, void *context);
void crowd_free(struct crowd *crowd);
/* Opens those that are not open yet. */
void crowd_open(struct crowd *crowd);

/* Sends a request on a connection whose reply before was read. `token` and `body` may be NULL; with
 * a body it is a POST, else a GET. Gives the time just before it was sent. */
double crowd_ask(struct crowd *crowd, size_t number, const char *path, const char *token,
                 const char *body);

/* Reads what came, after waiting for it for at most so long. */
void crowd_turn(struct crowd *crowd, int timeout_ms);

/* Requests that are not answered yet. */
size_t crowd_waiting(const struct crowd *crowd);

#endif
