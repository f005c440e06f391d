/*
 * A scrolling list of rows, one of them selected. It holds positions only: the rows are drawn by
 * a callback, from wherever the screen has them. Plain value; zero-initialise.
 */
#ifndef GUICHET_UI_LIST_H
#define GUICHET_UI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "ui/input.h"
#include "ui/paint.h"

struct list {
    size_t count;
    size_t selected; /* below count, 0 when empty */
    size_t top;      /* the first row shown */
    int page;        /* rows shown at the last drawing */
};

/* A new number of rows; the selection stays where it can. */
void list_set_count(struct list *list, size_t count);
void list_select(struct list *list, size_t index);

/* Up, Down, Page keys, and with `home_end` Home and End (leave them to the editor where text is
 * typed over a list). True when used. */
bool list_key(struct list *list, const struct input *input, bool home_end);

/* Draws row `index` in `row` (of `height` rows); the list itself restyles the selected one. */
typedef void (*list_draw_row)(void *context, const struct paint *row, size_t index, bool selected);

/* Draws all that fits, `height` rows each, with "↑"/"↓ 12" where there is more. With `focus` the
 * hardware cursor sits at the start of the selected row. */
void list_draw(struct list *list, const struct paint *paint, int height, bool focus,
               list_draw_row draw, void *context);

json_t *list_save(const struct list *list);
/* Call it before list_set_count. NULL: nothing happens. */
void list_restore(struct list *list, const json_t *state);

#endif
