#include "forms/form_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/form_pointer.h"
#include "forms/schema.h"

/* References that may follow one another. */
#define REFERENCE_LIMIT 16

/* The pointer part of a reference inside this document, percent signs opened; NULL: not such. */
static char *local_pointer(struct form *form, const char *reference)
{
    char *pointer;
    char *to;

    if (reference[0] != '#' || (reference[1] != '\0' && reference[1] != '/'))
        return NULL;
    pointer = form_pool_text(&form->pool, reference + 1);
    if (pointer == NULL)
        return NULL;
    to = pointer;
    for (const char *from = pointer; *from != '\0'; from++) {
        if (from[0] == '%' && isxdigit((unsigned char)from[1]) &&
            isxdigit((unsigned char)from[2])) {
            char digits[3] = {from[1], from[2], '\0'};

            *to++ = (char)strtol(digits, NULL, 16);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return pointer;
}

bool form_node_follow(struct form *form, struct form_node *node)
{
    json_t *here = node->schema;

    for (int i = 0; i < REFERENCE_LIMIT; i++) {
        const char *reference = json_text_or(here, "$ref", NULL);
        const char *pointer;

        if (reference == NULL) {
            node->resolved = here;
            return true;
        }
        pointer = local_pointer(form, reference);
        if (pointer == NULL)
            break;
        here = form_pointer_get(form->definition, pointer);
        if (here == NULL)
            break;
    }
    node->resolved = NULL;
    return false;
}

bool form_node_below(struct form *form, const struct form_node *node, const char *relative,
                     struct form_node *below)
{
    const char *base = node->pointer;
    const char *reference = json_text_or(node->schema, "$ref", NULL);
    json_t *from = node->schema;

    below->schema = form_pointer_get(from, relative);
    for (int i = 0; below->schema == NULL && reference != NULL && i < REFERENCE_LIMIT; i++) {
        base = local_pointer(form, reference);
        from = base == NULL ? NULL : form_pointer_get(form->definition, base);
        if (from == NULL)
            return false;
        below->schema = form_pointer_get(from, relative);
        reference = json_text_or(from, "$ref", NULL);
    }
    if (below->schema == NULL)
        return false;
    below->pointer = form_pool_format(&form->pool, "%s%s", base, relative);
    if (below->pointer == NULL)
        return false;
    form_node_follow(form, below);
    return true;
}

/* Where else the properties of an object may stand. */
static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
static const char *const branches[] = {"then", "else"};

static bool property_at(struct form *form, const struct form_node *object, const char *name,
                        struct form_node *property, int depth)
{
    char relative[FORM_POINTER_SIZE] = "/properties";
    struct form_node part;

    if (depth > 4 || object->resolved == NULL)
        return false;
    if (form_pointer_push(relative, sizeof(relative), name) &&
        form_node_below(form, object, relative, property))
        return true;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        size_t count = json_array_size(json_object_get(object->resolved, lists[i]));

        for (size_t j = 0; j < count && j < 64; j++) {
            snprintf(relative, sizeof(relative), "/%s/%zu", lists[i], j);
            if (form_node_below(form, object, relative, &part) &&
                property_at(form, &part, name, property, depth + 1))
                return true;
        }
    }
    for (size_t i = 0; i < sizeof(branches) / sizeof(branches[0]); i++) {
        snprintf(relative, sizeof(relative), "/%s", branches[i]);
        if (form_node_below(form, object, relative, &part) &&
            property_at(form, &part, name, property, depth + 1))
            return true;
    }
    return false;
}

bool form_node_property(struct form *form, const struct form_node *object, const char *name,
                        struct form_node *property)
{
    return property_at(form, object, name, property, 0);
}

const char *form_node_text(const struct form_node *node, const char *member)
{
    const char *text = json_text_or(node->schema, member, NULL);

    return text != NULL ? text : json_text_or(node->resolved, member, NULL);
}

/* A fragment that is a URI: everything but the plain characters is percent-encoded. */
static char *fragment(struct form *form, const char *pointer)
{
    char *text = form_pool_take(&form->pool, strlen(pointer) * 3 + 2);
    char *to = text;

    if (text == NULL)
        return NULL;
    *to++ = '#';
    for (const char *from = pointer; *from != '\0'; from++) {
        if (isalnum((unsigned char)*from) || strchr("/$-_.~", *from) != NULL) {
            *to++ = *from;
        } else {
            snprintf(to, 4, "%%%02X", (unsigned)(unsigned char)*from);
            to += 3;
        }
    }
    *to = '\0';
    return text;
}

/* True when the schema leans on nothing outside of itself. */
static bool stands_alone(json_t *schema)
{
    const char *name;
    json_t *part;
    size_t i;

    if (json_object_get(schema, "$ref") != NULL || json_object_get(schema, "$dynamicRef") != NULL)
        return false;
    json_object_foreach(schema, name, part) if (!stands_alone(part)) return false;
    json_array_foreach(schema, i, part) if (!stands_alone(part)) return false;
    return true;
}

int form_node_compile(struct form_compiler *compiler, const struct form_node *node,
                      struct schema **schema, const char *place)
{
    struct form *form = compiler->form;
    struct form_owned *owned = form_pool_take(&form->pool, sizeof(*owned));
    struct schema_options options = {.format = SCHEMA_FORMAT_ASSERT};

    options.start = fragment(form, node->pointer);
    if (owned == NULL || options.start == NULL)
        return form_out_of_memory(compiler);
    owned->next = form->owned;
    form->owned = owned;
    /* Alone, it is compiled without a look at the whole form. */
    if (stands_alone(node->schema))
        options.start = NULL;
    if (schema_compile(&owned->schema, options.start == NULL ? node->schema : form->definition,
                       &options, compiler->error) != 0)
        return error_prefix(compiler->error, "%s: schema%s", place, node->pointer);
    *schema = owned->schema;
    return 0;
}

/* The type that keywords other than `type` tell. */
static const char *guessed_type(const json_t *schema)
{
    static const char *const signs[][2] = {
        {"properties", "object"}, {"items", "array"},       {"minLength", "string"},
        {"maxLength", "string"},  {"pattern", "string"},    {"format", "string"},
        {"minimum", "number"},    {"maximum", "number"},    {"multipleOf", "number"},
        {"minItems", "array"},    {"prefixItems", "array"},
    };

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (json_object_get(schema, signs[i][0]) != NULL)
            return signs[i][1];
    return "";
}

const char *form_node_type(const struct form_node *node)
{
    const json_t *type = json_object_get(node->resolved, "type");
    const char *found = "";
    json_t *word;
    size_t i;

    if (json_is_string(type))
        return json_string_value(type);
    if (!json_is_array(type))
        return guessed_type(node->resolved);
    json_array_foreach(type, i, word)
    {
        const char *name = json_is_string(word) ? json_string_value(word) : "";

        if (strcmp(name, "null") == 0)
            continue;
        if (*found != '\0')
            return "";
        found = name;
    }
    return found;
}
