/* The form screen's draft: read, kept as typed, received, submitted. */
#include "ui/screen_form.h"

#include <stdlib.h>
#include <string.h>

#include "app/client_merge.h"
#include "app/json.h"
#include "app/submission.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

/* --- reading --------------------------------------------------------------------------------- */

static int read_submission(struct screen *screen, const struct id *id, struct error *error)
{
    struct form_screen *form = screen->data;
    struct record *record = NULL;
    int code = store_get(screen->desk->store, RECORD_SUBMISSION, id, &record, NULL, error);

    if (code != 0)
        return code;
    record_free(form->submission);
    form->submission = record;
    form->readings++;
    return 0;
}

/* The client's file, when there is one: its fields are offered as answers. */
static void offer_known(struct screen *screen)
{
    struct form_screen *form = screen->data;
    struct id client = screen->desk->open.client;
    struct record *record = NULL;

    if (form->submission != NULL && *record_text(form->submission, "client") != '\0')
        id_parse(&client, record_text(form->submission, "client"));
    if (id_is_empty(&client) || client_read(screen->desk->store, &client, &record, NULL) != 0)
        return;
    fill_offer(form->fill, record->body, NULL);
    record_free(record);
}

static int begin_filling(struct screen *screen, const char *key, struct error *error)
{
    struct form_screen *form = screen->data;
    struct answer_context context = work_answer_context(screen->desk);
    const json_t *body = form->submission == NULL ? NULL : form->submission->body;
    json_t *answers = NULL;
    json_t *state;
    int code;

    form->unsaved = json_object();
    code = form_version_load(screen, key, &answers, error);
    if (code == 0)
        code = fill_new(&form->fill, form->form, answers, &context, error);
    json_decref(answers);
    if (code != 0)
        return code;
    fill_consents_receive(form->fill, json_object_get(body, "consents"));
    fill_known_receive(form->fill, json_object_get(body, "known"));
    form_show_aside(form);
    offer_known(screen);
    state = json_pack("{s:s}", "field", json_text_or(body, "field", ""));
    fill_restore(form->fill, state);
    json_decref(state);
    form->mode = FORM_FILLING;
    if (form->submission != NULL && !submission_is_draft(form->submission))
        form_reading_open(form);
    form_version_tell(screen);
    form_trust_read(screen);
    form_trust_tell(screen);
    /* What a migration changed is kept at once: every terminal then has the same. */
    if (form->migrated_from != 0)
        form_keep(screen, false);
    return 0;
}

int form_load(struct screen *screen, const char *key, const char *submission, struct error *error)
{
    struct form_screen *form = screen->data;
    struct desk *desk = screen->desk;
    struct id id;
    int code = 0;

    if (id_parse(&id, submission)) {
        code = read_submission(screen, &id, error);
        if (code != 0)
            return code;
        key = record_text(form->submission, "form");
    } else {
        code = submission_find_draft(desk->store, &desk->open.matter, &desk->open.contact, key,
                                     &form->submission, error);
    }
    return code == 0 ? begin_filling(screen, key, error) : code;
}

void form_unload(struct form_screen *form)
{
    fill_free(form->fill);
    form_free(form->form);
    record_free(form->definition);
    record_free(form->submission);
    record_free(form->flag);
    editor_free(form->editor);
    json_decref(form->unsaved);
    free(form->edited);
    form_place_free(form);
    free(form->review);
    free(form->text);
    json_decref(form->set_aside);
    json_decref(form->apart);
    delivery_list_free(&form->deliveries);
    paper_task_free(&form->paper);
    form_pick_close(form);
}

/* --- keeping --------------------------------------------------------------------------------- */

/* Collects what the filling has to tell. */
static void collect(struct form_screen *form)
{
    const char *name;
    const json_t *value;

    while (fill_next_change(form->fill, &name, &value))
        json_object_set_new(form->unsaved, name,
                            value == NULL ? json_null() : json_deep_copy(value));
}

/* The draft begins with the first answer: opening a form by mistake leaves nothing behind. */
static int start(struct screen *screen, struct error *error)
{
    struct form_screen *form = screen->data;
    struct desk *desk = screen->desk;
    struct author author = desk_author(desk);
    struct submission_place place = {desk->open.matter, desk->open.contact, desk->open.client};
    struct batch batch = {0};
    struct id id;
    int code = submission_start(&batch, &author, form->definition, &place, &id, error);

    if (code == 0)
        code = desk_apply(desk, &batch, error);
    batch_clear(&batch);
    if (code == 0)
        code = read_submission(screen, &id, error);
    if (code == 0) {
        desk->open.submission = id;
        code = desk_open_keep(desk, error);
    }
    return code;
}

