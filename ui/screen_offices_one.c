/* One office: its hours, when it is closed besides, languages, access, phone. */
#include "ui/screen_offices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/freshness.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"
#include "ui/page.h"
#include "ui/screen_flag.h"

#define LABEL_WIDTH    16
#define CLOSURES_SHOWN 4

struct office_view {
    struct record *record;     /* owned */
    struct schedule *schedule; /* owned; NULL: not known */
    struct schedule *own;      /* owned; the agent's office's */
    struct record *flag;       /* owned; an error reported here and not settled, NULL for none */
    struct page page;
};

static void forget(struct office_view *office)
{
    record_free(office->record);
    schedule_free(office->schedule);
    schedule_free(office->own);
    record_free(office->flag);
    office->record = office->flag = NULL;
    office->schedule = office->own = NULL;
}

static int office_read(struct screen *screen, const char *key, struct error *error)
{
    struct office_view *office = screen->data;
    struct record *record = NULL;
    int code = catalogue_get_by_key(screen->desk->catalogue, RECORD_OFFICE, key, &record, error);

    if (code != 0)
        return code;
    forget(office);
    office->record = record;
    schedule_new(&office->schedule, screen->desk->catalogue, record, record->body, NULL);
    office->own = offices_own_schedule(screen->desk);
    if (screen->desk->store != NULL)
        office->flag = flag_find_open(screen->desk->store, RECORD_OFFICE, key);
    return 0;
}

static void office_close(struct screen *screen)
{
    forget(screen->data);
    free(screen->data);
}

static int office_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct office_view *office = calloc(1, sizeof(*office));
    int code;

    if (office == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = office;
    page_restore(&office->page, json_object_get(arguments, "page"));
    code = office_read(screen, json_text_or(arguments, "key", ""), error);
    if (code != 0)
        office_close(screen);
    return code;
}

static void office_changed(struct screen *screen)
{
    const struct office_view *office = screen->data;
    char key[RECORD_KEY_SIZE];

    text_copy(key, sizeof(key), record_text(office->record, "key"));
    office_read(screen, key, NULL);
}

static json_t *office_save(const struct screen *screen)
{
    const struct office_view *office = screen->data;

    return json_pack("{s:s, s:o}", "key", record_text(office->record, "key"), "page",
                     page_save(&office->page));
}

/* --- drawing --------------------------------------------------------------------------------- */

static const char *localised(const struct office_view *office, const char *member)
{
    return format_localised(json_object_get(office->record->body, member));
}

static void draw_labelled(struct office_view *office, const char *label, const char *value)
{
    if (*value != '\0')
        page_labelled(&office->page, LABEL_WIDTH, label, PAINT_TEXT, value);
}

static void draw_confirmed(struct office_view *office, const struct desk *desk)
{
    bool stale = freshness_is_stale(office->record, desk_now(desk), desk->stale_days);
    struct calendar_day day;
    char when[64], text[160];

    text_copy(when, sizeof(when), _("never"));
    if (freshness_day(office->record, &day))
        format_day(when, sizeof(when), &day);
    text_copy(text, sizeof(text), when);
    if (stale)
        snprintf(text, sizeof(text), _("%s: check before you say it"), when);
    page_labelled(&office->page, LABEL_WIDTH, _("Confirmed"), stale ? PAINT_WARNING : PAINT_DIM,
                  text);
}

static void draw_hours(struct office_view *office, int64_t now_ms)
{
    struct calendar_day today = schedule_day_at(office->schedule, now_ms, NULL);
    int weekday = calendar_weekday(&today);

    page_heading(&office->page, _("Hours"));
    for (int day = 0; day < 7; day++) {
        char hours[128];

        format_weekday_hours(hours, sizeof(hours), office->schedule, day);
        page_labelled(&office->page, LABEL_WIDTH, format_weekday(day),
                      day == weekday ? PAINT_ACCENT : PAINT_TEXT, hours);
    }
}

