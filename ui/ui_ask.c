/*
 * Why a file is opened is asked before its screen opens (purpose.h). What the same key opens after
 * it waits with it, as do the screens above it when an agent comes back to what was open.
 */
#include "ui/ui_internal.h"

#include <string.h>

#include "app/json.h"
#include "ui/purpose.h"

bool ui_is_asking(const struct ui *ui)
{
    return ui->asking;
}

/* `restored`: it was open in an earlier run, and something may have been half typed there. */
static json_t *waiting(const struct ui *ui, const struct screen_kind *kind, const json_t *arguments)
{
    return json_pack("{s:s, s:b, s:o}", "name", kind->name, "restored", (int)ui->restoring,
                     "arguments", arguments != NULL ? json_deep_copy(arguments) : json_null());
}

/* The box that this key opened; what needs no agent may stand above it. */
static struct screen *box_of(struct ui *ui)
{
    for (size_t i = ui->count; ui->asking && i-- > 0;)
        if (strcmp(ui->stack[i]->screen.kind->name, "purpose") == 0 && !ui->stack[i]->closing)
            return &ui->stack[i]->screen;
    return NULL;
}

bool ui_ask_first(struct ui *ui, const struct screen_kind *kind, const json_t *arguments, int *code,
                  struct error *error)
{
    struct screen *open = box_of(ui);
    struct id file, also;
    json_t *box;

    *code = 0;
    if (open != NULL && !(kind->flags & SCREEN_WITHOUT_AGENT)) {
        purpose_then(open, waiting(ui, kind, arguments));
        return true;
    }
    if (ui->desk->agent == NULL || !purpose_is_wanted(ui->desk, kind, arguments, &file, &also))
        return false;
    box = json_pack("{s:s, s:s, s:s, s:[o]}", "name", "file", "client", file.text, "also",
                    also.text, "then", waiting(ui, kind, arguments));
    *code = ui_push(ui, screen_kind_find("purpose"), box, error);
    json_decref(box);
    ui->asking = *code == 0;
    return true;
}

bool ui_ask_answered(struct ui *ui, const json_t *answer)
{
    const json_t *then = json_object_get(answer, "then");

    if (json_array_size(then) == 0)
        return false;
    json_decref(ui->answered);
    ui->answered = json_deep_copy(answer);
    return true;
}

/* Nobody said why: what was typed there, in an earlier run, is kept and nothing is shown. */
static void keep_typed(struct ui *ui, const struct screen_kind *kind, const json_t *arguments)
{
    struct screen screen = {kind, ui, ui->desk, NULL};
    const struct desk_open open = ui->desk->open;

    /* Nothing is typed into a file that is only read. */
    if (kind->forget == NULL && (kind->suspend == NULL || kind->file.member != NULL))
        return;
    ui->desk->unseen = true;
    if (kind->open(&screen, arguments, NULL) == 0) {
        if (kind->file.typed)
            ui_keep_typed(ui, kind->forget(&screen));
        kind->close(&screen);
    }
    ui->desk->unseen = false;
    ui->desk->open = open;
    (void)desk_open_keep(ui->desk, NULL);
}

void ui_ask_settle(struct ui *ui)
{
    json_t *answer = ui->answered, *item;
    bool told = *json_text_or(answer, "purpose", "") != '\0';
    size_t index;

    if (answer == NULL)
        return;
    ui->answered = NULL;
    ui->asking = false;
    json_array_foreach(json_object_get(answer, "then"), index, item)
    {
        const char *name = json_text_or(item, "name", "");
        json_t *arguments = json_object_get(item, "arguments");
        const struct screen_kind *kind = screen_kind_find(name);

        if (kind == NULL)
            continue;
        if (told)
            ui_open(ui, name, json_is_object(arguments) ? json_incref(arguments) : NULL);
        else if (json_bool_or(item, "restored", false))
            keep_typed(ui, kind, json_is_object(arguments) ? arguments : NULL);
    }
    ui->asking = false;
    json_decref(answer);
}
