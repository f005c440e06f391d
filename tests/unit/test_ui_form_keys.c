/* The form screen's keys: choices in a list, suggestions, finding a form, where Esc leads. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/submission.h"
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

/* The list that was opened before the catalogue came has its forms when it has come; what was typed
 * and what is marked stay. */
static void the_list_follows_the_catalogue(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_open(fixture->ui, "form", NULL);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "There is no form in the catalogue yet."));
    ui_form_publish(fixture, 1, first_version);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "MV-1"));
    ui_fixture_type(fixture, "mov");
    ui_form_publish(fixture, 2, first_version);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "With “mov”"));
    ui_fixture_type(fixture, "\r");
    assert_false(ui_fixture_shows(fixture, "Which form?"));
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

static const char keys_form[] =
    "{'schema':{'type':'object','required':['name','born'],'properties':{"
    "'name':{'type':'string','title':'Full name','minLength':2,'description':'As on the card'},"
    "'born':{'type':'string','format':'date','title':'Born on'},"
    "'postal_code':{'type':'string','title':'Postal code'},"
    "'size':{'type':'integer','title':'Size','maximum':9},"
    "'why':{'type':'string','title':'Reason'},"
    "'kids':{'type':'array','title':'Children','items':{'type':'object','title':'Child',"
    "'properties':{'first':{'type':'string','title':'First name'}}}}}},"
    "'layout':{'type':'Categorization','elements':[{'type':'Category','label':'Person','elements':["
    "{'type':'Control','scope':'#/properties/name'},{'type':'Control','scope':'#/properties/born'},"
    "{'type':'Control','scope':'#/properties/postal_code','options':{'placeholder':'K1A 0B1'}}]},"
    "{'type':'Category','label':'Rest','elements':["
    "{'type':'Control','scope':'#/properties/size','options':{'slider':true}},"
    "{'type':'Control','scope':'#/properties/why','options':{'multi':true}},"
    "{'type':'Control','scope':'#/properties/kids'}]}]}}";

