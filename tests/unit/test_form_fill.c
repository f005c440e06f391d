/* Filling a form, without a screen. */
#include "tests/unit/form_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERSON                                                                                     \
    "{'type':'object','properties':{'name':{'type':'string','minLength':2,'maxLength':6},"         \
    "'age':{'type':'integer','minimum':0},'married':{'type':'boolean'},"                           \
    "'spouse':{'type':'string'},'code':{'type':'string','pattern':'^[A-Z][0-9][A-Z] "              \
    "[0-9][A-Z][0-9]$'}},'required':['name','married']}"
#define PERSON_LAYOUT                                                                              \
    "{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/name'},"         \
    "{'type':'Control','scope':'#/properties/age'},"                                               \
    "{'type':'Control','scope':'#/properties/married'},"                                           \
    "{'type':'Control','scope':'#/properties/spouse','rule':{'effect':'SHOW','condition':"         \
    "{'scope':'#/properties/married','schema':{'const':true}}}},"                                  \
    "{'type':'Control','scope':'#/properties/code','options':{'format':'postal-code'}}]}"

static struct form *person_form(void)
{
    return fixture_form(PERSON, PERSON_LAYOUT, NULL);
}

static void assert_focus(const struct fill *fill, const char *pointer)
{
    assert_string_equal(fill_line(fill, fill_current(fill))->pointer, pointer);
}

static void an_answer_is_taken_when_the_field_is_left(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);
    const char *name;
    const json_t *value;

    (void)state;
    fill_type(fill, "Anne");
    assert_string_equal(fixture_answers(fill), "{}");
    assert_string_equal(fill_typed(fill), "Anne");
    assert_true(fill_next(fill));
    assert_focus(fill, "/age");
    assert_string_equal(fixture_answers(fill), "{'name':'Anne'}");
    assert_true(fill_next_change(fill, &name, &value));
    assert_string_equal(name, "name");
    assert_string_equal(json_string_value(value), "Anne");
    assert_false(fill_next_change(fill, &name, &value));
    fixture_enter(fill, "/name", "");
    assert_true(fill_next_change(fill, &name, &value));
    assert_null(value);
    fill_free(fill);
    form_free(form);
}

static void faults_are_shown_when_it_is_time(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    /* Nothing was touched: nothing is shown, though it is known. */
    assert_non_null(fixture_line(fill, "/name")->fault);
    assert_null(fixture_line(fill, "/name")->message);
    /* Half a name may become a whole one; one too long will not. */
    fixture_type(fill, "/name", "A");
    assert_non_null(fixture_line(fill, "/name")->fault);
    assert_null(fixture_line(fill, "/name")->message);
    fixture_type(fill, "/name", "Anne-Marie");
    assert_non_null(fixture_line(fill, "/name")->message);
    fixture_type(fill, "/name", "A");
    fill_next(fill);
    assert_non_null(fixture_line(fill, "/name")->message);
    /* Once shown, it goes as soon as it is mended. */
    fixture_type(fill, "/name", "An");
    assert_null(fixture_line(fill, "/name")->message);
    fill_free(fill);
    form_free(form);
}

static void what_can_not_be_read_is_kept_as_typed(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);
    char *text;

    (void)state;
    fixture_enter(fill, "/age", "12a");
    assert_string_equal(fixture_answers(fill), "{'age':'12a'}");
    assert_string_equal(fixture_line(fill, "/age")->message,
                        "A whole number is expected, such as 12");
    text = fill_text(fill, fill_find(fill, "/age"));
    assert_string_equal(text, "12a");
    free(text);
    fill_set_language(fill, FORM_FRENCH);
    assert_string_equal(fixture_line(fill, "/age")->message,
                        "Un nombre entier est attendu, comme 12");
    fixture_enter(fill, "/age", "12");
    assert_null(fixture_line(fill, "/age")->message);
    fixture_enter(fill, "/name", "Anne-Marie");
    assert_string_equal(fixture_line(fill, "/name")->message, "Au plus 6 caractères");
    fill_set_language(fill, FORM_ENGLISH);
    assert_string_equal(fixture_line(fill, "/name")->message, "At most 6 characters");
    fill_free(fill);
    form_free(form);
}

