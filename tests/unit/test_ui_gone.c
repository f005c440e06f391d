/* What goes away while it is on the screen: the hand-off that let this agent see it has ended. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/ui_form_fixture.h"

#define ESC    "\033"
#define INSERT "\033[2~"

static const char form[] =
    "{'schema':{'type':'object','properties':{'name':{'type':'string','title':'Full name'},"
    "'town':{'type':'string','title':'Town'},'street':{'type':'string','title':'Street'}}},"
    "'layout':{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/name'},"
    "{'type':'Control','scope':'#/properties/town'},"
    "{'type':'Control','scope':'#/properties/street'}]}}";

/* A page of the feed: this record comes, or goes (`gone`). */
static void page(struct ui_fixture *fixture, struct record *record, bool gone)
{
    struct store_gone one = {record->type, record->id};
    struct store_place place = {.cursor = ++record->seq, .feed = "feed", .epoch = ""};
    struct error error = ERROR_INIT;

    if (gone) {
        place.gone = &one;
        place.gone_count = 1;
    }
    if (store_write_page_at(fixture->desk.store, &record, gone ? 0 : 1, &place, &error) != 0)
        fail_msg("%s", error.message);
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
}

static struct record *come(struct ui_fixture *fixture, enum record_type type, json_t *body)
{
    struct record *record;
    struct id id;

    assert_true(id_parse(&id, type == RECORD_CASE ? "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
                                                  : "dddddddd-dddd-4ddd-8ddd-dddddddddddd"));
    record = record_new(type, &id);
    json_decref(record->body);
    record->body = body;
    record->rev = 3;
    page(fixture, record, false);
    return record;
}

/* A colleague's draft, in the second field of which this agent types. */
static struct record *open_draft(struct ui_fixture *fixture)
{
    struct record *draft;

    ui_form_publish(fixture, 1, form);
    draft = come(fixture, RECORD_SUBMISSION,
                 json_pack("{s:s, s:s, s:i, s:s, s:s, s:{s:s}}", "field", "/name", "form", "t/move",
                           "form_version", 1, "status", "draft", "agent",
                           "eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee", "answers", "name",
                           "Zoe of another"));
    ui_open(fixture->ui, "form", json_pack("{s:s}", "submission", draft->id.text));
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "Zoe of another"));
    return draft;
}

static int count_one(void *context, const struct record *record, enum store_pending pending)
{
    (void)record;
    (void)pending;
    ++*(size_t *)context;
    return 0;
}

static size_t submission_count(struct ui_fixture *fixture)
{
    const struct store_query query = {.type = RECORD_SUBMISSION};
    size_t count = 0;

    assert_int_equal(store_each(fixture->desk.store, &query, count_one, &count, NULL), 0);
    return count;
}

static void a_colleagues_draft_closes_and_nothing_is_made_of_it(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft = open_draft(fixture);
    json_t *saved = NULL;
    char *text;

    ui_fixture_type(fixture, "\tMy own words");
    page(fixture, draft, true);
    assert_true(ui_fixture_shows(fixture, "no longer with you. Your text: Insert"));
    assert_false(ui_fixture_shows(fixture, "Zoe of another"));
    assert_false(ui_fixture_shows(fixture, "Full name"));
    assert_int_equal(submission_count(fixture), 0);
    assert_int_equal(store_outbox_count(fixture->desk.store, NULL), 0);
    assert_string_equal(fixture->desk.copied, "My own words");
    /* Nor is it kept for the next time the terminal starts. */
    assert_int_equal(store_state_get(fixture->desk.store, "screens", &saved, NULL), 0);
    text = json_dumps(saved, 0);
    assert_non_null(text);
    assert_null(strstr(text, "Zoe of another"));
    assert_null(strstr(text, draft->id.text));
    free(text);
    json_decref(saved);
    record_free(draft);
}

static void it_closes_also_below_another_screen(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft = open_draft(fixture);

    ui_fixture_press(fixture, INPUT_F(2));
    page(fixture, draft, true);
    assert_true(ui_fixture_shows(fixture, "Form: closed, no longer with you"));
    assert_null(fixture->desk.copied);
    ui_fixture_type(fixture, ESC);
    assert_false(ui_fixture_shows(fixture, "Full name"));
    ui_fixture_type(fixture, "\007form\r");
    assert_false(ui_fixture_shows(fixture, "Zoe of another"));
    assert_int_equal(submission_count(fixture), 0);
    record_free(draft);
}

static void a_case_and_the_note_on_it_close_and_the_note_is_not_lost(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *matter =
        come(fixture, RECORD_CASE,
             json_pack("{s:s, s:s, s:s, s:s}", "reference", "ZZ-777", "status", "open", "subject",
                       "Matter of another", "opened_at", "2026-11-27T03:00:00.000Z"));

    ui_open(fixture->ui, "case", json_pack("{s:s}", "id", matter->id.text));
    ui_fixture_type(fixture, "3");
    assert_true(ui_fixture_shows(fixture, "ZZ-777"));
    assert_string_equal(fixture->desk.open.matter.text, matter->id.text);
    ui_fixture_press(fixture, INPUT_F(6));
    ui_fixture_type(fixture, "What I saw");
    page(fixture, matter, true);
    assert_true(ui_fixture_shows(fixture, "no longer with you. Your text: Insert"));
    assert_false(ui_fixture_shows(fixture, "ZZ-777"));
    assert_false(ui_fixture_shows(fixture, "Matter of another"));
    assert_string_equal(fixture->desk.copied, "What I saw");
    /* Nothing more is begun on it. */
    assert_true(id_is_empty(&fixture->desk.open.matter));
    ui_fixture_press(fixture, INPUT_F(6));
    assert_true(ui_fixture_shows(fixture, "no case and no contact is open"));
    /* The words go where the agent wants them. */
    ui_fixture_press(fixture, INPUT_F(2));
    ui_fixture_type(fixture, INSERT);
    assert_true(ui_fixture_shows(fixture, "What I saw"));
    record_free(matter);
}

/* What never came cannot go: it is waited for. */
static void what_was_not_here_yet_is_waited_for(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_open(fixture->ui, "note",
            json_pack("{s:s}", "case", "cccccccc-cccc-4ccc-8ccc-cccccccccccc"));
    ui_fixture_type(fixture, "For when it comes");
    fixture->desk.changes++;
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "For when it comes"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_colleagues_draft_closes_and_nothing_is_made_of_it),
        TEST(it_closes_also_below_another_screen),
        TEST(a_case_and_the_note_on_it_close_and_the_note_is_not_lost),
        TEST(what_was_not_here_yet_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
