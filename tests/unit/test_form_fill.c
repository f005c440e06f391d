/* Filling a form, without a screen. */
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
    fill_answer(fill, json_false());
    fill_next(fill);
    assert_focus(fill, "/code");
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
    fill_free(fill);
    form_free(form);
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
        cmocka_unit_test(an_answer_is_taken_when_the_field_is_left),
        cmocka_unit_test(faults_are_shown_when_it_is_time),
        cmocka_unit_test(what_can_not_be_read_is_kept_as_typed),
        cmocka_unit_test(the_forms_own_words_are_used_for_a_fault),
        cmocka_unit_test(rules_show_and_hide),
        cmocka_unit_test(rules_lock_and_open),
        cmocka_unit_test(progress_counts_the_required),
        cmocka_unit_test(review_shows_every_fault_and_the_next_one_is_found),
        cmocka_unit_test(conditions_between_fields_are_checked_while_typing),
        cmocka_unit_test(undo_goes_back_to_the_field_and_redo_again),
        cmocka_unit_test(items_are_added_moved_and_removed),
        cmocka_unit_test(rules_inside_an_item_read_that_item),
        cmocka_unit_test(a_list_of_scalars_has_a_field_for_each),
        cmocka_unit_test(a_required_object_not_begun_tells_its_fields),
        cmocka_unit_test(categories_are_pages),
        cmocka_unit_test(choices_are_toggled_in_their_order),
        cmocka_unit_test(what_is_typed_is_said_as_understood),
        cmocka_unit_test(changes_from_elsewhere_leave_focus_and_typing_alone),
        cmocka_unit_test(text_of_a_field_that_went_away_is_kept),
        cmocka_unit_test(a_hand_off_lands_on_the_very_field),
        cmocka_unit_test(known_answers_are_offered_and_marked),
        cmocka_unit_test(hidden_answers_are_dropped_where_the_form_says_so),
        cmocka_unit_test(each_recipient_needs_its_consent),
        cmocka_unit_test(the_whole_form_is_written_as_text),
        cmocka_unit_test(a_fault_without_a_field_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
