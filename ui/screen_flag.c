/* An agent reports an error in what the catalogue says of a service, a form or an office. */
#include "ui/screen_flag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/ui.h"

#define LABEL_WIDTH 9

enum { ROW_TEXT, ROW_KIND, ROW_COUNT };

static const struct fields_row rows[] = {
    [ROW_TEXT] = {"text", N_("Right is"), FIELDS_TEXT, FLAG_TEXT_LIMIT, NULL, NULL},
    [ROW_KIND] = {"kind", N_("Wrong"), FIELDS_CHOICE, 0, flag_kind_words, flag_kind_text},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct flag_screen {
    enum record_type type;
    char subject[RECORD_KEY_SIZE];
    char title[WORK_NAME_SIZE];
    char draft[RECORD_KEY_SIZE]; /* its name */
    struct fields *fields;       /* owned */
    bool done;
};

const char *flag_kind_text(const char *kind)
{
    static const char *const names[][2] = {
        {"wrong-fee", N_("fee")},  {"wrong-hours", N_("hours")}, {"wrong-text", N_("text")},
        {"dead-link", N_("link")}, {"other", N_("other")},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], kind) == 0)
            return _(names[i][1]);
    return kind;
}

/* --- what it is about ------------------------------------------------------------------------ */

/* What the screen below shows, for the command without an argument. */
static void take_shown(struct screen *screen, struct flag_screen *flag)
{
    const struct screen *top = ui_top(screen->ui);
    json_t *state = top == NULL ? NULL : ui_state_of(screen->ui, top->kind->name);
    const char *submission = json_text_or(state, "submission", "");
    struct record *record = work_get(screen->desk, RECORD_SUBMISSION, submission, NULL);

    flag->type = top == NULL ? RECORD_NONE : record_type_from_name(top->kind->name);
    text_copy(flag->subject, sizeof(flag->subject),
              record != NULL ? record_text(record, "form") : json_text_or(state, "key", ""));
    record_free(record);
    json_decref(state);
}

static int find_subject(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct flag_screen *flag = screen->data;
    struct record *record = NULL;

    flag->type = record_type_from_name(json_text_or(arguments, "type", ""));
    text_copy(flag->subject, sizeof(flag->subject), json_text_or(arguments, "key", ""));
    if (flag->subject[0] == '\0')
        take_shown(screen, flag);
    if ((flag->type != RECORD_SERVICE && flag->type != RECORD_FORM &&
         flag->type != RECORD_OFFICE) ||
        catalogue_get_by_key(screen->desk->catalogue, flag->type, flag->subject, &record, NULL) !=
            0)
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         _("open the service, form or office first that is wrong"));
    text_copy(flag->title, sizeof(flag->title),
              format_localised(json_object_get(record->body, "title")));
    snprintf(flag->draft, sizeof(flag->draft), "flag/%.200s", record->id.text);
    record_free(record);
    return 0;
}

/* --- opening and closing --------------------------------------------------------------------- */

static void keep_draft(struct screen *screen)
{
    struct flag_screen *flag = screen->data;
    json_t *draft;

    if (flag->done || flag->draft[0] == '\0')
        return;
    draft = fields_is_empty(flag->fields) ? NULL : fields_save(flag->fields);
    desk_draft_put(screen->desk, flag->draft, draft, NULL);
    json_decref(draft);
}

static void flag_close(struct screen *screen)
{
    struct flag_screen *flag = screen->data;

    keep_draft(screen);
    fields_free(flag->fields);
    free(flag);
}

static int flag_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct flag_screen *flag = calloc(1, sizeof(*flag));
    json_t *draft;
    int code;

    if (flag == NULL || (flag->fields = fields_new(rows)) == NULL) {
        free(flag);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = flag;
    code = find_subject(screen, arguments, error);
    if (code != 0) {
        flag->done = true;
        flag_close(screen);
        return code;
    }
    draft = desk_draft_get(screen->desk, flag->draft);
    fields_focus_set(flag->fields, ROW_KIND);
    fields_restore(flag->fields, draft);
    fields_restore(flag->fields, json_object_get(arguments, "fields"));
    json_decref(draft);
    return 0;
}

