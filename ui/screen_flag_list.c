/* Errors reported in the catalogue: for its keeper to settle, and one's own with their answers. */
#include "ui/screen_flag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"

#define FLAGS_LIMIT     200
#define NEWS_MS         INT64_C(120000)
#define HOME_LIMIT      6
#define HOME_ANSWERS_MS INT64_C(259200000) /* answers stay on the home screen for three days */

/* In the order in which they stand. */
enum part { PART_TO_SETTLE, PART_OWN, PART_OTHER, PART_COUNT };

struct row {
    struct record *flag; /* owned */
    enum store_pending pending;
    enum part part;
};

struct flags {
    struct row rows[FLAGS_LIMIT];
    size_t count, to_settle;
    struct list list;
};

static enum part part_of(const struct record *flag, const struct desk *desk)
{
    if (flag_is_open(flag) && flag_is_for(flag, desk->agent))
        return PART_TO_SETTLE;
    return flag_is_from(flag, &desk->agent->id) ? PART_OWN : PART_OTHER;
}

/* --- reading --------------------------------------------------------------------------------- */

struct reading {
    struct flags *flags;
    struct desk *desk;
    enum part part; /* this round */
};

static int add(void *context, const struct record *record, enum store_pending pending)
{
    struct reading *reading = context;
    struct flags *flags = reading->flags;

    if (part_of(record, reading->desk) != reading->part || flags->count == FLAGS_LIMIT)
        return 0;
    flags->rows[flags->count] = (struct row){record_copy(record), pending, reading->part};
    if (flags->rows[flags->count].flag == NULL)
        return ERROR_MEMORY;
    flags->count++;
    return 0;
}

static void clear(struct flags *flags)
{
    for (size_t i = 0; i < flags->count; i++)
        record_free(flags->rows[i].flag);
    flags->count = flags->to_settle = 0;
}

/* What waits longest first; of the others what is newest. */
static void read_all(struct screen *screen)
{
    struct flags *flags = screen->data;
    struct error error = ERROR_INIT;

    clear(flags);
    for (int part = 0; part < PART_COUNT; part++) {
        const struct store_query query = {.type = RECORD_FLAG,
                                          .newest_first = part != PART_TO_SETTLE};
        struct reading reading = {flags, screen->desk, (enum part)part};

        if (store_each(screen->desk->store, &query, add, &reading, &error) != 0)
            ui_tell_error(screen->ui, &error);
        if (part == PART_TO_SETTLE)
            flags->to_settle = flags->count;
    }
    list_set_count(&flags->list, flags->count);
}

static void flags_close(struct screen *screen)
{
    clear(screen->data);
    free(screen->data);
}

static int flags_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct flags *flags = calloc(1, sizeof(*flags));

    if (flags == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = flags;
    list_restore(&flags->list, arguments);
    read_all(screen);
    return 0;
}

static json_t *flags_save(const struct screen *screen)
{
    const struct flags *flags = screen->data;

    return list_save(&flags->list);
}

/* --- words ----------------------------------------------------------------------------------- */

void flag_title(struct desk *desk, const struct record *flag, char *title, size_t size)
{
    work_title(desk, record_type_from_name(record_text(flag, "subject_type")),
               record_text(flag, "subject"), title, size);
}

void flag_state_text(struct desk *desk, const struct record *flag, enum store_pending pending,
                     char *text, size_t size)
{
    char name[WORK_NAME_SIZE];

    if (flag_is_open(flag)) {
        text_copy(text, size,
                  pending == STORE_SETTLED ? _("waits for an answer") : _("not sent yet"));
        return;
    }
    if (flag_is_withdrawn(flag)) {
        text_copy(text, size,
                  pending == STORE_SETTLED ? _("withdrawn by its author")
                                           : _("withdrawn, not sent yet"));
        return;
    }
    work_agent_name(desk, record_text(flag, "settled_by"), name, sizeof(name));
    snprintf(text, size,
             pending == STORE_SETTLED ? _("answered by %s") : _("answered by %s, not sent yet"),
             name);
}

