/*
 * Measures the search beside the bare FTS5 query that answers the same keystroke in the same run
 * (issue 3): time a keystroke for 1 to 12 characters typed, index size, build time, memory.
 *
 * The services are those of services.h; `SIZES` in the environment gives their numbers
 * ("2000 100000" without it; add 1000000 for the large one).
 *
 * Every word is typed character by character, at each number of characters all the words one after
 * the other, ours and the bare query in turn; each is done again, up to ROUNDS times, as long as
 * that takes less than ROUND_SECONDS. CLOCK=processor in the environment counts the time of the
 * processor for both, on a machine that others use at the same time; the time of a clock without
 * it. KEEP=FOLDER keeps the catalogues and bare indexes there and takes those that are: of an index
 * that is made as before, whose searching changed. Figures of a build that was not made are left
 * out then. The last lines tell which goals of the issue are met; they never fail.
 */
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/search.h"
#include "tests/bench/services.h"

#define LONGEST 12
#define WORDS   60   /* different words typed, each character by character */
#define PAGE    1000 /* records of one page of the feed */
#define LIMIT   20
#define SKIPPED 77

/* Times that each word is typed, at most, and how long the last round may have begun after the
 * first. */
#define ROUNDS        5
#define ROUND_SECONDS 20

/* The goals: ours as a share of the bare query's time for 1 to SHORT characters and for more, the
 * growth for ten times the services, and the size of the index as a share of the bare one. */
#define SHORT       3
#define GOAL_SHORT  0.1
#define GOAL_LONG   0.5
#define GOAL_GROWTH 2.0
#define GOAL_SIZE   1.5

/* What was measured at one number of services. */
struct figures {
    size_t services;
    double alone[LONGEST + 1]; /* ours in a terminal of its own, median, ms */
    double ratio_median[LONGEST + 1];
    double ratio_late[LONGEST + 1]; /* at the 99th percentile */
    double size;                    /* of the index, as a share of the bare one */
};

static double now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Time of the processor that this program took: what a busy machine does not add to. */
static double processor_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* The clock by which keys are timed. */
static double key_ms(void)
{
    const char *clock = getenv("CLOCK");

    return clock != NULL && strcmp(clock, "processor") == 0 ? processor_ms() : now_ms();
}

/* What pages of records cost. */
struct pages {
    double spent;     /* ms, all of them */
    double longest;   /* ms */
    double processor; /* ms of the processor that the one that took most of it took */
};

static void pages_add(struct pages *pages, double before, double processor_before)
{
    double spent = now_ms() - before;
    double processor = processor_ms() - processor_before;

    pages->spent += spent;
    if (spent > pages->longest)
        pages->longest = spent;
    if (processor > pages->processor)
        pages->processor = processor;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench_search: %s: %s\n", what, why);
    exit(1);
}

/* ---- the two indexes ---- */

static void build_ours(const struct inventory *inventory, size_t services, const char *path,
                       struct pages *pages)
{
    struct catalogue *catalogue = NULL;
    struct error error = ERROR_INIT;

    *pages = (struct pages){0};
    if (catalogue_open(&catalogue, path, true, &error) != 0)
        fail("catalogue", error.message);
    for (size_t start = 0; start < services; start += PAGE) {
        struct record *page[PAGE];
        size_t count = services - start < PAGE ? services - start : PAGE;
        double before;
        double processor;

        for (size_t i = 0; i < count; i++) {
            struct service_texts texts;

            services_texts(inventory, start + i, &texts);
            page[i] = services_record(&texts, &error);
            if (page[i] == NULL)
                fail("records", error.message);
        }
        before = now_ms();
        processor = processor_ms();
        if (catalogue_write_page(catalogue, page, count, (int64_t)start, NULL, &error) != 0)
            fail("catalogue", error.message);
        pages_add(pages, before, processor);
        for (size_t i = 0; i < count; i++)
            record_free(page[i]);
    }
    for (bool more = true; more;) { /* what the last pages left to do */
        double before = now_ms();
        double processor = processor_ms();

        if (catalogue_tidy(catalogue, &more, &error) != 0)
            fail("catalogue", error.message);
        pages_add(pages, before, processor);
    }
    catalogue_close(catalogue);
}

