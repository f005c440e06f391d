/* The form screen: pages as tabs, fields with their labels, messages beside or below them. */
#include "ui/screen_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/language.h"

/* Rows above the fields (tabs, a blank) and below them (a sentence of help). */
#define HEAD_ROWS 2
#define FOOT_ROWS 1

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

static void draw_mark(const struct form_screen *form, size_t index, const struct paint *paint,
                      int row)
{
    const struct fill_line *line = fill_line(form->fill, index);

    if (line->message != NULL)
        paint_text(paint, row, 0, 1, PAINT_ERROR, "!");
    else if (line->required && fill_value(form->fill, index) == NULL)
        paint_text(paint, row, 0, 1, PAINT_ACCENT, "*");
}

/* The note of a line: right of its box, or below it. */
static void draw_note(const struct form_screen *form, const struct form_placed *placed,
                      const struct paint *part, int row)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    enum paint_style style;
    char *note = form_note(form, placed->line, &style);
    int below = row + placed->rows - placed->note_rows;

    if (note != NULL && placed->note_rows > 0 && below >= 0)
        paint_wrapped(part, below, form_note_left(placed, form_indent(line)), -1, placed->note_rows,
                      style, note);
    else if (note != NULL && placed->note_rows == 0 && row >= 0)
        paint_text(part, row, form_label_width(part->columns) + 3 + placed->box + 2, -1, style,
                   note);
    free(note);
}

static void draw_field(struct form_screen *form, const struct form_placed *placed,
                       const struct paint *part, int row)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    int label_width = form_label_width(part->columns);
    int indent = form_indent(line);
    bool focus = placed->line == fill_current(form->fill);

    /* Above the first row in sight nothing can be drawn. */
    if (row >= 0) {
        struct paint box =
            paint_part(part, row, label_width + 3, placed->rows - placed->note_rows, placed->box);
        char *label = fill_label(form->fill, placed->line);

        draw_mark(form, placed->line, part, row);
        paint_text(part, row, 2 + indent, label_width - indent, focus ? PAINT_VALUE : PAINT_LABEL,
                   label == NULL ? "" : label);
        form_field_draw(form, placed->line, &box);
        free(label);
    }
    draw_note(form, placed, part, row);
}

static void draw_list_line(const struct form_screen *form, const struct form_placed *placed,
                           const struct paint *paint, int row)
{
    const struct fill_line *line = fill_line(form->fill, placed->line);
    bool focus = placed->line == fill_current(form->fill);
    char *label = fill_label(form->fill, placed->line);
    int column = 2 + form_indent(line);

    draw_mark(form, placed->line, paint, row);
    if (line->enabled)
        paint_format(paint, row, column, -1, focus ? PAINT_FOCUS : PAINT_TEXT, _("+ Add: %s"),
                     label == NULL ? "" : label);
    else
        paint_text(paint, row, column, -1, PAINT_DIM, _("No more can be added"));
    if (focus)
        paint_cursor(paint, row, column);
    draw_note(form, placed, paint, row);
    free(label);
}

static void draw_line(struct form_screen *form, const struct form_placed *placed,
                      const struct paint *page, int row)
{
    struct paint column = paint_part(page, 0, placed->left, -1, placed->width);
    const struct paint *paint = &column;
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
    part = paint_part(paint, row, form_indent(line), -1, -1);
    if (row < 0)
        ;
    else if (line->kind == FILL_HEADING)
        paint_heading(&part, 0, label);
    else if (line->kind == FILL_ITEM)
        paint_text(paint, row, 1 + form_indent(line), -1, PAINT_TITLE, label);
    else
        paint_wrapped(paint, row, 1 + form_indent(line), paint->columns - 2, placed->rows,
                      PAINT_DIM, label);
    free(label);
}

/* Scrolls as little as puts the focused line in sight, with what belongs to it. */
static void scroll_to_focus(struct form_screen *form, int rows)
{
    const struct form_placed *placed = form->page_lines;
    size_t i = form_place_focus(form);
    int first;
    int last;

    if (i == form->page_line_count) {
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

static void draw_popup(struct form_screen *form, const struct form_placed *placed,
                       const struct paint *paint)
{
    int left = placed->left + form_label_width(placed->width) + 3;

    form_popup_draw(form, paint, placed->row - form->top + 1, left,
                    placed->left + placed->width - left);
}

static void draw_fields(struct form_screen *form, const struct paint *paint)
{
    size_t focus;

    if (!form_place(form, paint))
        return;
    scroll_to_focus(form, paint->rows);
    for (size_t i = 0; i < form->page_line_count; i++) {
        const struct form_placed *placed = &form->page_lines[i];
        int row = placed->row - form->top;

        if (row + placed->rows > 0 && row < paint->rows)
            draw_line(form, placed, paint, row);
    }
    if (form->top > 0)
        paint_right(paint, 0, 0, paint->columns, PAINT_DIM, "↑");
    if (form->page_rows - form->top > paint->rows)
        paint_right(paint, paint->rows - 1, 0, paint->columns, PAINT_DIM, "↓");
    focus = form_place_focus(form);
    if (form->popup && focus < form->page_line_count)
        draw_popup(form, &form->page_lines[focus], paint);
}

/* --- foot ------------------------------------------------------------------------------------ */

/* The label in whole, where its column cuts it; false where it does not. */
static bool draw_whole_label(const struct form_screen *form, const struct paint *paint, int row)
{
    size_t current = fill_current(form->fill);
    const struct fill_line *line = fill_line(form->fill, current);
    char *label = fill_label(form->fill, current);
    bool cut = label != NULL && line->kind == FILL_FIELD &&
               (int)text_width(label, strlen(label)) >
                   form_label_width(paint->columns) - form_indent(line);

    if (cut)
        paint_text(paint, row, 0, -1, PAINT_DIM, label);
    free(label);
    return cut;
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

static void draw_help(struct screen *screen, const struct paint *paint, int row)
{
    const struct form_screen *form = screen->data;
    enum form_language language = form_language(language_now());
    size_t current = fill_current(form->fill);
    const struct fill_line *line;
    const char *description;
    char trust[FORM_TRUST_SIZE];

    form_trust_text(screen, trust, sizeof(trust));
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
    else if (line->kind == FILL_LIST)
        paint_text(paint, row, 0, -1, PAINT_DIM, _("Enter adds one, or just type; Tab goes on."));
    else if (*description != '\0')
        paint_text(paint, row, 0, -1, PAINT_DIM, description);
    else if (line->list != NULL)
        paint_text(paint, row, 0, -1, PAINT_DIM,
                   _("Ctrl-O adds one, Ctrl-D removes it, Ctrl-P moves it up."));
    else if (form->standing != FORM_VERSION_PRESENT)
        paint_text(paint, row, 0, -1, PAINT_WARNING,
                   _("This draft was begun under another version of the form."));
    else if (line->kind == FILL_FIELD &&
             *form_text_in(&line->element->control->placeholder, language) != '\0')
        paint_text(paint, row, 0, -1, PAINT_DIM,
                   form_text_in(&line->element->control->placeholder, language));
    else if (!draw_whole_label(form, paint, row))
        paint_text(paint, row, 0, -1, PAINT_WARNING, trust);
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
    draw_help(screen, paint, paint->rows - 1);
}
