#include "ui/continue_glyphs.h"

#include <string.h>

#include "app/text.h"
#include "ui/language.h"

#define GLYPH_WIDTH 5
#define GROUP_GAP   3

/* In the order of continue_alphabet: 2346789FKMRTX. */
static const char glyphs[][CONTINUE_GLYPH_ROWS][GLYPH_WIDTH + 1] = {
    {"#### ", "    #", " ### ", "#    ", "#####"}, {"#### ", "    #", " ### ", "    #", "#### "},
    {"#   #", "#   #", "#####", "    #", "    #"}, {" ####", "#    ", "#### ", "#   #", " ### "},
    {"#####", "   # ", "  #  ", " #   ", " #   "}, {" ### ", "#   #", " ### ", "#   #", " ### "},
    {" ### ", "#   #", " ####", "    #", "#### "}, {"#####", "#    ", "#### ", "#    ", "#    "},
    {"#   #", "#  # ", "###  ", "#  # ", "#   #"}, {"#   #", "## ##", "# # #", "#   #", "#   #"},
    {"#### ", "#   #", "#### ", "#  # ", "#   #"}, {"#####", "  #  ", "  #  ", "  #  ", "  #  "},
    {"#   #", " # # ", "  #  ", " # # ", "#   #"},
};

/* Names for the phone, of people known in both languages. */
static const char *const said[] = {
    N_("two"),
    N_("three"),
    N_("four"),
    N_("six"),
    N_("seven"),
    N_("eight"),
    N_("nine"),
    N_("F as in Frank"),
    N_("K as in Karen"),
    N_("M as in Mary"),
    N_("R as in Robert"),
    N_("T as in Thomas"),
    N_("X as in Xavier"),
};

static size_t value_of(char character)
{
    return (size_t)(strchr(continue_alphabet, character) - continue_alphabet);
}

static void draw_glyph(const struct paint *paint, int row, int column, char character)
{
    for (int i = 0; i < CONTINUE_GLYPH_ROWS; i++)
        for (int j = 0; j < GLYPH_WIDTH; j++)
            if (glyphs[value_of(character)][i][j] == '#')
                paint_text(paint, row + i, column + j, 1, PAINT_TITLE, "█");
}

bool continue_glyphs_draw(const struct paint *paint, int row, const struct continue_code *code)
{
    int column = (paint->columns - CONTINUE_GLYPH_COLUMNS) / 2;

    if (paint_is_plain(paint) || column < 0 || row + CONTINUE_GLYPH_ROWS > paint->rows)
        return false;
    for (int i = 0; i < CONTINUE_LENGTH; i++) {
        draw_glyph(paint, row, column, code->text[i]);
        column += GLYPH_WIDTH + ((i + 1) % CONTINUE_GROUP == 0 ? GROUP_GAP : 1);
    }
    return true;
}

void continue_spell(const struct continue_code *code, const char *language, char *text, size_t size)
{
    struct text_buffer spelt = {0};

    for (int i = 0; i < CONTINUE_LENGTH; i++)
        text_buffer_add_format(&spelt, "%s%s",
                               i == 0                    ? ""
                               : i % CONTINUE_GROUP == 0 ? " — "
                                                         : ", ",
                               language_text(language, said[value_of(code->text[i])]));
    text_copy(text, size, spelt.bytes != NULL ? spelt.bytes : "");
    text_buffer_free(&spelt);
}
