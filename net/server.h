/*
 * The HTTP server over a ledger: libmicrohttpd with epoll and a pool of threads. A request that
 * waits is suspended and costs no thread.
 */
#ifndef GUICHET_NET_SERVER_H
#define GUICHET_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"
#include "net/ledger.h"
#include "net/server_limits.h"

struct server;

struct relay_board;

/* What Open311 says of itself. */
struct open311_options {
    const char *jurisdictions; /* ids with commas between; NULL or "": one, without an id */
    const char *url;           /* where clients reach /open311/v2; NULL or "": the own address */
    const char *contact;       /* a sentence: whom to ask */
    const char *key_service;   /* a sentence: where keys are given */
    bool test;                 /* nobody acts on what comes in */
    unsigned repeat_minutes;   /* within which the same request again is the same request */
};

/* Another organisation's identity provider; see net/provider.h. */
struct provider_options;

struct server_options {
    const char *listen;          /* "127.0.0.1:8737", "[::1]:0"; port 0: any free one */
    const char *tls_certificate; /* path of a PEM file, NULL or "": plain HTTP, loopback only */
    const char *tls_key;         /* path of a PEM file */
    const char
        *tls_client_ca;    /* path of a PEM file: terminals show a certificate by it; NULL or "" */
    unsigned threads;      /* of the pool, at least 1 */
    unsigned connections;  /* open at a time, at most */
    unsigned idle_seconds; /* after which a silent connection is closed */
    struct server_limits limits; /* what else it takes at most; zeros are the presets */
    unsigned feed_days;          /* GET /v1/changes gives no case that was closed, and has rested,
                                    for more days than this; 0: SERVER_FEED_DAYS */
    bool log_requests;           /* a line for each request */
    const char *web_origin; /* whose pages may continue drafts ("https://www.example.ca"), or "" */
    const char *web_proxy;  /* address whose X-Forwarded-For is believed, NULL or "" for none */
    unsigned intake_rate;   /* messages a minute of one intake key; 0: no limit */
    size_t intake_attachment_bytes; /* of one attachment over REST; 0: as much as intake takes */
    const char *intake_types;       /* media types taken over REST (net/intake_document.h) */
    const char *sms_secret; /* path of the secret that the SMS gateway signs with, NULL or "" */
    const char *sms_queue;  /* key: where cases wait that an SMS opens, "" for none */
    struct open311_options open311;
    const char *escrow_key; /* for whom terminals deposit their keys (app/escrow.h); NULL or "": for
                               nobody; a relay then says what the centre does */
    const struct provider_options *provider; /* NULL: agents sign in with passwords alone */
    struct relay_board *board;               /* borrowed: of a relay; NULL at the centre */
    /* Takes one line, without newline, without personal content; called from any thread. */
    void (*log)(void *context, const char *line);
    void *log_context;
};

/* Largest request body, as sent and as expanded. */
#define SERVER_BODY_LIMIT (8 * (size_t)1024 * 1024)
#define SERVER_FEED_DAYS  60
/* Most operations in one request. */
#define SERVER_BATCH_LIMIT 1000

/*
 * Listens and serves in threads of its own until server_stop. The ledger is borrowed, and its
 * listener taken. ERROR_REFUSED for plain HTTP on an address that is not loopback, ERROR_BUSY when
 * the address is in use, ERROR_INVALID when it is none.
 */
int server_start(struct server **server, const struct server_options *options,
                 struct ledger *ledger, struct error *error);

/* Who is at its own terminals, as in GET /v1/presence. New reference, NULL out of memory. */
json_t *server_present(struct server *server);

/* "http://127.0.0.1:8737": what clients connect to. Borrowed. */
const char *server_address(const struct server *server);

/* Refuses what comes from now on, answers what waits and what is under way (for up to ten seconds),
 * closes everything and frees. */
void server_stop(struct server *server);

#endif
