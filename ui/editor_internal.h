/*
 * Inside an editor: what its text (editor.c), its keys (editor_key.c) and its drawing
 * (editor_draw.c) share.
 */
#ifndef GUICHET_UI_EDITOR_INTERNAL_H
#define GUICHET_UI_EDITOR_INTERNAL_H

#include "ui/editor.h"

#define EDITOR_UNDO_STEPS 64
#define EDITOR_UNDO_BYTES (256 * 1024) /* of one text, kept at most in all steps together */

struct editor_step {
    char *text; /* owned */
    size_t length, cursor;
};

enum editor_run { EDITOR_RUN_NONE, EDITOR_RUN_TYPING, EDITOR_RUN_ERASING };

struct editor {
    enum editor_kind kind;
    size_t limit;
    char *text; /* owned, limit-bounded, NUL-terminated */
    size_t length, capacity;
    size_t cursor;
    bool full;
    enum editor_run run; /* what the last change was: a run of the same is one undo step */
    struct editor_step steps[EDITOR_UNDO_STEPS];
    size_t step_count, step_bytes;
    int width;            /* of the last drawing */
    int page;             /* rows of the last drawing */
    size_t top;           /* first wrapped line shown, or, in one line, first column */
    editor_marker marker; /* NULL for none */
    void *marker_context;
    int wanted; /* column to keep while moving up and down; -1: the cursor's */
};

/* --- editor.c --- */

/* Remembers the text as it is, before a change. */
void editor_keep_step(struct editor *editor);
bool editor_undo(struct editor *editor);
/* Puts bytes at the cursor; false when there is no memory. */
bool editor_put(struct editor *editor, const char *bytes, size_t length);
/* Takes bytes out; a run of the same kind is one step to undo. */
bool editor_remove(struct editor *editor, size_t from, size_t to, enum editor_run run);

/* --- editor_draw.c --- */

/* A wrapped line: where it starts and how long it is. */
struct editor_line {
    size_t start, length;
};

/* The wrapped line number `wanted`, or, with `wanted` SIZE_MAX, the one that holds `offset`; its
 * number in `number` (may be NULL). false when there are fewer. */
bool editor_find_line(const struct editor *editor, size_t wanted, size_t offset,
                      struct editor_line *line, size_t *number);

#endif
