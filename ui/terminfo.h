/* What terminfo says about the terminal that ncurses has opened. */
#ifndef GUICHET_UI_TERMINFO_H
#define GUICHET_UI_TERMINFO_H

#include "ui/input.h"

/* Teaches the decoder this terminal's key sequences. */
void terminfo_learn(struct input_decoder *decoder);

/* Whether this terminal has a string capability. */
bool terminfo_has(const char *name);
/* Sends a string capability by its name, when the terminal has it. */
void terminfo_send(const char *name);

#endif
