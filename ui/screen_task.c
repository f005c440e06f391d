/* One task: what is to be done by which day, for whom; done, dropped, put off and given away. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/delivery.h"
#include "app/json.h"
#include "app/task.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/day.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/page.h"
#include "ui/promise_words.h"
#include "ui/task_news.h"
#include "ui/work.h"

#define LABEL_WIDTH 13
#define REASON_SIZE 400

struct task_view {
    struct record *task; /* owned */
    enum store_pending pending;
    char about[WORK_NAME_SIZE]; /* of its case: reference and client */
    char draft[64];             /* its name */
    struct editor *line;        /* owned: a reason, or a day and a reason */
    struct page page;
};

/* --- opening --------------------------------------------------------------------------------- */

static void name_it(struct screen *screen)
{
    struct task_view *view = screen->data;
    struct record *matter =
        work_get(screen->desk, RECORD_CASE, record_text(view->task, "case"), NULL);
    struct record *client =
        work_get_client(screen->desk, matter != NULL ? record_text(matter, "client")
                                                     : record_text(view->task, "client"));
    char name[WORK_NAME_SIZE];

    work_client_name(client, name, sizeof(name));
    snprintf(view->about, sizeof(view->about), "%s%s%.*s",
             matter != NULL ? record_text(matter, "reference") : "",
             matter != NULL && *name != '\0' ? " · " : "", WORK_NAME_SIZE - 32, name);
    record_free(matter);
    record_free(client);
}

static void read_task(struct screen *screen)
{
    struct task_view *view = screen->data;
    struct record *task = work_get(screen->desk, RECORD_TASK, view->task->id.text, &view->pending);

    if (task == NULL)
        return; /* it was taken from this terminal: it stays as it was read */
    record_free(view->task);
    view->task = task;
    name_it(screen);
}

static void keep_draft(struct screen *screen)
{
    struct task_view *view = screen->data;
    json_t *draft =
        editor_length(view->line) == 0 ? NULL : json_pack("{s:s}", "line", editor_text(view->line));

    desk_draft_put(screen->desk, view->draft, draft, NULL);
    json_decref(draft);
}

static void view_close(struct screen *screen)
{
    struct task_view *view = screen->data;

    if (view->task != NULL && view->line != NULL)
        keep_draft(screen);
    record_free(view->task);
    editor_free(view->line);
    free(view);
}

