/*
 * A text being typed: one line or many. UTF-8, the cursor moves by grapheme clusters, long lines
 * are wrapped (many) or scrolled (one), undo, paste bounded by the limit. The bytes are kept as
 * they are; unsafe characters are drawn as visible marks and cannot be typed.
 *
 * Keys: arrows, Ctrl-arrows and Ctrl-Left/Right by word, Home, End, Page keys, Backspace, Delete,
 * Ctrl-W (word before), Ctrl-K (to the end of the line), Ctrl-U (to its start), Ctrl-A, Ctrl-E,
 * Ctrl-Y (undo), and Enter for a new line in a text of many lines. Tab, Enter in a single line,
 * Esc and function keys are not taken.
 */
#ifndef GUICHET_UI_EDITOR_H
#define GUICHET_UI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "ui/input.h"
#include "ui/paint.h"

struct editor;

enum editor_kind {
    EDITOR_LINE,   /* one line; a pasted new line becomes a space */
    EDITOR_TEXT,   /* many lines */
    EDITOR_SECRET, /* one line, drawn as nothing but its length in "•"; no state, wiped when freed
                    */
};

/* `limit` is in bytes; NULL when out of memory. */
struct editor *editor_new(enum editor_kind kind, size_t limit);
void editor_free(struct editor *editor);

/* The text: NUL-terminated, borrowed until the next change. */
const char *editor_text(const struct editor *editor);
size_t editor_length(const struct editor *editor);
/* Replaces everything (cut at the limit between characters), cursor at the end, undo forgotten.
 * false when out of memory. */
bool editor_set_text(struct editor *editor, const char *text);
/* Wipes: text, undo, cursor. */
void editor_clear(struct editor *editor);

/* Handles a key; false when it is not the editor's. `*changed` (may be NULL) when the text is
 * another one now. */
bool editor_key(struct editor *editor, const struct input *input, bool *changed);
/* True when the last key or paste was cut by the limit: tell the agent. */
bool editor_is_full(const struct editor *editor);

/* Puts another text in the place of [from, to), the cursor behind it; one step to undo. False, and
 * nothing is changed, when it would not fit. */
bool editor_replace(struct editor *editor, size_t from, size_t to, const char *text);

/* The first part of the text at or after `from` that is to stand out; false when there is none. */
typedef bool (*editor_marker)(void *context, const char *text, size_t length, size_t from,
                              size_t *start, size_t *end);
/* Asked while drawing a text of many lines, for what is shown of it. NULL: nothing stands out. */
void editor_set_marker(struct editor *editor, editor_marker marker, void *context);

/* Byte offset of the cursor. */
size_t editor_cursor(const struct editor *editor);
void editor_move(struct editor *editor, size_t offset);

/* Draws in the whole area (a single line uses its first row) and, with the focus, puts the
 * hardware cursor. Remembers the area's width for moving up and down. */
void editor_draw(struct editor *editor, const struct paint *paint, bool focus);
/* Rows that the text needs at this width, at least 1. */
int editor_rows(const struct editor *editor, int width);

/* The whole state {"text","cursor"}: new reference. NULL for a secret. */
json_t *editor_save(const struct editor *editor);
/* From such a state, a plain string, or NULL (then nothing happens). */
void editor_restore(struct editor *editor, const json_t *state);

#endif
