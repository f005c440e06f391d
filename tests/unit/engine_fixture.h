/*
 * The sync engine alone: the test is its clock and its network, store and link are the real ones.
 */
#ifndef GUICHET_TESTS_ENGINE_FIXTURE_H
#define GUICHET_TESTS_ENGINE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "net/sync_engine.h"
#include "tests/unit/store_fixture.h"

#define FEED "019b7000-0000-7000-8000-00000000feed"

/* Room for the largest request of these tests. */
#define BENCH_BODY_SIZE (256 * 1024)

/* What left on a lane and was not answered yet. */
struct sent {
    bool open;
    bool packed;    /* the body came in the coding of terminals */
    bool binary;    /* it came in binary form, and is JSON here */
    bool wants;     /* the answer is asked for in binary form */
    char line[320]; /* "POST /v1/login" */
    void (*came)(void *context, const char *body, size_t length); /* of the request */
    void *came_context;
    char body[BENCH_BODY_SIZE];
};

struct bench {
    struct store_fixture store;
    struct link *link;
    struct sync_engine *engine;
    char catalogue_path[128];
    struct sent lanes[SYNC_LANE_COUNT];
    char token[64];
    char line[400];                  /* what was done with the line: "open close" */
    const struct signature_key *key; /* the terminal's, for engines made from now on */
    bool escrow_pinned;              /* the same */
    int64_t steady;
    int64_t wall;
    int begun;
    int64_t received; /* bytes that each answer brought, as the engine is told */
};

/* With a store and a link of its own; `once` as in sync_engine_options. Frees with bench_free. */
struct bench *bench_new(bool once);
/* Another engine on the same link and files. */
void bench_new_engine(struct bench *bench, bool once);
void bench_free(struct bench *bench);

/* "POST /v1/login": what is under way on a lane, "" when nothing is. */
const char *bench_work(const struct bench *bench);
const char *bench_bell(const struct bench *bench);

/* A reply with this status and body on a lane; "time" in the body is the caller's business. */
void bench_answer_with(struct bench *bench, enum sync_lane lane, int status, const char *body,
                       int64_t retry_after_ms);
void bench_answer(struct bench *bench, enum sync_lane lane, int status, const char *body);
void bench_cut(struct bench *bench, enum sync_lane lane);
struct link_status bench_status(struct bench *bench);

void bench_sign_in(struct bench *bench);
void bench_give_store(struct bench *bench);
void bench_accept_login(struct bench *bench, const char *feed);
/* With more members, a comma behind each. */
void bench_accept_login_with(struct bench *bench, const char *feed, const char *more);
void bench_answer_page(struct bench *bench, enum sync_lane lane, int64_t next, int64_t catalogue,
                       const char *records);
/* Signed in, with its store, both feeds read and the long poll open. */
void bench_get_online(struct bench *bench);

void bench_write_note(struct bench *bench, const char *text);
/* The outcome of the operation that the body of the last push holds first. */
void bench_answer_push(struct bench *bench, const char *rest);
/* Operations in the outbox. */
/* Appends in the push under way. */
size_t bench_appends_sent(const struct bench *bench);
int64_t bench_waiting(struct bench *bench);

#endif
