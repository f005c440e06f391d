#include "app/import_life_event.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"

#define DEPTH_LIMIT 16

struct check {
    const json_t *questions; /* of the questionnaire's schema: name -> schema */
    size_t step;
    struct error *error;
};

/* Whether a question can be answered like this: one of its choices, or yes or no. What is neither
 * is not looked at. */
static bool is_answer(const json_t *question, const json_t *value)
{
    const json_t *choices = json_object_get(question, "oneOf"), *choice;
    size_t i;

    if (choices == NULL)
        return strcmp(json_text_or(question, "type", ""), "boolean") != 0 || json_is_boolean(value);
    json_array_foreach(choices, i, choice)
    {
        if (json_equal(json_object_get(choice, "const"), value))
            return true;
    }
    return false;
}

static int answer_check(const struct check *check, const char *name, const json_t *value)
{
    char *text;
    int code;

    if (is_answer(json_object_get(check->questions, name), value))
        return 0;
    text = json_canonical(value);
    code = error_set(check->error, ERROR_INVALID, "steps/%zu/when: %s is no answer to \"%s\"",
                     check->step, text == NULL ? "" : text, name);
    free(text);
    return code;
}

static int name_check(const struct check *check, const char *name)
{
    return json_object_get(check->questions, name) != NULL
               ? 0
               : error_set(check->error, ERROR_INVALID,
                           "steps/%zu/when: the questionnaire does not ask \"%s\"", check->step,
                           name);
}

/* One `properties`, and the values that it wants. */
static int properties_check(const struct check *check, const json_t *properties)
{
    const char *name;
    json_t *wanted, *value;
    size_t i;
    int code = 0;

    json_object_foreach((json_t *)(uintptr_t)properties, name, wanted)
    {
        code = name_check(check, name);
        if (code == 0 && json_object_get(wanted, "const") != NULL)
            code = answer_check(check, name, json_object_get(wanted, "const"));
        json_array_foreach(json_object_get(wanted, "enum"), i, value)
        {
            if (code == 0)
                code = answer_check(check, name, value);
        }
        if (code != 0)
            return code;
    }
    return 0;
}

static int condition_check(const struct check *check, const json_t *condition, int depth)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    static const char *const single[] = {"not", "if", "then", "else"};
    json_t *item;
    size_t i;
    int code = properties_check(check, json_object_get(condition, "properties"));

    json_array_foreach(json_object_get(condition, "required"), i, item)
    {
        if (code == 0 && json_is_string(item))
            code = name_check(check, json_string_value(item));
    }
    for (size_t list = 0; list < 3 && depth < DEPTH_LIMIT; list++)
        json_array_foreach(json_object_get(condition, lists[list]), i, item)
        {
            if (code == 0)
                code = condition_check(check, item, depth + 1);
        }
    for (size_t each = 0; each < 4 && code == 0 && depth < DEPTH_LIMIT; each++)
        if (json_object_get(condition, single[each]) != NULL)
            code = condition_check(check, json_object_get(condition, single[each]), depth + 1);
    return code;
}

int import_life_event_check(const json_t *event, const json_t *questionnaire, struct error *error)
{
    struct check check = {.error = error};
    json_t *step;
    int code = 0;

    check.questions = json_object_get(json_object_get(questionnaire, "schema"), "properties");
    json_array_foreach(json_object_get(event, "steps"), check.step, step)
    {
        if (code == 0 && json_object_get(step, "when") != NULL)
            code = condition_check(&check, json_object_get(step, "when"), 0);
        if (code != 0)
            return code;
    }
    return 0;
}