/* More letters mend what a choice begins with, and nothing else. */
static void a_choice_that_is_none_is_told_while_typing(void **state)
{
    struct form *form =
        fixture_form("{'type':'object','properties':{'a':{'enum':['red','blue']}}}", NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    fill_type(fill, "bl");
    assert_null(fixture_line(fill, "/a")->message);
    fill_type(fill, "bx");
    assert_string_equal(fixture_line(fill, "/a")->message, "This choice is not in the list");
    fill_free(fill);
    form_free(form);
}

static void the_forms_own_words_are_used_for_a_fault(void **state)
{
    struct form *form = fixture_form(PERSON, PERSON_LAYOUT,
                                     "{'en':{'code.error.pattern':'Like K1A 0B1.'},"
                                     "'fr':{'name.error.custom':'Ce nom ne va pas.'}}");
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    fixture_enter(fill, "/code", "H2X 1Y");
    assert_string_equal(fixture_line(fill, "/code")->message, "Like K1A 0B1.");
    fill_set_language(fill, FORM_FRENCH);
    assert_string_equal(fixture_line(fill, "/code")->message,
                        "Un code postal est attendu, comme K1A 0B1");
    fixture_enter(fill, "/name", "A");
    assert_string_equal(fixture_line(fill, "/name")->message, "Ce nom ne va pas.");
    fill_free(fill);
    form_free(form);
}

static void rules_show_and_hide(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    assert_false(fixture_line(fill, "/spouse")->visible);
    fill_go(fill, fill_find(fill, "/married"));
    fill_answer(fill, json_true());
    assert_true(fixture_line(fill, "/spouse")->visible);
    fill_next(fill);
    assert_focus(fill, "/spouse");
    fill_previous(fill);
    assert_focus(fill, "/married");
    assert_true(fill_previous(fill));
    assert_true(fill_previous(fill));
    assert_focus(fill, "/name");
    assert_false(fill_previous(fill));
    fill_go(fill, fill_find(fill, "/married"));
    fill_answer(fill, json_false());
    fill_next(fill);
    assert_focus(fill, "/code");
    assert_true(fill_previous(fill));
    assert_focus(fill, "/married");
    fill_free(fill);
    form_free(form);
}

static void rules_lock_and_open(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'on':{'type':'boolean'},'a':{'type':'string'},"
        "'b':{'type':'string','readOnly':true},'c':{'type':'string'}}}",
        "{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/on'},"
        "{'type':'Control','scope':'#/properties/a','rule':{'effect':'DISABLE','condition':"
        "{'type':'LEAF','scope':'#/properties/on','expectedValue':true}}},"
        "{'type':'Control','scope':'#/properties/b','rule':{'effect':'WRITABLE','condition':"
        "{'type':'LEAF','scope':'#/properties/on','expectedValue':true}}},"
        "{'type':'Group','elements':[{'type':'Control','scope':'#/properties/c'}],"
        "'rule':{'effect':'READONLY','condition':"
        "{'type':'LEAF','scope':'#/properties/on','expectedValue':true}}}]}",
        NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    assert_true(fixture_line(fill, "/a")->enabled);
    assert_false(fixture_line(fill, "/b")->enabled);
    assert_true(fixture_line(fill, "/c")->enabled);
    fill_answer(fill, json_true());
    assert_false(fixture_line(fill, "/a")->enabled);
    assert_true(fixture_line(fill, "/b")->enabled);
    assert_false(fixture_line(fill, "/c")->enabled);
    fill_next(fill);
    assert_focus(fill, "/b");
    fill_free(fill);
    form_free(form);
}

static void progress_counts_the_required(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);
    size_t answered;
    size_t required;

    (void)state;
    fill_progress(fill, &answered, &required);
    assert_int_equal(answered, 0);
    assert_int_equal(required, 2);
    fixture_enter(fill, "/name", "Anne");
    fill_progress(fill, &answered, &required);
    assert_int_equal(answered, 1);
    fixture_enter(fill, "/name", "Anne-Marie");
    fill_progress(fill, &answered, &required);
    assert_int_equal(answered, 0);
    fill_free(fill);
    form_free(form);
}

