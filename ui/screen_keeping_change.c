/* Holds a file back from erasure, lets it go, or erases it: asks why, and for an erasure that a
 * word is typed. What the server answers is waited for here; nothing is sent later by itself. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/fields.h"
#include "ui/inquiry.h"
#include "ui/keeping_words.h"
#include "ui/language.h"

#define LABEL_WIDTH  10
#define REASON_LIMIT 400
#define PATIENCE_MS  (INT64_C(60) * 1000)
#define QUESTION     "keeping"

enum { ROW_REASON, ROW_WORD, ROW_COUNT };

static const struct fields_row rows[] = {
    [ROW_REASON] = {"reason", N_("Reason"), FIELDS_LINE, REASON_LIMIT, NULL, NULL},
    [ROW_WORD] = {"word", N_("Word"), FIELDS_LINE, 40, NULL, NULL},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

/* What may be done. */
static const struct way {
    const char *act, *path;
    const char *told[3];  /* what it means; NULL ends them */
    const char *question; /* asked before it is sent; NULL: the word is typed instead */
    const char *done;
} ways[] = {
    {"hold",
     "/v1/keeping/hold",
     {N_("Nothing of it is erased, by hand or by a rule, until somebody lifts this."),
      N_("The reason is shown with it and kept in the audit trail."), NULL},
     N_("Hold it back from erasure?"),
     N_("Held back: nothing of it is erased.")},
    {"hold-end",
     "/v1/keeping/hold-end",
     {N_("Rules and officers may erase it again. If its time has passed, the next round does."),
      N_("The reason is kept in the audit trail."), NULL},
     N_("Let it go?"),
     N_("It is held back no longer.")},
    {"erase",
     "/v1/keeping/erase",
     {N_("It goes from the server and from every terminal, for good. Of each record stays that it "
         "was there and was erased. Backups keep it until they end."),
      N_("The reason stays in the audit trail for ever: nothing personal in it."), NULL},
     NULL,
     NULL},
};

struct change {
    const struct way *way;
    json_t *file;          /* owned: what was looked at */
    struct fields *fields; /* owned */
    struct inquiry inquiry;
    char title[200];
    char notice[300];
};

static bool is_erasure(const struct change *change)
{
    return change->way->question == NULL;
}

/* --- opening ---------------------------------------------------------------------------------- */

static void change_close(struct screen *screen)
{
    struct change *change = screen->data;

    inquiry_forget(&change->inquiry, screen->desk);
    json_decref(change->file);
    fields_free(change->fields);
    free(change);
}

static const struct way *way_of(const char *act)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (strcmp(ways[i].act, act) == 0)
            return &ways[i];
    return NULL;
}

static int change_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    const struct way *way = way_of(json_text_or(arguments, "act", ""));
    struct change *change;

    if (way == NULL || !desk_may(screen->desk, PERMISSION_ERASE))
        return error_set(error, ERROR_REFUSED, "%s", _("Your role does not do this."));
    change = calloc(1, sizeof(*change));
    if (change == NULL || (change->fields = fields_new(rows)) == NULL) {
        free(change);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = change;
    change->way = way;
    change->inquiry.kind = QUESTION_KEEPING;
    change->file = json_incref(json_object_get(arguments, "file"));
    keeping_title(change->file, change->title, sizeof(change->title));
    fields_restore(change->fields, json_object_get(arguments, "fields"));
    return 0;
}

static json_t *change_save(const struct screen *screen)
{
    const struct change *change = screen->data;

    return json_pack("{s:s, s:O, s:o}", "act", change->way->act, "file", change->file, "fields",
                     fields_save(change->fields));
}

/* --- drawing ---------------------------------------------------------------------------------- */

static int draw_fields(const struct change *change, const struct paint *paint, int row)
{
    struct paint part = paint_part(paint, row, 0, 1, -1);

    fields_draw(change->fields, ROW_REASON, &part, LABEL_WIDTH, true);
    if (!is_erasure(change))
        return row + 1;
    part = paint_part(paint, row + 1, 0, 1, LABEL_WIDTH + 20);
    fields_draw(change->fields, ROW_WORD, &part, LABEL_WIDTH, true);
    paint_format(paint, row + 1, LABEL_WIDTH + 21, -1, PAINT_DIM, _("type “%s” to confirm"),
                 _("erase"));
    return row + 2;
}

static void draw_heading(const struct change *change, const struct paint *paint)
{
    if (is_erasure(change))
        paint_format(paint, 0, 0, -1, PAINT_TITLE, _("Erase: %s"), change->title);
    else if (strcmp(change->way->act, "hold") == 0)
        paint_format(paint, 0, 0, -1, PAINT_TITLE, _("Hold back from erasure: %s"), change->title);
    else
        paint_format(paint, 0, 0, -1, PAINT_TITLE, _("Hold back no longer: %s"), change->title);
}

static void change_draw(struct screen *screen, const struct paint *paint)
{
    const struct change *change = screen->data;
    char count[80];
    int row = 2;

    draw_heading(change, paint);
    keeping_count(change->file, count, sizeof(count));
    if (is_erasure(change))
        paint_text(paint, 1, 0, -1, PAINT_WARNING, count);
    row = draw_fields(change, paint, row);
    row += paint_wrapped(paint, row, 0, -1, 3, PAINT_WARNING, change->notice) + 1;
    for (size_t i = 0; change->way->told[i] != NULL; i++)
        row += paint_wrapped(paint, row, 0, -1, 4, PAINT_DIM, _(change->way->told[i]));
}

