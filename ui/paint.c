#include "ui/paint.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistr.h>

#include "app/text.h"

#define CELL_SIZE 24 /* a longer cluster loses its last marks */

struct cell {
    char text[CELL_SIZE];
    uint8_t style;
};

struct canvas {
    struct cell *cells; /* owned, rows * columns */
    int rows, columns;
    bool plain;
    bool cursor_set;
    int cursor_row, cursor_column;
};

struct canvas *canvas_new(int rows, int columns)
{
    struct canvas *canvas = calloc(1, sizeof(*canvas));

    if (canvas != NULL && !canvas_resize(canvas, rows, columns)) {
        free(canvas);
        return NULL;
    }
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    if (canvas == NULL)
        return;
    free(canvas->cells);
    free(canvas);
}

bool canvas_resize(struct canvas *canvas, int rows, int columns)
{
    struct cell *cells;

    rows = rows < 1 ? 1 : rows > 1000 ? 1000 : rows;
    columns = columns < 1 ? 1 : columns > 1000 ? 1000 : columns;
    cells = reallocarray(canvas->cells, (size_t)rows * (size_t)columns, sizeof(*cells));
    if (cells == NULL)
        return false;
    canvas->cells = cells;
    canvas->rows = rows;
    canvas->columns = columns;
    canvas_clear(canvas);
    return true;
}

void canvas_clear(struct canvas *canvas)
{
    size_t count = (size_t)canvas->rows * (size_t)canvas->columns;

    for (size_t i = 0; i < count; i++)
        canvas->cells[i] = (struct cell){" ", PAINT_TEXT};
    canvas->cursor_set = false;
}

int canvas_rows(const struct canvas *canvas)
{
    return canvas->rows;
}

int canvas_columns(const struct canvas *canvas)
{
    return canvas->columns;
}

void canvas_set_plain(struct canvas *canvas, bool plain)
{
    canvas->plain = plain;
}

static struct cell *canvas_at(const struct canvas *canvas, int row, int column)
{
    return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

const char *canvas_cell(const struct canvas *canvas, int row, int column, enum paint_style *style)
{
    const struct cell *cell;

    if (row < 0 || row >= canvas->rows || column < 0 || column >= canvas->columns)
        return " ";
    cell = canvas_at(canvas, row, column);
    if (style != NULL)
        *style = (enum paint_style)cell->style;
    return cell->text;
}

bool canvas_cursor(const struct canvas *canvas, int *row, int *column)
{
    *row = canvas->cursor_row;
    *column = canvas->cursor_column;
    return canvas->cursor_set;
}

bool canvas_keep_row(struct canvas *kept, const struct canvas *canvas, int row)
{
    struct cell *left = canvas_at(kept, row, 0);
    const struct cell *right = canvas_at(canvas, row, 0);
    size_t size = (size_t)canvas->columns * sizeof(*left);

    if (memcmp(left, right, size) == 0)
        return false;
    memcpy(left, right, size);
    return true;
}

char *canvas_line(const struct canvas *canvas, int row)
{
    struct text_buffer line = {0};

    for (int column = 0; column < canvas->columns; column++)
        text_buffer_add_text(&line, canvas_cell(canvas, row, column, NULL));
    while (line.length > 0 && line.bytes[line.length - 1] == ' ')
        line.bytes[--line.length] = '\0';
    return text_buffer_take(&line);
}

struct paint paint_all(struct canvas *canvas)
{
    return (struct paint){canvas, 0, 0, canvas->rows, canvas->columns};
}

static int part_size(int wanted, int start, int total)
{
    int rest = total - start;

    if (wanted < 0)
        wanted = rest + wanted + 1;
    if (wanted > rest)
        wanted = rest;
    return wanted < 0 ? 0 : wanted;
}

struct paint paint_part(const struct paint *paint, int top, int left, int rows, int columns)
{
    struct paint part = *paint;

    top = top < 0 ? 0 : top;
    left = left < 0 ? 0 : left;
    part.rows = part_size(rows, top, paint->rows);
    part.columns = part_size(columns, left, paint->columns);
    part.top += top;
    part.left += left;
    return part;
}

bool paint_is_plain(const struct paint *paint)
{
    return paint->canvas->plain;
}

/* A wide character whose other half is overwritten must not leave its first half behind. */
static void cell_break(const struct paint *paint, int row, int column)
{
    struct canvas *canvas = paint->canvas;
    struct cell *cell = canvas_at(canvas, row, column);

    if (cell->text[0] == '\0' && column > 0)
        text_copy(canvas_at(canvas, row, column - 1)->text, CELL_SIZE, " ");
    if (column + 1 < canvas->columns && canvas_at(canvas, row, column + 1)->text[0] == '\0')
        text_copy(canvas_at(canvas, row, column + 1)->text, CELL_SIZE, " ");
}

/* The last door: whatever way a text took here, no character of it steers a terminal. */
static bool is_safe(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        ucs4_t character;
        int size;

        if ((unsigned char)text[at] >= 0x20 && (unsigned char)text[at] < 0x7F) {
            at++;
            continue;
        }
        size = u8_mbtoucr(&character, (const uint8_t *)text + at, length - at);
        if (size <= 0 || text_character_is_unsafe(character))
            return false;
        at += (size_t)size;
    }
    return true;
}

