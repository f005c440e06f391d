/* A filling shared: other terminals, the client's file, recipients, text. */
#include "tests/unit/form_fixture.h"

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

static struct form *person_form(void)
{
    return fixture_form(PERSON, PERSON_LAYOUT, NULL);
}

static void assert_focus(const struct fill *fill, const char *pointer)
{
    assert_string_equal(fill_line(fill, fill_current(fill))->pointer, pointer);
}

static void changes_from_elsewhere_leave_focus_and_typing_alone(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);
    json_t *answers = fixture_json("{'name':'Zoe','age':33}");
    const char *name;
    const json_t *value;

    (void)state;
    fixture_enter(fill, "/age", "40");
    fixture_type(fill, "/name", "An");
    /* The age was not yet told: it stays. */
    assert_int_equal(fill_receive(fill, answers, NULL), 1);
    assert_focus(fill, "/name");
    assert_string_equal(fill_typed(fill), "An");
    assert_string_equal(fixture_answers(fill), "{'age':40,'name':'Zoe'}");
    assert_true(fixture_line(fill, "/name")->received);
    assert_true(fill_next_change(fill, &name, &value));
    assert_false(fill_next_change(fill, &name, &value));
    assert_int_equal(fill_receive(fill, answers, NULL), 1);
    assert_string_equal(fixture_answers(fill), "{'age':33,'name':'Zoe'}");
    /* Undo does not take another's answer back. */
    fill_revert(fill);
    assert_false(fill_undo(fill));
    json_decref(answers);
    fill_free(fill);
    form_free(form);
}

static void text_of_a_field_that_went_away_is_kept(void **state)
{
    struct form *form = fixture_form(FAMILY, FAMILY_LAYOUT, NULL);
    struct fill *fill = fixture_fill(form, "{'children':[{'name':'Léa'},{'name':'Tom'}]}");
    json_t *answers = fixture_json("{'children':[{'name':'Léa'}]}");

    (void)state;
    fixture_type(fill, "/children/1/name", "Thomas");
    assert_int_equal(fill_receive(fill, answers, NULL), 1);
    assert_null(fill_typed(fill));
    assert_string_equal(fill_stranded(fill), "Thomas");
    json_decref(answers);
    fill_free(fill);
    form_free(form);
}

static void a_hand_off_lands_on_the_very_field(void **state)
{
    struct form *form = person_form();
    struct fill *fill = fixture_fill(form, NULL);
    struct fill *other = fixture_fill(form, NULL);
    json_t *kept;

    (void)state;
    fixture_type(fill, "/code", "H2X");
    kept = fill_state(fill);
    fill_restore(other, kept);
    assert_focus(other, "/code");
    assert_string_equal(fill_typed(other), "H2X");
    json_decref(kept);
    fill_free(fill);
    fill_free(other);
    form_free(form);
}

static struct form *shared_form(void)
{
    json_t *body = fixture_json(
        "{'key':'t/f','version':1,'title':{'fr':'Essai','en':'Trial'},'strip_hidden':true,"
        "'known':{'code':'postal_code','name':'name'},"
        "'recipients':[{'id':'one','title':{'fr':'Un','en':'One'},'answers':['name'],"
        "'consent':{'fr':'Oui?','en':'Yes?'}},{'id':'two','title':{'en':'Two'},'answers':[]}]}");
    struct form *form;
    struct error error = ERROR_INIT;

    json_object_set_new(body, "schema", fixture_json(PERSON));
    json_object_set_new(body, "layout", fixture_json(PERSON_LAYOUT));
    if (form_compile(&form, body, &error) != 0)
        fail_msg("%s", error.message);
    json_decref(body);
    return form;
}

static void known_answers_are_offered_and_marked(void **state)
{
    struct form *form = shared_form();
    struct fill *fill = fixture_fill(form, NULL);
    json_t *client = fixture_json("{'name':'Anne','postal_code':'h2x1y4'}");

    (void)state;
    assert_int_equal(fill_offer(fill, client, NULL), 0);
    assert_int_equal(fill_offer_count(fill), 2);
    assert_string_equal(fixture_answers(fill), "{}");
    assert_string_equal(fill_offer_text(fill, fill_find(fill, "/code")), "H2X 1Y4");
    assert_true(fill_offer_take(fill));
    assert_true(fixture_line(fill, "/name")->known);
    assert_int_equal(fill_offer_take_all(fill), 1);
    assert_int_equal(fill_offer_count(fill), 0);
    assert_string_equal(fixture_answers(fill), "{'code':'H2X 1Y4','name':'Anne'}");
    fixture_enter(fill, "/name", "Bea");
    assert_false(fixture_line(fill, "/name")->known);
    json_decref(client);
    fill_free(fill);
    form_free(form);
}

