/* Closed files that were opened in an emergency: by whom, why, and whether that was justified. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/protection.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define LABEL_WIDTH 15
#define MOST        200

enum { ROW_VERDICT, ROW_WORDS, ROW_COUNT };

static const char *const verdicts[] = {"justified", "unjustified", NULL};

static const char *verdict_text(const char *word)
{
    return strcmp(word, "justified") == 0     ? _("justified")
           : strcmp(word, "unjustified") == 0 ? _("not justified")
                                              : _("to be reviewed");
}

static const struct fields_row rows[] = {
    [ROW_VERDICT] = {"verdict", N_("It was"), FIELDS_CHOICE, 0, verdicts, verdict_text},
    [ROW_WORDS] = {"words", N_("In words"), FIELDS_LINE, 1000, NULL, NULL},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct emergencies {
    struct record *entries[MOST]; /* owned: to be reviewed first, then the newest */
    struct list list;
    struct fields *fields; /* owned */
    bool reviewing;        /* the focus is on the fields */
};

/* --- reading --------------------------------------------------------------------------------- */

static void entries_clear(struct emergencies *emergencies)
{
    for (size_t i = 0; i < emergencies->list.count; i++)
        record_free(emergencies->entries[i]);
    list_set_count(&emergencies->list, 0);
}

struct reading {
    struct emergencies *emergencies;
    bool open;
};

static int add_entry(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    struct emergencies *emergencies = reading->emergencies;
    size_t count = emergencies->list.count;

    (void)pending;
    if (emergency_is_open(record) != reading->open || count == MOST)
        return 0;
    emergencies->entries[count] = record_copy(record);
    if (emergencies->entries[count] == NULL)
        return ERROR_MEMORY;
    list_set_count(&emergencies->list, count + 1);
    return 0;
}

static void emergencies_read(struct screen *screen)
{
    const struct store_query query = {.type = RECORD_EMERGENCY, .newest_first = true};
    struct emergencies *emergencies = screen->data;
    struct reading reading = {emergencies, true};
    size_t selected = emergencies->list.selected;

    entries_clear(emergencies);
    store_each(screen->desk->store, &query, add_entry, &reading, NULL);
    reading.open = false;
    store_each(screen->desk->store, &query, add_entry, &reading, NULL);
    if (selected < emergencies->list.count)
        list_select(&emergencies->list, selected);
    emergencies->reviewing = emergencies->reviewing && emergencies->list.count > 0;
}

static void emergencies_close(struct screen *screen)
{
    struct emergencies *emergencies = screen->data;

    entries_clear(emergencies);
    fields_free(emergencies->fields);
    free(emergencies);
}

static int emergencies_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct emergencies *emergencies = calloc(1, sizeof(*emergencies));
    const char *chosen = json_text_or(arguments, "chosen", "");

    if (emergencies == NULL || (emergencies->fields = fields_new(rows)) == NULL) {
        free(emergencies);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = emergencies;
    fields_set(emergencies->fields, ROW_VERDICT, verdicts[0]);
    fields_restore(emergencies->fields, json_object_get(arguments, "fields"));
    emergencies_read(screen);
    for (size_t i = 0; i < emergencies->list.count; i++)
        if (strcmp(emergencies->entries[i]->id.text, chosen) == 0)
            list_select(&emergencies->list, i);
    return 0;
}

static const struct record *marked(const struct emergencies *emergencies)
{
    return emergencies->list.count > 0 ? emergencies->entries[emergencies->list.selected] : NULL;
}

static json_t *emergencies_save(const struct screen *screen)
{
    const struct emergencies *emergencies = screen->data;
    const struct record *record = marked(emergencies);

    return json_pack("{s:s, s:o}", "chosen", record != NULL ? record->id.text : "", "fields",
                     fields_save(emergencies->fields));
}

/* --- drawing --------------------------------------------------------------------------------- */

/* Whose file, as far as this terminal knows it. */
static void file_text(struct desk *desk, const struct record *record, char *text, size_t size)
{
    struct record *client = work_get_client(desk, record_text(record, "client"));

    if (client != NULL)
        work_client_name(client, text, size);
    else
        snprintf(text, size, "%s", _("a file that is not here"));
    record_free(client);
}

