/* The case file: who, what, where it stands, and the timeline of all channels, newest first. */
#include "ui/screen_case_file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case.h"
#include "app/json.h"
#include "app/submission.h"
#include "app/text.h"
#include "ui/desk_cases.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/screen_contact.h"
#include "ui/work_file.h"

#define ENTRY_HEIGHT 2
#define FILTER_LIMIT 100

/* --- opening --------------------------------------------------------------------------------- */

static void draft_name(const struct matter *matter, char *name, size_t size)
{
    snprintf(name, size, "note/%s", matter->file.matter->id.text);
}

static int matter_read(struct screen *screen, const struct id *id, struct error *error)
{
    struct matter *matter = screen->data;
    struct case_file file;
    struct checklist checklist;
    int code = case_file_read(&file, screen->desk->store, id, error);
    char name[64];
    json_t *draft;

    if (code != 0)
        return code;
    code = checklist_read(&checklist, file.matter, error);
    if (code != 0) {
        case_file_free(&file);
        return code;
    }
    checklist_free(&matter->checklist);
    case_file_free(&matter->file);
    matter->file = file;
    matter->checklist = checklist;
    case_filter_forget(matter);
    case_summary_read(screen);
    draft_name(matter, name, sizeof(name));
    draft = desk_draft_get(screen->desk, name);
    matter->draft = draft != NULL;
    json_decref(draft);
    code = case_fresh_count(screen, error);
    return code == 0 ? case_filter_apply(screen, error) : code;
}

/* What F4 and F6 are about from now on. */
static void matter_enter(struct screen *screen)
{
    const struct matter *matter = screen->data;
    struct desk_open open = screen->desk->open;

    if (!id_equal(&open.matter, &matter->file.matter->id))
        open.submission = (struct id){0};
    open.matter = matter->file.matter->id;
    id_parse(&open.client, record_text(matter->file.matter, "client"));
    work_open_set(screen, &open);
    work_look(screen, &open.client, &open.matter);
    work_want_rest(screen, RECORD_CASE, &open.matter);
}

static void matter_close(struct screen *screen)
{
    struct matter *matter = screen->data;

    if (matter->file.matter != NULL)
        case_looked_keep(screen);
    case_filter_free(matter);
    checklist_free(&matter->checklist);
    case_file_free(&matter->file);
    free(matter);
}

static int matter_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct matter *matter = calloc(1, sizeof(*matter));
    struct id id = screen->desk->open.matter;
    const char *given = json_text_or(arguments, "id", "");
    int code;

    if (matter == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = matter;
    if (*given != '\0')
        id_parse(&id, given);
    matter->filter = editor_new(EDITOR_LINE, FILTER_LIMIT);
    editor_set_text(matter->filter, json_text_or(arguments, "filter", ""));
    list_restore(&matter->list, json_object_get(arguments, "list"));
    case_looked_read(screen, &id);
    code = id_is_empty(&id) ? error_set(error, ERROR_NOT_FOUND, "%s",
                                        _("no case is open: F3 finds the client's"))
                            : matter_read(screen, &id, error);
    if (code != 0) {
        matter_close(screen);
        return code;
    }
    matter_enter(screen);
    return 0;
}

/* What is new is so until the screen was left. */
static void matter_suspend(struct screen *screen)
{
    case_looked_keep(screen);
}

