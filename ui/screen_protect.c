/* Whether the file of a client is protected: said by those who may, with a reason. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/protection.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define LABEL_WIDTH 18

enum { ROW_KIND, ROW_HANDS, ROW_REASON, ROW_COUNT };

static const char *const kinds[] = {"none", "person", "staff", NULL};
static const char *const answers[] = {"yes", "no", NULL};

static const char *kind_text(const char *word)
{
    return strcmp(word, "person") == 0  ? _("protected person")
           : strcmp(word, "staff") == 0 ? _("somebody who works here")
                                        : _("not protected");
}

static const char *hands_text(const char *word)
{
    return strcmp(word, "yes") == 0 ? _("yes") : _("no");
}

static const struct fields_row rows[] = {
    [ROW_KIND] = {"kind", N_("Protection"), FIELDS_CHOICE, 0, kinds, kind_text},
    [ROW_HANDS] = {"hands", N_("In hand: sees it"), FIELDS_CHOICE, 0, answers, hands_text},
    [ROW_REASON] = {"reason", N_("Reason"), FIELDS_LINE, 1000, NULL, NULL},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct protecting {
    struct record *client; /* owned */
    struct fields *fields; /* owned */
    char name[WORK_NAME_SIZE];
};

static void protect_close(struct screen *screen)
{
    struct protecting *protecting = screen->data;

    record_free(protecting->client);
    fields_free(protecting->fields);
    free(protecting);
}

static int protect_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct protecting *protecting = calloc(1, sizeof(*protecting));
    const char *kind;

    if (protecting == NULL || (protecting->fields = fields_new(rows)) == NULL) {
        free(protecting);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = protecting;
    protecting->client = work_get_client(
        screen->desk, json_text_or(arguments, "client", screen->desk->open.client.text));
    if (protecting->client == NULL || !desk_may(screen->desk, PERMISSION_PROTECT)) {
        bool found = protecting->client != NULL;

        protect_close(screen);
        return error_set(error, found ? ERROR_REFUSED : ERROR_NOT_FOUND, "%s",
                         found ? _("Your role does not protect files.")
                               : _("no client is open: F3 finds one"));
    }
    work_client_name(protecting->client, protecting->name, sizeof(protecting->name));
    kind = record_text(protecting->client, "protection");
    fields_set(protecting->fields, ROW_KIND, *kind != '\0' ? kind : kinds[0]);
    fields_set(protecting->fields, ROW_HANDS,
               json_bool_or(protecting->client->body, "protection_hands", true) ? "yes" : "no");
    fields_restore(protecting->fields, json_object_get(arguments, "fields"));
    return 0;
}

static json_t *protect_save(const struct screen *screen)
{
    const struct protecting *protecting = screen->data;

    return json_pack("{s:s, s:o}", "client", protecting->client->id.text, "fields",
                     fields_save(protecting->fields));
}

static void protect_draw(struct screen *screen, const struct paint *paint)
{
    const struct protecting *protecting = screen->data;
    const struct record *client = protecting->client;
    char by[WORK_NAME_SIZE], when[32];

    for (int i = 0; i < ROW_COUNT; i++) {
        struct paint row = paint_part(paint, 1 + i, 0, 1, -1);

        fields_draw(protecting->fields, (size_t)i, &row, LABEL_WIDTH, true);
    }
    if (record_text(client, "protected_by")[0] != '\0') {
        work_agent_name(screen->desk, record_text(client, "protected_by"), by, sizeof(by));
        work_when(screen->desk, client, "protected_at", when, sizeof(when));
        paint_heading(paint, ROW_COUNT + 2, _("Said last"));
        paint_format(paint, ROW_COUNT + 3, 1, -1, PAINT_TEXT, "%s · %s · %s", by, when,
                     kind_text(record_text(client, "protection")));
        paint_text(paint, ROW_COUNT + 4, 1, -1, PAINT_VALUE,
                   record_text(client, "protection_reason"));
    }
    paint_text(paint, ROW_COUNT + 6, 1, -1, PAINT_DIM,
               _("A protected file is gone from lists and searches,"));
    paint_text(paint, ROW_COUNT + 7, 1, -1, PAINT_DIM,
               _("but of those who may read such or, if you say so,"));
    paint_text(paint, ROW_COUNT + 8, 1, -1, PAINT_DIM, _("have it in hand."));
}

static void run_save(struct screen *screen, const char *argument)
{
    struct protecting *protecting = screen->data;
    struct author author = desk_author(screen->desk);
    const char *kind = fields_text(protecting->fields, ROW_KIND);
    bool none = strcmp(kind, kinds[0]) == 0;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code;

    (void)argument;
    code = protection_claim(&batch, &author, protecting->client, none ? "" : kind,
                            strcmp(fields_text(protecting->fields, ROW_HANDS), "yes") == 0,
                            fields_text(protecting->fields, ROW_REASON), &error);
    if (code == ERROR_INVALID) {
        fields_focus_set(protecting->fields, ROW_REASON);
        ui_tell(screen->ui, UI_FAILED, "%s", _("Say why."));
        ui_stop_ahead(screen->ui);
        return;
    }
    if (!work_apply(screen, &batch, code, &error))
        return;
    ui_tell(screen->ui, UI_DONE, "%s",
            none ? _("The file is not protected any more.") : _("The file is protected."));
    screen_close(screen);
}

static bool protect_key(struct screen *screen, const struct input *input)
{
    struct protecting *protecting = screen->data;

    return fields_key(protecting->fields, input) != FIELDS_UNUSED;
}

static const struct screen_key protect_keys[] = {
    {INPUT_CONTROL('X'), N_("Save"), N_("Protects the file, or no longer."), NULL, run_save},
    {0},
};

static const char *protect_subject(struct screen *screen)
{
    const struct protecting *protecting = screen->data;

    return protecting->name;
}

static struct screen_about protect_about(const struct screen *screen)
{
    const struct protecting *protecting = screen->data;

    return work_about(protecting->client);
}

extern const struct screen_kind screen_protect;
const struct screen_kind screen_protect = {
    .name = "protect",
    .title = N_("Protect the file"),
    .help =
        N_("The file of somebody who works here, or who must not be found, is shown to few: to "
           "those whose role reads protected files. For all others it is not there. Somebody in "
           "danger can be helped all the same: see emergencies."),
    .command = N_("protect"),
    .keys = protect_keys,
    .open = protect_open,
    .close = protect_close,
    .draw = protect_draw,
    .key = protect_key,
    .save = protect_save,
    .subject = protect_subject,
    .about = protect_about,
};
