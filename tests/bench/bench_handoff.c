/*
 * Hand-offs with many terminals that hold the doorbell, on a real guichetd over loopback.
 *
 *   bench_handoff GUICHET GUICHETD SAMPLE wake COUNT...      latency and memory, beside a bare peer
 *   bench_handoff GUICHET GUICHETD SAMPLE paint COUNT...     the first of it alone
 *   bench_handoff GUICHET GUICHETD SAMPLE stages LIBRARY COUNT   where the time goes (marks.h)
 *   bench_handoff GUICHET GUICHETD SAMPLE race OFFERS AGENTS one winner each
 *   bench_handoff GUICHET GUICHETD SAMPLE check              small: is it right? No figures
 *
 * The figures are times of this machine, for comparing within one run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sodium.h>

#include "tests/bench/bare.h"
#include "tests/bench/handoff_bench.h"

#define SAMPLES       500
#define PAINT_SAMPLES 30
#define PAINT_AGENTS  1000
#define HERD_SAMPLES  20

static struct handoff_bench bench;

/* --- the bare peer -----------------------------------------------------------------------------
 */

struct bare {
    size_t count;
    struct crowd *crowd;
    size_t awaited;
    double came;
};

static void bare_wait(struct bare *bare, size_t number)
{
    char path[32];

    snprintf(path, sizeof path, "/wait/%zu", number);
    crowd_ask(bare->crowd, number, path, NULL, NULL);
}

static void bare_answered(void *context, const struct crowd_reply *reply)
{
    struct bare *bare = context;

    if (reply->status != 200)
        process_die("the bare server answers %d", reply->status);
    if (reply->number >= bare->count)
        return;
    if (reply->number == bare->awaited)
        bare->came = reply->ms;
    bare_wait(bare, reply->number);
}

static void bare_wake(struct bare *bare, const char *how, double *times, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        char path[32];
        double sent;

        bare->awaited = i * 7919 % bare->count;
        bare->came = 0;
        snprintf(path, sizeof path, "/%s/%zu", how, bare->awaited);
        sent = crowd_ask(bare->crowd, bare->count, path, NULL, "{}");
        while (bare->came == 0 || crowd_waiting(bare->crowd) > bare->count)
            crowd_turn(bare->crowd, 10000);
        times[i] = bare->came - sent;
        for (double until = crowd_now() + 2; crowd_now() < until;)
            crowd_turn(bare->crowd, 2);
    }
}

/* --- figures -----------------------------------------------------------------------------------
 */

/* Medians of the bare peer. */
struct peer {
    double wake;   /* nothing is written */
    double twice;  /* pages are written and synced as often as by the server: it, and its trail */
    double thrice; /* as often as from the sender's key on */
};

/* What a row says, and its times: beside the wake-up alone, and beside the one that writes as often
 * (`like`). */
static double row(const char *what, double *times, size_t samples, double wake, double like)
{
    double median = process_percentile(times, samples, 50);

    printf("  %-58s %8.3f %8.3f", what, median, process_percentile(times, samples, 99));
    if (wake > 0)
        printf(" %7.1fx", median / wake);
    if (like > 0)
        printf(" %7.1fx", median / like);
    printf("\n");
    fflush(stdout);
    return median;
}

static void print_memory(const char *who, const struct process_memory *memory)
{
    printf("  %s: %.1f KiB of memory for each waiting terminal, and %.0f KiB once\n", who,
           process_memory_each(memory), process_memory_once(memory));
}

static struct peer measure_bare(size_t count)
{
    struct peer peer;
    struct bare bare = {.count = count};
    double times[SAMPLES];
    char path[96];
    int port;

    snprintf(path, sizeof path, "%s/page", bench.folder);
    pid_t server = bare_start(count, path, &port);
    struct process_memory memory = {.before = process_memory_now(server), .count = count};
    bare.crowd = crowd_new(port, count + 1, bare_answered, &bare);
    for (size_t i = 0; i < count / 2; i++)
        bare_wait(&bare, i);
    memory.half = process_memory_now(server);
    for (size_t i = count / 2; i < count; i++)
        bare_wait(&bare, i);
    memory.all = process_memory_now(server);
    print_memory("libmicrohttpd alone", &memory);
    bare_wake(&bare, "wake", times, SAMPLES);
    peer.wake = row("bare wake-up, again and again within one process", times, SAMPLES, 0, 0);
    bare_wake(&bare, "2", times, SAMPLES);
    peer.twice =
        row("the same, with a page written and synced before, twice", times, SAMPLES, 0, 0);
    bare_wake(&bare, "3", times, SAMPLES);
    peer.thrice = row("the same, with three, one after another", times, SAMPLES, 0, 0);
    crowd_free(bare.crowd);
    process_stop(server);
    return peer;
}

/* A screen that lists colleagues reads them all: with more than a territory's agents its own time
 * would hide what is measured. The others' terminals are then several for each agent. */
