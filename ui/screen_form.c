/* A form being filled: fields, pages, review, submission. */
#include "ui/screen_form.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/submission.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

/* --- opening and closing --------------------------------------------------------------------- */

static void restore(struct screen *screen, const json_t *state)
{
    struct form_screen *form = screen->data;
    const char *mode = json_text_or(state, "mode", "");

    if (form->fill == NULL || form->mode == FORM_READING)
        return;
    if (state != NULL)
        fill_restore(form->fill, json_object_get(state, "fill"));
    if (strcmp(mode, "review") == 0 && !form_is_questionnaire(form))
        form_review_open(screen);
}

static void form_close(struct screen *screen)
{
    struct form_screen *form = screen->data;

    if (form->fill != NULL && form->mode != FORM_READING)
        fill_take(form->fill);
    form_keep(screen, form->submission != NULL);
    form_unload(form);
    free(form);
}

static int form_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct form_screen *form = calloc(1, sizeof(*form));
    const char *argument = json_text_or(arguments, "argument", "");
    char key[200];
    char submission[ID_TEXT_LENGTH + 1];
    int code;

    if (form == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = form;
    text_copy(key, sizeof(key), json_text_or(arguments, "key", ""));
    text_copy(submission, sizeof(submission), json_text_or(arguments, "submission", ""));
    if (*argument != '\0')
        form_pick_find(screen, argument, key, sizeof(key));
    /* Without a word: the form that is open, if there is one. */
    if (arguments == NULL)
        text_copy(submission, sizeof(submission), screen->desk->open.submission.text);
    if (*key != '\0' || *submission != '\0')
        code = form_load(screen, key, submission, error);
    else
        code = form_pick_open(screen, error);
    if (code != 0) {
        form_unload(form);
        free(form);
        return code;
    }
    work_look_record(screen, form->submission);
    restore(screen, json_object_get(arguments, "state"));
    if (form->mode == FORM_FILLING)
        form_follow_focus(form);
    return 0;
}

static json_t *form_save(const struct screen *screen)
{
    const struct form_screen *form = screen->data;
    json_t *state;

    if (form->mode == FORM_PICKING || form->fill == NULL)
        return json_pack("{s:s}", "key", "");
    state = json_pack("{s:o, s:s}", "fill", fill_state(form->fill), "mode",
                      form->mode == FORM_REVIEWING ? "review" : "fill");
    if (form->submission != NULL)
        return json_pack("{s:s, s:o}", "submission", form->submission->id.text, "state", state);
    return json_pack("{s:s, s:o}", "key", record_text(form->definition, "key"), "state", state);
}

/* Another screen comes on top: what is half typed goes into the draft, so that a hand-off carries
 * it, with the field. */
static void form_suspend(struct screen *screen)
{
    struct form_screen *form = screen->data;

    if (form->fill == NULL || form->mode != FORM_FILLING)
        return;
    fill_take(form->fill);
    form_keep(screen, form->submission != NULL);
    form_follow_focus(form);
}

static const char *form_subject(struct screen *screen)
{
    const struct form_screen *form = screen->data;

    return form->definition == NULL
               ? ""
               : format_localised(json_object_get(form->definition->body, "title"));
}

/* From the review Esc goes back to the fields. */
static const char *form_back(const struct screen *screen)
{
    const struct form_screen *form = screen->data;

    return form->mode == FORM_REVIEWING ? screen->kind->title : NULL;
}

/* --- keys ------------------------------------------------------------------------------------ */

static void go_on(struct screen *screen, bool review)
{
    struct form_screen *form = screen->data;

    if (!form_leave_field(screen))
        return;
    if (!fill_next(form->fill) && review)
        form_review_open(screen);
    form_keep(screen, false);
    form_follow_focus(form);
}

static void go_back(struct screen *screen)
{
    struct form_screen *form = screen->data;

    form_leave_field(screen);
    fill_previous(form->fill);
    form_keep(screen, false);
    form_follow_focus(form);
}

/* The next or previous visible page; on a form of one page, its end or start. */
static void go_page(struct screen *screen, int step)
{
    struct form_screen *form = screen->data;
    size_t page = fill_page(form->fill);

    form_leave_field(screen);
    for (page += (size_t)step; page < fill_page_count(form->fill); page += (size_t)step)
        if (fill_go_page(form->fill, page))
            break;
    if (page >= fill_page_count(form->fill)) {
        for (int i = 0; i < 8; i++)
            if (!(step > 0 ? fill_next(form->fill) : fill_previous(form->fill)))
                break;
    }
    form_keep(screen, false);
    form_follow_focus(form);
}

