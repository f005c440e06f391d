/*
 * Agents by the thousand for a benchmark, each signed in at a device of its own. They are written
 * into a database that no server has open: what signing in costs (a password's hash takes a quarter
 * of a second, on purpose) is not what is measured.
 */
#ifndef GUICHET_TESTS_BENCH_PEOPLE_H
#define GUICHET_TESTS_BENCH_PEOPLE_H

#include <stddef.h>

#include "app/id.h"
#include "net/ledger.h"

/* How many share an office "bench/N" and a queue "bench/N". All serve the queue "bench/all", nobody
 * "bench/none". */
#define PEOPLE_IN_OFFICE 20
#define PEOPLE_IN_QUEUE  50

struct person {
    struct id agent;
    struct id device;
    char token[LEDGER_TOKEN_SIZE];
    char office[48];
};

/* Adds `agents` of them, signed in at `count` terminals in turn; the last terminal is of one more,
 * who is alone in their office and serves no queue. Dies on failure. */
void people_make(const char *database, struct person *people, size_t count, size_t agents);

/* Adds a session of an agent who is there already. */
void people_sign_in(const char *database, struct person *person);

#endif
