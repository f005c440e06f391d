/*
 * A connection of its own, open before it is needed, over which one request at a time leaves in two
 * pieces: its head while the body is still being made, so that the server is awake and knows who
 * asks when the body comes. For what somebody waits for elsewhere: nobody waits for the answer, and
 * whatever does not leave this way goes the usual one.
 *
 * Two threads: that of the client opens, closes and carries on; another one sends, and is kept by
 * none of it.
 */
#ifndef GUICHET_NET_HTTP_LINE_H
#define GUICHET_NET_HTTP_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"
#include "net/http_client.h"

struct http_line;

/* For POST requests of JSON to this path (copied) of the client's server, which it connects to as
 * the client does. `client` is borrowed and lives longer. Not open. */
int http_line_new(struct http_line **line, struct http_client *client, const char *path,
                  struct error *error);
/* NULL does nothing. */
void http_line_free(struct http_line *line);

/* --- the client's thread -----------------------------------------------------------------------
 */

/* Opens it, with the client's token, unless it is open, or about to be; http_line_carry_on carries
 * that on. */
void http_line_open(struct http_line *line);
/* The ms until it is to be called again; -1: not before the line is opened anew. */
int64_t http_line_carry_on(struct http_line *line);
/* The client's token is another one: heads have it from now on. */
void http_line_token_changed(struct http_line *line);
/* Nothing more leaves before it is opened anew; of a request whose body has not left, the server
 * gets none. */
void http_line_close(struct http_line *line);

/* --- another thread ----------------------------------------------------------------------------
 */

/* Sends the head. False when nothing leaves: it is not open, the other thread is at it, the server
 * has closed it or said anything but 204 to the request before, or a head has left already. */
bool http_line_begin(struct http_line *line);
/* Sends the body behind the head. False when no head had left, or the whole body does not leave at
 * once: then the server gets none of it. */
bool http_line_end(struct http_line *line, const char *body, size_t length);
/* No body follows the head that has left, if one has: the server gets no request. */
void http_line_cut(struct http_line *line);

#endif
