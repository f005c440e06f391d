/* What the server refused, and fields that somebody else changed too: the agent's own text is
 * kept here until it is dealt with. */
#include "ui/screen_outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/conflict_words.h"
#include "ui/language.h"
#include "ui/list.h"

#define REFUSALS_LIMIT 100
#define ROW_HEIGHT     4

struct row {
    json_t *operation; /* owned document */
    char words[2 * WORK_NAME_SIZE], about[WORK_NAME_SIZE], reason[2 * WORK_NAME_SIZE];
    struct conflict_words values; /* of a conflict; "" for none */
    enum merge_refusal refusal;
};

struct refusals {
    struct desk *desk; /* borrowed */
    struct row rows[REFUSALS_LIMIT];
    struct list list;
    size_t count;
};

/* --- reading --------------------------------------------------------------------------------- */

static void clear(struct refusals *refusals)
{
    for (size_t i = 0; i < refusals->count; i++)
        json_decref(refusals->rows[i].operation);
    refusals->count = 0;
}

/* Both values: the one that stands and the one that gave way. */
static void conflict_values(struct desk *desk, const struct store_refusal *refusal, struct row *row)
{
    struct record *record =
        work_get(desk, refusal->operation->type, refusal->operation->record.text, NULL);

    (void)conflict_words_read(desk, record, refusal->field, &row->values);
    record_free(record);
}

static int add(void *context, const struct store_refusal *refusal)
{
    struct refusals *refusals = context;
    struct row *row = &refusals->rows[refusals->count];

    if (refusals->count == REFUSALS_LIMIT)
        return 0;
    row->operation = operation_to_json(refusal->operation);
    if (row->operation == NULL)
        return ERROR_MEMORY;
    refusals->count++;
    row->refusal = refusal->refusal;
    row->values = (struct conflict_words){"", ""};
    operation_words(refusals->desk, refusal->operation, row->words, sizeof(row->words));
    operation_about(refusals->desk, refusal->operation, row->about, sizeof(row->about));
    refusal_words(refusals->desk, refusal->operation, refusal->refusal, refusal->field, row->reason,
                  sizeof(row->reason));
    if (refusal->refusal == MERGE_APPLIED)
        conflict_values(refusals->desk, refusal, row);
    return 0;
}

static void read_all(struct screen *screen)
{
    struct refusals *refusals = screen->data;
    struct error error = ERROR_INIT;

    refusals->desk = screen->desk;
    clear(refusals);
    if (store_refusal_each(screen->desk->store, add, refusals, &error) != 0)
        ui_tell_error(screen->ui, &error);
    list_set_count(&refusals->list, refusals->count);
}

static void refusals_close(struct screen *screen)
{
    clear(screen->data);
    free(screen->data);
}

static int refusals_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct refusals *refusals = calloc(1, sizeof(*refusals));

    if (refusals == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = refusals;
    list_restore(&refusals->list, arguments);
    read_all(screen);
    return 0;
}

