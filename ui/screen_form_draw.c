/* The form screen: pages as tabs, fields with their labels, messages beside or below them. */
#include "ui/screen_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

/* Rows above the fields (tabs, a blank) and below them (a sentence of help). */
#define HEAD_ROWS 2
#define FOOT_ROWS 1

/* Columns of "brouillon enregistré · 12/15" and a gap. */

/* Columns a box keeps when a message stands beside it. */
#define BOX_LEAST 16

int form_label_width(int columns)
{
    int width = columns * 36 / 100;

    return width < 18 ? 18 : width > 40 ? 40 : width;
}

/* --- head ------------------------------------------------------------------------------------ */

void form_draw_progress(const struct form_screen *form, const struct paint *paint)
{
    size_t answered;
    size_t required;
    char text[160];
    const char *kept = "";
    enum paint_style style = PAINT_DIM;

    switch (form_kept(form)) {
    case FORM_KEPT:
        kept = _("draft saved");
        break;
    case FORM_KEPT_TYPING:
        kept = _("typing kept here");
        break;
    case FORM_KEPT_NOT:
        kept = _("NOT SAVED");
        style = PAINT_ERROR;
        break;
    case FORM_KEPT_NOTHING:
        break;
    }
    fill_progress(form->fill, &answered, &required);
    snprintf(text, sizeof(text), "%s%s%zu/%zu", kept, *kept == '\0' ? "" : " · ", answered,
             required);
    paint_right(paint, 0, 0, paint->columns, style, text);
}

/* One tab: "[1 You]" here, " 2 Addresses! " elsewhere. */
static void tab_text(const struct form_screen *form, size_t page, size_t number, char *text,
                     size_t size)
{
    snprintf(text, size, page == fill_page(form->fill) ? "[%zu %s%s]" : " %zu %s%s ", number,
             fill_page_title(form->fill, page), fill_page_faults(form->fill, page) > 0 ? "!" : "");
}

/* All tabs; where they do not fit, the present one of how many. */
static void draw_tabs(const struct form_screen *form, const struct paint *paint)
{
    struct paint tabs = paint_part(paint, 0, 0, 1, -1 - FORM_PROGRESS_COLUMNS);
    size_t count = fill_page_count(form->fill);
    size_t shown = 0;
    size_t here = 0;
    int column = 0;
    int needed = 0;
    char text[200];

    for (size_t i = 0; i < count; i++) {
        if (!fill_page_visible(form->fill, i))
            continue;
        tab_text(form, i, ++shown, text, sizeof(text));
        needed += (int)text_width(text, strlen(text));
        if (i == fill_page(form->fill))
            here = shown;
    }
    if (count < 2) {
        paint_text(&tabs, 0, 0, -1, PAINT_LABEL,
                   form_title(form->form, form_language(language_now())));
        return;
    }
    if (needed > tabs.columns) {
        paint_format(&tabs, 0, 0, -1, PAINT_TITLE, "%zu/%zu %s", here, shown,
                     fill_page_title(form->fill, fill_page(form->fill)));
        return;
    }
    shown = 0;
    for (size_t i = 0; i < count; i++) {
        if (!fill_page_visible(form->fill, i))
            continue;
        tab_text(form, i, ++shown, text, sizeof(text));
        column += paint_text(&tabs, 0, column, -1,
                             i == fill_page(form->fill)            ? PAINT_TITLE
                             : fill_page_faults(form->fill, i) > 0 ? PAINT_ERROR
                                                                   : PAINT_DIM,
                             text);
    }
}

/* --- fields ---------------------------------------------------------------------------------- */

/* One line of the form, laid on rows of the page. */
struct placed {
    size_t line;
    int row;  /* on the page */
    int rows; /* of the line, its message's row included */
    bool message_below;
};

#define PLACED_LIMIT 2000

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

static int indent_of(const struct fill_line *line)
{
    return line->depth < 4 ? (int)line->depth : 4;
}

/* Message to show for a line, and how: a fault, or while typing what is still wanted. */
static const char *note_of(const struct form_screen *form, size_t line, enum paint_style *style)
{
    const struct fill_line *shown = fill_line(form->fill, line);
    bool typing = line == fill_current(form->fill) && fill_typed(form->fill) != NULL;

    *style = PAINT_ERROR;
    if (shown->message != NULL)
        return shown->message;
    *style = PAINT_DIM;
    if (typing && shown->fault != NULL)
        return shown->fault;
    return NULL;
}

