#include "forms/form_private.h"

#include <string.h>

#include "app/json.h"
#include "forms/rule.h"

static const struct {
    const char *name;
    enum form_element_kind kind;
} kinds[] = {
    {"VerticalLayout", FORM_VERTICAL},
    {"HorizontalLayout", FORM_HORIZONTAL},
    {"Group", FORM_GROUP},
    {"Categorization", FORM_CATEGORIZATION},
    {"Category", FORM_CATEGORY},
    {"Label", FORM_LABEL},
    {"Control", FORM_CONTROL},
    {"ListWithDetail", FORM_CONTROL},
};

static int add_rule(struct form_compiler *compiler, struct form_element *element,
                    const struct form_container *container, json_t *definition, const char *place)
{
    struct form_owned *owned;

    if (definition == NULL)
        return 0;
    owned = form_pool_take(&compiler->form->pool, sizeof(*owned));
    if (owned == NULL)
        return form_out_of_memory(compiler);
    owned->next = compiler->form->owned;
    compiler->form->owned = owned;
    if (rule_compile(&owned->rule, definition, compiler->form->definition, compiler->error) != 0)
        return error_prefix(compiler->error, "%s/rule", place);
    element->rule = owned->rule;
    element->rule_base = container->path;
    return 0;
}

static int add_children(struct form_compiler *compiler, struct form_element *element,
                        const struct form_container *container, const json_t *definition,
                        const char *place, int depth)
{
    json_t *elements = json_object_get(definition, "elements");
    size_t count = json_array_size(elements);

    if (!json_is_array(elements))
        return error_set(compiler->error, ERROR_INVALID, "%s/elements: must be a list", place);
    if (count > FORM_ELEMENT_LIMIT)
        return error_set(compiler->error, ERROR_TOO_LARGE, "%s: more than %d elements", place,
                         FORM_ELEMENT_LIMIT);
    element->children = form_pool_take(&compiler->form->pool, count * sizeof(element->children[0]));
    if (element->children == NULL)
        return form_out_of_memory(compiler);
    for (size_t i = 0; i < count; i++) {
        char *child_place = form_pool_format(&compiler->form->pool, "%s/elements/%zu", place, i);
        int result;

        if (child_place == NULL)
            return form_out_of_memory(compiler);
        result = form_compile_element(compiler, &element->children[i], container,
                                      json_array_get(elements, i), child_place, depth + 1);
        if (result != 0)
            return result;
        element->child_count++;
    }
    return 0;
}

static int label_element(struct form_compiler *compiler, struct form_element *element,
                         const json_t *definition)
{
    bool is_label = element->kind == FORM_LABEL;
    const char *text = json_text_or(definition, is_label ? "text" : "label", NULL);

    if (!form_label(compiler->form, &element->label, json_text_or(definition, "i18n", NULL),
                    is_label ? ".text" : ".label", text))
        return form_out_of_memory(compiler);
    return 0;
}

/* Its words are shown, whichever member holds them. */
static int label_unknown(struct form_compiler *compiler, struct form_element *element,
                         const json_t *definition)
{
    static const char *const members[] = {"label", "text", "title"};
    const char *key = json_text_or(definition, "i18n", NULL);
    const char *text = NULL;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && text == NULL; i++)
        text = json_text_or(definition, members[i], NULL);
    if (!form_label(compiler->form, &element->label, key,
                    element->kind == FORM_LABEL ? ".text" : ".label", text))
        return form_out_of_memory(compiler);
    return 0;
}

/* What the screen does not know is shown as far as it can be: never as nothing. */
static int degrade(struct form_compiler *compiler, struct form_element *element,
                   const struct form_container *container, json_t *definition, const char *place,
                   int depth)
{
    struct form_pool *pool = &compiler->form->pool;
    const char *type = json_text_or(definition, "type", "?");
    const char *french = form_pool_format(pool, "Élément « %s » inconnu de cet écran.", type);
    const char *english = form_pool_format(pool, "Element “%s” is not known here.", type);
    int result = 0;

    if (french == NULL || english == NULL)
        return form_out_of_memory(compiler);
    if (json_object_get(definition, "scope") != NULL) {
        result = form_compile_control(compiler, element, container, definition, place, depth);
    } else if (json_is_array(json_object_get(definition, "elements"))) {
        element->kind = FORM_GROUP;
        result = add_children(compiler, element, container, definition, place, depth);
    } else {
        element->kind = FORM_LABEL;
    }
    if (result == 0 && json_object_get(definition, "scope") == NULL)
        result = label_unknown(compiler, element, definition);
    element->remark.text[FORM_FRENCH] = french;
    element->remark.text[FORM_ENGLISH] = english;
    return result;
}

static int compile_kind(struct form_compiler *compiler, struct form_element *element,
                        const struct form_container *container, json_t *definition,
                        const char *place, int depth)
{
    const char *type = json_text_or(definition, "type", "");
    size_t found = 0;
    int result;

    while (found < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[found].name, type) != 0)
        found++;
    if (found == sizeof(kinds) / sizeof(kinds[0]))
        return degrade(compiler, element, container, definition, place, depth);
    element->kind = kinds[found].kind;
    if (element->kind == FORM_CONTROL)
        return form_compile_control(compiler, element, container, definition, place, depth);
    result = label_element(compiler, element, definition);
    if (result == 0 && element->kind != FORM_LABEL)
        result = add_children(compiler, element, container, definition, place, depth);
    return result;
}

static void no_text(struct form_text *text)
{
    for (int language = 0; language < FORM_LANGUAGE_COUNT; language++)
        if (text->text[language] == NULL)
            text->text[language] = "";
}

int form_compile_element(struct form_compiler *compiler, struct form_element **element,
                         const struct form_container *container, json_t *definition,
                         const char *place, int depth)
{
    struct form_element *made;
    int result;

    if (!json_is_object(definition))
        return error_set(compiler->error, ERROR_INVALID, "%s: an element must be an object", place);
    if (depth > FORM_DEPTH_LIMIT)
        return error_set(compiler->error, ERROR_TOO_LARGE, "%s: nested more than %d deep", place,
                         FORM_DEPTH_LIMIT);
    if (++compiler->element_count > FORM_ELEMENT_LIMIT)
        return error_set(compiler->error, ERROR_TOO_LARGE, "%s: more than %d elements", place,
                         FORM_ELEMENT_LIMIT);
    made = form_pool_take(&compiler->form->pool, sizeof(*made));
    if (made == NULL)
        return form_out_of_memory(compiler);
    result = compile_kind(compiler, made, container, definition, place, depth);
    if (result == 0)
        result = add_rule(compiler, made, container, json_object_get(definition, "rule"), place);
    no_text(&made->label);
    no_text(&made->description);
    no_text(&made->remark);
    *element = made;
    return result;
}
