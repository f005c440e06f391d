/* Reading what a clerk types, and writing it back. */
#include "tests/unit/form_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms/answer.h"
#include "forms/answer_date.h"

struct asked {
    struct form *form;
    const struct form_control *control;
};

static struct asked ask(const char *property, const char *options)
{
    struct asked asked;
    char schema[1024];
    char layout[1024];

    snprintf(schema, sizeof(schema), "{'type':'object','properties':{'a':%s}}", property);
    snprintf(layout, sizeof(layout), "{'type':'Control','scope':'#/properties/a','options':{%s}}",
             options);
    asked.form = fixture_form(schema, layout, NULL);
    asked.control = form_root(asked.form)->control;
    return asked;
}

/* What `typed` is read as: canonical JSON, "" when empty, "?" before it when it was unreadable. */
static const char *read_as(const struct asked *asked, const char *typed,
                           enum form_language language)
{
    static char text[400];
    struct answer_context context = {language, {2026, 11, 24}, -300};
    json_t *value;
    enum answer_reading reading = answer_read(asked->control, typed, &context, &value);
    char *json = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

    snprintf(text, sizeof(text), "%s%s", reading == ANSWER_UNREADABLE ? "?" : "",
             json != NULL ? json : "");
    free(json);
    json_decref(value);
    return text;
}

static void dates_are_read_in_any_usual_form(void **state)
{
    static const struct {
        const char *typed;
        const char *french;
        const char *english;
    } cases[] = {
        {"2026-11-24", "\"2026-11-24\"", "\"2026-11-24\""},
        {"2026/1/4", "\"2026-01-04\"", "\"2026-01-04\""},
        {"20261124", "\"2026-11-24\"", "\"2026-11-24\""},
        {"24 nov 2026", "\"2026-11-24\"", "\"2026-11-24\""},
        {"24nov2026", "\"2026-11-24\"", "\"2026-11-24\""},
        {"mardi le 24 novembre 2026", "\"2026-11-24\"", "\"2026-11-24\""},
        {"Nov. 24th, 2026", "\"2026-11-24\"", "\"2026-11-24\""},
        {"1er août 1987", "\"1987-08-01\"", "\"1987-08-01\""},
        {"3 févr. 87", "\"1987-02-03\"", "\"1987-02-03\""},
        {"24/12/1987", "\"1987-12-24\"", "\"1987-12-24\""},
        {"03/04/1987", "\"1987-04-03\"", "\"1987-03-04\""},
        {"24121987", "\"1987-12-24\"", "\"1987-12-24\""},
        {"5 mai", "\"2026-05-05\"", "\"2026-05-05\""},
        {"aujourd'hui", "\"2026-11-24\"", "\"2026-11-24\""},
        {"hier", "\"2026-11-23\"", "\"2026-11-23\""},
        {"tomorrow", "\"2026-11-25\"", "\"2026-11-25\""},
        {"29 feb 2024", "\"2024-02-29\"", "\"2024-02-29\""},
        {"29 feb 2023", "?\"29 feb 2023\"", "?\"29 feb 2023\""},
        {"3 jui 2020", "?\"3 jui 2020\"", "?\"3 jui 2020\""},
        {"2026-13-01", "?\"2026-13-01\"", "?\"2026-13-01\""},
        {"soon", "?\"soon\"", "?\"soon\""},
        {"  ", "", ""},
    };
    struct asked asked = ask("{'type':'string','format':'date'}", "");

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(read_as(&asked, cases[i].typed, FORM_FRENCH), cases[i].french);
        assert_string_equal(read_as(&asked, cases[i].typed, FORM_ENGLISH), cases[i].english);
    }
    form_free(asked.form);
}

