/* The lists of cases on the screen: keys, marks, columns at every width, live changes, the lock. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/task.h"
#include "tests/unit/case_fixture.h"
#include "tests/unit/ui_fixture.h"
#include "ui/day.h"
#include "ui/desk_cases.h"
#include "ui/language.h"

static struct id last_case;

/* Opens a case of this subject, due in so many hours; 0: on no day. */
static struct id make_case(struct ui_fixture *fixture, const char *subject, int hours)
{
    struct author author = desk_author(&fixture->desk);
    struct case_start start = {.subject = subject, .service = "t/birth"};
    struct batch batch = {0};
    struct id id, task;

    assert_int_equal(case_open(&batch, &author, &start, &id, NULL), 0);
    if (hours != 0) {
        struct task_draft draft = {.kind = "commitment", .text = "call back", .matter = id};

        draft.due_ms = desk_now(&fixture->desk) + hours * INT64_C(3600000);
        assert_int_equal(task_make(&batch, &author, &draft, &task, NULL), 0);
    }
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    ui_fixture_draw(fixture);
    last_case = id;
    return id;
}

/* A task for a case that was made last. */
static void make_task(struct ui_fixture *fixture, int64_t due_ms)
{
    struct author author = desk_author(&fixture->desk);
    struct task_draft draft = {.kind = "other", .text = "look", .due_ms = due_ms};
    struct batch batch = {0};
    struct id id;

    draft.matter = last_case;
    assert_int_equal(task_make(&batch, &author, &draft, &id, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    ui_fixture_draw(fixture);
}

static int row_of(struct ui_fixture *fixture, const char *text)
{
    int found = -1;

    for (int row = 0; row < canvas_rows(fixture->canvas) && found < 0; row++) {
        char *line = canvas_line(fixture->canvas, row);

        if (line != NULL && strstr(line, text) != NULL)
            found = row;
        free(line);
    }
    return found;
}

static int cursor_row(struct ui_fixture *fixture)
{
    int row = -1, column;

    assert_true(canvas_cursor(fixture->canvas, &row, &column));
    return row;
}

static void f3_opens_on_what_is_due(void **state)
{
    struct ui_fixture *fixture = *state;

    make_case(fixture, "late one", -50);
    make_case(fixture, "some day", 24 * 20);
    make_case(fixture, "very late", -100);
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_wait(fixture, "Due 2");
    /* Since its day began: how long that is depends on what time it is. */
    assert_true(ui_fixture_shows(fixture, "2 days late") ||
                ui_fixture_shows(fixture, "3 days late"));
    assert_false(ui_fixture_shows(fixture, "some day"));
    assert_true(row_of(fixture, "very late") < row_of(fixture, "late one"));
    assert_int_equal(cursor_row(fixture), row_of(fixture, "very late"));
    /* Again: to the contact, and back. */
    ui_fixture_press(fixture, INPUT_F(3));
    assert_true(ui_fixture_shows(fixture, "Type a part of the name, a phone number, an e-mail"));
    ui_fixture_press(fixture, INPUT_F(3));
    assert_true(ui_fixture_shows(fixture, "Due 2"));
}

static void a_day_has_no_hour_and_is_late_when_it_is_over(void **state)
{
    struct ui_fixture *fixture = *state;

    make_case(fixture, "of this day", 0);
    make_task(fixture, day_start_ms(desk_now(&fixture->desk)) + 1);
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_wait(fixture, "Due 1");
    assert_true(ui_fixture_shows(fixture, "today"));
    assert_false(ui_fixture_shows(fixture, "late "));
    assert_true(ui_fixture_shows(fixture, "Overdue 0"));
}

static void typing_finds_a_client_unless_one_is_served(void **state)
{
    struct ui_fixture *fixture = *state;

    make_case(fixture, "plates", 0);
    make_case(fixture, "passport", 0);
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_type(fixture, "Zoe Roy");
    assert_true(ui_fixture_shows(fixture, "No such client on this terminal."));
    assert_true(ui_fixture_shows(fixture, "Zoe Roy"));
    ui_fixture_press(fixture, INPUT_CONTROL('O'));
    assert_true(ui_fixture_shows(fixture, "The contact has begun."));
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "2 cases");
    ui_fixture_type(fixture, "pla");
    assert_true(ui_fixture_shows(fixture, "1 case"));
    assert_true(ui_fixture_shows(fixture, "plates"));
    assert_false(ui_fixture_shows(fixture, "passport"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_true(ui_fixture_shows(fixture, "passport"));
}

static void control_o_begins_an_anonymous_contact(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_press(fixture, INPUT_CONTROL('O'));
    assert_true(ui_fixture_shows(fixture, "The contact has begun."));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* F3 leads to who is served. */
    ui_fixture_press(fixture, INPUT_F(3));
    assert_true(ui_fixture_shows(fixture, "anonymous client"));
    assert_true(ui_fixture_shows(fixture, "Need"));
}

static void the_cursor_stays_on_its_case_when_others_come(void **state)
{
    struct ui_fixture *fixture = *state;

    make_case(fixture, "first", -10);
    make_case(fixture, "second", -8);
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_wait(fixture, "Due 2");
    ui_fixture_press(fixture, INPUT_DOWN);
    assert_int_equal(cursor_row(fixture), row_of(fixture, "second"));
    make_case(fixture, "earlier", -20);
    assert_true(ui_fixture_shows(fixture, "Due 3"));
    assert_int_equal(cursor_row(fixture), row_of(fixture, "second"));
}

static void many_are_changed_at_once_and_taken_back(void **state)
{
    struct ui_fixture *fixture = *state;

    for (int i = 0; i < 70; i++)
        make_case(fixture, "one of many", 0);
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "70 cases");
    ui_fixture_type(fixture, ":sort status\r");
    ui_fixture_type(fixture, "*");
    assert_true(ui_fixture_shows(fixture, "70 marked"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "What with these 70 cases?"));
    ui_fixture_type(fixture, "4");
    ui_fixture_type(fixture, "2");
    assert_true(ui_fixture_shows(fixture, "Set the status of 70 cases to: in progress?"));
    /* No is no. */
    ui_fixture_type(fixture, "2");
    assert_true(ui_fixture_shows(fixture, "70 marked"));
    assert_false(ui_fixture_shows(fixture, "in progress"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "4");
    ui_fixture_type(fixture, "2");
    ui_fixture_type(fixture, "1");
    ui_fixture_wait(fixture, "Done: 70.");
    assert_true(ui_fixture_shows(fixture, "in progress"));
    assert_false(ui_fixture_shows(fixture, "received"));
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_wait(fixture, "Taken back: 70.");
    assert_true(ui_fixture_shows(fixture, "received"));
    assert_false(ui_fixture_shows(fixture, "in progress"));
}

static void a_range_and_a_note(void **state)
{
    struct ui_fixture *fixture = *state;

    for (int i = 0; i < 6; i++)
        make_case(fixture, "row", 0);
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "6 cases");
    ui_fixture_press(fixture, INPUT_CONTROL('E'));
    assert_true(ui_fixture_shows(fixture, "Mark the first one with the space bar."));
    ui_fixture_type(fixture, " ");
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_CONTROL('E'));
    assert_true(ui_fixture_shows(fixture, "4 marked"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "5");
    ui_fixture_type(fixture, "Office moved.\r");
    assert_true(ui_fixture_shows(fixture, "Write this note on 4 cases?"));
    ui_fixture_type(fixture, "1");
    ui_fixture_wait(fixture, "Done: 4.");
    ui_fixture_press(fixture, INPUT_HOME);
    ui_fixture_press(fixture, INPUT_ENTER);
    assert_true(ui_fixture_shows(fixture, "Office moved."));
}

static void columns_fit_every_width(void **state)
{
    struct ui_fixture *fixture = *state;
    static const int widths[] = {60, 80, 100, 160};

    make_case(fixture, "driving licence", -75);
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_wait(fixture, "Due 1");
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
        assert_true(canvas_resize(fixture->canvas, 24, widths[i]));
        ui_fixture_draw(fixture);
        assert_true(ui_fixture_shows(fixture, "Reference"));
        assert_true(ui_fixture_shows(fixture, "3 days late") ||
                    ui_fixture_shows(fixture, "4 days late"));
        assert_true(ui_fixture_shows(fixture, "driving licen"));
        if (widths[i] >= 80)
            assert_true(ui_fixture_shows(fixture, "received"));
        if (widths[i] >= 100)
            assert_true(ui_fixture_shows(fixture, "Agent"));
        if (widths[i] >= 160)
            assert_true(ui_fixture_shows(fixture, "Birth certificate"));
    }
    assert_true(canvas_resize(fixture->canvas, 16, 60));
    ui_fixture_type(fixture, ":sort changed\r");
    assert_true(ui_fixture_shows(fixture, "Changed"));
    assert_true(ui_fixture_shows(fixture, "driving licen"));
}

static void groups_have_headings_in_both_languages(void **state)
{
    struct ui_fixture *fixture = *state;

    make_case(fixture, "one", -50);
    make_case(fixture, "two", 0);
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "2 cases");
    ui_fixture_press(fixture, INPUT_CONTROL('K'));
    assert_true(ui_fixture_shows(fixture, "grouped by status"));
    assert_true(ui_fixture_shows(fixture, "received (2)"));
    ui_fixture_press(fixture, INPUT_CONTROL('K'));
    assert_true(ui_fixture_shows(fixture, "Birth certificate (2)"));
    ui_fixture_press(fixture, INPUT_CONTROL('T'));
    assert_true(ui_fixture_shows(fixture, "Acte de naissance (2)"));
    ui_fixture_press(fixture, INPUT_CONTROL('K'));
    ui_fixture_press(fixture, INPUT_CONTROL('K'));
    assert_true(ui_fixture_shows(fixture, "En retard (1)"));
    ui_fixture_press(fixture, INPUT_CONTROL('T'));
}

