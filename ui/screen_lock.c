/* F9: nothing on the screen but a password field, until the agent is back. */
#include "ui/screen.h"

#include <stdlib.h>

#include "app/record.h"
#include "ui/desk_cases.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/sign_in.h"
#include "ui/ui.h"

#define PASSWORD_LIMIT 1000
/* After so many wrong passwords the keys leave the memory: the next one is tried at a sign-in. */
#define FAILURES_LIMIT 5

struct lock {
    struct editor *password; /* owned */
    bool wrong;
    int failures; /* in a row */
};

static int lock_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct lock *lock = calloc(1, sizeof(*lock));

    (void)arguments;
    screen->data = lock;
    if (lock != NULL)
        lock->password = editor_new(EDITOR_SECRET, PASSWORD_LIMIT);
    if (lock != NULL && lock->password != NULL) {
        desk_cases_stop(screen->desk); /* whoever finds it locked finds no names in memory */
        return 0;
    }
    free(lock);
    return error_set(error, ERROR_MEMORY, "out of memory");
}

static void lock_close(struct screen *screen)
{
    struct lock *lock = screen->data;

    editor_free(lock->password);
    free(lock);
}

static void lock_draw(struct screen *screen, const struct paint *paint)
{
    struct lock *lock = screen->data;
    int top = paint->rows / 3;
    struct paint field = paint_part(paint, top + 2, 23, 1, 32);

    paint_format(paint, top, 3, -1, PAINT_TITLE, _("Locked by %s"),
                 record_text(screen->desk->agent, "name"));
    paint_text(paint, top + 2, 3, 19, PAINT_LABEL, _("Password"));
    editor_draw(lock->password, &field, true);
    if (lock->wrong)
        paint_text(paint, top + 3, 23, -1, PAINT_ERROR, _("That is not the password."));
    paint_wrapped(
        paint, top + 5, 3, paint->columns - 6, 3, PAINT_DIM,
        _("Enter unlocks. F10 signs out, for another agent too: everything is kept, sealed, until "
          "you are back."));
}

static bool lock_key(struct screen *screen, const struct input *input)
{
    struct lock *lock = screen->data;

    if (input->code == INPUT_ENTER) {
        lock->wrong = !sign_in_check(screen->desk, editor_text(lock->password));
        editor_clear(lock->password);
        if (lock->wrong) {
            ui_stop_ahead(screen->ui);
            if (++lock->failures >= FAILURES_LIMIT)
                ui_sign_out(screen->ui);
        } else {
            screen_close(screen);
            desk_cases_start(screen->desk);
        }
        return true;
    }
    if (input->code == INPUT_F(10)) {
        ui_sign_out(screen->ui);
        return true;
    }
    editor_key(lock->password, input, NULL);
    return true;
}

static const struct screen_key lock_keys[] = {
    {INPUT_ENTER, N_("Unlock"), N_("Unlocks with the password."), NULL, NULL},
    {INPUT_F(10), N_("Sign out"), N_("Signs the agent out."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_lock;
const struct screen_kind screen_lock = {
    .name = "lock",
    .title = N_("Lock"),
    .help = N_("Hides everything until the agent's password is typed."),
    .command = N_("lock"),
    .code = INPUT_F(9),
    .label = N_("Lock"),
    .flags = SCREEN_SINGLE | SCREEN_BARE,
    .keys = lock_keys,
    .open = lock_open,
    .close = lock_close,
    .draw = lock_draw,
    .key = lock_key,
};
