/* Two files of one client side by side: which details to keep, then the one is merged into the
 * other. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/client_merge.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define LABEL_WIDTH 15
#define ROWS        9

static const struct {
    const char *member;
    const char *label;
} rows[ROWS] = {
    {"name", N_("Name")},
    {"language", N_("Language")},
    {"phone", N_("Phone")},
    {"email", N_("E-mail")},
    {"postal_code", N_("Postal code")},
    {"address", N_("Address")},
    {"birth_date", N_("Birth date")},
    {"interpreter", N_("Interpreter")},
    {"accessibility", N_("Needs")},
};

struct merging {
    struct record *client, *survivor; /* owned */
    bool take[ROWS];                  /* this detail from the client */
    struct list list;
};

static const char *row_text(const struct record *record, size_t row)
{
    return record_text(record, rows[row].member);
}

static bool row_differs(const struct merging *merging, size_t row)
{
    return strcmp(row_text(merging->client, row), row_text(merging->survivor, row)) != 0;
}

static void merging_close(struct screen *screen)
{
    struct merging *merging = screen->data;

    record_free(merging->client);
    record_free(merging->survivor);
    free(merging);
}

static int merging_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct merging *merging = calloc(1, sizeof(*merging));

    if (merging == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = merging;
    merging->client =
        work_get(screen->desk, RECORD_CLIENT, json_text_or(arguments, "client", ""), NULL);
    merging->survivor =
        work_get(screen->desk, RECORD_CLIENT, json_text_or(arguments, "into", ""), NULL);
    if (merging->client == NULL || merging->survivor == NULL) {
        merging_close(screen);
        return error_set(error, ERROR_NOT_FOUND, "%s", json_text_or(arguments, "into", ""));
    }
    work_look(screen, &merging->client->id, NULL);
    work_look(screen, &merging->survivor->id, NULL);
    /* What the one does not know, the other tells. */
    for (size_t i = 0; i < ROWS; i++)
        merging->take[i] =
            *row_text(merging->survivor, i) == '\0' && *row_text(merging->client, i) != '\0';
    for (size_t i = 0; i < ROWS; i++)
        if (json_array_size(json_object_get(arguments, "take")) == ROWS)
            merging->take[i] = json_is_true(json_array_get(json_object_get(arguments, "take"), i));
    list_restore(&merging->list, json_object_get(arguments, "list"));
    list_set_count(&merging->list, ROWS);
    return 0;
}

static json_t *merging_save(const struct screen *screen)
{
    const struct merging *merging = screen->data;
    json_t *take = json_array();

    for (size_t i = 0; i < ROWS; i++)
        json_array_append_new(take, json_boolean(merging->take[i]));
    return json_pack("{s:s, s:s, s:o, s:o}", "client", merging->client->id.text, "into",
                     merging->survivor->id.text, "take", take, "list", list_save(&merging->list));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct merging *merging = context;
    int width = (row->columns - LABEL_WIDTH) / 2;
    bool differs = row_differs(merging, index), take = differs && merging->take[index];

    (void)selected;
    paint_text(row, 0, 1, LABEL_WIDTH - 2, PAINT_LABEL, _(rows[index].label));
    paint_text(row, 0, LABEL_WIDTH, 1, PAINT_KEY, differs && !take ? "●" : " ");
    paint_text(row, 0, LABEL_WIDTH + 2, width - 3, take ? PAINT_DIM : PAINT_VALUE,
               row_text(merging->survivor, index));
    paint_text(row, 0, LABEL_WIDTH + width, 1, PAINT_KEY, take ? "●" : " ");
    paint_text(row, 0, LABEL_WIDTH + width + 2, width - 3, take ? PAINT_VALUE : PAINT_DIM,
               row_text(merging->client, index));
}

