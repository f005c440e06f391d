/* What this terminal keeps: how much there is, how far that is bounded, and what is pinned. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/store_file.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/purpose.h"
#include "ui/work.h"
#include "ui/work_file.h"

#define MOST  200
#define FETCH "fetch" /* the question why */
#define MB    1048576

struct pin {
    enum record_type type;
    struct id id;
    struct store_file file;
    char name[2 * WORK_NAME_SIZE];
    bool here;
};

struct kept {
    struct store_size size;
    struct pin pins[MOST];
    struct list list;
};

/* --- reading --------------------------------------------------------------------------------- */

static void name_pin(struct desk *desk, struct pin *pin)
{
    struct record *record = work_get(desk, pin->type, pin->id.text, NULL);
    struct record *client;
    char name[WORK_NAME_SIZE] = "";

    pin->here = record != NULL && !pin->file.away;
    if (record == NULL) {
        snprintf(pin->name, sizeof(pin->name), "%s", _("a file that is not here"));
    } else if (pin->type == RECORD_CLIENT) {
        work_client_name(record, pin->name, sizeof(pin->name));
    } else {
        client = work_get_client(desk, record_text(record, "client"));
        if (client != NULL)
            work_client_name(client, name, sizeof(name));
        record_free(client);
        snprintf(pin->name, sizeof(pin->name), "%s%s%s", record_text(record, "reference"),
                 *name != '\0' ? " · " : "", name);
    }
    record_free(record);
}

static int add_pin(void *context, enum record_type type, const struct id *id,
                   const struct store_file *file)
{
    struct kept *kept = context;

    if (kept->list.count < MOST) {
        kept->pins[kept->list.count] = (struct pin){.type = type, .id = *id, .file = *file};
        list_set_count(&kept->list, kept->list.count + 1);
    }
    return 0;
}

static void kept_read(struct screen *screen)
{
    struct kept *kept = screen->data;
    size_t selected = kept->list.selected;
    struct error error = ERROR_INIT;

    list_set_count(&kept->list, 0);
    if (store_size(screen->desk->store, &kept->size, &error) != 0 ||
        store_file_pins(screen->desk->store, add_pin, kept, &error) != 0)
        ui_tell_error(screen->ui, &error);
    for (size_t i = 0; i < kept->list.count; i++)
        name_pin(screen->desk, &kept->pins[i]);
    if (selected < kept->list.count)
        list_select(&kept->list, selected);
}

static void kept_close(struct screen *screen)
{
    free(screen->data);
}

static int kept_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct kept *kept = calloc(1, sizeof(*kept));

    if (kept == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = kept;
    kept_read(screen);
    list_restore(&kept->list, json_object_get(arguments, "list"));
    return 0;
}

