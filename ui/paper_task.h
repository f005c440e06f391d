/*
 * What a screen does with paper: a text written to a file at once, a PDF or a print made while the
 * screen waits, and what is told of each. Plain value; zero-initialise. A screen that has one says
 * so in its table: `busy` while paper_task_is_busy, `tick` paper_task_tick, Esc paper_task_cancel.
 */
#ifndef GUICHET_UI_PAPER_TASK_H
#define GUICHET_UI_PAPER_TASK_H

#include "ui/paper.h"
#include "ui/screen.h"

struct paper_task {
    struct paper_job *job; /* owned; NULL: nothing is being made */
    char *name;            /* owned; the file, NULL: the printer */
};

/* `text` is borrowed; NULL says that memory ran out. Nothing happens while the task is busy. */
void paper_task_write(struct screen *screen, const char *path, const char *text);
void paper_task_pdf(struct screen *screen, struct paper_task *task, const char *path,
                    const char *text);
void paper_task_print(struct screen *screen, struct paper_task *task, const char *text);

bool paper_task_is_busy(const struct paper_task *task);
void paper_task_tick(struct screen *screen, struct paper_task *task);
void paper_task_cancel(struct screen *screen, struct paper_task *task);
/* Without a word: the screen closes. */
void paper_task_free(struct paper_task *task);

#endif
