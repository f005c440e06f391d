/* F6: a note on the open case, or on the contact while there is no case. */
#include "ui/screen_note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/note.h"
#include "app/record_fields.h"
#include "app/task.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/day.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define LABEL_WIDTH 9

enum { ROW_TEXT, ROW_KIND, ROW_DUE, ROW_SEEN, ROW_COUNT };

static const struct fields_row rows[] = {
    [ROW_TEXT] = {"text", N_("Note"), FIELDS_TEXT, NOTE_TEXT_LIMIT, NULL, NULL},
    [ROW_KIND] = {"kind", N_("Kind"), FIELDS_CHOICE, 0, note_kind_words, format_word},
    [ROW_DUE] = {"due", N_("Due on"), FIELDS_LINE, 40, NULL, NULL},
    [ROW_SEEN] = {"visibility", N_("Read by"), FIELDS_CHOICE, 0, visibility_words, format_word},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct note {
    struct note_draft draft; /* what it belongs to; its texts are not used */
    char name[64];           /* of the draft */
    char about[WORK_NAME_SIZE];
    struct fields *fields; /* owned */
    struct note_help help;
    bool done;
    bool here; /* the case was, or the contact without one */
};

/* --- opening --------------------------------------------------------------------------------- */

static void read_ids(struct note *note, const json_t *arguments)
{
    id_parse(&note->draft.matter, json_text_or(arguments, "case", ""));
    id_parse(&note->draft.contact, json_text_or(arguments, "contact", ""));
    id_parse(&note->draft.client, json_text_or(arguments, "client", ""));
    id_parse(&note->draft.corrects, json_text_or(arguments, "corrects", ""));
}

/* What is open now; the contact only when it is with the client of the case, or who
 * acts for them. */
static void take_open(struct screen *screen)
{
    struct note *note = screen->data;
    const struct desk_open *open = &screen->desk->open;
    struct record *contact = work_get(screen->desk, RECORD_CONTACT, open->contact.text, NULL);

    note->draft.matter = open->matter;
    note->draft.client = open->client;
    if (contact != NULL &&
        work_speaks_for(screen->desk, record_text(contact, "client"), open->client.text))
        note->draft.contact = open->contact;
    record_free(contact);
}

static void name_it(struct screen *screen)
{
    struct note *note = screen->data;
    const struct note_draft *draft = &note->draft;
    struct record *client = work_get_client(screen->desk, draft->client.text);
    struct record *matter = work_get(screen->desk, RECORD_CASE, draft->matter.text, NULL);
    struct record *contact = id_is_empty(&draft->matter)
                                 ? work_get(screen->desk, RECORD_CONTACT, draft->contact.text, NULL)
                                 : NULL;
    const struct id *place = !id_is_empty(&draft->matter)    ? &draft->matter
                             : !id_is_empty(&draft->contact) ? &draft->contact
                                                             : &draft->client;
    char name[WORK_NAME_SIZE];

    work_client_name(client, name, sizeof(name));
    snprintf(note->about, sizeof(note->about), "%s%s%.*s",
             matter != NULL ? record_text(matter, "reference") : "",
             matter != NULL && *name != '\0' ? " · " : "", WORK_NAME_SIZE - 32, name);
    snprintf(note->name, sizeof(note->name), "note/%s", place->text);
    record_free(client);
    note->here = matter != NULL || contact != NULL;
    record_free(matter);
    record_free(contact);
}

/* Keeps what is written, for the next F6 on this case. */
static void keep_draft(struct screen *screen)
{
    struct note *note = screen->data;
    struct error error = ERROR_INIT;
    json_t *draft;

    if (note->done)
        return;
    draft = fields_is_empty(note->fields) ? NULL : fields_save(note->fields);
    if (desk_draft_put(screen->desk, note->name, draft, &error) != 0)
        ui_tell_error(screen->ui, &error);
    json_decref(draft);
    screen->desk->changes++;
}

static void note_close(struct screen *screen)
{
    struct note *note = screen->data;

    keep_draft(screen);
    if (!note->done && !fields_is_empty(note->fields))
        ui_tell(screen->ui, UI_NOTE, "%s", _("The draft is kept: F6 goes on with it."));
    note_help_close(&note->help);
    fields_free(note->fields);
    free(note);
}

/* Another screen may have gone on with the draft, or saved it. */
static void note_resume(struct screen *screen)
{
    struct note *note = screen->data;
    json_t *draft = desk_draft_get(screen->desk, note->name);

    if (draft != NULL)
        fields_restore(note->fields, draft);
    else
        fields_clear(note->fields);
    json_decref(draft);
}

static void fill(struct screen *screen, const json_t *arguments)
{
    struct note *note = screen->data;
    json_t *draft = desk_draft_get(screen->desk, note->name);
    const char *text = json_text_or(arguments, "text", "");
    struct record *corrected = work_get(screen->desk, RECORD_NOTE, note->draft.corrects.text, NULL);
    struct text_buffer both = {0};

    if (json_object_get(arguments, "fields") != NULL)
        fields_restore(note->fields, json_object_get(arguments, "fields"));
    else if (draft != NULL)
        fields_restore(note->fields, draft);
    if (*text != '\0') {
        /* A refused note comes back above what is half written. */
        text_buffer_add_text(&both, text);
        if (!fields_is_empty(note->fields))
            text_buffer_add_format(&both, "\n%s", fields_text(note->fields, ROW_TEXT));
        if (!both.failed)
            fields_set(note->fields, ROW_TEXT, both.bytes);
        text_buffer_free(&both);
    }
    fields_set(note->fields, ROW_KIND, json_text_or(arguments, "kind", ""));
    if (!id_is_empty(&note->draft.corrects))
        fields_set(note->fields, ROW_KIND, "correction");
    /* What puts right a note that only some may read says the same things. */
    if (corrected != NULL && note_is_restricted(corrected))
        fields_set(note->fields, ROW_SEEN, "restricted");
    record_free(corrected);
    json_decref(draft);
}

/* A note is written in the client's language unless the agent says otherwise. */
static void help_open(struct screen *screen, const char *language)
{
    struct note *note = screen->data;
    struct record *client = work_get_client(screen->desk, note->draft.client.text);

    if (*language == '\0' && client != NULL)
        language = record_text(client, "language");
    note_help_open(&note->help, screen, fields_editor(note->fields, ROW_TEXT), &note->draft.matter,
                   &note->draft.client, language);
    record_free(client);
}

static int note_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct note *note = calloc(1, sizeof(*note));

    if (note == NULL || (note->fields = fields_new(rows)) == NULL) {
        free(note);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = note;
    read_ids(note, arguments);
    if (id_is_empty(&note->draft.matter) && id_is_empty(&note->draft.contact) &&
        id_is_empty(&note->draft.client))
        take_open(screen);
    if (id_is_empty(&note->draft.matter) && id_is_empty(&note->draft.contact)) {
        fields_free(note->fields);
        free(note);
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         _("no case and no contact is open: F3 begins one"));
    }
    name_it(screen);
    fill(screen, arguments);
    help_open(screen, json_text_or(arguments, "language", ""));
    return 0;
}

