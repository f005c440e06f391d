/* What terminfo says about the terminal that ncurses has opened. */
#ifndef GUICHET_UI_TERMINFO_H
#define GUICHET_UI_TERMINFO_H

#include "ui/input.h"

/* Teaches the decoder this terminal's key sequences. */
void terminfo_learn(struct input_decoder *decoder);

/* Whether this terminal has a string capability. */
bool terminfo_has(const char *name);
/* A string capability, NULL when this terminal has none; and what moves the cursor. Borrowed until
 * the next. */
const char *terminfo_text(const char *name);
const char *terminfo_move(int row, int column);
/* Makes a row of the terminal blank, without the screen library knowing. */
void terminfo_clear_row(int row);
/* Sends a string capability by its name, when the terminal has it. */
void terminfo_send(const char *name);

#endif
