/* What is done with many cases, a few at a time; told in the end, and taken back as far as it has
 * not left. What could not be done stays marked. */
#include "ui/screen_lists.h"

#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/json.h"
#include "app/message.h"
#include "app/note.h"
#include "app/task.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/message_compose.h"
#include "ui/ui.h"

#define AT_A_TIME 32          /* cases in one transaction */
#define TURN_MS   INT64_C(60) /* so long at a stretch, then the screen is drawn */

/* What is done with one of them. */
struct change {
    struct batch batch;
    struct lists_item item;
    struct id former;  /* who had it */
    struct id message; /* that was written to its client */
};

struct building {
    struct screen *screen;
    struct lists_work *work;
    struct change *change;
    struct author author;
    struct error *error;
};

/* --- a case ---------------------------------------------------------------------------------- */

static bool has_room(const struct building *building)
{
    return building->change->batch.count < BATCH_LIMIT;
}

static int end_task(void *context, const struct record *task, enum store_pending pending)
{
    struct building *building = context;

    (void)pending;
    return !has_room(building) ? 0
                               : task_done(&building->change->batch, &building->author, task, NULL,
                                           building->error);
}

/* A message that came in and that nobody has dealt with. */
static bool is_unread(const struct record *message)
{
    return strcmp(record_text(message, "state"), "received") == 0 &&
           strcmp(record_text(message, "direction"), "in") == 0;
}

static int read_message(void *context, const struct record *message, enum store_pending pending)
{
    struct building *building = context;

    (void)pending;
    return !has_room(building) || !is_unread(message)
               ? 0
               : message_mark_read(&building->change->batch, &building->author, message,
                                   building->error);
}

static int attach(const struct building *building, const struct record *record)
{
    return author_set_field(&building->change->batch, &building->author, record, "case",
                            building->work->target.text, building->error);
}

static int move_message(void *context, const struct record *message, enum store_pending pending)
{
    struct building *building = context;

    (void)pending;
    return !has_room(building) || !is_unread(message) ? 0 : attach(building, message);
}

static int write_note(const struct building *building)
{
    struct note_draft draft = {
        .kind = "internal", .text = building->work->text, .matter = building->change->item.id};
    struct id id;

    return note_write(&building->change->batch, &building->author, &draft, &id, building->error);
}

/* In the language of the client and by the channel that they prefer. */
static int compose(const struct building *building, struct compose *compose)
{
    struct desk *desk = building->screen->desk;
    const char *channel = message_channel(compose->client);
    char date[COMPOSE_DATE_SIZE];
    struct compose_words words = {.date = date, .missing = record_text(compose->matter, "missing")};
    struct message_draft draft = {.channel = channel, .send_ms = building->work->send_ms};
    char *subject, *text;
    int code;

    if (channel == NULL)
        return error_set(building->error, ERROR_INVALID, "%s",
                         _("no address, or no messages wanted"));
    if (strcmp(channel, "mail") == 0)
        return error_set(building->error, ERROR_INVALID, "%s",
                         _("only letters reach the client: those are printed one by one"));
    compose_speak_date(compose, desk, building->work->date != NULL ? building->work->date : "",
                       date);
    subject = compose_subject(compose, desk, &words);
    text = compose_text(compose, desk, channel, &words);
    draft.to = message_address(compose->client, channel);
    draft.subject = subject == NULL || strcmp(channel, "sms") == 0 ? "" : subject;
    draft.text = text != NULL ? text : "";
    code = compose_write(compose, &building->change->batch, &building->author, &draft, "",
                         &building->change->message, building->error);
    free(subject);
    free(text);
    return code;
}

static int write_message(const struct building *building)
{
    struct compose letter = {0};
    struct desk *desk = building->screen->desk;
    int code = compose_open(&letter, desk, building->change->item.id.text, "", building->error);

    if (code == 0)
        code = compose_choose(&letter, desk, building->work->template, building->error);
    if (code == 0)
        code = compose(building, &letter);
    compose_close(&letter);
    return code;
}

