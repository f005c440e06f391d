/* What the client that is open agreed to: seen, noted, withdrawn. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/consent.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "ui/fields.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

#define LABEL_WIDTH 15
#define MOST        50

enum { ROW_WHAT, ROW_WHOM, ROW_UNTIL, ROW_HOW, ROW_COUNT };

/* A form's consent is the server's to note. */
static const char *const ways[] = {"spoken", "signed", NULL};

static const struct fields_row rows[] = {
    [ROW_WHAT] = {"what", N_("What"), FIELDS_LINE, 400, NULL, NULL},
    [ROW_WHOM] = {"whom", N_("For whom"), FIELDS_LINE, 200, NULL, NULL},
    [ROW_UNTIL] = {"until", N_("Last day"), FIELDS_LINE, 40, NULL, NULL},
    [ROW_HOW] = {"how", N_("How"), FIELDS_CHOICE, 0, ways, format_word},
    [ROW_COUNT] = {NULL, NULL, 0, 0, NULL, NULL},
};

struct consenting {
    struct record *client;        /* owned */
    struct record *entries[MOST]; /* consents; owned */
    struct fields *fields;        /* owned */
    struct list list;
    bool choosing; /* the focus is on the list */
    char name[WORK_NAME_SIZE];
};

static void entries_clear(struct consenting *consenting)
{
    for (size_t i = 0; i < consenting->list.count; i++)
        record_free(consenting->entries[i]);
    list_set_count(&consenting->list, 0);
}

static int add_entry(void *context, const struct record *record, enum store_pending pending)
{
    struct consenting *consenting = context;
    size_t count = consenting->list.count;

    (void)pending;
    if (count == MOST)
        return 0;
    consenting->entries[count] = record_copy(record);
    if (consenting->entries[count] == NULL)
        return ERROR_MEMORY;
    list_set_count(&consenting->list, count + 1);
    return 0;
}

static void consenting_read(struct screen *screen)
{
    struct consenting *consenting = screen->data;
    struct error error = ERROR_INIT;
    size_t selected = consenting->list.selected;

    entries_clear(consenting);
    if (consent_each(screen->desk->store, &consenting->client->id, add_entry, consenting, &error) !=
        0)
        ui_tell_error(screen->ui, &error);
    if (selected < consenting->list.count)
        list_select(&consenting->list, selected);
    consenting->choosing = consenting->choosing && consenting->list.count > 0;
}

static void consenting_close(struct screen *screen)
{
    struct consenting *consenting = screen->data;

    entries_clear(consenting);
    record_free(consenting->client);
    fields_free(consenting->fields);
    free(consenting);
}

static int consenting_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct consenting *consenting = calloc(1, sizeof(*consenting));

    if (consenting == NULL || (consenting->fields = fields_new(rows)) == NULL) {
        free(consenting);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    screen->data = consenting;
    consenting->client = work_get_client(
        screen->desk, json_text_or(arguments, "client", screen->desk->open.client.text));
    if (consenting->client == NULL) {
        consenting_close(screen);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("no client is open: F3 finds one"));
    }
    work_client_name(consenting->client, consenting->name, sizeof(consenting->name));
    fields_restore(consenting->fields, json_object_get(arguments, "fields"));
    consenting_read(screen);
    return 0;
}

static json_t *consenting_save(const struct screen *screen)
{
    const struct consenting *consenting = screen->data;

    return json_pack("{s:s, s:o}", "client", consenting->client->id.text, "fields",
                     fields_save(consenting->fields));
}

/* --- drawing --------------------------------------------------------------------------------- */

static void draw_entry(void *context, const struct paint *row, size_t index, bool selected)
{
    struct screen *screen = context;
    const struct consenting *consenting = screen->data;
    char text[4 * WORK_NAME_SIZE];
    enum paint_style style =
        work_consent_text(screen->desk, consenting->entries[index], text, sizeof(text));

    (void)selected;
    paint_text(row, 0, 1, -1, style, text);
}

static void consenting_draw(struct screen *screen, const struct paint *paint)
{
    struct consenting *consenting = screen->data;
    int room = paint->rows - ROW_COUNT - 3;
    struct paint entries = paint_part(paint, 1, 0, room, -1);

    if (consenting->list.count == 0)
        paint_text(paint, 1, 1, -1, PAINT_DIM, _("The client has agreed to nothing yet."));
    else
        list_draw(&consenting->list, &entries, 1, consenting->choosing, draw_entry, screen);
    paint_heading(paint, room + 1, _("What the client agrees to now"));
    for (int i = 0; i < ROW_COUNT; i++) {
        struct paint row = paint_part(paint, room + 2 + i, 0, 1, -1);

        fields_draw(consenting->fields, (size_t)i, &row, LABEL_WIDTH, !consenting->choosing);
    }
}

/* --- keys ------------------------------------------------------------------------------------ */