static double build_bare(const struct inventory *inventory, size_t services, const char *path)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *insert = NULL;
    double spent = 0;

    if (sqlite3_open(path, &database) != SQLITE_OK ||
        sqlite3_exec(database,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                     "CREATE VIRTUAL TABLE bare USING fts5(title, text, content = '',"
                     " tokenize = \"unicode61 remove_diacritics 2\", prefix = '1 2 3');",
                     NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, "INSERT INTO bare (rowid, title, text) VALUES (?1, ?2, ?3)",
                           -1, &insert, NULL) != SQLITE_OK)
        fail("bare", sqlite3_errmsg(database));
    for (size_t start = 0; start < services; start += PAGE) {
        double before;

        sqlite3_exec(database, "BEGIN", NULL, NULL, NULL);
        for (size_t i = start; i < services && i < start + PAGE; i++) {
            struct service_texts texts;
            static char title[4096];
            static char text[16384];

            services_texts(inventory, i, &texts);
            snprintf(title, sizeof title, "%s %s", texts.title_fr, texts.title_en);
            snprintf(text, sizeof text, "%s %s", texts.text_fr, texts.text_en);
            before = now_ms();
            sqlite3_bind_int64(insert, 1, (sqlite3_int64)i + 1);
            sqlite3_bind_text(insert, 2, title, -1, SQLITE_STATIC);
            sqlite3_bind_text(insert, 3, text, -1, SQLITE_STATIC);
            if (sqlite3_step(insert) != SQLITE_DONE)
                fail("bare", sqlite3_errmsg(database));
            sqlite3_reset(insert);
            spent += now_ms() - before;
        }
        before = now_ms();
        sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
        spent += now_ms() - before;
    }
    sqlite3_finalize(insert);
    sqlite3_close(database);
    return spent;
}

/* Bytes of the pages of the tables whose names begin so. */
static double table_bytes(const char *path, const char *prefix)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *select = NULL;
    double bytes = 0;

    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, "SELECT total(pgsize) FROM dbstat WHERE name GLOB ?1 || '*'",
                           -1, &select, NULL) != SQLITE_OK)
        fail(path, sqlite3_errmsg(database));
    sqlite3_bind_text(select, 1, prefix, -1, SQLITE_STATIC);
    if (sqlite3_step(select) == SQLITE_ROW)
        bytes = sqlite3_column_double(select, 0);
    sqlite3_finalize(select);
    sqlite3_close(database);
    return bytes;
}

/* ---- keystrokes ---- */

struct series {
    double *values;
    size_t count;
};

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return a < b ? -1 : a > b;
}

static double percentile(struct series *series, double share)
{
    qsort(series->values, series->count, sizeof(double), compare_doubles);
    return series->values[(size_t)(share * (double)(series->count - 1) + 0.5)];
}

static double time_ours(struct catalogue *catalogue, const char *typed)
{
    struct search_request request = {.query = typed, .language = "fr", .limit = LIMIT};
    struct search_results *results = NULL;
    struct error error = ERROR_INIT;
    double before = key_ms();

    if (search_run(catalogue, &request, &results, &error) != 0)
        fail(typed, error.message);
    search_results_free(results);
    return key_ms() - before;
}

static double time_bare(sqlite3 *database, const char *typed)
{
    sqlite3_stmt *select = NULL;
    char expression[64];
    double before = key_ms();

    snprintf(expression, sizeof expression, "\"%s\"*", typed);
    if (sqlite3_prepare_v2(database,
                           "SELECT rowid FROM bare WHERE bare MATCH ?1 ORDER BY bm25(bare)"
                           " LIMIT 20",
                           -1, &select, NULL) != SQLITE_OK)
        fail(typed, sqlite3_errmsg(database));
    sqlite3_bind_text(select, 1, expression, -1, SQLITE_STATIC);
    while (sqlite3_step(select) == SQLITE_ROW)
        continue;
    sqlite3_finalize(select);
    return key_ms() - before;
}

/* Words of real titles of at least LONGEST characters, plain letters. */
static size_t choose_words(const struct inventory *inventory, char words[WORDS][LONGEST + 1])
{
    struct chance chance = {77};
    size_t count = 0;

    for (int tries = 0; tries < 100000 && count < WORDS; tries++) {
        const struct record *record = inventory->records[chance_next(&chance) % inventory->count];
        const char *title = services_text(record, "title", count % 2 == 0 ? "fr" : "en");

        for (const char *at = title; *at != '\0'; at++) {
            size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz");

            if (length >= LONGEST && (at == title || at[-1] == ' ')) {
                memcpy(words[count], at, LONGEST);
                words[count++][LONGEST] = '\0';
                break;
            }
            at += length > 0 ? length - 1 : 0;
        }
    }
    return count;
}

/* Bytes of memory of this process now. */
static double resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static struct catalogue *ours_open(const char *path)
{
    struct catalogue *catalogue = NULL;
    struct error error = ERROR_INIT;

    if (catalogue_open(&catalogue, path, false, &error) != 0)
        fail(path, error.message);
    return catalogue;
}

/* Types every word in a terminal of its own, with nothing beside it, ROUNDS times at every number
 * of services alike: says what that holds, and keeps the medians, of which the growth is told. */
static void measure_alone(const char *path, char words[WORDS][LONGEST + 1], size_t count,
                          struct figures *figures)
{
    struct series series[LONGEST + 1];
    struct catalogue *catalogue;
    double before;

