/* The catalogue file: what is written is read, pages are whole or absent, other files refused. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "app/catalogue.h"
#include "app/search.h"

struct fixture {
    char folder[64];
    char path[96];
    struct catalogue *catalogue;
    struct error error;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    strcpy(fixture->folder, "/tmp/guichet-catalogue-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/catalogue.db", fixture->folder);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, true, &fixture->error), 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char name[128];

    catalogue_close(fixture->catalogue);
    unlink(fixture->path);
    snprintf(name, sizeof name, "%s-wal", fixture->path);
    unlink(name);
    snprintf(name, sizeof name, "%s-shm", fixture->path);
    unlink(name);
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

static struct record *make_record(enum record_type type, const char *key, const char *title,
                                  int64_t rev)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);

    assert_non_null(record);
    record->rev = rev;
    record->seq = rev;
    json_object_set_new(record->body, "key", json_string(key));
    json_object_set_new(record->body, "title", json_pack("{s:s}", "en", title));
    return record;
}

static int write_one(struct fixture *fixture, struct record *record, int64_t cursor)
{
    struct record *page[] = {record};
    int code = catalogue_write_page(fixture->catalogue, page, 1, cursor, "feed-1", &fixture->error);

    record_free(record);
    return code;
}

static void test_reads_back(void **state)
{
    struct fixture *fixture = *state;
    struct id id = id_from_key("service", "s/one");
    struct record *record = NULL;
    char feed[CATALOGUE_FEED_SIZE];

    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/one", "One", 1), 5), 0);
    assert_int_equal(write_one(fixture, make_record(RECORD_OFFICE, "s/one", "Office", 1), 6), 0);
    assert_int_equal(
        catalogue_get(fixture->catalogue, RECORD_SERVICE, &id, &record, &fixture->error), 0);
    assert_string_equal(record_text(record, "key"), "s/one");
    assert_int_equal(record->rev, 1);
    record_free(record);
    assert_int_equal(
        catalogue_get_by_key(fixture->catalogue, RECORD_OFFICE, "s/one", &record, &fixture->error),
        0);
    assert_int_equal(record->type, RECORD_OFFICE);
    record_free(record);
    assert_int_equal(
        catalogue_get_by_key(fixture->catalogue, RECORD_FORM, "s/one", &record, &fixture->error),
        ERROR_NOT_FOUND);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_NONE, &fixture->error), 2);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_SERVICE, &fixture->error), 1);
    assert_int_equal(catalogue_cursor(fixture->catalogue, &fixture->error), 6);
    assert_int_equal(catalogue_feed(fixture->catalogue, feed, &fixture->error), 0);
    assert_string_equal(feed, "feed-1");
}

static void test_skips_what_is_not_newer(void **state)
{
    struct fixture *fixture = *state;
    struct record *record = NULL;

    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/one", "New", 3), 1), 0);
    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/one", "Old", 2), 2), 0);
    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/one", "Same", 3), 3), 0);
    assert_int_equal(
        catalogue_get_by_key(fixture->catalogue, RECORD_SERVICE, "s/one", &record, &fixture->error),
        0);
    assert_int_equal(record->rev, 3);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(record->body, "title"), "en")), "New");
    record_free(record);
    assert_int_equal(catalogue_cursor(fixture->catalogue, &fixture->error), 3);
}

static void test_another_feed_starts_anew(void **state)
{
    struct fixture *fixture = *state;
    struct record *record = make_record(RECORD_SERVICE, "s/two", "Two", 1);
    struct record *page[] = {record};

    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/one", "One", 1), 9), 0);
    assert_int_equal(
        catalogue_write_page(fixture->catalogue, page, 1, 1, "feed-2", &fixture->error), 0);
    record_free(record);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_NONE, &fixture->error), 1);
    assert_int_equal(catalogue_cursor(fixture->catalogue, &fixture->error), 1);
}

static void test_refuses_a_bad_page_whole(void **state)
{
    struct fixture *fixture = *state;
    struct record *good = make_record(RECORD_SERVICE, "s/good", "Good", 1);
    struct record *page[2] = {good, NULL};
    char *large = malloc(1024 * 1024 + 1);

    assert_non_null(large);
    memset(large, 'x', 1024 * 1024);
    large[1024 * 1024] = '\0';
    page[1] = make_record(RECORD_SERVICE, "s/large", "Large", 1);
    json_object_set_new(page[1]->body, "description", json_pack("{s:s}", "en", large));
    free(large);
    assert_int_equal(catalogue_write_page(fixture->catalogue, page, 2, 1, NULL, &fixture->error),
                     ERROR_TOO_LARGE);
    assert_non_null(strstr(fixture->error.message, "s/large"));
    record_free(page[1]);

    page[1] = make_record(RECORD_CLIENT, "s/client", "Person", 1);
    assert_int_equal(catalogue_write_page(fixture->catalogue, page, 2, 1, NULL, &fixture->error),
                     ERROR_INVALID);
    record_free(page[1]);

    page[1] = make_record(RECORD_SERVICE, "", "No key", 1);
    assert_int_equal(catalogue_write_page(fixture->catalogue, page, 2, 1, NULL, &fixture->error),
                     ERROR_INVALID);
    record_free(page[1]);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_NONE, &fixture->error), 0);

    assert_int_equal(catalogue_write_page(fixture->catalogue, page, 1, 1, NULL, &fixture->error),
                     0);
    assert_int_equal(catalogue_count(fixture->catalogue, RECORD_NONE, &fixture->error), 1);
    record_free(good);
}

struct walk {
    char keys[4][16];
    size_t count;
};

static int visit(void *context, const struct record *record)
{
    struct walk *walk = context;

    snprintf(walk->keys[walk->count++], 16, "%s", record_text(record, "key"));
    return walk->count == 2 ? ERROR_CANCELLED : 0;
}

static void test_walks_in_order_of_keys_and_stops(void **state)
{
    struct fixture *fixture = *state;
    struct walk walk = {0};

    assert_int_equal(write_one(fixture, make_record(RECORD_QUEUE, "s/c", "C", 1), 1), 0);
    assert_int_equal(write_one(fixture, make_record(RECORD_QUEUE, "s/a", "A", 1), 2), 0);
    assert_int_equal(write_one(fixture, make_record(RECORD_QUEUE, "s/b", "B", 1), 3), 0);
    assert_int_equal(
        catalogue_each(fixture->catalogue, RECORD_QUEUE, visit, &walk, &fixture->error),
        ERROR_CANCELLED);
    assert_int_equal(walk.count, 2);
    assert_string_equal(walk.keys[0], "s/a");
    assert_string_equal(walk.keys[1], "s/b");
}

static void test_version_grows_for_all_connections(void **state)
{
    struct fixture *fixture = *state;
    struct catalogue *other = NULL;
    int64_t here = catalogue_version(fixture->catalogue);
    int64_t there;

    assert_int_equal(catalogue_open(&other, fixture->path, false, &fixture->error), 0);
    there = catalogue_version(other);
    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/one", "One", 1), 1), 0);
    assert_true(catalogue_version(fixture->catalogue) > here);
    assert_true(catalogue_version(other) > there);
    catalogue_close(other);
}

static void test_refuses_other_files(void **state)
{
    struct fixture *fixture = *state;
    struct catalogue *other = NULL;
    char path[128];
    sqlite3 *database = NULL;

    snprintf(path, sizeof path, "%s/absent.db", fixture->folder);
    assert_int_equal(catalogue_open(&other, path, false, &fixture->error), ERROR_NOT_FOUND);
    catalogue_close(fixture->catalogue);
    fixture->catalogue = NULL;
    assert_int_equal(sqlite3_open(fixture->path, &database), SQLITE_OK);
    sqlite3_exec(database, "PRAGMA user_version = 99", NULL, NULL, NULL);
    sqlite3_close(database);
    assert_int_equal(catalogue_open(&other, fixture->path, true, &fixture->error), ERROR_STORAGE);
    assert_null(other);
}

/* Counts what a search for "page" finds. */
static size_t count_found(struct catalogue *catalogue)
{
    struct search_request request = {.query = "page", .language = "en", .limit = 200};
    struct search_results *results = NULL;
    struct error error = ERROR_INIT;
    size_t count;

    assert_int_equal(search_run(catalogue, &request, &results, &error), 0);
    count = results->count;
    search_results_free(results);
    return count;
}