static json_t *note_save(const struct screen *screen)
{
    const struct note *note = screen->data;

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "case", note->draft.matter.text, "contact",
                     note->draft.contact.text, "client", note->draft.client.text, "corrects",
                     note->draft.corrects.text, "language", note->help.language, "fields",
                     fields_save(note->fields));
}

/* --- drawing --------------------------------------------------------------------------------- */

static bool is_commitment(const struct note *note)
{
    return strcmp(fields_text(note->fields, ROW_KIND), "commitment") == 0;
}

static bool is_restricted(const struct note *note)
{
    return strcmp(fields_text(note->fields, ROW_SEEN), "restricted") == 0;
}

static bool read_day(const struct screen *screen, struct answer_day *day)
{
    const struct note *note = screen->data;
    struct answer_context context = work_answer_context(screen->desk);

    return day_read(fields_text(note->fields, ROW_DUE), &context, day);
}

/* The day, and how what is typed was understood. */
static void draw_due(struct screen *screen, const struct paint *paint)
{
    struct note *note = screen->data;
    struct paint field = paint_part(paint, 0, 0, 1, LABEL_WIDTH + 24);
    struct answer_day day;
    char spoken[ANSWER_DATE_SIZE];

    fields_draw(note->fields, ROW_DUE, &field, LABEL_WIDTH, true);
    if (read_day(screen, &day)) {
        answer_speak_day(&day, form_language(language_now()), spoken);
        paint_text(paint, 0, LABEL_WIDTH + 26, -1, PAINT_ACCENT, spoken);
    } else {
        paint_text(paint, 0, LABEL_WIDTH + 26, -1, PAINT_DIM,
                   _("like tomorrow, friday, +3, 24/11"));
    }
}