/* Columns of a field's box. A message that has no room beside it gets it from what the box does not
 * use; when that does not do either it goes below: `*below`. */
static int fit_box(const struct form_screen *form, size_t line, int room, bool *below)
{
    const struct form_control *control = fill_line(form->fill, line)->element->control;
    enum paint_style style;
    const char *note = note_of(form, line, &style);
    int width = box_width(control, room);
    int needed = note == NULL ? 0 : (int)text_width(note, strlen(note)) + 2;
    char *text;
    int used;

    *below = false;
    if (needed == 0 || needed <= room - width)
        return width;
    text = fill_text(form->fill, line);
    used = text == NULL ? 0 : (int)text_width(text, strlen(text)) + 2;
    free(text);
    if (control->choice_count > 0 || control->input == FORM_INPUT_BOOLEAN ||
        control->input == FORM_INPUT_MULTILINE)
        used = FORM_SIGHT_COLUMNS;
    if (room - needed >= (used < BOX_LEAST ? BOX_LEAST : used))
        return room - needed;
    *below = true;
    return width;
}

/* Rows that a line takes, and whether its message stands on a row of its own. */
static void measure(const struct form_screen *form, struct placed *placed,
                    const struct paint *paint)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    int label = form_label_width(paint->columns);
    enum paint_style style;
    const char *note = note_of(form, placed->line, &style);
    char *text;

    placed->message_below = false;
    placed->rows = 1;
    switch (line->kind) {
    case FILL_HEADING:
        placed->rows = placed->row > 0 ? 2 : 1;
        return;
    case FILL_LABEL:
        text = fill_label(form->fill, placed->line);
        placed->rows =
            text == NULL ? 1 : paint_wrapped(paint, 0, 0, paint->columns - 2, 0, PAINT_DIM, text);
        free(text);
        return;
    case FILL_FIELD: {
        int room = paint->columns - label - 3;
        int width = fit_box(form, placed->line, room, &placed->message_below);

        placed->rows = form_field_rows(form, placed->line, width);
        break;
    }
    default:
        placed->message_below = note != NULL;
    }
    placed->rows += placed->message_below;
}

static size_t place_lines(const struct form_screen *form, struct placed *placed,
                          const struct paint *paint)
{
    size_t count = 0;
    int row = 0;

    for (size_t i = 0; i < fill_line_count(form->fill) && count < PLACED_LIMIT; i++) {
        const struct fill_line *line = fill_line(form->fill, i);

        if (!line->visible || line->page != fill_page(form->fill))
            continue;
        placed[count].line = i;
        placed[count].row = row;
        measure(form, &placed[count], paint);
        row += placed[count].rows;
        count++;
    }
    return count;
}

static void draw_mark(const struct form_screen *form, size_t index, const struct paint *paint,
                      int row)
{
    const struct fill_line *line = fill_line(form->fill, index);

    if (line->message != NULL)
        paint_text(paint, row, 0, 1, PAINT_ERROR, "!");
    else if (line->required && fill_value(form->fill, index) == NULL)
        paint_text(paint, row, 0, 1, PAINT_ACCENT, "*");
}

/* What stands right of the box: the message, what the typing is understood as, where the answer
 * came from. */
static void draw_side(const struct form_screen *form, const struct placed *placed,
                      const struct paint *paint, int row, int column)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    enum paint_style style;
    const char *note = placed->message_below ? NULL : note_of(form, placed->line, &style);
    bool web = strcmp(form_source_channel(form, line->pointer), "web") == 0;
    char *understood = NULL;

    if (note != NULL) {
        paint_text(paint, row, column, -1, style, note);
        return;
    }
    if (placed->line == fill_current(form->fill))
        understood = fill_understood(form->fill);
    if (understood != NULL)
        paint_format(paint, row, column, -1, PAINT_GOOD, "= %s", understood);
    else if (line->received)
        paint_text(paint, row, column, -1, PAINT_ACCENT,
                   web ? _("changed online") : _("changed elsewhere"));
    else if (line->known)
        paint_text(paint, row, column, -1, PAINT_DIM, _("from the file"));
    else if (web)
        paint_text(paint, row, column, -1, PAINT_DIM, format_channel("web"));
    free(understood);
}