/* Writes pages of ten records until it is killed. */
static void write_until_killed(const char *path)
{
    struct catalogue *catalogue = NULL;

    if (catalogue_open(&catalogue, path, false, NULL) != 0)
        _exit(1);
    for (int64_t page = 1;; page++) {
        struct record *records[10];

        for (int i = 0; i < 10; i++) {
            char key[32];

            snprintf(key, sizeof key, "s/%d", (int)(page * 3 + i) % 150);
            records[i] = make_record(RECORD_SERVICE, key, "A page of services", page);
        }
        if (catalogue_write_page(catalogue, records, 10, page, "feed-1", NULL) != 0)
            _exit(1);
        for (int i = 0; i < 10; i++)
            record_free(records[i]);
    }
}

static void test_killed_between_pages(void **state)
{
    struct fixture *fixture = *state;
    int64_t cursor;

    for (int round = 0; round < 12; round++) {
        pid_t child;
        int status = 0;
        int64_t records;

        catalogue_close(fixture->catalogue);
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
            write_until_killed(fixture->path);
        usleep((useconds_t)(20000 + 7000 * round));
        kill(child, SIGKILL);
        assert_true(waitpid(child, &status, 0) == child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, false, &fixture->error),
                         0);
        records = catalogue_count(fixture->catalogue, RECORD_SERVICE, &fixture->error);
        cursor = catalogue_cursor(fixture->catalogue, &fixture->error);
        /* The index tells of exactly the records there are. */
        assert_int_equal(count_found(fixture->catalogue), records);
        assert_true(cursor == 0 || records >= 10);
    }
}

