/* Writes the copy for a client of everything on file about them into a file at this terminal: only
 * when it was confirmed where, and that it is not sealed. It comes in parts, straight into a file
 * of that folder which has no name before it is whole: what is not, is nowhere. */
#include "ui/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/fields.h"
#include "ui/inquiry.h"
#include "ui/keeping_words.h"
#include "ui/language.h"
#include "ui/own_file.h"
#include "ui/work_file.h"

#define LABEL_WIDTH 10
#define PATH_SIZE   1024
#define QUESTION    "copy"
/* The link is back, or the server has less to do: asked again after. */
#define AGAIN_MS INT64_C(2000)
/* A file that changes all the time is given up. */
#define RESTARTS 5

enum { ROW_PATH, ROW_LANGUAGE, ROW_COUNT };

static const char *const languages[] = {"fr", "en", NULL};

static const char *language_name(const char *word)
{
    return strcmp(word, "fr") == 0 ? _("French") : _("English");
}

static const struct fields_row rows[] = {
    [ROW_PATH] = {"path", N_("File"), FIELDS_LINE, PATH_SIZE - 1, NULL, NULL},
    [ROW_LANGUAGE] = {"language", N_("Language"), FIELDS_CHOICE, 0, languages, language_name},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct copy {
    json_t *file;          /* owned: what was looked at */
    struct fields *fields; /* owned */
    struct inquiry inquiry;
    char title[200];
    char notice[300];
    char path[PATH_SIZE]; /* absolute, once it was confirmed */
    int made;             /* the file that is written, without a name until it is whole; -1: none */
    int64_t next, total;  /* bytes of it that are here, and in all */
    char tag[80], at[40]; /* of the first part, given with the others */
    int64_t paused_ms;    /* since when it waits to ask again; 0: it does not */
    int restarts;
};

static void say(struct copy *copy, const char *text)
{
    text_copy(copy->notice, sizeof(copy->notice), text);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* What is there of it goes. */
static void give_up(struct copy *copy)
{
    if (copy->made < 0)
        return;
    close(copy->made);
    copy->made = -1;
}

static void copy_close(struct screen *screen)
{
    struct copy *copy = screen->data;

    inquiry_forget(&copy->inquiry, screen->desk);
    give_up(copy);
    json_decref(copy->file);
    fields_free(copy->fields);
    free(copy);
}

/* Whose it is stands in no name of a file. */
static void propose(struct copy *copy)
{
    const char *home = getenv("HOME"), *id = json_text_or(copy->file, "record", "");
    size_t length = strlen(id);
    char path[PATH_SIZE];

    snprintf(path, sizeof(path), "%s/guichet-%s.html", home != NULL ? home : ".",
             length > 8 ? id + length - 8 : id);
    fields_set(copy->fields, ROW_PATH, path);
    fields_set(copy->fields, ROW_LANGUAGE, language_now());
}

static int copy_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct copy *copy;

    if (!desk_may(screen->desk, PERMISSION_DISCLOSE))
        return error_set(error, ERROR_REFUSED, "%s", _("Your role does not do this."));
    copy = calloc(1, sizeof(*copy));
    if (copy == NULL || (copy->fields = fields_new(rows)) == NULL) {
        free(copy);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = copy;
    copy->made = -1;
    copy->inquiry.kind = QUESTION_KEEPING;
    copy->file = json_incref(json_object_get(arguments, "file"));
    keeping_title(copy->file, copy->title, sizeof(copy->title));
    propose(copy);
    fields_restore(copy->fields, json_object_get(arguments, "fields"));
    return 0;
}

static json_t *copy_save(const struct screen *screen)
{
    const struct copy *copy = screen->data;

    return json_pack("{s:O, s:o}", "file", copy->file, "fields", fields_save(copy->fields));
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_progress(const struct copy *copy, const struct paint *paint, int row)
{
    int width = paint->columns - 8;
    int done = copy->total > 0 ? (int)(copy->next * width / copy->total) : 0;

    for (int i = 0; i < width; i++)
        paint_text(paint, row, i, 1, i < done ? PAINT_ACCENT : PAINT_DIM, i < done ? "#" : "-");
    paint_format(paint, row, width + 1, -1, PAINT_VALUE, "%3d %%",
                 copy->total > 0 ? (int)(copy->next * 100 / copy->total) : 0);
}

static void copy_draw(struct screen *screen, const struct paint *paint)
{
    static const char *const told[] = {
        N_("The page is not sealed: whoever reads this file reads all of it. Only your account at "
           "this computer may, and it stays until you delete it: no rule, lock or wiping of this "
           "terminal does."),
        N_("That a copy was made is kept in the audit trail."),
    };
    const struct copy *copy = screen->data;
    int row = 2 + ROW_COUNT;

    paint_format(paint, 0, 0, -1, PAINT_TITLE, _("Copy for the client: %s"), copy->title);
    for (int i = 0; i < ROW_COUNT; i++) {
        struct paint part = paint_part(paint, 2 + i, 0, 1, -1);

        fields_draw(copy->fields, (size_t)i, &part, LABEL_WIDTH, copy->made < 0);
    }
    if (copy->made >= 0) {
        draw_progress(copy, paint, row++);
        paint_cursor(paint, row, 0);
    }
    row += paint_wrapped(paint, row, 0, -1, 3, PAINT_WARNING, copy->notice) + 1;
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        row += paint_wrapped(paint, row, 0, -1, 4, PAINT_DIM, _(told[i]));
}

/* --- asking ----------------------------------------------------------------------------------- */

static void ask_part(struct screen *screen)
{
    struct copy *copy = screen->data;
    json_t *body =
        json_pack("{s:s, s:s, s:I}", "of", json_text_or(copy->file, "record", ""), "language",
                  fields_text(copy->fields, ROW_LANGUAGE), "from", (json_int_t)copy->next);

    if (copy->next > 0) {
        json_object_set_new(body, "tag", json_string(copy->tag));
        json_object_set_new(body, "at", json_string(copy->at));
    }
    copy->paused_ms = 0;
    if (inquiry_ask(&copy->inquiry, screen->desk, "/v1/keeping/copy", body)) {
        say(copy, _("The copy is fetched; Esc stops it, and leaves no file."));
    } else {
        copy->paused_ms = desk_now(screen->desk);
        say(copy, _("The link is cut: the copy goes on when it is back. Esc gives it up."));
    }
}

/* As it was confirmed: in full, also where a folder was left out. */
static bool read_path(struct copy *copy)
{
    const char *typed = fields_text(copy->fields, ROW_PATH);
    char folder[PATH_SIZE] = "";
    int length;

    typed += strspn(typed, " ");
    if (*typed == '\0' || (*typed != '/' && getcwd(folder, sizeof(folder)) == NULL))
        return false;
    length = snprintf(copy->path, sizeof(copy->path), "%s%s%s", folder, *folder != '\0' ? "/" : "",
                      typed);
    return length > 0 && (size_t)length < sizeof(copy->path);
}

static void run_write(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("No"), N_("Write it there, not sealed"), NULL};
    struct copy *copy = screen->data;
    struct stat status;
    char question[PATH_SIZE + 300];

    (void)argument;
    if (copy->made >= 0)
        return;
    if (!read_path(copy)) {
        ui_tell(screen->ui, UI_FAILED, "%s", _("Say into which file."));
    } else if (lstat(copy->path, &status) == 0) {
        ui_tell(screen->ui, UI_FAILED, _("There is a file of this name already: %s"), copy->path);
    } else if (!work_is_online(screen->desk)) {
        say(copy, _("Offline: nothing was fetched, and no file was made."));
    } else {
        snprintf(question, sizeof(question),
                 _("Everything on file about %1$s is written, not sealed, into %2$s. Only your "
                   "account may read it; delete it when it was handed over."),
                 copy->title, copy->path);
        screen_ask(screen, QUESTION, question, choices);
        return;
    }
    ui_stop_ahead(screen->ui);
}

static void start(struct screen *screen)
{
    struct copy *copy = screen->data;

    copy->made = own_file_unnamed(copy->path);
    if (copy->made < 0) {
        ui_tell(screen->ui, UI_FAILED, "%s: %s", copy->path, strerror(errno));
        return;
    }
    copy->next = copy->total = 0;
    copy->restarts = 0;
    ask_part(screen);
}

static void copy_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct copy *copy = screen->data;

    if (strcmp(from, "choice") == 0 && strcmp(json_text_or(answer, "name", ""), QUESTION) == 0 &&
        json_integer_or(answer, "choice", -1) == 1 && copy->made < 0)
        start(screen);
}

/* --- taking ----------------------------------------------------------------------------------- */

static void fail(struct screen *screen, const char *why)
{
    struct copy *copy = screen->data;

    give_up(copy);
    say(copy, why);
    ui_tell(screen->ui, UI_FAILED, "%s", _("No file was left."));
}

static void finish(struct screen *screen)
{
    struct copy *copy = screen->data;

    if (!own_file_name(copy->made, copy->path)) {
        fail(screen, strerror(errno));
        return;
    }
    close(copy->made);
    copy->made = -1;
    ui_tell(screen->ui, UI_DONE, "%s", _("The copy is written."));
    screen_finish(screen, json_pack("{s:s}", "written", copy->path));
}

static void take_part(struct screen *screen, const json_t *part)
{
    struct copy *copy = screen->data;
    const char *text = json_text_or(part, "text", "");
    int64_t next = copy->next + (int64_t)strlen(text);

    if (next == copy->next || next != json_integer_or(part, "next", 0)) {
        fail(screen, _("What the server sent makes no sense."));
        return;
    }
    if (!own_file_write(copy->made, text, strlen(text))) {
        fail(screen, strerror(errno));
        return;
    }
    copy->next = next;
    copy->total = json_integer_or(part, "total", next);
    text_copy(copy->tag, sizeof(copy->tag), json_text_or(part, "tag", ""));
    text_copy(copy->at, sizeof(copy->at), json_text_or(part, "at", ""));
    if (json_bool_or(part, "ended", false))
        finish(screen);
    else
        ask_part(screen);
}

/* Something was written about the client since: all of it is fetched anew. */
static void restart(struct screen *screen)
{
    struct copy *copy = screen->data;

    if (++copy->restarts > RESTARTS || ftruncate(copy->made, 0) != 0 ||
        lseek(copy->made, 0, SEEK_SET) != 0) {
        fail(screen, _("The file changes all the time: try again later."));
        return;
    }
    copy->next = copy->total = 0;
    ask_part(screen);
    say(copy, _("The file has changed meanwhile: the copy is fetched anew."));
}

static void take_failure(struct screen *screen, const struct question_answer *answer)
{
    struct copy *copy = screen->data;

    if (strcmp(answer->problem, "changed") == 0 && copy->next > 0) {
        restart(screen);
    } else if (answer->status == 0 || answer->status == 429 || answer->status == 503) {
        copy->paused_ms = desk_now(screen->desk);
        say(copy, answer->status == 0
                      ? _("The link is cut: the copy goes on when it is back. Esc gives it up.")
                      : _("The server has too much to do: the copy goes on soon."));
    } else {
        fail(screen, keeping_refusal(answer));
    }
}

static void take(struct screen *screen)
{
    struct copy *copy = screen->data;
    struct question_answer answer;

    if (copy->paused_ms != 0 && work_is_online(screen->desk) &&
        desk_now(screen->desk) - copy->paused_ms >= AGAIN_MS)
        ask_part(screen);
    if (!inquiry_take(&copy->inquiry, screen->desk, 0, &answer) || copy->made < 0) {
        json_decref(answer.document);
        return;
    }
    if (answer.status == 200)
        take_part(screen, answer.document);
    else
        take_failure(screen, &answer);
    json_decref(answer.document);
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool copy_key(struct screen *screen, const struct input *input)
{
    struct copy *copy = screen->data;
    enum fields_answer answer;

    if (input->code == INPUT_ESCAPE && copy->made >= 0) {
        inquiry_forget(&copy->inquiry, screen->desk);
        copy->paused_ms = 0;
        fail(screen, _("Stopped."));
        return true;
    }
    if (copy->made >= 0)
        return false;
    answer = fields_key(copy->fields, input);
    if (answer == FIELDS_CHANGED)
        say(copy, "");
    if (answer == FIELDS_DONE)
        run_write(screen, "");
    return answer != FIELDS_UNUSED;
}

static const struct screen_key copy_keys[] = {
    {INPUT_CONTROL('X'), N_("Write"), N_("Asks whether to write the file there, then does."), NULL,
     run_write},
    {0},
};

static bool copy_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct copy *copy = screen->data;

    (void)key;
    return copy->made < 0;
}

extern const struct screen_kind screen_keeping_copy;
const struct screen_kind screen_keeping_copy = {
    .name = "keeping-copy",
    .title = N_("Copy for the client"),
    .help = N_("A page with everything on file about a client, and who looked at it, that they "
               "read without us. It is written into a file here, which is not sealed: hand it over "
               "and delete it."),
    .keys = copy_keys,
    .offers = copy_offers,
    .open = copy_open,
    .close = copy_close,
    .draw = copy_draw,
    .key = copy_key,
    .save = copy_save,
    .tick = take,
    .wake = take,
    .answer = copy_answer,
};
