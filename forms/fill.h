/*
 * Filling a form, without a screen: the answers, the field that has the focus, what is typed into
 * it, faults in the agent's language, progress, pages, undo, and what another terminal changes
 * meanwhile. One filling belongs to one thread.
 *
 * The form is laid out as lines: headings, labels, fields, lists and their items. Lines that the
 * rules hide stay in the list, marked so. A line's pointer ("/children/0/name") is its stable name
 * as long as list items do not move.
 *
 * An answer that can not be read as its type ("12a" for a number) is kept as the text itself: it is
 * a fault, and nothing typed is lost, here or on another terminal.
 */
#ifndef GUICHET_FORMS_FILL_H
#define GUICHET_FORMS_FILL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/error.h"
#include "forms/answer.h"
#include "forms/form.h"

struct fill;

enum fill_line_kind {
    FILL_HEADING, /* title of a group, a list, or a category inside of a list */
    FILL_LABEL,   /* text */
    FILL_FIELD,   /* takes the focus */
    FILL_ITEM,    /* title of one item of a list of objects */
    FILL_LIST,    /* after the last item of a list, takes the focus: items are added here */
};

/* Read-only outside fill. Text is valid until the next call that changes the filling. */
struct fill_line {
    enum fill_line_kind kind;
    const struct form_element *element; /* of an item: the list's control */
    char *pointer;                      /* "" for headings and labels */
    char *list;      /* pointer of the list whose item this line is or stands in; NULL: none */
    size_t position; /* of that item in its list, from 0 */
    size_t page;
    size_t depth; /* groups and lists around it */
    bool visible;
    bool enabled;   /* false: can not be changed now; of a list: nothing can be added */
    bool locked;    /* of a list: its items can not be removed or moved either */
    bool required;  /* must be answered, as things stand */
    bool touched;   /* was left once, or the form was reviewed: also "required" is shown */
    bool offered;   /* `fill_offer` has an answer for it */
    bool known;     /* its answer was taken from the client's file */
    size_t variant; /* of a choice among variants: which one; the number of choices: none */
    bool received;  /* its answer came from another terminal, and was not looked at since */
    char *message;  /* the fault to show, in the filling's language; NULL: none to show */
    char *fault;    /* the fault that there is, shown or not; NULL: none */
    json_t *offer;  /* what the client's file has for it, NULL: nothing */
    char *offer_text;
};

/*
 * Begins a filling of `form` (borrowed until fill_free) with `answers` (copied; NULL: none). The
 * focus is on the first field.
 */
int fill_new(struct fill **fill, const struct form *form, const json_t *answers,
             const struct answer_context *context, struct error *error);
/* NULL is allowed. */
void fill_free(struct fill *fill);

const struct form *fill_form(const struct fill *fill);
/* Borrowed; an object. */
const json_t *fill_answers(const struct fill *fill);
void fill_set_language(struct fill *fill, enum form_language language);
const struct answer_context *fill_context(const struct fill *fill);

/* --- lines and focus ------------------------------------------------------------------------- */

size_t fill_line_count(const struct fill *fill);
const struct fill_line *fill_line(const struct fill *fill, size_t index);
/* Another number whenever lines other than the focused one may look otherwise: what was computed
 * over all of them holds as long as it stays. */
size_t fill_generation(const struct fill *fill);
/* The line of this pointer, or fill_line_count. */
size_t fill_find(const struct fill *fill, const char *pointer);
/* The line's own label; for an item, its number and what names it. Owned (free()). */
char *fill_label(const struct fill *fill, size_t index);
/* The answer of a line, borrowed; NULL when there is none. */
const json_t *fill_value(const struct fill *fill, size_t index);
/* The answer as text to edit (fill_typed while it is being typed). Owned (free()). */
char *fill_text(const struct fill *fill, size_t index);

/* The line that has the focus; fill_line_count when no line can have it. */
size_t fill_current(const struct fill *fill);
/* Moves the focus; what was typed is taken first, as fill_take does. False when that line is
 * hidden or takes no focus. */
bool fill_go(struct fill *fill, size_t index);
/* The next or previous line that takes the focus, over pages; false at the end. */
bool fill_next(struct fill *fill);
bool fill_previous(struct fill *fill);
/* The next visible field with a fault after the focus, around the end; every fault is shown from
 * then on for the fields passed. False when there is none. */
bool fill_next_fault(struct fill *fill);

/* A HorizontalLayout: the lines from starts[0] up to starts[columns], each column those from its
 * start up to the next one's. Rows come in the order of their first lines, outer before inner. */
struct fill_row {
    size_t columns;
    size_t *starts;
};

size_t fill_row_count(const struct fill *fill);
const struct fill_row *fill_row(const struct fill *fill, size_t index);

size_t fill_page_count(const struct fill *fill);
/* "" for the only page of a form without categories. */
const char *fill_page_title(const struct fill *fill, size_t page);
/* False when a rule hides all of it. */
bool fill_page_visible(const struct fill *fill, size_t page);
/* Faults shown on a page: for its tab. */
size_t fill_page_faults(const struct fill *fill, size_t page);
size_t fill_page(const struct fill *fill);
/* To the first field of a page. */
bool fill_go_page(struct fill *fill, size_t page);

/* --- answering ------------------------------------------------------------------------------- */

/*
 * What stands in the focused field at this moment, after each key. Nothing is answered yet; the
 * line's message follows: a fault is shown at once when more typing can not mend it, or when the
 * field was touched before.
 */
void fill_type(struct fill *fill, const char *text);
/* Half-typed text of the focused field, NULL when nothing is half typed. Borrowed. */
const char *fill_typed(const struct fill *fill);
/* What the typed text is understood as ("mardi 24 novembre 2026"), NULL when it says nothing more
 * than the text. Owned (free()). */
