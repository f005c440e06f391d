/* The work screens, driven by keys: a contact, its case, a note and its draft, an over-long paste,
 * likely duplicates, the outbox and a refusal. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/record_fields.h"
#include "tests/unit/ui_fixture.h"
#include "ui/screen_agents.h"

static void open_case(struct ui_fixture *fixture)
{
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_type(fixture, "Zoe Roy");
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "The contact has begun."));
    ui_fixture_type(fixture, "moves in July\t\r");
    assert_true(ui_fixture_shows(fixture, "contact, in progress"));
    assert_true(ui_fixture_shows(fixture, "moves in July"));
}

static void a_client_is_served_by_keys_alone(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "Identity seen.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "note, contact"));
    assert_true(ui_fixture_shows(fixture, "Identity seen."));
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    ui_fixture_type(fixture, "1");
    assert_true(ui_fixture_shows(fixture, "in progress  pending"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "1");
    assert_true(ui_fixture_shows(fixture, "The contact has ended: resolved"));
    assert_int_equal(fixture->desk.line.contact_started_ms, 0);
    assert_true(id_is_empty(&fixture->desk.open.contact));
}

static void esc_keeps_a_half_written_note(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "Half a no");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_true(ui_fixture_shows(fixture, "F6: a note is half"));
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "te");
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "Half a note"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_false(ui_fixture_shows(fixture, "F6: a note is half"));
}

static void a_paste_that_does_not_fit_changes_nothing(void **state)
{
    struct ui_fixture *fixture = *state;
    size_t length = NOTE_TEXT_LIMIT + 1;
    char *text = malloc(length);
    struct input paste = {INPUT_PASTE, text, length};

    memset(text, 'x', length);
    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "before");
    ui_input(fixture->ui, &paste);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "Too long: 65543 bytes, a note holds 65536."));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "before"));
    assert_false(ui_fixture_shows(fixture, "xxx"));
    free(text);
}

static void likely_duplicates_are_offered_while_typing(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "1");
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_type(fixture, "Roy Zoe");
    assert_true(ui_fixture_shows(fixture, "same name"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    assert_true(ui_fixture_shows(fixture, "The client begun before is back."));
    for (int i = 0; i < 10; i++)
        ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_ENTER);
    assert_true(ui_fixture_shows(fixture, "The contact has begun."));
    /* It is the known client: the case of before is there. */
    assert_true(ui_fixture_shows(fixture, "received"));
}

static void the_outbox_tells_and_takes_back(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "Not to be sent");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_press(fixture, INPUT_F(7));
    assert_true(ui_fixture_shows(fixture, "Ctrl-X Take back"));
    assert_true(ui_fixture_shows(fixture, "New client: Zoe Roy"));
    assert_true(ui_fixture_shows(fixture, "Note: Not to be sent"));
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "1");
    assert_true(ui_fixture_shows(fixture, "Taken back."));
    assert_false(ui_fixture_shows(fixture, "Note: Not to be sent"));
}

static int take_id(void *context, const struct outbox_entry *entry)
{
    *(struct id *)context = entry->operation->id;
    return 1;
}

/* Why the first in the outbox waits, by what is kept of the last attempt. */
static void expect_reason(struct ui_fixture *fixture, const char *reason, const char *words)
{
    struct id operation;

    assert_int_equal(store_outbox_each(fixture->desk.store, 1, take_id, &operation, NULL), 1);
    assert_int_equal(store_outbox_attempted(fixture->desk.store, &operation, 1, reason, NULL), 0);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, words);
}

static void the_outbox_says_what_the_server_answered(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(7));
    ui_fixture_expect(fixture, "not sent yet");
    expect_reason(fixture, "POST /v1/operations: cut", "tried 1 time: no answer");
    expect_reason(fixture, STORE_REASON_ANSWERED "503: starting", "times: the server is busy");
    expect_reason(fixture, STORE_REASON_ANSWERED "500: oh", "times: the server has a fault (500)");
    expect_reason(fixture, STORE_REASON_ANSWERED "404: no", "the server did not take it (404)");
    expect_reason(fixture, STORE_REASON_ANSWERED "200: ?", "times: the answer makes no sense");
    expect_reason(fixture, STORE_REASON_AGAIN, "times: the server lost it");
}

struct refusing {
    struct store_outcome outcome;
    enum record_type type;
};

static int refuse_note(void *context, const struct outbox_entry *entry)
{
    struct refusing *refusing = context;

    if (entry->operation->type == refusing->type)
        refusing->outcome.operation = entry->operation->id;
    return 0;
}

