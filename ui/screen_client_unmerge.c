/* The files that are merged into one: which of them is to be a file of its own again. */
#include "ui/screen_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_merge.h"
#include "app/json.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

struct parting {
    struct id client;                         /* the file that stays */
    struct record *files[CLIENT_GROUP_LIMIT]; /* owned: those merged into it, by whatever way */
    struct list list;
};

bool client_take_apart(struct screen *screen, const struct id *merged)
{
    struct author author = desk_author(screen->desk);
    struct record *file = work_get(screen->desk, RECORD_CLIENT, merged->text, NULL);
    struct record *survivor =
        file != NULL ? work_get(screen->desk, RECORD_CLIENT, record_text(file, "merged_into"), NULL)
                     : NULL;
    struct error error = ERROR_INIT;
    struct batch batch = {0};
    bool done = false;

    if (file != NULL) {
        int code = client_unmerge(&batch, &author, file, survivor, &error);
        char name[WORK_NAME_SIZE];

        work_client_name(file, name, sizeof(name));
        done = work_apply(screen, &batch, code, &error);
        if (done)
            ui_tell(screen->ui, UI_DONE, _("%s is a file of its own again."), name);
    }
    record_free(survivor);
    record_free(file);
    return done;
}

/* --- reading --------------------------------------------------------------------------------- */

static void files_clear(struct parting *parting)
{
    for (size_t i = 0; i < parting->list.count; i++)
        record_free(parting->files[i]);
    list_set_count(&parting->list, 0);
}

static int parting_read(struct screen *screen, struct error *error)
{
    struct parting *parting = screen->data;
    struct client_group group;
    size_t selected = parting->list.selected, count = 0;
    int code = client_group_read(screen->desk->store, &parting->client, &group, error);

    if (code != 0)
        return code;
    files_clear(parting);
    for (size_t i = 1; i < group.count; i++) {
        parting->files[count] = work_get(screen->desk, RECORD_CLIENT, group.ids[i].text, NULL);
        count += parting->files[count] != NULL;
    }
    list_set_count(&parting->list, count);
    if (selected < count)
        list_select(&parting->list, selected);
    return 0;
}

static void parting_close(struct screen *screen)
{
    struct parting *parting = screen->data;

    files_clear(parting);
    free(parting);
}

static int parting_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct parting *parting = calloc(1, sizeof(*parting));
    int code;

    if (parting == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = parting;
    code = id_parse(&parting->client, json_text_or(arguments, "client", ""))
               ? parting_read(screen, error)
               : error_set(error, ERROR_NOT_FOUND, "%s", json_text_or(arguments, "client", ""));
    if (code != 0)
        parting_close(screen);
    return code;
}

static json_t *parting_save(const struct screen *screen)
{
    const struct parting *parting = screen->data;

    return json_pack("{s:s}", "client", parting->client.text);
}

static void parting_changed(struct screen *screen)
{
    struct error error = ERROR_INIT;

    if (parting_read(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

/* --- drawing and keys ------------------------------------------------------------------------ */

static void draw_file(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct parting *parting = screen->data;
    const struct record *file = parting->files[index];
    struct record *into =
        work_get(screen->desk, RECORD_CLIENT, record_text(file, "merged_into"), NULL);
    char line[2 * WORK_NAME_SIZE], name[WORK_NAME_SIZE];
    int used;

    (void)selected;
    work_client_line(file, line, sizeof(line));
    used = 1 + paint_text(row, 0, 1, -1, PAINT_TEXT, line);
    work_client_name(into, name, sizeof(name));
    record_free(into);
    if (used + 2 < row->columns)
        paint_format(row, 0, used + 2, row->columns - used - 3, PAINT_DIM, _("merged into %s"),
                     name);
}

static void parting_draw(struct screen *screen, const struct paint *paint)
{
    struct parting *parting = screen->data;
    struct paint rest = paint_part(paint, 3, 0, -1, -1);

    paint_wrapped(paint, 0, 0, -1, 2, PAINT_DIM,
                  _("What was merged into the marked file goes with it. Details that the merge "
                    "replaced come back."));
    if (parting->list.count == 0) {
        paint_text(&rest, 0, 1, -1, PAINT_DIM, _("No file is merged into this one."));
        paint_cursor(&rest, 0, 0);
    }
    list_draw(&parting->list, &rest, 1, true, draw_file, screen);
}

static bool parting_key(struct screen *screen, const struct input *input)
{
    struct parting *parting = screen->data;

    return list_key(&parting->list, input, true);
}

static void run_apart(struct screen *screen, const char *argument)
{
    struct parting *parting = screen->data;

    (void)argument;
    if (parting->list.count > 0 &&
        client_take_apart(screen, &parting->files[parting->list.selected]->id))
        screen_finish(screen, json_pack("{s:s}", "client", parting->client.text));
}

static const struct screen_key parting_keys[] = {
    {INPUT_ENTER, N_("Take apart"), N_("Makes the marked file one of its own again."), NULL,
     run_apart},
    {0},
};

extern const struct screen_kind screen_client_unmerge;
const struct screen_kind screen_client_unmerge = {
    .name = "client-unmerge",
    .title = N_("Merged files"),
    .help = N_("The files that were merged into this client's: one of them can be a file of its "
               "own again."),
    .keys = parting_keys,
    .open = parting_open,
    .close = parting_close,
    .draw = parting_draw,
    .key = parting_key,
    .save = parting_save,
    .changed = parting_changed,
};
