/* The store of an agent of the identity provider: known as such from its first moment on. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/recovery.h"
#include "app/store_provider.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/store_fixture.h"

#define PASSPHRASE "wide open window"

/* A place for stores, a key, and its wrapping. */
struct place {
    char directory[64];
    char path[96];
    struct seal_key *key;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct id agent;
};

static int setup(void **state)
{
    static struct place place;
    struct id_generator generator = {0};

    assert_int_equal(seal_start(NULL), 0);
    snprintf(place.directory, sizeof(place.directory), "/tmp/guichet-provider-XXXXXX");
    assert_non_null(mkdtemp(place.directory));
    snprintf(place.path, sizeof(place.path), "%s/marie.db", place.directory);
    place.key = seal_key_new();
    assert_int_equal(seal_key_wrap(place.key, PASSPHRASE, place.wrapped, NULL), 0);
    place.agent = id_generate(&generator, 1000);
    *state = &place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    char command[128];

    seal_key_free(place->key);
    snprintf(command, sizeof(command), "rm -rf '%s'", place->directory);
    return system(command) == 0 ? 0 : -1;
}

static int make(const struct place *place)
{
    return store_create_provider(place->path, &place->agent, place->key, place->wrapped, NULL);
}

static struct store *open_store(const struct place *place)
{
    struct store *store = NULL;

    assert_int_equal(store_open(&store, place->path, place->key, NULL), 0);
    return store;
}

static void clear(const struct place *place)
{
    char command[160];

    snprintf(command, sizeof(command), "rm -f '%s'*", place->path);
    assert_int_equal(system(command), 0);
}

/* In a child that dies at change `at`; true when it ended by itself. */
static bool die_at(const struct place *place, long at)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        fault_vfs_arm(FAULT_DIE, at);
        _exit(make(place) == 0 ? 0 : 3);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == FAULT_EXIT);
    return WEXITSTATUS(status) == 0;
}

/* Whenever it is killed: who is asked for a passphrase is never taken for somebody with a password.
 */
static void killed_while_it_is_made_it_is_marked_or_not_there(void **state)
{
    const struct place *place = *state;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    long at = 1;
    bool whole;

    do {
        clear(place);
        whole = die_at(place, at++);
        if (store_read_wrapped(place->path, wrapped, NULL) == 0)
            assert_true(store_file_is_provider(place->path));
        else
            assert_false(whole);
    } while (!whole);
    assert_true(at > 5);
}

static void another_store_is_none(void **state)
{
    const struct place *place = *state;
    struct store_session session = {.refresh = "R1", .feed = "F"};
    struct store *store;

    assert_false(store_file_is_provider(place->path));
    assert_int_equal(store_create(place->path, &place->agent, place->key, place->wrapped, NULL), 0);
    assert_false(store_file_is_provider(place->path));
    store = open_store(place);
    assert_int_equal(store_session_keep(store, &session, NULL), 0);
    assert_false(store_session_get(store, &session));
    store_close(store);
}

static void a_session_is_kept_sealed(void **state)
{
    const struct place *place = *state;
    struct store_session session = {.refresh = "refresh-token-number-one", .feed = "F"};
    struct store *store;
    char command[160];

    assert_int_equal(make(place), 0);
    store = open_store(place);
    assert_false(store_session_get(store, &session));
    session = (struct store_session){
        .refresh = "refresh-token-number-one", .feed = "F", .bound = true};
    assert_int_equal(store_session_keep(store, &session, NULL), 0);
    store_close(store);
    snprintf(command, sizeof(command), "grep -aq refresh-token '%s'*", place->path);
    assert_int_not_equal(system(command), 0);
    store = open_store(place);
    memset(&session, 0, sizeof(session));
    assert_true(store_session_get(store, &session));
    assert_string_equal(session.refresh, "refresh-token-number-one");
    assert_string_equal(session.feed, "F");
    assert_true(session.bound);
    assert_int_equal(store_session_keep(store, NULL, NULL), 0);
    assert_false(store_session_get(store, &session));
    store_close(store);
}

/* A store that was lost and is made again from its journal. */
static void recovered_it_is_marked_again(void **state)
{
    const struct place *place = *state;
    struct store_fixture work = {.key = place->key};
    struct recovery *recovery;
    struct id case_id;

    assert_int_equal(make(place), 0);
    clock_init(&work.clock, clock_system, NULL);
    work.store = open_store(place);
    case_id = store_fixture_id(&work);
    store_fixture_note(&work, &case_id, "unsent");
    store_close(work.store);
    assert_int_equal(remove(place->path), 0);
    assert_int_equal(recovery_read(&recovery, place->path, PASSPHRASE, NULL), 0);
    assert_int_equal(recovery->store, RECOVERY_MISSING);
    assert_int_equal(recovery->missing, 1);
    assert_int_equal(recovery_put_back(recovery, NULL), 0);
    recovery_free(recovery);
    assert_true(store_file_is_provider(place->path));
    work.store = open_store(place);
    assert_int_equal(store_outbox_count(work.store, NULL), 1);
    store_close(work.store);
}

static void a_passphrase_is_counted_in_characters(void **state)
{
    (void)state;
    assert_false(store_passphrase_fits("eleven char"));
    assert_true(store_passphrase_fits("twelve chars"));
    assert_false(store_passphrase_fits("éééééééé"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(killed_while_it_is_made_it_is_marked_or_not_there),
        TEST(another_store_is_none),
        TEST(a_session_is_kept_sealed),
        TEST(recovered_it_is_marked_again),
        TEST(a_passphrase_is_counted_in_characters),
    };

    fault_vfs_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