/* --- sending ---------------------------------------------------------------------------------- */

static void say(struct screen *screen, const char *text)
{
    struct change *change = screen->data;

    text_copy(change->notice, sizeof(change->notice), text);
}

static void send(struct screen *screen)
{
    struct change *change = screen->data;
    json_t *body = json_pack("{s:s, s:s, s:s}", "type", json_text_or(change->file, "type", ""),
                             "of", json_text_or(change->file, "record", ""), "reason",
                             fields_text(change->fields, ROW_REASON));

    /* What was done since it was looked at is not erased unseen. */
    if (is_erasure(change))
        json_object_set(body, "latest", json_object_get(change->file, "latest"));
    say(screen, inquiry_ask(&change->inquiry, screen->desk, change->way->path, body)
                    ? _("The server is asked ...")
                    : _("Offline: nothing was sent, and nothing is sent later by itself."));
}

static bool has_word(const struct change *change)
{
    const char *typed = fields_text(change->fields, ROW_WORD);

    return strcasecmp(typed + strspn(typed, " "), _("erase")) == 0;
}

static void insist(struct screen *screen, size_t row, const char *text)
{
    struct change *change = screen->data;

    fields_focus_set(change->fields, row);
    ui_tell(screen->ui, UI_FAILED, "%s", text);
    ui_stop_ahead(screen->ui);
}

static void run_do(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("No"), N_("Yes"), NULL};
    struct change *change = screen->data;
    const char *why = fields_text(change->fields, ROW_REASON);
    char text[200];

    (void)argument;
    if (change->inquiry.number != 0)
        return;
    if (why[strspn(why, " ")] == '\0') {
        insist(screen, ROW_REASON, _("Say why, in a few words."));
    } else if (!is_erasure(change)) {
        screen_ask(screen, QUESTION, _(change->way->question), choices);
    } else if (has_word(change)) {
        send(screen);
    } else {
        snprintf(text, sizeof(text), _("Type “%s”: nothing was erased."), _("erase"));
        insist(screen, ROW_WORD, text);
    }
}

static void change_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "choice") == 0 && strcmp(json_text_or(answer, "name", ""), QUESTION) == 0 &&
        json_integer_or(answer, "choice", -1) == 1)
        send(screen);
}

/* --- what came of it -------------------------------------------------------------------------- */

static void tell_done(struct screen *screen, const json_t *document)
{
    const struct change *change = screen->data;
    char count[80];

    keeping_count(document, count, sizeof(count));
    if (!is_erasure(change))
        ui_tell(screen->ui, UI_DONE, "%s", _(change->way->done));
    else if (json_bool_or(document, "overwritten", true))
        ui_tell(screen->ui, UI_DONE, _("Erased: %s."), count);
    else
        ui_tell(screen->ui, UI_WARNING,
                _("Erased: %s. The server overwrites what is left of it with the next erasure."),
                count);
}

static void take(struct screen *screen)
{
    struct change *change = screen->data;
    struct question_answer answer;
    bool again;

    if (!inquiry_take(&change->inquiry, screen->desk, PATIENCE_MS, &answer))
        return;
    if (answer.status == 200) {
        tell_done(screen, answer.document);
        screen_finish(screen, json_pack("{s:b}", "erased", (int)is_erasure(change)));
        json_decref(answer.document);
        return;
    }
    json_decref(answer.document);
    /* What was looked at is not so any more: what bars it is told there. */
    again = answer.status == 404 || strcmp(answer.problem, "kept") == 0 ||
            strcmp(answer.problem, "changed") == 0;
    if (again) {
        ui_tell(screen->ui, UI_FAILED, "%s", keeping_refusal(&answer));
        screen_finish(screen, json_object());
        return;
    }
    say(screen, keeping_refusal(&answer));
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool change_key(struct screen *screen, const struct input *input)
{
    struct change *change = screen->data;
    enum fields_answer answer;

    /* There is but one field. */
    if (!is_erasure(change) &&
        (input->code == INPUT_TAB || input->code == INPUT_DOWN || input->code == INPUT_UP))
        return true;
    if (input->code == INPUT_ENTER && !is_erasure(change)) {
        run_do(screen, "");
        return true;
    }
    answer = fields_key(change->fields, input);
    if (answer == FIELDS_CHANGED)
        say(screen, "");
    if (answer == FIELDS_DONE)
        run_do(screen, "");
    return answer != FIELDS_UNUSED;
}

static const struct screen_key change_keys[] = {
    {INPUT_CONTROL('X'), N_("Do it"), N_("Does it, once it is confirmed."), NULL, run_do},
    {0},
};

extern const struct screen_kind screen_keeping_change;
const struct screen_kind screen_keeping_change = {
    .name = "keeping-change",
    .title = N_("Keep or erase"),
    .help = N_("Holds a file back from erasure, lets it go, or erases it. The server does it at "
               "once or says why not; without the link nothing is done."),
    .keys = change_keys,
    .open = change_open,
    .close = change_close,
    .draw = change_draw,
    .key = change_key,
    .save = change_save,
    .tick = take,
    .wake = take,
    .answer = change_answer,
};
