#include "forms/form_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/form_migrate.h"
#include "forms/form_pointer.h"
#include "forms/layout.h"
#include "forms/rule.h"
#include "forms/schema.h"

/* Conditions at the root that may make answers required. */
#define CONDITION_LIMIT 500

/* --- recipients ------------------------------------------------------------------------------ */

/* A localised member ({"fr","en"} or a string) in both languages. */
static bool localised(struct form *form, struct form_text *text, const json_t *value)
{
    static const char *const tags[FORM_LANGUAGE_COUNT] = {"fr", "en"};

    for (int language = 0; language < FORM_LANGUAGE_COUNT; language++) {
        text->text[language] = form_pool_text(&form->pool, json_localised(value, tags[language]));
        if (text->text[language] == NULL)
            return false;
    }
    return true;
}

static int add_recipient(struct form_compiler *compiler, const json_t *definition, size_t index)
{
    struct form *form = compiler->form;
    struct form_recipient *recipient = &form->recipients[index];
    const json_t *answers = json_object_get(definition, "answers");
    size_t count = json_array_size(answers);

    recipient->id = json_text_or(definition, "id", "");
    if (*recipient->id == '\0')
        return error_set(compiler->error, ERROR_INVALID, "/recipients/%zu/id: missing", index);
    recipient->answers = form_pool_take(&form->pool, (count + 1) * sizeof(recipient->answers[0]));
    if (recipient->answers == NULL ||
        !localised(form, &recipient->title, json_object_get(definition, "title")) ||
        !localised(form, &recipient->consent, json_object_get(definition, "consent")))
        return form_out_of_memory(compiler);
    for (size_t i = 0; i < count; i++) {
        const json_t *name = json_array_get(answers, i);

        if (!json_is_string(name) ||
            json_object_get(json_object_get(form->definition, "properties"),
                            json_string_value(name)) == NULL)
            return error_set(compiler->error, ERROR_INVALID,
                             "/recipients/%zu/answers/%zu: no such answer", index, i);
        recipient->answers[recipient->answer_count++] = json_string_value(name);
    }
    return 0;
}

static int add_recipients(struct form_compiler *compiler)
{
    struct form *form = compiler->form;
    const json_t *list = json_object_get(form->body, "recipients");
    size_t count = json_array_size(list);

    if (count > 200)
        return error_set(compiler->error, ERROR_TOO_LARGE, "/recipients: more than 200");
    form->recipients = form_pool_take(&form->pool, count * sizeof(form->recipients[0]));
    if (form->recipients == NULL)
        return form_out_of_memory(compiler);
    for (size_t i = 0; i < count; i++) {
        int result = add_recipient(compiler, json_array_get(list, i), i);

        if (result != 0)
            return result;
        form->recipient_count++;
    }
    return 0;
}

/* --- conditions of the schema ---------------------------------------------------------------- */

static const json_t *required_of(const json_t *schema)
{
    const json_t *list = json_object_get(schema, "required");

    return json_is_array(list) ? list : NULL;
}

static int add_condition(struct form_compiler *compiler, const char *pointer, const json_t *part)
{
    struct form *form = compiler->form;
    struct form_condition *condition = &form->conditions[form->condition_count];
    const json_t *when_true = required_of(json_object_get(part, "then"));
    const json_t *when_false = required_of(json_object_get(part, "else"));
    char *test = form_pool_format(&form->pool, "%s/if", pointer);
    struct form_node node = {json_object_get(part, "if"), NULL, test};

    if (node.schema == NULL || (when_true == NULL && when_false == NULL))
        return 0;
    if (test == NULL)
        return form_out_of_memory(compiler);
    condition->when_true = when_true;
    condition->when_false = when_false;
    form->condition_count++;
    return form_node_compile(compiler, &node, &condition->test, "");
}

