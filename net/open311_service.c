#include "net/open311_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

#define CODE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

static const char *const kind_words[] = {
    [OPEN311_REALTIME] = "realtime", [OPEN311_BATCH] = "batch", [OPEN311_BLACKBOX] = "blackbox"};

/* --- the record ------------------------------------------------------------------------------- */

bool open311_is_offered(const struct record *service)
{
    return json_is_object(json_object_get(service->body, "open311")) &&
           !json_bool_or(service->body, "ended", false) &&
           json_object_get(service->body, "moved_to") == NULL;
}

void open311_form_key(const struct record *service, char key[RECORD_KEY_SIZE])
{
    const char *form = json_text_or(json_object_get(service->body, "open311"), "form", "");

    key[0] = '\0';
    if (form[0] != '\0')
        record_full_key(service, form, key);
}

static int kind_read(const json_t *offer, enum open311_kind *kind, struct error *error)
{
    const char *word = json_text_or(offer, "type", kind_words[OPEN311_REALTIME]);

    for (int i = 0; i <= OPEN311_BLACKBOX; i++)
        if (strcmp(word, kind_words[i]) == 0) {
            *kind = (enum open311_kind)i;
            return 0;
        }
    return error_set(error, ERROR_INVALID,
                     "open311/type: \"%s\" is not realtime, batch or blackbox", word);
}

int open311_service_new(struct open311_service **service, const struct record *record,
                        const struct record *form, struct error *error)
{
    struct open311_service *made = calloc(1, sizeof(*made));
    const json_t *offer = json_object_get(record->body, "open311");
    const char *code = json_text_or(offer, "code", "");
    int result = 0;

    *service = NULL;
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a service");
    made->record = record_copy(record);
    if (made->record == NULL)
        result = error_set(error, ERROR_MEMORY, "no memory for a service");
    else if (code[0] == '\0' || strlen(code) > OPEN311_CODE_SIZE ||
             strspn(code, CODE_CHARACTERS) != strlen(code))
        result = error_set(error, ERROR_INVALID,
                           "open311/code: at most %d letters, digits, dashes and underscores",
                           OPEN311_CODE_SIZE);
    else
        result = kind_read(offer, &made->kind, error);
    if (result == 0) {
        text_copy(made->code, sizeof(made->code), code);
        made->offer = json_object_get(made->record->body, "open311");
        if (form != NULL)
            result = form_compile(&made->form, form->body, error);
    }
    if (result != 0) {
        open311_service_free(made);
        return result;
    }
    *service = made;
    return 0;
}

void open311_service_free(struct open311_service *service)
{
    if (service == NULL)
        return;
    form_free(service->form);
    record_free(service->record);
    free(service);
}

static bool lists(const json_t *list, const char *word)
{
    const json_t *entry;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        if (json_is_string(entry) && strcmp(json_string_value(entry), word) == 0)
            return true;
    }
    return false;
}

bool open311_service_serves(const struct open311_service *service, const char *jurisdiction)
{
    const json_t *list = json_object_get(service->offer, "jurisdictions");

    return list == NULL || jurisdiction == NULL || jurisdiction[0] == '\0' ||
           lists(list, jurisdiction);
}

bool open311_service_publishes(const struct open311_service *service, const char *word)
{
    return lists(json_object_get(service->offer, "publish"), word);
}

const char *open311_service_name(const struct open311_service *service, const char *language)
{
    return json_localised(json_object_get(service->record->body, "title"), language);
}

const char *open311_service_notice(const struct open311_service *service, const char *language)
{
    return json_localised(json_object_get(service->offer, "notice"), language);
}

/* --- the list --------------------------------------------------------------------------------- */

/* The words of one language with commas between, else of the other. */
static char *keywords_join(const json_t *keywords, const char *language)
{
    struct text_buffer joined = {0};
    const json_t *words = json_object_get(keywords, language);
    const json_t *word;
    size_t i;

    if (json_array_size(words) == 0)
        words = json_object_get(keywords, strcmp(language, "fr") == 0 ? "en" : "fr");
    json_array_foreach(words, i, word)
    {
        if (!json_is_string(word))
            continue;
        if (joined.length > 0)
            text_buffer_add_text(&joined, ", ");
        text_buffer_add_text(&joined, json_string_value(word));
    }
    return text_buffer_take(&joined);
}

