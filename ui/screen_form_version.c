/* The form screen's version of the form: a submission is read under its own, a draft is brought to
 * the present one, or finished under its own where the form does not say how. */
#include "ui/screen_form.h"

#include <string.h>

#include "app/form_archive.h"
#include "app/json.h"
#include "app/submission.h"
#include "forms/form_migrate.h"
#include "ui/language.h"

/* The labels that what is put aside had in the version it was answered in. */
static void label_aside(const struct form_screen *form, const struct record *old,
                        const json_t *answers, json_t *aside)
{
    struct answer_context context = {.language = FORM_FRENCH};
    struct form *compiled = NULL;
    struct fill *fill = NULL;
    const char *pointer;
    json_t *entry;

    (void)form;
    if (old == NULL || form_compile(&compiled, old->body, NULL) != 0 ||
        fill_new(&fill, compiled, answers, &context, NULL) != 0) {
        form_free(compiled);
        return;
    }
    json_object_foreach(aside, pointer, entry)
    {
        size_t line = fill_find(fill, pointer);
        const struct form_text *label;

        if (line == fill_line_count(fill))
            continue;
        label = &fill_line(fill, line)->element->label;
        json_object_set_new(entry, "label",
                            json_pack("{s:s, s:s}", "fr", form_text_in(label, FORM_FRENCH), "en",
                                      form_text_in(label, FORM_ENGLISH)));
    }
    fill_free(fill);
    form_free(compiled);
}

/* {pointer: {"value", "version"}} of what a migration put aside. New reference. */
static json_t *aside_entries(const json_t *aside, int64_t version)
{
    json_t *entries = json_object();
    union {
        const json_t *borrowed;
        json_t *object;
    } all = {aside};
    const char *pointer;
    json_t *value;

    json_object_foreach(all.object, pointer, value) json_object_set_new(
        entries, pointer, json_pack("{s:O, s:I}", "value", value, "version", (json_int_t)version));
    return entries;
}

/* What the migration changed is to be kept as any other change. */
static void collect_changes(struct form_screen *form, const json_t *before, const json_t *after)
{
    union {
        const json_t *borrowed;
        json_t *object;
    } sides[] = {{before}, {after}};
    const char *name;
    json_t *value;

    json_object_foreach(sides[0].object, name, value)
    {
        if (json_object_get(after, name) == NULL)
            json_object_set_new(form->unsaved, name, json_null());
    }
    json_object_foreach(sides[1].object, name, value)
    {
        if (json_equal(json_object_get(before, name), value) != 1)
            json_object_set(form->unsaved, name, value);
    }
}

/* Brings the draft to the version of `form->form`; false when there is no way. */
static bool migrate(struct form_screen *form, const struct record *old, json_t **answers)
{
    const json_t *before = json_object_get(form->submission->body, "answers");
    int64_t from = json_integer_or(form->submission->body, "form_version", 1);
    struct form_migration migration;

    if (form_migrate(form->form, from, before, &migration, NULL) != 0)
        return false;
    collect_changes(form, before, migration.answers);
    form->set_aside = aside_entries(migration.aside, from);
    label_aside(form, old, before, form->set_aside);
    form->migrated_from = from;
    *answers = json_incref(migration.answers);
    form_migration_clear(&migration);
    return true;
}

static int use_form(struct form_screen *form, struct record *definition, struct error *error)
{
    form->definition = definition;
    return form_compile(&form->form, definition->body, error);
}

/* A draft or submission of another version than the present one. */
static int use_other_version(struct form_screen *form, struct record *own, struct record *present,
                             json_t **answers, struct error *error)
{
    int code = 0;

    form->present_version = json_integer_or(present->body, "version", 1);
    if (submission_is_draft(form->submission)) {
        code = use_form(form, record_copy(present), error);
        if (code == 0 && migrate(form, own, answers)) {
            record_free(own);
            return 0;
        }
        if (code == 0 && own == NULL) {
            form->standing = FORM_VERSION_LOST;
            return 0;
        }
        form_free(form->form);
        record_free(form->definition);
        form->form = NULL;
        form->definition = NULL;
    }
    form->standing = own == NULL ? FORM_VERSION_LOST : FORM_VERSION_OLD;
    return use_form(form, own != NULL ? own : record_copy(present), error);
}

int form_version_load(struct screen *screen, const char *key, json_t **answers, struct error *error)
{
    struct form_screen *form = screen->data;
    struct catalogue *catalogue = screen->desk->catalogue;
    const json_t *body = form->submission == NULL ? NULL : form->submission->body;
    struct record *own = NULL;
    struct record *present = NULL;
    int code;

    *answers = json_incref(json_object_get(body, "answers"));
    form->standing = FORM_VERSION_PRESENT;
    if (body == NULL) {
        code = catalogue_get_by_key(catalogue, RECORD_FORM, key, &own, error);
        return code == 0 ? use_form(form, own, error) : code;
    }
    code = form_archive_get(catalogue, key, json_integer_or(body, "form_version", 1), &own,
                            &present, error);
    if (present == NULL)
        return code;
    if (code == 0 && strcmp(record_text(own, "key"), record_text(present, "key")) == 0) {
        code = use_form(form, own, error);
    } else {
        json_t *before = *answers;

        code = use_other_version(form, own, present, answers, error);
        if (*answers != before)
            json_decref(before);
    }
    record_free(present);
    return code;
}

void form_version_tell(struct screen *screen)
{
    const struct form_screen *form = screen->data;
    int64_t version = form->migrated_from;

    if (version != 0) {
        ui_tell(screen->ui, UI_NOTE,
                json_object_size(form->set_aside) > 0
                    ? _("Now version %2$d of the form (was %1$d): what lost its field is on the "
                        "review page")
                    : _("The draft came from version %1$d to %2$d of the form"),
                (int)version, (int)form_version(form->form));
        return;
    }
    if (form->standing == FORM_VERSION_PRESENT || form->mode == FORM_READING)
        return;
    version = json_integer_or(form->submission->body, "form_version", 1);
    if (form->standing == FORM_VERSION_OLD)
        ui_tell(screen->ui, UI_NOTE,
                _("The draft keeps version %1$d of the form; version %2$d is now in use"),
                (int)version, (int)form->present_version);
    else
        ui_tell(screen->ui, UI_WARNING,
                _("Version %d of the form, under which it was begun, is not here: check it"),
                (int)version);
}

void form_version_follow(struct screen *screen)
{
    struct form_screen *form = screen->data;
    struct record *present = NULL;
    int64_t version;

    if (form->form == NULL || form->mode == FORM_READING || form->mode == FORM_PICKING)
        return;
    if (catalogue_get_by_key(screen->desk->catalogue, RECORD_FORM, form_trust_key(form), &present,
                             NULL) != 0)
        return;
    version = json_integer_or(present->body, "version", 1);
    record_free(present);
    if (form->present_version == 0)
        form->present_version = form_version(form->form);
    if (version == form->present_version)
        return;
    form->present_version = version;
    ui_tell(screen->ui, UI_NOTE,
            _("Version %d of this form has arrived: it is used when the form is opened again"),
            (int)version);
}
