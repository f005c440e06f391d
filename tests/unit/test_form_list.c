/* Lists in a form: items, their order, lists inside of lists. */
#include "tests/unit/form_fixture.h"

#include <stdlib.h>
#include <string.h>

#define FAMILY                                                                                     \
    "{'type':'object','properties':{'children':{'type':'array','maxItems':3,'items':{"             \
    "'type':'object','title':'Child','properties':{'name':{'type':'string'},"                      \
    "'age':{'type':'integer'},'school':{'type':'string'}},'required':['name']}},"                  \
    "'pets':{'type':'array','items':{'type':'string'}}}}"
#define FAMILY_LAYOUT                                                                              \
    "{'type':'VerticalLayout','elements':[{'type':'ListWithDetail','scope':"                       \
    "'#/properties/children','options':{'detail':{'type':'VerticalLayout','elements':["            \
    "{'type':'Control','scope':'#/properties/name'},"                                              \
    "{'type':'Control','scope':'#/properties/age'},"                                               \
    "{'type':'Control','scope':'#/properties/school','rule':{'effect':'HIDE','condition':"         \
    "{'scope':'#/properties/age','schema':{'maximum':4}}}}]}}},"                                   \
    "{'type':'Control','scope':'#/properties/pets'}]}"

static void assert_focus(const struct fill *fill, const char *pointer)
{
    assert_string_equal(fill_line(fill, fill_current(fill))->pointer, pointer);
}

