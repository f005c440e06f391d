/* The form screen on a canvas: versions of a form, rows and choices, marks of answers. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "app/form_archive.h"
#include "app/json.h"
#include "app/submission.h"
#include "tests/unit/form_fixture.h"
#include "tests/unit/ui_form_fixture.h"
#include "ui/language.h"

#define ESC "\033"

static const char first_version[] =
    "{'schema':{'type':'object','required':['name'],'properties':{'name':{'type':'string',"
    "'title':'Full name'},'fax':{'type':'string','title':'Fax number'}}}}";

static const char second_version[] =
    "{'schema':{'type':'object','required':['family'],'properties':{'family':{'type':'string',"
    "'title':'Family name'},'mail':{'type':'string','title':'Mail'}}}}";

static const char second_with_a_way[] =
    "{'schema':{'type':'object','required':['family'],'properties':{'family':{'type':'string',"
    "'title':'Family name'},'mail':{'type':'string','title':'Mail'}}},"
    "'migrations':[{'from':1,'answers':[{'move':'/name','to':'/family'},{'drop':'/fax'}]}]}";

/* A draft with a name and a fax number, closed again; its form gets back from home. */
static void make_draft(struct ui_fixture *fixture)
{
    ui_form_publish(fixture, 1, first_version);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_true(ui_fixture_shows(fixture, "Full name"));
    ui_fixture_type(fixture, "Zoe Roy\t514-555-0199\t");
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, ESC);
}

static void open_draft(struct ui_fixture *fixture)
{
    struct record *draft = ui_form_draft(fixture);

    ui_open(fixture->ui, "form", json_pack("{s:s}", "submission", draft->id.text));
    record_free(draft);
    ui_fixture_draw(fixture);
}

/* --- side by side ----------------------------------------------------------------------------- */

static const char rows_form[] =
    "{'schema':{'type':'object','properties':{'a':{'type':'string','title':'Given name',"
    "'minLength':9},'b':{'type':'string','title':'Family name'},'c':{'type':'string','title':"
    "'Street'},'d':{'type':'string','title':'City'},'e':{'type':'string','title':'Phone'},"
    "'f':{'type':'string','title':'Mail'},'y':{'type':'boolean','title':'Yes or no'},"
    "'k':{'enum':['permanent','temporary'],'title':'Kind'}}},"
    "'layout':{'type':'VerticalLayout','elements':["
    "{'type':'HorizontalLayout','elements':[{'type':'Control','scope':'#/properties/a'},"
    "{'type':'Control','scope':'#/properties/b'}]},"
    "{'type':'HorizontalLayout','elements':[{'type':'Group','label':'Where','elements':["
    "{'type':'Control','scope':'#/properties/c'},{'type':'Control','scope':'#/properties/d'}]},"
    "{'type':'Group','label':'Reach','elements':[{'type':'Control','scope':'#/properties/e'},"
    "{'type':'Control','scope':'#/properties/f'}]}]},"
    "{'type':'HorizontalLayout','elements':[{'type':'Control','scope':'#/properties/y'},"
    "{'type':'Control','scope':'#/properties/k'}]}]}}";

/* The row that shows the text; fails when none does. */
static char *row_with(struct ui_fixture *fixture, const char *text)
{
    for (int row = 0; row < canvas_rows(fixture->canvas); row++) {
        char *line = canvas_line(fixture->canvas, row);

        if (line != NULL && strstr(line, text) != NULL)
            return line;
        free(line);
    }
    fail_msg("not shown: %s", text);
    return NULL;
}

static bool beside(struct ui_fixture *fixture, const char *left, const char *right)
{
    char *line = row_with(fixture, left);
    const char *at = strstr(line, right);
    bool found = at != NULL && at > strstr(line, left);

    free(line);
    return found;
}

