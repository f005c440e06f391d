/*
 * sim [--from K] [--seeds N] [--plant NAME]: runs seeds and tells of broken invariants.
 * With --restore-relays no, relays are not restored from older copies; with --move-terminals no,
 * terminals are not moved between a relay and its centre.
 * sim --year SEED [--terminals N] [--days N]: a year of 200 terminals, checked each week.
 * sim --test: a few seeds, one of them twice, and every planted bug, which must be found (not under
 * AddressSanitizer).
 * TRACE=1 in the environment prints what happens.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "tests/sim/sim_disk.h"
#include "tests/sim/simulation.h"

/* Each takes several times as long under the sanitizer. The plain suite runs them all, and finds
 * the planted bugs: that is no question of memory. */
#ifdef __SANITIZE_ADDRESS__
#define TEST_SEEDS   20
#define FINDS_PLANTS false
#else
#define TEST_SEEDS   200
#define FINDS_PLANTS true
#endif
#define PLANT_SEEDS 40

/* Each broke an invariant once; no relay was restored then. */
static const uint64_t known_seeds[] = {
    1001413,  5000043,  5000419,  5000731,  5000943,  5000951,  5001255,  5001287,
    5001731,  5002139,  5002283,  5002291,  5002511,  5002803,  10001110, 20000023,
    10005884, 119,      10011438, 10011259, 10011619, 10100478, 10101617, 10022527,
    10023558, 10024779, 10022742, 10026957, 301967,   20201839, 20201287, 301587,
    302567,   10032910, 10038775, 10043310, 10054993};

/* The same, with relays that are restored from older copies. */
static const uint64_t known_restored_seeds[] = {
    14000651, 14000111, 14000683, 14000747, 14000304, 14000710, 12907459, 10055335,
    10055390, 10072399, 10077606, 10083979, 10084203, 10093030, 10093590, 10103007,
    10105115, 10087526, 10095783, 31000587, 10111739, 10112643, 10112827};

/* The same, with terminals that are moved as well. */
static const uint64_t known_moved_seeds[] = {40000263, 41003923, 31002123, 10124543};

struct sums {
    int64_t seeds;
    int64_t failed;
    struct sim_totals totals;
};

static void add(struct sums *sums, const struct simulation *simulation)
{
    const struct sim_totals *one = &simulation->totals;

    sums->seeds++;
    sums->totals.steps += one->steps;
    sums->totals.simulated_ms += one->simulated_ms;
    sums->totals.operations += one->operations;
    sums->totals.repeated += one->repeated;
    sums->totals.refused += one->refused;
    sums->totals.handoffs_won += one->handoffs_won;
    sums->totals.handoffs_expired += one->handoffs_expired;
    sums->totals.crossings += one->crossings;
    sums->totals.promises_missed += one->promises_missed;
    sums->totals.tickets += one->tickets;
    sums->totals.withdrawn += one->withdrawn;
    sums->totals.let_go += one->let_go;
    sums->totals.fetched += one->fetched;
    sums->totals.batches += one->batches;
    sums->totals.binary += one->binary;
    for (int fault = 0; fault < SIM_FAULT_COUNT; fault++)
        sums->totals.faults[fault] += one->faults[fault];
}

static void print_sums(const struct sums *sums)
{
    printf("sim: %" PRId64 " seeds, %" PRId64 " failed, %" PRId64 " steps, %" PRId64
           " operations (%" PRId64 " refused, %" PRId64 " answered again, %" PRId64
           " hand-offs won, %" PRId64 " expired, %" PRId64 " thresholds crossed, %" PRId64
           " promises missed, %" PRId64 " tickets, %" PRId64 " taken back, %" PRId64
           " records let go, %" PRId64 " fetched, %" PRId64 " batches, %" PRId64
           " of them in CBOR), faults:",
           sums->seeds, sums->failed, sums->totals.steps, sums->totals.operations,
           sums->totals.refused, sums->totals.repeated, sums->totals.handoffs_won,
           sums->totals.handoffs_expired, sums->totals.crossings, sums->totals.promises_missed,
           sums->totals.tickets, sums->totals.withdrawn, sums->totals.let_go, sums->totals.fetched,
           sums->totals.batches, sums->totals.binary);
    for (int fault = 0; fault < SIM_FAULT_COUNT; fault++)
        printf(" %s %" PRId64 ",", sim_fault_names[fault], sums->totals.faults[fault]);
    printf(" simulated %.1f hours\n", (double)sums->totals.simulated_ms / 3600000.0);
}

static void run_seeds(struct sums *sums, struct simulation *simulation, uint64_t from,
                      uint64_t count, enum sim_plant plant)
{
    const char *trace = getenv("TRACE");

    for (uint64_t seed = from; seed < from + count; seed++) {
        bool good = sim_run(simulation, seed, plant, trace != NULL && strcmp(trace, "1") == 0);
        add(sums, simulation);
        if (!good) {
            sums->failed++;
            printf("seed %" PRIu64 " step %" PRId64 ": %s\n", seed, simulation->broken_step,
                   simulation->finding);
        }
    }
}

/* What has just been run comes out the same once more. */
static bool replays(struct simulation *simulation, uint64_t seed, enum sim_plant plant)
{
    uint64_t digest = simulation->digest;
    int64_t steps = simulation->totals.steps;
    (void)sim_run(simulation, seed, plant, false);
    if (digest == simulation->digest && steps == simulation->totals.steps)
        return true;
    printf("seed %" PRIu64 " does not replay\n", seed);
    return false;
}

