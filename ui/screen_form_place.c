/* The form screen: where each line of the page stands. Rows of the layout stand side by side where
 * there is room for their columns, else below one another; the order of the fields is the same. */
#include "ui/screen_form.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

/* Columns of labels. */
#define LABEL_LEAST 18
#define LABEL_MOST  40

/* Columns a box keeps when a message stands beside it. */
#define BOX_LEAST 16

/* Least width of a column beside another one, and what is between them. */
#define COLUMN_LEAST 38
#define COLUMN_GAP   2

int form_label_width(int columns)
{
    int width = columns * 36 / 100;

    return width < LABEL_LEAST ? LABEL_LEAST : width > LABEL_MOST ? LABEL_MOST : width;
}

/* Columns of the box of a field: as wide as its usual answers. */
static int box_width(const struct form_control *control, int room)
{
    int width = room;

    switch (control->input) {
    case FORM_INPUT_INTEGER:
    case FORM_INPUT_NUMBER:
    case FORM_INPUT_MONEY:
        width = 16;
        break;
    case FORM_INPUT_TIME:
        width = 12;
        break;
    case FORM_INPUT_DATE:
        width = 20;
        break;
    case FORM_INPUT_DATE_TIME:
        width = 26;
        break;
    case FORM_INPUT_TEXT:
        if (control->style == FORM_STYLE_POSTAL_CODE)
            width = 12;
        else if (control->style == FORM_STYLE_PHONE)
            width = 22;
        else if (control->maximum_length > 0 && control->maximum_length < 30)
            width = (int)control->maximum_length + 4;
        break;
    default:
        break;
    }
    return width < room ? width : room;
}

int form_indent(const struct fill_line *line)
{
    return line->depth < 4 ? (int)line->depth : 4;
}

/* --- notes ----------------------------------------------------------------------------------- */

static char *understood_note(const struct form_screen *form)
{
    char *understood = fill_understood(form->fill);
    struct text_buffer buffer = {0};

    if (understood == NULL)
        return NULL;
    text_buffer_add_format(&buffer, "= %s", understood);
    free(understood);
    return text_buffer_take(&buffer);
}

/* What somebody else answered at the same time, and what gave way to the answer that stands. */
static char *overruled_note(const struct form_screen *form, const struct fill_line *line)
{
    const json_t *conflicts =
        form->submission == NULL ? NULL : json_object_get(form->submission->meta, "conflicts");
    struct text_buffer buffer = {0};
    const json_t *lost = NULL;
    char *text;

    for (size_t i = 0; i < json_array_size(conflicts); i++) {
        const json_t *entry = json_array_get(conflicts, i);
        const char *path = json_text_or(entry, "path", "");

        if (strncmp(path, "answers", 7) == 0 && strcmp(path + 7, line->pointer) == 0)
            lost = json_object_get(entry, "value");
    }
    if (lost == NULL || json_is_null(lost))
        return NULL;
    text = answer_text(line->element->control, lost, form_language(language_now()));
    if (text != NULL)
        text_buffer_add_format(&buffer, _("also said: %s"), text);
    free(text);
    return text_buffer_take(&buffer);
}

char *form_note(const struct form_screen *form, size_t line, enum paint_style *style)
{
    const struct fill_line *shown = fill_line(form->fill, line);
    bool here = line == fill_current(form->fill);
    bool web;
    char *note;

    *style = PAINT_ERROR;
    if (shown->message != NULL)
        return strdup(shown->message);
    if (shown->kind != FILL_FIELD)
        return NULL;
    *style = PAINT_DIM;
    if (here && fill_typed(form->fill) != NULL && shown->fault != NULL)
        return strdup(shown->fault);
    *style = PAINT_GOOD;
    note = here ? understood_note(form) : NULL;
    if (note != NULL)
        return note;
    *style = PAINT_WARNING;
    note = overruled_note(form, shown);
    if (note != NULL)
        return note;
    web = strcmp(form_source_channel(form, shown->pointer), "web") == 0;
    *style = shown->received ? PAINT_ACCENT : PAINT_DIM;
    if (shown->received)
        return strdup(web ? _("changed online") : _("changed elsewhere"));
    if (shown->known)
        return strdup(_("from the file"));
    return web ? strdup(format_channel("web")) : NULL;
}

