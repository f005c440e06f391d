/* Life events: what a step may say, and that every shipped event reaches all its steps, names only
 * what is in the catalogue, gives each thing once, and speaks both languages. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/definition.h"
#include "forms/fill.h"
#include "forms/life_event.h"

/* --- compiling -------------------------------------------------------------------------------- */

static struct record *record_of(enum record_type type, const char *key, json_t *body)
{
    struct id id = id_from_key(record_type_name(type), key);
    struct record *record = record_new(type, &id);

    assert_non_null(body);
    json_decref(record->body);
    record->body = body;
    json_object_set_new(record->body, "key", json_string(key));
    return record;
}

static struct record *event_of(const char *steps)
{
    json_error_t where;
    json_t *list = json_loads(steps, 0, &where);

    if (list == NULL)
        fail_msg("%s: %s", where.text, steps);
    return record_of(RECORD_LIFE_EVENT, "sample/test", json_pack("{s:o}", "steps", list));
}

static void expect_refused(const char *steps, const char *message)
{
    struct record *record = event_of(steps);
    struct error error = ERROR_INIT;

    if (definition_check(record, &error) == 0 || strstr(error.message, message) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.message, message);
    record_free(record);
}

#define REASON "\"reason\": {\"fr\": \"r\", \"en\": \"r\"}"

static void a_wrong_step_is_refused_by_its_place(void **state)
{
    (void)state;
    expect_refused("[{\"id\": \"a\", \"stage\": \"now\"," REASON "}]",
                   "steps/0: about no service, form or agency");
    expect_refused("[{\"id\": \"a\", \"stage\": \"now\", \"service\": \"s\"}]",
                   "steps/0: reason: missing");
    expect_refused("[{\"id\": \"a\", \"stage\": \"ever\", \"service\": \"s\"," REASON "}]",
                   "steps/0: stage: neither");
    expect_refused("[{\"id\": \"a\", \"stage\": \"now\", \"service\": \"s\"," REASON "},"
                   " {\"id\": \"a\", \"stage\": \"now\", \"service\": \"t\"," REASON "}]",
                   "steps/1: id: \"a\" is given twice");
    expect_refused("[{\"id\": \"a\", \"stage\": \"now\", \"service\": \"s\", \"agency\": {}," REASON
                   "}]",
                   "steps/0: about a service and an agency");
    expect_refused("[{\"id\": \"a\", \"stage\": \"now\", \"service\": \"s\"," REASON
                   ", \"when\": {\"type\": 5}}]",
                   "steps/0/when: ");
    expect_refused("[{\"id\": \"a23456789 123456789 123456789 123456789 123456789 123456789 "
                   "123456789 123456789 123456789\", \"stage\": \"now\", \"service\": \"s\"," REASON
                   "}]",
                   "over 100 bytes");
}

static void steps_come_by_stage_then_as_listed(void **state)
{
    struct record *record =
        event_of("[{\"id\": \"last\", \"stage\": \"later\", \"service\": \"x/s\"," REASON "},"
                 " {\"id\": \"first\", \"stage\": \"now\", \"service\": \"t\"," REASON "},"
                 " {\"id\": \"second\", \"stage\": \"now\", \"form\": \"f\"," REASON
                 ", \"when\": {\"required\": [\"child\"]}}]");
    struct life_event *event;
    json_t *answers = json_pack("{s:b}", "child", 1);

    (void)state;
    assert_int_equal(life_event_compile(&event, record, NULL), 0);
    record_free(record);
    assert_int_equal(life_event_step_count(event), 3);
    assert_string_equal(life_event_step(event, 0)->id, "first");
    assert_string_equal(life_event_step(event, 0)->name, "sample/test#first");
    assert_string_equal(life_event_step(event, 0)->service, "sample/t");
    assert_string_equal(life_event_step(event, 1)->id, "second");
    assert_null(life_event_step(event, 1)->service);
    assert_string_equal(life_event_step(event, 1)->form, "sample/f");
    assert_string_equal(life_event_step(event, 2)->service, "x/s");
    assert_true(life_event_step_holds(event, 0, NULL));
    assert_false(life_event_step_holds(event, 1, NULL));
    assert_true(life_event_step_holds(event, 1, answers));
    json_decref(answers);
    life_event_free(event);
}