/* What is missing is said with it, so that the client's page and messages tell it. */
static int wait_for_client(const struct building *building, const struct record *matter)
{
    const char *missing = building->work->text;
    int code = 0;

    if (missing != NULL && missing[strspn(missing, " ")] != '\0')
        code = author_set_field(&building->change->batch, &building->author, matter, "missing",
                                missing, building->error);
    if (code != 0)
        return code;
    return case_set_status(&building->change->batch, &building->author, matter,
                           "information-missing", building->error);
}

static int set_status(const struct building *building, const struct record *matter)
{
    const struct lists_work *work = building->work;
    int code = 0;

    if (work->withdraws)
        code =
            message_withdraw_planned(&building->change->batch, &building->author,
                                     building->screen->desk->store, &matter->id, building->error);
    return code != 0 ? code
                     : case_set_status(&building->change->batch, &building->author, matter,
                                       work->status, building->error);
}

static int assign_case(const struct building *building, const struct record *matter,
                       const struct id *agent)
{
    return case_assign(&building->change->batch, &building->author, matter, agent, building->error);
}

static int each_message(struct building *building, store_visit visit)
{
    const struct store_query query = {.type = RECORD_MESSAGE, .case_id = building->change->item.id};

    return store_each(building->screen->desk->store, &query, visit, building, building->error);
}

static int build_case(struct building *building, const struct record *matter)
{
    const struct lists_work *work = building->work;

    switch (work->action) {
    case LISTS_TAKE:
        return assign_case(building, matter, &building->author.agent);
    case LISTS_ASSIGN:
        return assign_case(building, matter, &work->agent);
    case LISTS_GIVE_BACK:
        return assign_case(building, matter, &(struct id){0});
    case LISTS_STATUS:
        return set_status(building, matter);
    case LISTS_NOTE:
        return write_note(building);
    case LISTS_WAIT:
        return wait_for_client(building, matter);
    case LISTS_MESSAGE:
        return write_message(building);
    case LISTS_READ:
        return each_message(building, read_message);
    case LISTS_ATTACH:
        return id_equal(&work->target, &matter->id) ? 0 : each_message(building, move_message);
    case LISTS_TASKS_DONE:
        return task_each_open(building->screen->desk->store, &matter->id, end_task, building,
                              building->error);
    default:
        return 0;
    }
}

/* --- what belongs to no case ----------------------------------------------------------------- */

static int refuse(const struct building *building, const char *why)
{
    return error_set(building->error, ERROR_INVALID, "%s", why);
}

static int start_case(const struct building *building, const struct record *record)
{
    char subject[WORK_NAME_SIZE];
    struct case_start start = {.subject = subject};
    struct batch *batch = &building->change->batch;
    struct id id;
    int code;

    work_first_line(*record_text(record, "subject") != '\0' ? record_text(record, "subject")
                                                            : record_text(record, "text"),
                    subject, sizeof(subject));
    id_parse(&start.client, record_text(record, "client"));
    code = case_open(batch, &building->author, &start, &id, building->error);
    return code != 0 ? code
                     : author_set_field(batch, &building->author, record, "case", id.text,
                                        building->error);
}

static int assign_task(const struct building *building, const struct record *record,
                       const struct id *agent)
{
    if (record->type != RECORD_TASK)
        return refuse(building, _("a message is given to nobody: its case is"));
    return task_assign(&building->change->batch, &building->author, record, agent, building->error);
}

static int build_loose(struct building *building, const struct record *record)
{
    const struct lists_work *work = building->work;

    switch (work->action) {
    case LISTS_TAKE:
        return assign_task(building, record, &building->author.agent);
    case LISTS_ASSIGN:
        return assign_task(building, record, &work->agent);
    case LISTS_GIVE_BACK:
        return assign_task(building, record, &(struct id){0});
    case LISTS_TASKS_DONE:
        return record->type == RECORD_TASK ? end_task(building, record, STORE_SETTLED) : 0;
    case LISTS_READ:
        return record->type == RECORD_MESSAGE ? read_message(building, record, STORE_SETTLED) : 0;
    case LISTS_ATTACH:
        return attach(building, record);
    case LISTS_START:
        return start_case(building, record);
    default:
        return refuse(building, _("it belongs to no case"));
    }
}

