/* Sign-in: login and password. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/link_sign_in.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/sign_in.h"
#include "ui/ui.h"

#define LOGIN_LIMIT    100
#define PASSWORD_LIMIT 1000
/* What the message line of a small terminal shows, behind the kind of the error. */
#define LINE_COLUMNS 50

enum field { FIELD_LOGIN, FIELD_PASSWORD, FIELD_PREVIOUS, FIELD_COUNT };

struct sign_in {
    struct editor *editors[FIELD_COUNT]; /* owned */
    enum field focus;
    bool previous;                 /* the third field is wanted */
    char told[ERROR_MESSAGE_SIZE]; /* what went wrong, where that takes more than a line; or "" */
    bool waiting;
    bool given;     /* the password was given at the start and is to be tried */
    unsigned turns; /* of the spinner */
};

static const char *const labels[FIELD_COUNT] = {
    N_("Login"),
    N_("Password"),
    N_("Previous password"),
};

static void sign_in_close(struct screen *screen)
{
    struct sign_in *sign_in = screen->data;

    for (int i = 0; i < FIELD_COUNT; i++)
        editor_free(sign_in->editors[i]);
    free(sign_in);
}

/* A password given at the start is used once: after signing out it has to be typed. */
static void take_password(struct screen *screen)
{
    struct sign_in *sign_in = screen->data;
    char *password = screen->desk->password;

    if (password == NULL || *password == '\0')
        return;
    editor_set_text(sign_in->editors[FIELD_PASSWORD], password);
    sodium_memzero(password, strlen(password));
    sign_in->given = true;
}

static int sign_in_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct sign_in *sign_in = calloc(1, sizeof(*sign_in));

    (void)arguments;
    if (sign_in == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = sign_in;
    sign_in->editors[FIELD_LOGIN] = editor_new(EDITOR_LINE, LOGIN_LIMIT);
    sign_in->editors[FIELD_PASSWORD] = editor_new(EDITOR_SECRET, PASSWORD_LIMIT);
    sign_in->editors[FIELD_PREVIOUS] = editor_new(EDITOR_SECRET, PASSWORD_LIMIT);
    for (int i = 0; i < FIELD_COUNT; i++)
        if (sign_in->editors[i] == NULL) {
            sign_in_close(screen);
            return error_set(error, ERROR_MEMORY, "out of memory");
        }
    editor_set_text(sign_in->editors[FIELD_LOGIN], screen->desk->login);
    if (*screen->desk->login != '\0')
        sign_in->focus = FIELD_PASSWORD;
    take_password(screen);
    return 0;
}

static void sign_in_draw(struct screen *screen, const struct paint *paint)
{
    static const char *const spinner[] = {"|", "/", "-", "\\"};
    struct sign_in *sign_in = screen->data;
    int count = sign_in->previous ? FIELD_COUNT : FIELD_PREVIOUS;
    int top = paint->rows / 4;

    for (int i = 0; i < count; i++) {
        struct paint field = paint_part(paint, top + 2 * i, 22, 1, 32);

        paint_text(paint, top + 2 * i, 2, 19, PAINT_LABEL, _(labels[i]));
        editor_draw(sign_in->editors[i], &field, i == (int)sign_in->focus);
    }
    if (screen->desk->provider && !sign_in->previous)
        paint_format(paint, paint->rows - 2, 2, -1, PAINT_DIM, "Ctrl-P  %s",
                     _("Organisation's account"));
    if (sign_in->told[0] != '\0' && !sign_in->waiting)
        paint_wrapped(paint, top + 2 * count, 2, -1, 4, PAINT_ERROR, sign_in->told);
    if (sign_in->waiting)
        paint_format(paint, top + 2 * count, 22, -1, PAINT_DIM, "%s %s",
                     paint_is_plain(paint) ? "" : spinner[sign_in->turns % 4],
                     _("asking the server (Esc stops)"));
    else if (sign_in->previous)
        paint_wrapped(paint, top + 2 * count, 2, -1, 3, PAINT_TEXT,
                      _("Your password has changed. Type the one you used on this terminal before: "
                        "it opens what is kept here."));
}

static void sign_in_step(struct screen *screen, enum sign_in_step step, const struct error *error)
{
    struct sign_in *sign_in = screen->data;
    enum field wrong = sign_in->previous ? FIELD_PREVIOUS : FIELD_PASSWORD;

    sign_in->waiting = step == SIGN_IN_WAIT;
    switch (step) {
    case SIGN_IN_WAIT:
        return;
    case SIGN_IN_DONE:
        screen_close(screen);
        ui_restore(screen->ui);
        return;
    case SIGN_IN_PREVIOUS:
        if (sign_in->previous)
            ui_tell_error(screen->ui, error);
        sign_in->previous = true;
        sign_in->focus = FIELD_PREVIOUS;
        editor_clear(sign_in->editors[FIELD_PREVIOUS]);
        return;
    case SIGN_IN_ENROLS:
        ui_stop_ahead(screen->ui);
        ui_open(screen->ui, "enrol", NULL);
        return;
    case SIGN_IN_FAILED:
        if (text_width(error->message, strlen(error->message)) > LINE_COLUMNS)
            text_copy(sign_in->told, sizeof(sign_in->told), error->message);
        else
            ui_tell_error(screen->ui, error);
        if (error->code == ERROR_REFUSED)
            editor_clear(sign_in->editors[wrong]);
        /* What was typed ahead was meant for another screen, not for a password field. */
        ui_stop_ahead(screen->ui);
        return;
    }
}

