/* Sign-in at the organisation's identity provider: where to go with which code, then the passphrase
 * that opens what this terminal keeps. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/link_sign_in.h"
#include "app/store_provider.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/sign_in_provider.h"
#include "ui/ui.h"

#define PASSPHRASE_LIMIT 1000
#define FIELD_LEFT       22

enum phase {
    PHASE_WAITS, /* for the server, then for what the agent does elsewhere */
    PHASE_FRESH, /* a passphrase is chosen */
    PHASE_KNOWN, /* and typed, when there is one */
    PHASE_OVER,  /* `said` tells why */
};

struct elsewhere {
    enum phase phase;
    struct link_place place;
    bool placed;
    struct record *agent;      /* whom the provider named; owned, NULL until then */
    struct editor *editors[2]; /* owned */
    int focus;
    const char *said;
    char why[ERROR_MESSAGE_SIZE];       /* more of it, as the server tells; "" */
    char forgotten[ERROR_MESSAGE_SIZE]; /* what to do about a passphrase that is */
    unsigned turns;                     /* of the spinner */
};

static void begin(struct screen *screen)
{
    static const struct id no_device;
    struct elsewhere *elsewhere = screen->data;
    struct desk *desk = screen->desk;

    elsewhere->phase = PHASE_WAITS;
    elsewhere->placed = false;
    link_provider_ask(desk->link, desk->store != NULL ? store_device(desk->store) : &no_device);
}

/* Nobody waits any longer. Who works here goes on with what is kept. */
static void give_up(struct screen *screen)
{
    struct desk *desk = screen->desk;

    if (desk->store != NULL)
        link_provider_hold(desk->link, desk_login(desk), store_device(desk->store));
    else
        link_sign_out(desk->link);
}

static void elsewhere_close(struct screen *screen)
{
    struct elsewhere *elsewhere = screen->data;

    record_free(elsewhere->agent);
    for (int i = 0; i < 2; i++)
        editor_free(elsewhere->editors[i]);
    sodium_memzero(elsewhere, sizeof(*elsewhere));
    free(elsewhere);
}

