/* Another password: because the agent likes to, or because the server asks for it first. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/link_sign_in.h"
#include "app/store_key.h"
#include "app/store_provider.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/renewal.h"
#include "ui/sign_in_provider.h"
#include "ui/ui.h"

#define PASSWORD_LIMIT 1000
#define CODE_LIMIT     20

enum field { FIELD_PRESENT, FIELD_FRESH, FIELD_AGAIN, FIELD_CODE, FIELD_COUNT };

struct change {
    struct editor *editors[FIELD_COUNT]; /* owned */
    enum field focus;
    bool forced; /* the server asks for it: the present one was just typed */
    bool here;   /* it is the passphrase of this terminal: the server has no part in it */
    bool coded;  /* the server wants a one-time code as well */
    bool waiting;
    struct renewal *renewal; /* owned; NULL while none runs */
    unsigned turns;          /* of the spinner */
};

static const char *const labels[FIELD_COUNT] = {
    N_("Present password"),
    N_("New password"),
    N_("Once more"),
    N_("One-time code"),
};

static enum field last_field(const struct change *change)
{
    return change->coded ? FIELD_CODE : FIELD_AGAIN;
}

static void change_close(struct screen *screen)
{
    struct change *change = screen->data;

    /* At the sign-in, nobody gets on without it. */
    if (change->forced && screen->desk->store == NULL &&
        link_sign_in_state(screen->desk->link, NULL, NULL) == SIGN_IN_CHANGE)
        link_sign_out(screen->desk->link);
    (void)renewal_end(change->renewal, NULL);
    for (int i = 0; i < FIELD_COUNT; i++)
        editor_free(change->editors[i]);
    free(change);
}

static int change_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct change *change = calloc(1, sizeof(*change));

    (void)arguments;
    if (change == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    for (int i = 0; i < FIELD_COUNT; i++)
        change->editors[i] = i == FIELD_CODE ? editor_new(EDITOR_LINE, CODE_LIMIT)
                                             : editor_new(EDITOR_SECRET, PASSWORD_LIMIT);
    for (int i = 0; i < FIELD_COUNT; i++)
        if (change->editors[i] == NULL) {
            for (int other = 0; other < FIELD_COUNT; other++)
                editor_free(change->editors[other]);
            free(change);
            return error_set(error, ERROR_MEMORY, "out of memory");
        }
    change->forced = link_sign_in_state(screen->desk->link, NULL, NULL) == SIGN_IN_CHANGE;
    change->here = screen->desk->store != NULL && store_is_provider(screen->desk->store);
    change->focus = change->forced ? FIELD_FRESH : FIELD_PRESENT;
    screen->data = change;
    return 0;
}

