/* Importing into a real catalogue file, by the command and by its target. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/catalogue.h"
#include "app/import_catalogue.h"
#include "app/json.h"
#include "app/main/command_import.h"

struct place {
    char folder[64];
    char catalogue[96];
    char output[96];
    char sample[4096];
};

static void place_make(struct place *place)
{
    const char *top = getenv("abs_top_srcdir");
    strcpy(place->folder, "/tmp/guichet-catalogue-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->catalogue, sizeof place->catalogue, "%s/catalogue.db", place->folder);
    snprintf(place->output, sizeof place->output, "%s/output", place->folder);
    snprintf(place->sample, sizeof place->sample, "%s/app/sample", top ? top : ".");
}

static void place_remove(const struct place *place)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char path[128];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", place->catalogue, endings[i]);
        unlink(path);
    }
    unlink(place->output);
    rmdir(place->folder);
}

/* Runs the command with standard output into a file: exit status, and the account as JSON. */
static int run(const struct place *place, const char *const *words, json_t **account)
{
    char *argv[12] = {strdup("import"), strdup("--catalogue"), strdup(place->catalogue),
                      strdup("--json")};
    int argc = 4;
    for (; *words; words++)
        argv[argc++] = strdup(*words);
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    int output = open(place->output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && output >= 0);
    dup2(output, STDOUT_FILENO);
    int status = command_import(argc, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(output);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    *account = json_load_file(place->output, 0, NULL);
    return status;
}

static void expect_run(const struct place *place, const char *const *words, const char *member,
                       int64_t count)
{
    json_t *account;
    assert_int_equal(run(place, words, &account), EXIT_SUCCESS);
    assert_int_equal(json_integer_or(account, member, -1), count);
    json_decref(account);
}

static struct catalogue *catalogue_at(const struct place *place)
{
    struct catalogue *catalogue;
    struct error error = ERROR_INIT;
    if (catalogue_open(&catalogue, place->catalogue, true, &error) != 0)
        fail_msg("%s", error.message);
    return catalogue;
}

static int64_t records_in(const struct place *place)
{
    struct catalogue *catalogue = catalogue_at(place);
    int64_t count = catalogue_count(catalogue, RECORD_NONE, NULL);
    catalogue_close(catalogue);
    return count;
}

static void test_imports_the_sample(void **state)
{
    (void)state;
    struct place place;
    struct error error = ERROR_INIT;
    place_make(&place);
    const char *const dry[] = {"--dry-run", "sample", place.sample, NULL};
    const char *const real[] = {"sample", place.sample, NULL};
    json_t *account;
    assert_int_equal(run(&place, dry, &account), EXIT_SUCCESS);
    int64_t added = json_integer_or(account, "added", -1);
    json_decref(account);
    assert_true(added > 90);
    assert_int_equal(records_in(&place), 0);
    expect_run(&place, real, "added", added);
    assert_int_equal(records_in(&place), added);
    expect_run(&place, real, "unchanged", added);
    struct catalogue *catalogue = catalogue_at(&place);
    assert_int_equal(catalogue_cursor(catalogue, &error), added);
    struct record *record;
    assert_int_equal(catalogue_get_by_key(catalogue, RECORD_AGENT, "sample/marie", &record, &error),
                     0);
    assert_null(json_object_get(record->body, "password"));
    record_free(record);
    catalogue_close(catalogue);
    place_remove(&place);
}

static void test_fails_without_changing_anything(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    json_t *account;
    const char *const unknown[] = {"nothing", NULL};
    const char *const missing[] = {"sample", "/nonexistent", NULL};
    const char *const many[] = {"sample", "a", "b", NULL};
    const char *const files[] = {"gc-service-inventory", "/nonexistent/a", "/nonexistent/b", NULL};
    assert_int_equal(run(&place, unknown, &account), EXIT_FAILURE);
    json_decref(account);
    assert_int_equal(run(&place, missing, &account), EXIT_FAILURE);
    json_decref(account);
    assert_int_equal(run(&place, many, &account), EXIT_FAILURE);
    json_decref(account);
    assert_int_equal(run(&place, files, &account), EXIT_FAILURE);
    json_decref(account);
    assert_int_equal(records_in(&place), 0);
    place_remove(&place);
}

static struct record *small_record(const char *key)
{
    struct id id = id_from_key("service", key);
    struct record *record = record_new(RECORD_SERVICE, &id);
    assert_non_null(record);
    json_decref(record->body);
    record->rev = 1;
    record->body = json_pack("{s:s, s:{s:s, s:s}, s:{s:s}}", "key", key, "source", "name", "test",
                             "id", "x", "title", "en", "A service");
    return record;
}

static void test_leaves_the_catalogue_of_a_server_alone(void **state)
{
    (void)state;
    struct place place;
    struct error error = ERROR_INIT;
    place_make(&place);
    struct catalogue *catalogue = catalogue_at(&place);
    struct record *record = small_record("test/x");
    record->seq = 1;
    assert_int_equal(catalogue_write_page(catalogue, &record, 1, 1, "some-server", &error), 0);
    record_free(record);
    struct import_catalogue *over = import_catalogue_new(catalogue);
    struct import_target target = import_catalogue_target(over);
    assert_int_equal(target.begin(target.context, &error), ERROR_REFUSED);
    import_catalogue_free(over);
    catalogue_close(catalogue);
    place_remove(&place);
}

static void test_notices_another_writer(void **state)
{
    (void)state;
    struct place place;
    struct error error = ERROR_INIT;
    place_make(&place);
    struct catalogue *catalogue = catalogue_at(&place);
    struct import_catalogue *first = import_catalogue_new(catalogue);
    struct import_catalogue *second = import_catalogue_new(catalogue);
    struct import_target one = import_catalogue_target(first);
    struct import_target two = import_catalogue_target(second);
    struct record *record = small_record("test/x");
    assert_int_equal(one.begin(one.context, &error), 0);
    assert_int_equal(two.begin(two.context, &error), 0);
    assert_int_equal(one.publish(one.context, record, &error), 0);
    assert_int_equal(two.publish(two.context, record, &error), 0);
    assert_int_equal(one.commit(one.context, &error), 0);
    assert_int_equal(two.commit(two.context, &error), ERROR_CONFLICT);
    assert_int_equal(catalogue_count(catalogue, RECORD_SERVICE, &error), 1);
    record_free(record);
    import_catalogue_free(first);
    import_catalogue_free(second);
    catalogue_close(catalogue);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_imports_the_sample),
        cmocka_unit_test(test_fails_without_changing_anything),
        cmocka_unit_test(test_leaves_the_catalogue_of_a_server_alone),
        cmocka_unit_test(test_notices_another_writer),
    };
    return cmocka_run_group_tests_name("import_catalogue", tests, NULL, NULL);
}