/* --- the shipped events ----------------------------------------------------------------------- */

/* The records of a file of the sample, by id. New. */
static json_t *sample_read(const char *file)
{
    const char *top = getenv("abs_top_srcdir");
    char path[4096];
    json_t *document, *record, *found = json_object();
    size_t i;

    snprintf(path, sizeof(path), "%s/app/sample/%s", top != NULL ? top : ".", file);
    document = json_load_file(path, 0, NULL);
    assert_non_null(document);
    json_array_foreach(json_object_get(document, "records"), i, record)
        json_object_set(found, json_text_or(record, "id", ""), record);
    json_decref(document);
    return found;
}

static void assert_bilingual(const json_t *value, const char *where)
{
    const char *french = json_text_or(value, "fr", ""), *english = json_text_or(value, "en", "");

    if (*french == '\0' || *english == '\0')
        fail_msg("%s: not in both languages", where);
}

/* What a step is about, to find it given twice. */
static const char *subject_of(const struct life_event_step *step)
{
    return step->service != NULL ? step->service
           : step->form != NULL  ? step->form
                                 : json_text_or(step->agency, "id", "");
}

struct walk {
    const struct life_event *event;
    const struct form *form;
    const json_t *properties; /* of the questionnaire's schema; borrowed */
    json_t *answers;
    size_t held[64], missed[64];
};

/* One set of answers, as the screen gives them: without those of hidden fields. */
static void try_answers(struct walk *walk)
{
    const struct answer_context context = {.language = FORM_FRENCH, .today = {2026, 11, 27}};
    size_t count = life_event_step_count(walk->event), chosen = 0;
    json_t *seen = json_object();
    struct fill *fill;

    assert_int_equal(fill_new(&fill, walk->form, walk->answers, &context, NULL), 0);
    fill_strip_hidden(fill);
    assert_int_equal(fill_review(fill), 0);
    for (size_t i = 0; i < count; i++) {
        const struct life_event_step *step = life_event_step(walk->event, i);

        if (!life_event_step_holds(walk->event, i, fill_answers(fill))) {
            walk->missed[i]++;
            continue;
        }
        chosen++;
        walk->held[i]++;
        if (json_object_get(seen, subject_of(step)) != NULL)
            fail_msg("%s: %s is listed twice", step->name, subject_of(step));
        json_object_set_new(seen, subject_of(step), json_true());
    }
    if (chosen == 0)
        fail_msg("%s: an empty list", life_event_step(walk->event, 0)->name);
    json_decref(seen);
    fill_free(fill);
}

/* Every combination of every answer that the questionnaire offers, from this question on. */
static void try_all(struct walk *walk, void *question)
{
    json_t *properties = (json_t *)(uintptr_t)walk->properties;
    const char *name;
    json_t *choice;
    void *next;
    size_t i;

    if (question == NULL) {
        try_answers(walk);
        return;
    }
    name = json_object_iter_key(question);
    next = json_object_iter_next(properties, question);
    for (int yes = 0; json_object_get(json_object_iter_value(question), "oneOf") == NULL && yes < 2;
         yes++) {
        json_object_set_new(walk->answers, name, json_boolean(yes));
        try_all(walk, next);
    }
    json_array_foreach(json_object_get(json_object_iter_value(question), "oneOf"), i, choice)
    {
        json_object_set(walk->answers, name, json_object_get(choice, "const"));
        try_all(walk, next);
    }
}

