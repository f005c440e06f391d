/*
 * The real terminal: ncurses draws (and sends only what changed), bytes are read and decoded by
 * input.h. One per program.
 */
#ifndef GUICHET_UI_TERMINAL_H
#define GUICHET_UI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "app/error.h"
#include "ui/input.h"
#include "ui/paint.h"

struct terminal;

/* Takes over standard input and output. `plain`: no boxes, no colours. NO_COLOR is honoured. */
int terminal_open(struct terminal **terminal, bool plain, struct error *error);
/* Gives the terminal back as it was. */
void terminal_close(struct terminal *terminal);

/* The canvas to draw on, as large as the terminal. Borrowed. */
struct canvas *terminal_canvas(struct terminal *terminal);
/* Sends what changed on the canvas since the last time. */
void terminal_show(struct terminal *terminal);
/* The same where no other row has changed since: they are not looked at. */
void terminal_show_row(struct terminal *terminal, int row);
/* The window has another size: asks for it. */
void terminal_resize(struct terminal *terminal);
/* Draws everything anew at the next terminal_show. */
void terminal_redraw(struct terminal *terminal);
void terminal_ring(struct terminal *terminal);

/* Whether a copied text goes to the terminal's clipboard (OSC 52): "auto" where its terminfo entry
 * says that it takes one (Ms; tmux does), "yes" always, "no" never. False for another word. */
bool terminal_set_clipboard(struct terminal *terminal, const char *word);
/* Sends a text there, in base64: nothing of it can be taken for a command. */
void terminal_copy(struct terminal *terminal, const char *text);

/* Readable when keys came. */
int terminal_fd(const struct terminal *terminal);
/* Reads all bytes that are there into the decoder; false when the terminal has gone. */
bool terminal_read(struct terminal *terminal, int64_t now_ms);
/* Borrowed. */
struct input_decoder *terminal_decoder(struct terminal *terminal);

#endif
