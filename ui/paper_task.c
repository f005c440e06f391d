#include "ui/paper_task.h"

#include <stdlib.h>
#include <string.h>

#include "ui/language.h"

static bool has_text(struct screen *screen, const char *text)
{
    if (text == NULL)
        ui_tell(screen->ui, UI_FAILED, _("Out of memory"));
    return text != NULL;
}

void paper_task_write(struct screen *screen, const char *path, const char *text)
{
    struct error error = ERROR_INIT;

    if (!has_text(screen, text))
        return;
    if (paper_write(path, text, &error) != 0)
        ui_tell(screen->ui, UI_FAILED, "%s", error.message);
    else
        ui_tell(screen->ui, UI_DONE, _("Written to %s"), path);
}

/* Remembers what to say at the end; with `path` NULL the printer's. */
static void started(struct screen *screen, struct paper_task *task, const char *path)
{
    free(task->name);
    task->name = path == NULL ? NULL : strdup(path);
    ui_tell(screen->ui, UI_NOTE, path == NULL ? _("Printing ...") : _("The PDF is being made ..."));
}

void paper_task_pdf(struct screen *screen, struct paper_task *task, const char *path,
                    const char *text)
{
    struct error error = ERROR_INIT;
    int code;

    if (task->job != NULL || !has_text(screen, text))
        return;
    code = paper_pdf(&task->job, path, text, &error);
    if (code == ERROR_NOT_FOUND)
        ui_tell(screen->ui, UI_FAILED,
                _("No PDF: groff is not installed here. The command text writes plain text."));
    else if (code != 0)
        ui_tell(screen->ui, UI_FAILED, "%s", error.message);
    else
        started(screen, task, path);
}

void paper_task_print(struct screen *screen, struct paper_task *task, const char *text)
{
    const char *command = screen->desk->print_command;
    struct error error = ERROR_INIT;

    if (task->job != NULL)
        return;
    if (command == NULL || *command == '\0') {
        ui_tell(screen->ui, UI_FAILED, _("No printer: the setting print-command is empty"));
        return;
    }
    if (!has_text(screen, text))
        return;
    if (paper_print(&task->job, command, text, &error) != 0)
        ui_tell(screen->ui, UI_FAILED, _("Not printed: %s"), error.message);
    else
        started(screen, task, NULL);
}

bool paper_task_is_busy(const struct paper_task *task)
{
    return task->job != NULL;
}

void paper_task_tick(struct screen *screen, struct paper_task *task)
{
    struct error error = ERROR_INIT;
    bool warning;
    int code;

    if (task->job == NULL)
        return;
    code = paper_job_poll(task->job, &warning, &error);
    if (code == 1)
        return;
    if (code != 0 && task->name == NULL)
        ui_tell(screen->ui, UI_FAILED, _("Not printed: %s"), error.message);
    else if (code != 0)
        ui_tell(screen->ui, UI_FAILED, _("No PDF: %s"), error.message);
    else if (task->name == NULL)
        ui_tell(screen->ui, UI_DONE, _("Printed"));
    else if (warning)
        ui_tell(screen->ui, UI_WARNING,
                _("Written to %s, without some characters: the command text writes them all"),
                task->name);
    else
        ui_tell(screen->ui, UI_DONE, _("Written to %s"), task->name);
    paper_task_free(task);
}

void paper_task_cancel(struct screen *screen, struct paper_task *task)
{
    paper_task_free(task);
    ui_tell(screen->ui, UI_NOTE, _("Stopped"));
}

void paper_task_free(struct paper_task *task)
{
    paper_job_free(task->job);
    free(task->name);
    *task = (struct paper_task){0};
}