static void a_row_stands_side_by_side(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;

    ui_form_publish(fixture, 1, rows_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_true(beside(fixture, "Given name", "Family name"));
    assert_true(beside(fixture, "Where", "Reach"));
    assert_true(beside(fixture, "Street", "Phone"));
    assert_true(beside(fixture, "City", "Mail"));
    /* Choices that would not be in sight any more: one below the other. */
    assert_false(beside(fixture, "Yes or no", "Kind"));
    /* From left to right, a group at a time; a fault stands below its field. */
    ui_fixture_type(fixture, "Ann\t\tRoy\tOak\tHull\t514\tann@x.ca\ty");
    assert_true(ui_fixture_shows(fixture, "At least 9 characters"));
    assert_false(beside(fixture, "Given name", "At least 9"));
    assert_true(beside(fixture, "Ann", "Roy"));
    assert_true(beside(fixture, "Hull", "ann@x.ca"));
    draft = ui_form_draft(fixture);
    assert_string_equal(json_text_or(json_object_get(draft->body, "answers"), "e", ""), "514");
    assert_true(json_is_true(json_object_get(json_object_get(draft->body, "answers"), "y")));
    record_free(draft);
    /* On a narrow screen all stand below one another, in the same order. */
    canvas_free(fixture->canvas);
    fixture->canvas = canvas_new(24, 60);
    ui_fixture_draw(fixture);
    assert_false(beside(fixture, "Given name", "Family name"));
    assert_false(beside(fixture, "Street", "Phone"));
    assert_true(ui_fixture_shows(fixture, "Mail"));
}

/* --- radio and unknown -------------------------------------------------------------------------
 */

static const char radio_form[] =
    "{'schema':{'type':'object','properties':{'r':{'enum':['the very first of them','the second "
    "of them','another one altogether'],'title':'Which'},'n':{'type':'string'}}},"
    "'layout':{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/r',"
    "'options':{'format':'radio'}},{'type':'Sparkline'},{'type':'MapPicker','scope':"
    "'#/properties/n'}]}}";

static void radio_choices_stand_in_sight(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;

    ui_form_publish(fixture, 1, radio_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_true(ui_fixture_shows(fixture, "( ) the very first of them"));
    assert_true(ui_fixture_shows(fixture, "( ) another one altogether"));
    ui_fixture_type(fixture, "an");
    assert_true(ui_fixture_shows(fixture, "(x) another one altogether"));
    ui_fixture_press(fixture, INPUT_LEFT);
    assert_true(ui_fixture_shows(fixture, "(x) the second of them"));
    draft = ui_form_draft(fixture);
    assert_string_equal(json_text_or(json_object_get(draft->body, "answers"), "r", ""),
                        "the second of them");
    record_free(draft);
    ui_fixture_type(fixture, "\t");
    assert_false(ui_fixture_shows(fixture, "( ) the very first"));
    assert_true(ui_fixture_shows(fixture, "the second of them"));
}

static const char list_form[] =
    "{'schema':{'type':'object','properties':{'kids':{'type':'array','title':'Children','items':"
    "{'type':'object','properties':{'name':{'type':'string','title':'First name','description':"
    "'As on the certificate'}},'required':['name']}}}}}";

/* A code is given from the review too, also before anything was answered. */
static void a_code_is_given_from_the_review(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_form_publish(fixture, 1, first_version);
    ui_fixture_type(fixture, "\007form MV-1\r");
    ui_fixture_type(fixture, "\030");
    assert_true(ui_fixture_shows(fixture, "Review"));
    ui_fixture_type(fixture, "w");
    assert_true(ui_fixture_shows(fixture, "Continue on the web"));
    record_free(ui_form_draft(fixture));
}

/* What is typed where items are added is the first answer of a new one, and no key is lost. */
static void typing_begins_an_item(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;
    const json_t *kids;

    ui_form_publish(fixture, 1, list_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_true(ui_fixture_shows(fixture, "+ Add: Children"));
    ui_fixture_type(fixture, "Tom");
    assert_true(ui_fixture_shows(fixture, "As on the certificate"));
    ui_fixture_type(fixture, "\tZoe\t");
    draft = ui_form_draft(fixture);
    kids = json_object_get(json_object_get(draft->body, "answers"), "kids");
    assert_int_equal(json_array_size(kids), 2);
    assert_string_equal(json_text_or(json_array_get(kids, 0), "name", ""), "Tom");
    assert_string_equal(json_text_or(json_array_get(kids, 1), "name", ""), "Zoe");
    record_free(draft);
    /* The review tells whose name it is, and in which item something is missing. */
    ui_fixture_type(fixture, "\r\030");
    assert_true(ui_fixture_shows(fixture, "No. 1: Tom"));
    assert_true(ui_fixture_shows(fixture, "No. 2: Zoe"));
    assert_true(ui_fixture_shows(fixture, "Required · No. 3"));
    assert_false(ui_fixture_shows(fixture, "Required · No. 1"));
}

/* An element of a renderer that is not here is told of; one with an answer is a field. */
static void what_is_unknown_is_told(void **state)
{
    struct ui_fixture *fixture = *state;

    ui_form_publish(fixture, 1, radio_form);
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_true(ui_fixture_shows(fixture, "Element “Sparkline” is not known here."));
    ui_fixture_type(fixture, "\there");
    assert_true(ui_fixture_shows(fixture, "Element “MapPicker” is not known here."));
    assert_true(ui_fixture_shows(fixture, "here"));
}

/* --- versions --------------------------------------------------------------------------------- */

static void a_draft_goes_to_the_version_in_use(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;
    char *aside;

    make_draft(fixture);
    ui_form_publish(fixture, 2, second_with_a_way);
    open_draft(fixture);
    assert_true(ui_fixture_shows(fixture, "Now version 2 of the form (was 1)"));
    assert_true(ui_fixture_shows(fixture, "Family name"));
    assert_true(ui_fixture_shows(fixture, "Zoe Roy"));
    assert_false(ui_fixture_shows(fixture, "Full name"));
    assert_true(ui_fixture_shows(fixture, "draft saved"));
    draft = ui_form_draft(fixture);
    assert_int_equal(json_integer_or(draft->body, "form_version", 0), 2);
    aside = json_canonical(json_object_get(draft->body, "set_aside"));
    assert_string_equal(aside, "{\"/fax\":{\"label\":{\"en\":\"Fax number\",\"fr\":\"Fax "
                               "number\"},\"value\":\"514-555-0199\",\"version\":1}}");
    free(aside);
    record_free(draft);
    /* What lost its field is on the review page, under the label it had. */
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "- Fax number"));
    assert_true(ui_fixture_shows(fixture, "514-555-0199"));
    /* Once is enough. */
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, ESC);
    open_draft(fixture);
    assert_false(ui_fixture_shows(fixture, "Now version 2"));
}

