/* Who works here, and who is present; or to whom something is given. */
#include "ui/screen_agents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"

#define QUERY_LIMIT 200

struct agents {
    struct targets targets;
    struct editor *query; /* owned */
    struct list list;
    int64_t asked_ms; /* presence, last */
    bool choose;      /* Enter answers with the marked one */
};

static void read_all(struct screen *screen)
{
    struct agents *agents = screen->data;
    struct error error = ERROR_INIT;
    const struct target_need need = {.agents_only = true};

    if (targets_read(&agents->targets, screen->desk, &need, &error) != 0)
        ui_tell_error(screen->ui, &error);
    targets_filter(&agents->targets, editor_text(agents->query));
    list_set_count(&agents->list, agents->targets.shown_count);
}

static void agents_close(struct screen *screen)
{
    struct agents *agents = screen->data;

    targets_free(&agents->targets);
    editor_free(agents->query);
    free(agents);
}

static int agents_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct agents *agents = calloc(1, sizeof(*agents));

    if (agents == NULL || (agents->query = editor_new(EDITOR_LINE, QUERY_LIMIT)) == NULL) {
        free(agents);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = agents;
    editor_restore(agents->query, json_object_get(arguments, "argument"));
    editor_restore(agents->query, json_object_get(arguments, "query"));
    agents->choose = json_bool_or(arguments, "choose", false);
    link_presence_ask(screen->desk->link);
    read_all(screen);
    return 0;
}

/* Asked again while the list is open. */
static void agents_tick(struct screen *screen)
{
    struct agents *agents = screen->data;

    if (desk_now(screen->desk) - agents->asked_ms < TARGETS_ASK_MS)
        return;
    agents->asked_ms = desk_now(screen->desk);
    link_presence_ask(screen->desk->link);
}

static json_t *agents_save(const struct screen *screen)
{
    const struct agents *agents = screen->data;

    return json_pack("{s:o, s:b}", "query", editor_save(agents->query), "choose", agents->choose);
}

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct agents *agents = context;

    (void)selected;
    target_draw(targets_shown(&agents->targets, index), row);
}

static void agents_draw(struct screen *screen, const struct paint *paint)
{
    struct agents *agents = screen->data;
    struct paint field = paint_part(paint, 1, 10, 1, -1);
    struct paint rest = paint_part(paint, 3, 0, -1, -1);
    char when[32], text[WORK_NAME_SIZE];

    list_draw(&agents->list, &rest, 1, false, draw_row, agents);
    if (agents->choose && agents->list.count > 0)
        paint_restyle(&rest, (int)(agents->list.selected - agents->list.top), 0, -1,
                      PAINT_SELECTION);
    paint_text(paint, 1, 0, 9, PAINT_TITLE, _("Agent"));
    paint_fill(&field, 0, 0, -1, PAINT_FOCUS);
    editor_draw(agents->query, &field, true);
    if (agents->targets.heard_ms == 0)
        return;
    format_when(when, sizeof(when), agents->targets.heard_ms, desk_now(screen->desk));
    snprintf(text, sizeof(text), _("as heard at %s"), when);
    paint_right(paint, 0, 0, -1, PAINT_DIM, text);
}

static bool agents_key(struct screen *screen, const struct input *input)
{
    struct agents *agents = screen->data;
    bool changed;

    if (list_key(&agents->list, input, false))
        return true;
    if (agents->choose && input->code == INPUT_ENTER) {
        const struct target *target = targets_shown(&agents->targets, agents->list.selected);

        if (target != NULL)
            screen_finish(screen, json_pack("{s:s}", "agent", target->agent.text));
        return true;
    }
    if (!editor_key(agents->query, input, &changed))
        return false;
    targets_filter(&agents->targets, editor_text(agents->query));
    list_set_count(&agents->list, agents->targets.shown_count);
    return true;
}

extern const struct screen_kind screen_agents;
const struct screen_kind screen_agents = {
    .name = "agents",
    .title = N_("Agents"),
    .help = N_("Who works here, who is present, and which languages they speak."),
    .command = N_("agents"),
    .flags = SCREEN_SINGLE,
    .open = agents_open,
    .close = agents_close,
    .draw = agents_draw,
    .key = agents_key,
    .save = agents_save,
    .changed = read_all,
    .tick = agents_tick,
};