static void hidden_answers_are_dropped_where_the_form_says_so(void **state)
{
    struct form *form = shared_form();
    struct fill *fill = fixture_fill(form, "{'married':false,'name':'Anne','spouse':'Bob'}");
    const char *name;
    const json_t *value;

    (void)state;
    fill_strip_hidden(fill);
    assert_string_equal(fixture_answers(fill), "{'married':false,'name':'Anne'}");
    assert_true(fill_next_change(fill, &name, &value));
    assert_string_equal(name, "spouse");
    assert_null(value);
    fill_free(fill);
    form_free(form);

    form = person_form();
    fill = fixture_fill(form, "{'married':false,'spouse':'Bob'}");
    fill_strip_hidden(fill);
    assert_string_equal(fixture_answers(fill), "{'married':false,'spouse':'Bob'}");
    fill_free(fill);
    form_free(form);
}

/* Whether the first and the second recipient are written as told. */
static void assert_marks(const struct fill *fill, bool first, bool second)
{
    char *text = fill_to_text(fill, 80);
    const char *mark = strstr(text, "\n[");

    assert_non_null(mark);
    assert_int_equal(mark[2], first ? 'x' : ' ');
    mark = strstr(mark + 1, "\n[");
    assert_non_null(mark);
    assert_int_equal(mark[2], second ? 'x' : ' ');
    free(text);
}

static void each_recipient_needs_its_consent(void **state)
{
    struct form *form = shared_form();
    struct fill *fill = fixture_fill(form, NULL);
    json_t *consents;

    (void)state;
    assert_false(fill_consent(fill, 0));
    assert_true(fill_consent(fill, 1));
    fill_consent_set(fill, 0, true);
    assert_true(fill_consent(fill, 0));
    consents = fill_consents(fill);
    assert_true(json_is_true(json_object_get(consents, "one")));
    json_decref(consents);
    assert_marks(fill, true, true);
    /* Withdrawn after the submission: not written as agreed to, needed or not. */
    fill_withhold(fill, 0, true);
    fill_withhold(fill, 1, true);
    assert_marks(fill, false, false);
    fill_withhold(fill, 1, false);
    assert_marks(fill, false, true);
    fill_free(fill);
    form_free(form);
}

static void the_whole_form_is_written_as_text(void **state)
{
    struct form *form = shared_form();
    struct fill *fill = fixture_fill(form, "{'name':'Anne','married':true,'spouse':'B\\u001bob'}");
    char *text;

    (void)state;
    fill_set_language(fill, FORM_FRENCH);
    text = fill_to_text(fill, 40);
    assert_non_null(strstr(text, "Essai\n====="));
    assert_non_null(strstr(text, "Name\xc2\xa0: Anne\n"));
    assert_non_null(strstr(text, "Married\xc2\xa0: Oui\n"));
    assert_non_null(strstr(text, "Code\xc2\xa0: -\n"));
    assert_non_null(strstr(text, "[ ] Un\n"));
    assert_null(strchr(text, '\x1b'));
    free(text);
    fill_free(fill);
    form_free(form);
}

/* Long answers go on below, four columns further in; what is hidden is left out; faults are told.
 */
static void the_text_is_as_wide_as_the_paper(void **state)
{
    struct form *form = shared_form();
    struct fill *fill = fixture_fill(
        form, "{'name':'one two three four five six seven','married':false,'spouse':'Bob'}");
    char *text = fill_to_text(fill, 30);

    (void)state;
    assert_non_null(strstr(text, "Name: one two three four five\n    six seven [At most 6\n"
                                 "    characters]\n"));
    assert_null(strstr(text, "Spouse"));
    free(text);
    fill_free(fill);
    form_free(form);
}

static void a_fault_without_a_field_is_told(void **state)
{
    struct form *form =
        fixture_form("{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'}},"
                     "'required':['b']}",
                     "{'type':'Control','scope':'#/properties/a'}", NULL);
    struct fill *fill = fixture_fill(form, NULL);

    (void)state;
    assert_int_equal(fill_review(fill), 1);
    assert_int_equal(fill_stray_count(fill), 1);
    assert_non_null(strstr(fill_stray(fill, 0), "b: "));
    fill_free(fill);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_from_elsewhere_leave_focus_and_typing_alone),
        cmocka_unit_test(text_of_a_field_that_went_away_is_kept),
        cmocka_unit_test(a_hand_off_lands_on_the_very_field),
        cmocka_unit_test(known_answers_are_offered_and_marked),
        cmocka_unit_test(hidden_answers_are_dropped_where_the_form_says_so),
        cmocka_unit_test(each_recipient_needs_its_consent),
        cmocka_unit_test(the_whole_form_is_written_as_text),
        cmocka_unit_test(the_text_is_as_wide_as_the_paper),
        cmocka_unit_test(a_fault_without_a_field_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
