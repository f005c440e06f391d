/* Objects of several variants, merged objects and tuples, as ordinary fields. */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "tests/unit/form_fixture.h"

#define CONTACT                                                                                    \
    "{'type':'object','required':['contact'],'properties':{"                                       \
    "'contact':{'title':'Contact','required':['name'],"                                            \
    "'properties':{'name':{'type':'string'}},'oneOf':["                                            \
    "{'title':'By phone','properties':{'kind':{'const':'phone'},'number':{'type':'string',"        \
    "'minLength':3}},'required':['kind','number']},"                                               \
    "{'title':'By mail','properties':{'kind':{'const':'mail'},'street':{'type':'string'},"         \
    "'city':{'type':'string'}},'required':['kind','street']}]}}}"

static void enter(struct fill *fill, const char *pointer, const char *text)
{
    fixture_enter(fill, pointer, text);
}

static bool has_field(const struct fill *fill, const char *pointer)
{
    return fill_find(fill, pointer) < fill_line_count(fill);
}

static char *text_of(const struct fill *fill, const char *pointer)
{
    return fill_text(fill, fill_find(fill, pointer));
}

static void test_choosing_a_variant_shows_its_fields(void **state)
{
    struct form *form = fixture_form(CONTACT, NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    char *text;

    (void)state;
    assert_true(has_field(fill, "/contact/name"));
    assert_true(has_field(fill, "/contact"));
    assert_false(has_field(fill, "/contact/number"));
    enter(fill, "/contact", "ma"); /* type-ahead */
    assert_string_equal(fixture_answers(fill), "{'contact':{'kind':'mail'}}");
    assert_true(has_field(fill, "/contact/street"));
    assert_true(has_field(fill, "/contact/city"));
    assert_false(has_field(fill, "/contact/kind"));
    assert_false(has_field(fill, "/contact/number"));
    text = text_of(fill, "/contact");
    assert_string_equal(text, "By mail");
    free(text);
    fill_free(fill);
    form_free(form);
}

static void test_faults_are_those_of_the_variant_chosen(void **state)
{
    struct form *form = fixture_form(CONTACT, NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    assert_int_equal(fill_review(fill), 1);
    enter(fill, "/contact", "By phone");
    enter(fill, "/contact/name", "Ann");
    enter(fill, "/contact/number", "1");
    assert_non_null(fixture_line(fill, "/contact/number")->message);
    assert_null(fixture_line(fill, "/contact")->message);
    assert_null(fixture_line(fill, "/contact/name")->message);
    assert_true(fixture_line(fill, "/contact/number")->required);
    enter(fill, "/contact/number", "12345");
    assert_int_equal(fill_review(fill), 0);
    fill_free(fill);
    form_free(form);
}

static void test_switching_loses_nothing(void **state)
{
    struct form *form = fixture_form(CONTACT, NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    enter(fill, "/contact", "By mail");
    enter(fill, "/contact/name", "Ann");
    enter(fill, "/contact/street", "1 Main");
    enter(fill, "/contact/city", "Laval");
    enter(fill, "/contact", "By phone");
    assert_int_equal(fill_put_aside(fill), 2);
    assert_int_equal(fill_put_aside(fill), 0);
    assert_string_equal(fixture_answers(fill), "{'contact':{'kind':'phone','name':'Ann'}}");
    enter(fill, "/contact/number", "12345");
    /* Back by the choice itself: what was put aside is there again. */
    enter(fill, "/contact", "By mail");
    assert_string_equal(
        fixture_answers(fill),
        "{'contact':{'city':'Laval','kind':'mail','name':'Ann','street':'1 Main'}}");
    /* And by undo. */
    assert_true(fill_undo(fill));
    assert_string_equal(fixture_answers(fill),
                        "{'contact':{'kind':'phone','name':'Ann','number':'12345'}}");
    assert_true(fill_undo(fill));
    assert_true(fill_undo(fill));
    assert_true(has_field(fill, "/contact/street"));
    assert_string_equal(
        fixture_answers(fill),
        "{'contact':{'city':'Laval','kind':'mail','name':'Ann','street':'1 Main'}}");
    assert_true(fill_redo(fill));
    assert_true(has_field(fill, "/contact/number"));
    fill_free(fill);
    form_free(form);
}

static void test_variants_are_told_by_the_answers(void **state)
{
    struct form *form = fixture_form(CONTACT, NULL, NULL);
    struct fill *fill = fixture_fill(form, "{'contact':{'kind':'phone','number':'555'}}");
    json_t *remote = fixture_json("{'contact':{'kind':'mail','city':'Laval'}}");

    (void)state;
    assert_true(has_field(fill, "/contact/number"));
    assert_int_equal(fill_receive(fill, remote, NULL), 1);
    assert_true(has_field(fill, "/contact/city"));
    assert_false(has_field(fill, "/contact/number"));
    json_decref(remote);
    fill_free(fill);
    form_free(form);
}

/* Nothing fixed tells them apart: what was chosen is remembered, also by the state. */
static void test_variants_without_a_mark(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'who':{'anyOf':["
        "{'$ref':'#/$defs/person'},{'$ref':'#/$defs/firm'}]}},"
        "'$defs':{'person':{'title':'Person','type':'object','properties':{'id':{'type':'string'},"
        "'born':{'type':'string','format':'date'}},'required':['born']},"
        "'firm':{'title':'Firm','type':'object','properties':{'id':{'type':'string'},"
        "'number':{'type':'integer'}},'required':['number']}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    struct fill *again;
    json_t *state_of;

    (void)state;
    assert_int_equal(fill_review(fill), 0); /* need not be answered */
    enter(fill, "/who", "firm");
    assert_string_equal(fixture_answers(fill), "{'who':{}}");
    assert_true(has_field(fill, "/who/number"));
    assert_true(fixture_line(fill, "/who/number")->required);
    enter(fill, "/who/id", "x");
    assert_true(has_field(fill, "/who/number"));
    state_of = fill_state(fill);
    again = fixture_fill(form, "{'who':{'id':'x'}}");
    fill_restore(again, state_of);
    assert_true(has_field(again, "/who/number"));
    assert_int_equal(fill_review(again), 1);
    enter(again, "/who/number", "12");
    assert_int_equal(fill_review(again), 0);
    json_decref(state_of);
    fill_free(again);
    fill_free(fill);
    form_free(form);
}

static void test_variants_of_the_whole_form(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'note':{'type':'string'}},'oneOf':["
        "{'title':'New','properties':{'act':{'const':'new'},'name':{'type':'string'}},"
        "'required':['act','name']},"
        "{'title':'Renewal','properties':{'act':{'const':'renew'},'number':{'type':'integer'}},"
        "'required':['act','number']}]}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    json_t *apart;
    const char *name;
    const json_t *value;
    size_t told = 0;

    (void)state;
    assert_int_equal(fill_review(fill), 1);
    enter(fill, "/note", "hello");
    enter(fill, "", "renewal");
    enter(fill, "/number", "12");
    assert_string_equal(fixture_answers(fill), "{'act':'renew','note':'hello','number':12}");
    apart = fill_apart(fill);
    assert_int_equal(json_array_size(apart), 0);
    json_decref(apart);
    assert_int_equal(fill_review(fill), 0);
    enter(fill, "", "new");
    assert_string_equal(fixture_answers(fill), "{'act':'new','note':'hello'}");
    while (fill_next_change(fill, &name, &value))
        told++;
    assert_int_equal(told, 3); /* act, note, number */
    assert_true(fill_undo(fill));
    assert_string_equal(fixture_answers(fill), "{'act':'renew','note':'hello','number':12}");
    assert_true(has_field(fill, "/number"));
    fill_free(fill);
    form_free(form);
}

static void test_variants_in_a_list(void **state)
{
    struct form *form = fixture_form("{'type':'object','properties':{'parts':{'type':'array',"
                                     "'items':{'oneOf':[{'title':'Text','properties':{'text':"
                                     "{'type':'string'}},'required':['text']},{'title':'Number',"
                                     "'properties':{'number':{'type':'integer'}},"
                                     "'required':['number']}]}}}}",
                                     NULL, NULL);
    struct fill *fill = fixture_fill(form, "{'parts':[{'number':4}]}");
    json_t *both = fixture_json("{'parts':[{'number':4},{}]}");
    const char *name;
    const json_t *told;
    char *label;

    (void)state;
    assert_true(has_field(fill, "/parts/0/number"));
    label = fill_label(fill, fill_find(fill, "/parts/0"));
    assert_string_equal(label, "Choice");
    free(label);
    assert_true(fill_go(fill, fill_find(fill, "/parts")));
    assert_true(fill_item_add(fill));
    assert_string_equal(fill_line(fill, fill_current(fill))->pointer, "/parts/1");
    enter(fill, "/parts/1", "text");
    enter(fill, "/parts/1/text", "hi");
    assert_string_equal(fixture_answers(fill), "{'parts':[{'number':4},{'text':'hi'}]}");
    assert_int_equal(fill_review(fill), 0);
    assert_true(fill_go(fill, fill_find(fill, "/parts/1")));
    assert_true(fill_answer(fill, NULL));
    assert_string_equal(fixture_answers(fill), "{'parts':[{'number':4},{}]}");
    assert_string_equal(fixture_line(fill, "/parts/1")->message, "Required");
    /* Both would do, which must not be: said as it is. */
    enter(fill, "/parts/1", "text");
    json_array_set_new(json_object_get(both, "parts"), 1, fixture_json("{'text':'a','number':1}"));
    while (fill_next_change(fill, &name, &told))
        continue;
    assert_int_equal(fill_receive(fill, both, NULL), 1);
    assert_non_null(strstr(fixture_line(fill, "/parts/1")->message, "one"));
    json_decref(both);
    fill_free(fill);
    form_free(form);
}

static void test_merged_fields(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','allOf':[{'$ref':'#/$defs/base'},{'properties':{'where':{'allOf':["
        "{'$ref':'#/$defs/place'},{'properties':{'unit':{'type':'string'}},'required':['unit']}]}},"
        "'required':['where']}],"
        "'$defs':{'base':{'properties':{'name':{'type':'string','title':'Full name'}},"
        "'required':['name']},'place':{'type':'object','properties':{'city':{'type':'string'}}}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    char *label = fill_label(fill, fill_find(fill, "/name"));

    (void)state;
    assert_string_equal(label, "Full name");
    free(label);
    assert_true(fixture_line(fill, "/name")->required);
    assert_true(fixture_line(fill, "/where/unit")->required);
    assert_false(fixture_line(fill, "/where/city")->required);
    assert_int_equal(fill_review(fill), 2);
    assert_non_null(fixture_line(fill, "/where/unit")->message);
    enter(fill, "/name", "Ann");
    enter(fill, "/where/unit", "5");
    assert_int_equal(fill_review(fill), 0);
    fill_free(fill);
    form_free(form);
}

static void test_tuples(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'span':{'type':'array','minItems':2,'prefixItems':["
        "{'type':'integer','title':'From'},{'type':'integer','title':'To'},"
        "{'type':'object','properties':{'why':{'type':'string'}}}],'items':false}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    char *label = fill_label(fill, fill_find(fill, "/span/1"));

    (void)state;
    assert_string_equal(label, "To");
    free(label);
    assert_int_equal(fill_review(fill), 0);
    enter(fill, "/span/1", "8");
    assert_string_equal(fixture_answers(fill), "{'span':[null,8]}");
    assert_int_equal(fill_review(fill), 1);
    assert_string_equal(fixture_line(fill, "/span/0")->message, "Required");
    assert_true(fixture_line(fill, "/span/0")->required);
    assert_null(fill_value(fill, fill_find(fill, "/span/0")));
    enter(fill, "/span/0", "5");
    enter(fill, "/span/2/why", "so");
    assert_string_equal(fixture_answers(fill), "{'span':[5,8,{'why':'so'}]}");
    assert_int_equal(fill_review(fill), 0);
    enter(fill, "/span/2/why", "");
    assert_string_equal(fixture_answers(fill), "{'span':[5,8]}");
    enter(fill, "/span/0", "");
    enter(fill, "/span/1", "");
    assert_string_equal(fixture_answers(fill), "{}");
    assert_true(fill_undo(fill));
    assert_string_equal(fixture_answers(fill), "{'span':[null,8]}");
    fill_free(fill);
    form_free(form);
}

static void test_tuples_in_a_list(void **state)
{
    struct form *form = fixture_form("{'type':'object','properties':{'points':{'type':'array',"
                                     "'items':{'type':'array','minItems':2,'prefixItems':"
                                     "[{'type':'number'},{'type':'number'}]}}}}",
                                     NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    assert_true(fill_go(fill, fill_find(fill, "/points")));
    assert_true(fill_item_add(fill));
    enter(fill, "/points/0/0", "1");
    enter(fill, "/points/0/1", "2");
    assert_string_equal(fixture_answers(fill), "{'points':[[1,2]]}");
    assert_int_equal(fill_review(fill), 0);
    fill_free(fill);
    form_free(form);
}

/* What may also be null, or stands alone in an allOf, is shown as what it is. */
static void test_answers_that_may_be_null(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'a':{'anyOf':[{'type':'null'},{'type':'integer'}]},"
        "'b':{'title':'Bee','allOf':[{'$ref':'#/$defs/kind'}]},"
        "'c':{'oneOf':[{'type':'null'},{'properties':{'x':{'type':'integer'}},'required':['x']},"
        "{'properties':{'y':{'type':'integer'}},'required':['y']}]}},"
        "'$defs':{'kind':{'enum':['one','two']}}}",
        NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);
    char *label = fill_label(fill, fill_find(fill, "/b"));

    (void)state;
    assert_string_equal(label, "Bee");
    free(label);
    assert_int_equal(fixture_line(fill, "/a")->element->control->input, FORM_INPUT_INTEGER);
    assert_int_equal(fixture_line(fill, "/b")->element->control->choice_count, 2);
    assert_int_equal(fixture_line(fill, "/c")->element->control->choice_count, 2);
    enter(fill, "/a", "x");
    assert_int_equal(fill_review(fill), 1);
    enter(fill, "/a", "5");
    enter(fill, "/c", "2");
    enter(fill, "/c/y", "x");
    assert_non_null(fixture_line(fill, "/c/y")->message);
    enter(fill, "/c/y", "6");
    assert_string_equal(fixture_answers(fill), "{'a':5,'c':{'y':6}}");
    assert_int_equal(fill_review(fill), 0);
    fill_free(fill);
    form_free(form);
}

/* A thing that holds itself ends in a field of JSON, never in a refusal. */
static void test_endless_forms(void **state)
{
    struct form *form =
        fixture_form("{'type':'object','properties':{'tree':{'$ref':'#/$defs/tree'}},"
                     "'$defs':{'tree':{'oneOf':[{'properties':{'leaf':{'type':'string'}}},"
                     "{'properties':{'left':{'$ref':'#/$defs/tree'}}}]}}}",
                     NULL, NULL);
    struct fill *fill = fixture_fill(form, "{'tree':{'left':{'leaf':'x'}}}");

    (void)state;
    assert_int_equal(fixture_line(fill, "/tree/left")->element->control->input, FORM_INPUT_JSON);
    fill_free(fill);
    form_free(form);
}

/* The body as a record keeps it: members by name. */
static json_t *kept(json_t *body)
{
    char *text = json_canonical(body);
    json_t *read = json_loads(text, 0, NULL);

    free(text);
    json_decref(body);
    return read;
}

static void test_the_order_of_the_file_is_kept_with_the_layout(void **state)
{
    static const char *const order[] = {"/zone",      "/inner/y",  "/inner/x", "/list",
                                        "/kind/base", "/kind",     "/kind/n",  "/kind/m",
                                        "/pair/0/d",  "/pair/0/c", "/alpha"};
    json_t *body = fixture_json(
        "{'key':'k','version':1,'schema':{'type':'object','required':['alpha'],'properties':{"
        "'zone':{'type':'string'},'inner':{'properties':{'y':{'type':'string'},"
        "'x':{'type':'string'}}},'list':{'type':'array','items':{'properties':{"
        "'q':{'type':'string'},'p':{'type':'string'}}}},"
        "'kind':{'properties':{'base':{'type':'string'}},'oneOf':[{'properties':{"
        "'n':{'type':'string'},'m':{'type':'string'}}},{'properties':{'o':{'type':'string'}}}]},"
        "'pair':{'type':'array','prefixItems':[{'properties':{'d':{'type':'string'},"
        "'c':{'type':'string'}}}]},'alpha':{'type':'string'}}}}");
    struct form *form;
    struct fill *fill;
    size_t found = 0;

    (void)state;
    assert_int_equal(form_give_layout(body, NULL), 0);
    body = kept(body);
    assert_int_equal(form_compile(&form, body, NULL), 0);
    fill = fixture_fill(form, "{'kind':{'n':'1'},'list':[{}]}");
    for (size_t i = 0; i < fill_line_count(fill); i++) {
        const struct fill_line *line = fill_line(fill, i);

        if (line->kind != FILL_FIELD && line->kind != FILL_LIST)
            continue;
        if (strcmp(line->pointer, "/list/0/q") == 0) {
            assert_string_equal(fill_line(fill, i + 1)->pointer, "/list/0/p");
            i++;
            continue;
        }
        assert_true(found < sizeof(order) / sizeof(order[0]));
        assert_string_equal(line->pointer, order[found++]);
    }
    assert_int_equal(found, sizeof(order) / sizeof(order[0]));
    /* A layout of the form's own stays. */
    assert_int_equal(form_give_layout(body, NULL), 0);
    json_decref(body);
    fill_free(fill);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choosing_a_variant_shows_its_fields),
        cmocka_unit_test(test_faults_are_those_of_the_variant_chosen),
        cmocka_unit_test(test_switching_loses_nothing),
        cmocka_unit_test(test_variants_are_told_by_the_answers),
        cmocka_unit_test(test_variants_without_a_mark),
        cmocka_unit_test(test_variants_of_the_whole_form),
        cmocka_unit_test(test_variants_in_a_list),
        cmocka_unit_test(test_merged_fields),
        cmocka_unit_test(test_tuples),
        cmocka_unit_test(test_tuples_in_a_list),
        cmocka_unit_test(test_answers_that_may_be_null),
        cmocka_unit_test(test_endless_forms),
        cmocka_unit_test(test_the_order_of_the_file_is_kept_with_the_layout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
