/* From a life event to the checklist of a case, driven by keys. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/ui_fixture.h"
#include "ui/list.h"
#include "ui/steps.h"

#define TEXT(fr, en) "{\"fr\":\"" fr "\",\"en\":\"" en "\"}"

static const char *const records[][2] = {
    {"form",
     "{\"key\":\"t/event-baby\",\"event\":\"baby\",\"version\":1,\"strip_hidden\":true,"
     "\"title\":" TEXT(
         "Bébé : questionnaire",
         "Baby: questionnaire") ","
                                "\"schema\":{\"type\":\"object\",\"required\":[\"born\"],"
                                "\"properties\":{"
                                "\"born\":{\"type\":\"boolean\"},\"twins\":{\"type\":\"boolean\"}}}"
                                ","
                                "\"layout\":{\"type\":\"VerticalLayout\",\"elements\":["
                                "{\"type\":\"Control\",\"scope\":\"#/properties/"
                                "born\",\"label\":\"Born\"},"
                                "{\"type\":\"Control\",\"scope\":\"#/properties/"
                                "twins\",\"label\":\"Twins\",\"rule\":{"
                                "\"effect\":\"SHOW\",\"condition\":{\"scope\":\"#/properties/"
                                "born\","
                                "\"schema\":{\"const\":true},\"failWhenUndefined\":true}}}]}}"},
    {"life-event",
     "{\"key\":\"t/baby\",\"questionnaire\":\"event-baby\",\"services\":[],"
     "\"title\":" TEXT(
         "Un bébé",
         "A baby") ",\"keywords\":{\"en\":[\"newborn\"]},"
                   "\"steps\":["
                   "{\"id\":\"card\",\"stage\":\"soon\",\"service\":\"licence\","
                   "\"reason\":" TEXT("Carte.", "To drive\\u001b[2J home.") ",\"deadline\":" TEXT(
                       "Vite", "Quickly") "},"
                                          "{\"id\":\"act\",\"stage\":\"now\",\"service\":\"birth\","
                                          "\"form\":\"event-baby\","
                                          "\"reason\":" TEXT(
                                              "Preuve.",
                                              "To prove it.") ","
                                                              "\"when\":{\"required\":[\"born\"],"
                                                              "\"properties\":{\"born\":{\"const\":"
                                                              "true}}}},"
                                                              "{\"id\":\"aunt\",\"stage\":"
                                                              "\"later\",\"agency\":{\"id\":"
                                                              "\"aunt\","
                                                              "\"title\":" TEXT("Tante", "The aunt") ",\"how\":" TEXT(
                                                                  "Sonner",
                                                                  "Ring twice") "},"
                                                                                "\"reason\":" TEXT(
                                                                                    "Elle aide.",
                                                                                    "She helps "
                                                                                    "with two.") ","
                                                                                                 "\"when\":{\"required\":[\"twins\"],\"properties\":{\"twins\":{\"const\":true}}}}]}"},
    {"life-event",
     "{\"key\":\"t/move\",\"title\":" TEXT(
         "Déménagement", "Moving") ","
                                   "\"services\":[],\"questionnaire\":\"event-move\"}"},
};

#define RECORD_COUNT (sizeof(records) / sizeof(records[0]))

static int setup(void **state)
{
    struct ui_fixture *fixture;
    struct record *page[RECORD_COUNT];
    struct error error = ERROR_INIT;
    int64_t cursor;

    ui_fixture_setup(state);
    fixture = *state;
    cursor = catalogue_cursor(fixture->desk.catalogue, &error);
    for (size_t i = 0; i < RECORD_COUNT; i++) {
        json_t *body = json_loads(records[i][1], 0, NULL);
        struct id id;

        assert_non_null(body);
        id = id_from_key(records[i][0], json_string_value(json_object_get(body, "key")));
        page[i] = record_new(record_type_from_name(records[i][0]), &id);
        json_decref(page[i]->body);
        page[i]->body = body;
        page[i]->rev = 1;
        page[i]->seq = cursor + (int64_t)i + 1;
    }
    if (catalogue_write_page(fixture->desk.catalogue, page, RECORD_COUNT,
                             cursor + (int64_t)RECORD_COUNT, "feed", &error) != 0)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < RECORD_COUNT; i++)
        record_free(page[i]);
    return 0;
}

/* Answers the questionnaire, up to the list. */
static void answer(struct ui_fixture *fixture, const char *answers)
{
    ui_fixture_type(fixture, "e");
    assert_true(ui_fixture_shows(fixture, "What has happened?"));
    assert_true(ui_fixture_shows(fixture, "Moving"));
    ui_fixture_type(fixture, "newb");
    assert_false(ui_fixture_shows(fixture, "Moving"));
    ui_fixture_press(fixture, INPUT_ENTER);
    assert_true(ui_fixture_shows(fixture, "Baby: questionnaire"));
    ui_fixture_type(fixture, answers);
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
}