static int64_t told_done, told_total;
static int told_times;

static void tell(int64_t done, int64_t total)
{
    told_done = done;
    told_total = total;
    told_times++;
}

/* The index of another version of the program is made anew at opening, told, and only once. */
static void test_another_index_is_made_anew(void **state)
{
    struct fixture *fixture = *state;
    const struct search_request request = {.query = "permit", .language = "en", .limit = 10};
    struct search_results *results = NULL;
    sqlite3 *raw = NULL;

    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/a", "Parking permit", 1), 1),
                     0);
    assert_int_equal(write_one(fixture, make_record(RECORD_SERVICE, "s/b", "Birth", 1), 2), 0);
    catalogue_close(fixture->catalogue);
    assert_int_equal(sqlite3_open(fixture->path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw,
                                  "UPDATE catalogue SET value = 1 WHERE name = 'index-format';"
                                  "DELETE FROM search_segment; DELETE FROM search_chunk;"
                                  "DELETE FROM search_card;",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_changes(raw) > 0, 1);
    sqlite3_close(raw);
    catalogue_tell_indexing(tell);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, true, &fixture->error), 0);
    assert_int_equal(told_times, 1);
    assert_int_equal(told_done, 2);
    assert_int_equal(told_total, 2);
    assert_int_equal(search_run(fixture->catalogue, &request, &results, &fixture->error), 0);
    assert_int_equal(results->count, 1);
    assert_string_equal(results->items[0].title, "Parking permit");
    search_results_free(results);
    catalogue_close(fixture->catalogue);
    assert_int_equal(catalogue_open(&fixture->catalogue, fixture->path, true, &fixture->error), 0);
    assert_int_equal(told_times, 1);
    catalogue_tell_indexing(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_skips_what_is_not_newer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_feed_starts_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_a_bad_page_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_walks_in_order_of_keys_and_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_version_grows_for_all_connections, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refuses_other_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_killed_between_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_index_is_made_anew, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
