/* Searching beside the screen: the newest key wins, none is lost, and an older search gives way. */
#include "tests/unit/search_fixture.h"

#include <poll.h>
#include <pthread.h>

#include "app/link.h"
#include "ui/search_worker.h"

#define RECORDS 400
#define WORDS   60

/* Words enough that reading a mistyped query takes a while. */
static void add_many(struct fixture *fixture)
{
    struct record *page[RECORDS];

    for (int i = 0; i < RECORDS; i++) {
        char body[WORDS * 12 + 200];
        char source_id[16];
        size_t used = (size_t)snprintf(
            body, sizeof body, "{\"title\": {\"en\": \"%s %d\"}, \"description\": {\"en\": \"",
            i == 7 ? "Zeppelin" : "Balloon", i);

        for (int word = 0; word < WORDS; word++)
            used += (size_t)snprintf(body + used, sizeof body - used, "w%c%dabc ",
                                     'a' + (i + word) % 26, (i * WORDS + word) % 20000);
        snprintf(body + used, sizeof body - used, "\"}}");
        snprintf(source_id, sizeof source_id, "b%d", i);
        page[i] = fixture_record(RECORD_SERVICE, source_id, 1, body);
    }
    assert_int_equal(
        catalogue_write_page(fixture->catalogue, page, RECORDS, 1, NULL, &fixture->error), 0);
    for (int i = 0; i < RECORDS; i++)
        record_free(page[i]);
}

static const char slow_query[] = "wxq1xbc wyq2xbc wzq3xbc waq4xbc wbq5xbc wcq6xbc wdq7xbc weq8xbc "
                                 "wfq9xbc wgq0xbc whq1xbc wiq2xbc wjq3xbc wkq4xbc wlq5xbc wmq6xbc";

/* Waits for the answer to `question`; answers only ever grow. */
static struct search_results *wait_for(struct search_worker *worker, uint64_t question)
{
    struct search_results *results = NULL;
    struct error error = ERROR_INIT;
    uint64_t last = 0;

    for (int i = 0; i < 60000; i++) {
        uint64_t answered = search_worker_take(worker, &results, &error);

        if (answered == question)
            return results;
        if (answered != 0) {
            assert_true(answered > last && answered < question);
            last = answered;
            search_results_free(results);
            results = NULL;
        }
        (void)poll(NULL, 0, 1);
    }
    fail_msg("no answer to question %llu", (unsigned long long)question);
    return NULL;
}

/* Each key of a fast typist asks; the last one is answered, and by what was typed in the end. */
static void test_no_key_is_lost(void **state)
{
    struct fixture *fixture = *state;
    struct search_worker *worker = NULL;
    struct link *link = NULL;
    const char *typed = "zeppelin";

    add_many(fixture);
    assert_int_equal(link_new(&link, &fixture->error), 0);
    assert_int_equal(search_worker_new(&worker, fixture->path, link, &fixture->error), 0);
    for (int round = 0; round < 30; round++) {
        struct search_results *results;
        uint64_t question = 0;
        char query[200];

        for (size_t length = 1; length <= strlen(typed); length++) {
            snprintf(query, sizeof query, "%.*s", (int)length, typed);
            question = search_worker_ask(worker, query, "en", "counter", false);
        }
        results = wait_for(worker, question);
        assert_non_null(results);
        assert_int_equal(results->count, 1);
        assert_string_equal(results->items[0].source_id, "b7");
        search_results_free(results);
    }
    search_worker_free(worker);
    link_free(link);
}

/* Keys that come at the very moment at which a search begins: it goes on with the last of them. */
static void test_a_storm_of_keys_is_answered(void **state)
{
    struct fixture *fixture = *state;
    struct search_worker *worker = NULL;
    struct link *link = NULL;
    struct search_results *results;
    uint64_t question = 0;

    add_many(fixture);
    assert_int_equal(link_new(&link, &fixture->error), 0);
    assert_int_equal(search_worker_new(&worker, fixture->path, link, &fixture->error), 0);
    for (int key = 0; key < 100000; key++)
        question = search_worker_ask(worker, "zeppelin", "en", "counter", false);
    results = wait_for(worker, question);
    assert_int_equal(results->count, 1);
    search_results_free(results);
    search_worker_free(worker);
    link_free(link);
}

/* A slow search under way is given up for the next key: its own answer never comes. */
static void test_a_slow_search_gives_way(void **state)
{
    struct fixture *fixture = *state;
    struct search_worker *worker = NULL;
    struct link *link = NULL;

    add_many(fixture);
    assert_int_equal(link_new(&link, &fixture->error), 0);
    assert_int_equal(search_worker_new(&worker, fixture->path, link, &fixture->error), 0);
    for (int round = 0; round < 20; round++) {
        struct search_results *results;
        struct error error = ERROR_INIT;
        uint64_t next;

        (void)search_worker_ask(worker, slow_query, "en", "counter", false);
        if (round % 2 == 0)
            (void)poll(NULL, 0, 1); /* it may have begun, or not */
        next = search_worker_ask(worker, "zeppelin", "en", "counter", false);
        results = wait_for(worker, next);
        assert_int_equal(results->count, 1);
        search_results_free(results);
        results = NULL;
        assert_int_equal(search_worker_take(worker, &results, &error), 0);
    }
    search_worker_free(worker);
    link_free(link);
}

struct cancelling {
    atomic_bool begun;
    atomic_bool cancel;
};

static void *cancel_later(void *context)
{
    struct cancelling *cancelling = context;

    while (!atomic_load(&cancelling->begun))
        ;
    atomic_store(&cancelling->cancel, true);
    return NULL;
}

/* Cancelled before or in the middle, a search ends with that, and what was asked next is right. */
static void test_a_search_can_be_cancelled(void **state)
{
    struct fixture *fixture = *state;
    struct cancelling cancelling = {false, true};
    struct search_request request = {
        .query = slow_query, .language = "en", .limit = 20, .cancel = &cancelling.cancel};
    struct search_results *results = NULL;
    bool in_the_middle = false;

    add_many(fixture);
    assert_int_equal(search_run(fixture->catalogue, &request, &results, &fixture->error),
                     ERROR_CANCELLED);
    assert_null(results);
    for (int round = 0; round < 2000 && !in_the_middle; round++) {
        pthread_t thread;
        int code;

        atomic_store(&cancelling.begun, false);
        atomic_store(&cancelling.cancel, false);
        assert_int_equal(pthread_create(&thread, NULL, cancel_later, &cancelling), 0);
        atomic_store(&cancelling.begun, true);
        code = search_run(fixture->catalogue, &request, &results, &fixture->error);
        in_the_middle = code == ERROR_CANCELLED;
        assert_true(code == 0 || code == ERROR_CANCELLED);
        pthread_join(thread, NULL);
        search_results_free(results);
        results = NULL;
    }
    assert_true(in_the_middle);
    assert_int_equal(fixture_search(fixture, "zeppelin")->count, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_no_key_is_lost),
        TEST(test_a_storm_of_keys_is_answered),
        TEST(test_a_slow_search_gives_way),
        TEST(test_a_search_can_be_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
