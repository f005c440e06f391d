/* An object that is one of several: which one is a choice, the fields of that one follow. */
#include "forms/form_private.h"

#include <stdio.h>

#include "app/json.h"
#include "forms/layout.h"

/* Keeps a value with the form; false when out of memory. Takes over the reference. */
static bool keep(struct form *form, json_t *value)
{
    return json_array_append_new(form->layouts, value) == 0;
}

static bool add_fixed(void *context, const char *name, const struct form_node *member)
{
    const json_t *fixed = form_node_fixed(member);

    return fixed == NULL || json_object_set_new(context, name, json_deep_copy(fixed)) == 0;
}

/* What tells the variant from the others for translations: the first fixed text. */
static const char *word_of(const json_t *fixed)
{
    union {
        const json_t *borrowed;
        json_t *object;
    } value = {fixed};
    const char *name;
    json_t *word;

    json_object_foreach(value.object, name, word)
    {
        if (json_is_string(word))
            return json_string_value(word);
    }
    return NULL;
}

/* Its title, else what is fixed in it, else its number. */
static bool label_variant(struct form *form, const struct form_node *node, const char *key,
                          const struct form_variant *variant, size_t index,
                          struct form_choice *choice)
{
    const char *word = word_of(variant->fixed);
    const char *title = form_node_text(node, "title");
    const char *own_key = form_node_text(node, "i18n");
    const char *suffix;

    if (title == NULL && word != NULL)
        title = form_readable_name(form, word);
    if (title == NULL)
        title = form_pool_format(&form->pool, "%zu", index + 1);
    suffix = form_pool_format(&form->pool, ".%s", word != NULL ? word : title);
    return title != NULL && suffix != NULL &&
           form_label(form, &choice->label, own_key != NULL ? own_key : key,
                      own_key != NULL ? "" : suffix, title);
}

/* `given` is the variant's layout, or nothing such. */
static int compile_fields(struct form_compiler *compiler, struct form_variant *variant,
                          const struct form_container *container, json_t *given, const char *place,
                          int depth)
{
    struct form *form = compiler->form;
    json_t *layout = json_is_object(given)
                         ? json_incref(given)
                         : layout_of_variant(form, &container->around->node, &container->node);

    if (layout == NULL || !keep(form, layout))
        return form_out_of_memory(compiler);
    return form_compile_element(compiler, &variant->element, container, layout, place, depth + 1);
}

/* `inside` is the container of the fields, but for its node. */
static int add_variant(struct form_compiler *compiler, struct form_control *control,
                       const struct form_node *node, struct form_container inside, json_t *given,
                       const char *place, int depth)
{
    struct form *form = compiler->form;
    size_t index = control->choice_count;
    struct form_variant *variant = &control->variants[index];
    json_t *number = json_integer((json_int_t)index);
    json_t *fixed = json_object();

    variant->fixed = fixed;
    variant->names = form_node_names(form, node);
    control->choices[index].value = number;
    if (number == NULL || !keep(form, number) || fixed == NULL || !keep(form, fixed) ||
        variant->names == NULL || !keep(form, variant->names) ||
        !form_node_members(form, node, add_fixed, fixed) ||
        !label_variant(form, node, control->key, variant, index, &control->choices[index]) ||
        !form_choice_fold(form, &control->choices[index]))
        return form_out_of_memory(compiler);
    control->choice_count++;
    inside.node = *node;
    return compile_fields(compiler, variant, &inside, given, place, depth);
}

int form_compile_variants(struct form_compiler *compiler, struct form_element *element,
                          const struct form_container *container, const json_t *layouts,
                          const char *place, int depth)
{
    static const char *const words[FORM_LANGUAGE_COUNT] = {"Choix", "Choice"};
    struct form *form = compiler->form;
    struct form_control *control = element->control;
    struct form_container inside = *container;
    struct form_node holder;
    json_t *common;
    size_t count;
    int result = 0;

    if (!form_node_variants(form, &container->node, &holder, &control->variant_word))
        return error_set(compiler->error, ERROR_INVALID, "%s/scope: there are no variants", place);
    count = json_array_size(json_object_get(holder.resolved, control->variant_word));
    control->input = FORM_INPUT_CHOICE;
    control->required = true;
    inside.around = container;
    control->choices = form_pool_take(&form->pool, count * sizeof(control->choices[0]));
    control->variants = form_pool_take(&form->pool, count * sizeof(control->variants[0]));
    common = form_node_names(form, &container->node);
    if (control->choices == NULL || control->variants == NULL || common == NULL ||
        !keep(form, common) ||
        !form_label(form, &element->label, control->key, ".variant.label", NULL))
        return form_out_of_memory(compiler);
    for (int language = 0; language < FORM_LANGUAGE_COUNT; language++)
        if (*element->label.text[language] == '\0')
            element->label.text[language] = words[language];
    control->common = common;
    for (size_t i = 0; i < count && result == 0; i++) {
        char relative[64];
        struct form_node node;

        snprintf(relative, sizeof(relative), "/%s/%zu", control->variant_word, i);
        if (!form_node_below(form, &holder, relative, &node))
            return form_out_of_memory(compiler);
        if (form_node_is_null(&node))
            continue;
        control->variants[control->choice_count].number = i;
        result =
            add_variant(compiler, control, &node, inside, json_array_get(layouts, i), place, depth);
    }
    return result;
}
