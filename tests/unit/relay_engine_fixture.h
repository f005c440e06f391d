/*
 * A relay's side of its link alone: the test is its clock and its network; both ledgers are real.
 */
#ifndef GUICHET_TESTS_RELAY_ENGINE_FIXTURE_H
#define GUICHET_TESTS_RELAY_ENGINE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/relay_engine.h"
#include "tests/unit/relay_fixture.h"

#define FEED "019b7000-0000-7000-8000-00000000feed"

/* What left on a lane and was not answered yet. */
struct sent {
    bool open;
    char line[400]; /* "GET /v1/relay?..." */
    json_t *body;   /* owned: what it sends along, NULL for nothing */
};

struct bench {
    struct relay_fixture fixture;
    struct relay_board *board;
    struct relay_engine *engine;
    struct sent lanes[SYNC_LANE_COUNT];
    int cancelled;
    int64_t steady;
    int64_t wall;
};

/* For cmocka: a bench of its own as the state. */
int bench_setup(void **state);
int bench_teardown(void **state);

/* "GET /v1/relay?...": what is under way on a lane, "" when nothing is. */
const char *bench_work(const struct bench *bench);
const char *bench_bell(const struct bench *bench);
bool bench_starts(const char *line, const char *with);
struct relay_status bench_status(struct bench *bench);

/* What comes back on a lane, after which the engine makes its next step. */
void bench_answer(struct bench *bench, enum sync_lane lane, int status, const char *body);
void bench_cut(struct bench *bench, enum sync_lane lane);
void bench_greet(struct bench *bench);
/* The last page of a feed, with nothing in it. */
void bench_page(struct bench *bench, enum sync_lane lane, int next, const char *scopes);
/* Greeted, both feeds read, the long poll open. */
void bench_get_joined(struct bench *bench);

/* Anne's, that makes a client. */
struct operation *bench_client(struct bench *bench);
/* Applies it at the relay, which sends it; takes it over. */
void bench_carry(struct bench *bench, struct operation *operation);

#endif
