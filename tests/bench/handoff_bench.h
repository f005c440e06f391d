/*
 * What the parts of the hand-off benchmark share.
 */
#ifndef GUICHET_TESTS_BENCH_HANDOFF_BENCH_H
#define GUICHET_TESTS_BENCH_HANDOFF_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "tests/bench/bare_pair.h"
#include "tests/bench/crowd.h"
#include "tests/bench/people.h"
#include "tests/bench/process.h"

struct handoff_bench {
    const char *guichet; /* programs, and the folder of the sample */
    const char *guichetd;
    const char *sample;
    char folder[64]; /* temporary */
    char database[96];
};

/* --- making operations (handoff_operation.c) ---------------------------------------------------
 */

/* An offer by `from` to an agent (an id) or a queue (a key), the other NULL. New reference; the id
 * of the hand-off goes to `handoff`. */
json_t *operation_offer(const struct person *from, const char *to_agent, const char *to_queue,
                        struct id *handoff);
/* Its acceptance by `by`. New reference. */
json_t *operation_accept(const struct person *by, const struct id *handoff);
/* Its withdrawal by who offered it, at rev `base`. New reference. */
json_t *operation_withdraw(const struct id *handoff, json_int_t base);

/* The body of a request with these operations: an array, or one, whose reference is taken over.
 * Owned (free()). */
char *operations_body(json_t *operations);

/* --- waiting terminals (handoff_bells.c) -------------------------------------------------------
 */

struct bells;

/* Makes a new database with so many agents and one more, who is nobody's colleague; starts guichetd
 * on it and lets `count` terminals of theirs hold the doorbell, until the server rests. */
struct bells *bells_hold(struct handoff_bench *bench, size_t count, size_t agents);
/* Ends the server, and checks its database. */
void bells_end(struct bells *bells);

/* A hand-off's offers from the one who is nobody's colleague to the agents, one after another;
 * `times` are from the offer's leaving to the record's coming to its agent. */
void bells_offer(struct bells *bells, double *times, size_t samples);
/* The same while every waiting terminal is rung again and again by offers to all. */
void bells_offer_among(struct bells *bells, double *times, size_t samples, size_t *rung);

pid_t bells_server(const struct bells *bells);
int bells_port(const struct bells *bells);
/* What the server takes for those that wait. */
const struct process_memory *bells_memory(const struct bells *bells);
long bells_threads(const struct bells *bells);

/* Withdraws what the sample's agent "marie" offers, from another device of hers. */
void bells_withdraw(struct bells *bells);

/* Offers to agents and queues at random, and sees of each waiting terminal that it is given what is
 * for it, once, and nothing else. Dies when not. */
void bells_check(struct bells *bells, size_t offers);

/* --- where the time goes (handoff_stages.c) ----------------------------------------------------
 */

struct stages;

/* The processes that a hand-off goes through. */
struct stages_who {
    pid_t sender;
    pid_t server;
    pid_t receiver;
};

/* Programs that are started from now on note by the library (marks.c) what they do. */
struct stages *stages_new(struct handoff_bench *bench, const char *library);
void stages_free(struct stages *stages);

/* Around one hand-off: the times are when the key was typed, and the line seen. */
void stages_begin(struct stages *stages);
/* What was announced of it is painted, before the line itself is. */
void stages_ahead(struct stages *stages, const struct stages_who *who, double typed,
                  double painted);
void stages_end(struct stages *stages, const struct stages_who *who, double typed, double painted);

void stages_print(struct stages *stages);

/* --- the rest ----------------------------------------------------------------------------------
 */

/* `handoffs` offers to queues, each claimed by `contenders` agents at once; dies unless each has
 * exactly one winner, by the replies and by the server's records afterwards (handoff_race.c). */
void race(struct handoff_bench *bench, size_t handoffs, size_t contenders);

/* From the sender's key to the receiver's painted line on real terminals, beside the terminals that
 * wait already (handoff_paint.c): the line that announces it (`times`), and that of the offer
 * itself, which can be accepted (`certain`). Before each, the peer is woken once (`bare`), unless
 * `pair` is NULL. `stages`, unless NULL, are noted of each. */
struct paint_times {
    double *announced;
    double *certain;
    double *bare;
    double *screen; /* the peer's, from a key to a line */
};
void paint_measure(struct handoff_bench *bench, struct bells *bells, struct bare_pair *pair,
                   const struct paint_times *times, size_t samples, struct stages *stages);

#endif