/* What goes with the answers: which are from the client's file; what a migration did. */
static int mark(struct form_screen *form, struct batch *batch, const struct author *author,
                struct error *error)
{
    json_t *known = fill_known(form->fill);
    struct submission_marks marks = {.known = known,
                                     .set_aside = form->set_aside,
                                     .form_version =
                                         form->migrated_from != 0 ? form_version(form->form) : 0};
    int code = submission_mark(batch, author, form->submission, &marks, error);

    json_decref(known);
    return code;
}

void form_show_aside(struct form_screen *form)
{
    json_t *all = json_object();
    const json_t *kept =
        form->submission == NULL ? NULL : json_object_get(form->submission->body, "set_aside");

    json_object_update(all, (json_t *)(uintptr_t)kept);
    json_object_update(all, form->set_aside);
    fill_set_aside(form->fill, all);
    json_decref(all);
}

bool form_begin(struct screen *screen)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;

    if (form->submission != NULL || start(screen, &error) == 0)
        return true;
    ui_tell_error(screen->ui, &error);
    return false;
}

static int change(struct screen *screen, bool field, bool submit, struct error *error)
{
    struct form_screen *form = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    json_t *consents = form->consents_changed ? fill_consents(form->fill) : NULL;
    size_t current = fill_current(form->fill);
    const char *pointer =
        current < fill_line_count(form->fill) ? fill_line(form->fill, current)->pointer : NULL;
    int code = submission_change(&batch, &author, form->submission, form->unsaved,
                                 field ? pointer : NULL, consents, error);

    json_decref(consents);
    if (code == 0)
        code = mark(form, &batch, &author, error);
    if (code == 0 && submit)
        code = submission_submit(&batch, &author, form->submission, error);
    if (code == 0 && batch.count > 0)
        code = desk_apply(screen->desk, &batch, error);
    batch_clear(&batch);
    if (code != 0)
        return code;
    json_object_clear(form->unsaved);
    form->consents_changed = false;
    form->migrated_from = 0;
    json_decref(form->set_aside);
    form->set_aside = NULL;
    return read_submission(screen, &form->submission->id, error);
}

static bool keep(struct screen *screen, bool field, bool submit)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;
    int code = 0;

    collect(form);
    if (form->submission == NULL) {
        if (json_object_size(form->unsaved) == 0 && !form->consents_changed && !submit)
            return true;
        code = start(screen, &error);
    }
    if (code == 0)
        code = change(screen, field, submit, &error);
    form->failed = code != 0;
    if (code != 0)
        ui_tell_error(screen->ui, &error);
    return code == 0;
}

/* Another variant was chosen: what only the old one has is not lost, and that is said. */
static void tell_put_aside(struct screen *screen, size_t count)
{
    if (count > 0)
        ui_tell(screen->ui, UI_NOTE,
                language_plural("%zu answer put aside: undo (Ctrl-Y) has it back",
                                "%zu answers put aside: undo (Ctrl-Y) has them back", count),
                count);
}

bool form_keep(struct screen *screen, bool field)
{
    struct form_screen *form = screen->data;

    if (form->fill == NULL || form->mode == FORM_READING || form->mode == FORM_PICKING)
        return true;
    tell_put_aside(screen, fill_put_aside(form->fill));
    collect(form);
    /* Where the agent stands goes along with answers; alone only when asked for. */
    if (!field && json_object_size(form->unsaved) == 0 && !form->consents_changed &&
        form->migrated_from == 0)
        return true;
    return keep(screen, true, false);
}

enum form_kept form_kept(const struct form_screen *form)
{
    if (form->failed || json_object_size(form->unsaved) > 0)
        return FORM_KEPT_NOT;
    if (fill_typed(form->fill) != NULL)
        return FORM_KEPT_TYPING;
    return form->submission == NULL ? FORM_KEPT_NOTHING : FORM_KEPT;
}

bool form_submit(struct screen *screen)
{
    struct form_screen *form = screen->data;

    fill_strip_hidden(form->fill);
    form->consents_changed = form_recipient_count(form->form) > 0;
    if (!keep(screen, true, true))
        return false;
    screen->desk->open.submission = (struct id){0};
    desk_open_keep(screen->desk, NULL);
    form_reading_open(form);
    return true;
}

