#include "forms/layout.h"

#include <stdio.h>

#include "forms/form_pointer.h"
#include "forms/form_private.h"

/* Layouts inside of layouts that are written out; what holds itself has no end. */
#define DETAIL_DEPTH 8

struct listing {
    struct form *form;
    json_t *elements;
    json_t *listed; /* names that have their control, or get none */
    int depth;
};

static json_t *generate(struct form *form, const struct form_node *node, const json_t *left_out,
                        int depth);
static json_t *of_variant(struct form *form, const struct form_node *object,
                          const struct form_node *variant, int depth);

static json_t *control_of(const char *scope)
{
    return json_pack("{s:s, s:s}", "type", "Control", "scope", scope);
}

static bool set_option(json_t *control, const char *option, json_t *value)
{
    return json_object_set_new(control, "options", json_pack("{s:o}", option, value)) == 0;
}

/* The control of a member or place, with the layout of what is inside where that must be kept. */
static bool add_control(struct listing *listing, const char *scope, const struct form_node *member)
{
    struct form *form = listing->form;
    json_t *control = control_of(scope);
    struct form_node inside = *member;
    bool done = control != NULL;

    if (form->ordered && listing->depth < DETAIL_DEPTH && member->resolved != NULL) {
        if (json_object_get(member->resolved, "items") != NULL &&
            !form_node_below(form, member, "/items", &inside))
            inside = *member;
        if (form_node_is_object(form, &inside) ||
            json_is_array(json_object_get(inside.resolved, "prefixItems")))
            done = done &&
                   set_option(control, "detail", generate(form, &inside, NULL, listing->depth + 1));
    }
    return done && json_array_append_new(listing->elements, control) == 0;
}

static bool add_member(void *context, const char *name, const struct form_node *member)
{
    struct listing *listing = context;
    char scope[FORM_POINTER_SIZE] = "#/properties";

    if (json_object_get(listing->listed, name) != NULL)
        return true;
    return json_object_set_new(listing->listed, name, json_true()) == 0 &&
           (!form_pointer_push(scope, sizeof(scope), name) || add_control(listing, scope, member));
}

static bool add_required(struct form *form, const struct form_node *node, struct listing *listing)
{
    json_t *names = form_node_names(form, node);
    json_t *required = form_node_required(form, node);
    bool done = names != NULL && required != NULL;
    const char *name;
    json_t *mark;

    json_object_foreach(required, name, mark)
    {
        static const struct form_node unknown = {NULL, NULL, ""};

        if (json_object_get(names, name) != NULL)
            done = done && add_member(listing, name, &unknown);
    }
    json_decref(names);
    json_decref(required);
    return done;
}

static bool add_places(const struct form_node *node, struct listing *listing)
{
    size_t count = json_array_size(json_object_get(node->resolved, "prefixItems"));

    for (size_t i = 0; i < count; i++) {
        char scope[64];
        struct form_node place;

        snprintf(scope, sizeof(scope), "#/prefixItems/%zu", i);
        if (!form_node_below(listing->form, node, scope + 1, &place) ||
            !add_control(listing, scope, &place))
            return false;
    }
    return true;
}

/* The choice among variants, with the layout of each where that must be kept. */
static bool add_variants(const struct form_node *node, struct listing *listing)
{
    struct form *form = listing->form;
    json_t *control;
    json_t *layouts;
    struct form_node holder;
    const char *word;
    size_t count;

    if (!form_node_variants(form, node, &holder, &word))
        return true;
    control = control_of("#");
    layouts = form->ordered && listing->depth < DETAIL_DEPTH ? json_array() : json_true();
    count = json_is_array(layouts) ? json_array_size(json_object_get(holder.resolved, word)) : 0;
    for (size_t i = 0; i < count; i++) {
        char relative[64];
        struct form_node variant;

        snprintf(relative, sizeof(relative), "/%s/%zu", word, i);
        if (form_node_below(form, &holder, relative, &variant))
            json_array_append_new(layouts, of_variant(form, node, &variant, listing->depth + 1));
    }
    return control != NULL && set_option(control, "variants", layouts) &&
           json_array_append_new(listing->elements, control) == 0;
}

static json_t *generate(struct form *form, const struct form_node *node, const json_t *left_out,
                        int depth)
{
    struct listing listing = {form, json_array(),
                              left_out == NULL ? json_object() : json_deep_copy(left_out), depth};
    bool done = listing.elements != NULL && listing.listed != NULL && add_places(node, &listing) &&
                (form->ordered || add_required(form, node, &listing)) &&
                form_node_members(form, node, add_member, &listing) && add_variants(node, &listing);

    json_decref(listing.listed);
    if (!done) {
        json_decref(listing.elements);
        return NULL;
    }
    return json_pack("{s:s, s:o}", "type", "VerticalLayout", "elements", listing.elements);
}

json_t *layout_generate(struct form *form, const struct form_node *node, const json_t *left_out)
{
    if (left_out == NULL && !form_node_is_object(form, node) &&
        !json_is_array(json_object_get(node->resolved, "prefixItems")))
        return control_of("#");
    return generate(form, node, left_out, 0);
}

static bool add_fixed(void *context, const char *name, const struct form_node *member)
{
    return form_node_fixed(member) == NULL || json_object_set_new(context, name, json_true()) == 0;
}

static json_t *of_variant(struct form *form, const struct form_node *object,
                          const struct form_node *variant, int depth)
{
    json_t *without = form_node_names(form, object);
    json_t *layout = without != NULL && form_node_members(form, variant, add_fixed, without)
                         ? generate(form, variant, without, depth)
                         : NULL;

    json_decref(without);
    return layout;
}

json_t *layout_of_variant(struct form *form, const struct form_node *object,
                          const struct form_node *variant)
{
    return of_variant(form, object, variant, 0);
}
