#include "ui/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/succession.h"
#include "ui/language.h"

#define INDENT       5
#define REASON_ROWS  4
#define TEXT_COLUMNS 78

/* --- drawing --------------------------------------------------------------------------------- */

struct drawing {
    struct list *list;
    const struct paint *paint;
    steps_fill fill;
    void *context;
    const char *heading; /* of the row before */
};

static void row_get(const struct drawing *drawing, size_t index, struct steps_row *row)
{
    *row = (struct steps_row){.heading = "", .mark = "", .reason = "", .how = ""};
    drawing->fill(drawing->context, index, row);
}

static int reason_rows(const struct paint *paint, const char *text)
{
    int rows = *text == '\0' ? 0
                             : paint_wrapped(paint, 0, INDENT, paint->columns - INDENT - 1, 0,
                                             PAINT_TEXT, text);

    return rows < REASON_ROWS ? rows : REASON_ROWS;
}

/* Rows of the screen that a row needs below one with this heading. */
static int height_of(const struct drawing *drawing, const struct steps_row *row,
                     const char *heading)
{
    int heads = *row->heading != '\0' && strcmp(row->heading, heading) != 0 ? 1 : 0;

    return heads + 1 + reason_rows(drawing->paint, row->reason) + (*row->how != '\0' ? 1 : 0);
}

/* The first row to draw so that the selected one is in sight in full: the list's top, or the lowest
 * after it from which there is room. */
static size_t top_of(const struct drawing *drawing)
{
    size_t top = drawing->list->selected;
    struct steps_row row, above;
    int height;

    row_get(drawing, top, &row);
    height = height_of(drawing, &row, "");
    for (; top > drawing->list->top; top--) {
        row_get(drawing, top - 1, &above);
        /* Below a row of the same part the heading goes away. */
        height += height_of(drawing, &above, "") - height_of(drawing, &row, "") +
                  height_of(drawing, &row, above.heading);
        if (height > drawing->paint->rows)
            break;
        row = above;
    }
    return top;
}

static void draw_row(struct drawing *drawing, const struct steps_row *row, int at, bool selected)
{
    const struct paint *paint = drawing->paint;
    enum paint_style style = row->dim ? PAINT_DIM : PAINT_VALUE;
    int remark = *row->remark == '\0' ? 0 : (int)text_width(row->remark, strlen(row->remark));
    int room = paint->columns - INDENT - 1 - (remark > 0 ? remark + 2 : 0), rows;

    if (*row->heading != '\0' && strcmp(row->heading, drawing->heading) != 0)
        paint_heading(paint, at++, row->heading);
    paint_text(paint, at, 1, INDENT - 1, style, row->mark);
    paint_text(paint, at, INDENT, room > 10 ? room : -1, style, row->title);
    if (remark > 0)
        paint_right(paint, at, INDENT + 10, paint->columns - INDENT - 11, row->remark_style,
                    row->remark);
    if (selected) {
        paint_restyle(paint, at, 0, -1, PAINT_SELECTION);
        paint_cursor(paint, at, 0);
    }
    rows = reason_rows(paint, row->reason);
    if (rows > 0)
        paint_wrapped(paint, at + 1, INDENT, paint->columns - INDENT - 1, rows,
                      row->dim ? PAINT_DIM : PAINT_TEXT, row->reason);
    if (*row->how != '\0')
        paint_text(paint, at + 1 + rows, INDENT, paint->columns - INDENT - 1, PAINT_DIM, row->how);
}

/* How many rows stand outside: above and below. */
static void draw_more(const struct drawing *drawing, size_t end)
{
    const struct paint *paint = drawing->paint;
    char more[32];

    if (drawing->list->top > 0)
        paint_right(paint, 0, paint->columns - 2, 2, PAINT_DIM, " ↑");
    if (end >= drawing->list->count)
        return;
    snprintf(more, sizeof(more), " ↓ %zu", drawing->list->count - end);
    paint_right(paint, paint->rows - 1, 0, -1, PAINT_DIM, more);
}