static json_t *flag_save(const struct screen *screen)
{
    const struct flag_screen *flag = screen->data;

    return json_pack("{s:s, s:s, s:o}", "type", record_type_name(flag->type), "key", flag->subject,
                     "fields", fields_save(flag->fields));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void flag_draw(struct screen *screen, const struct paint *paint)
{
    struct flag_screen *flag = screen->data;
    struct paint kind = paint_part(paint, 1, 0, 1, -1);
    struct paint text = paint_part(paint, 3, 0, 5, -1);

    fields_draw(flag->fields, ROW_KIND, &kind, LABEL_WIDTH, true);
    fields_draw(flag->fields, ROW_TEXT, &text, LABEL_WIDTH, true);
    paint_wrapped(
        paint, 9, 0, -1, 3, PAINT_DIM,
        _("Those who keep the catalogue answer here: :flags lists them. Without a network "
          "it goes later."));
}

/* --- keys ------------------------------------------------------------------------------------ */

static void run_send(struct screen *screen, const char *argument)
{
    struct flag_screen *flag = screen->data;
    struct author author = desk_author(screen->desk);
    const struct flag_draft draft = {flag->type, flag->subject, fields_text(flag->fields, ROW_KIND),
                                     fields_text(flag->fields, ROW_TEXT)};
    char queue[RECORD_KEY_SIZE];
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;
    int code;

    (void)argument;
    if (strcmp(draft.kind, "other") == 0 && draft.text[strspn(draft.text, " \n")] == '\0') {
        ui_tell(screen->ui, UI_FAILED, "%s", _("Say what is wrong."));
        fields_focus_set(flag->fields, ROW_TEXT);
        ui_stop_ahead(screen->ui);
        return;
    }
    code = flag_queue(screen->desk->catalogue, flag->subject, queue, &error);
    if (code == 0)
        code = flag_write(&batch, &author, &draft, queue, &id, &error);
    if (!work_apply(screen, &batch, code, &error)) {
        ui_stop_ahead(screen->ui);
        return;
    }
    flag->done = true;
    desk_draft_put(screen->desk, flag->draft, NULL, NULL);
    ui_tell(screen->ui, UI_DONE, "%s", _("Reported. The answer will stand under :flags."));
    screen_close(screen);
}

static bool flag_key(struct screen *screen, const struct input *input)
{
    struct flag_screen *flag = screen->data;
    enum fields_answer answer = fields_key(flag->fields, input);

    if (answer == FIELDS_FULL)
        ui_tell(screen->ui, UI_FAILED, _("Too long: %1$zu bytes, at most %2$d. Nothing is lost."),
                fields_overflow(flag->fields), FLAG_TEXT_LIMIT);
    else if (answer == FIELDS_DONE)
        fields_focus_set(flag->fields, ROW_TEXT);
    return answer != FIELDS_UNUSED;
}

static const char *flag_subject(struct screen *screen)
{
    const struct flag_screen *flag = screen->data;

    return flag->title;
}

static const struct screen_key flag_keys[] = {
    {INPUT_CONTROL('X'), N_("Send"), N_("Sends it to those who keep the catalogue."), N_("send"),
     run_send},
    {INPUT_TAB, N_("Kind"), N_("Goes between what is wrong (arrows choose) and the text."), NULL,
     NULL},
    {0},
};

extern const struct screen_kind screen_flag;
const struct screen_kind screen_flag = {
    .name = "flag",
    .title = N_("Report an error"),
    .help = N_("Says that the catalogue is wrong about the service, the form or the office that "
               "is open: what is wrong, and what is right. Its keeper answers."),
    .command = N_("flag"),
    .keys = flag_keys,
    .open = flag_open,
    .close = flag_close,
    .draw = flag_draw,
    .key = flag_key,
    .save = flag_save,
    .suspend = keep_draft,
    .subject = flag_subject,
};
