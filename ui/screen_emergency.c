/* Somebody is in danger: says so, with a reason, before a closed file is looked for. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/fields.h"
#include "ui/language.h"
#include "ui/purpose.h"

#define LABEL_WIDTH 12

enum { ROW_REASON, ROW_COUNT };

static const struct fields_row rows[] = {
    [ROW_REASON] = {"reason", N_("Reason"), FIELDS_LINE, PURPOSE_TEXT_LIMIT, NULL, NULL},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

static void emergency_close(struct screen *screen)
{
    fields_free(screen->data);
}

static int emergency_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    (void)arguments;
    if (!desk_may(screen->desk, PERMISSION_EMERGENCY))
        return error_set(error, ERROR_REFUSED, "%s", _("Your role opens no closed files."));
    screen->data = fields_new(rows);
    return screen->data != NULL ? 0 : error_set(error, ERROR_MEMORY, "out of memory");
}

static void emergency_draw(struct screen *screen, const struct paint *paint)
{
    static const char *const lines[] = {
        N_("Look for the person next. A closed file opens for an hour."),
        N_("Supervisors and privacy officers are told at once, with"),
        N_("your name and this reason. It is reviewed afterwards."),
    };
    struct paint row = paint_part(paint, 1, 0, 1, -1);

    fields_draw(screen->data, ROW_REASON, &row, LABEL_WIDTH, true);
    for (int i = 0; i < 3; i++)
        paint_text(paint, 3 + i, 1, -1, i == 0 ? PAINT_TEXT : PAINT_WARNING, _(lines[i]));
}

static void run_go(struct screen *screen, const char *argument)
{
    const char *words = fields_text(screen->data, ROW_REASON);
    struct purpose_said *said = &screen->desk->said;

    (void)argument;
    if (words[strspn(words, " ")] == '\0') {
        ui_tell(screen->ui, UI_FAILED, "%s", _("Say why."));
        ui_stop_ahead(screen->ui);
        return;
    }
    *said = (struct purpose_said){.until_ms = desk_now(screen->desk) + PURPOSE_MINUTES * 60000};
    said->reason.purpose = PURPOSE_EMERGENCY;
    text_copy(said->reason.words, sizeof(said->reason.words), words);
    screen_close(screen);
    ui_open(screen->ui, "contact", NULL);
}

static bool emergency_key(struct screen *screen, const struct input *input)
{
    if (input->code == INPUT_ENTER) {
        run_go(screen, "");
        return true;
    }
    return fields_key(screen->data, input) != FIELDS_UNUSED;
}

static const struct screen_key emergency_keys[] = {
    {INPUT_ENTER, N_("Look"), N_("Goes to look for the person, with this reason."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_emergency;
const struct screen_kind screen_emergency = {
    .name = "emergency",
    .title = N_("Emergency"),
    .help = N_("When somebody is in danger and their file is closed to you: say why, and look for "
               "them. It is told to others at once and reviewed afterwards."),
    .command = N_("danger"),
    .keys = emergency_keys,
    .open = emergency_open,
    .close = emergency_close,
    .draw = emergency_draw,
    .key = emergency_key,
};
