/*
 * What has gone away leaves the screen at once: the hand-off that let this agent see it has ended,
 * or the server refused it. No screen that stands on it stays, also below others.
 */
#include "ui/ui_internal.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/language.h"

/* True when what was here once is here no longer; what never came yet is waited for. */
static bool is_gone(struct desk *desk, enum record_type type, const struct id *id, struct id *held)
{
    struct record *record = NULL;
    int code;

    if (type == RECORD_NONE || id_is_empty(id))
        return false;
    code = store_get(desk->store, type, id, &record, NULL, NULL);
    record_free(record);
    if (code == 0)
        *held = *id;
    return code == ERROR_NOT_FOUND && id_equal(held, id);
}

/* Nothing more is begun on what has gone. */
static void desk_look(struct ui *ui)
{
    struct desk_open *open = &ui->desk->open, *held = &ui->held;
    const struct {
        enum record_type type;
        struct id *open, *held;
    } all[] = {
        {RECORD_CONTACT, &open->contact, &held->contact},
        {RECORD_CLIENT, &open->client, &held->client},
        {RECORD_CASE, &open->matter, &held->matter},
        {RECORD_SUBMISSION, &open->submission, &held->submission},
    };
    bool any = false;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (is_gone(ui->desk, all[i].type, all[i].open, all[i].held)) {
            *all[i].open = (struct id){0};
            any = true;
        }
    if (any)
        (void)desk_open_keep(ui->desk, NULL);
}

/* What was typed waits for Insert, below what another screen left there just now. It does not go to
 * the terminal's clipboard: nobody asked for that. */
void ui_keep_typed(struct ui *ui, char *typed)
{
    char *clean = typed == NULL || *typed == '\0' ? NULL : text_clean(typed, strlen(typed), true);
    struct text_buffer both = {0};

    free(typed);
    if (clean == NULL)
        return;
    if (ui->gone_typed)
        text_buffer_add_format(&both, "%s\n", ui->desk->copied);
    text_buffer_add_text(&both, clean);
    free(clean);
    if (both.failed) {
        text_buffer_free(&both);
        return;
    }
    free(ui->desk->copied);
    ui->desk->copied = both.bytes;
    ui->gone_typed = true;
}

static bool entry_is_gone(struct entry *entry)
{
    const struct screen *screen = &entry->screen;
    struct screen_about about = {0};

    if (!entry->closing && screen->kind->about != NULL)
        about = screen->kind->about(screen);
    if (about.here)
        entry->held = about.id;
    return is_gone(screen->desk, about.type, &about.id, &entry->held);
}

void ui_look_at_records(struct ui *ui)
{
    for (size_t i = 0; i < ui->count; i++)
        ui->stack[i]->stale = true;
    if (ui->desk->store == NULL)
        return;
    for (size_t i = 0; i < ui->count; i++) {
        struct entry *entry = ui->stack[i];

        if (!entry_is_gone(entry))
            continue;
        if (entry->screen.kind->forget != NULL)
            ui_keep_typed(ui, entry->screen.kind->forget(&entry->screen));
        entry->closing = true;
        ui->gone = entry->screen.kind->title;
        /* A question that it asks has nobody to answer to. */
        if (i + 1 < ui->count && strcmp(ui->stack[i + 1]->screen.kind->name, "choice") == 0)
            ui->stack[i + 1]->closing = true;
    }
    desk_look(ui);
}

void ui_tell_gone(struct ui *ui)
{
    if (ui->gone == NULL)
        return;
    ui_tell(ui, UI_WARNING,
            ui->gone_typed ? _("%s: closed, no longer with you. Your text: Insert has it")
                           : _("%s: closed, no longer with you"),
            _(ui->gone));
    ui->gone = NULL;
    ui->gone_typed = false;
    ui_stop_ahead(ui);
}
