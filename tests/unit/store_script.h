/*
 * A short day at a store, step by step, and what must hold when it was broken off: for tests that
 * let something fail at every point of it.
 */
#ifndef GUICHET_TESTS_STORE_SCRIPT_H
#define GUICHET_TESTS_STORE_SCRIPT_H

#include <stdbool.h>

#include "tests/unit/store_fixture.h"

#define STORE_STEPS 6

/* Ids fixed before the fork, so that the parent knows what to look for. */
struct store_script {
    struct id client;
    struct id case_id;
    struct id notes[2];
    struct operation *append; /* of the client, as sent */
    bool power_cut;           /* what is kept for the moment alone may be lost */
    struct error error;       /* of the step that failed */
    void (*enter)(void);      /* called before the store is, NULL for none */
    void (*leave)(void);      /* called after */
};

/* Opens a store of its own and makes the ids; ends both. */
void store_script_begin(struct store_fixture *fixture, struct store_script *script);
void store_script_end(struct store_fixture *fixture, struct store_script *script);

/* One step of the work, 0 to STORE_STEPS - 1; 0 when the store acknowledged it. */
int store_script_step(struct store_fixture *fixture, struct store_script *script, int step);

/* What must hold when `done` steps were acknowledged and the next may have been under way. */
void store_script_check(struct store_fixture *fixture, const struct store_script *script, int done);

#endif
