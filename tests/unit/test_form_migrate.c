/* Drafts of older versions of a form: what migrations do, and that nothing is lost by them. */
#include "tests/unit/form_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/form_migrate.h"

/* A form of version 3 with these migrations. */
static struct form *form_of(const char *schema, const char *migrations, struct error *error)
{
    json_t *body = json_pack("{s:s, s:i, s:o, s:o}", "key", "t/form", "version", 3, "schema",
                             fixture_json(schema), "migrations", fixture_json(migrations));
    struct form *form;

    form_compile(&form, body, error);
    json_decref(body);
    return form;
}

static const char open_schema[] = "{'type':'object'}";

/* Migrates and compares answers and what was put aside. */
static void assert_migrated(const char *schema, const char *migrations, int64_t from,
                            const char *answers, const char *expected, const char *aside)
{
    struct error error = ERROR_INIT;
    struct form *form = form_of(schema, migrations, &error);
    struct form_migration migration;
    json_t *before = fixture_json(answers);
    json_t *untouched = json_deep_copy(before);
    json_t *after = fixture_json(expected);
    json_t *apart = fixture_json(aside);

    if (form == NULL)
        fail_msg("%s", error.message);
    if (form_migrate(form, from, before, &migration, &error) != 0)
        fail_msg("%s", error.message);
    if (json_equal(migration.answers, after) != 1)
        fail_msg("answers: %s", json_dumps(migration.answers, 0));
    if (json_equal(migration.aside, apart) != 1)
        fail_msg("aside: %s", json_dumps(migration.aside, 0));
    assert_true(json_equal(before, untouched));
    form_migration_clear(&migration);
    json_decref(before);
    json_decref(untouched);
    json_decref(after);
    json_decref(apart);
    form_free(form);
}

static void answers_move_and_change_word(void **state)
{
    (void)state;
    assert_migrated(open_schema,
                    "[{'from':2,'answers':[{'move':'/phone','to':'/contact/phone'},"
                    "{'map':'/status','values':{'single':'unmarried'}},"
                    "{'default':'/country','value':'CA'},{'drop':'/fax'}]}]",
                    2, "{'phone':'1','status':'single','fax':'2','name':'Zoe'}",
                    "{'contact':{'phone':'1'},'status':'unmarried','country':'CA','name':'Zoe'}",
                    "{'/fax':'2'}");
    /* What was answered is no default's to change. */
    assert_migrated(open_schema, "[{'from':2,'answers':[{'default':'/country','value':'CA'}]}]", 2,
                    "{'country':'FR'}", "{'country':'FR'}", "{}");
}

static void versions_are_passed_one_by_one(void **state)
{
    static const char steps[] = "[{'from':2,'answers':[{'move':'/b','to':'/c'}]},"
                                "{'from':1,'answers':[{'move':'/a','to':'/b'}]}]";

    (void)state;
    assert_migrated(open_schema, steps, 1, "{'a':1}", "{'c':1}", "{}");
    assert_migrated(open_schema, steps, 2, "{'a':1,'b':2}", "{'a':1,'c':2}", "{}");
    assert_migrated(open_schema, steps, 3, "{'a':1}", "{'a':1}", "{}");
}

static void what_can_not_move_is_put_aside(void **state)
{
    (void)state;
    assert_migrated(open_schema, "[{'from':2,'answers':[{'move':'/a','to':'/b'}]}]", 2,
                    "{'a':1,'b':2}", "{'b':2}", "{'/a':1}");
    assert_migrated(open_schema, "[{'from':2,'answers':[{'move':'/a','to':'/b/c'}]}]", 2,
                    "{'a':1,'b':'text'}", "{'b':'text'}", "{'/a':1}");
    /* Two of one name do not cover one another. */
    assert_migrated(open_schema,
                    "[{'from':1,'answers':[{'drop':'/a'},{'move':'/z','to':'/a'}]},"
                    "{'from':2,'answers':[{'drop':'/a'}]}]",
                    1, "{'a':1,'z':2}", "{}", "{'/a':1,'/a\\u0027':2}");
}

static void an_answer_moves_into_its_own_place(void **state)
{
    (void)state;
    assert_migrated(open_schema, "[{'from':2,'answers':[{'move':'/name','to':'/name/first'}]}]", 2,
                    "{'name':'Zoe'}", "{'name':{'first':'Zoe'}}", "{}");
    assert_migrated(open_schema, "[{'from':2,'answers':[{'move':'/name/first','to':'/name'}]}]", 2,
                    "{'name':{'first':'Zoe'}}", "{'name':'Zoe'}", "{}");
}

static void what_the_schema_does_not_know_is_put_aside(void **state)
{
    static const char schema[] = "{'type':'object','properties':{'a':{'type':'string'}}}";
    static const char open[] = "{'type':'object','properties':{'a':{'type':'string'}},"
                               "'additionalProperties':true}";

    (void)state;
    assert_migrated(schema, "[{'from':2,'answers':[]}]", 2, "{'a':'x','gone':{'b':1}}", "{'a':'x'}",
                    "{'/gone':{'b':1}}");
    assert_migrated(open, "[{'from':2,'answers':[]}]", 2, "{'a':'x','free':1}",
                    "{'a':'x','free':1}", "{}");
}

