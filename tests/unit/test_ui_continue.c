/* The screen that gives a continue code: what is shown, in any size, and what is kept of it. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/continue.h"
#include "app/submission.h"
#include "tests/unit/ui_fixture.h"
#include "ui/continue_glyphs.h"
#include "ui/language.h"

/* A draft, of which this terminal alone knows. */
static struct id start_draft(struct ui_fixture *fixture)
{
    struct author author = desk_author(&fixture->desk);
    struct operation *operation = author_append(&author, RECORD_SUBMISSION);
    struct batch batch = {0};
    struct id id = operation->record;

    operation_put_text(operation, "form", "t/move");
    operation_put_text(operation, "office", author.office);
    operation_put_id(operation, "started_by", &author.agent);
    operation_put_time(operation, "started_at", author_now(&author));
    operation_put_text(operation, "status", "draft");
    json_object_set_new(operation->body, "form_version", json_integer(1));
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    return id;
}

static void open_screen(struct ui_fixture *fixture, const struct id *id)
{
    assert_int_equal(ui_open(fixture->ui, "continue", json_pack("{s:s}", "submission", id->text)),
                     0);
    ui_fixture_draw(fixture);
}

static struct record *read_draft(struct ui_fixture *fixture, const struct id *id)
{
    struct record *draft;

    assert_int_equal(store_get(fixture->desk.store, RECORD_SUBMISSION, id, &draft, NULL, NULL), 0);
    return draft;
}

/* The code on the screen: the only row of three groups of four. */
static bool shown_code(struct ui_fixture *fixture, struct continue_code *code)
{
    for (int row = 0; row < canvas_rows(fixture->canvas); row++) {
        char *line = canvas_line(fixture->canvas, row);
        bool found = line != NULL && continue_code_read(code, line) == CONTINUE_READ;

        free(line);
        if (found)
            return true;
    }
    return false;
}

static bool fits_draft(struct ui_fixture *fixture, const struct id *id,
                       const struct continue_code *code)
{
    struct record *draft = read_draft(fixture, id);
    struct continue_grant grant;
    bool fits = continue_grant_read(draft, &grant) && continue_code_fits(code, &grant);

    record_free(draft);
    return fits;
}

static void a_code_is_shown_large_and_said(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id id = start_draft(fixture);
    struct continue_code code;
    char spelt[512];
    int row, column;

    open_screen(fixture, &id);
    assert_true(shown_code(fixture, &code));
    assert_true(fits_draft(fixture, &id, &code));
    assert_true(ui_fixture_shows(fixture, "█"));
    assert_true(ui_fixture_shows(fixture, "On the page www.example.ca/continue"));
    assert_true(ui_fixture_shows(fixture, "Not usable yet"));
    continue_spell(&code, "en", spelt, sizeof(spelt));
    spelt[strcspn(spelt, ",")] = '\0';
    assert_true(ui_fixture_shows(fixture, spelt));
    /* The cursor stands on the code: for who reads the screen by ear. */
    assert_true(canvas_cursor(fixture->canvas, &row, &column));
    assert_string_equal(canvas_cell(fixture->canvas, row, column, NULL),
                        ((char[]){code.text[0], '\0'}));
    ui_fixture_press(fixture, INPUT_CONTROL('T'));
    assert_true(ui_fixture_shows(fixture, "Pas encore utilisable"));
    assert_true(ui_fixture_shows(fixture, "Sur la page www.example.ca/continue"));
}

static void it_has_room_on_small_and_plain_screens(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id id = start_draft(fixture);
    struct continue_code code;

    assert_true(canvas_resize(fixture->canvas, 16, 60));
    open_screen(fixture, &id);
    assert_true(shown_code(fixture, &code));
    assert_false(ui_fixture_shows(fixture, "█"));
    assert_true(ui_fixture_shows(fixture, "Not usable yet"));
    assert_true(ui_fixture_shows(fixture, "It is good until"));
    assert_true(canvas_resize(fixture->canvas, 24, 80));
    canvas_set_plain(fixture->canvas, true);
    ui_fixture_draw(fixture);
    assert_true(shown_code(fixture, &code));
    assert_false(ui_fixture_shows(fixture, "█"));
}

static void it_is_nowhere_but_here(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id id = start_draft(fixture);
    struct continue_code code, again;

    open_screen(fixture, &id);
    assert_true(shown_code(fixture, &code));
    ui_fixture_return(fixture, true);
    assert_false(shown_code(fixture, &again));
    open_screen(fixture, &id);
    assert_false(shown_code(fixture, &again));
    assert_true(ui_fixture_shows(fixture, "It cannot be shown again."));
    assert_true(ui_fixture_shows(fixture, "Ann Roy"));
    assert_true(fits_draft(fixture, &id, &code));
}

static void a_new_one_is_asked_for_first(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id id = start_draft(fixture);
    struct continue_code first, second;

    open_screen(fixture, &id);
    assert_true(shown_code(fixture, &first));
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    assert_true(ui_fixture_shows(fixture, "A new one ends it."));
    ui_fixture_type(fixture, "2");
    assert_true(fits_draft(fixture, &id, &first));
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_type(fixture, "1");
    assert_true(shown_code(fixture, &second));
    assert_string_not_equal(first.text, second.text);
    assert_true(fits_draft(fixture, &id, &second));
    assert_false(fits_draft(fixture, &id, &first));
    ui_fixture_press(fixture, INPUT_CONTROL('D'));
    ui_fixture_type(fixture, "1");
    assert_true(ui_fixture_shows(fixture, "The client has no code for this form."));
    assert_false(fits_draft(fixture, &id, &second));
}

static void what_was_submitted_has_none(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id id = start_draft(fixture);
    struct author author = desk_author(&fixture->desk);
    struct record *draft = read_draft(fixture, &id);
    struct batch batch = {0};

    open_screen(fixture, &id);
    record_free(draft);
    draft = read_draft(fixture, &id);
    assert_int_equal(submission_submit(&batch, &author, draft, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    record_free(draft);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "opens nothing any more"));
    assert_true(ui_fixture_shows(fixture, "The form is submitted"));
    assert_int_equal(ui_open(fixture->ui, "continue", json_pack("{s:s}", "submission", id.text)),
                     ERROR_REFUSED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_code_is_shown_large_and_said), TEST(it_has_room_on_small_and_plain_screens),
        TEST(it_is_nowhere_but_here),         TEST(a_new_one_is_asked_for_first),
        TEST(what_was_submitted_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
