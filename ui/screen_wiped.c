/* The end of a terminal that an administrator had erased. */
#include "ui/screen.h"

#include "app/json.h"
#include "app/wipe.h"
#include "ui/language.h"
#include "ui/ui.h"

static int wiped_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    (void)error;
    /* Whether something could not be erased. */
    screen->data = json_bool_or(arguments, "left", false) ? screen : NULL;
    return 0;
}

static void wiped_close(struct screen *screen)
{
    screen->data = NULL;
}

static void wiped_draw(struct screen *screen, const struct paint *paint)
{
    int top = paint->rows / 4;

    paint_text(paint, top, 3, -1, PAINT_TITLE, _("This terminal was erased"));
    paint_wrapped(
        paint, top + 2, 3, paint->columns - 6, 5, PAINT_TEXT,
        screen->data == NULL
            ? _("An administrator ordered it. The keys and all work kept here are gone; "
                "what had not reached the server is lost. See your administrator.")
            : _("An administrator ordered it. The keys are gone, and nothing kept here can "
                "be read; some files could not be removed. See your administrator."));
    paint_text(paint, top + 8, 3, -1, PAINT_DIM, _("F10 leaves Guichet"));
}

/* What was left may have been in somebody's hands for a moment: the sync thread's, a backup's. */
static void wiped_tick(struct screen *screen)
{
    if (screen->data != NULL && wipe_run(screen->desk->data_directory, NULL) == 0)
        screen->data = NULL;
}

static bool wiped_key(struct screen *screen, const struct input *input)
{
    if (input->code == INPUT_F(10))
        ui_quit(screen->ui);
    return true;
}

static const struct screen_key wiped_keys[] = {
    {INPUT_F(10), N_("Quit"), N_("Leaves Guichet."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_wiped;
const struct screen_kind screen_wiped = {
    .name = "wiped",
    .title = N_("Erased"),
    .help = N_("Nothing is kept on this terminal any more."),
    .flags = SCREEN_WITHOUT_AGENT | SCREEN_SINGLE | SCREEN_BARE,
    .keys = wiped_keys,
    .open = wiped_open,
    .close = wiped_close,
    .draw = wiped_draw,
    .key = wiped_key,
    .tick = wiped_tick,
};