/* --- one line -------------------------------------------------------------------------------- */

/* Columns of a field's box. A note that has no room beside it gets it from what the box does not
 * use; when that does not do either it goes below. */
static void fit_box(const struct form_screen *form, struct form_placed *placed, const char *note)
{
    const struct form_control *control = fill_line(form->fill, placed->line)->element->control;
    int room = placed->width - form_label_width(placed->width) - 3;
    int needed = note == NULL ? 0 : (int)text_width(note, strlen(note)) + 2;
    char *text;
    int used;

    placed->box = box_width(control, room);
    placed->note_rows = 0;
    if (needed == 0 || needed <= room - placed->box)
        return;
    text = fill_text(form->fill, placed->line);
    used = text == NULL ? 0 : (int)text_width(text, strlen(text)) + 2;
    free(text);
    if (control->choice_count > 0 || control->input == FORM_INPUT_BOOLEAN ||
        control->input == FORM_INPUT_MULTILINE)
        used = FORM_SIGHT_COLUMNS;
    if (room - needed >= (used < BOX_LEAST ? BOX_LEAST : used))
        placed->box = room - needed;
    else
        placed->note_rows = 1;
}

int form_note_left(const struct form_placed *placed, int indent)
{
    return placed->box > 0 && placed->width >= 2 * COLUMN_LEAST
               ? form_label_width(placed->width) + 3
               : 2 + indent;
}

/* Rows that a line takes, those of its note below included. */
static void measure(const struct form_screen *form, struct form_placed *placed,
                    const struct paint *paint)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    enum paint_style style;
    char *text;

    placed->rows = 1;
    if (line->kind == FILL_HEADING) {
        placed->rows = placed->row > 0 ? 2 : 1;
        return;
    }
    if (line->kind == FILL_LABEL) {
        text = fill_label(form->fill, placed->line);
        placed->rows =
            text == NULL ? 1 : paint_wrapped(paint, 0, 0, placed->width - 2, 0, PAINT_DIM, text);
        free(text);
        return;
    }
    text = form_note(form, placed->line, &style);
    if (line->kind == FILL_FIELD) {
        fit_box(form, placed, text);
        placed->rows = form_field_rows(form, placed->line, placed->box);
    } else {
        placed->note_rows = text != NULL;
    }
    if (placed->note_rows > 0)
        placed->note_rows = paint_wrapped(
            paint, 0, 0, placed->width - form_note_left(placed, form_indent(line)), 0, style, text);
    placed->rows += placed->note_rows;
    free(text);
}

/* --- all of them ----------------------------------------------------------------------------- */

/* While lines are placed: the next row of the layout to look at goes along. */
struct placing {
    const struct form_screen *form;
    const struct paint *paint;
    struct form_placed *placed;
    size_t count;
    size_t row;
};

static bool is_shown(const struct placing *placing, size_t line)
{
    const struct fill *fill = placing->form->fill;

    return fill_line(fill, line)->visible && fill_line(fill, line)->page == fill_page(fill);
}

static bool any_shown(const struct placing *placing, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (is_shown(placing, i))
            return true;
    return false;
}

/* Columns of a row that have something to show. */
static int shown_columns(const struct placing *placing, const struct fill_row *row)
{
    int columns = 0;

    for (size_t i = 0; i < row->columns; i++)
        columns += any_shown(placing, row->starts[i], row->starts[i + 1]);
    return columns;
}

/* Whether all fields of the row fit into columns of this width: choices that are in sight must
 * stay so. */
static bool fits(const struct placing *placing, const struct fill_row *row, int width)
{
    int room = width - form_label_width(width) - 3;

    if (width < COLUMN_LEAST)
        return false;
    for (size_t i = row->starts[0]; i < row->starts[row->columns]; i++)
        if (is_shown(placing, i) && form_sight_columns(placing->form->fill, i) > room)
            return false;
    return true;
}

static int place(struct placing *placing, size_t from, size_t to, int left, int width, int top);

