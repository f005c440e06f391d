/* Offices, nearest first from a postal code or from another office; those that do a service. */
#include "ui/screen_offices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/freshness.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define FROM_LIMIT     60
#define DISTANCE_WIDTH 9
#define OPENING_WIDTH  24
#define NARROW_OPENING 22
#define NARROW         70
#define READ_HEAD_ROWS 3

struct offices {
    struct editor *from;    /* owned: a postal code, or the start of an office's name */
    struct record *service; /* owned; NULL: all offices */
    struct schedule *own;   /* owned; of the agent's office, NULL: not known */
    struct office_list all; /* for names; read when the first is typed */
    struct office_list shown;
    struct list list;
    struct place place;
    bool placed;
    char origin[256]; /* where distances are from, in words */
};

/* --- where from ------------------------------------------------------------------------------ */

static const char *title_of(const struct record *record)
{
    return format_localised(json_object_get(record->body, "title"));
}

static void from_postal(struct offices *offices, struct desk *desk, const char *code)
{
    int language = strcmp(language_now(), "fr") == 0 ? 0 : 1;
    const char *name;

    offices->placed = office_postal_place(desk->catalogue, code, &offices->place);
    if (!offices->placed) {
        snprintf(offices->origin, sizeof(offices->origin), _("%s: no such region"), code);
        return;
    }
    name = offices->place.name[language] == NULL ? "" : offices->place.name[language];
    if (offices->place.within_km > 0)
        snprintf(offices->origin, sizeof(offices->origin),
                 _("From %1$s (%2$s), known to within %3$.0f km: distances are approximate"), code,
                 name, offices->place.within_km);
    else
        snprintf(offices->origin, sizeof(offices->origin), _("From %1$s (%2$s)"), code, name);
}

static void from_office(struct offices *offices, const struct record *office)
{
    offices->placed = office_place(office, &offices->place);
    snprintf(offices->origin, sizeof(offices->origin),
             offices->placed ? _("From the office: %s") : _("Where it is, is not known: %s"),
             title_of(office));
}

/* An office whose name, in either language, holds what was typed. */
static const struct record *find_office(struct offices *offices, struct desk *desk,
                                        const char *typed)
{
    const struct office_query everything = {NULL, NULL};
    char *wanted = text_fold(typed, strlen(typed));
    const struct record *found = NULL;

    if (offices->all.count == 0)
        office_list_read(&offices->all, desk->catalogue, &everything, NULL);

    for (size_t i = 0; wanted != NULL && i < offices->all.count && found == NULL; i++) {
        const struct record *record = offices->all.items[i].record;
        json_t *title = json_object_get(record->body, "title"), *value;
        const char *language;

        json_object_foreach(title, language, value)
        {
            const char *text = json_is_string(value) ? json_string_value(value) : "";
            char *folded = text_fold(text, strlen(text));

            if (folded != NULL && strstr(folded, wanted) != NULL)
                found = record;
            free(folded);
        }
    }
    free(wanted);
    return found;
}

static void find_origin(struct offices *offices, struct desk *desk)
{
    const char *typed = editor_text(offices->from);
    const struct record *office;
    char code[POSTAL_CODE_SIZE];

    offices->placed = false;
    offices->origin[0] = '\0';
    if (typed[strspn(typed, " ")] == '\0') {
        if (desk->office != NULL)
            from_office(offices, desk->office);
        return;
    }
    if (postal_code_read(typed, code)) {
        from_postal(offices, desk, code);
        return;
    }
    office = find_office(offices, desk, typed);
    if (office != NULL)
        from_office(offices, office);
    else
        text_copy(offices->origin, sizeof(offices->origin),
                  _("A postal code (G1R 4P5, or G1R) or an office's name"));
}

/* --- reading --------------------------------------------------------------------------------- */

static void sort_again(struct screen *screen)
{
    struct offices *offices = screen->data;

    find_origin(offices, screen->desk);
    office_list_sort(&offices->shown, offices->placed ? &offices->place : NULL);
}