static int elsewhere_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct elsewhere *elsewhere;
    struct link_status status;

    (void)arguments;
    if (!screen->desk->provider)
        return error_set(error, ERROR_REFUSED, "%s",
                         _("this terminal is not set up for the organisation's accounts"));
    link_status_get(screen->desk->link, &status);
    if (screen->desk->store != NULL && status.state != LINK_ELSEWHERE)
        return error_set(error, ERROR_REFUSED, "%s", _("you do not need to: the server knows you"));
    elsewhere = calloc(1, sizeof(*elsewhere));
    if (elsewhere == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = elsewhere;
    for (int i = 0; i < 2; i++)
        elsewhere->editors[i] = editor_new(EDITOR_SECRET, PASSPHRASE_LIMIT);
    if (elsewhere->editors[0] == NULL || elsewhere->editors[1] == NULL) {
        elsewhere_close(screen);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    begin(screen);
    return 0;
}

/* --- what it shows ---------------------------------------------------------------------------- */

static void draw_spinner(const struct elsewhere *elsewhere, const struct paint *paint, int row,
                         const char *words)
{
    static const char *const spinner[] = {"|", "/", "-", "\\"};

    paint_format(paint, row, 2, -1, PAINT_DIM, "%s %s",
                 paint_is_plain(paint) ? "" : spinner[elsewhere->turns % 4], words);
}

/* The code stands apart, letter by letter, to be read from the screen and typed elsewhere. */
static void draw_place(struct screen *screen, const struct paint *paint)
{
    struct elsewhere *elsewhere = screen->data;
    const struct link_place *place = &elsewhere->place;
    int64_t left = place->expires_ms - desk_now(screen->desk);
    char spaced[3 * sizeof(place->user_code)] = "";
    size_t at = 0;

    for (const char *letter = place->user_code; *letter != '\0'; letter++) {
        spaced[at++] = *letter;
        if (((unsigned char)letter[1] & 0xc0) != 0x80)
            spaced[at++] = ' ';
    }
    paint_text(paint, 0, 2, -1, PAINT_TEXT, _("In a browser, on any device, go to:"));
    paint_wrapped(paint, 1, 4, -1, 2, PAINT_TITLE, place->url);
    paint_text(paint, 4, 2, -1, PAINT_TEXT, _("and type this code:"));
    paint_text(paint, 6, 4, -1, PAINT_TITLE, spaced);
    paint_cursor(paint, 6, 4);
    draw_spinner(elsewhere, paint, 8, _("waiting for you to sign in there (Esc stops)"));
    if (left > 0)
        paint_format(paint, 9, 4, -1, PAINT_DIM, _("good for another %1$d min %2$d s"),
                     (int)(left / 60000), (int)(left / 1000 % 60));
    if (place->url_complete[0] != '\0')
        paint_wrapped(paint, 10, 2, -1, 2, PAINT_DIM, place->url_complete);
}

static void draw_fields(const struct elsewhere *elsewhere, const struct paint *paint)
{
    static const char *const labels[] = {N_("Passphrase"), N_("Once more")};
    bool fresh = elsewhere->phase == PHASE_FRESH;

    paint_wrapped(
        paint, 0, 2, -1, 5, PAINT_TEXT,
        fresh ? _("You are signed in. Choose a passphrase of this terminal, of 12 characters or "
                  "more: it opens what is kept here, also without a link. It never leaves it.")
              : _("You are signed in. Type the passphrase that opens what is kept here on this "
                  "terminal."));
    if (!fresh)
        paint_wrapped(paint, 8, 2, -1, 4, PAINT_DIM, elsewhere->forgotten);
    for (int i = 0; i < (fresh ? 2 : 1); i++) {
        struct paint field = paint_part(paint, 6 + 2 * i, FIELD_LEFT, 1, 32);

        paint_text(paint, 6 + 2 * i, 2, FIELD_LEFT - 3, PAINT_LABEL, _(labels[i]));
        editor_draw(elsewhere->editors[i], &field, i == elsewhere->focus);
    }
}

static void elsewhere_draw(struct screen *screen, const struct paint *paint)
{
    struct elsewhere *elsewhere = screen->data;

    if (elsewhere->phase == PHASE_WAITS && elsewhere->placed) {
        draw_place(screen, paint);
    } else if (elsewhere->phase == PHASE_WAITS) {
        draw_spinner(elsewhere, paint, 2, _("asking the server (Esc stops)"));
    } else if (elsewhere->phase == PHASE_OVER) {
        paint_wrapped(paint, 1, 2, -1, 3, PAINT_ERROR, elsewhere->said);
        paint_wrapped(paint, 5, 2, -1, 3, PAINT_DIM, elsewhere->why);
    } else {
        draw_fields(elsewhere, paint);
    }
}

/* --- what comes of it ------------------------------------------------------------------------- */

static void over(struct screen *screen, const char *said)
{
    struct elsewhere *elsewhere = screen->data;

    elsewhere->phase = PHASE_OVER;
    elsewhere->said = said;
    give_up(screen);
    ui_stop_ahead(screen->ui);
}

static void accepted(struct screen *screen, struct record *agent)
{
    struct elsewhere *elsewhere = screen->data;
    struct desk *desk = screen->desk;

    if (agent == NULL) {
        over(screen, _("the server does not say who you are"));
        return;
    }
    if (desk->store != NULL && !id_equal(&agent->id, store_agent(desk->store))) {
        record_free(agent);
        over(screen, _("Somebody else signed in there: sign out here first."));
        return;
    }
    if (desk->store != NULL) {
        record_free(agent);
        ui_tell(screen->ui, UI_DONE, "%s", _("You are signed in."));
        screen_close(screen);
        return;
    }
    elsewhere->agent = agent;
    elsewhere->phase =
        sign_in_is_known(desk, record_text(agent, "login")) ? PHASE_KNOWN : PHASE_FRESH;
    if (elsewhere->phase == PHASE_KNOWN)
        sign_in_forgotten(desk, record_text(agent, "login"), elsewhere->forgotten);
    ui_stop_ahead(screen->ui); /* what was typed before was not meant for a passphrase */
}

static const char *words_of(enum sign_in_state state)
{
    static const struct {
        enum sign_in_state state;
        const char *words;
    } rows[] = {
        {SIGN_IN_REFUSED, N_("It was refused: declined there, or the account is nobody's here.")},
        {SIGN_IN_EXPIRED, N_("The code has expired. Enter begins again.")},
        {SIGN_IN_NOWHERE, N_("The server knows no identity provider: sign in with a password.")},
        {SIGN_IN_AWAY, N_("The identity provider cannot be reached just now. Enter tries again.")},
        {SIGN_IN_OFFLINE,
         N_("The server cannot be reached. Who has worked here before signs in with login and "
            "passphrase.")},
        {SIGN_IN_ENROL, N_("This terminal is to be enrolled first.")},
        {SIGN_IN_BARRED, N_("an administrator has revoked this terminal")},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].state == state)
            return _(rows[i].words);
    return _("The sign-in has ended. Enter begins again.");
}

