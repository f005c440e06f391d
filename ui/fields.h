/*
 * A few fields to fill in, one below the other: lines, texts and choices, one of them focused. What
 * the work screens use for a client, a note, a hand-off; forms have their own (screen_form).
 */
#ifndef GUICHET_UI_FIELDS_H
#define GUICHET_UI_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "ui/input.h"
#include "ui/paint.h"

enum fields_kind {
    FIELDS_LINE,
    FIELDS_TEXT,   /* many lines */
    FIELDS_CHOICE, /* one of `words` */
};

/* Static tables; `label` NULL ends one. */
struct fields_row {
    const char *name;  /* in the saved state */
    const char *label; /* N_() */
    enum fields_kind kind;
    size_t limit;                           /* bytes, of a line or text */
    const char *const *words;               /* of a choice, NULL-terminated */
    const char *(*word_text)(const char *); /* how a word is shown */
};

#define FIELDS_LIMIT 12

struct fields;
struct editor;

/* Empty, choices at their first word, focus on the first row. NULL when out of memory. */
struct fields *fields_new(const struct fields_row *rows);
void fields_free(struct fields *fields);

/* The text, or the chosen word. Borrowed until the next change. */
const char *fields_text(const struct fields *fields, size_t row);
/* Replaces it; a word that is none of the choices changes nothing. */
void fields_set(struct fields *fields, size_t row, const char *text);
void fields_clear(struct fields *fields);
bool fields_is_empty(const struct fields *fields); /* choices aside */

/* The editor of a line or a text, for what is done with it beyond typing; NULL for a choice.
 * Borrowed. */
struct editor *fields_editor(struct fields *fields, size_t row);

size_t fields_focus(const struct fields *fields);
void fields_focus_set(struct fields *fields, size_t row);

enum fields_answer {
    FIELDS_UNUSED,
    FIELDS_USED,
    FIELDS_CHANGED, /* a text or a choice is another one */
    FIELDS_DONE,    /* Enter in the last line */
    FIELDS_FULL,    /* the key or the paste did not fit: nothing was changed by it */
};

/* Tab, Shift-Tab, Up and Down between rows, Enter to the next, Left and Right in a choice; all else
 * goes to the text. */
enum fields_answer fields_key(struct fields *fields, const struct input *input);
/* Bytes that the row would have had with the last key or paste that did not fit. */
size_t fields_overflow(const struct fields *fields);

/* Draws one row, its label in `label_width` columns; a text takes the whole area below the first
 * line's label. */
void fields_draw(struct fields *fields, size_t row, const struct paint *paint, int label_width,
                 bool focus);

/* Texts, choices, cursor and focus: new reference. */
json_t *fields_save(const struct fields *fields);
/* NULL: nothing happens. */
void fields_restore(struct fields *fields, const json_t *state);

#endif
