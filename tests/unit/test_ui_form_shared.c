/* The form screen while others change the same draft: another terminal, or the client on the web.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/continue.h"
#include "app/json.h"
#include "app/submission.h"
#include "tests/unit/ui_form_fixture.h"

#define ESC "\033"

static const char form[] =
    "{'schema':{'type':'object','properties':{'name':{'type':'string','title':'Full name'},"
    "'town':{'type':'string','title':'Town'},'street':{'type':'string','title':'Street'}}},"
    "'layout':{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/name'},"
    "{'type':'Control','scope':'#/properties/town'},"
    "{'type':'Control','scope':'#/properties/street'}]}}";

static void write_page(struct ui_fixture *fixture, struct record *draft)
{
    struct error error = ERROR_INIT;

    draft->rev += 5;
    draft->seq = draft->rev;
    if (store_write_page(fixture->desk.store, &draft, 1, draft->seq, "feed", &error) != 0)
        fail_msg("%s", error.message);
    record_free(draft);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
}

/* The draft comes from the server as it is after somebody else answered. */
static void answer_elsewhere(struct ui_fixture *fixture, const char *name, const char *value,
                             const char *channel)
{
    struct record *draft = ui_form_draft(fixture);
    bool web = strcmp(channel, "web") == 0;
    char path[80];
    json_t *stamp = json_pack("{s:s, s:s, s:o, s:s, s:I}", "agent",
                              web ? continue_web_agent.text : desk_agent(&fixture->desk)->text,
                              "device", "ffffffff-ffff-4fff-bfff-ffffffffffff", "time",
                              json_time(desk_now(&fixture->desk) + 60000), "channel", channel,
                              "rev", (json_int_t)draft->rev + 5);

    snprintf(path, sizeof(path), "answers/%s", name);
    json_object_set_new(json_object_get(draft->body, "answers"), name, json_string(value));
    if (json_object_get(draft->meta, "stamps") == NULL)
        json_object_set_new(draft->meta, "stamps", json_object());
    json_object_set(json_object_get(draft->meta, "stamps"), path, stamp);
    json_object_set_new(draft->meta, "updated", stamp);
    write_page(fixture, draft);
}

/* Two answers stand; the focus is on the street. */
static void fill_two(struct ui_fixture *fixture)
{
    ui_form_publish(fixture, 1, form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    ui_fixture_type(fixture, "Ann\tHull\t");
    assert_true(ui_fixture_shows(fixture, "draft saved"));
}

static void an_answer_of_another_terminal_is_marked(void **state)
{
    struct ui_fixture *fixture = *state;

    fill_two(fixture);
    ui_fixture_type(fixture, "1 Oak");
    answer_elsewhere(fixture, "street", "9 Elm", "phone");
    assert_true(ui_fixture_shows(fixture, "Ann Roy changed 1 answer: it is marked"));
    /* What is typed here stays, and what the other said is told until it is decided. */
    assert_true(ui_fixture_shows(fixture, "1 Oak"));
    assert_true(ui_fixture_shows(fixture, "Another terminal says: 9 Elm."));
    ui_fixture_press(fixture, INPUT_CONTROL('Y'));
    assert_true(ui_fixture_shows(fixture, "9 Elm"));
    assert_true(ui_fixture_shows(fixture, "changed elsewhere"));
    assert_false(ui_fixture_shows(fixture, "1 Oak"));
    assert_false(ui_fixture_shows(fixture, "Another terminal says"));
}

/* Both answered without seeing the other: the later stands, the other one is not lost unseen. */
static void what_gave_way_is_told(void **state)
{
    struct ui_fixture *fixture = *state;

    fill_two(fixture);
    answer_elsewhere(fixture, "town", "Laval", "phone");
    assert_true(ui_fixture_shows(fixture, "Laval"));
    assert_true(ui_fixture_shows(fixture, "also said: Hull"));
}

static void the_review_follows_the_web_and_says_so(void **state)
{
    struct ui_fixture *fixture = *state;
    bool told = false;
    char *line;

    fill_two(fixture);
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    answer_elsewhere(fixture, "street", "9 Elm", "web");
    for (int row = 0; row < canvas_rows(fixture->canvas); row++) {
        line = canvas_line(fixture->canvas, row);
        told = told || (strstr(line, "9 Elm") != NULL && strstr(line, "online") != NULL);
        free(line);
    }
    assert_true(told);
}

static void a_form_submitted_elsewhere_is_only_read(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;

    fill_two(fixture);
    draft = ui_form_draft(fixture);
    json_object_set_new(draft->body, "status", json_string("submitted"));
    json_object_set_new(draft->body, "submitted_at", json_time(desk_now(&fixture->desk)));
    write_page(fixture, draft);
    assert_true(ui_fixture_shows(fixture, "This form was submitted at another terminal"));
    assert_true(ui_fixture_shows(fixture, "Full name: Ann"));
}

/* The draft says where the agent stands, and opens there: also at who takes it over. */
static void a_draft_opens_where_it_was_left(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;
    int row, column;
    char *line;

    fill_two(fixture);
    ui_fixture_type(fixture, ESC);
    draft = ui_form_draft(fixture);
    assert_string_equal(record_text(draft, "field"), "/street");
    ui_open(fixture->ui, "form", json_pack("{s:s}", "submission", draft->id.text));
    record_free(draft);
    ui_fixture_draw(fixture);
    assert_true(canvas_cursor(fixture->canvas, &row, &column));
    line = canvas_line(fixture->canvas, row);
    assert_non_null(strstr(line, "Street"));
    free(line);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_answer_of_another_terminal_is_marked),
        TEST(what_gave_way_is_told),
        TEST(the_review_follows_the_web_and_says_so),
        TEST(a_form_submitted_elsewhere_is_only_read),
        TEST(a_draft_opens_where_it_was_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
