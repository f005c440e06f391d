#include "ui/work.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/client_merge.h"
#include "app/clock.h"
#include "app/delivery.h"
#include "app/freshness.h"
#include "app/json.h"
#include "app/succession.h"
#include "app/text.h"
#include "forms/form.h"
#include "ui/format.h"
#include "ui/format_hours.h"
#include "ui/language.h"
#include "ui/purpose.h"

bool work_apply(struct screen *screen, struct batch *batch, int code, struct error *error)
{
    if (code == 0)
        code = desk_apply(screen->desk, batch, error);
    batch_clear(batch);
    if (code != 0)
        ui_tell_error(screen->ui, error);
    else if (store_stranded(screen->desk->store) > 0)
        ui_tell(screen->ui, UI_WARNING, _("Saved in the journal only: %s"),
                store_trouble(screen->desk->store));
    return code == 0;
}

struct record *work_get(struct desk *desk, enum record_type type, const char *id,
                        enum store_pending *pending)
{
    struct record *record = NULL;
    struct id parsed;

    if (desk->store == NULL || !id_parse(&parsed, id) ||
        store_get(desk->store, type, &parsed, &record, pending, NULL) != 0)
        return NULL;
    return record;
}

struct record *work_get_client(struct desk *desk, const char *id)
{
    struct record *record = NULL;
    struct id parsed;

    if (desk->store != NULL && id_parse(&parsed, id))
        client_read(desk->store, &parsed, &record, NULL);
    return record;
}

bool work_same_client(struct desk *desk, const char *id, const char *other)
{
    struct id left, right;

    return desk->store != NULL && id_parse(&left, id) && id_parse(&right, other) &&
           client_survivor(desk->store, &left, &left, NULL) == 0 &&
           client_survivor(desk->store, &right, &right, NULL) == 0 && id_equal(&left, &right);
}

void work_client_name(const struct record *client, char *name, size_t size)
{
    static const char *const members[] = {"name", "phone", "email"};

    text_copy(name, size, "");
    if (client == NULL)
        return;
    if (strcmp(record_text(client, "kind"), "anonymous") == 0) {
        text_copy(name, size, _("anonymous client"));
        return;
    }
    for (size_t i = 0; i < 3 && *name == '\0'; i++)
        text_copy(name, size, record_text(client, members[i]));
}

static void add_part(struct text_buffer *line, const char *text)
{
    if (*text == '\0')
        return;
    if (line->length > 0)
        text_buffer_add_text(line, " · ");
    text_buffer_add_text(line, text);
}

void work_client_line(const struct record *client, char *line, size_t size)
{
    struct text_buffer text = {0};
    char name[WORK_NAME_SIZE];

    work_client_name(client, name, sizeof(name));
    add_part(&text, name);
    if (client != NULL) {
        add_part(&text, work_language(record_text(client, "language")));
        add_part(&text, record_text(client, "phone"));
        add_part(&text, record_text(client, "email"));
        add_part(&text, record_text(client, "postal_code"));
    }
    text_copy(line, size, text.bytes != NULL ? text.bytes : "");
    text_buffer_free(&text);
}

void work_title(struct desk *desk, enum record_type type, const char *key, char *title, size_t size)
{
    struct record *record = *key == '\0' ? NULL : succession_present(desk->catalogue, type, key);

    text_copy(title, size, key);
    if (record == NULL)
        return;
    text_copy(title, size, format_localised(json_object_get(record->body, "title")));
    record_free(record);
}

void work_agent_name(struct desk *desk, const char *id, char *name, size_t size)
{
    struct id agent, server = delivery_server();

    text_copy(name, size, "");
    if (id_parse(&agent, id) && id_equal(&agent, &server))
        text_copy(name, size, _("the server")); /* what it takes in, and does by its clocks */
    else if (id_parse(&agent, id))
        desk_agent_name(desk, &agent, name, size);
    if (*name == '\0')
        text_copy(name, size, _("somebody"));
}

void work_target_name(struct desk *desk, const struct record *handoff, char *name, size_t size)
{
    if (*record_text(handoff, "to_queue") != '\0')
        work_title(desk, RECORD_QUEUE, record_text(handoff, "to_queue"), name, size);
    else if (*record_text(handoff, "to_office") != '\0')
        work_title(desk, RECORD_OFFICE, record_text(handoff, "to_office"), name, size);
    else
        work_agent_name(desk, record_text(handoff, "to_agent"), name, size);
}

/* The control that answers at `pointer`; inside of a list, the list's own. */
static const struct form_element *find_control(const struct form_element *element,
                                               const char *pointer)
{
    const struct form_element *found = NULL;

    if (element->kind == FORM_CONTROL) {
        size_t length = strlen(element->control->path);

        return strncmp(element->control->path, pointer, length) == 0 &&
                       (pointer[length] == '\0' || pointer[length] == '/')
                   ? element
                   : NULL;
    }
    for (size_t i = 0; found == NULL && i < element->child_count; i++)
        found = find_control(element->children[i], pointer);
    return found;
}