static void elsewhere_wake(struct screen *screen)
{
    struct elsewhere *elsewhere = screen->data;
    struct record *agent = NULL;
    enum sign_in_state state;

    if (elsewhere->phase != PHASE_WAITS)
        return;
    state = link_sign_in_state(screen->desk->link, &agent, elsewhere->why);
    if (state == SIGN_IN_ACCEPTED) {
        accepted(screen, agent);
        return;
    }
    record_free(agent);
    if (state == SIGN_IN_ELSEWHERE)
        elsewhere->placed = link_provider_place(screen->desk->link, &elsewhere->place);
    else if (state != SIGN_IN_ASKED)
        over(screen, words_of(state));
    if (state == SIGN_IN_ENROL)
        ui_open(screen->ui, "enrol", NULL);
}

static void submit(struct screen *screen)
{
    struct elsewhere *elsewhere = screen->data;
    const char *passphrase = editor_text(elsewhere->editors[0]);
    struct error error = ERROR_INIT;

    if (elsewhere->phase == PHASE_FRESH) {
        if (!store_passphrase_fits(passphrase)) {
            ui_tell(screen->ui, UI_FAILED, "%s", _("too short: add a word or two"));
            elsewhere->focus = 0;
            return;
        }
        if (strcmp(passphrase, editor_text(elsewhere->editors[1])) != 0) {
            ui_tell(screen->ui, UI_FAILED, "%s", _("the two are not the same: type them again"));
            editor_clear(elsewhere->editors[1]);
            return;
        }
    }
    if (*passphrase == '\0')
        return;
    if (sign_in_provider(screen->desk, elsewhere->agent, passphrase, &error) == SIGN_IN_DONE) {
        screen_finish(screen, json_true());
        return;
    }
    ui_tell_error(screen->ui, &error);
    editor_clear(elsewhere->editors[0]);
    ui_stop_ahead(screen->ui);
}

static void elsewhere_tick(struct screen *screen)
{
    struct elsewhere *elsewhere = screen->data;

    elsewhere->turns++;
}

static bool elsewhere_busy(const struct screen *screen)
{
    const struct elsewhere *elsewhere = screen->data;

    return elsewhere->phase == PHASE_WAITS;
}

static bool elsewhere_key(struct screen *screen, const struct input *input)
{
    struct elsewhere *elsewhere = screen->data;
    bool fresh = elsewhere->phase == PHASE_FRESH;

    if (input->code == INPUT_ESCAPE) {
        if (elsewhere->phase != PHASE_OVER)
            give_up(screen);
        screen_close(screen);
        return true;
    }
    if (elsewhere->phase == PHASE_OVER) {
        if (input->code == INPUT_ENTER)
            begin(screen);
        return input->code == INPUT_ENTER;
    }
    if (elsewhere->phase == PHASE_WAITS)
        return true;
    switch (input->code) {
    case INPUT_TAB:
    case INPUT_BACK_TAB:
    case INPUT_UP:
    case INPUT_DOWN:
        if (fresh)
            elsewhere->focus = !elsewhere->focus;
        return true;
    case INPUT_ENTER:
        if (fresh && elsewhere->focus == 0)
            elsewhere->focus = 1;
        else
            submit(screen);
        return true;
    default:
        return editor_key(elsewhere->editors[elsewhere->focus], input, NULL);
    }
}

static const struct screen_key elsewhere_keys[] = {
    {INPUT_ENTER, N_("Go on"), N_("Takes the passphrase; after a failure, begins again."), NULL,
     NULL},
    {0},
};

extern const struct screen_kind screen_sign_in_provider;
const struct screen_kind screen_sign_in_provider = {
    .name = "provider",
    .title = N_("Organisation's account"),
    .help = N_("You sign in in a browser, at your organisation's identity provider, with the code "
               "that is shown here. What this terminal keeps is opened by a passphrase of its own. "
               "Where the link was away at the sign-in, this is how what waits is sent."),
    .command = N_("account"),
    .flags = SCREEN_WITHOUT_AGENT | SCREEN_SINGLE,
    .keys = elsewhere_keys,
    .open = elsewhere_open,
    .close = elsewhere_close,
    .draw = elsewhere_draw,
    .key = elsewhere_key,
    .tick = elsewhere_tick,
    .wake = elsewhere_wake,
    .busy = elsewhere_busy,
};
