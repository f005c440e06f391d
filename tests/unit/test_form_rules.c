/* What the rules of a layout do to the fields: every effect, alone, nested and together. */
#include "tests/unit/form_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A field `a` under a rule that reads `on`. */
static struct form *ruled_form(const char *effect, bool readonly, const char *condition)
{
    char schema[400];
    char layout[900];

    snprintf(schema, sizeof(schema),
             "{'type':'object','properties':{'on':{'type':'boolean'},'n':{'type':'number'},"
             "'a':{'type':'string'%s}},'$defs':{'yes':{'const':true}}}",
             readonly ? ",'readOnly':true" : "");
    snprintf(layout, sizeof(layout),
             "{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/on'},"
             "{'type':'Control','scope':'#/properties/n'},"
             "{'type':'Control','scope':'#/properties/a','rule':{'effect':'%s','condition':%s}}]}",
             effect, condition);
    return fixture_form(schema, layout, NULL);
}

#define ON "{'type':'LEAF','scope':'#/properties/on','expectedValue':true}"

static void assert_field(const struct fill *fill, bool visible, bool enabled)
{
    assert_int_equal(fixture_line(fill, "/a")->visible, visible);
    assert_int_equal(fixture_line(fill, "/a")->enabled, enabled);
}

static void every_effect_follows_its_condition(void **state)
{
    static const struct {
        const char *effect;
        bool readonly;
        bool visible[2]; /* without, with what the condition asks */
        bool enabled[2];
    } cases[] = {
        {"SHOW", false, {false, true}, {true, true}},
        {"HIDE", false, {true, false}, {true, true}},
        {"ENABLE", false, {true, true}, {false, true}},
        {"DISABLE", false, {true, true}, {true, false}},
        {"READONLY", false, {true, true}, {true, false}},
        {"WRITABLE", false, {true, true}, {false, true}},
        /* What the schema locks only WRITABLE opens. */
        {"ENABLE", true, {true, true}, {false, false}},
        {"DISABLE", true, {true, true}, {false, false}},
        {"READONLY", true, {true, true}, {false, false}},
        {"WRITABLE", true, {true, true}, {false, true}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct form *form = ruled_form(cases[i].effect, cases[i].readonly, ON);
        struct fill *fill = fixture_fill(form, NULL);

        assert_field(fill, cases[i].visible[0], cases[i].enabled[0]);
        fixture_enter(fill, "/on", "yes");
        assert_field(fill, cases[i].visible[1], cases[i].enabled[1]);
        fixture_enter(fill, "/on", "no");
        assert_field(fill, cases[i].visible[0], cases[i].enabled[0]);
        fill_free(fill);
        form_free(form);
    }
}

/* Conditions as the library of the web has them, each told by one change of an answer. */
static void conditions_are_followed_while_filling(void **state)
{
    static const struct {
        const char *condition;
        const char *yes;
        const char *no;
    } cases[] = {
        {"{'type':'SCHEMA_BASED','scope':'#/properties/on','schema':{'const':true}}", "{'on':true}",
         "{'on':false}"},
        {"{'scope':'#/properties/on','schema':{'$ref':'#/$defs/yes'}}", "{'on':true}",
         "{'on':false}"},
        {"{'type':'LEAF','scope':'#/properties/n','expectedValue':2}", "{'n':2.0}", "{'n':2.5}"},
        {"{'type':'AND','conditions':[" ON ",{'type':'LEAF','scope':'#/properties/n',"
         "'expectedValue':1}]}",
         "{'on':true,'n':1}", "{'on':true,'n':2}"},
        {"{'type':'OR','conditions':[" ON ",{'type':'LEAF','scope':'#/properties/n',"
         "'expectedValue':1}]}",
         "{'on':false,'n':1}", "{'on':false,'n':2}"},
        {"{'scope':'#','schema':{'required':['n']}}", "{'n':1}", "{'on':true}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct form *form = ruled_form("SHOW", false, cases[i].condition);
        struct fill *fill = fixture_fill(form, cases[i].no);
        json_t *answers = fixture_json(cases[i].yes);

        if (fixture_line(fill, "/a")->visible)
            fail_msg("shown: %s", cases[i].condition);
        assert_true(fill_receive(fill, answers, NULL) > 0);
        if (!fixture_line(fill, "/a")->visible)
            fail_msg("not shown: %s", cases[i].condition);
        json_decref(answers);
        fill_free(fill);
        form_free(form);
    }
}

static void a_hidden_field_keeps_its_value_and_is_no_fault(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'on':{'type':'boolean'},'a':{'type':'integer'},"
        "'b':{'type':'string'}},'required':['b']}",
        "{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/on'},"
        "{'type':'Group','label':'Both','elements':["
        "{'type':'Control','scope':'#/properties/a'},{'type':'Control','scope':'#/properties/b'}],"
        "'rule':{'effect':'HIDE','condition':" ON "}}]}",
        NULL);
    struct fill *fill = fixture_fill(form, NULL);
    size_t answered;
    size_t required;
    char *text;

    (void)state;
    fixture_enter(fill, "/a", "ten");
    assert_int_equal(fill_review(fill), 2);
    fixture_enter(fill, "/on", "yes");
    /* The group hides with all that is in it. */
    assert_false(fixture_line(fill, "/a")->visible);
    assert_false(fixture_line(fill, "/b")->visible);
    text = fill_to_text(fill, 80);
    assert_null(strstr(text, "Both"));
    free(text);
    assert_string_equal(fixture_answers(fill), "{'a':'ten','on':true}");
    assert_int_equal(fill_review(fill), 0);
    assert_false(fill_next_fault(fill));
    fill_progress(fill, &answered, &required);
    assert_int_equal(required, 0);
    fixture_enter(fill, "/on", "no");
    assert_true(fixture_line(fill, "/a")->visible);
    text = fill_text(fill, fill_find(fill, "/a"));
    assert_string_equal(text, "ten");
    free(text);
    assert_int_equal(fill_review(fill), 2);
    fill_free(fill);
    form_free(form);
}

/* The outer rule and the inner one must both let a field be seen; the inner lock counts last. */
static void rules_stand_inside_of_rules(void **state)
{
    struct form *form = fixture_form(
        "{'type':'object','properties':{'on':{'type':'boolean'},'n':{'type':'integer'},"
        "'a':{'type':'string'},'b':{'type':'string'}}}",
        "{'type':'VerticalLayout','elements':[{'type':'Control','scope':'#/properties/on'},"
        "{'type':'Control','scope':'#/properties/n'},"
        "{'type':'Group','label':'G','rule':{'effect':'SHOW','condition':" ON "},'elements':["
        "{'type':'Control','scope':'#/properties/a','rule':{'effect':'SHOW','condition':"
        "{'scope':'#/properties/n','schema':{'minimum':5},'failWhenUndefined':true}}},"
        "{'type':'Control','scope':'#/properties/b','rule':{'effect':'DISABLE','condition':"
        "{'scope':'#/properties/n','schema':{'minimum':5},'failWhenUndefined':true}}}]}]}",
        NULL);
    struct fill *fill = fixture_fill(form, "{'n':7}");

    (void)state;
    assert_false(fixture_line(fill, "/a")->visible);
    fixture_enter(fill, "/on", "yes");
    assert_true(fixture_line(fill, "/a")->visible);
    assert_true(fixture_line(fill, "/b")->visible);
    assert_false(fixture_line(fill, "/b")->enabled);
    fixture_enter(fill, "/n", "2");
    assert_false(fixture_line(fill, "/a")->visible);
    assert_true(fixture_line(fill, "/b")->enabled);
    fixture_enter(fill, "/n", "7");
    fixture_enter(fill, "/on", "no");
    assert_false(fixture_line(fill, "/a")->visible);
    assert_false(fixture_line(fill, "/b")->visible);
    fill_free(fill);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_effect_follows_its_condition),
        cmocka_unit_test(conditions_are_followed_while_filling),
        cmocka_unit_test(a_hidden_field_keeps_its_value_and_is_no_fault),
        cmocka_unit_test(rules_stand_inside_of_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
