/* The form screen's way to paper: plain text, PDF, printer. */
#include "ui/screen_form.h"

#include <stdlib.h>

#include "ui/language.h"

/* The whole form as text, what is half typed taken first. Owned; NULL out of memory. */
static char *form_paper_text(struct screen *screen)
{
    struct form_screen *form = screen->data;

    if (form->mode == FORM_FILLING) {
        fill_take(form->fill);
        form_keep(screen, false);
        form_follow_focus(form);
    }
    fill_set_language(form->fill, form_language(language_now()));
    return fill_to_text(form->fill, PAPER_COLUMNS);
}

void form_write_text(struct screen *screen, const char *path)
{
    struct form_screen *form = screen->data;
    char *text;

    if (form->fill == NULL)
        return;
    if (*path == '\0') {
        ui_tell(screen->ui, UI_FAILED, _("Say a file: text form.txt"));
        return;
    }
    text = form_paper_text(screen);
    paper_task_write(screen, path, text);
    free(text);
}

void form_write_pdf(struct screen *screen, const char *path)
{
    struct form_screen *form = screen->data;
    char *text;

    if (form->fill == NULL || paper_task_is_busy(&form->paper))
        return;
    if (*path == '\0') {
        ui_tell(screen->ui, UI_FAILED, _("Say a file: pdf form.pdf"));
        return;
    }
    text = form_paper_text(screen);
    paper_task_pdf(screen, &form->paper, path, text);
    free(text);
}

void form_print(struct screen *screen)
{
    struct form_screen *form = screen->data;
    char *text;

    if (form->fill == NULL || paper_task_is_busy(&form->paper))
        return;
    text = form_paper_text(screen);
    paper_task_print(screen, &form->paper, text);
    free(text);
}

bool form_paper_busy(const struct screen *screen)
{
    const struct form_screen *form = screen->data;

    return form != NULL && paper_task_is_busy(&form->paper);
}

void form_paper_tick(struct screen *screen)
{
    struct form_screen *form = screen->data;

    paper_task_tick(screen, &form->paper);
}

void form_paper_cancel(struct screen *screen)
{
    struct form_screen *form = screen->data;

    paper_task_cancel(screen, &form->paper);
}