static void a_refused_note_comes_back_with_its_text(void **state)
{
    struct ui_fixture *fixture = *state;
    struct refusing refusing = {{.refusal = MERGE_FORBIDDEN}, RECORD_NOTE};

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "My own words");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_int_equal(store_outbox_each(fixture->desk.store, 100, refuse_note, &refusing, NULL), 0);
    assert_int_equal(store_outbox_settle(fixture->desk.store, &refusing.outcome, 1, NULL), 0);
    fixture->desk.changes++;
    ui_fixture_type(fixture, ":refusals\r");
    assert_true(ui_fixture_shows(fixture, "Note: My own words"));
    assert_true(ui_fixture_shows(fixture, "you may not change this record"));
    ui_fixture_press(fixture, INPUT_ENTER);
    assert_true(ui_fixture_shows(fixture, "My own words"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "Nothing was refused."));
    assert_false(ui_fixture_shows(fixture, "Redo"));
    assert_int_equal(store_refusal_count(fixture->desk.store, NULL), 0);
}

static void a_wrong_detail_is_named_and_gone_to(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_type(fixture, "Zoe Roy\t\tno phone\tzoe@example.ca");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "A phone number has at least 3 digits."));
    ui_fixture_type(fixture, " 418 555-0199");
    assert_true(ui_fixture_shows(fixture, "no phone 418 555-0199"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "The contact has begun."));
}

/* Of whoever is free or busy it is said for how long, as of when that was heard. */
static void how_long_somebody_is_at_it_is_said(void **state)
{
    static const struct {
        enum match_presence presence;
        int64_t minutes;
        const char *text;
    } cases[] = {
        {MATCH_BUSY, 0, "busy"},
        {MATCH_BUSY, 12, "busy 12 min"},
        {MATCH_AVAILABLE, 59, "present 59 min"},
        {MATCH_AWAY, 150, "away 2 h"},
        {MATCH_UNKNOWN, 12, "not known"},
    };
    const int64_t since = INT64_C(1700000000000);

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct target target = {.presence = cases[i].presence, .since_ms = since};
        char text[64];

        target_state_text(&target, since + cases[i].minutes * 60000, text, sizeof(text));
        assert_string_equal(text, cases[i].text);
    }
}

static void a_queue_is_read_and_found_in_the_screens_language(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(5));
    ui_fixture_type(fixture, "civil st");
    assert_true(ui_fixture_shows(fixture, "civil status, wine"));
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_press(fixture, INPUT_CONTROL('T'));
    assert_true(ui_fixture_shows(fixture, "Première ligne"));
    assert_true(ui_fixture_shows(fixture, "état civil, wine"));
    ui_fixture_type(fixture, "état");
    assert_true(ui_fixture_shows(fixture, "Première ligne"));
}

static void a_hand_off_wants_a_summary(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(5));
    ui_fixture_type(fixture, "\t");
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_press(fixture, INPUT_BACK_TAB);
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "Say in one line what it is about."));
    ui_fixture_type(fixture, "lost card");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "Offered to"));
}

static int64_t half_a_minute_on(void *context)
{
    return clock_system(context) + 30000;
}

static void a_notice_goes_when_its_news_is_old(void **state)
{
    struct ui_fixture *fixture = *state;

    strcpy(fixture->desk.line.notice, "Old news");
    ui_tick(fixture->ui);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "Old news"));
    clock_init(&fixture->desk.clock, half_a_minute_on, NULL);
    ui_tick(fixture->ui);
    ui_fixture_draw(fixture);
    assert_false(ui_fixture_shows(fixture, "Old news"));
}

static void quitting_says_that_a_contact_is_open(void **state)
{
    struct ui_fixture *fixture = *state;

    open_case(fixture);
    ui_fixture_press(fixture, INPUT_F(10));
    assert_true(ui_fixture_shows(fixture, "A contact is in progress."));
    assert_false(ui_is_over(fixture->ui));
    ui_fixture_press(fixture, INPUT_F(10));
    assert_true(ui_is_over(fixture->ui));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_client_is_served_by_keys_alone),
        WITH(esc_keeps_a_half_written_note),
        WITH(a_paste_that_does_not_fit_changes_nothing),
        WITH(likely_duplicates_are_offered_while_typing),
        WITH(the_outbox_tells_and_takes_back),
        WITH(the_outbox_says_what_the_server_answered),
        WITH(a_refused_note_comes_back_with_its_text),
        WITH(a_wrong_detail_is_named_and_gone_to),
        WITH(how_long_somebody_is_at_it_is_said),
        WITH(a_queue_is_read_and_found_in_the_screens_language),
        WITH(a_hand_off_wants_a_summary),
        WITH(a_notice_goes_when_its_news_is_old),
        WITH(quitting_says_that_a_contact_is_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
