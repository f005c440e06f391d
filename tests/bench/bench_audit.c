/*
 * What the audit trail costs: notes applied by the ledger one by one and a hundred at a time, each
 * transaction on disk before the next, in the same program linked once with the trail and once with
 * one that keeps nothing (null_trail.c); in turns, in one run. Then what a proof and a verification
 * of all that cost.
 *
 *   bench_audit BARE               BARE: bench_audit_bare; prints the ratios
 *   bench_audit[_bare] --measure   prints the microseconds of one operation, in each way, and the
 *                                  bytes of the database for each
 */
#define _GNU_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/import.h"
#include "net/ledger_audit.h"
#include "net/ledger_audit_read.h"
#include "net/ledger_verify.h"

#define ALONE    300
#define TOGETHER 100
#define BATCHES  60
#define ROUNDS   5

enum { ONE, HUNDRED, BYTES, MEASURES };

static const char *const names[MEASURES] = {"us an operation, alone", "us an operation, of 100",
                                            "bytes an operation"};

static void die(const char *message)
{
    fprintf(stderr, "bench_audit: %s\n", message);
    exit(2);
}

static void check(int code, const struct error *error)
{
    if (code != 0)
        die(error->message);
}

static double now_us(void)
{
    struct timespec moment;

    clock_gettime(CLOCK_MONOTONIC, &moment);
    return (double)moment.tv_sec * 1e6 + (double)moment.tv_nsec / 1e3;
}

/* --- one round -------------------------------------------------------------------------------- */

struct bench {
    char folder[64], path[96];
    struct ledger *ledger;
    struct ledger_actor actor;
    struct id_generator ids;
    struct id matter;
};

static void publish_agent(struct bench *bench)
{
    struct error error = ERROR_INIT;
    struct import_target target;
    struct record *agent;

    bench->actor.agent = id_from_key("agent", "sample/anne");
    agent = record_new(RECORD_AGENT, &bench->actor.agent);
    json_decref(agent->body);
    agent->body = json_pack("{s:s, s:s, s:s, s:s, s:s}", "key", "sample/anne", "login", "anne",
                            "name", "Anne Roy", "office", "sample/a", "role", "specialist");
    ledger_import_target(bench->ledger, &target);
    check(target.begin(target.context, &error), &error);
    check(target.publish(target.context, agent, &error), &error);
    check(target.commit(target.context, &error), &error);
    record_free(agent);
}

static struct operation *operation_of(struct bench *bench, enum record_type type, json_t *body)
{
    struct id record = id_generate(&bench->ids, clock_system(NULL));
    struct operation *operation = operation_new(OPERATION_APPEND, type, &record);

    json_decref(operation->body);
    operation->body = body;
    operation->id = id_generate(&bench->ids, clock_system(NULL));
    operation->agent = bench->actor.agent;
    operation->device = bench->actor.device;
    operation->moment.ms = clock_system(NULL);
    return operation;
}

static struct operation *note(struct bench *bench)
{
    return operation_of(
        bench, RECORD_NOTE,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "case", bench->matter.text, "channel",
                  "counter", "kind", "contact", "text",
                  "The client came with the certificate that was missing; it is on file now.",
                  "author", bench->actor.agent.text, "office", "sample/a", "at",
                  "2026-11-02T14:00:00.000Z"));
}

static void apply(struct bench *bench, struct operation **operations, size_t count)
{
    struct ledger_outcome outcomes[TOGETHER];
    struct error error = ERROR_INIT;

    check(ledger_apply(bench->ledger, &bench->actor, operations, count, clock_system(NULL),
                       outcomes, &error),
          &error);
    for (size_t i = 0; i < count; i++) {
        if (outcomes[i].kind != LEDGER_APPLIED)
            die("an operation was refused");
        ledger_outcome_clear(&outcomes[i]);
        operation_free(operations[i]);
    }
}

static void begin(struct bench *bench)
{
    struct error error = ERROR_INIT;
    struct operation *matter;

    strcpy(bench->folder, "/tmp/guichet-bench-XXXXXX");
    if (mkdtemp(bench->folder) == NULL)
        die("no folder");
    snprintf(bench->path, sizeof(bench->path), "%s/guichetd.db", bench->folder);
    check(ledger_create(bench->path, &error), &error);
    check(ledger_open(&bench->ledger, bench->path, &error), &error);
    publish_agent(bench);
    bench->actor.device = id_generate(&bench->ids, clock_system(NULL));
    bench->actor.may = permission_of_role("specialist");
    matter = operation_of(bench, RECORD_CASE,
                          json_pack("{s:s, s:s, s:s, s:s, s:s}", "reference", "C-TEST-0000",
                                    "office", "sample/a", "opened_at", "2026-11-02T14:00:00.000Z",
                                    "opened_by", bench->actor.agent.text, "status", "received"));
    bench->matter = matter->record;
    apply(bench, &matter, 1);
}

