/* The keys and commands for the manual page, out of the tables of the screens. */
#ifndef GUICHET_UI_MANUAL_H
#define GUICHET_UI_MANUAL_H

#include "app/text.h"

/* Adds roff: one section for the keys from anywhere, one for each screen's own. English. */
void manual_add_keys(struct text_buffer *page);

/* Adds text with what roff would read as its own escaped. */
void manual_add_text(struct text_buffer *page, const char *text);

#endif
