/*
 * Inside a form: what compiling shares between form.c (the whole), form_element.c (layout) and
 * form_control.c (one answer).
 */
#ifndef GUICHET_FORMS_FORM_PRIVATE_H
#define GUICHET_FORMS_FORM_PRIVATE_H

#include "forms/form.h"
#include "forms/form_pool.h"

/* Something to free with the form that is not pool memory. */
struct form_owned {
    struct form_owned *next;
    struct rule *rule;
    struct schema *schema;
};

/* if/then/else or dependentRequired of the root: names required when `test` holds or does not. */
struct form_condition {
    struct schema *test; /* NULL: the answer `name` being there is the test */
    const char *name;
    const json_t *when_true; /* arrays of names, or NULL */
    const json_t *when_false;
};

struct form {
    json_t *body;
    json_t *definition; /* the schema; borrowed from the body */
    json_t *layouts;    /* those that were generated: elements borrow from them */
    const json_t *translations[FORM_LANGUAGE_COUNT];
    struct form_pool pool;
    struct form_owned *owned;
    struct schema *schema;
    struct form_element *root;
    struct form_recipient *recipients;
    size_t recipient_count;
    struct form_condition *conditions;
    size_t condition_count;
    const char **required_objects; /* paths, outer before inner */
    size_t required_object_count;
    bool plain;
    bool ordered; /* members stand as in the file of the schema, not by name */
};

/* A node of the schema and where it stands ("/properties/city"), for compiling from there. */
struct form_node {
    json_t *schema;      /* as it stands, before references: its own title goes first */
    json_t *resolved;    /* references followed; NULL when one leads nowhere */
    const char *pointer; /* of `schema` in the definition */
};

struct form_compiler {
    struct form *form;
    size_t element_count;
    struct error *error;
};

/* What is around an element: the form, or an item of a list. */
struct form_container {
    struct form_node node; /* the object (or scalar item) that scopes start from */
    const char *key;       /* for translations, so far: "", "children" */
    const char *path;      /* of the object in the form or in the list's item: "", "/address" */
    const char *optional;  /* path of the nearest object around that may be missing, or NULL */
    bool in_item;          /* inside an item of a list */
    bool readonly;         /* nothing in it can be changed */
    const struct form_tuple *tuple;      /* that it stands in, or NULL */
    const struct form_container *around; /* NULL: the form */
};

/* form_control.c: the control of the answer at `path` below the container. `definition` is its
 * layout element, `place` where that stands, for messages. A nested object becomes a group with
 * its own layout: `element` says which. */
int form_compile_control(struct form_compiler *compiler, struct form_element *element,
                         const struct form_container *container, json_t *definition,
                         const char *place, int depth);

/* form_variant.c: the choice among the variants of the container's object, with the fields of each.
 * The element's control has path and key. `layouts`: one each, or nothing such: generated. */
int form_compile_variants(struct form_compiler *compiler, struct form_element *element,
                          const struct form_container *container, const json_t *layouts,
                          const char *place, int depth);

/* form_control.c: makes a choice ready to be compared with what is typed; false: out of memory. */
bool form_choice_fold(struct form *form, struct form_choice *choice);

/* form_element.c: a whole element with its children. */
int form_compile_element(struct form_compiler *compiler, struct form_element **element,
                         const struct form_container *container, json_t *definition,
                         const char *place, int depth);

/* form_node.c: schema nodes. All pointers are pool memory. False: out of memory or leads
 * nowhere. */
bool form_node_follow(struct form *form, struct form_node *node);
bool form_node_property(struct form *form, const struct form_node *object, const char *name,
                        struct form_node *property);
/* A node below this one by a relative pointer ("/items"), references of it followed. */
bool form_node_below(struct form *form, const struct form_node *node, const char *relative,
                     struct form_node *below);
/* Text member of the node, its own before that of what it refers to. NULL: none. */
const char *form_node_text(const struct form_node *node, const char *member);
/* The schema of the node, compiled, owned by the form. */
int form_node_compile(struct form_compiler *compiler, const struct form_node *node,
                      struct schema **schema, const char *place);
/* The first word of `type` that is not "null"; guessed from other keywords when there is none, ""
 * when that fails or there are several. */
const char *form_node_type(const struct form_node *node);

/* form_members.c: what an object holds, also by its `allOf`. Each name once, in order; stops when
 * `each` says false, and then is false. */
typedef bool form_member_visitor(void *context, const char *name, const struct form_node *member);
bool form_node_members(struct form *form, const struct form_node *object, form_member_visitor *each,
                       void *context);
/* name -> true; new references, NULL when out of memory. */
json_t *form_node_names(struct form *form, const struct form_node *object);
json_t *form_node_required(struct form *form, const struct form_node *object);
/* Whether the object is one of several: the node whose `*word` (oneOf or anyOf) lists them. */
bool form_node_variants(struct form *form, const struct form_node *node, struct form_node *holder,
                        const char **word);
/* A part of a list that only allows null: no answer, on a screen. */
bool form_node_is_null(const struct form_node *node);
/* Goes into the only part there is to show: of `anyOf` and `oneOf` that else only allow null, of an
 * `allOf` without keywords beside it. */
void form_node_unwrap(struct form *form, struct form_node *node);
/* Whether it has members or variants to show. */
bool form_node_is_object(struct form *form, const struct form_node *node);
/* The one value that it may have, NULL: none such. */
const json_t *form_node_fixed(const struct form_node *node);

/* form_label.c: texts. `key` may be NULL. */
bool form_label(struct form *form, struct form_text *label, const char *key, const char *suffix,
                const char *otherwise);
/* "birth_date" -> "Birth date". Pool memory. */
const char *form_readable_name(struct form *form, const char *name);

int form_out_of_memory(struct form_compiler *compiler);

#endif