/* Writes one cluster `width` (1 or 2) columns wide; it is known to be inside. */
static void cell_write(const struct paint *paint, int row, int column, const char *cluster,
                       size_t length, int width, enum paint_style style)
{
    struct cell *cell = canvas_at(paint->canvas, paint->top + row, paint->left + column);
    char text[CELL_SIZE * 4];

    cell_break(paint, paint->top + row, paint->left + column);
    if (width == 2)
        cell_break(paint, paint->top + row, paint->left + column + 1);
    if (length >= sizeof(text))
        for (length = sizeof(text) - 1; ((unsigned char)cluster[length] & 0xC0) == 0x80;)
            length--;
    if (!is_safe(cluster, length)) {
        cluster = width == 2 ? "??" : "?";
        length = (size_t)width;
    }
    memcpy(text, cluster, length);
    text[length] = '\0';
    text_copy(cell->text, CELL_SIZE, text);
    cell->style = (uint8_t)style;
    if (width == 2)
        cell[1] = (struct cell){"", (uint8_t)style};
}

/* Draws clean text, as much as fits in `width`; returns the columns used. */
static int draw_clusters(const struct paint *paint, int row, int column, int width,
                         enum paint_style style, const char *text, size_t length)
{
    int used = 0;

    for (size_t offset = 0; offset < length;) {
        size_t next = text_next(text, length, offset);
        int columns = (int)text_width(text + offset, next - offset);

        if (columns > 2)
            columns = 2; /* joined emoji: a terminal gives them two */
        if (used + columns > width)
            break;
        if (columns > 0)
            cell_write(paint, row, column + used, text + offset, next - offset, columns, style);
        used += columns;
        offset = next;
    }
    return used;
}

static bool text_is_plain_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0x20 || *text > 0x7e)
            return false;
    return true;
}

/* `text` made safe: itself, or a copy in `*copy` to be freed. */
static const char *safe_text(const char *text, bool keep_lines, char **copy)
{
    *copy = NULL;
    if (text == NULL)
        return "";
    if (text_is_plain_ascii(text))
        return text;
    *copy = text_clean(text, strlen(text), keep_lines);
    return *copy == NULL ? "" : *copy;
}

static int clip_width(const struct paint *paint, int row, int column, int width)
{
    if (row < 0 || row >= paint->rows || column < 0 || column >= paint->columns)
        return 0;
    if (width < 0 || width > paint->columns - column)
        width = paint->columns - column;
    return width;
}

int paint_text(const struct paint *paint, int row, int column, int width, enum paint_style style,
               const char *text)
{
    char *copy;
    const char *safe;
    size_t length;
    int used;

    width = clip_width(paint, row, column, width);
    if (width == 0)
        return 0;
    safe = safe_text(text, false, &copy);
    length = strlen(safe);
    if ((int)text_width(safe, length) <= width) {
        used = draw_clusters(paint, row, column, width, style, safe, length);
    } else {
        length = text_fit(safe, length, (size_t)width - 1);
        used = draw_clusters(paint, row, column, width - 1, style, safe, length);
        used += draw_clusters(paint, row, column + used, 1, style, "…", strlen("…"));
    }
    free(copy);
    return used;
}

int paint_format(const struct paint *paint, int row, int column, int width, enum paint_style style,
                 const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    return paint_text(paint, row, column, width, style, text);
}

int paint_right(const struct paint *paint, int row, int column, int width, enum paint_style style,
                const char *text)
{
    char *copy;
    const char *safe;
    int needed;

    width = clip_width(paint, row, column, width);
    safe = safe_text(text, false, &copy);
    needed = (int)text_width(safe, strlen(safe));
    if (needed < width)
        column += width - needed;
    needed = paint_text(paint, row, column, needed < width ? needed : width, style, safe);
    free(copy);
    return needed;
}

