/* The same done with many cases: asked once, told how many, a few at a time, and taken back as far
 * as it has not left. */
#include "ui/screen_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/json.h"
#include "app/note.h"
#include "app/record_fields.h"
#include "app/task.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/ui.h"

#define AT_A_TIME 32          /* cases in one transaction */
#define TURN_MS   INT64_C(60) /* so long at a stretch, then the screen is drawn */

static const char *const action_texts[LISTS_ACTION_COUNT] = {
    N_("Take"),          N_("Assign to an agent"), N_("Give back to all"),
    N_("Change status"), N_("Write a note"),       N_("End their tasks"),
};

/* --- which, and what ------------------------------------------------------------------------- */

static void work_clear(struct lists_work *work)
{
    free(work->cases);
    free(work->text);
    *work = (struct lists_work){0};
}

void lists_act_free(struct lists *lists)
{
    work_clear(&lists->work);
    free(lists->undo);
}

/* The marked ones that are shown, else the one under the cursor. */
static bool choose_cases(struct screen *screen)
{
    struct lists *lists = screen->data;
    size_t hidden = case_list_unmark_hidden(&lists->list);

    work_clear(&lists->work);
    if (hidden > 0)
        ui_tell(screen->ui, UI_NOTE,
                language_plural("%zu mark was on a case that is not shown: it is off.",
                                "%zu marks were on cases that are not shown: they are off.",
                                hidden),
                hidden);
    lists->work.cases = calloc(lists->list.marked + 1, sizeof(lists->work.cases[0]));
    for (size_t i = 0; i < lists->list.count && lists->work.cases != NULL; i++)
        if (lists->list.marked == 0 ? i == lists->selected
                                    : case_list_is_marked(&lists->list, lists->list.order[i]))
            lists->work.cases[lists->work.count++] = id_from_bytes(lists_row_at(screen, i)->id);
    return lists->work.count > 0;
}

void lists_act(struct screen *screen)
{
    const char *choices[LISTS_ACTION_COUNT + 1] = {NULL};
    struct lists *lists = screen->data;
    char question[WORK_NAME_SIZE];

    if (!choose_cases(screen))
        return;
    for (int action = 0; action < LISTS_ACTION_COUNT; action++)
        choices[action] = action_texts[action];
    snprintf(
        question, sizeof(question),
        language_plural("What with this case?", "What with these %zu cases?", lists->work.count),
        lists->work.count);
    screen_ask(screen, "act", question, choices);
}

static void confirm_text(struct screen *screen, char *text, size_t size)
{
    const struct lists_work *work = &((const struct lists *)screen->data)->work;
    char name[WORK_NAME_SIZE];

    switch (work->action) {
    case LISTS_TAKE:
        snprintf(text, size, _("Take %zu cases into your hands?"), work->count);
        break;
    case LISTS_ASSIGN:
        work_agent_name(screen->desk, work->agent.text, name, sizeof(name));
        snprintf(text, size, _("Assign %1$zu cases to %2$s?"), work->count, name);
        break;
    case LISTS_GIVE_BACK:
        snprintf(text, size, _("Give %zu cases back to all?"), work->count);
        break;
    case LISTS_STATUS:
        snprintf(text, size, _("Set the status of %1$zu cases to: %2$s?"), work->count,
                 format_word(work->status));
        break;
    case LISTS_NOTE:
        snprintf(text, size, _("Write this note on %zu cases?"), work->count);
        break;
    default:
        snprintf(text, size, _("End the open tasks of %zu cases as done?"), work->count);
        break;
    }
}

static void begin(struct screen *screen)
{
    struct lists *lists = screen->data;

    lists->undo_count = 0;
    lists->work.running = true;
    lists_act_go_on(screen);
}

/* One case is not asked about: it stands under the cursor. */
static void confirm(struct screen *screen)
{
    static const char *const choices[] = {N_("Yes"), N_("No"), NULL};
    const struct lists *lists = screen->data;
    char text[2 * WORK_NAME_SIZE];

    if (lists->work.count == 1) {
        begin(screen);
        return;
    }
    confirm_text(screen, text, sizeof(text));
    screen_ask(screen, "confirm", text, choices);
}

static void ask_status(struct screen *screen)
{
    const char *choices[CASE_STATUS_LIMIT + 1] = {NULL};

    for (size_t i = 0; case_status_words[i] != NULL && i < CASE_STATUS_LIMIT; i++)
        choices[i] = format_word(case_status_words[i]);
    screen_ask(screen, "status", _("Where do they stand now?"), choices);
}

