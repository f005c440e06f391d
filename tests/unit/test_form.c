/* Compiling a form: every element of JSON Forms, translations, and what is refused. */
#include "tests/unit/form_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/rule.h"
#include "forms/schema.h"

#define OBJECT(properties) "{'type':'object','properties':{" properties "}}"

static const struct form_control *only_control(const struct form *form)
{
    const struct form_element *root = form_root(form);

    while (root->kind != FORM_CONTROL) {
        assert_true(root->child_count >= 1);
        root = root->children[0];
    }
    return root->control;
}

static enum form_input input_of(const char *property, const char *options)
{
    char schema[1024];
    char layout[1024];
    struct form *form;
    enum form_input input;

    snprintf(schema, sizeof(schema), OBJECT("'a':%s"), property);
    snprintf(layout, sizeof(layout), "{'type':'Control','scope':'#/properties/a','options':{%s}}",
             options);
    form = fixture_form(schema, layout, NULL);
    input = only_control(form)->input;
    form_free(form);
    return input;
}

static void every_input_is_told_by_its_schema(void **state)
{
    (void)state;
    assert_int_equal(input_of("{'type':'string'}", ""), FORM_INPUT_TEXT);
    assert_int_equal(input_of("{'type':['null','string']}", ""), FORM_INPUT_TEXT);
    assert_int_equal(input_of("{'type':'string'}", "'multi':true"), FORM_INPUT_MULTILINE);
    assert_int_equal(input_of("{'type':'integer'}", ""), FORM_INPUT_INTEGER);
    assert_int_equal(input_of("{'type':'number'}", "'slider':true"), FORM_INPUT_NUMBER);
    assert_int_equal(input_of("{'type':'integer'}", "'format':'money'"), FORM_INPUT_MONEY);
    assert_int_equal(input_of("{'type':'object','properties':{'amount':{'type':'integer'},"
                              "'currency':{'type':'string'}}}",
                              ""),
                     FORM_INPUT_MONEY);
    assert_int_equal(input_of("{'type':'boolean'}", ""), FORM_INPUT_BOOLEAN);
    assert_int_equal(input_of("{'type':'string','format':'date'}", ""), FORM_INPUT_DATE);
    assert_int_equal(input_of("{'type':'string'}", "'format':'time'"), FORM_INPUT_TIME);
    assert_int_equal(input_of("{'type':'string','format':'date-time'}", ""), FORM_INPUT_DATE_TIME);
    assert_int_equal(input_of("{'enum':['a','b']}", ""), FORM_INPUT_CHOICE);
    assert_int_equal(
        input_of("{'type':'string','oneOf':[{'const':'a','title':'A'}]}", "'format':'radio'"),
        FORM_INPUT_CHOICE);
    assert_int_equal(input_of("{'type':'string'}", "'suggestion':['x','y']"), FORM_INPUT_CHOICE);
    assert_int_equal(input_of("{'type':'array','uniqueItems':true,'items':{'enum':['a','b']}}", ""),
                     FORM_INPUT_CHOICES);
    assert_int_equal(input_of("{'type':'array','items':{'type':'string'}}", ""), FORM_INPUT_LIST);
    assert_int_equal(input_of("{'oneOf':[{'type':'object'},{'type':'string'}]}", ""),
                     FORM_INPUT_JSON);
    assert_int_equal(input_of("{'type':'array'}", ""), FORM_INPUT_JSON);
    assert_int_equal(input_of("{'const':'CAD'}", ""), FORM_INPUT_CHOICE);
}

