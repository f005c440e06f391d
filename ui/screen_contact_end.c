/* How the contact ended: one digit. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/contact.h"
#include "app/json.h"
#include "app/record_fields.h"
#include "app/ticket.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/work.h"

struct ending {
    struct record *contact; /* owned */
    char client[WORK_NAME_SIZE];
    struct list list;
};

static void ending_close(struct screen *screen)
{
    struct ending *ending = screen->data;

    record_free(ending->contact);
    free(ending);
}

static int ending_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct ending *ending = calloc(1, sizeof(*ending));
    struct record *client;
    size_t count = 0;

    (void)arguments;
    if (ending == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    ending->contact = work_get(screen->desk, RECORD_CONTACT, screen->desk->open.contact.text, NULL);
    if (ending->contact == NULL || !contact_is_open(ending->contact)) {
        record_free(ending->contact);
        free(ending);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("no contact is in progress"));
    }
    client = work_get_client(screen->desk, record_text(ending->contact, "client"));
    work_client_name(client, ending->client, sizeof(ending->client));
    record_free(client);
    while (outcome_words[count] != NULL)
        count++;
    list_set_count(&ending->list, count);
    screen->data = ending;
    return 0;
}

static void draw_outcome(void *context, const struct paint *row, size_t index, bool selected)
{
    (void)context;
    (void)selected;
    paint_format(row, 0, 1, 1, PAINT_KEY, "%zu", index + 1);
    paint_text(row, 0, 4, -1, PAINT_TEXT, format_word(outcome_words[index]));
}

static void ending_draw(struct screen *screen, const struct paint *paint)
{
    struct ending *ending = screen->data;
    struct paint rest = paint_part(paint, 3, 0, -1, -1);

    paint_text(paint, 1, 0, -1, PAINT_TITLE, _("How did the contact end?"));
    list_draw(&ending->list, &rest, 1, true, draw_outcome, ending);
}

static void end(struct screen *screen, size_t index)
{
    struct ending *ending = screen->data;
    struct author author = desk_author(screen->desk);
    struct desk_open open = {0};
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int64_t started = 0;
    char lasted[32];
    int64_t wrap_up_ms = screen->desk->wrap_up_minutes * INT64_C(60000);
    int code = contact_end(&batch, &author, ending->contact, outcome_words[index], &error);

    if (code == 0)
        code = contact_wrap_up(&batch, &author, ending->contact,
                               desk_now(screen->desk) + wrap_up_ms, &error);
    if (code == 0)
        code = ticket_finish(&batch, &author, screen->desk->store, ending->contact, &error);
    if (!work_apply(screen, &batch, code, &error))
        return;
    desk_count_choices(screen->desk, 1);
    timestamp_parse(record_text(ending->contact, "started_at"), &started);
    format_duration(lasted, sizeof(lasted), desk_now(screen->desk) - started);
    work_open_set(screen, &open);
    ui_tell(screen->ui, UI_DONE, _("The contact has ended: %1$s, %2$s."),
            format_word(outcome_words[index]), lasted);
    screen_finish(screen, json_pack("{s:b}", "ended", 1));
}

static bool ending_key(struct screen *screen, const struct input *input)
{
    struct ending *ending = screen->data;

    if (list_key(&ending->list, input, true))
        return true;
    if (input->code == INPUT_ENTER) {
        end(screen, ending->list.selected);
        return true;
    }
    if (input->code < '1' || input->code >= '1' + ending->list.count)
        return false;
    end(screen, input->code - '1');
    return true;
}

static const char *ending_subject(struct screen *screen)
{
    const struct ending *ending = screen->data;

    return ending->client;
}

static json_t *ending_save(const struct screen *screen)
{
    (void)screen;
    return json_object();
}

static const struct screen_key ending_keys[] = {
    {INPUT_ENTER, N_("End"), N_("Ends the contact with the marked outcome; its digit does too."),
     NULL, NULL},
    {0},
};

static struct screen_about ending_about(const struct screen *screen)
{
    const struct ending *ending = screen->data;

    return work_about(ending->contact);
}

extern const struct screen_kind screen_contact_end;
const struct screen_kind screen_contact_end = {
    .name = "contact-end",
    .title = N_("End of contact"),
    .help = N_("Ends the contact in progress and says how."),
    .command = N_("end-contact"),
    .flags = SCREEN_SINGLE,
    .keys = ending_keys,
    .open = ending_open,
    .close = ending_close,
    .draw = ending_draw,
    .key = ending_key,
    .save = ending_save,
    .subject = ending_subject,
    .about = ending_about,
};