static void matter_changed(struct screen *screen)
{
    struct matter *matter = screen->data;
    struct id id = matter->file.matter->id;
    struct error error = ERROR_INIT;

    if (matter_read(screen, &id, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

static void matter_resume(struct screen *screen)
{
    const struct matter *matter = screen->data;
    struct id id = matter->file.matter->id;

    case_looked_read(screen, &id);
    matter_changed(screen);
    matter_enter(screen);
}

static json_t *matter_save(const struct screen *screen)
{
    const struct matter *matter = screen->data;

    return json_pack("{s:s, s:o, s:s}", "id", matter->file.matter->id.text, "list",
                     list_save(&matter->list), "filter", editor_text(matter->filter));
}

static const char *matter_subject(struct screen *screen)
{
    struct matter *matter = screen->data;
    const struct record *record = matter->file.matter;

    snprintf(matter->called, sizeof(matter->called), "%s%s", record_text(record, "reference"),
             work_is_pinned(screen->desk, RECORD_CASE, &record->id) ? _(" (pinned)") : "");
    return matter->called;
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_entry(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct matter *matter = screen->data;
    const struct case_entry *entry = case_entry_at(matter, index);
    bool fresh;
    char title[WORK_NAME_SIZE], text[2 * WORK_NAME_SIZE], line[2 * WORK_NAME_SIZE], when[32],
        who[WORK_NAME_SIZE];
    const char *pending = case_pending_text(entry->pending);
    int used;

    (void)selected;
    if (entry == NULL)
        return;
    fresh = case_entry_is_new(screen->desk, matter, entry);
    format_when(when, sizeof(when), entry->at_ms, desk_now(screen->desk));
    case_entry_title(screen->desk, entry->record, title, sizeof(title));
    case_entry_text(screen->desk, entry->record, text, sizeof(text));
    work_first_line(text, line, sizeof(line));
    case_entry_who(screen->desk, entry, who, sizeof(who));
    paint_text(row, 0, 0, 1, PAINT_ACCENT, fresh ? "*" : "");
    paint_text(row, 0, 1, 13, fresh ? PAINT_ACCENT : PAINT_DIM, when);
    used = 15 + paint_text(row, 0, 15, -1, case_entry_style(entry->record), title);
    if (*pending != '\0')
        used += 2 + paint_text(row, 0, used + 2, -1, PAINT_WARNING, pending);
    snprintf(text, sizeof(text), "%s%s%s", who,
             *who != '\0' && *entry->channel != '\0' ? " · " : "", format_channel(entry->channel));
    if (used + 3 < row->columns)
        paint_right(row, 0, used + 2, row->columns - used - 3, PAINT_DIM, text);
    paint_text(row, 1, 15, row->columns - 16, PAINT_TEXT, line);
}

static void matter_draw(struct screen *screen, const struct paint *paint)
{
    struct matter *matter = screen->data;
    int head = case_summary_draw(screen, paint);
    struct paint rest = paint_part(paint, head + 1, 0, -1, -1);

    rest = work_part_draw(screen->desk, RECORD_CASE, &matter->file.matter->id, &rest);
    /* A higher screen shows more. */
    matter->list.page = rest.rows / ENTRY_HEIGHT;
    case_read_ahead(screen, NULL);
    if (matter->list.count == 0) {
        paint_text(&rest, 0, 0, -1, PAINT_DIM,
                   matter->file.count == 0 ? _("Nothing yet. F6 writes the first note.")
                                           : _("Nothing here is called like this."));
        paint_cursor(&rest, 0, 0);
    }
    list_draw(&matter->list, &rest, ENTRY_HEIGHT, !matter->filtering, draw_entry, screen);
    case_filter_draw(matter, paint, head);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_entry(struct screen *screen, const char *argument)
{
    struct matter *matter = screen->data;
    const struct case_entry *entry = case_entry_at(matter, matter->list.selected);

    (void)argument;
    if (entry != NULL)
        case_entry_show(screen->ui, entry->record);
}

static void run_status(struct screen *screen, const char *argument)
{
    (void)argument;
    case_status_ask(screen);
}

static void matter_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "contact-end") == 0)
        screen_close(screen);
    else if (strcmp(from, "choice") == 0 &&
             case_status_answer(screen, json_text_or(answer, "name", ""),
                                json_integer_or(answer, "choice", -1)))
        matter_changed(screen);
}

static void run_take(struct screen *screen, const char *argument)
{
    struct matter *matter = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = case_assign(&batch, &author, matter->file.matter, &author.agent, &error);

    (void)argument;
    if (code == 0 && batch.count == 0)
        ui_tell(screen->ui, UI_NOTE, "%s", _("The case is in your hands already."));
    if (work_apply(screen, &batch, code, &error))
        matter_changed(screen);
}

static void run_handoff(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "handoff", NULL);
}

static void run_end(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "contact-end", NULL);
}