static int view_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct task_view *view = calloc(1, sizeof(*view));
    const char *id = json_text_or(arguments, "id", "");
    json_t *draft;
    int code = 0;

    if (view == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = view;
    view->line = editor_new(EDITOR_LINE, REASON_SIZE);
    view->task = *id != '\0' ? work_get(screen->desk, RECORD_TASK, id, &view->pending)
                             : task_next(screen->desk);
    if (view->line == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else if (view->task == NULL)
        code =
            error_set(error, ERROR_NOT_FOUND, "%s",
                      *id != '\0' ? _("it is not on this terminal") : _("no task is yours to do"));
    if (code != 0) {
        view_close(screen);
        return code;
    }
    snprintf(view->draft, sizeof(view->draft), "task/%s", view->task->id.text);
    page_restore(&view->page, json_object_get(arguments, "page"));
    draft = desk_draft_get(screen->desk, view->draft);
    editor_set_text(view->line, json_text_or(draft, "line", ""));
    json_decref(draft);
    read_task(screen);
    task_news_seen(screen->desk);
    return 0;
}

static json_t *view_save(const struct screen *screen)
{
    const struct task_view *view = screen->data;

    return json_pack("{s:s, s:o}", "id", view->task->id.text, "page", page_save(&view->page));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_labelled(struct task_view *view, const char *label, const char *value)
{
    if (*value != '\0')
        page_labelled(&view->page, LABEL_WIDTH, label, PAINT_TEXT, value);
}

static void draw_due(struct screen *screen)
{
    struct task_view *view = screen->data;
    enum task_when when = task_when_here(screen->desk, view->task);
    const char *how = when == TASK_OVERDUE ? _("overdue") : when == TASK_TODAY ? _("today") : "";
    char day[96], text[160];

    if (task_due_ms(view->task) == 0)
        return;
    task_day_words(screen->desk, task_due_ms(view->task), day, sizeof(day));
    snprintf(text, sizeof(text), "%s%s%s", day, *how != '\0' ? ", " : "", how);
    page_labelled(&view->page, LABEL_WIDTH, _("Due on"),
                  when == TASK_OVERDUE ? PAINT_ERROR
                  : when == TASK_TODAY ? PAINT_WARNING
                                       : PAINT_TEXT,
                  text);
}

static void draw_moves(struct screen *screen)
{
    struct task_view *view = screen->data;
    struct task_move moves[TASK_MOVES_LIMIT];
    size_t count = task_moves(view->task, moves);

    for (size_t i = count; i-- > 0;) {
        char from[96], who[WORK_NAME_SIZE], text[3 * WORK_NAME_SIZE];

        task_day_words(screen->desk, moves[i].from_ms, from, sizeof(from));
        work_agent_name(screen->desk, moves[i].by, who, sizeof(who));
        snprintf(text, sizeof(text), _("was for %1$s, put off by %2$s%3$s%4$s"), from, who,
                 *moves[i].reason != '\0' ? ": " : "", moves[i].reason);
        page_labelled(&view->page, LABEL_WIDTH, i + 1 == count ? _("Put off") : "", PAINT_DIM,
                      text);
    }
}

static void draw_whose(struct screen *screen)
{
    struct task_view *view = screen->data;
    char name[WORK_NAME_SIZE];

    if (*record_text(view->task, "assignee") != '\0') {
        work_agent_name(screen->desk, record_text(view->task, "assignee"), name, sizeof(name));
        draw_labelled(view, _("Given to"), name);
    }
    work_title(screen->desk, RECORD_QUEUE, record_text(view->task, "to_queue"), name, sizeof(name));
    draw_labelled(view, _("Queue"), name);
}

static void draw_state(struct screen *screen)
{
    struct task_view *view = screen->data;
    const char *reason = record_text(view->task, "reason");
    char name[WORK_NAME_SIZE], when[32], text[2 * WORK_NAME_SIZE];
    bool open = task_is_open(view->task);

    text_copy(text, sizeof(text), format_word(record_text(view->task, "state")));
    if (!open) {
        work_agent_name(screen->desk, record_text(view->task, "ended_by"), name, sizeof(name));
        work_when(screen->desk, view->task, "ended_at", when, sizeof(when));
        snprintf(text, sizeof(text), "%s · %s · %s", format_word(record_text(view->task, "state")),
                 name, when);
    }
    if (view->pending != STORE_SETTLED)
        text_copy(text + strlen(text), sizeof(text) - strlen(text), _(", not sent yet"));
    page_labelled(&view->page, LABEL_WIDTH, _("State"), open ? PAINT_WARNING : PAINT_GOOD, text);
    if (strcmp(reason, "in-time") == 0)
        reason = _("it was done in time, which was heard of later");
    draw_labelled(view, _("Reason"), reason);
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct task_view *view = screen->data;
    struct id server = delivery_server();
    char text[4 * WORK_NAME_SIZE], who[WORK_NAME_SIZE], when[32];

    page_start(&view->page, paint);
    page_blank(&view->page);
    draw_labelled(view, _("Task"), format_word(record_text(view->task, "kind")));
    task_text_here(screen->desk, view->task, text, sizeof(text));
    draw_labelled(view, _("To do"), text);
    draw_labelled(view, _("Case"), view->about);
    draw_due(screen);
    draw_whose(screen);
    if (strcmp(record_text(view->task, "author"), server.text) == 0)
        text_copy(who, sizeof(who), _("the server"));
    else
        work_agent_name(screen->desk, record_text(view->task, "author"), who, sizeof(who));
    work_when(screen->desk, view->task, "at", when, sizeof(when));
    snprintf(text, sizeof(text), "%s · %s", who, when);
    draw_labelled(view, _("Made by"), text);
    draw_state(screen);
    draw_moves(screen);
}

static void view_draw(struct screen *screen, const struct paint *paint)
{
    struct task_view *view = screen->data;
    struct paint page = paint_part(paint, 0, 0, -3, -1), line;
    const char *label = task_is_open(view->task) ? _("A reason; to put it off, the new day first")
                                                 : _("Why it is opened again");

    page_draw(&view->page, &page, draw_page, screen);
    paint_text(paint, paint->rows - 2, 0, -1, PAINT_LABEL, label);
    line = paint_part(paint, paint->rows - 1, 0, 1, -1);
    paint_fill(&line, 0, 0, -1, PAINT_FOCUS);
    editor_draw(view->line, &line, true);
}

/* --- keys ------------------------------------------------------------------------------------ */

/* Applies what was built, and says so; the line is used up. */
static void finish(struct screen *screen, struct batch *batch, int code, struct error *error,
                   const char *told)
{
    struct task_view *view = screen->data;

    if (!work_apply(screen, batch, code, error)) {
        ui_stop_ahead(screen->ui);
        return;
    }
    editor_set_text(view->line, "");
    keep_draft(screen);
    read_task(screen);
    ui_tell(screen->ui, UI_DONE, "%s", told);
}

static bool has_reason(struct screen *screen)
{
    struct task_view *view = screen->data;
    const char *reason = editor_text(view->line);

    if (reason[strspn(reason, " ")] != '\0')
        return true;
    ui_tell(screen->ui, UI_FAILED, "%s", _("Say why first."));
    ui_stop_ahead(screen->ui);
    return false;
}

static void run_done(struct screen *screen, const char *argument)
{
    struct task_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    (void)argument;
    finish(screen, &batch, task_done(&batch, &author, view->task, editor_text(view->line), &error),
           &error, _("Done."));
}

static void run_drop(struct screen *screen, const char *argument)
{
    struct task_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    (void)argument;
    if (has_reason(screen))
        finish(screen, &batch,
               task_drop(&batch, &author, view->task, editor_text(view->line), &error), &error,
               _("Dropped: it will not be done."));
}

static void run_reopen(struct screen *screen, const char *argument)
{
    struct task_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    (void)argument;
    if (has_reason(screen))
        finish(screen, &batch,
               task_reopen(&batch, &author, view->task, editor_text(view->line), &error), &error,
               _("It is open again."));
}

/* Reads the first `length` bytes of a text as a day. */
static bool read_head(const struct screen *screen, const char *text, size_t length,
                      struct answer_day *day)
{
    struct answer_context context = work_answer_context(screen->desk);
    char *head = strndup(text, length);
    bool read = head != NULL && day_read(head, &context, day);

    free(head);
    return read;
}

/* Where the word before this place begins. */
static size_t word_before(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == ' ')
        length--;
    while (length > 0 && text[length - 1] != ' ')
        length--;
    return length;
}

/* The beginning of the line that is a day, without words that say nothing of it; the rest is the
 * reason. */
static bool read_move(struct screen *screen, int64_t *due_ms, const char **reason)
{
    struct task_view *view = screen->data;
    const char *text = editor_text(view->line);
    size_t length = strlen(text), shorter;
    struct answer_day day, same;

    while (length > 0 && !read_head(screen, text, length, &day))
        length = word_before(text, length);
    if (length == 0)
        return false;
    while ((shorter = word_before(text, length)) > 0 &&
           strcspn(text + shorter, "0123456789") >= length - shorter &&
           read_head(screen, text, shorter, &same) && memcmp(&same, &day, sizeof(day)) == 0)
        length = shorter;
    *due_ms = day_noon_ms(&day);
    *reason = text + length + strspn(text + length, " ,:");
    return true;
}

static void run_move(struct screen *screen, const char *argument)
{
    struct task_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    const char *reason;
    int64_t due_ms;
    int code;

    (void)argument;
    if (!read_move(screen, &due_ms, &reason)) {
        ui_tell(screen->ui, UI_FAILED, "%s",
                _("Write the new day first: friday, +3, 2026-11-24; then why."));
        ui_stop_ahead(screen->ui);
        return;
    }
    code = task_move(&batch, &author, view->task, due_ms, reason, &error);
    finish(screen, &batch, code, &error, _("It comes back on that day."));
}

static void run_take(struct screen *screen, const char *argument)
{
    struct task_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    bool own = strcmp(record_text(view->task, "assignee"), desk_agent(screen->desk)->text) == 0;
    struct id nobody = {""};
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    (void)argument;
    finish(
        screen, &batch,
        task_assign(&batch, &author, view->task, own ? &nobody : desk_agent(screen->desk), &error),
        &error, own ? _("Given back.") : _("It is yours."));
}

static void run_case(struct screen *screen, const char *argument)
{
    const struct task_view *view = screen->data;
    struct id matter, none = {""};

    (void)argument;
    if (id_parse(&matter, record_text(view->task, "case")))
        work_show_case(screen->ui, &matter, &none);
    else
        ui_open(screen->ui, "client", json_pack("{s:s}", "id", record_text(view->task, "client")));
}

/* To a colleague, who is chosen. */
static void run_give(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "agents", json_pack("{s:b}", "choose", true));
}