void flag_warning_text(struct desk *desk, const struct record *flag, char *text, size_t size)
{
    char name[WORK_NAME_SIZE], when[32], line[WORK_NAME_SIZE];

    work_agent_name(desk, record_text(flag, "agent"), name, sizeof(name));
    work_when(desk, flag, "at", when, sizeof(when));
    work_first_line(record_text(flag, "text"), line, sizeof(line));
    snprintf(text, size, _("Reported as wrong (%1$s) by %2$s, %3$s: %4$s"),
             flag_kind_text(record_text(flag, "kind")), name, when, line);
}

/* "3 days", "2 hours": how long it has waited. */
static void age_text(struct desk *desk, const struct record *flag, char *text, size_t size)
{
    int64_t at, minutes;

    text_copy(text, size, "");
    if (!timestamp_parse(record_text(flag, "at"), &at))
        return;
    minutes = (desk_now(desk) - at) / 60000;
    if (minutes < 1)
        minutes = 1;
    if (minutes >= 48 * 60)
        format_span(text, size, minutes / (24 * 60), "calendar-day");
    else if (minutes >= 120)
        format_span(text, size, minutes / 60, "hour");
    else
        format_span(text, size, minutes, "minute");
}

/* --- drawing --------------------------------------------------------------------------------- */

static enum paint_style state_style(const struct row *row)
{
    if (row->part == PART_TO_SETTLE)
        return PAINT_ACCENT;
    if (row->pending != STORE_SETTLED)
        return PAINT_WARNING;
    if (row->part != PART_OWN || flag_is_open(row->flag) || flag_is_withdrawn(row->flag))
        return PAINT_DIM;
    return PAINT_GOOD;
}

static void draw_row(void *context, const struct paint *area, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct flags *flags = screen->data;
    const struct row *row = &flags->rows[index];
    char title[WORK_NAME_SIZE], text[2 * WORK_NAME_SIZE], age[64], name[WORK_NAME_SIZE];
    int column = area->columns - 26;

    (void)selected;
    flag_title(screen->desk, row->flag, title, sizeof(title));
    age_text(screen->desk, row->flag, age, sizeof(age));
    paint_text(area, 0, 1, 11, PAINT_VALUE, flag_kind_text(record_text(row->flag, "kind")));
    paint_text(area, 0, 13, column - 14, PAINT_VALUE, title);
    if (row->part == PART_TO_SETTLE)
        text_copy(text, sizeof(text), _("yours to settle"));
    else
        flag_state_text(screen->desk, row->flag, row->pending, text, sizeof(text));
    paint_text(area, 0, column, -1, state_style(row), text);
    paint_text(area, 1, 1, 11, PAINT_DIM, age);
    if (flag_is_open(row->flag) || flag_is_withdrawn(row->flag)) {
        work_agent_name(screen->desk, record_text(row->flag, "agent"), name, sizeof(name));
        snprintf(text, sizeof(text), _("%1$s: %2$s"), name, record_text(row->flag, "text"));
    } else {
        text_copy(text, sizeof(text), record_text(row->flag, "answer"));
    }
    paint_text(area, 1, 13, -1, PAINT_TEXT, text);
}

