/* To whom a supervisor gives a hand-off: agents and queues, who fits best and is free first. */
#include "ui/screen_supervise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/screen_agents.h"
#include "ui/screen_handoff.h"

#define QUERY_LIMIT 200

struct reassigning {
    struct record *handoff; /* owned */
    struct targets targets;
    struct editor *query; /* owned */
    struct list list;
};

/* Nobody is given what they have already; an office is not asked by a supervisor. */
static bool is_choice(const struct record *handoff, const struct target *target)
{
    bool offered = handoff_is_offered(handoff);

    if (target->kind == MATCH_AGENT)
        return strcmp(record_text(handoff, offered ? "to_agent" : "taken_by"),
                      target->agent.text) != 0;
    return target->kind == MATCH_QUEUE &&
           !(offered && strcmp(record_text(handoff, "to_queue"), target->key) == 0);
}

static void keep_choices(struct reassigning *reassigning)
{
    struct targets *targets = &reassigning->targets;
    size_t kept = 0;

    for (size_t i = 0; i < targets->count; i++) {
        if (is_choice(reassigning->handoff, &targets->list[i]))
            targets->list[kept++] = targets->list[i];
        else
            free(targets->list[i].folded);
    }
    targets->count = kept;
}

static void filter(struct reassigning *reassigning)
{
    targets_filter(&reassigning->targets, editor_text(reassigning->query));
    list_set_count(&reassigning->list, reassigning->targets.shown_count);
}

static void read_all(struct screen *screen)
{
    struct reassigning *reassigning = screen->data;
    struct record *client =
        work_get_client(screen->desk, record_text(reassigning->handoff, "client"));
    struct target_need need;
    const struct target *marked = targets_shown(&reassigning->targets, reassigning->list.selected);
    struct target before = marked != NULL ? *marked : (struct target){.key = ""};
    struct error error = ERROR_INIT;

    target_need_make(&need, screen->desk, record_text(reassigning->handoff, "service"),
                     client != NULL ? record_text(client, "language")
                                    : record_text(reassigning->handoff, "language"));
    if (targets_read(&reassigning->targets, screen->desk, &need, &error) != 0)
        ui_tell_error(screen->ui, &error);
    record_free(client);
    keep_choices(reassigning);
    filter(reassigning);
    /* Who comes and goes meanwhile does not move the mark to somebody else. */
    for (size_t i = 0; i < reassigning->targets.shown_count && before.key[0] != '\0'; i++)
        if (strcmp(targets_shown(&reassigning->targets, i)->key, before.key) == 0)
            list_select(&reassigning->list, i);
}

static void reassign_close(struct screen *screen)
{
    struct reassigning *reassigning = screen->data;

    record_free(reassigning->handoff);
    targets_free(&reassigning->targets);
    editor_free(reassigning->query);
    free(reassigning);
}

static int reassign_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct reassigning *reassigning = calloc(1, sizeof(*reassigning));

    if (reassigning == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = reassigning;
    reassigning->query = editor_new(EDITOR_LINE, QUERY_LIMIT);
    reassigning->handoff =
        work_get(screen->desk, RECORD_HANDOFF, json_text_or(arguments, "id", ""), NULL);
    if (reassigning->query == NULL || reassigning->handoff == NULL) {
        reassign_close(screen);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("this hand-off is not here"));
    }
    editor_restore(reassigning->query, json_object_get(arguments, "query"));
    link_presence_ask(screen->desk->link);
    read_all(screen);
    return 0;
}

static json_t *reassign_save(const struct screen *screen)
{
    const struct reassigning *reassigning = screen->data;

    return json_pack("{s:s, s:o}", "id", reassigning->handoff->id.text, "query",
                     editor_save(reassigning->query));
}

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct reassigning *reassigning = context;

    (void)selected;
    target_draw(targets_shown(&reassigning->targets, index), row);
}

static void reassign_draw(struct screen *screen, const struct paint *paint)
{
    struct reassigning *reassigning = screen->data;
    struct paint field = paint_part(paint, 2, 10, 1, -1);
    struct paint rest = paint_part(paint, 4, 0, -1, -1);
    char summary[HANDOFF_SUMMARY_SIZE];

    list_draw(&reassigning->list, &rest, 1, true, draw_row, reassigning);
    handoff_summary(screen->desk, reassigning->handoff, summary, sizeof(summary));
    paint_text(paint, 0, 0, -1, PAINT_VALUE, summary);
    paint_text(paint, 2, 0, 9, PAINT_TITLE, _("To"));
    paint_fill(&field, 0, 0, -1, PAINT_FOCUS);
    editor_draw(reassigning->query, &field, true);
}

static void run_give(struct screen *screen, const char *argument)
{
    struct reassigning *reassigning = screen->data;
    const struct target *target = targets_shown(&reassigning->targets, reassigning->list.selected);
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct handoff_target to = {0};
    int code;

    (void)argument;
    if (target == NULL)
        return;
    to.agent = target->agent;
    to.queue = target->kind == MATCH_QUEUE ? target->key : NULL;
    code = handoff_reassign(&batch, &author, reassigning->handoff, &to, &error);
    if (!work_apply(screen, &batch, code, &error))
        return;
    ui_tell(screen->ui, UI_DONE, _("Re-assigned to %s; whoever had it is told."), target->name);
    screen_close(screen);
}

static bool reassign_key(struct screen *screen, const struct input *input)
{
    struct reassigning *reassigning = screen->data;
    bool changed;

    if (list_key(&reassigning->list, input, false))
        return true;
    if (input->code == INPUT_ENTER || !editor_key(reassigning->query, input, &changed))
        return false;
    filter(reassigning);
    return true;
}

/* What became of it meanwhile: what is decided is not given any more. */
static void reassign_changed(struct screen *screen)
{
    struct reassigning *reassigning = screen->data;
    struct record *handoff =
        work_get(screen->desk, RECORD_HANDOFF, reassigning->handoff->id.text, NULL);

    if (handoff != NULL) {
        record_free(reassigning->handoff);
        reassigning->handoff = handoff;
    }
    read_all(screen);
}

static const struct screen_key reassign_keys[] = {
    {INPUT_ENTER, N_("Re-assign"), N_("Gives it to the marked agent or queue."), NULL, run_give},
    {0},
};

extern const struct screen_kind screen_reassign;
const struct screen_kind screen_reassign = {
    .name = "reassign",
    .title = N_("Re-assign a hand-off"),
    .help = N_("Type a part of the name, or choose with the arrows: who fits best is first. The "
               "server makes the same offer again; its history shows who re-assigned it."),
    .keys = reassign_keys,
    .open = reassign_open,
    .close = reassign_close,
    .draw = reassign_draw,
    .key = reassign_key,
    .save = reassign_save,
    .changed = reassign_changed,
};
