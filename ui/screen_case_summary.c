/* Above a case's timeline: three sentences of facts on file that can be read aloud - who it is,
 * where the matter stands, what was promised or happened last - then details and the checklist. */
#include "ui/screen_case_file.h"

#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/consent.h"
#include "app/delegation.h"
#include "app/json.h"
#include "app/task.h"
#include "app/text.h"
#include "forms/fill.h"
#include "ui/day.h"
#include "ui/format.h"
#include "ui/language.h"

#define LABEL_WIDTH       10
#define SMALL_ROWS        14 /* below it the details make room for the timeline */
#define SENTENCE_SIZE     (3 * WORK_NAME_SIZE)
#define ACTING_MORE_WIDTH 4

/* --- facts ------------------------------------------------------------------------------------ */

/* The highest level that a contact of this case reached, the newest of those. */
static void identity_read(struct screen *screen)
{
    struct matter *matter = screen->data;
    const struct record *best =
        matter->file.contacts.count > 0 ? matter->file.contacts.records[0] : NULL;
    char when[32];

    text_copy(matter->identity, sizeof(matter->identity), "");
    if (best == NULL)
        return;
    work_when(screen->desk, best, "started_at", when, sizeof(when));
    snprintf(matter->identity, sizeof(matter->identity), _("identity %1$s (%2$s, %3$s)"),
             format_word(record_text(best, "identity")),
             format_channel(record_text(best, "channel")), when);
}

static const char *recipient_title(const struct record *form, const char *id)
{
    json_t *recipient;
    size_t i;

    if (strcmp(id, FILL_FILE_CONSENT) == 0)
        return _("their file");
    json_array_foreach(form == NULL ? NULL : json_object_get(form->body, "recipients"), i,
                       recipient)
    {
        if (strcmp(json_text_or(recipient, "id", ""), id) == 0)
            return format_localised(json_object_get(recipient, "title"));
    }
    return id;
}

/* The agencies that the client said yes to on the forms of this case; `form` is the last one that
 * was read, for most are of the same. */
static void consents_add(struct screen *screen, const struct record *submission,
                         struct record **form, struct text_buffer *names)
{
    const char *key = record_text(submission, "form"), *id;
    const struct id wanted = id_from_key("form", key);
    json_t *given;

    if (json_object_size(json_object_get(submission->body, "consents")) == 0)
        return;
    if (*form == NULL || !id_equal(&(*form)->id, &wanted)) {
        record_free(*form);
        *form = NULL;
        catalogue_get_by_key(screen->desk->catalogue, RECORD_FORM, key, form, NULL);
    }
    json_object_foreach(json_object_get(submission->body, "consents"), id, given)
    {
        const char *title = recipient_title(*form, id);

        if (json_is_true(given) && (names->bytes == NULL || strstr(names->bytes, title) == NULL))
            text_buffer_add_format(names, "%s%s", names->length > 0 ? ", " : "", title);
    }
}

/* What the case is about: its subject, its service, else what the client came for, in their words.
 */
static void about_read(struct screen *screen)
{
    struct matter *matter = screen->data;
    char *about = matter->about;
    size_t size = sizeof(matter->about);
    const struct record *record = matter->file.matter;

    work_title(screen->desk, RECORD_SERVICE, record_text(record, "service"), about, size);
    if (*record_text(record, "subject") != '\0')
        text_copy(about, size, record_text(record, "subject"));
    for (size_t i = 0; i < matter->file.count && *about == '\0'; i++)
        work_first_line(record_text(matter->file.entries[i].record, "need"), about, size);
    if (*about == '\0')
        text_copy(about, size, _("no service yet"));
}

/* What the service promises for this case, and how that stands. */
static void promise_read(struct screen *screen)
{
    struct matter *matter = screen->data;
    struct promise_here here;

    matter->promised = promise_here_read(&here, screen->desk->store, screen->desk->catalogue,
                                         matter->file.matter, desk_now(screen->desk));
    if (!matter->promised)
        return;
    promise_sentence(&here, matter->promise, sizeof(matter->promise));
    matter->promise_style = promise_style(&here);
    promise_here_clear(&here);
}

struct acting_reading {
    struct screen *screen;
    enum delegation_state wanted;
    char today[WORK_DAY_SIZE];
};

static int acting_add(void *context, const struct record *delegation, enum store_pending pending)
{
    const struct acting_reading *reading = context;
    struct matter *matter = reading->screen->data;
    struct case_acting *acting;

    (void)pending;
    if (delegation_state(delegation, reading->today) != reading->wanted)
        return 0;
    if (matter->acting_count++ >= CASE_ACTING_SHOWN)
        return 0;
    acting = &matter->acting[matter->acting_count - 1];
    acting->style =
        work_delegation_text(reading->screen->desk, delegation, &matter->file.client->id,
                             acting->text, sizeof(acting->text));
    return 0;
}