static bool attribute_found(void *context, const struct form_element *element, bool conditional)
{
    (void)element;
    (void)conditional;
    *(bool *)context = true;
    return false;
}

json_t *open311_service_item(const struct open311_service *service, const char *language)
{
    const json_t *body = service->record->body;
    const char *description = json_localised(json_object_get(body, "description"), language);
    char *keywords = keywords_join(json_object_get(body, "keywords"), language);
    bool asks = false;
    json_t *item;

    if (keywords == NULL)
        return NULL;
    if (description[0] == '\0')
        description = json_localised(json_object_get(body, "summary"), language);
    open311_attributes_each(service, attribute_found, &asks);
    item = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s}", "service_code", service->code,
                     "service_name", open311_service_name(service, language), "description",
                     description, "metadata", asks, "type", kind_words[service->kind], "keywords",
                     keywords, "group",
                     json_localised(json_object_get(service->offer, "group"), language));
    free(keywords);
    return item;
}

/* --- attributes ------------------------------------------------------------------------------- */

bool open311_attribute_code(const struct form_control *control, char code[OPEN311_NAME_LIMIT + 1])
{
    const char *path = control->path[0] == '/' ? control->path + 1 : control->path;
    size_t length = strlen(path);

    if (length == 0 || length > OPEN311_NAME_LIMIT / 2 || strpbrk(path, "[]~.") != NULL)
        return false;
    memcpy(code, path, length + 1);
    for (char *slash = strchr(code, '/'); slash != NULL; slash = strchr(slash, '/'))
        *slash = '.';
    return true;
}

char *open311_choice_key(const struct form_choice *choice)
{
    return json_is_string(choice->value)
               ? strdup(json_string_value(choice->value))
               : json_dumps(choice->value, JSON_COMPACT | JSON_ENCODE_ANY);
}

const char *open311_argument_of(const struct open311_service *service,
                                const struct form_control *control)
{
    const char *path = control->path[0] == '/' ? control->path + 1 : control->path;

    return json_text_or(json_object_get(service->offer, "answers"), path, NULL);
}

/* A field that one line of text, or a list to choose from, can answer. */
static bool is_asked(const struct open311_service *service, const struct form_control *control)
{
    char code[OPEN311_NAME_LIMIT + 1];

    switch (control->input) {
    case FORM_INPUT_LIST:
    case FORM_INPUT_JSON:
        return false;
    default:
        return control->variants == NULL && !control->readonly &&
               open311_attribute_code(control, code) &&
               open311_argument_of(service, control) == NULL;
    }
}

static bool elements_each(const struct open311_service *service, const struct form_element *element,
                          bool conditional, open311_attribute_visit visit, void *context)
{
    conditional = conditional || element->rule != NULL;
    if (element->kind == FORM_LABEL)
        return element->label.text[0][0] == '\0' || visit(context, element, conditional);
    if (element->kind == FORM_CONTROL)
        return !is_asked(service, element->control) || visit(context, element, conditional);
    for (size_t i = 0; i < element->child_count; i++)
        if (!elements_each(service, element->children[i], conditional, visit, context))
            return false;
    return true;
}

bool open311_attributes_each(const struct open311_service *service, open311_attribute_visit visit,
                             void *context)
{
    return service->form == NULL ||
           elements_each(service, form_root(service->form), false, visit, context);
}

/* --- the definition --------------------------------------------------------------------------- */

static const char *datatype(const struct form_control *control)
{
    switch (control->input) {
    case FORM_INPUT_MULTILINE:
        return "text";
    case FORM_INPUT_INTEGER:
    case FORM_INPUT_NUMBER:
    case FORM_INPUT_MONEY:
        return "number";
    case FORM_INPUT_DATE:
    case FORM_INPUT_DATE_TIME:
        return "datetime";
    case FORM_INPUT_BOOLEAN:
        return "singlevaluelist";
    case FORM_INPUT_CHOICE:
        return control->suggestions ? "string" : "singlevaluelist";
    case FORM_INPUT_CHOICES:
        return "multivaluelist";
    default:
        return "string";
    }
}

