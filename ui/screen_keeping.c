/* What is kept about a client, or of a case, and what may be done about it: hold it back from
 * erasure, copy it for the client, erase it. It is read at the server, each time, and kept nowhere
 * here. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/inquiry.h"
#include "ui/keeping_words.h"
#include "ui/language.h"

#define LABEL_WIDTH 14
#define PATIENCE_MS (INT64_C(30) * 1000)

struct keeping {
    char type[24], of[80]; /* as it is asked for */
    struct inquiry inquiry;
    json_t *file;       /* owned; NULL before it is known */
    char title[200];    /* of it */
    char notice[300];   /* instead of it, or above */
    char written[1024]; /* the file of a copy that was made from here; "" for none */
};

/* --- looking ---------------------------------------------------------------------------------- */

static void look(struct screen *screen)
{
    struct keeping *keeping = screen->data;

    if (inquiry_ask(&keeping->inquiry, screen->desk, "/v1/keeping",
                    json_pack("{s:s, s:s}", "type", keeping->type, "of", keeping->of)))
        text_copy(keeping->notice, sizeof(keeping->notice), _("The server is asked ..."));
    else
        text_copy(keeping->notice, sizeof(keeping->notice),
                  _("Offline: what is kept is read at the server. r looks again."));
}

static void take(struct screen *screen)
{
    struct keeping *keeping = screen->data;
    struct question_answer answer;

    if (!inquiry_take(&keeping->inquiry, screen->desk, PATIENCE_MS, &answer))
        return;
    json_decref(keeping->file);
    keeping->file = answer.document;
    text_copy(keeping->notice, sizeof(keeping->notice), "");
    if (keeping->file == NULL) {
        text_copy(keeping->notice, sizeof(keeping->notice), keeping_refusal(&answer));
        return;
    }
    keeping_title(keeping->file, keeping->title, sizeof(keeping->title));
}

/* --- opening ---------------------------------------------------------------------------------- */

static void keeping_close(struct screen *screen)
{
    struct keeping *keeping = screen->data;

    inquiry_forget(&keeping->inquiry, screen->desk);
    json_decref(keeping->file);
    free(keeping);
}

/* By id or reference; of who is open now without any. */
static int keeping_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    const char *typed = json_text_or(arguments, "argument", screen->desk->open.client.text);
    const char *of = json_text_or(arguments, "of", typed);
    struct keeping *keeping;

    if (!keeping_is_open(screen->desk))
        return error_set(error, ERROR_REFUSED, "%s",
                         _("Your role neither erases files nor copies them for clients."));
    if (*of == '\0')
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         _("say whose: a case’s reference, or F3, or the audit trail"));
    keeping = calloc(1, sizeof(*keeping));
    if (keeping == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = keeping;
    keeping->inquiry.kind = QUESTION_KEEPING;
    text_copy(keeping->type, sizeof(keeping->type), json_text_or(arguments, "type", "client"));
    text_copy(keeping->of, sizeof(keeping->of), of);
    look(screen);
    return 0;
}

