/* The client's own list: what the answers to a life event's questionnaire ask of them, and why. */
#include "ui/screen_life_event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/checklist.h"
#include "app/json.h"
#include "app/submission.h"
#include "app/text.h"
#include "forms/fill.h"
#include "ui/format.h"
#include "ui/language.h"

#define HEAD_ROWS 2

bool life_event_is_open(const struct life_event_screen *life)
{
    return submission_is_draft(life->submission);
}

/* --- reading --------------------------------------------------------------------------------- */

/* The answers without those of hidden fields; new, NULL when the form does not compile. `complete`
 * tells whether all is answered. */
static json_t *answers_read(const struct record *form_record, const struct record *submission,
                            bool *complete, struct error *error)
{
    const struct answer_context context = {.language = form_language(language_now())};
    struct form *form = NULL;
    struct fill *fill = NULL;
    json_t *answers = NULL;

    if (form_compile(&form, form_record->body, error) == 0 &&
        fill_new(&fill, form, json_object_get(submission->body, "answers"), &context, error) == 0) {
        fill_strip_hidden(fill);
        *complete = fill_review(fill) == 0;
        answers = json_deep_copy(fill_answers(fill));
    }
    fill_free(fill);
    form_free(form);
    return answers;
}

static void rows_add(struct screen *screen, const json_t *answers, bool holds)
{
    struct life_event_screen *life = screen->data;

    for (size_t i = 0; i < life_event_step_count(life->event); i++) {
        const struct life_event_step *step = life_event_step(life->event, i);
        struct life_event_row *row = &life->rows[life->count];

        if (life_event_step_holds(life->event, i, answers) != holds)
            continue;
        *row = (struct life_event_row){.step = i, .holds = holds};
        row->chosen = checklist_is_chosen(life->submission, step->id, holds);
        steps_title(screen->desk, step->service, step->form, step->agency, language_now(),
                    row->title, sizeof(row->title));
        life->chosen += row->chosen;
        life->count++;
    }
}

