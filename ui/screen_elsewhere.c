/* Cases of all offices: found by reference, or by their client, for a reason. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "ui/editor.h"
#include "ui/elsewhere.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define QUERY_LIMIT 200

struct beyond {
    struct editor *query;        /* owned */
    struct elsewhere *elsewhere; /* owned */
    struct list list;
};

static void beyond_close(struct screen *screen)
{
    struct beyond *beyond = screen->data;

    elsewhere_free(beyond->elsewhere);
    editor_free(beyond->query);
    free(beyond);
}

static void typed(struct beyond *beyond)
{
    elsewhere_typed(beyond->elsewhere, editor_text(beyond->query), 0);
    list_set_count(&beyond->list, elsewhere_count(beyond->elsewhere));
}

static int beyond_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct beyond *beyond = calloc(1, sizeof(*beyond));

    if (beyond == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = beyond;
    beyond->query = editor_new(EDITOR_LINE, QUERY_LIMIT);
    beyond->elsewhere = elsewhere_new(screen->desk, QUESTION_SEARCH, RECORD_CASE);
    if (beyond->query == NULL || beyond->elsewhere == NULL) {
        beyond_close(screen);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    editor_restore(beyond->query, json_object_get(arguments, "argument"));
    editor_restore(beyond->query, json_object_get(arguments, "query"));
    typed(beyond);
    return 0;
}

static json_t *beyond_save(const struct screen *screen)
{
    const struct beyond *beyond = screen->data;

    return json_pack("{s:o}", "query", editor_save(beyond->query));
}

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct screen *screen = context;
    const struct beyond *beyond = screen->data;

    (void)selected;
    elsewhere_draw(screen->desk, elsewhere_hit(beyond->elsewhere, index), row);
}

static void beyond_draw(struct screen *screen, const struct paint *paint)
{
    struct beyond *beyond = screen->data;
    const char *notice = elsewhere_notice(beyond->elsewhere);
    struct paint field = paint_part(paint, 1, 10, 1, -1), rest = paint_part(paint, 5, 0, -1, -1);

    paint_text(paint, 1, 0, 9, PAINT_TITLE, _("Case"));
    paint_fill(&field, 0, 0, -1, PAINT_FOCUS);
    if (*notice == '\0' && beyond->list.count == 0)
        notice = _("Type a case’s reference, or its client’s name, phone number or birth date; "
                   "Enter looks in all offices.");
    paint_wrapped(paint, 3, 0, -1, 2, PAINT_DIM, notice);
    list_draw(&beyond->list, &rest, 1, false, draw_row, screen);
    if (beyond->list.count > 0)
        paint_restyle(&rest, (int)(beyond->list.selected - beyond->list.top), 0, -1,
                      PAINT_SELECTION);
    editor_draw(beyond->query, &field, true);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void run_look(struct screen *screen, const char *argument)
{
    struct beyond *beyond = screen->data;

    (void)argument;
    elsewhere_look(screen, beyond->elsewhere);
    list_set_count(&beyond->list, elsewhere_count(beyond->elsewhere));
}

static bool beyond_key(struct screen *screen, const struct input *input)
{
    struct beyond *beyond = screen->data;
    bool changed;

    if (list_key(&beyond->list, input, false))
        return true;
    if (input->code == INPUT_ENTER) {
        if (beyond->list.count > 0)
            elsewhere_open(screen, beyond->elsewhere, beyond->list.selected);
        else
            run_look(screen, "");
        return true;
    }
    if (!editor_key(beyond->query, input, &changed))
        return false;
    if (changed)
        typed(beyond);
    return true;
}

static void beyond_tick(struct screen *screen)
{
    struct beyond *beyond = screen->data;

    elsewhere_tick(beyond->elsewhere);
    list_set_count(&beyond->list, elsewhere_count(beyond->elsewhere));
}

static void beyond_wake(struct screen *screen)
{
    struct beyond *beyond = screen->data;

    if (elsewhere_wake(beyond->elsewhere))
        list_set_count(&beyond->list, elsewhere_count(beyond->elsewhere));
}

static void beyond_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct beyond *beyond = screen->data;
    struct id id;

    if (elsewhere_answer(screen, beyond->elsewhere, from, answer)) {
        list_set_count(&beyond->list, elsewhere_count(beyond->elsewhere));
        return;
    }
    if (strcmp(from, "fetch") == 0 && id_parse(&id, json_text_or(answer, "id", "")))
        ui_open(screen->ui, "case", json_pack("{s:s}", "id", id.text));
}

static const struct screen_key beyond_keys[] = {
    {INPUT_ENTER, N_("Look, open"), N_("Looks in all offices; on a case, opens its client’s file."),
     NULL, NULL},
    {INPUT_TAB, N_("All offices"), N_("Looks in all offices, once more."), NULL, run_look},
    {0},
};

extern const struct screen_kind screen_elsewhere;
const struct screen_kind screen_elsewhere = {
    .name = "elsewhere",
    .title = N_("Cases of all offices"),
    .help =
        N_("Finds cases that are not on this terminal, for a reason. One of them is opened with "
           "its client’s file until the contact or the day is over."),
    .command = N_("elsewhere"),
    .keys = beyond_keys,
    .open = beyond_open,
    .close = beyond_close,
    .draw = beyond_draw,
    .key = beyond_key,
    .save = beyond_save,
    .tick = beyond_tick,
    .wake = beyond_wake,
    .answer = beyond_answer,
};
