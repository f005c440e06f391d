/* The waiting-room screens of a terminal without a link. */
#include <string.h>

#include "app/operation.h"
#include "tests/unit/ui_fixture.h"
#include "tests/unit/unit.h"
#include "ui/tickets.h"

#define SETTLED_MOST 32

struct settling {
    struct store_outcome outcomes[SETTLED_MOST];
    size_t count;
};

static int settle_one(void *context, const struct outbox_entry *entry)
{
    struct settling *settling = context;

    assert_true(settling->count < SETTLED_MOST);
    settling->outcomes[settling->count] =
        (struct store_outcome){.operation = entry->operation->id,
                               .rev = entry->operation->base + 1,
                               .seq = 100 + (int64_t)settling->count};
    settling->count++;
    return 0;
}

/* The server accepts all that waits. */
static void settle(struct ui_fixture *fixture)
{
    struct settling settling = {.count = 0};

    assert_int_equal(
        store_outbox_each(fixture->desk.store, SETTLED_MOST, settle_one, &settling, NULL), 0);
    assert_true(settling.count > 0);
    assert_int_equal(
        store_outbox_settle(fixture->desk.store, settling.outcomes, settling.count, NULL), 0);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
}

static void test_from_the_slip_to_the_end(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, "t");
    assert_true(ui_fixture_shows(fixture, "Nobody waits. n gives a ticket."));
    /* No number is given that another terminal could give too. */
    ui_fixture_type(fixture, "n");
    ui_fixture_type(fixture, "\r");
    assert_true(ui_fixture_shows(fixture, "this terminal has no number yet"));
    settle(fixture);
    ui_fixture_type(fixture, "\r");
    assert_true(ui_fixture_shows(fixture, "A1 for Front line: 0 before it"));
    assert_true(ui_fixture_shows(fixture, "not sent yet"));
    /* Nobody is called to nowhere. */
    ui_fixture_type(fixture, "c");
    assert_true(ui_fixture_shows(fixture, "Say first which counter this is"));
    ui_fixture_type(fixture, ":counter 7\r");
    ui_fixture_type(fixture, "c");
    assert_true(ui_fixture_shows(fixture, "A1 is called to counter 7."));
    assert_true(ui_fixture_shows(fixture, "not confirmed yet"));
    ui_fixture_type(fixture, ":call\r");
    assert_false(ui_fixture_shows(fixture, "is called to counter 7."));
    ui_fixture_type(fixture, "r");
    ui_fixture_type(fixture, "r");
    assert_true(ui_fixture_shows(fixture, "Counter 7: A1, called 3 times"));
    ui_fixture_type(fixture, "r");
    assert_true(ui_fixture_shows(fixture, "A1 was called 3 times. Did nobody come?"));
    ui_fixture_type(fixture, "2");
    assert_true(ui_fixture_shows(fixture, "Counter 7: A1, called 4 times"));
    ui_fixture_type(fixture, "s");
    assert_true(ui_fixture_shows(fixture, "A ticket is being served."));
    ui_fixture_press(fixture, INPUT_CONTROL('O'));
    assert_true(ui_fixture_shows(fixture, "The contact is with this client."));
    assert_true(ui_fixture_shows(fixture, "A1"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "1");
    assert_true(ui_fixture_shows(fixture, "The contact has ended"));
    ui_fixture_press(fixture, INPUT_CONTROL('G'));
    ui_fixture_type(fixture, "tickets\r");
    assert_true(ui_fixture_shows(fixture, "Served: 1"));
    assert_true(ui_fixture_shows(fixture, "Counter 7: free"));
    /* What waits is told in plain words. */
    ui_fixture_type(fixture, ":outbox\r");
    assert_true(ui_fixture_shows(fixture, "Ticket A1: called"));
}

/* A screen that was left is the same again, also after a kill. */
static void test_comes_back_as_it_was(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, "t");
    ui_fixture_type(fixture, "n");
    ui_fixture_type(fixture, "front");
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "New ticket"));
    assert_true(ui_fixture_shows(fixture, "front"));
    settle(fixture);
    ui_fixture_type(fixture, "\r");
    assert_true(ui_fixture_shows(fixture, "A1 for Front line"));
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "A1 "));
    /* A number that was given is not given again. */
    ui_fixture_type(fixture, "n");
    ui_fixture_type(fixture, "\r");
    assert_true(ui_fixture_shows(fixture, "A2 for Front line: 1 before it"));
}

static void test_an_appointment_is_a_time(void **state)
{
    struct ui_fixture *fixture = *state;

    (void)state;
    assert_int_equal(tickets_moment(&fixture->desk, "24:00"), 0);
    assert_int_equal(tickets_moment(&fixture->desk, "10:60"), 0);
    assert_int_equal(tickets_moment(&fixture->desk, "10"), 0);
    assert_int_equal(tickets_moment(&fixture->desk, "10:30x"), 0);
    assert_true(tickets_moment(&fixture->desk, "10:30") > 0);
    assert_int_equal(tickets_moment(&fixture->desk, "10h30"),
                     tickets_moment(&fixture->desk, "10:30"));
    assert_int_equal(tickets_moment(&fixture->desk, "10:31"),
                     tickets_moment(&fixture->desk, "10:30") + 60000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_from_the_slip_to_the_end),
        TEST(test_comes_back_as_it_was),
        TEST(test_an_appointment_is_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