static void the_list_follows_the_answers(void **state)
{
    struct ui_fixture *fixture = *state;

    answer(fixture, "y\ty");
    assert_true(ui_fixture_shows(fixture, "3 steps for this client, in order"));
    assert_true(ui_fixture_shows(fixture, "[x] Birth certificate"));
    assert_true(ui_fixture_shows(fixture, "To prove it."));
    assert_true(ui_fixture_shows(fixture, "Ring twice"));
    assert_true(ui_fixture_shows(fixture, "Quickly"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    /* No more born: what was said of twins is hidden, and does not count. */
    ui_fixture_press(fixture, INPUT_BACK_TAB);
    ui_fixture_type(fixture, "n");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "1 step for this client, in order"));
    assert_true(ui_fixture_shows(fixture, "Not for this client, by the answers"));
    assert_true(ui_fixture_shows(fixture, "[ ] The aunt"));
    assert_false(ui_fixture_shows(fixture, "Ring twice"));
    ui_fixture_press(fixture, INPUT_CONTROL('T'));
    assert_true(ui_fixture_shows(fixture, "[ ] Tante"));
}

static void what_was_chosen_outlives_a_kill(void **state)
{
    struct ui_fixture *fixture = *state;

    answer(fixture, "y\tn");
    ui_fixture_type(fixture, " ");
    assert_true(ui_fixture_shows(fixture, "[ ] Birth certificate"));
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_type(fixture, " ");
    assert_true(ui_fixture_shows(fixture, "[x] The aunt"));
    assert_true(ui_fixture_shows(fixture, "2 steps for this client, in order"));
    ui_fixture_return(fixture, true);
    assert_true(ui_fixture_shows(fixture, "2 steps for this client, in order"));
    assert_true(ui_fixture_shows(fixture, "[ ] Birth certificate"));
    assert_true(ui_fixture_shows(fixture, "[x] The aunt"));
}

static void an_incomplete_questionnaire_gives_no_list(void **state)
{
    struct ui_fixture *fixture = *state;

    answer(fixture, "");
    assert_true(ui_fixture_shows(fixture, "Required"));
    assert_false(ui_fixture_shows(fixture, "for this client"));
}

static void a_case_is_opened_for_the_list_when_there_is_none(void **state)
{
    struct ui_fixture *fixture = *state;

    answer(fixture, "y\tn");
    ui_fixture_type(fixture, "c");
    assert_true(ui_fixture_shows(fixture, "No case is open. Open one?"));
    ui_fixture_type(fixture, "2");
    assert_true(ui_fixture_shows(fixture, "2 steps for this client"));
    assert_true(id_is_empty(&fixture->desk.open.matter));
    ui_fixture_type(fixture, "c1");
    assert_true(ui_fixture_shows(fixture, "2 steps put on the checklist"));
    assert_true(ui_fixture_shows(fixture, "0 of 2 done"));
    assert_true(ui_fixture_shows(fixture, "[ ] Birth certificate"));
    assert_false(id_is_empty(&fixture->desk.open.matter));
    ui_fixture_type(fixture, " ");
    assert_true(ui_fixture_shows(fixture, "1 of 2 done"));
    assert_true(ui_fixture_shows(fixture, "Ann Roy, "));
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_type(fixture, "n");
    assert_true(ui_fixture_shows(fixture, "1 of 1 done"));
    assert_true(ui_fixture_shows(fixture, "[-] Driving licence"));
    ui_fixture_type(fixture, "n");
    assert_true(ui_fixture_shows(fixture, "1 of 2 done"));
    ui_fixture_type(fixture, ":case\r");
    assert_true(ui_fixture_shows(fixture, "1 of 2 done  next: Driving licence  Quickly"));
    assert_true(ui_fixture_shows(fixture, "form, submitted"));
    /* The mark is on what is to do. */
    ui_fixture_type(fixture, "c ");
    assert_true(ui_fixture_shows(fixture, "[x] Driving licence"));
    ui_fixture_type(fixture, " :case\r");
    /* Closing says what is left. */
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    ui_fixture_type(fixture, "5");
    assert_true(ui_fixture_shows(fixture, "Closed, with 1 step of the checklist still to do"));
    /* The list is of that case now, and takes no more changes. */
    ui_fixture_press(fixture, INPUT_ENTER);
    ui_fixture_type(fixture, "3");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "This list is on the checklist of its case."));
    assert_false(ui_fixture_shows(fixture, "Space"));
}

static void the_outbox_says_what_was_ticked(void **state)
{
    struct ui_fixture *fixture = *state;

    answer(fixture, "y\tn");
    ui_fixture_type(fixture, "c1 ");
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_type(fixture, "n");
    ui_fixture_press(fixture, INPUT_F(7));
    assert_true(ui_fixture_shows(fixture, "Case: Checklist"));
    assert_false(ui_fixture_shows(fixture, "Checklist, Checklist"));
    assert_true(ui_fixture_shows(fixture, "Checklist: Birth certificate, done"));
    assert_true(ui_fixture_shows(fixture, "Checklist: Driving licence, not needed"));
}

static void a_step_opens_its_service_and_its_form(void **state)
{
    struct ui_fixture *fixture = *state;

    answer(fixture, "y\tn");
    assert_true(ui_fixture_shows(fixture, "f Form"));
    ui_fixture_press(fixture, INPUT_ENTER);
    assert_true(ui_fixture_shows(fixture, "Civil status"));
    ui_fixture_press(fixture, INPUT_ESCAPE);
    ui_fixture_press(fixture, INPUT_DOWN);
    assert_false(ui_fixture_shows(fixture, "f Form"));
}