static void view_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct task_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    char name[WORK_NAME_SIZE], told[WORK_NAME_SIZE + 64];
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id agent;

    if (strcmp(from, "agents") != 0 || !id_parse(&agent, json_text_or(answer, "agent", "")))
        return;
    work_agent_name(screen->desk, agent.text, name, sizeof(name));
    snprintf(told, sizeof(told), _("Given to %s."), name);
    finish(screen, &batch, task_assign(&batch, &author, view->task, &agent, &error), &error, told);
}

static bool view_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct task_view *view = screen->data;

    if (key->run == run_case)
        return *record_text(view->task, "case") != '\0' ||
               *record_text(view->task, "client") != '\0';
    return task_is_open(view->task) == (key->run != run_reopen);
}

static bool view_key(struct screen *screen, const struct input *input)
{
    struct task_view *view = screen->data;
    int opened;

    if (input->code == INPUT_PAGE_DOWN || input->code == INPUT_PAGE_UP ||
        input->code == INPUT_DOWN || input->code == INPUT_UP)
        return page_key(&view->page, input, &opened);
    return ui_edit(screen->ui, view->line, input, NULL);
}

static const char *view_subject(struct screen *screen)
{
    const struct task_view *view = screen->data;

    return view->about;
}

static const struct screen_key view_keys[] = {
    {INPUT_CONTROL('X'), N_("Done"), N_("It is done."), N_("done"), run_done},
    {INPUT_CONTROL('P'), N_("Put off"), N_("To the day that is written, with the reason after it."),
     N_("putoff"), run_move},
    {INPUT_CONTROL('R'), N_("Drop"), N_("It will not be done: say why."), N_("drop"), run_drop},
    {INPUT_CONTROL('N'), N_("Take"), N_("Takes it, or gives it back to the others."), N_("take"),
     run_take},
    {INPUT_CONTROL('V'), N_("Entrust"), N_("Gives it to a colleague."), N_("give"), run_give},
    {INPUT_CONTROL('F'), N_("Open again"), N_("Opens again what was done or dropped: say why."),
     N_("reopen"), run_reopen},
    {INPUT_CONTROL('O'), N_("Case"), N_("Shows its case, or its client."), NULL, run_case},
    {0},
};

extern const struct screen_kind screen_task;
const struct screen_kind screen_task = {
    .name = "task",
    .title = N_("Task"),
    .help = N_("What is to be done by a day: a commitment to a client, a refund for a promise that "
               "was missed. Without a name the command shows the one that is due first."),
    .command = N_("task"),
    .keys = view_keys,
    .offers = view_offers,
    .open = view_open,
    .close = view_close,
    .draw = view_draw,
    .key = view_key,
    .save = view_save,
    .suspend = keep_draft,
    .changed = read_task,
    .answer = view_answer,
    .subject = view_subject,
    .observe = task_news_observe,
};