void lists_act_answer(struct screen *screen, const char *name, int64_t choice)
{
    struct lists *lists = screen->data;
    struct lists_work *work = &lists->work;

    if (choice < 0)
        return;
    if (strcmp(name, "confirm") == 0) {
        if (choice == 0)
            begin(screen);
    } else if (strcmp(name, "status") == 0) {
        work->status = case_status_words[choice];
        confirm(screen);
    } else if (strcmp(name, "act") == 0 && choice < LISTS_ACTION_COUNT) {
        work->action = (enum lists_action)choice;
        if (work->action == LISTS_ASSIGN)
            ui_open(screen->ui, "agents", json_pack("{s:b}", "choose", true));
        else if (work->action == LISTS_STATUS)
            ask_status(screen);
        else if (work->action == LISTS_NOTE)
            lists_ask_line(screen, LISTS_PROMPT_NOTE, "");
        else
            confirm(screen);
    }
}

void lists_act_agent(struct screen *screen, const json_t *answer)
{
    struct lists *lists = screen->data;

    if (lists->work.count > 0 && id_parse(&lists->work.agent, json_text_or(answer, "agent", "")))
        confirm(screen);
}

void lists_act_note(struct screen *screen, const char *text)
{
    struct lists *lists = screen->data;

    if (text[strspn(text, " ")] == '\0')
        return;
    free(lists->work.text);
    lists->work.text = strdup(text);
    if (lists->work.text != NULL)
        confirm(screen);
}

/* --- doing ----------------------------------------------------------------------------------- */

struct ending {
    struct batch *batch;
    const struct author *author;
    struct error *error;
};

static int end_task(void *context, const struct record *task, enum store_pending pending)
{
    struct ending *ending = context;

    (void)pending;
    return ending->batch->count == BATCH_LIMIT
               ? 0
               : task_done(ending->batch, ending->author, task, NULL, ending->error);
}

static int write_note(struct batch *batch, const struct author *author, const struct id *matter,
                      const char *text, struct error *error)
{
    struct note_draft draft = {.kind = "internal", .text = text, .matter = *matter};
    struct id id;

    return note_write(batch, author, &draft, &id, error);
}

/* What is done with one case. */
struct change {
    struct batch batch;
    struct id matter, former; /* the case, and who had it */
};

