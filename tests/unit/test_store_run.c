/* Operations made in a row are marked as sent, and settled, by one statement each: what is not as
 * simple as that is looked at one by one, and comes to the same. */
#include "tests/unit/unit.h"

#include <string.h>

#include "app/store_internal.h"
#include "tests/unit/store_fixture.h"

#define NOTES 4

struct row {
    size_t count;
    struct id ids[NOTES];
    int64_t numbers[NOTES];
    bool sent[NOTES];
};

static int see(void *context, const struct outbox_entry *entry)
{
    struct row *row = context;

    assert_true(row->count < NOTES);
    row->ids[row->count] = entry->operation->id;
    row->numbers[row->count] = entry->number;
    row->sent[row->count++] = entry->sent;
    return 0;
}

static struct row waiting(struct store_fixture *fixture)
{
    struct row row = {.count = 0};

    assert_int_equal(store_outbox_each(fixture->store, SIZE_MAX, see, &row, NULL), 0);
    return row;
}

static struct row write_notes(struct store_fixture *fixture, size_t count)
{
    struct id matter = store_fixture_id(fixture);
    struct row row;

    for (size_t i = 0; i < count; i++)
        (void)store_fixture_note(fixture, &matter, "one of some");
    row = waiting(fixture);
    assert_int_equal(row.count, count);
    return row;
}

static int mark(struct store_fixture *fixture, const struct row *row)
{
    struct store_ahead none = {0};

    return store_outbox_sending(fixture->store, row->ids, row->numbers, row->count, 0, &none, NULL);
}

static int64_t count_sending(struct store_fixture *fixture)
{
    sqlite3_stmt *row = NULL;
    int64_t count;

    assert_int_equal(sqlite3_prepare_v2(database_handle(fixture->store->database),
                                        "SELECT count(*) FROM sending", -1, &row, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    count = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return count;
}

static void all_of_a_row_are_marked(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, NOTES), before = row;

    /* Some of it was marked before; and it need not begin at the first. */
    before.count = 1;
    before.ids[0] = row.ids[2];
    before.numbers[0] = row.numbers[2];
    assert_int_equal(mark(fixture, &before), 0);
    row.count = NOTES - 1;
    assert_int_equal(mark(fixture, &row), 0);
    row = waiting(fixture);
    for (size_t i = 0; i < NOTES; i++)
        assert_int_equal(row.sent[i], i < NOTES - 1);
    assert_int_equal(mark(fixture, &row), 0);
    assert_int_equal(count_sending(fixture), NOTES);
}

/* Others lie between those of the batch: they are not on their way. */
static void what_is_between_is_not_marked(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, NOTES), some = row;

    some.count = 2;
    some.ids[1] = row.ids[3];
    some.numbers[1] = row.numbers[3];
    assert_int_equal(mark(fixture, &some), 0);
    row = waiting(fixture);
    assert_true(row.sent[0] && row.sent[3]);
    assert_false(row.sent[1] || row.sent[2]);
}

static void of_a_row_with_a_gap_nothing_is_marked(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, NOTES);

    assert_int_equal(store_outbox_withdraw(fixture->store, &row.ids[1], NULL), 0);
    assert_int_equal(mark(fixture, &row), ERROR_NOT_FOUND);
    assert_int_equal(count_sending(fixture), 0);
}

static int mark_more(struct store_fixture *fixture, const struct row *row, size_t count,
                     size_t most, struct store_ahead *ahead)
{
    return store_outbox_sending(fixture->store, row->ids, row->numbers, count, most, ahead, NULL);
}

static void what_follows_is_marked_with_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, NOTES);
    struct store_ahead ahead = {0}, same;

    assert_int_equal(mark_more(fixture, &row, 1, 2, &ahead), 0);
    assert_int_equal(ahead.first, row.numbers[1]);
    assert_int_equal(ahead.last, row.numbers[2]);
    assert_int_equal(count_sending(fixture), 3);
    /* Where some of it was marked nothing more is: it may have left. */
    same = ahead;
    assert_int_equal(mark_more(fixture, &row, 1, 3, &ahead), 0);
    assert_memory_equal(&ahead, &same, sizeof ahead);
    assert_int_equal(count_sending(fixture), 3);
    assert_int_equal(store_outbox_withdraw(fixture->store, &row.ids[2], NULL), ERROR_CONFLICT);
    assert_int_equal(store_outbox_withdraw(fixture->store, &row.ids[3], NULL), 0);
}

