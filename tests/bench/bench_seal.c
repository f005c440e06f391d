/*
 * What sealing costs: writing pages of records into the cache as the sync thread does, reading all
 * of them back as the screen does, and re-keying, in the same program linked once with the real
 * sealing and once with one that copies (null_seal.c); in turns, in one run.
 *
 *   bench_seal BARE               BARE: bench_seal_bare; prints the ratios
 *   bench_seal[_bare] --measure   prints the milliseconds of one round
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/store_key.h"

#define RECORDS 20000
#define PAGE    500
#define ROUNDS  9

enum { WRITE, READ, REKEY, MEASURES };

static const char *const names[MEASURES] = {"write", "read", "re-key"};

static void die(const char *message)
{
    fprintf(stderr, "bench_seal: %s\n", message);
    exit(2);
}

static void check(int code, const struct error *error)
{
    if (code != 0)
        die(error->message);
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* --- one round ---------------------------------------------------------------------------------
 */

/* A note as agents write them: some hundred bytes, with accents. */
static struct record *make_note(struct id_generator *ids, int number)
{
    static const char sentence[] = "La cliente a téléphoné au sujet de sa demande ; rappeler après "
                                   "la vérification de l’adresse. ";
    struct id id = id_generate(ids, 1700000000000 + number);
    struct record *record = record_new(RECORD_NOTE, &id);
    char text[1200] = "";

    if (record == NULL)
        die("out of memory");
    for (int i = 0; i < 1 + number % 8; i++)
        strcat(text, sentence);
    record->rev = 1;
    record->seq = number + 1;
    json_object_set_new(record->body, "text", json_string(text));
    json_object_set_new(record->body, "kind", json_string("contact"));
    json_object_set_new(record->body, "visibility", json_string("everyone"));
    json_object_set_new(record->body, "case", json_string(id.text));
    return record;
}

static double write_all(struct store *store, struct record **records)
{
    struct error error = ERROR_INIT;
    double begin = now_ms();

    for (int i = 0; i < RECORDS; i += PAGE)
        check(store_write_page(store, records + i, PAGE, i + PAGE, "bench", &error), &error);
    return now_ms() - begin;
}

static int see(void *context, const struct record *record, enum store_pending pending)
{
    (void)pending;
    *(size_t *)context += record->body != NULL;
    return 0;
}

static double read_all(struct store *store)
{
    const struct store_query everything = {.type = RECORD_NONE};
    struct error error = ERROR_INIT;
    size_t count = 0;
    double begin = now_ms();

    check(store_each(store, &everything, see, &count, &error), &error);
    if (count != RECORDS)
        die("records are missing");
    return now_ms() - begin;
}

static int measure(void)
{
    struct record **records = calloc(RECORDS, sizeof(*records));
    struct seal_key *key, *next;
    struct store *store;
    struct id_generator ids = {0};
    struct error error = ERROR_INIT;
    unsigned char wrapped[SEAL_WRAPPED_SIZE] = {0};
    char folder[64], path[96], command[96];
    double took[MEASURES];

    check(seal_start(&error), &error);
    snprintf(folder, sizeof(folder), "%s/guichet-seal-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder) == NULL || records == NULL)
        die("no folder");
    snprintf(path, sizeof(path), "%s/agent.db", folder);
    key = seal_key_new();
    next = seal_key_new();
    for (int i = 0; i < RECORDS; i++)
        records[i] = make_note(&ids, i);
    check(store_create(path, &records[0]->id, key, wrapped, &error), &error);
    check(store_open(&store, path, key, &error), &error);
    took[WRITE] = write_all(store, records);
    read_all(store); /* pages are there */
    took[READ] = read_all(store);
    took[REKEY] = now_ms();
    check(store_rekey(store, next, wrapped, NULL, NULL, &error), &error);
    took[REKEY] = now_ms() - took[REKEY];
    store_close(store);
    for (int i = 0; i < RECORDS; i++)
        record_free(records[i]);
    free(records);
    seal_key_free(key);
    seal_key_free(next);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        die("the folder stays behind");
    printf("%.3f %.3f %.3f\n", took[WRITE], took[READ], took[REKEY]);
    return 0;
}

/* --- in turns ----------------------------------------------------------------------------------
 */

static void run_round(const char *program, double took[MEASURES])
{
    char command[4200];
    FILE *output;

    snprintf(command, sizeof(command), "'%s' --measure", program);
    output = popen(command, "r");
    if (output == NULL ||
        fscanf(output, "%lf %lf %lf", &took[WRITE], &took[READ], &took[REKEY]) != MEASURES ||
        pclose(output) != 0)
        die("a round failed");
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), by_size);
    return values[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    double sealed[MEASURES][ROUNDS], bare[MEASURES][ROUNDS];

    if (argc == 2 && strcmp(argv[1], "--measure") == 0)
        return measure();
    if (argc != 2)
        die("usage: bench_seal BARE");
    for (int round = 0; round < ROUNDS; round++) {
        double took[MEASURES];

        run_round(argv[0], took);
        for (int i = 0; i < MEASURES; i++)
            sealed[i][round] = took[i];
        run_round(argv[1], took);
        for (int i = 0; i < MEASURES; i++)
            bare[i][round] = took[i];
    }
    printf("%d records, medians of %d rounds in turns, processor time\n", RECORDS, ROUNDS);
    for (int i = 0; i < MEASURES; i++) {
        double with = median(sealed[i]), without = median(bare[i]);

        printf("%-7s sealed %7.1f ms, bare %7.1f ms, ratio %.2f\n", names[i], with, without,
               with / without);
    }
    return 0;
}
