/* What a client opens with a code, over real HTTP: where their case stands, and the questionnaire.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/continue.h"
#include "app/json.h"
#include "tests/unit/server_fixture.h"

#define LATER_MS (INT64_C(3600) * 1000)

static const char form_text[] =
    "{\"version\": 1, \"title\": {\"fr\": \"Q\"}, \"schema\": {\"type\": \"object\", \"required\": "
    "[\"overall\"], \"additionalProperties\": false, \"properties\": {\"overall\": {\"type\": "
    "\"string\", \"oneOf\": [{\"const\": \"5\", \"title\": \"good\"}], \"i18n\": \"overall\"}, "
    "\"again\": {\"type\": \"boolean\", \"title\": \"Again?\"}, \"comment\": {\"type\": "
    "\"string\", \"maxLength\": 20}}}, \"translations\": {\"fr\": {\"overall.label\": \"Satisfait "
    "<b>?\", \"overall.5\": \"très\"}}}";

/* A case of a French client, with both codes. */
struct matter {
    struct id id;
    char reference[ID_REFERENCE_SIZE];
    struct continue_code status, questionnaire;
};

static json_t *grant(struct server_fixture *f, struct continue_code *code, const char *form)
{
    struct continue_grant made;
    json_t *value;

    assert_int_equal(continue_grant_make(code, &made, &f->ledger.actors[BEN].agent,
                                         clock_system(NULL), clock_system(NULL) + LATER_MS, NULL),
                     0);
    value = continue_grant_to_json(&made);
    if (form != NULL)
        json_object_set_new(value, "form", json_string(form));
    return value;
}

static struct matter make_matter(struct server_fixture *f)
{
    struct ledger_fixture *l = &f->ledger;
    json_t *client = fixture_client("sample/b"), *body = fixture_case(l, BEN, "sample/b");
    struct matter matter;
    struct id client_id;

    json_object_set_new(client, "name", json_string("Zoé Roy"));
    json_object_set_new(client, "language", json_string("fr"));
    client_id = fixture_make(l, BEN, RECORD_CLIENT, client);
    fixture_publish(l, RECORD_FORM, "sample/satisfaction", json_loads(form_text, 0, NULL));
    matter.id = fixture_id(l);
    id_reference(&matter.id, 'C', matter.reference);
    json_object_set_new(body, "client", json_string(client_id.text));
    json_object_set_new(body, "reference", json_string(matter.reference));
    json_object_set_new(body, "missing", json_string("la <photo>"));
    json_object_set_new(body, "status_code", grant(f, &matter.status, NULL));
    json_object_set_new(body, "questionnaire",
                        grant(f, &matter.questionnaire, "sample/satisfaction"));
    fixture_applied(l, BEN,
                    fixture_operation(l, BEN, OPERATION_APPEND, RECORD_CASE, &matter.id, 0, body));
    fixture_applied(l, BEN,
                    fixture_operation(l, BEN, OPERATION_CLAIM, RECORD_CASE, &matter.id, 1,
                                      json_pack("{s:s}", "status", "information-missing")));
    return matter;
}

struct place {
    char text[200];
};

static struct place status_path(const char *reference, const struct continue_code *code)
{
    struct place place;

    snprintf(place.text, sizeof(place.text), "/v1/status/%s?code=%s", reference, code->text);
    return place;
}

static struct place form_path(const struct continue_code *code, const char *end)
{
    struct place place;

    snprintf(place.text, sizeof(place.text), "/v1/questionnaire/%s%s", code->text, end);
    return place;
}

/* Another code of the same group. */
static struct continue_code wrong(const struct continue_code *code)
{
    struct continue_code other;

    do
        other = continue_code_make();
    while (strcmp(other.text, code->text) == 0);
    return other;
}

/* --- the status ------------------------------------------------------------------------------- */

