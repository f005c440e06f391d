/* One error reported: what, by whom, and the answer; its keeper writes that here. */
#include "ui/screen_flag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/editor.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/page.h"

#define LABEL_WIDTH 13
#define ANSWER_ROWS 3

struct flag_view {
    struct record *flag; /* owned */
    enum store_pending pending;
    char title[WORK_NAME_SIZE];
    char draft[64];        /* its name */
    struct editor *answer; /* owned */
    struct page page;
    bool done;
};

/* True while this agent may write the answer. */
static bool is_to_settle(const struct flag_view *view, const struct desk *desk)
{
    return flag_is_open(view->flag) && flag_is_for(view->flag, desk->agent);
}

static void read_flag(struct screen *screen)
{
    struct flag_view *view = screen->data;
    struct record *flag = work_get(screen->desk, RECORD_FLAG, view->flag->id.text, &view->pending);

    if (flag == NULL)
        return; /* taken back meanwhile: it stays as it was read */
    record_free(view->flag);
    view->flag = flag;
    flag_title(screen->desk, flag, view->title, sizeof(view->title));
}

static void keep_draft(struct screen *screen)
{
    struct flag_view *view = screen->data;
    json_t *draft = view->done || editor_length(view->answer) == 0
                        ? NULL
                        : json_pack("{s:s}", "answer", editor_text(view->answer));

    desk_draft_put(screen->desk, view->draft, draft, NULL);
    json_decref(draft);
}

static void view_close(struct screen *screen)
{
    struct flag_view *view = screen->data;

    if (view->flag != NULL && view->answer != NULL)
        keep_draft(screen);
    record_free(view->flag);
    editor_free(view->answer);
    free(view);
}

static int view_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct flag_view *view = calloc(1, sizeof(*view));
    json_t *draft;

    if (view == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = view;
    view->flag =
        work_get(screen->desk, RECORD_FLAG, json_text_or(arguments, "id", ""), &view->pending);
    view->answer = editor_new(EDITOR_TEXT, FLAG_ANSWER_LIMIT);
    if (view->flag == NULL || view->answer == NULL) {
        int code = view->flag == NULL
                       ? error_set(error, ERROR_NOT_FOUND, "%s", _("it is not on this terminal"))
                       : error_set(error, ERROR_MEMORY, "out of memory");

        view_close(screen);
        return code;
    }
    snprintf(view->draft, sizeof(view->draft), "settle/%s", view->flag->id.text);
    page_restore(&view->page, json_object_get(arguments, "page"));
    draft = desk_draft_get(screen->desk, view->draft);
    editor_restore(view->answer, json_object_get(draft, "answer"));
    editor_restore(view->answer, json_object_get(arguments, "answer"));
    json_decref(draft);
    read_flag(screen);
    return 0;
}

static json_t *view_save(const struct screen *screen)
{
    const struct flag_view *view = screen->data;

    return json_pack("{s:s, s:o, s:o}", "id", view->flag->id.text, "answer",
                     editor_save(view->answer), "page", page_save(&view->page));
}