static void draw_field(struct form_screen *form, const struct placed *placed,
                       const struct paint *paint, int row)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    int label_width = form_label_width(paint->columns);
    int room = paint->columns - label_width - 3;
    bool below;
    int width = fit_box(form, placed->line, room, &below);
    int rows = placed->rows - placed->message_below;
    bool focus = placed->line == fill_current(form->fill);
    struct paint box = paint_part(paint, row, label_width + 3, rows, width);
    char *label = fill_label(form->fill, placed->line);
    enum paint_style style;

    /* Above the first row in sight nothing can be drawn. */
    if (row >= 0) {
        draw_mark(form, placed->line, paint, row);
        paint_text(paint, row, 2 + indent_of(line), label_width - indent_of(line),
                   focus ? PAINT_VALUE : PAINT_LABEL, label == NULL ? "" : label);
    }
    if (row >= 0)
        form_field_draw(form, placed->line, &box);
    if (row >= 0)
        draw_side(form, placed, paint, row, label_width + 3 + width + 2);
    if (placed->message_below && row + rows >= 0) {
        const char *note = note_of(form, placed->line, &style);

        paint_text(paint, row + rows, label_width + 3, -1, style, note);
    }
    free(label);
}

static void draw_list_line(const struct form_screen *form, const struct placed *placed,
                           const struct paint *paint, int row)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    bool focus = placed->line == fill_current(form->fill);
    char *label = fill_label(form->fill, placed->line);
    enum paint_style style;
    int column = 2 + indent_of(line);

    draw_mark(form, placed->line, paint, row);
    if (line->enabled)
        paint_format(paint, row, column, -1, focus ? PAINT_FOCUS : PAINT_TEXT, _("+ Add: %s"),
                     label == NULL ? "" : label);
    else
        paint_text(paint, row, column, -1, PAINT_DIM, _("No more can be added"));
    if (focus)
        paint_cursor(paint, row, column);
    if (placed->message_below)
        paint_text(paint, row + 1, column, -1, PAINT_ERROR, note_of(form, placed->line, &style));
    free(label);
}

static void draw_line(struct form_screen *form, const struct placed *placed,
                      const struct paint *paint, int row)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    struct paint part;
    char *label;

    switch (line->kind) {
    case FILL_FIELD:
        draw_field(form, placed, paint, row);
        return;
    case FILL_LIST:
        draw_list_line(form, placed, paint, row);
        return;
    default:
        break;
    }
    label = fill_label(form->fill, placed->line);
    if (label == NULL)
        return;
    row += line->kind == FILL_HEADING && placed->rows == 2;
    part = paint_part(paint, row, indent_of(line), -1, -1);
    if (row < 0)
        ;
    else if (line->kind == FILL_HEADING)
        paint_heading(&part, 0, label);
    else if (line->kind == FILL_ITEM)
        paint_text(paint, row, 1 + indent_of(line), -1, PAINT_TITLE, label);
    else
        paint_wrapped(paint, row, 1 + indent_of(line), paint->columns - 2, placed->rows, PAINT_DIM,
                      label);
    free(label);
}

/* Scrolls as little as puts the focused line in sight, with what belongs to it. */
static void scroll_to_focus(struct form_screen *form, const struct placed *placed, size_t count,
                            int rows)
{
    size_t i = 0;
    int first;
    int last;

    while (i < count && placed[i].line != fill_current(form->fill))
        i++;
    if (i == count) {
        form->top = 0;
        return;
    }
    first = placed[i].row;
    last = first + placed[i].rows - 1;
    /* The heading above belongs to the first field below it. */
    while (i > 0 && fill_line(form->fill, placed[i - 1].line)->kind != FILL_FIELD &&
           fill_line(form->fill, placed[i - 1].line)->kind != FILL_LIST)
        first = placed[--i].row;
    if (last >= form->top + rows)
        form->top = last - rows + 1;
    if (first < form->top)
        form->top = first;
}

static void draw_fields(struct form_screen *form, const struct paint *paint)
{
    struct placed *placed = calloc(PLACED_LIMIT, sizeof(*placed));
    size_t count;
    int end = 0;

    if (placed == NULL)
        return;
    count = place_lines(form, placed, paint);
    scroll_to_focus(form, placed, count, paint->rows);
    for (size_t i = 0; i < count; i++) {
        int row = placed[i].row - form->top;

        if (row + placed[i].rows > 0 && row < paint->rows)
            draw_line(form, &placed[i], paint, row);
        end = placed[i].row + placed[i].rows;
    }
    if (form->top > 0)
        paint_right(paint, 0, 0, paint->columns, PAINT_DIM, "↑");
    if (end - form->top > paint->rows)
        paint_right(paint, paint->rows - 1, 0, paint->columns, PAINT_DIM, "↓");
    for (size_t i = 0; i < count && form->popup; i++)
        if (placed[i].line == fill_current(form->fill)) {
            int label = form_label_width(paint->columns) + 3;

            form_popup_draw(form, paint, placed[i].row - form->top + 1, label,
                            paint->columns - label);
        }
    free(placed);
}