static void the_list_is_written_for_the_client(void **state)
{
    struct ui_fixture *fixture = *state;
    char path[128], command[200], text[2000] = "";
    FILE *file;

    answer(fixture, "y\tn");
    ui_fixture_type(fixture, " ");
    ui_fixture_type(fixture, ":text\r");
    assert_true(ui_fixture_shows(fixture, "Say a file: text list.txt"));
    snprintf(path, sizeof(path), "%s/list.txt", fixture->directory);
    snprintf(command, sizeof(command), ":text %s\r", path);
    ui_fixture_type(fixture, command);
    assert_true(ui_fixture_shows(fixture, "Written to"));
    file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    fclose(file);
    assert_string_equal(text, "A baby\n\nIn the coming weeks\n\n[ ]  Driving licence\n"
                              "     Quickly\n     To drive␛[2J home.\n\n");
    unlink(path);
}

static void wait_shown(struct ui_fixture *fixture, const char *text)
{
    for (int i = 0; i < 1000 && !ui_fixture_shows(fixture, text); i++) {
        usleep(10000);
        ui_tick(fixture->ui);
        ui_fixture_draw(fixture);
    }
    assert_true(ui_fixture_shows(fixture, text));
}

static void the_list_and_the_checklist_are_printed(void **state)
{
    struct ui_fixture *fixture = *state;
    char command[200], printed[400] = "";
    FILE *file;

    answer(fixture, "y\tn");
    ui_fixture_type(fixture, "p");
    assert_true(ui_fixture_shows(fixture, "No printer"));
    snprintf(command, sizeof(command), "cat >>%s/printed", fixture->directory);
    fixture->desk.print_command = command;
    ui_fixture_type(fixture, "p");
    wait_shown(fixture, "Printed");
    ui_fixture_type(fixture, "c1p");
    wait_shown(fixture, "Printed");
    snprintf(command, sizeof(command), "%s/printed", fixture->directory);
    file = fopen(command, "r");
    assert_non_null(file);
    assert_true(fread(printed, 1, sizeof(printed) - 1, file) > 0);
    fclose(file);
    unlink(command);
    assert_non_null(strstr(printed, "A baby\n\nRight away\n\n[ ]  Birth certificate\n"));
    assert_non_null(strstr(printed, "To prove it."));
    assert_non_null(strstr(printed, "C-"));
}

static void questionnaires_are_not_listed_as_forms(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_press(fixture, INPUT_F(4));
    assert_true(ui_fixture_shows(fixture, "There is no form in the catalogue yet."));
}

static void without_a_case_there_is_no_checklist(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_fixture_type(fixture, ":checklist\r");
    assert_true(ui_fixture_shows(fixture, "no case is open"));
}

/* --- rows ------------------------------------------------------------------------------------- */

static void long_row(void *context, size_t index, struct steps_row *row)
{
    (void)context;
    row->heading = index < 3 ? "First" : "Second";
    row->mark = "[ ]";
    snprintf(row->title, sizeof(row->title), "Title %zu", index);
    row->reason = "A reason that is long enough to need two lines of a narrow screen, and more";
    row->how = "How";
}

static void the_marked_row_is_in_sight_in_full(void **state)
{
    struct ui_fixture *fixture = *state;
    struct canvas *canvas = canvas_new(12, 58);
    struct paint paint = paint_all(canvas);
    struct list list = {0};

    (void)fixture;
    list_set_count(&list, 20);
    /* Down to the last one and up again. */
    for (size_t step = 0; step < 40; step++) {
        size_t i = step < 20 ? step : 39 - step;
        char title[32];
        bool found = false;
        int row, column;

        list_select(&list, i);
        canvas_clear(canvas);
        steps_draw(&list, &paint, long_row, NULL);
        snprintf(title, sizeof(title), "Title %zu", i);
        assert_true(canvas_cursor(canvas, &row, &column));
        for (int line = 0; line < 12; line++) {
            char *text = canvas_line(canvas, line);

            found = found || (strstr(text, title) != NULL && line == row && line + 3 < 12);
            free(text);
        }
        assert_true(found);
    }
    assert_true(list.page >= 2);
    canvas_free(canvas);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, ui_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_list_follows_the_answers),
        WITH(what_was_chosen_outlives_a_kill),
        WITH(an_incomplete_questionnaire_gives_no_list),
        WITH(a_case_is_opened_for_the_list_when_there_is_none),
        WITH(the_outbox_says_what_was_ticked),
        WITH(a_step_opens_its_service_and_its_form),
        WITH(the_list_is_written_for_the_client),
        WITH(the_list_and_the_checklist_are_printed),
        WITH(questionnaires_are_not_listed_as_forms),
        WITH(without_a_case_there_is_no_checklist),
        WITH(the_marked_row_is_in_sight_in_full),
    };

    return cmocka_run_group_tests_name("life event screens", tests, NULL, NULL);
}
