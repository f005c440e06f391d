/* Controls that hold others: lists, nested objects, tuples. */
#include "forms/form_work.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/layout.h"

static bool find_text(void *context, const char *name, const struct form_node *member)
{
    const char **found = context;

    if (strcmp(form_node_type(member), "string") != 0 ||
        form_choice_list(member->resolved) != NULL || form_node_fixed(member) != NULL)
        return true;
    *found = name;
    return false;
}

/* The member that names an item: as the layout says, else the first text. */
static const char *item_label_path(struct form_work *work, const struct form_node *item)
{
    struct form *form = work->compiler->form;
    const char *chosen = json_text_or(work->options, "elementLabelProp", NULL);

    if (chosen != NULL)
        return form_pool_format(&form->pool, "/%s", chosen);
    form_node_members(form, item, find_text, &chosen);
    return chosen == NULL ? NULL : form_pool_format(&form->pool, "/%s", chosen);
}

/* The layout of an object inside: given in `options.detail`, or generated. New reference. */
static json_t *detail_layout(struct form_work *work, const struct form_node *node)
{
    json_t *detail = json_object_get(work->options, "detail");

    return json_is_object(detail) ? json_incref(detail)
                                  : layout_generate(work->compiler->form, node, NULL);
}

static int compile_inside(struct form_work *work, struct form_element **inside,
                          const struct form_container *container)
{
    struct form *form = work->compiler->form;
    json_t *layout = detail_layout(work, &container->node);
    const char *place = form_pool_format(&form->pool, "%s/options/detail", work->place);

    /* What is compiled borrows from its layout: a generated one is kept with the form. */
    if (layout == NULL || place == NULL || json_array_append(form->layouts, layout) != 0) {
        json_decref(layout);
        return form_out_of_memory(work->compiler);
    }
    json_decref(layout);
    return form_compile_element(work->compiler, inside, container, layout, place, work->depth + 1);
}

/* NULL when out of memory. */
static const struct form_tuple *tuple_of(struct form_work *work, const struct form_node *node,
                                         const char *path, const struct form_tuple *around)
{
    size_t places = json_array_size(json_object_get(node->resolved, "prefixItems"));
    size_t least = (size_t)json_integer_or(node->resolved, "minItems", 0);
    struct form_tuple *tuple = form_pool_take(&work->compiler->form->pool, sizeof(*tuple));

    if (tuple != NULL)
        *tuple = (struct form_tuple){path, least < places ? least : places, around};
    return tuple;
}

static int describe_list(struct form_work *work, const struct form_node *items)
{
    struct form_control *control = work->control;
    const json_t *schema = work->node.resolved;
    struct form_container container = {.node = *items,
                                       .key = control->key,
                                       .path = "",
                                       .in_item = true,
                                       .readonly = control->readonly,
                                       .around = work->container};
    json_int_t maximum = json_integer_or(schema, "maxItems", FORM_ITEM_LIMIT);

    if (json_is_array(json_object_get(items->resolved, "prefixItems"))) {
        container.tuple = tuple_of(work, items, "", NULL);
        if (container.tuple == NULL)
            return form_out_of_memory(work->compiler);
        control->item_tuple = container.tuple;
    }
    control->input = FORM_INPUT_LIST;
    control->maximum_items =
        maximum < 0 || maximum > FORM_ITEM_LIMIT ? FORM_ITEM_LIMIT : (size_t)maximum;
    control->item_label_path = item_label_path(work, items);
    if (!form_work_translated(work, ".item", form_node_text(items, "title"), &control->item_title))
        return form_out_of_memory(work->compiler);
    return compile_inside(work, &control->item, &container);
}

/* What is around the fields of the object or tuple just found. */
static struct form_container container_inside(const struct form_work *work)
{
    const struct form_control *control = work->control;

    return (struct form_container){.node = work->node,
                                   .key = control->key,
                                   .path = control->path,
                                   .optional = control->required || control->optional != NULL
                                                   ? control->optional
                                                   : control->path,
                                   .in_item = work->container->in_item,
                                   .readonly = control->readonly,
                                   .tuple = control->tuple,
                                   .around = work->container};
}

/* The element becomes a group with a layout of its own. */
static int describe_group(struct form_work *work, const struct form_container *container)
{
    struct form_element *element = work->element;

    element->kind = FORM_GROUP;
    element->control = NULL;
    element->children = form_pool_take(&work->compiler->form->pool, sizeof(element->children[0]));
    if (element->children == NULL)
        return form_out_of_memory(work->compiler);
    element->child_count = 1;
    return compile_inside(work, &element->children[0], container);
}

/* Whether what is described holds itself: its fields would have no end. */
static bool holds_itself(const struct form_work *work, const json_t *schema)
{
    for (const struct form_container *around = work->container; around != NULL;
         around = around->around)
        if (around->node.resolved == schema && *work->name != '\0')
            return true;
    return false;
}

static int degrade_endless(struct form_work *work)
{
    return form_work_degrade(work, "Cette partie se contient elle-même : écrire du JSON.",
                             "This part contains itself: write JSON.");
}

/* A field each place; what may come after them is kept, and has no field. */
static int describe_tuple(struct form_work *work)
{
    struct form_container container = container_inside(work);

    container.tuple = tuple_of(work, &work->node, work->control->path, work->control->tuple);
    if (container.tuple == NULL)
        return form_out_of_memory(work->compiler);
    return describe_group(work, &container);
}

int form_describe_array(struct form_work *work)
{
    struct form_node items;

    if (json_array_size(json_object_get(work->node.resolved, "prefixItems")) > 0)
        return describe_tuple(work);
    if (!form_node_below(work->compiler->form, &work->node, "/items", &items) ||
        !json_is_object(items.resolved))
        return form_work_degrade(work, "Cette liste n’a pas de description : écrire du JSON.",
                                 "This list has no description: write JSON.");
    if (form_choice_list(items.resolved) != NULL &&
        json_bool_or(work->node.resolved, "uniqueItems", false)) {
        work->control->input = FORM_INPUT_CHOICES;
        return form_work_choices(work, items.resolved);
    }
    if (holds_itself(work, items.resolved))
        return degrade_endless(work);
    return describe_list(work, &items);
}

/* A nested object. One that is of several variants need not be begun before that is chosen. */
int form_describe_object(struct form_work *work)
{
    struct form *form = work->compiler->form;
    const struct form_control *control = work->control;
    struct form_container container = container_inside(work);
    struct form_node holder;
    const char *word;

    if (!form_node_is_object(form, &work->node))
        return form_work_degrade(work, "Cet ensemble n’a pas de description : écrire du JSON.",
                                 "This object has no description: write JSON.");
    if (holds_itself(work, work->node.resolved))
        return degrade_endless(work);
    if (control->required && control->optional == NULL && !container.in_item &&
        container.tuple == NULL && !form_node_variants(form, &work->node, &holder, &word) &&
        !form_require_object(form, control->path))
        return form_out_of_memory(work->compiler);
    return describe_group(work, &container);
}