/* True when some seed finds the bug, and finds it again. */
static bool finds(struct simulation *simulation, enum sim_plant plant)
{
    for (uint64_t seed = 1; seed <= PLANT_SEEDS; seed++)
        if (!sim_run(simulation, seed, plant, false)) {
            printf("planted %s: found by seed %" PRIu64 " at step %" PRId64 ": %s\n",
                   sim_plant_names[plant], seed, simulation->broken_step, simulation->finding);
            return replays(simulation, seed, plant);
        }
    printf("planted %s: NOT FOUND in %d seeds\n", sim_plant_names[plant], PLANT_SEEDS);
    return false;
}

/* Terminals of before and of now are both among those that it ran. */
static bool is_mixed(const struct sums *sums)
{
    if (sums->totals.binary > 0 && sums->totals.binary < sums->totals.batches)
        return true;
    printf("all batches came in one form\n");
    return false;
}

static void run_known(struct sums *sums, struct simulation *simulation, const uint64_t *seeds,
                      size_t count, bool relays_restored, bool terminals_move)
{
    simulation->relays_restored = relays_restored;
    simulation->terminals_move = terminals_move;
    for (size_t i = 0; i < count; i++)
        run_seeds(sums, simulation, seeds[i], 1, SIM_PLANT_NONE);
}

static int test(struct simulation *simulation)
{
    struct sums sums = {0};
    bool good =
        sim_run(simulation, 7, SIM_PLANT_NONE, false) && replays(simulation, 7, SIM_PLANT_NONE);

    simulation->terminals_move = false;
    for (int plant = SIM_PLANT_NONE + 1; FINDS_PLANTS && plant < SIM_PLANT_COUNT; plant++)
        good = finds(simulation, (enum sim_plant)plant) && good;
    simulation->terminals_move = true;
    run_seeds(&sums, simulation, 1, TEST_SEEDS, SIM_PLANT_NONE);
    run_known(&sums, simulation, known_moved_seeds,
              sizeof known_moved_seeds / sizeof known_moved_seeds[0], true, true);
    run_known(&sums, simulation, known_restored_seeds,
              sizeof known_restored_seeds / sizeof known_restored_seeds[0], true, false);
    run_known(&sums, simulation, known_seeds, sizeof known_seeds / sizeof known_seeds[0], false,
              false);
    print_sums(&sums);
    return is_mixed(&sums) && good && sums.failed == 0 ? 0 : 1;
}

/* Prints what it checked each week, and what a seed prints. */
static int run_year(struct simulation *simulation, uint64_t seed, int terminals, int days)
{
    const char *trace = getenv("TRACE");
    struct sums sums = {0};
    bool good =
        sim_year_run(simulation, seed, terminals, days, trace != NULL && strcmp(trace, "1") == 0);

    add(&sums, simulation);
    if (!good) {
        sums.failed++;
        printf("year %" PRIu64 " step %" PRId64 ": %s\n", seed, simulation->broken_step,
               simulation->finding);
    }
    printf("digest %016" PRIx64 "\n", simulation->digest);
    print_sums(&sums);
    return good ? 0 : 1;
}

static int usage(void)
{
    (void)fprintf(stderr, "sim [--from K] [--seeds N] [--plant NAME] "
                          "[--restore-relays no] [--move-terminals no] | "
                          "sim --year SEED [--terminals N] [--days N] | sim --test\n");
    return 2;
}

/* There is one thread, and much is taken and given back again and again: neither locks nor the
 * kernel need to be asked each time. */
static void settle_process(void)
{
    if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK)
        abort();
    sim_disk_register();
}

int main(int count, char **words)
{
    static struct simulation simulation;
    uint64_t from = 1;
    uint64_t seeds = 100;
    int plant = SIM_PLANT_NONE;
    bool year = false;
    int terminals = SIM_TERMINALS_MOST;
    int days = 365;
    struct sums sums = {0};

    settle_process();
    simulation.relays_restored = simulation.terminals_move = true;
    if (count == 2 && strcmp(words[1], "--test") == 0)
        return test(&simulation);
    for (int i = 1; i < count; i += 2) {
        if (i + 1 >= count)
            return usage();
        if (strcmp(words[i], "--from") == 0) {
            from = strtoull(words[i + 1], NULL, 10);
        } else if (strcmp(words[i], "--year") == 0) {
            year = true;
            from = strtoull(words[i + 1], NULL, 10);
        } else if (strcmp(words[i], "--terminals") == 0) {
            terminals = atoi(words[i + 1]);
        } else if (strcmp(words[i], "--days") == 0) {
            days = atoi(words[i + 1]);
        } else if (strcmp(words[i], "--seeds") == 0) {
            seeds = strtoull(words[i + 1], NULL, 10);
        } else if (strcmp(words[i], "--restore-relays") == 0) {
            simulation.relays_restored = strcmp(words[i + 1], "no") != 0;
        } else if (strcmp(words[i], "--move-terminals") == 0) {
            simulation.terminals_move = strcmp(words[i + 1], "no") != 0;
        } else if (strcmp(words[i], "--plant") == 0) {
            for (plant = 0; plant < SIM_PLANT_COUNT; plant++)
                if (strcmp(words[i + 1], sim_plant_names[plant]) == 0)
                    break;
            if (plant == SIM_PLANT_COUNT)
                return usage();
        } else {
            return usage();
        }
    }
    if (terminals < 1 || terminals > SIM_TERMINALS_MOST || days < 1)
        return usage();
    if (year)
        return run_year(&simulation, from, terminals, days);
    run_seeds(&sums, &simulation, from, seeds, (enum sim_plant)plant);
    print_sums(&sums);
    return sums.failed == 0 ? 0 : 1;
}
