#include "ui/big.h"

#include <ctype.h>
#include <string.h>

/* Row by row, the left dot is the highest of three bits. */
static const struct {
    char character;
    unsigned char rows[BIG_ROWS];
} glyphs[] = {
    {'0', {7, 5, 5, 5, 7}}, {'1', {2, 6, 2, 2, 7}}, {'2', {7, 1, 7, 4, 7}}, {'3', {7, 1, 7, 1, 7}},
    {'4', {5, 5, 7, 1, 1}}, {'5', {7, 4, 7, 1, 7}}, {'6', {7, 4, 7, 5, 7}}, {'7', {7, 1, 1, 2, 2}},
    {'8', {7, 5, 7, 5, 7}}, {'9', {7, 5, 7, 1, 7}}, {'A', {2, 5, 7, 5, 5}}, {'B', {6, 5, 6, 5, 6}},
    {'C', {3, 4, 4, 4, 3}}, {'D', {6, 5, 5, 5, 6}}, {'E', {7, 4, 6, 4, 7}}, {'F', {7, 4, 6, 4, 4}},
    {'G', {3, 4, 5, 5, 3}}, {'H', {5, 5, 7, 5, 5}}, {'I', {7, 2, 2, 2, 7}}, {'J', {1, 1, 1, 5, 2}},
    {'K', {5, 5, 6, 5, 5}}, {'L', {4, 4, 4, 4, 7}}, {'M', {5, 7, 7, 5, 5}}, {'N', {6, 5, 5, 5, 5}},
    {'O', {2, 5, 5, 5, 2}}, {'P', {6, 5, 6, 4, 4}}, {'Q', {2, 5, 5, 6, 3}}, {'R', {6, 5, 6, 5, 5}},
    {'S', {3, 4, 2, 1, 6}}, {'T', {7, 2, 2, 2, 2}}, {'U', {5, 5, 5, 5, 7}}, {'V', {5, 5, 5, 5, 2}},
    {'W', {5, 5, 7, 7, 5}}, {'X', {5, 5, 2, 5, 5}}, {'Y', {5, 5, 2, 2, 2}}, {'Z', {7, 1, 2, 4, 7}},
    {'-', {0, 0, 7, 0, 0}}, {':', {0, 2, 0, 2, 0}}, {'>', {4, 2, 1, 2, 4}},
};

bool big_dot(char character, int row, int column)
{
    char upper = (char)toupper((unsigned char)character);

    if (row < 0 || row >= BIG_ROWS || column < 0 || column >= BIG_COLUMNS)
        return false;
    for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++)
        if (glyphs[i].character == upper)
            return (glyphs[i].rows[row] >> (BIG_COLUMNS - 1 - column) & 1) != 0;
    return false;
}

/* Columns of a dot. */
static int dot_width(int scale)
{
    return scale == 0 ? 1 : 2 * scale;
}

int big_width(const char *text, int scale)
{
    int dots = (int)strlen(text) * (BIG_COLUMNS + 1) - 1;

    return dots > 0 ? dots * dot_width(scale) : 0;
}

int big_height(int scale)
{
    return scale == 0 ? (BIG_ROWS + 1) / 2 : BIG_ROWS * scale;
}

int big_fit(const char *text, int rows, int columns, int most)
{
    int scale = most;

    while (scale >= 0 && (big_width(text, scale) > columns || big_height(scale) > rows))
        scale--;
    return scale;
}

/* Two dots one above the other in one cell. */
static void draw_halves(const struct paint *paint, int row, int column, enum paint_style style,
                        char character)
{
    for (int i = 0; i < BIG_ROWS; i += 2)
        for (int j = 0; j < BIG_COLUMNS; j++) {
            bool upper = big_dot(character, i, j), lower = big_dot(character, i + 1, j);

            if (upper || lower)
                paint_text(paint, row + i / 2, column + j, 1, style,
                           upper && lower ? "█"
                           : upper        ? "▀"
                                          : "▄");
        }
}

static void draw_dot(const struct paint *paint, int row, int column, int scale, bool blocks,
                     enum paint_style style)
{
    for (int i = 0; i < scale; i++)
        for (int j = 0; j < dot_width(scale); j++)
            paint_text(paint, row + i, column + j, 1, style, blocks ? "█" : "#");
}

void big_draw(const struct paint *paint, int row, int column, int scale, bool blocks,
              enum paint_style style, const char *text)
{
    for (; *text != '\0'; text++) {
        if (scale == 0)
            draw_halves(paint, row, column, style, *text);
        for (int i = 0; i < BIG_ROWS && scale > 0; i++)
            for (int j = 0; j < BIG_COLUMNS; j++)
                if (big_dot(*text, i, j))
                    draw_dot(paint, row + i * scale, column + j * dot_width(scale), scale, blocks,
                             style);
        column += (BIG_COLUMNS + 1) * dot_width(scale);
    }
}
