#include "ui/screen_outbox.h"

#include <stdio.h>
#include <string.h>

#include "app/checklist.h"
#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/permission_words.h"
#include "ui/queue_words.h"
#include "ui/screen_flag.h"
#include "ui/task_news.h"

const char *field_words(const char *path)
{
    static const char *const names[][2] = {
        {"name", N_("Name")},
        {"language", N_("Language")},
        {"interpreter", N_("Interpreter")},
        {"accessibility", N_("Needs")},
        {"phone", N_("Phone")},
        {"email", N_("E-mail")},
        {"address", N_("Address")},
        {"postal_code", N_("Postal code")},
        {"birth_date", N_("Birth date")},
        {"kind", N_("Kind")},
        {"need", N_("Need")},
        {"identity", N_("Identity")},
        {"service", N_("Service")},
        {"client", N_("Client")},
        {"case", N_("Case")},
        {"agent", N_("Agent")},
        {"status", N_("Status")},
        {"state", N_("State")},
        {"text", N_("Note")},
        {"context", N_("Context")},
        {"summary", N_("Summary")},
        {"consents", N_("Consents")},
        {"field", N_("Place in the form")},
        {"checklist", N_("Checklist")},
        {"ticks", N_("Checklist")},
        {"steps", N_("Client's list")},
    };
    size_t length = strcspn(path, "/");

    if (strncmp(path, "answers/", 8) == 0)
        return path + 8;
    /* A member of another map has no word of its own; the map has. */
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i][0]) == length && strncmp(names[i][0], path, length) == 0)
            return _(names[i][1]);
    return path;
}

/* "Phone, E-mail"; members of one map that follow one another are one word. */
static void list_fields(const json_t *body, char *text, size_t size)
{
    struct text_buffer buffer = {0};
    const char *path, *before = "";
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)body, path, value)
    {
        if (strcmp(field_words(path), before) == 0 ||
            (strcmp(path, "field") == 0 && json_object_size(body) > 1))
            continue;
        before = field_words(path);
        text_buffer_add_format(&buffer, "%s%s", buffer.length > 0 ? ", " : "", before);
    }
    text_copy(text, size, buffer.bytes != NULL ? buffer.bytes : "");
    text_buffer_free(&buffer);
}

static void append_words(struct desk *desk, const struct operation *operation, char *text,
                         size_t size)
{
    const json_t *body = operation->body;
    char line[WORK_NAME_SIZE];

    switch (operation->type) {
    case RECORD_NOTE:
        work_first_line(json_text_or(body, "text", ""), line, sizeof(line));
        snprintf(text, size, _("Note: %s"), line);
        return;
    case RECORD_CONTACT:
        snprintf(text, size, _("Contact begun, %s"),
                 format_channel(json_text_or(body, "channel", "")));
        return;
    case RECORD_CLIENT:
        snprintf(text, size, _("New client: %s"),
                 json_text_or(body, "name", format_word(json_text_or(body, "kind", ""))));
        return;
    case RECORD_CASE:
        snprintf(text, size, _("New case %s"), json_text_or(body, "reference", ""));
        return;
    case RECORD_SUBMISSION:
        work_title(desk, RECORD_FORM, json_text_or(body, "form", ""), line, sizeof(line));
        snprintf(text, size, _("Form begun: %s"), line);
        return;
    case RECORD_FLAG:
        snprintf(text, size, _("Error reported: %s"),
                 flag_kind_text(json_text_or(body, "kind", "")));
        return;
    case RECORD_HANDOFF:
        snprintf(text, size, _("Hand-off offered: %s"), json_text_or(body, "summary", ""));
        return;
    case RECORD_TASK:
        work_first_line(json_text_or(body, "text", ""), line, sizeof(line));
        snprintf(text, size, _("New task, %1$s%2$s%3$s"),
                 format_word(json_text_or(body, "kind", "")), *line != '\0' ? ": " : "", line);
        return;
    case RECORD_CHOICE:
        text_copy(text, size, _("What was chosen after a search, counted"));
        return;
    case RECORD_TICKET:
        snprintf(text, size, _("Ticket %s given"), json_text_or(body, "number", ""));
        return;
    case RECORD_ROLL:
        text_copy(text, size, _("Ticket numbers taken ahead"));
        return;
    case RECORD_ACCESS:
        text_copy(text, size, _("File opened"));
        return;
    default:
        text_copy(text, size, "");
    }
}

const char *tick_text(const char *state)
{
    if (strcmp(state, "done") == 0)
        return _("done");
    return *state == '\0' ? _("to do") : _("not needed");
}