static void read_all(struct screen *screen)
{
    struct offices *offices = screen->data;
    const struct office_query query = {.service = offices->service};
    struct error error = ERROR_INIT;

    office_list_free(&offices->all);
    office_list_free(&offices->shown);
    if (office_list_read(&offices->shown, screen->desk->catalogue, &query, &error) != 0)
        ui_tell_error(screen->ui, &error);
    schedule_free(offices->own);
    offices->own = offices_own_schedule(screen->desk);
    list_set_count(&offices->list, offices->shown.count);
    sort_again(screen);
}

static void offices_close(struct screen *screen)
{
    struct offices *offices = screen->data;

    editor_free(offices->from);
    record_free(offices->service);
    schedule_free(offices->own);
    office_list_free(&offices->all);
    office_list_free(&offices->shown);
    free(offices);
}

/* The postal code of the client who is here, so that nobody types it twice. */
static void take_client(struct screen *screen)
{
    struct offices *offices = screen->data;
    struct record *client = work_get_client(screen->desk, screen->desk->open.client.text);
    char code[POSTAL_CODE_SIZE];

    if (client != NULL && postal_code_read(record_text(client, "postal_code"), code))
        editor_set_text(offices->from, code);
    record_free(client);
}

static int offices_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct offices *offices = calloc(1, sizeof(*offices));
    const char *service = json_text_or(arguments, "service", "");
    const char *typed = json_text_or(arguments, "argument", "");
    int code = 0;

    if (offices == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = offices;
    offices->from = editor_new(EDITOR_LINE, FROM_LIMIT);
    if (offices->from == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0 && *service != '\0')
        code = catalogue_get_by_key(screen->desk->catalogue, RECORD_SERVICE, service,
                                    &offices->service, error);
    if (code != 0) {
        offices_close(screen);
        return code;
    }
    if (json_object_get(arguments, "from") != NULL)
        editor_restore(offices->from, json_object_get(arguments, "from"));
    else if (*typed != '\0')
        editor_set_text(offices->from, typed);
    else
        take_client(screen);
    list_restore(&offices->list, json_object_get(arguments, "list"));
    read_all(screen);
    return 0;
}

static json_t *offices_save(const struct screen *screen)
{
    const struct offices *offices = screen->data;

    return json_pack("{s:s, s:o, s:o}", "service",
                     offices->service == NULL ? "" : record_text(offices->service, "key"), "from",
                     editor_save(offices->from), "list", list_save(&offices->list));
}

/* --- drawing --------------------------------------------------------------------------------- */

struct schedule *offices_own_schedule(struct desk *desk)
{
    struct schedule *schedule = NULL;

    if (desk->office != NULL)
        schedule_new(&schedule, desk->catalogue, desk->office, desk->office->body, NULL);
    return schedule;
}

enum paint_style offices_opening(const struct schedule *schedule, const struct schedule *own,
                                 int64_t now_ms, char *text, size_t size)
{
    struct schedule_state state;
    char opening[48];
    int there, here;

    if (schedule == NULL) {
        text_copy(text, size, _("hours not known"));
        return PAINT_DIM;
    }
    schedule_state_at(schedule, now_ms, &state);
    format_opening(opening, sizeof(opening), schedule, &state, now_ms);
    text_copy(text, size, opening);
    if (own != NULL) {
        schedule_day_at(schedule, now_ms, &there);
        schedule_day_at(own, now_ms, &here);
        if (there != here)
            snprintf(text, size, _("%s there"), opening);
    }
    return state.open ? PAINT_GOOD : PAINT_WARNING;
}

struct row_context {
    struct screen *screen;
    int64_t now_ms;
};

