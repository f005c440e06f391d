/* Room in the log of the store's database: a saving goes where the file is long enough already, and
 * what a rush left in it goes into the file in a quiet moment. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/store_script.h"

static long long log_size(const struct store_fixture *fixture)
{
    struct stat status;
    char path[160];

    snprintf(path, sizeof(path), "%s-wal", fixture->path);
    return stat(path, &status) == 0 ? (long long)status.st_size : 0;
}

/* What is saved goes where the file is long enough already, for many a saving, and then again. */
static void with_room_a_saving_does_not_lengthen_the_log(void **state)
{
    struct store_fixture fixture;
    struct store_script script;
    long long size, longest = 0;

    (void)state;
    store_script_begin(&fixture, &script);
    store_room(fixture.store);
    for (int i = 0; i < 60; i++) {
        size = log_size(&fixture);
        store_fixture_note(&fixture, &script.case_id, "a line");
        assert_int_equal(log_size(&fixture), size);
        store_room(fixture.store);
        longest = size > longest ? size : longest;
    }
    assert_true(longest >= 512 * 1024);
    assert_int_equal(store_outbox_count(fixture.store, NULL), 60);
    store_fixture_reopen(&fixture);
    assert_int_equal(store_outbox_count(fixture.store, NULL), 60);
    store_script_end(&fixture, &script);
}

/* In a rush the log grows; it goes into the file when there is time. */
static void the_log_goes_into_the_file_in_a_quiet_moment(void **state)
{
    const size_t length = 17L * 1024 * 1024; /* more than 4000 pages */
    struct store_fixture fixture;
    struct store_script script;
    struct stat status;
    char *text = malloc(length);
    json_t *value;

    (void)state;
    assert_non_null(text);
    memset(text, 'a', length);
    store_script_begin(&fixture, &script);
    store_log_watch(fixture.store);
    value = json_stringn(text, length);
    assert_int_equal(store_state_put(fixture.store, "draft", value, NULL), 0);
    assert_int_equal(stat(fixture.path, &status), 0);
    assert_true(status.st_size < (long long)length);
    store_room(fixture.store);
    assert_int_equal(stat(fixture.path, &status), 0);
    assert_true(status.st_size > (long long)length);
    json_decref(value);
    free(text);
    store_script_end(&fixture, &script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_room_a_saving_does_not_lengthen_the_log),
        cmocka_unit_test(the_log_goes_into_the_file_in_a_quiet_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