static void a_view_is_kept_and_comes_back(void **state)
{
    struct ui_fixture *fixture = *state;

    make_case(fixture, "plates", 0);
    make_case(fixture, "passport", 0);
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "2 cases");
    ui_fixture_type(fixture, ":filter plates\r");
    assert_true(ui_fixture_shows(fixture, "1 case"));
    ui_fixture_press(fixture, INPUT_CONTROL('W'));
    assert_false(ui_fixture_shows(fixture, "view of the office")); /* a clerk */
    ui_fixture_type(fixture, "1");
    ui_fixture_type(fixture, "Plates\r");
    assert_true(ui_fixture_shows(fixture, "Cases · Plates"));
    ui_fixture_return(fixture, false);
    assert_true(ui_fixture_shows(fixture, "Cases · Plates"));
    ui_fixture_wait(fixture, "1 case");
    ui_fixture_press(fixture, INPUT_CONTROL('W'));
    ui_fixture_type(fixture, "3");
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, "Cars\r");
    assert_true(ui_fixture_shows(fixture, "Cases · Cars"));
    ui_fixture_press(fixture, INPUT_CONTROL('W'));
    ui_fixture_type(fixture, "4");
    assert_false(ui_fixture_shows(fixture, "Cars"));
    ui_fixture_type(fixture, ":lists cars\r");
    assert_true(ui_fixture_shows(fixture, "No such list: cars"));
}

