#include "forms/form_work.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "forms/form_pointer.h"
#include "forms/schema.h"

/* A choice list longer than this is refused: nobody scrolls so far, and it is memory. */
#define CHOICE_LIMIT 2000

int form_out_of_memory(struct form_compiler *compiler)
{
    return error_set(compiler->error, ERROR_MEMORY, "out of memory");
}

/* Remembers that the object at `path` must be there. */
bool form_require_object(struct form *form, const char *path)
{
    const char **grown;

    for (size_t i = 0; i < form->required_object_count; i++)
        if (strcmp(form->required_objects[i], path) == 0)
            return true;
    grown = realloc((void *)form->required_objects,
                    (form->required_object_count + 1) * sizeof(grown[0]));
    if (grown == NULL)
        return false;
    form->required_objects = grown;
    grown[form->required_object_count] = form_pool_text(&form->pool, path);
    return grown[form->required_object_count++] != NULL;
}

static bool is_required(struct form *form, const struct form_node *object, const char *name)
{
    json_t *names = form_node_required(form, object);
    bool required = json_object_get(names, name) != NULL;

    json_decref(names);
    return required;
}

/* One step of a scope: "/properties/name", or "/prefixItems/0" into a tuple. */
static bool step_into(struct form_work *work, const char **cursor, char token[FORM_POINTER_SIZE],
                      struct form_node *child, bool *required)
{
    struct form *form = work->compiler->form;
    char relative[FORM_POINTER_SIZE] = "/prefixItems";
    bool place;

    if (!form_pointer_token(cursor, token, FORM_POINTER_SIZE))
        return false;
    place = strcmp(token, "prefixItems") == 0;
    if ((!place && strcmp(token, "properties") != 0) ||
        !form_pointer_token(cursor, token, FORM_POINTER_SIZE))
        return false;
    child->schema = NULL;
    if (place) {
        *required = (json_int_t)strtoul(token, NULL, 10) <
                    json_integer_or(work->node.resolved, "minItems", 0);
        if (!form_pointer_push(relative, sizeof(relative), token) ||
            !form_node_below(form, &work->node, relative, child))
            child->schema = NULL;
        return true;
    }
    *required = is_required(form, &work->node, token);
    if (!form_node_property(form, &work->node, token, child))
        child->schema = NULL;
    return true;
}

/* Walks the scope from the container to the answer. */
static int find_answer(struct form_work *work, const char *scope)
{
    struct form_compiler *compiler = work->compiler;
    struct form *form = compiler->form;
    char path[FORM_POINTER_SIZE];
    char token[FORM_POINTER_SIZE];
    const char *cursor = scope + 1;
    const char *key = work->container->key;
    const char *optional = work->container->optional;

    text_copy(path, sizeof(path), work->container->path);
    work->node = work->container->node;
    work->name = "";
    if (*scope != '#')
        return error_set(compiler->error, ERROR_INVALID, "%s/scope: \"%s\" does not start with #",
                         work->place, scope);
    while (*cursor != '\0') {
        struct form_node child;
        char parent[FORM_POINTER_SIZE];
        bool required;

        text_copy(parent, sizeof(parent), path);
        if (!step_into(work, &cursor, token, &child, &required) ||
            !form_pointer_push(path, sizeof(path), token))
            return error_set(compiler->error, ERROR_INVALID,
                             "%s/scope: \"%s\" is not of the form #/properties/name", work->place,
                             scope);
        if (child.schema == NULL)
            return error_set(compiler->error, ERROR_INVALID,
                             "%s/scope: \"%s\" leads to nothing in the schema", work->place, scope);
        /* The object just walked into: may it be missing? */
        if (work->node.schema != work->container->node.schema && optional == NULL) {
            if (!work->control->required)
                optional = form_pool_text(&form->pool, parent);
            else if (!work->container->in_item && work->container->tuple == NULL &&
                     form_node_is_object(form, &work->node) && !form_require_object(form, parent))
                return form_out_of_memory(compiler);
        }
        work->control->required = required;
        key = *key == '\0' ? form_pool_text(&form->pool, token)
                           : form_pool_format(&form->pool, "%s.%s", key, token);
        work->name = json_is_array(json_object_get(work->node.resolved, "prefixItems"))
                         ? form_pool_format(&form->pool, "%lu", strtoul(token, NULL, 10) + 1)
                         : form_pool_text(&form->pool, token);
        work->node = child;
        if (key == NULL || work->name == NULL)
            return form_out_of_memory(compiler);
    }
    work->control->path = form_pool_text(&form->pool, path);
    work->control->key = key;
    work->control->optional = optional;
    work->control->tuple = work->container->tuple;
    return work->control->path == NULL ? form_out_of_memory(compiler) : 0;
}

