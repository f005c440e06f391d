/* The form screen's way to paper: plain text, PDF, printer. */
#include "ui/screen_form.h"

#include <stdlib.h>
#include <string.h>

#include "ui/language.h"
#include "ui/paper.h"

/* The whole form as text, what is half typed taken first; NULL is told. Owned. */
static char *form_paper_text(struct screen *screen)
{
    struct form_screen *form = screen->data;
    char *text;

    if (form->mode == FORM_FILLING) {
        fill_take(form->fill);
        form_keep(screen, false);
        form_follow_focus(form);
    }
    fill_set_language(form->fill, form_language(language_now()));
    text = fill_to_text(form->fill, PAPER_COLUMNS);
    if (text == NULL)
        ui_tell(screen->ui, UI_FAILED, _("Out of memory"));
    return text;
}

void form_write_text(struct screen *screen, const char *path)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;
    char *text;

    if (form->fill == NULL)
        return;
    if (*path == '\0') {
        ui_tell(screen->ui, UI_FAILED, _("Say a file: text form.txt"));
        return;
    }
    text = form_paper_text(screen);
    if (text == NULL)
        return;
    if (paper_write(path, text, &error) != 0)
        ui_tell(screen->ui, UI_FAILED, "%s", error.message);
    else
        ui_tell(screen->ui, UI_DONE, _("Written to %s"), path);
    free(text);
}

/* Remembers what to say at the end; with `path` NULL the printer's. */
static void started(struct screen *screen, const char *path)
{
    struct form_screen *form = screen->data;

    free(form->paper_name);
    form->paper_name = path == NULL ? NULL : strdup(path);
    ui_tell(screen->ui, UI_NOTE, path == NULL ? _("Printing ...") : _("The PDF is being made ..."));
}

void form_write_pdf(struct screen *screen, const char *path)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;
    char *text;
    int code;

    if (form->fill == NULL || form->paper != NULL)
        return;
    if (*path == '\0') {
        ui_tell(screen->ui, UI_FAILED, _("Say a file: pdf form.pdf"));
        return;
    }
    text = form_paper_text(screen);
    if (text == NULL)
        return;
    code = paper_pdf(&form->paper, path, text, &error);
    if (code == ERROR_NOT_FOUND)
        ui_tell(screen->ui, UI_FAILED,
                _("No PDF: groff is not installed here. The command text writes plain text."));
    else if (code != 0)
        ui_tell(screen->ui, UI_FAILED, "%s", error.message);
    else
        started(screen, path);
    free(text);
}

void form_print(struct screen *screen)
{
    struct form_screen *form = screen->data;
    const char *command = screen->desk->print_command;
    struct error error = ERROR_INIT;
    char *text;

    if (form->fill == NULL || form->paper != NULL)
        return;
    if (command == NULL || *command == '\0') {
        ui_tell(screen->ui, UI_FAILED, _("No printer: the setting print-command is empty"));
        return;
    }
    text = form_paper_text(screen);
    if (text == NULL)
        return;
    if (paper_print(&form->paper, command, text, &error) != 0)
        ui_tell(screen->ui, UI_FAILED, _("Not printed: %s"), error.message);
    else
        started(screen, NULL);
    free(text);
}

bool form_paper_busy(const struct screen *screen)
{
    const struct form_screen *form = screen->data;

    return form != NULL && form->paper != NULL;
}

void form_paper_tick(struct screen *screen)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;
    bool warning;
    int code;

    if (form->paper == NULL)
        return;
    code = paper_job_poll(form->paper, &warning, &error);
    if (code == 1)
        return;
    paper_job_free(form->paper);
    form->paper = NULL;
    if (code != 0 && form->paper_name == NULL)
        ui_tell(screen->ui, UI_FAILED, _("Not printed: %s"), error.message);
    else if (code != 0)
        ui_tell(screen->ui, UI_FAILED, _("No PDF: %s"), error.message);
    else if (form->paper_name == NULL)
        ui_tell(screen->ui, UI_DONE, _("Printed"));
    else if (warning)
        ui_tell(screen->ui, UI_WARNING,
                _("Written to %s, without some characters: the command text writes them all"),
                form->paper_name);
    else
        ui_tell(screen->ui, UI_DONE, _("Written to %s"), form->paper_name);
    free(form->paper_name);
    form->paper_name = NULL;
}

void form_paper_cancel(struct screen *screen)
{
    struct form_screen *form = screen->data;

    paper_job_free(form->paper);
    form->paper = NULL;
    free(form->paper_name);
    form->paper_name = NULL;
    ui_tell(screen->ui, UI_NOTE, _("Stopped"));
}