/* True while this agent may take it back. */
static bool is_own_open(const struct flag_view *view, const struct desk *desk)
{
    return flag_is_open(view->flag) && flag_is_from(view->flag, desk_agent(desk));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_labelled(struct flag_view *view, const char *label, const char *value)
{
    if (*value != '\0')
        page_labelled(&view->page, LABEL_WIDTH, label, PAINT_TEXT, value);
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct flag_view *view = screen->data;
    struct desk *desk = screen->desk;
    char name[WORK_NAME_SIZE], office[WORK_NAME_SIZE], when[32], text[3 * WORK_NAME_SIZE];

    page_start(&view->page, paint);
    page_blank(&view->page);
    draw_labelled(view, _("About"), view->title);
    draw_labelled(view, _("Wrong"), flag_kind_text(record_text(view->flag, "kind")));
    draw_labelled(view, _("Right is"), record_text(view->flag, "text"));
    work_agent_name(desk, record_text(view->flag, "agent"), name, sizeof(name));
    work_title(desk, RECORD_OFFICE, record_text(view->flag, "office"), office, sizeof(office));
    work_when(desk, view->flag, "at", when, sizeof(when));
    snprintf(text, sizeof(text), "%s · %s · %s", name, office, when);
    draw_labelled(view, _("Reported by"), text);
    flag_state_text(desk, view->flag, view->pending, text, sizeof(text));
    page_labelled(&view->page, LABEL_WIDTH, _("State"),
                  flag_is_open(view->flag)        ? PAINT_WARNING
                  : flag_is_withdrawn(view->flag) ? PAINT_DIM
                                                  : PAINT_GOOD,
                  text);
    draw_labelled(view, _("Answer"), record_text(view->flag, "answer"));
}

static void view_draw(struct screen *screen, const struct paint *paint)
{
    struct flag_view *view = screen->data;
    struct paint page = *paint, answer;

    if (!is_to_settle(view, screen->desk)) {
        page_draw(&view->page, paint, draw_page, screen);
        return;
    }
    page = paint_part(paint, 0, 0, -2 - ANSWER_ROWS, -1);
    page_draw(&view->page, &page, draw_page, screen);
    paint_text(paint, paint->rows - ANSWER_ROWS - 1, 0, -1, PAINT_LABEL,
               _("Your answer, for whoever reported it"));
    answer = paint_part(paint, paint->rows - ANSWER_ROWS, 0, -1, -1);
    for (int row = 0; row < ANSWER_ROWS; row++)
        paint_fill(&answer, row, 0, -1, PAINT_FOCUS);
    editor_draw(view->answer, &answer, true);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_settle(struct screen *screen, const char *argument)
{
    struct flag_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    const char *answer = editor_text(view->answer);
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    (void)argument;
    if (answer[strspn(answer, " \n")] == '\0') {
        ui_tell(screen->ui, UI_FAILED, "%s", _("Write an answer first."));
        ui_stop_ahead(screen->ui);
        return;
    }
    if (!work_apply(screen, &batch, flag_settle(&batch, &author, view->flag, answer, &error),
                    &error)) {
        ui_stop_ahead(screen->ui);
        return;
    }
    view->done = true;
    ui_tell(screen->ui, UI_DONE, "%s", _("Settled: the answer goes to whoever reported it."));
    screen_close(screen);
}

static void run_withdraw(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("Yes, withdraw it"), N_("No, leave it"), NULL};

    (void)argument;
    screen_ask(screen, "withdraw", _("Withdraw what you reported? Nobody answers it then."),
               choices);
}

static void view_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct flag_view *view = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    if (strcmp(from, "choice") != 0 || json_integer_or(answer, "choice", -1) != 0)
        return;
    if (!work_apply(screen, &batch, flag_withdraw(&batch, &author, view->flag, &error), &error))
        return;
    view->done = true;
    ui_tell(screen->ui, UI_DONE, "%s", _("What you reported is withdrawn."));
    screen_close(screen);
}

static void run_subject(struct screen *screen, const char *argument)
{
    const struct flag_view *view = screen->data;

    (void)argument;
    ui_open(screen->ui, record_text(view->flag, "subject_type"),
            json_pack("{s:s}", "key", record_text(view->flag, "subject")));
}

static bool view_offers(const struct screen *screen, const struct screen_key *key)
{
    if (key->run == run_withdraw)
        return is_own_open(screen->data, screen->desk);
    return key->run != run_settle || is_to_settle(screen->data, screen->desk);
}

static bool view_key(struct screen *screen, const struct input *input)
{
    struct flag_view *view = screen->data;
    int opened;

    if (!is_to_settle(view, screen->desk) || input->code == INPUT_PAGE_DOWN ||
        input->code == INPUT_PAGE_UP)
        return page_key(&view->page, input, &opened);
    return ui_edit(screen->ui, view->answer, input, NULL);
}

static const char *view_subject(struct screen *screen)
{
    const struct flag_view *view = screen->data;

    return view->title;
}

static const struct screen_key view_keys[] = {
    {INPUT_CONTROL('X'), N_("Settle"), N_("Settles it with the answer."), N_("settle"), run_settle},
    {INPUT_CONTROL('R'), N_("Withdraw"), N_("Takes back what you reported yourself."),
     N_("withdraw"), run_withdraw},
    {INPUT_CONTROL('O'), N_("Open it"), N_("Opens what it is about."), NULL, run_subject},
    {0},
};

extern const struct screen_kind screen_flag_one;
const struct screen_kind screen_flag_one = {
    .name = "flag-one",
    .title = N_("Error reported"),
    .help = N_("What an agent says is wrong in the catalogue. Its keeper answers: corrected, or "
               "why it stands."),
    .keys = view_keys,
    .offers = view_offers,
    .open = view_open,
    .close = view_close,
    .draw = view_draw,
    .key = view_key,
    .save = view_save,
    .suspend = keep_draft,
    .answer = view_answer,
    .changed = read_flag,
    .subject = view_subject,
};
