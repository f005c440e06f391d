#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/handoff_bench.h"

#define WAIT_SECONDS 50
/* The write-ahead log, once so long, is written over and grows no more (database.c). */
#define LOG_BYTES (4000 * 4120)
#define BATCH     200
/* A busy machine may be silent for a while. Shorter than a bell is held: what was not told by the
 * bell is not to be found by asking anew. */
#define PATIENCE_MS 40000

/* One terminal that holds the doorbell. */
struct holder {
    long long since;
    size_t offers; /* records that it was given */
};

struct bells {
    struct handoff_bench *bench;
    size_t count;
    struct person *people; /* the last one does not wait */
    struct person clerk;   /* the sample's marie */
    long long clerk_since;
    bool clerk_asks; /* the reply that comes is hers */
    struct id clerk_offer;
    json_int_t clerk_rev;
    struct holder *holders;
    struct crowd *crowd; /* two more connections than holders: for offers, and for those to all */
    pid_t server;
    int port;
    struct process_memory memory; /* of the server, for those that wait */
    struct id awaited;            /* the hand-off whose coming is timed */
    double came;                  /* 0: not yet */
    size_t refused;
    size_t replies;
};

/* --- holding -----------------------------------------------------------------------------------
 */

static void hold(struct bells *bells, size_t number)
{
    char path[128];

    snprintf(path, sizeof path, "/v1/changes?scope=desk&since=%lld&limit=50&wait=%d&merge=0",
             bells->holders[number].since, WAIT_SECONDS);
    crowd_ask(bells->crowd, number, path, bells->people[number].token, NULL);
}

static size_t occurrences(const char *text, const char *wanted)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++)
        count++;
    return count;
}

/* Withdraws the hand-off that the page ends with, if it is offered. */
static void clerk_reads(struct bells *bells, const struct crowd_reply *reply)
{
    json_t *page = json_loads(reply->body, 0, NULL);
    const json_t *records = json_object_get(page, "records"), *record;
    struct id handoff;
    size_t index;

    bells->clerk_asks = false;
    bells->clerk_since = json_integer_value(json_object_get(page, "next"));
    bells->clerk_offer = (struct id){0};
    json_array_foreach(records, index, record)
    {
        const json_t *state = json_object_get(json_object_get(record, "body"), "state");

        if (strcmp(json_string_value(json_object_get(record, "type")), "handoff") == 0 &&
            state != NULL && strcmp(json_string_value(state), "offered") == 0 &&
            id_parse(&handoff, json_string_value(json_object_get(record, "id")))) {
            bells->clerk_offer = handoff;
            bells->clerk_rev = json_integer_value(json_object_get(record, "rev"));
        }
    }
    json_decref(page);
}

static void answered(void *context, const struct crowd_reply *reply)
{
    struct bells *bells = context;
    const char *next = strstr(reply->body, "\"next\":");
    struct holder *holder;

    if (reply->status != 200)
        process_die("status %d: %s", reply->status, reply->body);
    if (bells->clerk_asks && reply->number > bells->count) {
        clerk_reads(bells, reply);
        return;
    }
    if (reply->number >= bells->count) {
        bells->refused += strstr(reply->body, "\"refused\"") != NULL;
        return;
    }
    holder = &bells->holders[reply->number];
    if (next == NULL)
        process_die("a page without an end: %s", reply->body);
    holder->since = strtoll(next + 7, NULL, 10);
    holder->offers += occurrences(reply->body, "\"type\":\"handoff\"");
    bells->replies++;
    if (bells->awaited.text[0] != '\0' && bells->came == 0 &&
        strstr(reply->body, bells->awaited.text) != NULL)
        bells->came = reply->ms;
    hold(bells, reply->number);
}

/* Reads what comes until nothing has come for a while. */
static void drain(struct bells *bells, int silence_ms)
{
    double heard = crowd_now();
    size_t before = bells->replies;

    while (crowd_now() - heard < silence_ms) {
        crowd_turn(bells->crowd, silence_ms);
        if (bells->replies != before || crowd_waiting(bells->crowd) > bells->count)
            heard = crowd_now();
        before = bells->replies;
    }
}

