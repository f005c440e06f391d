/* What an object holds, wherever its schema says so: its own properties, the parts of its `allOf`,
 * and the alternatives of one `oneOf` or `anyOf`. */
#include "forms/form_private.h"

#include <stdio.h>
#include <string.h>

#include "forms/form_pointer.h"

/* Parts inside of parts, and how many are looked at. */
#define PART_DEPTH 4
#define PART_LIMIT 64

struct walk {
    struct form *form;
    json_t *seen; /* names */
    form_member_visitor *each;
    void *context;
};

/* The part `index` of a list of schemas. */
static bool part_of(struct form *form, const struct form_node *node, const char *word, size_t index,
                    struct form_node *part)
{
    char relative[64];

    snprintf(relative, sizeof(relative), "/%s/%zu", word, index);
    return form_node_below(form, node, relative, part) && json_is_object(part->resolved);
}

static size_t part_count(const struct form_node *node, const char *word)
{
    size_t count = json_array_size(json_object_get(node->resolved, word));

    return count < PART_LIMIT ? count : PART_LIMIT;
}

static bool walk_members(struct walk *walk, const struct form_node *object, int depth)
{
    json_t *properties = json_object_get(object->resolved, "properties");
    struct form_node part;
    const char *name;
    json_t *property;

    json_object_foreach(properties, name, property)
    {
        char relative[FORM_POINTER_SIZE] = "/properties";

        if (json_object_get(walk->seen, name) != NULL)
            continue;
        if (json_object_set_new(walk->seen, name, json_true()) != 0 ||
            !form_pointer_push(relative, sizeof(relative), name) ||
            !form_node_below(walk->form, object, relative, &part) ||
            !walk->each(walk->context, name, &part))
            return false;
    }
    for (size_t i = 0; depth < PART_DEPTH && i < part_count(object, "allOf"); i++)
        if (part_of(walk->form, object, "allOf", i, &part) && !walk_members(walk, &part, depth + 1))
            return false;
    return true;
}

bool form_node_members(struct form *form, const struct form_node *object, form_member_visitor *each,
                       void *context)
{
    struct walk walk = {form, json_object(), each, context};
    bool done = walk.seen != NULL && walk_members(&walk, object, 0);

    json_decref(walk.seen);
    return done;
}

static bool add_name(void *context, const char *name, const struct form_node *member)
{
    (void)member;
    return json_object_set_new(context, name, json_true()) == 0;
}

json_t *form_node_names(struct form *form, const struct form_node *object)
{
    json_t *names = json_object();

    if (names != NULL && form_node_members(form, object, add_name, names))
        return names;
    json_decref(names);
    return NULL;
}

static bool add_required(struct form *form, const struct form_node *object, json_t *names,
                         int depth)
{
    const json_t *required = json_object_get(object->resolved, "required");
    struct form_node part;
    json_t *name;
    size_t i;

    json_array_foreach(required, i, name)
    {
        if (json_is_string(name) &&
            json_object_set_new(names, json_string_value(name), json_true()) != 0)
            return false;
    }
    for (i = 0; depth < PART_DEPTH && i < part_count(object, "allOf"); i++)
        if (part_of(form, object, "allOf", i, &part) &&
            !add_required(form, &part, names, depth + 1))
            return false;
    return true;
}

json_t *form_node_required(struct form *form, const struct form_node *object)
{
    json_t *names = json_object();

    if (names != NULL && add_required(form, object, names, 0))
        return names;
    json_decref(names);
    return NULL;
}

/* --- alternatives ---------------------------------------------------------------------------- */

static bool stop_at_first(void *context, const char *name, const struct form_node *member)
{
    (void)name;
    (void)member;
    *(bool *)context = true;
    return false;
}

static bool has_members(struct form *form, const struct form_node *node)
{
    bool any = false;

    form_node_members(form, node, stop_at_first, &any);
    return any;
}

bool form_node_is_null(const struct form_node *node)
{
    const json_t *type = json_object_get(node->resolved, "type");
    const json_t *fixed = json_object_get(node->resolved, "const");

    return json_is_null(fixed) ||
           (json_is_string(type) && strcmp(json_string_value(type), "null") == 0);
}

/* The only part of the list that is not null. */
static bool only_part(struct form *form, const struct form_node *node, const char *word,
                      struct form_node *only)
{
    size_t count = json_array_size(json_object_get(node->resolved, word));
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        struct form_node part;

        if (count > PART_LIMIT || !part_of(form, node, word, i, &part))
            return false;
        if (form_node_is_null(&part))
            continue;
        *only = part;
        found++;
    }
    return found == 1;
}

void form_node_unwrap(struct form *form, struct form_node *node)
{
    static const char *const words[] = {"anyOf", "oneOf", "allOf"};

    for (int depth = 0; depth < PART_DEPTH; depth++) {
        struct form_node only;
        bool found = false;

        if (*form_node_type(node) != '\0')
            return;
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !found; i++)
            found = only_part(form, node, words[i], &only);
        if (!found)
            return;
        *node = only;
    }
}

/* Whether each part of the list is an object (or null), and one of them at least has members. */
static bool are_objects(struct form *form, const struct form_node *node, const char *word)
{
    size_t count = json_array_size(json_object_get(node->resolved, word));
    size_t objects = 0;
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        struct form_node part;
        bool has;

        if (count > PART_LIMIT || !part_of(form, node, word, i, &part))
            return false;
        if (form_node_is_null(&part))
            continue;
        objects++;
        has = has_members(form, &part);
        any = any || has;
        if (!has && strcmp(form_node_type(&part), "object") != 0)
            return false;
    }
    return any && objects > 1;
}

static bool find_variants(struct form *form, const struct form_node *node, struct form_node *holder,
                          const char **word, int depth)
{
    static const char *const words[] = {"oneOf", "anyOf"};
    struct form_node part;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (are_objects(form, node, words[i])) {
            *holder = *node;
            *word = words[i];
            return true;
        }
    }
    for (size_t i = 0; depth < PART_DEPTH && i < part_count(node, "allOf"); i++)
        if (part_of(form, node, "allOf", i, &part) &&
            find_variants(form, &part, holder, word, depth + 1))
            return true;
    return false;
}

bool form_node_variants(struct form *form, const struct form_node *node, struct form_node *holder,
                        const char **word)
{
    return find_variants(form, node, holder, word, 0);
}

bool form_node_is_object(struct form *form, const struct form_node *node)
{
    struct form_node holder;
    const char *word;

    return json_is_object(node->resolved) &&
           (has_members(form, node) || form_node_variants(form, node, &holder, &word));
}

const json_t *form_node_fixed(const struct form_node *node)
{
    const json_t *list = json_object_get(node->resolved, "enum");
    const json_t *fixed = json_object_get(node->resolved, "const");

    return fixed != NULL ? fixed : json_array_size(list) == 1 ? json_array_get(list, 0) : NULL;
}