/* What is less urgent leaves later: it may be taken back until then. */
static void what_is_less_urgent_is_not_marked_with_it(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, 2);
    struct store_ahead ahead = {0};

    assert_int_equal(sqlite3_exec(database_handle(fixture->store->database),
                                  "UPDATE operation SET urgency = 3 WHERE number ="
                                  " (SELECT max(number) FROM operation)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(mark_more(fixture, &row, 1, 5, &ahead), 0);
    assert_int_equal(ahead.last, 0);
    assert_int_equal(count_sending(fixture), 1);
}

static void what_has_not_left_is_unmarked_and_the_rest_is_not(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, NOTES);
    struct store_ahead ahead = {0};

    assert_int_equal(mark_more(fixture, &row, 1, 3, &ahead), 0);
    assert_int_equal(store_outbox_unsent(fixture->store, &ahead, &row.ids[1], 1, NULL), 0);
    row = waiting(fixture);
    assert_true(row.sent[0] && row.sent[1]);
    assert_false(row.sent[2] || row.sent[3]);
}

static void what_a_row_settles_is_on_its_way_no_more(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, NOTES);
    struct store_outcome outcomes[NOTES];

    memset(outcomes, 0, sizeof outcomes);
    assert_int_equal(mark(fixture, &row), 0);
    for (size_t i = 0; i < NOTES; i++)
        outcomes[i] = (struct store_outcome){
            .operation = row.ids[i], .number = row.numbers[i], .rev = 1, .seq = (int64_t)i + 1};
    assert_int_equal(store_outbox_settle(fixture->store, outcomes, 2, NULL), 0);
    assert_int_equal(count_sending(fixture), NOTES - 2);
    /* Refused, and so none of a row. */
    outcomes[2].refusal = MERGE_FORBIDDEN;
    assert_int_equal(store_outbox_settle(fixture->store, outcomes + 2, 2, NULL), 0);
    assert_int_equal(count_sending(fixture), 0);
    assert_int_equal(waiting(fixture).count, 0);
    assert_int_equal(store_refusal_count(fixture->store, NULL), 1);
}

/* A number that is not its own settles nothing else. */
static void a_wrong_number_settles_its_own_operation(void **state)
{
    struct store_fixture *fixture = *state;
    struct row row = write_notes(fixture, 2);
    struct id right = row.ids[0];
    struct store_outcome outcome = {
        .operation = right, .number = row.numbers[1], .rev = 1, .seq = 1};

    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    row = waiting(fixture);
    assert_int_equal(row.count, 1);
    assert_false(id_equal(&row.ids[0], &right));
}

/* What came since is found by its number, what waits has none. */
static void what_waits_is_nothing_that_came(void **state)
{
    struct store_fixture *fixture = *state;
    struct id matter = store_fixture_id(fixture);
    struct store_outcome outcome = {.rev = 1, .seq = 7};
    int64_t latest = -1;

    (void)store_fixture_note(fixture, &matter, "it waits");
    assert_int_equal(store_case_latest(fixture->store, &matter, &latest, NULL), 0);
    assert_int_equal(latest, 0);
    outcome.operation = waiting(fixture).ids[0];
    assert_int_equal(store_outbox_settle(fixture->store, &outcome, 1, NULL), 0);
    (void)store_fixture_note(fixture, &matter, "so does this");
    assert_int_equal(store_case_latest(fixture->store, &matter, &latest, NULL), 0);
    assert_int_equal(latest, 7);
}

#define TEST(test)                                                                                 \
    cmocka_unit_test_setup_teardown(test, store_fixture_setup, store_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_of_a_row_are_marked),
        TEST(what_is_between_is_not_marked),
        TEST(of_a_row_with_a_gap_nothing_is_marked),
        TEST(what_follows_is_marked_with_it),
        TEST(what_is_less_urgent_is_not_marked_with_it),
        TEST(what_has_not_left_is_unmarked_and_the_rest_is_not),
        TEST(what_a_row_settles_is_on_its_way_no_more),
        TEST(a_wrong_number_settles_its_own_operation),
        TEST(what_waits_is_nothing_that_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
