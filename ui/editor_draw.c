/* An editor on the screen: its lines, wrapped or scrolled. */
#include "ui/editor_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"

bool editor_find_line(const struct editor *editor, size_t wanted, size_t offset,
                      struct editor_line *line, size_t *number)
{
    size_t start = 0, count = 0, length, next;

    while (paint_wrap(editor->text, editor->length, start, editor->width, &length, &next)) {
        if (wanted == SIZE_MAX ? offset < next : count == wanted) {
            *line = (struct editor_line){start, length};
            if (number != NULL)
                *number = count;
            return true;
        }
        count++;
        start = next;
    }
    return false;
}

static void draw_secret(const struct editor *editor, const struct paint *paint, bool focus)
{
    int shown = 0;

    for (size_t at = 0; at < editor->length && shown < paint->columns - 1; shown++) {
        at = text_next(editor->text, editor->length, at);
        paint_text(paint, 0, shown, 1, focus ? PAINT_FOCUS : PAINT_FIELD, "•");
    }
    if (focus)
        paint_cursor(paint, 0, shown);
}

/* One line: scrolled so that the cursor is in sight. */
static void draw_line(struct editor *editor, const struct paint *paint, bool focus)
{
    enum paint_style style = focus ? PAINT_FOCUS : PAINT_FIELD;
    size_t room = paint->columns > 1 ? (size_t)paint->columns - 1 : 1;
    size_t start = 0;
    size_t column = text_width(editor->text, editor->cursor);

    if (column > room && focus) {
        /* Drop clusters from the left until the cursor fits. */
        while (start < editor->cursor && column > room - 1) {
            size_t next = text_next(editor->text, editor->length, start);

            column -= text_width(editor->text + start, next - start);
            start = next;
        }
        paint_text(paint, 0, 0, 1, PAINT_DIM, "‹");
        paint_text(paint, 0, 1, -1, style, editor->text + start);
        column = text_width(editor->text + start, editor->cursor - start) + 1;
    } else {
        paint_text(paint, 0, 0, -1, style, editor->text);
    }
    if (focus)
        paint_cursor(paint, 0, (int)column);
}

/* What stands out in a line that was drawn. */
static void draw_marks(const struct editor *editor, const struct paint *paint, int row,
                       const struct editor_line *line)
{
    size_t end = line->start + line->length, from = line->start, start, stop;

    while (
        editor->marker != NULL && from < end &&
        editor->marker(editor->marker_context, editor->text, editor->length, from, &start, &stop) &&
        start < end && stop > from) {
        size_t shown = start < from ? from : start;
        size_t last = stop < end ? stop : end;

        paint_restyle(paint, row, (int)text_width(editor->text + line->start, shown - line->start),
                      (int)text_width(editor->text + shown, last - shown), PAINT_ERROR);
        from = stop;
    }
}

static void draw_lines(struct editor *editor, const struct paint *paint, bool focus)
{
    enum paint_style style = focus ? PAINT_FOCUS : PAINT_FIELD;
    struct editor_line line = {0};
    size_t number = 0, length, next;
    int row = 0;

    editor_find_line(editor, SIZE_MAX, editor->cursor, &line, &number);
    if (number < editor->top)
        editor->top = number;
    if (paint->rows > 0 && number >= editor->top + (size_t)paint->rows)
        editor->top = number - (size_t)paint->rows + 1;
    if (focus)
        paint_cursor(paint, (int)(number - editor->top),
                     (int)text_width(editor->text + line.start, editor->cursor - line.start));
    editor_find_line(editor, editor->top, 0, &line, NULL);
    for (size_t at = line.start;
         paint_wrap(editor->text, editor->length, at, editor->width, &length, &next); at = next) {
        char *copy;

        if (row == paint->rows) {
            paint_right(paint, row - 1, paint->columns - 1, 1, PAINT_DIM, "↓");
            break;
        }
        copy = strndup(editor->text + at, length);
        paint_text(paint, row, 0, -1, style, copy);
        draw_marks(editor, paint, row++, &(struct editor_line){at, length});
        free(copy);
    }
    if (editor->top > 0)
        paint_right(paint, 0, paint->columns - 1, 1, PAINT_DIM, "↑");
}

void editor_draw(struct editor *editor, const struct paint *paint, bool focus)
{
    int rows = editor->kind == EDITOR_TEXT ? paint->rows : 1;

    for (int row = 0; row < rows; row++)
        paint_fill(paint, row, 0, -1, focus ? PAINT_FOCUS : PAINT_FIELD);
    /* The last column is the cursor's at the end of a full line. */
    editor->width = paint->columns > 1 ? paint->columns - 1 : 1;
    editor->page = paint->rows;
    if (editor->kind == EDITOR_SECRET)
        draw_secret(editor, paint, focus);
    else if (editor->kind == EDITOR_LINE)
        draw_line(editor, paint, focus);
    else
        draw_lines(editor, paint, focus);
}

int editor_rows(const struct editor *editor, int width)
{
    size_t start = 0, length, next;
    int rows = 0;

    while (paint_wrap(editor->text, editor->length, start, width > 1 ? width - 1 : 1, &length,
                      &next)) {
        rows++;
        start = next;
    }
    return rows;
}