static void review_shows_every_fault_and_the_next_one_is_found(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    fixture_enter(fill, "/code", "nope");
    assert_int_equal(fill_review(fill), 3);
    assert_non_null(fixture_line(fill, "/name")->message);
    assert_focus(fill, "/code");
    assert_true(fill_next_fault(fill));
    assert_focus(fill, "/name");
    assert_true(fill_next_fault(fill));
    assert_focus(fill, "/married");
    fill_answer(fill, json_false());
    fixture_enter(fill, "/name", "Anne");
    fixture_enter(fill, "/code", "k1a0b1");
    assert_int_equal(fill_review(fill), 0);
    assert_false(fill_next_fault(fill));
    fill_free(fill);
    form_free(form);
}

static void conditions_between_fields_are_checked_while_typing(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'kind':{'enum':['a','b']},'why':{'type':'string'}},"
        "'if':{'properties':{'kind':{'const':'b'}},'required':['kind']},"
        "'then':{'required':['why'],'properties':{'why':{'maxLength':3}}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, "{'kind':'a'}");

    (void)state;
    assert_false(fixture_line(fill, "/why")->required);
    fixture_type(fill, "/why", "long");
    assert_null(fixture_line(fill, "/why")->message);
    fixture_enter(fill, "/kind", "b");
    assert_true(fixture_line(fill, "/why")->required);
    assert_non_null(fixture_line(fill, "/why")->message);
    fixture_type(fill, "/why", "abc");
    assert_null(fixture_line(fill, "/why")->message);
    fixture_type(fill, "/why", "abcd");
    assert_non_null(fixture_line(fill, "/why")->message);
    fill_free(fill);
    form_free(form);
}

static void undo_goes_back_to_the_field_and_redo_again(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    fixture_enter(fill, "/name", "Anne");
    fixture_enter(fill, "/age", "40");
    fill_next(fill);
    assert_true(fill_undo(fill));
    assert_string_equal(fixture_answers(fill), "{'name':'Anne'}");
    assert_focus(fill, "/age");
    assert_true(fill_undo(fill));
    assert_string_equal(fixture_answers(fill), "{}");
    assert_false(fill_undo(fill));
    assert_true(fill_redo(fill));
    assert_true(fill_redo(fill));
    assert_string_equal(fixture_answers(fill), "{'age':40,'name':'Anne'}");
    assert_false(fill_redo(fill));
    /* What is half typed goes first. */
    fixture_type(fill, "/name", "Bob");
    assert_true(fill_undo(fill));
    assert_null(fill_typed(fill));
    assert_string_equal(fixture_answers(fill), "{'age':40,'name':'Anne'}");
    /* A new answer is a new beginning: what was taken back is not made again over it. */
    assert_true(fill_undo(fill));
    fixture_enter(fill, "/age", "41");
    assert_false(fill_redo(fill));
    assert_string_equal(fixture_answers(fill), "{'age':41,'name':'Anne'}");
    fill_free(fill);
    form_free(form);
}

/* The last 200 changes can be taken back, not the first ones. */
static void undo_forgets_the_oldest(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);
    char text[12];
    int undone = 0;

    (void)state;
    for (int i = 0; i < 205; i++) {
        snprintf(text, sizeof(text), "%d", i);
        fixture_enter(fill, "/age", text);
    }
    while (fill_undo(fill))
        undone++;
    assert_int_equal(undone, 200);
    assert_string_equal(fixture_answers(fill), "{'age':4}");
    while (fill_redo(fill))
        undone--;
    assert_int_equal(undone, 0);
    assert_string_equal(fixture_answers(fill), "{'age':204}");
    fill_free(fill);
    form_free(form);
}