static void merging_draw(struct screen *screen, const struct paint *paint)
{
    struct merging *merging = screen->data;
    struct paint rest = paint_part(paint, 3, 0, ROWS, -1);
    int width = (paint->columns - LABEL_WIDTH) / 2;

    paint_text(paint, 1, LABEL_WIDTH + 2, width - 3, PAINT_TITLE, _("This file stays"));
    paint_text(paint, 1, LABEL_WIDTH + width + 2, width - 3, PAINT_TITLE,
               _("This one is merged into it"));
    list_draw(&merging->list, &rest, 1, true, draw_row, merging);
    paint_wrapped(paint, 4 + ROWS, 0, -1, 4, PAINT_DIM,
                  _("Cases, contacts, notes and messages of both are shown together from now on. "
                    "Nothing is rewritten: the merge can be taken back from the client's file."));
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool merging_key(struct screen *screen, const struct input *input)
{
    struct merging *merging = screen->data;
    size_t row = merging->list.selected;

    if (list_key(&merging->list, input, true))
        return true;
    if (input->code == INPUT_LEFT)
        merging->take[row] = false;
    else if (input->code == INPUT_RIGHT)
        merging->take[row] = row_differs(merging, row);
    else if (input->code == ' ')
        merging->take[row] = row_differs(merging, row) && !merging->take[row];
    else
        return false;
    return true;
}

static const char *taken(const struct merging *merging, size_t row)
{
    return merging->take[row] && row_differs(merging, row) ? row_text(merging->client, row) : NULL;
}

static void run_merge(struct screen *screen, const char *argument)
{
    struct merging *merging = screen->data;
    struct author author = desk_author(screen->desk);
    const struct client_details chosen = {
        .name = taken(merging, 0),
        .language = taken(merging, 1),
        .phone = taken(merging, 2),
        .email = taken(merging, 3),
        .postal_code = taken(merging, 4),
        .address = taken(merging, 5),
        .birth_date = taken(merging, 6),
        .interpreter = taken(merging, 7),
        .accessibility = taken(merging, 8),
    };
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = client_merge(&batch, &author, screen->desk->store, merging->client,
                            merging->survivor, &chosen, &error);

    (void)argument;
    if (code == ERROR_CONFLICT) {
        ui_tell(screen->ui, UI_FAILED, "%s", _("These two files are merged already."));
        return;
    }
    if (!work_apply(screen, &batch, code, &error))
        return;
    ui_tell(screen->ui, UI_DONE, "%s", _("The two files are one client now."));
    screen_finish(screen, json_pack("{s:s}", "client", merging->survivor->id.text));
}

/* The other file stays; each detail remains as it was chosen. */
static void run_swap(struct screen *screen, const char *argument)
{
    struct merging *merging = screen->data;
    struct record *client = merging->client;

    (void)argument;
    merging->client = merging->survivor;
    merging->survivor = client;
    for (size_t i = 0; i < ROWS; i++)
        merging->take[i] = row_differs(merging, i) && !merging->take[i];
}

static const struct screen_key merging_keys[] = {
    {INPUT_CONTROL('X'), N_("Merge"), N_("Merges the two files, with the details that are marked."),
     N_("merge"), run_merge},
    {' ', N_("Other one"), N_("Takes the marked detail from the other file; Left and Right too."),
     NULL, NULL},
    {'w', N_("Swap"), N_("The other of the two files is the one that stays."), NULL, run_swap},
    {0},
};

static struct screen_about merging_about(const struct screen *screen)
{
    const struct merging *merging = screen->data;

    return work_about(merging->survivor);
}

extern const struct screen_kind screen_client_merge;
const struct screen_kind screen_client_merge = {
    .name = "client-merge",
    .title = N_("Merge two files"),
    .help = N_("Two files of one client, side by side. Choose which details stay; the cases and "
               "all else of both are shown as one client's."),
    .file = {.member = "client", .also = "into", .type = RECORD_CLIENT},
    .keys = merging_keys,
    .open = merging_open,
    .close = merging_close,
    .draw = merging_draw,
    .key = merging_key,
    .save = merging_save,
    .about = merging_about,
};