    for (size_t length = 1; length <= LONGEST; length++) {
        series[length] = (struct series){.values = calloc(WORDS * ROUNDS, sizeof(double))};
        if (series[length].values == NULL)
            fail("measure", "out of memory");
    }
    malloc_trim(0); /* what building left behind does not hide what the search takes */
    before = resident_bytes();
    catalogue = ours_open(path);
    for (size_t i = 0; i < count * ROUNDS; i++) {
        for (size_t length = 1; length <= LONGEST; length++) {
            char typed[LONGEST + 1];

            memcpy(typed, words[i % count], length);
            typed[length] = '\0';
            series[length].values[series[length].count++] = time_ours(catalogue, typed);
        }
    }
    printf("  memory     index in the terminal %.1f MB; the process grew by %.1f MB\n",
           (double)search_memory(catalogue) / 1e6, (resident_bytes() - before) / 1e6);
    printf("  alone      median ms for 1 to %d characters:", LONGEST);
    for (size_t length = 1; length <= LONGEST; length++) {
        figures->alone[length] = percentile(&series[length], 0.5);
        printf(" %.3f", figures->alone[length]);
        free(series[length].values);
    }
    printf("\n");
    catalogue_close(catalogue);
}

/* One number of characters: fills the series with all the words, again and again. */
static void type_words(struct catalogue *catalogue, sqlite3 *bare, size_t length,
                       char words[WORDS][LONGEST + 1], size_t count, struct series *ours,
                       struct series *theirs)
{
    double began = now_ms();

    ours->count = theirs->count = 0;
    for (int round = 0; round < ROUNDS && now_ms() - began < ROUND_SECONDS * 1e3; round++) {
        for (size_t i = 0; i < count; i++) {
            char typed[LONGEST + 1];

            memcpy(typed, words[i], length);
            typed[length] = '\0';
            ours->values[ours->count++] = time_ours(catalogue, typed);
            theirs->values[theirs->count++] = time_bare(bare, typed);
        }
    }
}

static void measure(const struct inventory *inventory, const char *ours_path, const char *bare_path,
                    struct figures *figures)
{
    static char words[WORDS][LONGEST + 1];
    size_t count = choose_words(inventory, words);
    struct catalogue *catalogue;
    sqlite3 *bare = NULL;
    struct series ours = {.values = calloc(WORDS * ROUNDS, sizeof(double))};
    struct series theirs = {.values = calloc(WORDS * ROUNDS, sizeof(double))};

    if (ours.values == NULL || theirs.values == NULL || sqlite3_open(bare_path, &bare) != SQLITE_OK)
        fail("measure", bare_path);
    measure_alone(ours_path, words, count, figures);
    catalogue = ours_open(ours_path);
    printf(
        "  typed      ours ms (median, p99)      bare ms (median, p99)     ratio median   p99\n");
    for (size_t length = 1; length <= LONGEST; length++) {
        double median;
        double late;

        type_words(catalogue, bare, length, words, count, &ours, &theirs);
        median = percentile(&ours, 0.5);
        late = percentile(&ours, 0.99);
        figures->ratio_median[length] = median / percentile(&theirs, 0.5);
        figures->ratio_late[length] = late / percentile(&theirs, 0.99);
        printf("  %2zu      %10.3f %10.3f       %10.3f %10.3f       %8.3f %8.3f\n", length, median,
               late, percentile(&theirs, 0.5), percentile(&theirs, 0.99),
               figures->ratio_median[length], figures->ratio_late[length]);
        fflush(stdout);
    }
    free(ours.values);
    free(theirs.values);
    catalogue_close(catalogue);
    sqlite3_close(bare);
}

/* Leaves an empty file. */
static void mark(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fclose(file) != 0)
        fail(path, "cannot be written");
}

/* Makes both indexes and says what that took. */
static void build(const struct inventory *inventory, size_t services, const char *ours_path,
                  const char *bare_path)
{
    struct pages pages;
    double bare_ms;

    build_ours(inventory, services, ours_path, &pages);
    bare_ms = build_bare(inventory, services, bare_path);
    printf("  build      ours %.1f s (records and index)   bare %.1f s (index)   ratio %.2f\n",
           pages.spent / 1e3, bare_ms / 1e3, pages.spent / bare_ms);
    printf("  pages      of %d records: %.0f ms on average, the longest %.0f ms, at most %.0f ms of"
           " the processor\n",
           PAGE, pages.spent * PAGE / (double)services, pages.longest, pages.processor);
}

static void bench(const struct inventory *inventory, size_t services, const char *folder, bool keep,
                  struct figures *figures)
{
    char ours_path[300];
    char bare_path[300];
    char kept_path[300]; /* is there when both were built to their end */
    double ours_bytes;
    double bare_bytes;