void work_field_name(struct desk *desk, const char *key, const char *pointer, char *name,
                     size_t size)
{
    const struct form_element *element = NULL;
    struct record *record = NULL;
    struct form *form = NULL;

    text_copy(name, size, *pointer == '/' ? pointer + 1 : pointer);
    if (catalogue_get_by_key(desk->catalogue, RECORD_FORM, key, &record, NULL) == 0 &&
        form_compile(&form, record->body, NULL) == 0)
        element = find_control(form_root(form), pointer);
    if (element != NULL)
        text_copy(name, size, form_text_in(&element->label, form_language(language_now())));
    form_free(form);
    record_free(record);
}

const char *work_language(const char *tag)
{
    if (strncmp(tag, "fr", 2) == 0)
        return _("in French");
    if (strncmp(tag, "en", 2) == 0)
        return _("in English");
    return tag;
}

void work_first_line(const char *text, char *line, size_t size)
{
    size_t length = strcspn(text, "\n");

    text_copy(line, length + 1 < size ? length + 1 : size, text);
}

void work_when(struct desk *desk, const struct record *record, const char *member, char *text,
               size_t size)
{
    int64_t ms;

    text_copy(text, size, "");
    if (timestamp_parse(record_text(record, member), &ms))
        format_when(text, size, ms, desk_now(desk));
}

void work_due(struct desk *desk, const struct record *record, char *text, size_t size)
{
    int64_t ms;

    text_copy(text, size, "");
    if (!timestamp_parse(record_text(record, "due_at"), &ms))
        return;
    if (record->type == RECORD_TASK || record->type == RECORD_NOTE)
        format_on_day(text, size, ms, desk_now(desk));
    else
        format_due(text, size, ms, desk_now(desk));
}

struct answer_context work_answer_context(const struct desk *desk)
{
    time_t seconds = (time_t)(desk_now(desk) / 1000);
    struct tm local;
    struct answer_context context = {.language = form_language(language_now())};

    if (localtime_r(&seconds, &local) != NULL) {
        context.today = (struct answer_day){local.tm_year + 1900, local.tm_mon + 1, local.tm_mday};
        context.offset_minutes = (int)(local.tm_gmtoff / 60);
    }
    return context;
}

void work_open_set(struct screen *screen, const struct desk_open *open)
{
    struct desk_open *present = &screen->desk->open;
    struct error error = ERROR_INIT;

    if (id_equal(&present->contact, &open->contact) && id_equal(&present->client, &open->client) &&
        id_equal(&present->matter, &open->matter) &&
        id_equal(&present->submission, &open->submission))
        return;
    /* A contact is the reason from now on; the one that ended leaves none. */
    if (!id_equal(&present->contact, &open->contact))
        screen->desk->said = (struct purpose_said){0};
    *present = *open;
    if (desk_open_keep(screen->desk, &error) != 0)
        ui_tell_error(screen->ui, &error);
    screen->desk->changes++;
}

void work_look(struct screen *screen, const struct id *client, const struct id *matter)
{
    struct error error = ERROR_INIT;
    struct purpose_reason reason = {.purpose = PURPOSE_NONE};

    purpose_of_look(screen->desk, client != NULL && !id_is_empty(client) ? client : matter,
                    &reason);
    if (desk_tell_look(screen->desk, client, matter, &reason, &error) != 0)
        ui_tell_error(screen->ui, &error);
}

void work_look_record(struct screen *screen, const struct record *record)
{
    struct id client = {0}, matter = {0};

    if (record == NULL)
        return;
    id_parse(&client, record_text(record, "client"));
    id_parse(&matter, record_text(record, "case"));
    work_look(screen, &client, &matter);
}

struct screen_about work_about(const struct record *record)
{
    if (record == NULL)
        return (struct screen_about){0};
    return (struct screen_about){record->type, record->id, true};
}

void work_show_case(struct ui *ui, const struct id *matter, const struct id *submission)
{
    if (ui_open(ui, "case", json_pack("{s:s}", "id", matter->text)) == 0 &&
        !id_is_empty(submission))
        ui_open(ui, "form", json_pack("{s:s}", "submission", submission->text));
}

void work_present_service(struct screen *screen, char *key, size_t size)
{
    const struct desk_open *open = &screen->desk->open;
    struct record *matter = work_get(screen->desk, RECORD_CASE, open->matter.text, NULL);
    struct record *contact = work_get(screen->desk, RECORD_CONTACT, open->contact.text, NULL);
    json_t *page;

    text_copy(key, size, matter != NULL ? record_text(matter, "service") : "");
    if (*key == '\0' && contact != NULL)
        text_copy(key, size, record_text(contact, "service"));
    record_free(matter);
    record_free(contact);
    if (*key != '\0')
        return;
    page = ui_state_of(screen->ui, "service");
    text_copy(key, size, json_text_or(page, "key", ""));
    json_decref(page);
}

void work_stale_text(const struct desk *desk, const struct record *record, char *text, size_t size)
{
    struct calendar_day day;
    char when[48];

    text_copy(text, size, "");
    if (!freshness_is_stale(record, desk_now(desk), desk->stale_days))
        return;
    if (!freshness_day(record, &day)) {
        text_copy(text, size,
                  _("Nobody ever confirmed what stands here: check before you say it."));
        return;
    }
    format_day(when, sizeof(when), &day);
    snprintf(text, size, _("Not confirmed since %s: check before you say it."), when);
}
