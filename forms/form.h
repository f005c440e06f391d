/*
 * A form's definition, compiled: JSON Schema 2020-12 for the answers, JSON Forms UI schema for the
 * layout, translations beside them (app/catalogue_bodies.md, section form). Compiled once, then
 * read-only: any number of fillings, on any thread, may use it.
 *
 * Labels follow JSON Forms: `<i18n>.label` of the element, else of the schema, else of the path of
 * the answer with dots ("address.city.label"), looked up in the translations; then the element's
 * `label`, the schema's `title`, and last the name of the member made readable. Choices are looked
 * up as `<i18n>.<value>`, faults as `<i18n>.error.<keyword>`, then `<i18n>.error.custom`.
 */
#ifndef GUICHET_FORMS_FORM_H
#define GUICHET_FORMS_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "app/error.h"

struct form;
struct rule;
struct schema;

enum form_language { FORM_FRENCH, FORM_ENGLISH, FORM_LANGUAGE_COUNT };

/* "fr..." is French, all else English. */
enum form_language form_language(const char *tag);

/* Limits on a definition: over one of them it is refused with ERROR_TOO_LARGE. */
#define FORM_ELEMENT_LIMIT 5000
#define FORM_DEPTH_LIMIT   32

/* Text in both languages, never NULL, "" when there is none; borrowed from the form. */
struct form_text {
    const char *text[FORM_LANGUAGE_COUNT];
};

enum form_element_kind {
    FORM_VERTICAL,
    FORM_HORIZONTAL,
    FORM_GROUP, /* also a nested object shown with its own layout */
    FORM_CATEGORIZATION,
    FORM_CATEGORY, /* a page */
    FORM_LABEL,
    FORM_CONTROL,
};

enum form_input {
    FORM_INPUT_TEXT,
    FORM_INPUT_MULTILINE,
    FORM_INPUT_INTEGER,
    FORM_INPUT_NUMBER,
    FORM_INPUT_MONEY, /* {"amount","currency"}, an integer of cents, or a number, by the schema */
    FORM_INPUT_BOOLEAN,
    FORM_INPUT_DATE,
    FORM_INPUT_TIME,
    FORM_INPUT_DATE_TIME,
    FORM_INPUT_CHOICE,  /* one of `choices` */
    FORM_INPUT_CHOICES, /* an array of some of `choices`, each at most once */
    FORM_INPUT_LIST,    /* an array whose items have the layout `item` */
    FORM_INPUT_JSON,    /* anything else: edited as JSON text, with a remark */
};

/* How a text is put into its usual form when it was typed. */
enum form_style {
    FORM_STYLE_PLAIN,
    FORM_STYLE_POSTAL_CODE, /* Canadian */
    FORM_STYLE_PHONE,       /* North American; others are left alone */
    FORM_STYLE_EMAIL,
};

struct form_choice {
    const json_t *value;
    struct form_text label;
    struct form_text folded; /* by text_fold: to compare with what is typed */
};

/* One of the objects that an answer may be; its place is that of its choice. */
struct form_variant {
    struct form_element *element; /* the layout of its own fields */
    json_t *fixed;                /* members that have one value only: name -> value */
    json_t *names;                /* of all its members */
    size_t number;                /* its place in the list of the schema */
};

/* An array with a meaning for each place. */
struct form_tuple {
    const char *path;                /* as that of a control */
    size_t least;                    /* places that it has from its first answer on */
    const struct form_tuple *around; /* NULL: none */
};

