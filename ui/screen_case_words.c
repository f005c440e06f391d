/* One entry of a case's timeline in words. */
#include "ui/screen_case.h"

#include <stdio.h>
#include <string.h>

#include "app/handoff.h"
#include "app/json.h"
#include "app/message.h"
#include "app/note.h"
#include "app/submission.h"
#include "app/task.h"
#include "app/text.h"
#include "ui/delivery_words.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/message_when.h"
#include "ui/screen_handoff.h"

/* --- what it is ------------------------------------------------------------------------------- */

static void note_title(const struct record *record, char *title, size_t size)
{
    snprintf(title, size, _("note, %s"), format_word(record_text(record, "kind")));
    if (note_is_restricted(record))
        snprintf(title, size, _("note, %s, restricted"), format_word(record_text(record, "kind")));
}

static void contact_title(const struct record *record, char *title, size_t size)
{
    if (*record_text(record, "outcome") == '\0')
        text_copy(title, size, _("contact, in progress"));
    else
        snprintf(title, size, _("contact, %s"), format_word(record_text(record, "outcome")));
}

static void handoff_title(struct desk *desk, const struct record *record, char *title, size_t size)
{
    char name[WORK_NAME_SIZE], by[WORK_NAME_SIZE], when[32];

    work_target_name(desk, record, name, sizeof(name));
    format_duration(when, sizeof(when), handoff_waited_ms(record, desk_now(desk)));
    snprintf(title, size, _("hand-off to %1$s, %2$s after %3$s"), name,
             format_word(record_text(record, "state")), when);
    if (handoff_is_offered(record))
        snprintf(title, size, _("hand-off to %1$s, offered for %2$s"), name, when);
    work_agent_name(desk, record_text(record, "reassigned_by"), by, sizeof(by));
    if (strcmp(record_text(record, "state"), "reassigned") == 0)
        snprintf(title, size, _("hand-off to %1$s, re-assigned by %2$s after %3$s"), name, by,
                 when);
}

static void message_title(struct desk *desk, const struct record *record, char *title, size_t size)
{
    static const struct {
        const char *state, *text;
    } words[] = {
        {"received", N_("message from the client, not read yet")},
        {"read", N_("message from the client")},
        {"queued", N_("message to the client, waiting to leave")},
        {"sent", N_("message to the client, sent")},
        {"bounced", N_("message to the client, did not arrive")},
        {"withdrawn", N_("message to the client, withdrawn")},
    };

    char when[32];

    text_copy(title, size, _("message"));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].state, record_text(record, "state")) == 0)
            text_copy(title, size, _(words[i].text));
    if (message_planned_ms(record) <= desk_now(desk))
        return;
    message_when_short(desk, record, when, sizeof(when));
    snprintf(title, size, _("message to the client, planned for %s"), when);
}

static void task_title(struct desk *desk, const struct record *record, char *title, size_t size)
{
    char when[32];

    work_due(desk, record, when, sizeof(when));
    if (task_is_open(record) && *when != '\0' && strcmp(record_text(record, "kind"), "other") == 0)
        snprintf(title, size, _("task, for %s"), when);
    else if (task_is_open(record) && *when != '\0')
        snprintf(title, size, _("task, %1$s, for %2$s"), format_word(record_text(record, "kind")),
                 when);
    else
        snprintf(title, size, _("task, %1$s, %2$s"), format_word(record_text(record, "kind")),
                 format_word(record_text(record, "state")));
}

static void promise_title(struct desk *desk, const struct record *record, char *title, size_t size)
{
    char when[32];

    work_due(desk, record, when, sizeof(when));
    snprintf(title, size, _("%1$s, %2$s, by %3$s"), format_word(record_text(record, "kind")),
             format_word(record_text(record, "state")), when);
}

void case_entry_title(struct desk *desk, const struct record *record, char *title, size_t size)
{
    char name[WORK_NAME_SIZE];

    switch (record->type) {
    case RECORD_NOTE:
        note_title(record, title, size);
        return;
    case RECORD_CONTACT:
        contact_title(record, title, size);
        return;
    case RECORD_SUBMISSION:
        work_title(desk, RECORD_FORM, record_text(record, "form"), name, sizeof(name));
        if (submission_is_draft(record) && *record_text(record, "given_back_at") != '\0')
            text_copy(title, size, _("form, given back by the client"));
        else
            snprintf(title, size, _("form, %s"), format_word(record_text(record, "status")));
        return;
    case RECORD_HANDOFF:
        handoff_title(desk, record, title, size);
        return;
    case RECORD_DELIVERY:
        snprintf(title, size, _("%1$s: %2$s"), delivery_agency(record), delivery_state(record));
        return;
    case RECORD_MESSAGE:
        message_title(desk, record, title, size);
        return;
    case RECORD_TASK:
        task_title(desk, record, title, size);
        return;
    case RECORD_PROMISE:
        promise_title(desk, record, title, size);
        return;
    default:
        text_copy(title, size, "");
    }
}