static void open_keys_form(struct ui_fixture *fixture)
{
    ui_form_publish(fixture, 1, keys_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_true(ui_fixture_shows(fixture, "[1 Person] 2 Rest"));
}

/* A fault holds the focus once; whoever leaves again means it, and finds it by one key. */
static void a_fault_holds_the_focus_once(void **state)
{
    struct ui_fixture *fixture = *state;

    open_keys_form(fixture);
    assert_true(ui_fixture_shows(fixture, "0/2"));
    assert_true(ui_fixture_shows(fixture, "As on the card"));
    ui_fixture_type(fixture, "A\t");
    assert_true(ui_fixture_shows(fixture, "At least 2 characters"));
    assert_true(ui_fixture_shows(fixture, "[1 Person!]"));
    ui_fixture_type(fixture, "\t3 apr 87");
    assert_true(ui_fixture_shows(fixture, "= Friday, April 3, 1987"));
    ui_fixture_type(fixture, "\t");
    assert_true(ui_fixture_shows(fixture, "1987-04-03"));
    assert_true(ui_fixture_shows(fixture, "1/2"));
    assert_true(ui_fixture_shows(fixture, "K1A 0B1"));
    ui_fixture_type(fixture, "k1a0b1\t");
    assert_kept(fixture, "postal_code", "K1A 0B1");
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    ui_fixture_type(fixture, "nn\t");
    assert_kept(fixture, "name", "Ann");
    assert_true(ui_fixture_shows(fixture, "2/2"));
    ui_fixture_press(fixture, INPUT_CONTROL('N'));
    assert_true(ui_fixture_shows(fixture, "Nothing is wrong or missing"));
}

static void pages_are_turned_and_changes_taken_back(void **state)
{
    struct ui_fixture *fixture = *state;

    open_keys_form(fixture);
    ui_fixture_press(fixture, INPUT_PAGE_DOWN);
    assert_true(ui_fixture_shows(fixture, "Person! [2 Rest]"));
    ui_fixture_type(fixture, "12");
    /* More digits do not mend it. */
    assert_true(ui_fixture_shows(fixture, "At most 9"));
    ui_fixture_type(fixture, "\177\1777\tone\rtwo\t");
    assert_kept(fixture, "why", "one\ntwo");
    ui_fixture_press(fixture, INPUT_CONTROL('Y'));
    assert_kept(fixture, "why", "");
    ui_fixture_press(fixture, INPUT_CONTROL('R'));
    assert_kept(fixture, "why", "one\ntwo");
    ui_fixture_press(fixture, INPUT_PAGE_UP);
    assert_true(ui_fixture_shows(fixture, "[1 Person!] 2 Rest"));
}

/* The children of the draft as their first names. */
static void assert_children(struct ui_fixture *fixture, const char *names)
{
    struct record *draft = ui_form_draft(fixture);
    const json_t *kids = json_object_get(json_object_get(draft->body, "answers"), "kids");
    char text[100] = "";

    for (size_t i = 0; i < json_array_size(kids); i++) {
        strcat(text, json_text_or(json_array_get(kids, i), "first", "-"));
        strcat(text, " ");
    }
    assert_string_equal(text, names);
    record_free(draft);
}

static void items_come_go_and_move_by_keys(void **state)
{
    struct ui_fixture *fixture = *state;

    open_keys_form(fixture);
    ui_fixture_press(fixture, INPUT_PAGE_DOWN);
    ui_fixture_type(fixture, "\t\t\rTom\t\rZoe");
    assert_true(ui_fixture_shows(fixture, "Child 1: Tom"));
    ui_fixture_press(fixture, INPUT_CONTROL('P'));
    assert_children(fixture, "Zoe Tom ");
    assert_true(ui_fixture_shows(fixture, "Child 1: Zoe"));
    ui_fixture_press(fixture, INPUT_CONTROL('P'));
    assert_children(fixture, "Tom Zoe ");
    ui_fixture_press(fixture, INPUT_CONTROL('O'));
    ui_fixture_type(fixture, "Max\t");
    assert_children(fixture, "Tom Zoe Max ");
    ui_fixture_press(fixture, INPUT_BACK_TAB);
    ui_fixture_press(fixture, INPUT_CONTROL('D'));
    assert_children(fixture, "Tom Zoe ");
}

/* Nothing goes out while something is wrong; what was submitted is read and not changed. */
static void the_review_submits_when_all_is_right(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;

    open_keys_form(fixture);
    ui_fixture_type(fixture, "Ann\t\t");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "! Born on"));
    assert_true(ui_fixture_shows(fixture, "Not yet: what is marked ! comes first"));
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_type(fixture, "\r");
    draft = ui_form_draft(fixture);
    assert_true(submission_is_draft(draft));
    record_free(draft);
    /* Enter on the fault goes to its field. */
    ui_fixture_type(fixture, "\r3/4/87\t");
    assert_kept(fixture, "born", "1987-03-04");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "Wednesday, March 4, 1987"));
    assert_true(ui_fixture_shows(fixture, "Enter submits the form"));
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_type(fixture, "\r");
    draft = ui_form_draft(fixture);
    assert_false(submission_is_draft(draft));
    record_free(draft);
    assert_true(ui_fixture_shows(fixture, "Submitted"));
    ui_fixture_type(fixture, "x\t");
    assert_kept(fixture, "name", "Ann");
}

/* What is half typed is kept with every key, and goes into the draft when the program ends: who
 * comes back goes on with that one draft. */
static void half_typed_text_outlives_the_end(void **state)
{
    struct ui_fixture *fixture = *state;

    open_keys_form(fixture);
    ui_fixture_type(fixture, "Ann Ro");
    assert_true(ui_fixture_shows(fixture, "typing kept here"));
    ui_fixture_return(fixture, false);
    assert_true(ui_fixture_shows(fixture, "Ann Ro"));
    ui_fixture_type(fixture, "y\t");
    assert_kept(fixture, "name", "Ann Roy");
    assert_true(ui_fixture_shows(fixture, "draft saved"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_choice_is_found_in_its_list),           TEST(a_suggestion_is_taken_by_an_arrow),
        TEST(the_list_follows_the_catalogue),          TEST(a_form_is_found_by_typing),
        TEST(the_review_leads_back_to_the_fields),     TEST(a_fault_holds_the_focus_once),
        TEST(pages_are_turned_and_changes_taken_back), TEST(items_come_go_and_move_by_keys),
        TEST(the_review_submits_when_all_is_right),    TEST(half_typed_text_outlives_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
