#include "forms/fill_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "forms/form_pointer.h"
#include "forms/schema.h"

#define MESSAGE_SIZE 400

/* Keywords that only pass on what their parts found. */
static bool is_applicator(const char *keyword)
{
    static const char *const words[] = {"allOf", "anyOf", "oneOf", "if",         "then",
                                        "else",  "$ref",  "not",   "$dynamicRef"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], keyword) == 0)
            return true;
    return false;
}

/* A fault that more typing at the end can not mend. */
static bool is_final(const char *keyword)
{
    return strcmp(keyword, "maxLength") == 0 || strcmp(keyword, "maximum") == 0 ||
           strcmp(keyword, "exclusiveMaximum") == 0 || strcmp(keyword, "maxItems") == 0;
}

/* --- messages -------------------------------------------------------------------------------- */

/* The form's own words for a fault. */
static const char *form_message(const struct fill *fill, const struct form_control *control,
                                const char *keyword)
{
    const char *const words[] = {keyword, "custom"};
    char key[FORM_POINTER_SIZE * 2];

    for (size_t i = 0; i < 2; i++) {
        const char *text;

        snprintf(key, sizeof(key), "%s.error.%s", control->key, words[i]);
        text = form_translate(fill->form, key, fill->context.language);
        if (text != NULL && (i == 0 || strcmp(keyword, "required") != 0))
            return text;
    }
    return NULL;
}

static const char *style_message(const struct form_control *control, const char *keyword,
                                 enum form_language language)
{
    static const char *const messages[][FORM_LANGUAGE_COUNT] = {
        [FORM_STYLE_PLAIN] = {NULL, NULL},
        [FORM_STYLE_POSTAL_CODE] = {"Un code postal est attendu, comme K1A 0B1",
                                    "A postal code is expected, such as K1A 0B1"},
        [FORM_STYLE_PHONE] = {"Un numéro de téléphone est attendu, comme 514-555-0199",
                              "A phone number is expected, such as 514-555-0199"},
        [FORM_STYLE_EMAIL] = {"Une adresse de courriel est attendue, comme nom@exemple.ca",
                              "An e-mail address is expected, such as name@example.ca"},
    };

    if (strcmp(keyword, "pattern") != 0 && strcmp(keyword, "format") != 0)
        return NULL;
    return messages[control->style][language];
}

/* True when the fault is that the text could not be read as what the field takes. */
static bool is_unreadable(const struct form_control *control, const struct schema_error *error)
{
    switch (control->input) {
    case FORM_INPUT_CHOICE:
    case FORM_INPUT_BOOLEAN:
        return strcmp(error->keyword, "required") != 0 &&
               (control->input == FORM_INPUT_CHOICE || !json_is_boolean(error->found));
    case FORM_INPUT_DATE:
    case FORM_INPUT_TIME:
    case FORM_INPUT_DATE_TIME:
        return strcmp(error->keyword, "format") == 0 || strcmp(error->keyword, "type") == 0;
    case FORM_INPUT_INTEGER:
    case FORM_INPUT_NUMBER:
    case FORM_INPUT_MONEY:
    case FORM_INPUT_CHOICES:
    case FORM_INPUT_JSON:
        return json_is_string(error->found) && strcmp(error->keyword, "required") != 0;
    default:
        return false;
    }
}

/* One sentence for a fault of this field. Owned. */
static char *describe_fault(const struct fill *fill, const struct form_control *control,
                            const struct schema_error *error)
{
    enum form_language language = fill->context.language;
    struct schema_error missing = *error;
    const char *text;
    char message[MESSAGE_SIZE];

    /* An empty place of a tuple, an object of which it is not said what it is. */
    if ((control->tuple != NULL && json_is_null(error->found)) ||
        (control->variants != NULL && is_applicator(error->keyword) &&
         json_object_size(error->found) == 0)) {
        missing.keyword = "required";
        error = &missing;
    }
    text = form_message(fill, control, error->keyword);
    if (text == NULL && control->variants == NULL && is_unreadable(control, error))
        text = answer_unreadable_message(control, language);
    if (text == NULL)
        text = style_message(control, error->keyword, language);
    if (text != NULL && *text != '\0')
        return strdup(text);
    schema_message(error, language == FORM_FRENCH ? "fr" : "en", message, sizeof(message));
    return strdup(message);
}

/* --- one field ------------------------------------------------------------------------------- */

/* The answers with another value at one place; only what is on the way is copied. */
static json_t *answers_with(const struct fill *fill, const char *pointer, json_t *value)
{
    json_t *copy = json_copy(fill->answers);
    json_t *complete;
    char name[FORM_POINTER_SIZE];
    const char *cursor = pointer;
    json_t *top;

    if (copy == NULL || !form_pointer_token(&cursor, name, sizeof(name)))
        return copy;
    top = json_object_get(copy, name);
    if (top != NULL && *cursor != '\0')
        json_object_set_new(copy, name, json_deep_copy(top));
    fill_put(copy, fill_control(&fill->lines[fill->current]), pointer, value);
    complete = form_complete(fill->form, copy);
    json_decref(copy);
    return complete;
}

