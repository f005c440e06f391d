/* Everything on a client, of all files that are one client's: their cases, and what was said,
 * written, filled in and agreed without a case. */
#include "ui/screen_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_file.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/purpose.h"
#include "ui/work_file.h"

#define OLDER "older" /* the question why */

struct filing {
    struct client_file file;
    struct list list;
    char name[WORK_NAME_SIZE];
    char called[WORK_NAME_SIZE + 64]; /* the name, and that the file is pinned */
    char others[2 * WORK_NAME_SIZE];  /* names of the files that are merged into it */
};

/* --- reading --------------------------------------------------------------------------------- */

static void name_others(struct screen *screen)
{
    struct filing *filing = screen->data;
    const struct client_group *group = &filing->file.group;
    struct text_buffer names = {0};

    for (size_t i = 1; i < group->count; i++) {
        struct record *record = work_get(screen->desk, RECORD_CLIENT, group->ids[i].text, NULL);
        char name[WORK_NAME_SIZE];

        work_client_name(record, name, sizeof(name));
        record_free(record);
        text_buffer_add_format(&names, "%s%s", names.length > 0 ? ", " : "", name);
    }
    text_copy(filing->others, sizeof(filing->others), names.bytes != NULL ? names.bytes : "");
    text_buffer_free(&names);
}

static int filing_read(struct screen *screen, const struct id *client, struct error *error)
{
    struct filing *filing = screen->data;
    struct client_file file;
    int code = client_file_read(&file, screen->desk->store, client, error);

    if (code != 0)
        return code;
    client_file_free(&filing->file);
    filing->file = file;
    list_set_count(&filing->list, file.count);
    work_client_name(file.client, filing->name, sizeof(filing->name));
    name_others(screen);
    return 0;
}

static void filing_close(struct screen *screen)
{
    struct filing *filing = screen->data;

    client_file_free(&filing->file);
    free(filing);
}

static int filing_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct filing *filing = calloc(1, sizeof(*filing));
    struct id client;
    int code;

    if (filing == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = filing;
    if (id_parse(&client, json_text_or(arguments, "client", screen->desk->open.client.text)))
        code = filing_read(screen, &client, error);
    else
        code = error_set(error, ERROR_NOT_FOUND, "%s", _("no client is open: F3 finds one"));
    if (code != 0) {
        filing_close(screen);
        return code;
    }
    work_look(screen, &filing->file.client->id, NULL);
    list_restore(&filing->list, json_object_get(arguments, "list"));
    list_set_count(&filing->list, filing->file.count);
    return 0;
}

static json_t *filing_save(const struct screen *screen)
{
    const struct filing *filing = screen->data;

    return json_pack("{s:s, s:o}", "client", filing->file.client->id.text, "list",
                     list_save(&filing->list));
}

