/* What the server took is kept for a while, so that a server that loses it gets it again: the
 * latest of it, up to a bound. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "app/store_internal.h"
#include "tests/unit/store_fixture.h"

#define LENGTH 100000
#define MOST   (STORE_RETAINED_BYTES / LENGTH)

static int keep_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 0;
}

/* The server takes a draft with LENGTH characters of answers: the id of its operation. */
static struct id take_draft(struct store_fixture *fixture, int64_t seq)
{
    static char answer[LENGTH + 1], body[LENGTH + 400];
    struct id draft = store_fixture_id(fixture);
    struct store_outcome outcome = {.rev = 1, .seq = seq};

    memset(answer, 'x', LENGTH);
    snprintf(body, sizeof(body),
             "{\"form\":\"sample/complaint\",\"form_version\":1,\"answers\":{\"what\":\"%s\"},"
             "\"started_by\":\"%s\",\"started_at\":\"2026-11-24T10:00:00Z\",\"office\":\"sample/"
             "quebec\",\"status\":\"draft\"}",
             answer, store_agent(fixture->store)->text);
    assert_int_equal(
        store_fixture_apply(fixture, store_fixture_operation(fixture, OPERATION_APPEND,
                                                             RECORD_SUBMISSION, &draft, body)),
        0);
    assert_int_equal(store_outbox_each(fixture->store, SIZE_MAX, keep_id, &outcome.operation, NULL),
                     0);
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    assert_int_equal(store_retained_prune(fixture->store, NULL), 0);
    return outcome.operation;
}

static bool is_retained(struct store_fixture *fixture, const struct id *operation)
{
    sqlite3_stmt *row = store_statement(fixture->store, STORE_OPERATION_KNOWN, NULL);
    bool is;

    database_bind_id(row, 1, operation);
    is = database_step(fixture->store->database, row, NULL) == 1;
    sqlite3_reset(row);
    return is;
}

static void the_latest_is_kept_up_to_a_bound(void **state)
{
    struct store_fixture *fixture = *state;
    struct id first = take_draft(fixture, 1), second = take_draft(fixture, 2), last;

    for (int64_t seq = 3; seq <= MOST; seq++)
        last = take_draft(fixture, seq);
    assert_true(is_retained(fixture, &first));
    last = take_draft(fixture, MOST + 1);
    assert_false(is_retained(fixture, &first));
    assert_true(is_retained(fixture, &second));
    assert_true(is_retained(fixture, &last));
}

/* A store that was just opened does not know yet how much that is; one that takes something back
 * does not any more. */
static void what_was_kept_before_counts(void **state)
{
    struct store_fixture *fixture = *state;
    const struct store_run run = {1, 1, STORE_RETAINED_BYTES};
    struct id first = take_draft(fixture, 1), second = take_draft(fixture, 2), last;

    for (int64_t seq = 3; seq <= MOST; seq++)
        take_draft(fixture, seq);
    store_fixture_reopen(fixture);
    last = take_draft(fixture, MOST + 1);
    assert_false(is_retained(fixture, &first));
    assert_true(is_retained(fixture, &second));
    assert_true(is_retained(fixture, &last));
    assert_int_equal(store_begin(fixture->store, NULL), 0);
    assert_int_equal(store_retain_run(fixture->store, &run, NULL), 0);
    assert_int_equal(store_end(fixture->store, ERROR_STORAGE, NULL), ERROR_STORAGE);
    take_draft(fixture, MOST + 2);
    assert_false(is_retained(fixture, &second));
    assert_true(is_retained(fixture, &last));
}

struct seen {
    struct id ids[4];
    bool elsewhere[4];
    size_t count;
};

static int see(void *context, const struct outbox_entry *entry)
{
    struct seen *seen = context;

    assert_true(seen->count < 4);
    seen->ids[seen->count] = entry->operation->id;
    seen->elsewhere[seen->count++] = entry->elsewhere;
    return 0;
}

static struct seen waiting(struct store_fixture *fixture)
{
    struct seen seen = {.count = 0};

    assert_int_equal(store_outbox_each(fixture->store, SIZE_MAX, see, &seen, NULL), 0);
    return seen;
}

static void read_feed(struct store_fixture *fixture, const char *feed)
{
    assert_int_equal(store_write_page(fixture->store, NULL, 0, 9, feed, NULL), 0);
}

/* What waits, and what the former one took, it may have; what is made after that it has not. */
static void what_another_server_may_have_is_told(void **state)
{
    struct store_fixture *fixture = *state;
    struct id matter = store_fixture_id(fixture), taken;
    struct seen seen;

    read_feed(fixture, "feed-1");
    taken = take_draft(fixture, 1);
    (void)store_fixture_note(fixture, &matter, "before");
    seen = waiting(fixture);
    assert_int_equal(seen.count, 1);
    assert_false(seen.elsewhere[0]);
    read_feed(fixture, "feed-2");
    (void)store_fixture_note(fixture, &matter, "after");
    for (int turn = 0; turn < 2; turn++) {
        seen = waiting(fixture);
        assert_int_equal(seen.count, 3);
        assert_true(id_equal(&seen.ids[0], &taken));
        assert_true(seen.elsewhere[0]);
        assert_true(seen.elsewhere[1]);
        assert_false(seen.elsewhere[2]);
        /* That this one was restored is nothing of another. */
        assert_int_equal(store_history_lost(fixture->store, 0, NULL), 0);
    }
}

/* What was made in a row is retained together, and what is not answered yet is not. */
static void what_is_not_answered_waits(void **state)
{
    struct store_fixture *fixture = *state;
    struct id matter = store_fixture_id(fixture);
    struct store_outcome outcomes[2] = {{.rev = 1, .seq = 1}, {.rev = 1, .seq = 2}};
    struct seen seen;

    for (int i = 0; i < 3; i++)
        (void)store_fixture_note(fixture, &matter, "one of three");
    seen = waiting(fixture);
    assert_int_equal(seen.count, 3);
    outcomes[0].operation = seen.ids[0];
    outcomes[1].operation = seen.ids[2];
    assert_int_equal(store_outbox_settle(fixture->store, outcomes, 2, NULL), 0);
    assert_true(is_retained(fixture, &seen.ids[0]));
    outcomes[0].operation = seen.ids[1];
    seen = waiting(fixture);
    assert_int_equal(seen.count, 1);
    assert_true(id_equal(&seen.ids[0], &outcomes[0].operation));
}

#define TEST(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, store_fixture_setup, store_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_latest_is_kept_up_to_a_bound),
        TEST(what_was_kept_before_counts),
        TEST(what_another_server_may_have_is_told),
        TEST(what_is_not_answered_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