/* One item of a case's checklist was ticked; false when it was something else. */
static bool tick_words(struct desk *desk, const struct operation *operation, char *text,
                       size_t size)
{
    const char *path = json_object_iter_key(json_object_iter(operation->body));
    struct record *matter = NULL;
    struct checklist checklist = {0};
    const char *state;
    char own[256];
    bool found = false;

    if (operation->type != RECORD_CASE || json_object_size(operation->body) != 1 ||
        strncmp(path, "ticks/", 6) != 0)
        return false;
    state = json_text_or(operation->body, path, "");
    matter = work_get(desk, RECORD_CASE, operation->record.text, NULL);
    if (matter != NULL)
        checklist_read(&checklist, matter, NULL);
    for (size_t i = 0; i < checklist.count && !found; i++) {
        const struct checklist_item *item = &checklist.items[i];

        found = operation_map_path("ticks", item->name, own, sizeof(own)) && strcmp(own, path) == 0;
        if (found)
            snprintf(text, size, _("Checklist: %1$s, %2$s"),
                     format_localised(json_object_get(item->body, "title")), tick_text(state));
    }
    checklist_free(&checklist);
    record_free(matter);
    return found;
}

static void change_words(struct desk *desk, const struct operation *operation, char *text,
                         size_t size)
{
    char fields[WORK_NAME_SIZE];
    int64_t due_ms = 0;

    if (tick_words(desk, operation, text, size))
        return;
    if (json_object_get(operation->body, "ended_at") != NULL) {
        snprintf(text, size, _("Contact ended: %s"),
                 format_word(json_text_or(operation->body, "outcome", "")));
        return;
    }
    list_fields(operation->body, fields, sizeof(fields));
    switch (operation->type) {
    case RECORD_ALERT:
        text_copy(text, size, _("Alert seen"));
        return;
    case RECORD_CHOICE:
        text_copy(text, size, _("What was chosen after a search, counted"));
        return;
    case RECORD_CLIENT:
        snprintf(text, size, _("Client details: %s"), fields);
        return;
    case RECORD_CONTACT:
        snprintf(text, size, _("Contact: %s"), fields);
        return;
    case RECORD_TASK:
        timestamp_parse(json_text_or(operation->body, "due_at", ""), &due_ms);
        task_day_words(desk, due_ms, fields, sizeof(fields));
        snprintf(text, size, _("Task put off to %s"), fields);
        return;
    case RECORD_SUBMISSION:
        if (json_is_object(json_object_get(operation->body, "continue")))
            text_copy(text, size, _("Code to continue on the web"));
        else if (json_object_get(operation->body, "continue") != NULL)
            text_copy(text, size, _("Code to continue on the web taken back"));
        else
            snprintf(text, size, _("Answers: %s"), fields);
        return;
    default:
        snprintf(text, size, _("Case: %s"), fields);
    }
}

static void ticket_words(struct desk *desk, const struct operation *operation, char *text,
                         size_t size)
{
    static const char *const states[][2] = {
        {"waiting", N_("back in line")}, {"called", N_("called")},     {"serving", N_("served")},
        {"no-show", N_("no-show")},      {"finished", N_("finished")}, {"left", N_("left")},
    };
    struct record *ticket = work_get(desk, RECORD_TICKET, operation->record.text, NULL);
    const char *state = json_text_or(operation->body, "state", "");

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i][0], state) == 0)
            snprintf(text, size, _("Ticket %1$s: %2$s"),
                     ticket != NULL ? record_text(ticket, "number") : "", _(states[i][1]));
    record_free(ticket);
}

static void claim_words(struct desk *desk, const struct operation *operation, char *text,
                        size_t size)
{
    const char *state = json_text_or(operation->body, "state", "");
    const char *status = json_text_or(operation->body, "status", "");
    char name[WORK_NAME_SIZE];

    if (operation->type == RECORD_TICKET) {
        ticket_words(desk, operation, text, size);
    } else if (operation->type == RECORD_FLAG && strcmp(state, "withdrawn") == 0) {
        text_copy(text, size, _("Error reported: withdrawn"));
    } else if (operation->type == RECORD_FLAG) {
        work_first_line(json_text_or(operation->body, "answer", ""), name, sizeof(name));
        snprintf(text, size, _("Error settled: %s"), name);
    } else if (operation->type == RECORD_DELIVERY) {
        text_copy(text, size,
                  strcmp(state, "waiting") == 0 ? _("To be sent to the agency again")
                                                : _("Consent to the agency withdrawn"));
    } else if (operation->type == RECORD_TASK && *state != '\0') {
        snprintf(text, size, _("Task: %s"), format_word(state));
    } else if (operation->type == RECORD_TASK) {
        work_agent_name(desk, json_text_or(operation->body, "assignee", ""), name, sizeof(name));
        snprintf(text, size, _("Task into the hands of %s"), name);
    } else if (*state != '\0') {
        snprintf(text, size, _("Hand-off %s"), format_word(state));
    } else if (operation->type == RECORD_SUBMISSION) {
        text_copy(text, size, _("Form submitted"));
    } else if (*status != '\0') {
        snprintf(text, size, _("Status of the case: %s"), format_word(status));
    } else {
        work_agent_name(desk, json_text_or(operation->body, "assignee", ""), name, sizeof(name));
        snprintf(text, size, _("Case into the hands of %s"), name);
    }
}