static bool log_is_full(const struct bells *bells)
{
    struct stat log;
    char path[128];

    snprintf(path, sizeof path, "%s-wal", bells->bench->database);
    return stat(path, &log) == 0 && log.st_size >= LOG_BYTES;
}

/* Offers that nobody waits for, until the server writes as one does that has run for a day. */
static void fill_log(struct bells *bells)
{
    const struct person *sender = &bells->people[bells->count];
    struct id handoff;

    while (!log_is_full(bells)) {
        json_t *operations = json_array();

        for (int i = 0; i < BATCH; i++)
            json_array_append_new(operations,
                                  operation_offer(sender, NULL, "bench/none", &handoff));
        char *body = operations_body(operations);
        crowd_ask(bells->crowd, bells->count, "/v1/operations", sender->token, body);
        free(body);
        while (crowd_waiting(bells->crowd) > bells->count)
            crowd_turn(bells->crowd, 10000);
    }
}

static void hold_some(struct bells *bells, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        hold(bells, i);
        crowd_turn(bells->crowd, 0);
    }
}

struct bells *bells_hold(struct handoff_bench *bench, size_t count, size_t agents)
{
    struct bells *bells = calloc(1, sizeof *bells);

    if (bells == NULL)
        process_die("no memory for the bells");
    bells->bench = bench;
    bells->count = count;
    bells->people = calloc(count + 1, sizeof *bells->people);
    bells->holders = calloc(count, sizeof *bells->holders);
    if (bells->people == NULL || bells->holders == NULL)
        process_die("no memory for %zu terminals", count);
    process_run("rm -f %s*; '%s' init --database %s >/dev/null", bench->database, bench->guichetd,
                bench->database);
    if (bench->sample != NULL)
        process_run("'%s' import sample '%s' --database %s >/dev/null", bench->guichetd,
                    bench->sample, bench->database);
    people_make(bench->database, bells->people, count + 1, agents);
    bells->clerk.agent = id_from_key("agent", "sample/marie");
    people_sign_in(bench->database, &bells->clerk);
    bells->server = process_serve(bench->guichetd, bench->database, &bells->port);
    bells->memory.count = count;
    bells->memory.before = process_memory_now(bells->server);
    bells->crowd = crowd_new(bells->port, count + 2, answered, bells);
    hold_some(bells, 0, count / 2);
    bells->memory.half = process_memory_now(bells->server);
    hold_some(bells, count / 2, count);
    bells->memory.all = process_memory_now(bells->server);
    fill_log(bells);
    return bells;
}

void bells_end(struct bells *bells)
{
    crowd_free(bells->crowd);
    process_stop(bells->server);
    process_run("'%s' check --database %s >/dev/null", bells->bench->guichetd,
                bells->bench->database);
    free(bells->people);
    free(bells->holders);
    free(bells);
}

pid_t bells_server(const struct bells *bells)
{
    return bells->server;
}

int bells_port(const struct bells *bells)
{
    return bells->port;
}

const struct process_memory *bells_memory(const struct bells *bells)
{
    return &bells->memory;
}

long bells_threads(const struct bells *bells)
{
    return process_status(bells->server, "Threads");
}

/* --- offering ----------------------------------------------------------------------------------
 */

static double send_offer(struct bells *bells, size_t connection, const char *to_agent,
                         const char *to_queue, struct id *handoff)
{
    const struct person *sender = &bells->people[bells->count];
    char *body = operations_body(operation_offer(sender, to_agent, to_queue, handoff));
    double sent = crowd_ask(bells->crowd, connection, "/v1/operations", sender->token, body);

    free(body);
    return sent;
}

static double offer_once(struct bells *bells, size_t to)
{
    size_t before = crowd_waiting(bells->crowd);
    double sent;

    bells->came = 0;
    sent = send_offer(bells, bells->count, bells->people[to].agent.text, NULL, &bells->awaited);
    while (bells->came == 0 || crowd_waiting(bells->crowd) > before) {
        crowd_turn(bells->crowd, 10000);
        if (crowd_now() - sent > 60000)
            process_die("an offer did not come to its agent");
    }
    bells->awaited = (struct id){0};
    return bells->came - sent;
}