static void submit(struct screen *screen)
{
    struct sign_in *sign_in = screen->data;

    sign_in->told[0] = '\0';
    const char *login = editor_text(sign_in->editors[FIELD_LOGIN]);
    const char *password = editor_text(sign_in->editors[FIELD_PASSWORD]);
    const char *previous = editor_text(sign_in->editors[FIELD_PREVIOUS]);
    struct error error = ERROR_INIT;
    enum sign_in_step step = sign_in->previous
                                 ? sign_in_previous(screen->desk, login, password, previous, &error)
                                 : sign_in_start(screen->desk, login, password, &error);

    sign_in_step(screen, step, &error);
}

static void sign_in_tick(struct screen *screen)
{
    struct sign_in *sign_in = screen->data;

    sign_in->turns++;
}

static void sign_in_wake(struct screen *screen)
{
    struct sign_in *sign_in = screen->data;
    struct error error = ERROR_INIT;
    char login[256], password[1024];

    if (sign_in->given) {
        sign_in->given = false;
        submit(screen);
        return;
    }
    if (!sign_in->waiting)
        return;
    /* The agent may have changed the password meanwhile, or given it up. */
    if (!link_password_get(screen->desk->link, login, password)) {
        sign_in->waiting = false;
        return;
    }
    editor_set_text(sign_in->editors[FIELD_PASSWORD], password);
    sodium_memzero(password, sizeof(password));
    sign_in_step(screen,
                 sign_in_poll(screen->desk, editor_text(sign_in->editors[FIELD_LOGIN]),
                              editor_text(sign_in->editors[FIELD_PASSWORD]), &error),
                 &error);
}

static bool sign_in_key(struct screen *screen, const struct input *input)
{
    struct sign_in *sign_in = screen->data;
    int count = sign_in->previous ? FIELD_COUNT : FIELD_PREVIOUS;

    if (sign_in->waiting) {
        if (input->code == INPUT_ESCAPE) {
            link_sign_out(screen->desk->link);
            sign_in->waiting = false;
        }
        return true;
    }
    switch (input->code) {
    case INPUT_TAB:
    case INPUT_DOWN:
        sign_in->focus = (enum field)(((int)sign_in->focus + 1) % count);
        return true;
    case INPUT_BACK_TAB:
    case INPUT_UP:
        sign_in->focus = (enum field)(((int)sign_in->focus + count - 1) % count);
        return true;
    case INPUT_ENTER:
        if (sign_in->focus == FIELD_LOGIN)
            sign_in->focus = FIELD_PASSWORD;
        else
            submit(screen);
        return true;
    default:
        break;
    }
    /* ':' opens the command line where it cannot be a part of a login. */
    if (input->code == ':' && sign_in->focus == FIELD_LOGIN)
        return false;
    return editor_key(sign_in->editors[sign_in->focus], input, NULL);
}

static bool sign_in_busy(const struct screen *screen)
{
    const struct sign_in *sign_in = screen->data;

    return sign_in->waiting;
}

static void run_provider(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "provider", NULL);
}

static bool sign_in_offers(const struct screen *screen, const struct screen_key *key)
{
    return key->run != run_provider || screen->desk->provider;
}

/* The provider's sign-in went well. */
static void sign_in_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "provider") != 0 || !json_is_true(answer))
        return;
    screen_close(screen);
    ui_restore(screen->ui);
}

static const struct screen_key sign_in_keys[] = {
    {INPUT_ENTER, N_("Sign in"), N_("Goes on to the password, then signs in."), NULL, NULL},
    {INPUT_TAB, N_("Next field"), N_("Goes to the other field."), NULL, NULL},
    {INPUT_CONTROL('P'), N_("Organisation's account"),
     N_("Signs in in a browser, at the organisation's identity provider."), NULL, run_provider},
    {0},
};

extern const struct screen_kind screen_sign_in;
const struct screen_kind screen_sign_in = {
    .name = "sign-in",
    .title = N_("Sign in"),
    .help = N_("Your login and password. An agent who has worked on this terminal before signs in "
               "without the server too."),
    .flags = SCREEN_WITHOUT_AGENT,
    .keys = sign_in_keys,
    .offers = sign_in_offers,
    .answer = sign_in_answer,
    .open = sign_in_open,
    .close = sign_in_close,
    .draw = sign_in_draw,
    .key = sign_in_key,
    .tick = sign_in_tick,
    .wake = sign_in_wake,
    .busy = sign_in_busy,
};