static void draw_closures(struct office_view *office, int64_t now_ms)
{
    struct schedule_closure closures[CLOSURES_SHOWN];
    size_t count = schedule_closures(office->schedule, now_ms, closures, CLOSURES_SHOWN);

    page_heading(&office->page, _("Next holidays, closed"));
    for (size_t i = 0; i < count; i++) {
        char day[48];

        format_day(day, sizeof(day), &closures[i].day);
        page_labelled(&office->page, LABEL_WIDTH, day, PAINT_TEXT,
                      format_localised(closures[i].title));
    }
    if (!schedule_knows_holidays(office->schedule, now_ms))
        page_text(&office->page, 0, PAINT_WARNING,
                  _("The calendar here names no holiday from now on: ask before a holiday."));
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct office_view *office = screen->data;
    int64_t now_ms = desk_now(screen->desk);
    char text[256];
    enum paint_style style;

    page_start(&office->page, paint);
    page_blank(&office->page);
    if (json_bool_or(office->record->body, "ended", false))
        page_text(&office->page, 0, PAINT_ERROR, _("This office is no more."));
    if (office->flag != NULL) {
        char warning[FLAG_WARNING_SIZE];

        flag_warning_text(screen->desk, office->flag, warning, sizeof(warning));
        page_text(&office->page, 0, PAINT_WARNING, warning);
    }
    style = offices_opening(office->schedule, office->own, now_ms, text, sizeof(text));
    page_labelled(&office->page, LABEL_WIDTH, _("Now"), style, text);
    draw_labelled(office, _("Address"), localised(office, "address"));
    draw_labelled(office, _("Postal code"), record_text(office->record, "postal_code"));
    draw_labelled(office, _("Phone"), record_text(office->record, "phone"));
    format_languages(text, sizeof(text), json_object_get(office->record->body, "languages"));
    draw_labelled(office, _("Languages"), text);
    draw_labelled(office, _("Access"), localised(office, "accessibility"));
    draw_confirmed(office, screen->desk);
    if (office->schedule == NULL)
        return;
    draw_hours(office, now_ms);
    draw_closures(office, now_ms);
}

static void office_draw(struct screen *screen, const struct paint *paint)
{
    struct office_view *office = screen->data;

    page_draw(&office->page, paint, draw_page, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

/* What a client asks for: where it is, when, and the number. */
static void run_copy(struct screen *screen, const char *argument)
{
    const struct office_view *office = screen->data;
    struct text_buffer text = {0};
    char week[256] = "";

    (void)argument;
    if (office->schedule != NULL)
        format_week(week, sizeof(week), office->schedule);
    text_buffer_add_format(&text, "%s, %s %s, %s. %s", localised(office, "title"),
                           localised(office, "address"), record_text(office->record, "postal_code"),
                           record_text(office->record, "phone"), week);
    if (!text.failed)
        ui_copy(screen->ui, text.bytes);
    text_buffer_free(&text);
}

static void run_flag(struct screen *screen, const char *argument)
{
    const struct office_view *office = screen->data;

    (void)argument;
    ui_open(screen->ui, "flag",
            json_pack("{s:s, s:s}", "type", "office", "key", record_text(office->record, "key")));
}

static bool office_key(struct screen *screen, const struct input *input)
{
    struct office_view *office = screen->data;
    int opened;

    return page_key(&office->page, input, &opened);
}

static const char *office_subject(struct screen *screen)
{
    return localised(screen->data, "title");
}

static const struct screen_key office_keys[] = {
    {'y', N_("Copy"), N_("Copies name, address, phone and hours."), N_("copy"), run_copy},
    {'e', N_("Error"), N_("Reports an error to those who keep the catalogue."), NULL, run_flag},
    {INPUT_PAGE_DOWN, NULL, N_("Shows the next page; Space does too."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_office;
const struct screen_kind screen_office = {
    .name = "office",
    .title = N_("Office"),
    .help = N_("When an office is open, by the clocks there, and when it is closed besides."),
    .keys = office_keys,
    .open = office_open,
    .close = office_close,
    .draw = office_draw,
    .key = office_key,
    .save = office_save,
    .changed = office_changed,
    .subject = office_subject,
};
