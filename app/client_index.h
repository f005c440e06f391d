/*
 * The clients of this terminal, in memory and folded for finding: personal content is never
 * indexed on disk (DESIGN section 7). Made when a screen needs it, freed when it closes.
 */
#ifndef GUICHET_APP_CLIENT_INDEX_H
#define GUICHET_APP_CLIENT_INDEX_H

#include "app/client.h"
#include "app/store.h"

struct client_index;

/* Reads all clients and the references of their cases out of the store. Anonymous clients are left
 * out: there is nothing to find them by but a case's reference. */
int client_index_new(struct client_index **index, struct store *store, struct error *error);
void client_index_free(struct client_index *index);

size_t client_index_count(const struct client_index *index);

/* Why a client is likely the same as the one being typed. */
enum client_likeness {
    LIKE_PHONE = 1 << 0,
    LIKE_EMAIL = 1 << 1,
    LIKE_NAME = 1 << 2,      /* the same words, in any order */
    LIKE_NEAR_NAME = 1 << 3, /* one word apart by a letter or two, or some of the words */
    LIKE_POSTAL_CODE = 1 << 4,
    LIKE_BIRTH_DATE = 1 << 5,
};

/* In what a client is like the one in `details`: bits, 0 for nothing. */
unsigned client_likeness(const struct client_details *details, const struct record *client);

struct client_hit {
    const struct record *client; /* borrowed, until client_index_free */
    int score;                   /* greater is better */
    unsigned likeness;           /* of client_index_likely: bits of enum client_likeness */
};

/*
 * Clients that fit every word of `query`: the beginning of a word of their name (accents and case
 * aside), digits within their phone number, the beginning of their e-mail address, a part of their
 * postal code or year of birth, or the reference of one of their cases. Best first, `limit` at
 * most; returns how many were written. An empty query finds none.
 */
size_t client_index_find(const struct client_index *index, const char *query,
                         struct client_hit *hits, size_t limit);

/* Clients that are likely the one in `details`, best first. `but` (may be NULL) is left out. */
size_t client_index_likely(const struct client_index *index, const struct client_details *details,
                           const struct id *but, struct client_hit *hits, size_t limit);

#endif