/* The operations on one case; none when it is so already. */
static int build(struct screen *screen, struct change *change, struct error *error)
{
    const struct id *id = &change->matter;
    struct batch *batch = &change->batch;
    const struct lists_work *work = &((const struct lists *)screen->data)->work;
    struct author author = desk_author(screen->desk);
    struct record *matter = work_get(screen->desk, RECORD_CASE, id->text, NULL);
    struct ending ending = {batch, &author, error};
    int code;

    if (matter == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s", _("the case is not here any more"));
    id_parse(&change->former, record_text(matter, "assignee"));
    switch (work->action) {
    case LISTS_TAKE:
        code = case_assign(batch, &author, matter, &author.agent, error);
        break;
    case LISTS_ASSIGN:
        code = case_assign(batch, &author, matter, &work->agent, error);
        break;
    case LISTS_GIVE_BACK:
        code = case_assign(batch, &author, matter, &(struct id){0}, error);
        break;
    case LISTS_STATUS:
        code = case_set_status(batch, &author, matter, work->status, error);
        break;
    case LISTS_NOTE:
        code = write_note(batch, &author, id, work->text, error);
        break;
    default:
        code = task_each_open(screen->desk->store, id, end_task, &ending, error);
        break;
    }
    record_free(matter);
    return code;
}

static void failed(struct lists_work *work, const struct error *error)
{
    work->failed++;
    if (work->reason[0] == '\0')
        text_copy(work->reason, sizeof(work->reason), error->message);
}

/* What one case was changed by. */
static void note_undo(struct lists *lists, const struct change *change)
{
    const struct batch *batch = &change->batch;
    size_t count = batch->count;

    if (lists->undo_count + count > lists->undo_capacity) {
        size_t capacity = 2 * (lists->undo_count + count) + 64;
        struct lists_undo *longer = realloc(lists->undo, capacity * sizeof(*longer));

        if (longer == NULL)
            return; /* then it cannot be taken back */
        lists->undo = longer;
        lists->undo_capacity = capacity;
    }
    for (size_t i = 0; i < count; i++) {
        struct lists_undo undo = {.operation = batch->operations[i]->id, .matter = change->matter};

        undo.assigned = lists->work.action <= LISTS_GIVE_BACK;
        undo.former = change->former;
        id_parse(&undo.given, json_text_or(batch->operations[i]->body, "assignee", ""));
        lists->undo[lists->undo_count++] = undo;
    }
}

/* One by one, where they could not be written together: whose fault it is, and for the rest. */
static void apply_each(struct screen *screen, const struct change *changes, size_t count)
{
    struct lists *lists = screen->data;

    for (size_t i = 0; i < count; i++) {
        const struct batch *batch = &changes[i].batch;
        struct error error = ERROR_INIT;

        if (batch->count == 0)
            continue;
        if (desk_apply_many(screen->desk, batch->operations, batch->count, &error) != 0) {
            failed(&lists->work, &error);
        } else {
            note_undo(lists, &changes[i]);
            lists->work.done++;
        }
    }
}

static void apply_together(struct screen *screen, const struct change *changes, size_t count)
{
    struct operation *operations[AT_A_TIME * BATCH_LIMIT];
    struct lists *lists = screen->data;
    struct error error = ERROR_INIT;
    size_t all = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < changes[i].batch.count; j++)
            operations[all++] = changes[i].batch.operations[j];
    if (all == 0)
        return;
    if (desk_apply_many(screen->desk, operations, all, &error) != 0) {
        apply_each(screen, changes, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        note_undo(lists, &changes[i]);
        lists->work.done += changes[i].batch.count > 0;
    }
}

static void do_some(struct screen *screen)
{
    struct lists_work *work = &((struct lists *)screen->data)->work;
    struct change changes[AT_A_TIME] = {0};
    size_t count = 0;

    for (; count < AT_A_TIME && work->next < work->count; count++, work->next++) {
        struct error error = ERROR_INIT;

        changes[count].matter = work->cases[work->next];
        if (build(screen, &changes[count], &error) != 0) {
            batch_clear(&changes[count].batch);
            failed(work, &error);
        } else if (changes[count].batch.count == 0) {
            work->same++;
        }
    }
    apply_together(screen, changes, count);
    for (size_t i = 0; i < count; i++)
        batch_clear(&changes[i].batch);
}

/* --- taking back ----------------------------------------------------------------------------- */

/* It may have been sent: a case that is still with whom it was given to goes back. */
static bool give_back(struct screen *screen, const struct lists_undo *undo)
{
    struct author author = desk_author(screen->desk);
    struct record *matter =
        undo->assigned ? work_get(screen->desk, RECORD_CASE, undo->matter.text, NULL) : NULL;
    struct batch batch = {0};
    bool done = matter != NULL && strcmp(record_text(matter, "assignee"), undo->given.text) == 0 &&
                case_assign(&batch, &author, matter, &undo->former, NULL) == 0 &&
                desk_apply(screen->desk, &batch, NULL) == 0;

    batch_clear(&batch);
    record_free(matter);
    return done;
}

/* The newest first: what another one needs is taken back after it. */
static void undo_some(struct screen *screen)
{
    struct lists *lists = screen->data;
    struct lists_work *work = &lists->work;

    for (int i = 0; i < AT_A_TIME && lists->undo_count > 0; i++, work->next++) {
        const struct lists_undo *undo = &lists->undo[--lists->undo_count];
        struct error error = ERROR_INIT;

        if (store_outbox_withdraw(screen->desk->store, &undo->operation, &error) == 0 ||
            give_back(screen, undo))
            work->done++;
        else
            failed(work, &error);
    }
    screen->desk->changes++;
}

void lists_undo(struct screen *screen)
{
    struct lists *lists = screen->data;

    if (lists->undo_count == 0) {
        ui_tell(screen->ui, UI_NOTE, "%s", _("There is nothing to take back."));
        return;
    }
    work_clear(&lists->work);
    lists->work.undoing = lists->work.running = true;
    lists->work.count = lists->undo_count;
    lists_act_go_on(screen);
}

/* --- telling --------------------------------------------------------------------------------- */

static void tell(struct screen *screen)
{
    const struct lists_work *work = &((const struct lists *)screen->data)->work;
    enum ui_message kind = work->failed > 0 ? UI_WARNING : UI_DONE;
    struct text_buffer text = {0};

    if (work->undoing && work->failed > 0)
        text_buffer_add_format(&text,
                               _("Taken back: %1$zu. Sent already, and not taken back: %2$zu."),
                               work->done, work->failed);
    else if (work->undoing)
        text_buffer_add_format(&text, _("Taken back: %zu."), work->done);
    else
        text_buffer_add_format(&text, _("Done: %zu."), work->done);
    if (work->same > 0)
        text_buffer_add_format(&text, _(" So already: %zu."), work->same);
    if (work->failed > 0 && !work->undoing)
        text_buffer_add_format(&text, _(" Not done: %1$zu (%2$s)."), work->failed, work->reason);
    if (work->next < work->count)
        text_buffer_add_format(&text, _(" Stopped before %zu others."), work->count - work->next);
    if (text.bytes != NULL)
        ui_tell(screen->ui, kind, "%s", text.bytes);
    text_buffer_free(&text);
}

void lists_act_stop(struct screen *screen)
{
    struct lists *lists = screen->data;

    tell(screen);
    if (!lists->work.undoing)
        case_list_unmark_all(&lists->list);
    work_clear(&lists->work);
}

void lists_act_go_on(struct screen *screen)
{
    struct lists_work *work = &((struct lists *)screen->data)->work;
    int64_t until = clock_steady(NULL) + TURN_MS;

    while (work->next < work->count && clock_steady(NULL) < until) {
        if (work->undoing)
            undo_some(screen);
        else
            do_some(screen);
    }
    if (work->next >= work->count)
        lists_act_stop(screen);
    else
        link_screen_ring(screen->desk->link); /* comes round again at once */
}
