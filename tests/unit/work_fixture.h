/* A store with an author, and a server in memory that takes in what waits. */
#ifndef GUICHET_TESTS_WORK_FIXTURE_H
#define GUICHET_TESTS_WORK_FIXTURE_H

#include "app/author.h"
#include "tests/unit/store_fixture.h"

#define WORK_FIXTURE_RECORDS 64

struct work_fixture {
    struct store_fixture store;
    struct author author;  /* of this store */
    struct author visitor; /* another agent, at another terminal */
    struct clock visitor_clock;
    struct id_generator visitor_ids;
    struct record *server[WORK_FIXTURE_RECORDS];
    size_t server_count;
    int64_t cursor;
    bool is_centre; /* the server is a centre, and the office has a relay */
};

/* cmocka's setup and teardown of a fixture. */
int work_fixture_setup(void **state);
int work_fixture_teardown(void **state);

/* Applies the batch to the store, asserting that it works, and clears it. */
void work_fixture_apply(struct work_fixture *fixture, struct batch *batch);
/* The server applies a batch of the visitor's, and the store reads the feed. */
void work_fixture_visit(struct work_fixture *fixture, struct batch *batch);
/* The server applies what waits in the outbox, and the store reads the feed. */
void work_fixture_sync(struct work_fixture *fixture);

/* The current record; asserts that it is there. New. */
struct record *work_fixture_get(struct work_fixture *fixture, enum record_type type,
                                const struct id *id, enum store_pending *pending);

#endif