void operation_words(struct desk *desk, const struct operation *operation, char *text, size_t size)
{
    if (operation->kind == OPERATION_APPEND)
        append_words(desk, operation, text, size);
    else if (operation->kind == OPERATION_FIELDS)
        change_words(desk, operation, text, size);
    else
        claim_words(desk, operation, text, size);
}

void operation_about(struct desk *desk, const struct operation *operation, char *text, size_t size)
{
    struct record *record = work_get(desk, operation->type, operation->record.text, NULL);
    const json_t *body = record != NULL ? record->body : operation->body;
    const char *id = operation->type == RECORD_CLIENT ? operation->record.text
                                                      : json_text_or(body, "client", "");
    struct record *matter = work_get(
        desk, RECORD_CASE,
        operation->type == RECORD_CASE ? operation->record.text : json_text_or(body, "case", ""),
        NULL);
    struct record *client;
    char name[WORK_NAME_SIZE];

    if (operation->type == RECORD_FLAG) {
        work_title(desk, record_type_from_name(json_text_or(body, "subject_type", "")),
                   json_text_or(body, "subject", ""), text, size);
        record_free(matter);
        record_free(record);
        return;
    }
    if (*id == '\0' && matter != NULL)
        id = record_text(matter, "client");
    client = work_get(desk, RECORD_CLIENT, id, NULL);
    work_client_name(client, name, sizeof(name));
    snprintf(text, size, "%s%s%s", name, *name != '\0' && matter != NULL ? " · " : "",
             matter != NULL ? record_text(matter, "reference") : "");
    record_free(client);
    record_free(matter);
    record_free(record);
}

static const char *refusal_text(enum merge_refusal refusal)
{
    switch (refusal) {
    case MERGE_APPLIED:
        return N_("somebody else changed the same field");
    case MERGE_MISSING:
        return N_("the server does not know the record");
    case MERGE_EXISTS:
        return N_("the server has such a record already");
    case MERGE_TAKEN:
        return N_("somebody else was there first");
    case MERGE_TRANSITION:
        return N_("that does not follow the present state");
    case MERGE_ACTOR:
        return N_("that is not yours to decide");
    case MERGE_CLOSED:
        return N_("it is decided already and takes no more changes");
    case MERGE_FORBIDDEN:
        return N_("you may not change this record");
    case MERGE_PERMISSION:
        return N_("your role does not let you do this");
    case MERGE_TOO_LARGE:
        return N_("the record would be too large");
    case MERGE_ERASED:
        return N_("it was erased: nothing of it is on file any more");
    default:
        return N_("the server does not accept the value");
    }
}

void refusal_words(struct desk *desk, const struct operation *operation, enum merge_refusal refusal,
                   const char *field, char *text, size_t size)
{
    struct record *record = work_get(desk, operation->type, operation->record.text, NULL);
    struct queue_verdict verdict;
    enum permission permission;
    const char *holder = "";
    char name[WORK_NAME_SIZE];

    if (record != NULL && (refusal == MERGE_TAKEN || refusal == MERGE_CLOSED ||
                           refusal == MERGE_TRANSITION || refusal == MERGE_ACTOR))
        holder = record_text(record, operation->type == RECORD_HANDOFF      ? "taken_by"
                                     : operation->type == RECORD_SUBMISSION ? "submitted_by"
                                                                            : "assignee");
    if (*holder != '\0' && strcmp(holder, desk_agent(desk)->text) != 0) {
        work_agent_name(desk, holder, name, sizeof(name));
        snprintf(text, size, _("taken by %s"), name);
    } else if ((refusal == MERGE_UNFIT || refusal == MERGE_FULL) &&
               queue_verdict_read(field, &verdict)) {
        verdict_words(&verdict, name, sizeof(name));
        snprintf(text, size, _("you cannot take it (%s)"), name);
    } else if (refusal == MERGE_PERMISSION && permission_from_name(field, &permission)) {
        snprintf(text, size, _("%1$s (%2$s)"), _(refusal_text(refusal)),
                 permission_text(permission));
    } else if (*field != '\0') {
        snprintf(text, size, _("%1$s: %2$s"), field_words(field), _(refusal_text(refusal)));
    } else {
        text_copy(text, size, _(refusal_text(refusal)));
    }
    record_free(record);
}
