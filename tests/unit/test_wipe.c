/* Erasing what a terminal keeps: all that is its own, over what fails, and nothing else. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/store_key.h"
#include "app/wipe.h"
#include "tests/unit/remove_folder.h"
#include "tests/unit/unit.h"

#define SECRET "Zephyrine Bellefleur"

struct place {
    char folder[64];
    char path[160];
};

static const char *at(struct place *place, const char *name)
{
    (void)snprintf(place->path, sizeof(place->path), "%s/%s", place->folder, name);
    return place->path;
}

static void put(struct place *place, const char *name)
{
    FILE *file = fopen(at(place, name), "w");

    assert_non_null(file);
    assert_true(fputs(SECRET, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool is_there(struct place *place, const char *name)
{
    struct stat status;

    return lstat(at(place, name), &status) == 0;
}

/* A data directory with two agents' stores and what else a terminal keeps. */
static int setup(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    strcpy(place->folder, "/tmp/guichet-wipe.XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    assert_int_equal(mkdir(at(place, "agents"), 0700), 0);
    put(place, "agents/marie.db");
    put(place, "agents/marie.db-wal");
    put(place, "agents/marie.db.outbox");
    put(place, "agents/pierre.db");
    put(place, "agents/last-login");
    put(place, "catalogue.db");
    put(place, "catalogue.db-wal");
    put(place, "terminal.pem");
    put(place, "letter.txt");
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;

    assert_int_equal(remove_folder(place->folder), 0);
    free(place);
    return 0;
}

/* Whether the bytes of a file that is gone, and that we hold open, are no longer what they were. */
static void assert_overwritten(int file)
{
    char bytes[64] = "";

    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    assert_true(read(file, bytes, sizeof(bytes) - 1) >= 0);
    assert_null(strstr(bytes, "Zephyrine"));
    close(file);
}

static void all_that_is_ours_goes(void **state)
{
    static const char *const kept[] = {"agents/marie.db", "agents/marie.db.outbox",
                                       "agents/pierre.db", "catalogue.db", "terminal.pem"};
    struct place *place = *state;
    int open_before[5];

    for (int i = 0; i < 5; i++) {
        open_before[i] = open(at(place, kept[i]), O_RDONLY);
        assert_true(open_before[i] >= 0);
    }
    assert_false(wipe_is_noted(place->folder));
    assert_int_equal(wipe_note(place->folder, NULL), 0);
    assert_true(wipe_is_noted(place->folder));
    assert_int_equal(wipe_run(place->folder, NULL), 0);
    assert_false(wipe_is_noted(place->folder));
    for (int i = 0; i < 5; i++) {
        assert_false(is_there(place, kept[i]));
        assert_overwritten(open_before[i]);
    }
    assert_false(is_there(place, "agents"));
    assert_false(is_there(place, "catalogue.db-wal"));
    /* People put the directory where they like. */
    assert_true(is_there(place, "letter.txt"));
    /* Once more there is nothing to do. */
    assert_int_equal(wipe_run(place->folder, NULL), 0);
}

/* What a link points to is not ours. */
static void a_link_goes_and_not_what_it_points_to(void **state)
{
    struct place *place = *state;
    char bytes[64] = "", letter[160];
    int file;

    strcpy(letter, at(place, "letter.txt"));
    assert_int_equal(symlink(letter, at(place, "agents/elsewhere")), 0);
    assert_int_equal(wipe_run(place->folder, NULL), 0);
    assert_false(is_there(place, "agents"));
    file = open(letter, O_RDONLY);
    assert_true(file >= 0);
    assert_true(read(file, bytes, sizeof(bytes) - 1) > 0);
    close(file);
    assert_string_equal(bytes, SECRET);
}

/* One agent's store goes, with what belongs to it; not that of somebody whose login goes on. */
static void one_store_goes_alone(void **state)
{
    struct place *place = *state;
    char path[160];

    put(place, "agents/marie.db.marie.db");
    strcpy(path, at(place, "agents/marie.db"));
    assert_int_equal(store_destroy(path, NULL), 0);
    assert_false(is_there(place, "agents/marie.db"));
    assert_false(is_there(place, "agents/marie.db-wal"));
    assert_false(is_there(place, "agents/marie.db.outbox"));
    assert_true(is_there(place, "agents/marie.db.marie.db"));
    assert_true(is_there(place, "agents/pierre.db"));
}

/* Something cannot be removed: all else goes, it is told, and the next start tries again. */
static void it_goes_on_past_what_fails_and_the_order_stays(void **state)
{
    struct place *place = *state;
    struct error error = ERROR_INIT;

    /* A store that is a folder with something in it is no file that can be removed. */
    assert_int_equal(mkdir(at(place, "agents/stuck.db"), 0700), 0);
    assert_int_equal(wipe_note(place->folder, NULL), 0);
    assert_int_not_equal(wipe_run(place->folder, &error), 0);
    assert_int_not_equal(strlen(error.message), 0);
    assert_true(wipe_is_noted(place->folder));
    assert_false(is_there(place, "agents/marie.db"));
    assert_false(is_there(place, "agents/pierre.db"));
    assert_false(is_there(place, "terminal.pem"));
    assert_false(is_there(place, "catalogue.db"));
    (void)rmdir(at(place, "agents/stuck.db"));
    assert_int_equal(wipe_run(place->folder, NULL), 0);
    assert_false(wipe_is_noted(place->folder));
}

struct closer {
    char path[160];
    atomic_bool ending;
};

/* As SQLite does in another thread, which has the store open and closes it. */
static void *come_and_go(void *context)
{
    struct closer *closer = context;

    while (!atomic_load(&closer->ending)) {
        int file = open(closer->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        if (file >= 0)
            close(file);
        (void)unlink(closer->path);
    }
    return NULL;
}

static void what_is_gone_already_is_no_failure(void **state)
{
    struct place *place = *state;
    struct closer closer = {.ending = false};
    struct error error = ERROR_INIT;
    pthread_t thread;
    char path[160];
    int code = 0;

    strcpy(closer.path, at(place, "agents/marie.db-shm"));
    strcpy(path, at(place, "agents/marie.db"));
    assert_int_equal(pthread_create(&thread, NULL, come_and_go, &closer), 0);
    for (int i = 0; i < 2000 && code == 0; i++)
        code = store_destroy(path, &error);
    atomic_store(&closer.ending, true);
    pthread_join(thread, NULL);
    if (code != 0)
        fail_msg("%s", error.message);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(all_that_is_ours_goes),
        WITH(one_store_goes_alone),
        WITH(a_link_goes_and_not_what_it_points_to),
        WITH(what_is_gone_already_is_no_failure),
        WITH(it_goes_on_past_what_fails_and_the_order_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