static void press_enter(struct screen *screen)
{
    struct form_screen *form = screen->data;
    size_t current = fill_current(form->fill);

    if (current < fill_line_count(form->fill) &&
        fill_line(form->fill, current)->kind == FILL_LIST) {
        fill_item_add(form->fill);
        form_keep(screen, false);
        form_follow_focus(form);
        return;
    }
    go_on(screen, true);
}

/* What is typed where items are added begins one: no key is lost. */
static void begin_item(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    size_t current = fill_current(form->fill);
    bool text = input->code == INPUT_PASTE || (input_is_character(input) && input->code != ' ');

    if (!text || current >= fill_line_count(form->fill) ||
        fill_line(form->fill, current)->kind != FILL_LIST)
        return;
    fill_item_add(form->fill);
    form_keep(screen, false);
    form_follow_focus(form);
}

static bool filling_key(struct screen *screen, const struct input *input)
{
    begin_item(screen, input);
    if (form_field_key(screen, input))
        return true;
    switch (input->code) {
    case INPUT_ENTER:
        press_enter(screen);
        return true;
    case INPUT_TAB:
        go_on(screen, true);
        return true;
    case INPUT_DOWN:
        go_on(screen, false);
        return true;
    case INPUT_UP:
    case INPUT_BACK_TAB:
        go_back(screen);
        return true;
    case INPUT_PAGE_UP:
        go_page(screen, -1);
        return true;
    case INPUT_PAGE_DOWN:
        go_page(screen, 1);
        return true;
    default:
        return false;
    }
}

static bool form_key_pressed(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;

    if (form_paper_busy(screen)) {
        if (input->code == INPUT_ESCAPE)
            form_paper_cancel(screen);
        return true;
    }
    switch (form->mode) {
    case FORM_PICKING:
        return form_pick_key(screen, input);
    case FORM_REVIEWING:
        return form_review_key(screen, input);
    case FORM_READING:
        return form_reading_key(screen, input);
    case FORM_FILLING:
        break;
    }
    return filling_key(screen, input);
}

/* --- the table of keys ----------------------------------------------------------------------- */

/* Commands that change the filling: told when there is none. */
static struct form_screen *filling(struct screen *screen)
{
    struct form_screen *form = screen->data;

    return form->fill != NULL && form->mode == FORM_FILLING ? form : NULL;
}

static void after_change(struct screen *screen, bool changed)
{
    if (!changed)
        ui_ring(screen->ui);
    form_keep(screen, false);
    form_follow_focus(screen->data);
}

static void run_next_fault(struct screen *screen, const char *argument)
{
    struct form_screen *form = screen->data;

    (void)argument;
    if (form->fill == NULL || form->mode == FORM_PICKING || form->mode == FORM_READING)
        return;
    form->mode = FORM_FILLING;
    if (!fill_next_fault(form->fill))
        ui_tell(screen->ui, UI_DONE, _("Nothing is wrong or missing"));
    form_keep(screen, false);
    form_follow_focus(form);
}

static void run_review(struct screen *screen, const char *argument)
{
    const struct form_screen *form = screen->data;

    (void)argument;
    if (filling(screen) != NULL)
        form_review_open(screen);
    else if (form->mode == FORM_READING && form_is_questionnaire(form))
        ui_open(screen->ui, "life-event",
                json_pack("{s:s}", "submission", form->submission->id.text));
}

static void run_undo(struct screen *screen, const char *argument)
{
    (void)argument;
    if (filling(screen) != NULL)
        after_change(screen, fill_undo(filling(screen)->fill));
}

static void run_redo(struct screen *screen, const char *argument)
{
    (void)argument;
    if (filling(screen) != NULL)
        after_change(screen, fill_redo(filling(screen)->fill));
}

static void run_add(struct screen *screen, const char *argument)
{
    (void)argument;
    if (filling(screen) != NULL)
        after_change(screen, fill_item_add(filling(screen)->fill));
}

static void run_remove(struct screen *screen, const char *argument)
{
    (void)argument;
    if (filling(screen) != NULL)
        after_change(screen, fill_item_remove(filling(screen)->fill));
}

static void run_move_up(struct screen *screen, const char *argument)
{
    struct form_screen *form = filling(screen);
    bool moved;

    (void)argument;
    if (form == NULL)
        return;
    moved = fill_item_move(form->fill, -1);
    while (!moved && fill_item_move(form->fill, 1))
        continue;
    after_change(screen, true);
}

