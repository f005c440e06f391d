/*
 * Digits and letters made of dots, five rows of three: what a slip and the public screen are
 * written with, at any size.
 */
#ifndef GUICHET_UI_BIG_H
#define GUICHET_UI_BIG_H

#include <stdbool.h>

#include "ui/paint.h"

#define BIG_ROWS    5
#define BIG_COLUMNS 3

/* Whether this dot of a character is set: digits, letters of either case, '-', ':', '>' and the
 * blank; of any other character none is. */
bool big_dot(char character, int row, int column);

/* Columns and rows of a text whose dots are `scale` rows high and twice as many columns wide; dots
 * between characters are one wide. At scale 1 in half blocks a dot is half a row high and one
 * column wide: scale 0. */
int big_width(const char *text, int scale);
int big_height(int scale);
/* The largest scale, 0 to `most`, at which the text fits; -1 when none does. */
int big_fit(const char *text, int rows, int columns, int most);

/* Draws it; `blocks` needs UTF-8, without it dots are '#'. Scale 0 needs blocks. */
void big_draw(const struct paint *paint, int row, int column, int scale, bool blocks,
              enum paint_style style, const char *text);

#endif
