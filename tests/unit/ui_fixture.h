/* A signed-in desk over a catalogue of a few records, and screens drawn on a canvas: as the program
 * does it, but for the terminal and the network. */
#ifndef GUICHET_TESTS_UI_FIXTURE_H
#define GUICHET_TESTS_UI_FIXTURE_H

#include "ui/desk.h"
#include "ui/paint.h"
#include "ui/ui.h"

struct ui_fixture {
    char directory[64];
    char catalogue_path[96];
    char store_path[96];
    struct desk desk;
    struct link *link;
    struct ui *ui;
    struct canvas *canvas;
};

/* cmocka's setup and teardown: home is open, English, 24 by 80. */
int ui_fixture_setup(void **state);
int ui_fixture_teardown(void **state);

/* Saves, ends the screens and the store, and opens them again, as after quitting. With `killed`
 * nothing more is saved, as after kill -9. */
void ui_fixture_return(struct ui_fixture *fixture, bool killed);

/* Keys as a terminal sends them ("\033OQ" is F2), each when no screen waits any more; then what
 * waits is looked at, saved and drawn until no screen waits: what a thread finds, what is printed.
 */
void ui_fixture_type(struct ui_fixture *fixture, const char *bytes);
void ui_fixture_press(struct ui_fixture *fixture, uint32_t code);
/* The same, but the last key's waiting goes on: for what the test answers itself, or stops. */
void ui_fixture_send(struct ui_fixture *fixture, const char *bytes);
/* Begins a contact with Zoe Roy, who moves in July, and opens her case. */
void ui_fixture_open_case(struct ui_fixture *fixture);
/* Looks, saves and draws. */
void ui_fixture_draw(struct ui_fixture *fixture);

/* True when a row of the canvas contains the text. */
bool ui_fixture_shows(struct ui_fixture *fixture, const char *text);
/* Fails, with the screen printed, unless it does, or when it does. */
void ui_fixture_expect(struct ui_fixture *fixture, const char *text);
void ui_fixture_expect_not(struct ui_fixture *fixture, const char *text);
/* Draws until it does, at most 10 s: for what a thread finds. Asserts. */
void ui_fixture_wait(struct ui_fixture *fixture, const char *text);
/* Prints the canvas, for who looks for a failure. */
void ui_fixture_print(struct ui_fixture *fixture);

#endif