static char *first_fault(struct fill *fill, const struct form_control *control, bool *mendable)
{
    const struct schema_error *chosen = NULL;

    for (size_t i = 0; i < schema_result_count(fill->result); i++) {
        const struct schema_error *error = schema_result_error(fill->result, i);

        if (fill_is_of_other_variant(fill, error))
            continue;
        if (chosen == NULL || (is_applicator(chosen->keyword) && !is_applicator(error->keyword)))
            chosen = error;
    }
    if (chosen == NULL)
        return NULL;
    *mendable = !is_final(chosen->keyword);
    return describe_fault(fill, control, chosen);
}

char *fill_fault_of(struct fill *fill, json_t *value, bool *mendable)
{
    const struct fill_line *line = &fill->lines[fill->current];
    const struct form_control *control = fill_control(line);
    json_t *whole;
    char *fault;

    *mendable = true;
    /* Whatever is chosen, its faults are those of its fields. */
    if (control->variants != NULL)
        return value == NULL || json_is_integer(value)
                   ? NULL
                   : strdup(answer_unreadable_message(control, fill->context.language));
    if (value != NULL && form_is_plain(fill->form)) {
        if (schema_validate(control->check, value, NULL, fill->result, NULL) == 0)
            return NULL;
        return first_fault(fill, control, mendable);
    }
    whole = answers_with(fill, line->pointer, value);
    if (whole == NULL || schema_validate_at(form_schema(fill->form), whole, NULL, line->pointer,
                                            fill->result, NULL) == 0) {
        json_decref(whole);
        return NULL;
    }
    fault = first_fault(fill, control, mendable);
    json_decref(whole);
    return fault;
}

/* --- all of it ------------------------------------------------------------------------------- */

/* The line that a fault at this pointer belongs to: the field itself, what is around it, or the
 * first field inside. */
static size_t line_of(const struct fill *fill, const char *pointer)
{
    char around[FORM_POINTER_SIZE];
    char *slash;

    if (fill_find(fill, pointer) < fill->count)
        return fill_find(fill, pointer);
    text_copy(around, sizeof(around), pointer);
    while (*around != '\0') {
        size_t index = fill_find(fill, around);

        if (index < fill->count)
            return index;
        if (strcmp(around, pointer) == 0)
            for (size_t i = 0; i < fill->count; i++)
                if ((fill->lines[i].kind == FILL_FIELD || fill->lines[i].kind == FILL_LIST) &&
                    form_pointer_within(fill->lines[i].pointer, pointer))
                    return i;
        slash = strrchr(around, '/');
        if (slash == NULL)
            break;
        *slash = '\0';
    }
    return fill->count;
}

static void clear_faults(struct fill *fill)
{
    for (size_t i = 0; i < fill->count; i++) {
        free(fill->lines[i].fault);
        fill->lines[i].fault = NULL;
    }
    for (size_t i = 0; i < fill->stray_count; i++)
        free(fill->strays[i]);
    free(fill->strays);
    fill->strays = NULL;
    fill->stray_count = 0;
}

/* A fault without a line: told with its place. */
static void add_stray(struct fill *fill, const struct schema_error *error, const char *pointer)
{
    char message[MESSAGE_SIZE];
    char text[MESSAGE_SIZE + FORM_POINTER_SIZE + 4];
    char **grown = realloc(fill->strays, (fill->stray_count + 1) * sizeof(*grown));

    if (grown == NULL)
        return;
    fill->strays = grown;
    schema_message(error, fill->context.language == FORM_FRENCH ? "fr" : "en", message,
                   sizeof(message));
    snprintf(text, sizeof(text), "%s: %s", *pointer == '/' ? pointer + 1 : pointer, message);
    grown[fill->stray_count] = strdup(text);
    if (grown[fill->stray_count] != NULL)
        fill->stray_count++;
}

/* Gives each fault to its line, the first one found counts; those of keywords that only pass on
 * others' come last. */
static void distribute(struct fill *fill, bool applicators)
{
    for (size_t i = 0; i < schema_result_count(fill->result); i++) {
        const struct schema_error *error = schema_result_error(fill->result, i);
        char pointer[FORM_POINTER_SIZE];
        struct fill_line *line;
        size_t index;

        if (is_applicator(error->keyword) != applicators ||
            schema_error_field(error, pointer, sizeof(pointer)) < 0 ||
            fill_is_of_other_variant(fill, error))
            continue;
        index = line_of(fill, pointer);
        if (index == fill->count) {
            if (!applicators)
                add_stray(fill, error, pointer);
            continue;
        }
        line = &fill->lines[index];
        if (line->fault == NULL && !(applicators && fill_has_fault_inside(fill, index)))
            line->fault = describe_fault(fill, fill_control(line), error);
    }
}

