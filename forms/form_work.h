/*
 * One control while it is compiled: shared by form_control.c and form_inside.c.
 */
#ifndef GUICHET_FORMS_FORM_WORK_H
#define GUICHET_FORMS_FORM_WORK_H

#include "forms/form_private.h"

/* Everything known while one control is compiled. */
struct form_work {
    struct form_compiler *compiler;
    struct form_element *element;
    struct form_control *control;
    const struct form_container *container;
    struct form_node node;
    json_t *definition; /* of the layout */
    const json_t *options;
    const char *place;
    const char *name; /* last member of the path, "" for the whole */
    int depth;
};

/* Remembers that the object at `path` must be there; false when out of memory. */
bool form_require_object(struct form *form, const char *path);

/* The first translation of a suffix among the keys that JSON Forms tries; false: out of memory. */
bool form_work_translated(struct form_work *work, const char *suffix, const char *otherwise,
                          struct form_text *text);

/* The list of choices of a schema: an `enum`, or a `oneOf` or `anyOf` of nothing but `const`; NULL
 * when it is not such. */
const json_t *form_choice_list(const json_t *schema);
/* Gives the control the choices of this schema. */
int form_work_choices(struct form_work *work, const json_t *schema);

/* Makes it a field of JSON, with a remark. */
int form_work_degrade(struct form_work *work, const char *french, const char *english);

int form_describe_array(struct form_work *work);
int form_describe_object(struct form_work *work);

#endif
