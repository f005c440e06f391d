#include "net/open311_answers.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "forms/answer.h"
#include "forms/fill.h"
#include "forms/form_pointer.h"
#include "net/open311_errors.h"

struct reading {
    const struct open311_service *service;
    const struct open311_pairs *pairs;
    struct answer_context context;
    json_t *answers;
    json_t *codes; /* set of the attributes that there are */
    json_t *errors;
    bool failed; /* out of memory */
};

static bool in_french(const struct reading *reading)
{
    return reading->context.language == FORM_FRENCH;
}

static void fault(const struct reading *reading, const char *code, const char *french,
                  const char *english)
{
    open311_error_add(reading->errors, 400, "attribute[%.80s]: %s", code,
                      in_french(reading) ? french : english);
}

/* --- one value -------------------------------------------------------------------------------- */

/* The choice of this key: new, NULL when there is none. */
static json_t *choice_read(const struct form_control *control, const char *text)
{
    for (size_t i = 0; i < control->choice_count; i++) {
        char *key = open311_choice_key(&control->choices[i]);
        bool same = key != NULL && strcmp(key, text) == 0;

        free(key);
        if (same)
            return json_deep_copy(control->choices[i].value);
    }
    return control->suggestions ? json_string(text) : NULL;
}

/* A moment may be given where a day is asked for. */
static json_t *day_read(const struct reading *reading, const struct form_control *control,
                        const char *text)
{
    char day[sizeof("2026-11-24")];
    int64_t ms;
    json_t *value;

    text_copy(day, sizeof(day), text);
    if (strlen(text) > strlen(day) && !timestamp_parse(text, &ms))
        return NULL;
    if (answer_read(control, day, &reading->context, &value) == ANSWER_READ)
        return value;
    json_decref(value);
    return NULL;
}

/* Reads a text as a field's type: new, NULL when it can not be. */
static json_t *value_read(const struct reading *reading, const struct form_control *control,
                          const char *text)
{
    json_t *value = NULL;
    int64_t ms;

    switch (control->input) {
    case FORM_INPUT_CHOICE:
    case FORM_INPUT_CHOICES:
        return choice_read(control, text);
    case FORM_INPUT_DATE:
        return day_read(reading, control, text);
    case FORM_INPUT_DATE_TIME:
        return timestamp_parse(text, &ms) ? json_string(text) : NULL;
    default:
        if (answer_read(control, text, &reading->context, &value) == ANSWER_READ)
            return value;
        json_decref(value);
        return NULL;
    }
}

/* Takes the reference over. */
static void put(struct reading *reading, const struct form_control *control, json_t *value)
{
    if (value == NULL || !form_pointer_put(reading->answers, control->path, value))
        reading->failed = true;
    json_decref(value);
}

/* --- attributes ------------------------------------------------------------------------------- */

static void several_read(struct reading *reading, const struct form_control *control,
                         const char *code)
{
    json_t *chosen = json_array();

    for (size_t i = 0; i < reading->pairs->count; i++) {
        const struct open311_pair *pair = &reading->pairs->list[i];
        json_t *value;

        if (!open311_pair_is_attribute(pair, code) || pair->value[0] == '\0')
            continue;
        value = value_read(reading, control, pair->value);
        if (value == NULL)
            fault(reading, code, "cette valeur n’est pas dans la liste",
                  "this value is not in the list");
        else if (json_array_append_new(chosen, value) != 0)
            reading->failed = true;
    }
    if (json_array_size(chosen) > 0)
        put(reading, control, chosen);
    else
        json_decref(chosen);
}

static void single_read(struct reading *reading, const struct form_control *control,
                        const char *code)
{
    const char *text = NULL;
    json_t *value;

    for (size_t i = 0; i < reading->pairs->count; i++) {
        const struct open311_pair *pair = &reading->pairs->list[i];

        if (!open311_pair_is_attribute(pair, code) || pair->value[0] == '\0')
            continue;
        if (text != NULL && strcmp(text, pair->value) != 0) {
            fault(reading, code, "une seule valeur est possible", "only one value is possible");
            return;
        }
        text = pair->value;
    }
    if (text == NULL)
        return;
    value = value_read(reading, control, text);
    if (value != NULL)
        put(reading, control, value);
    else if (control->input == FORM_INPUT_CHOICE)
        fault(reading, code, "cette valeur n’est pas dans la liste",
              "this value is not in the list");
    else
        open311_error_add(reading->errors, 400, "attribute[%.80s]: %s", code,
                          answer_unreadable_message(control, reading->context.language));
}

