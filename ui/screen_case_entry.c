/* One entry of a case in full. */
#include "ui/screen_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/note.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/page.h"

#define LABEL_WIDTH 12

struct entry {
    struct record *record; /* owned */
    enum store_pending pending;
    char title[WORK_NAME_SIZE];
    struct page page;
};

static void entry_close(struct screen *screen)
{
    struct entry *entry = screen->data;

    record_free(entry->record);
    free(entry);
}

static int entry_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct entry *entry = calloc(1, sizeof(*entry));

    if (entry == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    entry->record =
        work_get(screen->desk, record_type_from_name(json_text_or(arguments, "type", "")),
                 json_text_or(arguments, "id", ""), &entry->pending);
    if (entry->record == NULL) {
        free(entry);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("this entry is not on this terminal"));
    }
    page_restore(&entry->page, json_object_get(arguments, "page"));
    screen->data = entry;
    return 0;
}

static json_t *entry_save(const struct screen *screen)
{
    const struct entry *entry = screen->data;

    return json_pack("{s:s, s:s, s:o}", "type", record_type_name(entry->record->type), "id",
                     entry->record->id.text, "page", page_save(&entry->page));
}

/* A member that holds a moment. */
static void draw_when(struct screen *screen, const char *label, const char *member)
{
    struct entry *entry = screen->data;
    char when[32];

    work_when(screen->desk, entry->record, member, when, sizeof(when));
    if (*when != '\0')
        page_labelled(&entry->page, LABEL_WIDTH, label, PAINT_VALUE, when);
}

/* Its own words are its text. */
static bool is_told(const struct record *record)
{
    return record->type == RECORD_NOTE || record->type == RECORD_MESSAGE ||
           record->type == RECORD_TASK;
}

/* A correction and what it corrects are both shown. */
static int draw_correction(void *context, const struct record *record, enum store_pending pending)
{
    struct screen *screen = context;
    struct entry *entry = screen->data;
    char who[WORK_NAME_SIZE], when[32], line[2 * WORK_NAME_SIZE];

    (void)pending;
    if (strcmp(record_text(record, "corrects"), entry->record->id.text) != 0)
        return 0;
    work_agent_name(screen->desk, record_text(record, "author"), who, sizeof(who));
    work_when(screen->desk, record, "at", when, sizeof(when));
    snprintf(line, sizeof(line), _("Corrected by %1$s, %2$s:"), who, when);
    page_blank(&entry->page);
    page_text(&entry->page, 0, PAINT_WARNING, line);
    page_text(&entry->page, 2, PAINT_TEXT, record_text(record, "text"));
    return 0;
}

static void draw_corrections(struct screen *screen)
{
    struct entry *entry = screen->data;
    struct record *corrected =
        work_get(screen->desk, RECORD_NOTE, record_text(entry->record, "corrects"), NULL);
    struct store_query query = {.type = RECORD_NOTE};

    if (corrected != NULL) {
        page_blank(&entry->page);
        page_text(&entry->page, 0, PAINT_WARNING, _("It corrects:"));
        page_text(&entry->page, 2, PAINT_DIM, record_text(corrected, "text"));
    }
    record_free(corrected);
    if (id_parse(&query.case_id, record_text(entry->record, "case")))
        store_each(screen->desk->store, &query, draw_correction, screen, NULL);
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct entry *entry = screen->data;
    const struct record *record = entry->record;
    bool note = record->type == RECORD_NOTE;
    char who[WORK_NAME_SIZE];

    page_start(&entry->page, paint);
    work_agent_name(screen->desk, record_text(record, is_told(record) ? "author" : "agent"), who,
                    sizeof(who));
    page_labelled(&entry->page, LABEL_WIDTH, _("By"), PAINT_VALUE, who);
    page_labelled(&entry->page, LABEL_WIDTH, _("Channel"), PAINT_VALUE,
                  format_channel(record_text(record, "channel")));
    if (note_is_restricted(record))
        page_labelled(&entry->page, LABEL_WIDTH, _("Read by"), PAINT_WARNING,
                      _("its author, who has the case, supervisors of the office"));
    if (*case_pending_text(entry->pending) != '\0')
        page_labelled(&entry->page, LABEL_WIDTH, _("State"), PAINT_WARNING,
                      case_pending_text(entry->pending));
    draw_when(screen, _("At"), "at");
    work_due(screen->desk, record, who, sizeof(who));
    if (*who != '\0')
        page_labelled(&entry->page, LABEL_WIDTH, _("Due"), PAINT_VALUE, who);
    draw_when(screen, _("Begun"), "started_at");
    draw_when(screen, _("Ended"), "ended_at");
    if (*record_text(record, "identity") != '\0')
        page_labelled(&entry->page, LABEL_WIDTH, _("Identity"), PAINT_VALUE,
                      format_word(record_text(record, "identity")));
    page_blank(&entry->page);
    page_text(&entry->page, 0, PAINT_TEXT, record_text(record, is_told(record) ? "text" : "need"));
    if (note)
        draw_corrections(screen);
}

static void entry_draw(struct screen *screen, const struct paint *paint)
{
    struct entry *entry = screen->data;

    page_draw(&entry->page, paint, draw_page, screen);
}

static bool entry_key(struct screen *screen, const struct input *input)
{
    struct entry *entry = screen->data;
    int opened;

    return page_key(&entry->page, input, &opened);
}

/* A correction of a note is a note of its own. */
static void run_correct(struct screen *screen, const char *argument)
{
    const struct entry *entry = screen->data;

    (void)argument;
    if (entry->record->type == RECORD_NOTE)
        ui_open(screen->ui, "note", json_pack("{s:s}", "corrects", entry->record->id.text));
}

static const char *entry_subject(struct screen *screen)
{
    struct entry *entry = screen->data;

    case_entry_title(screen->desk, entry->record, entry->title, sizeof(entry->title));
    return entry->title;
}

static const struct screen_key entry_keys[] = {
    {INPUT_CONTROL('R'), N_("Correct"),
     N_("Writes a note that corrects this one; nothing is edited "
        "away."),
     N_("correct"), run_correct},
    {0},
};

static struct screen_about entry_about(const struct screen *screen)
{
    const struct entry *entry = screen->data;

    return work_about(entry->record);
}

extern const struct screen_kind screen_case_entry;
const struct screen_kind screen_case_entry = {
    .name = "entry",
    .title = N_("Entry"),
    .help = N_("One note or contact of a case in full."),
    .keys = entry_keys,
    .open = entry_open,
    .close = entry_close,
    .draw = entry_draw,
    .key = entry_key,
    .save = entry_save,
    .subject = entry_subject,
    .about = entry_about,
};