static json_t *refusals_save(const struct screen *screen)
{
    const struct refusals *refusals = screen->data;

    return list_save(&refusals->list);
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_row(void *context, const struct paint *area, size_t index, bool selected)
{
    const struct refusals *refusals = context;
    const struct row *row = &refusals->rows[index];
    int used;

    (void)selected;
    paint_text(area, 0, 1, -1, PAINT_TEXT, row->words);
    used = 3 + paint_text(area, 1, 3, area->columns / 2, PAINT_DIM, row->about);
    paint_text(area, 1, used + (used > 3 ? 2 : 0), -1, PAINT_ERROR, row->reason);
    if (row->values.stands[0] != '\0')
        conflict_words_draw(area, 2, &row->values);
}

static void refusals_draw(struct screen *screen, const struct paint *paint)
{
    struct refusals *refusals = screen->data;
    struct paint rest = paint_part(paint, 1, 0, -1, -1);

    if (refusals->count == 0) {
        paint_text(paint, 1, 0, -1, PAINT_GOOD, _("Nothing was refused."));
        paint_cursor(paint, 1, 0);
    }
    list_draw(&refusals->list, &rest, ROW_HEIGHT, true, draw_row, refusals);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void dismiss(struct screen *screen)
{
    struct refusals *refusals = screen->data;
    const struct row *row = &refusals->rows[refusals->list.selected];
    struct error error = ERROR_INIT;
    struct id id;

    id_parse(&id, json_text_or(row->operation, "id", ""));
    if (store_refusal_dismiss(screen->desk->store, &id, &error) != 0)
        ui_tell_error(screen->ui, &error);
    screen->desk->changes++;
    read_all(screen);
}

/* Opens the place where the refused text can be put right, with the text in it. */
static int redo(struct screen *screen, const struct row *row)
{
    json_t *body = json_object_get(row->operation, "body");
    enum record_type type = record_type_from_name(json_text_or(row->operation, "type", ""));
    const char *id = json_text_or(row->operation, "record", "");
    struct record *record = work_get(screen->desk, type, id, NULL);
    const char *matter = type == RECORD_CASE ? id
                         : record != NULL    ? record_text(record, "case")
                                             : json_text_or(body, "case", "");
    int code = ERROR_NOT_FOUND;

    if (type == RECORD_NOTE)
        code = ui_open(screen->ui, "note", json_deep_copy(body));
    else if (type == RECORD_CLIENT && record != NULL)
        code = ui_open(screen->ui, "client", json_pack("{s:s, s:O}", "id", id, "fields", body));
    else if (type == RECORD_CLIENT)
        code = ui_open(screen->ui, "client", json_pack("{s:O}", "fields", body));
    else if (type == RECORD_SUBMISSION && record != NULL)
        code = ui_open(screen->ui, "form", json_pack("{s:s}", "submission", id));
    else if (type == RECORD_HANDOFF && record != NULL)
        code = ui_open(screen->ui, "offer", json_pack("{s:s}", "id", id));
    else if (type == RECORD_DELIVERY && record != NULL)
        code = ui_open(screen->ui, "delivery", json_pack("{s:s}", "id", id));
    else if (type == RECORD_TICKET)
        code = ui_open(screen->ui, "tickets", NULL);
    else if (type == RECORD_FLAG && record != NULL)
        code = ui_open(screen->ui, "flag-one", json_pack("{s:s}", "id", id));
    else if (*matter != '\0')
        code = ui_open(screen->ui, "case", json_pack("{s:s}", "id", matter));
    else
        ui_tell(screen->ui, UI_NOTE, "%s", _("There is nothing to open for it."));
    record_free(record);
    return code;
}

static void run_redo(struct screen *screen, const char *argument)
{
    struct refusals *refusals = screen->data;

    (void)argument;
    if (refusals->count > 0 && redo(screen, &refusals->rows[refusals->list.selected]) == 0 &&
        !ui_is_asking(screen->ui))
        dismiss(screen);
}

static void run_dismiss(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("Dismiss it"), N_("Keep it"), NULL};
    const struct refusals *refusals = screen->data;

    (void)argument;
    if (refusals->count > 0)
        screen_ask(screen, "dismiss", _("Dismiss this refusal? Its text is then gone."), choices);
}

static void refusals_answer(struct screen *screen, const char *from, const json_t *answer)
{
    const struct refusals *refusals = screen->data;

    if (strcmp(from, "choice") == 0 && json_integer_or(answer, "choice", -1) == 0 &&
        refusals->list.selected < refusals->count)
        dismiss(screen);
}

static bool refusals_key(struct screen *screen, const struct input *input)
{
    struct refusals *refusals = screen->data;

    return list_key(&refusals->list, input, true);
}

static const struct screen_key refusals_keys[] = {
    {INPUT_ENTER, N_("Redo"),
     N_("Opens the note, the form or the field again with your text in it."), N_("redo"), run_redo},
    {INPUT_CONTROL('X'), N_("Dismiss"), N_("Takes it off this list; its text is then gone."),
     N_("dismiss"), run_dismiss},
    {0},
};

/* Both are about the marked one. */
static bool refusals_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct refusals *refusals = screen->data;

    (void)key;
    return refusals->count > 0;
}

extern const struct screen_kind screen_refusals;
const struct screen_kind screen_refusals = {
    .name = "refusals",
    .title = N_("Refusals"),
    .help = N_("What the server refused and why, and fields that somebody else changed at the same "
               "time, with both values. Your own text is kept until you dismiss it."),
    .command = N_("refusals"),
    .flags = SCREEN_SINGLE,
    .keys = refusals_keys,
    .offers = refusals_offers,
    .open = refusals_open,
    .close = refusals_close,
    .draw = refusals_draw,
    .key = refusals_key,
    .save = refusals_save,
    .changed = read_all,
    .answer = refusals_answer,
};