static json_t *kept_save(const struct screen *screen)
{
    const struct kept *kept = screen->data;

    return json_pack("{s:o}", "list", list_save(&kept->list));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_policy(struct screen *screen, const struct paint *paint)
{
    const struct kept *kept = screen->data;
    const struct store_policy *policy = &screen->desk->policy;
    const struct store_size *size = &kept->size;
    char text[256];

    snprintf(text, sizeof(text), _("%1$.1f MB: %2$lld records, of %3$lld cases and %4$lld clients"),
             (double)size->bytes / MB, (long long)size->records, (long long)size->cases,
             (long long)size->clients);
    paint_text(paint, 0, 0, -1, PAINT_TEXT, text);
    if (policy->bytes > 0) {
        snprintf(text, sizeof(text), _("At most %lld MB, as far as what is not done leaves room."),
                 (long long)(policy->bytes / MB));
        paint_text(paint, 1, 0, -1, size->bytes > policy->bytes ? PAINT_WARNING : PAINT_DIM, text);
    }
    if (policy->keep_ms > 0) {
        snprintf(text, sizeof(text),
                 _("What is done is kept for %lld days after it was needed; it is fetched when it "
                   "is opened later."),
                 (long long)(policy->keep_ms / INT64_C(86400000)));
        paint_text(paint, 2, 0, -1, PAINT_DIM, text);
    }
    snprintf(text, sizeof(text), _("Let go: %1$lld files. Asked for: %2$lld."),
             (long long)size->away, (long long)size->wanted);
    paint_text(paint, 3, 0, -1, PAINT_DIM, text);
}

static void draw_pin(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct screen *screen = context;
    const struct kept *kept = screen->data;
    const struct pin *pin = &kept->pins[index];
    const char *state = pin->here                 ? ""
                        : pin->file.wanted_ms > 0 ? _("asked for")
                                                  : _("not on this terminal");
    int width = (int)text_width(state, strlen(state));

    (void)selected;
    paint_text(row, 0, 1, 9, PAINT_DIM, pin->type == RECORD_CASE ? _("case") : _("client"));
    paint_text(row, 0, 11, row->columns - width - 14, PAINT_TEXT, pin->name);
    paint_right(row, 0, row->columns - width - 1, width, PAINT_WARNING, state);
}

static void kept_draw(struct screen *screen, const struct paint *paint)
{
    struct kept *kept = screen->data;
    struct paint rest = paint_part(paint, 6, 0, -1, -1);

    draw_policy(screen, paint);
    paint_heading(paint, 5, _("Pinned"));
    if (kept->list.count == 0) {
        paint_text(&rest, 0, 1, -1, PAINT_DIM, _("Nothing is pinned: p pins a case or a client."));
        paint_cursor(&rest, 0, 0);
    }
    list_draw(&kept->list, &rest, 1, true, draw_pin, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

static const struct pin *marked(const struct screen *screen)
{
    const struct kept *kept = screen->data;

    return kept->list.count > 0 ? &kept->pins[kept->list.selected] : NULL;
}

static void show(struct screen *screen, enum record_type type, const struct id *id)
{
    if (type == RECORD_CASE)
        work_show_case(screen->ui, id, &(struct id){0});
    else
        ui_open(screen->ui, "client-file", json_pack("{s:s}", "client", id->text));
}

static void fetch(struct screen *screen, const struct pin *pin, const struct purpose_reason *reason)
{
    const char *purpose = purpose_name(reason->purpose);

    ui_open(screen->ui, "fetch",
            json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "type", record_type_name(pin->type), "id",
                      pin->id.text, "name", pin->name, "own", 1, "purpose",
                      purpose != NULL ? purpose : "", "words", reason->words));
}

static void run_open(struct screen *screen, const char *argument)
{
    const struct pin *pin = marked(screen);
    struct purpose_reason reason;
    struct record *record;

    (void)argument;
    if (pin == NULL)
        return;
    record = work_get(screen->desk, pin->type, pin->id.text, NULL);
    if (record != NULL)
        show(screen, pin->type, &pin->id);
    else if (purpose_known(screen->desk, &pin->id, &reason) ||
             desk_may(screen->desk, PERMISSION_OPEN_UNASKED))
        fetch(screen, pin, &reason);
    else
        purpose_ask(screen, FETCH, &pin->id);
    record_free(record);
}

static void run_unpin(struct screen *screen, const char *argument)
{
    const struct pin *pin = marked(screen);

    (void)argument;
    if (pin == NULL)
        return;
    work_pin(screen, pin->type, &pin->id);
    kept_read(screen);
}

static void kept_answer(struct screen *screen, const char *from, const json_t *answer)
{
    enum record_type type = record_type_from_name(json_text_or(answer, "type", ""));
    const struct pin *pin = marked(screen);
    struct purpose_reason reason;
    struct id id;

    if (pin != NULL && purpose_answered(from, answer, FETCH, &reason)) {
        fetch(screen, pin, &reason);
    } else if (strcmp(from, "fetch") == 0 && id_parse(&id, json_text_or(answer, "id", ""))) {
        if (type == RECORD_CASE)
            purpose_came(screen->desk, &id);
        show(screen, type, &id);
    }
}

static bool kept_key(struct screen *screen, const struct input *input)
{
    struct kept *kept = screen->data;

    return list_key(&kept->list, input, true);
}

static const struct screen_key kept_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked file, and fetches it when it is not here."),
     NULL, run_open},
    {'p', N_("Unpin"), N_("Pins the marked file no longer."), NULL, run_unpin},
    {0},
};

extern const struct screen_kind screen_kept;
const struct screen_kind screen_kept = {
    .name = "kept",
    .title = N_("What is kept here"),
    .help =
        N_("How much of the office’s files this terminal keeps, and which are pinned. What is "
           "not done is always kept; closed cases, and clients without any, go when they were not "
           "needed for long, or when there is no room, and are fetched again when they are opened. "
           "What is pinned "
           "stays."),
    .command = N_("storage"),
    .flags = SCREEN_SINGLE,
    .keys = kept_keys,
    .open = kept_open,
    .close = kept_close,
    .draw = kept_draw,
    .key = kept_key,
    .save = kept_save,
    .resume = kept_read,
    .changed = kept_read,
    .answer = kept_answer,
};