/* The first translation of a suffix among the keys that JSON Forms tries. */
bool form_work_translated(struct form_work *work, const char *suffix, const char *otherwise,
                          struct form_text *text)
{
    struct form *form = work->compiler->form;
    const char *keys[] = {
        json_text_or(work->definition, "i18n", NULL),
        form_node_text(&work->node, "i18n"),
        work->control->key,
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i] == NULL || *keys[i] == '\0')
            continue;
        if (!form_label(form, text, keys[i], suffix, NULL))
            return false;
        if (*text->text[FORM_FRENCH] == '\0' && *text->text[FORM_ENGLISH] == '\0')
            continue;
        for (int language = 0; otherwise != NULL && language < FORM_LANGUAGE_COUNT; language++)
            if (*text->text[language] == '\0')
                text->text[language] = otherwise;
        return true;
    }
    return form_label(form, text, NULL, suffix, otherwise);
}

static int label_control(struct form_work *work)
{
    struct form *form = work->compiler->form;
    const json_t *label = json_object_get(work->definition, "label");
    const char *otherwise = form_node_text(&work->node, "title");
    const char *own_key = json_text_or(work->definition, "i18n", NULL);

    if (own_key == NULL)
        own_key = form_node_text(&work->node, "i18n");
    if (own_key != NULL)
        work->control->key = own_key;
    if (json_is_string(label))
        otherwise = json_string_value(label);
    else if (json_is_object(label))
        otherwise = json_text_or(label, "text", otherwise);
    if (otherwise == NULL)
        otherwise = form_readable_name(form, work->name);
    if (otherwise == NULL ||
        !form_work_translated(work, ".label", otherwise, &work->element->label) ||
        !form_work_translated(work, ".description", form_node_text(&work->node, "description"),
                              &work->element->description) ||
        !form_work_translated(work, ".placeholder",
                              json_text_or(work->options, "placeholder", NULL),
                              &work->control->placeholder))
        return form_out_of_memory(work->compiler);
    return 0;
}

/* --- choices --------------------------------------------------------------------------------- */

/* The list of choices of a schema: an `enum`, or a `oneOf` or `anyOf` of nothing but `const`. */
const json_t *form_choice_list(const json_t *schema)
{
    static const char *const words[] = {"oneOf", "anyOf"};
    const json_t *list = json_object_get(schema, "enum");

    if (json_is_array(list))
        return list;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        bool all = true;

        list = json_object_get(schema, words[i]);
        for (size_t j = 0; j < json_array_size(list); j++)
            all = all && json_object_get(json_array_get(list, j), "const") != NULL;
        if (all && json_array_size(list) > 0)
            return list;
    }
    return NULL;
}

/* A value as the last part of a translation key, and as a label when there is no other. */
static const char *value_text(struct form *form, const json_t *value)
{
    char *text;
    const char *copy;

    if (json_is_string(value))
        return json_string_value(value);
    text = json_write(value);
    copy = text == NULL ? NULL : form_pool_text(&form->pool, text);
    free(text);
    return copy;
}

bool form_choice_fold(struct form *form, struct form_choice *choice)
{
    for (int language = 0; language < FORM_LANGUAGE_COUNT; language++) {
        const char *label = form_text_in(&choice->label, language);
        char *folded = text_fold(label, strlen(label));

        choice->folded.text[language] = folded == NULL ? NULL : form_pool_text(&form->pool, folded);
        free(folded);
        if (choice->folded.text[language] == NULL)
            return false;
    }
    return true;
}

