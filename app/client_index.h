/*
 * The clients of this terminal, in memory and folded for finding: personal content is never
 * indexed on disk (DESIGN section 7). Made when a screen needs it, freed when it closes.
 */
#ifndef GUICHET_APP_CLIENT_INDEX_H
#define GUICHET_APP_CLIENT_INDEX_H

#include "app/client.h"
#include "app/client_key.h"
#include "app/client_likeness.h"
#include "app/store.h"

struct client_index;

/* Reads all clients and the references of their cases out of the store. Anonymous clients are left
 * out: there is nothing to find them by but a case's reference. */
int client_index_new(struct client_index **index, struct store *store, struct error *error);
/* The same of clients that somebody else has; they are copied. */
int client_index_of(struct client_index **index, struct record *const *clients, size_t count,
                    struct error *error);
void client_index_free(struct client_index *index);

size_t client_index_count(const struct client_index *index);

struct client_hit {
    const struct record *client; /* borrowed, until client_index_free */
    int score;                   /* greater is better */
    unsigned likeness;           /* of client_index_likely: bits of enum client_likeness */
    /* The file by which they were found, when that one is merged into `client`; else NULL. */
    const struct record *found_as;
};

/*
 * Clients that fit every word of `query`: the beginning of a word of their name (accents and case
 * aside) or one that sounds like it in French or English, the beginning, the local part or the last
 * four figures of their phone number, the beginning of their e-mail address, a half of their postal
 * code, their birth date in any usual form or its year, or the reference of one of their cases.
 * Best first, `limit` at most; returns how many were written. An empty query finds none.
 */
size_t client_index_find(struct client_index *index, const char *query, struct client_hit *hits,
                         size_t limit);

/* Clients that are likely the one in `details`, best first. `but` (may be NULL) is left out. */
size_t client_index_likely(struct client_index *index, const struct client_details *details,
                           const struct id *but, struct client_hit *hits, size_t limit);

/* --- one client, for whoever keeps an index elsewhere ------------------------------------------
 */

/* How well a client fits the whole of a query; 0: not at all. `reference` is the key of a case of
 * theirs that was found, may be NULL. */
int client_query_score(const struct client_query *query, const struct record *client,
                       const char *reference);
/* In what a client is like the one in `details`: bits of enum client_likeness, 0 for nothing. */
unsigned client_likeness(const struct client_details *details, const struct record *client);
/* How likely a client is the one typed; 0: not enough to be shown. */
int client_likely(const struct client_traits *typed, const struct record *client,
                  unsigned *likeness);
/* Keeps the best `limit` hits in their order; returns how many there are now. */
size_t client_hit_keep(struct client_hit *hits, size_t count, size_t limit, struct client_hit hit);

#endif