static void without_a_way_nothing_is_migrated(void **state)
{
    struct form *form = form_of(open_schema, "[{'from':1,'answers':[]}]", NULL);
    struct form_migration migration;
    struct error error = ERROR_INIT;
    json_t *answers = fixture_json("{'a':1}");

    (void)state;
    assert_int_equal(form_migrate(form, 1, answers, &migration, &error), ERROR_NOT_FOUND);
    assert_string_equal(error.message, "the form does not say how version 2 becomes version 3");
    assert_null(migration.answers);
    assert_int_equal(form_migrate(form, 4, answers, &migration, &error), ERROR_NOT_FOUND);
    json_decref(answers);
    form_free(form);
}

static void wrong_migrations_are_refused_by_place(void **state)
{
    static const char *const cases[][2] = {
        {"{}", "/migrations: must be an array"},
        {"[{'answers':[]}]", "/migrations/0/from: must be a version below 3"},
        {"[{'from':3,'answers':[]}]", "/migrations/0/from: must be a version below 3"},
        {"[{'from':1,'answers':{}}]", "/migrations/0/answers: must be an array"},
        {"[{'from':1,'answers':[{'keep':'/a'}]}]",
         "/migrations/0/answers/0: must have move, drop, default or map"},
        {"[{'from':1,'answers':[{'drop':'a'}]}]",
         "/migrations/0/answers/0: the answer must be a JSON Pointer, such as \"/fax\""},
        {"[{'from':1,'answers':[{'move':'/a','to':'b'}]}]",
         "/migrations/0/answers/0: \"to\" must be a JSON Pointer"},
        {"[{'from':1,'answers':[{'drop':'/a'},{'map':'/a','values':[]}]}]",
         "/migrations/0/answers/1: \"values\" must be an object: old text to new value"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = ERROR_INIT;

        assert_null(form_of(open_schema, cases[i][0], &error));
        assert_string_equal(error.message, cases[i][1]);
    }
}

/* --- answers without a field ----------------------------------------------------------------- */

static void what_has_no_field_is_written_down(void **state)
{
    struct form *form =
        fixture_form("{'type':'object','properties':{'a':{'type':'string'},'b':{'type':'string'}}}",
                     "{'type':'Control','scope':'#/properties/a'}", NULL);
    struct fill *fill = fixture_fill(form, "{'a':'here','b':'no field'}");
    json_t *aside = fixture_json("{'/fax':{'value':'514','version':1,"
                                 "'label':{'fr':'T\xc3\xa9l\xc3\xa9"
                                 "copieur','en':'Fax'}},"
                                 "'/old':{'value':{'x':1},'version':1}}");
    char *text;

    (void)state;
    fill_set_aside(fill, aside);
    text = fill_to_text(fill, 60);
    assert_non_null(strstr(text, "Answers put aside\n"));
    assert_non_null(strstr(text, "Fax: 514\n"));
    assert_non_null(strstr(text, "old: {\"x\":1}\n"));
    assert_non_null(strstr(text, "b: no field\n"));
    free(text);
    fill_set_language(fill, FORM_FRENCH);
    text = fill_to_text(fill, 60);
    assert_non_null(strstr(text, "T\xc3\xa9l\xc3\xa9"
                                 "copieur\xc2\xa0: 514\n"));
    free(text);
    json_decref(aside);
    fill_free(fill);
    form_free(form);
}

/* --- marks ----------------------------------------------------------------------------------- */

static void marks_outlive_the_filling(void **state)
{
    json_t *body = json_pack("{s:s, s:o, s:o}", "key", "t/f", "schema",
                             fixture_json("{'type':'object','properties':{'a':{'type':'string'},"
                                          "'b':{'type':'string'}}}"),
                             "known", fixture_json("{'a':'name'}"));
    json_t *client = fixture_json("{'name':'Zoe'}");
    json_t *changed = fixture_json("{'a':'Zoe','b':'theirs'}");
    struct form *form;
    struct fill *fill;
    json_t *known, *where;

    (void)state;
    assert_int_equal(form_compile(&form, body, NULL), 0);
    fill = fixture_fill(form, NULL);
    fill_offer(fill, client, NULL);
    /* Offered is not taken: without the client's consent nothing is known. */
    known = fill_known(fill);
    assert_int_equal(json_object_size(known), 0);
    json_decref(known);
    assert_true(fill_offer_take(fill));
    fill_receive(fill, changed, NULL);
    known = fill_known(fill);
    where = fill_state(fill);
    fill_free(fill);

    fill = fixture_fill(form, "{'a':'Zoe','b':'theirs'}");
    assert_false(fixture_line(fill, "/a")->known);
    fill_known_receive(fill, known);
    fill_restore(fill, where);
    assert_true(fixture_line(fill, "/a")->known);
    assert_true(fixture_line(fill, "/b")->received);
    fixture_enter(fill, "/a", "Ann");
    json_decref(known);
    known = fill_known(fill);
    assert_int_equal(json_object_size(known), 0);
    json_decref(known);
    json_decref(where);
    json_decref(client);
    json_decref(changed);
    json_decref(body);
    fill_free(fill);
    form_free(form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_move_and_change_word),
        cmocka_unit_test(versions_are_passed_one_by_one),
        cmocka_unit_test(what_can_not_move_is_put_aside),
        cmocka_unit_test(an_answer_moves_into_its_own_place),
        cmocka_unit_test(what_the_schema_does_not_know_is_put_aside),
        cmocka_unit_test(without_a_way_nothing_is_migrated),
        cmocka_unit_test(wrong_migrations_are_refused_by_place),
        cmocka_unit_test(what_has_no_field_is_written_down),
        cmocka_unit_test(marks_outlive_the_filling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