/* `entry` is a value, or for a oneOf {"const", "title", "i18n"}. */
static bool add_choice(struct form_work *work, const json_t *entry, bool titled)
{
    struct form *form = work->compiler->form;
    struct form_choice *choice = &work->control->choices[work->control->choice_count];
    const json_t *value = titled ? json_object_get(entry, "const") : entry;
    const char *title = titled ? json_text_or(entry, "title", NULL) : NULL;
    const char *own_key = titled ? json_text_or(entry, "i18n", NULL) : NULL;
    const char *word = value_text(form, value);
    const char *suffix = word == NULL ? NULL : form_pool_format(&form->pool, ".%s", word);

    if (word == NULL || suffix == NULL)
        return false;
    choice->value = value;
    if (!form_label(form, &choice->label, own_key, "", NULL) ||
        (*form_text_in(&choice->label, FORM_FRENCH) == '\0' &&
         !form_work_translated(work, suffix, title != NULL ? title : word, &choice->label)) ||
        !form_choice_fold(form, choice))
        return false;
    work->control->choice_count++;
    return true;
}

static int add_choices(struct form_work *work, const json_t *list, bool titled)
{
    size_t count = json_array_size(list);

    if (count > CHOICE_LIMIT)
        return error_set(work->compiler->error, ERROR_TOO_LARGE, "%s: more than %d choices",
                         work->place, CHOICE_LIMIT);
    work->control->choices =
        form_pool_take(&work->compiler->form->pool, count * sizeof(struct form_choice));
    if (work->control->choices == NULL)
        return form_out_of_memory(work->compiler);
    for (size_t i = 0; i < count; i++)
        if (!add_choice(work, json_array_get(list, i), titled))
            return form_out_of_memory(work->compiler);
    return 0;
}

int form_work_choices(struct form_work *work, const json_t *schema)
{
    const json_t *list = form_choice_list(schema);
    json_t *only;
    int result;

    if (list != NULL)
        return add_choices(work, list, list != json_object_get(schema, "enum"));
    /* A constant: the one choice. Its value is the schema's, the list is not needed any more. */
    only = json_pack("[O]", json_object_get(schema, "const"));
    if (only == NULL)
        return form_out_of_memory(work->compiler);
    result = add_choices(work, only, false);
    json_decref(only);
    return result;
}

/* --- kinds of input -------------------------------------------------------------------------- */

static bool is_word(const char *text, const char *first, const char *second)
{
    return text != NULL && (strcmp(text, first) == 0 || strcmp(text, second) == 0);
}

static bool name_contains(const char *name, const char *part)
{
    char *folded = text_fold(name, strlen(name));
    bool contains = folded != NULL && strstr(folded, part) != NULL;

    free(folded);
    return contains;
}

static void describe_string(struct form_work *work)
{
    struct form_control *control = work->control;
    const char *format = json_text_or(work->options, "format", NULL);

    if (format == NULL)
        format = json_text_or(work->node.resolved, "format", "");
    control->input = FORM_INPUT_TEXT;
    control->maximum_length = (size_t)json_integer_or(work->node.resolved, "maxLength", 0);
    if (strcmp(format, "date") == 0)
        control->input = FORM_INPUT_DATE;
    else if (strcmp(format, "time") == 0)
        control->input = FORM_INPUT_TIME;
    else if (strcmp(format, "date-time") == 0)
        control->input = FORM_INPUT_DATE_TIME;
    else if (json_bool_or(work->options, "multi", false))
        control->input = FORM_INPUT_MULTILINE;
    else if (is_word(format, "email", "idn-email"))
        control->style = FORM_STYLE_EMAIL;
    else if (is_word(format, "phone", "tel") || name_contains(work->name, "phone"))
        control->style = FORM_STYLE_PHONE;
    else if (strcmp(format, "postal-code") == 0 || name_contains(work->name, "postal code") ||
             name_contains(work->name, "postalcode") || name_contains(work->name, "code postal"))
        control->style = FORM_STYLE_POSTAL_CODE;
}

/* An amount that is no whole number of cents is somebody else's money: it has fields of its own. */
static bool is_money_object(const struct form_node *node)
{
    const json_t *properties = json_object_get(node->resolved, "properties");

    return strcmp(json_text_or(json_object_get(properties, "amount"), "type", ""), "integer") ==
               0 &&
           json_object_get(properties, "currency") != NULL && json_object_size(properties) == 2;
}

static bool wants_money(const struct form_work *work)
{
    return is_word(json_text_or(work->options, "format", NULL), "money", "currency") ||
           is_word(form_node_text(&work->node, "format"), "money", "currency");
}

