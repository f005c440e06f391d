/* The form screen without a form: which one? */
#include "ui/screen_form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/freshness.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define PICK_LIMIT 500

struct picking {
    struct form_screen *form;
    char service[RECORD_KEY_SIZE]; /* in progress; "" for none */
    bool of_service;               /* in this round */
    int64_t now_ms, stale_days;
};

static bool is_of_service(const struct record *record, const char *service)
{
    char key[RECORD_KEY_SIZE];
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(record->body, "services"), i, item)
    {
        record_full_key(record, json_is_string(item) ? json_string_value(item) : "", key);
        if (*service != '\0' && strcmp(key, service) == 0)
            return true;
    }
    return false;
}

static int add_form(void *context, const struct record *record)
{
    struct picking *picking = context;
    struct form_screen *form = picking->form;
    struct form_pick *pick = &form->forms[form->form_count];

    if (form->form_count == PICK_LIMIT)
        return 1;
    /* Questionnaires have their own list: the life events. */
    if (json_is_true(json_object_get(record->body, "ended")) ||
        *record_text(record, "event") != '\0' ||
        is_of_service(record, picking->service) != picking->of_service)
        return 0;
    text_copy(pick->key, sizeof(pick->key), record_text(record, "key"));
    text_copy(pick->code, sizeof(pick->code), record_text(record, "code"));
    pick->stale = freshness_is_stale(record, picking->now_ms, picking->stale_days);
    pick->title = json_deep_copy(json_object_get(record->body, "title"));
    form->form_count++;
    return 0;
}

static int read_forms(struct screen *screen, struct error *error)
{
    struct form_screen *form = screen->data;
    struct picking picking = {.form = form,
                              .of_service = true,
                              .now_ms = desk_now(screen->desk),
                              .stale_days = screen->desk->stale_days};
    int code;

    form->forms = calloc(PICK_LIMIT, sizeof(form->forms[0]));
    if (form->forms == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    /* Those of the service in progress first. */
    work_present_service(screen, picking.service, sizeof(picking.service));
    code = catalogue_each(screen->desk->catalogue, RECORD_FORM, add_form, &picking, error);
    picking.of_service = false;
    if (code == 0)
        code = catalogue_each(screen->desk->catalogue, RECORD_FORM, add_form, &picking, error);
    return code < 0 ? code : 0;
}

/* True when a word of the folded text begins with what was typed. */
static bool word_begins(const char *folded, const char *typed)
{
    size_t length = strlen(typed);

    for (const char *word = folded; word != NULL; word = strchr(word, ' ')) {
        word += *word == ' ';
        if (strncmp(word, typed, length) == 0)
            return true;
    }
    return false;
}

static bool text_fits(const char *text, const char *typed)
{
    char *folded = text_fold(text, strlen(text));
    bool fits = folded != NULL && word_begins(folded, typed);

    free(folded);
    return fits;
}

static const char *picked_key(const struct form_screen *form)
{
    return form->picks.count == 0 ? "" : form->forms[form->picked[form->picks.selected]].key;
}

/* The code or a word of the title, in either language. */
static bool fits_filter(const struct form_pick *pick, const char *typed)
{
    const char *french = json_localised(pick->title, "fr");
    const char *english = json_localised(pick->title, "en");

    return text_fits(pick->code, typed) || text_fits(french, typed) || text_fits(english, typed);
}

static void filter_forms(struct form_screen *form)
{
    char *typed = text_fold(form->filter, strlen(form->filter));
    size_t count = 0;

    for (size_t i = 0; typed != NULL && i < form->form_count; i++)
        if (fits_filter(&form->forms[i], typed))
            form->picked[count++] = i;
    free(typed);
    list_set_count(&form->picks, count);
    list_select(&form->picks, 0);
}

int form_pick_open(struct screen *screen, struct error *error)
{
    struct form_screen *form = screen->data;
    int code = read_forms(screen, error);

    form->mode = FORM_PICKING;
    form->picked = calloc(PICK_LIMIT, sizeof(form->picked[0]));
    if (form->picked == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    filter_forms(form);
    return code;
}

void form_pick_close(struct form_screen *form)
{
    for (size_t i = 0; i < form->form_count; i++)
        json_decref(form->forms[i].title);
    free(form->forms);
    form->forms = NULL;
    form->form_count = 0;
    free(form->picked);
    form->picked = NULL;
}

void form_pick_reread(struct screen *screen)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;
    char key[sizeof(form->forms[0].key)];

    text_copy(key, sizeof(key), picked_key(form));
    form_pick_close(form);
    if (form_pick_open(screen, &error) != 0)
        ui_tell_error(screen->ui, &error);
    for (size_t i = 0; i < form->picks.count; i++)
        if (strcmp(form->forms[form->picked[i]].key, key) == 0)
            list_select(&form->picks, i);
}

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct form_screen *form = context;
    const struct form_pick *pick = &form->forms[form->picked[index]];

    (void)selected;
    if (pick->stale)
        paint_text(row, 0, 0, 1, PAINT_WARNING, "!");
    paint_text(row, 0, 1, 12, PAINT_DIM, pick->code);
    paint_text(row, 0, 14, -1, PAINT_TEXT, format_localised(pick->title));
}