static void items_are_added_moved_and_removed(void **state)
{
    struct form *form = fixture_form(FAMILY, FAMILY_LAYOUT, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    char *label;

    (void)state;
    assert_focus(fill, "/children");
    assert_true(fill_item_add(fill));
    assert_focus(fill, "/children/0/name");
    fixture_enter(fill, "/children/0/name", "Léa");
    fill_go(fill, fill_find(fill, "/children"));
    assert_true(fill_item_add(fill));
    fixture_enter(fill, "/children/1/name", "Tom");
    assert_string_equal(fixture_answers(fill), "{'children':[{'name':'Léa'},{'name':'Tom'}]}");
    label = fill_label(fill, fill_find(fill, "/children/1/name") - 1);
    assert_string_equal(label, "Child 2: Tom");
    free(label);
    assert_true(fill_item_move(fill, -1));
    assert_string_equal(fixture_answers(fill), "{'children':[{'name':'Tom'},{'name':'Léa'}]}");
    assert_focus(fill, "/children/0/name");
    assert_false(fill_item_move(fill, -1));
    assert_true(fill_item_add(fill));
    assert_focus(fill, "/children/1/name");
    assert_false(fill_item_add(fill));
    assert_true(fill_item_remove(fill));
    assert_string_equal(fixture_answers(fill), "{'children':[{'name':'Tom'},{'name':'Léa'}]}");
    assert_true(fill_undo(fill));
    assert_true(fill_undo(fill));
    assert_true(fill_undo(fill));
    assert_string_equal(fixture_answers(fill), "{'children':[{'name':'Léa'},{'name':'Tom'}]}");
    fill_free(fill);
    form_free(form);
}

/* The library's element for such a list is known, and the layout says which answer names an item.
 */
static void a_list_with_detail_names_its_items(void **state)
{
    struct form *form =
        fixture_form(FAMILY,
                     "{'type':'ListWithDetail','scope':'#/properties/children','options':"
                     "{'elementLabelProp':'school'}}",
                     NULL);
    struct fill *fill = fixture_fill(form, "{'children':[{'name':'Léa','school':'Bleue'}]}");
    char *label = fill_label(fill, 1);

    (void)state;
    assert_string_equal(form_text_in(&form_root(form)->remark, FORM_ENGLISH), "");
    assert_string_equal(label, "Child 1: Bleue");
    free(label);
    fill_free(fill);
    form_free(form);
}

static void rules_inside_an_item_read_that_item(void **state)
{
    struct form *form = fixture_form(FAMILY, FAMILY_LAYOUT, NULL);
    struct fill *fill =
        fixture_fill(form, "{'children':[{'name':'Léa','age':3},{'name':'Tom','age':8}]}");

    (void)state;
    assert_false(fixture_line(fill, "/children/0/school")->visible);
    assert_true(fixture_line(fill, "/children/1/school")->visible);
    fixture_enter(fill, "/children/0/age", "6");
    assert_true(fixture_line(fill, "/children/0/school")->visible);
    fill_free(fill);
    form_free(form);
}

static void a_list_of_scalars_has_a_field_for_each(void **state)
{
    struct form *form = fixture_form(FAMILY, FAMILY_LAYOUT, NULL);
    struct fill *fill = fixture_fill(form, "{'pets':['Rex']}");

    (void)state;
    fixture_enter(fill, "/pets/0", "Max");
    fill_go(fill, fill_find(fill, "/pets"));
    assert_true(fill_item_add(fill));
    assert_focus(fill, "/pets/1");
    assert_string_equal(fixture_answers(fill), "{'pets':['Max','']}");
    fill_type(fill, "Tac");
    fill_take(fill);
    assert_string_equal(fixture_answers(fill), "{'pets':['Max','Tac']}");
    fixture_enter(fill, "/pets/0", "");
    assert_string_equal(fixture_answers(fill), "{'pets':['','Tac']}");
    assert_true(fill_item_remove(fill));
    assert_true(fill_item_remove(fill));
    assert_string_equal(fixture_answers(fill), "{}");
    assert_focus(fill, "/pets");
    fill_free(fill);
    form_free(form);
}

/* A list in a list of a list: each with its own lines, rules and order. */
static void lists_stand_inside_of_lists(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'homes':{'type':'array','items':{'type':'object',"
        "'properties':{'city':{'type':'string'},'people':{'type':'array','maxItems':2,'items':{"
        "'type':'object','required':['name'],'properties':{'name':{'type':'string'},"
        "'phones':{'type':'array','items':{'type':'string'}}}}}}}}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(
        form, "{'homes':[{'city':'Hull','people':[{'name':'Ann','phones':['1','2']}]}]}");

    (void)state;
    fill_go(fill, fill_find(fill, "/homes/0/people/0/phones/1"));
    assert_true(fill_item_move(fill, -1));
    assert_focus(fill, "/homes/0/people/0/phones/0");
    assert_string_equal(fixture_answers(fill),
                        "{'homes':[{'city':'Hull','people':[{'name':'Ann','phones':['2','1']}]}]}");
    fill_go(fill, fill_find(fill, "/homes/0/people"));
    assert_true(fill_item_add(fill));
    fixture_enter(fill, "/homes/0/people/1/name", "Bob");
    fill_go(fill, fill_find(fill, "/homes/0/people/1/phones"));
    assert_true(fill_item_add(fill));
    assert_focus(fill, "/homes/0/people/1/phones/0");
    fill_type(fill, "3");
    fill_take(fill);
    /* The limit is that list's own. */
    fill_go(fill, fill_find(fill, "/homes/0/people/1/name"));
    assert_false(fill_item_add(fill));
    assert_true(fill_item_move(fill, -1));
    assert_focus(fill, "/homes/0/people/0/name");
    assert_string_equal(fixture_answers(fill),
                        "{'homes':[{'city':'Hull','people':[{'name':'Bob','phones':['3']},"
                        "{'name':'Ann','phones':['2','1']}]}]}");
    fill_go(fill, fill_find(fill, "/homes"));
    assert_true(fill_item_add(fill));
    assert_focus(fill, "/homes/1/city");
    assert_true(fill_undo(fill));
    fill_go(fill, fill_find(fill, "/homes/0/people/0/name"));
    assert_true(fill_item_remove(fill));
    assert_string_equal(fixture_answers(fill), "{'homes':[{'city':'Hull','people':[{'name':'Ann',"
                                               "'phones':['2','1']}]}]}");
    fill_free(fill);
    form_free(form);
}

static void scalars_change_places(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'n':{'type':'array','items':{'type':'integer'}}}}", NULL,
        NULL);
    struct fill *fill = fixture_fill(form, "{'n':[1,2,3]}");

    (void)state;
    fill_go(fill, fill_find(fill, "/n/0"));
    assert_true(fill_item_move(fill, 1));
    assert_true(fill_item_move(fill, 1));
    assert_false(fill_item_move(fill, 1));
    assert_focus(fill, "/n/2");
    assert_string_equal(fixture_answers(fill), "{'n':[2,3,1]}");
    /* Half-typed text goes along. */
    fill_type(fill, "12");
    assert_true(fill_item_move(fill, -1));
    assert_string_equal(fixture_answers(fill), "{'n':[2,12,3]}");
    fill_free(fill);
    form_free(form);
}

