/* One-time codes: typing one, setting them up, and the recovery codes that are shown once. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/link_sign_in.h"
#include "app/qr.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/language.h"
#include "ui/ui.h"

#define CODE_LIMIT 20
/* Columns of text beside the square. */
#define LEAST_TEXT 34

struct code {
    struct editor *typed; /* owned */
    bool waiting;
    bool setup;                     /* they are to be set up */
    char words[ERROR_MESSAGE_SIZE]; /* the otpauth address; then the recovery codes */
    bool recovery;                  /* `words` are those */
    struct qr qr;                   /* of the address; size 0 when it is too long */
    unsigned turns;                 /* of the spinner */
};

static bool is_asked(enum sign_in_state state)
{
    return state == SIGN_IN_CODE || state == SIGN_IN_CODE_WRONG || state == SIGN_IN_SETUP ||
           state == SIGN_IN_SETUP_WRONG;
}

static int code_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct code *code = calloc(1, sizeof(*code));
    enum sign_in_state state;

    (void)arguments;
    if (code != NULL)
        code->typed = editor_new(EDITOR_LINE, CODE_LIMIT);
    if (code == NULL || code->typed == NULL) {
        free(code);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    state = link_sign_in_state(screen->desk->link, NULL, code->words);
    code->setup = state == SIGN_IN_SETUP || state == SIGN_IN_SETUP_WRONG;
    if (code->setup)
        qr_make(&code->qr, code->words);
    screen->data = code;
    return 0;
}

static void code_close(struct screen *screen)
{
    struct code *code = screen->data;

    /* At the sign-in, nobody gets on without it. */
    if (screen->desk->store == NULL && is_asked(link_sign_in_state(screen->desk->link, NULL, NULL)))
        link_sign_out(screen->desk->link);
    editor_free(code->typed);
    sodium_memzero(code, sizeof(*code));
    free(code);
}

/* --- drawing ---------------------------------------------------------------------------------- */

/* Two modules a character; light ones are drawn, for terminals are dark and a square read the other
 * way round is read by few. */
static void draw_qr(const struct qr *qr, const struct paint *paint, int column)
{
    static const char *const halves[] = {" ", "▀", "▄", "█"};
    int side = qr->size + 2 * QR_QUIET;

    for (int row = 0; row * 2 < side; row++) {
        char line[3 * (QR_SIZE_MOST + 2 * QR_QUIET) + 1] = "";
        size_t at = 0;

        for (int x = 0; x < side; x++) {
            int upper = !qr_is_dark(qr, x - QR_QUIET, row * 2 - QR_QUIET);
            int lower = row * 2 + 1 < side && !qr_is_dark(qr, x - QR_QUIET, row * 2 + 1 - QR_QUIET);
            const char *half = halves[upper + 2 * lower];

            memcpy(line + at, half, strlen(half));
            at += strlen(half);
        }
        line[at] = '\0';
        paint_text(paint, row, column, side, PAINT_TEXT, line);
    }
}

/* The secret of an otpauth address, in groups of four. */
static void secret_text(const char *uri, char text[64])
{
    const char *at = strstr(uri, "secret=");
    size_t length = 0;

    for (at = at != NULL ? at + 7 : ""; *at != '\0' && *at != '&' && length + 2 < 64; at++) {
        if (length % 5 == 4)
            text[length++] = ' ';
        text[length++] = *at;
    }
    text[length] = '\0';
}

static int draw_setup(const struct code *code, const struct paint *paint)
{
    int side = code->qr.size + 2 * QR_QUIET;
    bool square = code->qr.size > 0 && !paint_is_plain(paint) && (side + 1) / 2 <= paint->rows &&
                  side + LEAST_TEXT <= paint->columns;
    int left = square ? side + 2 : 2;
    char secret[64];
    int row;

    if (square)
        draw_qr(&code->qr, paint, 0);
    secret_text(code->words, secret);
    row =
        1 + paint_wrapped(paint, 1, left, -1, 5, PAINT_TEXT,
                          square ? _("Your role signs in with a one-time code. Read this square "
                                     "with an authenticator program, or type the key:")
                                 : _("Your role signs in with a one-time code. Type this key into "
                                     "an authenticator program (time-based, 6 digits):"));
    row += 1 + paint_wrapped(paint, row + 1, left, -1, 3, PAINT_TITLE, secret);
    sodium_memzero(secret, sizeof(secret));
    return row + 1;
}

