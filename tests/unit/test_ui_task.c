/* Tasks on the screen, by keys; what is due is told; a promise in words on the case. */
#include <string.h>

#include "app/case.h"
#include "app/json.h"
#include "app/task.h"
#include "tests/unit/ui_fixture.h"
#include "tests/unit/unit.h"
#include "ui/task_news.h"

#define DAY_MS INT64_C(86400000)

static struct id make(struct ui_fixture *fixture, const char *text, int64_t due_ms)
{
    struct author author = desk_author(&fixture->desk);
    struct task_draft draft = {.kind = "other", .text = text, .due_ms = due_ms};
    struct batch batch = {0};
    struct id id;

    assert_int_equal(task_make(&batch, &author, &draft, &id, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
    return id;
}

static void what_is_due_is_told(void **state)
{
    struct ui_fixture *fixture = *state;

    make(fixture, "Later", desk_now(&fixture->desk) + 3 * DAY_MS);
    assert_false(ui_fixture_shows(fixture, "task due"));
    make(fixture, "Call the clinic", desk_now(&fixture->desk));
    ui_fixture_expect(fixture, "1 task is due today: :task shows the first");
    ui_fixture_expect(fixture, "1 task due");
    make(fixture, "Send the form", desk_now(&fixture->desk) - 2 * DAY_MS);
    ui_fixture_expect(fixture, "1 task is due today, 1 overdue: :task shows the first");
    ui_fixture_expect(fixture, "2 tasks due");
    /* The command shows what is due first; then nothing is told any more, but counted. */
    ui_fixture_type(fixture, "\007task\r");
    ui_fixture_expect(fixture, "Send the form");
    ui_fixture_expect(fixture, "overdue");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    assert_false(ui_fixture_shows(fixture, "shows the first"));
    ui_fixture_expect(fixture, "2 tasks due");
    /* A day has begun: it is told again. */
    fixture->desk.line.tasks_day--;
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "1 overdue: :task shows the first");
    ui_fixture_type(fixture, "\007seen\r");
    assert_false(ui_fixture_shows(fixture, "shows the first"));
    ui_fixture_type(fixture, "\007language fr\r");
    ui_fixture_expect(fixture, "2 tâches dues");
}

static void it_is_put_off_done_and_opened_again(void **state)
{
    struct ui_fixture *fixture = *state;

    make(fixture, "Call the clinic", desk_now(&fixture->desk));
    ui_fixture_type(fixture, "\007task\r");
    ui_fixture_expect(fixture, "Call the clinic");
    ui_fixture_press(fixture, INPUT_CONTROL('P'));
    ui_fixture_expect(fixture, "Write the new day first");
    ui_fixture_type(fixture, "2031-03-07 the clinic is closed");
    /* Half written it stays, also after kill -9. */
    ui_fixture_return(fixture, true);
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_type(fixture, "\007task\r");
    ui_fixture_press(fixture, INPUT_CONTROL('U'));
    ui_fixture_type(fixture, "2031-03-07 the clinic is closed");
    ui_fixture_press(fixture, INPUT_CONTROL('P'));
    ui_fixture_expect(fixture, "It comes back on that day.");
    ui_fixture_expect(fixture, "Friday, March 7, 2031");
    /* Where the line ends depends on how long today's name is. */
    ui_fixture_expect(fixture, "put off by Ann Roy:");
    ui_fixture_expect(fixture, "closed");
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_expect(fixture, "Given to     Ann Roy");
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    ui_fixture_expect(fixture, "Say why first.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_expect(fixture, "done · Ann Roy");
    ui_fixture_expect(fixture, "Open again");
    ui_fixture_type(fixture, "They called back.");
    ui_fixture_press(fixture, INPUT_CONTROL('F'));
    ui_fixture_expect(fixture, "It is open again.");
    ui_fixture_expect(fixture, "They called back.");
    ui_fixture_type(fixture, "No need.");
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    ui_fixture_expect(fixture, "Dropped: it will not be done.");
    ui_fixture_press(fixture, INPUT_F(7));
    ui_fixture_expect(fixture, "New task, other: Call the clinic");
    ui_fixture_expect(fixture, "Task: done");
    ui_fixture_expect(fixture, "Task: dropped");
    ui_fixture_expect(fixture, "Task into the hands of Ann Roy");
    ui_fixture_expect(fixture, "Task put off to ");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_type(fixture, "\007language fr\r");
    ui_fixture_expect(fixture, "Rouvrir");
    ui_fixture_expect(fixture, "vendredi 7 mars 2031");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_type(fixture, "\007task\r");
    ui_fixture_expect(fixture, "aucune tâche ne vous attend");
}

static void the_draft_is_kept(void **state)
{
    struct ui_fixture *fixture = *state;

    make(fixture, "Call the clinic", desk_now(&fixture->desk));
    ui_fixture_type(fixture, "\007task\r");
    ui_fixture_type(fixture, "because the cl");
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_type(fixture, "\007task\r");
    ui_fixture_expect(fixture, "because the cl");
}

/* Nothing of it from the server yet: the terminal reckons itself, and says so. */
static void a_promise_is_told_on_the_case(void **state)
{
    struct ui_fixture *fixture = *state;
    struct author author = desk_author(&fixture->desk);
    const struct case_start start = {.service = "t/birth", .subject = "A copy"};
    struct batch batch = {0};
    struct record *matter;
    struct id id;

    author.channel = "web";
    assert_int_equal(case_open(&batch, &author, &start, &id, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    ui_open(fixture->ui, "case", json_pack("{s:s}", "id", id.text));
    ui_fixture_draw(fixture);
    ui_fixture_expect(fixture, "Guaranteed, as known here: 15 business days left, until ");
    ui_fixture_type(fixture, "\007language fr\r");
    ui_fixture_expect(fixture,
                      "Garanti, d’après ce terminal : il reste 15 jours ouvrables, jusqu’au ");
    ui_fixture_type(fixture, "\007language en\r");
    assert_int_equal(store_get(fixture->desk.store, RECORD_CASE, &id, &matter, NULL, NULL), 0);
    author = desk_author(&fixture->desk);
    assert_int_equal(case_set_status(&batch, &author, matter, "information-missing", NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    record_free(matter);
    ui_fixture_draw(fixture);
    ui_fixture_expect(
        fixture, "Guaranteed, as known here: paused while information is missing, 15 business");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_due_is_told),
        TEST(it_is_put_off_done_and_opened_again),
        TEST(the_draft_is_kept),
        TEST(a_promise_is_told_on_the_case),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