static void filing_changed(struct screen *screen)
{
    struct filing *filing = screen->data;
    const struct id client = filing->file.client->id;
    struct error error = ERROR_INIT;

    if (filing_read(screen, &client, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

/* --- drawing --------------------------------------------------------------------------------- */

/* What it is, then its own words. */
static void entry_words(struct screen *screen, const struct client_entry *entry, char *title,
                        char *line, size_t size)
{
    const struct filing *filing = screen->data;
    const struct record *record = entry->entry.record;
    char text[2 * WORK_NAME_SIZE];

    text_copy(line, size, "");
    if (record->type == RECORD_CASE) {
        snprintf(title, size, _("case %1$s, %2$s"), record_text(record, "reference"),
                 format_word(record_text(record, "status")));
        work_title(screen->desk, RECORD_SERVICE, record_text(record, "service"), line, size);
        if (*record_text(record, "subject") != '\0')
            text_copy(line, size, record_text(record, "subject"));
    } else if (record->type == RECORD_DELEGATION) {
        work_delegation_text(screen->desk, record, &filing->file.client->id, title, size);
    } else if (record->type == RECORD_CONSENT) {
        work_consent_text(screen->desk, record, title, size);
    } else {
        case_entry_title(screen->desk, record, title, size);
        case_entry_text(screen->desk, record, text, sizeof(text));
        work_first_line(text, line, size);
    }
}

/* At the right, in which of the merged files it stands; the columns used. */
static int draw_whose(struct screen *screen, const struct paint *row,
                      const struct client_entry *entry)
{
    const struct filing *filing = screen->data;
    char name[WORK_NAME_SIZE];
    struct record *record;
    int width;

    if (entry->file == 0)
        return 0;
    record = work_get(screen->desk, RECORD_CLIENT, filing->file.group.ids[entry->file].text, NULL);
    work_client_name(record, name, sizeof(name));
    record_free(record);
    width = (int)text_width(name, strlen(name));
    if (width > row->columns / 4)
        width = row->columns / 4;
    paint_right(row, 0, row->columns - width - 1, width, PAINT_DIM, name);
    return width + 2;
}

static void draw_entry(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct filing *filing = screen->data;
    const struct client_entry *entry = &filing->file.entries[index];
    const char *pending = case_pending_text(entry->entry.pending);
    char title[WORK_NAME_SIZE], line[WORK_NAME_SIZE], when[32];
    int used, room = row->columns;

    (void)selected;
    format_when(when, sizeof(when), entry->entry.at_ms, desk_now(screen->desk));
    entry_words(screen, entry, title, line, sizeof(title));
    paint_text(row, 0, 1, 13, PAINT_DIM, when);
    used = 15 + paint_text(row, 0, 15, -1, case_entry_style(entry->entry.record), title);
    if (*pending != '\0')
        used += 2 + paint_text(row, 0, used + 2, -1, PAINT_WARNING, pending);
    if (entry->entry.record->type == RECORD_CASE &&
        work_is_pinned(screen->desk, RECORD_CASE, &entry->entry.record->id))
        used += paint_text(row, 0, used, -1, PAINT_DIM, _(" (pinned)"));
    room -= draw_whose(screen, row, entry);
    if (*line != '\0' && used + 2 < room)
        paint_text(row, 0, used + 2, room - used - 3, PAINT_TEXT, line);
}

static void filing_draw(struct screen *screen, const struct paint *paint)
{
    struct filing *filing = screen->data;
    char line[2 * WORK_NAME_SIZE];
    struct paint rest;
    int top = 1;

    work_client_line(filing->file.client, line, sizeof(line));
    paint_text(paint, 0, 0, -1, PAINT_TITLE, line);
    if (*filing->others != '\0')
        paint_format(paint, top++, 0, -1, PAINT_DIM, _("Also on file as: %s"), filing->others);
    snprintf(line, sizeof(line),
             language_plural("%zu entry on this client", "%zu entries on this client",
                             filing->file.count),
             filing->file.count);
    paint_heading(paint, top, line);
    rest = paint_part(paint, top + 1, 0, -1, -1);
    rest = work_part_draw(screen->desk, RECORD_CLIENT, &filing->file.client->id, &rest);
    if (filing->file.count == 0) {
        paint_text(&rest, 0, 1, -1, PAINT_DIM, _("Nothing is on file but who the client is."));
        paint_cursor(&rest, 0, 0);
    }
    list_draw(&filing->list, &rest, 1, true, draw_entry, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool filing_key(struct screen *screen, const struct input *input)
{
    struct filing *filing = screen->data;

    return list_key(&filing->list, input, true);
}

static void run_entry(struct screen *screen, const char *argument)
{
    const struct filing *filing = screen->data;
    const struct record *record;

    (void)argument;
    if (filing->file.count == 0)
        return;
    record = filing->file.entries[filing->list.selected].entry.record;
    if (record->type == RECORD_CASE)
        work_show_case(screen->ui, &record->id, &(struct id){0});
    else if (record->type == RECORD_DELEGATION || record->type == RECORD_CONSENT)
        ui_open(screen->ui, record->type == RECORD_CONSENT ? "consents" : "delegations",
                json_pack("{s:s}", "client", filing->file.client->id.text));
    else
        case_entry_show(screen->ui, record);
}

static void run_client(struct screen *screen, const char *argument)
{
    const struct filing *filing = screen->data;

    (void)argument;
    ui_open(screen->ui, "client", json_pack("{s:s}", "id", filing->file.client->id.text));
}

static void run_task(struct screen *screen, const char *argument)
{
    const struct filing *filing = screen->data;

    (void)argument;
    if (filing->file.client != NULL)
        ui_open(screen->ui, "task-new", json_pack("{s:s}", "client", filing->file.client->id.text));
}

static void run_consents(struct screen *screen, const char *argument)
{
    const struct filing *filing = screen->data;

    (void)argument;
    if (filing->file.client != NULL)
        ui_open(screen->ui, "consents", json_pack("{s:s}", "client", filing->file.client->id.text));
}

static void run_pin(struct screen *screen, const char *argument)
{
    const struct filing *filing = screen->data;

    (void)argument;
    work_pin(screen, RECORD_CLIENT, &filing->file.client->id);
}

static void run_older(struct screen *screen, const char *argument)
{
    const struct filing *filing = screen->data;
    const struct id *client = &filing->file.client->id;

    (void)argument;
    /* What was said when the file was opened may hold no longer. */
    if (work_may_want(screen->desk, RECORD_CLIENT, client))
        work_want(screen, RECORD_CLIENT, client);
    else
        purpose_ask(screen, OLDER, client);
}

static void filing_answer(struct screen *screen, const char *from, const json_t *answer)
{
    const struct filing *filing = screen->data;
    struct purpose_reason reason;

    if (purpose_answered(from, answer, OLDER, &reason) && filing->file.client != NULL)
        work_want(screen, RECORD_CLIENT, &filing->file.client->id);
}

static const struct screen_key filing_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked case or entry."), NULL, run_entry},
    {'o', N_("Older"),
     N_("Fetches what of this file is not on this terminal: closed cases that nobody here needed "
        "for long."),
     N_("older"), run_older},
    {'d', N_("Details"), N_("Shows who the client is, to be mended or merged."), NULL, run_client},
    {'c', N_("Consents"), N_("Shows what the client agreed to; notes and withdraws it."), NULL,
     run_consents},
    {'t', N_("Task"), N_("Notes what is to be done for this client."), NULL, run_task},
    {'p', N_("Pin"),
     N_("Pins the client: their file stays on this terminal. Once more: no longer."), N_("pin"),
     run_pin},
    {0},
};

static const char *filing_subject(struct screen *screen)
{
    struct filing *filing = screen->data;

    snprintf(filing->called, sizeof(filing->called), "%s%s", filing->name,
             work_is_pinned(screen->desk, RECORD_CLIENT, &filing->file.client->id) ? _(" (pinned)")
                                                                                   : "");
    return filing->called;
}

static struct screen_about filing_about(const struct screen *screen)
{
    const struct filing *filing = screen->data;

    return work_about(filing->file.client);
}

extern const struct screen_kind screen_client_file;
const struct screen_kind screen_client_file = {
    .name = "client-file",
    .title = N_("Client's file"),
    .help = N_("Everything on a client: their cases first, then contacts, notes, messages, forms "
               "and tasks that belong to no case, who acts for whom and what they agreed to. Files "
               "that were merged are shown as one."),
    .command = N_("file"),
    .file = {.member = "client", .type = RECORD_CLIENT, .open = true},
    .keys = filing_keys,
    .open = filing_open,
    .close = filing_close,
    .draw = filing_draw,
    .key = filing_key,
    .save = filing_save,
    .resume = filing_changed,
    .changed = filing_changed,
    .answer = filing_answer,
    .subject = filing_subject,
    .about = filing_about,
};
