/* Any other client, found like all are: their file and this one become one client's. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_index.h"
#include "app/client_merge.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"
#include "ui/work_file.h"

#define HITS        20
#define QUERY_LIMIT 200

struct picking {
    struct record *client;      /* owned: with whom another one is to be merged */
    struct client_index *index; /* owned */
    struct editor *query;       /* owned */
    struct client_hit hits[HITS];
    struct list list;
};

static void find(struct picking *picking)
{
    struct client_hit found[HITS];
    size_t count = client_index_find(picking->index, editor_text(picking->query), found, HITS);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (!id_equal(&found[i].client->id, &picking->client->id))
            picking->hits[kept++] = found[i];
    list_set_count(&picking->list, kept);
}

static void picking_close(struct screen *screen)
{
    struct picking *picking = screen->data;

    record_free(picking->client);
    client_index_free(picking->index);
    editor_free(picking->query);
    free(picking);
}

static int picking_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct picking *picking = calloc(1, sizeof(*picking));
    int code = 0;

    if (picking == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = picking;
    picking->query = editor_new(EDITOR_LINE, QUERY_LIMIT);
    picking->client = work_get_client(screen->desk, json_text_or(arguments, "client", ""));
    if (picking->query == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else if (picking->client == NULL)
        code = error_set(error, ERROR_NOT_FOUND, "%s", json_text_or(arguments, "client", ""));
    else
        code = client_index_new(&picking->index, screen->desk->store, error);
    if (code != 0) {
        picking_close(screen);
        return code;
    }
    editor_restore(picking->query, json_object_get(arguments, "query"));
    find(picking);
    return 0;
}

static json_t *picking_save(const struct screen *screen)
{
    const struct picking *picking = screen->data;

    return json_pack("{s:s, s:o}", "client", picking->client->id.text, "query",
                     editor_save(picking->query));
}

static void picking_changed(struct screen *screen)
{
    struct picking *picking = screen->data;
    struct client_index *index;

    if (client_index_new(&index, screen->desk->store, NULL) != 0)
        return;
    client_index_free(picking->index);
    picking->index = index;
    find(picking);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_hit(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct screen *screen = context;
    const struct picking *picking = screen->data;
    const struct record *client = picking->hits[index].client;
    char line[2 * WORK_NAME_SIZE];

    (void)selected;
    work_pin_mark(screen->desk, RECORD_CLIENT, &client->id, row);
    work_client_line(client, line, sizeof(line));
    paint_text(row, 0, 1, row->columns - 2, PAINT_TEXT, line);
}

static void picking_draw(struct screen *screen, const struct paint *paint)
{
    struct picking *picking = screen->data;
    struct paint field = paint_part(paint, 3, 10, 1, -1), rest = paint_part(paint, 6, 0, -1, -1);
    char line[2 * WORK_NAME_SIZE];

    work_client_line(picking->client, line, sizeof(line));
    paint_text(paint, 1, 0, -1, PAINT_TITLE, line);
    paint_text(paint, 3, 0, 9, PAINT_LABEL, _("Client"));
    paint_fill(&field, 0, 0, -1, PAINT_FOCUS);
    if (picking->list.count > 0) {
        paint_heading(paint, 5, _("Known clients"));
        list_draw(&picking->list, &rest, 1, false, draw_hit, screen);
        paint_restyle(&rest, (int)(picking->list.selected - picking->list.top), 0, -1,
                      PAINT_SELECTION);
    } else {
        paint_wrapped(paint, 5, 0, -1, 3, PAINT_DIM,
                      editor_length(picking->query) == 0
                          ? _("Who else is this client? A part of the name, a phone number, an "
                              "e-mail address, a postal code or the reference of a case.")
                          : _("No other client on this terminal is found by that."));
    }
    editor_draw(picking->query, &field, true);
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool picking_key(struct screen *screen, const struct input *input)
{
    struct picking *picking = screen->data;
    bool changed;

    if (list_key(&picking->list, input, false))
        return true;
    if (!editor_key(picking->query, input, &changed))
        return false;
    if (changed) {
        find(picking);
        list_select(&picking->list, 0);
    }
    return true;
}

static void run_pick(struct screen *screen, const char *argument)
{
    struct picking *picking = screen->data;

    (void)argument;
    if (picking->list.count > 0)
        ui_open(screen->ui, "client-merge",
                json_pack("{s:s, s:s}", "client",
                          picking->hits[picking->list.selected].client->id.text, "into",
                          picking->client->id.text));
}

static void picking_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "client-merge") == 0)
        screen_finish(screen, json_pack("{s:s}", "client", json_text_or(answer, "client", "")));
}

static const struct screen_key picking_keys[] = {
    {INPUT_ENTER, N_("Compare"), N_("Shows the two files side by side, to be merged."), NULL,
     run_pick},
    {0},
};

static struct screen_about picking_about(const struct screen *screen)
{
    const struct picking *picking = screen->data;

    return work_about(picking->client);
}

extern const struct screen_kind screen_client_pick;
const struct screen_kind screen_client_pick = {
    .name = "client-pick",
    .title = N_("Merge with another"),
    .help = N_("Finds the other file of this client, however little the two are alike: another "
               "name after a marriage, a phone that changed."),
    .keys = picking_keys,
    .open = picking_open,
    .close = picking_close,
    .draw = picking_draw,
    .key = picking_key,
    .save = picking_save,
    .changed = picking_changed,
    .answer = picking_answer,
    .about = picking_about,
};
