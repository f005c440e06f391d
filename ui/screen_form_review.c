/* The form screen's page before submission: faults, answers, who is told and with which consent;
 * and what is left to see after it. */
#include "ui/screen_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/submission.h"
#include "app/text.h"
#include "ui/delivery_words.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define HEAD_ROWS 2
#define FOOT_ROWS 3
/* A longer name of an agency pushes its state to the right. */
#define AGENCY_COLUMNS 32

/* --- rows ------------------------------------------------------------------------------------ */

static void add_row(struct form_screen *form, enum review_kind kind, size_t index)
{
    form->review[form->review_count++] = (struct review_row){kind, index};
}

static bool is_answered(const struct fill *fill, size_t index)
{
    const struct fill_line *line = fill_line(fill, index);

    return line->visible && line->kind == FILL_FIELD && fill_value(fill, index) != NULL;
}

/* The first answer below a heading; the number of lines when there is none. */
static size_t answer_below(const struct fill *fill, size_t heading)
{
    size_t count = fill_line_count(fill);

    for (size_t i = heading + 1;
         i < count && fill_line(fill, i)->depth > fill_line(fill, heading)->depth; i++)
        if (is_answered(fill, i))
            return i;
    return count;
}

/* The answers under the headings that tell two children's names, or two addresses, apart. */
static void add_answers(struct form_screen *form)
{
    size_t count = fill_line_count(form->fill);

    for (size_t i = 0; i < count; i++) {
        const struct fill_line *line = fill_line(form->fill, i);
        bool heading = line->visible && (line->kind == FILL_HEADING || line->kind == FILL_ITEM);

        if (is_answered(form->fill, i))
            add_row(form, REVIEW_ANSWER, i);
        else if (heading && answer_below(form->fill, i) < count)
            add_row(form, REVIEW_HEADING, i);
    }
}

/* Faults first, then the answers, then who is told; the last row submits. */
static void list_rows(struct form_screen *form)
{
    size_t lines = fill_line_count(form->fill);
    size_t recipients = form_recipient_count(form->form);
    size_t room = lines * 2 + fill_stray_count(form->fill) + recipients + 1;

    json_decref(form->apart);
    form->apart = fill_apart(form->fill);
    room += json_array_size(form->apart);
    free(form->review);
    form->review_count = 0;
    form->review = calloc(room, sizeof(form->review[0]));
    if (form->review == NULL) {
        list_set_count(&form->rows, 0);
        return;
    }
    for (size_t i = 0; i < lines; i++)
        if (fill_line(form->fill, i)->visible && fill_line(form->fill, i)->message != NULL)
            add_row(form, REVIEW_FAULT, i);
    for (size_t i = 0; i < fill_stray_count(form->fill); i++)
        add_row(form, REVIEW_STRAY, i);
    add_answers(form);
    for (size_t i = 0; i < json_array_size(form->apart); i++)
        add_row(form, REVIEW_APART, i);
    for (size_t i = 0; i < recipients; i++)
        add_row(form, REVIEW_RECIPIENT, i);
    add_row(form, REVIEW_SUBMIT, 0);
    list_set_count(&form->rows, form->review_count);
}

static bool has_faults(const struct form_screen *form)
{
    return form->review_count > 0 &&
           (form->review[0].kind == REVIEW_FAULT || form->review[0].kind == REVIEW_STRAY);
}

/* Where the work is: the first fault, else the first consent to ask, else the submission. */
static void select_first(struct form_screen *form)
{
    size_t row = 0;

    if (has_faults(form)) {
        list_select(&form->rows, 0);
        return;
    }
    while (row + 1 < form->review_count && form->review[row].kind != REVIEW_RECIPIENT)
        row++;
    list_select(&form->rows, row);
}

bool form_is_questionnaire(const struct form_screen *form)
{
    return form->definition != NULL && *record_text(form->definition, "event") != '\0';
}

void form_review_open(struct screen *screen)
{
    struct form_screen *form = screen->data;
    bool complete = fill_review(form->fill) == 0;

    form_keep(screen, true);
    if (form_is_questionnaire(form) && complete) {
        if (form->submission != NULL)
            ui_open(screen->ui, "life-event",
                    json_pack("{s:s}", "submission", form->submission->id.text));
        return;
    }
    form->mode = FORM_REVIEWING;
    list_rows(form);
    select_first(form);
}

