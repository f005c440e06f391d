/* What is done with many at once, by keys: each action, what it asks, what it tells; and what
 * belongs to no case, opened, put into one, dealt with. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/client.h"
#include "app/delivery.h"
#include "app/message.h"
#include "app/task.h"
#include "tests/unit/ui_fixture.h"
#include "ui/desk_cases.h"

static void apply(struct ui_fixture *fixture, struct batch *batch)
{
    struct error error = ERROR_INIT;

    if (desk_apply(&fixture->desk, batch, &error) != 0)
        fail_msg("%s", error.message);
    batch_clear(batch);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
}

static struct id make_case(struct ui_fixture *fixture, const char *subject)
{
    struct author author = desk_author(&fixture->desk);
    struct case_start start = {.subject = subject};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(case_open(&batch, &author, &start, &id, NULL), 0);
    apply(fixture, &batch);
    return id;
}

static struct id make_task(struct ui_fixture *fixture, const char *text)
{
    struct author author = desk_author(&fixture->desk);
    struct task_draft draft = {.kind = "other", .text = text};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(task_make(&batch, &author, &draft, &id, NULL), 0);
    apply(fixture, &batch);
    return id;
}

/* What a client wrote; `matter` may be NULL. */
static struct id make_message(struct ui_fixture *fixture, const char *subject,
                              const struct id *matter)
{
    struct author author = desk_author(&fixture->desk);
    struct operation *operation = author_append(&author, RECORD_MESSAGE);
    struct batch batch = {0};
    struct id id = operation->record;

    operation->agent = delivery_server();
    operation_put_text(operation, "channel", "web");
    operation_put_text(operation, "direction", "in");
    if (matter != NULL)
        operation_put_id(operation, "case", matter);
    operation_put_text(operation, "subject", subject);
    operation_put_text(operation, "text", "Hello");
    operation_put_text(operation, "office", author.office);
    operation_put_time(operation, "at", author_now(&author));
    operation_put_text(operation, "state", "received");
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    apply(fixture, &batch);
    return id;
}

static void assert_field(struct ui_fixture *fixture, enum record_type type, const struct id *id,
                         const char *member, const char *expected)
{
    struct record *record = NULL;

    assert_int_equal(store_get(fixture->desk.store, type, id, &record, NULL, NULL), 0);
    assert_string_equal(record_text(record, member), expected);
    record_free(record);
}

static void many_wait_for_their_clients(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id first = make_case(fixture, "first"), second = make_case(fixture, "second");

    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "2 cases");
    ui_fixture_type(fixture, "*");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "What with these 2 cases?");
    assert_false(ui_fixture_shows(fixture, "Start a case for each"));
    ui_fixture_type(fixture, "4");
    ui_fixture_type(fixture, "2");
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "Done: 2.");
    ui_fixture_type(fixture, "*");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "7");
    ui_fixture_type(fixture, "the lease\r");
    ui_fixture_expect(fixture, "Have 2 cases wait for the client?");
    ui_fixture_type(fixture, "2");
    assert_field(fixture, RECORD_CASE, &first, "status", "in-progress");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "7");
    ui_fixture_type(fixture, "the lease\r");
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "Done: 2.");
    assert_field(fixture, RECORD_CASE, &first, "status", "information-missing");
    assert_field(fixture, RECORD_CASE, &second, "missing", "the lease");
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    assert_field(fixture, RECORD_CASE, &first, "status", "in-progress");
    assert_field(fixture, RECORD_CASE, &second, "missing", "");
}

static void what_is_refused_stays_marked(void **state)
{
    struct ui_fixture *fixture = *state;

    make_case(fixture, "a case");
    make_task(fixture, "a task");
    ui_fixture_type(fixture, ":lists all\r");
    ui_fixture_wait(fixture, "1 case, 1 without a case");
    ui_fixture_type(fixture, "*");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "What with these 2?");
    /* A note goes to a case only: the other one is told of, and stays marked. */
    ui_fixture_type(fixture, "5");
    ui_fixture_type(fixture, "Noted.\r");
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "Done: 1. Not done: 1 (it belongs to no case).");
    ui_fixture_expect(fixture, "1 marked");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "What with this one?");
    assert_false(ui_fixture_shows(fixture, "Write a note"));
    ui_fixture_expect(fixture, "Start a case for each");
}