static void draw_seen(struct note *note, const struct paint *paint)
{
    struct paint field = paint_part(paint, 0, 0, 1, LABEL_WIDTH + 24);

    fields_draw(note->fields, ROW_SEEN, &field, LABEL_WIDTH, true);
    if (is_restricted(note))
        paint_text(paint, 0, LABEL_WIDTH + 26, -1, PAINT_WARNING,
                   _("you, who has the case, supervisors"));
}

/* In which language it is written, and whether its spelling is looked at. */
static void draw_language(const struct note *note, const struct paint *paint)
{
    bool french = strcmp(note->help.language, "fr") == 0;
    const char *text = french ? _("written in French") : _("written in English");

    if (note->help.spelling == NULL)
        text = french ? _("written in French; no dictionary here, spelling is not looked at")
                      : _("written in English; no dictionary here, spelling is not looked at");
    paint_text(paint, 0, LABEL_WIDTH, -1, PAINT_DIM, text);
}

static void note_draw(struct screen *screen, const struct paint *paint)
{
    struct note *note = screen->data;
    bool due = is_commitment(note);
    struct paint kind = paint_part(paint, 1, 0, 1, -1);
    struct paint seen = paint_part(paint, 2, 0, 1, -1);
    struct paint day = paint_part(paint, 3, 0, 1, -1);
    int top = due ? 5 : 4, offer = note_help_rows(&note->help, paint->rows - top);
    struct paint text = paint_part(paint, top, 0, paint->rows - top - offer, -1);
    struct paint help = paint_part(paint, paint->rows - offer, 0, -1, -1);

    fields_draw(note->fields, ROW_KIND, &kind, LABEL_WIDTH, true);
    draw_seen(note, &seen);
    if (due)
        draw_due(screen, &day);
    draw_language(note, paint);
    fields_draw(note->fields, ROW_TEXT, &text, LABEL_WIDTH, true);
    note_help_draw(&note->help, &help);
}

/* --- keys ------------------------------------------------------------------------------------ */

/* False when there is no day or it cannot be read. */
static bool read_due(struct screen *screen, int64_t *due_ms)
{
    struct answer_day day;

    *due_ms = 0;
    if (!read_day(screen, &day))
        return false;
    *due_ms = day_noon_ms(&day);
    return true;
}

static void tell_and_stop(struct screen *screen, size_t row, const char *why)
{
    struct note *note = screen->data;

    ui_tell(screen->ui, UI_FAILED, "%s", why);
    fields_focus_set(note->fields, row);
    ui_stop_ahead(screen->ui);
}

/* The note, and for a commitment the task that brings it back on its day. */
static int write_note(struct screen *screen, struct batch *batch, const struct note_draft *draft,
                      struct id *id, struct error *error)
{
    struct author author = desk_author(screen->desk);
    int code = note_write(batch, &author, draft, id, error);

    return code == 0 ? task_of_note(batch, &author, draft, id, error) : code;
}

static void run_save(struct screen *screen, const char *argument)
{
    struct note *note = screen->data;
    struct note_draft draft = note->draft;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;

    (void)argument;
    draft.text = fields_text(note->fields, ROW_TEXT);
    draft.kind = fields_text(note->fields, ROW_KIND);
    draft.restricted = is_restricted(note);
    if (draft.text[strspn(draft.text, " \n")] == '\0') {
        tell_and_stop(screen, ROW_TEXT, _("The note is empty."));
        return;
    }
    if (is_commitment(note) && !read_due(screen, &draft.due_ms)) {
        tell_and_stop(screen, ROW_DUE,
                      *fields_text(note->fields, ROW_DUE) == '\0'
                          ? _("By which day? A commitment comes back on its day.")
                          : _("This is no day: like tomorrow, friday, +3, 2026-11-24."));
        return;
    }
    if (strcmp(draft.kind, "correction") != 0)
        draft.corrects = (struct id){0};
    if (!work_apply(screen, &batch, write_note(screen, &batch, &draft, &id, &error), &error)) {
        ui_stop_ahead(screen->ui);
        return;
    }
    note->done = true;
    if (desk_draft_put(screen->desk, note->name, NULL, &error) != 0)
        ui_tell_error(screen->ui, &error);
    ui_tell(screen->ui, UI_DONE, "%s", _("The note is saved."));
    screen_finish(screen, json_pack("{s:s}", "note", id.text));
}