/* A day before or after, over the end of a month and of a year. */
static void a_relative_date_counts_the_calendar(void **state)
{
    static const struct {
        struct answer_day today;
        const char *typed;
        struct answer_day day;
    } cases[] = {
        {{2026, 12, 31}, "demain", {2027, 1, 1}},   {{2026, 1, 1}, "hier", {2025, 12, 31}},
        {{2026, 11, 30}, "demain", {2026, 12, 1}},  {{2026, 3, 1}, "hier", {2026, 2, 28}},
        {{2028, 3, 1}, "yesterday", {2028, 2, 29}}, {{2028, 2, 28}, "tomorrow", {2028, 2, 29}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct answer_context context = {FORM_FRENCH, cases[i].today, 0};
        struct answer_day day;

        assert_true(answer_read_day(cases[i].typed, &context, &day));
        assert_int_equal(day.year, cases[i].day.year);
        assert_int_equal(day.month, cases[i].day.month);
        assert_int_equal(day.day, cases[i].day.day);
    }
}

static void times_are_read(void **state)
{
    struct asked plain = ask("{'type':'string'}", "'format':'time'");
    struct asked zoned = ask("{'type':'string','format':'time'}", "");
    struct asked both = ask("{'type':'string','format':'date-time'}", "");

    (void)state;
    assert_string_equal(read_as(&plain, "14h30", FORM_FRENCH), "\"14:30:00\"");
    assert_string_equal(read_as(&plain, "14 h", FORM_FRENCH), "\"14:00:00\"");
    assert_string_equal(read_as(&plain, "930", FORM_FRENCH), "\"09:30:00\"");
    assert_string_equal(read_as(&plain, "2:30 p.m.", FORM_ENGLISH), "\"14:30:00\"");
    assert_string_equal(read_as(&plain, "12am", FORM_ENGLISH), "\"00:00:00\"");
    assert_string_equal(read_as(&plain, "midi", FORM_FRENCH), "\"12:00:00\"");
    assert_string_equal(read_as(&plain, "25:00", FORM_FRENCH), "?\"25:00\"");
    assert_string_equal(read_as(&zoned, "14:30", FORM_FRENCH), "\"14:30:00-05:00\"");
    assert_string_equal(read_as(&both, "24 nov 2026 14:30", FORM_FRENCH),
                        "\"2026-11-24T14:30:00-05:00\"");
    assert_string_equal(read_as(&both, "2026-11-24T14:30", FORM_FRENCH),
                        "\"2026-11-24T14:30:00-05:00\"");
    assert_string_equal(read_as(&both, "24 nov 2026", FORM_FRENCH), "?\"24 nov 2026\"");
    form_free(plain.form);
    form_free(zoned.form);
    form_free(both.form);
}

static void numbers_take_comma_or_point(void **state)
{
    struct asked whole = ask("{'type':'integer'}", "");
    struct asked number = ask("{'type':'number'}", "");

    (void)state;
    assert_string_equal(read_as(&whole, "1 234", FORM_FRENCH), "1234");
    assert_string_equal(read_as(&whole, "1,234", FORM_ENGLISH), "1234");
    assert_string_equal(read_as(&whole, "007", FORM_ENGLISH), "7");
    assert_string_equal(read_as(&whole, "-12,0", FORM_FRENCH), "-12");
    assert_string_equal(read_as(&whole, "12a", FORM_FRENCH), "?\"12a\"");
    assert_string_equal(read_as(&whole, "1,5", FORM_FRENCH), "?\"1,5\"");
    assert_string_equal(read_as(&whole, "99999999999999999999", FORM_FRENCH),
                        "?\"99999999999999999999\"");
    assert_string_equal(read_as(&number, "12,5", FORM_FRENCH), "12.5");
    assert_string_equal(read_as(&number, ",5", FORM_FRENCH), "0.5");
    assert_string_equal(read_as(&number, "1,234", FORM_FRENCH), "1.234");
    assert_string_equal(read_as(&number, "1,234.5", FORM_ENGLISH), "1234.5");
    assert_string_equal(read_as(&number, "1.234.567,5", FORM_FRENCH), "1234567.5");
    assert_string_equal(read_as(&number, "1.2.3", FORM_FRENCH), "?\"1.2.3\"");
    assert_string_equal(read_as(&number, "-", FORM_FRENCH), "?\"-\"");
    /* What would be kept as another number is not read as one. */
    assert_string_equal(read_as(&number, "12345678901234567890.12", FORM_ENGLISH),
                        "?\"12345678901234567890.12\"");
    assert_string_equal(read_as(&number, "0.1234567890123456", FORM_ENGLISH),
                        "?\"0.1234567890123456\"");
    assert_string_equal(read_as(&number, "123456789012.50", FORM_ENGLISH), "123456789012.5");
    form_free(whole.form);
    form_free(number.form);
}

static void money_is_kept_as_the_schema_has_it(void **state)
{
    struct asked cents = ask("{'type':'integer'}", "'format':'money'");
    struct asked object = ask("{'type':'object','properties':{'amount':{'type':'integer'},"
                              "'currency':{'const':'CAD'}}}",
                              "");
    struct asked dollars = ask("{'type':'object','properties':{'amount':{'type':'integer'},"
                               "'currency':{'enum':['USD','CAD']}}}",
                               "");

    (void)state;
    assert_string_equal(read_as(&cents, "34,5 $", FORM_FRENCH), "3450");
    assert_string_equal(read_as(&cents, "$1,234.50", FORM_ENGLISH), "123450");
    assert_string_equal(read_as(&cents, "-0,05", FORM_FRENCH), "-5");
    assert_string_equal(read_as(&cents, "1,234", FORM_FRENCH), "?\"1,234\"");
    assert_string_equal(read_as(&object, "12", FORM_FRENCH),
                        "{\"amount\":1200,\"currency\":\"CAD\"}");
    assert_string_equal(read_as(&dollars, "12", FORM_FRENCH),
                        "{\"amount\":1200,\"currency\":\"USD\"}");
    form_free(dollars.form);
    form_free(cents.form);
    form_free(object.form);
}

static void postal_codes_and_phones_are_put_in_their_form(void **state)
{
    struct asked spaced = ask("{'type':'string','pattern':'^[A-Z][0-9][A-Z] [0-9][A-Z][0-9]$'}",
                              "'format':'postal-code'");
    struct asked tight = ask("{'type':'string','pattern':'^[A-Z][0-9][A-Z][0-9][A-Z][0-9]$'}",
                             "'format':'postal-code'");
    struct asked phone = ask("{'type':'string'}", "'format':'phone'");
    struct asked world = ask("{'type':'string','pattern':'^[+]1[0-9]{10}$'}", "'format':'phone'");

    (void)state;
    assert_string_equal(read_as(&spaced, "k1a0b1", FORM_FRENCH), "\"K1A 0B1\"");
    assert_string_equal(read_as(&spaced, "kia-ob1", FORM_FRENCH), "\"K1A 0B1\"");
    assert_string_equal(read_as(&tight, "k1a 0b1", FORM_FRENCH), "\"K1A0B1\"");
    assert_string_equal(read_as(&spaced, "k1a 0b", FORM_FRENCH), "\"k1a 0b\"");
    assert_string_equal(read_as(&phone, "(514) 555 0199", FORM_FRENCH), "\"514-555-0199\"");
    assert_string_equal(read_as(&phone, "1-514-555-0199 poste 12", FORM_FRENCH),
                        "\"514-555-0199 x12\"");
    assert_string_equal(read_as(&phone, "+33 1 42 68 53 00", FORM_FRENCH), "\"+33 1 42 68 53 00\"");
    assert_string_equal(read_as(&world, "514.555.0199", FORM_FRENCH), "\"+15145550199\"");
    form_free(spaced.form);
    form_free(tight.form);
    form_free(phone.form);
    form_free(world.form);
}

static void capitals_are_given_where_the_pattern_wants_them(void **state)
{
    struct asked licence = ask("{'type':'string','pattern':'^[A-Z][0-9]{4}$'}", "");

    (void)state;
    assert_string_equal(read_as(&licence, "t1234", FORM_FRENCH), "\"T1234\"");
    assert_string_equal(read_as(&licence, "t123", FORM_FRENCH), "\"t123\"");
    form_free(licence.form);
}

static void a_web_address_gets_its_scheme(void **state)
{
    struct asked site = ask("{'type':'string','format':'uri'}", "");

    (void)state;
    assert_string_equal(read_as(&site, "exemple.ca/a", FORM_FRENCH), "\"https://exemple.ca/a\"");
    assert_string_equal(read_as(&site, "http://exemple.ca", FORM_FRENCH), "\"http://exemple.ca\"");
    assert_string_equal(read_as(&site, "not an address", FORM_FRENCH), "\"not an address\"");
    form_free(site.form);
}

static void choices_are_found_by_their_first_letters(void **state)
{
    struct asked one = ask("{'oneOf':[{'const':'qc','title':'Québec'},"
                           "{'const':'nb','title':'Nouveau-Brunswick'},"
                           "{'const':'ns','title':'Nouvelle-Écosse'}]}",
                           "");
    struct asked many =
        ask("{'type':'array','uniqueItems':true,'items':{'enum':['red','blue']}}", "");
    struct asked yes = ask("{'type':'boolean'}", "");
    size_t found[3];

    (void)state;
    assert_string_equal(read_as(&one, "que", FORM_FRENCH), "\"qc\"");
    assert_string_equal(read_as(&one, "bruns", FORM_FRENCH), "\"nb\"");
    assert_string_equal(read_as(&one, "nouvelle e", FORM_FRENCH), "\"ns\"");
    assert_string_equal(read_as(&one, "ns", FORM_FRENCH), "\"ns\"");
    assert_string_equal(read_as(&one, "zzz", FORM_FRENCH), "?\"zzz\"");
    assert_int_equal(answer_match_choices(one.control, "nou", FORM_FRENCH, found, 3), 2);
    assert_int_equal(found[0], 1);
    assert_int_equal(answer_match_choices(one.control, "", FORM_FRENCH, found, 3), 3);
    assert_string_equal(read_as(&many, "blue, red", FORM_FRENCH), "[\"blue\",\"red\"]");
    assert_string_equal(read_as(&yes, "o", FORM_FRENCH), "true");
    assert_string_equal(read_as(&yes, "No", FORM_FRENCH), "false");
    assert_string_equal(read_as(&yes, "maybe", FORM_FRENCH), "?\"maybe\"");
    form_free(one.form);
    form_free(many.form);
    form_free(yes.form);
}

/* The whole label before those that begin with it; a label of the other language is one too. */
static void the_best_choice_comes_first(void **state)
{
    struct form *form =
        fixture_form("{'type':'object','properties':{'a':{'enum':['yukonais','yukon','white']}}}",
                     "{'type':'Control','scope':'#/properties/a'}",
                     "{'fr':{'a.white':'Blanc'},'en':{'a.white':'White'}}");
    struct asked one = {form, form_root(form)->control};

    (void)state;
    assert_string_equal(read_as(&one, "yuk", FORM_FRENCH), "\"yukonais\"");
    assert_string_equal(read_as(&one, "Yukon", FORM_FRENCH), "\"yukon\"");
    assert_string_equal(read_as(&one, "bla", FORM_FRENCH), "\"white\"");
    assert_string_equal(read_as(&one, "bla", FORM_ENGLISH), "\"white\"");
    form_free(form);
}

/* Other text than what is suggested is an answer all the same, and no choice stands for it. */
static void a_suggestion_is_no_obligation(void **state)
{
    struct asked town = ask("{'type':'string'}", "'suggestion':['Gatineau','Hull']");

    (void)state;
    assert_true(town.control->suggestions);
    assert_string_equal(read_as(&town, "Gat", FORM_FRENCH), "\"Gat\"");
    assert_string_equal(read_as(&town, "Hull", FORM_FRENCH), "\"Hull\"");
    form_free(town.form);
}

static void assert_written(const char *property, const char *options, const char *value,
                           const char *text, const char *french, const char *english)
{
    struct asked asked = ask(property, options);
    json_t *json = fixture_json(value);
    char *written = answer_text(asked.control, json, FORM_FRENCH);
    char *spoken = answer_spoken(asked.control, json, FORM_FRENCH);

    assert_string_equal(written, text);
    assert_string_equal(spoken, french);
    free(spoken);
    spoken = answer_spoken(asked.control, json, FORM_ENGLISH);
    assert_string_equal(spoken, english);
    free(spoken);
    free(written);
    json_decref(json);
    form_free(asked.form);
}

static void answers_are_written_for_editing_and_for_reading(void **state)
{
    (void)state;
    assert_written("{'type':'string','format':'date'}", "", "'2026-11-24'", "2026-11-24",
                   "mardi 24 novembre 2026", "Tuesday, November 24, 2026");
    assert_written("{'type':'string','format':'date'}", "", "'2026-05-01'", "2026-05-01",
                   "vendredi 1er mai 2026", "Friday, May 1, 2026");
    assert_written("{'type':'string','format':'date'}", "", "'soon'", "soon", "soon", "soon");
    assert_written("{'type':'string','format':'date-time'}", "", "'2026-11-24T14:30:00-05:00'",
                   "2026-11-24 14:30", "mardi 24 novembre 2026, 14 h 30",
                   "Tuesday, November 24, 2026, 2:30 p.m.");
    assert_written("{'type':'integer'}", "'format':'money'", "123450", "1234,50",
                   "1\xe2\x80\xaf"
                   "234,50\xc2\xa0$",
                   "$1,234.50");
    assert_written("{'type':'number'}", "", "0.1", "0,1", "0,1", "0.1");
    assert_written("{'type':'integer'}", "", "12345", "12345",
                   "12\xe2\x80\xaf"
                   "345",
                   "12,345");
    assert_written("{'type':'boolean'}", "", "true", "Oui", "Oui", "Yes");
    assert_written("{'enum':['a','b']}", "", "'b'", "b", "b", "b");
    assert_written("{'type':'integer'}", "", "'12a'", "12a", "12a", "12a");
    /* Edited as JSON: what is none stays as typed, a text that reads as another value is quoted. */
    assert_written("{}", "", "'[1, 2'", "[1, 2", "[1, 2", "[1, 2");
    assert_written("{}", "", "'12'", "\"12\"", "\"12\"", "\"12\"");
    assert_written("{}", "", "{'a':2.1}", "{\"a\":2.1}", "{\"a\":2.1}", "{\"a\":2.1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_read_in_any_usual_form),
        cmocka_unit_test(a_relative_date_counts_the_calendar),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(numbers_take_comma_or_point),
        cmocka_unit_test(money_is_kept_as_the_schema_has_it),
        cmocka_unit_test(postal_codes_and_phones_are_put_in_their_form),
        cmocka_unit_test(capitals_are_given_where_the_pattern_wants_them),
        cmocka_unit_test(a_web_address_gets_its_scheme),
        cmocka_unit_test(choices_are_found_by_their_first_letters),
        cmocka_unit_test(the_best_choice_comes_first),
        cmocka_unit_test(a_suggestion_is_no_obligation),
        cmocka_unit_test(answers_are_written_for_editing_and_for_reading),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