bool paint_wrap(const char *text, size_t length, size_t offset, int width, size_t *line_length,
                size_t *next)
{
    const char *line = text + offset;
    const char *end;
    size_t available, fit, broken;

    if (offset > length)
        return false;
    end = memchr(line, '\n', length - offset);
    available = end == NULL ? length - offset : (size_t)(end - line);
    fit = text_fit(line, available, width < 1 ? 1 : (size_t)width);
    if (fit == available) {
        *line_length = fit;
        *next = offset + fit + 1;
        return true;
    }
    /* A space just behind the last column is as good a place as one before. */
    for (broken = fit; broken > 0 && line[broken] != ' '; broken--)
        ;
    if (broken > 0) {
        *line_length = broken;
        *next = offset + broken + 1;
        return true;
    }
    if (fit == 0)
        fit = text_next(line, available, 0);
    *line_length = fit;
    *next = offset + fit;
    return true;
}

int paint_wrapped(const struct paint *paint, int row, int column, int width, int rows,
                  enum paint_style style, const char *text)
{
    char *copy;
    const char *safe = safe_text(text, true, &copy);
    size_t length = strlen(safe), offset = 0, line_length, next;
    int used = 0;

    while (length > 0 && (safe[length - 1] == '\n' || safe[length - 1] == ' '))
        length--;
    if (width < 0 || width > paint->columns - column)
        width = paint->columns - column;
    while (length > 0 && paint_wrap(safe, length, offset, width, &line_length, &next)) {
        int place = clip_width(paint, row + used, column, width);

        if (rows > 0 && used == rows)
            break;
        if (rows > 0 && place > 0) {
            bool more = used + 1 == rows && next <= length;
            int drawn = draw_clusters(paint, row + used, column, more ? place - 1 : place, style,
                                      safe + offset, line_length);

            if (more)
                draw_clusters(paint, row + used, column + drawn, 1, style, "…", strlen("…"));
        }
        used++;
        offset = next;
    }
    free(copy);
    return used;
}

int paint_labelled(const struct paint *paint, int row, int label_width, const char *label,
                   enum paint_style style, const char *value)
{
    int rows = paint->rows - row;
    int used;

    paint_text(paint, row, 0, label_width - 1, PAINT_LABEL, label);
    used = rows > 0 ? paint_wrapped(paint, row, label_width, -1, rows, style, value) : 0;
    return used < 1 ? 1 : used;
}

void paint_fill(const struct paint *paint, int row, int column, int width, enum paint_style style)
{
    width = clip_width(paint, row, column, width);
    for (int i = 0; i < width; i++)
        cell_write(paint, row, column + i, " ", 1, 1, style);
}

void paint_restyle(const struct paint *paint, int row, int column, int width,
                   enum paint_style style)
{
    width = clip_width(paint, row, column, width);
    for (int i = 0; i < width; i++)
        canvas_at(paint->canvas, paint->top + row, paint->left + column + i)->style =
            (uint8_t)style;
}

static void draw_rule(const struct paint *paint, int row, int column, int width)
{
    width = clip_width(paint, row, column, width);
    for (int i = 0; i < width && !paint->canvas->plain; i++)
        cell_write(paint, row, column + i, "─", strlen("─"), 1, PAINT_DIM);
}

void paint_heading(const struct paint *paint, int row, const char *text)
{
    int used = paint_text(paint, row, 0, -1, PAINT_TITLE, text);

    draw_rule(paint, row, used + 1, -1);
}

struct paint paint_box(const struct paint *paint, const char *title)
{
    int last = paint->rows - 1, right = paint->columns - 1;

    for (int row = 0; row < paint->rows; row++)
        paint_fill(paint, row, 0, -1, PAINT_TEXT);
    if (!paint->canvas->plain && last > 0 && right > 0) {
        draw_rule(paint, 0, 0, -1);
        draw_rule(paint, last, 0, -1);
        for (int row = 1; row < last; row++) {
            paint_text(paint, row, 0, 1, PAINT_DIM, "│");
            paint_text(paint, row, right, 1, PAINT_DIM, "│");
        }
        paint_text(paint, 0, 0, 1, PAINT_DIM, "┌");
        paint_text(paint, 0, right, 1, PAINT_DIM, "┐");
        paint_text(paint, last, 0, 1, PAINT_DIM, "└");
        paint_text(paint, last, right, 1, PAINT_DIM, "┘");
    }
    if (title != NULL && *title != '\0') {
        int used = paint_text(paint, 0, 3, paint->columns - 6, PAINT_TITLE, title);

        if (!paint->canvas->plain) {
            paint_text(paint, 0, 2, 1, PAINT_DIM, " ");
            paint_text(paint, 0, 3 + used, 1, PAINT_DIM, " ");
        }
    }
    return paint_part(paint, 1, 2, -2, -3);
}

void paint_cursor(const struct paint *paint, int row, int column)
{
    if (row < 0 || row >= paint->rows || paint->columns == 0)
        return;
    column = column < 0 ? 0 : column >= paint->columns ? paint->columns - 1 : column;
    paint->canvas->cursor_set = true;
    paint->canvas->cursor_row = paint->top + row;
    paint->canvas->cursor_column = paint->left + column;
}