/* Which field an error is about. */
static void blame(struct screen *screen, const struct error *error)
{
    static const struct {
        const char *member;
        size_t row;
        const char *text;
    } faults[] = {
        {"what", ROW_WHAT, N_("Say what the client agrees to.")},
        {"whom", ROW_WHOM, N_("Say for whom it is.")},
        {"until", ROW_UNTIL, N_("The last day is written like 2027-05-31.")},
    };
    struct consenting *consenting = screen->data;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        size_t length = strlen(faults[i].member);

        if (strncmp(error->message, faults[i].member, length) != 0 || error->message[length] != ':')
            continue;
        fields_focus_set(consenting->fields, faults[i].row);
        ui_tell(screen->ui, UI_FAILED, "%s", _(faults[i].text));
    }
    ui_stop_ahead(screen->ui);
}

static void run_add(struct screen *screen, const char *argument)
{
    struct consenting *consenting = screen->data;
    struct author author = desk_author(screen->desk);
    const struct consent_draft draft = {
        .client = consenting->client->id,
        .what = fields_text(consenting->fields, ROW_WHAT),
        .whom = fields_text(consenting->fields, ROW_WHOM),
        .until = fields_text(consenting->fields, ROW_UNTIL),
        .how = fields_text(consenting->fields, ROW_HOW),
    };
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    struct id id;
    int code = consent_make(&batch, &author, &draft, &id, &error);

    (void)argument;
    if (code == ERROR_INVALID) {
        blame(screen, &error);
        return;
    }
    if (!work_apply(screen, &batch, code, &error))
        return;
    fields_clear(consenting->fields);
    consenting_read(screen);
    ui_tell(screen->ui, UI_DONE, "%s", _("The consent is noted."));
}

static void withdraw(struct screen *screen)
{
    struct consenting *consenting = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int code =
        consent_withdraw(&batch, &author, consenting->entries[consenting->list.selected], &error);

    if (work_apply(screen, &batch, code, &error)) {
        consenting_read(screen);
        ui_tell(screen->ui, UI_DONE, "%s", _("The consent is withdrawn: what waits is not sent."));
    }
}

static void consenting_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "choice") == 0 && json_integer_or(answer, "choice", -1) == 0)
        withdraw(screen);
}

static void run_withdraw(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("Yes, withdraw it"), N_("No, leave it"), NULL};
    struct consenting *consenting = screen->data;

    (void)argument;
    if (consenting->list.count == 0)
        return;
    if (strcmp(record_text(consenting->entries[consenting->list.selected], "state"), "withdrawn") ==
        0) {
        ui_tell(screen->ui, UI_NOTE, "%s", _("That is withdrawn already."));
        return;
    }
    screen_ask(screen, "withdraw", _("Withdraw the consent? Nothing more is shared under it."),
               choices);
}

static bool consenting_key(struct screen *screen, const struct input *input)
{
    struct consenting *consenting = screen->data;
    size_t focus = fields_focus(consenting->fields);

    if (consenting->choosing) {
        if (input->code == INPUT_TAB || (input->code == INPUT_DOWN &&
                                         consenting->list.selected + 1 == consenting->list.count)) {
            consenting->choosing = false;
            return true;
        }
        return list_key(&consenting->list, input, true);
    }
    if (input->code == INPUT_UP && focus == 0 && consenting->list.count > 0) {
        consenting->choosing = true;
        return true;
    }
    return fields_key(consenting->fields, input) != FIELDS_UNUSED;
}

static const struct screen_key consenting_keys[] = {
    {INPUT_CONTROL('X'), N_("Note it"), N_("Notes what the client agrees to."), NULL, run_add},
    {INPUT_CONTROL('R'), N_("Withdraw"), N_("Withdraws the marked consent, after asking."),
     N_("withdraw-consent"), run_withdraw},
    {INPUT_UP, N_("List"), N_("Goes from the first field to what was agreed to."), NULL, NULL},
    {0},
};

static const char *consenting_subject(struct screen *screen)
{
    const struct consenting *consenting = screen->data;

    return consenting->name;
}

static struct screen_about consenting_about(const struct screen *screen)
{
    const struct consenting *consenting = screen->data;

    return work_about(consenting->client);
}

extern const struct screen_kind screen_consents;
const struct screen_kind screen_consents = {
    .name = "consents",
    .title = N_("Consents"),
    .help =
        N_("What this client agreed to: what, for whom, until when, and how they said so. Those "
           "given in a form are noted by themselves. What is withdrawn is shared no more."),
    .command = N_("consents"),
    .file = {.member = "client", .type = RECORD_CLIENT, .open = true},
    .keys = consenting_keys,
    .open = consenting_open,
    .close = consenting_close,
    .draw = consenting_draw,
    .key = consenting_key,
    .save = consenting_save,
    .changed = consenting_read,
    .answer = consenting_answer,
    .subject = consenting_subject,
    .about = consenting_about,
};