static void draw_row(void *context, const struct paint *area, size_t index, bool selected)
{
    const struct row_context *row = context;
    struct offices *offices = row->screen->data;
    struct office_item *item = &offices->shown.items[index];
    const struct schedule *schedule = office_item_schedule(item, row->screen->desk->catalogue);
    bool stale = freshness_is_stale(item->record, row->now_ms, row->screen->desk->stale_days);
    int opening_width = area->columns < NARROW ? NARROW_OPENING : OPENING_WIDTH;
    int opening_column = area->columns - opening_width, used;
    char distance[32], opening[80], languages[160];
    enum paint_style style =
        offices_opening(schedule, offices->own, row->now_ms, opening, sizeof(opening));

    (void)selected;
    format_distance(distance, sizeof(distance), item->distance_km, offices->place.within_km > 0);
    format_languages(languages, sizeof(languages),
                     json_object_get(item->record->body, "languages"));
    paint_right(area, 0, 0, DISTANCE_WIDTH, PAINT_VALUE, distance);
    paint_text(area, 0, DISTANCE_WIDTH + 2, opening_column - DISTANCE_WIDTH - 3, PAINT_VALUE,
               title_of(item->record));
    paint_text(area, 0, opening_column, -1, style, opening);
    used = paint_text(area, 1, DISTANCE_WIDTH + 2, -1, PAINT_DIM,
                      format_localised(json_object_get(item->record->body, "address")));
    paint_text(area, 1, DISTANCE_WIDTH + 4 + used, -1, PAINT_DIM, languages);
    if (stale)
        paint_text(area, 1, 1, DISTANCE_WIDTH, PAINT_WARNING, _("stale"));
}

static void offices_draw(struct screen *screen, const struct paint *paint)
{
    struct offices *offices = screen->data;
    struct row_context context = {screen, desk_now(screen->desk)};
    const char *label = _("From");
    int width = (int)text_width(label, strlen(label)) + 2;
    struct paint field = paint_part(paint, 0, width, 1, 30);
    struct paint list = paint_part(paint, READ_HEAD_ROWS, 0, -1, -1);

    paint_text(paint, 0, 0, width, PAINT_LABEL, label);
    paint_wrapped(paint, 1, width, -1, 2,
                  offices->placed && offices->place.within_km == 0 ? PAINT_DIM : PAINT_WARNING,
                  offices->origin);
    if (offices->shown.count == 0)
        paint_text(&list, 0, 0, -1, PAINT_TEXT, _("No office does this."));
    list_draw(&offices->list, &list, 2, false, draw_row, &context);
    paint_fill(paint, 0, width, 30, PAINT_FIELD);
    editor_draw(offices->from, &field, true);
}

/* --- keys ------------------------------------------------------------------------------------ */

static const struct record *chosen(struct screen *screen)
{
    const struct offices *offices = screen->data;

    return offices->list.selected < offices->shown.count
               ? offices->shown.items[offices->list.selected].record
               : NULL;
}

static void run_show(struct screen *screen, const char *argument)
{
    const struct record *office = chosen(screen);

    (void)argument;
    if (office != NULL)
        ui_open(screen->ui, "office", json_pack("{s:s}", "key", record_text(office, "key")));
}

static void run_from_here(struct screen *screen, const char *argument)
{
    struct offices *offices = screen->data;
    const struct record *office = chosen(screen);

    (void)argument;
    if (office == NULL)
        return;
    editor_set_text(offices->from, title_of(office));
    list_select(&offices->list, 0);
    sort_again(screen);
}

static bool offices_key(struct screen *screen, const struct input *input)
{
    struct offices *offices = screen->data;
    bool changed = false;

    if (list_key(&offices->list, input, false))
        return true;
    if (input->code == ':' && editor_length(offices->from) == 0)
        return false;
    if (!editor_key(offices->from, input, &changed))
        return false;
    if (changed) {
        list_select(&offices->list, 0);
        sort_again(screen);
    }
    return true;
}

static const char *offices_subject(struct screen *screen)
{
    const struct offices *offices = screen->data;

    return offices->service == NULL ? NULL : title_of(offices->service);
}

static const struct screen_key offices_keys[] = {
    {INPUT_ENTER, N_("Show"), N_("Shows the marked office: hours, closures, languages, phone."),
     NULL, run_show},
    {INPUT_CONTROL('F'), N_("From here"), N_("Reckons distances from the marked office."), NULL,
     run_from_here},
    {0},
};

extern const struct screen_kind screen_offices;
const struct screen_kind screen_offices = {
    .name = "offices",
    .title = N_("Offices"),
    .help = N_("Offices, nearest first, with whether they are open now. Type the client's postal "
               "code (its first half is enough) or an office's name to reckon from there."),
    .command = N_("offices"),
    .keys = offices_keys,
    .open = offices_open,
    .close = offices_close,
    .draw = offices_draw,
    .key = offices_key,
    .save = offices_save,
    .changed = read_all,
    .subject = offices_subject,
};