/* The operations on one; none when it is so already. */
static int build(struct screen *screen, struct change *change, struct error *error)
{
    struct lists *lists = screen->data;
    struct building building = {screen, &lists->work, change, desk_author(screen->desk), error};
    struct record *record = work_get(screen->desk, change->item.type, change->item.id.text, NULL);
    int code;

    if (record == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s", _("it is not here any more"));
    id_parse(&change->former, record_text(record, "assignee"));
    code = record->type == RECORD_CASE ? build_case(&building, record)
                                       : build_loose(&building, record);
    record_free(record);
    return code;
}

/* --- doing ----------------------------------------------------------------------------------- */

static void failed(struct lists_work *work, const struct id *id, const struct error *error)
{
    if (work->failures == NULL)
        work->failures = calloc(work->count + 1, sizeof(work->failures[0]));
    if (work->failures != NULL && work->failed < work->count)
        work->failures[work->failed] = *id;
    work->failed++;
    if (work->reason[0] == '\0')
        text_copy(work->reason, sizeof(work->reason), error->message);
}

/* What one was changed by. */
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
        const struct operation *operation = batch->operations[i];
        struct lists_undo undo = {.operation = operation->id, .item = change->item};

        undo.assigned = lists->work.action <= LISTS_GIVE_BACK;
        undo.former = change->former;
        id_parse(&undo.given, json_text_or(operation->body, "assignee", ""));
        if (operation->type == RECORD_MESSAGE && operation->kind == OPERATION_APPEND)
            undo.message = change->message;
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
            failed(&lists->work, &changes[i].item.id, &error);
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

        changes[count].item = work->items[work->next];
        if (build(screen, &changes[count], &error) != 0) {
            batch_clear(&changes[count].batch);
            failed(work, &changes[count].item.id, &error);
        } else if (changes[count].batch.count == 0) {
            work->same++;
        }
    }
    apply_together(screen, changes, count);
    for (size_t i = 0; i < count; i++)
        batch_clear(&changes[i].batch);
}

/* --- taking back ----------------------------------------------------------------------------- */

static int give_back(const struct lists_undo *undo, struct batch *batch,
                     const struct author *author, const struct record *record)
{
    if (strcmp(record_text(record, "assignee"), undo->given.text) != 0)
        return ERROR_CONFLICT;
    return record->type == RECORD_TASK ? task_assign(batch, author, record, &undo->former, NULL)
                                       : case_assign(batch, author, record, &undo->former, NULL);
}

/* It may have been sent: what is still with whom it was given to goes back, a message that has not
 * left yet does not leave. */
static bool undo_sent(struct screen *screen, const struct lists_undo *undo)
{
    struct author author = desk_author(screen->desk);
    bool message = !id_is_empty(&undo->message);
    struct batch batch = {0};
    struct record *record = NULL;
    bool done;

    if (undo->assigned || message)
        record = work_get(screen->desk, message ? RECORD_MESSAGE : undo->item.type,
                          message ? undo->message.text : undo->item.id.text, NULL);
    done = record != NULL &&
           (message ? message_withdraw(&batch, &author, record, NULL)
                    : give_back(undo, &batch, &author, record)) == 0 &&
           desk_apply(screen->desk, &batch, NULL) == 0;
    batch_clear(&batch);
    record_free(record);
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
            undo_sent(screen, undo))
            work->done++;
        else
            failed(work, &undo->item.id, &error);
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
    lists_work_clear(&lists->work);
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

/* What could not be done stays marked, to be looked at. */
static void mark_failures(struct screen *screen)
{
    struct lists *lists = screen->data;
    const struct lists_work *work = &lists->work;
    const struct case_table *table = desk_cases(screen->desk, NULL);

    case_list_unmark_all(&lists->list);
    for (size_t i = 0; work->failures != NULL && table != NULL && work->count > 1 &&
                       i < work->failed && i < work->count;
         i++) {
        uint32_t row = case_table_find(table, &work->failures[i]);

        if (row != CASE_NONE)
            case_list_mark(&lists->list, row, true);
    }
}

void lists_act_stop(struct screen *screen)
{
    struct lists *lists = screen->data;

    tell(screen);
    if (!lists->work.undoing)
        mark_failures(screen);
    lists_work_clear(&lists->work);
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

void lists_work_begin(struct screen *screen)
{
    struct lists *lists = screen->data;

    lists->undo_count = 0;
    lists->work.running = true;
    lists_act_go_on(screen);
}