static void run_move_down(struct screen *screen, const char *argument)
{
    (void)argument;
    if (filling(screen) != NULL)
        after_change(screen, fill_item_move(filling(screen)->fill, 1));
}

/* The offer of this field; where it has none, all of them. */
static void take_known(struct screen *screen)
{
    struct form_screen *form = screen->data;

    if (fill_offer_take(form->fill)) {
        go_on(screen, false);
        return;
    }
    fill_offer_take_all(form->fill);
    after_change(screen, true);
}

/* Nothing comes from the client's file before the client has agreed, which the draft keeps. */
static void run_known(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("The client agrees"), N_("No, leave it"), NULL};
    struct form_screen *form = filling(screen);

    (void)argument;
    if (form == NULL)
        return;
    if (fill_offer_count(form->fill) == 0) {
        ui_tell(screen->ui, UI_NOTE, _("The client's file has nothing to offer here"));
        return;
    }
    if (fill_file_consent(form->fill))
        take_known(screen);
    else
        screen_ask(screen, "known",
                   _("Ask the client: may answers in this form be taken from their file?"),
                   choices);
}

static void form_answer(struct screen *screen, const char *from, const json_t *answer)
{
    struct form_screen *form = filling(screen);

    if (form == NULL || strcmp(from, "choice") != 0 ||
        strcmp(json_text_or(answer, "name", ""), "known") != 0 ||
        json_integer_or(answer, "choice", -1) != 0)
        return;
    fill_file_consent_give(form->fill);
    form->consents_changed = true;
    take_known(screen);
}

static void run_text(struct screen *screen, const char *argument)
{
    form_write_text(screen, argument);
}

static void run_pdf(struct screen *screen, const char *argument)
{
    form_write_pdf(screen, argument);
}

static void run_print(struct screen *screen, const char *argument)
{
    (void)argument;
    form_print(screen);
}

static void run_handoff(struct screen *screen, const char *argument)
{
    (void)argument;
    if (form_keep(screen, true))
        ui_open(screen->ui, "handoff", NULL);
}

/* The client goes on with this form on the web. */
void form_continue(struct screen *screen)
{
    struct form_screen *form = screen->data;

    if (form->fill == NULL || !form_begin(screen))
        return;
    fill_take(form->fill);
    if (form_keep(screen, true))
        ui_open(screen->ui, "continue",
                json_pack("{s:s}", "submission", form->submission->id.text));
}

static void run_flag(struct screen *screen, const char *argument)
{
    const struct form_screen *form = screen->data;

    (void)argument;
    if (form->definition != NULL)
        ui_open(screen->ui, "flag",
                json_pack("{s:s, s:s}", "type", "form", "key", form_trust_key(form)));
}

static void run_web(struct screen *screen, const char *argument)
{
    (void)argument;
    form_continue(screen);
}

static const struct screen_key form_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked form."), NULL, NULL},
    {INPUT_TAB, NULL,
     N_("Tab, Enter and the arrows go from field to field; Page keys from page to page."), NULL,
     NULL},
    {' ', NULL,
     N_("Where choices are in sight, Space, Left, Right or first letters choose; else Space opens "
        "their list. Backspace takes the choice away."),
     NULL, NULL},
    {INPUT_CONTROL('X'), N_("Review"),
     N_("Reviews the form: Enter goes to an answer, or says yes for an agency, Space yes or no; "
        "the last line submits. The questionnaire of a life event gives the client's list."),
     N_("review"), run_review},
    {INPUT_F(5), N_("Hand off"), N_("Hands the form off to somebody else, at this very field."),
     NULL, run_handoff},
    {INPUT_F(12), N_("Web"),
     N_("Gives the client a code to go on with the form on the web; at the review w does it too."),
     N_("web"), run_web},
    {INPUT_F(8), N_("Report"), N_("Reports an error in the form to those who keep the catalogue."),
     NULL, run_flag},
    {INPUT_CONTROL('N'), N_("Error"), N_("Goes to the next field that is wrong or missing."),
     N_("error"), run_next_fault},
    {INPUT_CONTROL('Y'), N_("Undo"), N_("Takes the last change back."), N_("undo"), run_undo},
    {INPUT_CONTROL('R'), NULL, N_("Makes again what was taken back."), N_("redo"), run_redo},
    {INPUT_CONTROL('F'), NULL,
     N_("Takes the answer offered from the client's file, or all where the field has none."),
     N_("known"), run_known},
    {INPUT_CONTROL('O'), NULL, N_("Adds an item to the list here."), N_("add"), run_add},
    {INPUT_CONTROL('D'), NULL, N_("Removes the item the focus is in."), N_("remove"), run_remove},
    {INPUT_CONTROL('P'), NULL, N_("Moves the item up; the first one goes to the end."), N_("up"),
     run_move_up},
    {INPUT_NONE, NULL, N_("Moves the item down."), N_("down"), run_move_down},
    {INPUT_NONE, NULL, N_("Writes the form as plain text to a new file: text form.txt."),
     N_("text"), run_text},
    {INPUT_NONE, NULL, N_("Makes a PDF of the form as a new file: pdf form.pdf."), N_("pdf"),
     run_pdf},
    {INPUT_NONE, NULL, N_("Prints the form."), N_("print"), run_print},
    {0},
};