/* While this terminal slept, so much has changed that the log does not reach back. */
static void what_is_too_late_to_follow_is_read_anew(void **state)
{
    struct ui_fixture *fixture = *state;
    struct case_fixture cases = {.seed = 3, .now_ms = desk_now(&fixture->desk)};
    struct record *page[700];
    uint64_t before, after;

    make_case(fixture, "an old one", -5);
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "1 case");
    assert_non_null(desk_cases(&fixture->desk, &before));
    assert_int_equal(store_open(&cases.store, fixture->store_path, fixture->desk.key, NULL), 0);
    for (size_t i = 0; i < 700; i++) {
        struct id id = id_generate(&cases.ids, cases.now_ms);

        page[i] = case_fixture_record(&cases, RECORD_CASE, &id, 1,
                                      case_fixture_body(&cases, RECORD_CASE, "", ""));
    }
    for (int64_t round = 1; round <= 32; round++) {
        for (size_t i = 0; i < 700; i++)
            page[i]->rev = round;
        assert_int_equal(store_write_page(cases.store, page, 700, 1000 * round, "feed", NULL), 0);
    }
    for (size_t i = 0; i < 700; i++)
        record_free(page[i]);
    store_close(cases.store);
    ui_fixture_wait(fixture, "701 cases");
    assert_true(ui_fixture_shows(fixture, "All 701"));
    assert_non_null(desk_cases(&fixture->desk, &after));
    assert_true(after > before);
}

/* A hand-off comes, as the sync thread writes it. */
static void receive_handoff(struct ui_fixture *fixture)
{
    struct id id = id_from_key("handoff", "locked");
    struct record *handoff = record_new(RECORD_HANDOFF, &id);

    assert_non_null(handoff);
    handoff->rev = handoff->seq = 1;
    json_object_set_new(handoff->body, "state", json_string("accepted"));
    assert_int_equal(store_write_page(fixture->desk.store, &handoff, 1, 1, "feed", NULL), 0);
    record_free(handoff);
}

static int hold_body(void *context, const struct record *record, enum store_pending pending)
{
    (void)pending;
    *(json_t **)context = json_incref(record->body);
    return 0;
}

static void locked_there_is_nothing_in_memory(void **state)
{
    struct ui_fixture *fixture = *state;
    const struct store_query handoffs = {.type = RECORD_HANDOFF};
    json_t *body = NULL;

    make_case(fixture, "late one", -50);
    receive_handoff(fixture);
    ui_fixture_press(fixture, INPUT_F(3));
    ui_fixture_wait(fixture, "late one");
    assert_int_equal(store_each(fixture->desk.store, &handoffs, hold_body, &body, NULL), 0);
    assert_non_null(body);
    assert_int_equal(body->refcount, 2); /* here, and kept */
    ui_fixture_press(fixture, INPUT_F(9));
    assert_null(desk_cases(&fixture->desk, NULL));
    assert_int_equal(body->refcount, 1);
    json_decref(body);
    ui_fixture_type(fixture, "secret\r");
    ui_fixture_wait(fixture, "late one");
    assert_int_equal(cursor_row(fixture), row_of(fixture, "late one"));
}

int main(void)
{
#define UI_TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        UI_TEST(f3_opens_on_what_is_due),
        UI_TEST(a_day_has_no_hour_and_is_late_when_it_is_over),
        UI_TEST(typing_finds_a_client_unless_one_is_served),
        UI_TEST(control_o_begins_an_anonymous_contact),
        UI_TEST(the_cursor_stays_on_its_case_when_others_come),
        UI_TEST(many_are_changed_at_once_and_taken_back),
        UI_TEST(a_range_and_a_note),
        UI_TEST(columns_fit_every_width),
        UI_TEST(groups_have_headings_in_both_languages),
        UI_TEST(a_view_is_kept_and_comes_back),
        UI_TEST(what_is_too_late_to_follow_is_read_anew),
        UI_TEST(locked_there_is_nothing_in_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