static void a_draft_without_a_way_keeps_its_version(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *submission;

    make_draft(fixture);
    ui_form_publish(fixture, 2, second_version);
    open_draft(fixture);
    assert_true(ui_fixture_shows(fixture, "The draft keeps version 1 of the form"));
    assert_true(ui_fixture_shows(fixture, "Full name"));
    assert_true(ui_fixture_shows(fixture, "514-555-0199"));
    /* It is submitted, and read, under that version. */
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    ui_fixture_press(fixture, INPUT_END);
    ui_fixture_type(fixture, "\r");
    assert_true(ui_fixture_shows(fixture, "Submitted"));
    assert_true(ui_fixture_shows(fixture, "Full name: Zoe Roy"));
    submission = ui_form_draft(fixture);
    assert_int_equal(json_integer_or(submission->body, "form_version", 0), 1);
    record_free(submission);
    ui_form_publish(fixture, 3, second_with_a_way);
    ui_fixture_type(fixture, ESC);
    open_draft(fixture);
    assert_true(ui_fixture_shows(fixture, "Fax number: 514-555-0199"));
}

static void a_new_version_leaves_the_open_form_alone(void **state)
{
    struct ui_fixture *fixture = *state;
    struct record *draft;

    ui_form_publish(fixture, 1, first_version);
    ui_fixture_type(fixture, "\007form MV-1\r");
    ui_fixture_type(fixture, "Zoe R");
    ui_form_publish(fixture, 2, second_with_a_way);
    assert_true(ui_fixture_shows(fixture, "Version 2 of this form has arrived"));
    assert_true(ui_fixture_shows(fixture, "Full name"));
    ui_fixture_type(fixture, "oy\t514\t");
    assert_true(ui_fixture_shows(fixture, "Zoe Roy"));
    assert_false(ui_fixture_shows(fixture, "Version 2 of this form"));
    draft = ui_form_draft(fixture);
    assert_int_equal(json_integer_or(draft->body, "form_version", 0), 1);
    record_free(draft);
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, ESC);
    open_draft(fixture);
    assert_true(ui_fixture_shows(fixture, "Family name"));
    assert_true(ui_fixture_shows(fixture, "Zoe Roy"));
}