static void flags_draw(struct screen *screen, const struct paint *paint)
{
    struct flags *flags = screen->data;
    struct paint rest = paint_part(paint, 2, 0, -1, -1);
    char text[160];

    if (flags->count == 0) {
        paint_wrapped(paint, 1, 0, -1, 3, PAINT_DIM,
                      _("No error is reported. On the page of a service or an office, e reports "
                        "one; on a form, F8."));
        paint_cursor(paint, 1, 0);
        return;
    }
    snprintf(text, sizeof(text),
             language_plural("%lld error reported that is yours to settle",
                             "%lld errors reported that are yours to settle",
                             (long long)flags->to_settle),
             (long long)flags->to_settle);
    if (flags->to_settle > 0)
        paint_text(paint, 0, 0, -1, PAINT_ACCENT, text);
    list_draw(&flags->list, &rest, 2, true, draw_row, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_show(struct screen *screen, const char *argument)
{
    const struct flags *flags = screen->data;

    (void)argument;
    if (flags->list.selected < flags->count)
        ui_open(screen->ui, "flag-one",
                json_pack("{s:s}", "id", flags->rows[flags->list.selected].flag->id.text));
}

static bool flags_key(struct screen *screen, const struct input *input)
{
    struct flags *flags = screen->data;

    return list_key(&flags->list, input, true);
}

static const struct screen_key flags_keys[] = {
    {INPUT_ENTER, N_("Show"), N_("Shows the marked one, with its answer or a place for one."), NULL,
     run_show},
    {0},
};

/* --- whatever is on the screen --------------------------------------------------------------- */

struct watch {
    struct desk *desk;
    struct record *news; /* owned; reported to this keeper, or answered to this author, just now */
};

static int watch_one(void *context, const struct record *flag, enum store_pending pending)
{
    struct watch *watch = context;
    struct desk *desk = watch->desk;
    bool own = flag_is_from(flag, desk_agent(desk));
    const char *member = flag_is_open(flag) ? "at" : "settled_at";
    int64_t ms;

    if (pending != STORE_SETTLED || flag_is_withdrawn(flag) ||
        (flag_is_open(flag) ? own || !flag_is_for(flag, desk->agent) : !own) ||
        !timestamp_parse(record_text(flag, member), &ms) || desk_now(desk) - ms >= NEWS_MS)
        return 0;
    watch->news = record_copy(flag);
    return 1;
}

/* A hand-off comes before: somebody is waiting there. */
static void flags_observe(struct desk *desk)
{
    const struct store_query query = {.type = RECORD_FLAG, .newest_first = true};
    struct watch watch = {.desk = desk};
    char title[WORK_NAME_SIZE], name[WORK_NAME_SIZE];

    if (desk->line.notice[0] != '\0')
        return;
    store_each(desk->store, &query, watch_one, &watch, NULL);
    if (watch.news == NULL)
        return;
    flag_title(desk, watch.news, title, sizeof(title));
    work_agent_name(desk,
                    record_text(watch.news, flag_is_open(watch.news) ? "agent" : "settled_by"),
                    name, sizeof(name));
    snprintf(desk->line.notice, sizeof(desk->line.notice),
             flag_is_open(watch.news) ? _(":flags: %1$s reports an error: %2$s")
                                      : _(":flags: %1$s answers about %2$s"),
             name, title);
    record_free(watch.news);
}

struct homing {
    struct home *home;
    struct desk *desk;
    int count;
};

static int home_one(void *context, const struct record *flag, enum store_pending pending)
{
    struct homing *homing = context;
    struct desk *desk = homing->desk;
    bool open = flag_is_open(flag);
    char title[WORK_NAME_SIZE], remark[2 * WORK_NAME_SIZE], text[2 * WORK_NAME_SIZE];
    int64_t ms;

    (void)pending;
    if (flag_is_withdrawn(flag))
        return 0;
    if (open ? !flag_is_for(flag, desk->agent)
             : !flag_is_from(flag, desk_agent(desk)) ||
                   !timestamp_parse(record_text(flag, "settled_at"), &ms) ||
                   desk_now(desk) - ms > HOME_ANSWERS_MS)
        return 0;
    flag_title(desk, flag, title, sizeof(title));
    snprintf(text, sizeof(text), _("%1$s: %2$s"), flag_kind_text(record_text(flag, "kind")), title);
    if (open)
        age_text(desk, flag, remark, sizeof(remark));
    else
        text_copy(remark, sizeof(remark), record_text(flag, "answer"));
    home_add(homing->home, HOME_FLAGS, text, remark, "flag-one",
             json_pack("{s:s}", "id", flag->id.text));
    return ++homing->count == HOME_LIMIT ? 1 : 0;
}

static void flags_home(struct home *home, struct desk *desk)
{
    const struct store_query query = {.type = RECORD_FLAG, .newest_first = true};
    struct homing homing = {home, desk, 0};

    if (desk->store != NULL)
        store_each(desk->store, &query, home_one, &homing, NULL);
}

extern const struct screen_kind screen_flag_list;
const struct screen_kind screen_flag_list = {
    .name = "flags",
    .title = N_("Errors reported"),
    .help = N_("What agents say is wrong in the catalogue. Those who keep it settle each with an "
               "answer; whoever reported it reads the answer here."),
    .command = N_("flags"),
    .flags = SCREEN_SINGLE,
    .keys = flags_keys,
    .open = flags_open,
    .close = flags_close,
    .draw = flags_draw,
    .key = flags_key,
    .save = flags_save,
    .changed = read_all,
    .observe = flags_observe,
    .home = flags_home,
};