/* --- from elsewhere -------------------------------------------------------------------------- */

static void tell_received(struct screen *screen, int count)
{
    struct form_screen *form = screen->data;
    const json_t *updated = json_object_get(form->submission->meta, "updated");
    struct id agent;
    char name[200] = "";

    if (form_source_is_client(updated))
        text_copy(name, sizeof(name), _("The client on the web"));
    else if (id_parse(&agent, json_text_or(updated, "agent", "")))
        desk_agent_name(screen->desk, &agent, name, sizeof(name));
    if (*name == '\0')
        text_copy(name, sizeof(name), _("another terminal"));
    ui_tell(screen->ui, UI_NOTE,
            language_plural("%2$s changed %1$d answer: it is marked",
                            "%2$s changed %1$d answers: they are marked", count),
            count, name);
}

struct screen_about form_about(const struct screen *screen)
{
    const struct form_screen *form = screen->data;

    /* What the server never had is nobody else's: refused, it is begun anew here. */
    if (form->fill == NULL || form->submission == NULL || form->submission->seq == 0)
        return (struct screen_about){0};
    return work_about(form->submission);
}

/* Answers that could not be kept, and what is being typed. */
char *form_forget(struct screen *screen)
{
    struct form_screen *form = screen->data;
    struct text_buffer typed = {0};
    const json_t *value;
    const char *name;

    form_paper_cancel(screen);
    json_object_foreach(form->unsaved, name, value) if (json_is_string(value))
        text_buffer_add_format(&typed, "%s\n", json_string_value(value));
    if (fill_typed(form->fill) != NULL)
        text_buffer_add_text(&typed, fill_typed(form->fill));
    form_unload(form);
    *form = (struct form_screen){0};
    return text_buffer_take(&typed);
}

/* The server refused the draft, which it never had: all the answers are this agent's, and are again
 * to be kept, as a new one. */
static void lose_submission(struct screen *screen)
{
    struct form_screen *form = screen->data;
    json_t *answers = json_deep_copy(fill_answers(form->fill));

    record_free(form->submission);
    form->submission = NULL;
    form->failed = true;
    collect(form);
    if (answers != NULL)
        json_object_update_missing(form->unsaved, answers);
    json_decref(answers);
    ui_tell(screen->ui, UI_WARNING, _("The draft was refused: what was typed is still here"));
}

void form_reread(struct screen *screen)
{
    struct form_screen *form = screen->data;
    bool given_back;
    int count;
    int code;

    if (form->mode == FORM_PICKING)
        form_pick_reread(screen);
    if (form->fill == NULL)
        return;
    offer_known(screen);
    form_version_follow(screen);
    form_trust_read(screen);
    if (form->submission == NULL)
        return;
    given_back = *record_text(form->submission, "given_back_at") != '\0';
    code = read_submission(screen, &form->submission->id, NULL);
    if (code == ERROR_NOT_FOUND && form->mode != FORM_READING && form->submission->seq == 0)
        lose_submission(screen);
    if (code != 0)
        return;
    form->deliveries_read = false;
    if (!submission_is_draft(form->submission)) {
        if (form->mode != FORM_READING) {
            ui_tell(screen->ui, UI_WARNING, _("This form was submitted at another terminal"));
            form_reading_open(form);
        }
        return;
    }
    if (form->mode == FORM_READING)
        form->mode = FORM_FILLING; /* the submission was refused: it is a draft again */
    /* What was told and could not be kept yet is not taken back by what stands in the record. */
    if (json_object_size(form->unsaved) > 0)
        return;
    count = fill_receive(form->fill, json_object_get(form->submission->body, "answers"), NULL);
    fill_consents_receive(form->fill, json_object_get(form->submission->body, "consents"));
    fill_known_receive(form->fill, json_object_get(form->submission->body, "known"));
    form_show_aside(form);
    if (count > 0) {
        form_follow_focus(form);
        form_review_follow(form);
        tell_received(screen, count);
    }
    if (*record_text(form->submission, "given_back_at") != '\0' && !given_back)
        ui_tell(screen->ui, UI_NOTE, "%s", _("The client has given the form back"));
    if (fill_stranded(form->fill) != NULL)
        ui_tell(screen->ui, UI_WARNING, _("The field is gone; what you typed: %s"),
                fill_stranded(form->fill));
}