/* Who acts for the client: those who may before those whose time is over. */
static void acting_read(struct screen *screen)
{
    static const enum delegation_state states[] = {DELEGATION_VALID, DELEGATION_EXPIRED};
    struct matter *matter = screen->data;
    struct acting_reading reading = {.screen = screen};

    matter->acting_count = 0;
    if (matter->file.client == NULL)
        return;
    work_day_today(screen->desk, reading.today);
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        reading.wanted = states[i];
        delegation_each(screen->desk->store, &matter->file.client->id, false, acting_add, &reading,
                        NULL);
    }
}

struct agreeing {
    struct screen *screen;
    struct text_buffer *names;
    char today[WORK_DAY_SIZE];
};

static int agreed_add(void *context, const struct record *consent, enum store_pending pending)
{
    const struct agreeing *agreeing = context;
    const char *whom = record_text(consent, "whom");
    struct text_buffer *names = agreeing->names;

    (void)pending;
    if (consent_state(consent, agreeing->today) == CONSENT_VALID &&
        (names->bytes == NULL || strstr(names->bytes, whom) == NULL))
        text_buffer_add_format(names, "%s%s", names->length > 0 ? ", " : "", whom);
    return 0;
}

/* For whom the client agreed to something that stands. */
static void consents_read(struct screen *screen, struct text_buffer *names)
{
    struct matter *matter = screen->data;
    struct agreeing agreeing = {.screen = screen, .names = names};

    if (matter->file.client == NULL)
        return;
    work_day_today(screen->desk, agreeing.today);
    consent_each(screen->desk->store, &matter->file.client->id, agreed_add, &agreeing, NULL);
}

void case_summary_read(struct screen *screen)
{
    struct matter *matter = screen->data;
    struct text_buffer names = {0};
    struct record *form = NULL;

    about_read(screen);
    identity_read(screen);
    promise_read(screen);
    acting_read(screen);
    consents_read(screen, &names);
    for (size_t i = 0; i < matter->file.submissions.count; i++)
        consents_add(screen, matter->file.submissions.records[i], &form, &names);
    record_free(form);
    text_copy(matter->consents, sizeof(matter->consents), names.bytes != NULL ? names.bytes : "");
    text_buffer_free(&names);
}

/* --- the sentences ---------------------------------------------------------------------------- */

static void add_part(struct text_buffer *line, const char *separator, const char *text)
{
    if (*text != '\0')
        text_buffer_add_format(line, "%s%s", line->length > 0 ? separator : "", text);
}

/* Zoe Roy, in French, interpreter: es, needs large print, identity verified (counter, 14:05) */
static void draw_who(const struct matter *matter, const struct paint *paint, int row)
{
    const struct record *client = matter->file.client;
    struct text_buffer line = {0};
    char name[WORK_NAME_SIZE], part[WORK_NAME_SIZE];

    work_client_name(client, name, sizeof(name));
    add_part(&line, ", ", *name != '\0' ? name : _("nobody yet"));
    if (client != NULL) {
        add_part(&line, ", ", work_language(record_text(client, "language")));
        snprintf(part, sizeof(part), _("interpreter: %.60s"), record_text(client, "interpreter"));
        add_part(&line, ", ", *record_text(client, "interpreter") != '\0' ? part : "");
        snprintf(part, sizeof(part), _("needs: %.200s"), record_text(client, "accessibility"));
        add_part(&line, ", ", *record_text(client, "accessibility") != '\0' ? part : "");
        add_part(&line, ", ",
                 *record_text(client, "protection") != '\0' ? _("protected file") : "");
    }
    add_part(&line, ", ", matter->identity);
    paint_text(paint, row, 0, -1, PAINT_TITLE, line.bytes != NULL ? line.bytes : name);
    text_buffer_free(&line);
}

/* Birth of a child: in progress, opened 24 Nov., in the hands of Marie Tremblay */
static void draw_where(struct screen *screen, const struct paint *paint, int row)
{
    const struct matter *matter = screen->data;
    const struct record *record = matter->file.matter;
    const char *pending = case_pending_text(matter->file.pending);
    char name[WORK_NAME_SIZE], when[32], text[SENTENCE_SIZE];
    int used;

    snprintf(text, sizeof(text), _("%1$s: %2$s"), matter->about,
             format_word(record_text(record, "status")));
    used = paint_text(paint, row, 0, -1, PAINT_VALUE, text);
    if (*pending != '\0')
        used += 2 + paint_text(paint, row, used + 2, -1, PAINT_WARNING, pending);
    work_when(screen->desk, record, "opened_at", when, sizeof(when));
    if (*record_text(record, "assignee") != '\0') {
        work_agent_name(screen->desk, record_text(record, "assignee"), name, sizeof(name));
        snprintf(text, sizeof(text), _("opened %1$s, in the hands of %2$s"), when, name);
    } else {
        snprintf(text, sizeof(text), _("opened %s, in nobody's hands"), when);
    }
    paint_text(paint, row, used + 2, -1, PAINT_DIM, text);
}