/* The version that the draft was begun under is not in this catalogue. */
static void a_lost_version_is_told_and_nothing_is_lost(void **state)
{
    struct ui_fixture *fixture = *state;
    struct id id = id_from_key("form", "t/move");
    struct record *held = NULL;

    make_draft(fixture);
    assert_int_equal(ui_form_catalogue_get(fixture, RECORD_FORM, &id, &held, NULL), 0);
    json_decref(held->body);
    held->body = fixture_json(second_version);
    json_object_set_new(held->body, "key", json_string("t/move"));
    json_object_set_new(held->body, "version", json_integer(5));
    held->rev++;
    assert_int_equal(ui_form_catalogue_publish(fixture, held, NULL), 0);
    record_free(held);
    open_draft(fixture);
    assert_true(ui_fixture_shows(fixture, "Version 1 of the form, under which it was begun"));
    assert_true(ui_fixture_shows(fixture, "Family name"));
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    assert_true(ui_fixture_shows(fixture, "Zoe Roy"));
    assert_true(ui_fixture_shows(fixture, "514-555-0199"));
}

/* --- from the client's file --------------------------------------------------------------------
 */

static void what_was_taken_from_the_file_stays_marked(void **state)
{
    struct ui_fixture *fixture = *state;
    struct author author = desk_author(&fixture->desk);
    struct operation *operation = author_append(&author, RECORD_CLIENT);
    struct batch batch = {0};
    struct record *draft;

    operation_put_text(operation, "kind", "person");
    operation_put_text(operation, "name", "Zoe Roy");
    operation_put_text(operation, "office", "t/north");
    fixture->desk.open.client = operation->record;
    assert_int_equal(batch_add(&batch, operation, NULL), 0);
    assert_int_equal(desk_apply(&fixture->desk, &batch, NULL), 0);
    ui_form_publish(
        fixture, 1,
        "{'known':{'name':'name'},'schema':{'type':'object','required':['name'],'properties':"
        "{'name':{'type':'string','title':'Full name'},'fax':{'type':'string'}}}}");
    /* Their file stands in it: the agent says why. */
    ui_fixture_type(fixture, "\007form MV-1\r");
    assert_false(ui_fixture_shows(fixture, "Zoe Roy"));
    ui_fixture_type(fixture, "3");
    assert_true(ui_fixture_shows(fixture, "In the client's file: Zoe Roy."));
    assert_true(ui_fixture_shows(fixture, "with the client's consent"));
    /* Offered is not answered. */
    assert_true(ui_fixture_shows(fixture, "0/1"));
    /* Without consent nothing is taken; the consent is asked for once. */
    ui_fixture_press(fixture, INPUT_CONTROL('F'));
    assert_true(ui_fixture_shows(fixture, "may answers in this form be taken"));
    ui_fixture_type(fixture, "2");
    assert_true(ui_fixture_shows(fixture, "0/1"));
    assert_false(ui_fixture_shows(fixture, "from the file"));
    ui_fixture_press(fixture, INPUT_CONTROL('F'));
    ui_fixture_type(fixture, "1");
    assert_true(ui_fixture_shows(fixture, "from the file"));
    draft = ui_form_draft(fixture);
    assert_true(json_is_true(json_object_get(json_object_get(draft->body, "known"), "/name")));
    assert_true(
        json_is_true(json_object_get(json_object_get(draft->body, "consents"), FILL_FILE_CONSENT)));
    record_free(draft);
    ui_fixture_type(fixture, ESC);
    ui_fixture_type(fixture, ESC);
    open_draft(fixture);
    assert_true(ui_fixture_shows(fixture, "from the file"));
    /* Answered by hand, it is not from the file any more, here and after. */
    ui_fixture_press(fixture, INPUT_HOME);
    ui_fixture_press(fixture, INPUT_BACK_TAB);
    ui_fixture_type(fixture, "A\t");
    assert_false(ui_fixture_shows(fixture, "from the file"));
    draft = ui_form_draft(fixture);
    assert_int_equal(json_object_size(json_object_get(draft->body, "known")), 0);
    record_free(draft);
}

