/*
 * What http_client.c (connections, waiting) and http_exchange.c (one request and its reply) know
 * of each other. Nobody else includes this, but their test.
 */
#ifndef GUICHET_NET_HTTP_EXCHANGE_H
#define GUICHET_NET_HTTP_EXCHANGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "app/text.h"
#include "net/http_client.h"

struct http_client {
    CURLM *multi;
    CURL *spare;     /* for the next request, prepared while nothing is to be done; NULL for none */
    char *base_url;  /* without the last slash */
    char *ca_file;   /* NULL: the system's store */
    char *cert_file; /* NULL: none is shown */
    char *key_file;
    bool plain; /* HTTP without TLS: loopback only */
    struct http_client_options limits;
    char *authorization;             /* a whole header line, NULL for none; wiped when replaced */
    char encodings[32];              /* what libcurl here can decompress */
    struct http_exchange *exchanges; /* those under way, linked by `next` */
    bool ended;                      /* one of them has ended since the last poll returned */
    atomic_bool stopped;
};

struct http_exchange {
    struct http_client *client;
    struct http_exchange *next;
    CURL *easy;
    struct curl_slist *headers;
    char *name; /* "POST /v1/login", for messages */
    char *accept;
    void *body;
    size_t body_length;
    struct text_buffer received;
    int64_t bytes_sent;                                           /* headers and body */
    size_t header_bytes;                                          /* of the reply */
    void (*came)(void *context, const char *body, size_t length); /* of the request */
    void *came_context;
    bool headers_ended;
    bool over_limit;
    bool bare; /* the reply need not say what it is */
    bool done;
    CURLcode result;
    char detail[CURL_ERROR_SIZE];
    /* To notice a stall: bytes moved when last looked at, and when to look again at the latest
     * (monotonic ms). */
    int64_t wait_ms;
    int64_t moved;
    int64_t deadline_ms;
    bool stalled;
};

/* Opens a connection and sends nothing: done when it is open, and it is as long as the exchange is
 * not cancelled. NULL when out of memory. */
struct http_exchange *http_exchange_connect(struct http_client *client);

/* Bytes sent and received so far. */
int64_t http_exchange_moved(const struct http_exchange *exchange);

/* The wait is at least so long while which the spare handle is prepared: within a shorter one the
 * processors are for others. */
#define HTTP_PREPARE_MS 10
/* Prepares the spare handle, when there is none: memory alone is asked for, and no failure told. */
void http_exchange_prepare(struct http_client *client);

/* Sets the deadline by which more bytes must have moved. */
void http_exchange_expect(struct http_exchange *exchange, int64_t now_ms);

#endif