static void messages_go_to_another_case_or_are_dealt_with(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id wrong = make_case(fixture, "made by itself"), right = make_case(fixture, "the one");
    struct id message = make_message(fixture, "About it", &wrong);
    struct id other = make_message(fixture, "Thanks", &right);
    struct record *record = NULL;
    char line[64];

    assert_int_equal(store_get(fixture->desk.store, RECORD_CASE, &right, &record, NULL, NULL), 0);
    ui_fixture_type(fixture, ":lists unread\r");
    ui_fixture_wait(fixture, "2 cases");
    ui_fixture_type(fixture, ":filter made\r");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_press(fixture, INPUT_ENTER);
    ui_fixture_type(fixture, "nothing\r");
    ui_fixture_expect(fixture, "No case on this terminal has this reference.");
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    /* As it is said on the phone. */
    snprintf(line, sizeof(line), "%.4s %s\r", record_text(record, "reference") + 2,
             record_text(record, "reference") + 7);
    ui_fixture_type(fixture, line);
    ui_fixture_expect(fixture, "Done: 1.");
    assert_field(fixture, RECORD_MESSAGE, &message, "case", right.text);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_wait(fixture, "1 case");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_type(fixture, "9");
    ui_fixture_expect(fixture, "Done: 1.");
    assert_field(fixture, RECORD_MESSAGE, &message, "state", "read");
    assert_field(fixture, RECORD_MESSAGE, &other, "state", "read");
    assert_true(ui_fixture_shows(fixture, "Unread 0"));
    record_free(record);
}

static void what_belongs_to_no_case_is_opened_and_put_into_one(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id message = make_message(fixture, "Who am I?", NULL), spam = {""};
    struct record *record = NULL;

    ui_fixture_type(fixture, ":lists no case\r");
    ui_fixture_wait(fixture, "1 without a case");
    ui_fixture_press(fixture, INPUT_ENTER);
    ui_fixture_expect(fixture, "Who am I?");
    /* Looking at it is not dealing with it. */
    assert_field(fixture, RECORD_MESSAGE, &message, "state", "received");
    ui_fixture_type(fixture, "a");
    ui_fixture_expect(fixture, "To which case does it belong?");
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "It stands in this case now.");
    assert_int_equal(store_get(fixture->desk.store, RECORD_MESSAGE, &message, &record, NULL, NULL),
                     0);
    assert_string_equal(record_text(record, "state"), "read");
    assert_true(*record_text(record, "case") != '\0');
    record_free(record);
    spam = make_message(fixture, "Win a prize", NULL);
    ui_fixture_type(fixture, ":lists no case\r");
    ui_fixture_wait(fixture, "Win a prize");
    ui_fixture_press(fixture, INPUT_ENTER);
    ui_fixture_type(fixture, "x");
    ui_fixture_expect(fixture, "It is dealt with.");
    assert_field(fixture, RECORD_MESSAGE, &spam, "state", "read");
    ui_fixture_expect(fixture, "No case stands in this list.");
}

static void cases_are_started_for_many(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id first = make_task(fixture, "Order paper"), message;
    struct record *record = NULL;
    struct id matter;

    message = make_message(fixture, "A broken lamp", NULL);
    ui_fixture_type(fixture, ":lists no case\r");
    ui_fixture_wait(fixture, "2 without a case");
    ui_fixture_type(fixture, "*");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_press(fixture, INPUT_ENTER);
    ui_fixture_expect(fixture, "Start 2 cases?");
    ui_fixture_type(fixture, "1");
    ui_fixture_expect(fixture, "Done: 2.");
    assert_int_equal(store_get(fixture->desk.store, RECORD_MESSAGE, &message, &record, NULL, NULL),
                     0);
    assert_true(id_parse(&matter, record_text(record, "case")));
    record_free(record);
    assert_field(fixture, RECORD_CASE, &matter, "subject", "A broken lamp");
    assert_int_equal(store_get(fixture->desk.store, RECORD_TASK, &first, &record, NULL, NULL), 0);
    assert_true(*record_text(record, "case") != '\0');
    record_free(record);
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    assert_field(fixture, RECORD_MESSAGE, &message, "case", "");
}

#define UI_TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UI_TEST(many_wait_for_their_clients),
        UI_TEST(what_is_refused_stays_marked),
        UI_TEST(messages_go_to_another_case_or_are_dealt_with),
        UI_TEST(what_belongs_to_no_case_is_opened_and_put_into_one),
        UI_TEST(cases_are_started_for_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
