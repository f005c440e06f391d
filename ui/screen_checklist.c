/* The checklist of a case: what is to do, done and not needed, ticked by a key. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/checklist.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/steps.h"

#define HEAD_ROWS 2
#define BAR_WIDTH 20

struct listing {
    struct record *matter; /* owned */
    struct checklist checklist;
    char client[2 * WORK_NAME_SIZE];
    struct list list;
    struct paper_task paper;
};

/* --- reading --------------------------------------------------------------------------------- */

static int listing_read(struct screen *screen, const char *id, struct error *error)
{
    struct listing *listing = screen->data;
    struct record *matter = work_get(screen->desk, RECORD_CASE, id, NULL);
    struct record *client;
    struct checklist checklist;
    int code;

    if (matter == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s", _("no case is open: F3 finds the client's"));
    code = checklist_read(&checklist, matter, error);
    if (code != 0) {
        record_free(matter);
        return code;
    }
    checklist_free(&listing->checklist);
    record_free(listing->matter);
    listing->matter = matter;
    listing->checklist = checklist;
    client = work_get_client(screen->desk, record_text(matter, "client"));
    work_client_line(client, listing->client, sizeof(listing->client));
    record_free(client);
    list_set_count(&listing->list, checklist.count);
    return 0;
}

static void listing_close(struct screen *screen)
{
    struct listing *listing = screen->data;

    checklist_free(&listing->checklist);
    paper_task_free(&listing->paper);
    record_free(listing->matter);
    free(listing);
}

static int listing_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct listing *listing = calloc(1, sizeof(*listing));
    const char *id = json_text_or(arguments, "id", screen->desk->open.matter.text);
    int code;

    if (listing == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = listing;
    code = listing_read(screen, id, error);
    if (code != 0) {
        listing_close(screen);
        return code;
    }
    /* Where the work is: the first item to do. */
    list_select(&listing->list, checklist_next(&listing->checklist) < listing->checklist.count
                                    ? checklist_next(&listing->checklist)
                                    : 0);
    if (json_object_get(arguments, "list") != NULL)
        list_restore(&listing->list, json_object_get(arguments, "list"));
    list_set_count(&listing->list, listing->checklist.count);
    return 0;
}

static json_t *listing_save(const struct screen *screen)
{
    const struct listing *listing = screen->data;

    return json_pack("{s:s, s:o}", "id", listing->matter->id.text, "list",
                     list_save(&listing->list));
}

static void listing_changed(struct screen *screen)
{
    struct listing *listing = screen->data;
    struct id id = listing->matter->id;
    struct error error = ERROR_INIT;

    if (listing_read(screen, id.text, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

static const char *listing_subject(struct screen *screen)
{
    const struct listing *listing = screen->data;

    return record_text(listing->matter, "reference");
}

/* --- drawing --------------------------------------------------------------------------------- */

static const struct checklist_item *marked(const struct listing *listing)
{
    return listing->list.selected < listing->checklist.count
               ? &listing->checklist.items[listing->list.selected]
               : NULL;
}

/* Who said so, and when. */
static void who_and_when(struct desk *desk, const struct checklist_item *item, char *text,
                         size_t size)
{
    char name[WORK_NAME_SIZE / 2], when[32];

    work_agent_name(desk, item->agent.text, name, sizeof(name));
    format_when(when, sizeof(when), item->at_ms, desk_now(desk));
    snprintf(text, size, "%s, %s", name, when);
}

static void row_fill(void *context, size_t index, struct steps_row *row)
{
    struct screen *screen = context;
    const struct listing *listing = screen->data;
    const struct checklist_item *item = &listing->checklist.items[index];
    bool open = item->state == CHECKLIST_TO_DO;

    row->heading = "";
    row->mark = item->state == CHECKLIST_DONE ? "[x]" : open ? "[ ]" : "[-]";
    row->dim = !open;
    text_copy(row->title, sizeof(row->title),
              format_localised(json_object_get(item->body, "title")));
    row->remark_style = open ? PAINT_ACCENT : PAINT_DIM;
    if (open)
        text_copy(row->remark, sizeof(row->remark),
                  format_localised(json_object_get(item->body, "deadline")));
    else
        who_and_when(screen->desk, item, row->remark, sizeof(row->remark));
    if (!open && index != listing->list.selected)
        return;
    row->reason = format_localised(json_object_get(item->body, "reason"));
    row->how = format_localised(json_object_get(json_object_get(item->body, "agency"), "how"));
}

static void draw_progress(const struct listing *listing, const struct paint *paint)
{
    const struct checklist *checklist = &listing->checklist;
    char text[WORK_NAME_SIZE], bar[BAR_WIDTH * 3 + 1] = "";
    size_t full =
        checklist->needed == 0 ? BAR_WIDTH : checklist->done * BAR_WIDTH / checklist->needed;
    int used;

    snprintf(text, sizeof(text),
             language_plural("%1$zu of %2$zu done", "%1$zu of %2$zu done", checklist->done),
             checklist->done, checklist->needed);
    used = paint_text(paint, 0, 0, -1, PAINT_TITLE, text);
    for (size_t i = 0; i < BAR_WIDTH && !paint_is_plain(paint); i++)
        strcat(bar, i < full ? "■" : "·");
    used += 2 + paint_text(paint, 0, used + 2, -1, PAINT_GOOD, bar);
    if (used + 2 < paint->columns)
        paint_text(paint, 0, used + 2, -1, PAINT_DIM, listing->client);
}

static void listing_draw(struct screen *screen, const struct paint *paint)
{
    struct listing *listing = screen->data;
    struct paint rows = paint_part(paint, HEAD_ROWS, 0, -1, -1);

    if (listing->checklist.count == 0) {
        paint_text(paint, 0, 0, -1, PAINT_TEXT, _("This case has no checklist yet."));
        paint_text(paint, 1, 0, -1, PAINT_DIM,
                   _("e begins with a life event: its questionnaire makes the checklist."));
        paint_cursor(paint, 0, 0);
        return;
    }
    draw_progress(listing, paint);
    steps_draw(&listing->list, &rows, row_fill, screen);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void set_state(struct screen *screen, enum checklist_state state)
{
    struct listing *listing = screen->data;
    struct author author = desk_author(screen->desk);
    const struct checklist_item *item = marked(listing);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    if (item == NULL)
        return;
    code = checklist_set(&batch, &author, listing->matter, item->name,
                         item->state == state ? CHECKLIST_TO_DO : state, &error);
    if (work_apply(screen, &batch, code, &error))
        listing_changed(screen);
}

static void run_done(struct screen *screen, const char *argument)
{
    (void)argument;
    set_state(screen, CHECKLIST_DONE);
}

static void run_not_needed(struct screen *screen, const char *argument)
{
    (void)argument;
    set_state(screen, CHECKLIST_NOT_NEEDED);
}

static void run_open(struct screen *screen, const char *argument)
{
    const struct checklist_item *item = marked(screen->data);

    (void)argument;
    if (item != NULL)
        steps_open(screen, json_text_or(item->body, "service", ""),
                   json_text_or(item->body, "form", ""));
}

static void run_form(struct screen *screen, const char *argument)
{
    const struct checklist_item *item = marked(screen->data);

    (void)argument;
    if (item != NULL)
        steps_open(screen, NULL, json_text_or(item->body, "form", ""));
}

static void run_event(struct screen *screen, const char *argument)
{
    (void)argument;
    ui_open(screen->ui, "life-events", NULL);
}

/* As the client takes it home, in their language. */
static void write_list(struct screen *screen, enum steps_paper how, const char *path)
{
    struct listing *listing = screen->data;
    const char *language = steps_client_language(screen->desk, listing->matter);
    struct text_buffer text = {0};

    text_buffer_add_format(&text, "%s\n\n", record_text(listing->matter, "reference"));
    for (size_t i = 0; i < listing->checklist.count; i++) {
        const struct checklist_item *item = &listing->checklist.items[i];
        const json_t *agency = json_object_get(item->body, "agency");
        struct steps_row row = {.mark = item->state == CHECKLIST_DONE ? "[x]" : "[ ]"};

        if (item->state == CHECKLIST_NOT_NEEDED)
            continue;
        text_copy(row.title, sizeof(row.title),
                  json_localised(json_object_get(item->body, "title"), language));
        text_copy(row.remark, sizeof(row.remark),
                  json_localised(json_object_get(item->body, "deadline"), language));
        row.reason = json_localised(json_object_get(item->body, "reason"), language);
        row.how = json_localised(json_object_get(agency, "how"), language);
        steps_add_text(&text, &row);
    }
    steps_paper(screen, &listing->paper, how, path, &text);
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

static bool listing_busy(const struct screen *screen)
{
    const struct listing *listing = screen->data;

    return listing != NULL && paper_task_is_busy(&listing->paper);
}

static void listing_tick(struct screen *screen)
{
    struct listing *listing = screen->data;

    paper_task_tick(screen, &listing->paper);
}

static bool listing_key(struct screen *screen, const struct input *input)
{
    struct listing *listing = screen->data;

    if (listing_busy(screen)) {
        if (input->code == INPUT_ESCAPE)
            paper_task_cancel(screen, &listing->paper);
        return true;
    }
    return list_key(&listing->list, input, true);
}

static const struct screen_key listing_keys[] = {
    {INPUT_ENTER, N_("Open"), N_("Opens the marked service or form."), NULL, run_open},
    {' ', N_("Done"), N_("Ticks the marked item as done; again: it is to do."), NULL, run_done},
    {'n', N_("Not needed"), N_("Says that the client does not need the marked item."), NULL,
     run_not_needed},
    {'f', N_("Form"), N_("Fills the form of the marked item."), NULL, run_form},
    {'e', N_("Life event"), N_("Adds what another life event asks."), NULL, run_event},
    {INPUT_NONE, NULL,
     N_("Writes the checklist as plain text, in the client's language, to a new file."), N_("text"),
     run_text},
    {INPUT_NONE, NULL, N_("Makes a PDF of the list as a new file: pdf list.pdf."), N_("pdf"),
     run_pdf},
    {'p', N_("Print"), N_("Prints the list, in the client's language."), N_("print"), run_print},
    {0},
};

/* Keys that have a sense for the marked item. */
static bool listing_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct checklist_item *item = screen->data == NULL ? NULL : marked(screen->data);
    const char *service = item == NULL ? "" : json_text_or(item->body, "service", "");
    const char *form = item == NULL ? "" : json_text_or(item->body, "form", "");

    if (key->run == run_event)
        return true;
    if (key->run == run_open)
        return *service != '\0' || *form != '\0';
    if (key->run == run_form)
        return *service != '\0' && *form != '\0';
    return item != NULL;
}

static struct screen_about listing_about(const struct screen *screen)
{
    const struct listing *listing = screen->data;

    return work_about(listing->matter);
}

extern const struct screen_kind screen_checklist;
const struct screen_kind screen_checklist = {
    .name = "checklist",
    .title = N_("Checklist"),
    .help = N_("What the case still asks of the client and of you, with the reason for each. "
               "Everybody who sees the case sees it, with who ticked what and when."),
    .command = N_("checklist"),
    .flags = SCREEN_SINGLE,
    .file = {.member = "id", .type = RECORD_CASE, .open = true},
    .keys = listing_keys,
    .offers = listing_offers,
    .open = listing_open,
    .close = listing_close,
    .draw = listing_draw,
    .key = listing_key,
    .save = listing_save,
    .resume = listing_changed,
    .changed = listing_changed,
    .tick = listing_tick,
    .busy = listing_busy,
    .subject = listing_subject,
    .about = listing_about,
};
