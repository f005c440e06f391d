/* Enrolling this terminal: an administrator's one-time code, typed once. */
#include "ui/screen.h"

#include <stdlib.h>

#include <sodium.h>

#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/ui.h"

#define CODE_LIMIT 40

struct enrol {
    struct editor *code; /* owned */
    bool waiting;
    unsigned turns; /* of the spinner */
};

static int enrol_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct enrol *enrol = calloc(1, sizeof(*enrol));

    (void)arguments;
    if (enrol != NULL)
        enrol->code = editor_new(EDITOR_LINE, CODE_LIMIT);
    if (enrol == NULL || enrol->code == NULL) {
        free(enrol);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = enrol;
    return 0;
}

static void enrol_close(struct screen *screen)
{
    struct enrol *enrol = screen->data;

    editor_free(enrol->code);
    free(enrol);
}

static void enrol_draw(struct screen *screen, const struct paint *paint)
{
    static const char *const spinner[] = {"|", "/", "-", "\\"};
    struct enrol *enrol = screen->data;
    struct paint field = paint_part(paint, 6, 22, 1, 32);

    paint_wrapped(
        paint, 1, 2, -1, 4, PAINT_TEXT,
        _("This server serves enrolled terminals alone. An administrator makes a code for "
          "this one; it is good once, and not for long."));
    paint_text(paint, 6, 2, 19, PAINT_LABEL, _("Code"));
    editor_draw(enrol->code, &field, true);
    if (enrol->waiting)
        paint_format(paint, 8, 22, -1, PAINT_DIM, "%s %s",
                     paint_is_plain(paint) ? "" : spinner[enrol->turns % 4],
                     _("asking the server (Esc stops)"));
}

static void submit(struct screen *screen)
{
    struct enrol *enrol = screen->data;
    struct errand_request request = {.kind = ERRAND_ENROL};

    if (*editor_text(enrol->code) == '\0')
        return;
    text_copy(request.secret, sizeof(request.secret), editor_text(enrol->code));
    link_errand_ask(screen->desk->link, &request);
    sodium_memzero(&request, sizeof(request));
    enrol->waiting = true;
}

static void fail(struct screen *screen, enum errand_state state, const char *message)
{
    const char *said = state == ERRAND_HELD ? _("too many wrong codes: wait before the next")
                       : state == ERRAND_OFFLINE
                           ? _("the server cannot be reached")
                           : _("this code enrols no terminal: wrong, used, or too old");

    (void)message;
    ui_tell(screen->ui, UI_FAILED, "%s", said);
    ui_stop_ahead(screen->ui);
}

static void enrol_wake(struct screen *screen)
{
    struct enrol *enrol = screen->data;
    char message[ERROR_MESSAGE_SIZE];
    enum errand_state state = errand_state(link_errand(screen->desk->link), ERRAND_ENROL, message);

    if (!enrol->waiting || state == ERRAND_ASKED)
        return;
    enrol->waiting = false;
    errand_clear(link_errand(screen->desk->link));
    if (state != ERRAND_DONE) {
        fail(screen, state, message);
        return;
    }
    ui_tell(screen->ui, UI_DONE, "%s", _("This terminal is enrolled: sign in."));
    screen_close(screen);
}

static void enrol_tick(struct screen *screen)
{
    struct enrol *enrol = screen->data;

    enrol->turns++;
}

static bool enrol_busy(const struct screen *screen)
{
    const struct enrol *enrol = screen->data;

    return enrol->waiting;
}

static bool enrol_key(struct screen *screen, const struct input *input)
{
    struct enrol *enrol = screen->data;

    if (enrol->waiting) {
        if (input->code == INPUT_ESCAPE) {
            errand_clear(link_errand(screen->desk->link));
            enrol->waiting = false;
        }
        return true;
    }
    if (input->code == INPUT_ENTER) {
        submit(screen);
        return true;
    }
    return editor_key(enrol->code, input, NULL);
}

static const struct screen_key enrol_keys[] = {
    {INPUT_ENTER, N_("Enrol"), N_("Sends the code; the terminal is then known by its key."), NULL,
     NULL},
    {0},
};

extern const struct screen_kind screen_enrol;
const struct screen_kind screen_enrol = {
    .name = "enrol",
    .title = N_("Enrol this terminal"),
    .help =
        N_("A terminal is enrolled once, by a code that an administrator makes (guichetd device "
           "code). From then on it is known by a key that never leaves it."),
    .command = N_("enrol"),
    .flags = SCREEN_WITHOUT_AGENT | SCREEN_SINGLE,
    .keys = enrol_keys,
    .open = enrol_open,
    .close = enrol_close,
    .draw = enrol_draw,
    .key = enrol_key,
    .tick = enrol_tick,
    .wake = enrol_wake,
    .busy = enrol_busy,
};