/* --- its own words ---------------------------------------------------------------------------- */

/* A commitment says in its note what is to be done. */
static void task_text(struct desk *desk, const struct record *record, char *text, size_t size)
{
    struct record *note = NULL;

    text_copy(text, size, record_text(record, "text"));
    if (*text == '\0')
        note = work_get(desk, RECORD_NOTE, record_text(record, "note"), NULL);
    if (note != NULL)
        text_copy(text, size, record_text(note, "text"));
    record_free(note);
}

static void promise_text(struct desk *desk, const struct record *record, char *text, size_t size)
{
    char title[WORK_NAME_SIZE], span[64];

    work_title(desk, RECORD_SERVICE, record_text(record, "service"), title, sizeof(title));
    format_span(span, sizeof(span), json_integer_or(record->body, "amount", 0),
                record_text(record, "unit"));
    snprintf(text, size, "%s, %s", span, title);
}

void case_entry_text(struct desk *desk, const struct record *record, char *text, size_t size)
{
    switch (record->type) {
    case RECORD_NOTE:
        text_copy(text, size, record_text(record, "text"));
        return;
    case RECORD_CONTACT:
        text_copy(text, size, record_text(record, "need"));
        return;
    case RECORD_SUBMISSION:
        work_title(desk, RECORD_FORM, record_text(record, "form"), text, size);
        return;
    case RECORD_HANDOFF:
        handoff_summary(desk, record, text, size);
        return;
    case RECORD_DELIVERY:
        delivery_detail(desk, record, text, size);
        return;
    case RECORD_MESSAGE:
        text_copy(text, size,
                  *record_text(record, "subject") != '\0' ? record_text(record, "subject")
                                                          : record_text(record, "text"));
        return;
    case RECORD_TASK:
        task_text(desk, record, text, size);
        return;
    case RECORD_PROMISE:
        promise_text(desk, record, text, size);
        return;
    default:
        text_copy(text, size, "");
    }
}

/* --- who, and how it stands out --------------------------------------------------------------- */

void case_entry_who(struct desk *desk, const struct case_entry *entry, char *who, size_t size)
{
    const char *direction = record_text(entry->record, "direction");

    text_copy(who, size, "");
    if (!id_is_empty(&entry->author))
        work_agent_name(desk, entry->author.text, who, size);
    else if (strcmp(direction, "in") == 0)
        text_copy(who, size, _("the client"));
}

enum paint_style case_entry_style(const struct record *record)
{
    const char *state = record_text(record, "state");

    if (record->type == RECORD_DELIVERY)
        return delivery_style(record);
    if (record->type == RECORD_MESSAGE && strcmp(state, "received") == 0)
        return PAINT_WARNING;
    if ((record->type == RECORD_MESSAGE && strcmp(state, "bounced") == 0) ||
        (record->type == RECORD_PROMISE && strcmp(state, "missed") == 0))
        return PAINT_ERROR;
    return PAINT_VALUE;
}

const char *case_pending_text(enum store_pending pending)
{
    if (pending == STORE_CLAIMING)
        return _("pending");
    return pending == STORE_WAITING ? _("not sent yet") : "";
}

void case_entry_show(struct ui *ui, const struct record *record)
{
    static const struct {
        enum record_type type;
        const char *kind, *argument;
    } screens[] = {
        {RECORD_SUBMISSION, "form", "submission"},
        {RECORD_HANDOFF, "offer", "id"},
        {RECORD_DELIVERY, "delivery", "id"},
        {RECORD_MESSAGE, "message", "id"},
        {RECORD_TASK, "task", "id"},
    };

    for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++)
        if (screens[i].type == record->type) {
            ui_open(ui, screens[i].kind, json_pack("{s:s}", screens[i].argument, record->id.text));
            return;
        }
    ui_open(ui, "entry",
            json_pack("{s:s, s:s}", "type", record_type_name(record->type), "id", record->id.text));
}
