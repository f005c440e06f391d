/*
 * Every call that a store offers, one by one, at a store in which there is something of everything:
 * for tests that let something fail at every point of each. What fails changes nothing, and goes
 * well when it is made again.
 */
#ifndef GUICHET_TESTS_STORE_CALLS_H
#define GUICHET_TESTS_STORE_CALLS_H

#include "tests/unit/store_fixture.h"

struct store_calls {
    struct store_fixture fixture;
    struct id client, matter, note, away;
    struct id waiting, refused; /* operations */
    struct operation *accepted; /* by a relay, whose centre refuses it */
    json_t *state;              /* kept under "presence" */
    struct record *page[2];     /* from the server */
    struct seal_key *later;     /* owned; the other one of the store's two keys */
    bool rekeyed;               /* the key at hand was renewed */
    struct error error;         /* of the call that failed */
};

struct store_call {
    const char *name;
    int (*make)(struct store_calls *calls);
    bool in_steps; /* each is whole, and some may be done when it fails */
    bool reads;    /* changes nothing */
    bool whole;    /* however it ends, all is there */
};

extern const struct store_call store_calls[];
extern const size_t store_calls_count;

/* A store of its own with something in it; ends both. */
void store_calls_begin(struct store_calls *calls);
void store_calls_end(struct store_calls *calls);
/* Closes and opens again, with whichever key it has by now. */
void store_calls_reopen(struct store_calls *calls);
/* What was in it when it began is there, and opens. */
void store_calls_check(struct store_calls *calls);

/* What stands in all tables of the store, read past it. Owned. */
char *store_calls_describe(const struct store_calls *calls);

#endif
