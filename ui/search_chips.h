/*
 * The filters of a query as chips: drawn, taken out, turned off and on again. A chip is a filter of
 * the text in the editor, so what is shown is what is searched.
 */
#ifndef GUICHET_UI_SEARCH_CHIPS_H
#define GUICHET_UI_SEARCH_CHIPS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/editor.h"
#include "ui/paint.h"

#define SEARCH_CHIPS_OFF 401

/* `off`: the filters that were turned off together, "" for none. Returns the columns used. */
int search_chips_draw(const struct editor *query, const char *off, const struct paint *paint,
                      int row);

/* True when only what is offered now is wanted. */
bool search_chips_has_open(const struct editor *query);

/* These change the query and tell whether they did. Only what is offered now, or everything. */
bool search_chips_open(struct editor *query);
/* All filters off, or those that are off on again. */
bool search_chips_toggle(struct editor *query, char off[SEARCH_CHIPS_OFF]);
/* The last filter out. */
bool search_chips_remove(struct editor *query);

#endif