static int describe_suggestions(struct form_work *work)
{
    const json_t *suggestions = json_object_get(work->options, "suggestion");

    if (work->control->input != FORM_INPUT_TEXT || !json_is_array(suggestions))
        return 0;
    work->control->input = FORM_INPUT_CHOICE;
    work->control->suggestions = true;
    return add_choices(work, suggestions, false);
}

int form_work_degrade(struct form_work *work, const char *french, const char *english)
{
    work->element->remark.text[FORM_FRENCH] = french;
    work->element->remark.text[FORM_ENGLISH] = english;
    work->control->input = FORM_INPUT_JSON;
    return 0;
}

static int describe_number(struct form_work *work, bool whole)
{
    work->control->input = wants_money(work) ? FORM_INPUT_MONEY
                           : whole           ? FORM_INPUT_INTEGER
                                             : FORM_INPUT_NUMBER;
    return 0;
}

/* Which input an answer takes, by its schema and the options of the layout. */
static int describe(struct form_work *work)
{
    struct form_control *control = work->control;
    const json_t *schema = work->node.resolved;
    const char *type;

    if (!json_is_object(schema))
        return form_work_degrade(work, "Le type de ce champ n’est pas décrit : écrire du JSON.",
                                 "The type of this field is not described: write JSON.");
    if (form_choice_list(schema) != NULL || json_object_get(schema, "const") != NULL) {
        control->input = FORM_INPUT_CHOICE;
        control->radio = is_word(json_text_or(work->options, "format", NULL), "radio", "radio");
        return form_work_choices(work, schema);
    }
    type = form_node_type(&work->node);
    if (*type == '\0' && form_node_is_object(work->compiler->form, &work->node))
        type = "object";
    if (strcmp(type, "string") == 0) {
        describe_string(work);
        return describe_suggestions(work);
    }
    if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
        return describe_number(work, type[0] == 'i');
    if (strcmp(type, "boolean") == 0) {
        control->input = FORM_INPUT_BOOLEAN;
        return 0;
    }
    if (strcmp(type, "array") == 0)
        return form_describe_array(work);
    if (strcmp(type, "object") == 0 && is_money_object(&work->node)) {
        control->input = FORM_INPUT_MONEY;
        return 0;
    }
    if (strcmp(type, "object") == 0)
        return form_describe_object(work);
    return form_work_degrade(
        work, "Le type de ce champ n’est pas de ceux que l’écran connaît : écrire du JSON.",
        "The type of this field is not one that the screen knows: write JSON.");
}

int form_compile_control(struct form_compiler *compiler, struct form_element *element,
                         const struct form_container *container, json_t *definition,
                         const char *place, int depth)
{
    const char *scope = json_text_or(definition, "scope", NULL);
    struct form_control *control = form_pool_take(&compiler->form->pool, sizeof(*control));
    struct form_work work = {.compiler = compiler,
                             .element = element,
                             .control = control,
                             .container = container,
                             .definition = definition,
                             .options = json_object_get(definition, "options"),
                             .place = place,
                             .depth = depth};
    const json_t *variants;
    struct form_node whole;
    int result;

    if (control == NULL)
        return form_out_of_memory(compiler);
    if (scope == NULL)
        return error_set(compiler->error, ERROR_INVALID, "%s: a control needs a `scope`", place);
    element->kind = FORM_CONTROL;
    element->control = control;
    result = find_answer(&work, scope);
    if (result == 0)
        result = label_control(&work);
    if (result != 0)
        return result;
    whole = work.node;
    form_node_unwrap(compiler->form, &work.node);
    control->schema = work.node.resolved != NULL ? work.node.resolved : work.node.schema;
    control->readonly = container->readonly || json_bool_or(control->schema, "readOnly", false) ||
                        json_bool_or(whole.schema, "readOnly", false) ||
                        json_bool_or(work.node.schema, "readOnly", false) ||
                        json_bool_or(work.options, "readonly", false) ||
                        json_bool_or(work.options, "readOnly", false);
    variants = json_object_get(work.options, "variants");
    if ((json_is_true(variants) || json_is_array(variants)) && *work.name == '\0')
        return form_compile_variants(compiler, element, container, variants, place, depth);
    result = describe(&work);
    if (result != 0 || element->kind == FORM_GROUP)
        return result;
    return form_node_compile(compiler, &whole, &control->check, place);
}