static void entry_text(struct desk *desk, const struct record *record, char *text, size_t size)
{
    char who[WORK_NAME_SIZE], file[WORK_NAME_SIZE], when[32];

    work_agent_name(desk, record_text(record, "agent"), who, sizeof(who));
    file_text(desk, record, file, sizeof(file));
    work_when(desk, record, "at", when, sizeof(when));
    snprintf(text, size, "%s · %s · %s", when, who, file);
}

static void draw_entry(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct emergencies *emergencies = screen->data;
    const struct record *record = emergencies->entries[index];
    const char *state = verdict_text(record_text(record, "state"));
    char text[3 * WORK_NAME_SIZE];
    int width = (int)text_width(state, strlen(state));

    (void)selected;
    entry_text(screen->desk, record, text, sizeof(text));
    paint_text(row, 0, 1, row->columns - width - 4, PAINT_TEXT, text);
    paint_right(row, 0, row->columns - width - 1, width,
                emergency_is_open(record) ? PAINT_WARNING : PAINT_DIM, state);
}

static void draw_marked(struct screen *screen, const struct paint *paint, int top)
{
    const struct emergencies *emergencies = screen->data;
    const struct record *record = marked(emergencies);
    char by[WORK_NAME_SIZE], text[4 * WORK_NAME_SIZE];

    paint_heading(paint, top, _("Their reason"));
    paint_text(paint, top + 1, 1, -1, PAINT_VALUE, record_text(record, "words"));
    if (!emergency_is_open(record)) {
        work_agent_name(screen->desk, record_text(record, "reviewed_by"), by, sizeof(by));
        snprintf(text, sizeof(text), _("%1$s: %2$s"), by, record_text(record, "review"));
        paint_format(paint, top + 2, 1, -1, PAINT_TEXT, "%s · %s",
                     verdict_text(record_text(record, "state")), text);
    } else if (desk_may(screen->desk, PERMISSION_READ_AUDIT)) {
        for (int i = 0; i < ROW_COUNT; i++) {
            struct paint row = paint_part(paint, top + 2 + i, 0, 1, -1);

            fields_draw(emergencies->fields, (size_t)i, &row, LABEL_WIDTH, emergencies->reviewing);
        }
    }
}