static void run_spelling(struct screen *screen, const char *argument)
{
    struct note *note = screen->data;

    (void)argument;
    fields_focus_set(note->fields, ROW_TEXT);
    note_help_next(&note->help, screen);
}

static void run_language(struct screen *screen, const char *argument)
{
    struct note *note = screen->data;

    (void)argument;
    note_help_language(&note->help, screen, strcmp(note->help.language, "fr") == 0 ? "en" : "fr");
}

static bool note_key(struct screen *screen, const struct input *input)
{
    struct note *note = screen->data;
    enum fields_answer answer;

    if (note_help_key(&note->help, screen, input))
        return true;
    answer = fields_key(note->fields, input);
    if (fields_focus(note->fields) == ROW_TEXT && answer != FIELDS_UNUSED)
        note_help_follow(&note->help);
    if (fields_focus(note->fields) == ROW_DUE && !is_commitment(note))
        fields_focus_set(note->fields, input->code == INPUT_BACK_TAB || input->code == INPUT_UP
                                           ? ROW_KIND
                                           : ROW_SEEN);
    if (answer == FIELDS_FULL)
        ui_tell(screen->ui, UI_FAILED,
                _("Too long: %1$zu bytes, a note holds %2$d. Nothing is lost."),
                fields_overflow(note->fields), NOTE_TEXT_LIMIT);
    else if (answer == FIELDS_DONE)
        fields_focus_set(note->fields, ROW_TEXT);
    return answer != FIELDS_UNUSED;
}

static const char *note_subject(struct screen *screen)
{
    const struct note *note = screen->data;

    return note->about;
}

static const struct screen_key note_keys[] = {
    {INPUT_CONTROL('X'), N_("Save"), N_("Saves the note on the case, for good."), N_("save"),
     run_save},
    {INPUT_CONTROL('N'), N_("Spelling"),
     N_("Goes to the next word that is not in the dictionary and offers others for it, or puts it "
        "into your own dictionary."),
     N_("spelling"), run_spelling},
    {'/', NULL,
     N_("At the beginning of a word: offers the office's standard phrases, by what is typed after "
        "it. Esc leaves the slash."),
     NULL, NULL},
    {INPUT_CONTROL('P'), N_("French/English"),
     N_("Says that the note is written in the other language, for phrases and spelling."),
     N_("note-language"), run_language},
    {INPUT_TAB, N_("Kind"), N_("Goes between the text, the kind, who reads it and the day."), NULL,
     NULL},
    {0},
};

static struct screen_about note_about(const struct screen *screen)
{
    const struct note *note = screen->data;

    if (!id_is_empty(&note->draft.matter))
        return (struct screen_about){RECORD_CASE, note->draft.matter, note->here};
    return (struct screen_about){RECORD_CONTACT, note->draft.contact, note->here};
}

/* All of a note is this agent's own; it stays a draft besides, should the case come back. */
static char *note_forget(struct screen *screen)
{
    struct note *note = screen->data;

    keep_draft(screen);
    note->done = true;
    return strdup(fields_text(note->fields, ROW_TEXT));
}

extern const struct screen_kind screen_note;
const struct screen_kind screen_note = {
    .name = "note",
    .title = N_("Note"),
    .help = N_("What the next colleague must know. The draft is kept as you type; a saved note is "
               "never edited away, only corrected by another one."),
    .command = N_("note"),
    .code = INPUT_F(6),
    .label = N_("Note"),
    .keys = note_keys,
    .open = note_open,
    .close = note_close,
    .draw = note_draw,
    .key = note_key,
    .save = note_save,
    .suspend = keep_draft,
    .resume = note_resume,
    .subject = note_subject,
    .about = note_about,
    .forget = note_forget,
};