char *fill_understood(const struct fill *fill);
/* Half-typed text whose field another terminal took away meanwhile: kept to be shown, until the
 * next fill_type. NULL: none. Borrowed. */
const char *fill_stranded(const struct fill *fill);
/* Forgets the half-typed text: the answer stands as it was. */
void fill_revert(struct fill *fill);
/* Takes the half-typed text as the answer (nothing when there is none). Returns true when the
 * answer changed. The line counts as touched. */
bool fill_take(struct fill *fill);
/* Answers the focused line with a value at once (choices, booleans); NULL clears it. */
bool fill_answer(struct fill *fill, json_t *value);
/* Adds or takes away one choice of a FORM_INPUT_CHOICES field. */
bool fill_toggle_choice(struct fill *fill, size_t choice);

/* How many answers the last choice among variants put aside: they come back when the old variant is
 * chosen again, or by undo. 0 when asked again. */
size_t fill_put_aside(struct fill *fill);

/* Lists: the focus stands on the list, or on anything inside the item meant. Adding puts the focus
 * on the first field of the new item; false when the limit is reached or the list can not change.
 */
bool fill_item_add(struct fill *fill);
bool fill_item_remove(struct fill *fill);
/* Moves the item up (-1) or down (+1); the focus goes with it. */
bool fill_item_move(struct fill *fill, int direction);

bool fill_undo(struct fill *fill);
bool fill_redo(struct fill *fill);

/* --- what the client's file knows ------------------------------------------------------------ */

/* Offers the fields of the client's record as answers where the form says so (`known`) and nothing
 * is answered. `client` is copied; NULL takes the offers back. */
int fill_offer(struct fill *fill, const json_t *client, struct error *error);
/* How many lines have an offer. */
size_t fill_offer_count(const struct fill *fill);
/* The text offered for a line, NULL when none. Borrowed. */
const char *fill_offer_text(const struct fill *fill, size_t index);
/* Takes the offer of the focused field, or all: with the client's consent only. */
bool fill_offer_take(struct fill *fill);
size_t fill_offer_take_all(struct fill *fill);

/* The answers that were taken from the client's file and not changed since: pointer -> true, for
 * the record's `known`; new reference, NULL when out of memory. */
json_t *fill_known(const struct fill *fill);
/* Marks the lines by it; every other mark of the kind goes. */
void fill_known_receive(struct fill *fill, const json_t *known);

/* --- answers without a field ----------------------------------------------------------------- */

/* What was put aside when the draft came to this version of the form, as the record's `set_aside`
 * has it: pointer -> {"value", "version", "label"}. Copied; NULL: nothing. */
void fill_set_aside(struct fill *fill, const json_t *aside);
/* All that is kept and has no field: what was put aside, and answers that the layout has no field
 * for. An array of {"label", "text"}, clean, in the filling's language; new reference, NULL when
 * out of memory. */
json_t *fill_apart(const struct fill *fill);

/* --- changes in and out ---------------------------------------------------------------------- */

/*
 * The next top-level answer that changed here and was not yet told. `name` is borrowed until the
 * next call; `value` is borrowed, NULL when the answer was removed. False when all is told.
 */
bool fill_next_change(struct fill *fill, const char **name, const json_t **value);

/*
 * Takes in the answers as the record now stands. What changed here and was not yet told stays.
 * Focus and half-typed text stay; changed lines are marked `received`; undo never goes back over
 * them. Returns how many top-level answers changed, or a negative error.
 */
int fill_receive(struct fill *fill, const json_t *answers, struct error *error);

/* Where the agent stands and what was not yet looked at: {"field", "typed", "received",
 * "variants"}; new
 * reference, NULL when out of memory. */
json_t *fill_state(const struct fill *fill);
/* Puts the agent back there, as far as the field still exists. */
void fill_restore(struct fill *fill, const json_t *state);

/* --- before and at submission ---------------------------------------------------------------- */

/* Required visible fields, and how many of them are answered. */
void fill_progress(const struct fill *fill, size_t *answered, size_t *required);
/* Marks every visible field as touched and returns how many faults there are. 0: may be
 * submitted. */
size_t fill_review(struct fill *fill);
/* Number of faults that no line shows (an answer that the layout has no field for), and each as a
 * sentence with its place. Borrowed. */
size_t fill_stray_count(const struct fill *fill);
const char *fill_stray(const struct fill *fill, size_t index);

/* Whether the answers of hidden fields are dropped at submission is the form's setting: this drops
 * them where it says so; the changes are told by fill_next_change. */
void fill_strip_hidden(struct fill *fill);

/* Consents of the client, one a recipient; a recipient that needs none has it always. */
bool fill_consent(const struct fill *fill, size_t recipient);
void fill_consent_set(struct fill *fill, size_t recipient, bool given);
/* Whether a recipient is not told after all, whatever was agreed at submission: as text, it stands
 * without its mark then. */
void fill_withhold(struct fill *fill, size_t recipient, bool withheld);
/* Whether the client agreed that answers come from their own file; among the consents under
 * FILL_FILE_CONSENT. */
#define FILL_FILE_CONSENT "client-file"
bool fill_file_consent(const struct fill *fill);
void fill_file_consent_give(struct fill *fill);
/* {"saaq": true, ...}: new reference, for the record's `consents`. */
json_t *fill_consents(const struct fill *fill);
void fill_consents_receive(struct fill *fill, const json_t *consents);

/* The whole filled form as plain text, lines of at most `columns`. Owned (free()). */
char *fill_to_text(const struct fill *fill, size_t columns);

#endif