static void a_locked_list_stays_as_it_is(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'n':{'type':'array','items':{'type':'string'}}}}",
        "{'type':'Control','scope':'#/properties/n','options':{'readonly':true}}", NULL);
    struct fill *fill = fixture_fill(form, "{'n':['a','b']}");

    (void)state;
    assert_false(fill_item_add(fill));
    assert_false(fill_item_remove(fill));
    assert_false(fill_item_move(fill, 1));
    assert_string_equal(fixture_answers(fill), "{'n':['a','b']}");
    assert_false(fill_go(fill, fill_find(fill, "/n/0")));
    fill_free(fill);
    form_free(form);
}

/* A rule that locks a list locks what is done with its items; one that opens it opens no more than
 * its bound. */
static void rules_lock_and_open_lists(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'on':{'type':'boolean'},'n':{'type':'array','maxItems':2,"
        "'readOnly':true,'items':{'type':'object','properties':{'a':{'type':'string'}}}}}}",
        "{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/on'},"
        "{'type':'Control','scope':'#/properties/n','options':{'detail':{'type':'VerticalLayout',"
        "'elements':[{'type':'Control','scope':'#/properties/a','rule':{'effect':'WRITABLE',"
        "'condition':{'scope':'#','schema':{}}}}]}},'rule':{'effect':'WRITABLE','condition':"
        "{'type':'LEAF','scope':'#/properties/on','expectedValue':true}}}]}",
        NULL);
    struct fill *fill = fixture_fill(form, "{'n':[{'a':'x'},{'a':'y'}]}");

    (void)state;
    /* The field inside is open all the same, the list is not. */
    assert_true(fill_go(fill, fill_find(fill, "/n/1/a")));
    assert_false(fill_item_move(fill, -1));
    assert_false(fill_item_remove(fill));
    fixture_enter(fill, "/on", "yes");
    fill_go(fill, fill_find(fill, "/n/1/a"));
    assert_false(fill_item_add(fill));
    assert_true(fill_item_move(fill, -1));
    assert_true(fill_item_remove(fill));
    assert_true(fill_item_add(fill));
    assert_string_equal(fixture_answers(fill), "{'n':[{'a':'x'},{}],'on':true}");
    fill_free(fill);
    form_free(form);
}

static void a_locked_object_locks_its_fields(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','$defs':{'d':{'type':'string'}},'properties':{'o':{'type':'object',"
        "'readOnly':true,'properties':{'a':{'type':'string'}}},"
        "'r':{'$ref':'#/$defs/d','readOnly':true},'w':{'$ref':'#/$defs/d'}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, "{'o':{'a':'x'}}");

    (void)state;
    assert_false(fixture_line(fill, "/o/a")->enabled);
    assert_false(fixture_line(fill, "/r")->enabled);
    assert_true(fixture_line(fill, "/w")->enabled);
    fill_free(fill);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_added_moved_and_removed),
        cmocka_unit_test(a_list_with_detail_names_its_items),
        cmocka_unit_test(rules_inside_an_item_read_that_item),
        cmocka_unit_test(a_list_of_scalars_has_a_field_for_each),
        cmocka_unit_test(lists_stand_inside_of_lists),
        cmocka_unit_test(scalars_change_places),
        cmocka_unit_test(a_locked_list_stays_as_it_is),
        cmocka_unit_test(rules_lock_and_open_lists),
        cmocka_unit_test(a_locked_object_locks_its_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