/* --- foot ------------------------------------------------------------------------------------ */

/* The label in whole, where its column cuts it. */
static void draw_whole_label(const struct form_screen *form, const struct paint *paint, int row)
{
    size_t current = fill_current(form->fill);
    const struct fill_line *line = fill_line(form->fill, current);
    char *label = fill_label(form->fill, current);

    if (label != NULL && line->kind == FILL_FIELD &&
        (int)text_width(label, strlen(label)) > form_label_width(paint->columns) - indent_of(line))
        paint_text(paint, row, 0, -1, PAINT_DIM, label);
    free(label);
}

/* What another terminal answered while this field is being typed into. */
static void draw_other_value(const struct form_screen *form, const struct paint *paint, int row)
{
    size_t current = fill_current(form->fill);
    char *text = answer_text(fill_line(form->fill, current)->element->control,
                             fill_value(form->fill, current), form_language(language_now()));

    paint_format(paint, row, 0, -1, PAINT_ACCENT,
                 _("Another terminal says: %s. What you leave here counts; Ctrl-Y takes theirs."),
                 text == NULL || *text == '\0' ? "-" : text);
    free(text);
}

static void draw_help(const struct form_screen *form, const struct paint *paint, int row)
{
    enum form_language language = form_language(language_now());
    size_t current = fill_current(form->fill);
    const struct fill_line *line;
    const char *description;

    if (current >= fill_line_count(form->fill)) {
        paint_text(paint, row, 0, -1, PAINT_DIM,
                   _("There is nothing to fill here: Ctrl-X reviews."));
        return;
    }
    line = fill_line(form->fill, current);
    description = form_text_in(&line->element->description, language);
    if (*form_text_in(&line->element->remark, language) != '\0')
        paint_text(paint, row, 0, -1, PAINT_WARNING,
                   form_text_in(&line->element->remark, language));
    else if (line->received && fill_typed(form->fill) != NULL)
        draw_other_value(form, paint, row);
    else if (line->offered)
        paint_format(paint, row, 0, -1, PAINT_ACCENT,
                     _("In the client's file: %s. Ctrl-F takes it, with the client's consent."),
                     fill_offer_text(form->fill, current));
    else if (line->kind == FILL_LIST || line->list != NULL)
        paint_text(paint, row, 0, -1, PAINT_DIM,
                   line->kind == FILL_LIST
                       ? _("Enter adds one; Tab goes on.")
                       : _("Ctrl-O adds one, Ctrl-D removes it, Ctrl-P moves it up."));
    else if (*description != '\0')
        paint_text(paint, row, 0, -1, PAINT_DIM, description);
    else if (form->standing != FORM_VERSION_PRESENT)
        paint_text(paint, row, 0, -1, PAINT_WARNING,
                   _("This draft was begun under another version of the form."));
    else if (line->kind == FILL_FIELD &&
             *form_text_in(&line->element->control->placeholder, language) != '\0')
        paint_text(paint, row, 0, -1, PAINT_DIM,
                   form_text_in(&line->element->control->placeholder, language));
    else
        draw_whole_label(form, paint, row);
}

void form_draw(struct screen *screen, const struct paint *paint)
{
    struct form_screen *form = screen->data;
    struct paint fields;

    if (form->mode == FORM_PICKING) {
        form_pick_draw(screen, paint);
        return;
    }
    if (form->mode == FORM_READING) {
        form_reading_draw(screen, paint);
        return;
    }
    if (form->fill != NULL && fill_context(form->fill)->language != form_language(language_now()))
        fill_set_language(form->fill, form_language(language_now()));
    if (form->mode == FORM_REVIEWING) {
        form_review_draw(screen, paint);
        return;
    }
    draw_tabs(form, paint);
    form_draw_progress(form, paint);
    fields = paint_part(paint, HEAD_ROWS, 0, -1 - FOOT_ROWS, -1);
    draw_fields(form, &fields);
    draw_help(form, paint, paint->rows - 1);
}
