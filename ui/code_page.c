#include "ui/code_page.h"

#include <stdio.h>
#include <string.h>

#include "ui/continue_glyphs.h"
#include "ui/format.h"
#include "ui/language.h"

#define GLYPHS_ROWS 18 /* from that many on there is room for large ones */

int code_page_draw(const struct paint *paint, const struct continue_code *code)
{
    char shown[CONTINUE_SHOWN_SIZE];
    int width = CONTINUE_SHOWN_SIZE - 1;
    int row = 0;

    continue_code_show(code, shown);
    if (paint->rows >= GLYPHS_ROWS && continue_glyphs_draw(paint, 1, code))
        row = CONTINUE_GLYPH_ROWS + 2;
    paint_text(paint, row, (paint->columns - width) / 2, -1, PAINT_TITLE, shown);
    paint_cursor(paint, row, (paint->columns - width) / 2);
    return row + 2;
}

void code_page_draw_once(const struct paint *paint)
{
    paint_text(paint, paint->rows - 1, 0, -1, PAINT_DIM,
               _("The code is shown here only, and only now: Esc forgets it."));
}

int code_page_draw_grant(struct desk *desk, const struct paint *paint, int row,
                         const struct continue_grant *grant, bool begin, const char *until)
{
    char who[WORK_NAME_SIZE], when[64], text[2 * WORK_NAME_SIZE];
    int first = row;

    work_agent_name(desk, grant->made_by.text, who, sizeof(who));
    format_when(when, sizeof(when), grant->made_ms, desk_now(desk));
    snprintf(text, sizeof(text), "%s · %s", who, when);
    row += 1 + paint_wrapped(paint, row, 0, -1, 2, PAINT_TEXT,
                             _("The client has a code already. It cannot be shown again."));
    if (begin) {
        snprintf(when, sizeof(when), "%s…", grant->group);
        row += paint_labelled(paint, row, CODE_PAGE_LABEL, _("Begins with"), PAINT_VALUE, when);
    }
    row += paint_labelled(paint, row, CODE_PAGE_LABEL, _("Made by"), PAINT_VALUE, text);
    row += paint_labelled(paint, row, CODE_PAGE_LABEL, _("Good until"), PAINT_VALUE, until);
    return row - first;
}

const char *code_page_language(struct desk *desk, const char *client, const char *tag)
{
    struct record *record = work_get_client(desk, client);
    const char *language;

    if (record != NULL && *record_text(record, "language") != '\0')
        tag = record_text(record, "language");
    language = strncmp(tag, "fr", 2) == 0   ? "fr"
               : strncmp(tag, "en", 2) == 0 ? "en"
                                            : language_now();
    record_free(record);
    return language;
}