static void run_client(struct screen *screen, const char *argument)
{
    const struct matter *matter = screen->data;

    (void)argument;
    if (matter->file.client != NULL)
        ui_open(screen->ui, "client", json_pack("{s:s}", "id", matter->file.client->id.text));
}

static bool matter_key(struct screen *screen, const struct input *input)
{
    struct matter *matter = screen->data;

    struct error error = ERROR_INIT;
    bool used;

    if (matter->filtering)
        return case_filter_key(screen, input);
    used = list_key(&matter->list, input, true);
    if (used && case_read_ahead(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
    return used;
}

static void run_filter(struct screen *screen, const char *argument)
{
    struct matter *matter = screen->data;
    struct error error = ERROR_INIT;

    matter->filtering = *argument == '\0';
    if (*argument == '\0')
        return;
    editor_set_text(matter->filter, argument);
    if (case_filter_apply(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

static void run_note(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "note", NULL);
}

/* The case is about the service whose page is open below. */
static void run_service(struct screen *screen, const char *argument)
{
    struct matter *matter = screen->data;
    struct author author = desk_author(screen->desk);
    json_t *page = ui_state_of(screen->ui, "service");
    const char *key = *argument != '\0' ? argument : json_text_or(page, "key", "");
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    if (*key == '\0') {
        ui_tell(screen->ui, UI_NOTE, "%s", _("Open the service first: F2 finds it."));
    } else {
        code = case_set(&batch, &author, matter->file.matter, "service", key, &error);
        if (work_apply(screen, &batch, code, &error))
            matter_changed(screen);
    }
    json_decref(page);
}

/* The draft that is meant: the marked one, else the newest. NULL when there is none. Borrowed. */
static const struct record *draft_of(const struct matter *matter)
{
    const struct case_entry *entry = case_entry_at(matter, matter->list.selected);
    const struct record *marked = entry == NULL ? NULL : entry->record;

    if (marked != NULL && marked->type == RECORD_SUBMISSION)
        return submission_is_draft(marked) ? marked : NULL;
    for (size_t i = 0; i < matter->file.submissions.count; i++)
        if (submission_is_draft(matter->file.submissions.records[i]))
            return matter->file.submissions.records[i];
    return NULL;
}

static void run_web(struct screen *screen, const char *argument)
{
    const struct record *draft = draft_of(screen->data);

    (void)argument;
    if (draft != NULL)
        ui_open(screen->ui, "continue", json_pack("{s:s}", "submission", draft->id.text));
}

static void run_message(struct screen *screen, const char *argument)
{
    const struct matter *matter = screen->data;

    (void)argument;
    ui_open(screen->ui, "message-new", json_pack("{s:s}", "case", matter->file.matter->id.text));
}

static void run_task(struct screen *screen, const char *argument)
{
    const struct matter *matter = screen->data;

    (void)argument;
    ui_open(screen->ui, "task-new", json_pack("{s:s}", "case", matter->file.matter->id.text));
}

static void run_mood(struct screen *screen, const char *argument)
{
    contact_mood(screen, argument);
}

static void run_checklist(struct screen *screen, const char *argument)
{
    const struct matter *matter = screen->data;

    (void)argument;
    ui_open(screen->ui, "checklist", json_pack("{s:s}", "id", matter->file.matter->id.text));
}

static void run_pin(struct screen *screen, const char *argument)
{
    const struct matter *matter = screen->data;

    (void)argument;
    work_pin(screen, RECORD_CASE, &matter->file.matter->id);
}

static const struct screen_key matter_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Shows the marked entry in full, or goes on with the form."), NULL,
     run_entry},
    {INPUT_F(6), N_("Note"), N_("Writes a note on the case."), NULL, run_note},
    {INPUT_F(5), N_("Hand off"), N_("Hands the client and the case off to somebody else."), NULL,
     run_handoff},
    {'/', N_("Filter"),
     N_("Shows only entries with these words: of their text, kind, channel or author. Esc shows "
        "all again."),
     N_("filter"), run_filter},
    {'c', N_("Checklist"), N_("Shows the checklist of the case, to tick what is done."), NULL,
     run_checklist},
    {INPUT_CONTROL('X'), N_("End"), N_("Ends the contact with its outcome."), N_("end"), run_end},
    {INPUT_CONTROL('R'), N_("Status"), N_("Says where the case stands."), N_("status"), run_status},
    {INPUT_CONTROL('N'), N_("Take"), N_("Takes the case into your hands."), N_("take"), run_take},
    {'w', N_("Web"), N_("Gives the client a code to go on with the draft of a form on the web."),
     N_("web"), run_web},
    {'m', N_("Message"), N_("Writes a message to the client of the case."), NULL, run_message},
    {'t', N_("Task"), N_("Notes what is to be done in this case, on a day or on none."), NULL,
     run_task},
    {'p', N_("Pin"), N_("Pins the case: its file stays on this terminal. Once more: no longer."),
     N_("pin"), run_pin},
    {'M', N_("Mood"),
     N_("Notes the client's mood while the contact goes on: the next one each time."), N_("mood"),
     run_mood},
    {INPUT_NONE, NULL, N_("Mends the client's details."), N_("client"), run_client},
    {INPUT_NONE, NULL, N_("Says which service the case is about: the one whose page is open."),
     N_("about"), run_service},
    {0},
};

/* Without a contact there is none to end, and nobody whose mood is noted. */
static bool matter_offers(const struct screen *screen, const struct screen_key *key)
{
    if (key->run == run_web)
        return screen->data != NULL && draft_of(screen->data) != NULL;
    return (key->run != run_end && key->run != run_mood) ||
           !id_is_empty(&screen->desk->open.contact);
}

/* --- home ------------------------------------------------------------------------------------ */

#define HOME_CASE_LIMIT 30

struct listing {
    struct home *home;
    struct desk *desk;
    int count;
};

static int list_case(void *context, const struct record *record, enum store_pending pending)
{
    struct listing *listing = context;
    struct record *client = work_get_client(listing->desk, record_text(record, "client"));
    char name[WORK_NAME_SIZE], title[WORK_NAME_SIZE], text[3 * WORK_NAME_SIZE],
        remark[WORK_NAME_SIZE], done[48] = "";
    struct checklist checklist;

    work_client_name(client, name, sizeof(name));
    work_title(listing->desk, RECORD_SERVICE, record_text(record, "service"), title, sizeof(title));
    if (*record_text(record, "subject") != '\0')
        text_copy(title, sizeof(title), record_text(record, "subject"));
    snprintf(text, sizeof(text), "%s  %s%s%s", record_text(record, "reference"), name,
             *name != '\0' && *title != '\0' ? ", " : "", title);
    if (checklist_read(&checklist, record, NULL) == 0 && checklist.count > 0)
        snprintf(done, sizeof(done), " %zu/%zu", checklist.done, checklist.needed);
    checklist_free(&checklist);
    snprintf(remark, sizeof(remark), "%s%s %s", format_word(record_text(record, "status")), done,
             case_pending_text(pending));
    home_add(listing->home, HOME_CASES, text, remark, "case",
             json_pack("{s:s}", "id", record->id.text));
    record_free(client);
    return ++listing->count == HOME_CASE_LIMIT ? 1 : 0;
}

static void matter_home(struct home *home, struct desk *desk)
{
    struct listing listing = {home, desk, 0};

    (void)desk_cases_mine(desk, HOME_CASE_LIMIT, list_case, &listing, NULL);
}

static struct screen_about matter_about(const struct screen *screen)
{
    const struct matter *matter = screen->data;

    return work_about(matter->file.matter);
}

extern const struct screen_kind screen_case;
const struct screen_kind screen_case = {
    .name = "case",
    .title = N_("Case"),
    .help = N_("Everything about one matter: the client, where it stands, and what happened in "
               "every channel, newest first."),
    .command = N_("case"),
    .flags = SCREEN_SINGLE,
    .file = {.member = "id", .type = RECORD_CASE, .open = true},
    .keys = matter_keys,
    .offers = matter_offers,
    .open = matter_open,
    .close = matter_close,
    .draw = matter_draw,
    .key = matter_key,
    .save = matter_save,
    .suspend = matter_suspend,
    .resume = matter_resume,
    .changed = matter_changed,
    .answer = matter_answer,
    .subject = matter_subject,
    .home = matter_home,
    .about = matter_about,
};