/* Keys that have a sense now: while a form is filled, in an item of a list, or with an offer. */
static bool form_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct form_screen *form = screen->data;
    size_t current;
    const struct fill_line *line;

    /* Space is the field's own: it is explained here, not run. */
    if (key->code == ' ')
        return false;
    if (form == NULL || form->fill == NULL || form->mode == FORM_PICKING)
        return key->code == INPUT_ENTER;
    if (key->code == INPUT_ENTER)
        return false;
    if (key->run == run_flag)
        return true;
    if (key->run == run_text || key->run == run_pdf || key->run == run_print)
        return true;
    if (form->mode == FORM_READING)
        return key->run == run_review && form_is_questionnaire(form);
    if (form->mode == FORM_REVIEWING)
        return key->run == run_next_fault || key->run == run_handoff || key->run == run_web;
    current = fill_current(form->fill);
    line = current < fill_line_count(form->fill) ? fill_line(form->fill, current) : NULL;
    if (key->run == run_known)
        return fill_offer_count(form->fill) > 0;
    if (key->run == run_add)
        return line != NULL && (line->kind == FILL_LIST || line->list != NULL);
    if (key->run == run_remove || key->run == run_move_up || key->run == run_move_down)
        return line != NULL && line->list != NULL;
    return true;
}

/* --- home ------------------------------------------------------------------------------------ */

struct home_drafts {
    struct home *home;
    struct desk *desk;
};

/* A draft that this agent began and did not submit. */
static int add_draft(void *context, const struct record *record, enum store_pending pending)
{
    struct home_drafts *drafts = context;
    struct record *form = NULL;
    const char *title;

    (void)pending;
    if (!submission_is_draft(record) ||
        strcmp(record_text(record, "started_by"), desk_agent(drafts->desk)->text) != 0)
        return 0;
    if (catalogue_get_by_key(drafts->desk->catalogue, RECORD_FORM, record_text(record, "form"),
                             &form, NULL) != 0)
        return 0;
    title = format_localised(json_object_get(form->body, "title"));
    home_add(drafts->home, HOME_OPEN, title,
             *record_text(record, "given_back_at") == '\0' ? _("form, draft")
                                                           : _("form, given back by the client"),
             "form", json_pack("{s:s}", "submission", record->id.text));
    record_free(form);
    return 0;
}

static void form_home(struct home *home, struct desk *desk)
{
    const struct store_query query = {.type = RECORD_SUBMISSION, .newest_first = true};
    struct home_drafts drafts = {home, desk};

    if (desk->store != NULL)
        store_each(desk->store, &query, add_draft, &drafts, NULL);
}

extern const struct screen_kind screen_form;
const struct screen_kind screen_form = {
    .name = "form",
    .title = N_("Form"),
    .help = N_("Answers are checked while they are typed and kept field by field. A date is read "
               "in any usual form; a choice is found by its first letters."),
    .command = N_("form"),
    .code = INPUT_F(4),
    .label = N_("Forms"),
    .file = {.member = "submission", .type = RECORD_SUBMISSION, .open = true},
    .keys = form_keys,
    .offers = form_offers,
    .open = form_open,
    .close = form_close,
    .draw = form_draw,
    .key = form_key_pressed,
    .save = form_save,
    .suspend = form_suspend,
    .answer = form_answer,
    .changed = form_reread,
    .tick = form_paper_tick,
    .busy = form_paper_busy,
    .subject = form_subject,
    .back = form_back,
    .home = form_home,
    .about = form_about,
    .forget = form_forget,
};
