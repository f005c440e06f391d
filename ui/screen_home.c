/* Home: what is open, what waits, what is often asked; each kind of screen adds its own rows. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/queue_next.h"
#include "ui/ui.h"

#define HOME_ROWS_LIMIT 200

struct row {
    enum home_part part;
    char *text, *remark; /* owned */
    const char *kind;    /* static */
    json_t *arguments;   /* owned */
};

struct home {
    struct row rows[HOME_ROWS_LIMIT];
    size_t count;
    struct list list;
    size_t shown[HOME_ROWS_LIMIT]; /* rows in the order of the parts */
    size_t line_row[HOME_ROWS_LIMIT * 2];
};

static const char *const parts[HOME_PART_COUNT] = {
    N_("In progress"),     N_("Alerts"),   N_("Hand-offs offered"),
    N_("Errors reported"), N_("My cases"), N_("Common services"),
};

void home_add(struct home *home, enum home_part part, const char *text, const char *remark,
              const char *kind, json_t *arguments)
{
    struct row *row = &home->rows[home->count];

    if (home->count == HOME_ROWS_LIMIT) {
        json_decref(arguments);
        return;
    }
    *row = (struct row){part, strdup(text), strdup(remark), kind, arguments};
    home->count++;
}

static void home_empty(struct home *home)
{
    for (size_t i = 0; i < home->count; i++) {
        free(home->rows[i].text);
        free(home->rows[i].remark);
        json_decref(home->rows[i].arguments);
    }
    home->count = 0;
}

static void home_fill(struct screen *screen)
{
    struct home *home = screen->data;
    size_t count = 0;

    home_empty(home);
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        if ((*kind)->home != NULL)
            (*kind)->home(home, screen->desk);
    for (int part = 0; part < HOME_PART_COUNT; part++)
        for (size_t i = 0; i < home->count; i++)
            if ((int)home->rows[i].part == part)
                home->shown[count++] = i;
    list_set_count(&home->list, count);
}

static int home_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct home *home = calloc(1, sizeof(*home));

    if (home == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = home;
    list_restore(&home->list, arguments);
    home_fill(screen);
    return 0;
}

static void home_close(struct screen *screen)
{
    home_empty(screen->data);
    free(screen->data);
}

static const struct row *home_row(const struct home *home, size_t index)
{
    return index < home->list.count ? &home->rows[home->shown[index]] : NULL;
}

static void draw_row(const struct paint *paint, int line, const struct row *row, size_t index)
{
    int remark = paint->columns * 62 / 100;

    if (index < 9)
        paint_format(paint, line, 1, 1, PAINT_KEY, "%zu", index + 1);
    paint_text(paint, line, 4, *row->remark == '\0' ? -1 : remark - 5, PAINT_TEXT, row->text);
    paint_text(paint, line, remark, -1, PAINT_DIM, row->remark);
}

/* Rows with the headings of their parts, scrolled so that the chosen one is in sight. */
static void draw_rows(struct home *home, const struct paint *paint)
{
    int lines[HOME_ROWS_LIMIT + HOME_PART_COUNT * 2], count = 0, chosen = 0, top = 0;
    enum { HEADING = -1000, BLANK = -1001 };

    for (size_t i = 0; i < home->list.count; i++) {
        enum home_part part = home_row(home, i)->part;

        if (i == 0 || home_row(home, i - 1)->part != part) {
            if (i > 0)
                lines[count++] = BLANK;
            lines[count++] = HEADING - 10 - (int)part;
        }
        if (i == home->list.selected)
            chosen = count;
        lines[count++] = (int)i;
    }
    home->list.page = paint->rows;
    if (chosen >= paint->rows)
        top = chosen - paint->rows + 1;
    for (int i = 0; i + top < count && i < paint->rows; i++) {
        int line = lines[i + top];

        if (line == BLANK)
            continue;
        if (line < HEADING) {
            paint_heading(paint, i, _(parts[HEADING - 10 - line]));
            continue;
        }
        draw_row(paint, i, home_row(home, (size_t)line), (size_t)line);
        if (i + top == chosen) {
            paint_restyle(paint, i, 0, -1, PAINT_SELECTION);
            paint_cursor(paint, i, 0);
        }
    }
}

static void home_draw(struct screen *screen, const struct paint *paint)
{
    struct home *home = screen->data;
    struct paint rows = paint_part(paint, 1, 0, -1, -1);

    if (home->list.count > 0) {
        draw_rows(home, &rows);
        return;
    }
    paint_text(paint, 1, 0, -1, PAINT_TEXT, _("Nothing is open."));
    paint_text(paint, 3, 0, -1, PAINT_DIM,
               _("F2 searches services and forms in the client's words."));
    paint_cursor(paint, 1, 0);
}

static void home_choose(struct screen *screen, size_t index)
{
    const struct row *row = home_row(screen->data, index);

    if (row != NULL)
        ui_open(screen->ui, row->kind,
                row->arguments == NULL ? NULL : json_deep_copy(row->arguments));
}

static bool home_key(struct screen *screen, const struct input *input)
{
    struct home *home = screen->data;

    if (list_key(&home->list, input, true))
        return true;
    if (input->code >= '1' && input->code <= '9') {
        home_choose(screen, input->code - '1');
        return true;
    }
    return false;
}

static void run_choose(struct screen *screen, const char *argument)
{
    struct home *home = screen->data;

    (void)argument;
    home_choose(screen, home->list.selected);
}

static void run_event(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "life-events", NULL);
}

static void run_next(struct screen *screen, const char *argument)
{
    (void)argument;
    queue_take_next(screen->ui);
}

static void run_tickets(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "tickets", NULL);
}

static void run_supervise(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "supervise", NULL);
}

static bool home_offers(const struct screen *screen, const struct screen_key *key)
{
    return key->run != run_supervise || desk_may(screen->desk, PERMISSION_SUPERVISE);
}

static json_t *home_save(const struct screen *screen)
{
    const struct home *home = screen->data;

    return list_save(&home->list);
}

static const struct screen_key home_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked row; its digit does too."), NULL, run_choose},
    {'e', N_("Life event"), N_("Begins with what happened in the client's life: birth, move ..."),
     NULL, run_event},
    {'s', N_("Supervise"), N_("For supervisors: how the queues fare, and who waits."), NULL,
     run_supervise},
    {'t', N_("Tickets"), N_("Tickets: who waits, and whom to call next."), NULL, run_tickets},
    {'n', N_("Take the next"),
     N_("Takes the hand-off whose turn it is: by priority, promise and waiting time."), NULL,
     run_next},
    {0},
};

extern const struct screen_kind screen_home;
const struct screen_kind screen_home = {
    .name = "home",
    .title = N_("Guichet"),
    .help = N_("What is in progress here, what waits for you, and what is often asked."),
    .command = N_("home"),
    .flags = SCREEN_SINGLE | SCREEN_FEW_FIRST,
    .keys = home_keys,
    .offers = home_offers,
    .open = home_open,
    .close = home_close,
    .draw = home_draw,
    .key = home_key,
    .save = home_save,
    .resume = home_fill,
    .changed = home_fill,
};
