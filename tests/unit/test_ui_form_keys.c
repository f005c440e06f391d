/* The form screen's keys: choices in a list, suggestions, finding a form, where Esc leads. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/ui_form_fixture.h"

#define ESC "\033"

static const char first_version[] =
    "{'schema':{'type':'object','required':['name'],'properties':{'name':{'type':'string',"
    "'title':'Full name'},'fax':{'type':'string','title':'Fax number'}}}}";

static const char many_form[] =
    "{'schema':{'type':'object','properties':{'c':{'enum':['red','green','blue','black','brown',"
    "'white','yellow','grey'],'title':'Colour'},'t':{'type':'string','title':'Town'},"
    "'l':{'type':'string','title':'Last'}}},'layout':{'type':'VerticalLayout','elements':["
    "{'type':'Control','scope':'#/properties/c'},{'type':'Control','scope':'#/properties/t',"
    "'options':{'suggestion':['Gatineau','Gaspe']}},{'type':'Control','scope':'#/properties/l'}]}}";

/* Of the lowest row that has the text: lists stand below their field. */
static enum paint_style style_of(struct ui_fixture *fixture, const char *text)
{
    for (int row = canvas_rows(fixture->canvas) - 1; row >= 0; row--) {
        char *line = canvas_line(fixture->canvas, row);
        const char *at = line == NULL ? NULL : strstr(line, text);
        enum paint_style style = PAINT_STYLE_COUNT;

        if (at != NULL)
            canvas_cell(fixture->canvas, row, (int)(at - line), &style);
        free(line);
        if (at != NULL)
            return style;
    }
    fail_msg("not shown: %s", text);
    return PAINT_STYLE_COUNT;
}

/* An answer of the only draft. */
static void assert_kept(struct ui_fixture *fixture, const char *name, const char *value)
{
    struct record *draft = ui_form_draft(fixture);

    assert_string_equal(json_text_or(json_object_get(draft->body, "answers"), name, ""), value);
    record_free(draft);
}

/* Letters narrow the list, arrows walk it, and the one that Tab takes is seen. */
static void a_choice_is_found_in_its_list(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_form_publish(fixture, 1, many_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_false(ui_fixture_shows(fixture, "yellow"));
    ui_fixture_type(fixture, " ");
    assert_true(ui_fixture_shows(fixture, "brown"));
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, "b");
    assert_false(ui_fixture_shows(fixture, "red"));
    assert_int_equal(style_of(fixture, "blue"), PAINT_SELECTION);
    ui_fixture_press(fixture, INPUT_DOWN);
    assert_int_equal(style_of(fixture, "black"), PAINT_SELECTION);
    assert_int_equal(style_of(fixture, "blue"), PAINT_FIELD);
    ui_fixture_type(fixture, "\t");
    assert_kept(fixture, "c", "black");
}

/* What is suggested is taken by an arrow, and never in place of other words. */
static void a_suggestion_is_taken_by_an_arrow(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_form_publish(fixture, 1, many_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    ui_fixture_type(fixture, "red\tGa");
    assert_int_equal(style_of(fixture, "Gatineau"), PAINT_FIELD);
    ui_fixture_type(fixture, "\t");
    assert_kept(fixture, "t", "Ga");
    ui_fixture_press(fixture, INPUT_BACK_TAB);
    ui_fixture_type(fixture, "\025Ga");
    ui_fixture_press(fixture, INPUT_DOWN);
    ui_fixture_press(fixture, INPUT_DOWN);
    assert_int_equal(style_of(fixture, " Gaspe"), PAINT_SELECTION);
    ui_fixture_type(fixture, "\r");
    assert_kept(fixture, "t", "Gaspe");
}

/* A form is found in the list by what is typed: its code or a word of its name in either language.
 */
static void a_form_is_found_by_typing(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_form_publish(fixture, 1, first_version);
    ui_open(fixture->ui, "form", NULL);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "Type a part of its name"));
    ui_fixture_type(fixture, "demen");
    assert_true(ui_fixture_shows(fixture, "With “demen”"));
    assert_true(ui_fixture_shows(fixture, "MV-1"));
    ui_fixture_type(fixture, "x");
    assert_false(ui_fixture_shows(fixture, "MV-1"));
    ui_fixture_type(fixture, "\177");
    assert_true(ui_fixture_shows(fixture, "MV-1"));
    /* Esc first shows all again, then leads back. */
    ui_fixture_type(fixture, ESC);
    assert_true(ui_fixture_shows(fixture, "Type a part of its name"));
    ui_fixture_type(fixture, "mv-\r");
    assert_true(ui_fixture_shows(fixture, "Full name"));
}

/* What Esc leads to is said: from the review the fields, from there what is below. */
static void the_review_leads_back_to_the_fields(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_form_publish(fixture, 1, first_version);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_true(ui_fixture_shows(fixture, "Esc Guichet"));
    ui_fixture_type(fixture, "Zoe\t\030");
    assert_true(ui_fixture_shows(fixture, "Esc Form"));
    ui_fixture_type(fixture, ESC);
    assert_true(ui_fixture_shows(fixture, "Esc Guichet"));
    assert_true(ui_fixture_shows(fixture, "Full name"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_choice_is_found_in_its_list),
        TEST(a_suggestion_is_taken_by_an_arrow),
        TEST(a_form_is_found_by_typing),
        TEST(the_review_leads_back_to_the_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