    snprintf(ours_path, sizeof ours_path, "%s/ours-%zu.db", folder, services);
    snprintf(bare_path, sizeof bare_path, "%s/bare-%zu.db", folder, services);
    snprintf(kept_path, sizeof kept_path, "%s/built-%zu", folder, services);
    printf("%zu services\n", services);
    fflush(stdout);
    figures->services = services;
    if (access(kept_path, F_OK) == 0) {
        printf("  build      none, kept from a former run\n");
    } else {
        unlink(ours_path);
        unlink(bare_path);
        build(inventory, services, ours_path, bare_path);
        if (keep)
            mark(kept_path);
    }
    ours_bytes = table_bytes(ours_path, "search_");
    bare_bytes = table_bytes(bare_path, "bare");
    figures->size = ours_bytes / bare_bytes;
    printf("  index      ours %.1f MB (%.1f segments, %.1f cards)   bare %.1f MB   ratio %.2f\n",
           ours_bytes / 1e6, (ours_bytes - table_bytes(ours_path, "search_card")) / 1e6,
           table_bytes(ours_path, "search_card") / 1e6, bare_bytes / 1e6, figures->size);
    measure(inventory, ours_path, bare_path, figures);
    if (!keep) {
        unlink(ours_path);
        unlink(bare_path);
    }
}

/* ---- the goals ---- */

static const char *met(double value, double goal)
{
    return value <= goal ? "met   " : "missed";
}

static double worst(const double *values, size_t first, size_t last)
{
    double most = 0;

    for (size_t i = first; i <= last; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

static void print_goals(const struct figures *figures)
{
    double short_median = worst(figures->ratio_median, 1, SHORT);
    double short_late = worst(figures->ratio_late, 1, SHORT);
    double long_median = worst(figures->ratio_median, SHORT + 1, LONGEST);
    double long_late = worst(figures->ratio_late, SHORT + 1, LONGEST);

    printf("goals at %zu services\n", figures->services);
    printf("  %s  1 to %d characters at most %.1f of the bare query: median %.3f\n",
           met(short_median, GOAL_SHORT), SHORT, GOAL_SHORT, short_median);
    printf("  %s  the same at the 99th percentile: %.3f\n", met(short_late, GOAL_SHORT),
           short_late);
    printf("  %s  more characters at most %.1f of the bare query: median %.3f\n",
           met(long_median, GOAL_LONG), GOAL_LONG, long_median);
    printf("  %s  the same at the 99th percentile: %.3f\n", met(long_late, GOAL_LONG), long_late);
    printf("  %s  index at most %.1f of the bare one: %.2f\n", met(figures->size, GOAL_SIZE),
           GOAL_SIZE, figures->size);
}

/* The growth of the median with the services, in a terminal of its own, and the goal from 100,000
 * to ten times as many. */
static void print_growth(const struct figures *before, const struct figures *figures)
{
    double growth[LONGEST + 1] = {0};

    printf("  growth of the median, alone, from %zu services:", before->services);
    for (size_t i = 1; i <= LONGEST; i++) {
        growth[i] = figures->alone[i] / before->alone[i];
        printf(" %.2f", growth[i]);
    }
    printf("\n");
    if (before->services >= 100000 && figures->services == 10 * before->services)
        printf("  %s  growth below %.0f times: at most %.2f\n",
               met(worst(growth, 1, LONGEST), GOAL_GROWTH), GOAL_GROWTH, worst(growth, 1, LONGEST));
}

int main(void)
{
    struct inventory inventory;
    struct error error = ERROR_INIT;
    const char *sizes = getenv("SIZES");
    const char *kept = getenv("KEEP");
    bool keep = kept != NULL && *kept != '\0';
    char made[] = "/tmp/guichet-bench-XXXXXX";
    const char *folder = keep ? kept : made;
    struct figures before = {0};
    struct figures figures = {0};
    bool there = false;

    if (inventory_read(&inventory, &there, &error) != 0)
        fail("inventory", error.message);
    if (!there) {
        printf("bench_search: skipped, the shared inventory is not here\n");
        return SKIPPED;
    }
    if (!keep && mkdtemp(made) == NULL)
        fail("folder", made);
    for (const char *at = sizes == NULL || *sizes == '\0' ? "2000 100000" : sizes; *at != '\0';) {
        char *end = NULL;
        size_t services = strtoul(at, &end, 10);

        if (end == at || services == 0)
            fail("SIZES", at);
        before = figures;
        bench(&inventory, services, folder, keep, &figures);
        print_goals(&figures);
        if (before.services > 0)
            print_growth(&before, &figures);
        fflush(stdout);
        at = end + strspn(end, " ");
    }
    inventory_free(&inventory);
    if (!keep)
        rmdir(made);
    return 0;
}