static void measure_paint(size_t count, double thrice)
{
    double announced[PAINT_SAMPLES], certain[PAINT_SAMPLES], woken[PAINT_SAMPLES];
    double screen[PAINT_SAMPLES], bare, bare_screen;
    const struct paint_times times = {announced, certain, woken, screen};
    size_t agents = count < PAINT_AGENTS ? count : PAINT_AGENTS;
    char path[96];

    snprintf(path, sizeof path, "%s/pair", bench.folder);
    struct bare_pair *pair = bare_pair_open(count, path);
    struct bells *bells = bells_hold(&bench, count, agents);
    paint_measure(&bench, bells, pair, &times, PAINT_SAMPLES, NULL);
    printf("  (real terminals: those that wait beside them are of %zu agents)\n", agents);
    bare =
        row("bare wake-up from one process to another, between them", woken, PAINT_SAMPLES, 0, 0);
    bare_screen =
        row("the same from a key to a line on two terminals", screen, PAINT_SAMPLES, 0, 0);
    row("sender's key to the receiver's painted line, announced", announced, PAINT_SAMPLES, bare,
        bare_screen);
    row("the same to the line of the offer itself", certain, PAINT_SAMPLES, bare, thrice);
    bells_end(bells);
    bare_pair_close(pair);
}

/* The first of the figures alone, for who works on it. */
static void paint(int count, char **terminals)
{
    for (int i = 0; i < count; i++) {
        printf("%s terminals hold the doorbell\n", terminals[i]);
        measure_paint((size_t)atol(terminals[i]), 0);
    }
}

static void measure_wake(size_t count)
{
    double times[SAMPLES];
    struct peer peer;
    size_t rung;

    printf("%zu terminals hold the doorbell\n  %-58s %8s %8s %8s %8s\n", count, "", "median",
           "99 %", "/ bare", "/ like");
    peer = measure_bare(count);
    measure_paint(count, peer.thrice);
    struct bells *bells = bells_hold(&bench, count, count);
    print_memory("guichetd", bells_memory(bells));
    printf("  guichetd: %ld threads in all\n", bells_threads(bells));
    bells_offer(bells, times, SAMPLES);
    row("POST of the offer to the record in the receiver's hand", times, SAMPLES, peer.wake,
        peer.twice);
    bells_offer_among(bells, times, HERD_SAMPLES, &rung);
    row("the same while every terminal is woken by an offer to all", times, HERD_SAMPLES, peer.wake,
        peer.twice);
    if (rung != count)
        process_die("%zu of %zu terminals were given what was for all", rung, count);
    bells_end(bells);
}

static void wake(int count, char **terminals)
{
    printf(
        "Times in ms. \"/ bare\": to the wake-up of libmicrohttpd alone, which keeps nothing, "
        "measured "
        "in the\nsame way: beside real terminals from one process to another over libcurl, as "
        "seldom "
        "and in turn with\nthem; beside bare connections over such. \"/ like\": to the same with "
        "as many pages on the disk before: an offer is on the sender's "
        "disk once, and on the\nserver's twice (itself, and that it was read) before its receiver "
        "is told; it is announced before any of that.\n");
    for (int i = 0; i < count; i++)
        measure_wake((size_t)atol(terminals[i]));
}

static void stages(const char *library, size_t count)
{
    double times[PAINT_SAMPLES], certain[PAINT_SAMPLES];
    const struct paint_times both = {times, certain, NULL, NULL};
    struct stages *stages = stages_new(&bench, library);
    struct bells *bells = bells_hold(&bench, count, count < PAINT_AGENTS ? count : PAINT_AGENTS);

    printf("%zu terminals hold the doorbell: where the time of a hand-off goes, in ms\n", count);
    paint_measure(&bench, bells, NULL, &both, PAINT_SAMPLES, stages);
    stages_print(stages);
    row("from the key to the announced line, noting meanwhile", times, PAINT_SAMPLES, 0, 0);
    row("from the key to the line of the offer itself", certain, PAINT_SAMPLES, 0, 0);
    bells_end(bells);
    stages_free(stages);
}

static void check(void)
{
    struct bells *bells = bells_hold(&bench, 300, 300);

    bells_check(bells, 200);
    printf("300 terminals were each given what was for them, and nothing else\n");
    bells_end(bells);
    race(&bench, 200, 10);
}

/* Two processes with a descriptor for each terminal. */
static void more_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5 || sodium_init() < 0) {
        fprintf(stderr,
                "usage: bench_handoff GUICHET GUICHETD SAMPLE wake COUNT... | paint COUNT... | "
                "stages LIBRARY COUNT | race OFFERS AGENTS | check\n");
        return 2;
    }
    bench = (struct handoff_bench){.guichet = argv[1], .guichetd = argv[2], .sample = argv[3]};
    strcpy(bench.folder, "/tmp/guichet-bench-XXXXXX");
    if (mkdtemp(bench.folder) == NULL)
        process_die("no temporary folder");
    snprintf(bench.database, sizeof bench.database, "%s/central.db", bench.folder);
    more_descriptors();
    if (strcmp(argv[4], "wake") == 0)
        wake(argc - 5, argv + 5);
    else if (strcmp(argv[4], "paint") == 0)
        paint(argc - 5, argv + 5);
    else if (strcmp(argv[4], "race") == 0 && argc == 7)
        race(&bench, (size_t)atol(argv[5]), (size_t)atol(argv[6]));
    else if (strcmp(argv[4], "stages") == 0 && argc == 7)
        stages(argv[5], (size_t)atol(argv[6]));
    else if (strcmp(argv[4], "check") == 0)
        check();
    else
        process_die("unknown: %s", argv[4]);
    process_run("rm -rf %s", bench.folder);
    return 0;
}
