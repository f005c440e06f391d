/*
 * What the frame says to the agent and asks of their terminal: a message, a ring, the clipboard.
 */
#include "ui/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/ui_internal.h"

void ui_tell(struct ui *ui, enum ui_message kind, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(ui->message, sizeof(ui->message), format, arguments);
    va_end(arguments);
    ui->message_kind = kind;
    ui->message_ms = desk_now(ui->desk);
}

static const char *error_sentence(int code)
{
    switch (code) {
    case ERROR_INVALID:
        return _("That is not valid");
    case ERROR_NOT_FOUND:
        return _("Not found");
    case ERROR_REFUSED:
        return _("Refused");
    case ERROR_CONFLICT:
        return _("Somebody else was there first");
    case ERROR_TOO_LARGE:
        return _("Too long");
    case ERROR_OFFLINE:
        return _("The server cannot be reached");
    case ERROR_PROTOCOL:
        return _("The server's answer makes no sense");
    case ERROR_STORAGE:
        return _("This terminal's storage failed");
    case ERROR_BUSY:
        return _("Busy: try again");
    case ERROR_MEMORY:
        return _("Out of memory");
    default:
        return _("Something went wrong");
    }
}

/* What a person can do about it: the store and its journal end their messages so. NULL for others.
 */
static const char *disk_sentence(const struct error *error)
{
    if (error->code != ERROR_STORAGE)
        return NULL;
    if (strstr(error->message, "the disk is full") != NULL)
        return _("This terminal's disk is full: make room, then save again. The text stays.");
    if (strstr(error->message, "the disk cannot be written to") != NULL)
        return _("This terminal's disk cannot be written to: ask for help. The text stays.");
    return NULL;
}

void ui_tell_error(struct ui *ui, const struct error *error)
{
    const char *disk = disk_sentence(error);

    if (disk != NULL)
        ui_tell(ui, UI_FAILED, "%s", disk);
    else if (error->message[0] == '\0')
        ui_tell(ui, UI_FAILED, "%s", error_sentence(error->code));
    else
        ui_tell(ui, UI_FAILED, _("%1$s: %2$s"), error_sentence(error->code), error->message);
}

void ui_ring(struct ui *ui)
{
    ui->ring = true;
}

bool ui_edit(struct ui *ui, struct editor *editor, const struct input *input, bool *changed)
{
    if (!editor_key(editor, input, changed))
        return false;
    if (editor_is_full(editor))
        ui_ring(ui);
    return true;
}

void ui_copy(struct ui *ui, const char *text)
{
    char *clean = *text == '\0' ? NULL : text_clean(text, strlen(text), true);

    if (clean == NULL)
        return;
    free(ui->desk->copied);
    ui->desk->copied = clean;
    ui->copy = true;
    ui_tell(ui, UI_DONE, _("Copied: %s"), clean);
}

void ui_stop_ahead(struct ui *ui)
{
    ui->ring = ui->stop = true;
}

bool ui_take_ring(struct ui *ui)
{
    bool ring = ui->ring;

    ui->ring = false;
    return ring;
}

bool ui_take_copy(struct ui *ui)
{
    bool copy = ui->copy;

    ui->copy = false;
    return copy;
}

bool ui_take_stop(struct ui *ui)
{
    bool stop = ui->stop;

    ui->stop = false;
    return stop;
}