void fill_show_fault(struct fill *fill, struct fill_line *line)
{
    bool show = line->fault != NULL && line->visible && (line->touched || fill->reviewed);

    free(line->message);
    line->message = show ? strdup(line->fault) : NULL;
}

/* Whether the pointer is that of the top-level answer `name`. */
static bool is_top_answer(const char *pointer, const char *name)
{
    char token[FORM_POINTER_SIZE];

    return form_pointer_token(&pointer, token, sizeof(token)) && *pointer == '\0' &&
           strcmp(token, name) == 0;
}

/* Required: by the schema, its conditions, or because an answer around it has begun. */
static void update_required(struct fill *fill)
{
    const char **names = form_required_by_condition(fill->form, fill->answers);

    for (size_t i = 0; i < fill->count; i++) {
        struct fill_line *line = &fill->lines[i];
        const struct form_control *control = fill_control(line);
        char around[FORM_POINTER_SIZE];

        if ((line->kind != FILL_FIELD && line->kind != FILL_LIST) || control == NULL)
            continue;
        line->required = control->required;
        if (line->required && control->optional != NULL) {
            size_t length = strlen(line->pointer) - strlen(control->path);

            snprintf(around, sizeof(around), "%.*s%s", (int)length, line->pointer,
                     control->optional);
            line->required = form_pointer_get(fill->answers, around) != NULL;
        }
        for (size_t j = 0; names != NULL && names[j] != NULL; j++)
            if (!line->required && is_top_answer(line->pointer, names[j]))
                line->required = true;
    }
    free((void *)names);
}

void fill_update_flags(struct fill *fill)
{
    fill->generation++;
    update_required(fill);
    fill_update_offers(fill);
    for (size_t i = 0; i < fill->count; i++)
        fill_show_fault(fill, &fill->lines[i]);
}

void fill_check(struct fill *fill)
{
    json_t *whole = form_complete(fill->form, fill->answers);

    clear_faults(fill);
    if (whole != NULL &&
        schema_validate(form_schema(fill->form), whole, NULL, fill->result, NULL) != 0) {
        distribute(fill, false);
        distribute(fill, true);
    }
    json_decref(whole);
    fill_update_flags(fill);
}

/* An answer of the form itself that is there, and holds no others: whether it is missing, and what
 * is missing beside it, has not changed; nor, in a plain form, has any other fault. */
bool fill_check_alone(struct fill *fill, const char *pointer, bool shown)
{
    size_t index = fill_find(fill, pointer);
    struct fill_line *line = index < fill->count ? &fill->lines[index] : NULL;
    const struct form_control *control = line == NULL ? NULL : fill_control(line);
    const json_t *value = control == NULL ? NULL : fill_value(fill, index);
    bool mendable;

    /* Two fields may stand for one answer: then what was typed is of the other. */
    if (index != fill->current || !form_is_plain(fill->form) || value == NULL ||
        json_is_object(value) || json_is_array(value) || control->check == NULL ||
        strrchr(pointer, '/') != pointer)
        return false;
    free(line->fault);
    line->fault = schema_validate(control->check, value, NULL, fill->result, NULL) == 0
                      ? NULL
                      : first_fault(fill, control, &mendable);
    if (shown || fill->client != NULL) {
        fill_update_flags(fill);
    } else {
        fill->generation++;
        fill_show_fault(fill, line);
    }
    return true;
}

/* --- progress and review --------------------------------------------------------------------- */

void fill_progress(const struct fill *fill, size_t *answered, size_t *required)
{
    *answered = *required = 0;
    for (size_t i = 0; i < fill->count; i++) {
        const struct fill_line *line = &fill->lines[i];

        if (!line->visible || !line->required)
            continue;
        (*required)++;
        if (line->fault == NULL && fill_value(fill, i) != NULL)
            (*answered)++;
    }
}

size_t fill_review(struct fill *fill)
{
    size_t faults = fill->stray_count;

    fill_take(fill);
    fill->reviewed = true;
    fill->generation++;
    for (size_t i = 0; i < fill->count; i++) {
        struct fill_line *line = &fill->lines[i];

        if (!line->visible)
            continue;
        line->touched = true;
        faults += line->fault != NULL;
        fill_show_fault(fill, line);
    }
    return faults;
}

size_t fill_stray_count(const struct fill *fill)
{
    return fill->stray_count;
}

const char *fill_stray(const struct fill *fill, size_t index)
{
    return fill->strays[index];
}