/* Returns the first row below it. */
static int place_row(struct placing *placing, const struct fill_row *row, int left, int width,
                     int top)
{
    int columns = shown_columns(placing, row);
    int each = columns > 1 ? (width - (columns - 1) * COLUMN_GAP) / columns : width;
    bool beside = columns > 1 && fits(placing, row, each);
    int bottom = top;

    for (size_t i = 0; i < row->columns; i++) {
        int end;

        if (!any_shown(placing, row->starts[i], row->starts[i + 1])) {
            while (placing->row < fill_row_count(placing->form->fill) &&
                   fill_row(placing->form->fill, placing->row)->starts[0] < row->starts[i + 1])
                placing->row++;
            continue;
        }
        end = place(placing, row->starts[i], row->starts[i + 1], left, beside ? each : width,
                    beside ? top : bottom);
        bottom = end > bottom ? end : bottom;
        left += beside ? each + COLUMN_GAP : 0;
    }
    return bottom;
}

static int place(struct placing *placing, size_t from, size_t to, int left, int width, int top)
{
    const struct fill *fill = placing->form->fill;

    for (size_t i = from; i < to;) {
        const struct fill_row *row;

        while (placing->row < fill_row_count(fill) &&
               (fill_row(fill, placing->row)->starts[0] < i ||
                fill_row(fill, placing->row)->columns == 0))
            placing->row++;
        row = placing->row < fill_row_count(fill) ? fill_row(fill, placing->row) : NULL;
        if (row != NULL && row->starts[0] == i && row->starts[row->columns] <= to) {
            placing->row++;
            top = place_row(placing, row, left, width, top);
            i = row->starts[row->columns];
            continue;
        }
        if (is_shown(placing, i)) {
            struct form_placed *placed = &placing->placed[placing->count++];

            *placed = (struct form_placed){.line = i, .row = top, .left = left, .width = width};
            measure(placing->form, placed, placing->paint);
            top += placed->rows;
        }
        i++;
    }
    return top;
}

static bool place_all(struct form_screen *form, const struct paint *paint)
{
    size_t lines = fill_line_count(form->fill);
    struct placing placing = {.form = form, .paint = paint};

    form_place_free(form);
    placing.placed = calloc(lines + 1, sizeof(*placing.placed));
    if (placing.placed == NULL)
        return false;
    form->page_rows = place(&placing, 0, lines, 0, paint->columns, 0);
    form->page_lines = placing.placed;
    form->page_line_count = placing.count;
    return true;
}

/* Where a line stands among the placed ones, which are in order. */
static size_t find_placed(const struct form_screen *form, size_t line)
{
    size_t low = 0;
    size_t high = form->page_line_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (form->page_lines[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < form->page_line_count && form->page_lines[low].line == line
               ? low
               : form->page_line_count;
}

/* Looks again at one line; false when it now takes another number of rows. */
static bool place_again(struct form_screen *form, const struct paint *paint, size_t line)
{
    size_t index = find_placed(form, line);
    int rows;

    if (index == form->page_line_count)
        return true;
    rows = form->page_lines[index].rows;
    measure(form, &form->page_lines[index], paint);
    return form->page_lines[index].rows == rows;
}

bool form_place(struct form_screen *form, const struct paint *paint)
{
    const struct form_place_state now = {.generation = fill_generation(form->fill),
                                         .record = form->readings,
                                         .page = fill_page(form->fill),
                                         .focus = fill_current(form->fill),
                                         .columns = paint->columns,
                                         .language = form_language(language_now())};
    const struct form_place_state before = form->placed;
    bool same = form->page_lines != NULL && now.generation == before.generation &&
                now.record == before.record && now.page == before.page &&
                now.columns == before.columns && now.language == before.language;

    form->placed = now;
    /* Typing, and going to another field, is about these two only. */
    return (same && place_again(form, paint, before.focus) &&
            place_again(form, paint, now.focus)) ||
           place_all(form, paint);
}

void form_place_free(struct form_screen *form)
{
    free(form->page_lines);
    form->page_lines = NULL;
    form->page_line_count = 0;
}

size_t form_place_focus(const struct form_screen *form)
{
    return find_placed(form, fill_current(form->fill));
}