/* The task that keeps the commitment of a note; NULL for none. */
static const struct record *task_of(const struct matter *matter, const struct record *note)
{
    for (size_t i = 0; i < matter->file.tasks.count; i++)
        if (strcmp(record_text(matter->file.tasks.records[i], "note"), note->id.text) == 0)
            return matter->file.tasks.records[i];
    return NULL;
}

/* What the client was told would be done by a day. */
struct commitment {
    const struct record *record; /* its note, or a task without one; NULL for none */
    int64_t due_ms;
    bool late;
};

/* Takes the one to keep next: the soonest that is due, else the last one past its day. */
static void consider(struct commitment *best, const struct record *record, int64_t due, int64_t now)
{
    if (due >= now && (best->record == NULL || best->late || due < best->due_ms))
        *best = (struct commitment){record, due, false};
    else if (due < now && (best->record == NULL || (best->late && due > best->due_ms)))
        *best = (struct commitment){record, due, true};
}

/* A commitment whose task is done is kept. One without a task is late only while nothing more was
 * noted after its day. */
static struct commitment commitment_of(const struct matter *matter, int64_t today)
{
    const struct case_file *file = &matter->file;
    int64_t newest = file->count > 0 ? file->entries[0].at_ms : 0, due;
    struct commitment best = {0};

    for (size_t i = 0; i < file->notes.count; i++) {
        const struct record *task = task_of(matter, file->notes.records[i]);

        if (task == NULL && timestamp_parse(record_text(file->notes.records[i], "due_at"), &due) &&
            (due >= today || newest <= due))
            consider(&best, file->notes.records[i], due, today);
        else if (task != NULL && task_is_open(task))
            consider(&best, file->notes.records[i], task_due_ms(task), today);
    }
    for (size_t i = 0; i < file->tasks.count; i++) {
        const struct record *task = file->tasks.records[i];

        if (task_is_open(task) && record_text(task, "note")[0] == '\0' && task_due_ms(task) > 0)
            consider(&best, task, task_due_ms(task), today);
    }
    return best;
}

/* What somebody noted for themselves was promised to nobody. */
static bool is_promised(const struct record *record)
{
    const char *kind = record_text(record, "kind");

    return record->type != RECORD_TASK || strcmp(kind, "commitment") == 0 ||
           strcmp(kind, "refund") == 0;
}

/* What happened last. */
static void last_words(struct screen *screen, char *text, size_t size)
{
    const struct matter *matter = screen->data;
    const struct case_entry *last = matter->file.count > 0 ? &matter->file.entries[0] : NULL;
    char line[WORK_NAME_SIZE], when[32], who[WORK_NAME_SIZE / 2];

    if (last == NULL) {
        text_copy(text, size, _("Nothing has happened yet."));
        return;
    }
    case_entry_title(screen->desk, last->record, line, sizeof(line));
    case_entry_who(screen->desk, last, who, sizeof(who));
    format_when(when, sizeof(when), last->at_ms, desk_now(screen->desk));
    if (*who == '\0')
        snprintf(text, size, _("Last: %1$s, %2$s"), line, when);
    else
        snprintf(text, size, _("Last: %1$s, by %2$s, %3$s%4$s%5$s"), line, who, when,
                 *last->channel != '\0' ? ", " : "", format_channel(last->channel));
}

/* What the client waits to have read, what was promised, else what happened last. */
static void draw_last(struct screen *screen, const struct paint *paint, int row)
{
    const struct matter *matter = screen->data;
    struct commitment commitment = commitment_of(matter, day_start_ms(desk_now(screen->desk)));
    char text[SENTENCE_SIZE], line[WORK_NAME_SIZE], when[32];
    size_t unread = matter->file.messages.count;
    int used = 0;

    if (unread > 0) {
        snprintf(text, sizeof(text),
                 language_plural("%zu message of the client to read.",
                                 "%zu messages of the client to read.", unread),
                 unread);
        used = 1 + paint_text(paint, row, 0, -1, PAINT_WARNING, text);
    }
    if (commitment.record == NULL) {
        last_words(screen, text, sizeof(text));
        paint_text(paint, row, used, -1, PAINT_TEXT, text);
        return;
    }
    case_entry_text(screen->desk, commitment.record, text, sizeof(text));
    work_first_line(text, line, sizeof(line));
    format_on_day(when, sizeof(when), commitment.due_ms, desk_now(screen->desk));
    if (is_promised(commitment.record))
        snprintf(text, sizeof(text),
                 commitment.late ? _("Promised for %1$s, and late: %2$s")
                                 : _("Promised for %1$s: %2$s"),
                 when, line);
    else
        snprintf(text, sizeof(text),
                 commitment.late ? _("To do by %1$s, and late: %2$s") : _("To do by %1$s: %2$s"),
                 when, line);

    paint_text(paint, row, used, -1, commitment.late ? PAINT_ERROR : PAINT_WARNING, text);
}