void bells_offer(struct bells *bells, double *times, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        times[i] = offer_once(bells, i * 7919 % bells->count);
        /* The terminal holds the bell again before the next. */
        drain(bells, 2);
    }
    if (bells->refused > 0)
        process_die("%zu offers were refused", bells->refused);
}

/* How many were given so many offers: all of them, unless it takes too long. */
static size_t await_all(struct bells *bells, size_t offers)
{
    double began = crowd_now();
    size_t given = 0;

    do {
        crowd_turn(bells->crowd, 1000);
        given = 0;
        for (size_t i = 0; i < bells->count; i++)
            given += bells->holders[i].offers >= offers;
    } while (given < bells->count && crowd_now() - began < PATIENCE_MS);
    return given;
}

void bells_offer_among(struct bells *bells, double *times, size_t samples, size_t *rung)
{
    struct id all;
    size_t before = bells->replies;

    for (size_t i = 0; i < samples; i++) {
        send_offer(bells, bells->count + 1, NULL, "bench/all", &all);
        /* Into the midst of the others' waking. */
        while (bells->replies == before)
            crowd_turn(bells->crowd, 1000);
        times[i] = offer_once(bells, i * 7919 % bells->count);
        drain(bells, 200);
        before = bells->replies;
    }
    *rung = await_all(bells, samples);
}

void bells_withdraw(struct bells *bells)
{
    char path[96];
    char *body;

    snprintf(path, sizeof path, "/v1/changes?scope=desk&since=%lld", bells->clerk_since);
    bells->clerk_asks = true;
    crowd_ask(bells->crowd, bells->count + 1, path, bells->clerk.token, NULL);
    while (crowd_waiting(bells->crowd) > bells->count)
        crowd_turn(bells->crowd, 10000);
    if (bells->clerk_offer.text[0] == '\0')
        process_die("marie offers nothing");
    body = operations_body(operation_withdraw(&bells->clerk_offer, bells->clerk_rev));
    crowd_ask(bells->crowd, bells->count + 1, "/v1/operations", bells->clerk.token, body);
    free(body);
    while (crowd_waiting(bells->crowd) > bells->count)
        crowd_turn(bells->crowd, 10000);
    if (bells->refused > 0)
        process_die("marie cannot withdraw her offer");
}

/* --- each what concerns it ---------------------------------------------------------------------
 */

void bells_check(struct bells *bells, size_t offers)
{
    size_t *due = calloc(bells->count, sizeof *due);
    unsigned seed = 7;

    if (due == NULL)
        process_die("no memory for a check");
    for (size_t i = 0; i < offers; i++) {
        char queue[32];
        struct id handoff;
        size_t to;

        seed = seed * 1103515245u + 12345u;
        to = (seed >> 8) % bells->count;
        snprintf(queue, sizeof queue, "bench/%zu", to / PEOPLE_IN_QUEUE);
        if (i % 10 == 9) {
            send_offer(bells, bells->count, NULL, "bench/all", &handoff);
            for (size_t other = 0; other < bells->count; other++)
                due[other]++;
        } else if (i % 2 == 0) {
            send_offer(bells, bells->count, bells->people[to].agent.text, NULL, &handoff);
            due[to]++;
        } else {
            send_offer(bells, bells->count, NULL, queue, &handoff);
            for (size_t other = 0; other < bells->count; other++)
                due[other] += other / PEOPLE_IN_QUEUE == to / PEOPLE_IN_QUEUE;
        }
        while (crowd_waiting(bells->crowd) > bells->count)
            crowd_turn(bells->crowd, 10000);
    }
    drain(bells, 1000);
    for (size_t i = 0; i < bells->count; i++)
        if (bells->holders[i].offers != due[i])
            process_die("terminal %zu was given %zu offers, %zu were for it", i,
                        bells->holders[i].offers, due[i]);
    if (bells->refused > 0)
        process_die("%zu offers were refused", bells->refused);
    free(due);
}