static void the_status_tells_nothing_personal(void **state)
{
    struct server_fixture *f = *state;
    struct matter matter = make_matter(f);
    struct place path = status_path(matter.reference, &matter.status);
    struct call call = {.path = path.text};
    json_t *status = server_json(f, &call);
    char *text = json_dumps(status, 0);

    assert_string_equal(json_text_or(status, "reference", ""), matter.reference);
    assert_string_equal(json_text_or(status, "status", ""), "information-missing");
    assert_string_equal(json_text_or(status, "words", ""),
                        "Il nous manque quelque chose de votre part.");
    assert_string_equal(json_text_or(status, "missing", ""), "la <photo>");
    assert_string_equal(json_text_or(status, "language", ""), "fr");
    assert_null(strstr(text, "Zo"));
    assert_null(strstr(text, matter.id.text));
    free(text);
    json_decref(status);
    /* The code may stand in a header, and the reference be typed in any way. */
    call = (struct call){.path = "/v1/status/nothing"};
    server_expect_problem(f, &call, 400, "bad-parameter");
}

static void the_page_has_no_script_and_escapes(void **state)
{
    struct server_fixture *f = *state;
    struct matter matter = make_matter(f);
    struct place path = status_path(matter.reference, &matter.status);
    struct call call = {.path = path.text, .headers = {"Accept: text/html,*/*;q=0.8"}};
    struct answer answer;

    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.headers, "content-type: text/html; charset=utf-8"));
    assert_non_null(strstr(answer.headers, "content-security-policy: default-src 'none'"));
    assert_non_null(strstr(answer.headers, "referrer-policy: no-referrer"));
    assert_non_null(strstr(answer.headers, "cache-control: no-store"));
    assert_non_null(strstr(answer.body, "<html lang=\"fr\">"));
    assert_non_null(strstr(answer.body, "la &lt;photo&gt;"));
    assert_null(strstr(answer.body, "<script"));
    answer_clear(&answer);
    /* Without a code the page asks for it. */
    snprintf(path.text, sizeof(path.text), "/v1/status/%s", matter.reference);
    server_call(f, &call, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "name=\"code\""));
    answer_clear(&answer);
}

/* Wrong code, unknown reference, mistyped code: the same words. */
static void unknown_and_wrong_are_one_answer(void **state)
{
    struct server_fixture *f = *state;
    struct matter matter = make_matter(f);
    struct continue_code other = wrong(&matter.status), mistyped = matter.status;
    struct id nobody = fixture_id(&f->ledger);
    char reference[ID_REFERENCE_SIZE];
    struct place paths[3];
    char *first = NULL;

    id_reference(&nobody, 'C', reference);
    mistyped.text[11] = mistyped.text[11] == '2' ? '3' : '2';
    paths[0] = status_path(matter.reference, &other);
    paths[1] = status_path(reference, &matter.status);
    paths[2] = status_path(matter.reference, &mistyped);
    for (int i = 0; i < 3; i++) {
        struct call call = {.path = paths[i].text};
        struct answer answer;

        server_call(f, &call, &answer);
        assert_int_equal(answer.status, 404);
        /* But for the name of the request. */
        *strstr(answer.body, ",\"request\"") = '\0';
        if (first != NULL)
            assert_string_equal(answer.body, first);
        else
            first = strdup(answer.body);
        answer_clear(&answer);
    }
    free(first);
}

static void guessing_is_held_up(void **state)
{
    struct server_fixture *f = *state;
    struct matter matter = make_matter(f);
    struct answer answer;
    long status = 0;

    for (int i = 0; i < 12 && status != 429; i++) {
        struct continue_code other = wrong(&matter.status);
        struct place path = status_path(matter.reference, &other);
        struct call call = {.path = path.text};

        server_call(f, &call, &answer);
        status = answer.status;
        if (status == 429)
            assert_non_null(strstr(answer.headers, "retry-after: "));
        else
            assert_true(i <= 10);
        answer_clear(&answer);
    }
    assert_int_equal(status, 429);
}

/* --- the questionnaire ------------------------------------------------------------------------ */

/* The submissions on the case that Ben sees. */
static json_t *submissions(struct server_fixture *f, const struct id *matter)
{
    json_t *page = fixture_desk(&f->ledger, BEN, 0, 1000, NULL), *list = json_array();
    const json_t *document;
    size_t i;

    json_array_foreach(page, i, document)
    {
        json_t *body = json_object_get(document, "body");

        if (strcmp(json_text_or(document, "type", ""), "submission") == 0 &&
            strcmp(json_text_or(body, "case", ""), matter->text) == 0)
            json_array_append(list, body);
    }
    json_decref(page);
    return list;
}