struct form_control {
    enum form_input input;
    enum form_style style;
    const char *path; /* JSON Pointer below the form, or below the list's item: "/address/city" */
    const char *key;  /* i18n key */
    const json_t *schema; /* of the answer, references followed; borrowed */
    struct schema *check; /* the answer's own schema, compiled; may accept what the form refuses */
    bool required;        /* by the `required` of the object it stands in */
    const char *optional; /* that object, or one around it, may be missing (then nothing in it is
                             required): its path, or NULL */
    bool readonly;        /* by the schema or an option; a rule may change it */
    bool suggestions;     /* `choices` are only suggestions: other text is allowed too */
    bool radio; /* the layout asks for the choices to be in sight: while it has the focus */
    struct form_text placeholder;
    struct form_choice *choices;
    size_t choice_count;
    /* Of a FORM_INPUT_CHOICE that says which object stands at `path`: as many as choices, whose
     * values are their numbers. NULL for all others. */
    struct form_variant *variants;
    const char *variant_word;            /* the keyword that lists them: "oneOf" */
    json_t *common;                      /* names of the members that all of them have */
    const struct form_tuple *tuple;      /* the answer stands in one of its places; NULL: in none */
    size_t maximum_length;               /* characters, 0: unbounded */
    struct form_element *item;           /* of a list */
    const struct form_tuple *item_tuple; /* its items are such; NULL: they are not */
    struct form_text item_title;         /* "Child"; "" when the form has none */
    const char *item_label_path;         /* member that names an item, or NULL */
    size_t maximum_items;                /* at most FORM_ITEM_LIMIT */
};

#define FORM_ITEM_LIMIT 500

struct form_element {
    enum form_element_kind kind;
    struct form_text label;       /* of a label: its text */
    struct form_text description; /* help shown while the field has the focus */
    struct form_text remark;      /* why it is not shown as the layout asked */
    struct rule *rule;            /* NULL when it has none */
    const char *rule_base;        /* path of the object that the rule's scopes start from */
    struct form_control *control; /* of FORM_CONTROL */
    struct form_element **children;
    size_t child_count;
};

/* One agency that a filing is told to. */
struct form_recipient {
    const char *id;
    struct form_text title;
    struct form_text consent; /* the sentence the client says yes to; "" when none is needed */
    const char **answers;     /* top-level names that this agency receives */
    size_t answer_count;
};

/*
 * Compiles the body of a form record. `body` is kept (its reference is counted) and must not be
 * changed afterwards. Errors name the place as a JSON Pointer into the body
 * ("/layout/elements/2/scope: leads to nothing in the schema"): ERROR_INVALID, ERROR_TOO_LARGE,
 * ERROR_MEMORY; a rule with a `validate` function is refused, for it is JavaScript.
 */
int form_compile(struct form **form, json_t *body, struct error *error);
/*
 * Gives a body that has no layout (or an empty one) a generated one, in the order in which the
 * members stand in the schema: done while that is still the order of the file, for records are kept
 * with their members by name. ERROR_MEMORY.
 */
int form_give_layout(json_t *body, struct error *error);
/* NULL is allowed. */
void form_free(struct form *form);

const char *form_key(const struct form *form);
int64_t form_version(const struct form *form);
const char *form_title(const struct form *form, enum form_language language);
const struct form_element *form_root(const struct form *form);
/* The whole schema, compiled with format assertion; borrowed. */
const struct schema *form_schema(const struct form *form);
/* True when the fault of a field can only come from its own schema (no conditions, `dependent...`
 * or the like around it): then one field is checked without the others. */
bool form_is_plain(const struct form *form);
bool form_strips_hidden(const struct form *form);

size_t form_recipient_count(const struct form *form);
const struct form_recipient *form_recipient(const struct form *form, size_t index);

/* The client's field that may be offered as the answer at `pointer` ("/postal_code"), or NULL. */
const char *form_known_field(const struct form *form, const char *pointer);

/* Names, NULL-terminated, that the schema's conditions (if/then/else, dependentRequired at the
 * root) make required for these answers. The array is owned by the caller (free()), the names are
 * not; NULL when out of memory. */
const char **form_required_by_condition(const struct form *form, const json_t *answers);

/* The answers as they are validated: objects that must be there, and are only not yet begun, are
 * given as empty, so that a fault is told of their members, which have fields. New reference (the
 * same value when nothing was missing); NULL when out of memory. */
json_t *form_complete(const struct form *form, json_t *answers);

/* The translation of `key`, NULL when there is none in this language. Borrowed. */
const char *form_translate(const struct form *form, const char *key, enum form_language language);

/* The text in one language, in the other when it is missing there. */
const char *form_text_in(const struct form_text *text, enum form_language language);

#endif