static bool attribute_read(void *context, const struct form_element *element, bool conditional)
{
    struct reading *reading = context;
    char code[OPEN311_NAME_LIMIT + 1];

    (void)conditional;
    if (element->control == NULL)
        return true;
    open311_attribute_code(element->control, code);
    if (json_object_set_new(reading->codes, code, json_true()) != 0)
        reading->failed = true;
    if (element->control->input == FORM_INPUT_CHOICES)
        several_read(reading, element->control, code);
    else
        single_read(reading, element->control, code);
    return true;
}

/* What is answered that nobody asked. */
static void strangers_find(struct reading *reading)
{
    for (size_t i = 0; i < reading->pairs->count; i++) {
        char code[OPEN311_NAME_LIMIT + 1];

        if (open311_pair_code(&reading->pairs->list[i], code) &&
            json_object_get(reading->codes, code) == NULL)
            fault(reading, code, "ce service n’a pas cet attribut",
                  "this service has no such attribute");
    }
}

/* --- the standard's own arguments --------------------------------------------------------------
 */

/* Gives the fields of the layout what the standard's arguments say. What does not fit a field is
 * left out of it: the request still says it. */
static void arguments_read(struct reading *reading, const struct form_element *element)
{
    const char *argument = NULL;
    const char *text = NULL;
    json_t *value;

    for (size_t i = 0; i < element->child_count; i++)
        arguments_read(reading, element->children[i]);
    if (element->kind == FORM_CONTROL)
        argument = open311_argument_of(reading->service, element->control);
    if (argument != NULL)
        text = open311_pairs_get(reading->pairs, argument);
    if (text == NULL)
        return;
    value = value_read(reading, element->control, text);
    if (value != NULL)
        put(reading, element->control, value);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Looks at the answers as the terminal would at submission. */
static int review(struct reading *reading, bool *complete, struct error *error)
{
    struct fill *fill;
    int code = fill_new(&fill, reading->service->form, reading->answers, &reading->context, error);

    if (code != 0)
        return code;
    *complete = fill_review(fill) == 0 && fill_stray_count(fill) == 0;
    for (size_t i = 0; i < fill_line_count(fill); i++) {
        const struct fill_line *line = fill_line(fill, i);
        char name[OPEN311_NAME_LIMIT + 1];

        if (line->kind != FILL_FIELD || !line->visible || line->fault == NULL ||
            line->list != NULL || !open311_attribute_code(line->element->control, name) ||
            json_object_get(reading->codes, name) == NULL)
            continue;
        open311_error_add(reading->errors, 400, "attribute[%.80s]: %s", name, line->fault);
    }
    fill_free(fill);
    return 0;
}

int open311_answers_read(const struct open311_service *service, const struct open311_pairs *pairs,
                         const char *language, json_t **answers, bool *complete, json_t *errors,
                         struct error *error)
{
    struct reading reading = {
        .service = service,
        .pairs = pairs,
        .context = {.language = form_language(language)},
        .answers = json_object(),
        .codes = json_object(),
        .errors = errors,
    };
    size_t before = json_array_size(errors);
    int code = 0;

    *answers = NULL;
    *complete = false;
    open311_attributes_each(service, attribute_read, &reading);
    strangers_find(&reading);
    if (service->form != NULL)
        arguments_read(&reading, form_root(service->form));
    if (reading.failed || reading.answers == NULL || reading.codes == NULL)
        code = error_set(error, ERROR_MEMORY, "no memory for the answers");
    else if (service->form != NULL && json_array_size(errors) == before)
        code = review(&reading, complete, error);
    json_decref(reading.codes);
    if (code == 0 && service->form != NULL) {
        *answers = reading.answers;
        return 0;
    }
    json_decref(reading.answers);
    return code;
}

/* --- to a person ------------------------------------------------------------------------------ */

const char *open311_colon(bool french)
{
    return french ? "\u00A0: " : ": ";
}

struct telling {
    const json_t *answers;
    enum form_language language;
    struct text_buffer *text;
};

static bool attribute_tell(void *context, const struct form_element *element, bool conditional)
{
    struct telling *telling = context;
    const struct form_control *control = element->control;
    const json_t *value =
        control != NULL ? form_pointer_get(telling->answers, control->path) : NULL;
    char *spoken;

    (void)conditional;
    if (value == NULL)
        return true;
    spoken = answer_spoken(control, value, telling->language);
    text_buffer_add_format(
        telling->text, "%s%s%s\n", form_text_in(&element->label, telling->language),
        open311_colon(telling->language == FORM_FRENCH), spoken != NULL ? spoken : "");
    free(spoken);
    return true;
}

void open311_answers_tell(const struct open311_service *service, const json_t *answers,
                          const char *language, struct text_buffer *text)
{
    struct telling telling = {
        .answers = answers, .language = form_language(language), .text = text};

    open311_attributes_each(service, attribute_tell, &telling);
}
