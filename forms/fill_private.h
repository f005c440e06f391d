/*
 * Inside a filling: what its parts share.
 */
#ifndef GUICHET_FORMS_FILL_PRIVATE_H
#define GUICHET_FORMS_FILL_PRIVATE_H

#include "forms/fill.h"

/* Lines of one filling, whatever its lists hold. */
#define FILL_LINE_LIMIT 20000
#define FILL_UNDO_LIMIT 200

/* A rule at one place: the lines it governs stand together. */
struct fill_rule {
    const struct rule *rule;
    char *base; /* pointer of the data that its scopes start from */
    size_t from;
    size_t to;
    bool holds;
};

/* A rule reads the top-level answer `name`; "" reads all. Sorted by name. */
struct fill_dependency {
    char *name;
    size_t rule;
};

struct fill_page {
    const struct form_element *category; /* NULL: lines outside of all categories */
    size_t from;
    size_t to;
};

/* One change that can be undone: a whole top-level answer before and after; or all
 * answers. */
struct fill_step {
    bool all; /* all answers, not one */
    char *name;
    char *pointer; /* where the focus was */
    json_t *before;
    json_t *after;
    json_t *variants_before; /* as fill->variants */
    json_t *variants_after;
};

struct fill_steps {
    struct fill_step list[FILL_UNDO_LIMIT];
    size_t count;
};

struct schema_error;

struct fill {
    const struct form *form;
    struct answer_context context;
    json_t *answers;
    json_t *client; /* whose fields are offered; NULL: none */
    json_t *consents;
    json_t *withheld;       /* id of a recipient -> true: by fill_withhold */
    json_t *aside;          /* put aside when the draft came to this version; NULL: nothing */
    json_t *variants;       /* pointer of an object -> number of the variant that was chosen */
    json_t *other_variants; /* "number:pointer" -> members that another choice put aside */
    size_t put_aside;       /* how many, by the last choice */
    bool has_variants;      /* some line is a choice among them */
    json_t *changed;        /* object: names of answers not yet told */
    char *told;             /* the name last told */

    struct fill_line *lines;
    size_t count;
    size_t capacity;
    size_t *table; /* hash of pointers -> line + 1 */
    size_t table_size;
    struct fill_rule *rules;
    size_t rule_count;
    size_t rule_capacity;
    struct fill_dependency *dependencies;
    size_t dependency_count;
    struct fill_page *pages;
    size_t page_count;
    struct fill_row *rows;
    size_t row_count;

    size_t generation;
    size_t current;
    char *typed; /* half-typed text of the current line; NULL */
    char *stranded;
    struct fill_steps undo;
    struct fill_steps redo;
    struct schema_result *result;
    char **strays;
    size_t stray_count;
    bool reviewed;
};

/* --- fill_lines.c: the lines --- */

/* Lays the lines out anew from form and answers; flags go over by pointer, the focus stays where
 * it can. False when out of memory: then the old lines stay. */
bool fill_lay_out(struct fill *fill);
void fill_free_lines(struct fill_line *lines, size_t count);
void fill_free_layout(struct fill *fill);
bool fill_takes_focus(const struct fill_line *line);
const struct form_control *fill_control(const struct fill_line *line);

/* --- fill_rules.c: what the rules make of the lines --- */

/* Which rules read which top-level answer; false when out of memory. */
bool fill_index_rules(struct fill *fill);
void fill_apply_all_rules(struct fill *fill);
/* Looks again at the rules that read the answer `name`; true when a line came or went. */
bool fill_apply_rules(struct fill *fill, const char *name);

/* --- fill_check.c: faults --- */

/* Validates all the answers and gives each line its fault and message. */
void fill_check(struct fill *fill);
/* Checks the answer of the field at `pointer` alone, where its faults can only be its own and no
 * other's hang on it; `shown`: lines came or went with it. False when that is not so, and nothing
 * was done. */
bool fill_check_alone(struct fill *fill, const char *pointer, bool shown);
/* The fault of the focused field if it had this value; owned, NULL: none. `mendable` tells
 * whether more typing may mend it. */
char *fill_fault_of(struct fill *fill, json_t *value, bool *mendable);
/* Brings `message` in line with `fault` and `touched`. */
void fill_show_fault(struct fill *fill, struct fill_line *line);
void fill_update_flags(struct fill *fill);

/* --- fill_answer.c --- */

/* Sets the answer at `pointer` (NULL removes): undoable, told, checked. */
bool fill_set(struct fill *fill, const char *pointer, json_t *value);
void fill_free_steps(struct fill_steps *steps);
/* Undo never goes back over a change that came from elsewhere. */
void fill_forget_steps(struct fill *fill, const char *name);
/* After a change of the top-level answer `name`. */
void fill_changed(struct fill *fill, const char *name);
/* Puts the focus on a line, or the nearest that takes it. */
void fill_focus(struct fill *fill, size_t index);

/* The same for what is not a choice among variants. */
bool fill_set_value(struct fill *fill, const char *pointer, json_t *value);
/* The last change began with these `variants` (owned from now on). */
void fill_step_variants(struct fill *fill, json_t *variants);

/* --- fill_variant.c --- */

/* As form_pointer_put, also into the places of tuples: `control` is that of the answer, or NULL. */
bool fill_put(json_t *answers, const struct form_control *control, const char *pointer,
              json_t *value);
/* Which variant the object at `pointer` is; the number of choices when that is not known. */
size_t fill_variant(const struct fill *fill, const struct form_control *control,
                    const char *pointer);
/* Makes it the variant of this number (NULL: none): undoable, told, checked. */
bool fill_choose(struct fill *fill, const struct form_control *control, const char *pointer,
                 const json_t *value);
/* Whether the fault is one of a variant that was not chosen: it would be none. */
bool fill_is_of_other_variant(const struct fill *fill, const struct schema_error *error);
/* Whether a line inside of the object that this line stands for has a fault. */
bool fill_has_fault_inside(const struct fill *fill, size_t index);

/* --- fill_share.c --- */

void fill_update_offers(struct fill *fill);

#endif