static json_t *keeping_save(const struct screen *screen)
{
    const struct keeping *keeping = screen->data;

    return json_pack("{s:s, s:s}", "type", keeping->type, "of", keeping->of);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void when_of(struct screen *screen, const json_t *object, const char *name, char *text,
                    size_t size)
{
    int64_t at;

    text_copy(text, size, "");
    if (timestamp_parse(json_text_or(object, name, ""), &at))
        format_when(text, size, at, desk_now(screen->desk));
}

static int draw_file(struct screen *screen, const struct paint *paint, int row)
{
    const struct keeping *keeping = screen->data;
    char count[80], when[40], text[200];

    keeping_count(keeping->file, count, sizeof(count));
    when_of(screen, keeping->file, "latest", when, sizeof(when));
    paint_labelled(paint, row, LABEL_WIDTH, _("On file"), PAINT_VALUE, count);
    snprintf(text, sizeof(text), _("touched last: %s"), when);
    paint_labelled(paint, row + 1, LABEL_WIDTH, "", PAINT_DIM, text);
    return row + 2;
}

static int draw_hold(struct screen *screen, const struct paint *paint, int row)
{
    const struct keeping *keeping = screen->data;
    const json_t *hold = json_object_get(keeping->file, "hold");
    const char *who = json_text_or(hold, "agent_name", "");
    char when[40], text[200];

    if (hold == NULL) {
        paint_labelled(paint, row, LABEL_WIDTH, _("Held back"), PAINT_VALUE, _("no"));
        return row + 1;
    }
    when_of(screen, hold, "since", when, sizeof(when));
    snprintf(text, sizeof(text), _("since %1$s, by %2$s"), when,
             *who != '\0' ? who : _("who administers the server"));
    paint_labelled(paint, row, LABEL_WIDTH, _("Held back"), PAINT_WARNING, text);
    return row + 1 +
           paint_wrapped(paint, row + 1, LABEL_WIDTH, -1, 5, PAINT_VALUE,
                         json_text_or(hold, "reason", ""));
}

static int draw_bar(struct screen *screen, const struct paint *paint, int row)
{
    const struct keeping *keeping = screen->data;
    char text[200];
    bool barred = json_object_get(keeping->file, "bar") != NULL;

    keeping_bar(keeping->file, text, sizeof(text));
    paint_labelled(paint, row, LABEL_WIDTH, _("Erasure"), PAINT_VALUE, "");
    return row + paint_wrapped(paint, row, LABEL_WIDTH, -1, 2, barred ? PAINT_WARNING : PAINT_VALUE,
                               barred ? text : _("nothing bars it"));
}

/* What it waits for or why there is nothing; else the file of a copy that was made. */
static int draw_notice(const struct keeping *keeping, const struct paint *paint, int row)
{
    char text[sizeof(keeping->written) + 200];

    if (*keeping->notice != '\0')
        return row + paint_wrapped(paint, row, 0, -1, 2, PAINT_WARNING, keeping->notice);
    if (*keeping->written == '\0')
        return row;
    snprintf(text, sizeof(text), _("A copy is in %s, not sealed: hand it over, then delete it."),
             keeping->written);
    return row + paint_wrapped(paint, row, 0, -1, 4, PAINT_WARNING, text);
}

static void draw_help(const struct keeping *keeping, const struct desk *desk,
                      const struct paint *paint, int row)
{
    static const struct {
        enum permission permission;
        bool client;
        const char *text;
    } lines[] = {
        {PERMISSION_ERASE, false,
         N_("What is held back is erased neither by hand nor by a rule, nor is anything below "
            "it.")},
        {PERMISSION_DISCLOSE, true,
         N_("The copy is a page that the client reads without us, with who looked at it.")},
        {PERMISSION_ERASE, false,
         N_("Erasure takes it from the server and every terminal; that it was there stays.")},
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (desk_may(desk, lines[i].permission) &&
            (!lines[i].client || strcmp(keeping->type, "client") == 0))
            row += paint_wrapped(paint, row, 0, -1, 2, PAINT_DIM, _(lines[i].text));
}

static void keeping_draw(struct screen *screen, const struct paint *paint)
{
    const struct keeping *keeping = screen->data;
    const char *born = json_text_or(keeping->file, "birth_date", "");
    const char *postal = json_text_or(keeping->file, "postal_code", "");
    int row = draw_notice(keeping, paint, keeping->file != NULL);

    paint_cursor(paint, 0, 0);
    if (keeping->file == NULL)
        return;
    paint_format(paint, 0, 0, -1, PAINT_TITLE, "%s%s%s%s%s", keeping->title,
                 *born != '\0' ? " · " : "", born, *postal != '\0' ? " · " : "", postal);
    row = draw_file(screen, paint, row + 1);
    row = draw_hold(screen, paint, row + 1);
    row = draw_bar(screen, paint, row + 1);
    draw_help(keeping, screen->desk, paint, row + 1);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void act(struct screen *screen, const char *kind, const char *what)
{
    const struct keeping *keeping = screen->data;

    if (keeping->file == NULL)
        return;
    ui_open(screen->ui, kind, json_pack("{s:s, s:O}", "act", what, "file", keeping->file));
}

static void run_hold(struct screen *screen, const char *argument)
{
    const struct keeping *keeping = screen->data;

    (void)argument;
    act(screen, "keeping-change",
        json_object_get(keeping->file, "hold") != NULL ? "hold-end" : "hold");
}

static void run_copy(struct screen *screen, const char *argument)
{
    (void)argument;
    act(screen, "keeping-copy", "copy");
}

/* What bars it is known here; the server judges again. */
static void run_erase(struct screen *screen, const char *argument)
{
    const struct keeping *keeping = screen->data;
    char text[200];

    (void)argument;
    keeping_bar(keeping->file, text, sizeof(text));
    if (*text != '\0')
        ui_tell(screen->ui, UI_FAILED, "%s", text);
    else
        act(screen, "keeping-change", "erase");
}

static void run_look(struct screen *screen, const char *argument)
{
    (void)argument;
    look(screen);
}

static const struct screen_key keeping_keys[] = {
    {'h', N_("Hold, lift"), N_("Holds it back from erasure, or no longer; asks why first."),
     N_("hold"), run_hold},
    {'c', N_("Copy"),
     N_("Writes a copy for the client into a file at this terminal; says where first."), N_("copy"),
     run_copy},
    {'e', N_("Erase"), N_("Erases all of it; asks why, and for a word, first."), N_("erase"),
     run_erase},
    {'r', N_("Look again"), N_("Asks the server again what is kept."), NULL, run_look},
    {0},
};

static bool keeping_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct keeping *keeping = screen->data;

    if (key->run == run_look)
        return true;
    if (keeping->file == NULL)
        return false;
    if (key->run == run_copy)
        return desk_may(screen->desk, PERMISSION_DISCLOSE) &&
               strcmp(json_text_or(keeping->file, "type", ""), "client") == 0;
    return desk_may(screen->desk, PERMISSION_ERASE);
}

/* Something was done, or not: what is kept is another thing now. */
static void keeping_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct keeping *keeping = screen->data;

    (void)from;
    if (json_text_or(answer, "written", "")[0] != '\0')
        text_copy(keeping->written, sizeof(keeping->written), json_text_or(answer, "written", ""));
    if (json_bool_or(answer, "erased", false))
        screen_finish(screen, json_pack("{s:b}", "erased", 1));
    else
        look(screen);
}

static const char *keeping_subject(struct screen *screen)
{
    const struct keeping *keeping = screen->data;

    return keeping->title;
}

extern const struct screen_kind screen_keeping;
const struct screen_kind screen_keeping = {
    .name = "keeping",
    .title = N_("What is kept"),
    .help = N_("What is kept about a client, or of a case: whether it is held back from erasure, a "
               "copy for the client, its erasure. Named by a case’s reference, or from the audit "
               "trail or the rules. It is read at the server, and that you looked is kept there, "
               "too."),
    .command = N_("keeping"),
    .keys = keeping_keys,
    .offers = keeping_offers,
    .open = keeping_open,
    .close = keeping_close,
    .draw = keeping_draw,
    .save = keeping_save,
    .tick = take,
    .wake = take,
    .answer = keeping_answer,
    .subject = keeping_subject,
};