static void a_required_object_not_begun_tells_its_fields(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'home':{'type':'object','properties':{"
        "'city':{'type':'string'}},'required':['city']},'work':{'type':'object','properties':{"
        "'city':{'type':'string'},'street':{'type':'string'}},'required':['city']}},"
        "'required':['home']}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    assert_true(fixture_line(fill, "/home/city")->required);
    assert_false(fixture_line(fill, "/work/city")->required);
    assert_int_equal(fill_review(fill), 1);
    assert_non_null(fixture_line(fill, "/home/city")->message);
    fixture_enter(fill, "/work/street", "Main");
    assert_true(fixture_line(fill, "/work/city")->required);
    assert_non_null(fixture_line(fill, "/work/city")->message);
    fixture_enter(fill, "/work/street", "");
    assert_string_equal(fixture_answers(fill), "{}");
    fill_free(fill);
    form_free(form);
}

static void categories_are_pages(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'integer'},"
        "'c':{'type':'string'}}}",
        "{'type':'Categorization','elements':[{'type':'Category','label':'One','elements':["
        "{'type':'Control','scope':'#/properties/a'}]},{'type':'Category','label':'Two',"
        "'elements':[{'type':'Control','scope':'#/properties/b'}]},{'type':'Category',"
        "'label':'Three','elements':[{'type':'Control','scope':'#/properties/c'}],"
        "'rule':{'effect':'HIDE','condition':{'type':'LEAF','scope':'#/properties/b',"
        "'expectedValue':1}}}]}",
        NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    assert_int_equal(fill_page_count(fill), 3);
    assert_string_equal(fill_page_title(fill, 1), "Two");
    assert_int_equal(fill_page(fill), 0);
    assert_true(fill_next(fill));
    assert_int_equal(fill_page(fill), 1);
    assert_true(fill_page_visible(fill, 2));
    fixture_enter(fill, "/b", "1");
    assert_false(fill_page_visible(fill, 2));
    assert_false(fill_go_page(fill, 2));
    fixture_enter(fill, "/b", "x");
    assert_int_equal(fill_page_faults(fill, 1), 1);
    assert_true(fill_go_page(fill, 2));
    fill_free(fill);
    form_free(form);
}

static void choices_are_toggled_in_their_order(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'a':{'type':'array','uniqueItems':true,'items':"
        "{'enum':['x','y','z']}}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    fill_toggle_choice(fill, 2);
    fill_toggle_choice(fill, 0);
    assert_string_equal(fixture_answers(fill), "{'a':['x','z']}");
    fill_toggle_choice(fill, 2);
    fill_toggle_choice(fill, 0);
    assert_string_equal(fixture_answers(fill), "{}");
    fill_free(fill);
    form_free(form);
}

static void what_is_typed_is_said_as_understood(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'day':{'type':'string','format':'date'}}}", NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    char *understood;

    (void)state;
    fill_type(fill, "3/4/2026");
    understood = fill_understood(fill);
    assert_string_equal(understood, "Wednesday, March 4, 2026");
    free(understood);
    fill_type(fill, "3/4");
    assert_null(fill_understood(fill));
    fill_free(fill);
    form_free(form);
    /* The space before the next word says nothing. */
    form = fixture_form("{'type':'object','properties':{'a':{'type':'string'}}}", NULL, NULL);
    fill = fixture_fill(form, NULL);
    fill_type(fill, "Rue des ");
    assert_null(fill_understood(fill));
    fill_free(fill);
    form_free(form);
}