void form_pick_draw(struct screen *screen, const struct paint *paint)
{
    struct form_screen *form = screen->data;
    struct paint rows = paint_part(paint, 2, 0, -1, -1);
    int used;

    used = paint_text(paint, 0, 0, -1, PAINT_TITLE, _("Which form?"));
    if (form->form_count == 0) {
        paint_text(&rows, 0, 0, -1, PAINT_DIM, _("There is no form in the catalogue yet."));
        paint_cursor(&rows, 0, 0);
        return;
    }
    if (form->filter[0] != '\0')
        paint_format(paint, 0, used + 2, -1, PAINT_ACCENT, _("With “%s”; Backspace shows more."),
                     form->filter);
    else
        paint_text(paint, 0, used + 2, -1, PAINT_DIM, _("Type a part of its name or its code."));
    if (form->picks.count == 0) {
        paint_text(&rows, 0, 0, -1, PAINT_DIM,
                   _("No form has a word that begins so. F2 searches forms by other words."));
        paint_cursor(&rows, 0, 0);
        return;
    }
    if (form->forms[form->picked[form->picks.selected]].stale)
        paint_text(paint, 1, 0, -1, PAINT_WARNING,
                   _("! nobody has confirmed this one for long: check it"));
    list_draw(&form->picks, &rows, 1, true, draw_row, form);
}

/* What is typed narrows the list; Esc shows all of it again before it leads back. */
static bool filter_key(struct form_screen *form, const struct input *input)
{
    size_t length = strlen(form->filter);

    if (input->code == INPUT_ESCAPE && length > 0)
        form->filter[0] = '\0';
    else if (input->code == INPUT_BACKSPACE && length > 0)
        form->filter[text_previous(form->filter, length, length)] = '\0';
    else if (input_is_character(input) && input->code != ':' && (input->code != ' ' || length > 0))
        form_type_character(form->filter, sizeof(form->filter), input->code);
    else
        return false;
    filter_forms(form);
    return true;
}

bool form_pick_key(struct screen *screen, const struct input *input)
{
    struct form_screen *form = screen->data;
    struct error error = ERROR_INIT;
    char key[200];

    if (list_key(&form->picks, input, true) || filter_key(form, input))
        return true;
    if (input->code != INPUT_ENTER || form->picks.count == 0)
        return false;
    text_copy(key, sizeof(key), picked_key(form));
    form->mode = FORM_FILLING;
    if (form_load(screen, key, "", &error) != 0) {
        form->mode = FORM_PICKING;
        ui_tell_error(screen->ui, &error);
    } else {
        form_follow_focus(form);
    }
    return true;
}

/* True when a folded title begins with what was said, in either language. */
static bool title_matches(const json_t *title, const char *said)
{
    const char *language;
    json_t *text;
    union {
        const json_t *borrowed;
        json_t *object;
    } value = {title};
    bool matches = false;

    json_object_foreach(value.object, language, text)
    {
        char *folded = json_is_string(text)
                           ? text_fold(json_string_value(text), json_string_length(text))
                           : NULL;

        matches = matches || (folded != NULL && strncmp(folded, said, strlen(said)) == 0);
        free(folded);
    }
    return matches;
}

void form_pick_find(struct screen *screen, const char *said, char *key, size_t size)
{
    struct form_screen *form = screen->data;
    char *folded = text_fold(said, strlen(said));

    text_copy(key, size, strchr(said, '/') != NULL ? said : "");
    if (*key == '\0' && folded != NULL && *folded != '\0' && read_forms(screen, NULL) == 0)
        for (size_t i = 0; i < form->form_count && *key == '\0'; i++)
            if (strcasecmp(form->forms[i].code, said) == 0 ||
                title_matches(form->forms[i].title, folded))
                text_copy(key, size, form->forms[i].key);
    form_pick_close(form);
    free(folded);
}