struct writing {
    json_t *attributes;
    enum form_language language;
    int order;
    int texts;
};

static json_t *value_entry(const char *key, const char *name)
{
    return json_pack("{s:s, s:s}", "key", key, "name", name);
}

/* The choices of a list; NULL when out of memory. */
static json_t *values_list(const struct form_control *control, enum form_language language)
{
    bool french = language == FORM_FRENCH;
    json_t *values = json_array();
    int failed = values == NULL ? -1 : 0;

    if (control->input == FORM_INPUT_BOOLEAN && failed == 0)
        failed |= json_array_append_new(values, value_entry("yes", french ? "Oui" : "Yes")) |
                  json_array_append_new(values, value_entry("no", french ? "Non" : "No"));
    for (size_t i = 0; i < control->choice_count && failed == 0; i++) {
        char *key = open311_choice_key(&control->choices[i]);

        failed =
            key == NULL ||
            json_array_append_new(
                values, value_entry(key, form_text_in(&control->choices[i].label, language))) != 0;
        free(key);
    }
    if (failed == 0)
        return values;
    json_decref(values);
    return NULL;
}

/* What helps to answer: the field's own help, else the shape of the answer. */
static const char *shape_of(const struct form_element *element, enum form_language language)
{
    bool french = language == FORM_FRENCH;
    const char *help = form_text_in(&element->description, language);

    if (help[0] != '\0')
        return help;
    switch (element->control->input) {
    case FORM_INPUT_DATE:
        return french ? "AAAA-MM-JJ" : "YYYY-MM-DD";
    case FORM_INPUT_DATE_TIME:
        return french ? "AAAA-MM-JJThh:mm:ss suivi de Z ou de ±hh:mm"
                      : "YYYY-MM-DDThh:mm:ss followed by Z or ±hh:mm";
    case FORM_INPUT_TIME:
        return "hh:mm";
    case FORM_INPUT_INTEGER:
        return french ? "un nombre entier" : "a whole number";
    case FORM_INPUT_NUMBER:
        return french ? "un nombre" : "a number";
    case FORM_INPUT_MONEY:
        return french ? "une somme en dollars" : "an amount in dollars";
    case FORM_INPUT_CHOICES:
        return french ? "une ou plusieurs valeurs de la liste" : "one or more values of the list";
    case FORM_INPUT_CHOICE:
    case FORM_INPUT_BOOLEAN:
        return french ? "une valeur de la liste" : "one value of the list";
    default:
        return "";
    }
}

static bool attribute_write(void *context, const struct form_element *element, bool conditional)
{
    struct writing *writing = context;
    const struct form_control *control = element->control;
    char code[OPEN311_NAME_LIMIT + 1];
    const char *type = "string";
    const char *shape = "";
    json_t *attribute;

    if (control != NULL) {
        open311_attribute_code(control, code);
        type = datatype(control);
        shape = shape_of(element, writing->language);
    } else {
        snprintf(code, sizeof(code), "text-%d", ++writing->texts);
    }
    attribute =
        json_pack("{s:b, s:s, s:s, s:b, s:s, s:i, s:s}", "variable", control != NULL, "code", code,
                  "datatype", type, "required",
                  control != NULL && control->required && control->optional == NULL && !conditional,
                  "datatype_description", shape, "order", ++writing->order, "description",
                  form_text_in(&element->label, writing->language));
    if (attribute != NULL && control != NULL && strstr(type, "list") != NULL &&
        json_object_set_new(attribute, "values", values_list(control, writing->language)) != 0) {
        json_decref(attribute);
        attribute = NULL;
    }
    return json_array_append_new(writing->attributes, attribute) == 0;
}

json_t *open311_service_definition(const struct open311_service *service, const char *language)
{
    struct writing writing = {.attributes = json_array(), .language = form_language(language)};

    if (!open311_attributes_each(service, attribute_write, &writing)) {
        json_decref(writing.attributes);
        return NULL;
    }
    return json_pack("{s:s, s:o}", "service_code", service->code, "attributes", writing.attributes);
}
