/*
 * The layout of an object for which the form has none.
 */
#ifndef GUICHET_FORMS_LAYOUT_H
#define GUICHET_FORMS_LAYOUT_H

#include <jansson.h>

struct form;
struct form_node;

/*
 * A JSON Forms layout: one control a member (those of `allOf` too), but for the names in `left_out`
 * (may be NULL); where the object is one of several variants, a control with the option `variants`,
 * whose scope is the object itself; of a tuple one control a place. What must be answered comes
 * first, in the order of `required`; when the members stand in the order of the schema's file
 * (form->ordered) they stay so, and the layouts of what is inside come along (`options.detail`, and
 * `options.variants` as a list). New reference, NULL when out of memory.
 */
json_t *layout_generate(struct form *form, const struct form_node *node, const json_t *left_out);

/* The layout of one variant of `object`: what only this one has, and what is not fixed. */
json_t *layout_of_variant(struct form *form, const struct form_node *object,
                          const struct form_node *variant);

#endif