static void end(struct bench *bench)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock", AUDIT_KEY_ENDING};

    ledger_close(bench->ledger);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char name[128];

        snprintf(name, sizeof(name), "%s%s", bench->path, endings[i]);
        unlink(name);
    }
    rmdir(bench->folder);
}

static double alone(struct bench *bench)
{
    double began = now_us();

    for (int i = 0; i < ALONE; i++) {
        struct operation *operation = note(bench);

        apply(bench, &operation, 1);
    }
    return (now_us() - began) / ALONE;
}

static double together(struct bench *bench)
{
    double began = now_us();

    for (int i = 0; i < BATCHES; i++) {
        struct operation *operations[TOGETHER];

        for (int j = 0; j < TOGETHER; j++)
            operations[j] = note(bench);
        apply(bench, operations, TOGETHER);
    }
    return (now_us() - began) / (BATCHES * TOGETHER);
}

static double bytes_each(struct bench *bench)
{
    struct error error = ERROR_INIT;
    struct stat facts;

    ledger_close(bench->ledger);
    bench->ledger = NULL;
    if (stat(bench->path, &facts) != 0)
        die("the database is gone");
    check(ledger_open(&bench->ledger, bench->path, &error), &error);
    return (double)facts.st_size / (ALONE + BATCHES * TOGETHER);
}

static int measure(void)
{
    struct bench bench = {.ledger = NULL};
    double one, hundred;

    begin(&bench);
    one = alone(&bench);
    hundred = together(&bench);
    printf("%.3f %.3f %.3f\n", one, hundred, bytes_each(&bench));
    end(&bench);
    return 0;
}

/* --- all of it -------------------------------------------------------------------------------- */

static void run_round(const char *program, double took[MEASURES])
{
    char command[600];
    FILE *pipe;

    snprintf(command, sizeof(command), "'%s' --measure", program);
    pipe = popen(command, "r");
    if (pipe == NULL || fscanf(pipe, "%lf %lf %lf", &took[ONE], &took[HUNDRED], &took[BYTES]) != 3)
        die("a round failed");
    if (pclose(pipe) != 0)
        die("a round failed");
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return a < b ? -1 : a > b;
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), by_value);
    return values[ROUNDS / 2];
}

static void prove_and_verify(void)
{
    const struct audit_verify_options options = {.finding = NULL};
    struct bench bench = {.ledger = NULL};
    struct audit_verified verified;
    struct error error = ERROR_INIT;
    double began;

    begin(&bench);
    together(&bench);
    check(ledger_audit_sign(bench.ledger, clock_system(NULL), &error), &error);
    began = now_us();
    check(ledger_audit_verify(bench.path, &options, &verified, &error), &error);
    if (verified.findings != 0)
        die("the trail is not whole");
    printf("verified: %.2f us an entry, of %lld\n", (now_us() - began) / (double)verified.entries,
           (long long)verified.entries);
    began = now_us();
    for (int i = 0; i < 100; i++) {
        const struct audit_entry entry = {.kind = AUDIT_EXPORT, .at_ms = 1, .what = "bench"};
        json_t *proof;

        check(ledger_audit_prove(bench.path, 1 + i * (verified.entries / 100), NULL, &entry, &proof,
                                 &error),
              &error);
        json_decref(proof);
    }
    printf("proved: %.0f us a proof, with opening the database\n", (now_us() - began) / 100);
    end(&bench);
}

int main(int argc, char **argv)
{
    double with[MEASURES][ROUNDS], bare[MEASURES][ROUNDS];

    if (argc == 2 && strcmp(argv[1], "--measure") == 0)
        return measure();
    if (argc != 2)
        die("usage: bench_audit BARE");
    for (int round = 0; round < ROUNDS; round++) {
        double took[MEASURES];

        run_round(argv[0], took);
        for (int i = 0; i < MEASURES; i++)
            with[i][round] = took[i];
        run_round(argv[1], took);
        for (int i = 0; i < MEASURES; i++)
            bare[i][round] = took[i];
    }
    for (int i = 0; i < MEASURES; i++) {
        double a = median(with[i]), b = median(bare[i]);

        printf("%-24s with the trail %8.1f, without %8.1f, ratio %.2f\n", names[i], a, b, a / b);
    }
    prove_and_verify();
    return 0;
}