void form_review_follow(struct form_screen *form)
{
    if (form->mode != FORM_REVIEWING)
        return;
    fill_review(form->fill);
    list_rows(form);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_labelled(const struct form_screen *form, size_t line, const struct paint *row,
                          enum paint_style style, const char *value)
{
    char *label = fill_label(form->fill, line);
    int width = form_label_width(row->columns);

    paint_text(row, 0, 2, width, PAINT_LABEL, label == NULL ? "" : label);
    paint_text(row, 0, width + 3, -1, style, value);
    free(label);
}

/* What is wrong, and in which item of a list. */
static void draw_fault(const struct form_screen *form, size_t index, const struct paint *row)
{
    const struct fill_line *line = fill_line(form->fill, index);
    struct text_buffer words = {0};
    char *item = NULL;

    for (size_t i = index; line->list != NULL && item == NULL && i-- > 0;) {
        const struct fill_line *above = fill_line(form->fill, i);

        /* A list of plain texts has no items' titles, only its own. */
        if (above->kind == FILL_ITEM || above->kind == FILL_HEADING)
            item = above->depth < line->depth ? fill_label(form->fill, i) : NULL;
    }
    text_buffer_add_text(&words, line->message == NULL ? "" : line->message);
    if (item != NULL && *item != '\0')
        text_buffer_add_format(&words, " · %s", item);
    paint_text(row, 0, 0, 1, PAINT_ERROR, "!");
    draw_labelled(form, index, row, PAINT_ERROR, words.failed ? "" : words.bytes);
    text_buffer_free(&words);
    free(item);
}

static void draw_heading(const struct form_screen *form, size_t index, const struct paint *row)
{
    char *label = fill_label(form->fill, index);

    paint_text(row, 0, 1, -1, PAINT_TITLE, label == NULL ? "" : label);
    free(label);
}

/* An answer that has no field: not lost, and not sent as an answer unless it still is one. */
static void draw_apart(const json_t *entry, const struct paint *row)
{
    int width = form_label_width(row->columns);

    paint_text(row, 0, 0, 1, PAINT_WARNING, "-");
    paint_text(row, 0, 2, width, PAINT_DIM, json_text_or(entry, "label", ""));
    paint_text(row, 0, width + 3, -1, PAINT_DIM, json_text_or(entry, "text", ""));
}

static void draw_row(void *context, const struct paint *paint, size_t index, bool selected)
{
    const struct form_screen *form = context;
    const struct review_row *row = &form->review[index];
    enum form_language language = form_language(language_now());
    const struct fill_line *line;
    const char *source;
    char *spoken;
    int width;

    (void)selected;
    switch (row->kind) {
    case REVIEW_FAULT:
        draw_fault(form, row->index, paint);
        break;
    case REVIEW_HEADING:
        draw_heading(form, row->index, paint);
        break;
    case REVIEW_STRAY:
        paint_text(paint, 0, 0, 1, PAINT_ERROR, "!");
        paint_text(paint, 0, 2, -1, PAINT_ERROR, fill_stray(form->fill, row->index));
        break;
    case REVIEW_ANSWER:
        line = fill_line(form->fill, row->index);
        spoken =
            answer_spoken(line->element->control, fill_value(form->fill, row->index), language);
        source = form_source_channel(form, line->pointer);
        source = *source == '\0' ? "" : format_channel(source);
        draw_labelled(form, row->index, paint, PAINT_VALUE, spoken == NULL ? "" : spoken);
        /* A long answer ends before it. */
        width = (int)text_width(source, strlen(source));
        paint_fill(paint, 0, paint->columns - width - 1, width + 1, PAINT_TEXT);
        paint_right(paint, 0, 0, paint->columns, PAINT_DIM, source);
        free(spoken);
        break;
    case REVIEW_APART:
        draw_apart(json_array_get(form->apart, row->index), paint);
        break;
    case REVIEW_RECIPIENT:
        paint_text(paint, 0, 0, 4, PAINT_TEXT,
                   fill_consent(form->fill, row->index) ? "[x] " : "[ ] ");
        paint_text(paint, 0, 4, -1, PAINT_VALUE,
                   form_text_in(&form_recipient(form->form, row->index)->title, language));
        break;
    case REVIEW_SUBMIT:
        paint_text(paint, 0, 0, -1, has_faults(form) ? PAINT_DIM : PAINT_ACCENT,
                   has_faults(form) ? _("Not yet: what is marked ! comes first")
                                    : _("Enter submits the form"));
        break;
    }
}

/* What the marked row needs said: the sentence of a consent, what Enter does. */
static void draw_foot(struct screen *screen, const struct paint *paint, int row)
{
    const struct form_screen *form = screen->data;
    const struct review_row *marked = &form->review[form->rows.selected];
    enum form_language language = form_language(language_now());
    const char *consent;
    char source[2 * WORK_NAME_SIZE];

    switch (marked->kind) {
    case REVIEW_RECIPIENT:
        consent = form_text_in(&form_recipient(form->form, marked->index)->consent, language);
        paint_wrapped(paint, row, 0, -1, 2, PAINT_ACCENT,
                      *consent == '\0' ? _("No consent is needed.") : consent);
        paint_text(paint, row + 2, 0, -1, PAINT_DIM,
                   _("Read it to the client. Space: yes or no; Enter: yes, and the next one."));
        break;
    case REVIEW_FAULT:
        paint_text(paint, row + 1, 0, -1, PAINT_DIM, _("Enter goes to this field."));
        break;
    case REVIEW_STRAY:
        paint_text(paint, row, 0, -1, PAINT_DIM,
                   _("The form has no field for this: tell its owner."));
        break;
    case REVIEW_ANSWER:
        form_source_words(screen, fill_line(form->fill, marked->index)->pointer, source,
                          sizeof(source));
        paint_text(paint, row, 0, -1, PAINT_TEXT, source);
        paint_text(paint, row + 1, 0, -1, PAINT_DIM, _("Enter goes to this field."));
        break;
    case REVIEW_APART:
        paint_text(paint, row, 0, -1, PAINT_DIM,
                   _("The form has no field for this any more: it is kept beside the answers."));
        break;
    case REVIEW_HEADING:
    case REVIEW_SUBMIT:
        break;
    }
}

void form_review_draw(struct screen *screen, const struct paint *paint)
{
    struct form_screen *form = screen->data;
    size_t told = 0;
    size_t recipients = form_recipient_count(form->form);
    struct paint rows = paint_part(paint, HEAD_ROWS, 0, -1 - FOOT_ROWS, -1);
    struct paint title = paint_part(paint, 0, 0, 1, -1 - FORM_PROGRESS_COLUMNS);

    if (form->review_count == 0)
        return;
    for (size_t i = 0; i < recipients; i++)
        told += fill_consent(form->fill, i);
    if (recipients > 0)
        paint_format(&title, 0, 0, -1, PAINT_TITLE,
                     language_plural("Review: %1$zu agency of %2$zu will be told",
                                     "Review: %1$zu agencies of %2$zu will be told", told),
                     told, recipients);
    else
        paint_text(&title, 0, 0, -1, PAINT_TITLE, _("Review before submission"));
    form_draw_progress(form, paint);
    list_draw(&form->rows, &rows, 1, true, draw_row, form);
    draw_foot(screen, paint, paint->rows - FOOT_ROWS);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void back_to(struct screen *screen, size_t line)
{
    struct form_screen *form = screen->data;

    form->mode = FORM_FILLING;
    if (line < fill_line_count(form->fill))
        fill_go(form->fill, line);
    form_follow_focus(form);
}

static void set_consent(struct screen *screen, size_t recipient, bool given)
{
    struct form_screen *form = screen->data;
    const struct form_recipient *agency = form_recipient(form->form, recipient);

    if (*form_text_in(&agency->consent, FORM_FRENCH) == '\0')
        return;
    fill_consent_set(form->fill, recipient, given);
    form->consents_changed = true;
    form_keep(screen, false);
}

static void press_enter(struct screen *screen)
{
    struct form_screen *form = screen->data;
    const struct review_row row = form->review[form->rows.selected];

    switch (row.kind) {
    case REVIEW_FAULT:
    case REVIEW_ANSWER:
        back_to(screen, row.index);
        break;
    case REVIEW_HEADING:
        back_to(screen, answer_below(form->fill, row.index));
        break;
    case REVIEW_RECIPIENT:
        set_consent(screen, row.index, true);
        list_select(&form->rows, form->rows.selected + 1);
        break;
    case REVIEW_SUBMIT:
        if (!has_faults(form) && form_submit(screen))
            ui_tell(screen->ui, UI_DONE, _("Submitted"));
        else if (has_faults(form))
            list_select(&form->rows, 0);
        break;
    case REVIEW_STRAY:
    case REVIEW_APART:
        break;
    }
}

bool form_review_key(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    const struct review_row *row;

    if (form->review_count == 0)
        return false;
    if (list_key(&form->rows, input, true))
        return true;
    row = &form->review[form->rows.selected];
    switch (input->code) {
    case INPUT_ESCAPE:
        back_to(screen, fill_line_count(form->fill));
        return true;
    case INPUT_ENTER:
        press_enter(screen);
        return true;
    case INPUT_TAB:
        list_select(&form->rows, (form->rows.selected + 1) % form->review_count);
        return true;
    case INPUT_BACK_TAB:
        list_select(&form->rows,
                    (form->rows.selected + form->review_count - 1) % form->review_count);
        return true;
    case 'w':
        form_continue(screen);
        return true;
    case ' ':
        if (row->kind == REVIEW_RECIPIENT)
            set_consent(screen, row->index, !fill_consent(form->fill, row->index));
        return true;
    default:
        return false;
    }
}

/* --- after it -------------------------------------------------------------------------------- */

void form_reading_open(struct form_screen *form)
{
    form->mode = FORM_READING;
    form->page = (struct page){0};
    form->deliveries_read = false;
}

/* A consent that was withdrawn is not printed as given. */
static void withhold(struct form_screen *form)
{
    for (size_t i = 0; i < form->deliveries.count; i++) {
        const struct record *delivery = form->deliveries.entries[i].record;
        bool withheld = strcmp(record_text(delivery, "state"), "withheld") == 0;

        for (size_t j = 0; j < form_recipient_count(form->form); j++)
            if (strcmp(form_recipient(form->form, j)->id, record_text(delivery, "agency")) == 0)
                fill_withhold(form->fill, j, withheld);
    }
}

static void read_deliveries(struct screen *screen)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;
    enum store_pending pending = STORE_SETTLED;

    if (form->deliveries_read)
        return;
    record_free(work_get(screen->desk, RECORD_SUBMISSION, form->submission->id.text, &pending));
    form->deliveries_expected = pending != STORE_SETTLED;
    delivery_list_free(&form->deliveries);
    if (delivery_list_read(&form->deliveries, screen->desk->store, form->submission, &error) != 0)
        ui_tell_error(screen->ui, &error);
    withhold(form);
    form->deliveries_read = true;
}

/* Columns of the longest name of an agency, within bounds. */
static size_t agency_columns(const struct form_screen *form)
{
    size_t columns = 0;

    for (size_t i = 0; i < form->deliveries.count; i++) {
        const char *name = delivery_agency(form->deliveries.entries[i].record);
        size_t width = text_width(name, strlen(name));

        if (width > columns && width <= AGENCY_COLUMNS)
            columns = width;
    }
    return columns;
}

/* A numbered row an agency: Enter or its digit opens it. */
static void draw_deliveries(struct screen *screen)
{
    struct form_screen *form = screen->data;
    size_t columns = agency_columns(form);
    char line[3 * WORK_NAME_SIZE], name[WORK_NAME_SIZE];

    if (form->deliveries.count == 0 &&
        (!form->deliveries_expected || form_recipient_count(form->form) == 0))
        return;
    page_heading(&form->page, _("Agencies"));
    if (form->deliveries.count == 0)
        page_text(&form->page, 0, PAINT_DIM,
                  _("They are told as soon as the server has the form."));
    for (size_t i = 0; i < form->deliveries.count; i++) {
        const struct record *delivery = form->deliveries.entries[i].record;

        size_t width;

        text_copy(name, sizeof(name) - AGENCY_COLUMNS, delivery_agency(delivery));
        for (width = text_width(name, strlen(name)); width < columns; width++)
            strcat(name, " ");
        delivery_line(screen->desk, delivery, line, sizeof(line));
        page_link(&form->page, name, line);
    }
}

static void draw_reading(struct screen *screen, const struct paint *paint)
{
    struct form_screen *form = screen->data;
    char when[64] = "", totals[WORK_NAME_SIZE];
    int64_t ms;
    char *text = fill_to_text(form->fill, paint->columns > 20 ? (size_t)paint->columns : 20);

    if (timestamp_parse(record_text(form->submission, "submitted_at"), &ms))
        format_when(when, sizeof(when), ms, desk_now(screen->desk));
    page_start(&form->page, paint);
    page_labelled(&form->page, 12, _("Status"), PAINT_GOOD,
                  format_word(record_text(form->submission, "status")));
    page_labelled(&form->page, 12, _("Submitted"), PAINT_VALUE, when);
    form_source_totals(form, totals, sizeof(totals));
    page_labelled(&form->page, 12, _("Answered"), PAINT_VALUE, totals);
    draw_deliveries(screen);
    page_blank(&form->page);
    page_text(&form->page, 0, PAINT_TEXT, text == NULL ? "" : text);
    form_source_page(screen, &form->page);
    free(text);
}

void form_reading_draw(struct screen *screen, const struct paint *paint)
{
    struct form_screen *form = screen->data;

    fill_set_language(form->fill, form_language(language_now()));
    read_deliveries(screen);
    page_draw(&form->page, paint, draw_reading, screen);
    if (form->page.links == 0)
        paint_cursor(paint, 0, 0);
}

bool form_reading_key(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    int opened;
    bool used = page_key(&form->page, input, &opened);

    if (used && opened >= 0 && (size_t)opened < form->deliveries.count)
        ui_open(screen->ui, "delivery",
                json_pack("{s:s}", "id", form->deliveries.entries[opened].record->id.text));
    return used;
}