/* --- details ---------------------------------------------------------------------------------- */

static void draw_details(const struct matter *matter, const struct paint *paint, int row)
{
    const struct record *client = matter->file.client;
    struct text_buffer line = {0};
    char part[2 * WORK_NAME_SIZE];
    int used = 0;

    if (matter->draft)
        used = 2 + paint_text(paint, row, 0, -1, PAINT_ACCENT, _("F6: a note is half written"));
    if (client != NULL) {
        add_part(&line, " · ", record_text(client, "phone"));
        add_part(&line, " · ", record_text(client, "email"));
        add_part(&line, " · ", record_text(client, "postal_code"));
    }
    snprintf(part, sizeof(part), _("consents: %s"), matter->consents);
    add_part(&line, " · ", *matter->consents != '\0' ? part : "");
    if (line.bytes != NULL)
        paint_text(paint, row, used, -1, PAINT_DIM, line.bytes);
    text_buffer_free(&line);
}

static bool has_details(const struct matter *matter)
{
    const struct record *client = matter->file.client;

    return *matter->consents != '\0' ||
           (client != NULL &&
            (*record_text(client, "phone") != '\0' || *record_text(client, "email") != '\0' ||
             *record_text(client, "postal_code") != '\0'));
}

/* How far the checklist is, and what comes next of it. */
static void draw_checklist(const struct matter *matter, const struct paint *paint, int row)
{
    const struct checklist *checklist = &matter->checklist;
    size_t next = checklist_next(checklist);
    char text[2 * WORK_NAME_SIZE];
    const char *deadline;
    int used;

    paint_text(paint, row, 0, LABEL_WIDTH - 1, PAINT_LABEL, _("Checklist"));
    snprintf(text, sizeof(text),
             language_plural("%1$zu of %2$zu done", "%1$zu of %2$zu done", checklist->done),
             checklist->done, checklist->needed);
    used = LABEL_WIDTH + paint_text(paint, row, LABEL_WIDTH, -1, PAINT_VALUE, text);
    if (next == checklist->count)
        return;
    snprintf(text, sizeof(text), _("next: %s"),
             format_localised(json_object_get(checklist->items[next].body, "title")));
    used += 2 + paint_text(paint, row, used + 2, -1, PAINT_DIM, text);
    deadline = format_localised(json_object_get(checklist->items[next].body, "deadline"));
    if (used + 2 + (int)text_width(deadline, strlen(deadline)) <= paint->columns)
        paint_text(paint, row, used + 2, -1, PAINT_ACCENT, deadline);
}

/* Two rows for each; where there is no room, one for the first. The rows used. */
static int draw_acting(const struct matter *matter, const struct paint *paint, int row)
{
    bool small = paint->rows < SMALL_ROWS;
    size_t most = small ? 1 : CASE_ACTING_SHOWN, i;
    int first = row;
    char rest[32];

    for (i = 0; i < matter->acting_count && i < most; i++) {
        const struct case_acting *acting = &matter->acting[i];
        bool more = i + 1 == most && matter->acting_count > most;
        int width = more ? paint->columns - ACTING_MORE_WIDTH : paint->columns;

        if (more) {
            snprintf(rest, sizeof(rest), "+%zu", matter->acting_count - most);
            paint_right(paint, row, width, ACTING_MORE_WIDTH, PAINT_DIM, rest);
        }
        row += paint_wrapped(paint, row, 0, width, small ? 1 : 2, acting->style, acting->text);
    }
    return row - first;
}

int case_summary_draw(struct screen *screen, const struct paint *paint)
{
    const struct matter *matter = screen->data;
    int row = 0;

    draw_who(matter, paint, row++);
    draw_where(screen, paint, row++);
    draw_last(screen, paint, row++);
    if (matter->promised)
        paint_text(paint, row++, 0, -1, matter->promise_style, matter->promise);
    row += draw_acting(matter, paint, row);
    if (matter->draft || (paint->rows >= SMALL_ROWS && has_details(matter)))
        draw_details(matter, paint, row++);
    if (matter->checklist.count > 0)
        draw_checklist(matter, paint, row++);
    return row;
}
