/* Every shipped form compiles, has texts in both languages, and can be filled and submitted. */
#include "tests/unit/form_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"

/* The records of app/sample/forms.json; new reference. */
static json_t *sample_forms(void)
{
    const char *top = getenv("abs_top_srcdir");
    char path[4096];
    json_t *document;
    const char *name;
    json_t *member;
    json_t *list = NULL;

    snprintf(path, sizeof(path), "%s/app/sample/forms.json", top != NULL ? top : ".");
    document = json_load_file(path, 0, NULL);
    assert_non_null(document);
    json_object_foreach(document, name, member) if (json_is_array(member)) list =
        json_incref(member);
    json_decref(document);
    assert_non_null(list);
    return list;
}

static void assert_labels(const struct form_element *element)
{
    bool named = element->kind == FORM_CONTROL || element->kind == FORM_CATEGORY;

    for (int language = 0; named && language < FORM_LANGUAGE_COUNT; language++)
        if (*element->label.text[language] == '\0')
            fail_msg("a label is missing: %s", element->control->path);
    assert_string_equal(form_text_in(&element->remark, FORM_ENGLISH), "");
    for (size_t i = 0; i < element->child_count; i++)
        assert_labels(element->children[i]);
    if (element->control != NULL && element->control->item != NULL)
        assert_labels(element->control->item);
}

static void every_form_compiles_and_has_its_labels(void **state)
{
    json_t *forms = sample_forms();
    json_t *body;
    size_t i;

    (void)state;
    assert_int_equal(json_array_size(forms), 9);
    json_array_foreach(forms, i, body)
    {
        struct error error = ERROR_INIT;
        struct form *form;

        if (form_compile(&form, body, &error) != 0)
            fail_msg("%s: %s", json_text_or(body, "id", "?"), error.message);
        assert_labels(form_root(form));
        form_free(form);
    }
    json_decref(forms);
}

/* A text that fits a field: what a clerk might type. */
static const char *fitting_text(const struct form_control *control)
{
    const char *pattern = json_text_or(control->schema, "pattern", "");

    switch (control->input) {
    case FORM_INPUT_DATE:
        return "3 mars 2026";
    case FORM_INPUT_INTEGER:
    case FORM_INPUT_NUMBER:
        return json_integer_or(control->schema, "minimum", 0) > 2 ? "1 000" : "2";
    case FORM_INPUT_MONEY:
        return "12,50";
    case FORM_INPUT_BOOLEAN:
        return "oui";
    case FORM_INPUT_TIME:
        return "14h30";
    case FORM_INPUT_DATE_TIME:
        return "3 mars 2026 14h30";
    case FORM_INPUT_CHOICE:
    case FORM_INPUT_CHOICES:
        return form_text_in(&control->choices[0].label, FORM_FRENCH);
    default:
        break;
    }
    if (control->style == FORM_STYLE_POSTAL_CODE)
        return "g1r4p5";
    if (control->style == FORM_STYLE_PHONE)
        return "418 555 0101";
    if (control->style == FORM_STYLE_EMAIL)
        return "nom@exemple.ca";
    if (strcmp(json_text_or(control->schema, "format", ""), "uri") == 0)
        return "exemple.ca";
    return *pattern == '\0' ? "Rue des Érables" : NULL;
}

/* Fills field after field as a clerk would, adding an item where one is wanted. */
static void fill_everything(struct fill *fill)
{
    size_t guard = 0;

    do {
        size_t index = fill_current(fill);
        const struct fill_line *line = fill_line(fill, index);
        const struct form_control *control = line->element->control;

        if (line->kind == FILL_LIST) {
            if (json_array_size(fill_value(fill, index)) == 0 && fill_item_add(fill))
                index = fill_current(fill);
            else
                continue;
            line = fill_line(fill, index);
            control = line->element->control;
        }
        if (fitting_text(control) != NULL)
            fill_type(fill, fitting_text(control));
    } while (guard++ < 300 && fill_next(fill));
}

static void every_form_can_be_filled(void **state)
{
    struct answer_context context = {FORM_FRENCH, {2026, 11, 24}, -300};
    json_t *forms = sample_forms();
    json_t *body;
    size_t i;

    (void)state;
    json_array_foreach(forms, i, body)
    {
        struct form *form;
        struct fill *fill;
        char *text;

        assert_int_equal(form_compile(&form, body, NULL), 0);
        assert_int_equal(fill_new(&fill, form, NULL, &context, NULL), 0);
        assert_true(fill_review(fill) > 0);
        fill_everything(fill);
        fill_review(fill);
        for (size_t line = 0; line < fill_line_count(fill); line++) {
            const struct fill_line *shown = fill_line(fill, line);

            /* Only what has a pattern that this test has no text for may be left. */
            if (shown->message != NULL &&
                json_object_get(shown->element->control->schema, "pattern") == NULL)
                fail_msg("%s%s: %s", json_text_or(body, "id", "?"), shown->pointer, shown->message);
        }
        text = fill_to_text(fill, 72);
        assert_non_null(text);
        free(text);
        fill_free(fill);
        form_free(form);
    }
    json_decref(forms);
}

static void the_change_of_address_catches_a_postal_code(void **state)
{
    struct answer_context context = {FORM_FRENCH, {2026, 11, 24}, -300};
    json_t *forms = sample_forms();
    struct form *form;
    struct fill *fill;

    (void)state;
    assert_int_equal(form_compile(&form, json_array_get(forms, 0), NULL), 0);
    assert_int_equal(fill_new(&fill, form, NULL, &context, NULL), 0);
    assert_int_equal(form_recipient_count(form), 6);
    fixture_enter(fill, "/new_postal_code", "G1R 4P");
    assert_string_equal(fixture_line(fill, "/new_postal_code")->message,
                        "Un code postal s’écrit G1R 4P5.");
    fixture_enter(fill, "/new_postal_code", "g1r4p5");
    assert_null(fixture_line(fill, "/new_postal_code")->message);
    assert_string_equal(fixture_answers(fill), "{'new_postal_code':'G1R 4P5'}");
    assert_false(fixture_line(fill, "/return_date")->visible);
    fixture_enter(fill, "/move_kind", "temp");
    assert_true(fixture_line(fill, "/return_date")->visible);
    assert_true(fixture_line(fill, "/return_date")->required);
    fill_free(fill);
    form_free(form);
    json_decref(forms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_compiles_and_has_its_labels),
        cmocka_unit_test(every_form_can_be_filled),
        cmocka_unit_test(the_change_of_address_catches_a_postal_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