static void it_is_answered_once(void **state)
{
    struct server_fixture *f = *state;
    struct matter matter = make_matter(f);
    struct place path = form_path(&matter.questionnaire, "");
    struct call get = {.path = path.text};
    struct call bad = {.path = path.text, .body = "{\"answers\": {\"overall\": \"9\"}}"};
    struct call good = {.path = path.text,
                        .body = "{\"answers\": {\"overall\": \"5\", \"again\": true}}"};
    json_t *document = server_json(f, &get), *list;

    assert_string_equal(json_text_or(json_object_get(document, "form"), "key", ""),
                        "sample/satisfaction");
    json_decref(document);
    assert_int_equal(server_trail_count(f, "kind = 'read' AND type = 'case' AND client <> '' "
                                           "AND what = 'questionnaire page'"),
                     1);
    server_expect_problem(f, &bad, 422, "invalid-answers");
    json_decref(server_json(f, &good));
    assert_int_equal(server_trail_count(f, "what = 'questionnaire answers'"), 2);
    server_expect_problem(f, &good, 404, "not-found");
    server_expect_problem(f, &get, 404, "not-found");
    list = submissions(f, &matter.id);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_text_or(json_array_get(list, 0), "status", ""), "submitted");
    assert_string_equal(
        json_text_or(json_object_get(json_array_get(list, 0), "answers"), "overall", ""), "5");
    json_decref(list);
}

static void it_is_answered_on_its_page(void **state)
{
    struct server_fixture *f = *state;
    struct matter matter = make_matter(f);
    struct place path = form_path(&matter.questionnaire, "");
    struct place post = form_path(&matter.questionnaire, "/page");
    struct call get = {.path = path.text, .headers = {"Accept: text/html"}};
    struct call bad = {.path = post.text,
                       .body = "again=false&comment=%3Cb%3E",
                       .type = "application/x-www-form-urlencoded"};
    struct call good = {.path = post.text,
                        .body = "overall=5&again=false&comment=tr%C3%A8s+bien&send=1",
                        .type = "application/x-www-form-urlencoded"};
    struct answer answer;
    json_t *list;

    server_call(f, &get, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "<legend>Satisfait &lt;b&gt;? <abbr"));
    assert_non_null(strstr(answer.body, "value=\"5\"> très"));
    answer_clear(&answer);
    server_call(f, &bad, &answer);
    assert_int_equal(answer.status, 422);
    /* What was typed is there again. */
    assert_non_null(strstr(answer.body, "&lt;b&gt;</textarea>"));
    answer_clear(&answer);
    server_call(f, &good, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "Merci"));
    answer_clear(&answer);
    list = submissions(f, &matter.id);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(
        json_text_or(json_object_get(json_array_get(list, 0), "answers"), "comment", ""),
        "très bien");
    json_decref(list);
}

static void it_can_be_declined(void **state)
{
    struct server_fixture *f = *state;
    struct matter matter = make_matter(f);
    struct place path = form_path(&matter.questionnaire, "");
    struct call call = {.path = path.text, .body = "{\"declined\": true}"};
    json_t *list, *document = NULL;

    json_decref(server_json(f, &call));
    server_expect_problem(f, &call, 404, "not-found");
    list = submissions(f, &matter.id);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    assert_int_equal(fixture_read(&f->ledger, BEN, RECORD_CASE, &matter.id, &document), 0);
    assert_non_null(json_object_get(
        json_object_get(json_object_get(document, "body"), "questionnaire"), "declined_at"));
    json_decref(document);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, server_fixture_setup, server_fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_status_tells_nothing_personal),
        TEST(the_page_has_no_script_and_escapes),
        TEST(unknown_and_wrong_are_one_answer),
        TEST(guessing_is_held_up),
        TEST(it_is_answered_once),
        TEST(it_is_answered_on_its_page),
        TEST(it_can_be_declined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
