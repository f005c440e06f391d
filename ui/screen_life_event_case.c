/* From a life event's list to the checklist of a case. */
#include "ui/screen_life_event.h"

#include <string.h>

#include "app/case.h"
#include "app/checklist.h"
#include "app/contact.h"
#include "app/json.h"
#include "app/submission.h"
#include "ui/format.h"
#include "ui/language.h"

/* What is kept of a step: all that reads it later, whatever becomes of the catalogue. */
static json_t *item_of(struct desk *desk, const struct life_event_step *step)
{
    char french[WORK_NAME_SIZE], english[WORK_NAME_SIZE];
    union {
        const json_t *borrowed;
        json_t *object;
    } agency = {step->agency}, reason = {step->reason}, deadline = {step->deadline};

    steps_title(desk, step->service, step->form, step->agency, "fr", french, sizeof(french));
    steps_title(desk, step->service, step->form, step->agency, "en", english, sizeof(english));
    return json_pack("{s:s, s:{s:s, s:s}, s:O, s:O*, s:O*, s:s*, s:s*}", "stage",
                     life_event_stage_words[step->stage], "title", "fr", french, "en", english,
                     "reason", reason.object, "deadline", deadline.object, "agency", agency.object,
                     "service", step->service, "form", step->form);
}

/* The chosen steps as [name, item], in the order in which they are made. */
static json_t *items_of(struct screen *screen)
{
    struct life_event_screen *life = screen->data;
    json_t *items = json_array();

    for (size_t step = 0; step < life_event_step_count(life->event); step++)
        for (size_t i = 0; i < life->count; i++)
            if (life->rows[i].step == step && life->rows[i].chosen)
                json_array_append_new(
                    items, json_pack("[s, o]", life_event_step(life->event, step)->name,
                                     item_of(screen->desk, life_event_step(life->event, step))));
    return items;
}

/* The contact in progress is about the case, when it is about none yet. */
static int link_contact(struct screen *screen, struct batch *batch, const struct author *author,
                        const struct id *matter, struct error *error)
{
    struct record *contact =
        work_get(screen->desk, RECORD_CONTACT, screen->desk->open.contact.text, NULL);
    const struct id none = {0};
    int code = 0;

    if (contact != NULL && *record_text(contact, "case") == '\0')
        code = contact_link(batch, author, contact, &none, matter, error);
    record_free(contact);
    return code;
}

/* Everything in one: the case when there is none, its checklist, and that the questionnaire is done
 * and belongs to it. `matter` is the case's record; a new one's holds only the id. */
static bool checklist_make(struct screen *screen, const struct record *matter, struct batch *batch)
{
    struct life_event_screen *life = screen->data;
    struct author author = desk_author(screen->desk);
    struct error error = ERROR_INIT;
    json_t *items = items_of(screen);
    size_t added = 0;
    int code = checklist_add(batch, &author, matter, items, &added, &error);

    if (code == 0)
        code = author_set_field(batch, &author, life->submission, "case", matter->id.text, &error);
    if (code == 0)
        code = submission_submit(batch, &author, life->submission, &error);
    if (code == 0)
        code = link_contact(screen, batch, &author, &matter->id, &error);
    json_decref(items);
    if (!work_apply(screen, batch, code, &error))
        return false;
    ui_tell(
        screen->ui, UI_DONE,
        language_plural("%zu step put on the checklist", "%zu steps put on the checklist", added),
        added);
    return true;
}

/* The case of the desk is the one with the checklist from now on, and the checklist is shown. */
static void show_checklist(struct screen *screen, const struct id *matter, const struct id *client)
{
    struct desk_open open = screen->desk->open;

    if (!id_is_empty(client))
        open.client = *client;
    open.matter = *matter;
    open.submission = (struct id){0};
    work_open_set(screen, &open);
    /* The list has become the checklist: Esc does not come back to it. */
    if (ui_open(screen->ui, "checklist", json_pack("{s:s}", "id", matter->text)) == 0)
        screen_close(screen);
}

/* A case that is about nothing yet is about the life event from now on. */
static int name_case(struct screen *screen, struct batch *batch, const struct record *matter,
                     struct error *error)
{
    const struct life_event_screen *life = screen->data;
    struct author author = desk_author(screen->desk);

    if (*record_text(matter, "subject") != '\0' || *record_text(matter, "service") != '\0')
        return 0;
    return case_set(batch, &author, matter, "subject",
                    format_localised(json_object_get(life->record->body, "title")), error);
}

static void put_on(struct screen *screen, const struct record *matter)
{
    struct id client;
    struct batch batch = {0};
    struct error error = ERROR_INIT;

    id_parse(&client, record_text(matter, "client"));
    if (name_case(screen, &batch, matter, &error) != 0)
        ui_tell_error(screen->ui, &error);
    else if (checklist_make(screen, matter, &batch))
        show_checklist(screen, &matter->id, &client);
    batch_clear(&batch);
}

void life_event_case_answered(struct screen *screen, int64_t choice)
{
    struct life_event_screen *life = screen->data;
    struct author author = desk_author(screen->desk);
    struct case_start start = {.client = screen->desk->open.client};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct record *matter;
    struct id id = {0};
    int code;

    if (choice != 0)
        return;
    if (*record_text(life->submission, "client") != '\0')
        id_parse(&start.client, record_text(life->submission, "client"));
    start.subject = format_localised(json_object_get(life->record->body, "title"));
    code = case_open(&batch, &author, &start, &id, &error);
    matter = record_new(RECORD_CASE, &id);
    if (code == 0 && matter == NULL)
        code = error_set(&error, ERROR_MEMORY, "out of memory");
    if (code != 0) {
        ui_tell_error(screen->ui, &error);
        batch_clear(&batch);
    } else if (checklist_make(screen, matter, &batch)) {
        show_checklist(screen, &id, &start.client);
    }
    record_free(matter);
}

void life_event_run_checklist(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("Open a case with this checklist"), N_("Not now"),
                                          NULL};
    struct life_event_screen *life = screen->data;
    const char *id = record_text(life->submission, "case");
    struct record *matter = work_get(screen->desk, RECORD_CASE,
                                     *id != '\0' ? id : screen->desk->open.matter.text, NULL);

    (void)argument;
    if (!life_event_is_open(life) && matter != NULL)
        ui_open(screen->ui, "checklist", json_pack("{s:s}", "id", matter->id.text));
    else if (!life->complete)
        ui_tell(screen->ui, UI_WARNING, "%s", _("Answer all the questions first: Esc goes back."));
    else if (life->chosen == 0)
        ui_tell(screen->ui, UI_WARNING, "%s", _("The list is empty: Space puts a step in."));
    else if (matter != NULL)
        put_on(screen, matter);
    else
        screen_ask(screen, "open-case", _("No case is open. Open one?"), choices);
    record_free(matter);
}