/* Whether each line has the fault that the same answers have from the start. */
static void assert_faults_of(const struct fill *fill)
{
    struct fill *fresh = fixture_fill(fill_form(fill), fixture_answers(fill));

    assert_int_equal(fill_line_count(fresh), fill_line_count(fill));
    assert_int_equal(fill_stray_count(fresh), fill_stray_count(fill));
    for (size_t i = 0; i < fill_line_count(fill); i++) {
        const char *fault = fill_line(fresh, i)->fault;

        if (fault == NULL)
            assert_null(fill_line(fill, i)->fault);
        else
            assert_string_equal(fill_line(fill, i)->fault, fault);
    }
    fill_free(fresh);
}

/* One answer is checked alone where no other fault can hang on it, and only there. */
static void test_each_answer_leaves_the_faults_of_all(void **state)
{
    static const char *const forms[] = {
        "{'type':'object','required':['a','b'],'properties':{'a':{'type':'string','maxLength':3},"
        "'b':{'type':'integer'},'c':{'type':'object','required':['x','y'],'properties':{"
        "'x':{'type':'string'},'y':{'type':'string','minLength':2}}}}}",
        "{'type':'object','minProperties':2,'properties':{'a':{'type':'string','maxLength':3},"
        "'b':{'type':'integer'},'c':{'properties':{'x':{'type':'string'}}}}}",
        "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'integer'},"
        "'c':{'properties':{'x':{'type':'string'}}}},'dependentRequired':{'a':['b']}}",
        "{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'integer'},"
        "'c':{'properties':{'x':{'type':'string'}}}},'if':{'properties':{'a':{'const':'abc'}},"
        "'required':['a']},'then':{'properties':{'b':{'minimum':10}}}}",
    };
    static const char *const steps[][2] = {
        {"/a", "abcdef"}, {"/b", "5"},   {"/a", "abc"}, {"/b", "x"}, {"/c/x", "1"},
        {"/b", ""},       {"/a", "abc"}, {"/b", "7"},   {"/b", "7"}, {"/c/x", "2"},
        {"/c/x", ""},     {"/a", ""},    {"/a", "ab"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct form *form = fixture_form(forms[i], NULL, NULL);
        struct fill *fill = fixture_fill(form, NULL);

        for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++) {
            fixture_enter(fill, steps[j][0], steps[j][1]);
            assert_faults_of(fill);
        }
        while (fill_undo(fill))
            assert_faults_of(fill);
        fill_free(fill);
        form_free(form);
    }
}

static void test_what_was_typed_goes_with_its_fault(void **state)
{
    struct form *form =
        fixture_form("{'type':'object','properties':{'n':{'type':'integer'}}}", NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    fixture_type(fill, "/n", "x");
    assert_non_null(fixture_line(fill, "/n")->fault);
    assert_false(fill_answer(fill, NULL));
    assert_null(fixture_line(fill, "/n")->fault);
    fill_free(fill);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_taken_when_the_field_is_left),
        cmocka_unit_test(faults_are_shown_when_it_is_time),
        cmocka_unit_test(what_can_not_be_read_is_kept_as_typed),
        cmocka_unit_test(a_choice_that_is_none_is_told_while_typing),
        cmocka_unit_test(the_forms_own_words_are_used_for_a_fault),
        cmocka_unit_test(rules_show_and_hide),
        cmocka_unit_test(rules_lock_and_open),
        cmocka_unit_test(progress_counts_the_required),
        cmocka_unit_test(review_shows_every_fault_and_the_next_one_is_found),
        cmocka_unit_test(conditions_between_fields_are_checked_while_typing),
        cmocka_unit_test(undo_goes_back_to_the_field_and_redo_again),
        cmocka_unit_test(undo_forgets_the_oldest),
        cmocka_unit_test(a_required_object_not_begun_tells_its_fields),
        cmocka_unit_test(categories_are_pages),
        cmocka_unit_test(choices_are_toggled_in_their_order),
        cmocka_unit_test(what_is_typed_is_said_as_understood),
        cmocka_unit_test(test_each_answer_leaves_the_faults_of_all),
        cmocka_unit_test(test_what_was_typed_goes_with_its_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