static int add_conditions(struct form_compiler *compiler)
{
    struct form *form = compiler->form;
    const json_t *all = json_object_get(form->definition, "allOf");
    json_t *dependent = json_object_get(form->definition, "dependentRequired");
    const char *name;
    json_t *part;
    size_t room;
    size_t i;
    int result;

    room = 1 + json_array_size(all) + json_object_size(dependent);
    if (room > CONDITION_LIMIT)
        return error_set(compiler->error, ERROR_TOO_LARGE, "/schema: more than %d conditions",
                         CONDITION_LIMIT);
    form->conditions = form_pool_take(&form->pool, room * sizeof(form->conditions[0]));
    if (form->conditions == NULL)
        return form_out_of_memory(compiler);
    result = add_condition(compiler, "", form->definition);
    json_array_foreach(all, i, part)
    {
        char pointer[32];

        snprintf(pointer, sizeof(pointer), "/allOf/%zu", i);
        if (result == 0)
            result = add_condition(compiler, pointer, part);
    }
    json_object_foreach(dependent, name, part) if (json_is_array(part))
        form->conditions[form->condition_count++] =
        (struct form_condition){.name = name, .when_true = part};
    return result;
}

static bool condition_holds(const struct form_condition *condition, const json_t *answers)
{
    if (condition->test == NULL)
        return json_object_get(answers, condition->name) != NULL;
    return schema_validate(condition->test, answers, NULL, NULL, NULL) == 0;
}

const char **form_required_by_condition(const struct form *form, const json_t *answers)
{
    size_t room = 1;
    size_t count = 0;
    const char **names;

    for (size_t i = 0; i < form->condition_count; i++)
        room += json_array_size(form->conditions[i].when_true) +
                json_array_size(form->conditions[i].when_false);
    names = calloc(room, sizeof(names[0]));
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < form->condition_count; i++) {
        const struct form_condition *condition = &form->conditions[i];
        const json_t *list =
            condition_holds(condition, answers) ? condition->when_true : condition->when_false;
        json_t *name;
        size_t j;

        json_array_foreach(list, j, name) if (json_is_string(name)) names[count++] =
            json_string_value(name);
    }
    return names;
}

json_t *form_complete(const struct form *form, json_t *answers)
{
    json_t *copy = NULL;

    for (size_t i = 0; i < form->required_object_count; i++) {
        const char *path = form->required_objects[i];
        json_t *empty;

        if (form_pointer_get(copy != NULL ? copy : answers, path) != NULL)
            continue;
        if (copy == NULL)
            copy = json_deep_copy(answers);
        empty = json_object();
        if (copy == NULL || empty == NULL) {
            json_decref(copy);
            json_decref(empty);
            return NULL;
        }
        form_pointer_put(copy, path, empty);
        json_decref(empty);
    }
    return copy != NULL ? copy : json_incref(answers);
}

/* Objects around a field that say more than which members they have. */
static bool is_plain(struct form *form, const json_t *object, int depth)
{
    static const char *const words[] = {
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependencies",
        "propertyNames",
        "dependentSchemas",
        "patternProperties",
        "unevaluatedProperties",
        "minProperties",
        "maxProperties",
        "enum",
        "const",
        "$dynamicRef",
        "$ref",
    };
    const char *name;
    json_t *property;

    if (depth > FORM_DEPTH_LIMIT)
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (json_object_get(object, words[i]) != NULL)
            return false;
    json_object_foreach(json_object_get(object, "properties"), name, property)
    {
        const json_t *items = json_object_get(property, "items");

        struct form_node answer = {property, NULL, ""};

        if (json_object_get(property, "prefixItems") != NULL ||
            (json_object_get(property, "properties") == NULL && form_node_follow(form, &answer) &&
             form_node_is_object(form, &answer)))
            return false;
        if (json_object_get(property, "properties") != NULL && !is_plain(form, property, depth + 1))
            return false;
        if (json_object_get(items, "properties") != NULL && !is_plain(form, items, depth + 1))
            return false;
        if (json_object_get(property, "$ref") != NULL) {
            struct form_node node = {property, NULL, ""};

            if (!form_node_follow(form, &node) || !is_plain(form, node.resolved, depth + 1))
                return false;
        }
    }
    return true;
}

/* --- the whole ------------------------------------------------------------------------------- */

static int compile_layout(struct form_compiler *compiler)
{
    struct form *form = compiler->form;
    json_t *layout = json_object_get(form->body, "layout");
    struct form_container container = {.node = {form->definition, NULL, ""}, .key = "", .path = ""};

    if (!form_node_follow(form, &container.node))
        return error_set(compiler->error, ERROR_INVALID, "/schema/$ref: leads to nothing");
    if (!json_is_object(layout) || json_object_size(layout) == 0) {
        layout = layout_generate(form, &container.node, NULL);
        if (layout == NULL || json_array_append_new(form->layouts, layout) != 0)
            return form_out_of_memory(compiler);
    }
    return form_compile_element(compiler, &form->root, &container, layout, "/layout", 0);
}