static void emergencies_draw(struct screen *screen, const struct paint *paint)
{
    struct emergencies *emergencies = screen->data;
    int room = paint->rows - ROW_COUNT - 4;
    struct paint entries = paint_part(paint, 1, 0, room, -1);

    if (emergencies->list.count == 0) {
        paint_text(paint, 1, 1, -1, PAINT_DIM, _("No file was opened in an emergency."));
        return;
    }
    list_draw(&emergencies->list, &entries, 1, !emergencies->reviewing, draw_entry, screen);
    draw_marked(screen, paint, room + 1);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_review(struct screen *screen, const char *argument)
{
    struct emergencies *emergencies = screen->data;
    struct author author = desk_author(screen->desk);
    const struct record *record = marked(emergencies);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    if (record == NULL)
        return;
    code = emergency_review(&batch, &author, record,
                            strcmp(fields_text(emergencies->fields, ROW_VERDICT), verdicts[0]) == 0,
                            fields_text(emergencies->fields, ROW_WORDS), &error);
    if (code == ERROR_INVALID || code == ERROR_CONFLICT) {
        emergencies->reviewing = code == ERROR_INVALID;
        fields_focus_set(emergencies->fields, ROW_WORDS);
        ui_tell(screen->ui, UI_FAILED, "%s",
                code == ERROR_INVALID ? _("Say in words why.") : _("It was reviewed already."));
        ui_stop_ahead(screen->ui);
        return;
    }
    if (!work_apply(screen, &batch, code, &error))
        return;
    fields_clear(emergencies->fields);
    fields_set(emergencies->fields, ROW_VERDICT, verdicts[0]);
    emergencies->reviewing = false;
    emergencies_read(screen);
    ui_tell(screen->ui, UI_DONE, "%s", _("The emergency is reviewed."));
}

static bool emergencies_key(struct screen *screen, const struct input *input)
{
    struct emergencies *emergencies = screen->data;
    const struct record *record = marked(emergencies);
    bool may = record != NULL && emergency_is_open(record) &&
               desk_may(screen->desk, PERMISSION_READ_AUDIT);

    if (may &&
        (input->code == INPUT_TAB || (!emergencies->reviewing && input->code == INPUT_ENTER))) {
        emergencies->reviewing = !emergencies->reviewing;
        return true;
    }
    if (emergencies->reviewing)
        return fields_key(emergencies->fields, input) != FIELDS_UNUSED;
    return list_key(&emergencies->list, input, true);
}

static bool emergencies_offers(const struct screen *screen, const struct screen_key *key)
{
    (void)key;
    return desk_may(screen->desk, PERMISSION_READ_AUDIT);
}

static const struct screen_key emergencies_keys[] = {
    {INPUT_TAB, N_("Review"), N_("Goes to the review of the marked one, and back."), NULL, NULL},
    {INPUT_CONTROL('X'), N_("Save"), N_("Says of the marked one whether it was justified."), NULL,
     run_review},
    {0},
};

/* --- being loud ------------------------------------------------------------------------------ */

/* A privacy officer is told until it is reviewed, others as long as the file is open. */
static bool is_news(const struct desk *desk, const struct record *record)
{
    int64_t until = 0;

    if (!emergency_is_open(record) ||
        strcmp(record_text(record, "agent"), desk_agent(desk)->text) == 0)
        return false;
    timestamp_parse(record_text(record, "until"), &until);
    return desk_may(desk, PERMISSION_READ_AUDIT) ||
           (desk_may(desk, PERMISSION_SUPERVISE) && until > desk_now(desk));
}

static int observe_one(void *context, const struct record *record, enum store_pending pending)
{
    struct desk *desk = context;
    char who[WORK_NAME_SIZE];

    (void)pending;
    if (!is_news(desk, record))
        return 0;
    work_agent_name(desk, record_text(record, "agent"), who, sizeof(who));
    if (desk->line.urgent++ == 0 || desk->line.notice[0] == '\0')
        snprintf(desk->line.notice, sizeof(desk->line.notice),
                 _("%s opened a closed file in an emergency"), who);
    return 0;
}

static void emergencies_observe(struct desk *desk)
{
    const struct store_query query = {.type = RECORD_EMERGENCY, .newest_first = true};

    store_each(desk->store, &query, observe_one, desk, NULL);
}

struct homing {
    struct home *home;
    struct desk *desk;
};

static int home_one(void *context, const struct record *record, enum store_pending pending)
{
    struct homing *homing = context;
    char text[3 * WORK_NAME_SIZE];

    (void)pending;
    if (!is_news(homing->desk, record))
        return 0;
    entry_text(homing->desk, record, text, sizeof(text));
    home_add(homing->home, HOME_ALERTS, text, _("emergency"), "emergencies",
             json_pack("{s:s}", "chosen", record->id.text));
    return 0;
}

static void emergencies_home(struct home *home, struct desk *desk)
{
    const struct store_query query = {.type = RECORD_EMERGENCY, .newest_first = true};
    struct homing homing = {home, desk};

    if (desk->store != NULL)
        store_each(desk->store, &query, home_one, &homing, NULL);
}

extern const struct screen_kind screen_emergencies;
const struct screen_kind screen_emergencies = {
    .name = "emergencies",
    .title = N_("Emergencies"),
    .help =
        N_("Whoever may can open a closed file when somebody is in danger, for an hour and with "
           "their reason. Supervisors and privacy officers hear of it at once; a privacy "
           "officer says afterwards whether it was justified."),
    .command = N_("dangers"),
    .flags = SCREEN_SINGLE,
    .keys = emergencies_keys,
    .offers = emergencies_offers,
    .open = emergencies_open,
    .close = emergencies_close,
    .draw = emergencies_draw,
    .key = emergencies_key,
    .save = emergencies_save,
    .changed = emergencies_read,
    .observe = emergencies_observe,
    .home = emergencies_home,
};
