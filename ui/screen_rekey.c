/* The key of what is kept on this terminal: since when it is, who can open it, and a new one. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/store_key.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/renewal.h"
#include "ui/ui.h"

#define PASSWORD_LIMIT 1000
#define LABEL_WIDTH    22

struct key_screen {
    struct editor *password; /* owned */
    struct renewal *renewal; /* owned; NULL while none runs */
    int64_t made_ms;
    bool deposited;
    char fingerprint[ESCROW_FINGERPRINT_SIZE];
};

static void read_key(struct screen *screen)
{
    struct key_screen *key = screen->data;
    struct escrow_public public_key;
    int64_t made = store_key_made(screen->desk->store, NULL);

    key->made_ms = made > 0 ? made : 0;
    key->deposited = store_escrow_get(screen->desk->store, &public_key);
    if (key->deposited)
        escrow_fingerprint(&public_key, key->fingerprint);
}

static int key_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct key_screen *key = calloc(1, sizeof(*key));

    (void)arguments;
    if (key != NULL)
        key->password = editor_new(EDITOR_SECRET, PASSWORD_LIMIT);
    if (key == NULL || key->password == NULL) {
        free(key);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = key;
    read_key(screen);
    return 0;
}

static void finish(struct screen *screen)
{
    struct key_screen *key = screen->data;
    struct error error = ERROR_INIT;
    int code = renewal_end(key->renewal, &error);

    key->renewal = NULL;
    if (code != 0)
        ui_tell_error(screen->ui, &error);
    else
        ui_tell(screen->ui, UI_DONE, "%s", _("Everything here is sealed under a new key."));
    read_key(screen);
}

static void key_close(struct screen *screen)
{
    struct key_screen *key = screen->data;

    if (key->renewal != NULL)
        renewal_end(key->renewal, NULL);
    editor_free(key->password);
    free(key);
}

static void draw_row(const struct paint *paint, int row, const char *label, const char *text)
{
    paint_text(paint, row, 0, LABEL_WIDTH - 1, PAINT_LABEL, label);
    paint_text(paint, row, LABEL_WIDTH, -1, PAINT_TEXT, text);
}

static void key_draw(struct screen *screen, const struct paint *paint)
{
    struct key_screen *key = screen->data;
    struct paint field = paint_part(paint, 4, LABEL_WIDTH, 1, 32);
    int64_t done, total;
    char day[64];

    format_on_day(day, sizeof(day), key->made_ms, desk_now(screen->desk));
    draw_row(paint, 0, _("Key made on"), day);
    draw_row(paint, 1, _("Kept out of swap"),
             seal_memory_locked() ? _("yes") : _("no: the system allows no locked memory"));
    if (key->deposited)
        paint_format(paint, 2, LABEL_WIDTH, -1, PAINT_TEXT, _("yes, for %s"), key->fingerprint);
    else
        paint_text(paint, 2, LABEL_WIDTH, -1, PAINT_TEXT, _("no: your password alone opens it"));
    paint_text(paint, 2, 0, LABEL_WIDTH - 1, PAINT_LABEL, _("Deposited"));
    paint_text(paint, 4, 0, LABEL_WIDTH - 1, PAINT_LABEL, _("Password"));
    editor_draw(key->password, &field, key->renewal == NULL);
    if (key->renewal != NULL) {
        renewal_look(key->renewal, &done, &total);
        paint_format(paint, 6, 0, -1, PAINT_DIM, _("Sealing anew: %lld of %lld"), (long long)done,
                     (long long)total);
        return;
    }
    paint_wrapped(paint, 6, 0, -1, 3, PAINT_DIM,
                  _("With your password, Enter seals everything here under a new key. Nothing is "
                    "lost. A key is renewed by itself every year."));
    if (key->deposited)
        paint_wrapped(paint, 9, 0, -1, 3, PAINT_DIM,
                      _("Your organisation can open what is kept here, should you forget your "
                        "password."));
}

static bool key_key(struct screen *screen, const struct input *input)
{
    struct key_screen *key = screen->data;
    struct error error = ERROR_INIT;

    if (key->renewal != NULL)
        return true;
    if (input->code != INPUT_ENTER)
        return editor_key(key->password, input, NULL);
    if (renewal_begin(&key->renewal, screen->desk, editor_text(key->password), &error) != 0) {
        ui_tell_error(screen->ui, &error);
        ui_stop_ahead(screen->ui);
    }
    editor_clear(key->password);
    return true;
}

static void key_look(struct screen *screen)
{
    struct key_screen *key = screen->data;
    int64_t done, total;

    if (key->renewal != NULL && renewal_look(key->renewal, &done, &total))
        finish(screen);
}

static bool key_busy(const struct screen *screen)
{
    const struct key_screen *key = screen->data;

    return key->renewal != NULL;
}

static const struct screen_key key_keys[] = {
    {INPUT_ENTER, N_("New key"), N_("Seals everything on this terminal under a new key."), NULL,
     NULL},
    {0},
};

extern const struct screen_kind screen_rekey;
const struct screen_kind screen_rekey = {
    .name = "rekey",
    .title = N_("Key of this terminal"),
    .help = N_("Since when the key is that seals what is kept here, who can open it, and a new "
               "one: when somebody may have seen your password or a copy of this terminal."),
    .command = N_("rekey"),
    .flags = SCREEN_SINGLE,
    .keys = key_keys,
    .open = key_open,
    .close = key_close,
    .draw = key_draw,
    .key = key_key,
    .tick = key_look,
    .wake = key_look,
    .busy = key_busy,
};
