/* The store's files are for its agent alone: the key, the password that wraps it, what others read.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/store.h"
#include "tests/unit/store_fixture.h"

static void another_key_and_another_file_are_refused(void **state)
{
    struct store_fixture *fixture = *state;
    struct seal_key *other = seal_key_new();
    struct error error = ERROR_INIT;
    struct store *store;
    char path[128];
    FILE *file;

    assert_int_equal(store_open(&store, fixture->path, other, &error), ERROR_REFUSED);
    assert_null(store);
    seal_key_free(other);
    snprintf(path, sizeof(path), "%s/none.db", fixture->directory);
    assert_int_equal(store_open(&store, path, fixture->key, &error), ERROR_NOT_FOUND);
    file = fopen(path, "w");
    fputs("this is not a database, it is a letter to a friend, rather long", file);
    for (int i = 0; i < 100; i++)
        fputs("................................", file);
    fclose(file);
    assert_int_equal(store_open(&store, path, fixture->key, &error), ERROR_STORAGE);
    assert_non_null(strstr(error.message, "none.db"));
}

static void the_file_is_for_its_owner_only(void **state)
{
    struct store_fixture *fixture = *state;
    struct stat status;

    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void nothing_personal_is_readable_in_the_files(void **state)
{
    struct store_fixture *fixture = *state;
    char command[300];

    store_fixture_client(fixture, "Perséphone-Unmistakable");
    store_fixture_reopen(fixture);
    snprintf(command, sizeof(command), "grep -rlaF Unmistakable '%s' >/dev/null",
             fixture->directory);
    assert_int_not_equal(system(command), 0);
    snprintf(command, sizeof(command), "grep -rlaF client '%s' >/dev/null", fixture->directory);
    assert_int_equal(system(command), 0); /* the search itself does find plain text */
}

static void the_password_wraps_and_unwraps(void **state)
{
    struct store_fixture *fixture = *state;
    unsigned char wrapped[SEAL_WRAPPED_SIZE], back[SEAL_WRAPPED_SIZE];
    struct error error = ERROR_INIT;
    struct seal_key *key;
    struct store *store;

    assert_int_equal(seal_key_wrap(fixture->key, "correct horse", wrapped, &error), 0);
    assert_int_equal(store_write_wrapped(fixture->store, wrapped, &error), 0);
    assert_int_equal(store_read_wrapped(fixture->path, back, &error), 0);
    assert_memory_equal(wrapped, back, sizeof(wrapped));
    assert_int_equal(seal_key_unwrap(&key, "wrong horse", back, sizeof(back), &error),
                     ERROR_REFUSED);
    assert_int_equal(seal_key_unwrap(&key, "correct horse", back, sizeof(back), &error), 0);
    assert_int_equal(store_open(&store, fixture->path, key, &error), 0);
    store_close(store);
    seal_key_free(key);
    back[60] ^= 1;
    assert_int_equal(seal_key_unwrap(&key, "correct horse", back, sizeof(back), &error),
                     ERROR_REFUSED);
    back[5] = 60; /* a limit that would stall the machine */
    assert_int_equal(seal_key_unwrap(&key, "correct horse", back, sizeof(back), &error),
                     ERROR_STORAGE);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(another_key_and_another_file_are_refused),
        TEST(the_file_is_for_its_owner_only),
        TEST(nothing_personal_is_readable_in_the_files),
        TEST(the_password_wraps_and_unwraps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