static void draw_recovery(const struct code *code, const struct paint *paint)
{
    const char *at = code->words;
    int row =
        2 + paint_wrapped(paint, 1, 2, -1, 4, PAINT_TEXT,
                          _("Codes are set up. Write these down and keep them apart: each signs "
                            "you in once when the program is not at hand. They are not shown "
                            "again."));

    for (int i = 0; *at != '\0'; i++) {
        size_t length = strcspn(at, " ");

        paint_format(paint, row + i / 2, i % 2 == 0 ? 6 : 24, 12, PAINT_TITLE, "%.*s", (int)length,
                     at);
        at += length + strspn(at + length, " ");
    }
    paint_text(paint, row + 5, 2, -1, PAINT_DIM, _("Enter goes on"));
}

static void code_draw(struct screen *screen, const struct paint *paint)
{
    static const char *const spinner[] = {"|", "/", "-", "\\"};
    struct code *code = screen->data;
    struct paint field;
    int row, left = 2;

    if (code->recovery) {
        draw_recovery(code, paint);
        return;
    }
    if (code->setup) {
        row = draw_setup(code, paint);
        if (code->qr.size > 0 && code->qr.size + 2 * QR_QUIET + LEAST_TEXT <= paint->columns &&
            !paint_is_plain(paint) && (code->qr.size + 2 * QR_QUIET + 1) / 2 <= paint->rows)
            left = code->qr.size + 2 * QR_QUIET + 2;
    } else {
        row = 2 +
              paint_wrapped(paint, 1, 2, -1, 4, PAINT_TEXT,
                            _("Type the code that your authenticator program shows now, or one of "
                              "your recovery codes."));
    }
    paint_text(paint, row, left, 15, PAINT_LABEL, _("One-time code"));
    field = paint_part(paint, row, left + 16, 1, 14);
    editor_draw(code->typed, &field, true);
    if (code->waiting)
        paint_format(paint, row + 1, left, -1, PAINT_DIM, "%s %s",
                     paint_is_plain(paint) ? "" : spinner[code->turns % 4],
                     _("asking the server (Esc stops)"));
}

/* --- asking ----------------------------------------------------------------------------------- */

static void submit(struct screen *screen)
{
    struct code *code = screen->data;

    if (*editor_text(code->typed) == '\0')
        return;
    link_sign_in_code(screen->desk->link, editor_text(code->typed));
    editor_clear(code->typed);
    code->waiting = true;
}

static void accepted(struct screen *screen, const char *words)
{
    struct code *code = screen->data;

    if (*words == '\0') {
        screen_close(screen);
        return;
    }
    text_copy(code->words, sizeof(code->words), words);
    code->recovery = true;
}

static void code_wake(struct screen *screen)
{
    struct code *code = screen->data;
    char words[ERROR_MESSAGE_SIZE];
    enum sign_in_state state = link_sign_in_state(screen->desk->link, NULL, words);

    if (!code->waiting || state == SIGN_IN_ASKED || code->recovery)
        return;
    code->waiting = false;
    if (state == SIGN_IN_ACCEPTED) {
        accepted(screen, words);
    } else if (is_asked(state)) {
        ui_tell(screen->ui, UI_FAILED, "%s", _("that code is wrong, or was used before"));
        ui_stop_ahead(screen->ui);
    } else {
        screen_close(screen); /* the sign-in tells why */
    }
    sodium_memzero(words, sizeof(words));
}

static void code_tick(struct screen *screen)
{
    struct code *code = screen->data;

    code->turns++;
}

static bool code_busy(const struct screen *screen)
{
    const struct code *code = screen->data;

    return code->waiting;
}

static bool code_key(struct screen *screen, const struct input *input)
{
    struct code *code = screen->data;

    if (code->waiting) {
        if (input->code == INPUT_ESCAPE) {
            code->waiting = false;
            link_sign_out(screen->desk->link);
            screen_close(screen);
        }
        return true;
    }
    if (input->code == INPUT_ENTER) {
        if (code->recovery)
            screen_close(screen);
        else
            submit(screen);
        return true;
    }
    return code->recovery ? input->code != INPUT_F(10) : editor_key(code->typed, input, NULL);
}

static const struct screen_key code_keys[] = {
    {INPUT_ENTER, N_("Go on"), N_("Sends the code, or goes on once the recovery codes are kept."),
     NULL, NULL},
    {0},
};

extern const struct screen_kind screen_code;
const struct screen_kind screen_code = {
    .name = "code",
    .title = N_("One-time code"),
    .help = N_("A code that an authenticator program on your telephone makes anew every thirty "
               "seconds. Each is good once. Without a link to the server none is asked for."),
    .flags = SCREEN_WITHOUT_AGENT | SCREEN_SINGLE,
    .keys = code_keys,
    .open = code_open,
    .close = code_close,
    .draw = code_draw,
    .key = code_key,
    .tick = code_tick,
    .wake = code_wake,
    .busy = code_busy,
};
