/* A task that somebody sets themselves, their office or a colleague: what, by which day, for whom.
 */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/task.h"
#include "app/text.h"
#include "ui/day.h"
#include "ui/fields.h"
#include "ui/language.h"
#include "ui/task_news.h"
#include "ui/work.h"

#define LABEL_WIDTH 10
#define DRAFT       "task/new"

enum { ROW_ABOUT, ROW_DAY, ROW_FOR, ROW_TEXT, ROW_COUNT };

static const char *const about_words[] = {"case", "client", "nothing", NULL};
static const char *const for_words[] = {"me", "office", "colleague", NULL};

static const char *word_text(const char *word)
{
    static const struct {
        const char *word, *text;
    } texts[] = {
        {"case", N_("the case")}, {"client", N_("the client")}, {"nothing", N_("no case")},
        {"me", N_("me")},         {"office", N_("my office")},  {"colleague", N_("a colleague")},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(texts[i].word, word) == 0)
            return _(texts[i].text);
    return word;
}

static const struct fields_row rows[] = {
    [ROW_ABOUT] = {"about", N_("About"), FIELDS_CHOICE, 0, about_words, word_text},
    [ROW_DAY] = {"day", N_("Day"), FIELDS_LINE, 100, NULL, NULL},
    [ROW_FOR] = {"for", N_("For"), FIELDS_CHOICE, 0, for_words, word_text},
    [ROW_TEXT] = {"text", N_("To do"), FIELDS_TEXT, TASK_TEXT_LIMIT, NULL, NULL},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct making {
    struct fields *fields; /* owned */
    struct id matter, client;
    char reference[32];
    char name[WORK_NAME_SIZE]; /* the client's */
    bool done;
};

/* --- opening ---------------------------------------------------------------------------------- */

static void keep_draft(struct screen *screen)
{
    struct making *making = screen->data;
    json_t *draft = NULL;

    if (!making->done && *fields_text(making->fields, ROW_TEXT) != '\0')
        draft = fields_save(making->fields);
    desk_draft_put(screen->desk, DRAFT, draft, NULL);
    json_decref(draft);
}

static void making_close(struct screen *screen)
{
    struct making *making = screen->data;

    keep_draft(screen);
    fields_free(making->fields);
    free(making);
}

/* What it can be about: the case that was asked for, else the open one; a client likewise. */
static void find_about(struct screen *screen, const json_t *arguments)
{
    struct making *making = screen->data;
    const struct desk_open *open = &screen->desk->open;
    struct record *matter, *client;

    if (!id_parse(&making->matter, json_text_or(arguments, "case", "")))
        making->matter =
            json_object_get(arguments, "client") == NULL ? open->matter : (struct id){""};
    matter = work_get(screen->desk, RECORD_CASE, making->matter.text, NULL);
    if (matter == NULL)
        making->matter = (struct id){""};
    else
        text_copy(making->reference, sizeof(making->reference), record_text(matter, "reference"));
    if (matter == NULL || !id_parse(&making->client, record_text(matter, "client")))
        if (!id_parse(&making->client, json_text_or(arguments, "client", "")))
            making->client = matter == NULL ? open->client : (struct id){""};
    client = work_get(screen->desk, RECORD_CLIENT, making->client.text, NULL);
    if (client == NULL)
        making->client = (struct id){""};
    work_client_name(client, making->name, sizeof(making->name));
    record_free(matter);
    record_free(client);
}

static bool has_about(const struct making *making, const char *word)
{
    if (strcmp(word, "case") == 0)
        return !id_is_empty(&making->matter);
    return strcmp(word, "client") != 0 || !id_is_empty(&making->client);
}

static int making_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct making *making = calloc(1, sizeof(*making));
    const json_t *kept = json_object_get(arguments, "fields");
    json_t *draft = NULL;
    size_t about = 0;

    if (making == NULL || (making->fields = fields_new(rows)) == NULL) {
        free(making);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = making;
    find_about(screen, arguments);
    if (kept == NULL)
        kept = draft = desk_draft_get(screen->desk, DRAFT);
    fields_restore(making->fields, kept);
    if (*json_text_or(arguments, "argument", "") != '\0')
        fields_set(making->fields, ROW_TEXT, json_text_or(arguments, "argument", ""));
    if (kept == NULL || json_object_get(arguments, "fields") == NULL) {
        /* The list has a case under its cursor: most of what is noted there is about no case. */
        while (!has_about(making, about_words[about]))
            about++;
        fields_set(making->fields, ROW_ABOUT,
                   json_bool_or(arguments, "free", false) ? "nothing" : about_words[about]);
        fields_focus_set(making->fields, ROW_TEXT);
    }
    json_decref(draft);
    return 0;
}

static json_t *making_save(const struct screen *screen)
{
    const struct making *making = screen->data;

    return json_pack("{s:s, s:s, s:o}", "case", making->matter.text, "client", making->client.text,
                     "fields", fields_save(making->fields));
}

/* --- the day ---------------------------------------------------------------------------------- */

/* True for no day at all, or one that is not over. */
static bool read_day(const struct screen *screen, int64_t *due_ms)
{
    const struct making *making = screen->data;
    const char *text = fields_text(making->fields, ROW_DAY);
    struct answer_context context = work_answer_context(screen->desk);
    struct answer_day day;

    *due_ms = 0;
    if (text[strspn(text, " ")] == '\0')
        return true;
    if (!day_read(text, &context, &day))
        return false;
    *due_ms = day_noon_ms(&day);
    return *due_ms >= day_noon_ms(&context.today);
}

static int draw_day(struct screen *screen, const struct paint *paint, int row)
{
    const struct making *making = screen->data;
    const char *typed = fields_text(making->fields, ROW_DAY);
    char day[96];
    int64_t due_ms;

    if (!read_day(screen, &due_ms)) {
        paint_text(paint, row, LABEL_WIDTH, -1, PAINT_WARNING,
                   _("A day from today on: friday, +3, 2026-12-10."));
        return 1;
    }
    if (typed[strspn(typed, " ")] == '\0') {
        paint_text(paint, row, LABEL_WIDTH, -1, PAINT_DIM, _("On no day; or: friday, +3, 2026-12-10."));
        return 1;
    }
    task_day_words(screen->desk, due_ms, day, sizeof(day));
    paint_text(paint, row, LABEL_WIDTH, -1, PAINT_GOOD, day);
    return 1;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_about(const struct making *making, const struct paint *paint, int row)
{
    const char *about = fields_text(making->fields, ROW_ABOUT);
    char text[WORK_NAME_SIZE + 48] = "";

    if (strcmp(about, "case") == 0)
        snprintf(text, sizeof(text), "%s%s%s", making->reference,
                 *making->name != '\0' ? " · " : "", making->name);
    else if (strcmp(about, "client") == 0)
        text_copy(text, sizeof(text), making->name);
    if (!has_about(making, about))
        paint_text(paint, row, LABEL_WIDTH, -1, PAINT_WARNING, _("none is open"));
    else
        paint_text(paint, row, LABEL_WIDTH, -1, PAINT_VALUE, text);
}

static void making_draw(struct screen *screen, const struct paint *paint)
{
    struct making *making = screen->data;
    struct paint line;
    int row = 0;

    for (size_t field = ROW_ABOUT; field < ROW_TEXT; field++) {
        line = paint_part(paint, row++, 0, 1, -1);
        fields_draw(making->fields, field, &line, LABEL_WIDTH, true);
        if (field == ROW_ABOUT)
            draw_about(making, paint, row++);
        else if (field == ROW_DAY)
            row += draw_day(screen, paint, row);
    }
    line = paint_part(paint, row, 0, -1, -1);
    fields_draw(making->fields, ROW_TEXT, &line, LABEL_WIDTH, true);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void stop(struct screen *screen, size_t row, const char *why)
{
    struct making *making = screen->data;

    ui_stop_ahead(screen->ui);
    ui_tell(screen->ui, UI_FAILED, "%s", why);
    fields_focus_set(making->fields, row);
}

static void make(struct screen *screen, const struct id *assignee)
{
    struct making *making = screen->data;
    struct author author = desk_author(screen->desk);
    const char *about = fields_text(making->fields, ROW_ABOUT);
    struct task_draft draft = {
        .kind = "other", .text = fields_text(making->fields, ROW_TEXT), .assignee = *assignee};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    char day[96];
    struct id id;

    read_day(screen, &draft.due_ms);
    if (strcmp(about, "case") == 0)
        draft.matter = making->matter;
    if (strcmp(about, "nothing") != 0)
        draft.client = making->client;
    if (!work_apply(screen, &batch, task_make(&batch, &author, &draft, &id, &error), &error))
        return;
    making->done = true;
    if (draft.due_ms != 0) {
        task_day_words(screen->desk, draft.due_ms, day, sizeof(day));
        ui_tell(screen->ui, UI_DONE, _("Noted: it comes back on %s."), day);
    } else {
        ui_tell(screen->ui, UI_DONE, "%s", _("Noted, on no day."));
    }
    screen_finish(screen, json_pack("{s:s}", "task", id.text));
}

static void run_save(struct screen *screen, const char *argument)
{
    struct making *making = screen->data;
    const char *text = fields_text(making->fields, ROW_TEXT);
    const char *whose = fields_text(making->fields, ROW_FOR);
    int64_t due_ms;

    (void)argument;
    if (text[strspn(text, " \n\t")] == '\0')
        stop(screen, ROW_TEXT, _("Write what is to be done."));
    else if (!read_day(screen, &due_ms))
        stop(screen, ROW_DAY, _("A day from today on: friday, +3, 2026-12-10."));
    else if (!has_about(making, fields_text(making->fields, ROW_ABOUT)))
        stop(screen, ROW_ABOUT, _("None is open: choose another one."));
    else if (strcmp(whose, "colleague") == 0)
        ui_open(screen->ui, "agents", json_pack("{s:b}", "choose", true));
    else if (strcmp(whose, "me") == 0)
        make(screen, desk_agent(screen->desk));
    else
        make(screen, &(struct id){""});
}

static void making_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct id agent;

    if (strcmp(from, "agents") == 0 && id_parse(&agent, json_text_or(answer, "agent", "")))
        make(screen, &agent);
}

static bool making_key(struct screen *screen, const struct input *input)
{
    struct making *making = screen->data;
    enum fields_answer answer = fields_key(making->fields, input);

    if (answer == FIELDS_FULL)
        ui_tell(screen->ui, UI_FAILED, "%s", _("Too long. Nothing is lost."));
    return answer != FIELDS_UNUSED;
}

static const struct screen_key making_keys[] = {
    {INPUT_CONTROL('X'), N_("Save"), N_("Makes the task; for a colleague it asks whom."), NULL,
     run_save},
    {INPUT_TAB, N_("Next field"), N_("Goes to the next field; Shift-Tab to the one before."), NULL,
     NULL},
    {0},
};

extern const struct screen_kind screen_task_new;
const struct screen_kind screen_task_new = {
    .name = "task-new",
    .title = N_("New task"),
    .help =
        N_("Something to be done, on a day or on none, for you, your office or a colleague; about "
           "a case, a client or neither. It comes back on its day: F3 opens on what is due."),
    .command = N_("todo"),
    .keys = making_keys,
    .open = making_open,
    .close = making_close,
    .draw = making_draw,
    .key = making_key,
    .save = making_save,
    .suspend = keep_draft,
    .answer = making_answer,
};
