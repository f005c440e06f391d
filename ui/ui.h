/*
 * The frame around the screens: stack, bars, keys, command line, saved state. It knows no
 * terminal: it takes inputs and draws on a canvas, so tests drive it as the terminal does.
 */
#ifndef GUICHET_UI_UI_H
#define GUICHET_UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "app/error.h"
#include "ui/desk.h"
#include "ui/input.h"
#include "ui/paint.h"
#include "ui/screen.h"

/* `desk` is borrowed and outlives it. NULL when out of memory. */
struct ui *ui_new(struct desk *desk);
void ui_free(struct ui *ui);

/* Deals with one key. */
void ui_input(struct ui *ui, const struct input *input);
/* True while the top screen waits: keep the keys queued. */
bool ui_is_busy(const struct ui *ui);
/* The store, the catalogue or the link may have changed: tells the screens what did. */
void ui_look(struct ui *ui);
/* The part of it that somebody waits for, a hand-off on its way: true when it is to be painted. */
bool ui_look_ahead(struct ui *ui);
/* Paints that alone, on the canvas of the last ui_draw; the row that it is. */
int ui_draw_ahead(struct ui *ui, struct canvas *canvas);
/* Once a second. */
void ui_tick(struct ui *ui);
void ui_draw(struct ui *ui, struct canvas *canvas);

/* Saves the stack into the store's state; does nothing when nothing changed since. */
void ui_save(struct ui *ui);
/* After sign-in: opens what was saved, or the home screen. */
void ui_restore(struct ui *ui);
/* Closes all screens, saving before. */
void ui_close_all(struct ui *ui);

/* Signs the agent out once the present key is dealt with, and shows the sign-in screen. */
void ui_sign_out(struct ui *ui);

/* Quit was asked. */
bool ui_is_over(const struct ui *ui);
void ui_quit(struct ui *ui);
/* True once after ui_ring / ui_stop_ahead. */
bool ui_take_ring(struct ui *ui);
bool ui_take_stop(struct ui *ui);
/* True once after ui_copy: desk->copied is for the terminal's clipboard. */
bool ui_take_copy(struct ui *ui);
/* The screen on top, NULL when there is none. Borrowed. */
struct screen *ui_top(struct ui *ui);

#endif
