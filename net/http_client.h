/*
 * Requests to one server over HTTP/1.1, with everything that arrives bounded and checked: a thin
 * layer over libcurl. Several exchanges may be under way at once on kept-alive connections.
 *
 * A `struct http_client` and its exchanges belong to one thread; only http_client_wake and
 * http_client_stop may be called from others.
 */
#ifndef GUICHET_NET_HTTP_CLIENT_H
#define GUICHET_NET_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/error.h"

struct http_client;
struct http_exchange;

struct http_client_options {
    const char *base_url;  /* "https://host[:port][/path]"; "http://" for loopback only */
    const char *ca_file;   /* PEM: only what it certifies is trusted; NULL: the system's store */
    const char *cert_file; /* PEM: the certificate that is shown when asked for; NULL: none */
    const char *key_file;  /* PEM: its key */
    int64_t connect_ms;    /* longest time for resolving, connecting and TLS */
    int64_t stall_ms;      /* longest time without a byte moving */
    int64_t total_ms;      /* longest time for a whole exchange */
    size_t reply_limit;    /* largest reply body, in bytes after decompression */
};

/* Sensible limits for slow links; base_url is left for the caller. */
extern const struct http_client_options http_client_default_options;

/* ERROR_INVALID when the URL is not one, or is plain HTTP to another machine. */
int http_client_new(struct http_client **client, const struct http_client_options *options,
                    struct error *error);
/* Ends the connections; every exchange must have been finished or cancelled before. */
void http_client_free(struct http_client *client);

/* Sends "Authorization: Bearer token" from now on; NULL: no longer. ERROR_INVALID for a token that
 * could not stand in a header. */
int http_client_token_set(struct http_client *client, const char *token, struct error *error);

struct http_request {
    const char *method; /* "GET", "POST" ... */
    const char *path;   /* "/v1/changes?since=0": put behind the base URL as it is */
    const void *body;   /* copied, the copy is wiped; NULL for none */
    size_t body_length;
    const char *body_type;     /* media type of the body */
    const char *body_encoding; /* "gzip", "zstd"; NULL: identity */
    const char *accept; /* the media types that a successful reply may have, with ", " between;
                           NULL: no body */
    int64_t wait_ms;    /* how long the server may stay silent on purpose (long poll) */
    bool bare; /* the head says neither what the body nor what the reply is: both ends know */
    /* Told, before the exchange ends, that the whole body of a reply of status 200 is here: within
     * any function that carries exchanges on, and not of all that end well. NULL: not told. */
    void (*came)(void *context, const char *body, size_t length);
    void *came_context;
    const char *const *headers; /* more lines "Name: value", then NULL; NULL for none; copied */
};

/* What came back, whatever its status. */
struct http_reply {
    int status;             /* 200 to 599 */
    char *body;             /* owned; NUL-terminated after `length` bytes, NULL when empty */
    size_t length;          /* after decompression */
    char media_type[64];    /* lower case, without parameters; "" when none was given */
    int64_t retry_after_ms; /* from Retry-After, -1 when there was none */
    char *location;         /* owned; of the Location header, NULL when there was none */
    int64_t bytes_sent;     /* headers and body on the wire */
    int64_t bytes_received;
};

void http_reply_clear(struct http_reply *reply);

/*
 * Starts an exchange; `request` need not outlive the call. It goes on while http_client_poll
 * runs.
 */
int http_client_begin(struct http_client *client, struct http_exchange **exchange,
                      const struct http_request *request, struct error *error);

/* Sends what can be sent without waiting, so that the other end may begin while this thread has
 * other things to do. What goes wrong is told by the next http_client_poll. */
void http_client_advance(struct http_client *client);

/*
 * Carries all exchanges on until one of them has ended, one of `descriptors` is readable, the
 * client is woken or stopped, or `timeout_ms` (negative: no limit) have passed.
 */
int http_client_poll(struct http_client *client, const int *descriptors, size_t count,
                     int64_t timeout_ms, struct error *error);

bool http_exchange_done(const struct http_exchange *exchange);

/*
 * The outcome of an exchange that is done. 0 with `reply` (http_reply_clear) for any complete
 * reply; else ERROR_OFFLINE (not reached, cut, too slow), ERROR_REFUSED (certificate),
 * ERROR_TOO_LARGE or ERROR_PROTOCOL (not HTTP, broken compression, a success of another media
 * type than `accept`), each saying of which request and how far it came.
 */
int http_exchange_read(struct http_exchange *exchange, struct http_reply *reply,
                       struct error *error);
/* The same, and ends the exchange and frees it. */
int http_exchange_finish(struct http_exchange *exchange, struct http_reply *reply,
                         struct error *error);
/* Gives an exchange up, whether done or not; NULL does nothing. */
void http_exchange_cancel(struct http_exchange *exchange);

/* One exchange from begin to finish; ERROR_CANCELLED when stopped meanwhile. */
int http_client_call(struct http_client *client, const struct http_request *request,
                     struct http_reply *reply, struct error *error);

/* Lets a running http_client_poll return (or the next one, when none runs). Any thread. */
void http_client_wake(struct http_client *client);
/* The same, and http_client_call fails with ERROR_CANCELLED from now on. Any thread. */
void http_client_stop(struct http_client *client);

#endif
