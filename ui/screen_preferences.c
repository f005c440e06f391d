/* By which channels a client wants messages, and which. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/message.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define LABEL_WIDTH 26

enum { ROW_PREFERRED, ROW_ALERTS, ROW_EMAIL, ROW_SMS, ROW_MAIL, ROW_COUNT };

static const char *const preferred_words[] = {"none", "email", "sms", "mail", NULL};
static const char *const alert_words[] = {"no", "yes", NULL};
static const char *const consent_words[] = {"allowed", "refused", NULL};

static const char *preferred_text(const char *word)
{
    return strcmp(word, "none") == 0 ? _("not said") : format_channel(word);
}

static const char *wish_text(const char *word)
{
    if (strcmp(word, "yes") == 0)
        return _("yes");
    if (strcmp(word, "no") == 0)
        return _("no");
    return strcmp(word, "allowed") == 0 ? _("allowed") : _("refused by the client");
}

static const struct fields_row rows[] = {
    [ROW_PREFERRED] = {"preferred", N_("Prefers"), FIELDS_CHOICE, 0, preferred_words,
                       preferred_text},
    [ROW_ALERTS] = {"alerts", N_("Alert me"), FIELDS_CHOICE, 0, alert_words, wish_text},
    [ROW_EMAIL] = {"email", N_("Messages by e-mail"), FIELDS_CHOICE, 0, consent_words, wish_text},
    [ROW_SMS] = {"sms", N_("Messages by SMS"), FIELDS_CHOICE, 0, consent_words, wish_text},
    [ROW_MAIL] = {"mail", N_("Letters"), FIELDS_CHOICE, 0, consent_words, wish_text},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct wishing {
    struct record *client; /* owned */
    struct fields *fields; /* owned */
    char name[WORK_NAME_SIZE];
};

static void fill(struct wishing *wishing)
{
    struct message_wishes wishes;

    message_wishes_read(wishing->client, &wishes);
    fields_set(wishing->fields, ROW_PREFERRED,
               *wishes.preferred != '\0' ? wishes.preferred : "none");
    fields_set(wishing->fields, ROW_ALERTS, wishes.alerts ? "yes" : "no");
    fields_set(wishing->fields, ROW_EMAIL, wishes.refused_email ? "refused" : "allowed");
    fields_set(wishing->fields, ROW_SMS, wishes.refused_sms ? "refused" : "allowed");
    fields_set(wishing->fields, ROW_MAIL, wishes.refused_mail ? "refused" : "allowed");
}

static void wishing_close(struct screen *screen)
{
    struct wishing *wishing = screen->data;

    record_free(wishing->client);
    fields_free(wishing->fields);
    free(wishing);
}

static int wishing_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct wishing *wishing = calloc(1, sizeof(*wishing));

    if (wishing == NULL || (wishing->fields = fields_new(rows)) == NULL) {
        free(wishing);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = wishing;
    wishing->client = work_get_client(
        screen->desk, json_text_or(arguments, "client", screen->desk->open.client.text));
    if (wishing->client == NULL) {
        wishing_close(screen);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("no client is open: F3 finds one"));
    }
    work_client_name(wishing->client, wishing->name, sizeof(wishing->name));
    fill(wishing);
    fields_restore(wishing->fields, json_object_get(arguments, "fields"));
    return 0;
}

static json_t *wishing_save(const struct screen *screen)
{
    const struct wishing *wishing = screen->data;

    return json_pack("{s:s, s:o}", "client", wishing->client->id.text, "fields",
                     fields_save(wishing->fields));
}

static void wishing_draw(struct screen *screen, const struct paint *paint)
{
    struct wishing *wishing = screen->data;

    for (size_t row = 0; row < ROW_COUNT; row++) {
        struct paint line = paint_part(paint, (int)row + (row > ROW_ALERTS ? 2 : 0), 0, 1, -1);

        fields_draw(wishing->fields, row, &line, LABEL_WIDTH, true);
    }
    paint_wrapped(paint, ROW_COUNT + 3, 0, -1, 3, PAINT_DIM,
                  _("Alert me: the client is told by itself when a case is received, lacks "
                    "something, is decided or closed."));
}

static bool is_refused(const struct wishing *wishing, size_t row)
{
    return strcmp(fields_text(wishing->fields, row), "refused") == 0;
}

static void run_save(struct screen *screen, const char *argument)
{
    struct wishing *wishing = screen->data;
    struct author author = desk_author(screen->desk);
    const char *preferred = fields_text(wishing->fields, ROW_PREFERRED);
    const struct message_wishes wishes = {
        .preferred = strcmp(preferred, "none") == 0 ? "" : preferred,
        .alerts = strcmp(fields_text(wishing->fields, ROW_ALERTS), "yes") == 0,
        .refused_email = is_refused(wishing, ROW_EMAIL),
        .refused_sms = is_refused(wishing, ROW_SMS),
        .refused_mail = is_refused(wishing, ROW_MAIL),
    };
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code = message_wishes_set(&batch, &author, wishing->client, &wishes, &error);

    (void)argument;
    if (!work_apply(screen, &batch, code, &error))
        return;
    ui_tell(screen->ui, UI_DONE, "%s", _("The client's wishes are saved."));
    screen_close(screen);
}

static bool wishing_key(struct screen *screen, const struct input *input)
{
    struct wishing *wishing = screen->data;

    return fields_key(wishing->fields, input) != FIELDS_UNUSED;
}

static const char *wishing_subject(struct screen *screen)
{
    const struct wishing *wishing = screen->data;

    return wishing->name;
}

static const struct screen_key wishing_keys[] = {
    {INPUT_CONTROL('X'), N_("Save"), N_("Keeps what the client wishes."), N_("save"), run_save},
    {INPUT_RIGHT, N_("Other answer"), N_("Goes to the next answer of the row."), NULL, NULL},
    {0},
};

static struct screen_about wishing_about(const struct screen *screen)
{
    const struct wishing *wishing = screen->data;

    return work_about(wishing->client);
}

extern const struct screen_kind screen_preferences;
const struct screen_kind screen_preferences = {
    .name = "preferences",
    .title = N_("Messages to this client"),
    .help = N_("By which channels the client wants messages, and whether they are told by itself "
               "how their cases stand. Nothing goes out by a channel that they refused."),
    .command = N_("wishes"),
    .file = {.member = "client", .type = RECORD_CLIENT, .open = true},
    .keys = wishing_keys,
    .open = wishing_open,
    .close = wishing_close,
    .draw = wishing_draw,
    .key = wishing_key,
    .save = wishing_save,
    .subject = wishing_subject,
    .about = wishing_about,
};
