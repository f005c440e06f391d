/*
 * A real HTTP server on loopback that answers exactly what a test tells it to, byte for byte: cut,
 * garbled, endless, too slow. Each connection has its own thread.
 */
#ifndef GUICHET_TESTS_SCRIPTED_SERVER_H
#define GUICHET_TESTS_SCRIPTED_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct scripted_server;

/*
 * Called in the connection's thread with each whole request (head and body, NUL-terminated) and
 * its count on this connection from 0. Writes the answer to `connection`; false closes it.
 */
typedef bool (*scripted_handler)(void *context, int connection, const char *request, size_t length,
                                 int count);

/* Starts at a free port of 127.0.0.1; fails the test when it cannot. */
struct scripted_server *scripted_server_start(scripted_handler handler, void *context);
/* "http://127.0.0.1:PORT", borrowed. */
const char *scripted_server_url(const struct scripted_server *server);
int scripted_server_port(const struct scripted_server *server);
/* Ends every connection and joins every thread. */
void scripted_server_stop(struct scripted_server *server);

/* Writes all of it, or gives up silently when the other side has gone. */
void scripted_write(int connection, const void *bytes, size_t length);
void scripted_write_text(int connection, const char *text);
/* A whole reply with this status line ("200 OK"), further header lines (each ending in CRLF, may
 * be "") and JSON body. */
void scripted_write_json(int connection, const char *status, const char *headers, const char *body);

#endif
