/*
 * Drawing. A screen draws on a `struct paint`, a clipped area of a canvas; the canvas is a grid of
 * cells in memory, which the terminal (terminal.h) then sends through ncurses, and which a test
 * reads. Whatever text is given, only safe characters reach a cell (text_clean), and a cell never
 * holds half a wide character.
 *
 * Rows and columns count from 0 in the area. What falls outside is not drawn; nothing needs a
 * check before. Texts wider than their room end in "…".
 */
#ifndef GUICHET_UI_PAINT_H
#define GUICHET_UI_PAINT_H

#include <stdbool.h>
#include <stddef.h>

/* What a text means; the terminal decides how that looks, with or without colour. */
enum paint_style {
    PAINT_TEXT,
    PAINT_TITLE,     /* heads a screen or a part of it */
    PAINT_LABEL,     /* names what follows */
    PAINT_VALUE,     /* what a label names; same look as text, bold where that helps */
    PAINT_DIM,       /* less important */
    PAINT_ACCENT,    /* look here */
    PAINT_GOOD,      /* done, cheapest, online */
    PAINT_WARNING,   /* waits, late soon, offline */
    PAINT_ERROR,     /* wrong, refused, late */
    PAINT_SELECTION, /* the chosen row, the chip that is on */
    PAINT_FIELD,     /* where text can be typed */
    PAINT_FOCUS,     /* the field that has the cursor */
    PAINT_KEY,       /* the name of a key */
    PAINT_BAR,       /* the bottom line */
    PAINT_ALERT,     /* within the bottom line: look here */
    PAINT_STYLE_COUNT
};

struct canvas;

struct canvas *canvas_new(int rows, int columns);
void canvas_free(struct canvas *canvas);
/* Empties it, with a new size; false when out of memory (the old size stays). */
bool canvas_resize(struct canvas *canvas, int rows, int columns);
void canvas_clear(struct canvas *canvas);
int canvas_rows(const struct canvas *canvas);
int canvas_columns(const struct canvas *canvas);
/* --plain: no boxes, no rules, no ornaments. */
void canvas_set_plain(struct canvas *canvas, bool plain);

/* The cell's text (one grapheme cluster, "" for the second half of a wide one, " " when empty) and
 * style. Borrowed. */
const char *canvas_cell(const struct canvas *canvas, int row, int column, enum paint_style *style);
/* Where the hardware cursor is; false when nothing has it. */
bool canvas_cursor(const struct canvas *canvas, int *row, int *column);
/* Makes a row of `kept`, as large, what it is on the canvas; true when it was another. */
bool canvas_keep_row(struct canvas *kept, const struct canvas *canvas, int row);
/* A row as text without trailing spaces; owned (free()). For tests. */
char *canvas_line(const struct canvas *canvas, int row);

/* An area: a plain value, cheap to copy. */
struct paint {
    struct canvas *canvas;
    int top, left; /* on the canvas */
    int rows, columns;
};

/* The whole canvas. */
struct paint paint_all(struct canvas *canvas);
/* A part of an area, clipped to it; negative `rows` or `columns` mean up to that many before its
 * end (-1: to the end, -2: all but the last ...). */
struct paint paint_part(const struct paint *paint, int top, int left, int rows, int columns);
bool paint_is_plain(const struct paint *paint);

/* Draws one line of text in at most `width` columns; returns the columns used. */
int paint_text(const struct paint *paint, int row, int column, int width, enum paint_style style,
               const char *text);
/* The same with a format. Never give outside text as `format`. */
int paint_format(const struct paint *paint, int row, int column, int width, enum paint_style style,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));
/* Ends at the last of `width` columns. */
int paint_right(const struct paint *paint, int row, int column, int width, enum paint_style style,
                const char *text);

/* Draws text wrapped at spaces, lines kept, in at most `rows` rows (the last ends in "…" when
 * there is more); returns the rows used. With `rows` 0 nothing is drawn, and the rows that it
 * would need are returned. */
int paint_wrapped(const struct paint *paint, int row, int column, int width, int rows,
                  enum paint_style style, const char *text);

/* "Label     value" : label in `label_width` columns, value wrapped after it; returns the rows. */
int paint_labelled(const struct paint *paint, int row, int label_width, const char *label,
                   enum paint_style style, const char *value);

/* Gives `width` cells a style and blanks them. */
void paint_fill(const struct paint *paint, int row, int column, int width, enum paint_style style);
/* Gives `width` cells a style, keeping their text: the selected row of a list. */
void paint_restyle(const struct paint *paint, int row, int column, int width,
                   enum paint_style style);

/* A title with a thin rule to the end of the row (no rule when plain). */
void paint_heading(const struct paint *paint, int row, const char *text);
/* A box around the whole area with a title; returns the area inside. When plain: no lines, the
 * same room inside. */
struct paint paint_box(const struct paint *paint, const char *title);

/* Puts the hardware cursor there: on what has the focus. The last call counts. */
void paint_cursor(const struct paint *paint, int row, int column);

/* One byte string of `text` wrapped at `width`: offset and length of the line that starts at
 * `offset`, and where the next starts; false at the end. Breaks at spaces, else between grapheme
 * clusters; '\n' ends a line. */
bool paint_wrap(const char *text, size_t length, size_t offset, int width, size_t *line_length,
                size_t *next);

#endif
