/*
 * What room made ahead in the store's log is worth (app/store_room.c): notes are saved in two
 * stores in turn, and in one of them room is made between, when nobody waits. A log that is new
 * grows with each saving; the other one's does not.
 *
 *   bench_room DIRECTORY
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/bench/crowd.h"
#include "tests/bench/process.h"
#include "tests/unit/store_fixture.h"

/* Fewer than after which a log begins anew, and grows no more. */
#define SAVINGS 250

enum { BARE, ROOM, KINDS };

static const char *directory;

static double save(struct store_fixture *fixture, const struct id *matter)
{
    double began = crowd_now();

    (void)store_fixture_note(fixture, matter, "The client asks again where the card is.");
    return crowd_now() - began;
}

static void measure(void **state)
{
    static const char *const names[KINDS] = {[BARE] = "a log that grows", [ROOM] = "with room"};
    static struct store_fixture fixtures[KINDS];
    static double times[KINDS][SAVINGS];
    struct id matters[KINDS];

    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        store_fixture_begin_in(&fixtures[kind], directory);
        matters[kind] = store_fixture_id(&fixtures[kind]);
    }
    for (int i = 0; i < SAVINGS * KINDS; i++) {
        int kind = (i + i / KINDS) % KINDS;

        times[kind][i / KINDS] = save(&fixtures[kind], &matters[kind]);
        store_journal_settle(fixtures[kind].store);
        if (kind == ROOM)
            store_room(fixtures[kind].store);
    }
    printf("ms until a note is saved on %s     10 %%   median     90 %%\n", directory);
    for (int kind = 0; kind < KINDS; kind++) {
        printf("  %-30s", names[kind]);
        for (int percent = 10; percent <= 90; percent += 40)
            printf(" %8.3f", process_percentile(times[kind], SAVINGS, percent));
        printf("\n");
        store_fixture_end(&fixtures[kind]);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};

    directory = argc > 1 ? argv[1] : "/tmp";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