static const char stale_version[] =
    "{'source':{'name':'t','id':'move','confirmed':'2020-01-31'},'schema':{'type':'object',"
    "'properties':{'name':{'type':'string','title':'Full name'}}}}";

/* Who fills it learns that nobody has confirmed it for long, in the list and in the form, and
 * reports what is wrong by one key. */
static void a_stale_form_is_marked_and_reported(void **state)
{
    struct ui_fixture *fixture = *state;

    fixture->desk.stale_days = 365;
    ui_form_publish(fixture, 1, stale_version);
    ui_open(fixture->ui, "form", NULL);
    ui_fixture_draw(fixture);
    assert_true(ui_fixture_shows(fixture, "!MV-1"));
    assert_true(ui_fixture_shows(fixture, "! nobody has confirmed this one for long: check it"));
    ui_fixture_type(fixture, "\r");
    assert_true(ui_fixture_shows(fixture, "Not confirmed since 31 Jan 2020"));
    ui_fixture_type(fixture, "Ann");
    assert_true(ui_fixture_shows(fixture, "Not confirmed since 31 Jan 2020"));
    ui_fixture_press(fixture, INPUT_F(8));
    assert_true(ui_fixture_shows(fixture, "Report an error · Moving"));
    ui_fixture_press(fixture, INPUT_TAB);
    ui_fixture_type(fixture, "It has a new field.");
    ui_fixture_press(fixture, INPUT_CONTROL('X'));
    /* Back in the form, where a colleague would see it too. */
    ui_fixture_press(fixture, INPUT_LEFT);
    assert_true(ui_fixture_shows(fixture, "Form · Moving"));
    assert_true(ui_fixture_shows(fixture, "Reported as wrong (fee) by Ann Roy"));
    fixture->desk.stale_days = 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, ui_fixture_setup, ui_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_row_stands_side_by_side),
        TEST(radio_choices_stand_in_sight),
        TEST(what_was_taken_from_the_file_stays_marked),
        TEST(a_code_is_given_from_the_review),
        TEST(typing_begins_an_item),
        TEST(what_is_unknown_is_told),
        TEST(a_draft_goes_to_the_version_in_use),
        TEST(a_draft_without_a_way_keeps_its_version),
        TEST(a_new_version_leaves_the_open_form_alone),
        TEST(a_lost_version_is_told_and_nothing_is_lost),
        TEST(a_stale_form_is_marked_and_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
