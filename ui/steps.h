/*
 * Rows of steps: what a life event gives and what a case's checklist holds, drawn alike. A row has
 * a mark, a title with a remark at its end, and the reason below, in as many lines as it needs.
 */
#ifndef GUICHET_UI_STEPS_H
#define GUICHET_UI_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "app/text.h"
#include "ui/list.h"
#include "ui/paint.h"
#include "ui/paper_task.h"
#include "ui/work.h"

struct steps_row {
    const char *heading;        /* of the rows from here on; the same as before: not repeated */
    const char *mark;           /* "[x]" */
    char title[WORK_NAME_SIZE]; /* the service, form or agency */
    char remark[WORK_NAME_SIZE];
    enum paint_style remark_style;
    const char *reason; /* borrowed; "" for none */
    const char *how;    /* how an agency is reached; "" for none */
    bool dim;
};

/* Fills a row that is zeroed but for "" texts. */
typedef void (*steps_fill)(void *context, size_t index, struct steps_row *row);

/* Draws the rows from the list's top on, so that the selected one is in sight in full, with the
 * cursor on it. */
void steps_draw(struct list *list, const struct paint *paint, steps_fill fill, void *context);

/* Adds a row to a text for the client, in `language`, lines of at most 78 columns. */
void steps_add_text(struct text_buffer *text, const struct steps_row *row);

/* Where that text goes: to a new file as it is, or as PDF, or to the printer. */
enum steps_paper { STEPS_TEXT, STEPS_PDF, STEPS_PRINT };
/* `path` is not needed for the printer. Tells what became of it. */
void steps_paper(struct screen *screen, struct paper_task *task, enum steps_paper how,
                 const char *path, const struct text_buffer *text);

/* What a step or item is about: the title of its service, form or agency in `language`. `service`
 * and `form` are keys, NULL or "" for none. */
void steps_title(struct desk *desk, const char *service, const char *form, const json_t *agency,
                 const char *language, char *title, size_t size);

/* Opens the service, or the form when there is none; rings when there is neither. */
void steps_open(struct screen *screen, const char *service, const char *form);

/* The language of the client that the record names, or of the present one: "fr" or "en"; the
 * screen's when it is not known. Static. */
const char *steps_client_language(struct desk *desk, const struct record *record);

/* "now", "soon", "later" as a heading: its N_() text. Static. */
const char *steps_stage(const char *stage);

#endif
