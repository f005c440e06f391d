#include "tests/unit/form_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"

json_t *fixture_json(const char *text)
{
    char *copy = strdup(text);
    json_error_t error;
    json_t *value;

    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    value = json_loads(copy, JSON_DECODE_ANY, &error);
    if (value == NULL)
        fail_msg("%s: %s", error.text, copy);
    free(copy);
    return value;
}

static int compile(struct form **form, const char *schema, const char *layout,
                   const char *translations, struct error *error)
{
    json_t *body = json_pack("{s:s, s:i, s:o}", "key", "test/form", "version", 3, "schema",
                             fixture_json(schema));
    int result;

    if (layout != NULL)
        json_object_set_new(body, "layout", fixture_json(layout));
    if (translations != NULL)
        json_object_set_new(body, "translations", fixture_json(translations));
    result = form_compile(form, body, error);
    json_decref(body);
    return result;
}

struct form *fixture_form(const char *schema, const char *layout, const char *translations)
{
    struct error error = ERROR_INIT;
    struct form *form;

    if (compile(&form, schema, layout, translations, &error) != 0)
        fail_msg("%s", error.message);
    return form;
}

const char *fixture_refusal(const char *schema, const char *layout)
{
    static struct error error;
    struct form *form;

    error = (struct error)ERROR_INIT;
    assert_true(compile(&form, schema, layout, NULL, &error) < 0);
    assert_null(form);
    return error.message;
}

struct fill *fixture_fill(const struct form *form, const char *answers)
{
    struct answer_context context = {FORM_ENGLISH, {2026, 11, 24}, -300};
    json_t *value = answers == NULL ? NULL : fixture_json(answers);
    struct fill *fill;

    assert_int_equal(fill_new(&fill, form, value, &context, NULL), 0);
    json_decref(value);
    return fill;
}

void fixture_type(struct fill *fill, const char *pointer, const char *text)
{
    size_t index = fill_find(fill, pointer);

    if (!fill_go(fill, index))
        fail_msg("no focus on %s", pointer);
    fill_type(fill, text);
}

void fixture_enter(struct fill *fill, const char *pointer, const char *text)
{
    fixture_type(fill, pointer, text);
    fill_take(fill);
}

const char *fixture_answers(const struct fill *fill)
{
    static char *text;

    free(text);
    text = json_canonical(fill_answers(fill));
    assert_non_null(text);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '"')
            *at = '\'';
    return text;
}

const struct fill_line *fixture_line(const struct fill *fill, const char *pointer)
{
    size_t index = fill_find(fill, pointer);

    if (index == fill_line_count(fill))
        fail_msg("no line %s", pointer);
    return fill_line(fill, index);
}