/* Only whole cents are money in one field: an amount of another kind has a field of its own. */
static void an_amount_of_another_kind_is_no_money(void **state)
{
    struct form *form =
        fixture_form(OBJECT("'rent':{'type':'object','properties':{'amount':{'type':'number'},"
                            "'currency':{'const':'CAD'}}}"),
                     NULL, NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    fixture_enter(fill, "/rent/amount", "12,5");
    fixture_enter(fill, "/rent/currency", "c");
    assert_string_equal(fixture_answers(fill), "{'rent':{'amount':12.5,'currency':'CAD'}}");
    fill_free(fill);
    form_free(form);
}

/* Options of the layout that ask for a widget of the web: the answer is asked for all the same. */
static void options_are_followed_or_harmless(void **state)
{
    struct form *form = fixture_form(
        OBJECT("'a':{'enum':['x','y']},'b':{'type':'string','description':'Which one'},"
               "'c':{'type':'boolean'},'d':{'type':'integer'},'e':{'enum':['x','y']}"),
        "{'type':'Categorization','options':{'variant':'stepper','showNavButtons':true},"
        "'elements':[{'type':'Category','label':'One','elements':["
        "{'type':'Control','scope':'#/properties/a','options':{'autocomplete':true}},"
        "{'type':'Control','scope':'#/properties/b','options':{'placeholder':'K1A 0B1',"
        "'readonly':true,'showUnfocusedDescription':true}}]},"
        "{'type':'Category','label':'Two','elements':["
        "{'type':'Control','scope':'#/properties/c','options':{'toggle':true}},"
        "{'type':'Control','scope':'#/properties/d','options':{'slider':true}},"
        "{'type':'Control','scope':'#/properties/e','options':{'format':'radio'}}]}]}",
        "{'fr':{'b.placeholder':'G1R 4S9'}}");
    const struct form_element *root = form_root(form);
    const struct form_element *const *one =
        (const struct form_element *const *)root->children[0]->children;
    const struct form_element *const *two =
        (const struct form_element *const *)root->children[1]->children;

    (void)state;
    assert_int_equal(root->kind, FORM_CATEGORIZATION);
    assert_int_equal(root->child_count, 2);
    assert_int_equal(one[0]->control->input, FORM_INPUT_CHOICE);
    assert_false(one[0]->control->suggestions);
    assert_true(one[1]->control->readonly);
    assert_string_equal(form_text_in(&one[1]->control->placeholder, FORM_FRENCH), "G1R 4S9");
    assert_string_equal(form_text_in(&one[1]->control->placeholder, FORM_ENGLISH), "K1A 0B1");
    assert_string_equal(form_text_in(&one[1]->description, FORM_ENGLISH), "Which one");
    assert_int_equal(two[0]->control->input, FORM_INPUT_BOOLEAN);
    assert_int_equal(two[1]->control->input, FORM_INPUT_INTEGER);
    assert_true(two[2]->control->radio);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(form_text_in(&one[i]->remark, FORM_ENGLISH), "");
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(form_text_in(&two[i]->remark, FORM_ENGLISH), "");
    form_free(form);
}

/* Members of an object have no order that lasts; what is required comes first, in its order. */
static void a_generated_layout_begins_with_what_is_required(void **state)
{
    struct form *form = fixture_form("{'type':'object','required':['z','m'],'properties':{"
                                     "'a':{'type':'string'},'m':{'type':'string'},"
                                     "'z':{'type':'string'}}}",
                                     NULL, NULL);
    const struct form_element *root = form_root(form);

    (void)state;
    assert_string_equal(root->children[0]->control->path, "/z");
    assert_string_equal(root->children[1]->control->path, "/m");
    assert_string_equal(root->children[2]->control->path, "/a");
    form_free(form);
}

static void a_missing_layout_is_generated(void **state)
{
    struct form *form = fixture_form(
        OBJECT("'first_name':{'type':'string'},'home':" OBJECT("'city':{'type':'string'}")), NULL,
        NULL);
    const struct form_element *root = form_root(form);

    (void)state;
    assert_int_equal(root->kind, FORM_VERTICAL);
    assert_int_equal(root->child_count, 2);
    assert_string_equal(form_text_in(&root->children[0]->label, FORM_ENGLISH), "First name");
    assert_int_equal(root->children[1]->kind, FORM_GROUP);
    assert_string_equal(root->children[1]->children[0]->children[0]->control->path, "/home/city");
    form_free(form);
}

static void labels_follow_the_translations(void **state)
{
    struct form *form =
        fixture_form(OBJECT("'kind':{'type':'string','title':'Kind','enum':['a','b']},"
                            "'own':{'type':'string','i18n':'mine','description':'Help'}"),
                     "{'type':'Group','label':'all','elements':["
                     "{'type':'Control','scope':'#/properties/kind'},"
                     "{'type':'Control','scope':'#/properties/own','label':'Own'},"
                     "{'type':'Label','i18n':'note','text':'Note'}]}",
                     "{'fr':{'kind.label':'Sorte','kind.a':'Un','all':'Tout','mine.label':'Mien',"
                     "'mine.description':'Aide','note.text':'Remarque'},"
                     "'en':{'all':'Everything','mine.description':'Help!'}}");
    const struct form_element *root = form_root(form);
    const struct form_control *kind = root->children[0]->control;

    (void)state;
    assert_string_equal(form_text_in(&root->label, FORM_FRENCH), "Tout");
    assert_string_equal(form_text_in(&root->label, FORM_ENGLISH), "Everything");
    assert_string_equal(form_text_in(&root->children[0]->label, FORM_FRENCH), "Sorte");
    assert_string_equal(form_text_in(&kind->choices[0].label, FORM_FRENCH), "Un");
    assert_string_equal(form_text_in(&kind->choices[1].label, FORM_FRENCH), "b");
    assert_string_equal(form_text_in(&root->children[1]->label, FORM_FRENCH), "Mien");
    assert_string_equal(form_text_in(&root->children[1]->description, FORM_ENGLISH), "Help!");
    assert_string_equal(form_text_in(&root->children[2]->label, FORM_FRENCH), "Remarque");
    form_free(form);
}

/* Keys of the control, of a path inside an object, and of a choice of its own. */
static void keys_of_translations_stand_where_json_forms_has_them(void **state)
{
    struct form *form = fixture_form(
        OBJECT("'who':{'type':'object','properties':{'kind':{'oneOf':["
               "{'const':'a','title':'A','i18n':'kinds.first'},{'const':'b','title':'B'}]}}},"
               "'city':{'type':'string'}"),
        "{'type':'VerticalLayout','elements':["
        "{'type':'Control','scope':'#/properties/who/properties/kind'},"
        "{'type':'Control','scope':'#/properties/city','i18n':'town'},"
        "{'type':'Label','text':'Read this'}]}",
        "{'fr':{'who.kind.label':'Sorte','kinds.first':'Premier','who.kind.b':'Second',"
        "'town.label':'Ville','city.label':'Pas celle-ci'}}");
    const struct form_element *const *elements =
        (const struct form_element *const *)form_root(form)->children;
    const struct form_control *kind = elements[0]->control;

    (void)state;
    assert_string_equal(form_text_in(&elements[0]->label, FORM_FRENCH), "Sorte");
    assert_string_equal(form_text_in(&kind->choices[0].label, FORM_FRENCH), "Premier");
    assert_string_equal(form_text_in(&kind->choices[1].label, FORM_FRENCH), "Second");
    assert_string_equal(form_text_in(&elements[1]->label, FORM_FRENCH), "Ville");
    assert_string_equal(form_text_in(&elements[2]->label, FORM_FRENCH), "Read this");
    /* A choice that is only translated in French is shown so in English. */
    assert_string_equal(form_text_in(&kind->choices[0].label, FORM_ENGLISH), "Premier");
    form_free(form);
}

static void a_label_without_translation_in_one_language_is_shown_in_the_other(void **state)
{
    struct form *form = fixture_form(OBJECT("'a':{'type':'string','title':'Alpha'}"), NULL,
                                     "{'fr':{'a.label':'Alfa'}}");
    const struct form_element *field = form_root(form)->children[0];

    (void)state;
    assert_string_equal(form_text_in(&field->label, FORM_FRENCH), "Alfa");
    assert_string_equal(form_text_in(&field->label, FORM_ENGLISH), "Alpha");
    form_free(form);
}

static void references_in_the_schema_are_followed(void **state)
{
    struct form *form = fixture_form("{'type':'object','$defs':{'day':{'type':'string',"
                                     "'format':'date','title':'Day'}},'properties':{"
                                     "'from':{'$ref':'#/$defs/day','title':'From'},"
                                     "'to':{'$ref':'#/$defs/day'}},'required':['from']}",
                                     NULL, NULL);
    const struct form_element *root = form_root(form);

    (void)state;
    assert_int_equal(root->children[0]->control->input, FORM_INPUT_DATE);
    assert_true(root->children[0]->control->required);
    assert_false(root->children[1]->control->required);
    assert_string_equal(form_text_in(&root->children[0]->label, FORM_ENGLISH), "From");
    assert_string_equal(form_text_in(&root->children[1]->label, FORM_ENGLISH), "Day");
    form_free(form);
}

static void assert_labelled(const struct fill *fill, const char *label)
{
    for (size_t i = 0; i < fill_line_count(fill); i++) {
        char *found = fill_label(fill, i);
        bool same = strcmp(found, label) == 0;

        free(found);
        if (same)
            return;
    }
    fail_msg("no line says: %s", label);
}

static void an_unknown_element_degrades_with_a_remark(void **state)
{
    struct form *form =
        fixture_form(OBJECT("'a':{'type':'string'},'b':{'type':'string'}"),
                     "{'type':'Vertigo','elements':["
                     "{'type':'MapPicker','scope':'#/properties/a'},{'type':'Picture'},"
                     "{'type':'Banner','text':'Mind the step'},"
                     "{'type':'Tabs','label':'More','elements':[]}]}",
                     NULL);
    const struct form_element *root = form_root(form);
    struct fill *fill;

    (void)state;
    assert_int_equal(root->kind, FORM_GROUP);
    assert_int_equal(root->children[0]->kind, FORM_CONTROL);
    assert_int_equal(root->children[0]->control->input, FORM_INPUT_TEXT);
    assert_non_null(strstr(form_text_in(&root->children[0]->remark, FORM_FRENCH), "MapPicker"));
    assert_int_equal(root->children[1]->kind, FORM_LABEL);
    assert_non_null(strstr(form_text_in(&root->children[1]->remark, FORM_ENGLISH), "Picture"));
    fill = fixture_fill(form, "{}");
    assert_labelled(fill, "Element “Vertigo” is not known here.");
    assert_labelled(fill, "Mind the step · Element “Banner” is not known here.");
    assert_labelled(fill, "More · Element “Tabs” is not known here.");
    fill_free(fill);
    form_free(form);
}

/* What has no field of its own is edited as JSON, and says why. */
static void an_answer_of_no_known_type_is_edited_as_json(void **state)
{
    struct form *form = fixture_form(OBJECT("'a':{'type':['string','object']},'b':{'type':'array'},"
                                            "'c':{'type':'object'}"),
                                     NULL, NULL);
    const struct form_element *root = form_root(form);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    for (size_t i = 0; i < root->child_count; i++) {
        assert_int_equal(root->children[i]->control->input, FORM_INPUT_JSON);
        assert_non_null(
            strstr(form_text_in(&root->children[i]->remark, FORM_ENGLISH), "write JSON"));
        assert_non_null(
            strstr(form_text_in(&root->children[i]->remark, FORM_FRENCH), "écrire du JSON"));
    }
    fixture_enter(fill, "/c", "{\"x\": 1}");
    assert_string_equal(fixture_answers(fill), "{'c':{'x':1}}");
    fill_free(fill);
    form_free(form);
}

static void bad_definitions_name_the_place(void **state)
{
    const char *schema = OBJECT("'a':{'type':'string'}");

    (void)state;
    assert_non_null(strstr(fixture_refusal("3", NULL), "/schema"));
    assert_non_null(strstr(fixture_refusal("{'type':'nonsense'}", NULL), "/schema"));
    assert_non_null(strstr(fixture_refusal(schema, "{'type':'VerticalLayout','elements':["
                                                   "{'type':'Control'}]}"),
                           "/layout/elements/0"));
    assert_non_null(strstr(fixture_refusal(schema, "{'type':'VerticalLayout','elements':[3]}"),
                           "/layout/elements/0"));
    assert_non_null(strstr(fixture_refusal(schema, "{'type':'Control','scope':'#/properties/zz'}"),
                           "leads to nothing"));
    assert_non_null(strstr(fixture_refusal(schema, "{'type':'Group'}"), "/layout/elements"));
}

static const char *refused_rule(const char *rule)
{
    char layout[1024];

    snprintf(layout, sizeof(layout), "{'type':'Control','scope':'#/properties/a','rule':%s}", rule);
    return fixture_refusal(OBJECT("'a':{'type':'string'}"), layout);
}

static void bad_rules_are_refused(void **state)
{
    const char *message = refused_rule("{'effect':'HIDE','condition':{'scope':'#/properties/a',"
                                       "'validate':'x => true'}}");

    (void)state;
    assert_non_null(strstr(message, "JavaScript"));
    assert_non_null(strstr(message, "/layout/rule"));
    assert_non_null(strstr(refused_rule("{'effect':'EXPLODE'}"), "EXPLODE"));
    assert_non_null(strstr(refused_rule("{'effect':'SHOW','condition':{'schema':{}}}"), "scope"));
    assert_non_null(
        strstr(refused_rule("{'effect':'SHOW','condition':{'type':'XOR','scope':'#'}}"), "XOR"));
    assert_non_null(
        strstr(refused_rule("{'effect':'SHOW','condition':{'type':'AND'}}"), "conditions"));
}

static void too_deep_or_too_large_is_refused(void **state)
{
    json_t *layout = json_pack("{s:s, s:s}", "type", "Control", "scope", "#/properties/a");
    json_t *schema = fixture_json(OBJECT("'a':{'type':'string'}"));
    struct error error = ERROR_INIT;
    json_t *body;
    struct form *form;

    (void)state;
    for (int i = 0; i <= FORM_DEPTH_LIMIT; i++)
        layout = json_pack("{s:s, s:[o]}", "type", "VerticalLayout", "elements", layout);
    body = json_pack("{s:o, s:o}", "schema", schema, "layout", layout);
    assert_int_equal(form_compile(&form, body, &error), ERROR_TOO_LARGE);
    json_decref(body);
}

static bool rule_says(const char *condition, const char *data)
{
    json_t *definition =
        json_pack("{s:s, s:o}", "effect", "SHOW", "condition", fixture_json(condition));
    json_t *answers = fixture_json(data);
    struct error error = ERROR_INIT;
    struct rule *rule;
    bool holds;

    if (rule_compile(&rule, definition, NULL, &error) != 0)
        fail_msg("%s", error.message);
    holds = rule_holds(rule, answers);
    rule_free(rule);
    json_decref(definition);
    json_decref(answers);
    return holds;
}

static void conditions_hold_as_in_json_forms(void **state)
{
    const char *schema = "{'scope':'#/properties/a','schema':{'const':1}}";
    const char *strict = "{'scope':'#/properties/a','schema':{'minimum':1},"
                         "'failWhenUndefined':true}";
    const char *loose = "{'scope':'#/properties/a','schema':{'not':{'const':1}}}";
    const char *leaf = "{'type':'LEAF','scope':'#/properties/a','expectedValue':1}";
    const char *both = "{'type':'AND','conditions':[{'scope':'#/properties/a',"
                       "'schema':{'const':1}},{'type':'OR','conditions':["
                       "{'type':'LEAF','scope':'#/properties/b','expectedValue':'x'},"
                       "{'type':'LEAF','scope':'#/properties/c/properties/d',"
                       "'expectedValue':true}]}]}";

    (void)state;
    assert_true(rule_says(schema, "{'a':1}"));
    assert_true(rule_says(schema, "{'a':1.0}"));
    assert_false(rule_says(schema, "{'a':2}"));
    assert_false(rule_says(schema, "{}"));
    assert_false(rule_says(strict, "{}"));
    assert_true(rule_says(strict, "{'a':3}"));
    assert_true(rule_says(loose, "{}"));
    assert_true(rule_says(leaf, "{'a':1}"));
    assert_false(rule_says(leaf, "{'a':'1'}"));
    assert_false(rule_says(leaf, "{}"));
    assert_true(rule_says(both, "{'a':1,'b':'x'}"));
    assert_true(rule_says(both, "{'a':1,'c':{'d':true}}"));
    assert_false(rule_says(both, "{'a':1}"));
    assert_false(rule_says(both, "{'b':'x'}"));
    assert_true(rule_says("{'scope':'#','schema':{'required':['a']}}", "{'a':1}"));
    assert_false(rule_says("{'scope':'#','schema':{'required':['a']}}", "{}"));
}

static void a_rule_tells_what_it_reads(void **state)
{
    json_t *definition =
        fixture_json("{'effect':'HIDE','condition':{'type':'OR','conditions':["
                     "{'type':'LEAF','scope':'#/properties/b','expectedValue':'x'},"
                     "{'scope':'#/properties/c/properties/d','schema':{}}]}}");
    struct rule *rule;

    (void)state;
    assert_int_equal(rule_compile(&rule, definition, NULL, NULL), 0);
    assert_int_equal(rule_effect(rule), RULE_HIDE);
    assert_int_equal(rule_dependency_count(rule), 2);
    assert_string_equal(rule_dependency(rule, 0), "/b");
    assert_string_equal(rule_dependency(rule, 1), "/c/d");
    rule_free(rule);
    json_decref(definition);
}

static void conditions_of_the_schema_make_answers_required(void **state)
{
    struct form *form =
        fixture_form("{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'},"
                     "'c':{'type':'string'}},'dependentRequired':{'b':['c']},"
                     "'allOf':[{'if':{'properties':{'a':{'const':'x'}},'required':['a']},"
                     "'then':{'required':['b']}}]}",
                     NULL, NULL);
    json_t *answers = fixture_json("{'a':'x'}");
    const char **names = form_required_by_condition(form, answers);

    (void)state;
    assert_false(form_is_plain(form));
    assert_string_equal(names[0], "b");
    assert_null(names[1]);
    free((void *)names);
    json_object_set_new(answers, "a", json_string("y"));
    json_object_set_new(answers, "b", json_string("y"));
    names = form_required_by_condition(form, answers);
    assert_string_equal(names[0], "c");
    free((void *)names);
    json_decref(answers);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_input_is_told_by_its_schema),
        cmocka_unit_test(an_amount_of_another_kind_is_no_money),
        cmocka_unit_test(options_are_followed_or_harmless),
        cmocka_unit_test(a_generated_layout_begins_with_what_is_required),
        cmocka_unit_test(a_missing_layout_is_generated),
        cmocka_unit_test(labels_follow_the_translations),
        cmocka_unit_test(keys_of_translations_stand_where_json_forms_has_them),
        cmocka_unit_test(a_label_without_translation_in_one_language_is_shown_in_the_other),
        cmocka_unit_test(references_in_the_schema_are_followed),
        cmocka_unit_test(an_unknown_element_degrades_with_a_remark),
        cmocka_unit_test(an_answer_of_no_known_type_is_edited_as_json),
        cmocka_unit_test(bad_definitions_name_the_place),
        cmocka_unit_test(bad_rules_are_refused),
        cmocka_unit_test(too_deep_or_too_large_is_refused),
        cmocka_unit_test(conditions_hold_as_in_json_forms),
        cmocka_unit_test(a_rule_tells_what_it_reads),
        cmocka_unit_test(conditions_of_the_schema_make_answers_required),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
