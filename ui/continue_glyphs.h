/*
 * A continue code in large letters, and how each of its characters is said.
 */
#ifndef GUICHET_UI_CONTINUE_GLYPHS_H
#define GUICHET_UI_CONTINUE_GLYPHS_H

#include "app/continue.h"
#include "ui/paint.h"

#define CONTINUE_GLYPH_ROWS    5
#define CONTINUE_GLYPH_COLUMNS 75

/* Draws the code in CONTINUE_GLYPH_ROWS rows from `row` on; false, and nothing, when the area is
 * plain, too narrow or too low. */
bool continue_glyphs_draw(const struct paint *paint, int row, const struct continue_code *code);

/* The whole code to be read aloud in a language ("fr", "en"): groups apart, letters by a name. */
void continue_spell(const struct continue_code *code, const char *language, char *text,
                    size_t size);

#endif