void steps_draw(struct list *list, const struct paint *paint, steps_fill fill, void *context)
{
    struct drawing drawing = {list, paint, fill, context, ""};
    struct steps_row row;
    size_t i;
    int at = 0;

    if (list->selected < list->top)
        list->top = list->selected;
    if (list->count > 0)
        list->top = top_of(&drawing);
    for (i = list->top; i < list->count; i++) {
        int height;

        row_get(&drawing, i, &row);
        height = height_of(&drawing, &row, drawing.heading);
        if (at > 0 && at + height > paint->rows)
            break;
        draw_row(&drawing, &row, at, i == list->selected);
        drawing.heading = row.heading;
        at += height;
    }
    list->page = (int)(i - list->top) + 1; /* a page key goes to the first row not in sight */
    draw_more(&drawing, i);
}

/* --- texts ----------------------------------------------------------------------------------- */

static void add_wrapped(struct text_buffer *buffer, const char *text)
{
    size_t length = strlen(text), offset = 0, line, next;

    while (paint_wrap(text, length, offset, TEXT_COLUMNS - INDENT, &line, &next)) {
        text_buffer_add_format(buffer, "%*s%.*s\n", INDENT, "", (int)line, text + offset);
        offset = next;
    }
}

void steps_add_text(struct text_buffer *text, const struct steps_row *row)
{
    text_buffer_add_format(text, "%s  %s\n", row->mark, row->title);
    if (*row->remark != '\0')
        text_buffer_add_format(text, "%*s%s\n", INDENT, "", row->remark);
    if (*row->reason != '\0')
        add_wrapped(text, row->reason);
    if (*row->how != '\0')
        add_wrapped(text, row->how);
    text_buffer_add_text(text, "\n");
}

void steps_paper(struct screen *screen, struct paper_task *task, enum steps_paper how,
                 const char *path, const struct text_buffer *text)
{
    /* Its titles and reasons come from outside, and who reads it may read it on a terminal. */
    char *clean =
        text->failed || text->bytes == NULL ? NULL : text_clean(text->bytes, text->length, true);

    if (how != STEPS_PRINT && *path == '\0')
        ui_tell(screen->ui, UI_FAILED,
                how == STEPS_TEXT ? _("Say a file: text list.txt") : _("Say a file: pdf list.pdf"));
    else if (how == STEPS_TEXT)
        paper_task_write(screen, path, clean);
    else if (how == STEPS_PDF)
        paper_task_pdf(screen, task, path, clean);
    else
        paper_task_print(screen, task, clean);
    free(clean);
}

void steps_title(struct desk *desk, const char *service, const char *form, const json_t *agency,
                 const char *language, char *title, size_t size)
{
    bool is_service = service != NULL && *service != '\0';
    const char *key = is_service ? service : form != NULL ? form : "";
    struct record *record;

    if (agency != NULL) {
        text_copy(title, size, json_localised(json_object_get(agency, "title"), language));
        return;
    }
    text_copy(title, size, key);
    record = *key == '\0' ? NULL
                          : succession_present(desk->catalogue,
                                               is_service ? RECORD_SERVICE : RECORD_FORM, key);
    if (record == NULL)
        return;
    text_copy(title, size, json_localised(json_object_get(record->body, "title"), language));
    record_free(record);
}

const char *steps_stage(const char *stage)
{
    if (strcmp(stage, "now") == 0)
        return N_("Right away");
    return strcmp(stage, "soon") == 0 ? N_("In the coming weeks") : N_("Later");
}

void steps_open(struct screen *screen, const char *service, const char *form)
{
    bool is_service = service != NULL && *service != '\0';

    if (!is_service && (form == NULL || *form == '\0'))
        ui_ring(screen->ui);
    else
        ui_open(screen->ui, is_service ? "service" : "form",
                json_pack("{s:s}", "key", is_service ? service : form));
}

const char *steps_client_language(struct desk *desk, const struct record *record)
{
    const char *id = record_text(record, "client");
    struct record *client = work_get_client(desk, *id != '\0' ? id : desk->open.client.text);
    const char *language = client == NULL ? "" : record_text(client, "language");
    const char *spoken = strncmp(language, "fr", 2) == 0   ? "fr"
                         : strncmp(language, "en", 2) == 0 ? "en"
                                                           : language_now();

    record_free(client);
    return spoken;
}
