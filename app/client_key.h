/*
 * What a client is found by: short keys of their names, numbers, addresses and dates, the same in a
 * terminal's memory and in the server's index. A key begins with its kind: "n:" a folded word of
 * the name, "f:" and "e:" how it sounds in French and English, "p:" figures of the phone, "m:" the
 * e-mail address, "c:" the postal code, "b:" the birth date, "r:" the reference of a case.
 */
#ifndef GUICHET_APP_CLIENT_KEY_H
#define GUICHET_APP_CLIENT_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "app/client_likeness.h"
#include "app/record.h"

#define CLIENT_KEY_SIZE 80

/* Non-zero stops with that code. */
typedef int (*client_key_visit)(void *context, const char *key);

/* Each key of a client's record; one may come twice. Anonymous clients have none. ERROR_MEMORY. */
int client_keys(const struct record *client, client_key_visit visit, void *context);

/* One way in which a piece of a query may be meant. */
struct client_term {
    char key[CLIENT_KEY_SIZE];
    bool whole; /* the key itself, not only its beginning */
    int score;
};

#define CLIENT_TERMS  8
#define CLIENT_PIECES 12

/* A word that was typed, or a date of several; any of its terms will do, the first is the surest.
 */
struct client_piece {
    struct client_term terms[CLIENT_TERMS];
    size_t count;
};

struct client_query {
    struct client_piece pieces[CLIENT_PIECES];
    size_t count; /* a client must have a key for each of them */
};

/* Reads what was typed; what can mean nothing is left out. */
void client_query_read(struct client_query *query, const char *typed);

/* How well one key fits a term: 0 not at all. */
int client_term_fits(const struct client_term *term, const char *key);

/* Raises the score of each piece that a key fits better than those before it; zeroed at first. */
void client_query_fit(const struct client_query *query, const char *key, int scores[CLIENT_PIECES]);

/* The terms by which clients like these details are looked for, before they are compared: one
 * piece, any term of which will do. The score of each is the number of the detail that it is of,
 * from 1. Returns how many were written. */
#define CLIENT_LIKELY_TERMS 40
size_t client_likely_terms(const struct client_traits *traits,
                           struct client_term terms[CLIENT_LIKELY_TERMS]);

#endif