/* First what is for this client, then what the answers leave out. */
static int rows_read(struct screen *screen, const struct record *form, struct error *error)
{
    struct life_event_screen *life = screen->data;
    json_t *answers = answers_read(form, life->submission, &life->complete, error);
    struct life_event_row *rows;

    if (answers == NULL)
        return error->code;
    rows = realloc(life->rows, (life_event_step_count(life->event) + 1) * sizeof(rows[0]));
    if (rows == NULL) {
        json_decref(answers);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    life->rows = rows;
    life->count = life->chosen = 0;
    rows_add(screen, answers, true);
    rows_add(screen, answers, false);
    list_set_count(&life->list, life->count);
    json_decref(answers);
    return 0;
}

static int event_read(struct screen *screen, const struct record *form, struct error *error)
{
    struct life_event_screen *life = screen->data;
    char key[RECORD_KEY_SIZE];
    struct record *record = NULL;
    struct life_event *event = NULL;
    int code;

    record_full_key(form, record_text(form, "event"), key);
    code = catalogue_get_by_key(screen->desk->catalogue, RECORD_LIFE_EVENT, key, &record, error);
    if (code == 0)
        code = life_event_compile(&event, record, error);
    if (code != 0) {
        record_free(record);
        return code;
    }
    record_free(life->record);
    life_event_free(life->event);
    life->record = record;
    life->event = event;
    return rows_read(screen, form, error);
}

static int life_read(struct screen *screen, const char *id, struct error *error)
{
    struct life_event_screen *life = screen->data;
    struct record *submission = work_get(screen->desk, RECORD_SUBMISSION, id, NULL);
    struct record *form = NULL;
    int code;

    if (submission == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         _("this questionnaire is not on this terminal"));
    record_free(life->submission);
    life->submission = submission;
    code = catalogue_get_by_key(screen->desk->catalogue, RECORD_FORM,
                                record_text(submission, "form"), &form, error);
    if (code == 0)
        code = event_read(screen, form, error);
    record_free(form);
    return code;
}

static void life_close(struct screen *screen)
{
    struct life_event_screen *life = screen->data;

    record_free(life->submission);
    record_free(life->record);
    life_event_free(life->event);
    paper_task_free(&life->paper);
    free(life->rows);
    free(life);
}

static int life_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct life_event_screen *life = calloc(1, sizeof(*life));
    int code;

    if (life == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = life;
    list_restore(&life->list, json_object_get(arguments, "list"));
    code = life_read(screen, json_text_or(arguments, "submission", ""), error);
    if (code != 0)
        life_close(screen);
    return code;
}

static json_t *life_save(const struct screen *screen)
{
    const struct life_event_screen *life = screen->data;

    return json_pack("{s:s, s:o}", "submission", life->submission->id.text, "list",
                     list_save(&life->list));
}

static void life_changed(struct screen *screen)
{
    struct life_event_screen *life = screen->data;
    struct id id = life->submission->id;
    struct error error = ERROR_INIT;

    if (life_read(screen, id.text, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

static const char *life_subject(struct screen *screen)
{
    const struct life_event_screen *life = screen->data;

    return format_localised(json_object_get(life->record->body, "title"));
}

/* --- drawing --------------------------------------------------------------------------------- */

static const struct life_event_step *step_of(const struct life_event_screen *life, size_t index)
{
    return life_event_step(life->event, life->rows[index].step);
}

static void row_fill(void *context, size_t index, struct steps_row *row)
{
    const struct life_event_screen *life = context;
    const struct life_event_row *shown = &life->rows[index];
    const struct life_event_step *step = step_of(life, index);

    row->heading = shown->holds ? _(steps_stage(life_event_stage_words[step->stage]))
                                : _("Not for this client, by the answers");
    row->mark = shown->chosen ? "[x]" : "[ ]";
    text_copy(row->title, sizeof(row->title), shown->title);
    row->remark_style = PAINT_ACCENT;
    if (step->deadline != NULL)
        text_copy(row->remark, sizeof(row->remark), format_localised(step->deadline));
    row->dim = !shown->chosen;
    if (!shown->holds && !shown->chosen)
        return;
    row->reason = format_localised(step->reason);
    if (step->agency != NULL)
        row->how = format_localised(json_object_get(step->agency, "how"));
}

/* What comes next with this list. */
static void draw_state(struct screen *screen, const struct paint *paint)
{
    const struct life_event_screen *life = screen->data;
    const char *id = record_text(life->submission, "case");
    struct record *matter = work_get(screen->desk, RECORD_CASE,
                                     *id != '\0' ? id : screen->desk->open.matter.text, NULL);
    char text[WORK_NAME_SIZE];

    if (!life->complete)
        text_copy(text, sizeof(text), _("Questions are still open: Esc goes back to them."));
    else if (!life_event_is_open(life))
        text_copy(text, sizeof(text), _("This list is on the checklist of its case."));
    else if (matter == NULL)
        text_copy(text, sizeof(text), _("c opens a case with this list as its checklist."));
    else
        snprintf(text, sizeof(text), _("c puts this list on the checklist of case %s."),
                 record_text(matter, "reference"));
    paint_text(paint, 1, 0, -1, life->complete ? PAINT_DIM : PAINT_WARNING, text);
    record_free(matter);
}

static void life_draw(struct screen *screen, const struct paint *paint)
{
    struct life_event_screen *life = screen->data;
    struct paint rows = paint_part(paint, HEAD_ROWS, 0, -1, -1);

    paint_format(paint, 0, 0, -1, PAINT_TITLE,
                 language_plural("%zu step for this client, in order",
                                 "%zu steps for this client, in order", life->chosen),
                 life->chosen);
    draw_state(screen, paint);
    steps_draw(&life->list, &rows, row_fill, life);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_open(struct screen *screen, const char *argument)
{
    const struct life_event_screen *life = screen->data;
    const struct life_event_step *step;

    (void)argument;
    if (life->count == 0)
        return;
    step = step_of(life, life->list.selected);
    steps_open(screen, step->service, step->form);
}

static void run_form(struct screen *screen, const char *argument)
{
    const struct life_event_screen *life = screen->data;

    (void)argument;
    if (life->count > 0)
        steps_open(screen, NULL, step_of(life, life->list.selected)->form);
}

static void run_choose(struct screen *screen, const char *argument)
{
    struct life_event_screen *life = screen->data;
    struct author author = desk_author(screen->desk);
    const struct life_event_row *row = &life->rows[life->list.selected];
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    if (life->count == 0)
        return;
    code =
        checklist_choose(&batch, &author, life->submission, step_of(life, life->list.selected)->id,
                         !row->chosen, row->holds, &error);
    if (work_apply(screen, &batch, code, &error))
        life_changed(screen);
}

/* As the client takes it home: in their language, without what was left out. */
static void write_list(struct screen *screen, enum steps_paper how, const char *path)
{
    struct life_event_screen *life = screen->data;
    struct text_buffer text = {0};
    const char *language = steps_client_language(screen->desk, life->submission);
    const char *heading = "";

    text_buffer_add_format(&text, "%s\n\n",
                           json_localised(json_object_get(life->record->body, "title"), language));
    for (size_t i = 0; i < life->count; i++) {
        const struct life_event_step *step = step_of(life, i);
        const char *stage = steps_stage(life_event_stage_words[step->stage]);
        struct steps_row row = {.heading = "", .mark = "[ ]", .reason = "", .how = ""};

        if (!life->rows[i].chosen)
            continue;
        if (strcmp(stage, heading) != 0)
            text_buffer_add_format(&text, "%s\n\n", language_text(language, stage));
        heading = stage;
        steps_title(screen->desk, step->service, step->form, step->agency, language, row.title,
                    sizeof(row.title));
        text_copy(row.remark, sizeof(row.remark), json_localised(step->deadline, language));
        row.reason = json_localised(step->reason, language);
        row.how = json_localised(json_object_get(step->agency, "how"), language);
        steps_add_text(&text, &row);
    }
    steps_paper(screen, &life->paper, how, path, &text);
    text_buffer_free(&text);
}

static void run_text(struct screen *screen, const char *argument)
{
    write_list(screen, STEPS_TEXT, argument);
}

static void run_pdf(struct screen *screen, const char *argument)
{
    write_list(screen, STEPS_PDF, argument);
}

static void run_print(struct screen *screen, const char *argument)
{
    write_list(screen, STEPS_PRINT, argument);
}

static bool life_busy(const struct screen *screen)
{
    const struct life_event_screen *life = screen->data;

    return life != NULL && paper_task_is_busy(&life->paper);
}

static void life_tick(struct screen *screen)
{
    struct life_event_screen *life = screen->data;

    paper_task_tick(screen, &life->paper);
}

static void run_handoff(struct screen *screen, const char *argument)
{
    const struct life_event_screen *life = screen->data;
    struct desk_open open = screen->desk->open;

    (void)argument;
    if (life_event_is_open(life))
        open.submission = life->submission->id;
    work_open_set(screen, &open);
    ui_open(screen->ui, "handoff", NULL);
}

static bool life_key(struct screen *screen, const struct input *input)
{
    struct life_event_screen *life = screen->data;

    if (life_busy(screen)) {
        if (input->code == INPUT_ESCAPE)
            paper_task_cancel(screen, &life->paper);
        return true;
    }
    return list_key(&life->list, input, true);
}

static void life_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "choice") == 0 && strcmp(json_text_or(answer, "name", ""), "open-case") == 0)
        life_event_case_answered(screen, json_integer_or(answer, "choice", -1));
}

static const struct screen_key life_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked service or form."), NULL, run_open},
    {' ', N_("In or out"), N_("Puts the marked step into the list, or leaves it out."), NULL,
     run_choose},
    {'c', N_("Checklist"), N_("Makes the list the checklist of the case, opening one if need be."),
     NULL, life_event_run_checklist},
    {'f', N_("Form"), N_("Fills the form of the marked step."), NULL, run_form},
    {INPUT_F(5), N_("Hand off"), N_("Hands the questionnaire and its list off to somebody else."),
     NULL, run_handoff},
    {INPUT_NONE, NULL,
     N_("Writes the list as plain text, in the client's language, to a new file: text list.txt."),
     N_("text"), run_text},
    {INPUT_NONE, NULL, N_("Makes a PDF of the list as a new file: pdf list.pdf."), N_("pdf"),
     run_pdf},
    {'p', N_("Print"), N_("Prints the list, in the client's language."), N_("print"), run_print},
    {0},
};

/* Keys that have a sense for the marked step. */
static bool life_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct life_event_screen *life = screen->data;
    const struct life_event_step *step;

    if (life == NULL || life->count == 0)
        return key->run == run_handoff;
    step = step_of(life, life->list.selected);
    if (key->run == run_open)
        return step->service != NULL || step->form != NULL;
    if (key->run == run_form)
        return step->form != NULL && step->service != NULL;
    if (key->run == run_choose)
        return life_event_is_open(life);
    return true;
}

extern const struct screen_kind screen_life_event;
const struct screen_kind screen_life_event = {
    .name = "life-event",
    .title = N_("Client's list"),
    .help = N_("What the answers ask of this client, in the order in which it is done, with the "
               "reason to say for each. Space leaves a step out or puts it in; c makes the list "
               "the checklist of the case."),
    .flags = SCREEN_SINGLE,
    .keys = life_keys,
    .offers = life_offers,
    .open = life_open,
    .close = life_close,
    .draw = life_draw,
    .key = life_key,
    .save = life_save,
    .resume = life_changed,
    .changed = life_changed,
    .tick = life_tick,
    .busy = life_busy,
    .answer = life_answer,
    .subject = life_subject,
};