static int compile(struct form_compiler *compiler)
{
    struct form *form = compiler->form;
    struct schema_options options = {.format = SCHEMA_FORMAT_ASSERT};
    const json_t *translations = json_object_get(form->body, "translations");
    int result;

    form->definition = json_object_get(form->body, "schema");
    form->translations[FORM_FRENCH] = json_object_get(translations, "fr");
    form->translations[FORM_ENGLISH] = json_object_get(translations, "en");
    if (!json_is_object(form->definition))
        return error_set(compiler->error, ERROR_INVALID, "/schema: must be an object");
    if (schema_compile(&form->schema, form->definition, &options, compiler->error) != 0)
        return error_prefix(compiler->error, "/schema");
    form->plain = is_plain(form, form->definition, 0);
    result = form_migrations_check(form->body, compiler->error);
    if (result == 0)
        result = compile_layout(compiler);
    if (result == 0)
        result = add_recipients(compiler);
    if (result == 0)
        result = add_conditions(compiler);
    return result;
}

int form_give_layout(json_t *body, struct error *error)
{
    struct form form = {.definition = json_object_get(body, "schema"), .ordered = true};
    struct form_node node = {form.definition, NULL, ""};
    json_t *layout = NULL;
    int result = 0;

    if (json_object_size(json_object_get(body, "layout")) > 0 || !json_is_object(form.definition))
        return 0;
    if (form_node_follow(&form, &node))
        layout = layout_generate(&form, &node, NULL);
    if (layout != NULL && json_object_set_new(body, "layout", layout) != 0)
        result = error_set(error, ERROR_MEMORY, "out of memory");
    form_pool_free(&form.pool);
    return result;
}

int form_compile(struct form **form, json_t *body, struct error *error)
{
    struct form_compiler compiler = {.error = error};
    int result;

    *form = NULL;
    if (!json_is_object(body))
        return error_set(error, ERROR_INVALID, "a form must be an object");
    compiler.form = calloc(1, sizeof(*compiler.form));
    if (compiler.form == NULL)
        return form_out_of_memory(&compiler);
    compiler.form->body = json_incref(body);
    compiler.form->layouts = json_array();
    result = compiler.form->layouts == NULL ? form_out_of_memory(&compiler) : compile(&compiler);
    if (result != 0) {
        form_free(compiler.form);
        return result;
    }
    *form = compiler.form;
    return 0;
}

void form_free(struct form *form)
{
    if (form == NULL)
        return;
    for (struct form_owned *owned = form->owned; owned != NULL; owned = owned->next) {
        rule_free(owned->rule);
        schema_free(owned->schema);
    }
    schema_free(form->schema);
    form_pool_free(&form->pool);
    free((void *)form->required_objects);
    json_decref(form->layouts);
    json_decref(form->body);
    free(form);
}

const char *form_key(const struct form *form)
{
    return json_text_or(form->body, "key", "");
}

int64_t form_version(const struct form *form)
{
    return json_integer_or(form->body, "version", 1);
}

const char *form_title(const struct form *form, enum form_language language)
{
    const json_t *title = json_object_get(form->body, "title");
    const char *text = json_localised(title, language == FORM_FRENCH ? "fr" : "en");

    return *text != '\0' ? text : json_text_or(form->definition, "title", "");
}

const struct form_element *form_root(const struct form *form)
{
    return form->root;
}

const struct schema *form_schema(const struct form *form)
{
    return form->schema;
}

bool form_is_plain(const struct form *form)
{
    return form->plain;
}

bool form_strips_hidden(const struct form *form)
{
    return json_bool_or(form->body, "strip_hidden", false);
}

size_t form_recipient_count(const struct form *form)
{
    return form->recipient_count;
}

const struct form_recipient *form_recipient(const struct form *form, size_t index)
{
    return &form->recipients[index];
}

const char *form_known_field(const struct form *form, const char *pointer)
{
    const json_t *known = json_object_get(form->body, "known");

    if (*pointer != '/')
        return NULL;
    return json_text_or(known, pointer + 1, json_text_or(known, pointer, NULL));
}