static void check_texts(const struct life_event_step *step, const json_t *services,
                        const json_t *forms)
{
    const json_t *service =
        json_object_get(services, step->service == NULL ? "" : step->service + 7);

    assert_bilingual(step->reason, step->name);
    if (step->deadline != NULL)
        assert_bilingual(step->deadline, step->name);
    if (step->agency != NULL)
        assert_bilingual(json_object_get(step->agency, "title"), step->name);
    if (json_object_get(step->agency, "how") != NULL)
        assert_bilingual(json_object_get(step->agency, "how"), step->name);
    if (step->service != NULL && (service == NULL || json_object_get(service, "moved_to") != NULL ||
                                  json_bool_or(service, "ended", false)))
        fail_msg("%s: %s is not offered", step->name, step->service);
    if (step->form != NULL && json_object_get(forms, step->form + 7) == NULL)
        fail_msg("%s: %s is no form", step->name, step->form);
}

static bool has_condition(const json_t *body, const char *id)
{
    json_t *step;
    size_t i;

    json_array_foreach(json_object_get(body, "steps"), i, step)
    {
        if (strcmp(json_text_or(step, "id", ""), id) == 0)
            return json_object_get(step, "when") != NULL;
    }
    return false;
}

static void check_event(const char *id, json_t *body, const json_t *services, const json_t *forms,
                        const json_t *questionnaires)
{
    char key[200];
    struct walk walk = {.answers = json_object()};
    struct life_event *event = NULL;
    struct form *form = NULL;
    struct record *record, *definition;
    struct error error = ERROR_INIT;

    snprintf(key, sizeof(key), "sample/%s", id);
    record = record_of(RECORD_LIFE_EVENT, key, json_incref(body));
    snprintf(key, sizeof(key), "sample/%s", json_text_or(body, "questionnaire", ""));
    definition = record_of(
        RECORD_FORM, key,
        json_incref(json_object_get(questionnaires, json_text_or(body, "questionnaire", ""))));
    assert_string_equal(json_text_or(definition->body, "event", ""), id);
    if (life_event_compile(&event, record, &error) != 0 ||
        form_compile(&form, definition->body, &error) != 0)
        fail_msg("%s: %s", id, error.message);
    walk.event = event;
    walk.form = form;
    walk.properties = json_object_get(json_object_get(definition->body, "schema"), "properties");
    assert_true(life_event_step_count(event) >= 8 && life_event_step_count(event) <= 64);
    try_all(&walk, json_object_iter((json_t *)(uintptr_t)walk.properties));
    for (size_t i = 0; i < life_event_step_count(event); i++) {
        const struct life_event_step *step = life_event_step(event, i);

        check_texts(step, services, forms);
        if (walk.held[i] == 0)
            fail_msg("%s is for nobody", step->name);
        if (has_condition(body, step->id) != (walk.missed[i] > 0))
            fail_msg("%s has a condition that everybody meets", step->name);
    }
    json_decref(walk.answers);
    life_event_free(event);
    form_free(form);
    record_free(record);
    record_free(definition);
}

static void every_shipped_event_is_whole(void **state)
{
    json_t *events = sample_read("life-events.json"), *services = sample_read("services.json");
    json_t *forms = sample_read("forms.json");
    json_t *questionnaires = sample_read("questionnaires.json");
    const char *id;
    json_t *body;

    (void)state;
    assert_true(json_object_size(events) >= 10);
    /* Each has its own; a questionnaire of another kind belongs to none. */
    assert_true(json_object_size(questionnaires) >= json_object_size(events));
    json_object_foreach(events, id, body) check_event(id, body, services, forms, questionnaires);
    json_decref(events);
    json_decref(services);
    json_decref(forms);
    json_decref(questionnaires);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_step_is_refused_by_its_place),
        cmocka_unit_test(steps_come_by_stage_then_as_listed),
        cmocka_unit_test(every_shipped_event_is_whole),
    };

    return cmocka_run_group_tests_name("life event", tests, NULL, NULL);
}