static void change_draw(struct screen *screen, const struct paint *paint)
{
    static const char *const spinner[] = {"|", "/", "-", "\\"};
    struct change *change = screen->data;
    int row = 6;

    paint_wrapped(
        paint, 1, 2, -1, 4, PAINT_TEXT,
        change->here ? _("This is the passphrase of this terminal. The server does not know it.")
        : change->forced
            ? _("This password was given to you: choose one of your own. A few words that "
                "only you would put together are long enough and easy to keep.")
            : _("A few words that only you would put together are long enough and easy to "
                "keep. Your other sessions end."));
    for (int i = change->forced ? FIELD_FRESH : FIELD_PRESENT; i <= (int)last_field(change);
         i++, row += 2) {
        struct paint field = paint_part(paint, row, 22, 1, 32);

        paint_text(paint, row, 2, 19, PAINT_LABEL, _(labels[i]));
        editor_draw(change->editors[i], &field, i == (int)change->focus);
    }
    if (change->waiting)
        paint_format(paint, row, 22, -1, PAINT_DIM, "%s %s",
                     paint_is_plain(paint) ? "" : spinner[change->turns % 4],
                     _("asking the server (Esc stops)"));
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool fill(struct screen *screen, struct errand_request *request)
{
    struct change *change = screen->data;

    request->kind = ERRAND_PASSWORD;
    if (change->forced) {
        if (!link_password_get(screen->desk->link, request->login, request->secret))
            return false;
    } else {
        text_copy(request->login, sizeof(request->login), desk_login(screen->desk));
        text_copy(request->secret, sizeof(request->secret),
                  editor_text(change->editors[FIELD_PRESENT]));
    }
    text_copy(request->fresh, sizeof(request->fresh), editor_text(change->editors[FIELD_FRESH]));
    text_copy(request->code, sizeof(request->code), editor_text(change->editors[FIELD_CODE]));
    return true;
}

/* The passphrase of this terminal, and a new key for what is kept. */
static void change_here(struct screen *screen)
{
    struct change *change = screen->data;
    const char *fresh = editor_text(change->editors[FIELD_FRESH]);
    struct error error = ERROR_INIT;

    if (!sign_in_check(screen->desk, editor_text(change->editors[FIELD_PRESENT])))
        ui_tell(screen->ui, UI_FAILED, "%s", _("that is not the passphrase of this terminal"));
    else if (!store_passphrase_fits(fresh))
        ui_tell(screen->ui, UI_FAILED, "%s", _("too short: add a word or two"));
    else if (store_rewrap(screen->desk->store, fresh, &error) != 0 ||
             renewal_begin(&change->renewal, screen->desk, fresh, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

static void submit(struct screen *screen)
{
    struct change *change = screen->data;
    struct errand_request request = {.kind = ERRAND_NONE};
    const char *fresh = editor_text(change->editors[FIELD_FRESH]);

    if (strcmp(fresh, editor_text(change->editors[FIELD_AGAIN])) != 0) {
        ui_tell(screen->ui, UI_FAILED, "%s", _("the two are not the same: type them again"));
        editor_clear(change->editors[FIELD_AGAIN]);
        return;
    }
    if (change->here) {
        change_here(screen);
        return;
    }
    if (*fresh == '\0' || !fill(screen, &request))
        return;
    link_errand_ask(screen->desk->link, &request);
    sodium_memzero(&request, sizeof(request));
    change->waiting = true;
}

/* --- the answer ------------------------------------------------------------------------------- */

/* The password is right; the rest stays as it was typed. */
static void ask_code(struct change *change)
{
    change->coded = true;
    change->focus = FIELD_CODE;
    editor_clear(change->editors[FIELD_CODE]);
}

static void refused(struct screen *screen, enum errand_state state, const char *why)
{
    static const struct {
        const char *why;
        const char *words;
    } rows[] = {
        {"short", N_("too short: add a word or two")},
        {"common", N_("one of the first that anybody tries: choose another")},
        {"own", N_("too near to your own name: choose another")},
        {"same", N_("this is the present one: choose another")},
        {"wrong-password", N_("the present password is wrong")},
        {"code-needed", N_("type the code that your authenticator program shows now")},
        {"code-wrong", N_("that code is wrong, or was used before")},
        {"at-centre", N_("cut off from the centre: passwords are changed when the link is back")},
    };
    const char *words = state == ERRAND_HELD ? _("too many failed sign-ins: wait before the next")
                        : state == ERRAND_OFFLINE ? _("the server cannot be reached")
                                                  : _("the server does not take it");

    for (size_t i = 0; state == ERRAND_REFUSED && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].why, why) == 0)
            words = _(rows[i].words);
    if (state == ERRAND_REFUSED && strncmp(why, "code-", 5) == 0)
        ask_code(screen->data);
    ui_tell(screen->ui, UI_FAILED, "%s", words);
    ui_stop_ahead(screen->ui);
}

/* The server has said yes: from now on only the new password opens what is kept here. Killed before
 * that is written, the next sign-in asks once for the one before. */
static int go_on(struct screen *screen, struct error *error)
{
    static const struct id no_device;
    struct change *change = screen->data;
    struct desk *desk = screen->desk;
    const char *fresh = editor_text(change->editors[FIELD_FRESH]);
    char login[256] = "", password[1024];
    int code = desk->store != NULL ? store_rewrap(desk->store, fresh, error) : 0;

    if (code != 0)
        return code;
    if (!link_password_get(desk->link, login, password))
        text_copy(login, sizeof(login), desk_login(desk));
    sodium_memzero(password, sizeof(password));
    return link_sign_in(desk->link, login, fresh,
                        desk->store != NULL ? store_device(desk->store) : &no_device, error);
}

static void change_done(struct screen *screen)
{
    struct change *change = screen->data;
    struct error error = ERROR_INIT;

    if (renewal_end(change->renewal, &error) != 0)
        ui_tell_error(screen->ui, &error);
    else
        ui_tell(screen->ui, UI_DONE, "%s",
                change->here ? _("The passphrase is changed.") : _("Your password is changed."));
    change->renewal = NULL;
    screen_close(screen);
}

static void change_wake(struct screen *screen)
{
    struct change *change = screen->data;
    int64_t done, total;
    struct error error = ERROR_INIT;
    char why[ERROR_MESSAGE_SIZE];
    enum errand_state state = errand_state(link_errand(screen->desk->link), ERRAND_PASSWORD, why);

    if (change->renewal != NULL && renewal_look(change->renewal, &done, &total)) {
        change_done(screen);
        return;
    }
    if (!change->waiting || state == ERRAND_ASKED)
        return;
    change->waiting = false;
    errand_clear(link_errand(screen->desk->link));
    if (state != ERRAND_DONE) {
        refused(screen, state, why);
        return;
    }
    /* Who has a copy of before, and the former password, reads nothing that is written from now on:
     * under another key. Should that fail, the change stands. */
    if (go_on(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
    else if (screen->desk->store != NULL &&
             renewal_begin(&change->renewal, screen->desk,
                           editor_text(change->editors[FIELD_FRESH]), &error) == 0)
        return;
    else
        ui_tell(screen->ui, UI_DONE, "%s", _("Your password is changed."));
    screen_close(screen);
}

static void change_tick(struct screen *screen)
{
    struct change *change = screen->data;

    change->turns++;
    if (change->renewal != NULL)
        change_wake(screen);
}

static bool change_busy(const struct screen *screen)
{
    const struct change *change = screen->data;

    return change->waiting || change->renewal != NULL;
}

static bool change_key(struct screen *screen, const struct input *input)
{
    struct change *change = screen->data;
    enum field first = change->forced ? FIELD_FRESH : FIELD_PRESENT;
    enum field last = last_field(change);

    if (change->waiting || change->renewal != NULL)
        return true; /* the server may have done it already: it is waited for */
    switch (input->code) {
    case INPUT_TAB:
    case INPUT_DOWN:
        change->focus = change->focus == last ? first : change->focus + 1;
        return true;
    case INPUT_BACK_TAB:
    case INPUT_UP:
        change->focus = change->focus == first ? last : change->focus - 1;
        return true;
    case INPUT_ENTER:
        if (change->focus == last)
            submit(screen);
        else
            change->focus++;
        return true;
    default:
        return editor_key(change->editors[change->focus], input, NULL);
    }
}

static const struct screen_key change_keys[] = {
    {INPUT_ENTER, N_("Change"), N_("Goes on to the next field, then changes the password."), NULL,
     NULL},
    {INPUT_TAB, N_("Next field"), N_("Goes to the other field."), NULL, NULL},
    {0},
};

extern const struct screen_kind screen_password;
const struct screen_kind screen_password = {
    .name = "password",
    .title = N_("Another password"),
    .help =
        N_("The server changes the password; what is kept on this terminal is opened by the new "
           "one from then on."),
    .command = N_("password"),
    .flags = SCREEN_WITHOUT_AGENT | SCREEN_SINGLE,
    .keys = change_keys,
    .open = change_open,
    .close = change_close,
    .draw = change_draw,
    .key = change_key,
    .tick = change_tick,
    .wake = change_wake,
    .busy = change_busy,
};
