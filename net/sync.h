/*
 * Sync: carries the terminal's outbox up and the server's records down (DESIGN section 3). It meets
 * the screen in the store, the catalogue and the link alone.
 */
#ifndef GUICHET_NET_SYNC_H
#define GUICHET_NET_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "app/clock.h"
#include "app/error.h"
#include "app/link.h"
#include "app/store_file.h"

struct sync;

struct sync_options {
    const char *server_url;  /* as in http_client.h */
    const char *ca_file;     /* NULL: the system's certificates */
    const char *client_cert; /* as in http_client.h; NULL for none */
    const char *client_key;
    const char *catalogue_path; /* made when it is not there */
    const char *key_file;       /* the terminal's own key (PEM), made when it is not there; NULL: it
                                   has none, and gets long tokens where they are given */
    bool escrow_pinned;         /* for whom stores deposit their key is not the server's to say */
    struct store_policy policy; /* which files a terminal holds; zero: all */
    struct link *link;          /* borrowed; must outlive the sync */
    clock_source clock;         /* the wall clock; NULL: the machine's */
    void *clock_context;
};

/* What was carried so far. */
struct sync_totals {
    int64_t operations_sent; /* counted again when sent again */
    int64_t applied;
    int64_t repeated; /* had been applied by a sending whose answer was lost */
    int64_t refused;
    int64_t conflicts;
    int64_t work_records;
    int64_t catalogue_records;
    int64_t exchanges;
    int64_t bytes_sent; /* HTTP headers and bodies, without TLS and TCP */
    int64_t bytes_received;
};

/*
 * Starts the sync thread, which runs until sync_stop: it signs in with what the link holds, and
 * keeps the link's store and the catalogue up to date, whatever the network does.
 */
int sync_start(struct sync **sync, const struct sync_options *options, struct error *error);

/* Stops the thread within a moment and joins it; what was under way is taken up again by the next
 * one. NULL does nothing. */
void sync_stop(struct sync *sync);

/*
 * The same without a thread, once: signs in, sends until the outbox is empty, reads both feeds to
 * their ends, signs out at the server. The first failure ends it: ERROR_OFFLINE, ERROR_REFUSED,
 * ERROR_PROTOCOL, ERROR_STORAGE ...; what was carried until then stays. `totals` may be NULL and
 * is filled in either case.
 */
int sync_once(const struct sync_options *options, struct sync_totals *totals, struct error *error);

#endif
