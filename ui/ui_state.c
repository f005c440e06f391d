/*
 * What is open on the screen, kept in the store: an agent finds it again after a restart.
 */
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "ui/language.h"
#include "ui/ui_internal.h"

static json_t *stack_to_json(const struct ui *ui)
{
    json_t *screens = json_array();

    for (size_t i = 0; i < ui->count; i++) {
        const struct screen *screen = &ui->stack[i]->screen;
        json_t *state;

        if (screen->kind->save == NULL)
            continue;
        state = screen->kind->save(screen);
        json_array_append_new(screens, json_pack("{s:s, s:o}", "name", screen->kind->name, "state",
                                                 state == NULL ? json_null() : state));
    }
    return json_pack("{s:o, s:s}", "screens", screens, "language", language_now());
}

void ui_save(struct ui *ui)
{
    struct error error = ERROR_INIT;
    json_t *state;
    char *text;

    if (ui->desk->store == NULL)
        return;
    state = stack_to_json(ui);
    text = state == NULL ? NULL : json_canonical(state);
    if (text == NULL || (ui->saved != NULL && strcmp(text, ui->saved) == 0)) {
        free(text);
        json_decref(state);
        return;
    }
    if (store_state_put(ui->desk->store, "screens", state, &error) == 0) {
        free(ui->saved);
        ui->saved = text;
    } else {
        ui_tell_error(ui, &error);
        free(text);
    }
    json_decref(state);
}

void ui_restore(struct ui *ui)
{
    json_t *state = NULL, *item;
    bool first = true;
    size_t index;
    int code;
    struct error error = ERROR_INIT;

    if (store_state_get(ui->desk->store, "screens", &state, &error) != 0)
        ui_tell_error(ui, &error);
    if (!ui->desk->language_fixed && *json_text_or(state, "language", "") != '\0')
        language_set(json_text_or(state, "language", ""));
    ui->restoring = true;
    json_array_foreach(json_object_get(state, "screens"), index, item)
    {
        const struct screen_kind *kind = screen_kind_find(json_text_or(item, "name", ""));
        const json_t *saved = json_object_get(item, "state");

        /* A screen that cannot be shown again (its record is gone) is left out, not an end. */
        if (kind == NULL)
            continue;
        if (first && strcmp(kind->name, "home") != 0)
            break;
        first = false;
        saved = json_is_object(saved) ? saved : NULL;
        if (!ui_ask_first(ui, kind, saved, &code, &error))
            code = ui_push(ui, kind, saved, &error);
        if (code != 0)
            ui_tell_error(ui, &error);
    }
    ui->asking = ui->restoring = false;
    json_decref(state);
    if (first)
        ui_open(ui, "home", NULL);
    ui->store_version = -1;
    ui_look(ui);
}
